//! `vagus accounts`: who may sign in to the console, from the machine that it runs on.

use std::path::Path;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::operator::{self, OperatorError};
use super::{ConfigFile, Output};
use crate::app::control::{self, AccountRow, AccountsQuestion, Answer, Question};
use crate::config;
use crate::console::access::keeping::Wanted;
use crate::domain::person::Role;

/// Keeps the accounts of the console: also the way back where no administrator can sign in.
///
/// Asks the running service, which ends the sessions of an account that is changed; where none runs,
/// the file of the accounts is changed. Whoever may read the store's directory may do this: nobody
/// else should be able to. Every change stands in the audit.
#[derive(Debug, Args)]
pub(super) struct AccountsArguments {
    #[command(flatten)]
    config: ConfigFile,
    /// How to print
    #[arg(long, value_enum, default_value = "table", global = true)]
    output: Output,
    #[command(subcommand)]
    command: AccountsCommand,
}

#[derive(Debug, Subcommand)]
enum AccountsCommand {
    /// Show who may sign in, in which role, for which sites
    List,
    /// Make an account, and print its one-time password
    Add {
        /// The name: 1 to 64 of A-Z a-z 0-9 _ - .
        name: String,
        /// The role
        #[arg(long, value_parser = role_names())]
        role: String,
        /// A site they look after; more by naming it again; all, where none is named
        #[arg(long = "site", value_name = "SITE")]
        sites: Vec<String>,
    },
    /// Give an account a new one-time password, and print it
    Reset {
        /// The name
        name: String,
    },
    /// Switch an account off
    Disable {
        /// The name
        name: String,
    },
    /// Switch an account on again
    Enable {
        /// The name
        name: String,
    },
}

fn role_names() -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.as_str()).collect()
}

pub(super) fn run(arguments: AccountsArguments) -> ExitCode {
    let AccountsArguments { config, output, command } = arguments;
    let change = |name, wanted| AccountsQuestion::Change { name, wanted };
    let question = match command {
        AccountsCommand::List => AccountsQuestion::List,
        AccountsCommand::Add { name, role, sites } => change(name, Wanted::Add { role, sites }),
        AccountsCommand::Reset { name } => change(name, Wanted::Reset),
        AccountsCommand::Disable { name } => change(name, Wanted::Disable),
        AccountsCommand::Enable { name } => change(name, Wanted::Enable),
    };
    operator::finish(ask(&config, question), output, print)
}

fn ask(config: &Path, question: AccountsQuestion) -> Result<Answer, OperatorError> {
    let settings = config::load_store(config)?;
    check_sites(config, &question)?;
    let path = &settings.path;
    let question = Question::Accounts(question);
    if let Some(answer) = control::ask(path, &question)? {
        return Ok(answer);
    }
    let Question::Accounts(question) = question else {
        return Err(OperatorError::NotRunning(path.display().to_string()));
    };
    // Holds the lock of the store: a service that starts meanwhile would read the old file, and write it again.
    let _held = operator::open_store(&settings)?;
    Ok(control::accounts_on_files(path, question))
}

/// Whoever is of a site that there is not would see nothing and never learn why. A configuration that is wrong
/// elsewhere must not keep an administrator out.
fn check_sites(config: &Path, question: &AccountsQuestion) -> Result<(), OperatorError> {
    let AccountsQuestion::Change { wanted: Wanted::Add { sites, .. } | Wanted::Change { sites, .. }, .. } = question
    else {
        return Ok(());
    };
    let Ok((settings, _)) = config::load(config) else { return Ok(()) };
    let is_known = |site: &String| settings.sites.iter().any(|known| known.id.as_str() == *site);
    let Some(unknown) = sites.iter().find(|site| !is_known(site)) else { return Ok(()) };
    let known: Vec<&str> = settings.sites.iter().map(|site| site.id.as_str()).collect();
    Err(OperatorError::Usage(format!("there is no site {unknown}; the configuration has {}", known.join(", "))))
}

fn print(answer: &Answer) {
    if let Answer::Accounts { accounts } = answer {
        print_list(accounts);
    }
    if let Answer::Account { name, password } = answer {
        match password {
            Some(password) => operator::say(format_args!(
                "One-time password of {name}: {password}\nIt is told this once; the first sign-in asks for one of their own."
            )),
            None => operator::say(format_args!("{name} is changed")),
        }
    }
}

fn print_list(accounts: &[AccountRow]) {
    let mut table = operator::table(&["name", "role", "sites", "state"]);
    for AccountRow { name, role, sites, is_disabled, must_change } in accounts {
        let sites = if sites.is_empty() { "all".to_owned() } else { sites.join(", ") };
        let state = match (is_disabled, must_change) {
            (true, _) => "switched off",
            (false, true) => "one-time password",
            (false, false) => "active",
        };
        table.add_row([name.as_str(), role, &sites, state]);
    }
    operator::say(format_args!("{table}\n{} accounts", accounts.len()));
}
