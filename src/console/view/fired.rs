//! What the rules of a case rested on when they matched, beside what is so today.

use serde::Serialize;
use utoipa::ToSchema;

use super::EvidenceView;

/// A moment at which rules of a case matched.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FiredView {
    /// The worker's date.
    #[schema(format = Date)]
    pub on: String,
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    pub at: String,
    /// The rules that matched.
    pub rules: Vec<FiredRule>,
    /// Whether the rules have been changed since: then each rule is shown with all that was found.
    pub is_changed: bool,
    /// What was found, in words.
    pub summary: String,
    /// What was found, as the alert of that moment had it where there was one.
    pub evidence: EvidenceView,
}

/// A rule, and what it rested on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FiredRule {
    /// Its id.
    pub rule: String,
    /// What it is about, in words.
    pub title: String,
    /// Whether it matches today, be it by the same signs or by others; null of a crisis answer, which no later
    /// reading takes back, and of a rule that by itself opens no case: what it finds today is for the worker alone.
    pub matches_today: Option<bool>,
    /// Whether it is about a crisis answer.
    pub is_crisis: bool,
    /// Whether it stands for the joint table, which looks at several signs together.
    pub is_table: bool,
    /// The parts of the evidence that it rests on.
    pub lines: Vec<FiredLine>,
}

/// A part of the evidence, then and now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FiredLine {
    /// What.
    pub what: String,
    /// What was found.
    pub found: String,
    /// What that was held against.
    pub against: String,
    /// What it is today; null where nothing that counts is known.
    pub today: Option<String>,
}
