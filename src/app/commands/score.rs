//! `vagus score`: one questionnaire in, its score out.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use comfy_table::Table;
use serde::Serialize;
use serde_json::{Map, Number, Value, json};

use super::{EXIT_USAGE, Output};
use crate::domain::Timestamp;
use crate::domain::screening::{Instrument, Response, ScoreKind, Screening};
use crate::screening::{self, AnswersError, Definition, Scored};

/// Scores one questionnaire.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  vagus score GAD-7 2 1 2 1 1 2 1
  vagus score GAD-7 2,1,-,1,1,2,1
  vagus score SAS --score 52 --kind standard
  vagus score --list

Answers are given as ticked, in the instrument's order. A list that begins with a missing answer and
is separated by commas is written after `--`: vagus score GAD-7 -- -,1,2,1,1,2,1")]
pub(super) struct ScoreArguments {
    /// The questionnaire, e.g. GAD-7; `--list` names them all
    #[arg(value_parser = instrument, required_unless_present = "list")]
    instrument: Option<Instrument>,
    /// Its answers, separated by blanks or commas; `-` for a missing one
    #[arg(conflicts_with = "total")]
    answers: Vec<String>,
    /// A total instead of answers
    #[arg(id = "total", long = "score", value_name = "N", allow_negative_numbers = true)]
    total: Option<f64>,
    /// The scale the total is on; SAS and SDS need it
    #[arg(long, value_enum, requires = "total")]
    kind: Option<Kind>,
    /// Lists the questionnaires: how many answers, which, and what they mean
    #[arg(long, conflicts_with_all = ["instrument", "total"])]
    list: bool,
    /// How to print; JSON unless said otherwise, `--list` as a table
    #[arg(long, value_enum)]
    output: Option<Output>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// The plain sum.
    Raw,
    /// The standard score.
    Standard,
}

