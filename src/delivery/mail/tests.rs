//! The mails as they are, and what must never stand in them.

use proptest::prelude::*;

use super::*;
use crate::delivery::flood::Member;
use crate::delivery::samples;
use crate::domain::alert::ActionRequest;
use crate::domain::event::{EventBody, EventKind};
use crate::domain::ids::{UNASSIGNED_UNIT, UnitId};
use crate::domain::screening::Instrument;

fn look_in(language: Language) -> Look {
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    Look { site_name: "Plant A".to_owned(), zone, language, console: None }
}

fn look() -> Look {
    look_in(Language::English)
}

/// A mail of each kind, of a crisis, and of a test.
fn every_mail() -> Vec<(&'static str, Event)> {
    let kinds = EventKind::ALL.iter().map(|kind| (kind.as_str(), samples::event(*kind)));
    kinds.chain([("crisis", samples::crisis()), ("test", Event { is_test: true, ..samples::crisis() })]).collect()
}

/// The HTML is laid out alike in every language, so one of it is enough to look at.
fn is_known(name: &str, event: &Event) -> bool {
    let mut is_known = samples::is_fixture(&format!("mail/{name}.html"), &render(event, &look()).html);
    for language in Language::ALL {
        let Mail { subject, preview, text, .. } = render(event, &look_in(*language));
        let text = format!("Subject: {subject}\nPreview: {preview}\n\n{text}");
        is_known &= samples::is_fixture(&format!("mail/{}/{name}.txt", language.as_str()), &text);
    }
    is_known
}

#[test]
fn every_kind_of_mail_is_as_it_was_looked_at() {
    let mails = every_mail();
    let written: Vec<&str> =
        mails.iter().filter(|(name, event)| !is_known(name, event)).map(|(name, _)| *name).collect();
    assert!(written.is_empty(), "written now: look at them, and run the tests again: {written:?}");
}

#[test]
fn what_a_client_shows_of_the_text_beside_the_subject_is_of_nobody() {
    let languages = Language::ALL.iter();
    for (kind, language) in languages.flat_map(|language| EventKind::ALL.iter().map(move |kind| (kind, *language))) {
        let text = render(&samples::event(*kind), &look_in(language)).text;
        let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let columns = flat.chars().scan(0, |columns, char| {
            *columns += text::width_of(char.encode_utf8(&mut [0; 4]));
            Some((*columns, char))
        });
        let shown: String = columns.take_while(|(columns, _)| *columns <= 150).map(|(_, char)| char).collect();
        for word in ["w-0042", samples::case().as_str(), "L3", "R3", "GAD", "HRV", "12", "22 %", "22%"] {
            assert!(!shown.contains(word), "{kind:?}: {shown}");
        }
    }
}

#[test]
fn a_test_is_marked_in_subject_text_and_html() {
    for kind in EventKind::ALL {
        let event = samples::event(*kind);
        let mail = render(&event, &look());
        assert!(!mail.subject.contains("TEST") && !mail.text.contains("TEST") && !mail.html.contains("TEST"));
        let mail = render(&Event { is_test: true, ..event }, &look());
        assert!(mail.subject.starts_with("[TEST] ") && mail.text.starts_with("*** TEST"));
        assert!(mail.html.contains("<strong>TEST</strong>"));
        for (language, mark) in [(Language::SimplifiedChinese, "测试"), (Language::Vietnamese, "THỬ")] {
            let mail = render(&Event { is_test: true, ..samples::event(*kind) }, &look_in(language));
            assert!(mail.subject.starts_with(&format!("[{mark}] ")) && mail.text.starts_with(&format!("*** {mark}")));
            assert!(mail.html.contains(&format!("<strong>{mark}</strong>")));
        }
    }
}

#[test]
fn a_crisis_is_urgent_until_it_is_closed() {
    let crisis = samples::crisis();
    let mail = render(&crisis, &look());
    assert_eq!(mail.subject, "Vagus: urgent - call now");
    assert!(mail.text.contains("Somebody needs a conversation now"));
    assert!(mail.text.contains("line\nmanager") || mail.text.contains("line manager"));
    let mut closed = crisis;
    let EventBody::Alert(alert) = &mut closed.body else { panic!() };
    alert.kind = crate::domain::alert::AlertKind::Closed;
    assert_eq!(render(&closed, &look()).subject, "Vagus: a case was closed");
}

