use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::domain::exposure::{Shift, WorkEvent};

const TODAY: Date = date(2026, 3, 15);

/// What is known of a worker in a test.
struct Case {
    days: BTreeMap<Date, ExposureDay>,
    tags: BTreeMap<Date, BTreeSet<Tag>>,
    zone: TimeZone,
}

impl Case {
    fn new() -> Self {
        Self { days: BTreeMap::new(), tags: BTreeMap::new(), zone: TimeZone::UTC }
    }

    fn day(&mut self, ago: i32) -> &mut ExposureDay {
        let date = TODAY.saturating_sub(ago.days());
        self.days.entry(date).or_insert_with(|| ExposureDay::empty(date))
    }

    /// A shift that begins so many days ago at that hour, and lasts so many hours on the clock.
    fn shift(mut self, ago: i32, hour: i8, hours: i32) -> Self {
        let start = TODAY.saturating_sub(ago.days()).at(hour, 0, 0, 0);
        let instant = |at| self.zone.to_timestamp(at).unwrap();
        let shift = Shift { start: instant(start), end: instant(start.saturating_add(hours.hours())) };
        self.day(ago).shift = Some(shift);
        self
    }

    fn shifts(self, ago: impl IntoIterator<Item = i32>, hour: i8, hours: i32) -> Self {
        ago.into_iter().fold(self, |case, ago| case.shift(ago, hour, hours))
    }

    fn event(mut self, ago: i32, event: WorkEvent) -> Self {
        self.day(ago).events.get_or_insert_default().push(event);
        self
    }

    fn off(mut self, ago: impl IntoIterator<Item = i32>) -> Self {
        self.tags.extend(ago.into_iter().map(|ago| (TODAY.saturating_sub(ago.days()), BTreeSet::from([Tag::OffWork]))));
        self
    }

    fn judge(&self) -> Findings {
        self.judge_by(&Limits::default())
    }

    fn judge_by(&self, limits: &Limits) -> Findings {
        assess(&Known { days: &self.days, tags: &self.tags, zone: &self.zone }, TODAY, limits)
    }
}

fn kinds(flags: &[ExposureEvidence]) -> Vec<(&str, f64, f64)> {
    flags.iter().map(|flag| (&*flag.kind, flag.value, flag.limit)).collect()
}

#[test]
fn a_day_that_tells_only_its_shift_was_worked_as_long() {
    let case = Case::new().shifts([1, 2, 3, 4, 5], 8, 11);
    assert_eq!(kinds(&case.judge().red), [("weekly_hours", 55.0, 55.0)]);
    // Hours that are reported go before it.
    let mut case = case;
    case.day(1).worked_h = Some(9.0);
    assert_eq!(case.judge().weekly_hours, Some(53.0));
}

#[test]
fn a_shift_that_two_dates_report_is_worked_once() {
    let mut case = Case::new().shift(2, 22, 8);
    case.day(1).shift = case.day(2).shift;
    let found = case.judge();
    assert_eq!((found.weekly_hours, found.night_run, found.quick_returns_7d), (Some(8.0), 1, 0));
    assert_eq!(found.consecutive_work_days, 1);
}

#[test]
fn overlapping_shifts_are_one_and_no_quick_return() {
    let found = Case::new().shift(2, 8, 30).shift(1, 10, 8).judge();
    assert_eq!((found.weekly_hours, found.quick_returns_7d), (Some(34.0), 0));
}

#[test]
fn a_shift_of_which_no_hours_were_worked_is_a_plan() {
    let mut case = Case::new().shift(2, 22, 8);
    case.day(2).worked_h = Some(0.0);
    let found = case.judge();
    assert_eq!((found.weekly_hours, found.night_run, found.consecutive_work_days), (Some(0.0), 0, 0));
}

#[test]
fn three_hours_of_a_night_make_it_worked() {
    let night = |hour, hours| Case::new().shift(2, hour, hours).judge().nights_in_28_d;
    assert_eq!([night(18, 8), night(18, 7)], [1, 0]);
    assert_eq!([night(3, 8), night(4, 8)], [1, 0]);
    // An hour before midnight counts as much as one after it.
    assert_eq!(night(20, 6), 1);
}

