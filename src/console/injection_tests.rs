//! Claims about texts that would be script: whatever anybody writes stays text.

use std::collections::BTreeSet;

use html5gum::{Token, Tokenizer};

use super::access::audit::Entry;
use super::fake::{Guest, House, canaries, case_id};
use super::view::{EventRow, LogRow};
use crate::domain::person::Role;

/// What would do something, were it not escaped; each holds the mark by which it is found again.
const ATTACKS: [&str; 25] = [
    "<script>xq7()</script>",
    "<xq7>",
    "<img src=x onerror=xq7()>",
    "<svg onload=xq7()>",
    "<svg><script>xq7()</script></svg>",
    "<iframe src=javascript:xq7()></iframe>",
    "<a href=javascript:xq7()>x</a>",
    "<form action=//xq7><button>x</button></form>",
    "<input autofocus onfocus=xq7()>",
    "<details open ontoggle=xq7()>",
    "<style>@import '//xq7'</style>",
    "<link rel=stylesheet href=//xq7>",
    "<base href=//xq7/>",
    "<meta http-equiv=refresh content='0;url=//xq7'>",
    "<object data=//xq7></object>",
    "<math><mi xlink:href=javascript:xq7()>x</mi></math>",
    "<body onload=xq7()>",
    "<template><script>xq7()</script></template>",
    "<!--<script>xq7()</script>-->",
    "<![CDATA[<script>xq7()</script>]]>",
    " onmouseover=xq7() ",
    "javascript:xq7()",
    "&lt;script&gt;xq7()&lt;/script&gt;",
    "{{xq7()}}${xq7()}<%= xq7() %>",
    "\u{202e}<sCrIpT\u{0}>xq7()</sCrIpT>",
];

/// What would end the place that a text stands in.
const ENDS: [&str; 8] = ["", "\">", "'>", "</textarea>", "</title>", "</script>", "-->", "\" "];

fn attacks() -> Vec<String> {
    ENDS.iter().flat_map(|end| ATTACKS.iter().map(move |attack| format!("{end}{attack}"))).collect()
}

/// The elements of a page with the names of their attributes, in order, and where addresses lead.
fn structure(page: &str) -> Vec<String> {
    let mut found = Vec::new();
    for token in Tokenizer::new(page) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
                let names: BTreeSet<String> = tag.attributes.keys().map(|name| text(name)).collect();
                let scheme = tag.attributes.iter().filter(|(name, _)| {
                    matches!(text(name).as_str(), "href" | "src" | "action" | "formaction" | "data")
                });
                let leads: Vec<bool> = scheme.map(|(_, value)| text(&value.value).starts_with(['/', '#'])).collect();
                found.push(format!("{} {names:?} {leads:?}", text(&tag.name)));
            }
            Token::Comment(_) => found.push("a comment".to_owned()),
            Token::EndTag(_) | Token::String(_) | Token::Doctype(_) | Token::Error(_) => {}
        }
    }
    found
}

/// Puts a text wherever somebody can write one, and where only a mistake elsewhere would let one through.
fn write_everywhere(house: &House, text: &str) {
    for case in house.office.cases.lock().unwrap().iter_mut() {
        // The crisis keeps the name by which its worker's page is found.
        if case.row.level != "L4" {
            case.row.worker = text.to_owned();
        }
        case.row.unit = text.to_owned();
        case.row.rules = vec![text.to_owned()];
        case.row.in_charge = Some("dr.an".to_owned());
        for action in &mut case.row.actions {
            action.assignee = Some(text.to_owned());
            action.method = Some(text.to_owned());
        }
        let event = EventRow::Assigned { to: text.to_owned(), action: None };
        let (by, note) = (text.to_owned(), Some(text.to_owned()));
        case.history = vec![LogRow { at: text.to_owned(), by, event, note }];
    }
    for (_, _, portrait) in house.office.portraits.lock().unwrap().iter_mut() {
        portrait.evidence.exposures[0].kind = text.to_owned().into();
    }
}

async fn pages(house: &House, text: &str, [physician, head, admin, oneself]: [&Guest; 4]) -> Vec<(String, String)> {
    write_everywhere(house, text);
    let written = Entry {
        reason: Some(text.to_owned()),
        account: Some(text.to_owned()),
        change: Some(text.to_owned()),
        mark: Some(text.to_owned()),
        ..Entry::by(text, text, "break_glass", text)
    };
    let written = written.about("plant-a", &canaries(0).worker, Some(text));
    let other = Entry { what: text.to_owned(), fields: vec![text.to_owned()], ..written.clone() };
    house.replace_audit(&[written, other]);
    let query =
        serde_urlencoded::to_string([("person", text), ("worker", text), ("site", text), ("unit", text)]).unwrap();
    let case = format!("/cases/{}", case_id(0, true));
    let worker = format!("/workers/plant-a/{}", canaries(0).worker);
    let mut pages = Vec::new();
    for (guest, path) in [
        (physician, "/cases".to_owned()),
        (physician, format!("/cases?{query}")),
        (physician, case),
        (physician, "/unseen".to_owned()),
        (physician, "/units".to_owned()),
        (physician, worker),
        (head, "/audit".to_owned()),
        (head, format!("/audit?{query}")),
        (oneself, "/me".to_owned()),
    ] {
        pages.push((path.clone(), house.get(Some(guest), &path).await.body));
    }
    let asked = [("name", text), ("role", text), ("sites", text)];
    pages.push(("/accounts".to_owned(), house.post(admin, "/accounts", &asked).await.body));
    pages
}

#[tokio::test]
async fn two_hundred_texts_that_would_be_script_stay_text_on_every_page() {
    let house = House::new();
    let physician = house.enter("dr.an", Role::Physician, &["plant-a"]);
    let head = house.enter("head", Role::OhHead, &["plant-a"]);
    let admin = house.enter("root", Role::Administrator, &[]);
    let oneself = house.enter_oneself(0);
    let guests = [&physician, &head, &admin, &oneself];
    // The inbox marks what is new to its reader, so the first look is another one.
    pages(&house, "xq7", guests).await;
    let harmless = pages(&house, "xq7", guests).await;
    for (path, page) in &harmless {
        let is_shown = page.contains("xq7") || path == "/units" || path == "/accounts";
        assert!(is_shown, "{path} shows what was written: {page}");
    }
    let attacks = attacks();
    assert_eq!(attacks.len(), 200);
    for attack in &attacks {
        let attacked = pages(&house, attack, guests).await;
        for ((path, page), (_, usual)) in attacked.iter().zip(&harmless) {
            // The address holds the text itself; but for that, the page is built as it always is.
            let (found, usual) = (structure(page), structure(usual));
            let differing: Vec<_> = found.iter().zip(&usual).filter(|(found, usual)| found != usual).take(3).collect();
            assert!(found == usual, "{path} with {attack}: {} for {}, {differing:?}", found.len(), usual.len());
        }
    }
}
