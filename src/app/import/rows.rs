//! Lines of questionnaires and of working conditions, and the items that they stand for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::console::view::LineProblem;
use crate::domain::ids::SiteId;
use crate::domain::item::Stream;

/// How a cell is read.
#[derive(Debug, Clone, Copy)]
enum Cell {
    /// As it stands.
    Text,
    /// A number.
    Number,
    /// Whole numbers with blanks or semicolons between them, `-` for a missing one.
    Answers,
    /// Names with semicolons between them.
    Names,
}

/// A column, the path of its field in the item, and how it is read.
type Column = (&'static str, &'static [&'static str], Cell);

/// The columns of a file.
#[derive(Debug)]
pub(super) struct Columns {
    /// The stream that its items belong to.
    pub(super) stream: Stream,
    required: &'static [&'static str],
    columns: &'static [Column],
    /// Which column a reason is about, where its words name none.
    reasons: &'static [(&'static str, &'static str)],
}

/// Questionnaires.
pub(super) const SCREENINGS: Columns = Columns {
    stream: Stream::Screenings,
    required: &["site", "worker", "instrument", "taken_at"],
    columns: &[
        ("worker", &["worker"], Cell::Text),
        ("instrument", &["instrument"], Cell::Text),
        ("taken_at", &["taken_at"], Cell::Text),
        ("answers", &["answers"], Cell::Answers),
        ("score", &["score"], Cell::Number),
        ("score_kind", &["score_kind"], Cell::Text),
    ],
    reasons: &[
        ("unknown_instrument", "instrument"),
        ("bad_answers", "answers"),
        ("bad_timestamp", "taken_at"),
        ("in_future", "taken_at"),
        ("too_old", "taken_at"),
        ("unknown_worker", "worker"),
        ("consent_missing", "worker"),
    ],
};

/// Working conditions.
pub(super) const EXPOSURES: Columns = Columns {
    stream: Stream::Exposures,
    required: &["site", "worker", "date"],
    columns: &[
        ("worker", &["worker"], Cell::Text),
        ("date", &["date"], Cell::Text),
        ("worked_h", &["worked_h"], Cell::Number),
        ("overtime_h", &["overtime_h"], Cell::Number),
        ("shift_start", &["shift", "start"], Cell::Text),
        ("shift_end", &["shift", "end"], Cell::Text),
        ("noise_lex8h_dba", &["noise_lex8h_dba"], Cell::Number),
        ("wbgt_c", &["wbgt_c"], Cell::Number),
        ("events", &["events"], Cell::Names),
    ],
    reasons: &[
        ("bad_timestamp", "date"),
        ("in_future", "date"),
        ("too_old", "date"),
        ("unknown_worker", "worker"),
        ("consent_missing", "worker"),
    ],
};

/// A good line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Where it stands; the header is line 1.
    pub(super) number: u64,
    /// The item it stands for.
    pub(super) item: Value,
}

/// The good lines of each site, and the bad ones.
type Lines = (BTreeMap<SiteId, Vec<Line>>, Vec<LineProblem>);

impl Columns {
    fn names(&self) -> Vec<&'static str> {
        ["site"].into_iter().chain(self.columns.iter().map(|(name, ..)| *name)).collect()
    }

    /// The column that a rejection is about: the one that its words begin with, or else the one its reason is about.
    pub(super) fn of_rejection(&self, reason: &str, detail: &str) -> Option<String> {
        let first = detail.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).next().unwrap_or_default();
        let named = self.columns.iter().map(|(name, ..)| *name).find(|name| *name == first);
        let known = || self.reasons.iter().find(|(of, _)| *of == reason).map(|(_, column)| *column);
        named.or_else(known).map(str::to_owned)
    }

    fn header_problems(&self, header: &csv::StringRecord) -> Vec<LineProblem> {
        let names = self.names();
        let bad = |column: &str, detail: String| problem(1, Some(column), "bad_header", detail);
        let unknown = header.iter().filter(|column| !names.contains(column));
        let unknown = unknown.map(|column| bad(column, format!("{column:?} is no column; use {}", names.join(","))));
        let missing = self.required.iter().filter(|name| header.iter().all(|column| column != **name));
        let missing = missing.map(|name| bad(name, format!("the column {name} is missing")));
        let twice = names.iter().filter(|name| header.iter().filter(|column| column == *name).count() > 1);
        let twice = twice.map(|name| bad(name, format!("the column {name} stands there twice")));
        unknown.chain(missing).chain(twice).collect()
    }
}

