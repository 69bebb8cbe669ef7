//! A worker's open case between findings: what somebody does to it, its time limits, the effect of its
//! actions, and invitations to fill in questionnaires again.

use super::buckets::Taken;
use super::care::{self, Invitable, Running};
use super::effect::Decision;
use super::events::{Occasion, local_date};
use super::facts::Picture;
use super::judge::{decisions, timing};
use super::worker::Worker;
use super::{Engine, Mode, Settings};
use crate::cases::{self, Refusal, deadlines};
use crate::domain::alert::Level;
use crate::domain::case::{Action, ActionKind, ActionStep, CaseChange, CaseFact, Finding, OpenCase};
use crate::domain::event::{EventBody, Proposal};
use crate::domain::ids::{SiteId, WorkerNumber};
use crate::domain::item::ActionProgress;
use crate::domain::life::{CaseCommand, Deadline, MethodId, Stage};
use crate::domain::person::Actor;
use crate::domain::{SignedDuration, Timestamp};

/// After a moment of a case was looked at, the next is no sooner than this: whatever went wrong, time
/// goes on.
const LEAST_STEP: SignedDuration = SignedDuration::from_secs(1);

impl Engine {
    /// Applies news of an action. The case they speak of is the worker's own: the sequencer knows
    /// whose action it is.
    pub(super) fn take_progress(&mut self, number: WorkerNumber, news: &ActionProgress, now: Timestamp) -> Taken {
        let Some(worker) = self.workers.get(&number) else { return Taken::Known };
        let by = news.source.clone().map_or(Actor::Vagus, Actor::Source);
        let timing = timing(&self.settings, &worker.history.profile.key.site);
        let facts = cases::progress(&worker.history.cases, news, &by, &timing, now);
        if facts.is_empty() {
            return Taken::Known;
        }
        self.decide(number, facts, now);
        self.invite(number, now);
        Taken::Changed
    }

    /// Does what somebody wants done to the worker's case, or says why not.
    pub(super) fn take_command(
        &mut self,
        number: WorkerNumber,
        command: &CaseCommand,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        let worker = self.workers.get(&number).ok_or(Refusal::UnknownCase)?;
        let timing = timing(&self.settings, &worker.history.profile.key.site);
        let facts = cases::command(&worker.history.cases, command, number, &timing, now)?;
        self.decide(number, facts, now);
        self.invite(number, now);
        Ok(())
    }

    /// Looks at an open case of which a moment has come: `at` is that moment, `now` when it is told.
    pub(super) fn look_at_case(&mut self, number: WorkerNumber, at: Timestamp, now: Timestamp) {
        self.tell_deadlines(number, at, now);
        for kind in [ActionKind::WorkloadReview, ActionKind::Counseling] {
            self.review(number, kind, at);
        }
        self.invite(number, at);
    }

    /// Tells of the time limits of which a moment has come. What is over by `now` is not reminded of.
    fn tell_deadlines(&mut self, number: WorkerNumber, at: Timestamp, now: Timestamp) {
        let Some(case) = self.open_case(number) else { return };
        let told = |(place, stage): (usize, Stage)| {
            let Deadline { milestone, number, due, .. } = case.deadlines[place];
            let is_silent = stage == Stage::Reminder && due <= now;
            (by_vagus(at, CaseFact::Told { milestone, number, stage }), is_silent)
        };
        let facts: Vec<(CaseChange, bool)> = deadlines::due_by(&case.deadlines, at).into_iter().map(told).collect();
        for (fact, is_silent) in facts {
            let mut decisions = self.decisions(number, vec![fact], at);
            if is_silent {
                decisions.iter_mut().for_each(|decision| decision.events.clear());
            }
            self.decided(decisions);
        }
    }

    /// Looks at the effect of an action where a week is due, and proposes how to go on.
    fn review(&mut self, number: WorkerNumber, kind: ActionKind, now: Timestamp) {
        let Some(worker) = self.workers.get_mut(&number).filter(|_| self.mode == Mode::Live) else { return };
        let action = worker.history.cases.open.as_ref().and_then(|case| case.action(kind));
        let is_due = |action: &Action| {
            is_reviewed(action) && cases::care::due_week(action.started_at, action.reviewed_week, now).is_some()
        };
        // Asked first: timers fire for every worker, and few have anything to be looked at.
        if !action.is_some_and(is_due) {
            return;
        }
        let today = local_date(&worker.history.profile, now);
        worker.track.update(&worker.history, worker.changes.from, today, now, &self.settings.indicators);
        let Some(case) = &worker.history.cases.open else { return };
        let Some(action) = case.action(kind) else { return };
        let running = Running {
            kind,
            started_at: action.started_at,
            method: action.method.as_ref(),
            tried: &action.tried,
            reviewed_week: action.reviewed_week,
        };
        let (history, settings) = (&worker.history, &self.settings);
        let told = rests_on(case);
        let Some(review) = care::review(history, &worker.track, settings, &told, &running, now) else { return };
        let deadlines = review.is_worse.then(|| hurried(case, settings, &history.profile.key.site, now));
        let started = action.started_at.unwrap_or(now).as_second();
        let id = format!("{}-{}-proposal-{}-{started}-w{}", case.id, case.episode, kind.as_str(), review.week);
        let fact = CaseFact::Reviewed { action: kind, week: review.week, advice: review.advice, deadlines };
        let name_of = |id: &MethodId| settings.care.library.name_of(id);
        let proposal = Proposal {
            case: case.id.clone(),
            episode: case.episode,
            worker: history.profile.key.worker.clone(),
            level: case.told.level,
            action: kind,
            method: action.method.clone(),
            method_name: action.method.as_ref().map(name_of),
            week: review.week,
            advice: review.advice,
            to_name: review.to.as_ref().map(name_of),
            to: review.to,
            reason: review.reason,
            outcomes: review.outcomes,
        };
        let site = history.profile.key.site.clone();
        let event = crate::domain::event::Event {
            id,
            site,
            time: now,
            is_test: false,
            body: EventBody::Proposal(Box::new(proposal)),
        };
        let mut decisions = self.decisions(number, vec![by_vagus(now, fact)], now);
        decisions.iter_mut().for_each(|decision| decision.events.push(event.clone()));
        self.decided(decisions);
    }

