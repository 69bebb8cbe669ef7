//! One worker judged: indicators brought up to date, rules asked, cases decided, events written.

use super::effect::{Decision, Effect};
use super::events::{Occasion, local_date};
use super::facts::Picture;
use super::{ENGINE_VERSION, Engine, Mode, Settings};
use crate::cases::{self, Situation, Timing};
use crate::domain::alert::{RuleId, Versions};
use crate::domain::case::{CaseBook, CaseChange, CaseFact, Finding, Ground, OpenCase};
use crate::domain::ids::SiteId;
use crate::domain::ids::WorkerNumber;
use crate::domain::{SignedDuration, Timestamp};
use crate::rules::Verdict;

impl Engine {
    /// Judges a worker on what has changed; where nothing has, this costs nothing.
    pub(super) fn judge(&mut self, number: WorkerNumber, now: Timestamp) {
        let Some(worker) = self.workers.get_mut(&number) else { return };
        let changes = std::mem::take(&mut worker.changes);
        if changes.from.is_none() && !changes.is_other {
            return;
        }
        let today = local_date(&worker.history.profile, now);
        worker.track.update(&worker.history, changes.from, today, now, &self.settings.indicators);
        let first_recomputed = super::buckets::plus(today, -77);
        if let Some(anchor) = worker.track.anchor_before(first_recomputed) {
            worker.history.anchor = Some(anchor);
        }
        worker.prune(today);
        if self.mode == Mode::Rebuild {
            return;
        }
        if worker.history.profile.is_withheld() && worker.history.cases.open.is_none() {
            // What is known of somebody who takes no part stays, and opens nothing new.
            return;
        }
        let rules = &*self.settings.rules;
        let picture = Picture::of(&worker.history, &worker.track, today, &self.settings);
        let verdict = rules.judge(&picture.facts(changes.crises > 0));
        let news = News { crises: changes.crises, is_late: changes.is_late };
        let situation = situation(number, &picture, &verdict, &self.settings, news, now);
        let mut facts = cases::decide(&worker.history.cases, &situation);
        if !facts.is_empty() {
            let ground = Ground {
                at: now,
                on: today,
                rules: Vec::new(),
                evidence: picture.evidence(rules, &verdict),
                versions: Versions { engine: ENGINE_VERSION, rules: rules.version() },
            };
            facts.iter_mut().for_each(|fact| rest(fact, &worker.history.cases, &ground));
            let profile = &worker.history.profile;
            let occasion = Occasion { profile, picture: &picture, rules, verdict: &verdict, now };
            let decisions = decisions(number, &worker.history.cases, facts, &occasion);
            self.decided(decisions);
        }
        self.invite(number, now);
    }

    pub(super) fn decided(&mut self, decisions: Vec<Decision>) {
        for decision in decisions {
            self.apply_fact(decision.worker, &decision.change);
            self.effects.push_back(Effect::Decided(Box::new(decision)));
        }
    }
}

/// Keeps with a fact what it rests on: with each rule what was found when it first matched, and with each rise
/// of the level what was found then.
fn rest(fact: &mut CaseChange, book: &CaseBook, found: &Ground) {
    let of = |rules: &[RuleId]| Ground { rules: rules.to_vec(), ..found.clone() };
    match fact {
        CaseChange::Opened { case } => case.grounds = vec![of(&case.rules)],
        CaseChange::RaisedAgain { told, ground, .. } => *ground = Some(Box::new(of(&told.rules))),
        CaseChange::Revised { told, ground, .. } => {
            let known = book.open.as_ref().map_or(&[][..], |case| &case.rules);
            let new: Vec<RuleId> = told.rules.iter().filter(|rule| !known.contains(rule)).cloned().collect();
            *ground = (!new.is_empty()).then(|| Box::new(of(&new)));
        }
        CaseChange::Done { fact: CaseFact::EvidenceAdded { rules, ground }, .. } => *ground = Some(Box::new(of(rules))),
        CaseChange::Done { .. } => {}
    }
}

/// The facts with what is to be said of each.
pub(super) fn decisions(
    worker: WorkerNumber,
    book: &CaseBook,
    facts: Vec<CaseChange>,
    occasion: &Occasion<'_>,
) -> Vec<Decision> {
    let mut book = book.clone();
    let mut decisions = Vec::new();
    for change in facts {
        let before: Option<OpenCase> = book.open.clone();
        cases::apply(&mut book, &change);
        // A closed case is no longer open, and its last event still speaks of it.
        let case = book.open.as_ref().or(before.as_ref());
        let events = case.map_or_else(Vec::new, |case| occasion.events(&change, before.as_ref(), case));
        decisions.push(Decision { at: occasion.now, worker, change, events });
    }
    decisions
}

/// What came since the worker was last judged, as far as cases care.
#[derive(Debug, Clone, Copy)]
pub(super) struct News {
    /// Crisis answers that came.
    pub(super) crises: u32,
    /// Whether a night changed that could be final before.
    pub(super) is_late: bool,
}

/// What a verdict means for the worker's cases.
pub(super) fn situation<'a>(
    worker: WorkerNumber,
    picture: &Picture<'_>,
    verdict: &Verdict,
    settings: &'a Settings,
    news: News,
    now: Timestamp,
) -> Situation<'a> {
    Situation {
        worker,
        finding: Finding {
            level: verdict.level,
            rules: verdict.rules.clone(),
            hrv: picture.hrv(),
            is_sleep_poor: picture.is_sleep_poor(),
            is_exposed: picture.is_exposed(),
        },
        new_crises: news.crises,
        is_late: news.is_late,
        today: picture.today,
        now,
        timing: timing(settings, picture.site()),
    }
}

/// The limits and days by which the cases of a site are held.
pub(super) fn timing<'a>(settings: &'a Settings, site: &SiteId) -> Timing<'a> {
    Timing {
        calendar: settings.calendars.of(site),
        limits: &settings.limits,
        cool_down: SignedDuration::from_hours(24 * i64::from(settings.rules.cool_down_days())),
    }
}
