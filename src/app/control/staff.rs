//! Who may be named where somebody works with cases: by the people of the configuration.
//!
//! Names and roles as they were given go in; who acts in which role, or whom something is given to,
//! comes out. Whether that role may do it is for the case to say. Nobody signs in here: who may reach
//! the service is believed to be who they say they are.

use std::fmt;
use std::sync::Arc;

use crate::delivery::settings::{Recipient, Settings};
use crate::domain::case::ActionKind;
use crate::domain::ids::SiteId;
use crate::domain::person::{Actor, PersonId, PersonIdError, Role};

/// The people of the configuration; they are read at the start, and not again at SIGHUP.
#[derive(Debug, Clone, Default)]
pub struct Staff(Arc<Settings>);

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
    #[error("{}, so say in which role, with --role: {roles}", nobody(.0.as_ref()), roles = Names(&role_names()))]
    RoleMissing(Option<SiteId>),
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
            Self::RoleMissing(_) => "role_missing",
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

/// The roles in which somebody can act on a case: the committee has counts alone, and an administrator accounts.
fn role_names() -> Vec<&'static str> {
    let acts = |role: &&Role| !matches!(role, Role::SafetyCommittee | Role::Administrator);
    Role::ALL.iter().filter(acts).map(|role| role.as_str()).collect()
}

fn person(text: &str) -> Result<PersonId, StaffError> {
    PersonId::parse(text).map_err(|error| StaffError::BadName { text: text.to_owned(), error })
}

/// Why any name goes: nobody is configured at all, or no clinician for that site.
fn nobody(site: Option<&SiteId>) -> String {
    site.map_or_else(
        || "no [[recipients]] are configured".to_owned(),
        |site| format!("no clinical role of the [[recipients]] looks after {site}"),
    )
}

/// Somebody who acts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doer {
    /// Who, and in which role.
    pub by: Actor,
    /// Whether they are there for the site of the case.
    pub is_there: bool,
}

impl Staff {
    /// These people.
    #[must_use]
    pub fn of(recipients: &[Recipient]) -> Self {
        Self(Arc::new(Settings { recipients: recipients.to_vec(), ..Settings::default() }))
    }

    /// Who acts, and in which role: the one that the configuration has for them. Where it knows nobody
    /// of a clinical role who is there for the site, any name goes, in the role that is given: a crisis
    /// there must not find nobody who may take it.
    ///
    /// What `can_wait` is for those who are there alone; what cannot is for everybody.
    ///
    /// # Errors
    /// [`StaffError`] where nobody is called that, the role is missing or another, or they look after
    /// other sites.
    pub fn actor(&self, by: &str, role: Option<&str>, site: &SiteId, can_wait: bool) -> Result<Doer, StaffError> {
        let given =
            role.map(|role| Role::parse(role).ok_or_else(|| StaffError::UnknownRole(role.to_owned()))).transpose()?;
        let id = person(by)?;
        if self.is_led_by_anybody(site) && self.0.recipient(&id).is_none() {
            let configured = || Some(site.clone()).filter(|_| !self.0.recipients.is_empty());
            let role = given.ok_or_else(|| StaffError::RoleMissing(configured()))?;
            return Ok(Doer { by: Actor::Person { id, role }, is_there: true });
        }
        // The committee has counts alone, and no case to name somebody for.
        let can = |recipient: &Recipient| {
            recipient.role != Role::SafetyCommittee && (!can_wait || self.is_there(recipient, site))
        };
        let found = self.known(&id, can)?;
        let has = found.role;
        if let Some(given) = given.filter(|given| *given != has) {
            return Err(StaffError::OtherRole { id, has, given });
        }
        let is_there = self.is_there(found, site);
        if can_wait && !is_there {
            return Err(StaffError::OtherSite { id, site: site.clone(), can: self.ids(can) });
        }
        Ok(Doer { by: Actor::Person { id, role: has }, is_there })
    }

