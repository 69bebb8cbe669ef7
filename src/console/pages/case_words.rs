//! The history of a case in the reader's language.

use super::super::view::EventRow;
use super::case::Shown;
use super::case_deeds::method_name;
use crate::domain::person::Role;
use crate::texts::{Language, Value};

/// Who did something: a person with their role, a system, or Vagus itself.
pub(super) fn by(language: Language, by: &str) -> String {
    let Some((name, role)) = by.strip_suffix(')').and_then(|by| by.split_once(" (")) else { return by.to_owned() };
    let role =
        Role::parse(role).map_or_else(|| role.to_owned(), |role| language.say(&format!("role-{}", role.as_str())));
    language.say_with("signed-in-as", &[("name", name.into()), ("role", role.into())])
}

/// What happened.
pub(super) fn event(shown: &Shown<'_>, event: &EventRow) -> String {
    let language = shown.language;
    let named = |kind: &str, name: &str| Value::Owned(language.say(&format!("{kind}-{name}")));
    let say = |key: &str, values: &[(&str, Value<'_>)]| language.say_with(key, values);
    match event {
        EventRow::Raised { level } => say("event-raised", &[("level", level.as_str().into())]),
        EventRow::Moved { to } => say("event-moved", &[("state", named("state", to))]),
        EventRow::Progress { action, step } => {
            say("event-progress", &[("action", named("action", action)), ("step", named("step", step))])
        }
        EventRow::ActionAdded { action } => say("event-action-added", &[("action", named("action", action))]),
        EventRow::Assigned { to, action: None } => say("event-leads", &[("person", to.as_str().into())]),
        EventRow::Assigned { to, action: Some(action) } => {
            say("event-carries-out", &[("person", to.as_str().into()), ("action", named("action", action))])
        }
        EventRow::Remarked => language.say("event-remarked"),
        EventRow::EvidenceAdded { rules } => {
            let named = |rule: &String| match shown.titles.get(rule) {
                Some(title) => format!("{title} ({rule})"),
                None => rule.clone(),
            };
            let rules: Vec<String> = rules.iter().map(named).collect();
            say("event-evidence-added", &[("rules", rules.join(&language.say("rule-list-between")).into())])
        }
        EventRow::MethodChosen { action, method } => {
            let method = method_name(shown, method);
            say("event-method-chosen", &[("action", named("action", action)), ("method", method.into())])
        }
        EventRow::FollowedUp => language.say("event-followed-up"),
        EventRow::Told { limit, number, stage } => {
            let name = language.say(&format!("milestone-{limit}"));
            let limit = if *number > 0 { format!("{name} {number}") } else { name };
            say("event-told", &[("limit", limit.into()), ("stage", named("stage", stage))])
        }
        EventRow::Reviewed { action, week, advice } => {
            let week = Value::Count(u64::from(*week));
            say(
                "event-reviewed",
                &[("action", named("action", action)), ("week", week), ("advice", named("advice", advice))],
            )
        }
        EventRow::Invited { instruments } => say("event-invited", &[("instruments", instruments.join(", ").into())]),
    }
}
