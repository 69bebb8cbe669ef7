//! Looks at the clock every second, and tells when it was set beside the time that passed.

use std::time::Duration;

use tokio::sync::watch;

use crate::clock::Clock;
use crate::domain::SignedDuration;
use crate::telemetry::Metrics;

const EVERY: Duration = Duration::from_secs(1);
/// A step that waits and grows or shrinks by more than this is another one.
const ANOTHER: SignedDuration = SignedDuration::from_secs(60);

/// What is wrong, and what to do about it.
#[must_use]
pub fn in_words(step: SignedDuration) -> String {
    let seconds = step.abs().as_secs();
    let way = if step.is_negative() { "behind" } else { "ahead of" };
    format!(
        "the machine's clock stands {seconds} s {way} the time that passed: it was set, or the machine slept. The \
         service goes on by the time that passed. Look at the clock: where it is right, accept it with \
         `vagus clock accept --config FILE`; where it is wrong, set it right, and the service believes it again"
    )
}

/// Runs until `stopping` turns true.
pub async fn watch(clock: Clock, metrics: Metrics, mut stopping: watch::Receiver<bool>) {
    let mut told = None;
    loop {
        let step = clock.step();
        metrics.set_clock_step(step.map_or(0, |step| step.as_secs()));
        match (told, step) {
            (None, Some(step)) => tracing::error!("{}", in_words(step)),
            (Some(before), Some(step)) if is_another(before, step) => tracing::error!("{}", in_words(step)),
            (Some(_), None) => tracing::info!("the machine's clock is believed again"),
            (Some(_), Some(_)) | (None, None) => {}
        }
        told = match (told, step) {
            (Some(before), Some(step)) if !is_another(before, step) => Some(before),
            _ => step,
        };
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

fn is_another(before: SignedDuration, step: SignedDuration) -> bool {
    step.checked_sub(before).is_none_or(|change| change.abs() > ANOTHER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_how_far_which_way_and_what_to_do() {
        let back = in_words(SignedDuration::from_secs(-3_600));
        assert!(back.contains("3600 s behind the time that passed") && back.contains("vagus clock accept"), "{back}");
        assert!(in_words(SignedDuration::from_secs(90)).contains("90 s ahead of"));
    }

    #[test]
    fn a_step_is_another_only_where_it_moved_by_more_than_a_minute() {
        let seconds = SignedDuration::from_secs;
        assert!(!is_another(seconds(3_600), seconds(3_660)));
        assert!(is_another(seconds(3_600), seconds(-3_600)));
        assert!(is_another(SignedDuration::MIN, SignedDuration::MAX));
    }
}
