//! Who may be named where somebody works with cases: by the people of the configuration.
//!
//! Names and roles as they were given go in; who acts in which role, or whom something is given to,
//! comes out. Whether that role may do it is for the case to say. Nobody signs in here: who may reach
//! the service is believed to be who they say they are.

use std::fmt;
use std::sync::Arc;

use crate::delivery::settings::Recipient;
use crate::domain::case::ActionKind;
use crate::domain::ids::SiteId;
use crate::domain::person::{Actor, PersonId, PersonIdError, Role};

/// The people of the configuration; they are read at the start, and not again at SIGHUP.
#[derive(Debug, Clone, Default)]
pub struct Staff(Arc<[Recipient]>);

/// Why somebody is not taken for whom they were named as.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StaffError {
    /// The text is no name.
    #[error("{text:?} {error}")]
    BadName {
        /// The text.
        text: String,
        /// What is wrong with it.
        error: PersonIdError,
    },
    /// No role is called that.
    #[error("there is no role {0}; there are {roles}", roles = Names(&role_names()))]
    UnknownRole(String),
    /// Nothing says in which role somebody acts.
    #[error("no [[recipients]] are configured, so say in which role, with --role: {roles}", roles = Names(&role_names()))]
    RoleMissing,
    /// The configuration does not know them.
    #[error("{id} is none of the [[recipients]] of the configuration; it can be {can}", can = Names(can))]
    UnknownPerson {
        /// Who.
        id: PersonId,
        /// Who it can be.
        can: Vec<PersonId>,
    },
    /// The configuration has another role for them.
    #[error("{id} is {} by the [[recipients]], and not {}; --role can be left out", .has.as_str(), .given.as_str())]
    OtherRole {
        /// Who.
        id: PersonId,
        /// Their role.
        has: Role,
        /// The role that was given.
        given: Role,
    },
    /// What is to be given to them is not for their role.
    #[error("{id} is {}, and {needs}; it can be {can}", .role.as_str(), can = Names(can))]
    OtherTask {
        /// Who.
        id: PersonId,
        /// Their role.
        role: Role,
        /// For whom it is.
        needs: &'static str,
        /// Who it can be.
        can: Vec<PersonId>,
    },
    /// They look after other sites.
    #[error("{id} does not look after {site}; it can be {can}", can = Names(can))]
    OtherSite {
        /// Who.
        id: PersonId,
        /// The site of the case.
        site: SiteId,
        /// Who it can be.
        can: Vec<PersonId>,
    },
}

impl StaffError {
    /// Its name for programs, which does not change when the words do.
    #[must_use]
    pub const fn reason(&self) -> &'static str {
        match self {
            Self::BadName { .. } => "bad_name",
            Self::UnknownRole(_) => "unknown_role",
            Self::RoleMissing => "role_missing",
            Self::UnknownPerson { .. } => "unknown_person",
            Self::OtherRole { .. } => "other_role",
            Self::OtherTask { .. } => "other_task",
            Self::OtherSite { .. } => "other_site",
        }
    }

    /// Whether what was asked for is wrong, and not only nothing for that role or site.
    #[must_use]
    pub const fn is_wrong_use(&self) -> bool {
        !matches!(self, Self::OtherTask { .. } | Self::OtherSite { .. })
    }
}

/// Names in a row.
struct Names<'n, N>(&'n [N]);

impl<N: fmt::Display> fmt::Display for Names<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> = self.0.iter().map(ToString::to_string).collect();
        f.write_str(if names.is_empty() { "nobody" } else { "" })?;
        f.write_str(&names.join(", "))
    }
}

fn role_names() -> Vec<&'static str> {
    Role::ALL.iter().map(|role| role.as_str()).collect()
}

fn person(text: &str) -> Result<PersonId, StaffError> {
    PersonId::parse(text).map_err(|error| StaffError::BadName { text: text.to_owned(), error })
}

