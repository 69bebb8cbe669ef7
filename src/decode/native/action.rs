//! Items of the stream `actions`: what became of a requested action.

use super::super::slot::{Problem, Text};
use super::super::wire::{Notes, record};
use super::Outcome;
use super::reading::unlisted;
use crate::domain::case::{ActionId, ActionStep};
use crate::domain::item::{ActionProgress, Item};
use crate::domain::rejection::Reason;

/// The longest note, in characters.
pub(in crate::decode) const MAX_NOTE_CHARS: usize = 2_000;

record! {
    /// The fields of an action's progress.
    ActionFields { action_id: Text<'a>, state: Text<'a>, at: Text<'a>, note: Text<'a> }
}

/// Makes an action's progress of its fields.
pub(super) fn make(fields: &mut ActionFields<'_>, _: &mut Notes) -> Outcome {
    let id = fields.action_id.required("action_id")?;
    let action =
        ActionId::parse(&id).map_err(|error| Problem::new(Reason::UnknownAction, format!("action_id {error}")))?;
    let state = fields.state.required("state")?;
    let Some(step) = ActionStep::REPORTED.into_iter().find(|step| step.as_str() == state) else {
        return Err(unlisted("state", &state, ActionStep::REPORTED.map(ActionStep::as_str)));
    };
    let at = fields.at.required_timestamp("at")?;
    let note = fields.note.optional("note")?;
    let length = note.as_ref().map_or(0, |note| note.chars().count());
    if length > MAX_NOTE_CHARS {
        let detail = format!("note is {length} characters long, at most {MAX_NOTE_CHARS} are taken");
        return Err(Problem::new(Reason::OutOfRange, detail));
    }
    let note = note.map(Text::into_owned);
    Ok((None, Item::Progress(ActionProgress { action, step, at, source: None, note })))
}
