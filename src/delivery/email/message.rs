//! A whole message, RFC 5322, as it is stored and sent.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::delivery::settings::EmailAddress;
use crate::domain::Timestamp;
use crate::domain::event::EventKind;
use crate::texts::Language;

/// The parts' border; `=_` stands in no quoted-printable text, so it cannot be met within a part.
const BOUNDARY: &str = "=_vagus_part";

/// Of which kind an event is, what it is about and whether it is a test, in words that say nothing of
/// a person's health: a digest is made of them, long after the event was set into a mail.
const KIND: &str = "X-Vagus-Kind";
const ABOUT: &str = "X-Vagus-About";
const IS_TEST: &str = "X-Vagus-Test";
/// RFC 3282.
const LANGUAGE: &str = "Content-Language";
const MANY: &str = "digest";

/// What a message says.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// What tells the message apart from all others to this recipient, e.g. the event's id.
    pub id: &'a str,
    /// What kind of event it is; none where it is of several.
    pub kind: Option<EventKind>,
    /// What it is about: a case, or an action and its unit.
    pub about: &'a str,
    /// In which language it is written.
    pub language: Language,
    /// Whether it only tries whether mails arrive.
    pub is_test: bool,
    /// When it was decided.
    pub at: Timestamp,
    /// One line.
    pub subject: &'a str,
    /// The body for plain clients.
    pub text: &'a str,
    /// The body in HTML.
    pub html: &'a str,
}

/// Builds a message; the same content always gives the same bytes.
///
/// `Message-ID` is made of the id and the recipient's short name, so that a client shows a message that
/// was sent twice once. No automatic answer is wanted (RFC 3834).
#[must_use]
pub fn compose(from: &Mailbox, recipient: &str, to: &EmailAddress, content: Content<'_>) -> Vec<u8> {
    let domain = from.email.domain();
    let message_id = format!("<{}.{}@{domain}>", atoms(content.id), atoms(recipient));
    let body = MultiPart::alternative()
        .boundary(BOUNDARY)
        .singlepart(SinglePart::plain(content.text.to_owned()))
        .singlepart(SinglePart::html(content.html.to_owned()));
    let header = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), one_line(value));
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.address().clone()))
        .date(SystemTime::from(content.at))
        .message_id(Some(message_id))
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header(KIND, content.kind.map_or(MANY, EventKind::as_str)))
        .raw_header(header(ABOUT, &encoded(content.about)))
        .raw_header(header(LANGUAGE, content.language.as_str()))
        .raw_header(header(IS_TEST, if content.is_test { "yes" } else { "no" }))
        .subject(one_line(content.subject))
        .multipart(body);
    message.expect("it has a sender and an addressee").formatted()
}

/// What the headers of a stored message say of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) kind: Option<EventKind>,
    pub(super) about: Option<String>,
    pub(super) language: Language,
    pub(super) is_test: bool,
}

/// Reads the headers of a message that was stored.
pub(super) fn label(message: &[u8]) -> Label {
    let text = String::from_utf8_lossy(message);
    let head = text.split_once("\r\n\r\n").map_or(&*text, |(head, _)| head);
    // Long lines were broken before a space.
    let head = head.replace("\r\n ", " ");
    let value = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    Label {
        kind: value(KIND).and_then(EventKind::parse),
        about: value(ABOUT).map(decoded),
        // Mails of an earlier release do not say it: they are English.
        language: value(LANGUAGE).and_then(Language::parse).unwrap_or(Language::English),
        is_test: value(IS_TEST) == Some("yes"),
    }
}

/// Begins what is not plain ASCII.
const EXTENDED: &str = "UTF-8''";

/// A text as it may stand in a header of our own: as it is, or extended, broken where a line may end.
///
/// # Source
/// RFC 8187, section 3.2.1; the spaces are ours, since a line of a message ends at 998 bytes.
fn encoded(text: &str) -> String {
    let text = one_line(text);
    if text.is_ascii() && !text.starts_with(EXTENDED) {
        return text;
    }
    let mut out = EXTENDED.to_owned();
    for (n, byte) in text.bytes().enumerate() {
        if n > 0 && n % 20 == 0 {
            out.push(' ');
        }
        out.push_str(&format!("%{byte:02X}"));
    }
    out
}

/// The text of a header of our own.
fn decoded(value: &str) -> String {
    let Some(rest) = value.strip_prefix(EXTENDED) else { return value.to_owned() };
    let parts = rest.split(['%', ' ']).filter(|part| !part.is_empty());
    let bytes: Vec<u8> = parts.filter_map(|part| u8::from_str_radix(part, 16).ok()).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A text as it may stand in a message's id.
fn atoms(text: &str) -> String {
    let mut atoms = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            atoms.push(char::from(byte));
        } else {
            atoms.push_str(&format!("={byte:02X}"));
        }
    }
    atoms
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Whatever a message is about can be read from it again, and no line of it is too long.
        #[test]
        fn what_a_message_is_about_is_read_as_it_was_written(about in "[ -~]{0,40}|\\PC{0,400}|部门[一-龥。，（ ]{0,300}") {
            let content = Content {
                id: "e",
                kind: None,
                about: &about,
                language: Language::Vietnamese,
                is_test: false,
                at: Timestamp::UNIX_EPOCH,
                subject: "s",
                text: "t",
                html: "h",
            };
            let to = EmailAddress::parse("lan@example.org").unwrap();
            let message = compose(&"vagus@example.org".parse().unwrap(), "lan", &to, content);
            let label = label(&message);
            prop_assert_eq!(label.language, Language::Vietnamese);
            let (read, written) = (label.about.unwrap_or_default(), one_line(&about));
            prop_assert_eq!(read.trim(), written.trim());
            prop_assert!(message.split(|byte| *byte == b'\n').all(|line| line.len() <= 998));
        }
    }
}
