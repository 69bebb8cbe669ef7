//! A PUBACK is a promise: what it acknowledges is on the disk before it is written.

use std::process::Command;

use crate::support::eventually;
use crate::support::feed::{ago, gad7, nights, now};
use crate::support::strace::{Deed, REMEDY, Strace};
use crate::support::town::Town;

#[test]
fn every_puback_is_written_after_a_sync_of_the_journal_that_followed_the_arrival() {
    let mut town = Town::new();
    let strace = match Strace::attach(town.vagus.pid()) {
        Ok(strace) => strace,
        Err(why) => return prove_by_the_file_system_seam(&why),
    };
    let mut messages = nights("w-1", 6, 0, 1, now());
    messages.extend((1..20).map(|hours| gad7(&format!("w-{hours}"), 12, ago(now(), hours))));
    // One by one, and then all at once, so that rows of one message and of many are seen.
    for message in &messages {
        town.send_all(std::slice::from_ref(message));
    }
    town.send_all(&messages);
    let sent = 2 * messages.len();
    town.send_raw("vagus/v1/plant-a/gw-7/readings", "the last one is not JSON");
    eventually("the last one is refused", || (!town.nameless_receipts().is_empty()).then_some(()));
    // The PUBACK and the receipt go out side by side: let the session leave, which writes what is due.
    town.vagus.signal("TERM");
    eventually("the session ends", || town.vagus.log().contains("left the broker").then_some(()));

    let deeds = strace.deeds(town.broker.port());
    let mut seen = 0;
    for deed in &deeds {
        let Deed::Arrived { topic, id, ended: arrived } = deed else { continue };
        // The session also probes the broker with messages of its own, which are nobody's data.
        if !topic.contains("/gw-7/") {
            continue;
        }
        let acknowledged = deeds.iter().filter_map(|deed| match deed {
            Deed::Acknowledged { id: of, began } if of == id && began > arrived => Some(*began),
            Deed::Acknowledged { .. } | Deed::Arrived { .. } | Deed::Synced { .. } => None,
        });
        let acknowledged =
            acknowledged.min().unwrap_or_else(|| panic!("message {seen} on {topic} was never acknowledged"));
        let is_synced = deeds.iter().any(|deed| match deed {
            Deed::Synced { path, began, ended } => {
                path.contains("/journal/") && began > arrived && *ended < acknowledged
            }
            Deed::Arrived { .. } | Deed::Acknowledged { .. } => false,
        });
        assert!(is_synced, "the PUBACK of message {seen} on {topic} was written before the journal was synced");
        seen += 1;
    }
    assert_eq!(seen, sent + 1, "every message was seen on its way in");
}

/// Where nobody may watch a process, the journal's own test stands for it: on a disk that forgets what
/// was not synced, every row that was taken is still there.
fn prove_by_the_file_system_seam(why: &str) {
    eprintln!("{REMEDY}. It said: {why}. The journal's file-system seam is asked instead");
    let profile: &[&str] = if cfg!(debug_assertions) { &[] } else { &["--release"] };
    let output = Command::new(env!("CARGO"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["test", "--lib"])
        .args(profile)
        .args(["--", "--exact", "store::journal::tests::whatever_was_acknowledged_survives_a_power_loss_at_any_moment"])
        .output();
    let output = output.unwrap_or_else(|error| panic!("{REMEDY}. It said: {why}. Nor does cargo start: {error}"));
    let (said, told) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let is_proven = output.status.success() && said.contains("1 passed");
    assert!(is_proven, "{REMEDY}. It said: {why}. The journal's own test, asked instead, says:\n{said}{told}");
}
