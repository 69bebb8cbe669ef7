//! A receipt as a source reads it.

use serde::{Deserialize, Serialize};

/// What became of one message. Fields that a later version adds are passed over.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Receipt {
    pub(super) message_id: Option<String>,
    pub(super) accepted: u64,
    pub(super) duplicate: u64,
    pub(super) rejected: Vec<Rejected>,
}

/// One thing that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rejected {
    /// The item's place in the message; none where the whole payload was refused.
    pub(super) index: Option<usize>,
    /// A reason of the contract; text, because a later version may know more of them.
    pub(super) reason: String,
    pub(super) detail: String,
}
