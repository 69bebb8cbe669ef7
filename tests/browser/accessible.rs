//! axe-core looks at every page: WCAG 2.2 and what else it knows, in light and in dark.

use crate::browser::{Browser, page_name};
use crate::clinic::{ADMINISTRATOR, Clinic, IN_CRISIS, PASSWORD, PHYSICIAN, STRAINED, sign_in};
use crate::words::{CHINESE, ENGLISH};

/// axe-core itself, from its package.
pub(crate) fn axe() -> String {
    let modules =
        std::env::var_os("VAGUS_TEST_NODE_MODULES").expect("VAGUS_TEST_NODE_MODULES is not set: run ./tests/run");
    let path = std::path::Path::new(&modules).join("axe-core/axe.min.js");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Asks it for everything it has to say.
const LOOK: &str = r#"
    const answer = arguments[arguments.length - 1];
    const told = ({ id, impact, help, nodes }) =>
        ({ id, impact, help, nodes: nodes.map((node) => node.html.slice(0, 160) + " – " + node.failureSummary) });
    axe.run(document, { resultTypes: ["violations"] }).then(
        (found) => answer({ violations: found.violations.map(told), passes: found.passes.length }),
        (error) => answer({ error: String(error) }));
"#;

/// Looks at the open page in both schemes; gives what is serious, and prints all that was found.
pub(crate) fn look(browser: &Browser, axe: &str, what: &str) -> Vec<String> {
    let mut serious = Vec::new();
    browser.run(axe, vec![]);
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        let found = browser.run_until_answered(LOOK, vec![]);
        assert!(found["passes"].as_u64().is_some_and(|count| count >= 5), "{what}: {found}");
        let violations = found["violations"].as_array().unwrap();
        println!("{what}, {scheme}: {} rules hold, {} do not", found["passes"], violations.len());
        for violation in violations {
            println!("{violation:#}");
            if matches!(violation["impact"].as_str(), Some("serious" | "critical")) {
                serious.push(format!("{what}, {scheme}: {violation:#}"));
            }
        }
    }
    serious
}

pub(crate) fn assert_none(serious: &[String]) {
    assert!(serious.is_empty(), "{} serious findings\n{}", serious.len(), serious.join("\n"));
}

#[test]
fn nothing_serious_is_found_on_what_a_physician_sees() {
    let (axe, clinic) = (axe(), Clinic::staffed().with_cases());
    let browser = Browser::start(&clinic.address());
    let mut serious = Vec::new();
    browser.open("/sign-in");
    serious.extend(look(&browser, &axe, "signing in"));
    sign_in(&browser, &ENGLISH, PHYSICIAN, "a guess that is long enough");
    browser.sees("That name and password do not fit together.");
    serious.extend(look(&browser, &axe, "a wrong password"));
    sign_in(&browser, &ENGLISH, PHYSICIAN, PASSWORD);
    browser.sees_heading(ENGLISH.inbox);

    let mut paths = browser.tour();
    paths.extend(["/password", "/cases?level=L2", "/cases/c-0"].map(str::to_owned));
    paths.extend([STRAINED, IN_CRISIS].map(|worker| format!("/cases/{}", clinic.case_of(worker))));
    for path in &paths {
        browser.open(path);
        serious.extend(look(&browser, &axe, path));
        browser.picture(&format!("{}-en-dark", page_name(path)));
    }
    // Everything that can be unfolded is.
    browser.open(paths.last().unwrap());
    browser.run("document.querySelectorAll('details').forEach((part) => part.open = true)", vec![]);
    serious.extend(look(&browser, &axe, "a case with its tables"));
    browser.press(ENGLISH.take);
    browser.sees(ENGLISH.taken);
    serious.extend(look(&browser, &axe, "a case that was just taken"));

    browser.open("/cases");
    browser.choose(ENGLISH.language_label, CHINESE.language);
    browser.press_above(ENGLISH.use_language);
    browser.sees_heading(CHINESE.inbox);
    serious.extend(look(&browser, &axe, "the inbox in Chinese"));
    assert_none(&serious);
}

#[test]
fn nothing_serious_is_found_on_what_an_administrator_sees() {
    let (axe, clinic) = (axe(), Clinic::staffed());
    let browser = Browser::start(&clinic.address());
    sign_in(&browser, &ENGLISH, ADMINISTRATOR, PASSWORD);
    let mut paths = browser.tour();
    paths.extend(["/", "/cases"].map(str::to_owned));
    let mut serious = Vec::new();
    for path in paths {
        browser.open(&path);
        serious.extend(look(&browser, &axe, &path));
    }
    assert_none(&serious);
}
