//! What a worker's stored history would have led to: judged again, one day after the other.
//!
//! A history and settings enter; the changes of a case book that starts empty leave. Each day is
//! judged at its end, in the worker's zone, on what was known by then: nights that were final,
//! questionnaires that were filled in, days at work. The facts, the rules and the decision are those
//! of the service. Two things are not in a history and are assumed: every item came on its own day,
//! and both actions of a case were done when they were due, so that a case ends and another can open.

use super::facts::{self, Picture};
use super::judge::{self, News};
use super::{Settings, buckets};
use crate::cases;
use crate::domain::case::{Action, ActionStep, CaseChange};
use crate::domain::history::WorkerHistory;
use crate::domain::ids::WorkerNumber;
use crate::domain::item::ActionProgress;
use crate::domain::screening::Screening;
use crate::domain::{Date, TimeZone, Timestamp};
use crate::indicators::track::{self, Track};

/// Rows that are a few days from being pruned count as pruned: whether the worker was judged today
/// must not change what is looked at.
const PRUNING_MARGIN: i32 = 7;

/// The days of a history that can be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: Date,
    /// The last.
    pub last: Date,
    /// Whether anything is known of earlier days: what is found on the first day may be older.
    pub has_earlier: bool,
}

/// A change of the case book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The worker's date on which it was judged.
    pub on: Date,
    /// When: the end of that day, or when the last action was due.
    pub at: Timestamp,
    /// The change.
    pub change: CaseChange,
}

/// The days up to `last` that a history can tell of; none where nothing is known by then.
///
/// Where old nights were let go of, these are the days whose reference, and that of the days their
/// state rests on, is still there; else every day from the first of which anything is known.
#[must_use]
pub fn span(history: &WorkerHistory, last: Date) -> Option<Span> {
    let zone = &history.profile.time_zone;
    let night = history.nights.keys().next().copied();
    let worked = history.exposures.keys().next().copied();
    let screened = history.screenings.iter().map(|screening| taken_on(screening, zone)).min();
    let earliest = [night, worked, screened].into_iter().flatten().min().filter(|earliest| *earliest <= last)?;
    let kept_from = buckets::plus(last, PRUNING_MARGIN - track::ROW_DAYS);
    let is_pruned = [night, worked].into_iter().flatten().any(|first| first <= kept_from);
    let first = if is_pruned { buckets::plus(last, -track::RECOMPUTABLE_DAYS) } else { kept_from };
    let first = first.max(earliest);
    Some(Span { first, last, has_earlier: earliest < first })
}

/// Judges the days `first..=last`, and gives every change of the case book.
#[must_use]
pub fn look_back(
    worker: WorkerNumber,
    history: &WorkerHistory,
    (first, last): (Date, Date),
    settings: &Settings,
) -> Vec<Change> {
    let mut past = Past::new(history, first);
    let mut changes = Vec::new();
    let mut before = buckets::last_second(buckets::previous(first), &history.profile.time_zone);
    let mut day = first;
    while day <= last {
        let now = buckets::last_second(day, &history.profile.time_zone);
        past.close_what_is_due(now, &mut changes);
        let news = past.learn(day, (before, now));
        if news.is_any || day == first {
            past.judge(worker, day, now, news, settings, &mut changes);
        }
        before = now;
        day = match day.tomorrow() {
            Ok(next) => next,
            Err(_) => break,
        };
    }
    changes
}

/// The news that both actions of a case are done when they are due, and when the last of them is.
#[must_use]
pub fn done_when_due(actions: &[Action]) -> (Timestamp, Vec<ActionProgress>) {
    let at = actions.iter().map(|action| action.due).max().unwrap_or(Timestamp::MAX);
    let open = actions.iter().filter(|action| !action.step.is_final());
    let done = |action: &Action| ActionProgress { action: action.id.clone(), step: ActionStep::Done, at, note: None };
    (at, open.map(done).collect())
}

/// The last second of a day: a night that is final at midnight is judged on the day that begins then.
fn taken_on(screening: &Screening, zone: &TimeZone) -> Date {
    zone.to_datetime(screening.taken_at).date()
}

/// What a day brought.
#[derive(Debug, Clone, Copy, Default)]
struct DayNews {
    is_any: bool,
    changed_from: Option<Date>,
    crises: u32,
}

