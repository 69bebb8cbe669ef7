//! The rolling values of one worker, and the states they are judged by.

use super::ids::DeviceId;
use super::reading::StageMinutes;
use super::{Date, Timestamp};

/// The state of a worker's night-time HRV against the worker's own baseline.
///
/// # Source
/// Domain reference, section 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HrvState {
    /// Fewer than seven reference nights.
    Learning,
    /// Within the usual range, or not abnormal for long enough.
    Normal,
    /// Low on three of the last five nights; shown to the worker only.
    Watch,
    /// Low on five of the last seven nights and low on average.
    Persistent,
    /// Fewer than three valid nights in the last ten days.
    Stale,
}

impl HrvState {
    /// Every state, in the order of the metric `vagus_workers`.
    pub const ALL: [Self; 5] = [Self::Learning, Self::Normal, Self::Watch, Self::Persistent, Self::Stale];

    /// The state's name in evidence, rules and metrics.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Learning => "learning",
            Self::Normal => "normal",
            Self::Watch => "watch",
            Self::Persistent => "persistent",
            Self::Stale => "stale",
        }
    }

    /// The state of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
}

/// What may be compared with what: nights from one band, measured one way.
///
/// Bands and firmware differ more than people do from one week to the next, so a baseline never
/// mixes them.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeviceEpoch {
    /// The band.
    pub device: Option<DeviceId>,
    /// Whether the vendor gave one value for the night instead of windows.
    pub is_provider: bool,
}

/// Something a reviewer should know beside the state of a day. A hint opens no case.
///
/// # Source
/// Domain reference, sections 1.9, 2.4, 2.8 and 3.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Hint {
    /// Persistently low for more than four weeks: is the reference still the right one?
    Chronic,
    /// Unusually high: check the band; a medical question at most.
    HighSide,
    /// Irregular rhythm or artefact: consider a medical check. HRV says nothing meanwhile.
    IrregularRhythm,
    /// The level changed weeks ago and has stayed.
    NewNormal,
    /// A fast heart asleep, and nothing was said of an illness.
    PossibleIllness,
}

impl Hint {
    /// Every hint.
    pub const ALL: [Self; 5] =
        [Self::Chronic, Self::HighSide, Self::IrregularRhythm, Self::NewNormal, Self::PossibleIllness];

    /// The name used in evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Chronic => "chronic",
            Self::HighSide => "high_side",
            Self::IrregularRhythm => "irregular_rhythm",
            Self::NewNormal => "new_normal",
            Self::PossibleIllness => "possible_illness",
        }
    }
}

/// A set of hints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Hints(u8);

impl Hints {
    /// No hint.
    pub const NONE: Self = Self(0);

    /// The set with the hint in it, if it holds.
    #[must_use]
    pub const fn with(self, hint: Hint, holds: bool) -> Self {
        if holds { Self(self.0 | (1 << hint as u8)) } else { self }
    }

    /// Whether the hint is in the set.
    #[must_use]
    pub const fn contains(self, hint: Hint) -> bool {
        self.0 & (1 << hint as u8) != 0
    }

    /// The hints in the set.
    pub fn iter(self) -> impl Iterator<Item = Hint> {
        Hint::ALL.into_iter().filter(move |hint| self.contains(*hint))
    }
}

/// What kind of main sleep a night was. Nights of one kind are compared with each other.
///
/// # Source
/// Domain reference, sections 2.5 and 4.5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum SleepType {
    /// Sleep at night.
    #[default]
    Night,
    /// Sleep by day after a night shift.
    DayAfterNightShift,
    /// Sleep in parts of about equal length.
    Split,
}

impl SleepType {
    /// Every type.
    pub const ALL: [Self; 3] = [Self::Night, Self::DayAfterNightShift, Self::Split];

    /// The type's name in evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Night => "night",
            Self::DayAfterNightShift => "day_after_night_shift",
            Self::Split => "split",
        }
    }
}

/// The HRV of one valid night.
#[derive(Debug, Clone, PartialEq)]
pub struct NightHrv {
    /// Median of ln(RMSSD in ms) over the good and usable windows of the main sleep.
    pub ln_rmssd: f64,
    /// What it may be compared with.
    pub epoch: DeviceEpoch,
    /// How many windows went in; 0 for a vendor's value.
    pub windows: u16,
    /// Mean signal quality of those windows, 0 to 1.
    pub sqi: f64,
}

/// A stretch of sleep, from falling asleep to waking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SleepSpan {
    /// Fell asleep.
    pub start: Timestamp,
    /// Woke up.
    pub end: Timestamp,
}

/// Shares of the stages in the total sleep time.
///
/// # Units
/// Percent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StageShares {
    /// Light sleep (N1 and N2).
    pub light_pct: f64,
    /// Deep sleep (N3).
    pub deep_pct: f64,
    /// REM sleep.
    pub rem_pct: f64,
}

