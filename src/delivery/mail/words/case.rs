//! What else is said of cases: time limits, proposals, invitations, and counts for the committee.

use super::super::page::{Block, Page};
use super::super::{Look, times};
use super::{action_name, confidential, level, number, open, signed, to_the_case, whom, words};
use crate::domain::event::{CommitteeNotice, DeadlineNotice, Event, Invitation, OutcomeChange, Proposal};
use crate::domain::life::{Advice, CaseState, Deadline, Milestone, Stage};

pub(super) fn deadline(notice: &DeadlineNotice, event: &Event, look: &Look) -> Page {
    let Deadline { due, from, .. } = notice.deadline;
    let (headline, opening) = match notice.stage {
        Stage::Reminder => {
            let left = times::span(event.time, due);
            ("A time limit of a case is near", format!("There are {left} left."))
        }
        Stage::Overdue => {
            ("A time limit of a case is over", "The whole time that is set for it has passed.".to_owned())
        }
        Stage::Escalated => {
            let over = times::span(due, event.time);
            ("A time limit of a case is over by half", format!("It has been over for {over}, half of the time set."))
        }
    };
    let mut facts = vec![
        ("What is due", milestone(&notice.deadline)),
        ("Due", times::full(due, &look.zone)),
        ("Runs since", times::full(from, &look.zone)),
        ("Used up", format!("{} %", notice.stage.used_percent())),
        ("The case is", state(notice.state).to_owned()),
        ("Level", level(notice.level).to_owned()),
    ];
    facts.extend(whom(&notice.worker, &notice.case));
    let next = match notice.stage {
        Stage::Reminder => "Do it, or hand the case to somebody who can.",
        Stage::Overdue => "Ask the person in charge what is in the way, or hand the case to somebody who can.",
        Stage::Escalated => {
            "Decide today who does it. The health and safety committee is told that a limit is over by half, as a \
             count and without any name."
        }
    };
    let mut blocks = vec![Block::Text(opening), Block::Facts(facts), Block::Heading("What to do next")];
    blocks.push(Block::Text(next.to_owned()));
    let first = if notice.deadline.milestone == Milestone::Acknowledge { "ack" } else { "advance" };
    blocks.extend(to_the_case(&notice.case, look, &[first, "show"]));
    Page { headline, is_urgent: notice.stage == Stage::Escalated, blocks, footer: confidential(look) }
}

pub(super) fn milestone(deadline: &Deadline) -> String {
    let words = match deadline.milestone {
        Milestone::Acknowledge => "Taking the case",
        Milestone::Assess => "Getting in touch with the worker",
        Milestone::Plan => "Agreeing what will be done",
        Milestone::FirstAction => "Beginning the first action",
        Milestone::FollowUp => "Asking the worker whether it helps",
        Milestone::CloseReview => "Looking at the case as a whole, to end it",
    };
    if deadline.number > 0 { format!("{words} (number {})", deadline.number) } else { words.to_owned() }
}

const fn state(state: CaseState) -> &'static str {
    match state {
        CaseState::Open => "open, taken by nobody yet",
        CaseState::Acknowledged => "acknowledged",
        CaseState::Assessed => "assessed",
        CaseState::Planned => "planned",
        CaseState::InAction => "in action",
        CaseState::FollowUp => "in follow-up",
        CaseState::Referred => "referred",
        CaseState::Closed => "closed",
        CaseState::DeclinedByWorker => "declined by the worker",
        CaseState::NotWorkRelated => "not related to work",
        CaseState::DataError => "ended as a data error",
    }
}

