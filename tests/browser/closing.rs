//! From the inbox to a closed case, by clicking, in every language.

use crate::clinic::{Clinic, IN_CRISIS, STRAINED};
use crate::words::{CHINESE, ENGLISH, VIETNAMESE, Words};

fn from_the_inbox_to_a_closed_case(words: &Words) {
    let clinic = Clinic::staffed().with_cases();
    let browser = clinic.physician();
    if words.code != ENGLISH.code {
        browser.choose(ENGLISH.language_label, words.language);
        browser.press_above(ENGLISH.use_language);
        browser.sees_heading(words.inbox);
    }
    let lang = browser.run("return document.documentElement.lang", vec![]);
    assert_eq!(lang, words.code);
    let inbox = browser.text();
    let place = |of: &str| inbox.find(of).unwrap_or_else(|| panic!("{of:?} in\n{inbox}"));
    assert!(place(words.crisis) < place(words.high), "the crisis comes first");
    assert!(place(IN_CRISIS) < place(STRAINED));
    browser.picture(&format!("inbox-{}", words.code));

    browser.follow(STRAINED);
    browser.sees_heading(words.case_of_strained);
    browser.until("the pictures are drawn", || browser.has("//canvas").then_some(()));
    browser.picture(&format!("case-{}", words.code));

    browser.press(words.take);
    browser.sees(words.taken);
    browser.press(words.assess);
    browser.press(words.plan);
    browser.press_in(words.review, words.started);
    browser.press_in(words.counselling, words.started);
    browser.press_in(words.review, words.done);
    browser.press_in(words.counselling, words.done);
    browser.sees(words.in_follow_up);
    browser.press(words.followed_up);
    let note = format!("{} – bình an 平安", words.closed);
    browser.fill(words.note, &note);
    browser.press(words.close);
    browser.sees(words.closed);
    assert!(!browser.has("//main//form"), "nothing can be done to it any more");
    let history = browser.text_of("//table[contains(@class,'history')]").unwrap();
    assert_eq!(history.lines().last().map(|line| line.ends_with(&note)), Some(true), "{history}");
    browser.picture(&format!("closed-{}", words.code));

    browser.follow("Vagus");
    browser.sees_heading(words.inbox);
    assert!(!browser.text().contains(STRAINED), "the inbox names it no more");
    let case = crate::support::desk::show(&clinic.town.vagus, &clinic.case_of(STRAINED));
    assert_eq!(crate::support::desk::states(&case), ("closed", Some("done"), Some("done")));

    browser.press_above(words.sign_out);
    browser.open("/cases");
    assert_eq!(browser.path(), "/sign-in", "who has left sees nothing");
    // Nobody is signed in, so the page speaks the language that the browser asks for.
    browser.sees_heading(ENGLISH.sign_in_title);
}

#[test]
fn a_case_goes_from_the_inbox_to_its_end_in_english() {
    from_the_inbox_to_a_closed_case(&ENGLISH);
}

#[test]
fn a_case_goes_from_the_inbox_to_its_end_in_chinese() {
    from_the_inbox_to_a_closed_case(&CHINESE);
}

#[test]
fn a_case_goes_from_the_inbox_to_its_end_in_vietnamese() {
    from_the_inbox_to_a_closed_case(&VIETNAMESE);
}
