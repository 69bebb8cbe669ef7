use jiff::civil::date;

use super::*;

const TODAY: Date = date(2026, 3, 15);

/// Days counted back from today, 0 being today.
fn days(rows: impl IntoIterator<Item = (i32, ExposureDay)>) -> BTreeMap<Date, ExposureDay> {
    rows.into_iter()
        .map(|(ago, mut day)| {
            day.date = TODAY.saturating_sub(ago.days());
            (day.date, day)
        })
        .collect()
}

fn blank() -> ExposureDay {
    ExposureDay::empty(TODAY)
}

fn worked(hours: f64) -> ExposureDay {
    ExposureDay { worked_h: Some(hours), ..blank() }
}

fn overtime(hours: f64) -> ExposureDay {
    ExposureDay { overtime_h: Some(hours), ..blank() }
}

fn judge(days: &BTreeMap<Date, ExposureDay>) -> Findings {
    judge_on(days, TODAY)
}

fn judge_on(days: &BTreeMap<Date, ExposureDay>, today: Date) -> Findings {
    assess(&Known { days, tags: &BTreeMap::new(), zone: &TimeZone::UTC }, today, &Limits::default())
}

fn flag(kind: &'static str, value: f64, limit: f64, source: &'static str) -> ExposureEvidence {
    ExposureEvidence { kind: kind.into(), value, limit, source: source.into() }
}

fn assert_hours(found: Option<f64>, expected: f64) {
    let found = found.expect("hours were reported");
    assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
}

#[test]
fn nothing_reported_is_nothing_found() {
    assert_eq!(judge(&BTreeMap::new()), Findings::default());
}

#[test]
fn hours_of_more_than_seven_days_ago_alone_say_nothing() {
    assert_eq!(judge(&days((7..40).map(|ago| (ago, worked(12.0))))).weekly_hours, None);
}

#[test]
fn the_newest_window_counts_though_history_is_short() {
    assert_hours(judge(&days((0..3).map(|ago| (ago, worked(10.0))))).weekly_hours, 30.0);
}

#[test]
fn a_window_that_history_covers_only_in_part_is_left_out() {
    // Thirteen days: the second window lacks its first day.
    assert_hours(judge(&days((0..13).map(|ago| (ago, worked(8.0))))).weekly_hours, 56.0);
    // Fourteen days, the older seven worked half as long.
    let two_weeks = days((0..14).map(|ago| (ago, worked(if ago < 7 { 8.0 } else { 4.0 }))));
    assert_hours(judge(&two_weeks).weekly_hours, 42.0);
}

#[test]
fn no_more_than_four_windows_count() {
    let hours = |ago| if ago < 28 { 8.0 } else { 1.0 };
    assert_hours(judge(&days((0..60).map(|ago| (ago, worked(hours(ago)))))).weekly_hours, 56.0);
}

#[test]
fn windows_end_on_the_last_reported_day() {
    // Reported up to three days ago: seven full days lie before, none is lost to the silent ones.
    assert_hours(judge(&days((3..10).map(|ago| (ago, worked(8.0))))).weekly_hours, 56.0);
}

#[test]
fn unreported_days_within_history_are_days_off() {
    let five_a_week = days((0..28).filter(|ago| ago % 7 < 5).chain([27]).map(|ago| (ago, worked(11.0))));
    assert_hours(judge(&five_a_week).weekly_hours, (4.0 * 55.0 + 11.0) / 4.0);
}

#[test]
fn weekly_hours_are_red_from_55_and_amber_from_48() {
    let week = |hours: f64| judge(&days([(0, worked(hours))]));
    assert_eq!(week(55.0).red, [flag("weekly_hours", 55.0, 55.0, "WHO/ILO 2021")]);
    assert!(week(55.0).amber.is_empty());
    assert!(week(54.9).red.is_empty());
    assert_eq!(week(48.0).amber, [flag("weekly_hours", 48.0, 48.0, "2003/88/EC Art. 6")]);
    assert!(week(47.9).amber.is_empty());
}

#[test]
fn an_overtime_day_is_more_than_an_hour_over() {
    assert_eq!(judge(&days([(0, overtime(1.0))])).overtime_run, None);
    assert_eq!(
        judge(&days([(0, overtime(1.1))])).overtime_run,
        Some(OvertimeRun { days: 1, last: TODAY, loudest_dba: None })
    );
}

#[test]
fn hours_over_an_ordinary_day_stand_in_for_overtime_unless_it_is_reported() {
    assert_eq!(judge(&days([(0, worked(9.5))])).overtime_run.map(|run| run.days), Some(1));
    assert_eq!(judge(&days([(0, worked(9.0))])).overtime_run, None);
    let scheduled_twelve = ExposureDay { overtime_h: Some(0.0), ..worked(12.0) };
    assert_eq!(judge(&days([(0, scheduled_twelve)])).overtime_run, None);
}