#[test]
fn a_review_of_the_work_and_the_count_tell_nothing_of_a_person() {
    for kind in [EventKind::WorkloadReview, EventKind::Committee] {
        let mail = render(&samples::event(kind), &look());
        let text = format!("{}{}{}", mail.subject, mail.preview, mail.text);
        for word in
            ["w-0042", samples::case().as_str(), "L3", "R3", "GAD", "HRV", "score", "questionnaire", "counsel", "57"]
        {
            assert!(!text.contains(word) && !mail.html.contains(word), "{kind:?}: {word}");
        }
    }
}

#[test]
fn without_a_console_commands_alone_are_named() {
    let event = samples::event(EventKind::Raised);
    let mail = render(&event, &look());
    let typed = format!("vagus cases ack {} --by YOU --config FILE", samples::case());
    assert!(!mail.html.contains("href") && !mail.text.contains("http") && mail.text.contains(&typed), "{}", mail.text);
    let look = Look { console: Some("https://vagus.example.org/".to_owned()), ..look() };
    let link = format!("https://vagus.example.org/cases/{}", samples::case());
    let mail = render(&event, &look);
    assert!(mail.html.contains(&format!("href=\"{link}\"")) && mail.text.contains(&link), "{}", mail.html);
}

#[test]
fn a_review_of_no_known_unit_or_limit_says_what_to_look_at() {
    let of = |unit: &str, is_exceeded: bool| {
        let mut event = samples::event(EventKind::WorkloadReview);
        let EventBody::Action(ActionRequest::WorkloadReview { unit: of, exposures, .. }) = &mut event.body else {
            panic!()
        };
        *of = UnitId::parse(unit).unwrap();
        if !is_exceeded {
            exposures.clear();
        }
        let mail = render(&event, &look());
        assert!(!mail.text.contains("w-0042") && !mail.text.contains("unassigned"), "{}", mail.text);
        (mail.text.split_whitespace().collect::<Vec<_>>().join(" "), one_line(&event, &look()))
    };
    for unit in [UNASSIGNED_UNIT, "assembly-2"] {
        let (text, line) = of(unit, false);
        assert!(text.contains("No limit is known to be exceeded") && text.contains("What to look at"), "{text}");
        for word in ["Hours:", "Breaks and rests:", "Staffing:", "Noise:", "Heat:"] {
            assert!(text.contains(word), "{word}: {text}");
        }
        assert!(line.contains("no limit is known to be exceeded"), "{line}");
    }
    let (text, line) = of(UNASSIGNED_UNIT, true);
    assert!(text.contains("Which unit is not known") && text.contains("Weekly hours: 55 h"), "{text}");
    assert!(!text.contains("No limit") && line.starts_with("unit not known, due"), "{line}");
    assert!(!of("assembly-2", true).0.contains("not known"));
}

/// Words that stand in nearly every English sentence, and in no Vietnamese or Chinese one.
const ENGLISH: &[&str] = &[
    "and", "are", "as", "at", "be", "been", "by", "day", "days", "every", "for", "from", "has", "have", "he", "holds",
    "if", "in", "is", "it", "its", "least", "less", "more", "new", "nights", "no", "not", "of", "on", "one", "only",
    "or", "other", "over", "person", "points", "quiet", "review", "since", "step", "than", "that", "the", "their",
    "then", "there", "they", "this", "until", "was", "week", "weeks", "what", "when", "who", "will", "with", "work",
    "worker", "you", "your",
];

/// The English words of a text, but for what is typed into a machine.
fn english(text: &str) -> Vec<String> {
    let lines = text.lines().filter(|line| !line.trim_start().starts_with("vagus "));
    let words = lines.flat_map(|line| line.split(|char: char| !char.is_alphanumeric()));
    words.filter(|word| ENGLISH.contains(word)).map(str::to_owned).collect()
}

#[test]
fn every_mail_is_whole_in_every_language_and_english_in_none_but_english() {
    for (name, event) in every_mail() {
        for language in Language::ALL {
            let mail = render(&event, &look_in(*language));
            let digest = digest(&[member(&event, *language), member(&event, *language)], *language);
            for Mail { subject, preview, text, html } in [mail, digest] {
                let whole = format!("{subject}\n{preview}\n{text}");
                let has_key = |text: &str| text.contains("mail-") || text.contains("{$") || text.contains("{ $");
                assert!(!has_key(&whole) && !has_key(&html), "{name}: {whole}");
                let key = KEYS.iter().find(|key| whole.contains(**key));
                assert_eq!(key, None, "{name}: a key that no language has: {whole}");
                assert!(html.contains(&format!("<html lang=\"{}\">", language.as_str())), "{html}");
                let english = english(&whole);
                assert_eq!(english.is_empty(), *language != Language::English, "{name}: {english:?} in\n{whole}");
            }
        }
    }
}

