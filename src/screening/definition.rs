//! What there is to know about an instrument, as data.

use super::ReliableChange;

/// One instrument: how it is scored and what its scores mean.
///
/// # Source
/// Domain reference, section 6.1; of each instrument its own `source`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Definition {
    /// What it asks about.
    pub measures: &'static [Measure],
    /// How answers are scored; `None` where only totals are taken, because the instrument is
    /// proprietary or its scoring is the publisher's manual.
    pub answers: Option<Answers>,
    /// Lowest and highest score.
    pub range: (f64, f64),
    /// The second scale that totals may be on.
    pub standard: Option<Standard>,
    /// Bands of the score, worst first; what meets none is `minimal`. Empty: the instrument has none.
    pub bands: &'static [(CutOff, Band)],
    /// Where the score is positive.
    pub cut_off: Option<CutOff>,
    /// The time the questions refer to.
    pub recall_days: Option<u16>,
    /// For how long a score counts.
    pub validity_days: i32,
    /// Spread and reliability.
    pub reliable_change: Option<ReliableChange>,
    /// The smallest change that people notice, in points.
    pub meaningful_change: Option<f64>,
    /// The same as a share of the first score; where both are there, both must be reached.
    pub meaningful_share: Option<f64>,
    /// LOINC code of the total, only where it was confirmed.
    pub loinc: Option<&'static str>,
    /// Who must be asked before it is used.
    pub licence: &'static str,
    /// Where scoring and bands come from.
    pub source: &'static str,
}

/// What an instrument asks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Anxiety.
    Anxiety,
    /// Depression.
    Depression,
    /// Unspecific mental distress.
    Distress,
    /// Perceived stress.
    Stress,
    /// Burnout.
    Burnout,
    /// Effort against reward at work.
    EffortReward,
    /// Sleep, or sleepiness by day.
    Sleep,
    /// Well-being: high is good.
    Wellbeing,
}

impl Measure {
    /// The name used in lists.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anxiety => "anxiety",
            Self::Depression => "depression",
            Self::Distress => "distress",
            Self::Stress => "stress",
            Self::Burnout => "burnout",
            Self::EffortReward => "effort_reward",
            Self::Sleep => "sleep",
            Self::Wellbeing => "wellbeing",
        }
    }
}

/// A band of severity, rising.
///
/// The instruments' own words are mapped onto these five, which is all that events and commands
/// say: no, low, normal and none are `minimal`; subthreshold is `mild`; extremely severe, and high
/// perceived stress, are `severe`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Band {
    /// Below every cut-off.
    Minimal,
    /// Mild.
    Mild,
    /// Moderate.
    Moderate,
    /// Between moderate and severe.
    ModeratelySevere,
    /// Severe.
    Severe,
}

impl Band {
    /// The name used in events and by the commands.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::ModeratelySevere => "moderately_severe",
            Self::Severe => "severe",
        }
    }
}

/// A threshold, with the side of it that counts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum CutOff {
    /// This and more.
    AtLeast(f64),
    /// More than this.
    Above(f64),
    /// This and less, where high is good.
    AtMost(f64),
}

impl CutOff {
    /// Whether a value reaches it.
    #[must_use]
    pub fn is_met(self, value: f64) -> bool {
        match self {
            Self::AtLeast(limit) => value >= limit,
            Self::Above(limit) => value > limit,
            Self::AtMost(limit) => value <= limit,
        }
    }
}

/// How single answers become a score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Answers {
    /// How many there are.
    pub items: usize,
    /// How many at the end may be left off altogether, because they do not concern everybody.
    pub optional_tail: usize,
    /// Lowest answer.
    pub min: u8,
    /// Highest answer.
    pub max: u8,
    /// Whether a form of it counts its answers from 0 instead of 1, each being one less.
    pub may_begin_at_zero: bool,
    /// Distance between two answers.
    pub step: u8,
    /// Items that count the other way round, numbered from 1 as published.
    pub reversed: &'static [usize],
    /// How many may be missing from a plain sum.
    pub max_missing: usize,
    /// How the score is formed.
    pub total: Total,
    /// Parts with a meaning of their own.
    pub scales: &'static [Scale],
    /// Items whose answer may ask for help at once.
    pub crisis: &'static [CrisisItem],
}

/// How the score is formed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    /// Sum of all items; missing ones are taken as the mean of the others.
    Sum,
    /// Sum of the scales, every one of which is needed.
    SumOfScales,
    /// The highest scale, so that the score and its band belong together; a scale without enough
    /// answers is left out.
    HighestScale,
    /// Mean of the first scale by mean of the second.
    RatioOfMeans,
}

/// A part of an instrument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Its name.
    pub name: &'static str,
    /// Its items, numbered from 1.
    pub items: &'static [usize],
    /// How its value is formed.
    pub value: ScaleValue,
    /// How many of its items may be missing.
    pub max_missing: usize,
    /// Its bands, worst first.
    pub bands: &'static [(CutOff, Band)],
    /// Where it is positive.
    pub cut_off: Option<CutOff>,
}

/// How the value of a scale is formed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ScaleValue {
    /// Sum, missing items taken as the mean of the others, times a factor.
    Sum {
        /// The factor.
        times: f64,
    },
    /// Mean of the items that were answered.
    Mean,
    /// Number of items answered with this or more.
    CountFrom(u8),
}

/// An item whose answer may ask for help at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrisisItem {
    /// Its number, from 1.
    pub item: usize,
    /// The lowest answer that does, as ticked.
    pub at_least: u8,
}

/// A second scale: the raw sum times a factor, decimals cut off.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Standard {
    /// The factor.
    pub factor: f64,
    /// Lowest and highest raw sum.
    pub raw_range: (f64, f64),
    /// Whether a total must say which scale it is on. Both Zung scales overlap, and papers mix them up.
    pub must_say: bool,
    /// A cut-off that is published on the raw sum; what is above it is at least mild.
    pub raw_cut_off: Option<CutOff>,
}
