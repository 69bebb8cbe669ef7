//! How cases are printed for reading.

use std::fmt::Write as _;
use std::io::IsTerminal as _;

use comfy_table::{ContentArrangement, Table};

use super::operator::{say, table};
use crate::app::control::{CasesAnswer, ReviewRow};
use crate::console::view::{ActionRow, CaseRow, CaseView, EventRow, LimitRow};
use crate::domain::{TimeZone, Timestamp};

/// So much of an id is shown where room is scarce: enough to name the case by.
const SHORT_ID: usize = 10;

pub(super) fn print(answer: &CasesAnswer) {
    let width = terminal_width();
    match answer {
        CasesAnswer::List { cases } if cases.is_empty() => say(format_args!("no case")),
        CasesAnswer::List { cases } => say(format_args!("{}", list(cases, width))),
        CasesAnswer::Case { case } => say(format_args!("{}", page(case, width))),
        CasesAnswer::Review { review } => say(format_args!("{}", review_line(review))),
        CasesAnswer::InCharge { case_id, action, in_charge } => {
            say(format_args!("{}", in_charge_line(case_id, action.as_deref(), in_charge.as_deref())));
        }
        CasesAnswer::Refused { problem, .. } => say(format_args!("{problem}")),
    }
}

/// What a manager sees; its unit has no zone of its own.
fn review_line(review: &ReviewRow) -> String {
    let ReviewRow { action_id, kind, state, due, unit } = review;
    format!("{kind} of unit {unit}: {state} · live by {} · {action_id}", moment(due, TimeZone::UTC))
}

/// What an operator sees.
fn in_charge_line(case: &str, action: Option<&str>, in_charge: Option<&str>) -> String {
    let of_action = action.map(|action| format!(" · {action}")).unwrap_or_default();
    format!("{case}{of_action} · in charge: {}", in_charge.unwrap_or("nobody yet"))
}

/// The columns of the terminal; none where a file or another program reads.
fn terminal_width() -> Option<u16> {
    let is_terminal = std::io::stdout().is_terminal();
    terminal_size::terminal_size().filter(|_| is_terminal).map(|(width, _)| width.0)
}

/// The cases, one a line; on a terminal with short ids, and wrapped where even these are too wide.
fn list(cases: &[CaseRow], width: Option<u16>) -> Table {
    let mut table = table(&["case", "site", "worker", "level", "state", "next", "due", "in charge", "actions"]);
    for row in cases {
        let (next, due) = row.next.as_ref().map_or_else(Default::default, |limit| limit_words(row, limit));
        let actions: Vec<String> = row.actions.iter().map(|a| format!("{}: {}", a.kind, a.state)).collect();
        let (case, between) = match width {
            Some(_) => (short(&row.case_id), "\n"),
            None => (row.case_id.as_str(), ", "),
        };
        let (site, worker, in_charge) = (&row.site, &row.worker, row.in_charge.as_deref().unwrap_or_default());
        let actions = actions.join(between);
        table.add_row([case, site, worker, &row.level, &row.state, &next, &due, in_charge, &actions]);
    }
    fitted(table, width)
}

fn fitted(mut table: Table, width: Option<u16>) -> Table {
    if let Some(width) = width {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    }
    table
}

fn short(id: &str) -> &str {
    id.get(..SHORT_ID).unwrap_or(id)
}

fn page(case: &CaseView, width: Option<u16>) -> String {
    let CaseView { row, limits, history, .. } = case;
    let mut page = format!("{} · {} · {} · {} of {}\n", row.case_id, row.level, row.state, row.worker, row.site);
    let in_charge = row.in_charge.as_deref().unwrap_or("nobody yet");
    let rules = row.rules.join(", ");
    let _ = writeln!(page, "unit {} · case {} of this worker · rules {rules}", row.unit, row.episode);
    let _ = writeln!(page, "opened {} · in charge: {in_charge}", local(&row.opened_at, row));
    for ActionRow { kind, state, due, assignee, method, action_id } in &row.actions {
        let _ = writeln!(page, "  {kind}: {state} · live by {}", local(due, row));
        let how = method.as_deref().map(|how| format!("method {how} · ")).unwrap_or_default();
        let who = assignee.as_deref().map(|who| format!("{who} · ")).unwrap_or_default();
        let _ = writeln!(page, "    {who}{how}{action_id}");
    }
    for limit in limits {
        let (step, due) = limit_words(row, limit);
        let _ = writeln!(page, "  {step} by {due}");
    }
    for line in ways_on(case) {
        let _ = writeln!(page, "{line}");
    }
    let mut table = table(&["when", "who", "what", "note"]);
    for line in history {
        let note = line.note.clone().unwrap_or_default();
        table.add_row([&local(&line.at, row), &line.by, &event_words(&line.event), &note]);
    }
    page + &fitted(table, width).to_string()
}

