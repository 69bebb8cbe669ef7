//! What an alert rests on, laid open: every number with what it is held against.
//!
//! # Source
//! Domain reference, section 5.6.

use std::collections::BTreeSet;

use super::facts::{Picture, ValidScreening};
use crate::domain::Date;
use crate::domain::alert::{
    Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, ScreeningEvidence, SetAside, SleepEvidence,
};
use crate::domain::indicator::{Hint, HrvState};
use crate::domain::reading::Tag;
use crate::domain::screening::Screening;
use crate::indicators::DayIndicators;
use crate::indicators::persistence::chance_onsets_per_year;
use crate::indicators::sleep::SleepFlag;
use crate::rules::{Condition, NumberFact, RuleSet, Verdict};
use crate::screening::Scored;
use crate::screening::relation::{self, Concordance, relate_worker};

/// Days after a self-report in which it may explain a finding.
const CONFOUNDER_DAYS: i32 = 10;

/// What is assumed of a worker with too few nights to tell: the middle of the domain reference's table 3.4.
const USUAL_AUTOCORRELATION: f64 = 0.3;

impl Picture<'_> {
    pub(super) fn evidence(&self, rules: &RuleSet, verdict: &Verdict) -> Evidence {
        let chance_per_year = (self.hrv() == HrvState::Persistent)
            .then(|| chance_onsets_per_year(self.track.lag1_autocorrelation().unwrap_or(USUAL_AUTOCORRELATION)));
        Evidence {
            hrv: self.day.map(|day| self.hrv_evidence(day)),
            index: self.day.and_then(|day| self.index_evidence(day)),
            sleep: self.day.and_then(|day| self.sleep_evidence(day)),
            screenings: self.screenings.iter().map(|valid| self.screening_evidence(valid, rules)).collect(),
            exposures: self.exposure_evidence(rules, verdict),
            confounders: self.confounders(),
            hints: self.day.map_or_else(Vec::new, |day| day.hints.iter().collect()),
            confidence: self.day.and_then(|day| day.confidence),
            chance_per_year,
        }
    }

    fn hrv_evidence(&self, day: &DayIndicators) -> HrvEvidence {
        HrvEvidence {
            state: self.hrv(),
            z7: day.z7,
            change_pct: day.change_pct,
            nights_used: day.nights_used7,
            nights_missing: self.track.nights_missing7(self.today),
            rhr_z7: day.rhr_z7,
            set_aside: self.set_aside(day),
        }
    }

    /// Why HRV is not looked at, though nights are there.
    fn set_aside(&self, day: &DayIndicators) -> Option<SetAside> {
        if self.is_ill() {
            return Some(SetAside::Illness);
        }
        let is_irregular = day.hrv == HrvState::Stale && day.hints.contains(Hint::IrregularRhythm);
        is_irregular.then_some(SetAside::IrregularRhythm)
    }

    fn index_evidence(&self, day: &DayIndicators) -> Option<IndexEvidence> {
        Some(IndexEvidence {
            value: day.index?.value,
            mean7: day.index7,
            band: day.band,
            contributions: self.track.contributions(day.date),
        })
    }

    fn sleep_evidence(&self, day: &DayIndicators) -> Option<SleepEvidence> {
        let sleep = day.sleep.as_ref()?;
        Some(SleepEvidence {
            tst7_h: sleep.tst7_h,
            need_h: sleep.need_h,
            debt14_h: sleep.debt14_h,
            se7_pct: sleep.se7_pct,
            is_poor: self.is_sleep_poor(),
            flags: sleep.flags().map(|flag| SleepFlag::as_str(flag).into()).collect(),
        })
    }

    /// Working conditions over their limit, and those that a matching rule rests on though they are no
    /// flag by themselves.
    fn exposure_evidence(&self, rules: &RuleSet, verdict: &Verdict) -> Vec<ExposureEvidence> {
        let mut all = self.exposures.red.clone();
        let matching = rules.rules.iter().filter(|rule| verdict.rules.contains(&rule.id));
        for (fact, comparison, limit) in matching.flat_map(|rule| &rule.all).flat_map(Condition::numbers) {
            let found = condition_of(fact).and_then(|kind| self.exposures.evidence(kind, limit, RULE_FILE));
            all.extend(found.filter(|found| {
                comparison.holds(found.value, limit) && all.iter().all(|known| known.kind != found.kind)
            }));
        }
        all
    }

    fn screening_evidence(&self, valid: &ValidScreening<'_>, rules: &RuleSet) -> ScreeningEvidence {
        let ValidScreening { screening, scored, taken_on, valid_until } = valid;
        ScreeningEvidence {
            instrument: screening.instrument,
            score: scored.score,
            band: scored.band.map(Into::into),
            severity: rules.severity(screening.instrument, scored.score, &scored.scales),
            taken_on: *taken_on,
            // Where the clock of whoever sent it is ahead of ours, it is of today.
            age_days: days_between(*taken_on, self.today).max(0),
            valid_until: *valid_until,
            is_prorated: scored.is_prorated,
            concordance: self.concordance(screening, rules).map(Into::into),
        }
    }

    /// Whether the questionnaire and the strain index of the days it asks about say the same.
    fn concordance(&self, screening: &Screening, rules: &RuleSet) -> Option<&'static str> {
        let index = |date: Date| self.track.day(date).and_then(|day| day.index).map(|index| index.value);
        let is_high = |scored: &Scored| rules.is_positive(screening.instrument, scored.score, &scored.scales);
        let (zone, settings) = (&self.history.profile.time_zone, relation::Settings::default());
        let sheet = std::slice::from_ref(screening);
        let related = relate_worker(screening.instrument, sheet, zone, index, is_high, &settings);
        related.concordance.map(Concordance::as_str)
    }

    /// What the worker said of the days looked at, each thing once.
    fn confounders(&self) -> Vec<Tag> {
        let first = super::buckets::plus(self.today, -CONFOUNDER_DAYS);
        let said: BTreeSet<Tag> = self
            .history
            .tags
            .range(first..=self.today)
            .flat_map(|(_, tags)| tags.iter().copied())
            .filter(|tag| *tag != Tag::OffWork)
            .collect();
        said.into_iter().collect()
    }
}

