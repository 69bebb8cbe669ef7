//! Everything about a worker over the control socket, and from the store where no service runs. Who took it is in the
//! audit before it is given.

use std::path::Path;

use super::{Answer, key_of, not_stored, number_of};
use crate::app::office::export::collected;
use crate::clock::Clock;
use crate::console::Console;
use crate::console::access::audit::{Audit, Entry};
use crate::console::exports;
use crate::console::view::{EXPORT_TABLES, ExportView};
use crate::domain::person::Role;
use crate::engine;
use crate::store::Store;
use crate::texts::Language;

/// The line of the audit.
fn entry() -> Entry {
    Entry::by("command", Role::Operator.as_str(), "export", "vagus workers export")
}

fn told(document: &ExportView, table: Option<&str>) -> Answer {
    let text = match table {
        Some(table) => document.table(table),
        None => serde_json::to_string(document).ok(),
    };
    text.map_or_else(
        || unknown_table(table),
        |text| Answer::WorkerExport { text, is_cut: document.accesses_cut.is_some() },
    )
}

fn unknown_table(table: Option<&str>) -> Answer {
    let problem = format!("there is no list {}; there are {}", table.unwrap_or_default(), EXPORT_TABLES.join(", "));
    Answer::Failed { problem }
}

fn is_known(table: Option<&str>) -> bool {
    table.is_none_or(|table| EXPORT_TABLES.contains(&table))
}

/// Answers in a running service.
pub(super) async fn answer((site, worker): (&str, &str), table: Option<&str>, console: Option<&Console>) -> Answer {
    if !is_known(table) {
        return unknown_table(table);
    }
    let (Some(console), Some(key)) = (console, key_of(site, worker)) else {
        return Answer::Failed { problem: not_stored(site, worker) };
    };
    match console.own_export(&key, 0, entry(), Language::English).await {
        Ok(document) => told(&document, table),
        Err(problem) => Answer::Failed { problem: problem.to_string() },
    }
}

/// Answers from the store, where no service runs on it.
pub fn from_store(
    (site, worker): (&str, &str),
    table: Option<&str>,
    (store, directory): (&Store, &Path),
    settings: &engine::Settings,
) -> Answer {
    if !is_known(table) {
        return unknown_table(table);
    }
    match stored(site, worker, (store, directory), settings) {
        Ok(document) => told(&document, table),
        Err(problem) => Answer::Failed { problem },
    }
}

fn stored(
    site: &str,
    worker: &str,
    (store, directory): (&Store, &Path),
    settings: &engine::Settings,
) -> Result<ExportView, String> {
    let number = number_of(site, worker, store)?;
    let found = store.history(number).map_err(|error| error.to_string())?.filter(|found| found.worker == number);
    let history = found.ok_or_else(|| not_stored(site, worker))?.unpack().map_err(|error| error.to_string())?;
    let now = store.last_now().map_err(|error| error.to_string())?.unwrap_or_else(|| Clock::System.now());
    let key = history.profile.key.clone();
    let data = collected(number, history, store, settings, now).map_err(|error| error.to_string())?;
    let audit = Audit::open(&directory.join("audit")).map_err(|error| error.to_string())?;
    let accesses =
        audit.newest(&exports::accesses_of(&key), 0, exports::ACCESSES).map_err(|error| error.to_string())?;
    let at = Clock::System.now();
    let line = Entry { at: at.to_string(), ..exports::taken(entry(), &key) };
    audit.write(at, &[line]).map_err(|error| error.to_string())?;
    Ok(exports::own_document(&data, &accesses, Language::English))
}
