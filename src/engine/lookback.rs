//! What a worker's stored history would have led to: judged again, one day after the other.
//!
//! A history and several settings enter; for each of them the changes of a case book that starts empty
//! leave. Each day is judged at its end, in the worker's zone, on what was known by then: nights that
//! were final, questionnaires that were filled in, days at work. The facts, the rules and the decision
//! are those of the service. Two things are not in a history and are assumed: every item came on its own day,
//! and both actions of a case were done when they were due, so that a case ends and another can open.

use std::collections::BTreeMap;
use std::iter::Peekable;

use super::facts::{self, Picture};
use super::judge::{self, News};
use super::{Settings, buckets};
use crate::cases;
use crate::domain::case::{Action, CaseBook, CaseChange};
use crate::domain::history::WorkerHistory;
use crate::domain::ids::WorkerNumber;
use crate::domain::indicator::NightRow;
use crate::domain::screening::Screening;
use crate::domain::{Date, TimeZone, Timestamp};
use crate::exposures::{self, Findings};
use crate::indicators::track::{self, Track};
use crate::rules::Facts;

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
#[derive(Debug, Clone, PartialEq)]
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

/// A worker's past that is looked back on under several settings, with the nights that there were or with others.
///
/// The days are gone through once for all settings: what they compute alike is computed once. What does
/// not rest on nights is assessed in the first look back, and known in those after it.
pub struct LookBack<'a, const N: usize> {
    worker: WorkerNumber,
    history: &'a WorkerHistory,
    span: Span,
    settings: [&'a Settings; N],
    /// The settings that compute differently.
    views: Vec<View<'a>>,
    /// Which of them each of the settings has.
    places: [usize; N],
}

impl<'a, const N: usize> LookBack<'a, N> {
    /// A look back on the days of `span`, under each of the settings.
    #[must_use]
    pub fn new(worker: WorkerNumber, history: &'a WorkerHistory, span: Span, settings: [&'a Settings; N]) -> Self {
        let mut views = Vec::new();
        let places = settings.map(|settings| View::shared(&mut views, settings));
        Self { worker, history, span, settings, views, places }
    }

    /// The days that are looked back on.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The history as it is.
    #[must_use]
    pub const fn history(&self) -> &'a WorkerHistory {
        self.history
    }

    /// Every change of the case book under each of the settings.
    #[must_use]
    pub fn changes(&mut self) -> [Vec<Change>; N] {
        self.changes_with(&self.history.nights)
    }

    /// The same, had the nights been these.
    #[must_use]
    pub fn changes_with(&mut self, nights: &BTreeMap<Date, NightRow>) -> [Vec<Change>; N] {
        let zone = &self.history.profile.time_zone;
        let Span { first, last, .. } = self.span;
        let mut past = Past::new(self.history, nights, first);
        let mut tracks: Vec<Track> = self.views.iter().map(|_| Track::new()).collect();
        let mut courts = self.settings.map(Court::new);
        let mut before = buckets::last_second(buckets::previous(first), zone);
        let mut day = first;
        while day <= last {
            let now = buckets::last_second(day, zone);
            courts.iter_mut().for_each(|court| court.close_what_is_due(now, zone));
            let news = past.learn(day, (before, now));
            if news.is_any || day == first {
                for (place, (view, track)) in self.views.iter_mut().zip(&mut tracks).enumerate() {
                    track.update(&past.known, news.changed_from, day, now, &view.settings.indicators);
                    let conditions = view.conditions(&past.known, day);
                    let picture = Picture::with(&past.known, track, day, view.settings, conditions);
                    let facts = picture.facts(news.crises > 0);
                    let here = courts.iter_mut().zip(&self.places).filter(|(_, of)| **of == place);
                    here.for_each(|(court, _)| court.judge(self.worker, &picture, &facts, news, now));
                }
            }
            before = now;
            day = match day.tomorrow() {
                Ok(next) => next,
                Err(_) => break,
            };
        }
        courts.map(|court| court.changes)
    }
}

