//! Erasing a worker over the control socket, and by a row in the journal where no service runs.

use std::path::Path;

use super::{Answer, Served, key_of, not_stored, number_of};
use crate::clock::Clock;
use crate::console::Console;
use crate::console::access::audit::{Audit, Entry};
use crate::console::problem::Problem;
use crate::domain::ids::WorkerKey;
use crate::domain::person::Role;
use crate::domain::worker::Tombstone;
use crate::engine::ENGINE_VERSION;
use crate::engine::row::{Input, Row, WorkerInputs};
use crate::store::Store;

/// The line of the audit.
fn entry() -> Entry {
    Entry::by("command", Role::Operator.as_str(), "erase", "vagus workers erase")
}

/// Answers in a running service.
pub(super) async fn answer((site, worker): (&str, &str), open_case: bool, console: Option<&Console>) -> Answer {
    let (Some(console), Some(key)) = (console, key_of(site, worker)) else {
        return Answer::Failed { problem: not_stored(site, worker) };
    };
    match console.erase(key, open_case, entry()).await {
        Ok(()) => Answer::WorkerErased { is_applied: true },
        Err(Problem::NotFound) => Answer::Failed { problem: gone(site, worker) },
        Err(problem) => Answer::Failed { problem: problem.to_string() },
    }
}

/// Of whom nothing is kept, it is not known whether there ever was anything: that is what erasing means.
fn gone(site: &str, worker: &str) -> String {
    format!(
        "nothing is kept of a worker {worker} of {site}: they were erased before, or the name is another one; somebody \
         new can be erased some seconds after their first reading"
    )
}

/// Whether the files of the store still hold somebody who was erased.
pub(super) fn under_way(served: &Served) -> Answer {
    let problem = served.keeping.borrow().clone();
    match served.store.purge_due() {
        Ok(due) => Answer::Erasing { is_under_way: due.is_some(), problem },
        Err(error) => Answer::Failed { problem: error.to_string() },
    }
}

/// Writes into the journal that a worker is erased, where no service runs, and shows them no more; the next start
/// makes the files anew.
pub fn note_in_store(
    (site, worker): (&str, &str),
    open_case: bool,
    (store, directory): (&Store, &Path),
    rules_version: u64,
) -> Answer {
    let noted = || -> Result<(), String> {
        let number = number_of(site, worker, store).map_err(|_| gone(site, worker))?;
        let key: WorkerKey = key_of(site, worker).ok_or_else(|| not_stored(site, worker))?;
        let history =
            store.history(number).map_err(|error| error.to_string())?.ok_or_else(|| not_stored(site, worker))?;
        let history = history.unpack().map_err(|error| error.to_string())?;
        if let Some(case) = history.cases.open.filter(|_| !open_case) {
            return Err(format!("there is an open case, {}: close it first, or say --even-with-open-case", case.id));
        }
        let last = store.last_row();
        let last = store.rows(last.saturating_sub(1)).next().transpose().map_err(|error| error.to_string())?;
        let last = last.ok_or_else(|| not_stored(site, worker))?;
        let stone = Tombstone::of(&key, rand::random());
        let row = Row {
            number: last.number + 1,
            // The clock is looked at by the service, which guards against a step of it.
            now: last.now,
            engine_version: ENGINE_VERSION,
            rules_version,
            decided_through: last.decided_through,
            messages: Vec::new(),
            groups: vec![WorkerInputs { worker: number, inputs: vec![Input::Erase(stone)] }],
        };
        let audit = Audit::open(&directory.join("audit")).map_err(|error| error.to_string())?;
        let at = Clock::System.now();
        let line = Entry { at: at.to_string(), ..entry().about(site, worker, None) };
        audit.write(at, &[line]).map_err(|error| error.to_string())?;
        store.append_row(&row).map_err(|error| error.to_string())?;
        store.erase_noted().map_err(|error| error.to_string())
    };
    match noted() {
        Ok(()) => Answer::WorkerErased { is_applied: false },
        Err(problem) => Answer::Failed { problem },
    }
}
