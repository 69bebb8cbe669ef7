//! Files that somebody imports: the register of workers, questionnaires, working conditions.
//!
//! A CSV file comes in, a report leaves that names every bad line. Nothing is taken of a bad line; what is good
//! goes the way of any message, so that nothing can be imported that a source could not send.

mod rows;

use bytes::Bytes;
use serde_json::Value;

use super::control::{self, Answer, Served};
use super::registry_file::{self, BadLine, WorkerRow};
use crate::console::office::{ImportTable, OfficeError, Posted};
use crate::console::view::{ImportReport, LineProblem, ReceiptView};
use crate::domain::ids::{SiteId, SourceId};
use rows::{Columns, EXPOSURES, Line, SCREENINGS};

/// The source that imported lines are from.
const SOURCE: &str = "import";
/// The most lines in one message.
const MAX_LINES: usize = 200;
/// What is said of a line that names somebody who was erased.
const WAS_ERASED: &str = "this worker was erased: take the row out of the register, or let an operator enrol them as \
    somebody new by vagus workers import --even-erased";

/// Takes in the good lines of a file, as far as they are of these sites; none named stands for all.
pub(super) async fn import(
    served: &Served,
    table: ImportTable,
    text: String,
    sites: Vec<SiteId>,
) -> Result<ImportReport, OfficeError> {
    let mut report = match table {
        ImportTable::Workers => workers(served, text, sites).await?,
        ImportTable::Screenings => items(served, &SCREENINGS, text, sites).await?,
        ImportTable::Exposures => items(served, &EXPOSURES, text, sites).await?,
    };
    report.bad.sort_by_key(|bad| bad.line);
    Ok(report)
}

/// Whether lines of a site are taken: a site that somebody does not look after is told like any that there is not.
fn is_theirs(sites: &[SiteId], site: &str) -> bool {
    sites.is_empty() || sites.iter().any(|theirs| theirs.as_str() == site)
}