/// When a case of the past is taken to have ended: when its last action was due.
#[must_use]
pub fn taken_to_end(actions: &[Action]) -> Timestamp {
    actions.iter().map(|action| action.due).max().unwrap_or(Timestamp::MAX)
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
    nights: &'a BTreeMap<Date, NightRow>,
    known: WorkerHistory,
    /// The questionnaires that are not known yet, by the day they were filled in.
    to_come: Peekable<std::vec::IntoIter<(Date, &'a Screening)>>,
}

impl<'a> Past<'a> {
    /// Everything of the days before `first`, with these nights and no case.
    fn new(whole: &'a WorkerHistory, nights: &'a BTreeMap<Date, NightRow>, first: Date) -> Self {
        // Every field is named, so that a new one is not forgotten here. Buckets are settled, and states
        // start afresh: those that are stored were reckoned under the rules of then.
        let WorkerHistory {
            profile,
            nights: _,
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
        let dated = screenings.iter().map(|screening| (taken_on(screening, &profile.time_zone), screening));
        let (earlier, mut to_come): (Vec<_>, Vec<_>) = dated.partition(|(on, _)| *on < first);
        known.screenings = earlier.into_iter().map(|(_, screening)| screening.clone()).collect();
        to_come.sort_by_key(|(on, _)| *on);
        Self { whole, nights, known, to_come: to_come.into_iter().peekable() }
    }

    /// Learns what a day brought; the times are when the day before ended, and when it ended itself.
    fn learn(&mut self, day: Date, (before, now): (Timestamp, Timestamp)) -> DayNews {
        let zone = &self.whole.profile.time_zone;
        let mut news = DayNews::default();
        let eve = buckets::previous(day);
        if let Some(row) = self.nights.get(&eve) {
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
        while let Some((_, screening)) = self.to_come.next_if(|(on, _)| *on == day) {
            news.crises += u32::from(facts::is_crisis(screening, screening.taken_at, zone));
            self.known.screenings.push(screening.clone());
        }
        if self.known.screenings.len() > before {
            self.known.screenings.sort_by_key(|s| (s.instrument, s.taken_at));
            news.is_any = true;
        }
        news
    }
}

/// Settings of which a [`Picture`] is the same; their rules may differ.
struct View<'a> {
    settings: &'a Settings,
    /// Working conditions by day, as far as they were asked for.
    conditions: BTreeMap<Date, Findings>,
}

impl<'a> View<'a> {
    /// The place of the view that these settings have, which they may share with some before them.
    fn shared(views: &mut Vec<Self>, settings: &'a Settings) -> usize {
        let is_alike = |of: &Settings| of.indicators == settings.indicators && of.exposures == settings.exposures;
        views.iter().position(|view| is_alike(view.settings)).unwrap_or_else(|| {
            views.push(Self { settings, conditions: BTreeMap::new() });
            views.len() - 1
        })
    }

    /// What the working conditions come to on a day, of which the same is known in every look back.
    fn conditions(&mut self, known: &WorkerHistory, day: Date) -> Findings {
        let assess = || exposures::assess(&exposures::Known::of(known), day, &self.settings.exposures);
        self.conditions.entry(day).or_insert_with(assess).clone()
    }
}

/// One set of rules, and the cases under it.
struct Court<'a> {
    settings: &'a Settings,
    book: CaseBook,
    changes: Vec<Change>,
}

impl<'a> Court<'a> {
    fn new(settings: &'a Settings) -> Self {
        Self { settings, book: CaseBook::default(), changes: Vec::new() }
    }

    fn judge(&mut self, worker: WorkerNumber, picture: &Picture<'_>, facts: &Facts, news: DayNews, now: Timestamp) {
        let verdict = self.settings.rules.judge(facts);
        let news = News { crises: news.crises, is_late: false };
        let situation = judge::situation(worker, picture, &verdict, self.settings, news, now);
        let found = cases::decide(&self.book, &situation);
        self.apply(found, picture.today, now);
    }

    fn close_what_is_due(&mut self, now: Timestamp, zone: &TimeZone) {
        let Some(case) = &self.book.open else { return };
        let at = taken_to_end(&case.actions);
        if at <= now {
            self.apply(vec![cases::ended(at)], zone.to_datetime(at).date(), at);
        }
    }

    fn apply(&mut self, found: Vec<CaseChange>, on: Date, at: Timestamp) {
        for change in found {
            cases::apply(&mut self.book, &change);
            self.changes.push(Change { on, at, change });
        }
    }
}

#[cfg(test)]
#[path = "lookback_tests.rs"]
mod tests;
