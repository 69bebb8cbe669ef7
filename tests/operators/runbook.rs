//! Every link of a dashboard or an alert leads to a part of the README, and no part is missing there.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::expressions::boards;
use crate::prometheus::dashboards;

fn readme() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap()
}

/// The anchors of a Markdown file's headings, as the usual hosts make them.
fn anchors(markdown: &str) -> BTreeSet<String> {
    let headings =
        markdown.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let anchor = |heading: &str| {
        let kept =
            heading.to_lowercase().chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c)).collect::<String>();
        kept.replace(' ', "-")
    };
    headings.map(anchor).collect()
}

#[test]
fn every_link_leads_to_a_heading_of_the_readme() {
    let anchors = anchors(&readme());
    let mut links = Vec::new();
    for (name, board) in boards() {
        for panel in board["panels"].as_array().unwrap() {
            let url = panel["links"][0]["url"].as_str().unwrap();
            links.push((format!("{name}: {}", panel["title"]), url.split_once('#').unwrap().1.to_owned()));
        }
    }
    let rules = fs::read_to_string(dashboards().join("prometheus/alerting.yml")).unwrap();
    for url in rules.lines().filter_map(|line| line.trim().strip_prefix("runbook_url: ")) {
        links.push(("alerting.yml".to_owned(), url.split_once('#').unwrap().1.to_owned()));
    }
    let lost: Vec<_> = links.into_iter().filter(|(_, anchor)| !anchors.contains(anchor)).collect();
    assert_eq!(lost, []);
}

#[test]
fn the_runbook_tells_of_every_alert_what_it_means_what_to_look_at_and_what_to_do() {
    let readme = readme();
    let rules = fs::read_to_string(dashboards().join("prometheus/alerting.yml")).unwrap();
    let alerts: Vec<&str> = rules.lines().filter_map(|line| line.trim().strip_prefix("- alert: ")).collect();
    let urls = rules.lines().filter_map(|line| line.trim().strip_prefix("runbook_url: "));
    let of_alerts: Vec<String> = alerts.iter().map(|alert| alert.to_lowercase()).collect();
    assert_eq!(urls.map(|url| url.rsplit('#').next().unwrap()).collect::<Vec<_>>(), of_alerts);
    for alert in alerts {
        let part = readme.split(&format!("#### {alert}\n")).nth(1).unwrap_or_else(|| panic!("{alert} is not there"));
        let part = part.split("\n#").next().unwrap();
        for said in ["*Means*", "*Look*", "*Do*"] {
            assert!(part.contains(said), "{alert}: {said}");
        }
    }
}

#[test]
fn the_readme_has_every_metric_and_no_other() {
    let readme = readme();
    // The first column of the table: one name, or some that belong together.
    let columns =
        readme.lines().filter(|line| line.starts_with("| `vagus_")).map(|line| line.split(" | ").next().unwrap());
    let told: BTreeSet<&str> =
        columns.flat_map(|column| column.split('`').filter(|part| part.starts_with("vagus_"))).collect();
    let known: BTreeSet<&str> = vagus::telemetry::metrics::NAMES.iter().copied().collect();
    assert_eq!(told, known);
}
