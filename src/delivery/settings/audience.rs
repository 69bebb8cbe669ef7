//! Who is told what by default, and who may see what at all.

use crate::domain::alert::Level;
use crate::domain::event::EventKind;
use crate::domain::person::Role;

/// What a role has to do with events.
#[derive(Debug, Clone, Copy)]
pub struct Audience {
    /// The role.
    pub role: Role,
    /// What it is told where a route names no kinds.
    pub told: &'static [EventKind],
    /// Of which levels, where a route names none; what tells no level is told all the same.
    pub levels: &'static [Level],
    /// Of which kinds at which further levels, where a route names no levels.
    pub also: &'static [(EventKind, Level)],
    /// What it may be told at all.
    pub may_see: &'static [EventKind],
}

impl Audience {
    /// Whether events of that kind are told at that level where a route names no levels.
    #[must_use]
    pub fn is_there_for(&self, kind: EventKind, level: Level) -> bool {
        self.levels.contains(&level) || self.also.contains(&(kind, level))
    }
}

use EventKind::{
    Closed, Committee, Counseling, Escalated, Overdue, Proposal, Raised, RaisedAgain, Reminder, Rescreening, Revised,
    WorkloadReview,
};
use Level::{L2, L3, L4};

const EVERYTHING: &[EventKind] = EventKind::ALL;
/// Everything but the committee's counts.
const CLINICAL: &[EventKind] = &[
    Raised,
    RaisedAgain,
    Revised,
    Closed,
    WorkloadReview,
    Counseling,
    Reminder,
    Overdue,
    Escalated,
    Proposal,
    Rescreening,
];
const CASES: &[Level] = &[L2, L3, L4];

/// The table of who is told what.
///
/// A crisis goes to the clinician on duty, and to those above when a limit of it is over; physicians
/// are told of the other cases, and of a crisis what is proposed and that it ended: a case that was
/// ever one stays one, and weeks later it is they who lead it. Whoever reviews the work learns of the request alone, the committee
/// of its counts alone, and whoever runs the service of nothing.
///
/// # Source
/// Domain reference, section 8.2 for who is told of time limits, 6.3 for a crisis, 8.6 for who may
/// see what. What a role is told by default is our own choice within them.
pub const AUDIENCES: &[Audience] = &[
    Audience {
        role: Role::Physician,
        told: &[Raised, RaisedAgain, Revised, Closed, Reminder, Proposal],
        levels: &[L2, L3],
        also: &[(Proposal, L4), (Closed, L4)],
        may_see: CLINICAL,
    },
    Audience { role: Role::Counsellor, told: &[Counseling, Rescreening], levels: CASES, also: &[], may_see: CLINICAL },
    Audience {
        role: Role::DutyClinician,
        told: &[Raised, RaisedAgain, Revised, Closed, Reminder, Overdue, Proposal],
        levels: &[L4],
        also: &[],
        may_see: CLINICAL,
    },
    Audience { role: Role::OhLead, told: &[Overdue], levels: CASES, also: &[], may_see: EVERYTHING },
    Audience { role: Role::OhHead, told: &[Escalated], levels: CASES, also: &[], may_see: EVERYTHING },
    Audience { role: Role::Manager, told: &[WorkloadReview], levels: &[], also: &[], may_see: &[WorkloadReview] },
    Audience { role: Role::SafetyCommittee, told: &[Committee], levels: &[], also: &[], may_see: &[Committee] },
    Audience { role: Role::Operator, told: &[], levels: &[], also: &[], may_see: &[] },
    Audience { role: Role::Administrator, told: &[], levels: &[], also: &[], may_see: &[] },
];

/// The line of a role.
#[must_use]
pub fn audience(role: Role) -> &'static Audience {
    AUDIENCES.iter().find(|audience| audience.role == role).expect("a test walks every role through the table")
}

/// Whether a role may be told an event of that kind.
#[must_use]
pub fn may_see(role: Role, kind: EventKind) -> bool {
    audience(role).may_see.contains(&kind)
}

