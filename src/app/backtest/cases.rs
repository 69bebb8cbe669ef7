//! Cases as a comparison sees them, and which of two rule files' cases are the same episode.

use crate::domain::alert::{Level, RuleId};
use crate::domain::case::{CaseChange, CaseFact};
use crate::domain::{Date, SignedDuration, Timestamp};
use crate::engine::lookback::Change;

/// One case under one rule file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The worker's date on which it opened.
    pub opened_on: Date,
    /// When it opened.
    pub opened_at: Timestamp,
    /// The highest level it reached.
    pub level: Level,
    /// The rules that matched at that level.
    pub rules: Vec<RuleId>,
    /// When its cool-down ended; far in the future while it is open.
    pub until: Timestamp,
    /// Whether it opened on the first day that is looked at, and may have stood before.
    pub is_at_start: bool,
}

/// The cases of one worker, as changes tell of them.
#[derive(Debug, Default)]
pub struct Cases {
    cases: Vec<Case>,
    is_open: bool,
}

impl Cases {
    /// Takes in a change of the worker's date `on`.
    pub fn learn(&mut self, on: Date, at: Timestamp, change: &CaseChange, cool_down: SignedDuration) {
        match change {
            CaseChange::Opened { case } => {
                let (level, rules) = (case.told.level, case.told.rules.clone());
                let until = Timestamp::MAX;
                self.cases.push(Case { opened_on: on, opened_at: at, level, rules, until, is_at_start: false });
                self.is_open = true;
            }
            CaseChange::RaisedAgain { told, .. } => {
                if let Some(case) = self.cases.last_mut().filter(|case| self.is_open && case.level < told.level) {
                    case.level = told.level;
                    case.rules.clone_from(&told.rules);
                }
            }
            CaseChange::Done { at, fact: CaseFact::Moved { to, .. }, .. } if to.is_final() => {
                if let Some(case) = self.cases.last_mut().filter(|_| self.is_open) {
                    case.until = at.checked_add(cool_down).unwrap_or(Timestamp::MAX);
                }
                self.is_open = false;
            }
            CaseChange::Revised { .. } | CaseChange::Done { .. } => {}
        }
    }

    /// The cases, oldest first.
    #[must_use]
    pub fn into_list(self) -> Vec<Case> {
        self.cases
    }

    /// The cases that a look back found.
    #[must_use]
    pub fn of(changes: &[Change], cool_down: SignedDuration) -> Vec<Case> {
        let mut cases = Self::default();
        for Change { on, at, change } in changes {
            cases.learn(*on, *at, change, cool_down);
        }
        cases.into_list()
    }
}

/// What a comparison says of an episode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// A case of the same level under both rule files.
    Both,
    /// No case any more.
    OnlyOld,
    /// A case that there was not.
    OnlyNew,
    /// A case under both, of another level.
    OtherLevel,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Both, Self::OnlyOld, Self::OnlyNew, Self::OtherLevel];

    /// The name in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::OnlyOld => "only_old",
            Self::OnlyNew => "only_new",
            Self::OtherLevel => "other_level",
        }
    }
}

/// An episode: a case under one rule file or under both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pair {
    /// Under the rule file in force alone.
    Old(Case),
    /// Under the new rule file alone.
    New(Case),
    /// Under both: the case in force, and the new one.
    Both(Case, Case),
}

impl Pair {
    /// The case under the rule file in force.
    #[must_use]
    pub const fn old_case(&self) -> Option<&Case> {
        match self {
            Self::Old(old) | Self::Both(old, _) => Some(old),
            Self::New(_) => None,
        }
    }

    /// The case under the new rule file.
    #[must_use]
    pub const fn new_case(&self) -> Option<&Case> {
        match self {
            Self::New(new) | Self::Both(_, new) => Some(new),
            Self::Old(_) => None,
        }
    }

    /// What is to be said of it.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Old(_) => Outcome::OnlyOld,
            Self::New(_) => Outcome::OnlyNew,
            Self::Both(old, new) if old.level == new.level => Outcome::Both,
            Self::Both(..) => Outcome::OtherLevel,
        }
    }

    /// The day on which it opened first.
    #[must_use]
    pub fn opened_on(&self) -> Date {
        match self {
            Self::Old(case) | Self::New(case) => case.opened_on,
            Self::Both(old, new) => old.opened_on.min(new.opened_on),
        }
    }
}

/// Puts together the cases of one worker that are the same episode: one opened while the other was
/// open or cooling down. Both lists are in the order of time.
#[must_use]
pub fn pair(old: Vec<Case>, new: Vec<Case>) -> Vec<Pair> {
    let (mut old, mut new) = (old.into_iter().peekable(), new.into_iter().peekable());
    let mut pairs = Vec::new();
    loop {
        let next = match (old.peek(), new.peek()) {
            (Some(a), Some(b)) if a.opened_at < b.until && b.opened_at < a.until => {
                let both = old.next().zip(new.next());
                both.map(|(a, b)| Pair::Both(a, b))
            }
            (Some(a), Some(b)) if a.opened_at <= b.opened_at => old.next().map(Pair::Old),
            (_, Some(_)) => new.next().map(Pair::New),
            (Some(_), None) => old.next().map(Pair::Old),
            (None, None) => None,
        };
        match next {
            Some(pair) => pairs.push(pair),
            None => return pairs,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A case that opened on a day of March and cooled down until another.
    fn case(from: i8, until: i8, level: Level) -> Case {
        let at = |day| Date::constant(2026, 3, day).to_zoned(crate::domain::TimeZone::UTC).expect("a day").timestamp();
        Case {
            opened_on: Date::constant(2026, 3, from),
            opened_at: at(from),
            level,
            rules: Vec::new(),
            until: at(until),
            is_at_start: false,
        }
    }

    #[test]
    fn cases_that_overlap_are_one_episode_whatever_day_they_opened() {
        let old = vec![case(1, 10, Level::L2), case(12, 20, Level::L2)];
        let new = vec![case(4, 11, Level::L3), case(21, 30, Level::L2)];
        let outcomes: Vec<_> = pair(old, new).iter().map(|pair| (pair.opened_on().day(), pair.outcome())).collect();
        assert_eq!(outcomes, [(1, Outcome::OtherLevel), (12, Outcome::OnlyOld), (21, Outcome::OnlyNew)]);
    }

    #[test]
    fn the_same_cases_are_the_same() {
        let cases = vec![case(1, 10, Level::L2), case(12, 20, Level::L3)];
        assert!(pair(cases.clone(), cases).iter().all(|pair| pair.outcome() == Outcome::Both));
        assert_eq!(pair(Vec::new(), Vec::new()), []);
    }
}
