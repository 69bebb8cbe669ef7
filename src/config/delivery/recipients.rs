//! `[[recipients]]`.

use super::{Told, sites_of};
use crate::config::section::Section;
use crate::config::service::language;
use crate::config::settings::Site;
use crate::delivery::settings::{Absence, EmailAddress, Recipient};
use crate::domain::person::{PersonId, Role};

pub(super) fn read<'d>(root: &mut Section<'d>, sites: &[Site]) -> Vec<Told<'d, Recipient>> {
    root.sections("recipients").into_iter().map(|section| recipient(section, sites)).collect()
}

fn recipient<'d>(mut section: Section<'d>, sites: &[Site]) -> Told<'d, Recipient> {
    let id = section.require("id", "the person's short name").and_then(|text: String| person(&section, "id", &text));
    let words: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
    let is_role_given = section.has("role");
    let role = section.choice("role", Role::parse, &words);
    if !is_role_given {
        section.problem("role", "is missing", &format!("give one of: {}", words.join(", ")));
    }
    let email = section.get("email").and_then(|text: String| {
        let email = EmailAddress::parse(&text);
        if email.is_none() {
            // The address itself is not repeated: what is told here may end in a log.
            section.problem("email", "is no address for mail", "give name@host and nothing more");
        }
        email
    });
    let language = language(&mut section);
    let sites = sites_of(&mut section, sites);
    let deputy = section.get("deputy").and_then(|text: String| person(&section, "deputy", &text));
    let absences = absences(&mut section);
    section.refuse_unknown();
    let value = match (id, role) {
        (Some(id), Some(role)) => Some(Recipient { id, role, email, language, sites, deputy, absences }),
        _ => None,
    };
    Told { section, value }
}

fn person(section: &Section<'_>, key: &str, text: &str) -> Option<PersonId> {
    let id = PersonId::parse(text);
    if let Err(error) = &id {
        section.problem(key, &format!("{text:?} {error}"), "give a short name, e.g. \"dr.lan\"");
    }
    id.ok()
}

fn absences(section: &mut Section<'_>) -> Vec<Absence> {
    let mut absences = Vec::new();
    for mut absence in section.sections("absences") {
        let from = absence.require("from", "the first day away");
        let to = absence.require("to", "the last day away");
        if let (Some(from), Some(to)) = (from, to) {
            if from > to {
                absence.problem("to", &format!("is {to}, before {from}"), "give the last day away, e.g. the same day");
            } else {
                absences.push(Absence { from, to });
            }
        }
        absence.finish();
    }
    absences
}
