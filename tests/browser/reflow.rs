//! On a phone, and enlarged: nobody scrolls a page sideways.

use crate::browser::{Browser, page_name};
use crate::clinic::{ADMINISTRATOR, Clinic, IN_CRISIS, PASSWORD, PHYSICIAN, STRAINED, sign_in};
use crate::words::{CHINESE, ENGLISH, VIETNAMESE};

/// What sticks out of the screen to the right, outside of parts that scroll by themselves.
const STICKING_OUT: &str = r#"
    const width = document.documentElement.clientWidth;
    const clipped = (element) => {
        for (let up = element.parentElement; up && up !== document.body; up = up.parentElement)
            if (getComputedStyle(up).overflowX !== "visible") return true;
        return false;
    };
    return [...document.querySelectorAll("body *")]
        .filter((element) => element.checkVisibility() && element.getBoundingClientRect().right > width + 1 && !clipped(element))
        .map((element) => element.tagName + "." + element.className + " " + element.textContent.slice(0, 40));
"#;

fn fits(browser: &Browser, what: &str) {
    let wide =
        browser.run("const page = document.scrollingElement; return page.scrollWidth - page.clientWidth", vec![]);
    let out = browser.run(STICKING_OUT, vec![]);
    assert!(wide.as_i64() == Some(0) && out == serde_json::json!([]), "{what} is {wide} px too wide: {out:#}");
}

/// Both sizes: 1280 px enlarged to 200 % leaves 640, and a small phone has 360.
const SIZES: [(&str, u32, u32, u32); 2] = [("enlarged", 640, 450, 2), ("phone", 360, 740, 2)];

#[test]
fn no_page_is_scrolled_sideways_on_a_phone_or_at_200_percent() {
    let clinic = Clinic::staffed().with_cases();
    let case = clinic.case_of(STRAINED);
    clinic.town.vagus.ask(&["cases", "note", &case, &"undivided".repeat(40), "--by", PHYSICIAN]);
    let browser = clinic.physician();
    let mut paths = browser.tour();
    paths.extend([STRAINED, IN_CRISIS].map(|worker| format!("/cases/{}", clinic.case_of(worker))));
    for words in [&ENGLISH, &CHINESE, &VIETNAMESE] {
        if words.code != ENGLISH.code {
            let before = if words.code == CHINESE.code { &ENGLISH } else { &CHINESE };
            browser.open("/cases");
            browser.choose(before.language_label, words.language);
            browser.press_above(before.use_language);
            browser.sees_heading(words.inbox);
        }
        for (size, width, height, scale) in SIZES {
            browser.resize(width, height, scale);
            for path in &paths {
                browser.open(path);
                fits(&browser, &format!("{path} on {size} in {}", words.code));
                browser.picture(&format!("{}-{}-{size}", page_name(path), words.code));
            }
        }
        browser.resize(1280, 900, 1);
    }
}

#[test]
fn signing_in_and_what_an_administrator_sees_fit_a_phone() {
    let clinic = Clinic::staffed();
    let browser = Browser::start(&clinic.address());
    for (size, width, height, scale) in SIZES {
        browser.resize(width, height, scale);
        browser.open("/sign-in");
        fits(&browser, &format!("signing in on {size}"));
    }
    sign_in(&browser, &ENGLISH, ADMINISTRATOR, PASSWORD);
    let mut paths = browser.tour();
    paths.extend(["/password".to_owned(), "/cases".to_owned()]);
    for (size, width, height, scale) in SIZES {
        browser.resize(width, height, scale);
        for path in &paths {
            browser.open(path);
            fits(&browser, &format!("{path} on {size}"));
        }
    }
}
