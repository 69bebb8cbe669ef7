use super::*;
use crate::domain::alert::Level;
use crate::domain::alert::RuleId;
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
    let expected: Vec<_> = (1..=18).filter(|n| *n != 10).map(|n| format!("R{n}")).collect();
    assert_eq!(ids, expected);
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

/// A rule of these conditions beside the one for crises, with the built-in cut-offs.
fn rule_of(conditions: &str) -> String {
    let cut_offs = &BUILT_IN[BUILT_IN.find("[severity").expect("cut-offs")..];
    let (cut_offs, _) = cut_offs.split_once("[translations").expect("texts of the rules that are left out");
    format!(
        "[[rule]]\nid = \"R1\"\ntitle = \"crisis\"\nlevel = \"L4\"\nall = [{{ fact = \"crisis\", is = true }}]\n\
         [[rule]]\nid = \"X\"\ntitle = \"x\"\nlevel = \"L1\"\nall = [{conditions}]\n{cut_offs}"
    )
}

fn warnings(text: &str) -> Vec<String> {
    let (_, warnings) = review(text, "rules.toml").expect("the text is sound");
    warnings.iter().map(ToString::to_string).collect()
}

#[test]
fn every_problem_is_told_at_once_with_its_line() {
    let text = changed("title = \"Crisis answer\"", "titel = \"Crisis answer\"")
        .replace("\ndays = 28", "\ndays = 28\nweeks = 4")
        .replace("index_days = 5", "index_days = 9");
    let problems = problems(&text);
    let keys: Vec<_> = problems.iter().map(|p| p.key.as_str()).collect();
    assert_eq!(keys, ["rule R1.title", "rule R1.titel", "table.index_days", "cool_down.weeks"]);
    for problem in &problems[1..] {
        let line = text.lines().nth(problem.line.expect("a line is to blame") - 1).expect("the line exists");
        let key = problem.key.rsplit('.').next().expect("a key");
        assert!(line.contains(key), "line {:?} of {problem}", problem.line);
    }
}

