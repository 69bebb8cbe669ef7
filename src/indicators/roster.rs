//! What the shifts make of sleep: which kind a main sleep is, whether the roster rotates, and how
//! well the breaks between shifts let the worker sleep.

use crate::domain::exposure::Shift;
use crate::domain::indicator::{NightRow, SleepSpan, SleepType};
use crate::domain::{SignedDuration, TimeZone, Timestamp};

use super::settings::Settings;

/// Days of shifts that tell a roster.
pub(super) const ROSTER_DAYS: i32 = 28;
/// Shifts that end this many dates before a wake date are still looked at for the kind of its sleep.
pub(super) const SHIFT_LOOK_BACK: i32 = 2;
/// A shift that begins from this hour on, and is no night shift, is an evening shift.
const EVENING_BEGIN_H: i8 = 12;
/// Sleep whose middle lies within this of the end of a night shift is the sleep after it: whoever
/// stays up until the next evening sleeps at night again.
const AFTER_SHIFT: SignedDuration = SignedDuration::from_hours(12);
/// The middle of a main sleep lies about so far before waking where nothing tells when it began.
const HALF_SLEEP: SignedDuration = SignedDuration::from_hours(3);
/// A longer break between two shifts is a day off.
const LONGEST_BREAK_H: f64 = 24.0;

/// The kind of a shift, in the order in which a forward roster goes through them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ShiftKind {
    /// Begins before noon.
    Day,
    /// Begins from noon on.
    Evening,
    /// Three hours of it or more lie between 23:00 and 06:00.
    Night,
}

impl ShiftKind {
    const ALL: [Self; 3] = [Self::Day, Self::Evening, Self::Night];

    /// The kind of a shift by the worker's clock.
    ///
    /// # Source
    /// Domain reference, section 4.5, for night shifts; the others are told apart by judgement.
    #[must_use]
    pub fn of(shift: &Shift, zone: &TimeZone) -> Self {
        if shift.is_night(zone) {
            Self::Night
        } else if zone.to_datetime(shift.start).hour() >= EVENING_BEGIN_H {
            Self::Evening
        } else {
            Self::Day
        }
    }

    /// Whether going from `self` to `next` turns with the clock: day, evening, night, day.
    #[must_use]
    pub const fn is_forward_to(self, next: Self) -> bool {
        matches!((self, next), (Self::Day, Self::Evening) | (Self::Evening, Self::Night) | (Self::Night, Self::Day))
    }
}

/// What the shifts of 28 days make of a roster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Roster {
    /// Whether it rotates: then regularity of sleep says nothing of the worker, and has no weight.
    pub is_rotating: bool,
    /// Whether it rotates or has night shifts: then social jetlag is not defined.
    pub is_shift_work: bool,
}

impl Roster {
    /// The roster of the shifts of 28 days.
    ///
    /// # Source
    /// Domain reference, section 4.5; the number of shifts is a judgement.
    #[must_use]
    pub(super) fn of(kinds: impl Iterator<Item = ShiftKind> + Clone, settings: &Settings) -> Self {
        let count = |kind| kinds.clone().fold(0, |n, k| n + u32::from(k == kind));
        let counts = ShiftKind::ALL.map(count);
        let is_rotating = counts.iter().filter(|n| **n >= settings.rotating_shifts.max(1)).count() >= 2;
        Self { is_rotating, is_shift_work: is_rotating || counts[2] > 0 }
    }
}

/// The kind of main sleep of a night, by the shifts around it.
///
/// Sleep by day after a night shift is that first, even in parts; else two episodes of three hours
/// make it split.
///
/// # Source
/// Domain reference, sections 2.5 and 4.5; what split is, is a judgement.
#[must_use]
pub(super) fn sleep_type(
    row: &NightRow,
    shifts: impl Iterator<Item = (Shift, ShiftKind)>,
    settings: &Settings,
) -> SleepType {
    let guessed = row.wake_at.saturating_sub(HALF_SLEEP).unwrap_or(row.wake_at);
    let middle = row.sleep.as_ref().map_or(guessed, |sleep| sleep.midpoint);
    let preceding = shifts.filter(|(shift, _)| shift.end <= middle).max_by_key(|(shift, _)| (shift.end, shift.start));
    if preceding
        .is_some_and(|(shift, kind)| kind == ShiftKind::Night && middle.duration_since(shift.end) <= AFTER_SHIFT)
    {
        return SleepType::DayAfterNightShift;
    }
    let long_episodes = row.sleep.as_ref().map_or(0, |sleep| long_episodes(&sleep.spans, settings.split_episode_h));
    if long_episodes >= 2 { SleepType::Split } else { SleepType::Night }
}