    /// Invites the worker to fill in questionnaires again, where that is due.
    pub(super) fn invite(&mut self, number: WorkerNumber, now: Timestamp) {
        let Some(worker) = self.workers.get(&number).filter(|_| self.mode == Mode::Live) else { return };
        let Some(case) = &worker.history.cases.open else { return };
        let due = with_invitable(case, |case| care::invitation(&worker.history, &self.settings, case, now));
        if let Some(due) = due {
            let on = local_date(&worker.history.profile, now);
            let fact = CaseFact::Invited { instruments: due.instruments, on, by: due.by };
            self.decide(number, vec![by_vagus(now, fact)], now);
        }
    }

    fn open_case(&self, number: WorkerNumber) -> Option<&OpenCase> {
        self.workers.get(&number)?.history.cases.open.as_ref()
    }

    fn decide(&mut self, number: WorkerNumber, facts: Vec<CaseChange>, now: Timestamp) {
        let decisions = self.decisions(number, facts, now);
        self.decided(decisions);
    }

    /// The decisions of facts that do not come from a finding; none while only state is rebuilt.
    fn decisions(&mut self, number: WorkerNumber, facts: Vec<CaseChange>, now: Timestamp) -> Vec<Decision> {
        if facts.is_empty() || self.mode == Mode::Rebuild {
            return Vec::new();
        }
        let Some(worker) = self.workers.get_mut(&number) else { return Vec::new() };
        let today = local_date(&worker.history.profile, now);
        worker.track.update(&worker.history, worker.changes.from, today, now, &self.settings.indicators);
        let picture = Picture::of(&worker.history, &worker.track, today, &self.settings);
        let rules = &*self.settings.rules;
        let verdict = rules.judge(&picture.facts(false));
        let occasion = Occasion { profile: &worker.history.profile, picture: &picture, rules, verdict: &verdict, now };
        decisions(number, &worker.history.cases, facts, &occasion)
    }
}

/// When something of a worker's open case has to be looked at without a message, after a look at `at`.
pub(super) fn next_moment(
    worker: &mut Worker,
    settings: &Settings,
    looked_at: Option<Timestamp>,
    now: Timestamp,
) -> Option<Timestamp> {
    let case = worker.history.cases.open.as_ref()?;
    let limit = deadlines::next(&case.deadlines);
    let reviewed = case.actions.iter().filter(|action| is_reviewed(action));
    let review = reviewed.filter_map(|action| cases::care::next_review(action.started_at, action.reviewed_week)).min();
    let invitation = *worker.next_invitation.get_or_insert_with(|| {
        with_invitable(case, |case| care::next_invitation(&worker.history, settings, case, now))
    });
    let next = [limit, review, invitation].into_iter().flatten().min()?;
    let earliest = looked_at.and_then(|at| at.checked_add(LEAST_STEP).ok());
    Some(earliest.map_or(next, |earliest| next.max(earliest)))
}

/// What a case rests on, with the rules that matched since it was last told.
fn rests_on(case: &OpenCase) -> Finding {
    Finding { rules: case.rules.clone(), ..case.told.clone() }
}

/// Whether the effect of an action is looked at.
fn is_reviewed(action: &Action) -> bool {
    matches!(action.step, ActionStep::Started | ActionStep::Done)
}

fn with_invitable<T>(case: &OpenCase, ask: impl FnOnce(&Invitable<'_>) -> T) -> T {
    let running = case.actions.iter().filter(|action| !action.step.is_final());
    let started_at: Vec<Timestamp> = running.filter_map(|action| action.started_at).collect();
    ask(&Invitable {
        told: &rests_on(case),
        opened_at: case.opened_at,
        invited_on: case.invited.iter().map(|invited| invited.on).max(),
        started_at: &started_at,
    })
}

/// The limits that run, with the follow-ups of L3 from now on where these are nearer: the worker got
/// worse.
fn hurried(case: &OpenCase, settings: &Settings, site: &SiteId, now: Timestamp) -> Vec<Deadline> {
    let timing = timing(settings, site);
    let fresh = deadlines::in_action(Level::L3, now, timing.calendar, timing.limits);
    deadlines::nearer(&case.deadlines, &fresh)
}

const fn by_vagus(at: Timestamp, fact: CaseFact) -> CaseChange {
    CaseChange::Done { at, by: Actor::Vagus, note: None, fact }
}
