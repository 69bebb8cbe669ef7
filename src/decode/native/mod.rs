//! The payload format of the contract: the fields of one item go in, the item or a reason comes out.
//!
//! Fields that an item's kind does not know are counted, never judged. Null is as good as absent.
//! Another payload format is another folder beside this one: [`super::ieee1752`] branches off before
//! a reading is made.

mod action;
mod exposure;
mod reading;
mod screening;
mod sleep;
#[cfg(test)]
mod tests;

pub(super) use action::{ActionFields, MAX_NOTE_CHARS};
pub(super) use exposure::{ExposureFields, MAX_EVENTS};
pub(super) use reading::{
    CONTEXTS, DURATION_S, HEART_RATE_BPM, MAX_BEATS, MAX_END_MS, MAX_RR_MS, RMSSD_MS, ReadingFields, SDNN_MS, unlisted,
};
pub(super) use screening::{MAX_ANSWERS, ScreeningFields};
pub(super) use sleep::{
    MAX_AWAKENINGS, MAX_TIME_IN_BED_MIN, STAGE_TOLERANCE_MIN, STAGES, check as check_sleep, minutes,
};

use super::message::Owned;
use super::slot::{Problem, Slot};
use super::wire::{Notes, Record};
use crate::domain::rejection::Reason;

/// An item, or why it is none.
pub(super) type Outcome = Result<Owned, Problem>;

/// Makes an item of the stream `readings`.
pub(super) fn reading(fields: &mut Slot<ReadingFields<'_>>, notes: &mut Notes) -> Outcome {
    make(fields, notes, reading::make)
}

/// Makes an item of the stream `screenings`.
pub(super) fn screening(fields: &mut Slot<ScreeningFields<'_>>, notes: &mut Notes) -> Outcome {
    make(fields, notes, screening::make)
}

/// Makes an item of the stream `exposures`.
pub(super) fn exposure(fields: &mut Slot<ExposureFields<'_>>, notes: &mut Notes) -> Outcome {
    make(fields, notes, exposure::make)
}

/// Makes an item of the stream `actions`.
pub(super) fn action(fields: &mut Slot<ActionFields<'_>>, notes: &mut Notes) -> Outcome {
    make(fields, notes, action::make)
}

fn make<'a, R: Record<'a>>(
    fields: &mut Slot<R>,
    notes: &mut Notes,
    make: impl FnOnce(&mut R, &mut Notes) -> Outcome,
) -> Outcome {
    match fields {
        Slot::Got(fields) => {
            let item = make(fields, notes)?;
            notes.add_untaken(&*fields);
            Ok(item)
        }
        Slot::Wrong(how) => Err(Problem::new(Reason::BadShape, format!("the item {how}"))),
        Slot::Absent => Err(Problem::new(Reason::BadShape, "the item is null, an object is expected")),
    }
}
