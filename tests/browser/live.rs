//! What happens on an inbox that nobody touches.

use crate::clinic::{Clinic, IN_CRISIS, STRAINED};
use crate::support::feed::{ago, now, phq9_with_crisis};

/// Somebody who has no case yet.
const LATER: &str = "w-0471";

#[test]
fn a_crisis_appears_on_an_open_inbox_and_who_works_there_by_keys_keeps_their_place() {
    let mut clinic = Clinic::staffed().with_cases();
    let browser = clinic.physician();
    browser.run("window.untouched = true", vec![]);
    for _ in 0..2 {
        browser.type_keys("j");
    }
    let focused = || browser.run("return document.activeElement.innerText", vec![]);
    assert_eq!(focused(), STRAINED);

    clinic.town.send_all(&[phq9_with_crisis(LATER, ago(now(), 0))]);
    let rows = browser.until("the crisis is there", || {
        let rows = browser.text_of("//tbody")?;
        rows.contains(LATER).then_some(rows)
    });
    assert!(rows.contains(IN_CRISIS) && rows.contains(STRAINED), "{rows}");
    assert!(browser.text_of("//*[@id='told']").unwrap().contains('3'), "the sentence that is read out counts it");
    assert_eq!(focused(), STRAINED, "the focus stays");
    assert_eq!(browser.run("return window.untouched", vec![]), true, "the page was not loaded again");
}