impl Staff {
    /// These people.
    #[must_use]
    pub fn of(recipients: &[Recipient]) -> Self {
        Self(recipients.into())
    }

    /// Who acts, and in which role: the one that the configuration has for them. Where it knows nobody
    /// at all, any name goes, in the role that is given.
    ///
    /// # Errors
    /// [`StaffError`] where nobody is called that, or the role is missing or another.
    pub fn actor(&self, by: &str, role: Option<&str>) -> Result<Actor, StaffError> {
        let given =
            role.map(|role| Role::parse(role).ok_or_else(|| StaffError::UnknownRole(role.to_owned()))).transpose()?;
        let id = person(by)?;
        if self.0.is_empty() {
            let role = given.ok_or(StaffError::RoleMissing)?;
            return Ok(Actor::Person { id, role });
        }
        // The committee has counts alone, and no case to name somebody for.
        let can = |recipient: &Recipient| recipient.role != Role::SafetyCommittee;
        let Recipient { role: has, .. } = self.known(&id, can)?;
        match given.filter(|given| given != has) {
            Some(given) => Err(StaffError::OtherRole { id, has: *has, given }),
            None => Ok(Actor::Person { id, role: *has }),
        }
    }

    /// Whom a case of that site, or one of its actions, is given to.
    ///
    /// # Errors
    /// [`StaffError`] where nobody is called that, or it is not for their role, or they look after other
    /// sites.
    ///
    /// # Source
    /// Domain reference, section 8.6: cases and counselling are led by clinicians; a manager knows only
    /// the review of the work.
    pub fn assignee(&self, to: &str, action: Option<ActionKind>, site: &SiteId) -> Result<PersonId, StaffError> {
        let id = person(to)?;
        if self.0.is_empty() {
            return Ok(id);
        }
        let takes_reviews = action == Some(ActionKind::WorkloadReview);
        let fits = |role: Role| role.is_clinical() || (takes_reviews && role == Role::Manager);
        let can = |recipient: &Recipient| fits(recipient.role) && recipient.is_of(site);
        let found = self.known(&id, can)?;
        if !fits(found.role) {
            let needs = match action {
                Some(ActionKind::WorkloadReview) => "a workload review is for clinical roles and managers",
                Some(ActionKind::Counseling) => "counselling is for clinical roles",
                None => "a case is for clinical roles",
            };
            return Err(StaffError::OtherTask { id, role: found.role, needs, can: self.ids(can) });
        }
        if !found.is_of(site) {
            return Err(StaffError::OtherSite { id, site: site.clone(), can: self.ids(can) });
        }
        Ok(id)
    }

    /// Who looks after a site, and may be put in charge of something there.
    pub fn of_site(&self, site: &SiteId) -> impl Iterator<Item = (&PersonId, Role)> {
        let may = |recipient: &&Recipient| recipient.role.is_clinical() || recipient.role == Role::Manager;
        let there = self.0.iter().filter(may).filter(move |recipient| recipient.is_of(site));
        there.map(|recipient| (&recipient.id, recipient.role))
    }

    fn known(&self, id: &PersonId, can: impl Fn(&Recipient) -> bool) -> Result<&Recipient, StaffError> {
        let found = self.0.iter().find(|recipient| recipient.id == *id);
        found.ok_or_else(|| StaffError::UnknownPerson { id: id.clone(), can: self.ids(can) })
    }

