//! Exports: everything that is kept of one worker, for the worker, or for somebody as far as it is theirs to see.
//!
//! It is written into the audit before it is given.

use tokio::sync::OwnedSemaphorePermit;

use super::Console;
use super::access::Field;
use super::access::audit::{Entry, Filter, Found};
use super::desk::Desk;
use super::office::{OfficeError, WorkerData};
use super::problem::Problem;
use super::view::{CaseView, ExportView, Sight};
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::texts::Language;

/// What a worker has of themselves, as the audit names it.
pub(super) const OWN_FIELDS: &[Field] = &[Field::Case, Field::Evidence, Field::Answers, Field::Worker];

/// The most lines of the audit that a document tells; it says where there are older ones. Our own choice: some megabytes.
pub const ACCESSES: usize = 20_000;

/// A worker's own document, of what is stored and of the lines of the audit about them.
#[must_use]
pub fn own_document(data: &WorkerData, accesses: &Found, language: Language) -> ExportView {
    ExportView::of(data, &Sight::oneself(), Some(data.cases.clone()), Some(accesses), language)
}

/// The lines of the audit that a worker is told of: who saw or took something of theirs.
#[must_use]
pub fn accesses_of(key: &WorkerKey) -> Filter {
    let worker = Some((key.site.to_string(), key.worker.to_string()));
    Filter { worker, is_granted: true, ..Filter::default() }
}

/// The line that says that a worker's own document was taken.
#[must_use]
pub fn taken(entry: Entry, key: &WorkerKey) -> Entry {
    entry.about(key.site.as_str(), key.worker.as_str(), None).with(OWN_FIELDS)
}

impl Console {
    /// Everything about a worker, as the worker may have it, without the newest `skip` of the looks at it; `entry` says
    /// who takes it.
    ///
    /// # Errors
    /// [`Problem`] where there is no such worker, too many copies are made at once, or it cannot be written down that it
    /// was taken.
    pub async fn own_export(
        &self,
        key: &WorkerKey,
        skip: usize,
        entry: Entry,
        language: Language,
    ) -> Result<ExportView, Problem> {
        let room = self.room_for_a_copy().await?;
        let data = self.office().export(key.site.clone(), key.worker.clone()).await?;
        let accesses = self.audited(accesses_of(key), skip, ACCESSES).await?;
        self.record(vec![taken(entry, key)]).await?;
        made(room, move || own_document(&data, &accesses, language)).await
    }
}

impl Desk<'_> {
    /// Everything about a worker that is the reader's to see.
    pub(super) async fn export(&self, site: &str, worker: &str, language: Language) -> Result<ExportView, Problem> {
        let (Ok(site), Ok(worker)) = (SiteId::parse(site), WorkerId::parse(worker)) else {
            return Err(Problem::NotFound);
        };
        let reader = &self.signed_in.reader;
        let open = self.open_cases_of(&site, &worker).await?;
        let may_see = |field| reader.may_see(field, &site, &[]) || open.iter().any(|case| case.shows(reader, field));
        let about = |entry: Entry| entry.about(site.as_str(), worker.as_str(), None);
        let found = match may_see(Field::Evidence) {
            true => {
                let room = self.console.room_for_a_copy().await?;
                self.console.office().export(site.clone(), worker.clone()).await.map(|data| (data, room))
            }
            false => Err(OfficeError::Unknown),
        };
        let (data, room) = match found {
            // Whoever tries names shall be seen.
            Err(OfficeError::Unknown) => {
                let denied = Entry { what: "export".to_owned(), ..Entry::denied(reader, self.route, Field::Evidence) };
                self.console.record(vec![about(denied)]).await?;
                return Err(Problem::NotFound);
            }
            found => found?,
        };
        let is_shown = |field: &Field| may_see(*field);
        let cases: Vec<CaseView> =
            data.cases.iter().filter(|case| case.row.shows(reader, Field::Case)).cloned().collect();
        let has_notes = cases.iter().any(|case| case.row.shows(reader, Field::Notes));
        let mut fields: Vec<Field> =
            [Field::Evidence, Field::Worker, Field::Answers].into_iter().filter(is_shown).collect();
        fields.extend((!cases.is_empty()).then_some(Field::Case));
        fields.extend(has_notes.then_some(Field::Notes));
        let cases = cases.into_iter().map(|case| match case.row.shows(reader, Field::Notes) {
            true => case,
            false => without_notes(case),
        });
        let cases = reader.reach(Field::Case).map(|_| cases.collect());
        let sight = Sight {
            made_for: reader.role.as_str().to_owned(),
            register: is_shown(&Field::Worker),
            answers: is_shown(&Field::Answers),
            oneself: false,
        };
        self.console.record(vec![about(Entry::of(reader, "export", self.route).with(&fields))]).await?;
        made(room, move || ExportView::of(&data, &sight, cases, None, language)).await
    }
}

fn without_notes(mut case: CaseView) -> CaseView {
    case.history.iter_mut().for_each(|line| line.note = None);
    case
}

/// Months of windows are many: they are put into words where nobody waits.
async fn made(
    room: OwnedSemaphorePermit,
    make: impl FnOnce() -> ExportView + Send + 'static,
) -> Result<ExportView, Problem> {
    let making = tokio::task::spawn_blocking(move || {
        let made = make();
        drop(room);
        made
    });
    making.await.map_err(|_| Problem::Internal)
}
