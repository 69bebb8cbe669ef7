//! What became of what was sent: receipts of messages, reports of imports.

use serde::Serialize;
use utoipa::ToSchema;

/// What became of one message, once that is on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReceiptView {
    /// The payload's id, or else the header `idempotency-key`.
    pub message_id: Option<String>,
    /// The MQTT topic that it would have come on.
    pub topic: String,
    /// Items that changed something.
    pub accepted: u32,
    /// Items that were there already.
    pub duplicate: u32,
    /// Items, or the payload, that were refused; they are kept in quarantine.
    pub rejected: Vec<RejectionRow>,
    /// When, RFC 3339.
    #[schema(format = DateTime)]
    pub committed_at: String,
}

/// Something that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RejectionRow {
    /// The item's place in the message; null where the whole payload was refused.
    pub index: Option<u32>,
    /// Why, by its name.
    #[schema(example = "out_of_range")]
    pub reason: String,
    /// What exactly.
    pub detail: String,
}

/// What became of an imported file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportReport {
    /// Lines that were taken.
    pub taken: u64,
    /// Of these, lines that changed nothing: it was known already.
    pub unchanged: u64,
    /// Lines of which nothing was taken, and why.
    pub bad: Vec<LineProblem>,
}

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LineProblem {
    /// The line of the file; the header is line 1.
    pub line: u64,
    /// The column, where it is one column's fault.
    pub column: Option<String>,
    /// Why, by its name.
    #[schema(example = "bad_timestamp")]
    pub reason: String,
    /// What exactly.
    pub detail: String,
}
