use super::*;
use proptest::prelude::*;

fn calendar(zone: &str, holidays: &[&str]) -> Calendar {
    let holidays = holidays.iter().map(|date| date.parse().unwrap()).collect();
    Calendar { holidays, ..Calendar::of(TimeZone::get(zone).unwrap()) }
}

/// The local time at which a limit is over that runs since another.
fn due(calendar: &Calendar, from: &str, limit: Limit) -> String {
    let local: DateTime = from.parse().unwrap();
    let from = calendar.zone.to_ambiguous_timestamp(local).compatible().unwrap();
    calendar.zone.to_datetime(calendar.due(from, limit)).to_string()
}

#[test]
fn hours_pass_and_days_keep_the_local_time_where_clocks_change() {
    let berlin = calendar("Europe/Berlin", &[]);
    // Clocks went forward on Sunday 2026-03-29 at 02:00, and back on 2026-10-25 at 03:00.
    for (from, limit, expected) in [
        ("2026-03-28T12:00", Limit::Hours(24), "2026-03-29T13:00:00"),
        ("2026-03-28T12:00", Limit::Days(1), "2026-03-29T12:00:00"),
        ("2026-10-24T12:00", Limit::Hours(24), "2026-10-25T11:00:00"),
        ("2026-10-24T12:00", Limit::Days(1), "2026-10-25T12:00:00"),
        ("2026-03-29T01:50", Limit::Minutes(15), "2026-03-29T03:05:00"),
        ("2026-03-22T08:30", Limit::Weeks(1), "2026-03-29T08:30:00"),
        ("2026-10-23T17:00", Limit::WorkingDays(1), "2026-10-26T17:00:00"),
    ] {
        assert_eq!(due(&berlin, from, limit), expected, "{from} and {limit}");
    }
}

#[test]
fn a_local_time_that_is_skipped_is_later_and_one_that_comes_twice_is_the_first() {
    let berlin = calendar("Europe/Berlin", &[]);
    assert_eq!(due(&berlin, "2026-03-28T02:30", Limit::Days(1)), "2026-03-29T03:30:00");
    let from = "2026-10-24T02:30:00+02:00".parse().unwrap();
    assert_eq!(berlin.due(from, Limit::Days(1)).to_string(), "2026-10-25T00:30:00Z", "in summer time still");
    // From the second of the two half past two the limit is not over before it begins.
    let second = "2026-10-25T02:30:00+01:00".parse().unwrap();
    assert_eq!(berlin.due(second, Limit::Days(0)), second);
}

#[test]
fn working_days_skip_weekends_and_holidays() {
    let berlin = calendar("Europe/Berlin", &["2026-04-03", "2026-04-06"]);
    for (from, n, expected) in [
        ("2026-03-02T10:00", 1, "2026-03-03T10:00:00"),
        ("2026-03-06T10:00", 1, "2026-03-09T10:00:00"),
        ("2026-03-06T10:00", 5, "2026-03-13T10:00:00"),
        // Thursday before Easter: Good Friday, the weekend and Easter Monday are off.
        ("2026-04-02T10:00", 1, "2026-04-07T10:00:00"),
        ("2026-04-02T10:00", 3, "2026-04-09T10:00:00"),
        ("2026-04-02T10:00", 0, "2026-04-02T10:00:00"),
    ] {
        assert_eq!(due(&berlin, from, Limit::WorkingDays(n)), expected, "{from} and {n}");
    }
}

#[test]
fn what_begins_on_a_day_off_has_its_last_working_day_whole() {
    let berlin = calendar("Europe/Berlin", &["2026-04-03", "2026-04-06"]);
    for (from, n, expected) in [
        ("2026-03-07T01:00", 1, "2026-03-09T23:59:00"),
        ("2026-03-08T23:00", 1, "2026-03-09T23:59:00"),
        ("2026-03-08T23:00", 3, "2026-03-11T23:59:00"),
        ("2026-04-03T09:00", 1, "2026-04-07T23:59:00"),
    ] {
        assert_eq!(due(&berlin, from, Limit::WorkingDays(n)), expected, "{from} and {n}");
    }
    // The minute before and the minute after belong to one row: nobody gains by the midnight between.
    assert_eq!(due(&berlin, "2026-03-06T23:59", Limit::WorkingDays(1)), "2026-03-09T23:59:00");
    assert_eq!(due(&berlin, "2026-03-07T00:00", Limit::WorkingDays(1)), "2026-03-09T23:59:00");
    assert_eq!(due(&berlin, "2026-03-09T00:00", Limit::WorkingDays(1)), "2026-03-10T00:00:00");
}

#[test]
fn a_week_may_begin_on_any_day() {
    let sunday_to_thursday = WorkingDays::of(Weekday::Sunday.cycle_forward().take(5)).unwrap();
    let site = Calendar { working_days: sunday_to_thursday, ..calendar("Asia/Dubai", &[]) };
    assert_eq!(due(&site, "2026-03-05T10:00", Limit::WorkingDays(1)), "2026-03-08T10:00:00", "Thursday to Sunday");
    assert_eq!(WorkingDays::of([]), None);
}

