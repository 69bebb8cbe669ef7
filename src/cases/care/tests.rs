use super::*;
use crate::cases::effect::Better;
use crate::cases::organisation::Exposure;
use crate::config::library_file;
use crate::domain::reason::{Said, Sentence};
use crate::domain::screening::Instrument;
use crate::texts::Language;
use jiff::ToSpan as _;

const START: Date = Date::constant(2026, 3, 2);

fn day(number: i32) -> Date {
    START.checked_add(number.days()).unwrap()
}

fn settings() -> Settings {
    Settings { library: library_file::built_in(), ..Settings::default() }
}

fn method(id: &str) -> MethodId {
    MethodId::parse(id).unwrap()
}

fn point(number: i32, score: f64, cut_off: f64) -> ScorePoint {
    ScorePoint { on: day(number), score, is_over: score >= cut_off }
}

/// GAD-7 before the start and, by day since, after it.
fn gad7(before: f64, after: &[(i32, f64)]) -> ScoreCourse {
    ScoreCourse {
        instrument: Instrument::Gad7,
        better: Better::Lower,
        best: 0.0,
        improves_by: Some(4.0),
        worsens_by: Some(3.68),
        before: Some(point(-3, before, 10.0)),
        after: after.iter().map(|(on, score)| point(*on, *score, 10.0)).collect(),
    }
}

fn phq9(before: f64, after: &[(i32, f64)]) -> ScoreCourse {
    let course = gad7(before, after);
    ScoreCourse { instrument: Instrument::Phq9, improves_by: Some(5.19), worsens_by: Some(5.19), ..course }
}

/// Nights that vary by 0.1, moved by `shift` since.
fn nights(shift: f64, after: usize) -> SeriesCourse {
    let wave = |n: usize| (0..n).map(|i| 3.5 + 0.1 * f64::from(u32::try_from(i * 7 % 10).unwrap()) / 5.0);
    SeriesCourse {
        outcome: Outcome::LnRmssd,
        before: wave(24).collect(),
        after: wave(after).map(|x| x + shift).collect(),
        sd: Some(0.06),
        autocorrelation: Some(0.2),
    }
}

fn course(week: u8, scores: Vec<ScoreCourse>) -> Course {
    Course {
        kind: ActionKind::Counseling,
        week,
        today: day(7 * i32::from(week)),
        rules: vec![RuleId::new("R3")],
        level: Level::L3,
        method: Some(method("mindfulness_programme")),
        tried: Vec::new(),
        scores,
        series: Vec::new(),
        exposures: Vec::new(),
        hrv: HrvState::Normal,
    }
}

fn told(review: &Review) -> String {
    Language::English.reason(&review.reason)
}

fn said(said: Said) -> String {
    Language::English.reason(&[Sentence::Said(said)])
}

#[track_caller]
fn seen(course: &Course) -> Review {
    let found = review(course, &settings()).expect("a week is looked at");
    assert!(told(&found).ends_with(&said(Said::Regression)), "the warning goes with every review: {}", told(&found));
    found
}

#[track_caller]
fn advised(course: &Course, advice: Advice, to: Option<&str>) -> Review {
    let found = seen(course);
    assert_eq!((found.advice, found.to.as_ref().map(MethodId::as_str)), (advice, to), "{}", told(&found));
    found
}

#[test]
fn before_week_2_nothing_is_said() {
    assert_eq!(review(&course(1, vec![gad7(14.0, &[(6, 20.0)])]), &settings()), None);
}

#[test]
fn a_reliable_worsening_goes_up_one_step_in_any_week_with_the_limits_of_l3() {
    for week in REVIEW_WEEKS {
        let on = 7 * i32::from(week) - 1;
        let found = advised(&course(week, vec![gad7(12.0, &[(on, 16.0)])]), Advice::StepUp, Some("cbt_individual"));
        assert!(found.is_worse && found.outcomes[0].verdict == "worse");
    }
    let slight = course(2, vec![gad7(12.0, &[(13, 15.0)])]);
    assert!(!advised(&slight, Advice::Maintain, None).is_worse);
}

#[test]
fn one_questionnaire_that_got_worse_is_enough() {
    let mixed = course(6, vec![gad7(14.0, &[(40, 5.0)]), phq9(6.0, &[(40, 12.0)])]);
    assert!(advised(&mixed, Advice::StepUp, Some("cbt_individual")).is_worse);
}

#[test]
fn no_response_waits_at_week_2_intensifies_at_4_and_switches_at_6() {
    advised(&course(2, vec![gad7(14.0, &[(13, 13.0)])]), Advice::Maintain, None);
    advised(&course(4, vec![gad7(14.0, &[(27, 13.0)])]), Advice::Intensify, None);
    let found = advised(&course(6, vec![gad7(14.0, &[(41, 13.0)])]), Advice::Switch, Some("cbt_counseling"));
    assert!(told(&found).contains("mindfulness programme") && told(&found).contains("7 % better"), "{}", told(&found));
}

