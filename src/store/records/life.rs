//! The life of a case: states, time limits, who did what and when, and the facts by which it moves.

use super::RecordError;
use super::codec::{Reader, Stored, Writer, choices, codes, names, record, taken};
use crate::domain::alert::AlertKind;
use crate::domain::case::{Action, ActionKind, CaseBook, CaseChange, CaseFact, ClosedCase, Finding, Invited, OpenCase};
use crate::domain::life::{
    Advice, CaseCommand, CaseState, Deadline, Deed, LogEntry, LogEvent, MethodId, Milestone, Note, Stage,
};
use crate::domain::person::{Actor, PersonId, Role};

names!(PersonId, MethodId);

impl Stored for Note {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        w.text(self.as_str());
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let text = String::take(r)?;
        Self::of(&text).ok_or_else(|| r.unreadable("an empty note"))
    }
}

codes! {
    ActionKind { WorkloadReview = 0, Counseling = 1 }
    AlertKind { Raised = 0, RaisedAgain = 1, Revised = 2, Closed = 3 }
    CaseState {
        Open = 0, Acknowledged = 1, Assessed = 2, Planned = 3, InAction = 4, FollowUp = 5, Referred = 6, Closed = 7,
        DeclinedByWorker = 8, NotWorkRelated = 9, DataError = 10,
    }
    Milestone { Acknowledge = 0, Assess = 1, Plan = 2, FirstAction = 3, FollowUp = 4, CloseReview = 5 }
    Stage { Reminder = 0, Overdue = 1, Escalated = 2 }
    Advice { Maintain = 0, Intensify = 1, Switch = 2, StepUp = 3, Close = 4, Measure = 5 }
    Role {
        Physician = 0, Counsellor = 1, DutyClinician = 2, OhLead = 3, OhHead = 4, Manager = 5, SafetyCommittee = 6,
        Operator = 7, Administrator = 8,
    }
}

record! {
    Action { id, kind, step, due, moved_at, assignee, started_at, method, tried, reviewed_week }
    Finding { level, rules, hrv, is_sleep_poor, is_exposed }
    Deadline { milestone, number, from, due, told }
    Invited { instrument, on }
    LogEntry { at, by, event, note }
    OpenCase {
        id, episode, opened_at, raised_at, state, in_charge, deadlines, invited, log, told, rules, actions, events,
        said, revised_on, grounds since 3,
    }
    ClosedCase { case, closed_at }
    CaseBook { episodes, open, closed }
    CaseCommand { case, by, is_there, deed, note }
}

choices! {
    Actor { Vagus = 0, Source(it) = 1, Person { id, role } = 2 }
    Deed {
        Move { to } = 0,
        Assign { to, action } = 1,
        Remark = 2,
        Progress { action, step } = 3,
        Choose { action, method } = 4,
        FollowUp = 5,
        RequestReview = 6,
    }
    LogEvent {
        Raised(it) = 0,
        Moved(it) = 1,
        Progress { action, step } = 2,
        ActionAdded(it) = 3,
        Assigned { to, action } = 4,
        Remarked = 5,
        MethodChosen { action, method } = 6,
        FollowedUp = 7,
        Told { milestone, number, stage } = 8,
        Reviewed { action, week, advice } = 9,
        Invited(it) = 10,
        EvidenceAdded(it) = 11,
    }
    CaseFact {
        Moved { to, deadlines } = 0,
        ActionMoved { action, step, reported_at } = 1,
        ActionAdded { action } = 2,
        Assigned { to, action } = 3,
        Remarked = 4,
        MethodChosen { action, method } = 5,
        FollowedUp { deadlines } = 6,
        Told { milestone, number, stage } = 7,
        Reviewed { action, week, advice, deadlines } = 8,
        Invited { instruments, on, by } = 9,
        EvidenceAdded { rules, ground since 3 } = 10,
    }
    CaseChange {
        Opened { case } = 0,
        RaisedAgain { told, actions, deadlines, at, ground since 3 } = 1,
        Revised { told, on, ground since 3 } = 2,
        Done { at, by, note, fact } = 3,
    }
}
