//! One row per wake date, from everything that came around that night.

use crate::domain::history::NightDetail;
use crate::domain::indicator::NightRow;
use crate::domain::{Date, TimeZone};

/// Computes the row of wake date `date` from the buckets of the day before, the day and the day after.
///
/// Buckets that do not exist are left out; their order does not matter. `None` where nothing of a
/// night is there.
#[must_use]
pub fn night_row(date: Date, buckets: &[&NightDetail], zone: &TimeZone) -> Option<NightRow> {
    let _ = (date, buckets, zone);
    None
}
