//! The life of a case: when one opens, rises, is revised, moves on and ends.
//!
//! A worker's case book and what was just found, or what somebody wants done, go in; facts
//! ([`CaseChange`](crate::domain::case::CaseChange)) come out, and [`apply`] is the only way a fact
//! changes the book, in service as after a restart. One episode opens one case: new evidence joins the
//! open case, and after it ends the cool-down keeps the same finding from opening the next.
//!
//! [`deadlines`] says by when each step of a case is due, by the [`calendar`] of its site.
//!
//! Nothing here looks at readings, words a sentence or knows how anybody is told.

mod apply;
pub mod calendar;
pub mod care;
mod command;
pub mod deadlines;
mod decide;
pub mod effect;
pub mod library;
pub mod organisation;
pub mod rescreening;
mod transitions;

pub use apply::apply;
pub use command::{command, progress};
pub use decide::{Situation, Timing, decide, ended};
pub use transitions::{Refusal, TRANSITIONS, next_states, permitted_states};

#[cfg(test)]
mod life_tests;
