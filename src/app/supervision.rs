//! What the manager of services (systemd) is told: when the service is ready, how it is, and that it still turns.
//!
//! That it turns is not told by a timer alone: before each sign of life a look goes the way of a row, through the
//! sequencer, which writes to the disk, and the applier. Where either stands still, the sign stays away, and the
//! manager restarts the service. Without a manager nobody is told, and a standstill is only logged.

use std::time::Duration;

use sd_notify::NotifyState;
use tokio::sync::{mpsc, oneshot, watch};

use super::applier::Look;
use super::sequencer::Command;
use crate::console::ops::{Readiness, ReadinessCheck};

/// How often it is looked whether rows are still made and applied, where no watchdog asks for more.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Signs of life within the time that a watchdog gives: one may be lost, or late.
const SIGNS: u32 = 4;
/// A look that takes longer is told of: it waits for some rows at most.
const SLOW: Duration = Duration::from_secs(30);
/// The words under which a healthy service is shown.
const READY: &str = "Ready: readings are taken in, and alerts can leave";

/// Says that the service is on its way, and with what.
pub(super) fn starting() {
    tell(&[NotifyState::Status("Starting: opening the store and bringing the engine to where it was")]);
}

/// Says that the service ends.
pub(super) fn stopping() {
    let words = "Stopping: what was taken in goes to disk, and what is under way leaves";
    tell(&[NotifyState::Stopping, NotifyState::Status(words)]);
}

/// Tells that the service is ready once a first look has come through, and how it is from then on; until `stopping`
/// turns true, or nothing takes commands any more.
pub(super) async fn watch(
    commands: mpsc::Sender<Command>,
    readiness: ReadinessCheck,
    mut stopping: watch::Receiver<bool>,
) {
    let every = sd_notify::watchdog_enabled().map_or(LOOK_EVERY, |limit| LOOK_EVERY.min(limit / SIGNS));
    let (mut is_first, mut told) = (true, String::new());
    loop {
        let looked = async {
            let is_through = look(&commands).await;
            let words = in_words(&readiness());
            if is_through && words != told {
                tell(&[NotifyState::Status(&words)]);
                told = words;
            }
            if is_through {
                tell(if is_first { &[NotifyState::Ready, NotifyState::Watchdog] } else { &[NotifyState::Watchdog] });
            }
            is_through
        };
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            is_through = looked => if !is_through { return },
        }
        is_first = false;
        tokio::select! {
            _ = stopping.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(every) => {}
        }
    }
}

/// Looks through sequencer and applier, however long it takes; false where one of them has ended.
async fn look(commands: &mpsc::Sender<Command>) -> bool {
    let (done, seen) = oneshot::channel();
    let asked = async {
        let look = Look(Box::new(|_| done.send(()).unwrap_or_default()));
        commands.send(Command::Look(look)).await.is_ok() && seen.await.is_ok()
    };
    tokio::pin!(asked);
    if let Ok(is_through) = tokio::time::timeout(SLOW, &mut asked).await {
        return is_through;
    }
    let words =
        format!("rows have not gone on for {} s: the disk, or the work on one row, holds them up", SLOW.as_secs());
    tracing::error!("{words}");
    tell(&[NotifyState::Status(&words)]);
    asked.await
}

/// One line, as the protocol wants it.
fn in_words(readiness: &Readiness) -> String {
    let reasons: Vec<&str> = readiness.reasons.iter().map(|missing| missing.told.as_str()).collect();
    if reasons.is_empty() { READY.to_owned() } else { format!("Not ready: {}", reasons.join("; ").replace('\n', " ")) }
}

/// A manager that cannot be told is no reason to stop; its own time limits say what follows.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!("the manager of services cannot be told: {error}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::shards::Shards;
    use crate::config::rules_file;
    use crate::console::ops::Missing;
    use crate::engine::Mode;

    #[test]
    fn whoever_looks_at_the_unit_reads_in_one_line_what_is_missing() {
        assert_eq!(in_words(&Readiness::default()), READY);
        let missing = |told: &str| Missing { name: "broker", told: told.to_owned() };
        let reasons = vec![missing("not connected:\nrefused"), missing("the clock stands wrong")];
        assert_eq!(in_words(&Readiness { reasons }), "Not ready: not connected: refused; the clock stands wrong");
    }

    #[tokio::test]
    async fn a_look_comes_through_only_where_somebody_looks() {
        let (commands, mut taken) = mpsc::channel(1);
        let looking = tokio::spawn(async move { look(&commands).await });
        let Some(Command::Look(look)) = taken.recv().await else { panic!("a look") };
        tokio::task::yield_now().await;
        assert!(!looking.is_finished(), "taken is not looked");
        (look.0)(&Shards::new(1, &rules_file::built_in(), Mode::Live));
        assert!(looking.await.unwrap());
    }

    #[tokio::test]
    async fn a_look_that_nobody_takes_any_more_is_over() {
        let (commands, mut taken) = mpsc::channel(1);
        let looking = tokio::spawn(async move { look(&commands).await });
        drop(taken.recv().await.unwrap());
        assert!(!looking.await.unwrap(), "the applier ended");
        let (commands, taken) = mpsc::channel(1);
        drop(taken);
        assert!(!look(&commands).await, "the sequencer ended");
    }
}
