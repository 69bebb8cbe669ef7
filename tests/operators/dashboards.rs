//! The dashboards are what Grafana expects, and say what a newcomer needs.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::expressions::boards;

fn node_modules() -> PathBuf {
    std::env::var_os("VAGUS_TEST_NODE_MODULES").expect("VAGUS_TEST_NODE_MODULES is not set: run ./tests/run").into()
}

/// What TypeScript's compiler says of dashboards as values of the type in `dashboard.ts`.
fn complaints(dashboards: &[(String, String)]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let own = |file: &str, text: &str| fs::write(directory.path().join(file), text).unwrap();
    std::os::unix::fs::symlink(node_modules(), directory.path().join("node_modules")).unwrap();
    own("dashboard.ts", include_str!("dashboard.ts"));
    let mut files = Vec::new();
    for (name, text) in dashboards {
        let file = format!("{}.ts", name.strip_suffix(".json").unwrap());
        let typed = "import type { OurDashboard } from './dashboard';\nexport const dashboard: OurDashboard = ";
        own(&file, &format!("{typed}{text};\n"));
        files.push(file);
    }
    let output = Command::new(directory.path().join("node_modules/.bin/tsc"))
        .args(["--noEmit", "--strict", "--skipLibCheck", "--module", "nodenext", "--target", "es2022"])
        .args(files)
        .current_dir(directory.path())
        .output()
        .expect("TypeScript's compiler runs");
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr)
}

fn texts() -> Vec<(String, String)> {
    let file =
        |(name, _)| (String::clone(&name), fs::read_to_string(crate::prometheus::dashboards().join(name)).unwrap());
    boards().into_iter().map(file).collect()
}

#[test]
fn the_dashboards_are_what_grafanas_schema_says() {
    assert_eq!(complaints(&texts()), "");
}

#[test]
fn what_grafanas_schema_does_not_know_is_noticed() {
    let (_, pipeline) = texts().into_iter().find(|(name, _)| name == "pipeline.json").unwrap();
    for (right, wrong) in [
        ("\"schemaVersion\": 42", "\"schemaVersion\": \"42\""),
        ("\"gridPos\"", "\"gridPosition\""),
        ("\"colorMode\": \"background\"", "\"colorMode\": \"backdrop\""),
        ("\"showPoints\": \"never\"", "\"showPoints\": \"seldom\""),
        ("\"scheme\": \"Blues\"", "\"schema\": \"Blues\""),
        ("\"unit\": \"cps\"", "\"units\": \"cps\""),
    ] {
        let broken = pipeline.replacen(right, wrong, 1);
        assert_ne!(broken, pipeline, "{right} stands in the dashboard");
        let complaints = complaints(&[("broken.json".to_owned(), broken)]);
        assert!(complaints.contains("broken.ts") && complaints.contains("error TS"), "{wrong}: {complaints}");
    }
}

/// What a panel lacks that a newcomer needs.
fn lacks(panel: &Value) -> Vec<&'static str> {
    let text = |pointer: &str| panel.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let has_query = panel["targets"].as_array().is_some_and(|targets| !targets.is_empty());
    let checks = [
        ("a title of words", text("/title").contains(char::is_alphabetic)),
        ("a unit", !text("/fieldConfig/defaults/unit").is_empty()),
        // Long enough to say what it shows and what to do.
        ("a description", text("/description").len() > 40),
        ("a query", has_query),
        ("the data source of the dashboard", text("/datasource/uid") == "${datasource}"),
        ("a link to the runbook", text("/links/0/url").starts_with("${runbook:raw}#")),
    ];
    checks.into_iter().filter(|(_, holds)| !holds).map(|(what, _)| what).collect()
}

#[test]
fn every_panel_has_a_title_a_unit_and_says_what_to_do() {
    let mut titles = BTreeSet::new();
    for (name, board) in boards() {
        let mut ids = BTreeSet::new();
        for panel in board["panels"].as_array().unwrap() {
            assert_eq!(lacks(panel), Vec::<&str>::new(), "{name}: {}", panel["title"]);
            assert!(ids.insert(panel["id"].as_i64().unwrap()), "{name}: an id of its own: {}", panel["title"]);
            assert!(titles.insert((name.clone(), panel["title"].to_string())), "{name}: twice {}", panel["title"]);
        }
        assert_eq!(overlaps(&board), Vec::<String>::new(), "{name}");
    }
    assert_eq!(boards().len(), 4);
}

/// Panels that lie on each other, or beside the grid of 24 columns.
fn overlaps(board: &Value) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for panel in board["panels"].as_array().unwrap() {
        let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        let cells = (at("x")..at("x") + at("w")).flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y)));
        let area = at("w") * at("h");
        let before = taken.len() as u64;
        taken.extend(cells);
        if taken.len() as u64 - before != area || at("x") + at("w") > 24 {
            found.push(panel["title"].to_string());
        }
    }
    found
}

#[test]
fn nobody_is_named_on_a_dashboard() {
    // The care process is told in counts: no label that could lead to a person, and none to a site.
    let (_, care) = boards().into_iter().find(|(name, _)| name == "care.json").unwrap();
    for panel in care["panels"].as_array().unwrap() {
        // The name of a state is no label of a person.
        let text = panel["targets"].to_string().replace("declined_by_worker", "");
        assert!(!text.contains("site") && !text.contains("worker"), "{}", panel["title"]);
    }
}

#[test]
fn the_file_that_provisions_them_names_the_folder_of_the_readme() {
    let provisioning = fs::read_to_string(crate::prometheus::dashboards().join("provisioning.yml")).unwrap();
    let path = provisioning.lines().find_map(|line| line.trim().strip_prefix("path: ")).unwrap();
    let readme = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(readme.contains(path), "{path}");
}
