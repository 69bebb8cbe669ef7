//! A whole message, RFC 5322, as it is stored and sent.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::delivery::settings::EmailAddress;
use crate::domain::Timestamp;
use crate::domain::event::EventKind;

/// The parts' border; `=_` stands in no quoted-printable text, so it cannot be met within a part.
const BOUNDARY: &str = "=_vagus_part";

/// Of which kind an event is, what it is about and whether it is a test, in words that say nothing of
/// a person's health: a digest is made of them, long after the event was set into a mail.
const KIND: &str = "X-Vagus-Kind";
const ABOUT: &str = "X-Vagus-About";
const IS_TEST: &str = "X-Vagus-Test";
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
        .raw_header(header(ABOUT, content.about))
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
        about: value(ABOUT).map(str::to_owned),
        is_test: value(IS_TEST) == Some("yes"),
    }
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
