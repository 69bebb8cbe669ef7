//! `vagus quarantine list|retry`.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::operator::{self, OperatorError};
use super::{ConfigFile, Output};
use crate::app::applier;
use crate::app::control::{self, Answer, QuarantineRow, Question};
use crate::store::StoreError;

/// Shows what was refused and why, and looks at it once more.
///
/// Refused items and payloads are kept in the store, the oldest leaving first when quarantine is full.
#[derive(Debug, Args)]
pub(super) struct QuarantineArguments {
    #[command(subcommand)]
    command: QuarantineCommand,
}

#[derive(Debug, Subcommand)]
enum QuarantineCommand {
    /// Show what was refused, oldest first
    List {
        #[command(flatten)]
        config: ConfigFile,
        /// Only this reason, e.g. out_of_range
        #[arg(long)]
        reason: Option<String>,
        /// Only this site
        #[arg(long)]
        site: Option<String>,
        /// Only this source
        #[arg(long)]
        source: Option<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Look at refused items once more, after the reason is mended; needs a running service
    Retry {
        #[command(flatten)]
        config: ConfigFile,
        /// Ids from the list
        #[arg(required_unless_present = "all")]
        ids: Vec<u64>,
        /// Everything in quarantine
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
}

pub(super) fn run(arguments: QuarantineArguments) -> ExitCode {
    match arguments.command {
        QuarantineCommand::List { config, reason, site, source, limit, output } => {
            let question = Question::QuarantineList { reason, site, source, limit };
            operator::finish(list(&config, question), output, print_list)
        }
        QuarantineCommand::Retry { config, ids, all: _, output } => {
            let question = Question::QuarantineRetry { ids };
            operator::finish(operator::ask_running(&config, &question), output, |answer| {
                if let Answer::Retried { retried, refused_again } = answer {
                    operator::say(format_args!(
                        "{retried} looked at again, {refused_again} refused again (and back in quarantine)"
                    ));
                }
            })
        }
    }
}

/// From the running service, or from the store itself where none runs.
fn list(config: &std::path::Path, question: Question) -> Result<Answer, OperatorError> {
    let settings = operator::load(config)?;
    match control::ask(&settings.store.path, &question)? {
        Some(answer) => Ok(answer),
        None => {
            let store = operator::open_store(&settings.store)?;
            // What the service refused in its last seconds, where it was killed.
            for row in store.rows(store.settled().map_err(StoreError::from)?) {
                applier::requarantine(&store, &row.map_err(StoreError::from)?).map_err(StoreError::from)?;
            }
            Ok(control::list(question, &store))
        }
    }
}

fn print_list(answer: &Answer) {
    let Answer::Quarantine { items, total } = answer else { return };
    if items.is_empty() {
        operator::say(format_args!("nothing in quarantine matches ({total} in all)"));
        return;
    }
    let mut table = operator::table(&["id", "received", "topic", "index", "reason", "detail", "bytes"]);
    for QuarantineRow { id, received_at, topic, index, reason, detail, bytes } in items {
        let index = index.map_or_else(|| "payload".to_owned(), |index| index.to_string());
        table.add_row([&id.to_string(), received_at, topic, &index, reason, detail, &bytes.to_string()]);
    }
    operator::say(format_args!("{table}\n{} of {total} shown", items.len()));
}