async fn workers(served: &Served, text: String, sites: Vec<SiteId>) -> Result<ImportReport, OfficeError> {
    let intake = served.intake.clone();
    let read = tokio::task::spawn_blocking(move || {
        let zone_of = |site: &str| intake.zone_of(site).filter(|_| is_theirs(&sites, site));
        registry_file::read_lines(text.trim_start_matches('\u{feff}'), zone_of)
    });
    let (rows, bad) = read.await.map_err(|_| OfficeError::Stopping)?;
    let (lines, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    let (taken, erased) = match control::import(&rows, false, &served.commands).await {
        Some(Answer::Imported { workers, erased }) => (workers, erased),
        Some(_) | None => return Err(OfficeError::Stopping),
    };
    let is_erased = |row: &WorkerRow| erased.iter().any(|gone| gone.site == row.site && gone.worker == row.worker);
    let left_out = lines.iter().zip(&rows).filter(|(_, row)| is_erased(row)).map(|(line, _)| LineProblem {
        line: *line,
        column: Some("worker".to_owned()),
        reason: "was_erased".to_owned(),
        detail: WAS_ERASED.to_owned(),
    });
    let told = |BadLine { line, column, problem }: BadLine| {
        let reason = if line == 1 { "bad_header" } else { "bad_value" };
        LineProblem { line, column, reason: reason.to_owned(), detail: problem }
    };
    Ok(ImportReport { taken: taken as u64, unchanged: 0, bad: bad.into_iter().map(told).chain(left_out).collect() })
}

async fn items(
    served: &Served,
    columns: &'static Columns,
    text: String,
    sites: Vec<SiteId>,
) -> Result<ImportReport, OfficeError> {
    let intake = served.intake.clone();
    let read = tokio::task::spawn_blocking(move || {
        rows::read(columns, &text, |site| is_theirs(&sites, site) && intake.zone_of(site).is_some())
    });
    let (by_site, bad) = read.await.map_err(|_| OfficeError::Stopping)?;
    let mut report = ImportReport { bad, ..ImportReport::default() };
    for (site, lines) in by_site {
        for lines in parcels(&lines, served.intake.limits().max_items, served.intake.limits().max_payload_bytes) {
            let source = SourceId::parse(SOURCE).expect("the constant is a name");
            let payload = Bytes::from(payload(lines));
            let posted = Posted { site: site.clone(), source, stream: columns.stream, id: None, payload };
            let receipt = served.intake.take(posted).await?;
            note(&mut report, &receipt, lines, columns);
        }
    }
    Ok(report)
}

/// Lines that fit into one message each.
fn parcels(mut lines: &[Line], max_items: usize, max_bytes: usize) -> Vec<&[Line]> {
    let mut parcels = Vec::new();
    while !lines.is_empty() {
        let mut bytes = 2;
        let fits = |line: &&Line| {
            bytes += line.item.to_string().len() + 1;
            bytes <= max_bytes
        };
        let count = lines.iter().take(MAX_LINES.min(max_items)).take_while(fits).count().max(1);
        let (parcel, rest) = lines.split_at(count);
        parcels.push(parcel);
        lines = rest;
    }
    parcels
}

fn payload(lines: &[Line]) -> String {
    Value::Array(lines.iter().map(|line| line.item.clone()).collect()).to_string()
}

/// Adds what became of some lines.
fn note(report: &mut ImportReport, receipt: &ReceiptView, lines: &[Line], columns: &Columns) {
    report.taken += u64::from(receipt.accepted) + u64::from(receipt.duplicate);
    report.unchanged += u64::from(receipt.duplicate);
    for rejection in &receipt.rejected {
        let place = rejection.index.and_then(|index| usize::try_from(index).ok());
        let bad = |line: &Line| LineProblem {
            line: line.number,
            column: columns.of_rejection(&rejection.reason, &rejection.detail),
            reason: rejection.reason.clone(),
            detail: rejection.detail.clone(),
        };
        match place {
            Some(place) => report.bad.extend(lines.get(place).map(bad)),
            // A message that was refused as a whole took none of its lines.
            None => report.bad.extend(lines.iter().map(bad)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::console::view::RejectionRow;

    fn line(number: u64) -> Line {
        Line { number, item: serde_json::json!({"worker": "w-1"}) }
    }

    #[test]
    fn lines_go_in_parcels_that_a_message_may_hold() {
        let lines: Vec<Line> = (2..1_002).map(line).collect();
        let sizes = |max_items, max_bytes| -> Vec<usize> {
            parcels(&lines[..5], max_items, max_bytes).iter().map(|parcel| parcel.len()).collect()
        };
        assert_eq!(sizes(1_000, 262_144), [5]);
        assert_eq!(sizes(2, 262_144), [2, 2, 1]);
        assert_eq!(sizes(1_000, payload(&lines[..3]).len() + 1), [3, 2]);
        assert_eq!(sizes(1_000, 1), [1, 1, 1, 1, 1], "too long alone: refused by its receipt");
        assert_eq!(parcels(&lines, 1_000, 262_144).len(), 5);
    }

    #[test]
    fn what_a_receipt_refuses_is_told_by_line_and_column() {
        let rejected = |index| RejectionRow {
            index,
            reason: "unknown_instrument".to_owned(),
            detail: "there is no questionnaire X".to_owned(),
        };
        let receipt = |rejected| ReceiptView {
            message_id: None,
            topic: String::new(),
            accepted: 1,
            duplicate: 1,
            rejected,
            committed_at: String::new(),
        };
        let lines = [line(2), line(5), line(6)];
        let mut report = ImportReport::default();
        note(&mut report, &receipt(vec![rejected(Some(1))]), &lines, &SCREENINGS);
        assert_eq!((report.taken, report.unchanged), (2, 1));
        assert_eq!((report.bad[0].line, report.bad[0].column.as_deref()), (5, Some("instrument")));
        note(&mut report, &receipt(vec![rejected(None)]), &lines, &SCREENINGS);
        assert_eq!(report.bad.len(), 4);
    }
}
