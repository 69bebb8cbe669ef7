//! The joint table: how the state of HRV, sleep, exposure, index and questionnaires together give a level.

use super::facts::Facts;
use crate::domain::alert::Level;
use crate::domain::indicator::{HrvState, Severity};
use crate::domain::phrase::Phrase;

/// The numbers of the joint table.
///
/// # Source
/// Domain reference, section 5.5.
#[derive(Debug, Clone, PartialEq)]
pub struct JointTable {
    /// An index from here is high.
    pub index_high: f64,
    /// Confidence that a high index must have, 0 to 1.
    pub index_high_confidence: f64,
    /// An index from here is raised.
    pub index_raised: f64,
    /// Confidence that a raised index must have, 0 to 1.
    pub index_raised_confidence: f64,
    /// On how many of the last seven days.
    pub index_days: u32,
    /// What to suggest for the work where the table alone gave the level.
    pub workload_review: Vec<Phrase>,
    /// What to suggest for the person where the table alone gave the level.
    pub counseling: Vec<Phrase>,
}

impl JointTable {
    /// The level of the facts: the first row from the top that fits.
    ///
    /// `worst` is the worst valid screening (Q), `worst_whole` the worst of those without filled-in
    /// answers: a severe score that rests on filled-in answers counts as moderate.
    pub(super) fn level(&self, facts: &Facts, worst: Option<Severity>, worst_whole: Option<Severity>) -> Level {
        let is_persistent = facts.hrv == HrvState::Persistent;
        let (poor_sleep, exposed) = (facts.is_sleep_poor, facts.is_exposed);
        let is_severe = worst_whole >= Some(Severity::Severe);
        let is_moderate = worst >= Some(Severity::Moderate);
        let is_mild = worst >= Some(Severity::Mild);
        let index_is = |value, confidence| self.index_is(facts, value, confidence);
        if facts.is_crisis {
            Level::L4
        } else if is_severe || (is_moderate && (is_persistent || poor_sleep || exposed)) {
            Level::L3
        } else if is_moderate
            || (is_persistent && (poor_sleep || exposed || is_mild))
            || ((exposed || is_mild) && index_is(self.index_high, self.index_high_confidence))
            || (poor_sleep && exposed)
        {
            Level::L2
        } else if is_persistent || poor_sleep || is_mild || index_is(self.index_raised, self.index_raised_confidence) {
            Level::L1
        } else {
            Level::L0
        }
    }

    fn index_is(&self, facts: &Facts, least: f64, confidence: f64) -> bool {
        let days = facts.index_days.iter().filter(|(value, sure)| *value >= least && *sure >= confidence).count();
        days >= self.index_days as usize
    }
}