#[test]
fn a_step_without_another_method_is_left_upwards() {
    let mut alone = course(6, vec![gad7(14.0, &[(41, 13.0)])]);
    alone.tried = vec![method("cbt_counseling"), method("guided_self_help")];
    advised(&alone, Advice::StepUp, Some("cbt_individual"));
    alone.method = Some(method("specialist_care"));
    let found = advised(&alone, Advice::StepUp, None);
    assert!(told(&found).contains(&said(Said::NoOther)));
}

#[test]
fn without_a_named_method_the_librarys_first_is_taken() {
    let unnamed = Course { method: None, ..course(6, vec![gad7(14.0, &[(41, 14.0)])]) };
    advised(&unnamed, Advice::Switch, Some("guided_self_help"));
}

#[test]
fn just_under_both_limits_is_no_response_and_reaching_either_is_partial() {
    // 16: a fifth is 3.2 points, a reliable change 4.
    advised(&course(6, vec![gad7(16.0, &[(41, 13.0)])]), Advice::Switch, Some("cbt_counseling"));
    advised(&course(6, vec![gad7(16.0, &[(41, 12.0)])]), Advice::Intensify, None);
    // 12: a fifth is 2.4 points.
    advised(&course(6, vec![gad7(12.0, &[(41, 9.0)])]), Advice::Intensify, None);
    // PHQ-9 needs 6 points: 5.19, and only whole ones.
    advised(&course(6, vec![phq9(27.0, &[(41, 22.0)])]), Advice::Switch, Some("cbt_counseling"));
    advised(&course(6, vec![phq9(27.0, &[(41, 21.0)])]), Advice::Intensify, None);
}

#[test]
fn a_partial_response_goes_on_at_4_intensifies_at_6_and_goes_up_when_8_finds_it_again() {
    advised(&course(4, vec![gad7(15.0, &[(27, 11.0)])]), Advice::Maintain, None);
    advised(&course(6, vec![gad7(15.0, &[(41, 11.0)])]), Advice::Intensify, None);
    advised(&course(8, vec![gad7(15.0, &[(55, 11.0)])]), Advice::StepUp, Some("cbt_individual"));
}

#[test]
fn half_of_it_gone_or_recovered_goes_on() {
    advised(&course(6, vec![gad7(20.0, &[(41, 10.0)])]), Advice::Maintain, None);
    let recovered = advised(&course(6, vec![gad7(13.0, &[(41, 8.0)])]), Advice::Maintain, None);
    assert!(told(&recovered).contains("recovered") && recovered.outcomes[0].verdict == "improved");
}

#[test]
fn questionnaires_that_differ_are_a_partial_response() {
    advised(&course(6, vec![gad7(14.0, &[(41, 5.0)]), phq9(14.0, &[(41, 14.0)])]), Advice::Intensify, None);
    // One that was under its cut-off from the start has no say.
    advised(&course(6, vec![gad7(14.0, &[(41, 5.0)]), phq9(4.0, &[(41, 4.0)])]), Advice::Maintain, None);
}

#[test]
fn two_scores_under_the_cut_off_four_weeks_apart_end_it() {
    let settled = course(6, vec![gad7(14.0, &[(13, 8.0), (27, 6.0), (41, 5.0)])]);
    advised(&settled, Advice::Close, None);
    advised(&course(6, vec![gad7(14.0, &[(14, 8.0), (41, 5.0)])]), Advice::Maintain, None);
    let between = course(6, vec![gad7(14.0, &[(13, 8.0), (27, 12.0), (41, 5.0)])]);
    advised(&between, Advice::Maintain, None);
    let low = Course { hrv: HrvState::Persistent, ..settled };
    assert!(told(&advised(&low, Advice::Maintain, None)).contains("persistently low"));
}

#[test]
fn scores_that_are_old_or_too_near_the_first_are_not_compared() {
    let old = course(6, vec![gad7(14.0, &[(27, 4.0)])]);
    assert!(told(&advised(&old, Advice::Measure, None)).contains(&said(Said::Invite)));
    let near = course(2, vec![gad7(14.0, &[(10, 14.0)])]);
    advised(&near, Advice::Measure, None);
    let near_and_worse = course(2, vec![gad7(14.0, &[(10, 20.0)])]);
    advised(&near_and_worse, Advice::StepUp, Some("cbt_individual"));
    let unknown = ScoreCourse { before: None, ..gad7(14.0, &[(41, 4.0)]) };
    advised(&course(6, vec![unknown]), Advice::Measure, None);
}

