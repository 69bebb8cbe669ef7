//! The only reader of system time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::Timestamp;

/// Where "now" comes from.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The system's clock.
    System,
    /// A clock that somebody sets, in microseconds since 1970; replay and the demo use it.
    Set(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `now` until it is set.
    #[must_use]
    pub fn set_at(now: Timestamp) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now.as_microsecond())))
    }

    /// The present moment.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the system's clock")]
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => Timestamp::now(),
            Self::Set(micros) => Timestamp::from_microsecond(micros.load(Ordering::Acquire)).unwrap_or(Timestamp::MAX),
        }
    }

    /// Moves a set clock forward; it never goes back, and the system's clock is not touched.
    pub fn advance_to(&self, now: Timestamp) {
        match self {
            Self::System => {}
            Self::Set(micros) => {
                micros.fetch_max(now.as_microsecond(), Ordering::AcqRel);
            }
        }
    }
}