/// Runs the command.
pub(super) fn run(arguments: &ScoreArguments) -> ExitCode {
    let text = match (arguments.instrument, arguments.list) {
        (None, _) | (_, true) => list(arguments.output.unwrap_or(Output::Table)),
        (Some(instrument), false) => match scored(instrument, arguments) {
            Ok(found) => report(instrument, found, arguments.output.unwrap_or(Output::Json)),
            Err(problem) => {
                eprintln!("error: {problem}");
                return ExitCode::from(EXIT_USAGE);
            }
        },
    };
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn scored(instrument: Instrument, arguments: &ScoreArguments) -> Result<Scored, String> {
    let response = match arguments.total {
        Some(score) => {
            let kind = arguments.kind.map(|kind| match kind {
                Kind::Raw => ScoreKind::Raw,
                Kind::Standard => ScoreKind::Standard,
            });
            Response::Total { score, kind }
        }
        None if arguments.answers.is_empty() => {
            return Err(format!("nothing to score: {}", what_to_give(instrument)));
        }
        None => Response::Answers(answers(&arguments.answers)?),
    };
    // The time of filling in does not enter the score.
    let filled = Screening { instrument, taken_at: Timestamp::UNIX_EPOCH, response };
    screening::score(&filled).map_err(|problem| format!("{problem}: {}", what_to_do(instrument, &problem)))
}

/// The instrument of that name, whatever its case and hyphens.
fn instrument(name: &str) -> Result<Instrument, String> {
    let plain = |text: &str| text.replace(['-', '_', ' '], "").to_ascii_uppercase();
    Instrument::ALL.iter().copied().find(|known| plain(known.as_str()) == plain(name)).ok_or_else(|| {
        let names: Vec<_> = Instrument::ALL.iter().map(|known| known.as_str()).collect();
        format!("known are {}", names.join(" "))
    })
}

fn answers(words: &[String]) -> Result<Vec<Option<u8>>, String> {
    let answer = |(place, text): (usize, &str)| match text.trim() {
        "-" | "null" => Ok(None),
        number => number.parse().map(Some).map_err(|_| {
            format!("answer {} is {number:?}: write a whole number, or - for a missing answer", place + 1)
        }),
    };
    words.iter().flat_map(|word| word.split(',')).enumerate().map(answer).collect()
}

fn what_to_give(instrument: Instrument) -> String {
    match screening::definition(instrument).answers {
        Some(rules) => {
            format!("give {} answers ({}), - for a missing one, or --score N", rules.items, rules.offered())
        }
        None => "give its total with --score N".to_owned(),
    }
}

fn what_to_do(instrument: Instrument, problem: &AnswersError) -> String {
    match problem {
        AnswersError::KindMissing(_) => "add --kind raw or --kind standard".to_owned(),
        AnswersError::NoStandardScore(_) => "leave --kind off".to_owned(),
        AnswersError::Range { .. } => "check the total and the scale it is on (--kind)".to_owned(),
        AnswersError::Missing { .. } => "ask for the missing answers".to_owned(),
        AnswersError::TotalsOnly(_) | AnswersError::Count { .. } | AnswersError::Answer { .. } => {
            what_to_give(instrument)
        }
    }
}

#[derive(Serialize)]
struct Report {
    instrument: &'static str,
    score: Number,
    scales: Map<String, Value>,
    band: Option<&'static str>,
    positive: Option<bool>,
    prorated: bool,
    crisis: Option<bool>,
}

fn report(instrument: Instrument, found: Scored, output: Output) -> String {
    let scales = found.scales.iter().map(|(name, value)| ((*name).to_owned(), number(*value).into())).collect();
    let report = Report {
        instrument: instrument.as_str(),
        score: number(found.score),
        scales,
        band: found.band,
        positive: found.positive,
        prorated: found.is_prorated,
        crisis: found.crisis,
    };
    match output {
        Output::Json => serde_json::to_string(&report).expect("names and finite numbers are JSON"),
        Output::Table => table_of(&report),
    }
}

fn table_of(report: &Report) -> String {
    let known = |flag: Option<bool>| match flag {
        Some(true) => "yes",
        Some(false) => "no",
        None => "cannot be told",
    };
    let mut table = plain_table();
    table.add_row(["instrument", report.instrument]);
    table.add_row(["score", &report.score.to_string()]);
    for (name, value) in &report.scales {
        table.add_row([&format!("  {name}"), &value.to_string()]);
    }
    table.add_row(["band", report.band.unwrap_or("none")]);
    table.add_row(["positive", known(report.positive)]);
    table.add_row(["prorated", known(Some(report.prorated))]);
    table.add_row(["crisis", known(report.crisis)]);
    table.trim_fmt()
}

/// A whole number without a decimal point, as scores are written.
fn number(value: f64) -> Number {
    #[expect(clippy::cast_possible_truncation, reason = "scores are below 500")]
    let whole = value as i64;
    if value.fract().abs() < f64::EPSILON { whole.into() } else { Number::from_f64(value).expect("scores are finite") }
}

fn list(output: Output) -> String {
    let rows = Instrument::ALL.iter().map(|&instrument| (instrument, screening::definition(instrument)));
    match output {
        Output::Json => {
            let rows: Vec<_> = rows.map(|(instrument, row)| json_row(instrument, row)).collect();
            serde_json::to_string_pretty(&rows).expect("names and finite numbers are JSON")
        }
        Output::Table => {
            let mut table = plain_table();
            table.set_header(["instrument", "measures", "answers", "score", "may miss", "valid days", "licence"]);
            for (instrument, row) in rows {
                table.add_row([
                    instrument.as_str().to_owned(),
                    measures(row).join(", "),
                    row.answers.map_or_else(|| "total only".to_owned(), |r| format!("{} of {}", r.items, r.offered())),
                    format!("{}..={}", row.range.0, row.range.1),
                    row.answers.map_or_else(String::new, |r| may_miss(&r)),
                    row.validity_days.to_string(),
                    row.licence.to_owned(),
                ]);
            }
            table.trim_fmt()
        }
    }
}

fn json_row(instrument: Instrument, row: &Definition) -> Value {
    json!({
        "instrument": instrument.as_str(),
        "measures": measures(row),
        "answers": row.answers.map(|rules| json!({
            "items": rules.items,
            "optional_tail": rules.optional_tail,
            "min": rules.min,
            "max": rules.max,
            "step": rules.step,
            "scales": rules.scales.iter().map(|scale| scale.name).collect::<Vec<_>>(),
            "crisis_items": rules.crisis.iter().map(|crisis| crisis.item).collect::<Vec<_>>(),
        })),
        "score_min": number(row.range.0),
        "score_max": number(row.range.1),
        "kind_required": row.standard.is_some_and(|standard| standard.must_say),
        "recall_days": row.recall_days,
        "validity_days": row.validity_days,
        "meaningful_change": row.meaningful_change.map(number),
        "loinc": row.loinc,
        "licence": row.licence,
        "source": row.source,
    })
}

fn may_miss(rules: &screening::Answers) -> String {
    match rules.total {
        screening::Total::Sum => rules.max_missing.to_string(),
        screening::Total::SumOfScales | screening::Total::HighestScale | screening::Total::RatioOfMeans => {
            let each: Vec<_> = rules.scales.iter().map(|s| format!("{} {}", s.name, s.max_missing)).collect();
            each.join(", ")
        }
    }
}

fn measures(row: &Definition) -> Vec<&'static str> {
    row.measures.iter().map(|measure| measure.as_str()).collect()
}