/// Who sets a limit that only a rule names.
const RULE_FILE: &str = "rule file";

/// The kind of evidence that a fact of working conditions is; none where it is no working condition.
#[must_use]
pub const fn condition_of(fact: NumberFact) -> Option<&'static str> {
    use crate::exposures as kinds;
    match fact {
        NumberFact::WeeklyHours => Some(kinds::WEEKLY_HOURS),
        NumberFact::OvertimeRunDays => Some(kinds::OVERTIME_DAYS),
        NumberFact::OvertimeRunNoiseDba => Some(kinds::OVERTIME_NOISE_LEX8H_DBA),
        NumberFact::NoiseDba => Some(kinds::NOISE_LEX8H_DBA),
        NumberFact::ConsecutiveWorkDays => Some(kinds::CONSECUTIVE_WORK_DAYS),
        NumberFact::NightRun => Some(kinds::CONSECUTIVE_NIGHTS),
        NumberFact::NightsIn28D => Some(kinds::NIGHTS_IN_28_D),
        NumberFact::NightSpellWeeks => Some(kinds::NIGHT_SPELL_WEEKS),
        NumberFact::QuickReturns => Some(kinds::QUICK_RETURNS_7_D),
        NumberFact::DaysSinceIncident => Some(kinds::DAYS_SINCE_INCIDENT),
        NumberFact::DaysSinceReturn => Some(kinds::DAYS_SINCE_RETURN),
        // How far above its reference: the temperature itself is a flag by then.
        NumberFact::WbgtOverC => None,
        NumberFact::Z7
        | NumberFact::RhrZ7
        | NumberFact::Index7
        | NumberFact::Tst7H
        | NumberFact::Debt14H
        | NumberFact::Bmi
        | NumberFact::Age => None,
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}
