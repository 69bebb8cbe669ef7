//! The rolling recomputation: one set of indicators a day, kept up to date from the earliest change.

use crate::domain::history::{PathAnchor, WorkerHistory};
use crate::domain::indicator::HrvState;
use crate::domain::{Date, Timestamp};

use super::composite::Index;
use super::settings::Settings;
use super::sleep::SleepWindow;

/// Nights up to this many days before today can change; later ones are history.
pub const RECOMPUTABLE_DAYS: i32 = 77;
/// Rows older than this many days before today are not looked at. A history that keeps them all
/// gives the same values after a restart as before it.
pub const ROW_DAYS: i32 = 156;
/// Tags older than this many days before today are not looked at.
pub const TAG_DAYS: i32 = 190;

/// What is known of a worker on one day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayIndicators {
    /// The wake date.
    pub date: Date,
    /// How far the night lies from the worker's own reference, in SD.
    pub z: Option<f64>,
    /// Mean z of the last seven days, where three have one.
    pub z7: Option<f64>,
    /// RMSSD of the last seven days against the usual, percent.
    pub change_pct: Option<f64>,
    /// Nights in the reference.
    pub reference_nights: u32,
    /// The HRV state as it is reported.
    pub hrv: HrvState,
    /// Valid nights of the last seven.
    pub nights_used7: u32,
    /// How far the sleeping heart rate lies from the worker's own reference, in SD.
    pub rhr_z: Option<f64>,
    /// Mean of `rhr_z` over the last seven days, where three have one.
    pub rhr_z7: Option<f64>,
    /// Sleep of the last days, where enough nights have it.
    pub sleep: Option<SleepWindow>,
    /// Whether sleep is persistently poor.
    pub is_sleep_poor: bool,
    /// The strain index, where there is enough for it.
    pub index: Option<Index>,
    /// Mean index of the last seven days, where three have one.
    pub index7: Option<f64>,
    /// How far the index can be trusted, 0 to 1, where any component is there.
    pub confidence: Option<f64>,
}

/// The indicators of one worker. Derived only: it can be dropped and made again from the history.
#[derive(Debug, Clone, Default)]
pub struct Track {
    days: Vec<DayIndicators>,
}

impl Track {
    /// A track of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Brings all days up to `today` up to date.
    ///
    /// `changed_from` is the earliest wake date whose row or tags changed since the last call. Only
    /// nights that are final at `now` take part.
    pub fn update(
        &mut self,
        history: &WorkerHistory,
        changed_from: Option<Date>,
        today: Date,
        now: Timestamp,
        settings: &Settings,
    ) {
        let _ = (history, changed_from, today, now, settings);
    }

    /// The indicators of a day, from 77 days before today to today.
    #[must_use]
    pub fn day(&self, date: Date) -> Option<&DayIndicators> {
        self.days.iter().find(|d| d.date == date)
    }

    /// The last `n` days up to `today`, oldest first.
    pub fn last_days(&self, today: Date, n: usize) -> impl Iterator<Item = &DayIndicators> {
        let _ = today;
        self.days.iter().take(n)
    }

    /// Autocorrelation of z from one night to the next, where 30 pairs of nights tell it.
    #[must_use]
    pub fn lag1_autocorrelation(&self) -> Option<f64> {
        None
    }

    /// The states on the day before `date`, for the history to keep when `date` becomes the oldest
    /// day that can change.
    #[must_use]
    pub fn anchor_before(&self, date: Date) -> Option<PathAnchor> {
        let _ = date;
        None
    }
}

/// When the next night of this history becomes final after `now`.
#[must_use]
pub fn next_final(history: &WorkerHistory, now: Timestamp) -> Option<Timestamp> {
    let _ = (history, now);
    None
}
