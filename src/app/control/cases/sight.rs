//! How much of a case whoever did something to it is answered with.
//!
//! # Source
//! Domain reference, sections 6.3 and 8.6: a manager knows the review of the work alone, never level,
//! reason or worker, and an operator nothing of health.

use super::Found;
use super::problem::CasesError;
use super::words::{CasesAnswer, ReviewRow};
use crate::cases::Refusal;
use crate::console::view::CaseView;
use crate::domain::Timestamp;
use crate::domain::case::{ActionKind, CaseId};
use crate::domain::life::Deed;
use crate::domain::person::{Actor, Role};

/// What of a case is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::app) enum Sight {
    /// All of it.
    Whole,
    /// The review of the work.
    Review,
    /// Who is in charge: of that action, or of the whole case.
    InCharge(Option<ActionKind>),
}

impl Sight {
    /// What whoever did that is answered with.
    pub(super) const fn of(by: &Actor, deed: &Deed) -> Self {
        let action = if let Deed::Assign { action, .. } = deed { *action } else { None };
        match by {
            Actor::Person { role: Role::Manager, .. } => Self::Review,
            Actor::Person { role, .. } if !role.is_clinical() => Self::InCharge(action),
            Actor::Vagus | Actor::Source(_) | Actor::Person { .. } => Self::Whole,
        }
    }

    /// What whoever may not see the case is told of a refusal: neither that it has ended, and how, nor what
    /// it is made of.
    pub(super) fn refusal(self, refusal: Refusal, case: &CaseId) -> CasesError {
        let tells = matches!(refusal, Refusal::Ended(_) | Refusal::NoSuchAction(_));
        let is_kept = tells && self != Self::Whole;
        CasesError::of(if is_kept { Refusal::UnknownCase } else { refusal }, case)
    }

    /// So much of a case; of a case without a review of the work there is nothing for a manager.
    pub(super) fn answer(self, found: &Found<'_>, now: Timestamp) -> Result<CasesAnswer, CasesError> {
        let Found { profile, case, ended_at } = found;
        let in_charge = |action: Option<ActionKind>| CasesAnswer::InCharge {
            case_id: case.id.to_string(),
            action: action.map(|kind| kind.as_str().to_owned()),
            in_charge: action
                .map_or(case.in_charge.as_ref(), |kind| case.action(kind)?.assignee.as_ref())
                .map(ToString::to_string),
        };
        Ok(match self {
            Self::Whole => CasesAnswer::Case { case: Box::new(CaseView::of(profile, case, *ended_at, now)) },
            Self::InCharge(action) => in_charge(action),
            Self::Review => {
                let review = case
                    .action(ActionKind::WorkloadReview)
                    .ok_or(CasesError::Refused(Refusal::NoSuchAction(ActionKind::WorkloadReview)))?;
                CasesAnswer::Review { review: ReviewRow::of(profile, review) }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::life::CaseState;

    #[test]
    fn who_may_not_see_a_case_learns_nothing_of_it_from_a_refusal() {
        let case = CaseId::parse("c-2GYR").unwrap();
        let unknown = Sight::Whole.refusal(Refusal::UnknownCase, &case).to_string();
        let refusals = [Refusal::Ended(CaseState::DeclinedByWorker), Refusal::NoSuchAction(ActionKind::WorkloadReview)];
        for refusal in refusals {
            for sight in [Sight::Review, Sight::InCharge(None)] {
                assert_eq!(sight.refusal(refusal.clone(), &case).to_string(), unknown);
            }
            assert_eq!(Sight::Whole.refusal(refusal.clone(), &case).to_string(), refusal.to_string());
        }
    }
}