#[test]
fn without_a_new_score_the_nights_alone_may_say_that_it_got_better() {
    let with = |series: Vec<SeriesCourse>, week| Course { series, ..course(week, Vec::new()) };
    let better = advised(&with(vec![nights(0.15, 20)], 6), Advice::Maintain, None);
    assert_eq!((better.outcomes[0].outcome.as_str(), better.outcomes[0].verdict), ("ln_rmssd", "improved"));
    assert!(!told(&better).contains(&said(Said::Preliminary)));
    advised(&with(vec![nights(0.0, 20)], 6), Advice::Measure, None);
    advised(&with(vec![nights(-0.15, 20)], 6), Advice::Measure, None);
    let worse_too = SeriesCourse { outcome: Outcome::SleepingHeartRate, ..nights(0.15, 20) };
    advised(&with(vec![nights(0.15, 20), worse_too], 6), Advice::Measure, None);
    let early = advised(&with(vec![nights(0.15, 6)], 2), Advice::Measure, None);
    assert!(told(&early).contains(&said(Said::Preliminary)) && early.outcomes[0].verdict == "unclear");
}

#[test]
fn nights_do_not_outvote_a_questionnaire() {
    let mut silent = course(6, vec![gad7(14.0, &[(41, 14.0)])]);
    silent.series = vec![nights(0.15, 20)];
    let found = advised(&silent, Advice::Switch, Some("cbt_counseling"));
    assert_eq!(found.outcomes.len(), 2);
}

#[test]
fn more_is_better_where_the_questionnaire_says_so() {
    let who5 = ScoreCourse {
        instrument: Instrument::Who5,
        better: Better::Higher,
        best: 100.0,
        improves_by: Some(10.0),
        worsens_by: Some(10.0),
        before: Some(ScorePoint { on: day(-3), score: 40.0, is_over: true }),
        after: vec![ScorePoint { on: day(41), score: 28.0, is_over: true }],
    };
    assert!(advised(&course(6, vec![who5.clone()]), Advice::StepUp, Some("cbt_individual")).is_worse);
    let better = ScoreCourse { after: vec![ScorePoint { on: day(41), score: 72.0, is_over: false }], ..who5 };
    advised(&course(6, vec![better]), Advice::Maintain, None);
}

fn hours(before: f64, after: &[f64]) -> ExposureCourse {
    let exposure = Exposure::WeeklyHours;
    ExposureCourse { exposure, limit: Some(48.0), before: vec![before; 4], after: after.to_vec() }
}

fn work(week: u8, exposures: Vec<ExposureCourse>) -> Course {
    let rules = vec![RuleId::new("R2")];
    let method = Some(method("cap_hours"));
    Course { kind: ActionKind::WorkloadReview, rules, level: Level::L2, method, exposures, ..course(week, Vec::new()) }
}

#[test]
fn a_workload_review_that_changes_nothing_goes_to_the_committee_at_week_6() {
    advised(&work(2, vec![hours(58.0, &[57.0])]), Advice::Maintain, None);
    advised(&work(4, vec![hours(58.0, &[57.0, 58.0, 57.0])]), Advice::Intensify, None);
    let found = advised(&work(6, vec![hours(58.0, &[57.0; 4])]), Advice::StepUp, Some("staffing_review"));
    assert!(told(&found).contains("health and safety committee") && !found.is_worse, "{}", told(&found));
    assert_eq!((found.outcomes[0].outcome.as_str(), found.outcomes[0].verdict), ("weekly_hours", "unclear"));
}

#[test]
fn a_workload_review_that_changes_the_work_is_kept() {
    advised(&work(6, vec![hours(58.0, &[47.0; 4])]), Advice::Maintain, None);
    let mixed = ExposureCourse { exposure: Exposure::OvertimeDays, limit: Some(3.0), ..hours(5.0, &[5.0; 4]) };
    let found = advised(&work(6, vec![hours(58.0, &[47.0; 4]), mixed]), Advice::StepUp, Some("staffing_review"));
    assert!(told(&found).contains("Overtime days"), "{}", told(&found));
}

#[test]
fn a_working_condition_within_its_limit_had_nothing_to_change() {
    let fine = advised(&work(6, vec![hours(40.0, &[40.0; 4])]), Advice::Measure, None);
    assert!(told(&fine).contains("ask the worker and the line"));
    let unknown = advised(&work(6, vec![hours(58.0, &[])]), Advice::Measure, None);
    assert!(told(&unknown).contains("ask the plant"));
}

#[test]
fn reviews_are_due_in_their_weeks_and_missed_ones_are_made_up_for_at_once() {
    let start: Timestamp = "2026-03-02T08:00:00Z".parse().unwrap();
    let at = |days: i64| start.checked_add(SignedDuration::from_hours(24 * days)).unwrap();
    assert_eq!(next_review(None, 0), None);
    assert_eq!(next_review(Some(start), 0), Some(at(14)));
    assert_eq!(next_review(Some(start), 6), Some(at(56)));
    assert_eq!(next_review(Some(start), 12), None);
    assert_eq!(due_week(Some(start), 0, at(13)), None);
    assert_eq!(due_week(Some(start), 0, at(14)), Some(2));
    assert_eq!(due_week(Some(start), 2, at(14)), None);
    assert_eq!(due_week(Some(start), 2, at(45)), Some(6));
    assert_eq!(due_week(Some(start), 12, at(400)), None);
}
