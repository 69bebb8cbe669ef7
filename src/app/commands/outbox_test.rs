//! `vagus outbox test`.

use std::path::Path;
use std::time::Duration;

use clap::Args;

use super::operator::{self, OperatorError};
use super::{ConfigFile, Output};
use crate::app::control::{Answer, DeliveryRow, LeftOutWay, Question, TestedWay};

/// How often it is looked whether the test has arrived.
const LOOKS_A_SECOND: u32 = 5;
/// Far more deliveries than wait in a healthy outbox.
const LOOKED_THROUGH: usize = 100_000;

/// What was typed after `vagus outbox test`.
#[derive(Debug, Args)]
pub(super) struct TestArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The site whose routes are tried
    #[arg(long, value_name = "SITE")]
    site: String,
    /// Of a crisis: over the channels and to the people that a crisis goes to
    #[arg(long)]
    crisis: bool,
    /// The kind of event, as routes name it, e.g. overdue or workload_review
    #[arg(long, value_name = "KIND", default_value = "raised")]
    kind: String,
    /// How long to wait for the answers of the receivers, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    wait: u32,
    /// How to print
    #[arg(long, value_enum, default_value = "table")]
    pub(super) output: Output,
}

/// Sends the test and waits until every way has an end, or the time is over. Where something did not
/// arrive, the answer is an error.
pub(super) fn run(arguments: &TestArguments) -> Result<Answer, OperatorError> {
    let TestArguments { config, site, crisis, kind, wait, .. } = arguments;
    let question = Question::OutboxTest { site: site.clone(), kind: kind.clone(), crisis: *crisis };
    let answer = operator::ask_running(config, &question)?;
    let Answer::OutboxTest { id, mut ways, left_out } = answer else { return Ok(answer) };
    for _ in 0..=wait.saturating_mul(LOOKS_A_SECOND) {
        if !look(config, &id, &mut ways)? {
            break;
        }
        std::thread::sleep(Duration::from_secs(1) / LOOKS_A_SECOND);
    }
    Ok(Answer::OutboxTest { id, ways, left_out })
}

/// Looks what became of each way; whether any of them still waits.
fn look(config: &Path, id: &str, ways: &mut [TestedWay]) -> Result<bool, OperatorError> {
    let question = Question::OutboxList { only_dead: false, channel: None, limit: LOOKED_THROUGH };
    let Answer::Outbox { deliveries, .. } = operator::ask_running(config, &question)? else { return Ok(false) };
    let mine: Vec<&DeliveryRow> = deliveries.iter().filter(|delivery| delivery.id == id).collect();
    for way in ways.iter_mut() {
        let row = mine.iter().find(|row| row.channel == way.channel && row.recipient == way.recipient);
        let state = row.map_or("delivered", |row| if row.state == "dead" { "dead" } else { "waiting" });
        state.clone_into(&mut way.state);
        way.error = row.and_then(|row| row.error.clone());
    }
    Ok(ways.iter().any(|way| way.state == "waiting"))
}

pub(super) fn print(answer: &Answer) {
    let Answer::OutboxTest { id, ways, left_out } = answer else { return };
    if ways.is_empty() {
        operator::say(format_args!("no route of this site takes such an event: nobody is told"));
    }
    let mut table = operator::table(&["channel", "recipient", "state", "error"]);
    for TestedWay { channel, recipient, state, error } in ways {
        table.add_row([channel, recipient.as_deref().unwrap_or_default(), state, error.as_deref().unwrap_or_default()]);
    }
    if !ways.is_empty() {
        operator::say(format_args!("{id}\n{table}"));
    }
    if left_out.is_empty() {
        return;
    }
    let mut table = operator::table(&["left out", "recipient", "because"]);
    for LeftOutWay { channel, recipient, why } in left_out {
        table.add_row([channel, recipient.as_deref().unwrap_or_default(), why]);
    }
    operator::say(format_args!("{table}"));
}