/// Whether events of that kind say something of somebody's health, if only that there is a case.
#[must_use]
pub const fn is_health_content(kind: EventKind) -> bool {
    !matches!(kind, WorkloadReview | Committee)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_role_has_one_line_and_is_told_nothing_that_it_may_not_see() {
        for role in Role::ALL {
            assert_eq!(AUDIENCES.iter().filter(|audience| audience.role == *role).count(), 1, "{role:?}");
            let audience = audience(*role);
            assert!(audience.told.iter().all(|kind| audience.may_see.contains(kind)), "{role:?}");
        }
    }

    #[test]
    fn health_content_and_a_crisis_are_for_clinical_roles_alone() {
        for audience in AUDIENCES.iter().filter(|audience| !audience.role.is_clinical()) {
            assert!(!audience.may_see.iter().any(|kind| is_health_content(*kind)), "{:?}", audience.role);
            assert!(!audience.levels.contains(&L4) && audience.also.is_empty(), "{:?}", audience.role);
        }
    }

    /// The cells of README's table of roles.
    fn table_of_the_readme() -> Vec<Vec<String>> {
        let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
        let from = readme.find("| role | of L2 and L3 |").expect("README has the table of roles");
        let rows = readme[from..].lines().take_while(|line| line.starts_with('|')).skip(2);
        let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().replace('`', "")).collect();
        rows.map(cells).collect()
    }

    #[test]
    fn the_table_in_the_readme_is_this_one() {
        let names = |kinds: Vec<EventKind>| {
            let all =
                |most: &[EventKind]| EventKind::ALL.iter().all(|kind| most.contains(kind) == kinds.contains(kind));
            let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
            match words.len() {
                0 => "nothing".to_owned(),
                _ if all(EVERYTHING) => "everything".to_owned(),
                _ if all(CLINICAL) => "everything but committee".to_owned(),
                _ => words.join(" "),
            }
        };
        let tells_no_level = |kind: &EventKind| matches!(kind, WorkloadReview | Rescreening | Committee);
        let row = |a: &Audience| {
            let of = |level| {
                let told = a.told.iter().copied().filter(|kind| !tells_no_level(kind) && a.is_there_for(*kind, level));
                names(told.collect())
            };
            assert_eq!(of(L2), of(L3), "one column tells both");
            let at_any = names(a.told.iter().copied().filter(tells_no_level).collect());
            vec![a.role.as_str().to_owned(), of(L3), of(L4), at_any, names(a.may_see.to_vec())]
        };
        let mut readme = table_of_the_readme();
        let sorted = |cell: &mut String| {
            let mut words: Vec<&str> = cell.split(' ').collect();
            words.sort_unstable();
            *cell = words.join(" ");
        };
        let mut code: Vec<Vec<String>> = AUDIENCES.iter().map(row).collect();
        readme.iter_mut().chain(&mut code).flatten().for_each(sorted);
        assert_eq!(readme, code);
    }

    #[test]
    fn limits_are_told_upwards() {
        let told = |kind| {
            let roles = AUDIENCES.iter().filter(|audience| audience.told.contains(&kind)).map(|audience| audience.role);
            roles.collect::<Vec<_>>()
        };
        assert_eq!(told(Reminder), [Role::Physician, Role::DutyClinician]);
        assert_eq!(told(Overdue), [Role::DutyClinician, Role::OhLead]);
        assert_eq!(told(Escalated), [Role::OhHead]);
        assert_eq!(told(Committee), [Role::SafetyCommittee]);
        assert_eq!(told(WorkloadReview), [Role::Manager]);
    }

    #[test]
    fn every_kind_is_told_to_somebody_at_every_level_by_default() {
        let told = |kind, level: Option<Level>| {
            AUDIENCES.iter().any(|a| a.told.contains(&kind) && level.is_none_or(|level| a.is_there_for(kind, level)))
        };
        for kind in EventKind::ALL.iter().copied() {
            let tells_no_level = matches!(kind, WorkloadReview | Rescreening | Committee);
            let levels = if tells_no_level { vec![None] } else { CASES.iter().copied().map(Some).collect() };
            for level in levels {
                assert!(told(kind, level), "{kind:?} at {level:?}");
            }
        }
    }

    #[test]
    fn what_is_told_at_further_levels_is_told_at_all() {
        for audience in AUDIENCES {
            assert!(audience.also.iter().all(|(kind, _)| audience.told.contains(kind)), "{:?}", audience.role);
        }
    }

    #[test]
    fn the_end_of_a_crisis_and_its_proposals_reach_physician_and_clinician_on_duty() {
        for kind in [Proposal, Closed] {
            let told = AUDIENCES.iter().filter(|a| a.told.contains(&kind) && a.is_there_for(kind, L4));
            assert_eq!(told.map(|a| a.role).collect::<Vec<_>>(), [Role::Physician, Role::DutyClinician], "{kind:?}");
        }
    }

    #[test]
    fn a_crisis_is_raised_to_the_clinician_on_duty_by_default() {
        let told: Vec<_> = AUDIENCES
            .iter()
            .filter(|audience| audience.told.contains(&Raised) && audience.is_there_for(Raised, L4))
            .map(|audience| audience.role)
            .collect();
        assert_eq!(told, [Role::DutyClinician]);
    }
}
