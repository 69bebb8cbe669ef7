//! What a reader asks of the service, by a page or by the API: found, held against the grants, and written
//! into the audit before it is shown.
//!
//! Somebody who may not see a thing learns as little as of a thing that does not exist; that they asked is
//! written down.

use super::access::Field;
use super::access::audit::Entry;
use super::access::session::Token;
use super::gate::SignedIn;
use super::office::OfficeError;
use super::problem::Problem;
use super::view::{CaseFilter, CaseRow, CaseView, DeedWord};
use super::{Console, wall};
use crate::domain::ids::{SiteId, WorkerId};
use crate::engine::portrait::Portrait;

/// Somebody who asks, at a route that the audit names.
pub(super) struct Desk<'a> {
    pub(super) console: &'a Console,
    pub(super) signed_in: &'a SignedIn,
    pub(super) route: &'static str,
}

/// What a filter names that there is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missing {
    /// The site.
    Site,
    /// The unit.
    Unit,
    /// The unit, at that site.
    UnitOfSite,
}

impl Missing {
    /// For whoever writes a program.
    pub(super) fn told(self, site: &str, unit: &str) -> String {
        match self {
            Self::Site => format!("there is no site {site} that you may see"),
            Self::Unit => format!("there is no unit {unit} that you may see"),
            Self::UnitOfSite => format!("there is no unit {unit} at {site} that you may see"),
        }
    }
}

/// So much of what somebody sent for an id is written down.
const MAX_ID_CHARS: usize = 64;

/// The shortest reason to open a crisis in an emergency, in characters.
///
/// # Source
/// Domain reference, section 8.6: the reason is mandatory. The length is our own choice: one word is none.
pub(super) const MIN_REASON_CHARS: usize = 10;
/// The longest.
pub(super) const MAX_REASON_CHARS: usize = 500;

/// A worker as a reader may see them.
pub(super) struct WorkerSeen {
    pub(super) portrait: Portrait,
    /// Whether single answers of questionnaires are theirs to see, too.
    pub(super) shows_answers: bool,
}

