//! How cases are printed for reading.

use super::operator::{say, table};
use crate::app::control::{CaseRow, CaseView, CasesAnswer, LimitRow};
use crate::domain::{TimeZone, Timestamp};

pub(super) fn print(answer: &CasesAnswer) {
    match answer {
        CasesAnswer::List { cases } if cases.is_empty() => say(format_args!("no case")),
        CasesAnswer::List { cases } => {
            let mut table = table(&["case", "site", "worker", "level", "state", "next", "due", "in charge", "actions"]);
            for row in cases {
                let (next, due) = row.next.as_ref().map_or_else(Default::default, |limit| limit_words(row, limit));
                let actions: Vec<String> = row.actions.iter().map(|a| format!("{}: {}", a.kind, a.state)).collect();
                let in_charge = row.in_charge.clone().unwrap_or_default();
                let (case, site, worker) = (&row.case_id, &row.site, &row.worker);
                table.add_row([
                    case,
                    site,
                    worker,
                    &row.level,
                    &row.state,
                    &next,
                    &due,
                    &in_charge,
                    &actions.join("\n"),
                ]);
            }
            say(format_args!("{table}"));
        }
        CasesAnswer::Case { case } => print_case(case),
        CasesAnswer::Refused { problem } => say(format_args!("{problem}")),
    }
}

fn print_case(case: &CaseView) {
    let CaseView { row, limits, next_states, history } = case;
    say(format_args!("{} · {} · {} · {} of {}", row.case_id, row.level, row.state, row.worker, row.site));
    say(format_args!("unit {} · case {} of this worker · rules {}", row.unit, row.episode, row.rules.join(", ")));
    let in_charge = row.in_charge.as_deref().unwrap_or("nobody yet");
    say(format_args!("opened {} · in charge: {in_charge}", local(&row.opened_at, row)));
    for action in &row.actions {
        let assignee = action.assignee.as_deref().map(|who| format!(" · {who}")).unwrap_or_default();
        let method = action.method.as_deref().map(|how| format!(" · {how}")).unwrap_or_default();
        let due = local(&action.due, row);
        say(format_args!(
            "  {}: {} · live by {due}{assignee}{method} · {}",
            action.kind, action.state, action.action_id
        ));
    }
    for limit in limits {
        let (step, due) = limit_words(row, limit);
        say(format_args!("  {step} by {due}"));
    }
    if !next_states.is_empty() {
        say(format_args!("can become: {}", next_states.join(", ")));
    }
    let mut table = table(&["when", "who", "what", "note"]);
    for line in history {
        let note = line.note.clone().unwrap_or_default();
        table.add_row([&local(&line.at, row), &line.by, &line.event, &note]);
    }
    say(format_args!("{table}"));
}

fn limit_words(row: &CaseRow, limit: &LimitRow) -> (String, String) {
    let number = limit.number.map(|number| format!(" {number}")).unwrap_or_default();
    let over = if limit.is_over { " OVER" } else { "" };
    (format!("{}{number}", limit.step), format!("{}{over}", local(&limit.due, row)))
}

/// A moment in the worker's zone, to the minute.
fn local(at: &str, row: &CaseRow) -> String {
    let zone = TimeZone::get(&row.time_zone).unwrap_or(TimeZone::UTC);
    let moment: Result<Timestamp, _> = at.parse();
    moment.map_or_else(|_| at.to_owned(), |at| at.to_zoned(zone).strftime("%Y-%m-%d %H:%M %Z").to_string())
}