/// The sleep of one night, in minutes unless the name says otherwise.
///
/// # Source
/// Domain reference, section 4.1.
#[derive(Debug, Clone, PartialEq)]
pub struct NightSleep {
    /// Time in bed.
    pub tib_min: f64,
    /// Sleep onset latency, where going to bed is told apart from falling asleep.
    pub sol_min: Option<f64>,
    /// Sleep period, onset to final waking.
    pub spt_min: f64,
    /// Wake after sleep onset.
    pub waso_min: Option<f64>,
    /// Total sleep time of the main sleep; the time in bed where nothing else is known.
    pub tst_min: f64,
    /// Total sleep of the worker-day, naps included.
    pub tst24_min: f64,
    /// Sleep efficiency, percent of time in bed; `None` where waking was not measured.
    pub efficiency_pct: Option<f64>,
    /// Whether going to bed is told apart from falling asleep, or getting up from waking. Where it
    /// is not, `efficiency_pct` is of the sleep period and to be called `maintenance`.
    pub is_bed_known: bool,
    /// Minutes in each stage of the main sleep, where the band tells stages apart.
    pub stages: Option<StageMinutes>,
    /// Awakenings of more than five minutes in the main sleep, where they were counted.
    pub awakenings: Option<u32>,
    /// Middle of the sleep period.
    pub midpoint: Timestamp,
    /// Whether the parts fit together: total sleep within the sleep period, that within the time in
    /// bed, that within 16 hours, and stages that add up to the total. The numbers of a night that
    /// is not consistent are kept as they came, and nothing is computed from them.
    pub is_consistent: bool,
    /// When the worker slept, main sleep and naps, in order of time; at most [`NightSleep::MAX_SPANS`].
    pub spans: Vec<SleepSpan>,
}

impl NightSleep {
    /// So many spans of a worker-day are kept, the longest ones.
    pub const MAX_SPANS: usize = 8;

    /// Maintenance efficiency: total sleep as a share of the sleep period.
    ///
    /// # Units
    /// Percent.
    ///
    /// # Source
    /// Domain reference, section 4.1.
    #[must_use]
    pub fn maintenance_pct(&self) -> Option<f64> {
        (self.waso_min.is_some() && self.spt_min > 0.0).then(|| 100.0 * self.tst_min / self.spt_min)
    }

    /// The shares of light, deep and REM sleep; they raise no alert.
    ///
    /// # Source
    /// Domain reference, section 4.1.
    #[must_use]
    pub fn stage_shares(&self) -> Option<StageShares> {
        let stages = self.stages.filter(|_| self.tst_min > 0.0)?;
        let share = |minutes: f64| 100.0 * minutes / self.tst_min;
        Some(StageShares { light_pct: share(stages.light), deep_pct: share(stages.deep), rem_pct: share(stages.rem) })
    }
}

/// One row of the ring that a worker's indicators are computed from: a wake date.
#[derive(Debug, Clone, PartialEq)]
pub struct NightRow {
    /// The wake date.
    pub date: Date,
    /// When the main sleep ended.
    pub wake_at: Timestamp,
    /// HRV, where the night was valid.
    pub hrv: Option<NightHrv>,
    /// Mean heart rate asleep.
    pub sleeping_hr_bpm: Option<f64>,
    /// Median of RMSSD over the mean interval in the good windows; above 0.15 the rhythm is
    /// irregular, or the signal is not one of beats. `None` where too few good windows have both.
    pub irregularity: Option<f64>,
    /// Sleep, where a record came.
    pub sleep: Option<NightSleep>,
}

/// How bad the worst valid screening is, on one scale for all instruments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Below the first cut-off.
    Minimal,
    /// Mild.
    Mild,
    /// Moderate.
    Moderate,
    /// Severe.
    Severe,
}

impl Severity {
    /// Every severity, rising.
    pub const ALL: [Self; 4] = [Self::Minimal, Self::Mild, Self::Moderate, Self::Severe];

    /// The name used in evidence and rules.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minimal => "minimal",
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
        }
    }

    /// The severity of that name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.as_str() == name)
    }
}

/// A component of the strain index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// Night-time HRV.
    Hrv,
    /// Resting (sleeping) heart rate.
    RestingHeartRate,
    /// Sleep against the worker's need.
    SleepDebt,
    /// Sleep continuity.
    Continuity,
    /// Regularity of sleep.
    Regularity,
}

impl Component {
    /// The name used in evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hrv => "hrv",
            Self::RestingHeartRate => "rhr",
            Self::SleepDebt => "debt",
            Self::Continuity => "cont",
            Self::Regularity => "reg",
        }
    }
}

impl Component {
    /// The unit of the component's raw and usual number.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Hrv => "ms",
            Self::RestingHeartRate => "bpm",
            Self::SleepDebt => "h",
            Self::Continuity => "%",
            Self::Regularity => "SRI",
        }
    }
}

/// What one component adds to the strain index, and the numbers behind it.
///
/// # Source
/// Domain reference, section 5.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// The component.
    pub component: Component,
    /// Points above or below 50.
    pub points: f64,
    /// What was measured, in [`Component::unit`]: RMSSD of the last seven days, heart rate of the
    /// night, sleep a day, sleep efficiency, Sleep Regularity Index.
    pub raw: Option<f64>,
    /// What it is held against: the worker's own usual, need, or the reference value.
    pub usual: Option<f64>,
}

/// The band that the strain index is in, with hysteresis.
///
/// # Source
/// Domain reference, section 5.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IndexBand {
    /// Better than the worker's usual.
    Better,
    /// As usual.
    Usual,
    /// Elevated.
    Elevated,
    /// High.
    High,
    /// Very high.
    VeryHigh,
}

impl IndexBand {
    /// Every band, rising.
    pub const ALL: [Self; 5] = [Self::Better, Self::Usual, Self::Elevated, Self::High, Self::VeryHigh];

    /// The name used in evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Usual => "usual",
            Self::Elevated => "elevated",
            Self::High => "high",
            Self::VeryHigh => "very_high",
        }
    }
}
