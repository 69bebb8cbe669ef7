//! A disk that refuses to write: nothing is acknowledged that is not kept, and somebody gets to know.

use crate::support::feed::{ago, gad7, nights, now};
use crate::support::town::Town;

#[test]
fn a_commit_that_fails_is_known_after_the_next_start_and_what_it_held_comes_again() {
    let mut town = Town::new();
    town.send_all(&[gad7("w-1", 12, ago(now(), 1))]);
    assert_eq!(town.vagus.stop(), Some(0));
    town.vagus.start_again_on_a_disk_that_may_fail();
    town.vagus.wait_until_ready();
    let errors = |town: &Town| town.vagus.metric("vagus_commit_errors_total", "");
    assert!(errors(&town) < 0.5);

    // Room for the log and a little more, and then the journal, which nights make long, finds none.
    town.vagus.allow_file_bytes(town.vagus.log().len() as u64 + 50_000);
    let nights = nights("w-2", 60, 0, 1, now());
    let ids: Vec<String> = nights.iter().map(|night| town.send(night)).collect();
    assert_eq!(town.vagus.wait_until_it_ends(), Some(1));
    let received = town.receipts();
    assert!(ids.iter().any(|id| !received.contains_key(id)), "what is not on disk has no receipt");

    town.vagus.start_again();
    town.vagus.wait_until_ready();
    // One or two: what was to be decided may find no room either.
    assert!((1.0..=2.0).contains(&errors(&town)), "{}", errors(&town));
    assert!((town.vagus.metric("vagus_starts_total", "") - 3.0).abs() < 0.5);
    let items: u64 = nights.iter().map(|night| night.items.len() as u64).sum();
    // A row that was on disk already, and not acknowledged any more, comes a second time.
    let (accepted, duplicate, rejected) = town.receipts_of(&ids);
    assert_eq!((accepted + duplicate, rejected), (items, 0), "the broker sent the rest again");
}
