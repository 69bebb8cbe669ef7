//! `vagus cases`: look at cases, and do to them what a physician, counsellor or operator does.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::cases_print::print;
use super::operator::{self, OperatorError};
use super::{ConfigFile, EXIT_USAGE, Output};
use crate::app::control::{self, Answer, CasesAnswer, CasesQuestion, Question};
use crate::app::recovery;
use crate::app::registry::CaseDirectory;
use crate::app::shards::Shards;
use crate::clock::Clock;
use crate::config;
use crate::console::view::{CaseFilter, DeedWord};
use crate::engine::Mode;

/// Shows cases and moves them on: open, acknowledged, assessed, planned, in_action, follow_up, closed.
///
/// Every case opens with a workload review and a counselling offer, and with time limits for each
/// step; what is not done in time is told to the lead of occupational health, and to its head where
/// the limit is over by half. What is done here is kept in the case with the name of who did it.
/// Lists can be read without a running service; everything else needs one.
///
/// A case may be named by the first characters of its id, six at least, as long as no other begins so.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status: 0 done; 1 refused because the state of the case or the role forbids it, or failed while running;
2 wrong use or configuration, an unknown case, person or name among it. With --output json a refusal is on
standard output, too: {\"answer\":\"cases\",\"what\":\"refused\",\"reason\":\"no_transition\",\"problem\":\"…\",\"is_wrong_use\":false};
`reason` does not change when the words of `problem` do.")]
pub(super) struct CasesArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, default_value = "table", global = true)]
    output: Output,
    #[command(subcommand)]
    command: CasesCommand,
}

#[derive(Debug, Subcommand)]
enum CasesCommand {
    /// Show the cases that have not ended, most urgent first
    List {
        /// Only of this site
        #[arg(long)]
        site: Option<String>,
        /// Only of this level: L2, L3, L4
        #[arg(long)]
        level: Option<String>,
        /// Only in this state
        #[arg(long)]
        state: Option<String>,
        /// Only those that this person leads or works on
        #[arg(long, value_name = "PERSON")]
        person: Option<String>,
        /// Only those of which a time limit is over
        #[arg(long)]
        overdue: bool,
        /// Those that have ended, too
        #[arg(long)]
        ended: bool,
    },
    /// Show one case: its limits, its actions, who did what and when
    Show {
        /// The case: its id, or the first 6 characters or more of it
        case: String,
    },
    /// Take a case: its first time limit is met, and where nobody is in charge you are
    Ack {
        #[command(flatten)]
        done: Done,
    },
    /// Put somebody in charge of a case, or of one of its actions
    ///
    /// Where the configuration has [[recipients]] of a clinical role for the site, one of those who look
    /// after it, deputies included: for a case and for counselling of a clinical role, for a workload
    /// review a manager, too.
    Assign {
        #[command(flatten)]
        done: Done,
        /// Whom
        person: String,
        /// Of this action only: workload_review or counseling
        #[arg(long)]
        action: Option<String>,
    },
    /// Write something down in a case
    Note {
        #[command(flatten)]
        done: Done,
        /// The words, at most 1,000 bytes
        text: String,
    },
    /// Move a case to the next state, or to another one that can follow
    Advance {
        #[command(flatten)]
        done: Done,
        /// The state; without it the next one of the way
        #[arg(long)]
        to: Option<String>,
    },
    /// Report how far an action is: accepted, started, done, declined
    Action {
        #[command(flatten)]
        done: Done,
        /// workload_review or counseling
        action: String,
        /// How far
        step: String,
    },
    /// Choose the method of an action, or switch to another one; `vagus check` names the methods
    Choose {
        #[command(flatten)]
        done: Done,
        /// workload_review or counseling
        action: String,
        /// The method
        method: String,
    },
    /// Note that the worker was asked whether it helps: the next follow-up is met
    FollowUp {
        #[command(flatten)]
        done: Done,
    },
    /// Ask for a workload review in a case that has none, as in a crisis
    RequestReview {
        #[command(flatten)]
        done: Done,
    },
    /// End a case
    ///
    /// closed: after its follow-up. declined_by_worker: the worker wants no more; the review of the work
    /// has ended. not_work_related, data_error: it should not have been one. Whatever the end, no action
    /// runs, and what nobody began is declined with the case. Referring is no end:
    /// `vagus cases advance CASE --to referred`. A crisis is ended by a clinician only, with a --note
    /// that says why.
    Close {
        #[command(flatten)]
        done: Done,
        /// How it ended
        #[arg(long, default_value = "closed", value_parser = ["closed", "declined_by_worker", "not_work_related", "data_error"])]
        outcome: String,
    },
}

