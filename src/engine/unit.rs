//! Units: what the rules about them need of each worker, and what is asked for where one matches.
//!
//! In go workers as they are known at a moment; out come figures over all of them and, where a rule
//! matches, one request to review the work of the unit. The request names no worker, no rule and no
//! figure, and opens no case for anybody.

use std::collections::BTreeMap;

use super::facts::Picture;
use super::{Settings, events};
use crate::domain::alert::{ActionRef, ActionRequest, ExceededLimit, Term};
use crate::domain::case::{ActionId, ActionKind, ActionStep};
use crate::domain::event::{Event, EventBody};
use crate::domain::history::WorkerHistory;
use crate::domain::ids::{SiteId, UNASSIGNED_UNIT, UnitId, WorkerNumber};
use crate::domain::screening::Instrument;
use crate::domain::{Date, Timestamp};
use crate::indicators::Track;
use crate::rules::{Member, RuleSet, UnitFacts, UnitRule};

/// After a request no other is made for the same unit and rule for so many days.
///
/// # Source
/// Domain reference, section 5.5: the cool-down of a worker's cases.
pub const PERIOD_DAYS: i32 = 28;

/// So many workers must be over a limit of working conditions for the request to name the limit.
///
/// # Source
/// Domain reference, section 9: k = 5 for exposures.
const LEAST_EXPOSED: u32 = 5;

/// What is seen of one worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// What the figures need.
    pub member: Member,
    /// Which limits of working conditions are exceeded.
    pub exceeded: Vec<ExceededLimit>,
}

/// What a unit's figures need of a worker at that moment; indicators are computed afresh.
#[must_use]
pub fn member(history: &WorkerHistory, now: Timestamp, settings: &Settings) -> Member {
    seen(history, &Track::new(), now, settings).member
}

/// Whether a worker counts among those of a unit: not where the register names none, and not where
/// consent was refused or the worker chose to take no part.
#[must_use]
pub fn is_counted(history: &WorkerHistory) -> bool {
    history.profile.unit.as_str() != UNASSIGNED_UNIT && !history.profile.is_withheld()
}

/// What is seen of a worker, whose indicators may be up to date already.
pub(super) fn seen(history: &WorkerHistory, track: &Track, now: Timestamp, settings: &Settings) -> Seen {
    let today = events::local_date(&history.profile, now);
    let updated = track.day(today).is_none().then(|| {
        // Looked at aside: this must change nothing.
        let mut track = track.clone();
        track.update(history, None, today, now, &settings.indicators);
        track
    });
    let picture = Picture::of(history, updated.as_ref().unwrap_or(track), today, settings);
    let (first, last) = picture.window();
    let was_reported = history.exposures.range(first..=last).next().is_some();
    let eri = picture.screenings.iter().find(|valid| valid.screening.instrument == Instrument::Eri);
    let red = &picture.exposures.red;
    Seen {
        member: Member {
            hrv: picture.hrv(),
            is_exposed: (was_reported || !red.is_empty()).then(|| picture.is_exposed()),
            eri_ratio: eri.map(|valid| valid.scored.score),
        },
        exceeded: red.iter().map(events::exceeded).collect(),
    }
}

/// A unit as its workers come together.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Unit {
    members: Vec<Member>,
    /// Limit, and how many are over it.
    exceeded: BTreeMap<Term, (f64, u32)>,
    /// All numbers of workers at once: nobody outside can compute it, and it tells of none of them.
    key: u128,
}

/// Where and when a unit is judged.
#[derive(Debug, Clone, Copy)]
pub struct Occasion<'a> {
    /// The site.
    pub site: &'a SiteId,
    /// The unit.
    pub unit: &'a UnitId,
    /// The site's date.
    pub on: Date,
    /// The moment.
    pub now: Timestamp,
}

impl Unit {
    /// Adds a worker.
    pub fn add(&mut self, number: WorkerNumber, seen: Seen) {
        self.members.push(seen.member);
        for ExceededLimit { kind, limit } in seen.exceeded {
            self.exceeded.entry(kind).or_insert((limit, 0)).1 += 1;
        }
        self.key ^= number.0;
    }

    /// The figures that may be looked at.
    #[must_use]
    pub fn facts(&self, rules: &RuleSet) -> UnitFacts {
        UnitFacts::of(self.members.iter().copied(), rules.units.least_workers)
    }

    /// The request of a rule that matches. Its id tells neither the rule nor anybody of the unit.
    #[must_use]
    pub fn request(&self, rule: &UnitRule, settings: &Settings, occasion: Occasion<'_>) -> Event {
        let Occasion { site, unit, on, now } = occasion;
        let names = [site.as_str(), unit.as_str(), rule.id.as_str()];
        let id = ActionId::of_unit(WorkerNumber(self.key), names, period(on));
        let kind = ActionKind::WorkloadReview;
        let due = settings.calendars.of(site).due(now, settings.limits.action(rule.level, kind));
        let action = ActionRef { id: id.clone(), kind, step: ActionStep::Requested, due };
        let of_many = self.exceeded.iter().filter(|(_, (_, workers))| *workers >= LEAST_EXPOSED);
        let exposures = of_many.map(|(kind, (limit, _))| ExceededLimit { kind: kind.clone(), limit: *limit }).collect();
        let body = EventBody::Action(ActionRequest::WorkloadReview { action, unit: unit.clone(), exposures });
        Event { id: format!("{id}-requested"), site: site.clone(), time: now, is_test: false, body }
    }
}

/// The number of the period that a date is in; dates [`PERIOD_DAYS`] apart are in different ones.
fn period(date: Date) -> u64 {
    let days = i64::from(Date::constant(1970, 1, 1).until(date).map_or(0, |span| span.get_days()));
    days.div_euclid(i64::from(PERIOD_DAYS)).unsigned_abs()
}

/// Whether a request may be made again.
#[must_use]
pub fn may_ask(asked_on: Option<Date>, today: Date) -> bool {
    asked_on.is_none_or(|on| super::buckets::plus(on, PERIOD_DAYS) <= today)
}

#[cfg(test)]
#[path = "unit_tests.rs"]
mod tests;
