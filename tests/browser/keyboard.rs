//! Without a mouse.

use fantoccini::key::Key;

use crate::browser::Browser;
use crate::clinic::{Clinic, IN_CRISIS, PASSWORD, PHYSICIAN, STRAINED};
use crate::words::ENGLISH;

fn key(key: Key) -> String {
    char::from(key).to_string()
}

/// The words of what has the focus.
fn focused(browser: &Browser) -> String {
    browser
        .run("return document.activeElement.innerText || document.activeElement.id || ''", vec![])
        .as_str()
        .unwrap()
        .to_owned()
}

/// Presses Tab until that has the focus, which must be seen.
fn tab_to(browser: &Browser, words: &str) {
    let mut passed = Vec::new();
    for _ in 0..60 {
        browser.type_keys(&key(Key::Tab));
        let at = focused(browser);
        let outline = browser.run("return getComputedStyle(document.activeElement).outlineStyle", vec![]);
        assert_ne!(outline, "none", "the focus on {at:?} is not seen");
        if at == words {
            return;
        }
        passed.push(at);
    }
    panic!("Tab never comes to {words:?}, only to {passed:?}");
}

#[test]
fn a_physician_signs_in_opens_a_case_and_takes_it_by_keys_alone() {
    let clinic = Clinic::staffed().with_cases();
    let browser = Browser::start(&clinic.address());
    browser.open("/");
    browser.sees_heading(ENGLISH.sign_in_title);
    tab_to(&browser, "name");
    browser.type_keys(PHYSICIAN);
    tab_to(&browser, "password");
    browser.type_keys(&format!("{PASSWORD}{}", key(Key::Enter)));
    browser.sees_heading(ENGLISH.inbox);

    browser.type_keys(&key(Key::Tab));
    assert_eq!(focused(&browser), "Skip to the content", "the first stop leads past what every page has");
    for (pressed, chosen) in
        [("j", IN_CRISIS), ("j", STRAINED), ("j", STRAINED), ("k", IN_CRISIS), ("k", IN_CRISIS), ("j", STRAINED)]
    {
        browser.type_keys(pressed);
        assert_eq!(focused(&browser), chosen, "after {pressed}");
    }
    browser.type_keys(&key(Key::Enter));
    browser.sees_heading(ENGLISH.case_of_strained);
    browser.type_keys("j");
    tab_to(&browser, ENGLISH.take);
    browser.type_keys(&key(Key::Enter));
    browser.sees(ENGLISH.taken);

    browser.open("/cases");
    tab_to(&browser, STRAINED);
    browser.type_keys(&key(Key::Enter));
    browser.sees_heading(ENGLISH.case_of_strained);

    // Whoever speaks to their computer switches single letters off, and it stays so.
    browser.open("/cases");
    tab_to(&browser, "keys");
    browser.type_keys(" ");
    browser.open("/cases");
    browser.type_keys("j");
    assert_eq!(browser.run("return document.activeElement.tagName", vec![]), "BODY", "nothing is chosen");
}
