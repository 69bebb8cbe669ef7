use super::*;
use crate::config::rules_file;
use crate::domain::alert::Level;

const SMALL: &str = r#"
[[risk]]
id = "anxiety"
name = "anxiety"
rules = ["R3"]
sides = ["counseling"]

[[method]]
id = "one"
name = "One"
side = "counseling"
step = 1
modality = "group"
risks = ["anxiety"]
weeks = 2
sentence = "Do it."
source = "[J]"
"#;

fn problems(text: &str) -> Vec<String> {
    let problems = parse(text, "library.toml").expect_err("it is at fault");
    problems.0.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refused(from: &str, to: &str, told: &str) {
    assert!(SMALL.contains(from), "the sound text has no {from:?}");
    let found = problems(&SMALL.replacen(from, to, 1));
    assert_eq!(found.len(), 1, "{found:#?}");
    assert!(found[0].contains(told), "{told:?} is not in {found:#?}");
}

fn rules(names: &[&str]) -> Vec<RuleId> {
    names.iter().map(|name| RuleId::new(name)).collect()
}

fn firsts(names: &[&str], level: Level, side: ActionKind) -> Vec<String> {
    let library = built_in();
    library.first(&rules(names), level, side).iter().map(|method| method.id.as_str().to_owned()).collect()
}

#[test]
fn the_built_in_library_is_sound_and_every_built_in_rule_has_a_risk() {
    let library = built_in();
    let engine = rules_file::built_in();
    let units = engine.rules.units.rules.iter().map(|rule| &rule.id);
    let table = rules(&["T-L2", "T-L3"]);
    let all = engine.rules.rules.iter().map(|rule| &rule.id).chain(units).chain(&table);
    assert_eq!(rules_without_risk(&library, all, "rules"), []);
    assert!(library.methods.len() >= 50 && library.risks.len() >= 15);
}

#[test]
fn the_small_library_is_sound() {
    let library = parse(SMALL, "library.toml").unwrap();
    assert_eq!((library.first_steps, library.methods.len()), ([1, 2, 3, 4], 1));
}

#[test]
fn faults_are_told_with_line_and_key() {
    let found = problems(&SMALL.replace("step = 1", "step = 5"));
    assert_eq!(found, ["library.toml:12: method one.step: is 5; give 1 to 4"]);
    refused("risks = [\"anxiety\"]", "risks = [\"anxeity\"]", "did you mean \"anxiety\"");
    refused("side = \"counseling\"", "side = \"counselling\"", "did you mean \"counseling\"");
    refused("weeks = 2", "weeks = 0", "give 1 to 52");
    refused("sentence = \"Do it.\"", "sentence = \" \"", "method one.sentence: is empty");
    refused("rules = [\"R3\"]", "rules = []", "risk anxiety.rules: is empty");
    refused("id = \"one\"", "id = \"One!\"", "is not the id of a method");
    refused("source = \"[J]\"", "sources = \"[J]\"\nsource = \"[J]\"", "did you mean source?");
    refused("rules = [\"R3\"]", "rules = [\"R3\"]\nexposures = [\"noise\"]", "names \"noise\"");
    refused("sides = [\"counseling\"]", "", "has no method for workload_review");
}

#[test]
fn a_hole_between_two_steps_is_told_at_the_risk() {
    let third =
        SMALL[SMALL.find("[[method]]").unwrap()..].replace("step = 1", "step = 3").replace("\"one\"", "\"two\"");
    let found = problems(&format!("{SMALL}{third}"));
    let told = "library.toml:2: risk anxiety: has methods for counseling below and above step 2, and none on it";
    assert!(found.len() == 1 && found[0].starts_with(told), "{found:#?}");
}

#[test]
fn the_same_id_twice_is_refused() {
    let again = &SMALL[SMALL.find("[[method]]").unwrap()..];
    assert!(problems(&format!("{SMALL}{again}"))[0].contains("is the id of an earlier method too"));
}

#[test]
fn a_rule_of_no_risk_is_a_problem() {
    let found = rules_without_risk(&built_in(), &rules(&["R3", "X1"]), "rules.toml");
    assert!(found.len() == 1 && found[0].key == "rule X1" && found[0].remedy.contains("care.library"));
}

#[test]
fn each_combination_begins_with_what_the_reference_lists() {
    use ActionKind::{Counseling, WorkloadReview};
    for (names, level, side, expected) in [
        (&["R3"][..], Level::L3, Counseling, &["cbt_counseling"][..]),
        (&["R4"], Level::L3, Counseling, &["structured_assessment"]),
        (&["R5"], Level::L2, Counseling, &["cbt_i_digital"]),
        (&["R5"], Level::L2, WorkloadReview, &["no_early_starts"]),
        (&["R6"], Level::L2, WorkloadReview, &["roster_change"]),
        (&["R7"], Level::L2, WorkloadReview, &["block_short_rests"]),
        (&["R9"], Level::L2, WorkloadReview, &["work_rest_schedule"]),
        (&["R11"], Level::L2, WorkloadReview, &["recovery_block"]),
        (&["R13"], Level::L3, Counseling, &["psychological_first_aid"]),
        (&["R15"], Level::L1, Counseling, &["psychoeducation"]),
        (&["R15"], Level::L1, WorkloadReview, &[]),
        (&["R1"], Level::L4, Counseling, &["crisis_contact"]),
        (&["R2"], Level::L2, WorkloadReview, &["cap_hours"]),
    ] {
        assert_eq!(firsts(names, level, side), expected, "{names:?} {side:?}");
    }
    let both = firsts(&["R17"], Level::L2, WorkloadReview);
    assert!(both.contains(&"cap_hours".to_owned()) && both.contains(&"noise_rotation".to_owned()), "{both:?}");
}

#[test]
fn a_switch_stays_on_the_step_and_a_step_up_is_one_step() {
    let library = built_in();
    let of = |id: &str| library.method(&MethodId::parse(id).unwrap()).unwrap();
    let r3 = rules(&["R3"]);
    let switched = library.switch(&r3, of("mindfulness_programme"), &[]).unwrap();
    assert_eq!(switched.id.as_str(), "cbt_counseling");
    let tried = [switched.id.clone()];
    let next = library.switch(&r3, of("mindfulness_programme"), &tried).unwrap();
    assert_eq!(next.id.as_str(), "guided_self_help");
    let tried = [switched.id.clone(), next.id.clone()];
    assert_eq!(library.switch(&r3, of("mindfulness_programme"), &tried), None);
    assert_eq!(library.step_up(&r3, of("mindfulness_programme"), &tried).unwrap().step, 3);
    assert_eq!(library.step_up(&r3, of("specialist_care"), &[]), None);
    assert_eq!(library.switch(&rules(&["R5"]), of("cbt_i_digital"), &[]).unwrap().id.as_str(), "cbt_i_group");
}