    fn ids(&self, can: impl Fn(&Recipient) -> bool) -> Vec<PersonId> {
        self.0.iter().filter(|recipient| can(recipient)).map(|recipient| recipient.id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient(id: &str, role: Role, sites: &[&str]) -> Recipient {
        let sites = sites.iter().map(|site| SiteId::parse(site).unwrap()).collect();
        Recipient { id: PersonId::parse(id).unwrap(), role, email: None, sites, deputy: None, absences: Vec::new() }
    }

    fn staff() -> Staff {
        Staff::of(&[
            recipient("dr.lan", Role::Physician, &["plant-a"]),
            recipient("dr.minh", Role::Physician, &["plant-b"]),
            recipient("coun.ha", Role::Counsellor, &[]),
            recipient("mgr.an", Role::Manager, &[]),
            recipient("council", Role::SafetyCommittee, &[]),
        ])
    }

    fn site() -> SiteId {
        SiteId::parse("plant-a").unwrap()
    }

    #[test]
    fn the_role_is_the_one_of_the_configuration_and_a_given_one_must_agree() {
        let lan = Actor::Person { id: PersonId::parse("dr.lan").unwrap(), role: Role::Physician };
        assert_eq!(staff().actor("dr.lan", None), Ok(lan.clone()));
        assert_eq!(staff().actor("dr.lan", Some("physician")), Ok(lan));
        let refused = |by, role| {
            let error = staff().actor(by, role).unwrap_err();
            (error.reason(), error.is_wrong_use(), error.to_string())
        };
        let (reason, is_wrong_use, words) = refused("mgr.an", Some("oh_head"));
        assert_eq!((reason, is_wrong_use), ("other_role", true));
        assert!(words.starts_with("mgr.an is manager by the [[recipients]], and not oh_head"), "{words}");
        let (reason, is_wrong_use, words) = refused("dr.nobody", Some("physician"));
        assert_eq!((reason, is_wrong_use), ("unknown_person", true));
        assert!(words.ends_with("it can be dr.lan, dr.minh, coun.ha, mgr.an"), "{words}");
        assert_eq!(refused("dr.lan", Some("boss")).0, "unknown_role");
        assert_eq!(refused("dr lan", None).0, "bad_name");
    }

    #[test]
    fn where_nobody_is_configured_any_name_goes_but_the_role_must_be_said() {
        let nobody = Staff::default();
        let x = PersonId::parse("x").unwrap();
        assert_eq!(nobody.actor("x", Some("manager")), Ok(Actor::Person { id: x.clone(), role: Role::Manager }));
        assert_eq!(nobody.actor("x", None), Err(StaffError::RoleMissing));
        assert!(StaffError::RoleMissing.to_string().ends_with(
            "--role: physician, counsellor, duty_clinician, oh_lead, oh_head, manager, safety_committee, operator"
        ));
        assert_eq!(nobody.assignee("x", None, &site()), Ok(x));
    }

    #[test]
    fn a_task_is_given_to_those_whose_role_and_site_it_is() {
        use ActionKind::{Counseling, WorkloadReview};
        for (to, action, refused) in [
            ("dr.lan", None, None),
            ("coun.ha", None, None),
            ("coun.ha", Some(Counseling), None),
            ("mgr.an", Some(WorkloadReview), None),
            ("dr.lan", Some(WorkloadReview), None),
            ("mgr.an", None, Some(("other_task", false, "dr.lan, coun.ha"))),
            ("mgr.an", Some(Counseling), Some(("other_task", false, "dr.lan, coun.ha"))),
            ("council", Some(WorkloadReview), Some(("other_task", false, "dr.lan, coun.ha, mgr.an"))),
            ("dr.minh", None, Some(("other_site", false, "dr.lan, coun.ha"))),
            ("dr.minh", Some(WorkloadReview), Some(("other_site", false, "dr.lan, coun.ha, mgr.an"))),
            ("dr.x", Some(Counseling), Some(("unknown_person", true, "dr.lan, coun.ha"))),
        ] {
            let found = staff().assignee(to, action, &site());
            match refused {
                None => assert_eq!(found.unwrap().as_str(), to),
                Some((reason, is_wrong_use, can)) => {
                    let error = found.unwrap_err();
                    assert_eq!((error.reason(), error.is_wrong_use()), (reason, is_wrong_use), "{to} {action:?}");
                    assert!(error.to_string().ends_with(&format!("it can be {can}")), "{error}");
                }
            }
        }
    }
}