fn problem(line: u64, column: Option<&str>, reason: &str, detail: String) -> LineProblem {
    LineProblem { line, column: column.map(str::to_owned), reason: reason.to_owned(), detail }
}

/// Reads a file; lines of a site that is not taken are bad.
pub(super) fn read(columns: &Columns, text: &str, is_taken: impl Fn(&str) -> bool) -> Lines {
    // Spreadsheets begin a file with a mark that is no part of the first column's name.
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut good: BTreeMap<SiteId, Vec<Line>> = BTreeMap::new();
    let header = match reader.headers() {
        Ok(header) => header.clone(),
        Err(error) => return (good, vec![problem(1, None, "bad_header", error.to_string())]),
    };
    let mut bad = columns.header_problems(&header);
    if !bad.is_empty() {
        return (good, bad);
    }
    for record in reader.records() {
        match record {
            Ok(record) => {
                let number = record.position().map_or(0, csv::Position::line);
                match line(columns, &header, &record, number, &is_taken) {
                    Ok((site, line)) => good.entry(site).or_default().push(line),
                    Err(problems) => bad.extend(problems),
                }
            }
            Err(error) => {
                let number = error.position().map_or(0, csv::Position::line);
                bad.push(problem(number, None, "bad_line", error.to_string()));
            }
        }
    }
    (good, bad)
}

fn line(
    columns: &Columns,
    header: &csv::StringRecord,
    record: &csv::StringRecord,
    number: u64,
    is_taken: &impl Fn(&str) -> bool,
) -> Result<(SiteId, Line), Vec<LineProblem>> {
    let cell = |name: &str| {
        let place = header.iter().position(|column| column == name)?;
        record.get(place).filter(|text| !text.is_empty())
    };
    let mut problems = Vec::new();
    let missing = columns.required.iter().filter(|name| cell(name).is_none());
    problems.extend(missing.map(|name| problem(number, Some(name), "missing_field", format!("{name} is missing"))));
    let site = cell("site").filter(|site| is_taken(site)).and_then(|site| SiteId::parse(site).ok());
    if let (None, Some(told)) = (&site, cell("site")) {
        problems.push(problem(number, Some("site"), "wrong_site", format!("site {told} is not configured")));
    }
    let mut item = Map::new();
    for (name, path, kind) in columns.columns {
        let Some(text) = cell(name) else { continue };
        match value(*kind, text) {
            Ok(value) => put(&mut item, path, value),
            Err(detail) => problems.push(problem(number, Some(name), "bad_value", format!("{name} {detail}"))),
        }
    }
    match site {
        Some(site) if problems.is_empty() => Ok((site, Line { number, item: Value::Object(item) })),
        Some(_) | None => Err(problems),
    }
}

fn put(item: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        [name] => drop(item.insert((*name).to_owned(), value)),
        [outer, inner @ ..] => {
            let within = item.entry(*outer).or_insert_with(|| json!({}));
            if let Value::Object(within) = within {
                put(within, inner, value);
            }
        }
    }
}

