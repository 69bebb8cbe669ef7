//! What Vagus says: alert events with their evidence, and requested actions.

use std::borrow::Cow;

use super::case::{ActionId, ActionKind, ActionStep, CaseId};
use super::ids::{UnitId, WorkerId};
use super::indicator::{Contribution, Hint, HrvState, IndexBand, Severity};
use super::phrase::Phrase;
use super::reading::Tag;
use super::screening::Instrument;
use super::{Date, Timestamp};

/// A name of the evidence: a word of the program, or one that an earlier program kept.
pub type Term = Cow<'static, str>;

/// How much a worker needs somebody.
///
/// # Source
/// Domain reference, section 5.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing to say.
    L0,
    /// A hint to the worker alone.
    L1,
    /// A case, medium.
    L2,
    /// A case, high.
    L3,
    /// A crisis.
    L4,
}

impl Level {
    /// Every level, rising.
    pub const ALL: [Self; 5] = [Self::L0, Self::L1, Self::L2, Self::L3, Self::L4];

    /// The name used in events, rules and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::L0 => "L0",
            Self::L1 => "L1",
            Self::L2 => "L2",
            Self::L3 => "L3",
            Self::L4 => "L4",
        }
    }

    /// Whether it opens a case; only such a level is told to anybody but the worker.
    ///
    /// # Source
    /// Domain reference, section 5.5: L1 is a nudge to the worker alone, and to no third party.
    #[must_use]
    pub fn opens_case(self) -> bool {
        self >= Self::L2
    }

    /// The level of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|l| l.as_str() == name)
    }
}

/// The id of a rule, e.g. `R3`; `T-L2` and `T-L3` stand for the table of section 5.5.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub Box<str>);

impl RuleId {
    /// A rule id.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why night-time HRV is not looked at for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetAside {
    /// The worker said to be ill.
    Illness,
    /// The beats of several nights were irregular.
    IrregularRhythm,
}

impl SetAside {
    /// The name used in evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Illness => "illness",
            Self::IrregularRhythm => "irregular_rhythm",
        }
    }
}

/// Night-time HRV in the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct HrvEvidence {
    /// The state.
    pub state: HrvState,
    /// Mean z of the last seven days.
    pub z7: Option<f64>,
    /// Change of RMSSD against the worker's usual, percent.
    pub change_pct: Option<f64>,
    /// Valid nights of the last seven.
    pub nights_used: u32,
    /// The others, but for those that may still come.
    pub nights_missing: u32,
    /// Mean z of the sleeping heart rate over the last seven days.
    pub rhr_z7: Option<f64>,
    /// Why it is not looked at, though nights are there.
    pub set_aside: Option<SetAside>,
}

/// The strain index in the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexEvidence {
    /// 0 to 100; 50 is the worker's usual.
    pub value: f64,
    /// Mean of the last seven days.
    pub mean7: Option<f64>,
    /// The band that the index is in.
    pub band: Option<IndexBand>,
    /// What each component adds to 50, largest first.
    pub contributions: Vec<Contribution>,
}

/// Sleep in the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct SleepEvidence {
    /// Mean total sleep time of the last seven days.
    pub tst7_h: f64,
    /// The worker's need.
    pub need_h: f64,
    /// What the last fourteen days fell short of it.
    pub debt14_h: f64,
    /// Mean sleep efficiency of the last seven days, percent.
    pub se7_pct: Option<f64>,
    /// Whether sleep is persistently poor.
    pub is_poor: bool,
    /// What is to be said of it, e.g. `short_nights`.
    pub flags: Vec<Term>,
}

/// One screening in the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct ScreeningEvidence {
    /// The questionnaire.
    pub instrument: Instrument,
    /// The score.
    pub score: f64,
    /// The instrument's own band, where it has bands.
    pub band: Option<Term>,
    /// The band on the scale common to all instruments.
    pub severity: Option<Severity>,
    /// The worker's date of filling it in.
    pub taken_on: Date,
    /// Days since.
    pub age_days: i32,
    /// The last day on which it counts.
    pub valid_until: Date,
    /// Whether missing answers were filled with the mean.
    pub is_prorated: bool,
    /// Whether it and the strain index of the days it asks about are high: `both_low`,
    /// `physiology_only`, `questionnaire_only` or `both_high`; none where one of them cannot tell.
    pub concordance: Option<Term>,
}

/// One working condition in the evidence.
#[derive(Debug, Clone, PartialEq)]
pub struct ExposureEvidence {
    /// What, e.g. `weekly_hours`.
    pub kind: Term,
    /// How much.
    pub value: f64,
    /// The limit it is held against.
    pub limit: f64,
    /// Who sets that limit, e.g. `2003/88/EC Art. 6`.
    pub source: Term,
}