/// What can be done next, as it is typed, and what the case can become besides.
fn ways_on(case: &CaseView) -> Vec<String> {
    let CaseView { row, next_state, next_states, .. } = case;
    let others: Vec<&str> =
        next_states.iter().filter(|state| Some(*state) != next_state.as_ref()).map(String::as_str).collect();
    let next = match next_state.as_deref() {
        Some(next) => Some((deed_for(next, row), next)),
        None => report_first(row),
    };
    let next = next.map(|(deed, next)| format!("next: vagus cases {deed} --by PERSON → {next}"));
    let besides = (!others.is_empty())
        .then(|| format!("can also become: {} (advance --to, or close --outcome)", others.join(", ")));
    next.into_iter().chain(besides).collect()
}

/// What is typed for the next state.
fn deed_for(next: &str, row: &CaseRow) -> String {
    let id = short(&row.case_id);
    match next {
        "acknowledged" => format!("ack {id}"),
        // The next one by the table is in_action, and there is no action that could be.
        "follow_up" if row.state == "planned" => format!("advance {id} --to follow_up"),
        "closed" if row.level == "L4" => format!("close {id} --note WHY"),
        "closed" => format!("close {id}"),
        _ => format!("advance {id}"),
    }
}

/// The report of an action without which the case goes no further, and what it leads to: of a planned
/// case that one begins, of one that is to be closed that what runs has ended.
fn report_first(row: &CaseRow) -> Option<(String, &'static str)> {
    let (is_that, step, leads_to): (fn(&str) -> bool, _, _) = match row.state.as_str() {
        "planned" => (|state| matches!(state, "requested" | "accepted"), "started", "in_action"),
        "follow_up" | "referred" => (|state| state == "started", "done", "can be closed"),
        _ => return None,
    };
    let action = row.actions.iter().find(|action| is_that(&action.state))?;
    Some((format!("action {} {} {step}", short(&row.case_id), action.kind), leads_to))
}

fn limit_words(row: &CaseRow, limit: &LimitRow) -> (String, String) {
    let number = limit.number.map(|number| format!(" {number}")).unwrap_or_default();
    let over = if limit.is_over { " OVER" } else { "" };
    (format!("{}{number}", limit.step), format!("{}{over}", local(&limit.due, row)))
}

/// A moment in the worker's zone, to the minute.
fn local(at: &str, row: &CaseRow) -> String {
    let zone = TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC);
    moment(at, zone)
}

fn moment(at: &str, zone: TimeZone) -> String {
    let moment: Result<Timestamp, _> = at.parse();
    moment.map_or_else(|_| at.to_owned(), |at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string())
}

#[cfg(test)]
#[path = "cases_print_tests.rs"]
mod tests;

/// What happened, in words.
fn event_words(event: &EventRow) -> String {
    match event {
        EventRow::Raised { level } => format!("raised to {level}"),
        EventRow::Moved { to } => format!("became {to}"),
        EventRow::Progress { action, step } => format!("{action} is {step}"),
        EventRow::ActionAdded { action } => format!("{action} asked for"),
        EventRow::Assigned { to, action: None } => format!("{to} leads the case"),
        EventRow::Assigned { to, action: Some(action) } => format!("{to} carries out {action}"),
        EventRow::Remarked => "remark".to_owned(),
        EventRow::EvidenceAdded { rules } => format!("also {}", rules.join(", ")),
        EventRow::MethodChosen { action, method } => format!("{action}: {method} chosen"),
        EventRow::FollowedUp => "followed up".to_owned(),
        EventRow::Told { limit, number: 0, stage } => format!("limit {limit}: {stage}"),
        EventRow::Told { limit, number, stage } => format!("limit {limit} {number}: {stage}"),
        EventRow::Reviewed { action, week, advice } => format!("{action} looked at in week {week}: {advice}"),
        EventRow::Invited { instruments } => format!("invited to {}", instruments.join(", ")),
    }
}
