//! What is known of a worker on a day, as the rules and the evidence want it.

use super::Settings;
use crate::domain::exposure::WorkEvent;
use crate::domain::history::WorkerHistory;
use crate::domain::indicator::HrvState;
use crate::domain::reading::Tag;
use crate::domain::screening::Screening;
use crate::domain::{Date, TimeZone, Timestamp};
use crate::exposures::{self, Findings};
use crate::indicators::track::{DayIndicators, Track};
use crate::rules::{Facts, NumberFact, Numbers, ScreenedFact};
use crate::screening::{Scored, score, valid_until};

/// Days that the evidence looks back.
const WINDOW_DAYS: i32 = 7;
/// A questionnaire that counts today.
pub(super) struct ValidScreening<'a> {
    pub(super) screening: &'a Screening,
    pub(super) scored: Scored,
    pub(super) taken_on: Date,
    pub(super) valid_until: Date,
}

/// All that is known of a worker on a day.
pub(super) struct Picture<'a> {
    pub(super) today: Date,
    pub(super) day: Option<&'a DayIndicators>,
    pub(super) screenings: Vec<ValidScreening<'a>>,
    pub(super) exposures: Findings,
    pub(super) history: &'a WorkerHistory,
    pub(super) track: &'a Track,
    illness_days: u16,
}

impl<'a> Picture<'a> {
    /// `track` holds the indicators of `history`, up to date for `today`.
    pub(super) fn of(history: &'a WorkerHistory, track: &'a Track, today: Date, settings: &Settings) -> Self {
        let exposures = exposures::assess(&exposures::Known::of(history), today, &settings.exposures);
        Self::with(history, track, today, settings, exposures)
    }

    /// The same where the working conditions are assessed already.
    pub(super) fn with(
        history: &'a WorkerHistory,
        track: &'a Track,
        today: Date,
        settings: &Settings,
        exposures: Findings,
    ) -> Self {
        Self {
            today,
            day: track.day(today),
            screenings: valid_screenings(history, today),
            exposures,
            history,
            track,
            illness_days: settings.indicators.illness_days,
        }
    }

    /// The HRV state that may open a case today. One that does not rest on the nights of this week may
    /// not: it is history that somebody sent late, or an episode nobody knows the end of. Neither may
    /// one of a worker who said to be ill.
    pub(super) fn hrv(&self) -> HrvState {
        match self.day {
            Some(day) if day.hrv == HrvState::Persistent && (day.z7.is_none() || self.is_ill()) => HrvState::Stale,
            Some(day) => day.hrv,
            None => HrvState::Learning,
        }
    }

    /// Whether the worker said to be ill, so that heart and HRV say nothing of work.
    ///
    /// # Source
    /// Domain reference, section 2.8.
    pub(super) fn is_ill(&self) -> bool {
        let since = super::buckets::plus(self.today, 1 - i32::from(self.illness_days));
        let mut tags = self.history.tags.range(since..=self.today);
        self.illness_days > 0 && tags.any(|(_, tags)| tags.contains(&Tag::Illness))
    }

    pub(super) fn is_sleep_poor(&self) -> bool {
        self.day.is_some_and(|day| day.is_sleep_poor && day.sleep.is_some())
    }

    pub(super) fn is_exposed(&self) -> bool {
        !self.exposures.red.is_empty()
    }

