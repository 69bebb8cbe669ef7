//! With scripts switched off.

use crate::browser::Browser;
use crate::clinic::{Clinic, PASSWORD, PHYSICIAN, STRAINED, sign_in};
use crate::words::{ENGLISH, VIETNAMESE};

#[test]
fn inbox_case_and_buttons_work_where_no_script_runs() {
    let clinic = Clinic::staffed().with_cases();
    let browser = Browser::without_script(&clinic.address());
    sign_in(&browser, &ENGLISH, PHYSICIAN, PASSWORD);
    browser.sees_heading(ENGLISH.inbox);
    browser.choose("Level", ENGLISH.high);
    browser.press("Show");
    browser.until("only that level is there", || (!browser.text_of("//tbody")?.contains(ENGLISH.crisis)).then_some(()));
    browser.follow(STRAINED);
    browser.sees_heading(ENGLISH.case_of_strained);
    assert!(!browser.has("//canvas"), "no script ran");
    browser.sees("The same as a table");
    browser.picture("case-en-without-script");
    browser.press(ENGLISH.take);
    browser.sees(ENGLISH.taken);
    browser.fill(ENGLISH.note, "spoke by phone");
    browser.press("Keep the note");
    browser.sees("spoke by phone");
    browser.press(ENGLISH.assess);
    browser.sees("The case is now: assessed.");
    browser.choose(ENGLISH.language_label, VIETNAMESE.language);
    browser.press_above(ENGLISH.use_language);
    browser.sees_heading(VIETNAMESE.inbox);
}
