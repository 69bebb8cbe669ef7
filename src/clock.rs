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

    /// The present moment, and what the machine's clock says, both of one look.
    #[must_use]
    pub fn now_and_wall(&self) -> (Timestamp, Timestamp) {
        match self {
            Self::Guarded(guarded) => guarded.with(|guard, look| (guard.now(look), look.wall)),
            Self::System | Self::Set(_) => {
                let now = self.now();
                (now, now)
            }
        }
    }

    /// What the machine's clock says, believed or not: for signatures, which others hold against theirs.
    #[must_use]
    pub fn wall(&self) -> Timestamp {
        match self {
            Self::System => wall(),
            Self::Guarded(guarded) => guarded.source.look().wall,
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
mod tests {
    use super::*;
    use proptest::prelude::*;

    const BEGIN: Timestamp = Timestamp::constant(1_767_225_600, 0);

    fn guard() -> Guard {
        Guard::new(Settings::default())
    }

    /// The clocks so many seconds after the begin.
    fn look(wall_s: i64, passed_s: u64) -> Look {
        Look { wall: BEGIN + SignedDuration::from_secs(wall_s), passed: Duration::from_secs(passed_s) }
    }

    fn now(guard: &mut Guard, wall_s: i64, passed_s: u64) -> i64 {
        guard.now(look(wall_s, passed_s)).duration_since(BEGIN).as_secs()
    }

    #[test]
    fn a_clock_that_is_moved_a_little_is_believed() {
        let mut guard = guard();
        assert_eq!(now(&mut guard, 0, 0), 0);
        assert_eq!(now(&mut guard, 70, 10), 70, "sixty seconds more than passed");
        assert_eq!(now(&mut guard, 20, 20), 20, "sixty seconds less");
        assert_eq!(guard.step(), None);
    }

    #[test]
    fn while_a_step_waits_time_goes_on_as_it_passes() {
        for step in [3_600, -3_600, 61, -61] {
            let mut guard = guard();
            now(&mut guard, 100, 0);
            assert_eq!(now(&mut guard, 110 + step, 10), 110);
            assert_eq!(guard.step(), Some(SignedDuration::from_secs(step)));
            assert_eq!(now(&mut guard, 5_000 + step, 4_900), 5_000, "for as long as it takes");
        }
    }

    #[test]
    fn a_clock_that_comes_back_is_believed_without_asking() {
        let mut guard = guard();
        now(&mut guard, 0, 0);
        now(&mut guard, 86_410, 10);
        assert_eq!(now(&mut guard, 25, 20), 25);
        assert_eq!(guard.step(), None);
    }

    #[test]
    fn an_accepted_step_is_time_from_then_on() {
        let mut guard = guard();
        now(&mut guard, 0, 0);
        now(&mut guard, 3_610, 10);
        assert_eq!(guard.accept(look(3_611, 11)), Some(SignedDuration::from_secs(3_600)));
        assert_eq!(now(&mut guard, 3_620, 20), 3_620);
        assert_eq!(guard.accept(look(3_621, 21)), None, "nothing waits any more");
    }

    #[test]
    fn a_machine_that_slept_looks_like_one_whose_clock_was_set() {
        let mut guard = guard();
        now(&mut guard, 0, 0);
        assert_eq!(now(&mut guard, 8 * 3_600, 1), 1);
        assert!(guard.step().is_some());
    }

    #[test]
    fn the_first_look_is_believed_and_the_end_of_time_is_no_panic() {
        let mut guard = guard();
        let far = Look { wall: Timestamp::MAX, passed: Duration::MAX };
        assert_eq!(guard.now(far), Timestamp::MAX);
        guard.now(Look { wall: Timestamp::MIN, passed: Duration::ZERO });
        assert!(guard.accept(Look { wall: Timestamp::MIN, passed: Duration::ZERO }).is_some());
        assert_eq!(guard.now(far), Timestamp::MAX, "all time has passed");
    }

    #[test]
    fn a_set_pair_of_clocks_steps_and_is_accepted() {
        let (wall, passed) = (Arc::new(AtomicI64::new(BEGIN.as_microsecond())), Arc::new(AtomicI64::new(0)));
        let source = Source::Set { wall: Arc::clone(&wall), passed: Arc::clone(&passed) };
        let clock = Clock::guarded(Settings::default(), source);
        assert_eq!((clock.now(), clock.step()), (BEGIN, None));
        let hour = SignedDuration::from_hours(1);
        wall.fetch_add(3_600_000_000, Ordering::AcqRel);
        assert_eq!((clock.now(), clock.step()), (BEGIN, Some(hour)));
        assert_eq!(clock.wall(), BEGIN + hour, "the wall shows it all the same");
        assert_eq!(clock.now_and_wall(), (clock.now(), BEGIN + hour));
        assert_eq!(clock.accept_step(), Some(hour));
        assert_eq!((clock.now(), clock.step(), clock.accept_step()), (BEGIN + hour, None, None));
    }

    proptest! {
        /// Whatever the wall says, the moment is never further from the time that passed than one step
        /// for each look, and a waiting step alone never moves it.
        #[test]
        fn no_look_moves_time_by_more_than_what_passed_and_one_step(
            looks in prop::collection::vec((0_u64..100, -200_i64..200), 1..60),
        ) {
            let mut guard = guard();
            let mut last = now(&mut guard, 0, 0);
            let mut passed = 0;
            for (more, moved) in looks {
                passed += more;
                let wall = i64::try_from(passed).unwrap() + moved;
                let here = now(&mut guard, wall, passed);
                let since = here - last - i64::try_from(more).unwrap();
                prop_assert!(since.abs() <= 60, "{since}");
                if guard.step().is_some() {
                    prop_assert_eq!(since, 0);
                }
                last = here;
            }
        }
    }
}
