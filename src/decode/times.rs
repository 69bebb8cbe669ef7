//! Whether an item's time can be: what only the clock can tell, so admission asks it, not [`super::decode`].

use crate::domain::item::Item;
use crate::domain::reading::Reading;
use crate::domain::rejection::Reason;
use crate::domain::{Date, SignedDuration, Timestamp};

/// Hours by which the date of the easternmost zone (UTC+14) is ahead of UTC.
const DATE_LEAD_H: i64 = 14;

/// The times of an item: the one that says how old it is, and the latest one it names.
struct Span {
    begins: Timestamp,
    latest: Timestamp,
}

/// Refuses what is too old, or not yet possible.
///
/// Readings are refused when they begin more than `max_age_days` ago, because no night that old is
/// computed again. Screenings, exposures and progress of any age are taken: a questionnaire answered
/// on paper is typed in later, its validity is judged by date, and old exposures serve statistics.
/// Nothing may lie more than `max_ahead_s` in the future. An item that names only a date is as old
/// as the end of that date and as new as its begin, each in the zone that favours the item.
///
/// # Errors
/// The reason, and the detail for the receipt.
pub fn check(item: &Item, now: Timestamp, max_age_days: i64, max_ahead_s: i64) -> Result<(), (Reason, String)> {
    let Some(span) = span(item) else {
        return Err((Reason::BadTimestamp, "the date is beyond the calendar".to_owned()));
    };
    if span.latest.duration_since(now) > SignedDuration::from_secs(max_ahead_s) {
        return Err((
            Reason::InFuture,
            format!("{} is more than {max_ahead_s} s ahead of {now}", stated(item, span.latest)),
        ));
    }
    let age_limit = SignedDuration::from_hours(max_age_days.saturating_mul(24).min(MAX_HOURS));
    if matches!(item, Item::Reading(_)) && now.duration_since(span.begins) > age_limit {
        return Err((Reason::TooOld, format!("{} is more than {max_age_days} days old", stated(item, span.begins))));
    }
    Ok(())
}

/// The longest span of hours that does not overflow a duration, and longer than the calendar.
const MAX_HOURS: i64 = 24 * 366 * 20_000;

fn span(item: &Item) -> Option<Span> {
    let of = |begins, latest| Some(Span { begins, latest });
    match item {
        Item::Reading(Reading::Hrv(window)) => of(window.start, window.start),
        Item::Reading(Reading::Beats(beats)) => of(beats.start, beats.start),
        Item::Reading(Reading::Sleep(sleep)) => of(sleep.start, sleep.end),
        Item::Reading(Reading::Nightly(night)) => day(night.date),
        Item::Reading(Reading::Tag(report)) => day(report.date),
        Item::Screening(screening) => of(screening.taken_at, screening.taken_at),
        Item::Exposure(exposure) => {
            let day = day(exposure.date)?;
            // A roster system may report a shift on the day it begins, so its end is not held against it.
            of(day.begins, exposure.shift.map_or(day.latest, |shift| shift.start.max(day.latest)))
        }
        Item::Progress(progress) => of(progress.at, progress.at),
    }
}

/// The end of a date where it ends last, and the begin where it begins first.
fn day(date: Date) -> Option<Span> {
    let midnight = date.to_zoned(crate::domain::TimeZone::UTC).ok()?.timestamp();
    let begins = midnight.checked_add(SignedDuration::from_hours(24 + 12)).ok()?;
    let latest = midnight.checked_sub(SignedDuration::from_hours(DATE_LEAD_H)).ok()?;
    Some(Span { begins, latest })
}

/// The time as the item gave it.
fn stated(item: &Item, time: Timestamp) -> String {
    match item {
        Item::Reading(Reading::Nightly(night)) => night.date.to_string(),
        Item::Reading(Reading::Tag(report)) => report.date.to_string(),
        Item::Exposure(exposure) if exposure.shift.is_none_or(|shift| shift.start != time) => exposure.date.to_string(),
        Item::Exposure(_)
        | Item::Screening(_)
        | Item::Progress(_)
        | Item::Reading(Reading::Hrv(_) | Reading::Beats(_) | Reading::Sleep(_)) => time.to_string(),
    }
}
