//! The words for the life of a case: its states, time limits, what is done to it and by whom.

use std::fmt;

use super::Timestamp;
use super::alert::{Level, RuleId};
use super::case::{ActionKind, ActionStep, CaseId};
use super::named::named;
use super::person::{Actor, PersonId};
use super::screening::Instrument;

named! {
    /// How far a case is.
    ///
    /// # Source
    /// Domain reference, section 8.2.
    CaseState {
        /// Nobody has taken it yet.
        Open => "open",
        /// Somebody has taken it.
        Acknowledged => "acknowledged",
        /// Occupational health has spoken with the worker or judged the evidence.
        Assessed => "assessed",
        /// It is agreed what will be done.
        Planned => "planned",
        /// At least one action is live.
        InAction => "in_action",
        /// The actions have run; whether they helped is watched.
        FollowUp => "follow_up",
        /// Somebody else treats; whether it helped is still watched.
        Referred => "referred",
        /// Ended after its follow-up.
        Closed => "closed",
        /// Ended: the worker wants nothing more to be done.
        DeclinedByWorker => "declined_by_worker",
        /// Ended: nothing at work has to do with it.
        NotWorkRelated => "not_work_related",
        /// Ended: what it rested on was wrong.
        DataError => "data_error",
    }
}

impl CaseState {
    /// Whether nothing more is to come.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::DeclinedByWorker | Self::NotWorkRelated | Self::DataError)
    }
}

named! {
    /// What has a time limit.
    ///
    /// # Source
    /// Domain reference, section 8.2, the columns of its table.
    Milestone {
        /// Somebody takes the case.
        Acknowledge => "acknowledge",
        /// Occupational health gets in touch.
        Assess => "assess",
        /// What to do is agreed.
        Plan => "plan",
        /// The first action is live.
        FirstAction => "first_action",
        /// Somebody asks whether it helps.
        FollowUp => "follow_up",
        /// The case is looked at as a whole and ended.
        CloseReview => "close_review",
    }
}

named! {
    /// How much of a time limit is used up when somebody is told.
    Stage {
        /// The limit is near.
        Reminder => "reminder",
        /// The limit is over: 100 %.
        Overdue => "overdue",
        /// It is over by half: 150 %.
        Escalated => "escalated",
    }
}

impl Stage {
    /// How much of the limit is used up when it is told.
    ///
    /// # Source
    /// Domain reference, section 8.2, for 100 and 150 %; the reminder is our own choice.
    #[must_use]
    pub const fn used_percent(self) -> u32 {
        match self {
            Self::Reminder => 75,
            Self::Overdue => 100,
            Self::Escalated => 150,
        }
    }
}

/// A time limit of a case that still runs. A milestone that was reached has none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// What has to be reached.
    pub milestone: Milestone,
    /// Which of several follow-ups, from 1; 0 for the others.
    pub number: u8,
    /// Since when the limit runs.
    pub from: Timestamp,
    /// When it is over.
    pub due: Timestamp,
    /// What was told of it last.
    pub told: Option<Stage>,
}

/// The id of a method of the library of interventions, e.g. `cbt_individual`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MethodId(Box<str>);

/// A text that cannot be the id of a method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the id of a method: 1 to 64 of a-z 0-9 _ are expected")]
pub struct MethodIdError;

