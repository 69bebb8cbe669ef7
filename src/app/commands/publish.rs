//! `vagus publish`.

use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use super::{ConfigFile, EXIT_USAGE, Output, counted, remedies};
use crate::config;
use crate::gateway::{self, End, PublishError, Settings, Summary, Tally, Told};

/// Without a terminal, how far it is is a line every so many times that it is told; four times a second it is.
const TOLD_A_LINE: u32 = 20;

/// Publish recorded messages and keep each on disk until its receipt: a careful gateway
///
/// Each line of the input is {"received_at":…,"topic":…,"payload":…}, as `vagus replay` reads it. A message is
/// synced to the spool before it is sent, and stays there until its receipt; a PUBACK from the broker is no
/// promise. Without a receipt in time, and after a reconnect, it is sent again under the same message_id: the
/// service counts what it knows as duplicates. Each source has a connection of its own, on which it is `online`
/// (retained) until it ends or is lost. Of the configuration [mqtt] alone matters, and ingest.max_payload_bytes.
///
/// A message_id of the input is replaced by a new one: a recording may hold one twice, and a receipt must tell which
/// message it is of.
///
/// Killed or stopped, it goes on where it was when the same command is given again. What is refused is written
/// to rejected.jsonl in the spool, each item with its reason: mended, that file can be published itself.
///
/// Exit status: 0 all is accepted or was known, 1 stopped or failed (give the same command again to go on),
/// 2 wrong use or configuration, or everything has its receipt and something was refused.
#[derive(Debug, Args)]
pub(super) struct PublishArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// The recorded messages; - for standard input
    #[arg(long, value_name = "FILE")]
    input: PathBuf,
    /// Where messages are kept until their receipt; FILE.spool beside the input, if not given
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,
    /// New messages a second, at most
    #[arg(long, value_name = "N", value_parser = positive)]
    rate: Option<f64>,
    /// Messages of a source that may be without receipt at one time
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1_000))]
    in_flight: u16,
    /// Seconds to wait for a receipt before a message is sent again; each further wait is twice as long
    #[arg(long, value_name = "SECONDS", default_value_t = 30.0, value_parser = positive)]
    receipt_timeout: f64,
    /// Stop when no receipt came for so many seconds; without this it never gives up
    #[arg(long, value_name = "SECONDS", value_parser = positive)]
    give_up_after: Option<f64>,
    /// How the summary is printed
    #[arg(long, value_enum, default_value_t = Output::Table)]
    output: Output,
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(number) if (0.001..=1_000_000.0).contains(&number) => Ok(number),
        _ => Err("a number from 0.001 to 1000000 is expected".to_owned()),
    }
}

