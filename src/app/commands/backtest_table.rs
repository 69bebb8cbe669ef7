//! A backtest's report for reading.

use super::operator::{say, table};
use crate::app::backtest::cases::{Case, Outcome};
use crate::app::backtest::chance::{Count, rate_interval};
use crate::app::backtest::{Plan, Report, Sides, per_100};

pub(super) fn print(report: &Report, plan: &Plan, source: &str, files: Sides<&str>, notes: &[String]) {
    for (name, file, engine) in [("in force", files.old, &plan.engines.old), ("new", files.new, &plan.engines.new)] {
        say(format_args!("{name:<9} {file}, version {:016x}", engine.rules.version()));
    }
    let days = report.window.map_or_else(|| "no day".to_owned(), |(from, to)| format!("{from} to {to}"));
    let years = report.worker_years();
    say(format_args!("{source:<9} {} workers, {years:.1} worker-years, {days}\n", report.workers));
    episodes(report);
    totals(report, years);
    chance(report, plan);
    say(format_args!("\nAssumed:"));
    for note in notes {
        say(format_args!("- {note}"));
    }
}

fn episodes(report: &Report) {
    if report.episodes.is_empty() {
        say(format_args!("no case under either rule file"));
        return;
    }
    let mut cases = table(&["worker", "in force", "", "new", "", ""]);
    for episode in &report.episodes {
        let ((old_day, old), (new_day, new)) = (told(episode.pair.old_case()), told(episode.pair.new_case()));
        let mark = if episode.is_at_start() { " *" } else { "" };
        let worker = format!("{}/{}", episode.worker.site.as_str(), episode.worker.worker.as_str());
        let outcome = format!("{}{mark}", in_words(episode.pair.outcome()));
        cases.add_row([worker, old_day, old, new_day, new, outcome]);
    }
    say(format_args!("{cases}"));
    let outcomes: Vec<_> = report.outcomes().into_iter().map(|(what, n)| format!("{n} {}", in_words(what))).collect();
    say(format_args!("{}\n", outcomes.join(", ")));
}

/// Day, and level with rules.
fn told(case: Option<&Case>) -> (String, String) {
    case.map_or_else(Default::default, |case| {
        let rules: Vec<_> = case.rules.iter().map(|rule| rule.as_str()).collect();
        (case.opened_on.to_string(), format!("{} {}", case.level.as_str(), rules.join(" ")))
    })
}

const fn in_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Both => "both",
        Outcome::OnlyOld => "no longer",
        Outcome::OnlyNew => "only new",
        Outcome::OtherLevel => "other level",
    }
}

fn totals(report: &Report, years: f64) {
    let totals = report.totals();
    let mut sums = table(&["cases", "in force", "/100 y", "new", "/100 y"]);
    let mut row = |name: &str, sides: Sides<u64>| {
        let rate = |cases| per_100(cases, years).map_or_else(String::new, |rate| format!("{rate:.1}"));
        sums.add_row([name, &sides.old.to_string(), &rate(sides.old), &sides.new.to_string(), &rate(sides.new)]);
    };
    row("all", totals.all);
    totals.levels.iter().for_each(|(level, sides)| row(level.as_str(), *sides));
    totals.rules.iter().for_each(|((_, rule), sides)| row(rule.as_str(), *sides));
    say(format_args!("{sums}\n/100 y: a hundred worker-years; a case of two rules counts under both\n"));
}

fn chance(report: &Report, plan: &Plan) {
    if plan.repeats == 0 {
        return;
    }
    let years = report.chance.worker_years();
    let once = years / f64::from(plan.repeats);
    let rate = |cases: u64, years: f64| match (per_100(cases, years), rate_interval(cases, years)) {
        (Some(rate), Some(interval)) => format!("{:.3} ({:.3} to {:.3})", rate / 100.0, interval.low, interval.high),
        _ => "unknown".to_owned(),
    };
    let mut rows = table(&["a worker-year", "in force", "new"]);
    let Sides { old, new } = report.chance.counts;
    for (name, of, years) in [
        ("cases without any HRV", (|count: Count| count.without_hrv) as fn(Count) -> u64, once),
        ("more, by chance", |count| count.opened, years),
        ("raised to a higher level by chance", |count| count.raised, years),
    ] {
        rows.add_row([name.to_owned(), rate(of(old), years), rate(of(new), years)]);
    }
    let (repeats, seed) = (plan.repeats, plan.seed);
    say(format_args!(
        "{rows}\nhealthy nights drawn {repeats} times (seed {seed}), {years:.1} worker-years; 95 % interval"
    ));
}
