//! One worker as a physician looks at them: what the rules see today, and the days that led here.
//!
//! In go a history and a moment, out comes a picture; nothing is remembered and nothing decided. It is
//! computed afresh from the history, so it shows what the engine would judge, and not what it once told.

use super::facts::{Picture, come, last_day};
use super::{Settings, events};
use crate::domain::alert::{Evidence, Level, RuleId, Term};
use crate::domain::case::{CaseId, Ground};
use crate::domain::exposure::ExposureDay;
use crate::domain::history::WorkerHistory;
use crate::domain::indicator::{HrvState, NightRow};
use crate::domain::screening::{Instrument, Screening};
use crate::domain::{Date, Timestamp};
use crate::indicators::Track;
use crate::screening::score;

/// How far from the usual the band of normal nights reaches, in spreads of the worker's reference.
///
/// # Source
/// Domain reference, section 2.4: a night is low from z = -1 on, and the band is drawn to both sides.
const BAND_SPREADS: f64 = 1.0;

/// What is known of a worker at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Portrait {
    /// The worker's date.
    pub today: Date,
    /// The level that the rules find.
    pub level: Level,
    /// The rules that match.
    pub rules: Vec<RuleId>,
    /// The level that the joint table gives by itself.
    pub table: Level,
    /// The HRV state.
    pub hrv: HrvState,
    /// What it rests on.
    pub evidence: Evidence,
    /// The days, oldest first; those that can still change, as far as anything came.
    pub days: Vec<PortraitDay>,
    /// Every questionnaire that is kept, in order of time.
    pub screenings: Vec<ScoredSheet>,
    /// Every figure of working conditions that there is today, by its kind; also of those that are no evidence.
    pub conditions: Vec<(Term, f64)>,
    /// What the rules of the worker's cases rested on when they matched, for each case that is kept.
    pub grounds: Vec<(CaseId, Vec<Ground>)>,
}

/// One day of a portrait.
#[derive(Debug, Clone, PartialEq)]
pub struct PortraitDay {
    /// The wake date.
    pub date: Date,
    /// Median RMSSD of the night.
    pub rmssd_ms: Option<f64>,
    /// The worker's own usual, and the band around it: least, usual, most.
    pub usual_rmssd_ms: Option<[f64; 3]>,
    /// How far the night lies from it.
    pub z: Option<f64>,
    /// The HRV state of the day.
    pub hrv: Option<HrvState>,
    /// Mean heart rate asleep.
    pub sleeping_hr_bpm: Option<f64>,
    /// Sleep of the worker-day.
    pub sleep_h: Option<f64>,
    /// The worker's need.
    pub need_h: Option<f64>,
    /// Strain index, 0 to 100; 50 is usual.
    pub index: Option<f64>,
    /// Working conditions.
    pub work: Option<ExposureDay>,
}

/// One questionnaire with its score.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoredSheet {
    /// Which.
    pub instrument: Instrument,
    /// The worker's date.
    pub taken_on: Date,
    /// The score; none where it cannot be scored.
    pub score: Option<f64>,
    /// Whether it counts today.
    pub is_valid: bool,
    /// The last day on which it counts, unless a newer one comes before; none where it cannot be scored.
    pub valid_until: Option<Date>,
    /// The worker's date of a newer one that counts in its place.
    pub replaced_on: Option<Date>,
    /// The sheet, for whoever may see its answers.
    pub sheet: Screening,
}

/// The portrait of a worker.
#[must_use]
pub fn portrait(history: &WorkerHistory, settings: &Settings, now: Timestamp) -> Portrait {
    let today = events::local_date(&history.profile, now);
    let mut track = Track::new();
    track.update(history, None, today, now, &settings.indicators);
    let picture = Picture::of(history, &track, today, settings);
    let facts = picture.facts(false);
    let (verdict, table) = (settings.rules.judge(&facts), settings.rules.table_level(&facts));
    let evidence = picture.evidence(&settings.rules, &verdict);
    let hrv = picture.hrv();
    let mut screenings: Vec<ScoredSheet> =
        history.screenings.iter().map(|sheet| scored(history, sheet, &picture)).collect();
    screenings.sort_by_key(|sheet| (sheet.sheet.taken_at, sheet.instrument));
    let days = days(history, &track, today);
    let conditions = picture.exposures.figures().map(|(kind, value)| (kind.into(), value)).collect();
    let book = &history.cases;
    let cases = book.open.iter().chain(book.closed.iter().map(|closed| &closed.case));
    let grounds = cases.map(|case| (case.id.clone(), case.grounds.clone())).collect();
    let (level, rules) = (verdict.level, verdict.rules);
    Portrait { today, level, rules, table, hrv, evidence, days, screenings, conditions, grounds }
}

