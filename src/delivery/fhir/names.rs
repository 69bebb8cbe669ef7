//! Systems of identifiers and codes, and the addresses of resources inside a bundle.

use std::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher24};

use super::datatypes::Identifier;
use crate::domain::ids::SiteId;

/// Codes of ours, each in a system of its own.
pub(super) const LEVEL: &str = "urn:vagus:level";
pub(super) const RULE: &str = "urn:vagus:rule";
pub(super) const MEASURE: &str = "urn:vagus:measure";
pub(super) const INSTRUMENT: &str = "urn:vagus:instrument";
pub(super) const ACTION: &str = "urn:vagus:action";
pub(super) const EXPOSURE: &str = "urn:vagus:exposure";
pub(super) const MILESTONE: &str = "urn:vagus:milestone";
pub(super) const ADVICE: &str = "urn:vagus:advice";

pub(super) const LOINC: &str = "http://loinc.org";
pub(super) const UCUM: &str = "http://unitsofmeasure.org";

/// Something of a site, e.g. `urn:vagus:plant-a:worker` and a pseudonym.
pub(super) fn of_site(site: &SiteId, what: &str, value: &str) -> Identifier {
    Identifier { system: format!("urn:vagus:{site}:{what}"), value: value.to_owned() }
}

/// The site itself.
pub(super) fn site(site: &SiteId) -> Identifier {
    Identifier { system: "urn:vagus:site".to_owned(), value: site.to_string() }
}

/// Where a resource of that identifier stands in every bundle: a UUID of version 8, whose bits are ours
/// to choose, made from the identifier alone.
pub(super) fn full_url(resource: &str, identifier: &Identifier) -> String {
    let mut hasher = SipHasher24::new();
    for part in [resource, &identifier.system, &identifier.value] {
        // The length before it, so that no two lists of parts look the same.
        hasher.write_u64(part.len() as u64);
        hasher.write(part.as_bytes());
    }
    const VERSION: u128 = 0xf << 76;
    const VARIANT: u128 = 0b11 << 62;
    let bits = hasher.finish128().as_u128() & !VERSION & !VARIANT | 8 << 76 | 0b10 << 62;
    let hex = format!("{bits:032x}");
    format!("urn:uuid:{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