#[test]
fn nights_are_nights_where_the_worker_is() {
    let mut case = Case::new();
    case.zone = TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
    let by_day = case.shift(2, 7, 12);
    assert_eq!(by_day.judge().nights_in_28_d, 0);
    let elsewhere = Case { zone: TimeZone::UTC, ..by_day };
    assert_eq!(elsewhere.judge().nights_in_28_d, 1);
}

#[test]
fn the_hour_that_clocks_skip_is_not_worked() {
    // In New York clocks went from 2:00 to 3:00 on 8 March 2026, a week before.
    let night = |ago, hour, hours| {
        let mut case = Case::new();
        case.zone = TimeZone::get("America/New_York").unwrap();
        case.shift(ago, hour, hours).judge().nights_in_28_d
    };
    // 23:00 to 3:00 is three hours of work and still a night; 0:00 to 3:00 is two and none.
    assert_eq!([night(8, 23, 4), night(7, 0, 3)], [1, 0]);
}

#[test]
fn four_nights_in_a_row_are_red_and_three_are_not() {
    let run = |nights: i32| Case::new().shifts(1..=nights, 22, 8).judge();
    assert!(run(3).red.is_empty());
    assert_eq!(kinds(&run(4).red), [("consecutive_nights", 4.0, 4.0)]);
    // A run that ended eight mornings ago is over; one that began before and reaches in is told whole.
    assert_eq!(Case::new().shifts(8..14, 22, 8).judge().night_run, 0);
    assert_eq!(Case::new().shifts(7..14, 22, 8).judge().night_run, 7);
}

#[test]
fn tonight_is_not_over_yet() {
    assert_eq!(Case::new().shifts([0, 1], 22, 8).judge().night_run, 1);
    assert_eq!(Case::new().shift(-1, 7, 8).judge(), Findings::default());
}

#[test]
fn eight_nights_in_four_weeks_are_red_unless_they_are_planned() {
    let case = Case::new().shifts([1, 2, 8, 9, 15, 16, 22, 23], 22, 8);
    assert_eq!(kinds(&case.judge().red), [("nights_in_28_d", 8.0, 8.0)]);
    assert!(case.judge_by(&Limits { has_rotation_plan: true, ..Limits::default() }).red.is_empty());
    // The night before last fell out four weeks later.
    assert_eq!(Case::new().shifts([28, 29], 22, 8).judge().nights_in_28_d, 1);
}

#[test]
fn six_weeks_of_nights_are_a_spell_of_six_weeks() {
    let weeks = |weeks: i32, nights: i32| {
        let ago = (0..weeks * 7).filter(|day| day % 7 < nights).map(|day| day + 1);
        Case::new().shifts(ago, 22, 8).judge().night_spell_weeks
    };
    assert_eq!([weeks(6, 4), weeks(2, 3), weeks(6, 2)], [6, 2, 0]);
    let rotating = (0..42).filter(|day| day / 7 % 3 == 0).map(|day| day + 1);
    assert_eq!(Case::new().shifts(rotating, 22, 8).judge().night_spell_weeks, 1);
    assert_eq!(Case::new().shifts(8..40, 22, 8).judge().night_spell_weeks, 0);
}

#[test]
fn one_quick_return_is_amber_and_two_are_red() {
    // Late until 22:00, early from 6:00.
    let one = Case::new().shift(3, 14, 8).shift(2, 6, 8);
    assert_eq!(kinds(&one.judge().amber), [("quick_returns_7_d", 1.0, 1.0)]);
    let two = one.shift(1, 0, 6);
    assert_eq!(kinds(&two.judge().red), [("quick_returns_7_d", 2.0, 2.0)]);
    let eleven_hours = Case::new().shift(3, 11, 8).shift(2, 6, 8);
    assert_eq!(eleven_hours.judge().quick_returns_7d, 0);
}

#[test]
fn a_quick_return_counts_by_the_day_of_the_return() {
    assert_eq!(Case::new().shift(7, 14, 8).shift(6, 6, 8).judge().quick_returns_7d, 1);
    assert_eq!(Case::new().shift(8, 14, 8).shift(7, 6, 8).judge().quick_returns_7d, 0);
}

