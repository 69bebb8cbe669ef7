//! Accounts over the control socket, and on their file where no service runs: the way back for an
//! administrator who lost the password, and links for workers.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Answer, key_of};
use crate::clock::Clock;
use crate::console::Console;
use crate::console::access::account::Accounts;
use crate::console::access::audit::{Audit, Entry};
use crate::console::access::keeping::{Books, Keeper, Wanted};
use crate::console::access::session::Sessions;
use crate::domain::person::Role;

/// An account, as it is listed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The name.
    pub name: String,
    /// The role.
    pub role: String,
    /// The sites; all, where none is named.
    pub sites: Vec<String>,
    /// Whether it is switched off.
    pub is_disabled: bool,
    /// Whether its password was given by somebody else.
    pub must_change: bool,
}

/// What is asked about accounts.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "about", rename_all = "snake_case")]
pub enum AccountsQuestion {
    /// Which there are.
    List,
    /// Change one.
    Change {
        /// Its name.
        name: String,
        /// How.
        wanted: Wanted,
    },
}

/// Answers on these books. It blocks.
fn answer_on(books: &Books, question: AccountsQuestion) -> Answer {
    match question {
        AccountsQuestion::List => {
            let rows = books.accounts.all().into_iter().map(|account| AccountRow {
                name: account.reader.id.to_string(),
                role: account.reader.role.as_str().to_owned(),
                sites: account.reader.sites.iter().map(ToString::to_string).collect(),
                is_disabled: account.is_disabled,
                must_change: account.must_change,
            });
            Answer::Accounts { accounts: rows.collect() }
        }
        AccountsQuestion::Change { name, wanted } => {
            match books.change(&Keeper::Command, &name, &wanted, Clock::System.now()) {
                Ok(password) => Answer::Account { name, password },
                Err(error) => Answer::Failed { problem: error.to_string() },
            }
        }
    }
}

/// Answers in a running service.
pub(super) async fn answer(question: AccountsQuestion, console: Option<&Console>) -> Answer {
    let Some(console) = console else { return super::gone() };
    let books = console.books();
    tokio::task::spawn_blocking(move || answer_on(&books, question)).await.unwrap_or_else(|_| super::gone())
}

/// Answers from the files in the store's directory; no service may run on it.
pub fn answer_on_files(directory: &Path, question: AccountsQuestion) -> Answer {
    let opened = || -> Result<Books, String> {
        let accounts = Accounts::open(&directory.join("accounts.json")).map_err(|error| error.to_string())?;
        let audit = Audit::open(&directory.join("audit")).map_err(|error| error.to_string())?;
        Ok(Books { accounts, sessions: Sessions::default(), audit })
    };
    match opened() {
        Ok(books) => answer_on(&books, question),
        Err(problem) => Answer::Failed { problem },
    }
}

/// Makes a link to a worker's own page.
pub(super) async fn link(site: String, worker: String, console: Option<&Console>) -> Answer {
    let (Some(console), Some(key)) = (console, key_of(&site, &worker)) else {
        return Answer::Failed { problem: super::not_stored(&site, &worker) };
    };
    let entry = Entry::by("command", Role::Operator.as_str(), "worker_link", "vagus workers link");
    match console.link_for(key, entry).await {
        Ok((address, until)) => Answer::WorkerLink { address, until: until.to_string() },
        Err(problem) => Answer::Failed { problem: problem.to_string() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_administrator_who_lost_the_password_gets_a_new_one_while_no_service_runs() {
        let directory = tempfile::tempdir().unwrap();
        let ask = |question| answer_on_files(directory.path(), question);
        let change = |wanted| AccountsQuestion::Change { name: "admin".to_owned(), wanted };
        let add = Wanted::Add { role: "administrator".to_owned(), sites: Vec::new() };
        let Answer::Account { password: Some(first), .. } = ask(change(add)) else { panic!("it is made") };
        let Answer::Account { password: Some(new), .. } = ask(change(Wanted::Reset)) else { panic!("it is reset") };
        assert_ne!(first, new);
        let accounts = Accounts::open(&directory.path().join("accounts.json")).unwrap().all();
        assert!(accounts[0].password.is_of(&new) && !accounts[0].password.is_of(&first) && accounts[0].must_change);
        let Answer::Failed { problem } = ask(change(Wanted::Disable)) else { panic!("it is the last one") };
        assert!(problem.contains("last administrator"), "{problem}");
        let Answer::Accounts { accounts } = ask(AccountsQuestion::List) else { panic!("they are listed") };
        assert_eq!((accounts.len(), accounts[0].name.as_str(), accounts[0].is_disabled), (1, "admin", false));
    }
}
