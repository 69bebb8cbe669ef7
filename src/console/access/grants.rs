//! The one table of who may see what. What it does not name is denied.

use crate::domain::person::Role;

use Reach::{Assigned, Site};
use Role::{Administrator, Counsellor, DutyClinician, Manager, OhHead, OhLead, Operator, Physician, SafetyCommittee};

/// A kind of knowledge that the console holds. Every route and every part of a view names the one it needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// That a worker has a case: its level, state, limits, actions and who is in charge.
    Case,
    /// What an alert rests on: HRV, sleep, heart rate, strain index, totals of questionnaires, working
    /// conditions, and the summary made of them.
    Evidence,
    /// Single answers of a questionnaire.
    Answers,
    /// What people wrote in a case.
    Notes,
    /// A worker without a case: data quality, devices, consent.
    Worker,
    /// A review of a unit's work: the unit, its limits, when it is due, how far it is.
    Review,
    /// Figures of groups, small ones left out.
    Groups,
    /// The rules, in words.
    Rules,
    /// What other rules would have made of the stored history, and of whom.
    WhatIf,
    /// Sources, delays, quarantine without payloads, dead letters without contents.
    System,
    /// Accounts and settings.
    Accounts,
    /// Who read and did what.
    Audit,
    /// Why somebody opened a crisis that was not theirs, and whether that was looked at.
    Emergency,
    /// Files of the register of workers, to take in.
    Register,
    /// Files of questionnaires and working conditions, to take in.
    Intake,
    /// Everything about a worker, to be erased.
    Erasure,
}

impl Field {
    /// Every field.
    pub const ALL: &[Self] = &[
        Self::Case,
        Self::Evidence,
        Self::Answers,
        Self::Notes,
        Self::Worker,
        Self::Review,
        Self::Groups,
        Self::Rules,
        Self::WhatIf,
        Self::System,
        Self::Accounts,
        Self::Audit,
        Self::Emergency,
        Self::Register,
        Self::Intake,
        Self::Erasure,
    ];

    /// The name used in the audit.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Evidence => "evidence",
            Self::Answers => "answers",
            Self::Notes => "notes",
            Self::Worker => "worker",
            Self::Review => "review",
            Self::Groups => "groups",
            Self::Rules => "rules",
            Self::WhatIf => "what_if",
            Self::System => "system",
            Self::Accounts => "accounts",
            Self::Audit => "audit",
            Self::Emergency => "emergency",
            Self::Register => "register",
            Self::Intake => "intake",
            Self::Erasure => "erasure",
        }
    }

    /// Whether it tells something of one person's health, so that each reading is written down.
    #[must_use]
    pub const fn is_health(self) -> bool {
        matches!(
            self,
            Self::Case | Self::Evidence | Self::Answers | Self::Notes | Self::Worker | Self::WhatIf | Self::Emergency
        )
    }
}

/// How far a field may be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Of everybody at the reader's sites.
    Site,
    /// Only of cases that the reader leads, or an action of which they carry out.
    Assigned,
}

/// Who may see what.
///
/// # Source
/// Domain reference, section 8.6. Answers reach physicians only through a case they work on: the
/// reference asks for a case and consent.
const GRANTS: &[(Field, &[(Role, Reach)])] = &[
    (Field::Case, &[(Physician, Site), (DutyClinician, Site), (OhLead, Site), (OhHead, Site), (Counsellor, Assigned)]),
    (
        Field::Evidence,
        &[(Physician, Site), (OhLead, Site), (OhHead, Site), (DutyClinician, Assigned), (Counsellor, Assigned)],
    ),
    (Field::Answers, &[(Physician, Assigned), (DutyClinician, Assigned), (Counsellor, Assigned)]),
    (Field::Notes, &[(Physician, Assigned), (OhLead, Assigned), (DutyClinician, Assigned), (Counsellor, Assigned)]),
    (Field::Worker, &[(Physician, Site), (OhLead, Site), (OhHead, Site)]),
    (Field::Review, &[(Manager, Assigned), (Physician, Site), (OhLead, Site), (OhHead, Site)]),
    (Field::Groups, &[(Physician, Site), (OhLead, Site), (OhHead, Site), (SafetyCommittee, Site)]),
    (
        Field::Rules,
        &[(Physician, Site), (OhLead, Site), (OhHead, Site), (SafetyCommittee, Site), (Administrator, Site)],
    ),
    (Field::WhatIf, &[(Physician, Site), (OhLead, Site), (OhHead, Site)]),
    (Field::System, &[(Operator, Site), (Administrator, Site)]),
    (Field::Accounts, &[(Administrator, Site)]),
    (Field::Audit, &[(Administrator, Site), (OhHead, Site)]),
    (Field::Emergency, &[(OhHead, Site)]),
    (Field::Register, &[(Administrator, Site), (OhLead, Site), (OhHead, Site)]),
    (Field::Intake, &[(Physician, Site), (OhLead, Site), (OhHead, Site)]),
    (Field::Erasure, &[(Physician, Site), (OhLead, Site), (OhHead, Site)]),
];

/// How far a role may see a field; `None` where not at all.
#[must_use]
pub fn reach(role: Role, field: Field) -> Option<Reach> {
    let (_, granted) = GRANTS.iter().find(|(of, _)| *of == field)?;
    granted.iter().find(|(to, _)| *to == role).map(|(_, reach)| *reach)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_has_its_line_once() {
        let lines: Vec<Field> = GRANTS.iter().map(|(field, _)| *field).collect();
        assert_eq!(lines, Field::ALL);
    }

    #[test]
    fn nobody_who_is_not_bound_to_secrecy_sees_health() {
        for field in Field::ALL.iter().filter(|field| field.is_health()) {
            for role in Role::ALL.iter().filter(|role| !role.is_clinical()) {
                assert_eq!(reach(*role, *field), None, "{role:?} {field:?}");
            }
        }
    }
}
