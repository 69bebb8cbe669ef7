//! Facts applied to a case book.

use crate::domain::alert::AlertKind;
use crate::domain::case::{CaseBook, CaseChange, ClosedCase};

/// Applies a fact to the book it was decided from.
///
/// A fact that does not fit the book (a case that is not open) changes nothing: facts come from the
/// journal, and a book must never stop a start.
pub fn apply(book: &mut CaseBook, change: &CaseChange) {
    match change {
        CaseChange::Opened { case } => {
            book.episodes = book.episodes.max(case.episode);
            book.open = Some(case.clone());
        }
        CaseChange::RaisedAgain { told, actions, .. } => {
            if let Some(case) = &mut book.open {
                case.told = told.clone();
                case.actions.clone_from(actions);
                case.events += 1;
                case.said = AlertKind::RaisedAgain;
            }
        }
        CaseChange::Revised { told, on } => {
            if let Some(case) = &mut book.open {
                case.told = told.clone();
                case.revised_on = Some(*on);
                case.events += 1;
                case.said = AlertKind::Revised;
            }
        }
        CaseChange::ActionMoved { action, step, at } => {
            let actions = book.open.iter_mut().flat_map(|case| &mut case.actions);
            for moved in actions.filter(|a| a.id == *action) {
                moved.step = *step;
                moved.moved_at = *at;
            }
        }
        CaseChange::Closed { at } => {
            if let Some(case) = book.open.take() {
                book.closed = Some(ClosedCase { case, closed_at: *at });
            }
        }
    }
}
