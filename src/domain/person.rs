//! People who work with cases: who they are, in which role, and who did something.

use std::fmt;

use super::ids::{MAX_NAME_LEN, SourceId};
use super::named::named;

/// The short name of a person who works with cases: 1 to 64 of `A-Z a-z 0-9 _ - .`
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonId(Box<str>);

/// A text that cannot be the short name of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("is not the short name of a person: 1 to 64 of A-Z a-z 0-9 _ - . are expected")]
pub struct PersonIdError;

impl PersonId {
    /// Checks and keeps a name.
    ///
    /// # Errors
    /// [`PersonIdError`] where the text cannot be one.
    pub fn parse(text: &str) -> Result<Self, PersonIdError> {
        let is_name = (1..=MAX_NAME_LEN).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
        if is_name { Ok(Self(text.into())) } else { Err(PersonIdError) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

named! {
    /// What somebody is to the cases.
    ///
    /// # Source
    /// Domain reference, sections 8.2 (who is told) and 8.6 (who may see what).
    Role {
        /// Occupational physician or nurse: leads cases.
        Physician => "physician",
        /// Offers counselling.
        Counsellor => "counsellor",
        /// On duty for crises, day and night.
        DutyClinician => "duty_clinician",
        /// Leads occupational health; told when a limit is over.
        OhLead => "oh_lead",
        /// Heads occupational health; told when a limit is over by half.
        OhHead => "oh_head",
        /// Carries out workload reviews: nothing of a person's health.
        Manager => "manager",
        /// Health and safety committee: counts only.
        SafetyCommittee => "safety_committee",
        /// Keeps the service running.
        Operator => "operator",
        /// Makes accounts and reads the audit: nothing of a person's health.
        Administrator => "administrator",
    }
}

impl Role {
    /// Whether the role is bound to medical secrecy, and may close a crisis.
    #[must_use]
    pub const fn is_clinical(self) -> bool {
        matches!(self, Self::Physician | Self::Counsellor | Self::DutyClinician | Self::OhLead | Self::OhHead)
    }
}

/// Who did something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Actor {
    /// Vagus itself: a time limit, or what follows from something else.
    Vagus,
    /// A system that reports over MQTT.
    Source(SourceId),
    /// A person.
    Person {
        /// Who.
        id: PersonId,
        /// In which role.
        role: Role,
    },
}