/// How the keys of texts begin, where a kind or a name of ours follows.
const KEYS: &[&str] = &[
    "action-w",
    "action-c",
    "advice-",
    "band-",
    "component-",
    "concordance-",
    "condition-",
    "hint-",
    "hrv-",
    "level-",
    "milestone-",
    "outcome-",
    "state-",
    "step-",
    "tag-",
    "unit-",
    "verdict-",
    "weekday-",
];

fn member(event: &Event, language: Language) -> Member {
    Member { id: event.id.clone(), kind: Some(event.kind()), about: one_line(event, &look_in(language)) }
}

#[test]
fn nothing_is_loaded_and_nothing_runs() {
    for kind in EventKind::ALL {
        let html = render(&samples::event(*kind), &look()).html;
        for word in ["<script", "<img", "<link", "<iframe", "url(", "@import", "src=", "onload", "<form"] {
            assert!(!html.contains(word), "{kind:?}: {word}");
        }
    }
}

#[test]
fn nobody_is_called_stressed() {
    for kind in EventKind::ALL {
        let text = render(&samples::event(*kind), &look()).text.to_lowercase();
        assert!(!text.contains("stressed") && !text.contains("depress") && !text.contains("burn"), "{kind:?}");
        let text = render(&samples::event(*kind), &look_in(Language::SimplifiedChinese)).text;
        assert!(!["抑郁", "病人", "患者", "精神病", "崩溃"].iter().any(|word| text.contains(word)), "{text}");
        let text = render(&samples::event(*kind), &look_in(Language::Vietnamese)).text.to_lowercase();
        assert!(!["trầm cảm", "bệnh nhân", "tâm thần", "kiệt sức"].iter().any(|word| text.contains(word)), "{text}");
    }
}

/// Everything but the day of a clock change is told twice: light on dark, and dark on light.
#[test]
fn every_colour_of_text_stands_out_from_its_ground() {
    let pairs = [
        ("#1c2530", "#ffffff"),
        ("#4f5b67", "#ffffff"),
        ("#1c2530", "#eef1f4"),
        ("#6b0f14", "#fdecec"),
        ("#1c2530", "#ffd84d"),
        ("#0b5394", "#ffffff"),
        ("#e6e9ec", "#1b2128"),
        ("#b4bcc4", "#1b2128"),
        ("#e6e9ec", "#12161b"),
        ("#8ec5ff", "#1b2128"),
        ("#ffe3e3", "#4a1416"),
    ];
    for (text, ground) in pairs {
        let (a, b) = (luminance(text), luminance(ground));
        let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
        assert!(ratio >= 4.5, "{text} on {ground}: {ratio}");
    }
}

/// Relative luminance as WCAG 2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.040_45 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

proptest! {
    /// Two people of whom everything differs get the same lines, in every language.
    #[test]
    fn subject_and_preview_tell_nothing_of_a_person(one in samples::told(), other in samples::told()) {
        for (kind, language) in EventKind::ALL.iter().flat_map(|kind| Language::ALL.iter().map(move |it| (kind, *it))) {
            let mail = render(&samples::telling(*kind, &one), &look_in(language));
            let twin = render(&samples::telling(*kind, &other), &look_in(language));
            prop_assert_eq!((&mail.subject, &mail.preview), (&twin.subject, &twin.preview));
            let lines = format!("{} {}", mail.subject, mail.preview);
            prop_assert!(!lines.chars().any(char::is_control));
            prop_assert!(lines.is_ascii() || language != Language::English);
            let case = samples::case();
            let instruments = Instrument::ALL.iter().map(|instrument| instrument.as_str());
            let levels = ["level-L2", "level-L3", "level-L4"].map(|key| language.say(key));
            let words = ["L1", "L2", "L3", "L4", case.as_str(), "w-0042", one.worker.as_str(), one.rule.as_str()];
            for word in words.into_iter().chain(instruments) {
                prop_assert!(!lines.contains(word), "{}: {}", lines, word);
            }
            // "高" and "中" are parts of other words.
            for word in levels.iter().filter(|word| word.chars().count() > 1) {
                prop_assert!(!lines.contains(word.as_str()), "{}: {}", lines, word);
            }
        }
    }

    /// What somebody wrote stays text.
    #[test]
    fn markup_in_a_text_is_shown_and_not_followed(told in samples::told()) {
        for kind in EventKind::ALL {
            let mail = render(&samples::telling(*kind, &told), &look());
            prop_assert!(!mail.html.contains("<script"));
            prop_assert!(!mail.text.contains("NaN") && !mail.html.contains("NaN") && !mail.html.contains("inf "));
        }
    }
}
