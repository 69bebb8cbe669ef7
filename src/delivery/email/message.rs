//! A whole message, RFC 5322, as it is stored and sent.

use std::time::SystemTime;

use lettre::Message;
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};

use crate::delivery::settings::EmailAddress;
use crate::domain::Timestamp;

/// The parts' border; `=_` stands in no quoted-printable text, so it cannot be met within a part.
const BOUNDARY: &str = "=_vagus_part";

/// What a message says.
#[derive(Debug, Clone, Copy)]
pub struct Content<'a> {
    /// What tells the message apart from all others to this recipient, e.g. the event's id.
    pub id: &'a str,
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
    let no_answer = HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned());
    let message = Message::builder()
        .from(from.clone())
        .to(Mailbox::new(None, to.address().clone()))
        .date(SystemTime::from(content.at))
        .message_id(Some(message_id))
        .raw_header(no_answer)
        .subject(one_line(content.subject))
        .multipart(body);
    message.expect("it has a sender and an addressee").formatted()
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
