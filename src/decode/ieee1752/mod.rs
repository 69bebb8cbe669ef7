//! IEEE 1752.1 and Open mHealth: a data point or data series goes in, readings come out.
//!
//! Its `header` names the schema, its `body` is an object of that schema or a list of them; keys are
//! `snake_case` or `camelCase`. Since the header may come last, both are read at the item's end, a
//! series element by element, so that no list takes many times its size in memory. Never does a stamp
//! pass without offset or a value without unit, and never is one measure taken for another.
//!
//! Sources: IEEE Std 1752.1-2021; Open mHealth `header`, `sleep-episode`, `rr-interval` and `heart-rate`.
//! Of `heart-rate-variability` no schema was published: read are the forms that libraries write.

mod beats;
mod header;
mod heart;
mod sleep;
#[cfg(test)]
mod tests;
mod time;
mod unit;

use std::ops::Range;
use std::sync::Arc;

use super::cursor::Cursor;
use super::message::meaningless;
use super::slot::{Problem, Slot, Text};
use super::wire::{Later, Notes, Read, Record, Shape};
use crate::domain::ids::{SourceId, WorkerId};
use crate::domain::item::Item;
use crate::domain::reading::Reading;
use crate::domain::rejection::Reason;
use header::{Header, Schema};

/// An item of that shape, not yet looked into.
#[derive(Debug)]
pub(super) struct DataPoint<'a> {
    pub(super) header: Later<'a>,
    pub(super) body: Later<'a>,
    /// Not part of the format, but understood where a gateway adds it.
    pub(super) worker: Slot<Text<'a>>,
}

/// What a data point or data series holds.
#[derive(Debug)]
pub(super) struct Taken {
    /// Whose it is, where the item says so.
    pub(super) worker: Option<WorkerId>,
    /// Of a series: the text before a part of its body that makes the part a message again.
    pub(super) opening: Option<Arc<str>>,
    /// The readings, and what was refused of a series.
    pub(super) parts: Vec<Part>,
    /// Whether there was more than there is room for; the rest was not read.
    pub(super) is_over: bool,
}

/// One reading, or why it is none.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) outcome: Result<Item, Problem>,
    /// Its place in the text of the body.
    pub(super) place: Range<usize>,
}

/// Takes a data point or data series apart, into at most `room` parts.
///
/// # Errors
/// Why the whole item is refused; of a series that is only what concerns all of it.
pub(super) fn take(
    mut point: DataPoint<'_>,
    source: &SourceId,
    room: usize,
    notes: &mut Notes,
) -> Result<Taken, Problem> {
    let header = Header::read(point.header, source, notes)?;
    let named = point.worker.worker()?;
    let revision = header.revision;
    let mut body = Body { text: point.body, room, parts: Vec::new(), is_over: false };
    match header.schema {
        Schema::SleepEpisode => body.each(notes, |fields, notes| sleep::make(fields, revision, notes))?,
        Schema::HeartRate => heart::take_rates(&mut body, notes)?,
        Schema::HeartRateVariability => body.each(notes, heart::variability)?,
        Schema::RrInterval => beats::take(&mut body, notes)?,
    }
    let opening = body.is_series().then(|| header.opening(named.as_ref()).into());
    Ok(Taken { worker: header.worker.or(named), opening, parts: body.parts, is_over: body.is_over })
}

/// One element of a body.
struct Element {
    /// Its number in the series; `None` for the body of a data point.
    number: Option<usize>,
    /// Its place in the text of the body.
    place: Range<usize>,
}

/// A body that is being taken apart.
struct Body<'a> {
    text: Later<'a>,
    room: usize,
    parts: Vec<Part>,
    is_over: bool,
}

impl<'a> Body<'a> {
    fn is_series(&self) -> bool {
        self.text.text.starts_with('[')
    }

    fn push(&mut self, outcome: Result<Item, Problem>, place: Range<usize>) {
        if self.parts.len() < self.room {
            self.parts.push(Part { outcome, place });
        } else {
            self.is_over = true;
        }
    }

    /// Keeps a refusal, with where in the item it is.
    fn refuse(&mut self, problem: Problem, element: Element) {
        let detail = match element.number {
            Some(number) => format!("body[{number}]: {}", problem.detail),
            None => format!("body: {}", problem.detail),
        };
        self.push(Err(Problem::new(problem.reason, detail)), element.place);
    }

    /// Makes a reading of each element.
    fn each<R: Record<'a> + Shape<'a>>(
        &mut self,
        notes: &mut Notes,
        make: impl Fn(&mut R, &mut Notes) -> Result<Reading, Problem>,
    ) -> Result<(), Problem> {
        self.walk(notes, make, |body, outcome, element| match outcome {
            Ok(reading) => body.push(Ok(Item::Reading(reading)), element.place),
            Err(problem) => body.refuse(problem, element),
        })
    }

    /// Reads the elements one by one, a data point being a series of one, and gives each to `take`.
    fn walk<R: Record<'a> + Shape<'a>, T>(
        &mut self,
        notes: &mut Notes,
        make: impl Fn(&mut R, &mut Notes) -> Result<T, Problem>,
        mut take: impl FnMut(&mut Self, Result<T, Problem>, Element),
    ) -> Result<(), Problem> {
        let Later { text, depth } = self.text;
        if !self.is_series() {
            let made = self.text.read(notes).map_err(|error| meaningless(&error)).and_then(|s| of(s, notes, &make));
            take(self, made, Element { number: None, place: 0..text.len() });
            return Ok(());
        }
        if notes.is_too_deep(depth) {
            return Ok(());
        }
        let mut cursor = Cursor { text, at: 1 };
        for number in 0.. {
            if self.is_over || matches!(cursor.peek(), Some(b']') | None) {
                break;
            }
            let start = cursor.at;
            let mut own = notes.fresh();
            let read = match cursor.read(Read::<R>::new(&mut own, depth + 1)) {
                Ok(slot) => of(slot, &mut own, &make),
                Err(error) => {
                    cursor.skip().map_err(|error| meaningless(&error))?;
                    Err(meaningless(&error))
                }
            };
            notes.add_unknown_of(&mut own);
            let outcome = own.fatal.map_or(read, |detail| Err(Problem::new(Reason::BadShape, detail)));
            take(self, outcome, Element { number: Some(number), place: start..cursor.at });
            cursor.eat(b',');
        }
        Ok(())
    }
}

/// Makes something of one element.
fn of<'a, R: Record<'a>, T>(
    slot: Slot<R>,
    notes: &mut Notes,
    make: impl Fn(&mut R, &mut Notes) -> Result<T, Problem>,
) -> Result<T, Problem> {
    match slot {
        Slot::Got(mut fields) => {
            let made = make(&mut fields, notes)?;
            notes.add_untaken(&fields);
            Ok(made)
        }
        Slot::Wrong(how) => Err(Problem::new(Reason::BadShape, how)),
        Slot::Absent => Err(Problem::new(Reason::BadShape, "is null, an object is expected")),
    }
}
