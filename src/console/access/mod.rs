//! Who may see and do what in the console and the API.
//!
//! A request comes in, a [`Reader`] leaves, or a refusal. Nothing is granted that the table in
//! `grants` does not name, and what was read of a person's health is written down before it is shown.
//! Nothing here knows how a page looks.

pub mod account;
pub mod audit;
pub mod grants;
pub mod keeping;
pub mod links;
pub mod looked;
pub mod password;
pub mod provider;
pub mod session;
pub mod shown;
pub mod throttle;

use crate::domain::ids::SiteId;
use crate::domain::person::{Actor, PersonId, Role};
pub use grants::{Field, Reach};

/// Somebody who signed in: who, in which role, and for which sites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reader {
    /// Who.
    pub id: PersonId,
    /// In which role.
    pub role: Role,
    /// The sites they look after; all, where none is named.
    pub sites: Vec<SiteId>,
    /// The crises that this session opened in an emergency, as long as that lasts.
    pub opened: Vec<String>,
}

impl Reader {
    /// Somebody of that name, role and sites.
    #[must_use]
    pub const fn new(id: PersonId, role: Role, sites: Vec<SiteId>) -> Self {
        Self { id, role, sites, opened: Vec::new() }
    }

    /// How far a field may be seen; `None` where not at all.
    #[must_use]
    pub fn reach(&self, field: Field) -> Option<Reach> {
        grants::reach(self.role, field)
    }

    /// Whether a field of somebody may be seen: at their sites, and where the reach is narrow, of a
    /// case that the reader leads or an action of which they carry out.
    #[must_use]
    pub fn may_see(&self, field: Field, site: &SiteId, people_of_case: &[PersonId]) -> bool {
        self.is_of(site)
            && match self.reach(field) {
                Some(Reach::Site) => true,
                Some(Reach::Assigned) => people_of_case.contains(&self.id),
                None => false,
            }
    }

    /// Whether a crisis of that site may be opened for that field in an emergency, by who is not assigned to it.
    ///
    /// # Source
    /// Domain reference, section 8.6: break-glass for L4 with a reason, looked at within 24 hours.
    #[must_use]
    pub fn may_open(&self, field: Field, site: &SiteId) -> bool {
        let is_narrow = self.reach(field) == Some(Reach::Assigned);
        is_narrow && self.role.is_clinical() && self.is_of(site)
    }

    /// Whether they look after a site.
    #[must_use]
    pub fn is_of(&self, site: &SiteId) -> bool {
        self.sites.is_empty() || self.sites.contains(site)
    }

    /// As the history of a case names them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Person { id: self.id.clone(), role: self.role }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(role: Role, sites: &[&str]) -> Reader {
        let sites = sites.iter().map(|site| SiteId::parse(site).unwrap()).collect();
        Reader::new(PersonId::parse("x").unwrap(), role, sites)
    }

    #[test]
    fn a_site_that_is_not_theirs_shows_nothing() {
        let (own, other) = (SiteId::parse("plant-a").unwrap(), SiteId::parse("plant-b").unwrap());
        for role in Role::ALL {
            for field in Field::ALL {
                assert!(!reader(*role, &["plant-a"]).may_see(*field, &other, &[]), "{role:?} {field:?}");
            }
        }
        assert!(reader(Role::Physician, &["plant-a"]).may_see(Field::Evidence, &own, &[]));
        assert!(reader(Role::Physician, &[]).may_see(Field::Evidence, &other, &[]));
    }

    #[test]
    fn an_emergency_widens_only_what_the_role_sees_of_its_own_cases() {
        let (own, other) = (SiteId::parse("plant-a").unwrap(), SiteId::parse("plant-b").unwrap());
        let opened = |role, site| -> Vec<Field> {
            let may = |field: &&Field| reader(role, &["plant-a"]).may_open(**field, site);
            Field::ALL.iter().filter(may).copied().collect()
        };
        assert_eq!(opened(Role::Physician, &own), [Field::Answers, Field::Notes]);
        assert_eq!(opened(Role::DutyClinician, &own), [Field::Evidence, Field::Answers, Field::Notes]);
        for role in [Role::OhHead, Role::Manager, Role::Administrator, Role::Operator, Role::SafetyCommittee] {
            assert_eq!(opened(role, &own), [], "{role:?}");
        }
        assert_eq!(opened(Role::Physician, &other), []);
    }

    #[test]
    fn a_counsellor_sees_the_cases_they_work_on_and_no_other() {
        let site = SiteId::parse("plant-a").unwrap();
        let counsellor = reader(Role::Counsellor, &[]);
        assert!(!counsellor.may_see(Field::Notes, &site, &[PersonId::parse("y").unwrap()]));
        assert!(counsellor.may_see(Field::Notes, &site, std::slice::from_ref(&counsellor.id)));
    }
}
