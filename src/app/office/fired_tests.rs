use super::*;
use crate::config::rules_file;
use crate::domain::alert::Versions;
use crate::domain::case::CaseId;
use crate::domain::exposure::ExposureDay;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::screening::{Instrument, Response, Screening};
use crate::domain::worker::Profile;
use crate::domain::{TimeZone, Timestamp};
use crate::engine::ENGINE_VERSION;
use crate::engine::portrait::portrait;

const CASE: &str = "c-1";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn sheet(instrument: Instrument, taken_at: &str, score: f64) -> Screening {
    Screening { instrument, taken_at: at(taken_at), response: Response::Total { score, kind: None } }
}

/// Somebody who filled in a GAD-7 of 12 and an ISI of 9 in loud weeks, and a GAD-7 of 4 in a quiet one after them.
fn quieter() -> WorkerHistory {
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    let mut history = WorkerHistory::new(Profile::unknown(key, TimeZone::UTC));
    history.screenings = vec![
        sheet(Instrument::Gad7, "2026-03-10T08:00:00Z", 12.0),
        sheet(Instrument::Gad7, "2026-03-28T08:00:00Z", 4.0),
        sheet(Instrument::Isi, "2026-03-10T08:00:00Z", 9.0),
    ];
    for day in 1..=30 {
        let date = crate::domain::Date::new(2026, 3, day).unwrap();
        let noise_lex8h_dba = Some(if day <= 10 { 88.0 } else { 78.0 });
        history.exposures.insert(date, ExposureDay { noise_lex8h_dba, ..ExposureDay::empty(date) });
    }
    history
}

/// As they are seen on the 30th, with a case that was opened on the 10th.
fn seen(settings: &engine::Settings, rules_version: u64) -> Portrait {
    let mut then = quieter();
    then.screenings.remove(1);
    let then = portrait(&then, settings, at("2026-03-10T09:00:00Z"));
    assert!(then.rules.contains(&RuleId::new("R8")), "{:?}", then.rules);
    let ground = Ground {
        at: at("2026-03-10T09:00:00Z"),
        on: then.today,
        rules: then.rules,
        evidence: then.evidence,
        versions: Versions { engine: ENGINE_VERSION, rules: rules_version },
    };
    let mut today = portrait(&quieter(), settings, at("2026-03-30T09:00:00Z"));
    today.grounds = vec![(CaseId::parse(CASE).unwrap(), vec![ground])];
    today
}

#[test]
fn a_rule_is_shown_with_what_it_rested_on_then_and_what_that_is_today() {
    let settings = rules_file::built_in();
    let today = seen(&settings, settings.rules.version());
    let views = fired(&settings, &today, CASE, Language::English);
    let [view] = &views[..] else { panic!("{views:#?}") };
    assert_eq!((view.on.as_str(), view.is_changed), ("2026-03-10", false));
    assert_eq!(view.evidence, EvidenceView::of(&today.grounds[0].1[0].evidence, Language::English));
    let rule = view.rules.iter().find(|rule| rule.rule == "R8").unwrap();
    assert_eq!((rule.title.as_str(), rule.matches_today), ("Noise and moderate anxiety", Some(false)));
    let lines: Vec<[&str; 4]> = rule
        .lines
        .iter()
        .map(|line| [&*line.what, &*line.found, &*line.against, line.today.as_deref().unwrap_or("")])
        .collect();
    assert_eq!(
        lines,
        [
            [
                "GAD-7",
                "12 (moderate), 10 Mar 2026",
                "filled in on 10 Mar 2026, counts until 8 Jun 2026",
                "4 (minimal), 28 Mar 2026"
            ],
            ["Noise of a day", "88 dB(A)", "a limit of 85 dB(A) (2003/10/EC; GBZ 2.2-2007)", "78 dB(A)"],
        ],
        "without the ISI, of which the rule does not speak"
    );
    assert!(fired(&settings, &today, "c-2", Language::English).is_empty());
}

#[test]
fn where_the_rules_were_changed_since_all_that_was_found_is_shown() {
    let settings = rules_file::built_in();
    let views = fired(&settings, &seen(&settings, 7), CASE, Language::English);
    assert!(views[0].is_changed);
    let rule = views[0].rules.iter().find(|rule| rule.rule == "R8").unwrap();
    assert!(rule.lines.iter().any(|line| line.what == "ISI"), "{:#?}", rule.lines);
}

#[test]
fn the_joint_table_matches_while_its_level_is_found_and_a_crisis_answer_is_never_taken_back() {
    let settings = rules_file::built_in();
    let mut today = seen(&settings, settings.rules.version());
    let matches = |today: &Portrait, rule: &str| {
        let mut today = today.clone();
        today.grounds[0].1[0].rules = vec![RuleId::new(rule)];
        fired(&settings, &today, CASE, Language::English)[0].rules[0].matches_today
    };
    today.table = Level::L2;
    assert_eq!((matches(&today, "T-L2"), matches(&today, "T-L3")), (Some(true), Some(false)));
    assert_eq!((matches(&today, "R1"), matches(&today, "R99")), (None, Some(false)));
    today.rules = vec![RuleId::new("R15"), RuleId::new("R16")];
    let found = (matches(&today, "R15"), matches(&today, "R16"));
    assert_eq!(found, (None, Some(true)), "what gives L1 is for the worker alone");
}

#[test]
fn every_rule_has_a_title_and_a_line_that_begins_with_its_id_in_every_language() {
    let settings = rules_file::built_in();
    for language in Language::ALL {
        let view = super::super::rules::rules(&settings, *language);
        let lines: Vec<&String> = view.rules.iter().chain(&view.table).collect();
        for rule in settings.rules.rules.iter().map(|rule| rule.id.as_str()).chain(["R10", "T-L2", "T-L3"]) {
            assert!(view.titles.get(rule).is_some_and(|title| !title.is_empty()), "{rule}");
            assert!(lines.iter().any(|line| line.split(' ').next() == Some(rule)), "{rule} in {lines:#?}");
        }
    }
}