impl Desk<'_> {
    /// The cases that pass the filter and are theirs to see, most urgent first. Nothing is written down yet.
    pub(super) async fn cases(&self, filter: CaseFilter) -> Result<Vec<CaseRow>, Problem> {
        let all = self.console.office().cases(filter).await?;
        Ok(all.into_iter().filter(|row| row.shows(&self.signed_in.reader, Field::Case)).collect())
    }

    /// What a filter names that there is not, as far as the reader's sites are concerned: other sites are as if
    /// there were none. Where it passes a case that was seen, there is no need to ask.
    pub(super) async fn missing_place(
        &self,
        seen: &[CaseRow],
        site: &str,
        unit: &str,
    ) -> Result<Option<Missing>, Problem> {
        let is_it = |a: &str, b: &str| (site.is_empty() || site == a) && (unit.is_empty() || unit == b);
        if seen.iter().any(|row| is_it(&row.site, &row.unit)) || (site.is_empty() && unit.is_empty()) {
            return Ok(None);
        }
        let sites = &self.signed_in.reader.sites;
        let mut places = self.console.office().places().await?;
        places.retain(|(site, _)| sites.is_empty() || sites.iter().any(|own| own.as_str() == site));
        let has = |test: &dyn Fn(&str, &str) -> bool| places.iter().any(|(a, b)| test(a, b));
        let missing = if !site.is_empty() && !has(&|a, _| a == site) {
            Some(Missing::Site)
        } else if !unit.is_empty() && !has(&|_, b| b == unit) {
            Some(Missing::Unit)
        } else if !has(&is_it) {
            Some(Missing::UnitOfSite)
        } else {
            None
        };
        Ok(missing)
    }

    /// Writes down that cases are shown in a list.
    pub(super) async fn listed(&self, shown: impl Iterator<Item = &CaseRow>) -> Result<(), Problem> {
        let lines =
            shown.map(|row| self.entry("read").about(&row.site, &row.worker, Some(&row.case_id)).with(&[Field::Case]));
        self.console.record(lines.collect()).await
    }

    /// Writes down that cases are shown in a page that is kept up to date: all of them where it is opened, and then what
    /// is new or another than this session was shown since.
    pub(super) async fn listed_live(&self, shown: &[&CaseRow], is_opened: bool) -> Result<(), Problem> {
        let version = |row: &CaseRow| (row.case_id.clone(), row.version.clone());
        let (session, versions) = (&self.signed_in.token, shown.iter().map(|row| version(row)).collect::<Vec<_>>());
        let news = self.console.shown().news(session, &versions);
        let is_new = |row: &&&CaseRow| is_opened || news.contains(&version(row));
        let lines: Vec<&CaseRow> = shown.iter().filter(is_new).copied().collect();
        if !lines.is_empty() {
            self.listed(lines.into_iter()).await?;
        }
        self.console.shown().keep(session, versions, is_opened, wall());
        Ok(())
    }

    /// A case, if it is theirs to see. Nothing is written down yet where it is.
    pub(super) async fn case(&self, id: &str) -> Result<CaseView, Problem> {
        let denied = Entry::denied(&self.signed_in.reader, self.route, Field::Case);
        let denied = match self.console.office().case(id).await {
            Ok(case) if case.row.shows(&self.signed_in.reader, Field::Case) => return Ok(case),
            Ok(case) => denied.about(&case.row.site, &case.row.worker, Some(&case.row.case_id)),
            // Written down as well: whoever tries ids shall be seen, and it takes as long as for one that there is.
            Err(OfficeError::Unknown) => Entry { case: Some(id.chars().take(MAX_ID_CHARS).collect()), ..denied },
            Err(error) => return Err(error.into()),
        };
        self.console.record(vec![denied]).await?;
        Err(Problem::NotFound)
    }

    /// Which of these fields of a case are theirs to see; writes down that they are shown.
    pub(super) async fn shown(&self, row: &CaseRow, of: &[Field]) -> Result<Vec<Field>, Problem> {
        let fields: Vec<Field> = of.iter().copied().filter(|field| row.shows(&self.signed_in.reader, *field)).collect();
        let entry = self.entry("read").about(&row.site, &row.worker, Some(&row.case_id));
        self.console.record(vec![entry.with(&fields)]).await?;
        Ok(fields)
    }

    /// Does something to a case that is theirs to see, and gives it as it is then. It is written down first.
    pub(super) async fn act(
        &self,
        row: &CaseRow,
        version: Option<&str>,
        note: Option<String>,
        deed: DeedWord,
    ) -> Result<CaseView, Problem> {
        let entry = self.entry("deed");
        self.console.record(vec![entry.about(&row.site, &row.worker, Some(&row.case_id))]).await?;
        let note = note.filter(|note| !note.trim().is_empty());
        Ok(self.console.office().act(&row.case_id, version, self.signed_in.reader.actor(), note, deed).await?)
    }

    /// Opens a crisis that is not their own to this session, with a reason that somebody looks at afterwards.
    pub(super) async fn break_glass(&self, id: &str, reason: &str) -> Result<(CaseRow, Vec<Field>), Problem> {
        let row = self.case(id).await?.row;
        let openable = row.openable(&self.signed_in.reader);
        let entry = self.entry("break_glass").with(&openable).about(&row.site, &row.worker, Some(&row.case_id));
        if openable.is_empty() {
            self.console.record(vec![Entry { outcome: "denied".to_owned(), ..entry }]).await?;
            return Err(Problem::Forbidden);
        }
        let reason = reason.trim();
        if !(MIN_REASON_CHARS..=MAX_REASON_CHARS).contains(&reason.chars().count()) {
            return Err(Problem::BadForm);
        }
        let mark = Token::random().as_str().chars().take(16).collect();
        self.console.record(vec![Entry { reason: Some(reason.to_owned()), mark: Some(mark), ..entry }]).await?;
        self.console.sessions().open_case(&self.signed_in.token, &row.case_id, wall());
        Ok((row, openable))
    }

    /// A worker, if what is known of their health is the reader's to see: of everybody at their sites, or
    /// because of a case that they work on, or opened in an emergency. Written down.
    pub(super) async fn worker(&self, site: &str, worker: &str) -> Result<WorkerSeen, Problem> {
        let (Ok(site), Ok(worker)) = (SiteId::parse(site), WorkerId::parse(worker)) else {
            return Err(Problem::NotFound);
        };
        let (reader, cases) = (&self.signed_in.reader, self.open_cases_of(&site, &worker).await?);
        let may_see = |field| reader.may_see(field, &site, &[]) || cases.iter().any(|case| case.shows(reader, field));
        let about = |entry: Entry| entry.about(site.as_str(), worker.as_str(), None);
        if !may_see(Field::Evidence) {
            let denied = Entry::denied(&self.signed_in.reader, self.route, Field::Evidence);
            self.console.record(vec![about(denied)]).await?;
            return Err(Problem::NotFound);
        }
        let portrait = match self.console.office().portrait(site.clone(), worker.clone()).await {
            Err(OfficeError::Unknown) => {
                let denied = Entry::denied(&self.signed_in.reader, self.route, Field::Evidence);
                self.console.record(vec![about(denied)]).await?;
                return Err(Problem::NotFound);
            }
            found => found?,
        };
        let shows_answers = may_see(Field::Answers);
        let fields = if shows_answers { &[Field::Evidence, Field::Answers][..] } else { &[Field::Evidence] };
        self.console.record(vec![about(self.entry("read").with(fields))]).await?;
        Ok(WorkerSeen { portrait, shows_answers })
    }

    /// The open cases of a worker.
    pub(super) async fn open_cases_of(&self, site: &SiteId, worker: &WorkerId) -> Result<Vec<CaseRow>, Problem> {
        let filter = CaseFilter { site: Some(site.to_string()), ..CaseFilter::default() };
        let mut cases = self.console.office().cases(filter).await?;
        cases.retain(|row| row.worker == worker.as_str());
        Ok(cases)
    }

    /// The worker of a case as they are seen today; whether that is the reader's to see is for the caller to ask.
    pub(super) async fn portrait(&self, row: &CaseRow) -> Result<Option<Portrait>, Problem> {
        let (Ok(site), Ok(worker)) = (SiteId::parse(&row.site), WorkerId::parse(&row.worker)) else {
            return Ok(None);
        };
        Ok(Some(self.console.office().portrait(site, worker).await?))
    }

    fn entry(&self, what: &str) -> Entry {
        Entry::of(&self.signed_in.reader, what, self.route)
    }
}