fn plain_table() -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        arguments: ScoreArguments,
    }

    fn json(line: &str) -> Result<Value, String> {
        let words = std::iter::once("score").chain(line.split(' '));
        let arguments = Line::try_parse_from(words).map_err(|problem| problem.to_string())?.arguments;
        let instrument = arguments.instrument.ok_or("no instrument")?;
        let text = report(instrument, scored(instrument, &arguments)?, Output::Json);
        serde_json::from_str(&text).map_err(|problem| problem.to_string())
    }

    #[test]
    fn the_keys_are_those_of_the_contract() {
        let expected = json!({"instrument": "GAD-7", "score": 10, "scales": {}, "band": "moderate",
            "positive": true, "prorated": false, "crisis": false});
        assert_eq!(json("GAD-7 2 1 2 1 1 2 1"), Ok(expected));
    }

    #[test]
    fn blanks_and_commas_and_any_spelling_of_the_name_give_the_same() {
        let expected = json("GAD-7 2 1 - 1 1 2 1").unwrap();
        assert_eq!(expected["prorated"], true);
        for line in ["GAD-7 2,1,-,1,1,2,1", "gad7 2,1 - 1,1 2 1", "gad-7 2,1,null,1,1,2,1"] {
            assert_eq!(json(line).as_ref(), Ok(&expected), "{line}");
        }
    }

    #[test]
    fn a_missing_answer_may_come_first_or_last_and_options_after_it() {
        assert_eq!(json("GAD-7 - 1 2 1 1 2 1").unwrap()["prorated"], true);
        assert_eq!(json("GAD-7 -- -,1,2,1,1,2,1").unwrap()["prorated"], true);
        assert_eq!(json("GAD-7 1 1 2 1 1 2 - --output json").unwrap()["prorated"], true);
    }

    #[test]
    fn totals_tell_their_scale_and_no_crisis() {
        let found = json("SDS --score 46 --kind raw").unwrap();
        assert_eq!((&found["score"], &found["scales"]["raw"]), (&json!(57), &json!(46)));
        assert_eq!(found["crisis"], Value::Null);
    }

    #[test]
    fn what_is_wrong_comes_with_what_to_do() {
        for (line, advice) in [
            ("GAD-7 1 1", "give 7 answers (0..=3), - for a missing one, or --score N"),
            ("GAD-7 1 1 x 1 1 1 1", "answer 3 is \"x\": write a whole number, or - for a missing answer"),
            ("GAD-7", "nothing to score: give 7 answers"),
            ("MBI-GS 1 1 1", "give its total with --score N"),
            ("SAS --score 52", "add --kind raw or --kind standard"),
            ("GAD-8 1", "known are GAD-7 PHQ-9"),
            ("GAD-7 --score 22", "the total 22 is outside 0..=21"),
            ("GAD-7 --score -1", "the total -1 is outside 0..=21"),
            ("GAD-7 1 1 1 1 1 1 1 --score 7", "cannot be used with"),
        ] {
            let problem = json(line).unwrap_err();
            assert!(problem.contains(advice), "{line}: {problem}");
        }
    }

    #[test]
    fn the_list_names_every_instrument_both_ways() {
        let (table, rows) = (list(Output::Table), list(Output::Json));
        assert!(Instrument::ALL.iter().all(|known| table.contains(known.as_str()) && rows.contains(known.as_str())));
    }
}