    /// Whom a case of that site, or one of its actions, is given to: somebody who is there, or where no
    /// clinical role is, anybody.
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
        if self.is_led_by_anybody(site) && self.0.recipient(&id).is_none() {
            return Ok(id);
        }
        let takes_reviews = action == Some(ActionKind::WorkloadReview);
        let fits = |role: Role| role.is_clinical() || (takes_reviews && role == Role::Manager);
        let can = |recipient: &Recipient| fits(recipient.role) && self.is_there(recipient, site);
        let found = self.known(&id, can)?;
        if !fits(found.role) {
            let needs = match action {
                Some(ActionKind::WorkloadReview) => "a workload review is for clinical roles and managers",
                Some(ActionKind::Counseling) => "counselling is for clinical roles",
                None => "a case is for clinical roles",
            };
            return Err(StaffError::OtherTask { id, role: found.role, needs, can: self.ids(can) });
        }
        if !self.is_there(found, site) {
            return Err(StaffError::OtherSite { id, site: site.clone(), can: self.ids(can) });
        }
        Ok(id)
    }

    /// Who looks after a site, and may be put in charge of something there.
    pub fn of_site(&self, site: &SiteId) -> impl Iterator<Item = (&PersonId, Role)> {
        let may = |recipient: &&Recipient| recipient.role.is_clinical() || recipient.role == Role::Manager;
        let there = self.0.recipients.iter().filter(may).filter(move |recipient| self.is_there(recipient, site));
        there.map(|recipient| (&recipient.id, recipient.role))
    }

    /// Whether nobody of a clinical role is there for a site.
    fn is_led_by_anybody(&self, site: &SiteId) -> bool {
        !self.0.has_clinician(site)
    }

    fn is_there(&self, recipient: &Recipient, site: &SiteId) -> bool {
        self.is_led_by_anybody(site) || self.0.is_there(recipient, site)
    }

    fn known(&self, id: &PersonId, can: impl Fn(&Recipient) -> bool) -> Result<&Recipient, StaffError> {
        self.0.recipient(id).ok_or_else(|| StaffError::UnknownPerson { id: id.clone(), can: self.ids(can) })
    }

    fn ids(&self, can: impl Fn(&Recipient) -> bool) -> Vec<PersonId> {
        self.0.recipients.iter().filter(|recipient| can(recipient)).map(|recipient| recipient.id.clone()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipient(id: &str, role: Role, sites: &[&str]) -> Recipient {
        let sites = sites.iter().map(|site| SiteId::parse(site).unwrap()).collect();
        Recipient {
            id: PersonId::parse(id).unwrap(),
            role,
            email: None,
            language: None,
            sites,
            deputy: None,
            absences: Vec::new(),
        }
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

    fn doer(id: &str, role: Role, is_there: bool) -> Doer {
        Doer { by: Actor::Person { id: PersonId::parse(id).unwrap(), role }, is_there }
    }

    fn site() -> SiteId {
        SiteId::parse("plant-a").unwrap()
    }

    #[test]
    fn the_role_is_the_one_of_the_configuration_and_a_given_one_must_agree() {
        let lan = doer("dr.lan", Role::Physician, true);
        assert_eq!(staff().actor("dr.lan", None, &site(), true), Ok(lan.clone()));
        assert_eq!(staff().actor("dr.lan", Some("physician"), &site(), true), Ok(lan));
        let refused = |by, role| {
            let error = staff().actor(by, role, &site(), true).unwrap_err();
            (error.reason(), error.is_wrong_use(), error.to_string())
        };
        let (reason, is_wrong_use, words) = refused("mgr.an", Some("oh_head"));
        assert_eq!((reason, is_wrong_use), ("other_role", true));
        assert!(words.starts_with("mgr.an is manager by the [[recipients]], and not oh_head"), "{words}");
        let (reason, is_wrong_use, words) = refused("dr.nobody", Some("physician"));
        assert_eq!((reason, is_wrong_use), ("unknown_person", true));
        assert!(words.ends_with("it can be dr.lan, coun.ha, mgr.an"), "{words}");
        assert_eq!(refused("dr.lan", Some("boss")).0, "unknown_role");
        assert_eq!(refused("dr lan", None).0, "bad_name");
    }

    #[test]
    fn where_nobody_is_configured_any_name_goes_but_the_role_must_be_said() {
        let nobody = Staff::default();
        assert_eq!(nobody.actor("x", Some("manager"), &site(), true), Ok(doer("x", Role::Manager, true)));
        let missing = nobody.actor("x", None, &site(), true).unwrap_err();
        assert_eq!(missing, StaffError::RoleMissing(None));
        assert!(
            missing
                .to_string()
                .ends_with("--role: physician, counsellor, duty_clinician, oh_lead, oh_head, manager, operator")
        );
        assert_eq!(nobody.assignee("x", None, &site()), Ok(PersonId::parse("x").unwrap()));
    }

    #[test]
    fn where_no_clinician_looks_after_the_site_any_name_goes_and_the_configured_keep_their_role() {
        let staff =
            Staff::of(&[recipient("mgr.an", Role::Manager, &[]), recipient("dr.minh", Role::Physician, &["plant-b"])]);
        assert_eq!(staff.actor("dr.x", Some("physician"), &site(), true), Ok(doer("dr.x", Role::Physician, true)));
        let missing = staff.actor("dr.x", None, &site(), true).unwrap_err();
        assert_eq!(missing, StaffError::RoleMissing(Some(site())));
        let words = "no clinical role of the [[recipients]] looks after plant-a, so say in which role, with --role: ";
        assert!(missing.to_string().starts_with(words), "{missing}");
        let other = staff.actor("mgr.an", Some("physician"), &site(), true).unwrap_err();
        assert_eq!(other.reason(), "other_role");
        assert_eq!(staff.actor("dr.minh", None, &site(), true), Ok(doer("dr.minh", Role::Physician, true)));
        for (to, refused) in [("dr.x", None), ("dr.minh", None), ("mgr.an", Some("other_task"))] {
            assert_eq!(staff.assignee(to, None, &site()).err().map(|error| error.reason()), refused, "{to}");
        }
        let elsewhere = SiteId::parse("plant-b").unwrap();
        assert_eq!(staff.actor("dr.x", Some("physician"), &elsewhere, false).unwrap_err().reason(), "unknown_person");
    }

    #[test]
    fn who_looks_after_other_sites_does_only_what_cannot_wait() {
        let refused = staff().actor("dr.minh", None, &site(), true).unwrap_err();
        assert_eq!((refused.reason(), refused.is_wrong_use()), ("other_site", false));
        assert_eq!(refused.to_string(), "dr.minh does not look after plant-a; it can be dr.lan, coun.ha, mgr.an");
        assert_eq!(staff().actor("dr.minh", None, &site(), false), Ok(doer("dr.minh", Role::Physician, false)));
    }

    #[test]
    fn who_stands_in_is_there() {
        let mut lan = recipient("dr.lan", Role::Physician, &["plant-a"]);
        lan.deputy = PersonId::parse("dr.minh").ok();
        let staff = Staff::of(&[lan, recipient("dr.minh", Role::Physician, &["plant-b"])]);
        assert_eq!(staff.actor("dr.minh", None, &site(), true), Ok(doer("dr.minh", Role::Physician, true)));
        assert_eq!(staff.assignee("dr.minh", None, &site()).map(|id| id.to_string()), Ok("dr.minh".to_owned()));
        let back = staff.assignee("dr.lan", None, &SiteId::parse("plant-b").unwrap()).unwrap_err();
        assert_eq!(back.reason(), "other_site", "nobody stands in for their deputy");
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