fn value(kind: Cell, text: &str) -> Result<Value, String> {
    match kind {
        Cell::Text => Ok(json!(text)),
        Cell::Number => {
            let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
            number.map(|number| json!(number)).ok_or_else(|| format!("{text} is no number; write it as 11.5"))
        }
        Cell::Answers => {
            let answer = |text: &str| match text {
                "-" => Ok(Value::Null),
                text => text.parse::<u8>().map(|answer| json!(answer)).map_err(|_| format!("holds {text}")),
            };
            let answers = text.split([';', ' ']).filter(|part| !part.is_empty()).map(answer);
            Ok(Value::Array(answers.collect::<Result<_, String>>()?))
        }
        Cell::Names => Ok(json!(text.split(';').map(str::trim).filter(|name| !name.is_empty()).collect::<Vec<_>>())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(columns: &Columns, text: &str) -> (Vec<Line>, Vec<(u64, String, String)>) {
        let (good, bad) = read(columns, text, |site| site == "plant-a");
        let bad = bad.into_iter().map(|bad| (bad.line, bad.column.unwrap_or_default(), bad.reason)).collect();
        (good.into_values().flatten().collect(), bad)
    }

    #[test]
    fn a_line_is_the_item_that_a_source_would_send() {
        let (good, bad) = of(
            &SCREENINGS,
            "\u{feff}site,worker,instrument,taken_at,answers,score,score_kind\n\
             plant-a,w-1,GAD-7,2026-03-01T09:00:00+07:00,2 1 2 - 1 2 1,,\n\
             plant-a,w-2,SAS,2026-03-01T09:00:00+07:00,,52,standard\n",
        );
        assert_eq!(bad, []);
        let at = "2026-03-01T09:00:00+07:00";
        let answers = json!([2, 1, 2, null, 1, 2, 1]);
        assert_eq!(good[0].item, json!({"worker": "w-1", "instrument": "GAD-7", "taken_at": at, "answers": answers}));
        let sas =
            json!({"worker": "w-2", "instrument": "SAS", "taken_at": at, "score": 52.0, "score_kind": "standard"});
        assert_eq!(good[1].item, sas);

        let (good, _) = of(
            &EXPOSURES,
            "site,worker,date,worked_h,shift_start,shift_end,events\nplant-a,w-1,2026-03-01,11.5,a,b,violence; accident\n",
        );
        let shift = json!({"start": "a", "end": "b"});
        let events = json!(["violence", "accident"]);
        let day = json!({"worker": "w-1", "date": "2026-03-01", "worked_h": 11.5, "shift": shift, "events": events});
        assert_eq!(good[0].item, day);
    }

    #[test]
    fn every_bad_line_is_named_with_its_column_and_nothing_is_taken_of_it() {
        let (good, bad) = of(
            &EXPOSURES,
            "site,worker,date,worked_h\nplant-a,w-1,2026-03-01,many\nplant-b,w-2,2026-03-01,8\nplant-a,,2026-03-01,8\n\
             plant-a,w-4\nplant-a,w-5,2026-03-01,8\n",
        );
        assert_eq!(good.iter().map(|line| line.number).collect::<Vec<_>>(), [6]);
        let bad: Vec<(u64, &str, &str)> = bad.iter().map(|(n, c, r)| (*n, c.as_str(), r.as_str())).collect();
        let expected = [
            (2, "worked_h", "bad_value"),
            (3, "site", "wrong_site"),
            (4, "worker", "missing_field"),
            (5, "", "bad_line"),
        ];
        assert_eq!(bad, expected);
    }

    #[test]
    fn a_header_with_a_slip_takes_nothing() {
        let (good, bad) = of(&SCREENINGS, "site,worker,instrument,taken_on,worker\nplant-a,w-1,GAD-7,x,y\n");
        assert_eq!(good, []);
        let columns: Vec<&str> = bad.iter().map(|(_, column, _)| column.as_str()).collect();
        assert_eq!(columns, ["taken_on", "taken_at", "worker"]);
    }

    #[test]
    fn a_rejection_is_of_the_column_that_its_words_or_its_reason_name() {
        let of = |reason, detail| EXPOSURES.of_rejection(reason, detail);
        assert_eq!(of("out_of_range", "wbgt_c 99 is outside 0..=60").as_deref(), Some("wbgt_c"));
        assert_eq!(of("too_old", "older than 77 days").as_deref(), Some("date"));
        assert_eq!(of("inconsistent", "the shift ends before it begins"), None);
    }
}