/// A history as it was known on a day.
struct Past<'a> {
    whole: &'a WorkerHistory,
    known: WorkerHistory,
    track: Track,
}

impl<'a> Past<'a> {
    /// Everything of the days before `first`, and no case.
    fn new(whole: &'a WorkerHistory, first: Date) -> Self {
        // Every field is named, so that a new one is not forgotten here. Buckets are settled, and states
        // start afresh: those that are stored were reckoned under the rules of then.
        let WorkerHistory {
            profile,
            nights,
            detail_dates: _,
            unsettled_nights: _,
            anchor: _,
            tags,
            register_changes,
            screenings,
            exposures,
            cases: _,
        } = whole;
        let mut known = WorkerHistory::new(profile.clone());
        // A night is judged when it is final, on the day after its own at the earliest.
        let eve = buckets::previous(first);
        known.nights = nights.range(..eve).map(|(date, row)| (*date, row.clone())).collect();
        known.tags = tags.range(..first).map(|(date, tags)| (*date, tags.clone())).collect();
        known.register_changes = register_changes.range(..first).copied().collect();
        known.exposures = exposures.range(..first).map(|(date, day)| (*date, day.clone())).collect();
        known.screenings = screenings.iter().filter(|s| taken_on(s, &profile.time_zone) < first).cloned().collect();
        Self { whole, known, track: Track::new() }
    }

    /// Learns what a day brought; the times are when the day before ended, and when it ended itself.
    fn learn(&mut self, day: Date, (before, now): (Timestamp, Timestamp)) -> DayNews {
        let zone = &self.whole.profile.time_zone;
        let mut news = DayNews::default();
        let eve = buckets::previous(day);
        if let Some(row) = self.whole.nights.get(&eve) {
            self.known.nights.insert(eve, row.clone());
            news.changed_from = Some(eve);
        }
        if let Some(tags) = self.whole.tags.get(&day) {
            self.known.tags.insert(day, tags.clone());
            news.changed_from = news.changed_from.or(Some(day));
        }
        if self.whole.register_changes.contains(&day) {
            self.known.register_changes.insert(day);
            news.changed_from = news.changed_from.or(Some(day));
        }
        news.is_any = news.changed_from.is_some() || track::next_final(&self.known, before).is_some_and(|at| at <= now);
        if let Some(worked) = self.whole.exposures.get(&day) {
            self.known.exposures.insert(day, worked.clone());
            news.is_any = true;
        }
        let before = self.known.screenings.len();
        for screening in self.whole.screenings.iter().filter(|s| taken_on(s, zone) == day) {
            news.crises += u32::from(facts::is_crisis(screening, screening.taken_at, zone));
            self.known.screenings.push(screening.clone());
        }
        if self.known.screenings.len() > before {
            self.known.screenings.sort_by_key(|s| (s.instrument, s.taken_at));
            news.is_any = true;
        }
        news
    }

    fn judge(
        &mut self,
        worker: WorkerNumber,
        day: Date,
        now: Timestamp,
        news: DayNews,
        settings: &Settings,
        changes: &mut Vec<Change>,
    ) {
        self.track.update(&self.known, news.changed_from, day, now, &settings.indicators);
        let picture = Picture::of(&self.known, &self.track, day, settings);
        let verdict = settings.rules.judge(&picture.facts(news.crises > 0));
        let news = News { crises: news.crises, is_late: false };
        let situation = judge::situation(worker, &picture, &verdict, &settings.rules, news, now);
        let found = cases::decide(&self.known.cases, &situation);
        self.apply(found, day, now, changes);
    }

    fn close_what_is_due(&mut self, now: Timestamp, changes: &mut Vec<Change>) {
        let Some(case) = &self.known.cases.open else { return };
        let (at, news) = done_when_due(&case.actions);
        if at > now {
            return;
        }
        let on = self.whole.profile.time_zone.to_datetime(at).date();
        for done in &news {
            let found = cases::progress(&self.known.cases, done, at);
            self.apply(found, on, at, changes);
        }
    }

    fn apply(&mut self, found: Vec<CaseChange>, on: Date, at: Timestamp, changes: &mut Vec<Change>) {
        for change in found {
            cases::apply(&mut self.known.cases, &change);
            changes.push(Change { on, at, change });
        }
    }
}

#[cfg(test)]
#[path = "lookback_tests.rs"]
mod tests;
