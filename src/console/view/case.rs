//! Cases: which are wanted, how they are shown, what is done to them.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::access::{Field, Reader};
use crate::domain::alert::Level;
use crate::domain::ids::SiteId;
use crate::domain::life::CaseState;
use crate::domain::person::PersonId;

/// Which cases are listed; an empty filter lists all that have not ended.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseFilter {
    /// Only of this site.
    pub site: Option<String>,
    /// Only of this level.
    pub level: Option<String>,
    /// Only in this state.
    pub state: Option<String>,
    /// Only those that this person leads, or an action of which they carry out.
    pub person: Option<String>,
    /// Only those of which a limit is over.
    pub is_overdue: bool,
    /// Those that have ended, too.
    pub has_ended: bool,
}

/// What is done to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "deed", rename_all = "snake_case")]
pub enum DeedWord {
    /// Move it to a state; the next one of the way, where none is named.
    Move {
        /// The state.
        to: Option<String>,
    },
    /// Put somebody in charge.
    Assign {
        /// Whom.
        to: String,
        /// Of which action; of the case where none is named.
        action: Option<String>,
    },
    /// Write something down.
    Remark,
    /// Report how far an action is.
    Progress {
        /// Which.
        action: String,
        /// How far.
        step: String,
    },
    /// Choose the method of an action.
    Choose {
        /// Which.
        action: String,
        /// The method.
        method: String,
    },
    /// A follow-up was done.
    FollowUp,
    /// Ask for a workload review.
    RequestReview,
}

/// An action of a case, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ActionRow {
    /// Its id.
    pub action_id: String,
    /// Which side.
    pub kind: String,
    /// How far it is.
    pub state: String,
    /// When it must be live, RFC 3339.
    pub due: String,
    /// Who carries it out.
    pub assignee: Option<String>,
    /// How.
    pub method: Option<String>,
}

/// A time limit, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LimitRow {
    /// What is due.
    pub step: String,
    /// Which of several.
    pub number: Option<u8>,
    /// When, RFC 3339.
    pub due: String,
    /// Whether that is over.
    pub is_over: bool,
}

/// A case, as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseRow {
    /// Its id.
    pub case_id: String,
    /// The site.
    pub site: String,
    /// The worker.
    pub worker: String,
    /// The worker's unit.
    pub unit: String,
    /// The worker's zone, in which times are shown.
    pub time_zone: String,
    /// The level.
    pub level: String,
    /// How far it is.
    pub state: String,
    /// Which of the worker's cases it is.
    pub episode: u32,
    /// The rules it rests on.
    pub rules: Vec<String>,
    /// When it was opened, RFC 3339.
    pub opened_at: String,
    /// When it ended, RFC 3339; null where it has not.
    pub ended_at: Option<String>,
    /// Who leads it.
    pub in_charge: Option<String>,
    /// The limit that is over first.
    pub next: Option<LimitRow>,
    /// Its actions.
    pub actions: Vec<ActionRow>,
    /// Another text after every change: what `If-Match` is held against.
    pub version: String,
}

/// One line of a case's history, as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogRow {
    /// When, RFC 3339.
    pub at: String,
    /// Who.
    pub by: String,
    /// What.
    #[serde(flatten)]
    pub event: EventRow,
    /// What they wrote with it.
    pub note: Option<String>,
}

/// What happened to a case; every name is the one used in payloads and settings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum EventRow {
    /// It was opened, or its level rose, or another crisis answer came.
    Raised {
        /// To which level.
        level: String,
    },
    /// It is in another state.
    Moved {
        /// The state.
        to: String,
    },
    /// An action moved.
    Progress {
        /// Which.
        action: String,
        /// How far it is.
        step: String,
    },
    /// An action was asked for.
    ActionAdded {
        /// Which.
        action: String,
    },
    /// Somebody was put in charge.
    Assigned {
        /// Who.
        to: String,
        /// Of which action; of the case where none is named.
        action: Option<String>,
    },
    /// Only the note.
    Remarked,
    /// Further rules matched.
    EvidenceAdded {
        /// Which.
        rules: Vec<String>,
    },
    /// A method was chosen.
    MethodChosen {
        /// Of which action.
        action: String,
        /// Which.
        method: String,
    },
    /// A follow-up was done.
    FollowedUp,
    /// Somebody was told of a time limit.
    Told {
        /// Which.
        limit: String,
        /// Which of several, from 1; 0 for the others.
        number: u8,
        /// `reminder`, `overdue` or `escalated`.
        stage: String,
    },
    /// The effect of an action was looked at.
    Reviewed {
        /// Which.
        action: String,
        /// Weeks since it began.
        week: u8,
        /// What was proposed.
        advice: String,
    },
    /// The worker was invited to fill in questionnaires again.
    Invited {
        /// Which.
        instruments: Vec<String>,
    },
}

/// One case with all that happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CaseView {
    /// As a list shows it.
    #[serde(flatten)]
    pub row: CaseRow,
    /// Every limit that runs.
    pub limits: Vec<LimitRow>,
    /// To which states it can be moved now.
    pub next_states: Vec<String>,
    /// The one of these that is next on the way of a case; null where an action must move first.
    pub next_state: Option<String>,
    /// What happened, oldest first.
    pub history: Vec<LogRow>,
}

impl CaseFilter {
    /// Whether a case is one of those.
    #[must_use]
    pub fn passes(&self, row: &CaseRow) -> bool {
        let is = |wanted: &Option<String>, found: &String| wanted.as_ref().is_none_or(|wanted| wanted == found);
        is(&self.site, &row.site)
            && is(&self.level, &row.level)
            && is(&self.state, &row.state)
            && self.person.as_ref().is_none_or(|person| row.people().any(|known| known == person))
            && (!self.is_overdue || row.next.as_ref().is_some_and(|limit| limit.is_over))
            && (row.ended_at.is_none() || self.wants_ended())
    }

    /// Whether cases that have ended are wanted, too: who asks for an ended state wants to see what ended in it.
    #[must_use]
    pub fn wants_ended(&self) -> bool {
        self.has_ended || self.state.as_deref().and_then(CaseState::parse).is_some_and(CaseState::is_final)
    }
}

impl CaseRow {
    /// Who leads it, and who carries out its actions.
    pub fn people(&self) -> impl Iterator<Item = &String> {
        self.in_charge.iter().chain(self.actions.iter().filter_map(|action| action.assignee.as_ref()))
    }

    /// Whether a reader may see a field of it.
    #[must_use]
    pub fn shows(&self, reader: &Reader, field: Field) -> bool {
        let people: Vec<PersonId> = self.people().filter_map(|person| PersonId::parse(person).ok()).collect();
        let is_opened = self.is_crisis() && reader.opened.contains(&self.case_id);
        SiteId::parse(&self.site)
            .is_ok_and(|site| reader.may_see(field, &site, &people) || (is_opened && reader.may_open(field, &site)))
    }

    /// What a reader who sees that there is this crisis could open of it in an emergency; nothing of any other case.
    #[must_use]
    pub fn openable(&self, reader: &Reader) -> Vec<Field> {
        let Ok(site) = SiteId::parse(&self.site) else { return Vec::new() };
        if !self.is_crisis() || self.ended_at.is_some() || !self.shows(reader, Field::Case) {
            return Vec::new();
        }
        let is_closed = |field: &Field| reader.may_open(*field, &site) && !self.shows(reader, *field);
        [Field::Evidence, Field::Answers, Field::Notes].into_iter().filter(is_closed).collect()
    }

    fn is_crisis(&self) -> bool {
        Level::parse(&self.level) == Some(Level::L4)
    }
}
