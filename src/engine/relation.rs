//! How a worker's questionnaires go with what the wristband showed in the weeks they ask about.

use std::collections::BTreeMap;

use super::{Settings, buckets};
use crate::domain::Date;
use crate::domain::history::WorkerHistory;
use crate::domain::screening::{Instrument, Screening};
use crate::indicators::Track;
use crate::screening::Scored;
use crate::screening::relation::{self, WorkerRelation, relate_worker};

/// Every instrument that the worker filled in, held against the strain index of the days it asks about.
///
/// # Source
/// Domain reference, section 5.4 (a).
#[must_use]
pub fn relate(history: &WorkerHistory, settings: &Settings) -> BTreeMap<Instrument, WorkerRelation> {
    let zone = &history.profile.time_zone;
    let sheets = history.screenings.chunk_by(|a, b| a.instrument == b.instrument);
    sheets
        .map(|sheets| {
            let instrument = sheets[0].instrument;
            let index = index_before(history, sheets, settings);
            let is_high = |scored: &Scored| settings.rules.is_positive(instrument, scored.score, &scored.scales);
            let indicator = |date: Date| index.get(&date).copied();
            let settings = relation::Settings::default();
            (instrument, relate_worker(instrument, sheets, zone, indicator, is_high, &settings))
        })
        .collect()
}

/// The strain index of the days that the sheets ask about, each as it was known when the sheet was
/// filled in: a history remembers more nights than its indicators are kept for.
fn index_before(history: &WorkerHistory, sheets: &[Screening], settings: &Settings) -> BTreeMap<Date, f64> {
    let zone = &history.profile.time_zone;
    let mut index = BTreeMap::new();
    for sheet in sheets {
        let recall_days = crate::screening::definition(sheet.instrument).recall_days.unwrap_or(0);
        let taken_on = zone.to_datetime(sheet.taken_at).date();
        let mut track = Track::new();
        // Two days later the nights up to that day are final.
        let then = buckets::plus(taken_on, 2);
        track.update(history, None, then, buckets::last_second(then, zone), &settings.indicators);
        for ago in 0..i32::from(recall_days) {
            let date = buckets::plus(taken_on, -ago);
            if let Some(value) = track.day(date).and_then(|day| day.index) {
                index.insert(date, value.value);
            }
        }
    }
    index
}