    /// The dates that the evidence looks at.
    /// The site of the worker.
    pub(super) const fn site(&self) -> &'a crate::domain::ids::SiteId {
        &self.history.profile.key.site
    }

    pub(super) fn window(&self) -> (Date, Date) {
        (super::buckets::plus(self.today, -WINDOW_DAYS), self.today)
    }

    pub(super) fn facts(&self, is_crisis: bool) -> Facts {
        let index_days = self.track.last_days(self.today, 7);
        Facts {
            is_crisis,
            hrv: self.hrv(),
            is_sleep_poor: self.is_sleep_poor(),
            is_exposed: self.is_exposed(),
            is_safety_critical: self.history.profile.is_safety_critical,
            index_days: index_days
                .filter(|_| !self.is_ill())
                .filter_map(|day| Some((day.index7?, day.confidence?)))
                .collect(),
            confidence: self.day.and_then(|day| day.confidence),
            numbers: self.numbers(),
            screenings: self
                .screenings
                .iter()
                .map(|valid| ScreenedFact {
                    instrument: valid.screening.instrument,
                    score: valid.scored.score,
                    scales: valid.scored.scales.clone(),
                    is_prorated: valid.scored.is_prorated,
                })
                .collect(),
        }
    }

    fn numbers(&self) -> Numbers {
        let found = &self.exposures;
        let sleep = self.day.and_then(|day| day.sleep.as_ref());
        let run = found.overtime_run.as_ref();
        let profile = &self.history.profile;
        // None found is as good as none reported.
        let count = |count: u32| (count > 0).then(|| f64::from(count));
        let of_heart = self.day.filter(|_| !self.is_ill());
        let mut numbers = Numbers::UNKNOWN;
        for (fact, value) in [
            (NumberFact::Z7, of_heart.and_then(|day| day.z7)),
            (NumberFact::RhrZ7, of_heart.and_then(|day| day.rhr_z7)),
            (NumberFact::Index7, of_heart.and_then(|day| day.index7)),
            (NumberFact::Tst7H, sleep.map(|sleep| sleep.tst7_h)),
            (NumberFact::Debt14H, sleep.map(|sleep| sleep.debt14_h)),
            (NumberFact::WeeklyHours, found.weekly_hours),
            (NumberFact::OvertimeRunDays, run.map(|run| f64::from(run.days))),
            (NumberFact::OvertimeRunNoiseDba, found.overtime_noise_dba),
            (NumberFact::NoiseDba, found.noise_dba),
            (NumberFact::ConsecutiveWorkDays, count(found.consecutive_work_days)),
            (NumberFact::NightRun, count(found.night_run)),
            (NumberFact::NightsIn28D, count(found.nights_in_28_d)),
            (NumberFact::NightSpellWeeks, count(found.night_spell_weeks)),
            (NumberFact::QuickReturns, count(found.quick_returns_7d)),
            (NumberFact::WbgtOverC, found.wbgt_over_reference_c),
            (NumberFact::DaysSinceIncident, found.days_since_incident.map(f64::from)),
            (NumberFact::DaysSinceReturn, found.days_since_return.map(f64::from)),
            (NumberFact::Bmi, profile.bmi),
            (NumberFact::Age, profile.birth_year.map(|year| f64::from(self.today.year().saturating_sub(year)))),
        ] {
            numbers.set(fact, value);
        }
        numbers
    }
}

/// The newest questionnaire of each instrument that still counts; the list is ordered by instrument
/// and time.
fn valid_screenings(history: &WorkerHistory, today: Date) -> Vec<ValidScreening<'_>> {
    let of_instruments = history.screenings.chunk_by(|a, b| a.instrument == b.instrument);
    // A sheet that came for its crisis answer alone cannot be scored, and hides no score before it.
    let newest = |sheets| come(history, sheets, today).iter().rev().find_map(|s| valid_screening(history, s, today));
    of_instruments.filter_map(newest).collect()
}

/// Those sheets of an instrument whose day has come; east of here it may be tomorrow. One of a day still
/// far off was filled in while a clock was wrong: its crisis answer was told when it came, and as a score
/// it would count for years, and hide what is filled in after the clock was set right.
pub(super) fn come<'a>(history: &WorkerHistory, sheets: &'a [Screening], today: Date) -> &'a [Screening] {
    let tomorrow = super::buckets::next(today);
    let taken_on = |sheet: &Screening| history.profile.time_zone.to_datetime(sheet.taken_at).date();
    &sheets[..sheets.partition_point(|sheet| taken_on(sheet) <= tomorrow)]
}