#[test]
fn seven_work_days_without_a_long_rest_are_red() {
    let days = |count: i32| Case::new().shifts(1..=count, 8, 6).judge();
    assert_eq!(kinds(&days(7).red), [("consecutive_work_days", 7.0, 7.0)]);
    assert!(days(6).red.is_empty());
    // From early on one date to nights on the next lie 32 hours of rest.
    let rested = Case::new().shifts([4, 5, 6, 7], 6, 8).shifts([1, 2, 3], 22, 8);
    assert_eq!(rested.judge().consecutive_work_days, 4);
    // A free date between a late end and an early begin is no long rest.
    let unrested = Case::new().shift(4, 20, 14).shift(2, 8, 8);
    assert_eq!(unrested.judge().consecutive_work_days, 2);
}

#[test]
fn a_shift_that_is_dated_by_its_end_is_one_work_day() {
    // 19:00 to 01:00 every second day, and each is sent for the date of its morning.
    let by_begin = Case::new().shifts((1..24).step_by(2), 19, 6);
    let mut by_end = Case::new();
    for day in by_begin.days.values() {
        let date = day.date.tomorrow().unwrap();
        by_end.days.insert(date, ExposureDay { date, worked_h: Some(6.0), ..day.clone() });
    }
    assert_eq!(by_begin.judge().consecutive_work_days, 1);
    assert_eq!(by_end.judge().consecutive_work_days, 1);
    assert!(by_end.judge().red.is_empty());
    // Every night, they are a run as long as the nights are many.
    let every_night = Case::new().shifts(1..=9, 19, 6);
    let mut case = Case::new();
    for day in every_night.days.values() {
        let date = day.date.tomorrow().unwrap();
        case.days.insert(date, ExposureDay { date, ..day.clone() });
    }
    assert_eq!([every_night.judge().consecutive_work_days, case.judge().consecutive_work_days], [9, 9]);
}

#[test]
fn without_shifts_neighbouring_dates_are_a_run_of_work_days() {
    let mut case = Case::new();
    (0..9).filter(|ago| *ago != 7).for_each(|ago| case.day(ago).worked_h = Some(7.0));
    assert_eq!(case.judge().consecutive_work_days, 7);
    case.day(3).worked_h = Some(0.0);
    assert_eq!(case.judge().consecutive_work_days, 3);
}

#[test]
fn heat_is_red_over_its_reference_and_not_at_it() {
    let heat = |wbgt_c| {
        let mut case = Case::new();
        case.day(6).wbgt_c = Some(wbgt_c);
        case.judge()
    };
    assert!(heat(28.0).red.is_empty());
    assert_eq!(kinds(&heat(28.5).red), [("wbgt_c", 28.5, 28.0)]);
    assert_eq!(heat(28.5).wbgt_over_reference_c, Some(0.5));
}

#[test]
fn a_long_noisy_week_is_louder_than_its_days() {
    let week = |days: i32, level| {
        let mut case = Case::new();
        (0..days).for_each(|ago| case.day(ago).noise_lex8h_dba = Some(level));
        case.judge()
    };
    assert_eq!(week(6, 84.5).red.iter().map(|flag| &*flag.kind).collect::<Vec<_>>(), ["noise_lex40h_dba"]);
    assert_eq!(week(6, 84.5).amber.iter().map(|flag| &*flag.kind).collect::<Vec<_>>(), ["noise_lex8h_dba"]);
    assert!(week(5, 84.5).red.is_empty());
}

#[test]
fn violence_is_red_for_a_week_and_remembered_for_longer() {
    let case = Case::new().event(6, WorkEvent::Violence).event(9, WorkEvent::Accident);
    assert_eq!(kinds(&case.judge().red), [("violence_events_7_d", 1.0, 1.0)]);
    assert_eq!(case.judge().days_since_incident, Some(6));
    let accident = Case::new().event(40, WorkEvent::Accident).event(1, WorkEvent::Other("drill".into())).judge();
    assert_eq!((accident.red.len(), accident.days_since_incident), (0, Some(40)));
}

#[test]
fn four_weeks_off_end_in_a_return() {
    let since = |case: Case| case.judge().days_since_return;
    assert_eq!(since(Case::new().off(10..38)), Some(9));
    assert_eq!(since(Case::new().off(10..37)), None);
    assert_eq!(since(Case::new().off(1..38)), Some(0));
    assert_eq!(since(Case::new().off(0..38)), None);
    assert_eq!(since(Case::new().off(10..38).event(3, WorkEvent::ReturnToWork)), Some(3));
}

