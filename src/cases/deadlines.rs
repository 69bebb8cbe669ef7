//! The time limits of a case: which there are, when each is over, and whom it is time to tell.

use super::calendar::{Calendar, Limit};
use crate::domain::alert::Level;
use crate::domain::case::ActionKind;
use crate::domain::life::{Deadline, Milestone, Stage};
use crate::domain::{SignedDuration, Timestamp};

/// A limit shorter than this has no reminder: there is no time to heed one.
///
/// # Source
/// Our own judgement.
const LEAST_REMINDED: SignedDuration = SignedDuration::from_hours(1);

/// The time limits of one level.
///
/// # Source
/// Domain reference, section 8.2, a row of its table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelLimits {
    /// Until somebody takes the case.
    pub acknowledge: Limit,
    /// Until occupational health is in touch with the worker.
    pub assess: Limit,
    /// Until it is agreed what will be done.
    pub plan: Limit,
    /// Until the first action is live.
    pub first_action: Limit,
    /// From the first action's start until it is asked each time whether it helps, rising.
    pub follow_ups: Vec<Limit>,
    /// Until the case is looked at as a whole; none where nobody is to be reminded of that.
    pub close_review: Option<Limit>,
}

/// The time limits of all levels that open a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitTable {
    /// Of medium cases.
    pub l2: LevelLimits,
    /// Of high ones.
    pub l3: LevelLimits,
    /// Of crises.
    pub l4: LevelLimits,
}

impl Default for LimitTable {
    fn default() -> Self {
        let weeks = |numbers: &[u32]| numbers.iter().map(|n| Limit::Weeks(*n)).collect();
        Self {
            l2: LevelLimits {
                acknowledge: Limit::WorkingDays(1),
                assess: Limit::WorkingDays(3),
                plan: Limit::WorkingDays(7),
                first_action: Limit::WorkingDays(10),
                follow_ups: weeks(&[4]),
                close_review: Some(Limit::Weeks(12)),
            },
            l3: LevelLimits {
                acknowledge: Limit::Hours(4),
                assess: Limit::Hours(24),
                plan: Limit::WorkingDays(3),
                first_action: Limit::WorkingDays(5),
                follow_ups: weeks(&[2, 4]),
                close_review: Some(Limit::Weeks(12)),
            },
            l4: LevelLimits {
                acknowledge: Limit::Minutes(15),
                assess: Limit::Hours(1),
                plan: Limit::SameDay { least_h: 4 },
                first_action: Limit::SameDay { least_h: 4 },
                follow_ups: [Limit::Hours(48)].into_iter().chain((1..=4).map(Limit::Weeks)).collect(),
                close_review: Some(Limit::Weeks(12)),
            },
        }
    }
}

impl LimitTable {
    /// The limits of a level. Levels below L2 open no case; should one be asked for, those of L2 stand.
    #[must_use]
    pub const fn of(&self, level: Level) -> &LevelLimits {
        match level {
            Level::L0 | Level::L1 | Level::L2 => &self.l2,
            Level::L3 => &self.l3,
            Level::L4 => &self.l4,
        }
    }

    /// Every level's limits in words, a line each.
    #[must_use]
    pub fn in_words(&self) -> Vec<String> {
        [Level::L2, Level::L3, Level::L4].map(|level| in_words(level, self.of(level))).into()
    }

    /// Until when an action must be live: the contact itself is the first counselling of a crisis. A
    /// workload review in one has the time of a high case, as haste would tell of it.
    #[must_use]
    pub const fn action(&self, level: Level, kind: ActionKind) -> Limit {
        let limits = self.of(level);
        match (level, kind) {
            (Level::L4, ActionKind::Counseling) => limits.assess,
            (Level::L4, ActionKind::WorkloadReview) => self.l3.first_action,
            _ => limits.first_action,
        }
    }
}

/// A level's limits in words.
fn in_words(level: Level, limits: &LevelLimits) -> String {
    let LevelLimits { acknowledge, assess, plan, first_action, follow_ups, close_review } = limits;
    let follow_ups: Vec<_> = follow_ups.iter().map(ToString::to_string).collect();
    let follow_up = match follow_ups.as_slice() {
        [] => "no follow-up".to_owned(),
        [only] => format!("follow-up {only} after that"),
        [first @ .., last] => format!("follow-ups {} and {last} after that", first.join(", ")),
    };
    let close = close_review
        .map_or_else(|| "no limit for closing".to_owned(), |limit| format!("review before closing within {limit}"));
    let level = level.as_str();
    format!(
        "{level} case: acknowledged within {acknowledge}; assessed within {assess}; plan agreed within {plan}; \
         actions live within {first_action}; {follow_up}; {close}"
    )
}

