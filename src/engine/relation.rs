//! How a worker's questionnaires go with what the wristband showed in the weeks they ask about.

use std::collections::BTreeMap;

use super::{Settings, buckets};
use crate::domain::Date;
use crate::domain::history::WorkerHistory;
use crate::domain::screening::Instrument;
use crate::indicators::Track;
use crate::indicators::track::RECOMPUTABLE_DAYS;
use crate::screening::relation::{self, WorkerRelation, relate_worker};
use crate::screening::{Scored, definition};

/// Every instrument that the worker filled in, held against the strain index of the days it asks about.
///
/// # Source
/// Domain reference, section 5.4 (a).
#[must_use]
pub fn relate(history: &WorkerHistory, settings: &Settings) -> BTreeMap<Instrument, WorkerRelation> {
    let zone = &history.profile.time_zone;
    let index = index_before(history, settings);
    let sheets = history.screenings.chunk_by(|a, b| a.instrument == b.instrument);
    sheets
        .map(|sheets| {
            let instrument = sheets[0].instrument;
            let is_high = |scored: &Scored| settings.rules.is_positive(instrument, scored.score, &scored.scales);
            let indicator = |date: Date| index.get(&date).copied();
            let settings = relation::Settings::default();
            (instrument, relate_worker(instrument, sheets, zone, indicator, is_high, &settings))
        })
        .collect()
}

/// First and last of the days that are looked at.
type Span = (Date, Date);

/// The strain index of the days that the sheets ask about, by what is known of them now: readings that
/// came late are in it. A history remembers more nights than its indicators are kept for.
fn index_before(history: &WorkerHistory, settings: &Settings) -> BTreeMap<Date, f64> {
    let zone = &history.profile.time_zone;
    let asked = history.screenings.iter().filter_map(|sheet| {
        let recall_days = i32::from(definition(sheet.instrument).recall_days?);
        let taken_on = zone.to_datetime(sheet.taken_at).date();
        Some((buckets::plus(taken_on, 1 - recall_days), taken_on))
    });
    let mut index = BTreeMap::new();
    for (first, last) in spans(asked.collect()) {
        let mut track = Track::new();
        let then = final_on(last);
        track.update(history, None, then, buckets::last_second(then, zone), &settings.indicators);
        for date in first.series(jiff::Span::new().days(1)).take_while(|date| *date <= last) {
            if let Some(value) = track.day(date).and_then(|day| day.index) {
                index.entry(date).or_insert(value.value);
            }
        }
    }
    index
}

/// The day on which the nights up to `date` are final.
fn final_on(date: Date) -> Date {
    buckets::plus(date, 2)
}

/// The spans put together so that each can be read from one track, latest first.
fn spans(mut asked: Vec<Span>) -> Vec<Span> {
    asked.sort_unstable_by_key(|span| std::cmp::Reverse(span.1));
    let mut together: Vec<Span> = Vec::new();
    for (first, last) in asked {
        match together.last_mut() {
            Some(open) if first >= buckets::plus(final_on(open.1), -RECOMPUTABLE_DAYS) => open.0 = open.0.min(first),
            Some(_) | None => together.push((first, last)),
        }
    }
    together
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rules_file;
    use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
    use crate::domain::indicator::{DeviceEpoch, NightHrv, NightRow};
    use crate::domain::screening::{Response, Screening};
    use crate::domain::worker::Profile;
    use crate::domain::{SignedDuration, TimeZone};
    use jiff::civil::date;

    const FIRST: Date = date(2026, 1, 1);

    fn sheet(day: i32, instrument: Instrument) -> Screening {
        let taken_at = buckets::noon(buckets::plus(FIRST, day), &TimeZone::UTC);
        Screening { instrument, taken_at, response: Response::Total { score: 7.0, kind: None } }
    }

    fn history(screenings: Vec<Screening>) -> WorkerHistory {
        let key = WorkerKey { site: SiteId::parse("s").unwrap(), worker: WorkerId::parse("w").unwrap() };
        let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
        for day in 0..250 {
            let date = buckets::plus(FIRST, day);
            let turn = f64::from(day % 9 - 4);
            let epoch = DeviceEpoch { device: None, is_provider: false };
            let hrv = NightHrv { ln_rmssd: 3.6 - 0.05 * turn, epoch, windows: 60, sqi: 0.95 };
            history.nights.insert(
                date,
                NightRow {
                    date,
                    wake_at: buckets::noon(date, &TimeZone::UTC) - SignedDuration::from_hours(6),
                    hrv: Some(hrv),
                    sleeping_hr_bpm: Some(60.0 + turn),
                    irregularity: None,
                    sleep: None,
                },
            );
        }
        history.screenings = screenings;
        history
    }

    #[test]
    fn sheets_that_share_a_track_get_what_each_would_get_alone() {
        let settings = rules_file::built_in();
        let days = [90, 104, 150, 230];
        let together = relate(&history(days.map(|day| sheet(day, Instrument::Gad7)).into()), &settings);
        let pairs = &together[&Instrument::Gad7].pairs;
        assert_eq!(pairs.len(), 4);
        for (day, pair) in days.into_iter().zip(pairs) {
            let alone = relate(&history(vec![sheet(day, Instrument::Gad7)]), &settings);
            assert_eq!(alone[&Instrument::Gad7].pairs, [*pair], "{day}");
        }
    }

    #[test]
    fn two_hundred_sheets_need_four_tracks() {
        let of_days = |days: &mut dyn Iterator<Item = i32>| {
            days.map(|day| (buckets::plus(FIRST, day - 13), buckets::plus(FIRST, day))).collect()
        };
        let daily = spans(of_days(&mut (0..200)));
        assert_eq!(daily.len(), 4, "{daily:?}");
        assert!(daily.iter().all(|(first, last)| *first >= buckets::plus(final_on(*last), -RECOMPUTABLE_DAYS)));
        assert_eq!(spans(of_days(&mut [62, 0].into_iter())).len(), 1, "62 + 2 + 13 days");
        assert_eq!(spans(of_days(&mut [63, 0].into_iter())).len(), 2);
    }
}
