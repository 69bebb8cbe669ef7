//! The only reader of system time, and the guard that keeps a step of it from being taken for time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::domain::{SignedDuration, Timestamp};

/// How the system's clock is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// A step of the clock beyond this, forward or backward, waits until somebody accepts it.
    /// Default: 60 s.
    ///
    /// # Source
    /// Our own judgement: a clock that a time server disciplines is moved by far less.
    pub max_step: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { max_step: Duration::from_secs(60) }
    }
}

/// Where "now" comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system's clock.
    System,
    /// The system's clock, held against the time that passes.
    Guarded(Arc<Guarded>),
    /// A clock that somebody sets, in microseconds since 1970; replay and the demo use it.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now` until it is set.
    #[must_use]
    pub fn set_at(now: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now.as_microsecond())))
    }

    /// The system's clock with a guard, or another source's.
    #[must_use]
    pub fn guarded(settings: Settings, source: Source) -> Self {
        Self::Guarded(Arc::new(Guarded { source, guard: Mutex::new(Guard::new(settings)) }))
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => wall(),
            Self::Guarded(guarded) => guarded.with(Guard::now),
            Self::Set(micros) => timestamp(micros),
        }
    }

    /// By how much the clock stands beside the time that passed, where that waits to be accepted.
    #[must_use]
    pub fn step(&self) -> Option<SignedDuration> {
        match self {
            Self::Guarded(guarded) => guarded.with(|guard, look| {
                guard.now(look);
                guard.step()
            }),
            Self::System | Self::Set(_) => None,
        }
    }

    /// Takes the clock for right again, and tells the step that was waiting.
    pub fn accept_step(&self) -> Option<SignedDuration> {
        match self {
            Self::Guarded(guarded) => guarded.with(Guard::accept),
            Self::System | Self::Set(_) => None,
        }
    }

    /// Moves a set clock forward; it never goes back, and the system's clock is not touched.
    pub fn advance_to(&self, now: Timestamp) {
        match self {
            Self::System | Self::Guarded(_) => {}
            Self::Set(micros) => {
                micros.fetch_max(now.as_microsecond(), Ordering::AcqRel);
            }
        }
    }
}

/// A clock with its guard.
#[derive(Debug)]
pub struct Guarded {
    source: Source,
    guard: Mutex<Guard>,
}

impl Guarded {
    fn with<T>(&self, ask: impl FnOnce(&mut Guard, Look) -> T) -> T {
        let mut guard = self.guard.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at with the guard in hand, so that looks come in their order.
        let look = self.source.look();
        ask(&mut guard, look)
    }
}

/// Where a guarded clock looks.
#[derive(Debug)]
pub enum Source {
    /// At the system's two clocks.
    System {
        /// When it was made.
        since: Instant,
    },
    /// At two that a test sets, in microseconds: since 1970, and since its begin.
    Set {
        /// What the clock on the wall says.
        wall: Arc<AtomicI64>,
        /// How much time has passed.
        passed: Arc<AtomicI64>,
    },
}

impl Source {
    /// The system's clocks.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clocks")]
    pub fn system() -> Self {
        Self::System { since: Instant::now() }
    }

    fn look(&self) -> Look {
        match self {
            Self::System { since } => Look { wall: wall(), passed: since.elapsed() },
            Self::Set { wall, passed } => {
                let passed = u64::try_from(passed.load(Ordering::Acquire)).unwrap_or(0);
                Look { wall: timestamp(wall), passed: Duration::from_micros(passed) }
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
fn wall() -> Timestamp {
    Timestamp::now()
}

fn timestamp(micros: &AtomicI64) -> Timestamp {
    Timestamp::from_microsecond(micros.load(Ordering::Acquire)).unwrap_or(Timestamp::MAX)
}

/// What the two clocks of a machine say at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// The clock on the wall, which people and time servers set.
    pub wall: Timestamp,
    /// The time that has passed since some begin, which nobody sets. It stands still while the machine
    /// sleeps, so that a sleep looks like a step forward.
    pub passed: Duration,
}

/// Tells time that passed from a clock that was set.
///
/// The clock on the wall is believed as long as it moved since the last look by as much as time
/// passed, give or take the largest step. Beyond that the moment is reckoned from the last look that was
/// believed and the time that passed since, until the clock is back there or its step is accepted.
#[derive(Debug)]
pub struct Guard {
    max_step: SignedDuration,
    believed: Option<Look>,
    step: Option<SignedDuration>,
}

impl Guard {
    /// A guard that has not looked yet: what it sees first it believes, for want of anything to hold
    /// it against.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let max_step = SignedDuration::try_from(settings.max_step).unwrap_or(SignedDuration::MAX);
        Self { max_step, believed: None, step: None }
    }

    /// The moment, given what the clocks say.
    pub fn now(&mut self, look: Look) -> Timestamp {
        let expected = self.believed.map_or(look.wall, |believed| {
            let passed = look.passed.saturating_sub(believed.passed);
            believed.wall.checked_add(passed).unwrap_or(Timestamp::MAX)
        });
        let step = look.wall.duration_since(expected);
        if step.abs() > self.max_step {
            self.step = Some(step);
            return expected;
        }
        self.step = None;
        self.believed = Some(look);
        look.wall
    }

    /// The step that waits to be accepted, as of the last look.
    #[must_use]
    pub const fn step(&self) -> Option<SignedDuration> {
        self.step
    }

    /// Believes the clock as it stands, and tells the step that was waiting.
    pub fn accept(&mut self, look: Look) -> Option<SignedDuration> {
        self.now(look);
        let step = self.step.take();
        self.believed = Some(look);
        step
    }
}

#[cfg(test)]
#[path = "clock_tests.rs"]
mod tests;