/// The limits that run since a case was raised, in the order of the table.
#[must_use]
pub fn open(level: Level, raised_at: Timestamp, calendar: &Calendar, table: &LimitTable) -> Vec<Deadline> {
    let limits = table.of(level);
    let all = [
        (Milestone::Acknowledge, Some(limits.acknowledge)),
        (Milestone::Assess, Some(limits.assess)),
        (Milestone::Plan, Some(limits.plan)),
        (Milestone::FirstAction, Some(limits.first_action)),
        (Milestone::CloseReview, limits.close_review),
    ];
    let deadline = |(milestone, limit): (_, Option<_>)| {
        let due = calendar.due(raised_at, limit?);
        Some(Deadline { milestone, number: 0, from: raised_at, due, told: None })
    };
    all.into_iter().filter_map(deadline).collect()
}

/// The follow-ups, counted from when the first action went live and numbered from 1.
///
/// Each is due so long after that; it runs since the one before it was due, so that it is reminded of
/// and escalated by the time between the two, and not by the weeks since the action began.
#[must_use]
pub fn in_action(level: Level, live_at: Timestamp, calendar: &Calendar, table: &LimitTable) -> Vec<Deadline> {
    let mut from = live_at;
    let mut deadlines = Vec::new();
    for (number, limit) in (1..=u8::MAX).zip(&table.of(level).follow_ups) {
        let due = calendar.due(live_at, *limit).max(from);
        deadlines.push(Deadline { milestone: Milestone::FollowUp, number, from, due, told: None });
        from = due;
    }
    deadlines
}

/// What runs after a level rose: of each limit the one that is told of first, and those that are new.
///
/// A limit that begins anew was told of to nobody: who took no notice of a case for weeks is told all
/// the same when it becomes a crisis.
#[must_use]
pub fn nearer(running: &[Deadline], fresh: &[Deadline]) -> Vec<Deadline> {
    let is_same = |a: &Deadline, b: &Deadline| (a.milestone, a.number) == (b.milestone, b.number);
    let kept =
        running.iter().map(|old| *fresh.iter().find(|new| is_same(new, old) && replaces(new, old)).unwrap_or(old));
    let added = fresh.iter().filter(|new| !running.iter().any(|old| is_same(new, old)));
    let mut all: Vec<_> = kept.chain(added.copied()).collect();
    all.sort_by_key(|deadline| (deadline.milestone, deadline.number));
    all
}

/// Whether a limit that begins now takes the place of one that runs: where it is over before it; or, of
/// one that is over already, where there is nothing left to tell of that, or only later.
fn replaces(new: &Deadline, old: &Deadline) -> bool {
    if old.due > new.from {
        return new.due < old.due;
    }
    old.told == Some(Stage::Escalated) || moment(new, Stage::Escalated) < moment(old, Stage::Escalated)
}

/// When so much of a limit is used up.
#[must_use]
pub fn moment(deadline: &Deadline, stage: Stage) -> Timestamp {
    let length = deadline.due.as_nanosecond() - deadline.from.as_nanosecond();
    let used = length.max(0) * i128::from(stage.used_percent()) / 100;
    Timestamp::from_nanosecond(deadline.from.as_nanosecond() + used).unwrap_or(Timestamp::MAX)
}

/// The stages that may still be told, with their moments.
fn untold(deadline: &Deadline) -> impl Iterator<Item = (Timestamp, Stage)> {
    let has_reminder = deadline.due.duration_since(deadline.from) >= LEAST_REMINDED;
    let is_untold = move |stage: &Stage| deadline.told.is_none_or(|told| *stage > told);
    let stages = Stage::ALL.iter().copied().filter(is_untold);
    stages.filter(move |s| has_reminder || *s != Stage::Reminder).map(|stage| (moment(deadline, stage), stage))
}

/// When the next stage of any of them is to be told; none where all was told.
#[must_use]
pub fn next(deadlines: &[Deadline]) -> Option<Timestamp> {
    deadlines.iter().flat_map(|deadline| untold(deadline).next()).map(|(at, _)| at).min()
}

/// What is to be told now, in the order in which the moments came: which of the deadlines, and which
/// stage of it. Whoever tells it sets [`Deadline::told`], and it never comes again.
///
/// After a time away several stages of one limit may be due at once: overdue and escalated are told
/// both, in order; a reminder of what is over already is told no more.
#[must_use]
pub fn due_by(deadlines: &[Deadline], now: Timestamp) -> Vec<(usize, Stage)> {
    let mut due = Vec::new();
    for (index, deadline) in deadlines.iter().enumerate() {
        let is_over = deadline.due <= now;
        let stages = untold(deadline).filter(|(at, stage)| *at <= now && !(is_over && *stage == Stage::Reminder));
        due.extend(stages.map(|(at, stage)| (at, index, stage)));
    }
    due.sort_unstable();
    due.into_iter().map(|(_, index, stage)| (index, stage)).collect()
}

#[cfg(test)]
#[path = "deadlines_tests.rs"]
mod tests;
