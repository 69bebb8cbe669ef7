//! `vagus openapi`.

use std::io::Write as _;
use std::process::ExitCode;

use crate::console::api;

/// Prints the document.
pub(super) fn run() -> ExitCode {
    let document = api::document().to_pretty_json().expect("a document has a JSON form");
    match writeln!(std::io::stdout(), "{document}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
