//! The first day: the administrator's one-time password, a colleague's first sign-in, and who is not let in.

use crate::browser::Browser;
use crate::clinic::{Clinic, PASSWORD, PHYSICIAN, sign_in};
use crate::words::ENGLISH;

/// What `vagus run` printed of the first account: its name and its password.
fn told(clinic: &Clinic) -> (String, String) {
    let said = std::fs::read_to_string(clinic.town.vagus.config().with_extension("said")).unwrap();
    let after = |mark: &str| {
        let rest = said.split_once(mark).unwrap_or_else(|| panic!("{mark} in {said:?}")).1;
        rest.split_whitespace().next().unwrap().to_owned()
    };
    (after("Name: "), after("Password: "))
}

fn choose_password(browser: &Browser, password: &str, again: &str) {
    browser.fill("New password", password);
    browser.fill("The same again", again);
    browser.press("Keep it");
}

#[test]
fn whoever_was_given_a_password_must_choose_another_before_anything_is_seen() {
    let clinic = Clinic::unopened();
    let (name, password) = told(&clinic);
    let browser = Browser::start(&clinic.address());
    sign_in(&browser, &ENGLISH, &name, "a guess that is long enough");
    browser.sees("That name and password do not fit together.");
    sign_in(&browser, &ENGLISH, &name, &password);
    browser.sees_heading("Choose a password of your own");
    browser.picture("password-en");
    browser.open("/");
    browser.sees_heading("Choose a password of your own");
    choose_password(&browser, "short", "short");
    browser.sees("It has fewer than 15 characters.");
    choose_password(&browser, PASSWORD, "the heron stands in the weeds");
    browser.sees("The two are not the same.");
    choose_password(&browser, PASSWORD, PASSWORD);
    browser.sees_heading("Accounts");
    browser.sees("admin, administrator");
    assert!(!browser.text().contains(ENGLISH.inbox), "who keeps accounts sees nobody's health");
    browser.open("/cases");
    browser.sees("Your role may not do that.");

    // A colleague is given an account, and a password to begin with.
    browser.open("/accounts");
    browser.fill(ENGLISH.name, PHYSICIAN);
    browser.choose_within("New account", "Role", "physician");
    browser.tick_within("New account", "All sites");
    browser.press("Make the account");
    browser.sees("One-time password of dr.lan:");
    let given = browser.text_of("//main//code").unwrap();
    browser.picture("accounts-en");
    browser.press_above(ENGLISH.sign_out);
    sign_in(&browser, &ENGLISH, PHYSICIAN, &given);
    browser.sees_heading("Choose a password of your own");
    choose_password(&browser, PASSWORD, PASSWORD);
    browser.sees_heading(ENGLISH.inbox);
    browser.sees("dr.lan, physician");
    browser.sees("No case needs you now.");
    browser.press_above(ENGLISH.sign_out);
    sign_in(&browser, &ENGLISH, PHYSICIAN, &given);
    browser.sees("That name and password do not fit together.");
    assert_eq!(
        std::fs::read_to_string(clinic.town.vagus.config().with_extension("said"))
            .unwrap()
            .matches("Password:")
            .count(),
        1,
        "told once"
    );
}
