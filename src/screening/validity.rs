//! Until when a score counts as the latest one.

use super::definition;
use crate::domain::Date;
use crate::domain::screening::Instrument;

/// So many days of leave without a break are borne; with the next one the score counts no more.
///
/// # Source
/// Domain reference, section 6.2.
const LONGEST_LEAVE_DAYS: usize = 28;

/// The last day on which a score counts: so many days after filling in as its instrument allows, or the
/// day before what ends it early. That is an event in the person's life, or a leave of more than 28
/// days; `off_work` and `events` are the dates of both, in order, and those up to the day of filling in
/// say nothing.
///
/// A change of the questionnaire's version or language would end it too, but payloads do not tell them.
///
/// # Source
/// Domain reference, sections 6.1 and 6.2.
#[must_use]
pub fn valid_until(
    instrument: Instrument,
    taken_on: Date,
    off_work: impl IntoIterator<Item = Date>,
    events: impl IntoIterator<Item = Date>,
) -> Date {
    let length = jiff::Span::new().days(definition(instrument).validity_days);
    let regular = taken_on.checked_add(length).unwrap_or(Date::MAX);
    let event = events.into_iter().find(|day| *day > taken_on);
    let leave = end_of_leave(off_work.into_iter().filter(|day| *day > taken_on));
    let before = |day: Date| day.yesterday().unwrap_or(Date::MIN);
    [event, leave].into_iter().flatten().map(before).fold(regular, Date::min)
}

/// For how long a score counts at most, whatever its instrument: what could end one early is to be
/// remembered as long.
///
/// # Units
/// Days.
#[must_use]
pub fn longest_validity_days() -> i32 {
    Instrument::ALL.iter().map(|instrument| definition(*instrument).validity_days).fold(0, i32::max)
}

/// The day on which a leave became too long.
fn end_of_leave(days: impl Iterator<Item = Date>) -> Option<Date> {
    let (mut last, mut length) = (None::<Date>, 0);
    for day in days {
        let continues = last.is_some_and(|last| last.tomorrow().is_ok_and(|next| next == day));
        length = if continues { length + 1 } else { 1 };
        last = Some(day);
        if length > LONGEST_LEAVE_DAYS {
            return Some(day);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i32) -> Date {
        Date::constant(2026, 1, 1).checked_add(jiff::Span::new().days(number)).unwrap()
    }

    #[test]
    fn a_score_counts_as_long_as_its_instrument_allows() {
        assert_eq!(valid_until(Instrument::Gad7, day(0), [], []), day(90));
        assert_eq!(valid_until(Instrument::Phq4, day(0), [], []), day(30));
        assert_eq!(valid_until(Instrument::Gad7, Date::MAX, [], []), Date::MAX);
    }

    #[test]
    fn an_event_in_between_ends_it_the_day_before() {
        assert_eq!(valid_until(Instrument::Gad7, day(0), [], [day(-3), day(0), day(10), day(20)]), day(9));
        assert_eq!(valid_until(Instrument::Gad7, day(0), [], [day(200)]), day(90));
    }

    #[test]
    fn more_than_28_days_of_leave_end_it_and_28_do_not() {
        let leave = |from: i32, length: i32| (from..from + length).map(day);
        assert_eq!(valid_until(Instrument::Gad7, day(0), leave(5, 28), []), day(90));
        assert_eq!(valid_until(Instrument::Gad7, day(0), leave(5, 29), []), day(32));
        let parted = leave(5, 20).chain(leave(26, 20));
        assert_eq!(valid_until(Instrument::Gad7, day(0), parted, []), day(90));
        assert_eq!(valid_until(Instrument::Gad7, day(0), leave(-20, 40), []), day(90), "it was filled in on leave");
    }
}
