//! `vagus relate`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use serde_json::{Value, json};

use super::operator::{self, OperatorError, Stored};
use super::{ConfigFile, EXIT_USAGE, Output};
use crate::app::histories::{self, HistoriesError};
use crate::config;
use crate::domain::ids::SiteId;
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
Of fewer than 10 workers nothing is told, nor where a filter leaves out 1 to 9 of a site or of all, \
who could be told apart by taking one answer from the other; the correlation within workers needs 10 \
with two pairs or more, that between workers 20. Counts are rounded to 5. A pair is a questionnaire and the mean index of the days it asks \
about, of which half must be known. This is an association: neither causes the other.")]
pub(super) struct RelateArguments {
    #[command(flatten)]
    config: ConfigFile,
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
    let mut members: BTreeMap<Instrument, Vec<Member>> = BTreeMap::new();
    let mut stored = Stored::of(&settings);
    histories::each(
        |from| stored.histories(from),
        |_, history, _| {
            let is_site = arguments.site.as_deref().is_none_or(|site| history.profile.key.site.as_str() == site);
            let is_unit = arguments.unit.as_deref().is_none_or(|unit| history.profile.unit.as_str() == unit);
            let site = &history.profile.key.site;
            for (instrument, relation) in relate(&history, &engine) {
                if !relation.pairs.is_empty() {
                    let member = Member { site: site.clone(), is_site, is_unit, pairs: relation.pairs };
                    members.entry(instrument).or_default().push(member);
                }
            }
        },
    )?;
    let told = members.into_iter().filter(|(_, members)| is_enough_left_out(members));
    let related = told.map(|(instrument, members)| {
        let asked = members.iter().filter(|member| member.is_asked());
        (instrument, relate_group(asked.map(|member| member.pairs.as_slice()), &Settings::default()))
    });
    Ok(related.filter(|(_, found)| found.workers >= FEWEST_WORKERS).collect())
}

/// A worker with pairs of one questionnaire, and whether the filters ask for the worker.
struct Member {
    site: SiteId,
    is_site: bool,
    is_unit: bool,
    pairs: Vec<Pair>,
}

impl Member {
    const fn is_asked(&self) -> bool {
        self.is_site && self.is_unit
    }
}

/// Whether the filters leave out nobody, or enough workers, of every larger group that can be asked
/// for: all, the unit at every site, and each site of which somebody is asked for. Else one answer
/// taken from the other would tell of the few between them.
fn is_enough_left_out(members: &[Member]) -> bool {
    let is_enough = |is_in: &dyn Fn(&Member) -> bool| {
        let left_out = members.iter().filter(|member| !member.is_asked() && is_in(member)).count();
        left_out == 0 || left_out >= FEWEST_WORKERS
    };
    let sites: BTreeSet<&SiteId> =
        members.iter().filter(|member| member.is_asked()).map(|member| &member.site).collect();
    is_enough(&|_| true)
        && is_enough(&|member| member.is_unit)
        && sites.iter().all(|site| is_enough(&|member| member.site == **site))
}

/// To the nearest five.
const fn rounded(count: usize) -> usize {
    (count + 2) / 5 * 5
}

fn print(rows: &[Row]) {
    if rows.is_empty() {
        operator::say(format_args!(
            "no questionnaire has pairs of {FEWEST_WORKERS} workers or more, with nobody or so many left out"
        ));
        return;
    }
    let mut table = operator::table(&["questionnaire", "workers", "pairs", "within workers", "between workers"]);
    for (instrument, found) in rows {
        let within = found.within.map(|r| figure(r.r, r.interval)).unwrap_or_default();
        let between = found.between.map(|r| figure(r.rho, r.interval)).unwrap_or_default();
        let counts = [found.workers, found.pairs].map(|count| rounded(count).to_string());
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
    // From more digits, or from the degrees of freedom, the counts could be had as they are.
    let two_digits = |value: f64| (value * 100.0).round() / 100.0;
    let interval = |i: Option<Interval>| i.map(|i| json!([two_digits(i.low), two_digits(i.high)]));
    let within =
        |r: RepeatedMeasures| json!({"r": two_digits(r.r), "ci95": interval(r.interval), "workers": rounded(r.people)});
    let between =
        |r: RankCorrelation| json!({"rho": two_digits(r.rho), "ci95": interval(r.interval), "workers": rounded(r.n)});
    let rows = rows.iter().map(|(instrument, found)| {
        json!({
            "instrument": instrument.as_str(), "indicator": "strain_index",
            "workers": rounded(found.workers), "pairs": rounded(found.pairs), "within": found.within.map(within), "between": found.between.map(between),
        })
    });
    Value::Array(rows.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn members(groups: &[(&str, bool, bool, usize)]) -> Vec<Member> {
        let group = |&(site, is_site, is_unit, count): &(&str, bool, bool, usize)| {
            let site = SiteId::parse(site).unwrap();
            (0..count).map(move |_| Member { site: site.clone(), is_site, is_unit, pairs: Vec::new() })
        };
        groups.iter().flat_map(group).collect()
    }

    #[test]
    fn a_filter_that_leaves_out_one_to_nine_of_a_larger_group_is_refused() {
        let is_told = |groups: &[_]| is_enough_left_out(&members(groups));
        assert!(is_told(&[("a", true, true, 12)]), "without a filter, or with one that leaves out nobody");
        // A unit of a site with others in it.
        assert!(!is_told(&[("a", true, true, 12), ("a", true, false, 9)]));
        assert!(is_told(&[("a", true, true, 12), ("a", true, false, 10)]));
        assert!(!is_told(&[("a", true, true, 12), ("a", true, false, 9), ("b", true, false, 50)]), "of its site");
        // One site of two.
        assert!(!is_told(&[("a", true, true, 12), ("b", false, true, 1)]));
        assert!(is_told(&[("a", true, true, 12), ("b", false, true, 10)]));
        // The unit is at another site too.
        let elsewhere = |count| [("a", true, true, 12), ("a", true, false, 20), ("b", false, true, count)];
        assert!(!is_told(&elsewhere(3)) && is_told(&elsewhere(10)));
    }

    #[test]
    fn counts_are_rounded_to_five() {
        assert_eq!([10, 12, 13, 17, 18].map(rounded), [10, 10, 15, 15, 20]);
    }
}
