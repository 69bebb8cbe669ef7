//! Where a list goes on: the place of the last case that was shown, in the order of the list.
//!
//! A place and not a number, so that a case that is opened or ended meanwhile neither hides another nor
//! shows it twice.

use std::cmp::Reverse;

use super::super::problem::Problem;
use super::super::view::CaseRow;
use crate::domain::Timestamp;

/// The place of a case in the list: what has not ended first, then by level, time left, and name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Cursor {
    has_ended: bool,
    level: Reverse<String>,
    due: Timestamp,
    case: String,
}

impl Cursor {
    /// The place of a case.
    pub(super) fn of(row: &CaseRow) -> Self {
        let due = row.next.as_ref().and_then(|limit| limit.due.parse().ok()).unwrap_or(Timestamp::MAX);
        Self { has_ended: row.ended_at.is_some(), level: Reverse(row.level.clone()), due, case: row.case_id.clone() }
    }

    /// As text that says nothing to anybody else.
    pub(super) fn encode(&self) -> String {
        let Self { has_ended, level: Reverse(level), due, case } = self;
        let plain = format!("{} {level} {due} {case}", u8::from(*has_ended));
        plain.bytes().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A place that was given out before.
    pub(super) fn parse(text: &str) -> Result<Self, Problem> {
        decode(text).ok_or_else(|| Problem::Malformed("cursor is none that an answer held as next".to_owned()))
    }
}

fn decode(text: &str) -> Option<Cursor> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    let byte = |at: usize| u8::from_str_radix(&text[at..at + 2], 16).ok();
    let plain = String::from_utf8((0..text.len()).step_by(2).map(byte).collect::<Option<_>>()?).ok()?;
    let mut parts = plain.split(' ');
    let (Some(ended), Some(level), Some(due), Some(case), None) =
        (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return None;
    };
    let has_ended = match ended {
        "0" => false,
        "1" => true,
        _ => return None,
    };
    Some(Cursor { has_ended, level: Reverse(level.to_owned()), due: due.parse().ok()?, case: case.to_owned() })
}
