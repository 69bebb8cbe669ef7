//! Identifiers. Every one is checked once, where it enters, so that it may stand in a path, a topic
//! or a log without being looked at again.

use std::fmt;

/// Why a name was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// The name has no character.
    #[error("is empty")]
    Empty,
    /// The name is longer than [`MAX_NAME_LEN`].
    #[error("is {0} characters long, at most {MAX_NAME_LEN} are allowed")]
    TooLong(usize),
    /// The name holds something else than `A-Z a-z 0-9 _ -`.
    #[error("holds {0:?}; only A-Z a-z 0-9 _ - are allowed")]
    Character(char),
}

/// The longest name of a site, source, worker or device.
pub const MAX_NAME_LEN: usize = 64;

fn check(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if let Some(bad) = text.chars().find(|c| !(c.is_ascii_alphanumeric() || *c == '_' || *c == '-')) {
        return Err(NameError::Character(bad));
    }
    if text.len() > MAX_NAME_LEN {
        return Err(NameError::TooLong(text.len()));
    }
    Ok(())
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks and keeps a name.
            ///
            /// # Errors
            /// [`NameError`] where the text is not 1 to 64 of `A-Z a-z 0-9 _ -`.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                check(text)?;
                Ok(Self(text.into()))
            }

            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A plant, hospital or office.
    SiteId
);
name!(
    /// Whatever publishes: a device gateway, a screening system, a roster system.
    SourceId
);
name!(
    /// The pseudonym of a person, unique within a site.
    WorkerId
);
name!(
    /// A wristband.
    DeviceId
);
name!(
    /// A department or team within a site.
    UnitId
);

name!(
    /// A way out of Vagus, as the configuration names it.
    ChannelId
);

/// The name of the channel that is always there.
const MQTT: &str = "mqtt";

impl ChannelId {
    /// The channel that is always there: events over the broker.
    #[must_use]
    pub fn mqtt() -> Self {
        Self(MQTT.into())
    }

    /// Whether it is the channel over the broker.
    #[must_use]
    pub fn is_mqtt(&self) -> bool {
        self.as_str() == MQTT
    }
}

/// The unit of a worker for whom no row was imported.
pub const UNASSIGNED_UNIT: &str = "unassigned";

/// Source names that the topic scheme needs for itself.
const RESERVED_SOURCES: [&str; 3] = ["actions", "alerts", "receipts"];

impl SourceId {
    /// Whether the name is one that the topic scheme keeps for itself.
    #[must_use]
    pub fn is_reserved(&self) -> bool {
        RESERVED_SOURCES.contains(&self.as_str())
    }
}

/// A person: a pseudonym at a site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerKey {
    /// The site that knows the pseudonym.
    pub site: SiteId,
    /// The pseudonym.
    pub worker: WorkerId,
}

/// A person inside Vagus: a random number drawn when the person is first seen.
///
/// Ids of cases and actions are derived from it one way, so that nobody who holds an id can find
/// the pseudonym by trying, and a person who was erased and comes back is somebody new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WorkerNumber(pub u128);

/// How many logical partitions the workers are spread over, whatever the number of shards.
pub const PARTITIONS: u8 = 64;

impl WorkerNumber {
    /// The logical partition of this worker, `0..PARTITIONS`.
    #[must_use]
    pub fn partition(self) -> u8 {
        u8::try_from(self.0 % u128::from(PARTITIONS)).expect("a remainder below 64 fits into a byte")
    }

    /// A keyed one-way digest of `parts`, in 26 characters of Crockford's base 32.
    #[must_use]
    pub(crate) fn derive(self, parts: &[u64]) -> String {
        use siphasher::sip128::{Hasher128, SipHasher24};
        use std::hash::Hasher;
        let mut hasher = SipHasher24::new_with_key(&self.0.to_le_bytes());
        for part in parts {
            hasher.write(&part.to_le_bytes());
        }
        crockford(hasher.finish128().as_u128())
    }
}

/// 128 bits as 26 characters that cannot be misread over the telephone.
fn crockford(mut bits: u128) -> String {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let mut text = [b'0'; 26];
    for slot in text.iter_mut().rev() {
        *slot = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    text.iter().map(|b| char::from(*b)).collect()
}

/// The number of a journal row; the first is 1.
pub type RowNumber = u64;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked_once_where_they_enter() {
        assert_eq!(SiteId::parse("plant-a").map(|s| s.to_string()), Ok("plant-a".to_owned()));
        assert_eq!(WorkerId::parse(""), Err(NameError::Empty));
        assert_eq!(WorkerId::parse("../etc"), Err(NameError::Character('.')));
        assert_eq!(DeviceId::parse(&"x".repeat(65)), Err(NameError::TooLong(65)));
        assert!(DeviceId::parse(&"x".repeat(64)).is_ok());
    }

    #[test]
    fn derived_ids_differ_by_part_and_by_worker() {
        let one = WorkerNumber(7);
        assert_eq!(one.derive(&[1, 2]), one.derive(&[1, 2]));
        assert_ne!(one.derive(&[1, 2]), one.derive(&[2, 1]));
        assert_ne!(one.derive(&[1]), WorkerNumber(8).derive(&[1]));
        assert_eq!(one.derive(&[1]).len(), 26);
    }
}
