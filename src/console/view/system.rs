//! How the service itself is, and what is done about it: no payload, no content of a message, nobody's health.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RuleForm, SourceRow};

/// How the service is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemView {
    /// The version of the program.
    pub version: String,
    /// The version of the rules in force.
    pub rules_version: String,
    /// What keeps the service from its work, in words; empty where nothing does.
    pub reasons: Vec<String>,
    /// The names of these, by which a page has words for them.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Whether the session that takes in is connected.
    pub is_connected: bool,
    /// Connections after the first.
    pub reconnects: u64,
    /// Rows that are written and not applied yet.
    pub lag_rows: u64,
    /// Bytes on disk; null where they cannot be counted.
    pub store_bytes: Option<u64>,
    /// By how many seconds the machine's clock stepped; null where it is believed.
    pub clock_step_s: Option<i64>,
    /// The sources, the one that is silent longest first.
    pub sources: Vec<SourceRow>,
    /// What was refused.
    pub quarantine: QuarantineView,
    /// The ways out.
    pub channels: Vec<ChannelView>,
    /// What was given up, the oldest first, at most [`SHOWN`].
    pub dead: Vec<DeadLetter>,
}

/// Refused items and dead letters that are shown.
pub const SHOWN: usize = 50;

/// What was refused.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuarantineView {
    /// How many there are.
    pub total: usize,
    /// Of how many of the newest reasons are counted.
    pub counted: usize,
    /// How many for each reason, the most frequent first.
    pub reasons: Vec<(String, usize)>,
    /// The newest, at most [`SHOWN`].
    pub newest: Vec<RefusedRow>,
}

/// One refused item, without what it held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRow {
    /// Its id.
    pub id: u64,
    /// When it came, RFC 3339.
    pub received_at: String,
    /// The site of its topic.
    pub site: Option<String>,
    /// The source of its topic.
    pub source: Option<String>,
    /// Why.
    pub reason: String,
    /// What exactly.
    pub detail: String,
    /// Its length.
    pub bytes: usize,
}

/// One way out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelView {
    /// Its name.
    pub channel: String,
    /// Deliveries that wait.
    pub pending: usize,
    /// Deliveries that were given up.
    pub dead: usize,
    /// `up`, `down` or `not_configured`.
    pub receiver: String,
}

/// A delivery that was given up, without what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeadLetter {
    /// The event's id.
    pub id: String,
    /// The channel.
    pub channel: String,
    /// Whether it is of a crisis.
    pub is_crisis: bool,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was given up, RFC 3339.
    pub given_up_at: Option<String>,
    /// What the last attempt met with.
    pub error: Option<String>,
}

/// What is done about the service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SystemDeed {
    /// Look at refused items once more; at all, where none is named.
    RetryRefused(Vec<u64>),
    /// Throw refused items away.
    DiscardRefused(Vec<u64>),
    /// Try the deliveries of these events again.
    RetryDead(Vec<String>),
    /// Throw away what was given up of these events.
    DiscardDead {
        /// The events.
        ids: Vec<String>,
        /// Those of a crisis, too.
        with_crises: bool,
    },
    /// Believe the machine's clock as it stands.
    AcceptClock,
}

impl SystemDeed {
    /// The name used in forms, in the audit and in the keys of texts.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::RetryRefused(_) => "retry_refused",
            Self::DiscardRefused(_) => "discard_refused",
            Self::RetryDead(_) => "retry_dead",
            Self::DiscardDead { .. } => "discard_dead",
            Self::AcceptClock => "accept_clock",
        }
    }
}

/// What a deed did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SystemDone {
    /// To how many it was done.
    pub done: usize,
    /// How many stay: refused again, or kept because they are of a crisis.
    pub left: usize,
}

/// One setting as it is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettingRow {
    /// Its key in the configuration.
    pub key: String,
    /// Its value.
    pub value: String,
}

/// The rules as they are in force.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct RulesView {
    /// Their version.
    pub version: String,
    /// Rules and cut-offs in words.
    pub rules: Vec<String>,
    /// Time limits in words.
    pub limits: Vec<String>,
    /// The methods of the library.
    pub methods: Vec<MethodRow>,
    /// The rules that can be asked about.
    pub forms: Vec<RuleForm>,
    /// What each rule is about, by its id; those of the joint table among them.
    #[serde(default)]
    pub titles: BTreeMap<String, String>,
    /// The joint table in words.
    #[serde(default)]
    pub table: Vec<String>,
}

/// A method of the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MethodRow {
    /// Its name.
    pub name: String,
    /// `workload_review` or `counseling`.
    pub side: String,
    /// The step of care.
    pub step: u8,
    /// How many weeks it takes.
    pub weeks: u8,
    /// The risks that it is for.
    pub risks: Vec<String>,
    /// What to do.
    pub sentence: String,
}
