//! Every expression of every dashboard and rule gives data while the service is under load.

use std::fs;

use serde_json::Value;

use crate::prometheus::{Prometheus, dashboards};
use crate::support::certificates::Authority;
use crate::support::desk::PHYSICIAN;
use crate::support::eventually;
use crate::support::feed::{ago, gad7, nights, now};
use crate::support::town::Town;

/// An expression, and where it stands.
#[derive(Debug, Clone, PartialEq)]
struct Expression {
    place: String,
    text: String,
}

/// The dashboards, by file name.
pub(crate) fn boards() -> Vec<(String, Value)> {
    let mut found: Vec<(String, Value)> = fs::read_dir(dashboards())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let board = serde_json::from_str(&fs::read_to_string(&path).unwrap());
            (name.clone(), board.unwrap_or_else(|error| panic!("{name}: {error}")))
        })
        .collect();
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}

/// What Grafana would ask, with everything chosen.
fn filled_in(text: &str) -> String {
    text.replace("$instance", ".*").replace("$__rate_interval", "10s").replace("$__range", "1h")
}

fn of_dashboards() -> Vec<Expression> {
    let mut found = Vec::new();
    for (name, board) in boards() {
        for panel in board["panels"].as_array().unwrap() {
            for target in panel["targets"].as_array().unwrap() {
                let place = format!("{name}: {}", panel["title"].as_str().unwrap());
                found.push(Expression { place, text: filled_in(target["expr"].as_str().unwrap()) });
            }
        }
        for variable in board["templating"]["list"].as_array().unwrap() {
            if let Some(metric) = variable["query"].as_str().and_then(|query| query.strip_prefix("label_values(")) {
                let text = metric.split(',').next().unwrap().to_owned();
                found.push(Expression { place: format!("{name}: variable {}", variable["name"]), text });
            }
        }
    }
    found
}

/// What stands before the comparison with a number that makes an alert fire.
fn without_threshold(query: &str) -> &str {
    let operators = [" < ", " > ", " == "];
    let ends = operators.iter().filter_map(|operator| query.rsplit_once(operator));
    ends.filter(|(_, limit)| limit.parse::<f64>().is_ok()).map(|(vector, _)| vector).next().unwrap_or(query)
}

fn of_rules(prometheus: &Prometheus) -> Vec<Expression> {
    let rules = prometheus.rules();
    let expression = |rule: &Value| {
        let (name, query) = (rule["name"].as_str().unwrap(), rule["query"].as_str().unwrap());
        let text = if rule["type"] == "alerting" {
            let vector = without_threshold(query);
            assert_ne!(vector, query, "{name} compares with no number");
            vector
        } else {
            query
        };
        Expression { place: format!("rule {name}"), text: text.to_owned() }
    };
    rules.iter().map(expression).collect()
}

/// Those that give no number, and why.
fn without_data(prometheus: &Prometheus, expressions: &[Expression]) -> Vec<(String, String)> {
    let problem = |expression: &Expression| match prometheus.values(&expression.text) {
        Ok(values) if values.iter().any(|value| !value.is_nan()) => None,
        Ok(values) => Some(format!("{} series, no number: {}", values.len(), expression.text)),
        Err(error) => Some(format!("{error}: {}", expression.text)),
    };
    expressions.iter().filter_map(|one| Some((one.place.clone(), problem(one)?))).collect()
}

/// A town with a certificate in its configuration and a channel whose receiver is down.
fn town() -> (Town, tempfile::TempDir) {
    let files = tempfile::tempdir().unwrap();
    let authority = Authority::new(files.path(), "ca");
    let ca_file = authority.ca_file.display().to_string();
    let key_file = files.path().join("key");
    fs::write(&key_file, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=\n").unwrap();
    let town = Town::with(&format!(
        "[[recipients]]\nid = \"dr.a\"\nrole = \"physician\"\n\
         [[channels]]\nid = \"case-system\"\nkind = \"webhook\"\nurl = \"https://127.0.0.1:9/\"\n\
         allow_private_addresses = true\nsecret_files = [{key_file:?}]\nca_file = {ca_file:?}\n\
         [[routes]]\nchannel = \"case-system\"\nrecipients = [\"dr.a\"]\n"
    ));
    (town, files)
}

#[test]
fn every_expression_gives_data_under_load_and_a_misspelt_metric_is_noticed() {
    let (mut town, _files) = town();
    let prometheus = Prometheus::start(town.vagus.ops(), None);
    prometheus.wait_for_a_scrape();
    let now = now();
    town.send_all(&nights("w-1", 45, 10, 1, now));
    town.send_all(&[gad7("w-1", 12, ago(now, 1)), gad7("w-2", 12, ago(now, 1))]);
    let raised = town.wait_for_alerts("w-2", 1);
    PHYSICIAN.does(&town.vagus, &["ack", raised[0].data["case_id"].as_str().unwrap()]);
    town.send_raw("vagus/v1/plant-a/gw-7/readings", "not JSON");
    let backup = town.vagus.config().with_file_name("vagus.tar");
    let made = town.vagus.command(&["backup"], &["--to", backup.to_str().unwrap()]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));

    let expressions: Vec<Expression> = of_dashboards().into_iter().chain(of_rules(&prometheus)).collect();
    assert!(expressions.len() > 80, "{} expressions", expressions.len());
    let feed = nights("w-3", 60, 0, 1, now);
    let mut next = feed.iter().cycle();
    let mut missing = Vec::new();
    let all_have = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        eventually("every expression gives data", || {
            town.send(next.next().unwrap());
            missing = without_data(&prometheus, &expressions);
            missing.is_empty().then_some(())
        });
    }));
    assert!(all_have.is_ok(), "without data: {missing:#?}");

    // Not one of them would go unnoticed if a name in it were wrong.
    let misspelt: Vec<Expression> = expressions
        .iter()
        .map(|one| Expression { text: one.text.replacen("vagus", "vagsu", 1), ..one.clone() })
        .collect();
    let noticed: Vec<String> = without_data(&prometheus, &misspelt).into_iter().map(|(place, _)| place).collect();
    assert_eq!(noticed, misspelt.into_iter().map(|one| one.place).collect::<Vec<_>>());
    for rule in prometheus.rules() {
        assert_eq!(rule["health"], "ok", "{rule}");
    }
}

#[test]
fn only_the_comparison_with_a_number_is_taken_away() {
    assert_eq!(without_threshold("a{b!=\"c\"} == 0"), "a{b!=\"c\"}");
    assert_eq!(without_threshold("predict_linear(a[6h], 4 * 86400) < 0"), "predict_linear(a[6h], 4 * 86400)");
    assert_eq!(without_threshold("a > b"), "a > b");
}
