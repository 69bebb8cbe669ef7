//! The evidence in one paragraph of plain words: fact, comparison, uncertainty.
//!
//! The sentences speak of recovery, sleep, answers and working conditions. They never say what a
//! person feels: that is for the person to say.

use super::{Language, Value};
use crate::domain::alert::{
    Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, Opening, ScreeningEvidence, SetAside, SleepEvidence,
};
use crate::domain::indicator::{Contribution, HrvState};

/// From here on a raised heart rate asleep is worth a word.
const RAISED_RHR_Z: f64 = 1.0;
/// Above this an index is told in words; below, it says no more than its parts do.
const ELEVATED_INDEX: f64 = 60.0;

impl Language {
    /// The paragraph for an alert or a page.
    #[must_use]
    pub fn summary(self, evidence: &Evidence, opening: Opening) -> String {
        let mut sentences = Vec::from_iter(self.first_words(opening));
        sentences.extend(evidence.screenings.iter().map(|sheet| self.screening(sheet)));
        sentences.extend(evidence.hrv.as_ref().and_then(|hrv| self.hrv(hrv)));
        sentences.extend(evidence.hrv.as_ref().and_then(|hrv| self.sleeping_heart(hrv)));
        sentences.extend(evidence.sleep.as_ref().map(|sleep| self.sleep(sleep)));
        sentences.extend(evidence.index.as_ref().and_then(|index| self.index(index)));
        sentences.extend(evidence.exposures.iter().map(|exposure| self.exposure(exposure)));
        sentences.extend(self.uncertainty(evidence));
        sentences.extend(evidence.hints.iter().map(|hint| self.say(&format!("hint-{}", hint.as_str()))));
        sentences.join(&self.say("summary-between"))
    }

    /// How often chance alone gives such a finding.
    #[must_use]
    pub fn chance_note(self, per_year: f64) -> String {
        let decimals = if per_year < 1.0 { 2 } else { 1 };
        self.say_with("summary-chance", &[("times", Value::Number(per_year, decimals))])
    }

    fn first_words(self, opening: Opening) -> Option<String> {
        match opening {
            Opening::Evidence => None,
            Opening::Crisis => Some(self.say("summary-crisis")),
            Opening::Test => Some(self.say("summary-test")),
            Opening::Revised { told, found } if found >= told => Some(self.say("summary-stands")),
            // Below, only the worker is told which level it is.
            Opening::Revised { told, found } if !found.opens_case() => {
                Some(self.say_with("summary-fell-below", &[("told", told.as_str().into())]))
            }
            Opening::Revised { told, found } => {
                Some(self.say_with("summary-fell", &[("told", told.as_str().into()), ("found", found.as_str().into())]))
            }
            Opening::Closed => Some(self.say("summary-closed")),
        }
    }

    fn screening(self, sheet: &ScreeningEvidence) -> String {
        let decimals = if sheet.score.fract() == 0.0 { 0 } else { 2 };
        let score = [
            ("instrument", sheet.instrument.as_str().into()),
            ("score", Value::Number(sheet.score, decimals)),
            ("date", self.date(sheet.taken_on).into()),
        ];
        let told = match &sheet.band {
            None => self.say_with("summary-screening", &score),
            Some(band) => {
                let band = [("band", self.say(&format!("band-{band}")).into())];
                self.say_with("summary-screening-band", &[&score[..], &band].concat())
            }
        };
        let key = if sheet.is_prorated { "summary-prorated" } else { "summary-sentence" };
        self.say_with(key, &[("told", told.into())])
    }

    fn hrv(self, hrv: &HrvEvidence) -> Option<String> {
        match (hrv.set_aside, hrv.state) {
            (Some(SetAside::Illness), _) => return Some(self.say("summary-hrv-illness")),
            (Some(SetAside::IrregularRhythm), _) => return Some(self.say("summary-hrv-irregular")),
            (None, HrvState::Learning) => return Some(self.say("summary-hrv-learning")),
            (None, HrvState::Stale) => return Some(self.say("summary-hrv-stale")),
            (None, HrvState::Normal | HrvState::Watch | HrvState::Persistent) => {}
        }
        let change = hrv.change_pct?;
        let side = self.say(if change < 0.0 { "summary-below" } else { "summary-above" });
        // Not "on 5 of 7": the state holds until the nights are clearly better.
        let state = self.say(&format!("summary-hrv-{}", hrv.state.as_str()));
        let values = [
            ("nights", Value::Count(u64::from(hrv.nights_used))),
            ("change", Value::Number(change.abs(), 0)),
            ("side", side.into()),
            ("state", state.into()),
        ];
        Some(self.say_with("summary-hrv", &values))
    }

    fn sleeping_heart(self, hrv: &HrvEvidence) -> Option<String> {
        let z = hrv.rhr_z7.filter(|z| *z >= RAISED_RHR_Z && hrv.set_aside.is_none())?;
        Some(self.say_with("summary-heart", &[("spreads", Value::Number(z, 1))]))
    }

    fn sleep(self, sleep: &SleepEvidence) -> String {
        let values = [
            ("slept", Value::Number(sleep.tst7_h, 1)),
            ("need", Value::Number(sleep.need_h, 1)),
            ("debt", Value::Number(sleep.debt14_h, 1)),
        ];
        self.say_with(if sleep.is_poor { "summary-sleep-poor" } else { "summary-sleep" }, &values)
    }

    fn index(self, index: &IndexEvidence) -> Option<String> {
        if index.value < ELEVATED_INDEX {
            return None;
        }
        let part = |part: &Contribution| {
            let sign = if part.points > 0.0 { "+" } else { "" };
            let component = self.say(&format!("component-{}", part.component.as_str()));
            format!("{component} {sign}{}", self.number(part.points, 1))
        };
        let parts: Vec<String> = index.contributions.iter().map(part).collect();
        let parts = parts.join(&self.say("summary-comma"));
        Some(self.say_with("summary-index", &[("value", Value::Number(index.value, 0)), ("parts", parts.into())]))
    }

    /// A working condition over its limit.
    fn exposure(self, exposure: &ExposureEvidence) -> String {
        let ExposureEvidence { kind, value, limit, .. } = exposure;
        let decimals = u8::from(kind == "wbgt_c");
        let values = [("value", Value::Number(*value, decimals)), ("limit", Value::Number(*limit, decimals))];
        self.say_with(&format!("exposure-{kind}"), &values)
    }

    /// What else may be behind low HRV, and how often chance alone is.
    fn uncertainty(self, evidence: &Evidence) -> Option<String> {
        let chance = self.chance_note(evidence.chance_per_year?);
        let other = if evidence.confounders.is_empty() {
            self.say("summary-other")
        } else {
            let said: Vec<String> =
                evidence.confounders.iter().map(|tag| self.say(&format!("tag-{}", tag.as_str()))).collect();
            self.say_with("summary-other-reported", &[("said", said.join(&self.say("summary-comma")).into())])
        };
        Some([other, chance].join(&self.say("summary-between")))
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
