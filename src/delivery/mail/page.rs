//! What a mail says, before it is set as text or HTML.

use crate::texts::Language;

/// A mail's body.
#[derive(Debug)]
pub(super) struct Page {
    /// The language in which it is written.
    pub(super) language: Language,
    /// The heading.
    pub(super) headline: String,
    /// Whether somebody has to act at once.
    pub(super) is_urgent: bool,
    /// What is said.
    pub(super) blocks: Vec<Block>,
    /// Who sent it, where times are told, and how it is to be handled.
    pub(super) footer: Vec<String>,
}

/// A part of the body.
#[derive(Debug)]
pub(super) enum Block {
    /// The heading of what follows.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A paragraph that must not be overlooked.
    Call(String),
    /// Names and what they are.
    Facts(Vec<(String, String)>),
    /// Three columns, the first of which names the row.
    Table([String; 3], Vec<[String; 3]>),
    /// Points.
    List(Vec<String>),
    /// What can be typed.
    Commands(Vec<String>),
    /// What can be opened.
    Link(String, String),
}
