use super::*;
use crate::config::rules_file;
use crate::domain::alert::{Level, RuleId};
use crate::domain::indicator::{HrvState, Severity};
use crate::domain::screening::Instrument;

fn built_in() -> RuleSet {
    (*rules_file::built_in().rules).clone()
}

fn screened(instrument: Instrument, score: f64) -> ScreenedFact {
    ScreenedFact { instrument, score, scales: Vec::new(), is_prorated: false }
}

fn facts(hrv: HrvState, screenings: &[(Instrument, f64)]) -> Facts {
    let mut facts = Facts::nothing_but(hrv);
    facts.screenings = screenings.iter().map(|(instrument, score)| screened(*instrument, *score)).collect();
    facts
}

fn rule_ids(verdict: &Verdict) -> Vec<&str> {
    verdict.rules.iter().map(RuleId::as_str).collect()
}

#[test]
fn low_hrv_and_anxiety_over_its_cut_off_is_r3() {
    let rules = built_in();
    for (instrument, score, level) in [
        (Instrument::Gad7, 12.0, Level::L3),
        (Instrument::Gad7, 10.0, Level::L3),
        (Instrument::Gad7, 9.0, Level::L2),
        (Instrument::Sas, 50.0, Level::L3),
        (Instrument::Sas, 49.0, Level::L1),
    ] {
        let verdict = rules.judge(&facts(HrvState::Persistent, &[(instrument, score)]));
        assert_eq!(verdict.level, level, "{instrument:?} {score}");
        assert_eq!(verdict.rules.contains(&RuleId::new("R3")), level == Level::L3, "{instrument:?} {score}");
    }
    let mut by_scale = facts(HrvState::Persistent, &[(Instrument::Dass21, 30.0)]);
    by_scale.screenings[0].scales = vec![("depression", 20.0), ("anxiety", 10.0)];
    assert_eq!(rule_ids(&rules.judge(&by_scale)), ["R3"]);
    by_scale.screenings[0].scales[1].1 = 8.0;
    assert_eq!(rules.judge(&by_scale).level, Level::L1);
}

#[test]
fn a_moderate_screening_counts_whatever_the_wristband_says() {
    let rules = built_in();
    for hrv in [HrvState::Learning, HrvState::Normal, HrvState::Watch, HrvState::Stale] {
        let verdict = rules.judge(&facts(hrv, &[(Instrument::Gad7, 12.0)]));
        assert_eq!((verdict.level, rule_ids(&verdict)), (Level::L2, vec!["R16"]), "{hrv:?}");
    }
}

#[test]
fn the_table_is_named_only_where_it_is_higher_than_every_rule() {
    let rules = built_in();
    let severe = rules.judge(&facts(HrvState::Normal, &[(Instrument::Phq9, 22.0)]));
    assert_eq!((severe.level, rule_ids(&severe)), (Level::L3, vec!["R16", "T-L3"]));
    let moderate = rules.judge(&facts(HrvState::Persistent, &[(Instrument::Isi, 15.0)]));
    assert_eq!((moderate.level, rule_ids(&moderate)), (Level::L3, vec!["T-L3"]));
    let mild = rules.judge(&facts(HrvState::Persistent, &[(Instrument::Phq9, 6.0)]));
    assert_eq!((mild.level, rule_ids(&mild)), (Level::L2, vec!["T-L2"]));
    let hint = rules.judge(&facts(HrvState::Persistent, &[]));
    assert_eq!((hint.level, rule_ids(&hint)), (Level::L1, vec![]));
    assert!(!severe.workload_review.is_empty() && !moderate.counseling.is_empty());
}

#[test]
fn distress_between_nothing_and_severe_is_not_nothing_else() {
    let rules = built_in();
    let verdict = rules.judge(&facts(HrvState::Persistent, &[(Instrument::K6, 12.0)]));
    assert_eq!((verdict.severity, verdict.level, rule_ids(&verdict)), (None, Level::L1, vec![]));
    let calm = rules.judge(&facts(HrvState::Persistent, &[(Instrument::K10, 12.0)]));
    assert_eq!(rule_ids(&calm), ["R15"]);
}

#[test]
fn a_crisis_answer_needs_no_sensor() {
    let rules = built_in();
    let mut facts = facts(HrvState::Learning, &[(Instrument::Phq9, 11.0)]);
    facts.is_crisis = true;
    let verdict = rules.judge(&facts);
    assert_eq!((verdict.level, rule_ids(&verdict)), (Level::L4, vec!["R1", "R16"]));
}

