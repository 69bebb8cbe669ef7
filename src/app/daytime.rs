//! The daytime strain of a worker, reckoned when somebody asks, from the windows that are kept.
//!
//! Nothing of it is remembered: the windows of the last weeks are in the store, and one worker's days
//! are read in the time that a page takes to open.

use jiff::ToSpan as _;
use serde::{Deserialize, Serialize};

use crate::domain::history::{NightDetail, StoredWindow};
use crate::domain::ids::WorkerNumber;
use crate::domain::worker::Profile;
use crate::domain::{Date, TimeZone};
use crate::indicators::daytime::{self, DayStrain, DaySummary, DaytimeReference, Person, Settings, State};
use crate::store::{Store, ViewError};

/// A day's strain as commands and pages show it.
#[derive(Debug, Serialize, Deserialize)]
pub struct StrainReport {
    /// The worker's date.
    pub date: String,
    /// Mean of max(0, u) over the usable time, in spreads; null without any.
    pub shift_load: Option<f64>,
    /// Usable time over the time from the first window to the last, 0 to 1.
    pub coverage: f64,
    /// The highest strain of the moment, 0 to 100; 50 is usual.
    pub peak: Option<f64>,
    /// What was compared with: the worker's own earlier days, or the quiet part of this one.
    pub basis: String,
    /// Minutes in each state.
    pub minutes: Vec<(String, f64)>,
    /// Every window that something can be said of, by time.
    pub points: Vec<StrainPoint>,
}

/// One window.
#[derive(Debug, Serialize, Deserialize)]
pub struct StrainPoint {
    /// Its end, RFC 3339.
    pub at: String,
    /// `calm`, `usual`, `strained`, `activity`, `no_data` or `learning`.
    pub state: String,
    /// Strain of the moment, 0 to 100; 50 is usual.
    pub strain_now: Option<f64>,
}

/// The strain of a worker's `date`, against the days before it.
///
/// # Errors
/// [`ViewError`] where the store cannot be read.
pub fn strain_of(
    store: &Store,
    worker: WorkerNumber,
    profile: &Profile,
    date: Date,
    settings: &Settings,
) -> Result<StrainReport, ViewError> {
    let zone = &profile.time_zone;
    let person = Person {
        age_years: profile.birth_year.map(|born| f64::from(date.year() - born)),
        resting_hr_bpm: None,
        time_zone: zone.clone(),
    };
    let first = date.saturating_sub(i32::from(settings.reference_days).days());
    let mut reference = DaytimeReference::default();
    let mut buckets = Buckets { store, worker, morning: None };
    for day in first.series(1.day()).take_while(|day| *day < date) {
        let windows = buckets.windows_of(day, zone)?;
        if !windows.is_empty() {
            reference.replace(day, DaySummary::of(&windows, &person, settings));
        }
    }
    let windows = buckets.windows_of(date, zone)?;
    let strain = daytime::day(&windows, &reference.before(date, settings), &person, settings);
    Ok(report(date, &strain))
}

fn report(date: Date, strain: &DayStrain) -> StrainReport {
    StrainReport {
        date: date.to_string(),
        shift_load: strain.load,
        coverage: strain.coverage,
        peak: strain.peak,
        basis: strain.basis.as_str().to_owned(),
        minutes: State::ALL.map(|state| (state.as_str().to_owned(), strain.minutes.of(state))).to_vec(),
        points: strain
            .points
            .iter()
            .map(|point| StrainPoint {
                at: point.at.to_string(),
                state: point.state.as_str().to_owned(),
                strain_now: point.strain_now,
            })
            .collect(),
    }
}

/// The buckets of one worker, read once each as the days go on.
struct Buckets<'a> {
    store: &'a Store,
    worker: WorkerNumber,
    /// The bucket that ends at the noon of this date.
    morning: Option<(Date, Option<NightDetail>)>,
}

impl Buckets<'_> {
    /// The windows that began on a date: buckets go from noon to noon, so a day lies in two.
    fn windows_of(&mut self, date: Date, zone: &TimeZone) -> Result<Vec<StoredWindow>, ViewError> {
        let morning = match self.morning.take() {
            Some((known, bucket)) if known == date => bucket,
            Some(_) | None => self.store.detail(self.worker, date)?,
        };
        let next = date.tomorrow().unwrap_or(date);
        let evening = self.store.detail(self.worker, next)?;
        let windows = [&morning, &evening].into_iter().flatten().flat_map(|bucket| {
            let computed = bucket.beats.iter().flat_map(|beats| &beats.windows);
            bucket.windows.iter().chain(computed)
        });
        let of_date = windows.filter(|window| zone.to_datetime(window.start).date() == date).cloned().collect();
        self.morning = Some((next, evening));
        Ok(of_date)
    }
}