/// Spans of at least that length; those less than an hour apart are one.
fn long_episodes(spans: &[SleepSpan], least_h: f64) -> usize {
    let is_one = |a: &SleepSpan, b: &SleepSpan| b.start.duration_since(a.end) < SignedDuration::from_hours(1);
    spans.chunk_by(is_one).filter(|episode| episode.iter().map(hours).sum::<f64>() >= least_h).count()
}

fn hours(span: &SleepSpan) -> f64 {
    span.end.duration_since(span.start).as_secs_f64() / 3600.0
}

/// How well the breaks between shifts let a worker sleep; on rotating rosters in the place of
/// regularity.
///
/// # Source
/// Domain reference, section 4.5.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct RestIntervals {
    /// Shifts looked at.
    pub shifts: u32,
    /// Breaks between them that are no days off.
    pub breaks: u32,
    /// Breaks of less than 11 hours, percent of the breaks.
    pub short_breaks_pct: Option<f64>,
    /// Mean main sleep in those breaks, hours.
    pub main_sleep_h: Option<f64>,
    /// Changes from one kind of shift to another that turn with the clock, percent of the changes.
    pub forward_pct: Option<f64>,
}

impl RestIntervals {
    /// The breaks between `shifts`, which are in order of time. `sleeps` holds the middle and the
    /// length in hours of main sleeps, in any order.
    #[must_use]
    pub fn of(shifts: &[(Shift, ShiftKind)], sleeps: &[(Timestamp, f64)], settings: &Settings) -> Self {
        let (mut breaks, mut short, mut changes, mut forward) = (0u32, 0u32, 0u32, 0u32);
        let (mut slept_h, mut nights) = (0.0, 0u32);
        for pair in shifts.windows(2) {
            let ((before, kind), (after, next)) = (pair[0], pair[1]);
            changes += u32::from(kind != next);
            forward += u32::from(kind.is_forward_to(next));
            let break_h = after.start.duration_since(before.end).as_secs_f64() / 3600.0;
            if break_h > LONGEST_BREAK_H {
                continue;
            }
            breaks += 1;
            short += u32::from(break_h < settings.short_break_h);
            let within = sleeps.iter().filter(|(middle, _)| before.end <= *middle && *middle < after.start);
            if let Some(longest_h) = within.map(|(_, hours)| *hours).max_by(f64::total_cmp) {
                slept_h += longest_h;
                nights += 1;
            }
        }
        let pct = |part: u32, whole: u32| (whole > 0).then(|| 100.0 * f64::from(part) / f64::from(whole));
        Self {
            shifts: u32::try_from(shifts.len()).unwrap_or(u32::MAX),
            breaks,
            short_breaks_pct: pct(short, breaks),
            main_sleep_h: (nights > 0).then(|| slept_h / f64::from(nights)),
            forward_pct: pct(forward, changes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Date;
    use crate::domain::indicator::NightSleep;

    fn at(text: &str) -> Timestamp {
        format!("2026-03-{text}:00Z").parse().unwrap()
    }

    fn shift(start: &str, end: &str) -> (Shift, ShiftKind) {
        let shift = Shift { start: at(start), end: at(end) };
        (shift, ShiftKind::of(&shift, &TimeZone::UTC))
    }

    fn slept(spans: &[(&str, &str)]) -> NightRow {
        let spans: Vec<SleepSpan> =
            spans.iter().map(|(start, end)| SleepSpan { start: at(start), end: at(end) }).collect();
        let main = spans[0];
        let sleep = NightSleep {
            tib_min: 60.0 * hours(&main),
            sol_min: None,
            spt_min: 60.0 * hours(&main),
            waso_min: None,
            tst_min: 60.0 * hours(&main),
            tst24_min: 60.0 * spans.iter().map(hours).sum::<f64>(),
            efficiency_pct: None,
            is_bed_known: false,
            stages: None,
            awakenings: None,
            midpoint: main.start + SignedDuration::from_secs(main.end.duration_since(main.start).as_secs() / 2),
            is_consistent: true,
            spans,
        };
        NightRow {
            date: Date::constant(2026, 3, 2),
            wake_at: main.end,
            hrv: None,
            sleeping_hr_bpm: None,
            irregularity: None,
            sleep: Some(sleep),
        }
    }

    fn kind_of(row: &NightRow, shifts: &[(Shift, ShiftKind)]) -> SleepType {
        sleep_type(row, shifts.iter().copied(), &Settings::default())
    }

    #[test]
    fn sleep_after_a_night_shift_is_told_from_the_night_after_it() {
        let night = shift("01T22:00", "02T06:00");
        let by_day = slept(&[("02T08:00", "02T14:30")]);
        assert_eq!(kind_of(&by_day, &[night]), SleepType::DayAfterNightShift);
        assert_eq!(kind_of(&by_day, &[]), SleepType::Night, "no shift is known");
        assert_eq!(kind_of(&by_day, &[shift("01T14:00", "01T22:00")]), SleepType::Night);
        let evening_after = slept(&[("02T22:30", "03T06:00")]);
        assert_eq!(kind_of(&evening_after, &[night]), SleepType::Night);
        let windows_only = NightRow { sleep: None, ..by_day };
        assert_eq!(kind_of(&windows_only, &[night]), SleepType::DayAfterNightShift);
        let in_parts = slept(&[("02T08:00", "02T12:00"), ("02T16:00", "02T20:00")]);
        assert_eq!(kind_of(&in_parts, &[night]), SleepType::DayAfterNightShift);
        assert_eq!(kind_of(&in_parts, &[]), SleepType::Split);
        assert_eq!(kind_of(&slept(&[("02T00:00", "02T06:00"), ("02T14:00", "02T16:30")]), &[]), SleepType::Night);
    }

    #[test]
    fn two_kinds_of_shift_make_a_rotating_roster() {
        use ShiftKind::{Day, Evening, Night};
        let roster = |kinds: &[ShiftKind]| Roster::of(kinds.iter().copied(), &Settings::default());
        let is = |is_rotating, is_shift_work| Roster { is_rotating, is_shift_work };
        assert_eq!(roster(&[]), is(false, false));
        assert_eq!(roster(&[Day; 20]), is(false, false));
        assert_eq!(roster(&[Night; 20]), is(false, true), "always nights is regular");
        assert_eq!(roster(&[Day, Day, Day, Evening, Evening]), is(false, false));
        assert_eq!(roster(&[Day, Day, Day, Evening, Evening, Evening]), is(true, true));
    }

    #[test]
    fn breaks_are_held_against_eleven_hours_and_turns_against_the_clock() {
        let shifts = [
            shift("01T06:00", "01T14:00"),
            shift("02T14:00", "02T22:00"), // forward, after 24 h
            shift("03T06:00", "03T14:00"), // back, after 8 h
            shift("04T06:00", "04T14:00"),
        ];
        let sleeps = [(at("03T02:00"), 5.0), (at("04T02:00"), 7.0), (at("02T03:00"), 9.0), (at("03T20:00"), 1.0)];
        let rest = RestIntervals::of(&shifts, &sleeps, &Settings::default());
        assert_eq!((rest.shifts, rest.breaks), (4, 3));
        let near = |value: Option<f64>, expected: f64| assert!((value.unwrap() - expected).abs() < 1e-9, "{value:?}");
        near(rest.short_breaks_pct, 100.0 / 3.0);
        near(rest.main_sleep_h, 7.0);
        near(rest.forward_pct, 50.0);
        assert_eq!(RestIntervals::of(&[], &[], &Settings::default()), RestIntervals::default());
    }
}