pub(super) fn run(arguments: &PublishArguments) -> ExitCode {
    let settings = match settings(arguments) {
        Ok(settings) => settings,
        Err(problems) => {
            eprintln!("{problems}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match published(&settings) {
        Ok(summary) => {
            if let Err(error) = print(&summary, &settings, arguments.output)
                && error.kind() != io::ErrorKind::BrokenPipe
            {
                eprintln!("vagus publish: the summary cannot be printed: {error}");
            }
            if summary.end == End::Finished && summary.tally == Tally::default() {
                eprintln!("vagus publish: {} holds no message", arguments.input.display());
            }
            match summary.end {
                End::Finished if summary.tally.refused() == 0 => ExitCode::SUCCESS,
                End::Finished => ExitCode::from(EXIT_USAGE),
                End::Stopped | End::GivenUp | End::Refused => ExitCode::FAILURE,
            }
        }
        Err(error) => {
            eprintln!("vagus publish: {error}");
            if error.is_usage() {
                return ExitCode::from(EXIT_USAGE);
            }
            let spool = &settings.spool;
            if gateway::holds_messages(spool) {
                eprintln!("what has no receipt is in {}; give the same command again to go on", spool.display());
            }
            ExitCode::FAILURE
        }
    }
}

fn settings(arguments: &PublishArguments) -> Result<Settings, config::Problems> {
    let (mqtt, limits) = config::load_mqtt(&arguments.config)?;
    // One name for one file, from wherever it is published; where there is none, opening it will say so.
    let named = Some(&arguments.input).filter(|input| input.as_path() != Path::new("-"));
    let input = named.map(|input| input.canonicalize().unwrap_or_else(|_| input.clone()));
    let spool = arguments.spool.clone().unwrap_or_else(|| gateway::default_spool(named.map(PathBuf::as_path)));
    Ok(Settings {
        client_id: format!("{}-publish", mqtt.client_id),
        root: mqtt.root,
        broker: mqtt.broker,
        input,
        spool,
        max_in_flight: usize::from(arguments.in_flight),
        receipt_timeout: Duration::from_secs_f64(arguments.receipt_timeout),
        rate: arguments.rate,
        max_payload_bytes: limits.max_payload_bytes,
        give_up_after: arguments.give_up_after.map(Duration::from_secs_f64),
    })
}

fn published(settings: &Settings) -> Result<Summary, PublishError> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let mut screen = Screen::new();
    let outcome = runtime.block_on(async {
        let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        let stop = async {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        gateway::publish(settings, stop, &mut |told| screen.show(&told)).await
    });
    screen.bar.finish_and_clear();
    // Standard input may be read for ever.
    runtime.shutdown_background();
    outcome
}

/// How far it is: a line that is drawn again and again, or without a terminal a new line every few seconds.
struct Screen {
    bar: ProgressBar,
    is_drawn: bool,
    told: u32,
    problem: Option<String>,
}

impl Screen {
    fn new() -> Self {
        let is_drawn = io::stderr().is_terminal();
        let target = if is_drawn { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let bar = ProgressBar::with_draw_target(None, target);
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed}  {msg}") {
            bar.set_style(style);
        }
        Self { bar, is_drawn, told: 0, problem: None }
    }

    fn show(&mut self, told: &Told<'_>) {
        match told {
            Told::Progress { tally, lines, waiting } => {
                let line = format!(
                    "{lines} lines read, {} receipts: {}; {waiting} without receipt",
                    tally.messages,
                    counts(tally)
                );
                if !self.is_drawn && self.told % TOLD_A_LINE == TOLD_A_LINE - 1 {
                    self.say(&line);
                }
                self.told += 1;
                self.bar.set_message(line);
                self.bar.tick();
            }
            Told::Connected(source) => {
                self.problem = None;
                self.say(&format!("connected as {source}"));
            }
            // Each attempt fails alike: once is enough.
            Told::Problem(problem) if self.problem.as_deref() == Some(problem) => {}
            Told::Problem(problem) => {
                self.problem = Some((*problem).to_owned());
                self.say(&format!("{problem}; trying again"));
            }
            Told::Refused(problem) => self.say(problem),
        }
    }

    fn say(&self, line: &str) {
        self.bar.suspend(|| drop(writeln!(io::stderr(), "{line}")));
    }
}

fn counts(tally: &Tally) -> String {
    let accepted = counted(tally.accepted, "item");
    format!("{accepted} accepted, {} duplicate, {} rejected", tally.duplicate, tally.refused())
}

fn print(summary: &Summary, settings: &Settings, output: Output) -> io::Result<()> {
    let out = &mut io::stdout().lock();
    let Summary { end, tally, waiting, sent_again, renamed, problems, refused_file } = summary;
    let refused_file = (tally.refused() > 0).then(|| refused_file.display().to_string());
    let by_reason = remedies::by_reason(tally);
    if output == Output::Json {
        let end = match end {
            End::Finished => "finished",
            End::Stopped => "stopped",
            End::GivenUp => "given_up",
            End::Refused => "refused",
        };
        let summary = json!({
            "end": end, "messages": tally.messages, "accepted": tally.accepted, "duplicate": tally.duplicate,
            "rejected": tally.refused(), "reasons": by_reason, "rejected_file": refused_file,
            "waiting": waiting, "sent_again": sent_again, "message_ids_replaced": renamed, "problems": problems, "spool": settings.spool.display().to_string(),
        });
        return writeln!(out, "{summary}");
    }
    let have = if tally.messages == 1 { "has its" } else { "have their" };
    let messages = counted(tally.messages, "message");
    writeln!(out, "{messages} {have} receipt: {}; {sent_again} sent again", counts(tally))?;
    if *renamed > 0 {
        let ids = counted(*renamed, "message_id");
        writeln!(
            out,
            "{ids} of the input replaced by new ones: a recording may hold one twice, and each must have a receipt"
        )?;
    }
    for refused in &by_reason {
        writeln!(out, "{refused}")?;
    }
    if let Some(file) = refused_file {
        writeln!(out, "what was refused is in {file}, each item with its reason; mended, it can be published itself")?;
    }
    let why = match end {
        End::Finished => return Ok(()),
        End::Stopped => "stopped".to_owned(),
        // It was told when it happened, and is what to mend now.
        End::Refused => problems.join("; "),
        End::GivenUp if problems.is_empty() => {
            "no receipt came for too long, though the broker was there: does the service run, is the site one of its own, and does \
             the broker let this user publish as the source and read its receipts?"
                .to_owned()
        }
        End::GivenUp => format!("no receipt came for too long: {}", problems.join("; ")),
    };
    let are = if *waiting == 1 { "is" } else { "are" };
    let (spool, waiting) = (settings.spool.display(), counted(*waiting, "message"));
    writeln!(out, "{why}\n{waiting} without receipt {are} in {spool}; give the same command again to go on")
}
