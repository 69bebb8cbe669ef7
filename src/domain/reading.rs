//! What comes from a wristband: HRV windows, beat intervals, nights, sleep, self-reported tags.

use super::ids::DeviceId;
use super::{Date, Timestamp};

/// What the person was doing while a window was recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Context {
    /// The main sleep of the worker-day.
    SleepMain,
    /// Any other sleep.
    SleepNap,
    /// Sitting still.
    RestSeated,
    /// Lying still, awake.
    RestSupine,
    /// At work.
    Work,
    /// Physically active.
    Activity,
    /// Not said.
    #[default]
    Unknown,
}

impl Context {
    /// The context's name in payloads.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SleepMain => "sleep_main",
            Self::SleepNap => "sleep_nap",
            Self::RestSeated => "rest_seated",
            Self::RestSupine => "rest_supine",
            Self::Work => "work",
            Self::Activity => "activity",
            Self::Unknown => "unknown",
        }
    }
}

/// One window of heart-rate variability that a device computed.
///
/// # Units
/// Milliseconds and beats per minute. RMSSD and SDNN are different quantities and are never taken
/// for each other. At least one of `rmssd_ms` and `mean_hr_bpm` is present.
#[derive(Debug, Clone, PartialEq)]
pub struct HrvWindow {
    /// The band, where the gateway names it.
    pub device: Option<DeviceId>,
    /// Begin of the window.
    pub start: Timestamp,
    /// Length of the window.
    pub duration_s: u32,
    /// Root mean square of successive differences.
    pub rmssd_ms: Option<f64>,
    /// Standard deviation of normal-to-normal intervals.
    pub sdnn_ms: Option<f64>,
    /// Mean heart rate.
    pub mean_hr_bpm: Option<f64>,
    /// What the person was doing.
    pub context: Context,
    /// The device's own confidence, 0 to 1.
    pub quality: Option<f64>,
}

/// A run of beat intervals, from which Vagus computes the metrics itself.
#[derive(Debug, Clone, PartialEq)]
pub struct BeatIntervals {
    /// The band, where the gateway names it.
    pub device: Option<DeviceId>,
    /// Begin of the first interval.
    pub start: Timestamp,
    /// Intervals between beats, in order.
    pub rr_ms: Vec<f64>,
    /// End of each beat in milliseconds after `start`; without it the beats are back to back.
    pub end_ms: Option<Vec<f64>>,
    /// What the person was doing.
    pub context: Context,
}

/// A vendor's one value a night, for bands that give no more.
#[derive(Debug, Clone, PartialEq)]
pub struct NightlySummary {
    /// The band, where the gateway names it.
    pub device: Option<DeviceId>,
    /// The wake date.
    pub date: Date,
    /// RMSSD of the night.
    pub rmssd_ms: Option<f64>,
    /// Mean heart rate asleep.
    pub sleeping_hr_bpm: Option<f64>,
}

/// Minutes in each stage of sleep; `asleep` where the band does not tell stages apart.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct StageMinutes {
    /// Light sleep (N1 and N2).
    pub light: f64,
    /// Deep sleep (N3).
    pub deep: f64,
    /// REM sleep.
    pub rem: f64,
    /// Asleep, stage not told.
    pub asleep: f64,
}

impl StageMinutes {
    /// Minutes asleep, whatever the stage.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.light + self.deep + self.rem + self.asleep
    }
}

/// One sleep episode. With nothing but `start` and `end` it is time in bed.
#[derive(Debug, Clone, PartialEq)]
pub struct SleepRecord {
    /// The band, where the gateway names it.
    pub device: Option<DeviceId>,
    /// In bed.
    pub start: Timestamp,
    /// Fell asleep.
    pub onset: Option<Timestamp>,
    /// Final waking.
    pub wake: Option<Timestamp>,
    /// Out of bed.
    pub end: Timestamp,
    /// Wake after sleep onset.
    pub waso_min: Option<f64>,
    /// Minutes in each stage.
    pub stages: Option<StageMinutes>,
    /// Awakenings of more than five minutes.
    pub awakenings: Option<u32>,
    /// Whether the vendor calls it the main sleep; `None` where it does not say.
    pub main: Option<bool>,
    /// A vendor revises nights: the higher revision replaces the earlier record.
    pub revision: u32,
}

/// What a worker said of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tag {
    /// Drank alcohol the evening before.
    Alcohol,
    /// Was ill.
    Illness,
    /// Exercised late.
    LateExercise,
    /// Travelled.
    Travel,
    /// Is pregnant.
    Pregnancy,
    /// Changed medication.
    MedicationChange,
    /// Did not work.
    OffWork,
}

impl Tag {
    /// Every tag, in the order of the contract.
    pub const ALL: [Self; 7] = [
        Self::Alcohol,
        Self::Illness,
        Self::LateExercise,
        Self::Travel,
        Self::Pregnancy,
        Self::MedicationChange,
        Self::OffWork,
    ];

    /// The tag's name in payloads and evidence.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Alcohol => "alcohol",
            Self::Illness => "illness",
            Self::LateExercise => "late_exercise",
            Self::Travel => "travel",
            Self::Pregnancy => "pregnancy",
            Self::MedicationChange => "medication_change",
            Self::OffWork => "off_work",
        }
    }
}

/// A self-reported tag of one date (the wake date).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SelfReport {
    /// The wake date it speaks of.
    pub date: Date,
    /// What was said.
    pub tag: Tag,
}

/// Anything that arrives on the `readings` stream.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// A window of HRV computed by the device.
    Hrv(HrvWindow),
    /// Beat intervals.
    Beats(BeatIntervals),
    /// One value for a whole night.
    Nightly(NightlySummary),
    /// A sleep episode.
    Sleep(SleepRecord),
    /// Something the worker said.
    Tag(SelfReport),
}
