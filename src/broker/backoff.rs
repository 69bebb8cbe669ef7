//! Exponential waits with full jitter, so that many clients do not come back at the same moment.

use std::time::Duration;

use super::settings::BackoffSettings;

/// So many of the longest waits are a long one, where that is no longer than [`LONG_WAIT_MS`].
const LONG_WAITS: u64 = 6;

/// The most that a long wait grows to by itself, in milliseconds: a crisis answer may be waiting at the
/// broker meanwhile. Only who sets a longer `max_ms` waits longer.
const LONG_WAIT_MS: u64 = 30_000;

/// The waits between attempts.
#[derive(Debug, Clone)]
pub struct Backoff {
    settings: BackoffSettings,
    failures: u32,
}

impl Backoff {
    /// A fresh row of waits.
    #[must_use]
    pub fn new(settings: BackoffSettings) -> Self {
        Self { settings, failures: 0 }
    }

    /// Starts from the shortest wait again, if a connection lived long enough to be called stable: longer than
    /// twice the longest wait before it, or else two clients that throw each other out would never slow down.
    pub fn forgive_after(&mut self, lived: Duration) -> bool {
        let stable_ms = self.settings.stable_after_ms.max(self.bound_ms().saturating_mul(2));
        let is_stable = lived >= Duration::from_millis(stable_ms);
        if is_stable {
            self.failures = 0;
        }
        is_stable
    }

    /// Starts from the shortest wait again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Failures since the last [`Backoff::forgive_after`] forgave them.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// The next wait: anything from nothing to a bound that doubles with every failure.
    pub fn next_wait(&mut self) -> Duration {
        let bound = self.bound_ms();
        self.failures = self.failures.saturating_add(1);
        Duration::from_millis(rand::random_range(0..=bound))
    }

    /// The next wait after something that a quick retry makes worse: the upper half of several times the
    /// longest, or of half a minute where that is shorter, though never of less than the longest.
    pub fn next_long_wait(&mut self) -> Duration {
        self.failures = self.failures.saturating_add(1);
        let longest = self.long_bound_ms();
        Duration::from_millis(rand::random_range(longest / 2..=longest))
    }

    fn long_bound_ms(&self) -> u64 {
        let max_ms = self.settings.max_ms;
        max_ms.saturating_mul(LONG_WAITS).min(max_ms.max(LONG_WAIT_MS))
    }

    fn bound_ms(&self) -> u64 {
        let factor = 1_u64.checked_shl(self.failures).unwrap_or(u64::MAX);
        self.settings.min_ms.saturating_mul(factor).min(self.settings.max_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bound_doubles_up_to_the_longest_and_starts_again_after_a_stable_connection() {
        let mut backoff = Backoff::new(BackoffSettings { min_ms: 100, max_ms: 1_000, stable_after_ms: 0 });
        let bounds: Vec<u64> = (0..6)
            .map(|_| {
                let bound = backoff.bound_ms();
                assert!(backoff.next_wait() <= Duration::from_millis(bound));
                bound
            })
            .collect();
        assert_eq!(bounds, [100, 200, 400, 800, 1_000, 1_000]);
        assert!(!backoff.forgive_after(Duration::from_millis(1_999)), "shorter than twice the longest wait");
        assert_eq!(backoff.bound_ms(), 1_000);
        assert!(backoff.forgive_after(Duration::from_millis(2_000)));
        assert_eq!(backoff.bound_ms(), 100);
    }

    #[test]
    fn many_failures_do_not_overflow() {
        let mut backoff = Backoff::new(BackoffSettings::default());
        for _ in 0..200 {
            assert!(backoff.next_wait() <= Duration::from_secs(5));
        }
        assert_eq!(backoff.failures(), 200);
    }

    #[test]
    fn long_wait_is_in_the_upper_half() {
        let mut backoff = Backoff::new(BackoffSettings::default());
        let wait = backoff.next_long_wait();
        assert!(wait >= Duration::from_secs(15) && wait <= Duration::from_secs(30), "{wait:?}");
    }

    #[test]
    fn long_wait_is_half_a_minute_at_most_unless_the_longest_is_longer() {
        let bounds = [400, 5_000, 30_000, 90_000, u64::MAX].map(|max_ms| {
            let mut backoff = Backoff::new(BackoffSettings { max_ms, ..BackoffSettings::default() });
            let bound = backoff.long_bound_ms();
            assert!(backoff.next_long_wait() <= Duration::from_millis(bound));
            bound
        });
        assert_eq!(bounds, [2_400, 30_000, 30_000, 90_000, u64::MAX]);
    }
}