impl MethodId {
    /// Checks and keeps an id.
    ///
    /// # Errors
    /// [`MethodIdError`] where the text cannot be one.
    pub fn parse(text: &str) -> Result<Self, MethodIdError> {
        let is_id = (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if is_id { Ok(Self(text.into())) } else { Err(MethodIdError) }
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MethodId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What somebody wrote, without control characters and at most 1,000 bytes long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note(Box<str>);

/// The longest note.
pub const MAX_NOTE_BYTES: usize = 1_000;

impl Note {
    /// Keeps a text: control characters become spaces, what is too long is cut. `None` of nothing.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let clean = clean.trim();
        let end = (0..=MAX_NOTE_BYTES.min(clean.len())).rev().find(|end| clean.is_char_boundary(*end))?;
        (end > 0).then(|| Self(clean[..end].into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody does to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// Moves it to another state: acknowledges, assesses, plans, refers, closes.
    Move {
        /// The state.
        to: CaseState,
    },
    /// Puts somebody in charge of the case or of one of its actions.
    Assign {
        /// Whom.
        to: PersonId,
        /// Of which action; of the whole case where none is named.
        action: Option<ActionKind>,
    },
    /// Writes something down.
    Remark,
    /// Reports how far an action is.
    Progress {
        /// Which.
        action: ActionKind,
        /// How far.
        step: ActionStep,
    },
    /// Chooses the method of an action, or another one.
    Choose {
        /// Which action.
        action: ActionKind,
        /// The method.
        method: MethodId,
    },
    /// Has asked the worker whether it helps: the next follow-up is done.
    FollowUp,
    /// Asks for a workload review where a crisis asked for none.
    RequestReview,
}

/// What somebody wants done to a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseCommand {
    /// The case.
    pub case: CaseId,
    /// Who.
    pub by: Actor,
    /// Whether they look after its site. Who does not may acknowledge a crisis, and is not put in charge.
    pub is_there: bool,
    /// What.
    pub deed: Deed,
    /// What they wrote with it.
    pub note: Option<Note>,
}

/// One line of a case's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEntry {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: Actor,
    /// What.
    pub event: LogEvent,
    /// What they wrote with it.
    pub note: Option<Note>,
}

/// What a line of a case's history says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEvent {
    /// The case was opened, or its level rose, or another crisis answer came.
    Raised(Level),
    /// It is in another state.
    Moved(CaseState),
    /// An action moved.
    Progress {
        /// Which.
        action: ActionKind,
        /// How far.
        step: ActionStep,
    },
    /// An action was added.
    ActionAdded(ActionKind),
    /// Somebody is in charge.
    Assigned {
        /// Who.
        to: PersonId,
        /// Of which action; of the whole case where none is named.
        action: Option<ActionKind>,
    },
    /// Only the note.
    Remarked,
    /// Further rules matched.
    EvidenceAdded(Vec<RuleId>),
    /// The method of an action was chosen.
    MethodChosen {
        /// Which action.
        action: ActionKind,
        /// The method.
        method: MethodId,
    },
    /// A follow-up was done.
    FollowedUp,
    /// Somebody was told of a time limit.
    Told {
        /// Which.
        milestone: Milestone,
        /// Which of several.
        number: u8,
        /// How far it was used up.
        stage: Stage,
    },
    /// The effect of an action was looked at.
    Reviewed {
        /// Which action.
        action: ActionKind,
        /// Week since it began.
        week: u8,
        /// What was proposed.
        advice: Advice,
    },
    /// The worker was invited to fill in questionnaires again.
    Invited(Vec<Instrument>),
}

named! {
    /// What is proposed after the effect of an action was looked at.
    ///
    /// # Source
    /// Domain reference, section 8.4.
    Advice {
        /// Go on as it is.
        Maintain => "maintain",
        /// The same, more of it.
        Intensify => "intensify",
        /// Another method of the same step.
        Switch => "switch",
        /// A method of the next step.
        StepUp => "step_up",
        /// The case can be closed.
        Close => "close",
        /// It cannot be told: somebody has to fill in a questionnaire, or wear the wristband.
        Measure => "measure",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_cut_between_characters_and_holds_no_control_character() {
        assert_eq!(Note::of("a\nb\u{7}").unwrap().as_str(), "a b");
        assert_eq!(Note::of(" \n "), None);
        let long = Note::of(&"\u{10ffff}".repeat(400)).unwrap();
        assert!(long.as_str().len() <= MAX_NOTE_BYTES && long.as_str().chars().all(|c| c == '\u{10ffff}'));
    }
}