/// What is said with everything that is done.
#[derive(Debug, Args)]
struct Done {
    /// The case: its id, or the first 6 characters or more of it
    case: String,
    /// Who does it, kept in the case: one of the [[recipients]] who looks after the site, or where none of
    /// a clinical role does any short name. A crisis is acknowledged by those of other sites, too
    #[arg(long, value_name = "PERSON")]
    by: String,
    /// In which role, needed only of a name that is none of the [[recipients]]: physician, counsellor,
    /// duty_clinician, oh_lead, oh_head, manager, operator
    #[arg(long)]
    role: Option<String>,
    /// Words to keep with it
    #[arg(long)]
    note: Option<String>,
}

impl Done {
    fn question(self, deed: DeedWord) -> CasesQuestion {
        let Self { case, by, role, note } = self;
        CasesQuestion::Do { case, by, role, note, deed }
    }
}

pub(super) fn run(arguments: CasesArguments) -> ExitCode {
    let CasesArguments { config, output, command } = arguments;
    let question = match command {
        CasesCommand::List { site, level, state, person, overdue, ended } => {
            CasesQuestion::List(CaseFilter { site, level, state, person, is_overdue: overdue, has_ended: ended })
        }
        CasesCommand::Show { case } => CasesQuestion::Show { case },
        CasesCommand::Ack { done } => done.question(DeedWord::Move { to: Some("acknowledged".to_owned()) }),
        CasesCommand::Assign { done, person, action } => done.question(DeedWord::Assign { to: person, action }),
        CasesCommand::Note { done, text } => {
            let done = Done { note: Some(text), ..done };
            done.question(DeedWord::Remark)
        }
        CasesCommand::Advance { done, to } => done.question(DeedWord::Move { to }),
        CasesCommand::Action { done, action, step } => done.question(DeedWord::Progress { action, step }),
        CasesCommand::Choose { done, action, method } => done.question(DeedWord::Choose { action, method }),
        CasesCommand::FollowUp { done } => done.question(DeedWord::FollowUp),
        CasesCommand::RequestReview { done } => done.question(DeedWord::RequestReview),
        CasesCommand::Close { done, outcome } => done.question(DeedWord::Move { to: Some(outcome) }),
    };
    let answer = ask(&config, question);
    if let Ok(refused @ Answer::Cases(CasesAnswer::Refused { .. })) = &answer {
        return refuse(refused, output);
    }
    operator::finish(answer, output, |answer| {
        if let Answer::Cases(answer) = answer {
            print(answer);
        }
    })
}

/// Prints why something was not done. A deed that state or role forbid is no wrong use.
fn refuse(answer: &Answer, output: Output) -> ExitCode {
    let Answer::Cases(CasesAnswer::Refused { problem, is_wrong_use, .. }) = answer else { return ExitCode::FAILURE };
    match (output, serde_json::to_string(answer)) {
        (Output::Json, Ok(line)) => operator::say(format_args!("{line}")),
        (Output::Json | Output::Table, _) => eprintln!("{problem}"),
    }
    if *is_wrong_use { ExitCode::from(EXIT_USAGE) } else { ExitCode::FAILURE }
}

/// From the running service; what is only looked at is read from the store where none runs.
fn ask(config: &Path, question: CasesQuestion) -> Result<Answer, OperatorError> {
    // A crisis is acknowledged also while somebody has a mistake in a file that the service read before.
    let path = &config::load_store(config)?.path;
    if let Some(answer) = control::ask(path, &Question::Cases(question.clone()))? {
        return Ok(answer);
    }
    let (settings, engine) = config::load(config)?;
    let not_running = || OperatorError::NotRunning(path.display().to_string());
    if matches!(question, CasesQuestion::Do { .. }) {
        return Err(not_running());
    }
    // A service that was killed left rows which the histories in its store do not have yet.
    let store = operator::open_store(&settings.store)?;
    let mut shards = Shards::new(1, &engine, Mode::Rebuild);
    let recovered = recovery::recover(&store, &mut shards, &CaseDirectory::default())
        .map_err(|error| OperatorError::Failed(format!("the store cannot be brought back: {error}")))?;
    let now = Clock::System.now().max(recovered.last_now);
    let mut histories = shards.histories().map(|(_, history)| history);
    match question {
        CasesQuestion::List(filter) => {
            let found = control::cases::list(&mut histories, &filter, now);
            Ok(found.map(|cases| CasesAnswer::List { cases }).into())
        }
        CasesQuestion::Show { case } => {
            let found = control::cases::show(&mut histories, &case, now);
            Ok(found.map(|case| CasesAnswer::Case { case: Box::new(case) }).into())
        }
        CasesQuestion::Do { .. } => Err(not_running()),
    }
}
