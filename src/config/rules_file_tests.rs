use super::*;
use crate::domain::indicator::HrvState;
use crate::rules::{Facts, ScreenedFact};

fn gad7(score: f64) -> ScreenedFact {
    ScreenedFact { instrument: Instrument::Gad7, score, scales: Vec::new(), is_prorated: false }
}

fn problems(text: &str) -> Vec<Problem> {
    parse(text, "rules.toml").expect_err("the text has problems").0
}

/// The built-in rules with one passage replaced.
fn changed(from: &str, to: &str) -> String {
    assert_eq!(BUILT_IN.matches(from).count(), 1, "{from:?} must stand in the file once");
    BUILT_IN.replace(from, to)
}

fn one_problem(text: &str) -> Problem {
    let mut problems = problems(text);
    assert_eq!(problems.len(), 1, "{problems:#?}");
    problems.remove(0)
}

#[test]
fn the_built_in_rules_have_no_problem() {
    let rules = built_in().rules;
    let ids: Vec<_> = rules.rules.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["R1", "R3", "R16", "R17"]);
    assert_eq!(rules.cool_down_days(), 28);
}

#[test]
fn changing_only_the_10_of_gad_7_changes_its_meaning_everywhere() {
    let strict = parse(
        &changed(
            "[severity.\"GAD-7\"] # Spitzer 2006\nmild = 5\nmoderate = 10",
            "[severity.\"GAD-7\"]\nmild = 5\nmoderate = 13",
        ),
        "rules.toml",
    )
    .expect("the change is sound")
    .rules;
    let mut facts = Facts::nothing_but(HrvState::Persistent);
    facts.screenings.push(gad7(12.0));
    let before = built_in().rules.judge(&facts);
    assert_eq!((before.level, before.severity), (Level::L3, Some(Severity::Moderate)));
    assert_eq!(before.rules, [RuleId::new("R3")]);
    let after = strict.judge(&facts);
    assert_eq!((after.level, after.severity), (Level::L2, Some(Severity::Mild)));
    assert_eq!(after.rules, [RuleId::new("T-L2")]);
    assert_eq!(built_in().rules.is_positive(Instrument::Gad7, 12.0, &[]), Some(true));
    assert_eq!(strict.is_positive(Instrument::Gad7, 12.0, &[]), Some(false));
    assert_ne!(strict.version(), built_in().rules.version());
}

#[test]
fn every_threshold_stands_in_the_built_in_file_with_its_default() {
    let settings = built_in();
    assert_eq!(settings.indicators, crate::indicators::Settings::default());
    assert_eq!(settings.exposures, crate::exposures::Limits::default());
    let document = Document::parse(BUILT_IN, "rules.toml").expect("TOML");
    let mut root = document.root();
    thresholds::indicators(root.section("indicators"));
    thresholds::exposures(root.section("exposures"));
    let (_, known) = document.finish();
    assert!(known.len() > 40);
    for key in known {
        let (section, key) = key.split_once('.').expect("a section");
        let begin = BUILT_IN.find(&format!("\n[{section}]\n")).expect("the section") + 1;
        let text = BUILT_IN[begin..].split("\n[").next().expect("its text");
        assert!(text.contains(&format!("\n{key} = ")), "{section}.{key} is not documented");
    }
}

#[test]
fn a_threshold_is_part_of_the_rules_and_of_their_version() {
    let text = changed("\nlow_z = -1.0 ", "\nlow_z = -1.5 ").replace("noise_red_dba = 85.0", "noise_red_dba = 87");
    let settings = parse(&text, "rules.toml").expect("sound");
    assert!((settings.indicators.low_z + 1.5).abs() < 1e-12);
    assert!((settings.exposures.noise_red_dba - 87.0).abs() < 1e-12);
    assert_ne!(settings.rules.version(), built_in().rules.version());
    let broken = changed("noise_amber_dba = 80.0", "noise_amber_dba = 90");
    assert_eq!(one_problem(&broken).key, "exposures.noise_amber_dba");
    assert_eq!(one_problem(&changed("\nlow_z = -1.0 ", "\nlow_z = nan ")).key, "indicators.low_z");
}

#[test]
fn the_version_of_the_rules_is_the_same_on_every_machine() {
    assert_eq!(digest("level = \"L3\"\n"), 8_949_190_642_089_937_766);
}

#[test]
fn a_rule_that_is_switched_off_does_not_match() {
    let text = changed("id = \"R16\"", "id = \"R16\"\nenabled = false");
    let mut facts = Facts::nothing_but(HrvState::Normal);
    facts.screenings.push(gad7(12.0));
    let rules = parse(&text, "rules.toml").expect("the change is sound").rules;
    assert_eq!(rules.judge(&facts).rules, [RuleId::new("T-L2")]);
}

#[test]
fn every_problem_is_told_at_once_with_its_line() {
    let text = changed("[{ fact = \"hrv_state\"", "[{ fact = \"hrv\"")
        .replace("\ndays = 28", "\ndays = 28\nweeks = 4")
        .replace("index_days = 5", "index_days = 9");
    let problems = problems(&text);
    let keys: Vec<_> = problems.iter().map(|p| p.key.as_str()).collect();
    assert_eq!(keys, ["rule R3.all[0].fact", "table.index_days", "cool_down.weeks"]);
    for problem in &problems {
        let line = text.lines().nth(problem.line.expect("a line is to blame") - 1).expect("the line exists");
        let key = problem.key.rsplit('.').next().expect("a key");
        assert!(line.contains(key), "line {:?} of {problem}", problem.line);
    }
}

