//! Runs of days.

use crate::domain::Date;

/// The length of the longest run that has a day on or after `since`; it may have begun before. The
/// days rise, and `joins` says whether the later of two neighbours goes on with the run.
pub(super) fn longest<T: Copy + Into<Date>>(
    days: impl IntoIterator<Item = T>,
    since: Date,
    joins: impl Fn(T, T) -> bool,
) -> u32 {
    let (mut longest, mut running, mut before) = (0, 0_u32, None);
    for day in days {
        let goes_on = before.is_some_and(|before| joins(before, day));
        running = if goes_on { running.saturating_add(1) } else { 1 };
        before = Some(day);
        if day.into() >= since {
            longest = longest.max(running);
        }
    }
    longest
}

/// Whether one date is the day after the other.
pub(super) fn is_next(earlier: Date, later: Date) -> bool {
    earlier.tomorrow().is_ok_and(|next| next == later)
}
