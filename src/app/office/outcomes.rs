//! What questionnaires found in a group, whether offers are taken, and whether counselling helped.

use crate::app::control::cases::cases_of;
use crate::domain::case::{ActionKind, ActionStep, OpenCase};
use crate::domain::history::WorkerHistory;
use crate::domain::life::CaseState;
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
    /// Offers of counselling that were answered, and those that were taken.
    accepted: Share,
    /// Workers whose scores before counselling and since can be compared, and what became of them.
    improved: Share,
    recovered: Share,
    deteriorated: Share,
    /// Cases that ended, and those that ended as an error of the data.
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
        for (case, ended_at) in cases_of(history) {
            if case.opened_at >= since {
                self.offer(case);
            }
            if ended_at.is_some_and(|at| at >= since) {
                self.data_errors.count(case.state == CaseState::DataError);
            }
        }
        if let Some(outcome) = outcome(history, since) {
            self.improved.count(matches!(outcome, Outcome::Improved | Outcome::Recovered));
            self.recovered.count(outcome == Outcome::Recovered);
            self.deteriorated.count(outcome == Outcome::Deteriorated);
        }
    }

    fn offer(&mut self, case: &OpenCase) {
        for action in case.actions.iter().filter(|action| action.kind == ActionKind::Counseling) {
            match action.step {
                ActionStep::Requested => {}
                ActionStep::Accepted | ActionStep::Started | ActionStep::Done => self.accepted.count(true),
                ActionStep::Declined => self.accepted.count(false),
            }
        }
    }

    /// Each share by the name of its figure.
    pub(super) fn named(&self) -> [(&'static str, Share); 6] {
        [
            ("positive_share", self.positive),
            ("accepted_share", self.accepted),
            ("improved_share", self.improved),
            ("recovered_share", self.recovered),
            ("deteriorated_share", self.deteriorated),
            ("data_error_share", self.data_errors),
        ]
    }
}

/// What became of somebody since counselling began, in any questionnaire that can tell: worse in one is worse.
fn outcome(history: &WorkerHistory, since: Timestamp) -> Option<Outcome> {
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
    found.max_by_key(rank)
}

fn compared(before: &Screening, after: &Screening, zone: &TimeZone) -> Option<Outcome> {
    let score = |sheet| Some(screening::score(sheet).ok()?.score);
    let day = |sheet: &Screening| zone.to_datetime(sheet.taken_at).date();
    let days = i32::try_from(super::groups::days(day(before), day(after))).ok()?;
    Some(screening::change(before.instrument, score(before)?, score(after)?, days)?.outcome)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::control::cases::tests::{now, with_case};
    use crate::domain::SignedDuration;
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
        outcomes.named().map(|(_, share)| (share.some, share.all))
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
}
