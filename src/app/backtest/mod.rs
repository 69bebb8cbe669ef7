//! What other rules would have done: the same past judged under two rule files.
//!
//! In come a recorded feed ([`recorded`]) or the stored histories of a service ([`stored`]), and two
//! sets of engine settings; out comes a [`Report`]: the cases under either, side by side, their rates,
//! and how many of them chance alone would open ([`chance`]). Nothing is written to a store, nothing
//! is sent, and a running service only hands out what it has on disk.
//!
//! In both ways the actions of a case are taken as done when they are due. What was really done
//! depended on the rules of then; and without an end no case would ever be followed by another.
//!
//! Workers are looked at on all cores ([`crowd`]); how many there are changes nothing in the report.

pub mod cases;
pub mod chance;
pub mod crowd;
pub mod healthy;
mod json;
pub mod recorded;
pub mod report;
pub mod stored;

pub use json::{per_100, to_json};
pub use report::Report;

use crate::domain::history::WorkerHistory;
use crate::domain::ids::WorkerNumber;
use crate::domain::{Date, SignedDuration};
use crate::engine;
use crate::engine::lookback::{Change, LookBack, Span};
use cases::{Case, Cases};

/// The days of a year, for rates.
pub const DAYS_A_YEAR: f64 = 365.25;

/// Two sets of settings side by side, or what they led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sides<T> {
    /// Of the rule file in force.
    pub old: T,
    /// Of the new rule file.
    pub new: T,
}

impl<T> Sides<T> {
    /// The same done with both.
    pub fn map<U>(self, mut make: impl FnMut(T) -> U) -> Sides<U> {
        Sides { old: make(self.old), new: make(self.new) }
    }

    /// Both by reference.
    pub const fn as_ref(&self) -> Sides<&T> {
        Sides { old: &self.old, new: &self.new }
    }
}

/// How long after a case the same finding opens no other.
#[must_use]
pub fn cool_down(engine: &engine::Settings) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(engine.rules.cool_down_days()))
}

/// A worker's past under the rule file in force, and under the new one.
pub type Past<'a> = LookBack<'a, 2>;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What the engine computes with.
    pub engines: Sides<engine::Settings>,
    /// Cases opened before this day are not counted.
    pub from: Option<Date>,
    /// Cases opened after this day are not counted.
    pub to: Option<Date>,
    /// How often every worker's healthy nights are drawn; 0 leaves chance out.
    pub repeats: u32,
    /// What the draws start from: the same seed gives the same figures.
    pub seed: u64,
}

impl Plan {
    /// A look back on the days of `span` under both rule files.
    #[must_use]
    pub fn look_back<'a>(&'a self, worker: WorkerNumber, history: &'a WorkerHistory, span: Span) -> Past<'a> {
        LookBack::new(worker, history, span, [&self.engines.old, &self.engines.new])
    }

    /// The cases that such a look back found.
    #[must_use]
    pub fn cases(&self, [old, new]: &[Vec<Change>; 2]) -> Sides<Vec<Case>> {
        let Sides { old: in_force, new: other } = &self.engines;
        Sides { old: Cases::of(old, cool_down(in_force)), new: Cases::of(new, cool_down(other)) }
    }

    /// Whether a day is one of those that are counted.
    #[must_use]
    pub fn counts(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }

    /// How many of the days `first..=last` are counted.
    #[must_use]
    pub fn days(&self, first: Date, last: Date) -> u32 {
        let first = self.from.map_or(first, |from| from.max(first));
        let last = self.to.map_or(last, |to| to.min(last));
        let hours = first.duration_until(last).as_hours();
        u32::try_from(hours / 24 + 1).unwrap_or(0)
    }
}
