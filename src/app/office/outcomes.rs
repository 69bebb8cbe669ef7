//! What questionnaires found in a group, whether offers are taken, and whether counselling helped.

use crate::app::control::cases::cases_of;
use crate::domain::case::{ActionKind, ActionStep, OpenCase};
use crate::domain::history::WorkerHistory;
use crate::domain::life::{CaseState, LogEvent};
use crate::domain::screening::Screening;
use crate::domain::{TimeZone, Timestamp};
use crate::rules::Share;
use crate::screening::{self, Outcome};

/// Shares of a group in a period.
///
/// # Source
/// Domain reference, section 9: detection rate, acceptance of counselling, reliable improvement, recovery,
/// deterioration, data-error rate.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Outcomes {
    /// Workers who filled in a questionnaire with a cut-off, and those who reached one.
    positive: Share,
    /// Workers who answered the offer of counselling of their last case, and those who took it.
    accepted: Share,
    /// Workers whose scores before counselling and since can be compared, and what became of them.
    improved: Share,
    deteriorated: Share,
    /// Of these, those who were over a cut-off before, and those who are not any more.
    recovered: Share,
    /// Workers of whom a case ended, and those of whom one ended as an error of the data.
    data_errors: Share,
}

impl Outcomes {
    /// Adds a worker, as far as something happened `since` then.
    pub(super) fn add(&mut self, history: &WorkerHistory, since: Timestamp) {
        let scored = |sheet: &Screening| screening::score(sheet).ok()?.positive;
        let sheets = history.screenings.iter().filter(|sheet| sheet.taken_at >= since);
        if let Some(is_positive) = sheets.filter_map(scored).reduce(|one, other| one || other) {
            self.positive.count(is_positive);
        }
        let cases = || cases_of(history).filter(|(case, _)| case.opened_at >= since);
        if let Some(is_taken) = cases().max_by_key(|(case, _)| case.opened_at).and_then(|(case, _)| answer(case)) {
            self.accepted.count(is_taken);
        }
        let ended = cases_of(history).filter(|(_, ended_at)| ended_at.is_some_and(|at| at >= since));
        let ended = ended.map(|(case, _)| case.state == CaseState::DataError);
        if let Some(is_error) = ended.reduce(|one, other| one || other) {
            self.data_errors.count(is_error);
        }
        if let Some((outcome, was_over)) = outcome(history, since) {
            self.improved.count(matches!(outcome, Outcome::Improved | Outcome::Recovered));
            self.deteriorated.count(outcome == Outcome::Deteriorated);
            if was_over {
                self.recovered.count(outcome == Outcome::Recovered);
            }
        }
    }