#[test]
fn what_a_condition_says_must_fit_its_fact() {
    for (condition, key) in [
        (r#"{ fact = "hrv_state", at_least = "persistent" }"#, "all[0].at_least"),
        (r#"{ fact = "hrv_state", is = "abnormal" }"#, "all[0].is"),
        (r#"{ fact = "hrv_state", any_of = ["watch", "bad"] }"#, "all[0].any_of"),
        (r#"{ fact = "hrv_state", any_of = [] }"#, "all[0].any_of"),
        (r#"{ fact = "exposed", is = 1 }"#, "all[0].is"),
        (r#"{ fact = "anxiety", at_least = 10 }"#, "all[0].at_least"),
        (r#"{ fact = "anxiety", at_least = "positive" }"#, "all[0].at_least"),
        (r#"{ fact = "overtime_run_days", is = 3 }"#, "all[0].is"),
        (r#"{ fact = "overtime_run_days" }"#, "all[0]"),
        (r#"{ fact = "overtime_run_days", at_least = 3, below = 5 }"#, "all[0]"),
        (r#"{ fact = "overtime_run_days", at_least = "3" }"#, "all[0].at_least"),
        (r#"{ fact = "overtime_days", at_least = 3 }"#, "all[0].fact"),
        (r#"{ screening = "GAD7", at_least = 3 }"#, "all[0].screening"),
        (r#"{ screening = "PSS-10", is = "positive" }"#, "all[0].is"),
        (r#"{ screening = "ESS", at_least = "mild" }"#, "all[0].at_least"),
        (r#"{ screening = "CBI", scale = "leisure", at_least = 50 }"#, "all[0].scale"),
        (r#"{ screening = "GAD-7", fact = "q", at_least = 50 }"#, "all[0]"),
        (r#"{ fact = "q", at_least = "mild", for_days = 3 }"#, "all[0].for_days"),
        (r#"{ any = [] }"#, "all[0].any"),
        (r#"{ any = [{ fact = "q", at_least = "bad" }] }"#, "all[0].any[0].at_least"),
        (
            r#"{ any = [{ any = [{ any = [{ any = [{ any = [{ fact = "q", is = "mild" }] }] }] }] }] }"#,
            "all[0].any[0].any[0].any[0].any[0]",
        ),
        ("", "all"),
    ] {
        let problem = one_problem(&rule_of(condition));
        assert_eq!(problem.key, format!("rule X.{key}"), "{problem}");
        assert_eq!(problem.line, Some(10), "{problem}");
    }
}

#[test]
fn a_slip_in_a_name_is_told_with_the_name_that_was_meant() {
    for (condition, meant) in [
        (r#"{ fact = "weekly_hour", at_least = 48 }"#, "weekly_hours"),
        (r#"{ fact = "hrv", is = "watch" }"#, ""),
        (r#"{ fact = "noise_dB", at_least = 80 }"#, "noise_dba"),
        (r#"{ screening = "GAD7", at_least = 3 }"#, "GAD-7"),
        (r#"{ fact = "hrv_state", is = "persistant" }"#, "persistent"),
    ] {
        let problem = one_problem(&rule_of(condition));
        let told = format!("did you mean {meant:?}?");
        assert_eq!(problem.remedy.contains(&told), !meant.is_empty(), "{problem}");
        assert!(problem.remedy.contains("give one of: "), "{problem}");
    }
}

#[test]
fn what_can_never_hold_is_a_problem() {
    for (conditions, key) in [
        (r#"{ fact = "weekly_hours", at_least = 400 }"#, "all[0].at_least"),
        (r#"{ fact = "weekly_hours", below = 0 }"#, "all[0].below"),
        (r#"{ screening = "GAD-7", above = 21 }"#, "all[0].above"),
        (r#"{ any = [{ fact = "bmi", at_most = 5 }, { fact = "q", is = "mild" }] }"#, "all[0].any[0].at_most"),
        (r#"{ fact = "age", above = 60 }, { fact = "age", below = 50 }"#, "all"),
        (r#"{ fact = "q", above = "severe" }"#, "all"),
        (r#"{ fact = "hrv_state", is = "watch" }, { fact = "hrv_state", is_not = "watch" }"#, "all"),
        (r#"{ fact = "exposed", is = true }, { all = [{ fact = "exposed", is = false }] }"#, "all"),
        (
            r#"{ fact = "q", is = "mild" }, { any = [{ fact = "q", is = "severe" }, { fact = "q", below = "mild" }] }"#,
            "all",
        ),
    ] {
        assert_eq!(one_problem(&rule_of(conditions)).key, format!("rule X.{key}"), "{conditions}");
    }
    let raise = "\n[[rule.raise]]\nlevel = \"L3\"\nall = [{ fact = \"bmi\", below = 20 }]\n";
    let never = changed("# ── The joint table", &format!("{raise}# ── The joint table"));
    assert_eq!(one_problem(&never).key, "rule R18.raise[0].all");
    let lower = changed(
        "[[rule.raise]]\nlevel = \"L3\"\nall = [{ fact = \"safety",
        "[[rule.raise]]\nlevel = \"L2\"\nall = [{ fact = \"safety",
    );
    assert_eq!(one_problem(&lower).key, "rule R12.raise[0].level");
}

#[test]
fn what_is_hardly_meant_is_a_warning() {
    assert_eq!(warnings(BUILT_IN), Vec::<String>::new());
    let suggestions = "level = \"L3\"\nworkload_review = [\"a\"]\ncounseling = [\"b\"]";
    let alone = rule_of(r#"{ fact = "hrv_state", is = "persistent" }"#).replace("level = \"L1\"", suggestions);
    assert!(warnings(&alone).iter().any(|warning| warning.contains("L3 from a wristband alone")), "{alone}");
    let always = warnings(&rule_of(r#"{ fact = "weekly_hours", at_least = 0 }"#));
    assert_eq!(always.len(), 1, "{always:?}");
    assert!(always[0].starts_with("rules.toml:10: rule X.all[0].at_least: always holds; "), "{always:?}");
    let inner = "[[rule]]\nid = \"R19\"\ntitle = \"t\"\nlevel = \"L3\"\nworkload_review = [\"a\"]\ncounseling = [\"b\"]\n\
                 all = [{ fact = \"anxiety\", is = \"positive\" }, { fact = \"hrv_state\", any_of = [\"persistent\"] }, \
                 { fact = \"age\", above = 50 }]\n\n# ── The joint table";
    let contained = warnings(&changed("# ── The joint table", inner));
    assert_eq!(contained.len(), 1, "{contained:?}");
    assert!(contained[0].contains(": rule R19.all: lies within rule R3, which gives L3 already"), "{contained:?}");
    let higher = inner.replace("L3", "L4").replace("all = [", "all = [{ fact = \"crisis\", is = true }, ");
    assert_eq!(warnings(&changed("# ── The joint table", &higher)).len(), 1, "R1 gives L4 already");
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
    assert_eq!(one_problem(&changed("id = \"R16\"", "id = \"T-L2\"")).key, "rule[14].id");
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
fn a_score_means_the_same_where_it_is_scored_and_where_rules_look() {
    use crate::domain::Timestamp;
    use crate::domain::indicator::Severity;
    use crate::domain::screening::{Response, ScoreKind, Screening};
    use crate::screening::Band;
    let rules = built_in().rules;
    let kinds = [None, Some(ScoreKind::Raw), Some(ScoreKind::Standard)];
    let mut compared = 0;
    for (instrument, kind) in Instrument::ALL.iter().flat_map(|i| kinds.map(|kind| (*i, kind))) {
        for total in 0..=450_u16 {
            let response = Response::Total { score: f64::from(total), kind };
            let Ok(scored) = screening::score(&Screening { instrument, taken_at: Timestamp::UNIX_EPOCH, response })
            else {
                continue;
            };
            let told = format!("{instrument:?} {total} {kind:?}");
            assert_eq!(rules.is_positive(instrument, scored.score, &scored.scales), scored.positive, "{told}");
            let severity = rules.severity(instrument, scored.score, &scored.scales);
            let Some((band, severity)) = scored.band.zip(severity) else { continue };
            assert_eq!(band == Band::Minimal.as_str(), severity == Severity::Minimal, "{told}: {band}, {severity:?}");
            compared += 1;
        }
    }
    assert!(compared > 500, "{compared}");
}

#[test]
fn a_scale_must_be_one_of_the_questionnaire() {
    let problem = one_problem(&changed("[severity.\"CBI\".scales.client]", "[severity.\"CBI\".scales.labour]"));
    assert!(problem.key.ends_with("labour") && problem.remedy.contains("client"), "{problem}");
}

#[test]
fn a_file_with_everything_wrong_is_told_line_by_line() {
    let text = r#"
[[rule]]
id = "R1"
title = "Crisis"
level = "L5"
all = [{ fact = "crisys", is = true }]

[[rule]]
id = "R 2"
title = 2
level = "L2"
all = [
  { fact = "weekly_hours", at_least = 400 },
  { screening = "GAD-7", at_least = "terrible" },
  { any = [{ fact = "hrv_state", above = "watch" }] },
]
counseling = ["talk"]
colour = "red"

[[rule.raise]]
level = "L1"
all = []

[[unit_rule]]
id = "U1"
title = "Unit"
level = "L3"
all = [{ fact = "watch_share", at_least = 20 }, { fact = "exposed_share", at_least = 20 }]

[unit]
least_workers = 3

[exposures]
noise_red_dba = 200

[severity."GAD-7"]
mild = 10
moderate = 5
measures = "anxeity"
"#;
    let told: Vec<_> = problems(text).iter().map(ToString::to_string).collect();
    let snapshot = include_str!("wrong_rules.txt");
    assert_eq!(told.join("\n"), snapshot.trim_end(), "\n{}", told.join("\n"));
}
