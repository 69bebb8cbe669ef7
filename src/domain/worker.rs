//! What is known of a person beside what the wristband says.

use std::hash::Hasher as _;

use siphasher::sip128::{Hasher128 as _, SipHasher24};

use super::ids::{MAX_NAME_LEN, SiteId, UNASSIGNED_UNIT, UnitId, WorkerKey};
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
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tombstone {
    /// The site.
    pub site: SiteId,
    /// Drawn at random, so that two tombstones of one pseudonym have nothing in common.
    pub salt: u128,
    /// SipHash-2-4 of the pseudonym under the salt.
    pub digest: u128,
}

impl Tombstone {
    /// The tombstone of a worker.
    #[must_use]
    pub fn of(key: &WorkerKey, salt: u128) -> Self {
        Self { site: key.site.clone(), salt, digest: digest(salt, key.worker.as_str().as_bytes()) }
    }

    /// Whether it is of that site and pseudonym.
    #[must_use]
    pub fn is_of(&self, site: &SiteId, worker: &str) -> bool {
        *site == self.site && self.is_named(worker.as_bytes())
    }

    /// Whether a payload names the worker: in quotes, as JSON has it. A number that looks like a pseudonym is none.
    #[must_use]
    pub fn is_named_in(&self, payload: &[u8]) -> bool {
        payload.split(|byte| *byte == b'"').any(|quoted| self.is_named(quoted))
    }

    /// Whether a sentence of ours names the worker: the word `worker`, and the pseudonym after it.
    #[must_use]
    pub fn is_named_by_us(&self, sentence: &str) -> bool {
        let mut words = sentence.split_whitespace();
        std::iter::from_fn(|| words.find(|word| *word == "worker").and_then(|_| words.clone().next()))
            .any(|name| self.is_named(name.trim_end_matches([',', '.', ':', ';']).as_bytes()))
    }

    fn is_named(&self, name: &[u8]) -> bool {
        (1..=MAX_NAME_LEN).contains(&name.len()) && digest(self.salt, name) == self.digest
    }
}

fn digest(salt: u128, worker: &[u8]) -> u128 {
    let mut hasher = SipHasher24::new_with_key(&salt.to_le_bytes());
    hasher.write(worker);
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
        let key = WorkerKey { site: site.clone(), worker: WorkerId::parse("820").unwrap() };
        let stone = Tombstone::of(&key, 7);
        assert!(stone.is_of(&site, "820") && !stone.is_of(&other, "820") && !stone.is_of(&site, "8201"));
        assert_ne!(stone.digest, Tombstone::of(&key, 8).digest);
        assert!(stone.is_named_in(br#"{"worker":"820","hr":61}"#));
        assert!(stone.is_named_in(b"\xff\x00{\"worker\": \"820\", cut"));
        assert!(!stone.is_named_in(br#"{"worker":"821","rr_ms":[790,820,805],"note":"at 820 ms"}"#));
        assert!(stone.is_named_by_us("worker 820 is not in the register") && stone.is_named_by_us("of worker 820."));
        assert!(!stone.is_named_by_us("820 is not a worker"));
    }
}