/// A questionnaire that counts on a day, scored; whether it was filled in by then is for [`come`] to say.
pub(super) fn valid_screening<'a>(
    history: &WorkerHistory,
    screening: &'a Screening,
    today: Date,
) -> Option<ValidScreening<'a>> {
    let taken_on = history.profile.time_zone.to_datetime(screening.taken_at).date();
    let valid_until = last_day(history, screening);
    (today <= valid_until).then_some(())?;
    Some(ValidScreening { screening, scored: score(screening).ok()?, taken_on, valid_until })
}

/// The last day on which a questionnaire counts.
pub(super) fn last_day(history: &WorkerHistory, screening: &Screening) -> Date {
    let taken_on = history.profile.time_zone.to_datetime(screening.taken_at).date();
    let is_life_event = |event: &WorkEvent| event.as_str() == LIFE_EVENT;
    let off_work = history.tags.range(taken_on..).filter(|(_, tags)| tags.contains(&Tag::OffWork));
    let events = history.exposures.range(taken_on..).filter(|(_, day)| day.events.iter().flatten().any(is_life_event));
    valid_until(screening.instrument, taken_on, off_work.map(|(d, _)| *d), events.map(|(d, _)| *d))
}

/// The event, among those of a working day, after which an older score says nothing of the person.
const LIFE_EVENT: &str = "life_event";

/// Whether a questionnaire holds a crisis answer that still counts; an archive that is typed in years
/// later calls nobody at once. Neither leave nor an event ends that early.
pub(super) fn is_crisis(screening: &Screening, now: Timestamp, zone: &TimeZone) -> bool {
    let taken_on = zone.to_datetime(screening.taken_at).date();
    let valid_until = valid_until(screening.instrument, taken_on, [], []);
    crate::screening::crisis(screening) == Some(true) && zone.to_datetime(now).date() <= valid_until
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
    use crate::domain::screening::{Instrument, Response};
    use crate::domain::worker::Profile;

    const TODAY: Date = Date::constant(2026, 3, 2);

    /// The score that counts today, of sheets each filled in so many days from today.
    fn counted(sheets: &[(i32, f64)]) -> Vec<f64> {
        counted_after(0, sheets)
    }

    /// The same some days later.
    fn counted_after(days: i32, sheets: &[(i32, f64)]) -> Vec<f64> {
        let key = WorkerKey { site: SiteId::parse("s").unwrap(), worker: WorkerId::parse("w").unwrap() };
        let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
        let sheet = |(days, score): &(i32, f64)| {
            let taken_at = super::super::buckets::noon(super::super::buckets::plus(TODAY, *days), &TimeZone::UTC);
            let response = Response::Total { score: *score, kind: None };
            Screening { instrument: Instrument::Gad7, taken_at, response }
        };
        history.screenings = sheets.iter().map(sheet).collect();
        let today = super::super::buckets::plus(TODAY, days);
        valid_screenings(&history, today).iter().map(|valid| valid.scored.score).collect()
    }

    #[test]
    fn a_sheet_of_a_day_far_off_neither_counts_nor_hides_one_of_today_until_that_day() {
        assert_eq!(counted(&[(-3, 5.0), (0, 7.0)]), [7.0]);
        assert_eq!(counted(&[(-3, 5.0), (1, 9.0)]), [9.0], "east of here it may be tomorrow");
        assert_eq!(counted(&[(-3, 5.0), (2, 9.0), (400, 3.0)]), [5.0]);
        let none: [f64; 0] = [];
        assert_eq!(counted(&[(-100, 5.0), (400, 3.0)]), none, "one is too old, one is not yet");
        assert_eq!(counted(&[(400, 3.0)]), none);
        assert_eq!(counted_after(398, &[(400, 3.0)]), none);
        assert_eq!(counted_after(399, &[(400, 3.0)]), [3.0]);
    }
}
