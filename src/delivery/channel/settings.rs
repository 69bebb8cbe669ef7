//! What can be set about the loop of a channel.

use std::time::Duration;

/// How a channel tries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Deliveries under way at one time; those of a crisis have as many places of their own. 0 is taken as
    /// 1. Default 4.
    pub concurrency: usize,
    /// The first wait after a failure; each further one is twice as long, less up to a half by chance.
    /// Default 5 s.
    pub retry_min: Duration,
    /// The longest wait. Default 1 h.
    pub retry_max: Duration,
    /// The longest wait of a crisis. Default 1 min.
    pub crisis_retry_max: Duration,
    /// How long a delivery is tried before it is given up, from its decision on. Default 72 h.
    pub give_up_after: Duration,
    /// How long that of a crisis is tried, whatever the receiver says. Default 7 days.
    pub crisis_give_up_after: Duration,
    /// No delivery is given up after fewer attempts, however old it is. Default 10.
    pub min_attempts: u32,
    /// The longest an attempt may take. Default 60 s.
    pub attempt_timeout: Duration,
    /// Failures in a row after which a receiver counts as down. 0 is taken as 1. Default 5.
    pub down_after: u32,
    /// The longest wait between two questions whether a receiver that is down is back. Default 1 min.
    pub probe_max: Duration,
    /// How often to look without being woken. Default 5 s.
    pub look_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        const HOUR: u64 = 3_600;
        Self {
            concurrency: 4,
            retry_min: Duration::from_secs(5),
            retry_max: Duration::from_secs(HOUR),
            crisis_retry_max: Duration::from_secs(60),
            give_up_after: Duration::from_secs(72 * HOUR),
            crisis_give_up_after: Duration::from_secs(7 * 24 * HOUR),
            min_attempts: 10,
            attempt_timeout: Duration::from_secs(60),
            down_after: 5,
            probe_max: Duration::from_secs(60),
            look_every: Duration::from_secs(5),
        }
    }
}

impl Settings {
    /// The wait after that many failures: between a half and the whole of a bound that doubles.
    pub(super) fn wait(&self, failures: u32, longest: Duration) -> Duration {
        let factor = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        let bound = self.retry_min.saturating_mul(factor).min(longest.max(self.retry_min));
        bound.mul_f64(rand::random_range(0.5..=1.0))
    }

    /// How long a delivery is tried.
    pub(super) const fn patience(&self, is_crisis: bool) -> Duration {
        if is_crisis { self.crisis_give_up_after } else { self.give_up_after }
    }

    /// The longest wait of a delivery.
    pub(super) const fn longest_wait(&self, is_crisis: bool) -> Duration {
        if is_crisis { self.crisis_retry_max } else { self.retry_max }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest_and_never_overflow() {
        let settings = Settings::default();
        for (failures, bound_s) in [(1, 5), (2, 10), (3, 20), (10, 2_560), (11, 3_600), (40, 3_600), (u32::MAX, 3_600)]
        {
            let (wait, bound) = (settings.wait(failures, settings.retry_max), Duration::from_secs(bound_s));
            assert!(wait <= bound && wait >= bound / 2, "{failures}: {wait:?}");
        }
        assert!(settings.wait(30, settings.crisis_retry_max) <= Duration::from_secs(60));
    }
}
