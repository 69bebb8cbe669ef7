//! Where a questionnaire's score becomes mild, moderate, severe or positive.

use std::collections::BTreeMap;

use crate::domain::indicator::Severity;

/// What a scale measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Construct {
    /// Anxiety.
    Anxiety,
    /// Depression.
    Depression,
    /// Insomnia and quality of sleep.
    Sleep,
    /// Sleepiness by day.
    Sleepiness,
    /// Perceived stress.
    Stress,
    /// Burnout.
    Burnout,
    /// Well-being; its lack.
    Wellbeing,
    /// Psychological distress, not told apart.
    Distress,
    /// Imbalance between effort and reward at work.
    EffortReward,
}

impl Construct {
    /// Every construct.
    pub const ALL: [Self; 9] = [
        Self::Anxiety,
        Self::Depression,
        Self::Sleep,
        Self::Sleepiness,
        Self::Stress,
        Self::Burnout,
        Self::Wellbeing,
        Self::Distress,
        Self::EffortReward,
    ];

    /// The name used in the rule file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anxiety => "anxiety",
            Self::Depression => "depression",
            Self::Sleep => "sleep",
            Self::Sleepiness => "sleepiness",
            Self::Stress => "stress",
            Self::Burnout => "burnout",
            Self::Wellbeing => "wellbeing",
            Self::Distress => "distress",
            Self::EffortReward => "effort_reward",
        }
    }

    /// The construct of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|c| c.as_str() == name)
    }
}

/// The cut-offs of one scale. A score *at* a cut-off has reached it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cutoffs {
    /// Mild from here.
    pub mild: Option<f64>,
    /// Moderate from here.
    pub moderate: Option<f64>,
    /// Severe from here.
    pub severe: Option<f64>,
    /// A positive screen from here; `None` where the scale has no accepted cut-off.
    pub positive: Option<f64>,
    /// Whether low scores are the bad ones, as in WHO-5: cut-offs are then reached from above.
    pub is_high_good: bool,
    /// What the scale measures.
    pub measures: Construct,
}

impl Cutoffs {
    fn has_reached(&self, score: f64, cutoff: Option<f64>) -> bool {
        cutoff.is_some_and(|cutoff| if self.is_high_good { score <= cutoff } else { score >= cutoff })
    }

    /// How bad a score is; `None` where the scale has no bands on the common scale, and below a severe
    /// band that stands alone: what lies under it is not said, and must not pass for nothing.
    #[must_use]
    pub fn severity(&self, score: f64) -> Option<Severity> {
        if self.has_reached(score, self.severe) {
            Some(Severity::Severe)
        } else if self.has_reached(score, self.moderate) {
            Some(Severity::Moderate)
        } else if self.has_reached(score, self.mild) {
            Some(Severity::Mild)
        } else {
            (self.mild.or(self.moderate).is_some() && !score.is_nan()).then_some(Severity::Minimal)
        }
    }

    /// Whether a score is over the cut-off; `None` where there is none.
    #[must_use]
    pub fn is_positive(&self, score: f64) -> Option<bool> {
        self.positive.map(|_| self.has_reached(score, self.positive))
    }
}

/// The cut-offs of one questionnaire.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct InstrumentCutoffs {
    /// Of the total, where the total is used.
    pub total: Option<Cutoffs>,
    /// Of its scales, by name.
    pub scales: BTreeMap<Box<str>, Cutoffs>,
}

impl InstrumentCutoffs {
    /// Every part of a result that has cut-offs, with its score.
    pub(super) fn scored<'a>(
        &'a self,
        score: f64,
        scales: &'a [(&'static str, f64)],
    ) -> impl Iterator<Item = (&'a Cutoffs, f64)> {
        let total = self.total.iter().map(move |cutoffs| (cutoffs, score));
        total.chain(scales.iter().filter_map(|(name, score)| Some((self.scales.get(*name)?, *score))))
    }
}
