//! What people write is shown as they wrote it, and never runs.

use std::path::Path;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::clinic::{Clinic, IN_CRISIS, STRAINED};
use crate::support::feed::{Message, ago, now};

/// The strings, one a line; each would call `vagusRan` where it ran, or leave an element behind.
fn strings() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/injection.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let strings: Vec<String> = text.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
    assert!(strings.len() >= 200, "{}", strings.len());
    strings
}

/// Sends each string as a note of the open case, from its page, as its form does.
const KEEP: &str = r#"
    const [notes, answer] = [arguments[0], arguments[arguments.length - 1]];
    const csrf = document.querySelector("main input[name=csrf]").value;
    (async () => {
        const answers = [];
        for (const note of notes) {
            const body = new URLSearchParams({ csrf, note, deed: "note" });
            answers.push((await fetch(location.pathname, { method: "POST", body })).status);
        }
        return answers;
    })().then(answer, (error) => answer(String(error)));
"#;

/// Elements that no page of the console has, attributes that would run, and whether anything ran.
const LEFT_BEHIND: &str = r#"
    const page = arguments[0] ? new DOMParser().parseFromString(arguments[0], "text/html") : document;
    const strangers = "iframe,object,embed,img,image,svg,math,video,audio,base,applet,marquee,style,template,frame,xss," +
        "link:not([rel=stylesheet][href^='/assets/']),script:not([src^='/assets/']),meta[http-equiv]";
    const runs = [...page.querySelectorAll("*")].filter((element) => [...element.attributes].some(({ name, value }) =>
        name.startsWith("on") || name === "style" && !element.closest(".chart") || name === "srcdoc" ||
        /^\s*(javascript|data|vbscript):/i.test(value)));
    const elements = [...page.querySelectorAll(strangers), ...runs].map((element) => element.outerHTML.slice(0, 200));
    return { elements, ran: typeof window.vagusRan, frames: window.length };
"#;

/// Sends every element what handlers of scripts wait for.
const SET_OFF: &str = r#"
    const names = ["mouseover", "focus", "click", "toggle", "animationstart", "error", "load"];
    [...document.querySelectorAll("main *")].filter((part) => !part.closest("form, a, summary"))
        .forEach((part) => names.forEach((name) => part.dispatchEvent(new Event(name))));
"#;

fn assert_nothing_ran(browser: &Browser, what: &str) {
    assert_eq!(browser.dialogue(), None, "{what}");
    let left = browser.run(LEFT_BEHIND, vec![]);
    assert_eq!(left, json!({"elements": [], "ran": "undefined", "frames": 0}), "{what}");
}

/// Keeps the strings as notes of a worker's case, and opens its page.
fn kept_and_shown(browser: &Browser, path: &str, strings: &[String]) {
    browser.open(path);
    browser.press("Take this case");
    browser.sees("acknowledged");
    let (title, answers) = (browser.title(), browser.run_until_answered(KEEP, vec![json!(strings)]));
    assert_eq!(answers, json!(vec![200; strings.len()]));

    browser.open(path);
    assert_nothing_ran(browser, "as the page opens");
    assert_eq!(browser.title(), title);
    // As a reader would set them off, were they anything but text.
    browser.run(SET_OFF, vec![]);
    assert_nothing_ran(browser, "after every event");

    let script =
        "return [...document.querySelectorAll('table.history tbody tr')].map((row) => row.cells[3].textContent)";
    let shown: Vec<String> = serde_json::from_value(browser.run(script, vec![])).unwrap();
    let kept = |string: &String| string.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let missing: Vec<&String> = strings.iter().filter(|string| !shown.contains(&kept(string))).collect();
    assert_eq!(missing, Vec::<&String>::new(), "shown as they were written; {} rows are shown", shown.len());
}

