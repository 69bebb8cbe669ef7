use std::collections::BTreeSet;

use super::*;
use crate::domain::TimeZone;
use proptest::prelude::*;

/// A site in Berlin that is closed on Good Friday, Easter Monday, Labour Day, Ascension, Whit Monday,
/// Reformation Day and the days around Christmas.
fn berlin() -> Calendar {
    let holidays = [
        "2026-04-03",
        "2026-04-06",
        "2026-05-01",
        "2026-05-14",
        "2026-05-25",
        "2026-10-31",
        "2026-11-18",
        "2026-12-24",
        "2026-12-25",
        "2026-12-31",
        "2027-01-01",
    ];
    let holidays: BTreeSet<_> = holidays.iter().map(|date| date.parse().unwrap()).collect();
    Calendar { holidays, ..Calendar::of(TimeZone::get("Europe/Berlin").unwrap()) }
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// Every limit of a level with its due moment, told in local time with the offset.
fn table(level: Level, raised_at: &str, live_at: &str) -> Vec<(&'static str, u8, String)> {
    let (calendar, table) = (berlin(), LimitTable::default());
    let running = open(level, at(raised_at), &calendar, &table);
    let follow_ups = in_action(level, at(live_at), &calendar, &table);
    let local = |due: Timestamp| {
        let local = due.to_zoned(calendar.zone.clone());
        local.strftime("%a %Y-%m-%d %H:%M %:z").to_string()
    };
    running.iter().chain(&follow_ups).map(|d| (d.milestone.as_str(), d.number, local(d.due))).collect()
}

fn assert_table(found: &[(&str, u8, String)], expected: &[(&str, u8, &str)]) {
    let found: Vec<_> = found.iter().map(|(name, number, due)| (*name, *number, due.as_str())).collect();
    assert_eq!(found, expected);
}

#[test]
fn medium_limits_hold_over_easter_and_the_change_to_summer_time() {
    // Raised on Friday before clocks go forward on 2026-03-29; Good Friday and Easter Monday are off.
    assert_table(
        &table(Level::L2, "2026-03-27T15:30:00+01:00", "2026-04-01T09:00:00+02:00"),
        &[
            ("acknowledge", 0, "Mon 2026-03-30 15:30 +02:00"),
            ("assess", 0, "Wed 2026-04-01 15:30 +02:00"),
            ("plan", 0, "Thu 2026-04-09 15:30 +02:00"),
            ("first_action", 0, "Tue 2026-04-14 15:30 +02:00"),
            ("close_review", 0, "Fri 2026-06-19 15:30 +02:00"),
            ("follow_up", 1, "Wed 2026-04-29 09:00 +02:00"),
        ],
    );
}

#[test]
fn medium_limits_hold_over_the_change_to_winter_time_and_from_a_weekend() {
    // Raised on Saturday before clocks go back on 2026-10-25; Monday is the first day that counts, whole.
    assert_table(
        &table(Level::L2, "2026-10-24T22:15:00+02:00", "2026-10-20T09:00:00+02:00"),
        &[
            ("acknowledge", 0, "Mon 2026-10-26 23:59 +01:00"),
            ("assess", 0, "Wed 2026-10-28 23:59 +01:00"),
            ("plan", 0, "Tue 2026-11-03 23:59 +01:00"),
            ("first_action", 0, "Fri 2026-11-06 23:59 +01:00"),
            ("close_review", 0, "Sat 2027-01-16 22:15 +01:00"),
            ("follow_up", 1, "Tue 2026-11-17 09:00 +01:00"),
        ],
    );
}

#[test]
fn high_limits_hold_over_the_night_in_which_clocks_go_forward() {
    // Four and 24 hours pass, so they end an hour later by the clock on the wall.
    assert_table(
        &table(Level::L3, "2026-03-28T23:00:00+01:00", "2026-03-20T10:00:00+01:00"),
        &[
            ("acknowledge", 0, "Sun 2026-03-29 04:00 +02:00"),
            ("assess", 0, "Mon 2026-03-30 00:00 +02:00"),
            ("plan", 0, "Wed 2026-04-01 23:59 +02:00"),
            ("first_action", 0, "Tue 2026-04-07 23:59 +02:00"),
            ("close_review", 0, "Sat 2026-06-20 23:00 +02:00"),
            ("follow_up", 1, "Fri 2026-04-03 10:00 +02:00"),
            ("follow_up", 2, "Fri 2026-04-17 10:00 +02:00"),
        ],
    );
}

#[test]
fn high_limits_hold_over_the_night_in_which_clocks_go_back_and_over_christmas() {
    assert_table(
        &table(Level::L3, "2026-10-24T23:00:00+02:00", "2026-10-13T10:00:00+02:00"),
        &[
            ("acknowledge", 0, "Sun 2026-10-25 02:00 +01:00"),
            ("assess", 0, "Sun 2026-10-25 22:00 +01:00"),
            ("plan", 0, "Wed 2026-10-28 23:59 +01:00"),
            ("first_action", 0, "Fri 2026-10-30 23:59 +01:00"),
            ("close_review", 0, "Sat 2027-01-16 23:00 +01:00"),
            ("follow_up", 1, "Tue 2026-10-27 10:00 +01:00"),
            ("follow_up", 2, "Tue 2026-11-10 10:00 +01:00"),
        ],
    );
    // Wednesday before Christmas: Thursday and Friday are off, then New Year's Eve and New Year.
    let christmas = table(Level::L3, "2026-12-23T11:00:00+01:00", "2026-12-23T12:00:00+01:00");
    assert_table(
        &christmas[..4],
        &[
            ("acknowledge", 0, "Wed 2026-12-23 15:00 +01:00"),
            ("assess", 0, "Thu 2026-12-24 11:00 +01:00"),
            ("plan", 0, "Wed 2026-12-30 11:00 +01:00"),
            ("first_action", 0, "Tue 2027-01-05 11:00 +01:00"),
        ],
    );
}

#[test]
fn crisis_limits_run_day_and_night_on_holidays_and_over_both_changes() {
    // Easter Monday is off, and a crisis does not care.
    assert_table(
        &table(Level::L4, "2026-04-06T14:00:00+02:00", "2026-04-06T15:00:00+02:00"),
        &[
            ("acknowledge", 0, "Mon 2026-04-06 14:15 +02:00"),
            ("assess", 0, "Mon 2026-04-06 15:00 +02:00"),
            ("plan", 0, "Mon 2026-04-06 23:59 +02:00"),
            ("first_action", 0, "Mon 2026-04-06 23:59 +02:00"),
            ("close_review", 0, "Mon 2026-06-29 14:00 +02:00"),
            ("follow_up", 1, "Wed 2026-04-08 15:00 +02:00"),
            ("follow_up", 2, "Mon 2026-04-13 15:00 +02:00"),
            ("follow_up", 3, "Mon 2026-04-20 15:00 +02:00"),
            ("follow_up", 4, "Mon 2026-04-27 15:00 +02:00"),
            ("follow_up", 5, "Mon 2026-05-04 15:00 +02:00"),
        ],
    );
    assert_table(
        &table(Level::L4, "2026-03-29T01:50:00+01:00", "2026-03-28T12:00:00+01:00"),
        &[
            ("acknowledge", 0, "Sun 2026-03-29 03:05 +02:00"),
            ("assess", 0, "Sun 2026-03-29 03:50 +02:00"),
            ("plan", 0, "Sun 2026-03-29 23:59 +02:00"),
            ("first_action", 0, "Sun 2026-03-29 23:59 +02:00"),
            ("close_review", 0, "Sun 2026-06-21 01:50 +02:00"),
            ("follow_up", 1, "Mon 2026-03-30 13:00 +02:00"),
            ("follow_up", 2, "Sat 2026-04-04 12:00 +02:00"),
            ("follow_up", 3, "Sat 2026-04-11 12:00 +02:00"),
            ("follow_up", 4, "Sat 2026-04-18 12:00 +02:00"),
            ("follow_up", 5, "Sat 2026-04-25 12:00 +02:00"),
        ],
    );
    assert_table(
        &table(Level::L4, "2026-10-25T02:50:00+02:00", "2026-10-24T12:00:00+02:00")[..6],
        &[
            ("acknowledge", 0, "Sun 2026-10-25 02:05 +01:00"),
            ("assess", 0, "Sun 2026-10-25 02:50 +01:00"),
            ("plan", 0, "Sun 2026-10-25 23:59 +01:00"),
            ("first_action", 0, "Sun 2026-10-25 23:59 +01:00"),
            ("close_review", 0, "Sun 2027-01-17 02:50 +01:00"),
            ("follow_up", 1, "Mon 2026-10-26 11:00 +01:00"),
        ],
    );
}

#[test]
fn actions_are_due_by_the_first_action_and_in_a_crisis_counselling_by_the_contact_and_a_review_without_haste() {
    let table = LimitTable::default();
    let due = |level| [ActionKind::WorkloadReview, ActionKind::Counseling].map(|kind| table.action(level, kind));
    assert_eq!(due(Level::L2), [Limit::WorkingDays(10); 2]);
    assert_eq!(due(Level::L3), [Limit::WorkingDays(5); 2]);
    assert_eq!(due(Level::L4), [Limit::WorkingDays(5), Limit::Hours(1)]);
}

#[test]
fn limits_read_as_sentences() {
    assert_eq!(
        LimitTable::default().in_words(),
        [
            "L2 case: acknowledged within 1 working day; assessed within 3 working days; plan agreed within 7 working \
             days; actions live within 10 working days; follow-up 4 weeks after that; review before closing within 12 weeks",
            "L3 case: acknowledged within 4 hours; assessed within 24 hours; plan agreed within 3 working days; actions \
             live within 5 working days; follow-ups 2 weeks and 4 weeks after that; review before closing within 12 weeks",
            "L4 case: acknowledged within 15 minutes; assessed within 1 hour; plan agreed within the same day (at \
             least 4 hours); actions live within the same day (at least 4 hours); follow-ups 48 hours, 1 week, \
             2 weeks, 3 weeks and 4 weeks after that; review before closing within 12 weeks",
        ]
    );
}

fn tell(deadlines: &mut [Deadline], now: Timestamp) -> Vec<(&'static str, u8, &'static str)> {
    let due = due_by(deadlines, now);
    for (index, stage) in &due {
        deadlines[*index].told = Some(*stage);
    }
    due.iter().map(|(i, stage)| (deadlines[*i].milestone.as_str(), deadlines[*i].number, stage.as_str())).collect()
}

#[test]
fn stages_come_at_75_100_and_150_percent_of_the_limit() {
    let mut deadlines = open(Level::L3, at("2026-03-02T08:00:00Z"), &berlin(), &LimitTable::default());
    deadlines.truncate(1);
    for (moment, stage) in [("11:00", "reminder"), ("12:00", "overdue"), ("14:00", "escalated")] {
        let moment = at(&format!("2026-03-02T{moment}:00Z"));
        assert_eq!(next(&deadlines), Some(moment));
        assert_eq!(tell(&mut deadlines, moment - SignedDuration::from_micros(1)), []);
        assert_eq!(tell(&mut deadlines, moment), [("acknowledge", 0, stage)]);
        assert_eq!(tell(&mut deadlines, moment), [], "once");
    }
    assert_eq!(next(&deadlines), None);
    assert_eq!(tell(&mut deadlines, Timestamp::MAX), []);
}

#[test]
fn a_limit_under_an_hour_has_no_reminder() {
    let mut deadlines = open(Level::L4, at("2026-03-02T08:00:00Z"), &berlin(), &LimitTable::default());
    deadlines.truncate(2);
    assert_eq!(next(&deadlines), Some(at("2026-03-02T08:15:00Z")));
    let told = tell(&mut deadlines, at("2026-03-02T08:45:00Z"));
    let expected = [("acknowledge", 0, "overdue"), ("acknowledge", 0, "escalated"), ("assess", 0, "reminder")];
    assert_eq!(told, expected, "an hour has one");
}

#[test]
fn after_a_time_away_all_is_told_in_order_but_reminders_of_what_is_over() {
    let mut deadlines = open(Level::L3, at("2026-03-02T08:00:00Z"), &berlin(), &LimitTable::default());
    // A reminder of the plan, due on Thursday 08:00, comes on Wednesday 14:00.
    assert_eq!(
        tell(&mut deadlines, at("2026-03-04T15:00:00Z")),
        [
            ("acknowledge", 0, "overdue"),
            ("acknowledge", 0, "escalated"),
            ("assess", 0, "overdue"),
            ("assess", 0, "escalated"),
            ("plan", 0, "reminder"),
        ]
    );
    assert_eq!(next(&deadlines), Some(at("2026-03-05T08:00:00Z")), "the plan is overdue");
}

#[test]
fn a_follow_up_is_reminded_of_by_the_time_since_the_one_before() {
    let live = at("2026-06-01T08:00:00Z");
    let follow_ups = in_action(Level::L3, live, &berlin(), &LimitTable::default());
    assert_eq!(follow_ups.iter().map(|d| d.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(moment(&follow_ups[1], Stage::Reminder), at("2026-06-25T20:00:00Z"), "three and a half weeks");
    assert_eq!(moment(&follow_ups[1], Stage::Escalated), at("2026-07-06T08:00:00Z"), "a week after it was due");
}

#[test]
fn a_rise_brings_limits_nearer_and_never_further() {
    let (calendar, limits) = (berlin(), LimitTable::default());
    let running = open(Level::L2, at("2026-03-02T08:00:00Z"), &calendar, &limits);
    // Eight hours later the first limit of L2 has more time left than L3 gives, and the review less.
    let fresh = open(Level::L3, at("2026-03-02T16:00:00Z"), &calendar, &limits);
    let after = nearer(&running, &fresh);
    assert_eq!(after[..4], fresh[..4]);
    assert_eq!(after[4], running[4], "the review stays where it was");
    // An hour before the end of the first limit of L2 there is less left than L3 gives.
    let late = open(Level::L3, at("2026-03-03T07:00:00Z"), &calendar, &limits);
    assert_eq!(nearer(&running, &late)[0], running[0]);
    let without: Vec<_> = running[1..].to_vec();
    assert_eq!(nearer(&without, &fresh)[0], fresh[0], "what was reached is asked for again where it is given");
}

#[test]
fn a_rise_is_told_of_though_the_limit_before_it_was_let_pass() {
    let (calendar, limits) = (berlin(), LimitTable::default());
    let mut running = open(Level::L2, at("2026-03-02T08:00:00Z"), &calendar, &limits);
    running.truncate(1);
    tell(&mut running, at("2026-03-03T08:00:00Z"));
    assert_eq!(running[0].told, Some(Stage::Overdue));
    // It would be escalated at 20:00.
    let rise = |at_once: &str| nearer(&running, &open(Level::L4, at(at_once), &calendar, &limits))[0];
    assert_eq!(rise("2026-03-03T09:00:00Z").due, at("2026-03-03T09:15:00Z"));
    assert_eq!(rise("2026-03-03T19:50:00Z"), running[0], "the head hears of it in ten minutes");
    running[0].told = Some(Stage::Escalated);
    let crisis = open(Level::L4, at("2026-03-20T09:00:00Z"), &calendar, &limits);
    assert_eq!(nearer(&running, &crisis)[0], crisis[0], "everybody was told of the old one, and of this nobody");
}

fn any_deadline() -> impl Strategy<Value = Deadline> {
    (0_i64..10_000, 0_i64..10_000, prop::sample::select(Milestone::ALL), 0_u8..3).prop_map(
        |(from, length, milestone, number)| {
            let from = Timestamp::constant(1_767_225_600, 0) + SignedDuration::from_mins(from);
            Deadline { milestone, number, from, due: from + SignedDuration::from_mins(length), told: None }
        },
    )
}

proptest! {
    #[test]
    fn every_stage_is_told_once_and_in_order_however_long_the_service_was_away(
        mut deadlines in prop::collection::vec(any_deadline(), 0..8),
        mut looks in prop::collection::vec(0_i64..30_000, 0..12),
    ) {
        looks.sort_unstable();
        let end = Timestamp::constant(1_767_225_600, 0) + SignedDuration::from_hours(24 * 60);
        let looks = looks.iter().map(|m| Timestamp::constant(1_767_225_600, 0) + SignedDuration::from_mins(*m));
        let mut told: Vec<Vec<(Stage, Timestamp)>> = vec![Vec::new(); deadlines.len()];
        for now in looks.chain([end]) {
            let expected = next(&deadlines);
            let due = due_by(&deadlines, now);
            // Something is told where the next moment has come; a dropped reminder has its overdue beside it.
            prop_assert_eq!(!due.is_empty(), expected.is_some_and(|at| at <= now));
            let moments: Vec<_> = due.iter().map(|(i, stage)| moment(&deadlines[*i], *stage)).collect();
            prop_assert!(moments.is_sorted() && moments.iter().all(|at| *at <= now));
            for (index, stage) in due {
                prop_assert!(deadlines[index].told < Some(stage));
                deadlines[index].told = Some(stage);
                told[index].push((stage, now));
            }
        }
        prop_assert_eq!(next(&deadlines), None);
        for (deadline, told) in deadlines.iter().zip(told) {
            let stages: Vec<_> = told.iter().map(|(stage, _)| *stage).collect();
            let sure = [Stage::Overdue, Stage::Escalated];
            prop_assert!(stages == Stage::ALL || stages == sure, "{:?}", stages);
            let has_time = deadline.due.duration_since(deadline.from) >= LEAST_REMINDED;
            let is_reminded_late = told.iter().any(|(s, at)| *s == Stage::Reminder && *at >= deadline.due);
            prop_assert!(!is_reminded_late && (has_time || stages == sure));
        }
    }
}
