//! `vagus outbox list|retry|discard|test`.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::operator::{self, OperatorError};
use super::outbox_test;
use super::{ConfigFile, Output, counted};
use crate::app::control::{self, Answer, ChannelRow, DeliveryRow, Discard, DiscardedRow, Question};
use crate::config;

/// Shows what waits for delivery and what was given up, and tries it again.
///
/// An alert leaves once for each channel, and over e-mail once for each recipient; each of these
/// deliveries has a fate of its own. One that fails is tried again after a wait that doubles, from
/// `outbox.retry_min_s` to `outbox.retry_max_s`, for `outbox.give_up_after_h` (72 h, a crisis 7 days). Then
/// it is a dead letter: it is kept, shown here, and not tried again before somebody asks for it.
/// MQTT is never given up.
///
/// Nothing of what an event says is shown, and no address.
#[derive(Debug, Args)]
pub(super) struct OutboxArguments {
    #[command(subcommand)]
    command: OutboxCommand,
}

#[derive(Debug, Subcommand)]
enum OutboxCommand {
    /// Show what waits and what was given up, oldest first
    ///
    /// States: `waiting` for its time or for a free place, `sending` at this moment, `dead` given up.
    /// Failures: `unreachable` (not reached, or no answer in time), `failed` (the receiver could not take it
    /// then), `refused` (the receiver will never take it).
    /// Times of the next attempt are known to the running service only.
    #[command(after_help = "Examples:\n  \
        vagus outbox list --config vagus.toml\n  \
        vagus outbox list --config vagus.toml --dead --channel clinic\n  \
        vagus outbox list --config vagus.toml --dead --output json | jq -r '.deliveries[].id'")]
    List {
        #[command(flatten)]
        config: ConfigFile,
        /// Only what was given up
        #[arg(long)]
        dead: bool,
        /// Only this channel, as the configuration names it, or mqtt
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// At most so many deliveries
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Try again now, after the receiver is mended; needs a running service
    ///
    /// What was given up is tried again as if it had been decided now, under the same id, so that a
    /// receiver that knows ids takes it once. What waits need not wait any longer.
    #[command(after_help = "Examples:\n  \
        vagus outbox retry --config vagus.toml --all --channel clinic\n  \
        vagus outbox retry --config vagus.toml c-7AJ5H0ZKQ2M8XW4RB6TEG9V3ND-1-raised")]
    Retry {
        #[command(flatten)]
        config: ConfigFile,
        /// Ids of events from the list; over every channel, or the one that is named
        #[arg(required_unless_present = "all", value_name = "ID")]
        ids: Vec<String>,
        /// Everything in the outbox, or of the channel that is named
        #[arg(long, conflicts_with = "ids")]
        all: bool,
        /// Only this channel, as the configuration names it
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Throw deliveries away for good; needs a running service
    ///
    /// What was given up can be thrown away, and what waits for a channel that is no more in the
    /// configuration; what waits for one that is there is kept. The service's log tells each;
    /// nothing else keeps for long that it was done.
    #[command(after_help = "Examples:\n  \
        vagus outbox discard --config vagus.toml --channel old-clinic\n  \
        vagus outbox discard --config vagus.toml --channel clinic --dead\n  \
        vagus outbox discard --config vagus.toml c-7AJ5H0ZKQ2M8XW4RB6TEG9V3ND-1-raised")]
    Discard {
        #[command(flatten)]
        config: ConfigFile,
        /// Ids of events from the list; over every channel, or the one that is named
        #[arg(required_unless_present = "channel", value_name = "ID")]
        ids: Vec<String>,
        /// Only this channel; without ids, everything there
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// Only what was given up
        #[arg(long)]
        dead: bool,
        /// Those of a crisis, too
        #[arg(long)]
        crisis: bool,
        /// How to print
        #[arg(long, value_enum, default_value = "table")]
        output: Output,
    },
    /// Send a test through the routes of a site and tell whether it arrives; needs a running service
    ///
    /// The test is invented and marked as one wherever it arrives: in subject and body of mail, as the
    /// extension `vagustest` of CloudEvents, as the tag HTEST of FHIR. It tells of no worker.
    #[command(after_help = "Examples:\n  \
        vagus outbox test --config vagus.toml --site plant-a\n  \
        vagus outbox test --config vagus.toml --site plant-a --crisis\n  \
        vagus outbox test --config vagus.toml --site plant-a --kind overdue")]
    Test(outbox_test::TestArguments),
}

pub(super) fn run(arguments: OutboxArguments) -> ExitCode {
    match arguments.command {
        OutboxCommand::List { config, dead, channel, limit, output } => {
            let wanted = control::Wanted { only_dead: dead, channel, limit };
            operator::finish(list(&config, &wanted), output, print_list)
        }
        OutboxCommand::Retry { config, ids, all: _, channel, output } => {
            let question = Question::OutboxRetry { ids, channel };
            operator::finish(operator::ask_running(&config, &question), output, print_retried)
        }
        OutboxCommand::Discard { config, ids, channel, dead, crisis, output } => {
            let question = Question::OutboxDiscard(Discard { ids, channel, only_dead: dead, crisis });
            operator::finish(operator::ask_running(&config, &question), output, print_discarded)
        }
        OutboxCommand::Test(arguments) => {
            operator::finish(outbox_test::run(&arguments), arguments.output, outbox_test::print)
        }
    }
}

/// From the running service, or from the store itself where none runs.
fn list(config: &Path, wanted: &control::Wanted) -> Result<Answer, OperatorError> {
    let settings = config::load_store(config)?;
    let path = &settings.path;
    let control::Wanted { only_dead, channel, limit } = wanted.clone();
    if let Some(answer) = control::ask(path, &Question::OutboxList { only_dead, channel, limit })? {
        return Ok(answer);
    }
    Ok(control::list_outbox(wanted, &operator::open_store(&settings)?, None))
}

fn print_list(answer: &Answer) {
    let Answer::Outbox { deliveries, channels } = answer else { return };
    let mut table = operator::table(&["channel", "waiting", "dead", "receiver"]);
    for ChannelRow { channel, pending, dead, receiver } in channels {
        table.add_row([channel, &pending.to_string(), &dead.to_string(), receiver]);
    }
    operator::say(format_args!("{table}"));
    if deliveries.is_empty() {
        return;
    }
    let header = ["id", "channel", "recipient", "crisis", "state", "decided", "attempts", "next", "failure", "error"];
    let mut table = operator::table(&header);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    for row in deliveries {
        let DeliveryRow { id, channel, state, decided_at, attempts, .. } = row;
        let next = text(&row.next_attempt_at);
        let crisis = if row.crisis { "yes" } else { "" };
        let (recipient, failure, error) = (text(&row.recipient), text(&row.failure), text(&row.error));
        let attempts = attempts.to_string();
        let cells = [id, channel, &recipient, crisis, state, decided_at, &attempts, &next, &failure, &error];
        table.add_row(cells);
    }
    operator::say(format_args!("{table}\n{} shown", deliveries.len()));
}

fn print_retried(answer: &Answer) {
    let Answer::OutboxRetried { revived, hurried, unknown } = answer else { return };
    let (letters, deliveries) = (counted(*revived, "dead letter"), counted(*hurried, "waiting delivery"));
    operator::say(format_args!("tried again: {letters}; due now: {deliveries}"));
    say_unknown(unknown);
}

fn print_discarded(answer: &Answer) {
    let Answer::OutboxDiscarded { discarded, kept_crises, kept_waiting, unknown } = answer else { return };
    for DiscardedRow { id, channel, recipient, crisis, state } in discarded {
        let to = recipient.as_ref().map_or_else(String::new, |name| format!(" to {name}"));
        let crisis = if *crisis { ", of a crisis" } else { "" };
        operator::say(format_args!("discarded {id} over {channel}{to} ({state}{crisis})"));
    }
    operator::say(format_args!("discarded: {}", counted(discarded.len(), "delivery")));
    if *kept_crises > 0 {
        let kept = counted(*kept_crises, "delivery");
        operator::say(format_args!("kept: {kept} of a crisis; --crisis discards those, too"));
    }
    if *kept_waiting > 0 {
        let kept = counted(*kept_waiting, "waiting delivery");
        operator::say(format_args!("kept: {kept} of a channel that is configured; what is given up can be discarded"));
    }
    say_unknown(unknown);
}

fn say_unknown(unknown: &[String]) {
    for id in unknown {
        operator::say(format_args!("nothing of {id} is in the outbox: it was delivered, or it never was"));
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::counted;
    use crate::app::commands::Arguments;
    use crate::app::test_event::test_event;
    use crate::delivery::mail::{self, Look};
    use crate::domain::event::EventKind;
    use crate::domain::ids::SiteId;
    use crate::domain::{TimeZone, Timestamp};

    #[test]
    fn every_command_that_a_mail_names_can_be_typed() {
        let look = Look {
            site_name: "plant-a".to_owned(),
            zone: TimeZone::UTC,
            language: crate::texts::Language::English,
            console: None,
        };
        let mut typed = 0;
        for (kind, is_crisis) in EventKind::ALL.iter().flat_map(|kind| [(*kind, false), (*kind, true)]) {
            let event = test_event(SiteId::parse("plant-a").unwrap(), kind, is_crisis, Timestamp::UNIX_EPOCH);
            let text = mail::render(&event, &look).text;
            for line in text.lines().map(str::trim).filter(|line| line.starts_with("vagus ")) {
                // What stands in quotes is one word.
                let quoted = |(n, part): (usize, &str)| {
                    if n % 2 == 1 {
                        vec![part.to_owned()]
                    } else {
                        part.split_whitespace().map(str::to_owned).collect()
                    }
                };
                let words: Vec<String> = line.split('"').enumerate().flat_map(quoted).collect();
                assert!(Arguments::try_parse_from(&words).is_ok() && words.contains(&"--config".to_owned()), "{line}");
                let changes = !line.starts_with("vagus cases show");
                assert_eq!(words.contains(&"--by".to_owned()), changes, "{line}");
                typed += 1;
            }
        }
        assert!(typed > 10, "{typed} commands");
    }

    #[test]
    fn one_is_one_and_others_are_several() {
        let told = [0, 1, 2].map(|number| counted(number, "dead letter"));
        assert_eq!(told, ["0 dead letters", "1 dead letter", "2 dead letters"]);
        assert_eq!(counted(2, "delivery"), "2 deliveries");
    }
}
