//! `vagus relate`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::operator::{self, OperatorError, Stored};
use super::{EXIT_USAGE, Output};
use crate::app::histories::{self, HistoriesError};
use crate::config;
use crate::domain::screening::Instrument;
use crate::engine::relation::relate;
use crate::screening::relation::{GroupRelation, Pair, RankCorrelation, Settings, relate_group};
use crate::statistics::{Interval, RepeatedMeasures};

/// Of fewer workers nothing is told: a figure of a small group is a person's own.
///
/// # Source
/// Domain reference, section 9: k = 10 for any health measure.
const FEWEST_WORKERS: usize = 10;

/// Shows how questionnaires go with what the wristbands showed in the weeks they ask about.
///
/// For each questionnaire: whether scores rise as the strain index does within each worker
/// (repeated-measures correlation), and whether workers with a higher mean index have higher mean
/// scores (Spearman), each with its 95 % interval. Small correlations, 0.1 to 0.3, are what to expect.
/// Asked from the running service, or read from its store; nobody is named.
#[derive(Debug, Args)]
#[command(after_help = "\
Of fewer than 10 workers nothing is told; the correlation within workers needs 5 with two pairs or \
more, that between workers 20. A pair is a questionnaire and the mean index of the days it asks \
about, of which half must be known. This is an association: neither causes the other.")]
pub(super) struct RelateArguments {
    /// The configuration of the service
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
    /// Only this site
    #[arg(long)]
    site: Option<String>,
    /// Only this unit
    #[arg(long)]
    unit: Option<String>,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    output: Output,
}

/// What is told of one questionnaire.
type Row = (Instrument, GroupRelation);

pub(super) fn run(arguments: &RelateArguments) -> ExitCode {
    match rows(arguments, &arguments.config) {
        Ok(rows) => {
            match arguments.output {
                Output::Json => operator::say(format_args!("{}", to_json(&rows))),
                Output::Table => print(&rows),
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("vagus relate: {error}");
            let is_usage = matches!(error, HistoriesError::Ask(OperatorError::Config(_) | OperatorError::Usage(_)));
            if is_usage { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE }
        }
    }
}

fn rows(arguments: &RelateArguments, config: &Path) -> Result<Vec<Row>, HistoriesError<OperatorError>> {
    let (settings, engine) = config::load(config).map_err(|problems| HistoriesError::Ask(problems.into()))?;
    if let Some(site) = arguments.site.as_deref().filter(|site| settings.sites.iter().all(|s| s.id.as_str() != *site)) {
        let problem = format!("the site {site} is not configured");
        return Err(HistoriesError::Ask(OperatorError::Usage(problem)));
    }
    let mut pairs: BTreeMap<Instrument, Vec<Vec<Pair>>> = BTreeMap::new();
    let mut stored = Stored::of(&settings);
    histories::each(
        |from| stored.histories(from),
        |_, history, _| {
            let is_site = arguments.site.as_deref().is_none_or(|site| history.profile.key.site.as_str() == site);
            let is_unit = arguments.unit.as_deref().is_none_or(|unit| history.profile.unit.as_str() == unit);
            if is_site && is_unit {
                for (instrument, relation) in relate(history, &engine) {
                    pairs.entry(instrument).or_default().push(relation.pairs);
                }
            }
        },
    )?;
    let related = pairs.into_iter().map(|(instrument, workers)| {
        (instrument, relate_group(workers.iter().map(Vec::as_slice), &Settings::default()))
    });
    Ok(related.filter(|(_, found)| found.workers >= FEWEST_WORKERS).collect())
}

fn print(rows: &[Row]) {
    if rows.is_empty() {
        operator::say(format_args!("no questionnaire has pairs of {FEWEST_WORKERS} workers or more"));
        return;
    }
    let mut table = operator::table(&["questionnaire", "workers", "pairs", "within workers", "between workers"]);
    for (instrument, found) in rows {
        let within = found.within.map(|r| figure(r.r, r.interval)).unwrap_or_default();
        let between = found.between.map(|r| figure(r.rho, r.interval)).unwrap_or_default();
        let counts = [found.workers.to_string(), found.pairs.to_string()];
        table.add_row([instrument.as_str(), &counts[0], &counts[1], &within, &between]);
    }
    operator::say(format_args!(
        "{table}\nwith the strain index; 95 % intervals; an association, neither causes the other"
    ));
}

fn figure(value: f64, interval: Option<Interval>) -> String {
    let interval = interval.map(|i| format!(" ({:.2} to {:.2})", i.low, i.high));
    format!("{value:.2}{}", interval.unwrap_or_default())
}

fn to_json(rows: &[Row]) -> Value {
    let interval = |i: Option<Interval>| i.map(|i| json!([i.low, i.high]));
    let within = |r: RepeatedMeasures| json!({"r": r.r, "ci95": interval(r.interval), "workers": r.people, "df": r.degrees_of_freedom});
    let between = |r: RankCorrelation| json!({"rho": r.rho, "ci95": interval(r.interval), "workers": r.n});
    let rows = rows.iter().map(|(instrument, found)| {
        json!({
            "instrument": instrument.as_str(), "indicator": "strain_index", "workers": found.workers,
            "pairs": found.pairs, "within": found.within.map(within), "between": found.between.map(between),
        })
    });
    Value::Array(rows.collect())
}
