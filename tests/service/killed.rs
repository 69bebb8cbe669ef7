//! SIGKILL at any point, and nothing in the outcome changes.

use crate::support::feed::{Message, Noise, ago, gad7, nights, now};
use crate::support::town::{Event, Town};

/// What a physician knows at the end of it, whatever the ids are.
fn outcome(events: &[Event]) -> Vec<(String, String, String, Vec<String>)> {
    let mut all: Vec<_> = events
        .iter()
        .filter(|event| event.kind.starts_with("vagus.alert."))
        .map(|event| {
            let rules = event.rules().iter().map(|rule| (*rule).to_owned()).collect();
            (event.subject.clone(), event.kind.clone(), event.level().to_owned(), rules)
        })
        .collect();
    all.sort();
    all
}

fn story(now: vagus::domain::Timestamp) -> Vec<Message> {
    let mut messages = nights("w-after", 45, 10, 3, now);
    messages.push(gad7("w-after", 12, ago(now, 1)));
    messages.push(gad7("w-before", 12, ago(now, 1)));
    messages.extend(nights("w-before", 45, 10, 3, now));
    messages
}

#[test]
fn killing_the_service_at_any_point_changes_nothing_and_resending_is_all_duplicates() {
    let now = now();
    let messages = story(now);
    let mut undisturbed = Town::new();
    undisturbed.send_all(&messages);
    undisturbed.wait_for_alerts("w-before", 2);
    undisturbed.quiet();
    let expected = outcome(&undisturbed.events());
    let actions = |town: &Town| town.events().iter().filter(|e| e.kind == "vagus.action.requested").count();
    assert_eq!((expected.len(), actions(&undisturbed)), (3, 4));

    let mut town = Town::new();
    let mut noise = Noise::seeded(1);
    let mut ids = Vec::new();
    for message in &messages {
        ids.push(town.send(message));
        if noise.uniform() < 0.15 {
            town.vagus.kill9();
            town.vagus.start_again();
        }
        // Some kills come while the service is starting, others when it works.
        if noise.uniform() < 0.05 {
            town.vagus.wait_until_ready();
        }
    }
    town.vagus.wait_until_ready();
    // A receipt is lost where the service died between row and receipt: a careful gateway sends again.
    for (id, message) in ids.iter().zip(&messages) {
        if !town.receipts().contains_key(id) {
            town.send(message);
        }
    }
    town.wait_for_alerts("w-before", 2);
    town.wait_for_alerts("w-after", 1);

    let items: u64 = messages.iter().map(|message| message.items.len() as u64).sum();
    assert_eq!(town.send_all(&messages), (0, items, 0), "everything is known already");
    town.quiet();
    assert_eq!(outcome(&town.events()), expected);
    assert_eq!(actions(&town), 4);

    // Past a checkpoint, too: a clean stop writes everything to the view.
    assert_eq!(town.vagus.stop(), Some(0));
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    assert_eq!(town.send_all(&messages), (0, items, 0));
    town.quiet();
    assert_eq!(outcome(&town.events()), expected);
}