#[test]
fn the_same_day_ends_with_it_but_never_in_less_than_the_hours_it_leaves() {
    let hanoi = calendar("Asia/Ho_Chi_Minh", &[]);
    let limit = Limit::SameDay { least_h: 4 };
    assert_eq!(due(&hanoi, "2026-03-07T08:00", limit), "2026-03-07T23:59:00", "a Saturday, too");
    assert_eq!(due(&hanoi, "2026-03-07T19:59", limit), "2026-03-07T23:59:00");
    assert_eq!(due(&hanoi, "2026-03-07T23:50", limit), "2026-03-08T03:50:00");
    // The night in which clocks go forward: four hours that pass.
    let berlin = calendar("Europe/Berlin", &[]);
    assert_eq!(due(&berlin, "2026-03-28T23:50", limit), "2026-03-29T04:50:00");
}

#[test]
fn at_the_end_of_time_a_limit_is_over_then() {
    let berlin = calendar("Europe/Berlin", &[]);
    for limit in [Limit::Minutes(u32::MAX), Limit::Hours(u32::MAX), Limit::Days(u32::MAX), Limit::Weeks(u32::MAX)] {
        assert_eq!(berlin.due(Timestamp::MAX, limit), Timestamp::MAX);
        assert_eq!(berlin.due("2026-03-01T00:00Z".parse().unwrap(), limit), Timestamp::MAX, "{limit}");
    }
    assert_eq!(berlin.due(Timestamp::MAX, Limit::WorkingDays(260)), Timestamp::MAX);
    assert_eq!(berlin.due(Timestamp::MAX, Limit::SameDay { least_h: 4 }), Timestamp::MAX);
}

#[test]
fn a_site_without_a_calendar_of_its_own_has_the_default() {
    let name = |text| SiteId::parse(text).unwrap();
    let mine = calendar("Europe/Berlin", &["2026-05-01"]);
    let calendars = Calendars { by_site: BTreeMap::from([(name("a"), mine.clone())]), ..Calendars::default() };
    assert_eq!(calendars.of(&name("a")), &mine);
    assert_eq!(calendars.of(&name("b")), &Calendar::default());
}

fn any_calendar() -> impl Strategy<Value = Calendar> {
    const ZONES: &[&str] =
        &["UTC", "Europe/Berlin", "America/New_York", "Asia/Ho_Chi_Minh", "Pacific/Apia", "Australia/Lord_Howe"];
    let holidays = prop::collection::btree_set(0_i64..500, 0..60);
    (prop::sample::select(ZONES), 1_u8..128, holidays).prop_map(|(zone, days, holidays)| Calendar {
        zone: TimeZone::get(zone).unwrap(),
        working_days: WorkingDays(days),
        holidays: holidays.into_iter().map(|day| Date::constant(2026, 1, 1) + jiff::Span::new().days(day)).collect(),
    })
}

/// Every date after `date`, one after the other, with its working days counted.
fn walked(calendar: &Calendar, date: Date, count: u32) -> Date {
    let works = |date: &Date| {
        let number = date.weekday().to_monday_one_offset() - 1;
        calendar.working_days.0 >> number & 1 == 1 && !calendar.holidays.iter().any(|holiday| holiday == date)
    };
    date.series(jiff::Span::new().days(1)).skip(1).filter(works).nth(count as usize - 1).unwrap()
}

proptest! {
    #[test]
    fn working_days_are_those_of_a_walk_from_day_to_day(
        calendar in any_calendar(),
        minutes in 0_i64..600_000,
        count in 1_u32..40,
    ) {
        let from = Timestamp::constant(1_767_225_600, 0) + SignedDuration::from_mins(minutes);
        let (start, end) = (calendar.zone.to_datetime(from), calendar.zone.to_datetime(calendar.due(from, Limit::WorkingDays(count))));
        prop_assert_eq!(end.date(), walked(&calendar, start.date(), count));
        let time = if calendar.is_working(start.date()) { start.time() } else { END_OF_DAY };
        // The local time stays, but for the one that clocks skip that night.
        let offset = calendar.zone.to_ambiguous_timestamp(end.date().to_datetime(time)).offset();
        let is_skipped = matches!(offset, jiff::tz::AmbiguousOffset::Gap { .. });
        prop_assert!(end.time() == time || is_skipped);
    }

    #[test]
    fn more_time_is_never_over_sooner(calendar in any_calendar(), minutes in 0_i64..600_000, count in 1_u32..40) {
        let from = Timestamp::constant(1_767_225_600, 0) + SignedDuration::from_mins(minutes);
        let limits: [fn(u32) -> Limit; 5] = [Limit::Minutes, Limit::Hours, Limit::Days, Limit::WorkingDays, Limit::Weeks];
        for limit in limits {
            let (one, other) = (calendar.due(from, limit(count)), calendar.due(from, limit(count + 1)));
            prop_assert!(from < one && one < other, "{:?}", limit(count));
        }
    }
}
