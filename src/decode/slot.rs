//! One field of an item: absent, read, or of the wrong shape; and what it takes to become a value.
//!
//! A field of the wrong shape is kept as such until somebody asks for it. A field that nobody asks
//! for is unknown to that kind of item, whatever it holds, and is counted.

use std::borrow::Cow;
use std::mem;
use std::ops::RangeInclusive;

use super::stamp;
use crate::domain::ids::{DeviceId, NameError, WorkerId};
use crate::domain::rejection::Reason;
use crate::domain::{Date, Timestamp};

/// A text, borrowed from the payload unless it holds escapes.
pub(super) type Text<'a> = Cow<'a, str>;

/// Why an item or a payload is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) reason: Reason,
    pub(super) detail: String,
}

impl Problem {
    pub(super) fn new(reason: Reason, detail: impl Into<String>) -> Self {
        Self { reason, detail: detail.into() }
    }

    pub(super) fn missing(name: &str) -> Self {
        Self::new(Reason::MissingField, format!("{name} is missing"))
    }
}

/// A field.
#[derive(Debug, Default)]
pub(super) enum Slot<T> {
    /// Not there, or null, or already taken.
    #[default]
    Absent,
    /// There.
    Got(T),
    /// There, but of another shape; the text ends a sentence that begins with the field's name.
    Wrong(String),
}

impl<T> Slot<T> {
    pub(super) const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Takes the value of the field `name`, where it is there.
    pub(super) fn optional(&mut self, name: &str) -> Result<Option<T>, Problem> {
        match mem::take(self) {
            Self::Absent => Ok(None),
            Self::Got(value) => Ok(Some(value)),
            Self::Wrong(how) => Err(Problem::new(Reason::BadShape, format!("{name} {how}"))),
        }
    }

    /// Takes the value of the field `name`.
    pub(super) fn required(&mut self, name: &str) -> Result<T, Problem> {
        self.optional(name)?.ok_or_else(|| Problem::missing(name))
    }
}

impl Slot<f64> {
    /// Takes a number that must lie in `range`.
    pub(super) fn within(&mut self, name: &str, range: RangeInclusive<f64>) -> Result<Option<f64>, Problem> {
        match self.optional(name)? {
            Some(value) => in_range(name, value, &range).map(Some),
            None => Ok(None),
        }
    }

    /// Takes a whole number that must lie in `range`.
    pub(super) fn whole(&mut self, name: &str, range: RangeInclusive<u32>) -> Result<Option<u32>, Problem> {
        let Some(value) = self.within(name, f64::from(*range.start())..=f64::from(*range.end()))? else {
            return Ok(None);
        };
        if value.fract().abs() > 0.0 {
            return Err(Problem::new(Reason::BadShape, format!("{name} {value} is not a whole number")));
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it lies in a range of u32")]
        let whole = value as u32;
        Ok(Some(whole))
    }
}

/// Refuses a number outside `range`.
pub(super) fn in_range(name: &str, value: f64, range: &RangeInclusive<f64>) -> Result<f64, Problem> {
    if range.contains(&value) {
        return Ok(value);
    }
    let (low, high) = (range.start(), range.end());
    Err(Problem::new(Reason::OutOfRange, format!("{name} {value} is outside {low}..={high}")))
}

impl Slot<Text<'_>> {
    /// Takes a time stamp.
    pub(super) fn timestamp(&mut self, name: &str) -> Result<Option<Timestamp>, Problem> {
        self.parsed(name, stamp::timestamp, bad_stamp)
    }

    /// Takes a time stamp that must be there.
    pub(super) fn required_timestamp(&mut self, name: &str) -> Result<Timestamp, Problem> {
        self.timestamp(name)?.ok_or_else(|| Problem::missing(name))
    }

    /// Takes a time stamp that must be there, and its date by its own clock.
    pub(super) fn required_dated_timestamp(&mut self, name: &str) -> Result<(Timestamp, Date), Problem> {
        self.parsed(name, stamp::dated_timestamp, bad_stamp)?.ok_or_else(|| Problem::missing(name))
    }

    /// Takes a date that must be there.
    pub(super) fn required_date(&mut self, name: &str) -> Result<Date, Problem> {
        self.parsed(name, stamp::date, bad_stamp)?.ok_or_else(|| Problem::missing(name))
    }

    /// Takes a worker's name.
    pub(super) fn worker(&mut self) -> Result<Option<WorkerId>, Problem> {
        self.parsed("worker", WorkerId::parse, bad_name)
    }

    /// Takes a band's name.
    pub(super) fn device(&mut self) -> Result<Option<DeviceId>, Problem> {
        self.parsed("device", DeviceId::parse, bad_name)
    }

    fn parsed<V, E>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<V, E>,
        problem: impl FnOnce(&str, &str, E) -> Problem,
    ) -> Result<Option<V>, Problem> {
        match self.optional(name)? {
            Some(text) => parse(&text).map(Some).map_err(|error| problem(name, &text, error)),
            None => Ok(None),
        }
    }
}

fn bad_stamp(name: &str, text: &str, error: stamp::StampError) -> Problem {
    Problem::new(Reason::BadTimestamp, format!("{name} {} {error}", quoted(text)))
}

fn bad_name(name: &str, _: &str, error: NameError) -> Problem {
    Problem::new(Reason::BadShape, format!("{name} {error}"))
}

/// What the source wrote, in quotes, short enough for a receipt.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
