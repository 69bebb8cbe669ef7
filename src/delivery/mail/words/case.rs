//! What else is said of cases: time limits, proposals, invitations, and counts for the committee.

use super::super::Look;
use super::super::page::{Block, Page};
use super::{action_name, confidential, fact, heading, level, open, text, to_the_case, whom, with_unit};
use crate::domain::event::{CommitteeNotice, DeadlineNotice, Event, Invitation, OutcomeChange, Proposal};
use crate::domain::life::{Deadline, Milestone, Stage};
use crate::domain::screening::Instrument;
use crate::texts::{Language, Value};

pub(super) fn deadline(notice: &DeadlineNotice, event: &Event, look: &Look) -> Page {
    let language = look.language;
    let Deadline { due, from, .. } = notice.deadline;
    let stage = notice.stage.as_str();
    let span = match notice.stage {
        Stage::Reminder => language.span(event.time, due),
        Stage::Overdue | Stage::Escalated => language.span(due, event.time),
    };
    let used = with_unit("percent", notice.stage.used_percent().to_string(), language);
    let mut facts = vec![
        fact("mail-limit-what", milestone(&notice.deadline, language), look),
        fact("mail-due", language.full_moment(due, &look.zone), look),
        fact("mail-limit-since", language.full_moment(from, &look.zone), look),
        fact("mail-limit-used", used, look),
        fact("mail-limit-state", language.say(&format!("state-{}", notice.state.as_str())), look),
        fact("mail-level", level(notice.level, language), look),
    ];
    facts.extend(whom(&notice.worker, &notice.case, look));
    let opening = language.say_with(&format!("mail-limit-{stage}"), &[("span", span.into())]);
    let mut blocks = vec![Block::Text(opening), Block::Facts(facts), heading("mail-next", look)];
    blocks.push(text(&format!("mail-limit-next-{stage}"), look));
    let first = if notice.deadline.milestone == Milestone::Acknowledge { "ack" } else { "advance" };
    blocks.extend(to_the_case(&notice.case, look, &[first, "show"]));
    let headline = language.say(&format!("mail-headline-{stage}"));
    Page { language, headline, is_urgent: notice.stage == Stage::Escalated, blocks, footer: confidential(look) }
}

pub(super) fn milestone(deadline: &Deadline, language: Language) -> String {
    let milestone = language.say(&format!("mail-milestone-{}", deadline.milestone.as_str()));
    if deadline.number == 0 {
        return milestone;
    }
    let number = deadline.number.to_string();
    language.say_with("mail-milestone-numbered", &[("milestone", milestone.into()), ("number", number.into())])
}

pub(super) fn proposal(proposal: &Proposal, look: &Look) -> Page {
    let language = look.language;
    let mut facts = whom(&proposal.worker, &proposal.case, look);
    facts.push(fact("mail-action", action_name(proposal.action, language), look));
    if let Some(method) = &proposal.method_name {
        facts.push(fact("mail-proposal-method", language.phrase(method).to_owned(), look));
    }
    facts.push(fact("mail-proposal-weeks", proposal.week.to_string(), look));
    let advice = language.say(&format!("advice-{}", proposal.advice.as_str()));
    facts.push(fact("mail-proposal-advice", advice, look));
    if let Some(to) = &proposal.to_name {
        facts.push(fact("mail-proposal-to", language.phrase(to).to_owned(), look));
    }
    let mut blocks = vec![Block::Text(language.reason(&proposal.reason)), Block::Facts(facts)];
    if !proposal.outcomes.is_empty() {
        let head = [String::new(), language.say("mail-proposal-change"), language.say("mail-proposal-verdict")];
        blocks.push(heading("mail-proposal-changes", look));
        blocks.push(Block::Table(head, proposal.outcomes.iter().map(|it| outcome(it, language)).collect()));
    }
    blocks.push(heading("mail-next", look));
    blocks.push(text("mail-proposal-decide", look));
    blocks.extend(to_the_case(&proposal.case, look, &["show", "note"]));
    let headline = language.say("mail-headline-proposal");
    Page { language, headline, is_urgent: false, blocks, footer: confidential(look) }
}

fn outcome(change: &OutcomeChange, language: Language) -> [String; 3] {
    let name = match change.outcome.as_str() {
        questionnaire if Instrument::parse(questionnaire).is_some() => questionnaire.to_owned(),
        known => language.say(&format!("outcome-{known}")),
    };
    let is_score = change.interval.is_none() && change.tau_u.is_none();
    let decimals = if is_score && change.shift.fract().abs() <= 0.0 { 0 } else { 2 };
    let mut told = language.outcome_with_unit(&change.outcome, language.signed(change.shift, decimals));
    if let Some((low, high)) = change.interval {
        let (low, high) = (language.signed(low, 2), language.signed(high, 2));
        let values = [("told", told.into()), ("low", low.into()), ("high", high.into())];
        told = language.say_with("mail-outcome-interval", &values);
    }
    if let Some(tau) = change.tau_u {
        told = language.say_with("mail-outcome-tau", &[("told", told.into()), ("tau", Value::Number(tau, 2))]);
    }
    if !is_score {
        let (before, after) = (change.n.0.to_string(), change.n.1.to_string());
        let values = [("told", told.into()), ("before", before.into()), ("after", after.into())];
        told = language.say_with("mail-outcome-values", &values);
    }
    [name, told, language.say(&format!("verdict-{}", change.verdict))]
}

pub(super) fn invitation(invitation: &Invitation, look: &Look) -> Page {
    let language = look.language;
    let names: Vec<&str> = invitation.instruments.iter().map(|instrument| instrument.as_str()).collect();
    let mut facts = whom(&invitation.worker, &invitation.case, look);
    facts.push(fact("mail-invitation-instruments", names.join(&language.say("summary-comma")), look));
    facts.push(fact("mail-invitation-by", language.date(invitation.by), look));
    let mut blocks = vec![text("mail-invitation", look), Block::Facts(facts), heading("mail-next", look)];
    blocks.push(text("mail-invitation-next", look));
    blocks.extend(to_the_case(&invitation.case, look, &["show"]));
    let headline = language.say("mail-headline-invitation");
    Page { language, headline, is_urgent: false, blocks, footer: confidential(look) }
}

pub(super) fn committee(notice: &CommitteeNotice, look: &Look) -> Page {
    let language = look.language;
    let values = [("date", language.date(notice.on).into()), ("cases", Value::Count(u64::from(notice.cases)))];
    let told = language.say_with("mail-committee", &values);
    let blocks = vec![Block::Text(told), text("mail-committee-meaning", look)];
    let (headline, footer) = (language.say("mail-headline-committee"), open(look, "mail-committee-open"));
    Page { language, headline, is_urgent: false, blocks, footer }
}
