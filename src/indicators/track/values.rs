//! The values of single nights, for whoever compares weeks of them.

use crate::domain::Date;

use super::references::Kind;
use super::{ROW_DAYS, Track, day_number};

/// What makes two nights comparable: band, medication, kind of sleep.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparable(Kind);

/// The values of one night that nothing excludes, such as illness or alcohol.
///
/// # Source
/// Domain reference, sections 2.8 (what excludes) and 8.5 (which outcomes are compared).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NightValues {
    /// ln(RMSSD in ms).
    pub ln_rmssd: Option<f64>,
    /// Heart rate asleep.
    pub rhr_bpm: Option<f64>,
    /// Sleep of the worker-day.
    ///
    /// # Units
    /// Hours.
    pub tst24_h: Option<f64>,
    /// With which nights HRV and heart rate may be compared.
    pub comparable: Comparable,
}

impl Track {
    /// The values of a night that is final, from 156 days before today to today.
    ///
    /// # Source
    /// Domain reference, sections 2.8 (what excludes a night) and 8.5 (valid nights).
    #[must_use]
    pub fn night(&self, date: Date) -> Option<NightValues> {
        let number = day_number(date);
        if !(self.today - ROW_DAYS..=self.today).contains(&number) {
            return None;
        }
        let cell = self.cells.range(number, number).first()?;
        let sleep = cell.sleep.as_ref().filter(|sleep| !sleep.is_contradictory);
        Some(NightValues {
            ln_rmssd: cell.ln_rmssd,
            rhr_bpm: cell.rhr_bpm,
            tst24_h: sleep.map(|sleep| sleep.tst24_h),
            comparable: Comparable(Kind::of(cell)),
        })
    }
}