#[test]
fn a_run_may_begin_before_the_last_seven_days() {
    let run = judge(&days((6..16).map(|ago| (ago, overtime(2.0))))).overtime_run.expect("it reaches the window");
    assert_eq!((run.days, run.last), (10, TODAY.saturating_sub(6.days())));
    assert_eq!(judge(&days((7..17).map(|ago| (ago, overtime(2.0))))).overtime_run, None);
}

#[test]
fn a_day_without_report_or_without_overtime_breaks_a_run() {
    let gap = days([0, 1, 3, 4, 5].map(|ago| (ago, overtime(2.0))));
    assert_eq!(judge(&gap).overtime_run.map(|run| run.days), Some(3));
    let short_day = days((0..6).map(|ago| (ago, overtime(if ago == 2 { 0.5 } else { 2.0 }))));
    assert_eq!(judge(&short_day).overtime_run.map(|run| run.days), Some(3));
}

#[test]
fn of_equally_long_runs_the_latest_is_told() {
    let two = days([0, 1, 4, 5].map(|ago| (ago, overtime(2.0))));
    assert_eq!(judge(&two).overtime_run.map(|run| run.last), Some(TODAY));
}

#[test]
fn the_loudest_day_of_a_run_goes_with_it_even_from_before_the_window() {
    let mut rows = days((0..9).map(|ago| (ago, overtime(2.0))));
    for (ago, level) in [(1, 84.0), (8, 91.0)] {
        let day = rows.get_mut(&TODAY.saturating_sub(ago.days())).expect("it is there");
        day.noise_lex8h_dba = Some(level);
    }
    let found = judge(&rows);
    assert_eq!(found.overtime_run.and_then(|run| run.loudest_dba), Some(91.0));
    assert_eq!(found.noise_dba, Some(84.0));
}

#[test]
fn noise_counts_in_any_run_of_overtime_that_is_long_enough() {
    let noise = |days: &BTreeMap<Date, ExposureDay>| {
        judge(days).evidence(OVERTIME_NOISE_LEX8H_DBA, 85.0, "rule").map(|found| found.value)
    };
    let loud = |ago: i32, level: f64, rows: &mut BTreeMap<Date, ExposureDay>| {
        rows.get_mut(&TODAY.saturating_sub(ago.days())).expect("it is there").noise_lex8h_dba = Some(level);
    };
    // Four quiet days of overtime, a free one, and three more of which one was loud.
    let mut two_runs = days([1, 2, 3, 5, 6, 7, 8].map(|ago| (ago, overtime(2.0))));
    loud(6, 70.0, &mut two_runs);
    loud(2, 87.0, &mut two_runs);
    assert_eq!(judge(&two_runs).overtime_run.map(|run| run.days), Some(4));
    assert_eq!(noise(&two_runs), Some(87.0));
    // Two days are no run that the rule asks for.
    two_runs.remove(&TODAY.saturating_sub(3.days()));
    assert_eq!(noise(&two_runs), Some(70.0));
}

#[test]
fn seven_overtime_days_are_red_and_five_amber() {
    let run = |length| judge(&days((0..length).map(|ago| (ago, overtime(2.0)))));
    assert_eq!(run(7).red, [flag("overtime_days", 7.0, 7.0, "project judgement")]);
    assert_eq!(run(5).amber, [flag("overtime_days", 5.0, 5.0, "project judgement")]);
    assert!(run(4).amber.is_empty() && run(4).red.is_empty());
}

#[test]
fn noise_is_red_from_85_and_amber_from_80() {
    let noisy = |level| judge(&days([(6, ExposureDay { noise_lex8h_dba: Some(level), ..blank() })]));
    assert_eq!(noisy(85.0).red, [flag("noise_lex8h_dba", 85.0, 85.0, "2003/10/EC; GBZ 2.2-2007")]);
    assert_eq!(noisy(80.0).amber, [flag("noise_lex8h_dba", 80.0, 80.0, "2003/10/EC")]);
    assert!(noisy(79.9).amber.is_empty());
}

#[test]
fn planned_days_after_today_count_for_nothing() {
    let ahead = ExposureDay { noise_lex8h_dba: Some(95.0), overtime_h: Some(4.0), ..worked(12.0) };
    assert_eq!(judge(&days([(-1, ahead)])), Findings::default());
}

#[test]
fn the_ends_of_the_calendar_do_not_panic() {
    for today in [Date::MIN, Date::MAX] {
        let day = ExposureDay { overtime_h: Some(3.0), noise_lex8h_dba: Some(90.0), ..worked(60.0) };
        let only = BTreeMap::from([(today, ExposureDay { date: today, ..day })]);
        assert_eq!(judge_on(&only, today).weekly_hours, Some(60.0));
    }
}
