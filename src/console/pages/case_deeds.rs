//! The buttons of a case: only what its state and the reader's role allow is offered.

use maud::{Markup, html};

use super::super::view::ActionRow;
use super::case::Shown;
use super::layout::csrf;
use crate::domain::person::Role;

/// Every form of the page.
pub(super) fn all(shown: &Shown<'_>) -> Markup {
    let language = shown.language;
    if shown.case.row.ended_at.is_some() || !shown.signed_in.reader.role.is_clinical() {
        return html! {};
    }
    html! {
        section.deeds aria-labelledby="deeds" {
            h2 #deeds { (language.say("case-do")) }
            (form(shown, &moves(shown)))
            @for action in &shown.case.row.actions { (form(shown, &of_action(shown, action))) }
            (form(shown, &assign(shown)))
        }
    }
}

/// A form with what each of them carries: the session's word, and the version of the case that was looked at.
fn form(shown: &Shown<'_>, inner: &Markup) -> Markup {
    html! {
        form.stacked method="post" action=(format!("/cases/{}", shown.case.row.case_id)) {
            (csrf(shown.signed_in))
            input type="hidden" name="version" value=(shown.case.row.version);
            (inner)
        }
    }
}

fn button(deed: &str, words: &str, is_first: bool) -> Markup {
    html! { button type="submit" name="deed" value=(deed) class=[is_first.then_some("first")] { (words) } }
}

/// A note, and the states that the case can be moved to, with the next one of its way first.
fn moves(shown: &Shown<'_>) -> Markup {
    let (language, case) = (shown.language, shown.case);
    let next = case.next_state.as_deref();
    let others = case.next_states.iter().filter(|state| Some(state.as_str()) != next);
    let words = |state: &str| language.say(&format!("move-{state}"));
    let is_followed = case.limits.iter().any(|limit| limit.step == "follow_up");
    let has_review = case.row.actions.iter().any(|action| action.kind == "workload_review");
    html! {
        div.field {
            label for="note" { (language.say("case-note")) }
            textarea #note name="note" rows="2" maxlength="1000" aria-describedby="note-hint" {}
            p #note-hint.hint { (language.say("case-note-hint")) }
        }
        div.buttons {
            @if let Some(next) = next { (button(&format!("move:{next}"), &words(next), true)) }
            (button("note", &language.say("case-add-note"), false))
            @if is_followed { (button("follow_up", &language.say("do-follow-up"), false)) }
            @if !has_review { (button("request_review", &language.say("do-request-review"), false)) }
            @for state in others { (button(&format!("move:{state}"), &words(state), false)) }
        }
    }
}

/// How far an action is, and its method.
fn of_action(shown: &Shown<'_>, action: &ActionRow) -> Markup {
    const STEPS: [&str; 4] = ["accepted", "started", "done", "declined"];
    let language = shown.language;
    let at = STEPS.iter().position(|step| *step == action.state);
    let is_final = matches!(action.state.as_str(), "done" | "declined");
    let ahead = STEPS.iter().skip(at.map_or(0, |at| at + 1)).filter(|_| !is_final);
    let [suggested, others] = methods(shown, action);
    let group = |methods: &[(String, String)]| {
        html! {
            @for (id, name) in methods {
                option value=(id) selected[action.method.as_deref() == Some(id.as_str())] { (name) }
            }
        }
    };
    let select = format!("method-{}", action.kind);
    html! {
        fieldset {
            legend { (language.say(&format!("action-{}", action.kind))) }
            div.buttons {
                @for step in ahead {
                    (button(&format!("progress:{}:{step}", action.kind), &language.say(&format!("progress-{step}")), false))
                }
            }
            @if action.state != "declined" {
                div.field {
                    label for=(select) { (language.say("case-method")) }
                    select id=(select) name="method" {
                        @if suggested.is_empty() {
                            (group(&others))
                        } @else {
                            optgroup label=(language.say("case-methods-suggested")) { (group(&suggested)) }
                            optgroup label=(language.say("case-methods-others")) { (group(&others)) }
                        }
                    }
                }
                div.buttons { (button(&format!("choose:{}", action.kind), &language.say("do-choose"), false)) }
            }
        }
    }
}

/// The methods of an action, id and name: those to begin with in this case, and the others by name.
fn methods(shown: &Shown<'_>, action: &ActionRow) -> [Vec<(String, String)>; 2] {
    let (office, row) = (shown.console.office(), &shown.case.row);
    let first = office.suggested(&row.rules, &row.level);
    let of_action = office.methods().into_iter().filter(|method| method.action == action.kind);
    let named = of_action.map(|method| (method.id, office.translated(&method.title, shown.language)));
    let place = |id: &String| first.iter().position(|known| known == id);
    let (mut suggested, mut others): (Vec<_>, Vec<_>) = named.partition(|(id, _)| place(id).is_some());
    suggested.sort_by_key(|(id, _)| place(id));
    others.sort_by(|(_, one), (_, other)| one.cmp(other));
    [suggested, others]
}

/// Putting somebody in charge of the case, or of one of its actions.
fn assign(shown: &Shown<'_>) -> Markup {
    let (language, row) = (shown.language, &shown.case.row);
    let colleagues = shown.console.office().colleagues(&row.site);
    html! {
        fieldset {
            legend { (language.say("case-assign")) }
            div.field {
                label for="person" { (language.say("case-assign-whom")) }
                @if colleagues.is_empty() {
                    input #person name="person" maxlength="64";
                } @else {
                    select #person name="person" {
                        @for colleague in &colleagues {
                            @let role = Role::parse(&colleague.role).map_or_else(String::new, |role| {
                                language.say(&format!("role-{}", role.as_str()))
                            });
                            option value=(colleague.id) { (colleague.id) ", " (role) }
                        }
                    }
                }
            }
            div.field {
                label for="of" { (language.say("case-assign-of")) }
                select #of name="action" {
                    option value="" { (language.say("case-assign-case")) }
                    @for action in &row.actions {
                        option value=(action.kind) { (language.say(&format!("action-{}", action.kind))) }
                    }
                }
            }
            div.buttons { (button("assign", &language.say("case-assign"), false)) }
        }
    }
}

/// The method of an action, by its name in the library.
pub(super) fn method_words(shown: &Shown<'_>, action: &ActionRow) -> String {
    action.method.as_ref().map_or_else(|| "–".to_owned(), |id| method_name(shown, id))
}

/// The name of a method in the library.
pub(super) fn method_name(shown: &Shown<'_>, id: &str) -> String {
    let known = shown.console.office().methods().into_iter().find(|method| method.id == id);
    known.map_or_else(|| id.to_owned(), |method| shown.console.office().translated(&method.title, shown.language))
}
