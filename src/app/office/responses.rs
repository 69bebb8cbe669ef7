//! How long the steps of cases took, as far as that may be told of a group.

use std::collections::BTreeMap;

use super::groups::LEAST_OF_PROCESS;
use crate::console::view::{GroupRow, ResponseRow};
use crate::domain::Timestamp;
use crate::domain::case::{ActionStep, OpenCase};
use crate::domain::life::{CaseState, LogEvent, Milestone, Stage};
use crate::rules::{Share, withhold};

/// The steps that are timed.
pub(super) const STEPS: [Milestone; 4] =
    [Milestone::Acknowledge, Milestone::Assess, Milestone::Plan, Milestone::FirstAction];

/// The slowest tenth is told of so many cases or more.
///
/// # Source
/// Our own choice: of fewer it would be the slowest one.
const LEAST_FOR_P90: usize = 10;

/// What the cases of a group took.
#[derive(Debug, Default)]
pub(super) struct Responses {
    steps: BTreeMap<Milestone, Step>,
}

#[derive(Debug, Default)]
struct Step {
    hours: Vec<f64>,
    within: Share,
}

impl Responses {
    /// Adds a case. A step that is not reached counts once its limit is over.
    pub(super) fn add(&mut self, case: &OpenCase, now: Timestamp) {
        for step in STEPS {
            let found = self.steps.entry(step).or_default();
            let was_late = case.log.iter().any(|line| is_overdue(&line.event, step));
            match case.log.iter().find(|line| reaches(&line.event, step)) {
                Some(line) => {
                    found.hours.push(line.at.duration_since(case.opened_at).as_secs_f64() / 3_600.0);
                    found.within.count(!was_late);
                }
                None => {
                    let is_over = case.deadlines.iter().any(|limit| limit.milestone == step && limit.due <= now);
                    if is_over {
                        found.within.count(false);
                    }
                }
            }
        }
    }

    /// A step, as far as it may be told.
    pub(super) fn row(&self, step: Milestone) -> ResponseRow {
        let mut row = ResponseRow { step: step.as_str().to_owned(), ..ResponseRow::default() };
        if let Some(found) = self.steps.get(&step) {
            let mut hours = found.hours.clone();
            hours.sort_by(f64::total_cmp);
            row.median_h = quantile(&hours, 50).filter(|_| hours.len() >= LEAST_OF_PROCESS as usize);
            row.p90_h = quantile(&hours, 90).filter(|_| hours.len() >= LEAST_FOR_P90);
            row.within_limit = found.within.tellable(LEAST_OF_PROCESS);
        }
        row
    }

    fn base(&self, step: Milestone) -> u32 {
        self.steps.get(&step).map_or(0, |found| found.within.all)
    }
}

/// Leaves out shares of units that could be computed from the others and the whole.
pub(super) fn withhold_shares<'a>(rows: &mut [GroupRow], of: impl Iterator<Item = &'a Responses>) {
    let of: Vec<&Responses> = of.collect();
    for (at, step) in STEPS.into_iter().enumerate() {
        let mut column: Vec<Option<f64>> = rows.iter().map(|row| row.responses[at].within_limit).collect();
        let bases: Vec<u32> = of.iter().map(|responses| responses.base(step)).collect();
        withhold(&mut column, &bases, LEAST_OF_PROCESS);
        rows.iter_mut().zip(column).for_each(|(row, cell)| row.responses[at].within_limit = cell);
    }
}

fn is_overdue(event: &LogEvent, step: Milestone) -> bool {
    matches!(event, LogEvent::Told { milestone, stage, .. } if *milestone == step && *stage != Stage::Reminder)
}

/// Whether a line of the history says that the step was reached, or a later one.
fn reaches(event: &LogEvent, step: Milestone) -> bool {
    let is_from = |least: CaseState| matches!(event, LogEvent::Moved(state) if *state >= least);
    match step {
        Milestone::Acknowledge => is_from(CaseState::Acknowledged),
        Milestone::Assess => is_from(CaseState::Assessed),
        Milestone::Plan => is_from(CaseState::Planned),
        Milestone::FirstAction => {
            matches!(event, LogEvent::Progress { step: ActionStep::Started | ActionStep::Done, .. })
                || matches!(event, LogEvent::Moved(CaseState::InAction))
        }
        Milestone::FollowUp | Milestone::CloseReview => false,
    }
}

/// The smallest value that so many percent do not exceed.
fn quantile(sorted: &[f64], percent: usize) -> Option<f64> {
    sorted.get((sorted.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_and_the_slowest_tenth_are_nearest_ranks() {
        let hours: Vec<f64> = (1..=10).map(f64::from).collect();
        assert_eq!(quantile(&hours, 50), Some(5.0));
        assert_eq!(quantile(&hours, 90), Some(9.0));
        assert_eq!(quantile(&[], 50), None);
    }

    #[test]
    fn fewer_than_five_cases_tell_no_time() {
        let mut responses = Responses::default();
        let step = |hours: &[f64]| Step { hours: hours.to_vec(), within: Share { some: 3, all: 4 } };
        responses.steps.insert(Milestone::Acknowledge, step(&[1.0, 2.0, 3.0, 4.0]));
        assert_eq!(responses.row(Milestone::Acknowledge).median_h, None);
        responses.steps.insert(Milestone::Acknowledge, step(&[1.0, 2.0, 3.0, 4.0, 5.0]));
        let row = responses.row(Milestone::Acknowledge);
        assert_eq!((row.median_h, row.p90_h, row.within_limit), (Some(3.0), None, None));
    }
}