/// A limit of working conditions that was reached.
#[derive(Debug, Clone, PartialEq)]
pub struct ExceededLimit {
    /// Of what, e.g. `weekly_hours`.
    pub kind: Term,
    /// The limit.
    pub limit: f64,
}

/// All that an alert rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Evidence {
    /// Night-time HRV, where any night came.
    pub hrv: Option<HrvEvidence>,
    /// The strain index, where there is enough for it.
    pub index: Option<IndexEvidence>,
    /// Sleep, where any came.
    pub sleep: Option<SleepEvidence>,
    /// Valid screenings, newest of each instrument.
    pub screenings: Vec<ScreeningEvidence>,
    /// Working conditions over their limit.
    pub exposures: Vec<ExposureEvidence>,
    /// What else may explain it.
    pub confounders: Vec<Tag>,
    /// What is to be asked beside it.
    pub hints: Vec<Hint>,
    /// How far the numbers can be trusted, 0 to 1.
    pub confidence: Option<f64>,
    /// How often chance alone makes a healthy person's HRV persistently low, times a year; none where
    /// it is not.
    pub chance_per_year: Option<f64>,
}

/// A part of the evidence, which has a line of its own wherever it is told.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The newest valid sheet of a questionnaire.
    Screening(Instrument),
    /// Night-time HRV.
    Hrv,
    /// The heart rate asleep.
    SleepingHeart,
    /// Sleep.
    Sleep,
    /// The strain index.
    Index,
    /// A working condition, by its kind.
    Exposure(Term),
}

/// An action as an alert names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionRef {
    /// Its id.
    pub id: ActionId,
    /// Which side.
    pub kind: ActionKind,
    /// How far it is.
    pub step: ActionStep,
    /// When it must be live.
    pub due: Timestamp,
}

/// What kind of alert event it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AlertKind {
    /// A case was opened.
    Raised,
    /// Its level rose, or another crisis answer came.
    RaisedAgain,
    /// Late data changed the evidence.
    Revised,
    /// The case was closed.
    Closed,
}

/// What decided: the same inputs and versions give the same alert.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// The arithmetic.
    pub engine: u32,
    /// Digest of the rule file, which holds every threshold, weight and cut-off.
    pub rules: u64,
}

/// What the paragraph begins with that tells the evidence in plain words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// With the evidence.
    Evidence,
    /// With the crisis answer.
    Crisis,
    /// With what late data did to the case.
    Revised {
        /// The level that was told.
        told: Level,
        /// The one that is found now.
        found: Level,
    },
    /// With the end of the case.
    Closed,
    /// With that nobody has to act.
    Test,
}

/// An alert event, for occupational health.
#[derive(Debug, Clone, PartialEq)]
pub struct Alert {
    /// What kind.
    pub kind: AlertKind,
    /// The case.
    pub case: CaseId,
    /// The worker's episode.
    pub episode: u32,
    /// When the case was opened.
    pub opened_at: Timestamp,
    /// The person.
    pub worker: WorkerId,
    /// The unit that the person works in.
    pub unit: UnitId,
    /// The level.
    pub level: Level,
    /// Every rule that matched.
    pub rules: Vec<RuleId>,
    /// The dates that were looked at.
    pub window: (Date, Date),
    /// What it rests on.
    pub evidence: Evidence,
    /// What decided.
    pub versions: Versions,
    /// The id of the event whose evidence this one replaces.
    pub supersedes: Option<String>,
    /// What the paragraph of plain words begins with.
    pub opening: Opening,
    /// What is asked for.
    pub actions: Vec<ActionRef>,
    /// What the rules suggest for the work.
    pub workload_suggestions: Vec<Phrase>,
    /// What the rules suggest for the person.
    pub counseling_suggestions: Vec<Phrase>,
}

/// A requested action.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionRequest {
    /// For whoever reviews the work: nothing of the person.
    WorkloadReview {
        /// The action.
        action: ActionRef,
        /// The unit whose work is to be reviewed.
        unit: UnitId,
        /// Which working conditions are over which limit. Never how far: in a small unit that would be
        /// a person's own figure.
        exposures: Vec<ExceededLimit>,
    },
    /// For the counselling provider.
    Counseling {
        /// The action.
        action: ActionRef,
        /// The case.
        case: CaseId,
        /// The person to be offered counselling.
        worker: WorkerId,
        /// The level, for the order of calls.
        level: Level,
        /// What the rules suggest.
        suggestions: Vec<Phrase>,
    },
}