#[test]
fn a_comparator_must_fit_its_fact() {
    for (from, to, key) in [
        ("is = \"persistent\"", "at_least = \"persistent\"", "rule R3.all[0].at_least"),
        ("is = \"persistent\"", "is = \"abnormal\"", "rule R3.all[0].is"),
        (
            "{ fact = \"crisis\", is = true }]\nwork",
            "{ fact = \"crisis\", is = true }, { fact = \"exposed\", is = 1 }]\nwork",
            "rule R1.all[1].is",
        ),
        (
            "{ fact = \"anxiety\", is = \"positive\" }]",
            "{ fact = \"anxiety\", at_least = 10 }]",
            "rule R3.all[1].at_least",
        ),
        ("\"overtime_run_days\", at_least = 3 },\n", "\"overtime_run_days\", is = 3 },\n", "rule R17.all[0].is"),
        ("\"overtime_run_days\", at_least = 3 },\n", "\"overtime_run_days\" },\n", "rule R17.all[0]"),
        (
            "\"overtime_run_days\", at_least = 3 },\n",
            "\"overtime_run_days\", at_least = 3, below = 5 },\n",
            "rule R17.all[0]",
        ),
    ] {
        // The comment at the top of the file shows conditions too.
        let head = BUILT_IN.find("[[rule]]").expect("the file has rules");
        let text = format!("{}{}", &BUILT_IN[..head], BUILT_IN[head..].replacen(from, to, 1));
        assert_ne!(text, BUILT_IN, "{from}");
        let problems = problems(&text);
        assert!(problems.iter().any(|p| p.key == key), "{to}: {problems:#?}");
    }
}

#[test]
fn positive_needs_a_cut_off() {
    let text = changed(
        "{ screening = \"GAD-7\", is = \"positive\" },\n]",
        "{ screening = \"PSS-10\", is = \"positive\" },\n]",
    );
    assert_eq!(one_problem(&text).key, "rule R17.all[2].is");
    let text = changed(
        "{ screening = \"GAD-7\", is = \"positive\" },\n]",
        "{ screening = \"CBI\", scale = \"leisure\", at_least = 50 },\n]",
    );
    assert_eq!(one_problem(&text).key, "rule R17.all[2].scale");
}

#[test]
fn a_crisis_must_be_answered() {
    let problem = one_problem(&changed("id = \"R1\"", "id = \"R1\"\nenabled = false"));
    assert!(problem.remedy.contains("L4"), "{problem}");
}

#[test]
fn bands_must_be_in_order() {
    let problem = one_problem(&changed("mild = 50\nmoderate = 28", "mild = 28\nmoderate = 50"));
    assert_eq!(problem.key, "severity.\"WHO-5\"");
}

#[test]
fn ids_and_names_are_checked() {
    assert_eq!(one_problem(&changed("id = \"R16\"", "id = \"R3\"")).key, "rule R3.id");
    assert_eq!(one_problem(&changed("id = \"R16\"", "id = \"T-L2\"")).key, "rule[2].id");
    assert_eq!(one_problem(&changed("[severity.\"ESS\"]", "[severity.\"ESQ\"]")).key, "severity.\"ESQ\"");
    assert_eq!(one_problem(&changed("id = \"R16\"\n", "")).what, "is missing");
}

#[test]
fn broken_syntax_names_its_line() {
    let problem = problems("[table]\nindex_high = \n").remove(0);
    assert_eq!(problem.line, Some(2));
}

#[test]
fn the_built_in_cut_offs_are_those_of_the_instruments() {
    let rules = built_in().rules;
    for instrument in Instrument::ALL {
        let definition = crate::screening::definition(*instrument);
        let Some(cutoffs) = rules.cutoffs.get(instrument) else {
            assert_eq!(definition.cut_off, None, "{instrument:?}");
            continue;
        };
        let scales = definition.answers.map_or(&[][..], |answers| answers.scales);
        let of_scales = scales.iter().map(|scale| (scale.cut_off, cutoffs.scales.get(scale.name)));
        for (published, ours) in of_scales.chain([(definition.cut_off, cutoffs.total.as_ref())]) {
            for tenth in 0..=4_500 {
                let score = f64::from(tenth) / 10.0;
                // Totals are whole numbers where the file says "161" for "above 160".
                let is_between = ours.and_then(|c| c.moderate).is_some_and(|m| score < m && score > m - 1.0);
                if !is_between {
                    let ours = ours.and_then(|c| c.is_positive(score));
                    assert_eq!(ours, published.map(|cut_off| cut_off.is_met(score)), "{instrument:?} {score}");
                }
            }
        }
    }
}

#[test]
fn a_scale_must_be_one_of_the_questionnaire() {
    let problem = one_problem(&changed("[severity.\"CBI\".scales.work]", "[severity.\"CBI\".scales.labour]"));
    assert!(problem.key.ends_with("labour") && problem.remedy.contains("work"), "{problem}");
}