fn scored(history: &WorkerHistory, sheet: &Screening, picture: &Picture<'_>) -> ScoredSheet {
    let score = score(sheet).ok().map(|scored| scored.score);
    let counts = picture.screenings.iter().find(|valid| valid.screening.instrument == sheet.instrument);
    let newer = counts.filter(|valid| valid.screening.taken_at > sheet.taken_at).map(|valid| valid.taken_on);
    let has_come = !come(history, std::slice::from_ref(sheet), picture.today).is_empty();
    let valid_until = score.map(|_| last_day(history, sheet));
    ScoredSheet {
        instrument: sheet.instrument,
        taken_on: history.profile.time_zone.to_datetime(sheet.taken_at).date(),
        score,
        is_valid: has_come && newer.is_none() && valid_until.is_some_and(|last| picture.today <= last),
        valid_until,
        replaced_on: newer,
        sheet: sheet.clone(),
    }
}

/// From the first day of which anything is known, at most as far back as indicators are computed.
fn days(history: &WorkerHistory, track: &Track, today: Date) -> Vec<PortraitDay> {
    let mut days: Vec<PortraitDay> = Vec::new();
    for indicators in track.last_days(today, usize::MAX) {
        let night = history.nights.get(&indicators.date);
        let work = history.exposures.get(&indicators.date);
        let usual = track.reference(indicators.date).map(|reference| {
            let edge = |spreads: f64| (reference.centre + spreads * reference.scale).exp();
            [edge(-BAND_SPREADS), edge(0.0), edge(BAND_SPREADS)]
        });
        let is_known = night.is_some() || work.is_some();
        if !is_known && days.is_empty() {
            continue;
        }
        days.push(PortraitDay {
            date: indicators.date,
            rmssd_ms: night.and_then(rmssd_ms),
            usual_rmssd_ms: usual,
            z: indicators.z,
            hrv: night.is_some().then_some(indicators.hrv),
            sleeping_hr_bpm: night.and_then(|night| night.sleeping_hr_bpm),
            sleep_h: night.and_then(|night| night.sleep.as_ref()).map(|sleep| sleep.tst24_min / 60.0),
            need_h: indicators.sleep.as_ref().map(|sleep| sleep.need_h),
            index: indicators.index.map(|index| index.value),
            work: work.cloned(),
        });
    }
    days
}

fn rmssd_ms(night: &NightRow) -> Option<f64> {
    night.hrv.as_ref().map(|hrv| hrv.ln_rmssd.exp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules_file;
    use crate::domain::TimeZone;
    use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
    use crate::domain::screening::Response;
    use crate::domain::worker::Profile;

    #[test]
    fn the_newest_questionnaire_counts_until_its_day_and_takes_the_place_of_the_one_before() {
        let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
        let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
        let sheet = |instrument, taken_at: &str| {
            let response = Response::Total { score: 8.0, kind: None };
            Screening { instrument, taken_at: taken_at.parse().unwrap(), response }
        };
        history.screenings = vec![
            sheet(Instrument::Gad7, "2026-01-05T08:00:00Z"),
            sheet(Instrument::Gad7, "2026-02-20T08:00:00Z"),
            sheet(Instrument::Isi, "2025-10-01T08:00:00Z"),
            sheet(Instrument::Pss10, "2027-02-20T08:00:00Z"),
        ];
        let seen = portrait(&history, &rules_file::built_in(), "2026-03-01T08:00:00Z".parse().unwrap());
        let of = |instrument| {
            let sheets = seen.screenings.iter().filter(move |sheet| sheet.instrument == instrument);
            sheets.map(|sheet| (sheet.is_valid, sheet.replaced_on)).collect::<Vec<_>>()
        };
        let newest = seen.screenings.iter().find(|sheet| sheet.is_valid).unwrap();
        assert_eq!(newest.valid_until, Some(seen.evidence.screenings[0].valid_until));
        assert_eq!(of(Instrument::Gad7), [(false, Some(newest.taken_on)), (true, None)]);
        assert_eq!(of(Instrument::Isi), [(false, None)], "too old");
        assert_eq!(of(Instrument::Pss10), [(false, None)], "its day has not come");
    }
}
