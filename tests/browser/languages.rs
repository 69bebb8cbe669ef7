//! Every page speaks its reader's language throughout.

use serde_json::Value;

use crate::browser::Browser;
use crate::clinic::{Clinic, IN_CRISIS, STRAINED};
use crate::words::{CHINESE, ENGLISH};

/// Words of Latin letters on the page, outside of what says that it is in another language.
const LATIN: &str = r#"
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = new Set();
    while (walker.nextNode()) {
        const part = walker.currentNode.parentElement;
        if (part.closest("script, code") || part.closest("[lang]").lang !== document.documentElement.lang) continue;
        (walker.currentNode.textContent.match(/(?<!\w)[A-Za-z][A-Za-z.'_-]*[A-Za-z](?!\w)/g) || []).forEach((word) => found.add(word));
    }
    document.querySelectorAll("[aria-label], [data-label], [title], [placeholder]").forEach((part) =>
        ["aria-label", "data-label", "title", "placeholder"].forEach((name) =>
            ((part.getAttribute(name) || "").match(/(?<!\w)[A-Za-z][A-Za-z.'_-]*[A-Za-z](?!\w)/g) || []).forEach((word) => found.add(word))));
    return [...found].sort();
"#;

/// Names, and abbreviations that are the same in every language.
const NAMES: &[&str] = &[
    "Vagus",
    "HRV",
    "RMSSD",
    "ms",
    "GAD",
    "PHQ",
    "dr.lan",
    "coun.ha",
    "mgr.an",
    "plant-a",
    "vagus",
    "Enter",
    "UTC",
    "SIGHUP",
    "gw",
    "band",
    "Asia",
    "Ho_Chi_Minh",
    "CBI",
    "CBT-I",
    "DASS",
    "ERI",
    "ESS",
    "ISI",
    "LEX",
    "PSQI",
    "PSS",
    "SAS",
    "SCL",
    "SDS",
    "WBGT",
    "WHO",
    "dB",
    "CSV",
    "JSON",
    "exposures.overtime_noise_run_days",
    "kg",
];

fn latin(browser: &Browser) -> Vec<String> {
    let Value::Array(words) = browser.run(LATIN, vec![]) else { panic!("a list was returned") };
    let words = words.into_iter().map(|word| word.as_str().unwrap().to_owned());
    words.filter(|word| !NAMES.contains(&word.as_str())).collect()
}

#[test]
fn no_english_is_left_on_a_chinese_page() {
    let clinic = Clinic::staffed().with_cases();
    let browser = clinic.physician();
    assert!(latin(&browser).contains(&"Inbox".to_owned()), "English is found");
    browser.choose(ENGLISH.language_label, CHINESE.language);
    browser.press_above(ENGLISH.use_language);
    browser.sees_heading(CHINESE.inbox);
    let mut pages = browser.tour();
    pages.extend([STRAINED, IN_CRISIS].map(|worker| format!("/cases/{}", clinic.case_of(worker))));
    pages.push("/cases/c-0".to_owned());
    let mut left = Vec::new();
    for page in pages {
        browser.open(&page);
        left.extend(latin(&browser).into_iter().map(|word| format!("{page}: {word}")));
        browser.picture(&format!("{}-zh-Hans", crate::browser::page_name(&page)));
    }
    assert_eq!(left, Vec::<String>::new());
}