#[test]
fn an_overtime_run_in_noise_with_anxiety_is_r17() {
    let rules = built_in();
    let mut facts = facts(HrvState::Normal, &[(Instrument::Gad7, 10.0)]);
    facts.numbers.set(NumberFact::OvertimeRunDays, Some(3.0));
    facts.numbers.set(NumberFact::OvertimeRunNoiseDba, Some(85.0));
    assert_eq!(rule_ids(&rules.judge(&facts)), ["R16", "R17"]);
    assert_eq!(rules.judge(&facts).level, Level::L3);
    facts.numbers.set(NumberFact::OvertimeRunNoiseDba, Some(84.9));
    assert_eq!(rule_ids(&rules.judge(&facts)), ["R16"]);
    facts.numbers.set(NumberFact::OvertimeRunDays, Some(2.0));
    facts.numbers.set(NumberFact::OvertimeRunNoiseDba, Some(90.0));
    assert_eq!(rule_ids(&rules.judge(&facts)), ["R16"]);
    facts.numbers.set(NumberFact::OvertimeRunDays, Some(4.0));
    facts.numbers.set(NumberFact::OvertimeRunNoiseDba, None);
    assert_eq!(rule_ids(&rules.judge(&facts)), ["R16"]);
}

#[test]
fn filled_in_answers_cannot_give_l3_alone() {
    let mut rules = built_in();
    let mut facts = facts(HrvState::Normal, &[(Instrument::Gad7, 18.0)]);
    facts.screenings[0].is_prorated = true;
    let verdict = rules.judge(&facts);
    assert_eq!((verdict.level, verdict.severity), (Level::L2, Some(Severity::Severe)));
    facts.is_exposed = true;
    assert_eq!(rules.judge(&facts).level, Level::L3, "with another sign it may");
    facts.is_exposed = false;
    let test = ScreeningTest::Score(Comparison::AtLeast, 15.0);
    rules.rules.push(Rule {
        id: RuleId::new("X"),
        title: "".into(),
        level: Level::L3,
        all: vec![Condition::Screening(ScreeningSubject::Instrument(Instrument::Gad7), test)],
        raise: Vec::new(),
        workload_review: Vec::new(),
        counseling: Vec::new(),
    });
    assert_eq!(rules.judge(&facts).level, Level::L2, "nor by a rule on questionnaires alone");
    facts.screenings[0].is_prorated = false;
    assert_eq!(rules.judge(&facts).level, Level::L3);
}

#[test]
fn an_unknown_fact_fulfils_no_condition() {
    let rules = built_in();
    let nothing = Facts::nothing_but(HrvState::Normal);
    let anxiety = ScreeningSubject::Construct(Construct::Anxiety);
    for condition in [
        Condition::Number(NumberFact::WeeklyHours, Comparison::Below, 100.0),
        Condition::Number(NumberFact::Z7, Comparison::AtMost, 100.0),
        Condition::Severity(Comparison::IsNot, Severity::Severe),
        Condition::Screening(anxiety.clone(), ScreeningTest::Positive(false)),
    ] {
        assert!(condition.holds(&nothing, &rules) == condition::Holds::No, "{condition:?}");
    }
    let calm = facts(HrvState::Normal, &[(Instrument::Gad7, 3.0)]);
    assert!(
        Condition::Screening(anxiety, ScreeningTest::Positive(false)).holds(&calm, &rules) == condition::Holds::Plainly
    );
}

#[test]
fn four_high_days_are_not_enough_and_confidence_counts() {
    let rules = built_in();
    let mut facts = Facts::nothing_but(HrvState::Watch);
    facts.is_exposed = true;
    facts.index_days = vec![(75.0, 0.9); 4];
    assert_eq!(rules.judge(&facts).level, Level::L0);
    facts.index_days.push((75.0, 0.69));
    assert_eq!(rules.judge(&facts).level, Level::L1, "five raised days, four high ones");
    facts.index_days.push((70.0, 0.7));
    assert_eq!(rules.judge(&facts).level, Level::L2);
}

#[test]
fn severity_follows_the_mapping_of_the_reference() {
    let rules = built_in();
    for (instrument, score, severity) in [
        (Instrument::Gad7, 4.0, Some(Severity::Minimal)),
        (Instrument::Gad7, 15.0, Some(Severity::Severe)),
        (Instrument::Phq9, 19.0, Some(Severity::Moderate)),
        (Instrument::Phq9, 20.0, Some(Severity::Severe)),
        (Instrument::Who5, 51.0, Some(Severity::Minimal)),
        (Instrument::Who5, 50.0, Some(Severity::Mild)),
        (Instrument::Who5, 0.0, Some(Severity::Moderate)),
        (Instrument::Pss10, 40.0, Some(Severity::Moderate)),
        (Instrument::Isi, 22.0, Some(Severity::Severe)),
        (Instrument::Sds, 62.0, Some(Severity::Mild)),
        (Instrument::Scl90, 161.0, Some(Severity::Moderate)),
        (Instrument::Cbi, 100.0, None),
        (Instrument::K6, 13.0, Some(Severity::Severe)),
        (Instrument::K6, 12.0, None),
        (Instrument::Gad7, f64::NAN, None),
    ] {
        assert_eq!(rules.severity(instrument, score, &[]), severity, "{instrument:?} {score}");
    }
    let of_raw = |raw| rules.severity(Instrument::Sds, 52.0, &[("raw", raw)]);
    assert_eq!((of_raw(42.0), of_raw(41.0)), (Some(Severity::Mild), Some(Severity::Minimal)));
    assert_eq!(rules.is_positive(Instrument::Pss10, 40.0, &[]), None);
    assert_eq!(rules.is_positive(Instrument::Who5, 50.0, &[]), Some(true));
}