    /// Each share with its name, as far as it may be told, and on how many workers it rests.
    pub(super) fn cells(&self, least: u32) -> [(&'static str, Option<f64>, u32); 6] {
        let cell = |name, share: Share| (name, share.tellable(least), share.all);
        // What is neither better nor worse could be computed from the two.
        let moved = self.improved.some + self.deteriorated.some;
        let unchanged = Share { some: self.improved.all - moved, all: self.improved.all };
        let of_change = [self.improved, self.deteriorated, unchanged];
        let is_told = of_change.iter().all(|share| share.tellable(least).is_some());
        let of_change = |name, share: Share| (name, share.tellable(least).filter(|_| is_told), share.all);
        [
            cell("positive_share", self.positive),
            cell("accepted_share", self.accepted),
            of_change("improved_share", self.improved),
            of_change("recovered_share", self.recovered),
            of_change("deteriorated_share", self.deteriorated),
            cell("data_error_share", self.data_errors),
        ]
    }
}

/// What a worker answered to the offer of counselling; none where they have not. An offer that ended with its
/// case was answered by nobody.
fn answer(case: &OpenCase) -> Option<bool> {
    let is_end = |event: &LogEvent| matches!(event, LogEvent::Moved(state) if state.is_final());
    let end = case.log.iter().rev().find(|line| is_end(&line.event)).map(|line| line.at);
    let answers = case.log.iter().filter_map(|line| {
        let LogEvent::Progress { action: ActionKind::Counseling, step } = line.event else { return None };
        match step {
            ActionStep::Requested => None,
            ActionStep::Accepted | ActionStep::Started | ActionStep::Done => Some(true),
            ActionStep::Declined => end.is_none_or(|end| line.at < end).then_some(false),
        }
    });
    let answered = answers.reduce(|one, other| one || other);
    answered.or_else(|| (case.state == CaseState::DeclinedByWorker).then_some(false))
}

/// What became of somebody since counselling began, in any questionnaire that can tell: worse in one is worse.
///
/// With it goes whether a score was over its cut-off before: only who was can recover.
fn outcome(history: &WorkerHistory, since: Timestamp) -> Option<(Outcome, bool)> {
    let begun = cases_of(history).flat_map(|(case, _)| &case.actions);
    let begun = begun.filter(|action| action.kind == ActionKind::Counseling).filter_map(|action| action.started_at);
    let begun = begun.filter(|at| *at >= since).min()?;
    // Ordered by instrument and time.
    let of_instruments = history.screenings.chunk_by(|one, other| one.instrument == other.instrument);
    let found = of_instruments.filter_map(|sheets| {
        let split = sheets.partition_point(|sheet| sheet.taken_at <= begun);
        let (before, after) = (sheets[..split].last()?, sheets[split..].last()?);
        compared(before, after, &history.profile.time_zone)
    });
    let rank = |outcome: &Outcome| match outcome {
        Outcome::Deteriorated => 3,
        Outcome::Recovered => 2,
        Outcome::Improved => 1,
        Outcome::Unchanged => 0,
    };
    let found: Vec<(Outcome, bool)> = found.collect();
    let was_over = found.iter().any(|(_, was_over)| *was_over);
    found.iter().map(|(outcome, _)| *outcome).max_by_key(rank).map(|outcome| (outcome, was_over))
}

fn compared(before: &Screening, after: &Screening, zone: &TimeZone) -> Option<(Outcome, bool)> {
    let (first, last) = (screening::score(before).ok()?, screening::score(after).ok()?);
    let day = |sheet: &Screening| zone.to_datetime(sheet.taken_at).date();
    let days = i32::try_from(super::groups::days(day(before), day(after))).ok()?;
    let change = screening::change(before.instrument, first.score, last.score, days)?;
    Some((change.outcome, first.positive == Some(true)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::control::cases::tests::{now, with_case};
    use crate::domain::SignedDuration;
    use crate::domain::life::LogEntry;
    use crate::domain::person::Actor;
    use crate::domain::screening::{Instrument, Response};

    fn ago(days: i64) -> Timestamp {
        now() - SignedDuration::from_hours(24 * days)
    }

    /// A worker with a case, whose counselling is that far and began that many days ago.
    fn counselled(step: ActionStep, began_days_ago: Option<i64>) -> WorkerHistory {
        let mut history = with_case("c-AAAA11");
        let case = history.cases.open.as_mut().unwrap();
        case.opened_at = ago(60);
        let action = case.actions.iter_mut().find(|action| action.kind == ActionKind::Counseling).unwrap();
        (action.step, action.started_at) = (step, began_days_ago.map(ago));
        let event = LogEvent::Progress { action: ActionKind::Counseling, step };
        case.log.push(LogEntry { at: ago(55), by: Actor::Vagus, event, note: None });
        history
    }

    fn gad7(history: &mut WorkerHistory, sheets: &[(i64, f64)]) {
        let sheet = |(days_ago, score): &(i64, f64)| Screening {
            instrument: Instrument::Gad7,
            taken_at: ago(*days_ago),
            response: Response::Total { score: *score, kind: None },
        };
        history.screenings.extend(sheets.iter().map(sheet));
    }

    fn shares(outcomes: &Outcomes) -> [(u32, u32); 6] {
        let Outcomes { positive, accepted, improved, recovered, deteriorated, data_errors } = outcomes;
        [positive, accepted, improved, recovered, deteriorated, data_errors].map(|share| (share.some, share.all))
    }

    #[test]
    fn what_became_of_people_is_told_by_the_last_score_before_counselling_and_the_last_since() {
        // GAD-7 is positive from 10 on, and changes reliably by more than 4 points: domain reference, 6.2.
        let after = |score: f64| {
            let mut history = counselled(ActionStep::Started, Some(50));
            gad7(&mut history, &[(70, 3.0), (55, 16.0), (30, 15.0), (2, score)]);
            let mut outcomes = Outcomes::default();
            outcomes.add(&history, ago(84));
            shares(&outcomes)
        };
        let found = |[improved, recovered, deteriorated]: [u32; 3]| {
            [(1, 1), (1, 1), (improved, 1), (recovered, 1), (deteriorated, 1), (0, 0)]
        };
        assert_eq!(after(4.0), found([1, 1, 0]));
        assert_eq!(after(10.0), found([1, 0, 0]));
        assert_eq!(after(15.0), found([0, 0, 0]));
        assert_eq!(after(21.0), found([0, 0, 1]));
    }

    #[test]
    fn offers_count_once_they_are_answered_and_sheets_once_they_are_of_the_period() {
        let of = |step| {
            let mut history = counselled(step, None);
            gad7(&mut history, &[(90, 18.0), (20, 4.0)]);
            let mut outcomes = Outcomes::default();
            outcomes.add(&history, ago(84));
            shares(&outcomes)
        };
        let none = (0, 0);
        assert_eq!(of(ActionStep::Requested), [(0, 1), none, none, none, none, none]);
        assert_eq!(of(ActionStep::Accepted), [(0, 1), (1, 1), none, none, none, none]);
        assert_eq!(of(ActionStep::Declined), [(0, 1), (0, 1), none, none, none, none]);
    }

    #[test]
    fn an_offer_that_ended_with_its_case_was_answered_by_nobody() {
        let of = |end: CaseState, answered: Option<ActionStep>| {
            let mut history = counselled(answered.unwrap_or(ActionStep::Requested), None);
            let case = history.cases.open.as_mut().unwrap();
            let line = |event| LogEntry { at: ago(40), by: Actor::Vagus, event, note: None };
            // As `cases::command` ends a case: what waits is declined in the same moment.
            let step = ActionStep::Declined;
            case.log.push(line(LogEvent::Progress { action: ActionKind::Counseling, step }));
            case.log.push(line(LogEvent::Moved(end)));
            case.state = end;
            answer(case)
        };
        assert_eq!(of(CaseState::DataError, None), None);
        assert_eq!(of(CaseState::NotWorkRelated, Some(ActionStep::Accepted)), Some(true));
        assert_eq!(of(CaseState::Closed, Some(ActionStep::Declined)), Some(false));
        assert_eq!(of(CaseState::DeclinedByWorker, None), Some(false));
    }

    #[test]
    fn who_was_under_the_cut_off_before_can_get_better_but_not_recover() {
        let mut history = counselled(ActionStep::Started, Some(50));
        gad7(&mut history, &[(55, 9.0), (2, 1.0)]);
        let mut outcomes = Outcomes::default();
        outcomes.add(&history, ago(84));
        assert_eq!(shares(&outcomes)[2..5], [(1, 1), (0, 0), (0, 1)]);
    }

    #[test]
    fn better_and_worse_are_not_told_where_the_rest_would_be_one_person() {
        let of = |improved, deteriorated| {
            let share = |some| Share { some, all: 14 };
            let (improved, deteriorated) = (share(improved), share(deteriorated));
            let outcomes = Outcomes { improved, deteriorated, ..Outcomes::default() };
            outcomes.cells(10).map(|(_, cell, _)| cell.is_some())[2]
        };
        assert!(of(5, 5));
        assert!(!of(7, 6), "one unchanged");
        assert!(!of(9, 2), "two worse");
    }
}
