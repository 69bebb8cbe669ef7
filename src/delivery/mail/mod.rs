//! Events as mails: a subject, a text for plain clients, and the same in HTML.
//!
//! An event, how its site tells time and the recipient's language go in; three texts come out, always
//! the same for the same event. What is said stands once, in `words`, as a page of plain blocks; `text` and `html` only set
//! it. Subject and preview are seen on locked screens and by mail servers: they are made of the kind
//! and a due time alone, so no health value, level, rule or pseudonym can get into them. Nothing here
//! sends, or knows to whom.

mod digest;
mod html;
mod page;
mod subject;
mod text;
mod words;

pub use digest::digest;

use crate::domain::TimeZone;
use crate::domain::event::Event;
use crate::texts::Language;

/// How a mail about a site looks to one recipient.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// The site as people call it.
    pub site_name: String,
    /// The zone in which times are told.
    pub zone: TimeZone,
    /// The language that the recipient reads.
    pub language: Language,
    /// Where the console is, e.g. `https://vagus.example.org`; without it mails name commands alone.
    pub console: Option<String>,
}

/// A mail but for its addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The subject: one line.
    pub subject: String,
    /// What a client shows beside the subject; the first line of both bodies.
    pub preview: String,
    /// The body for plain clients.
    pub text: String,
    /// The body in HTML: inline styles, nothing remote, no scripts.
    pub html: String,
}

/// Puts an event into a mail.
#[must_use]
pub fn render(event: &Event, look: &Look) -> Mail {
    let line = subject::of(event, look);
    let page = words::page(event, look);
    Mail {
        text: text::set(&page, &line, event.is_test),
        html: html::set(&page, &line, event.is_test),
        subject: line.subject,
        preview: line.preview,
    }
}

/// An event in one line, for a digest.
#[must_use]
pub fn one_line(event: &Event, look: &Look) -> String {
    words::line(event, look)
}

#[cfg(test)]
mod tests;