pub(super) fn proposal(proposal: &Proposal, look: &Look) -> Page {
    let mut facts = whom(&proposal.worker, &proposal.case);
    facts.push(("Action", action_name(proposal.action).to_owned()));
    if let Some(method) = &proposal.method {
        facts.push(("Method so far", words(method.as_str())));
    }
    facts.push(("Weeks since it began", proposal.week.to_string()));
    facts.push(("Proposed", advice(proposal.advice).to_owned()));
    if let Some(to) = &proposal.to {
        facts.push(("Proposed method", words(to.as_str())));
    }
    let mut blocks = vec![Block::Text(proposal.reason.clone()), Block::Facts(facts)];
    if !proposal.outcomes.is_empty() {
        blocks.push(Block::Heading("Before and after"));
        blocks.push(Block::Table(["", "Change", "Verdict"], proposal.outcomes.iter().map(outcome).collect()));
    }
    blocks.push(Block::Heading("What to do next"));
    blocks.push(Block::Text(DECIDE.to_owned()));
    blocks.extend(to_the_case(&proposal.case, look, &["show", "note"]));
    Page { headline: "A proposal for you to decide on", is_urgent: false, blocks, footer: confidential(look) }
}

const DECIDE: &str = "You decide, together with the worker; nothing changes by itself. A change after an action does \
    not prove that the action caused it: cases begin at bad times, and bad times pass.";

const fn advice(advice: Advice) -> &'static str {
    match advice {
        Advice::Maintain => "go on as it is",
        Advice::Intensify => "the same, more of it",
        Advice::Switch => "another method of the same step",
        Advice::StepUp => "a method of the next step",
        Advice::Close => "the case can be closed",
        Advice::Measure => "first measure: a questionnaire or more nights with the wristband",
    }
}

fn outcome(change: &OutcomeChange) -> [String; 3] {
    let (name, unit) = match change.outcome.as_str() {
        "ln_rmssd" => ("Night-time HRV (ln RMSSD)".to_owned(), ""),
        "tst24_h" => ("Sleep in 24 h".to_owned(), " h"),
        "rhr_bpm" => ("Heart rate asleep".to_owned(), " a minute"),
        "index" => ("Strain index".to_owned(), " points"),
        questionnaire => (words(questionnaire), " points"),
    };
    let is_score = change.interval.is_none() && change.tau_u.is_none();
    let shift =
        if is_score && change.shift.fract().abs() <= 0.0 { signed(change.shift, 0) } else { signed(change.shift, 2) };
    let mut told = format!("{shift}{unit}");
    if let Some((low, high)) = change.interval {
        told.push_str(&format!(" (95 %: {} to {})", signed(low, 2), signed(high, 2)));
    }
    if let Some(tau) = change.tau_u {
        told.push_str(&format!(", Tau-U {}", number(tau, 2)));
    }
    if !is_score {
        told.push_str(&format!("; {} values before, {} after", change.n.0, change.n.1));
    }
    [name, told, change.verdict.to_owned()]
}

pub(super) fn invitation(invitation: &Invitation, look: &Look) -> Page {
    let names: Vec<&str> = invitation.instruments.iter().map(|instrument| instrument.as_str()).collect();
    let mut facts = whom(&invitation.worker, &invitation.case);
    facts.push(("Questionnaires", names.join(", ")));
    facts.push(("Best by", times::day(invitation.by)));
    let asked = "Please invite the worker to fill in these questionnaires again, so that it can be seen whether things \
                 are getting better. It is voluntary, and the answers are seen by occupational health alone.";
    let mut blocks = vec![Block::Text(asked.to_owned()), Block::Facts(facts), Block::Heading("What to do next")];
    blocks.push(Block::Text("Pass the invitation on in the way you usually reach the worker.".to_owned()));
    blocks.extend(to_the_case(&invitation.case, look, &["show"]));
    Page { headline: "Please invite a worker", is_urgent: false, blocks, footer: confidential(look) }
}

pub(super) fn committee(notice: &CommitteeNotice, look: &Look) -> Page {
    let cases = if notice.cases == 1 { "case went" } else { "cases went" };
    let told = format!(
        "Since the committee was told last and before {}, {} {cases} over a time limit of the occupational health \
         service by half or more.",
        times::day(notice.on),
        notice.cases
    );
    let meaning = "Occupational health knows which, and its head has been told. This count is given so that the \
                   committee can see whether the service has the people and the time that it needs.";
    let blocks = vec![Block::Text(told), Block::Text(meaning.to_owned())];
    let footer = open(look, "This message holds a count alone, and nothing of any person.");
    Page { headline: "Time limits of the occupational health service", is_urgent: false, blocks, footer }
}