#[test]
fn a_changed_limit_no_longer_names_its_standard() {
    let mut case = Case::new();
    case.day(0).worked_h = Some(60.0);
    let stricter = Limits { weekly_hours_red: 52.0, ..Limits::default() };
    assert_eq!(case.judge().red[0].source, "WHO/ILO 2021");
    assert_eq!(case.judge_by(&stricter).red[0].source, "site setting");
}

#[test]
fn a_rule_may_rest_on_what_is_no_flag() {
    let mut case = Case::new();
    (0..3).for_each(|ago| case.day(ago).overtime_h = Some(2.0));
    case.day(1).noise_lex8h_dba = Some(86.0);
    let found = case.judge();
    assert!(found.red.iter().all(|flag| flag.kind != OVERTIME_DAYS));
    let run = found.evidence(OVERTIME_DAYS, 3.0, "rule R17").unwrap();
    assert_eq!((&*run.kind, run.value, run.limit), ("overtime_days", 3.0, 3.0));
    assert_eq!(found.evidence(OVERTIME_NOISE_LEX8H_DBA, 85.0, "rule R17").map(|noise| noise.value), Some(86.0));
    assert_eq!(found.evidence("quick_returns_7_d", 1.0, "rule"), None);
    assert_eq!(found.evidence("no_such_kind", 1.0, "rule"), None);
}

fn any_day() -> impl Strategy<Value = (i32, ExposureDay)> {
    let number = || proptest::option::of(prop_oneof![-10.0..200.0, proptest::num::f64::ANY]);
    let shift = proptest::option::of((-200..200i64, 0..200i64));
    let event = prop_oneof![Just(WorkEvent::Violence), Just(WorkEvent::ReturnToWork), Just(WorkEvent::Accident)];
    let events = proptest::option::of(proptest::collection::vec(event, 0..3));
    (-3..60i32, number(), number(), shift, number(), number(), events).prop_map(
        |(ago, worked_h, overtime_h, shift, noise_lex8h_dba, wbgt_c, events)| {
            let date = TODAY.saturating_sub(ago.days());
            let midnight = TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).unwrap();
            let shift = shift.map(|(from, hours)| {
                let start = midnight.saturating_add(from.hours()).unwrap();
                Shift { start, end: start.saturating_add(hours.hours()).unwrap() }
            });
            (ago, ExposureDay { date, worked_h, overtime_h, shift, noise_lex8h_dba, wbgt_c, events })
        },
    )
}

proptest! {
    #[test]
    fn no_finding_is_not_a_number(days in proptest::collection::vec(any_day(), 0..30)) {
        let mut case = Case::new();
        case.days = days.into_iter().map(|(_, day)| (day.date, day)).collect();
        case.zone = TimeZone::get("Europe/Berlin").unwrap();
        let found = case.judge();
        prop_assert!(found.figures().all(|(_, value)| value.is_finite()));
        prop_assert!(found.red.iter().chain(&found.amber).all(|flag| flag.value.is_finite() && flag.limit.is_finite()));
        let numbers = [found.weekly_hours, found.noise_dba, found.noise_week_dba, found.wbgt_c, found.wbgt_over_reference_c];
        prop_assert!(numbers.into_iter().flatten().all(f64::is_finite), "{found:?}");
    }

    #[test]
    fn days_that_came_in_another_order_find_the_same(
        days in proptest::collection::vec(any_day(), 0..30).prop_shuffle(),
    ) {
        // Of one date the last one counts, so that each date is taken once.
        let unique: BTreeMap<i32, ExposureDay> = days.iter().cloned().collect();
        let (mut one, mut other) = (Case::new(), Case::new());
        for (ago, day) in &unique {
            one.day(*ago).merge(day.clone());
        }
        for (ago, day) in unique.iter().rev() {
            other.day(*ago).merge(day.clone());
        }
        prop_assert_eq!(format!("{:?}", one.judge()), format!("{:?}", other.judge()));
    }

    #[test]
    fn plans_change_nothing(days in proptest::collection::vec(any_day(), 0..20)) {
        let mut case = Case::new();
        case.days = days.into_iter().map(|(_, day)| (day.date, day)).collect();
        let with_plans = case.judge();
        case.days.retain(|date, _| *date <= TODAY);
        prop_assert_eq!(format!("{with_plans:?}"), format!("{:?}", case.judge()));
    }
}
