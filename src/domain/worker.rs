//! What is known of a person beside what the wristband says.

use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

use super::ids::{SiteId, UNASSIGNED_UNIT, UnitId, WorkerKey};
use super::named::named;
use super::{TimeZone, Timestamp};

/// Sex as norms use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

named! {
    /// That a worker takes no part, by their own choice.
    Withholding {
        /// For a while.
        Paused => "paused",
        /// For good, unless they say otherwise.
        Withdrawn => "withdrawn",
    }
}

/// What a worker chose on their own page. The register cannot take it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OwnChoice {
    /// What.
    pub withholding: Withholding,
    /// Since when.
    pub since: Timestamp,
}

/// What is left of a worker who was erased: enough to know the pseudonym where somebody says it, and not to say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tombstone {
    /// Drawn at random, so that two tombstones of one pseudonym have nothing in common.
    pub salt: u128,
    /// SipHash-2-4 of site and pseudonym under the salt.
    pub digest: u128,
}

impl Tombstone {
    /// The tombstone of a worker.
    #[must_use]
    pub fn of(key: &WorkerKey, salt: u128) -> Self {
        Self { salt, digest: digest(salt, &key.site, key.worker.as_str()) }
    }

    /// Whether it is of that site and pseudonym.
    #[must_use]
    pub fn is_of(&self, site: &SiteId, worker: &str) -> bool {
        digest(self.salt, site, worker) == self.digest
    }

    /// Whether a text of that site names the worker: any run of the characters that pseudonyms are made of.
    #[must_use]
    pub fn is_named_in(&self, site: &SiteId, text: &[u8]) -> bool {
        let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
        let names = text.split(|byte| !is_of_name(byte)).filter(|name| !name.is_empty());
        names.filter_map(|name| std::str::from_utf8(name).ok()).any(|name| self.is_of(site, name))
    }
}

fn digest(salt: u128, site: &SiteId, worker: &str) -> u128 {
    let mut hasher = SipHasher24::new_with_key(&salt.to_le_bytes());
    hasher.write(site.as_str().as_bytes());
    hasher.write_u8(b'/');
    hasher.write(worker.as_bytes());
    hasher.finish128().as_u128()
}

/// A worker's row in the register.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// Who it is.
    pub key: WorkerKey,
    /// Department or team.
    pub unit: UnitId,
    /// The zone whose dates count for this worker.
    pub time_zone: TimeZone,
    /// Year of birth.
    pub birth_year: Option<i16>,
    /// Sex.
    pub sex: Option<Sex>,
    /// Body mass index, kg/m².
    pub bmi: Option<f64>,
    /// Whether an error in this job endangers others.
    pub is_safety_critical: bool,
    /// Whether a beta blocker is taken.
    pub has_beta_blocker: bool,
    /// Whether the worker has consented; none where the register does not say. Who refused is never
    /// taken, and where only listed workers are taken, only who consented.
    pub has_consent: Option<bool>,
    /// That the worker chose to take no part; nothing is taken while that stands, whatever the register says.
    pub own_choice: Option<OwnChoice>,
}

/// Who may send readings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Enrolment {
    /// Any worker of a known site; for pilots and the demo.
    Open,
    /// Only workers of the register who have consented.
    Listed,
}

impl Profile {
    /// Whether the worker does not take part: nothing is taken, and what is kept is used for nothing new.
    #[must_use]
    pub fn is_withheld(&self) -> bool {
        self.has_consent == Some(false) || self.own_choice.is_some()
    }

    /// A worker of whom only the pseudonym is known.
    #[must_use]
    pub fn unknown(key: WorkerKey, time_zone: TimeZone) -> Self {
        Self {
            key,
            unit: UnitId::parse(UNASSIGNED_UNIT).expect("the constant is a valid name"),
            time_zone,
            birth_year: None,
            sex: None,
            bmi: None,
            is_safety_critical: false,
            has_beta_blocker: false,
            has_consent: None,
            own_choice: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ids::WorkerId;
    use super::*;

    #[test]
    fn a_tombstone_knows_its_worker_and_nobody_else() {
        let (site, other) = (SiteId::parse("plant-a").unwrap(), SiteId::parse("plant-b").unwrap());
        let key = WorkerKey { site: site.clone(), worker: WorkerId::parse("W-1").unwrap() };
        let stone = Tombstone::of(&key, 7);
        assert!(stone.is_of(&site, "W-1") && !stone.is_of(&other, "W-1") && !stone.is_of(&site, "W-17"));
        assert_ne!(stone.digest, Tombstone::of(&key, 8).digest);
        assert!(stone.is_named_in(&site, br#"{"worker":"W-1","hr":61}"#));
        assert!(stone.is_named_in(&site, b"\xff\x00W-1"));
        assert!(!stone.is_named_in(&site, br#"{"worker":"W-17","note":"W-1x"}"#));
    }
}
