//! A report as one JSON object.

use serde_json::{Value, json};

use super::cases::Case;
use super::chance::{Count, rate_interval};
use super::report::{Episode, Report};
use super::{Plan, Sides};

/// The report with what it was made from. Every key is there whatever was found; figures that cannot
/// be had are null.
///
/// `rules.old|new`: `file` and `version` (a digest of its text). `window`: `from` and `to`, the first and
/// last day looked at. `cases`: `site`, `worker`, `outcome` (`both only_old only_new other_level`),
/// `at_start`, and `old` and `new` (null, or `day`, `level`, `rules`). `outcomes`: episodes by outcome.
/// `totals`: `all`, and by level and by rule the `cases` under `old` and `new` and their rates
/// `per_100_worker_years`. `chance`: `repeats`, `seed`, `worker_years` of all repetitions, and for `old` and `new`
/// the rates per worker-year `without_hrv`, `opened` and `raised`, each with its count (`cases`) and 95 %
/// `interval`. `notes`: what was assumed.
#[must_use]
pub fn to_json(report: &Report, plan: &Plan, source: &str, files: Sides<&str>, notes: &[String]) -> Value {
    let rules = |file: &str, version: u64| json!({"file": file, "version": format!("{version:016x}")});
    let totals = report.totals();
    let years = report.worker_years();
    let total = |sides: Sides<u64>| {
        let rate = |cases| rounded(per_100(cases, years));
        json!({"old": {"cases": sides.old, "per_100_worker_years": rate(sides.old)},
               "new": {"cases": sides.new, "per_100_worker_years": rate(sides.new)}})
    };
    let levels: serde_json::Map<String, Value> =
        totals.levels.iter().map(|(level, sides)| (level.as_str().to_owned(), total(*sides))).collect();
    let by_rule: serde_json::Map<String, Value> =
        totals.rules.iter().map(|((_, rule), sides)| (rule.as_str().to_owned(), total(*sides))).collect();
    let outcomes: serde_json::Map<String, Value> =
        report.outcomes().into_iter().map(|(outcome, n)| (outcome.as_str().to_owned(), n.into())).collect();
    let versions = plan.engines.as_ref().map(|engine| engine.rules.version());
    json!({
        "source": source,
        "rules": {"old": rules(files.old, versions.old), "new": rules(files.new, versions.new)},
        "window": report.window.map(|(from, to)| json!({"from": from.to_string(), "to": to.to_string()})),
        "workers": report.workers,
        "worker_years": rounded(Some(years)),
        "cases": report.episodes.iter().map(episode).collect::<Vec<_>>(),
        "outcomes": outcomes,
        "totals": {"all": total(totals.all), "levels": levels, "rules": by_rule},
        "chance": chance(report, plan),
        "notes": notes,
    })
}

/// A rate per 100 worker-years; `None` where there were none.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "counts of cases are far below 2^53")]
pub fn per_100(cases: u64, years: f64) -> Option<f64> {
    (years > 0.0).then(|| 100.0 * cases as f64 / years)
}

fn episode(episode: &Episode) -> Value {
    let side = |case: Option<&Case>| {
        case.map(|case| {
            let rules: Vec<_> = case.rules.iter().map(|rule| rule.as_str()).collect();
            json!({"day": case.opened_on.to_string(), "level": case.level.as_str(), "rules": rules})
        })
    };
    json!({
        "site": episode.worker.site.as_str(), "worker": episode.worker.worker.as_str(),
        "outcome": episode.pair.outcome().as_str(), "at_start": episode.is_at_start(),
        "old": side(episode.pair.old_case()), "new": side(episode.pair.new_case()),
    })
}

fn chance(report: &Report, plan: &Plan) -> Value {
    if plan.repeats == 0 {
        return Value::Null;
    }
    let years = report.chance.worker_years();
    let once = years / f64::from(plan.repeats);
    let rate = |cases: u64, years: f64| {
        let interval = rate_interval(cases, years).map(|i| [rounded(Some(i.low)), rounded(Some(i.high))]);
        let rate = per_100(cases, years).map(|rate| rate / 100.0);
        json!({"cases": cases, "per_worker_year": rounded(rate), "interval": interval})
    };
    let side = |count: Count| {
        json!({"without_hrv": rate(count.without_hrv, once), "opened": rate(count.opened, years),
               "raised": rate(count.raised, years)})
    };
    json!({
        "repeats": plan.repeats, "seed": plan.seed, "worker_years": rounded(Some(years)),
        "old": side(report.chance.counts.old), "new": side(report.chance.counts.new),
    })
}

/// Four digits after the point: more would promise what no such figure holds.
fn rounded(value: Option<f64>) -> Value {
    value.map_or(Value::Null, |value| json!((value * 1e4).round() / 1e4))
}