#[test]
fn two_hundred_scripts_kept_as_notes_are_shown_as_text_and_none_runs() {
    let (clinic, strings) = (Clinic::staffed().with_cases(), strings());
    let browser = clinic.physician();
    // A case keeps its last 200 lines.
    let halves = strings.split_at(strings.len() / 2);
    for (worker, strings) in [(STRAINED, halves.0), (IN_CRISIS, halves.1)] {
        kept_and_shown(&browser, &format!("/cases/{}", clinic.case_of(worker)), strings);
    }
    for page in browser.tour() {
        browser.open(&page);
        assert_nothing_ran(&browser, &page);
    }
}

/// A file of the configuration in which every value of a key is another of the strings.
fn rewritten(file: &str, key: &str, strings: &[String]) -> String {
    let mut strings = strings.iter().cycle();
    let lines = file.lines().map(|line| {
        if line.starts_with(&format!("{key} = \"")) {
            format!("{key} = {}", toml::Value::String(strings.next().unwrap().clone()))
        } else {
            line.to_owned()
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn scripts_in_titles_of_rules_and_names_of_methods_are_shown_as_text() {
    let strings = strings();
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, key: &str, strings: &[String]| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name);
        let path = directory.path().join(name);
        std::fs::write(&path, rewritten(&std::fs::read_to_string(file).unwrap(), key, strings)).unwrap();
        path
    };
    let (titles, names) = strings.split_at(strings.len() / 2);
    let (rules, library) = (write("rules.toml", "title", titles), write("interventions.toml", "name", names));
    let clinic =
        Clinic::configured(&format!("[rules]\npath = {rules:?}\n[care]\nlibrary = {library:?}\n")).with_cases();
    let browser = clinic.physician();
    let mut pages = browser.tour();
    pages.push(format!("/cases/{}", clinic.case_of(STRAINED)));
    for page in &pages {
        browser.open(page);
        assert_nothing_ran(&browser, page);
    }
    let options =
        browser.run("return [...document.querySelectorAll('option')].map((option) => option.textContent)", vec![]);
    let options: Vec<String> = serde_json::from_value(options).unwrap();
    assert!(names.iter().filter(|name| options.contains(name)).count() > 5, "{options:?}");
}

/// Asks for every address, and gives status and page of each.
const FETCH: &str = r#"
    const [paths, answer] = [arguments[0], arguments[arguments.length - 1]];
    Promise.all(paths.map(async (path) => { const got = await fetch(path); return [got.status, await got.text()]; }))
        .then(answer, (error) => answer(String(error)));
"#;

#[test]
fn scripts_as_names_of_workers_and_in_addresses_come_to_no_page() {
    let (mut clinic, strings) = (Clinic::staffed().with_cases(), strings());
    let at = ago(now(), 1);
    let items = strings.iter().map(|name| {
        json!({"worker": name, "instrument": "GAD-7", "taken_at": at.to_string(), "answers": [3, 3, 3, 3, 3, 3, 3]})
    });
    let message = Message { at, stream: "screenings", items: items.collect() };
    let (accepted, _, rejected) = clinic.town.send_all(&[message]);
    assert_eq!((accepted, rejected), (0, strings.len() as u64), "none of them is a name");

    let browser = clinic.physician();
    assert_nothing_ran(&browser, "the inbox");
    let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let mut paths: Vec<String> = Vec::new();
    for string in strings.iter().map(|string| encode(string)) {
        paths.push(format!("/cases?site={string}&unit={string}&level={string}&mine={string}"));
        paths.push(format!("/cases/{}", string.replace('+', "%20")));
    }
    let answers = browser.run_until_answered(FETCH, vec![json!(paths)]);
    let answers: Vec<(u16, String)> = serde_json::from_value(answers).unwrap();
    for (path, (status, page)) in paths.iter().zip(answers) {
        assert!(matches!(status, 200 | 400 | 404), "{status} of {path}");
        let left: Value = browser.run(LEFT_BEHIND, vec![json!(page)]);
        assert_eq!(left["elements"], json!([]), "{path}");
    }
    browser.open(&paths[0]);
    assert_nothing_ran(&browser, "the inbox, filtered by a script");
}
