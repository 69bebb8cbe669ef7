//! `vagus units`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use serde_json::{Map, Value, json};

use super::operator::{self, OperatorError, Stored};
use super::{ConfigFile, EXIT_USAGE, Output};
use crate::app::histories::{self, HistoriesError};
use crate::config;
use crate::domain::ids::{SiteId, UnitId};
use crate::domain::phrase::Phrase;
use crate::engine::unit;
use crate::rules::{LEAST_WORKERS, Member, RuleSet, UnitFact, UnitFacts};

/// Show the figures of each unit, and which rules about units match
///
/// For each unit with 10 workers or more: the mean ratio of effort to reward, the shares of workers on
/// watch, persistently low and over a limit of working conditions, and what the matching rules
/// suggest. Asked from the running service, or read from its store; nobody is named and nothing is sent.
#[derive(Debug, Args)]
#[command(after_help = "\
A figure rests on at least 10 workers; below 20 a share is left out that would leave two or fewer on \
one side. Workers are counted in fives, shares in whole per cent. Do not publish figures of several \
days in one month: their difference may be one person's.")]
pub(super) struct UnitsArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
}

/// What is told of one unit.
struct Row {
    site: SiteId,
    unit: UnitId,
    workers: usize,
    facts: UnitFacts,
}

pub(super) fn run(arguments: &UnitsArguments) -> ExitCode {
    match rows(&arguments.config) {
        Ok((rows, rules)) => {
            match arguments.output {
                Output::Json => operator::say(format_args!("{}", to_json(&rows, &rules))),
                Output::Table => print(&rows, &rules),
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("vagus units: {error}");
            let is_usage = matches!(error, HistoriesError::Ask(OperatorError::Config(_) | OperatorError::Usage(_)));
            if is_usage { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

type Found = (Vec<Row>, Arc<RuleSet>);

fn rows(config: &Path) -> Result<Found, HistoriesError<OperatorError>> {
    let (settings, engine) = config::load(config).map_err(|problems| HistoriesError::Ask(problems.into()))?;
    let rules = Arc::clone(&engine.rules);
    let mut units: BTreeMap<(SiteId, UnitId), Vec<Member>> = BTreeMap::new();
    let mut stored = Stored::of(&settings);
    histories::each(
        |from| stored.histories(from),
        |_, history, now| {
            let (site, unit) = (history.profile.key.site.clone(), history.profile.unit.clone());
            // As the service does: only sites of the configuration.
            if unit::is_counted(&history) && settings.sites.iter().any(|known| known.id == site) {
                units.entry((site, unit)).or_default().push(unit::member(&history, now, &engine));
            }
        },
    )?;
    let least = rules.units.least_workers.max(LEAST_WORKERS);
    let rows = units.into_iter().filter(|(_, members)| members.len() >= least as usize);
    let rows = rows.map(|((site, unit), members)| {
        let workers = members.len();
        Row { site, unit, workers, facts: UnitFacts::of(members, least) }
    });
    Ok((rows.collect(), rules))
}

/// Counted in fives, rounded down so that it never says more than there are.
const fn in_fives(workers: usize) -> usize {
    workers / 5 * 5
}

fn print(rows: &[Row], rules: &RuleSet) {
    if rows.is_empty() {
        operator::say(format_args!("no unit has {} workers or more", rules.units.least_workers.max(LEAST_WORKERS)));
        return;
    }
    let header = ["site", "unit", "workers", "effort/reward", "on watch or lower", "low", "over a limit", "rules"];
    let mut table = operator::table(&header);
    for row in rows {
        let share = |fact| row.facts.get(fact).map(|share| format!("{:.0} %", share * 100.0)).unwrap_or_default();
        let matching = rules.judge_unit(&row.facts);
        let matching: Vec<&str> = matching.iter().map(|rule| rule.id.as_str()).collect();
        table.add_row([
            row.site.as_str(),
            row.unit.as_str(),
            &format!("{} or more", in_fives(row.workers)),
            &row.facts.get(UnitFact::EriMean).map(|mean| format!("{mean:.2}")).unwrap_or_default(),
            &share(UnitFact::WatchOrWorseShare),
            &share(UnitFact::PersistentShare),
            &share(UnitFact::ExposedShare),
            &matching.join(" "),
        ]);
    }
    operator::say(format_args!("{table}\nan empty cell rests on too few workers, or would tell of one or two"));
    for row in rows {
        for rule in rules.judge_unit(&row.facts) {
            let (work, people) = (english(&rule.workload_review).join("; "), english(&rule.counseling).join("; "));
            let (site, unit, id) = (row.site.as_str(), row.unit.as_str(), rule.id.as_str());
            operator::say(format_args!(
                "{site}/{unit}: {id}, {}. For the work: {work}. To offer: {people}.",
                rule.title
            ));
        }
    }
}

fn to_json(rows: &[Row], rules: &RuleSet) -> Value {
    let figure = |row: &Row, fact: UnitFact| {
        let rounded = row.facts.get(fact).map(|value| (value * 100.0).round() / 100.0);
        (fact.as_str().to_owned(), json!(rounded))
    };
    let rows = rows.iter().map(|row| {
        let figures: Map<String, Value> = UnitFact::ALL.into_iter().map(|fact| figure(row, fact)).collect();
        let matching = rules.judge_unit(&row.facts).into_iter().map(|rule| {
            json!({
                "rule": rule.id.as_str(), "title": &*rule.title, "level": rule.level.as_str(),
                "workload_review": english(&rule.workload_review), "counseling": english(&rule.counseling),
            })
        });
        json!({
            "site": row.site.as_str(), "unit": row.unit.as_str(), "workers_at_least": in_fives(row.workers),
            "figures": figures, "matching": matching.collect::<Vec<_>>(),
        })
    });
    Value::Array(rows.collect())
}

/// Commands speak English.
fn english(phrases: &[Phrase]) -> Vec<&str> {
    phrases.iter().map(|phrase| &**phrase).collect()
}
