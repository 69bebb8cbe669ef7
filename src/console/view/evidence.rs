//! What an alert rests on, as data.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::alert::{
    Evidence, ExposureEvidence, HrvEvidence, IndexEvidence, ScreeningEvidence, SetAside, SleepEvidence,
};
use crate::domain::indicator::{Contribution, Hint, IndexBand, Severity};
use crate::domain::reading::Tag;
use crate::texts::Language;

/// All that an alert rests on; null where nothing is known.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EvidenceView {
    /// Night-time HRV.
    pub hrv: Option<HrvView>,
    /// The strain index.
    pub index: Option<IndexView>,
    /// Sleep.
    pub sleep: Option<SleepView>,
    /// Valid questionnaires, the newest of each.
    pub screenings: Vec<ScreeningView>,
    /// Working conditions over their limit.
    pub exposures: Vec<ExposureView>,
    /// What else may explain it.
    pub confounders: Vec<String>,
    /// What is to be asked beside it.
    pub hints: Vec<String>,
    /// How far the numbers can be trusted, 0 to 1.
    pub confidence: Option<f64>,
    /// How often chance alone makes a healthy person's HRV persistently low, times a year.
    pub chance_per_year: Option<f64>,
    /// The same in words.
    pub chance_note: Option<String>,
}

/// Night-time HRV.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HrvView {
    /// The state.
    pub state: String,
    /// Mean of the last seven days, in spreads from the usual.
    pub z7: Option<f64>,
    /// Change of RMSSD against the usual, percent.
    pub change_pct: Option<f64>,
    /// Valid nights of the last seven.
    pub nights_used: u32,
    /// The others, but for those that may still come.
    pub nights_missing: u32,
    /// The sleeping heart rate of the last seven days, in spreads from the usual.
    pub rhr_z7: Option<f64>,
    /// Why it is not looked at, though nights are there.
    pub set_aside: Option<String>,
}

/// The strain index.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IndexView {
    /// 0 to 100; 50 is usual.
    pub value: f64,
    /// Mean of the last seven days.
    pub mean7: Option<f64>,
    /// The band that it is in.
    pub band: Option<String>,
    /// What each part adds to 50, largest first.
    pub contributions: Vec<ContributionView>,
}

/// What one part adds to the strain index.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ContributionView {
    /// The part.
    pub component: String,
    /// Points above or below 50.
    pub points: f64,
    /// What was measured, in `unit`.
    pub raw: Option<f64>,
    /// What it is held against, in `unit`.
    pub usual: Option<f64>,
    /// The unit of both.
    pub unit: String,
}

/// Sleep.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SleepView {
    /// Mean total sleep time of the last seven days.
    pub tst7_h: f64,
    /// The worker's need.
    pub need_h: f64,
    /// What the last fourteen days fell short of it.
    pub debt14_h: f64,
    /// Mean sleep efficiency of the last seven days, percent.
    pub se7_pct: Option<f64>,
    /// Whether sleep is persistently poor.
    pub poor: bool,
    /// What is to be said of it.
    pub flags: Vec<String>,
}

/// One questionnaire.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ScreeningView {
    /// Which.
    pub instrument: String,
    /// The score.
    pub score: f64,
    /// The questionnaire's own band.
    pub band: Option<String>,
    /// The band on the scale common to all.
    pub severity: Option<String>,
    /// The worker's date.
    #[schema(format = Date)]
    pub taken_on: String,
    /// Days since.
    pub age_days: i32,
    /// The last day on which it counts.
    #[schema(format = Date)]
    pub valid_until: String,
    /// Whether missing answers were filled with the mean.
    pub prorated: bool,
    /// Whether the wristband says the same.
    pub concordance: Option<String>,
}

/// One working condition over its limit.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ExposureView {
    /// What.
    pub kind: String,
    /// How much.
    pub value: f64,
    /// The limit.
    pub limit: f64,
    /// Who sets it.
    pub source: String,
}

impl EvidenceView {
    /// The view of evidence, with its words in that language.
    #[must_use]
    pub fn of(evidence: &Evidence, language: Language) -> Self {
        Self {
            hrv: evidence.hrv.as_ref().map(HrvView::of),
            index: evidence.index.as_ref().map(IndexView::of),
            sleep: evidence.sleep.as_ref().map(SleepView::of),
            screenings: evidence.screenings.iter().map(ScreeningView::of).collect(),
            exposures: evidence.exposures.iter().map(ExposureView::of).collect(),
            confounders: evidence.confounders.iter().map(|tag| Tag::as_str(*tag).to_owned()).collect(),
            hints: evidence.hints.iter().map(|hint| Hint::as_str(*hint).to_owned()).collect(),
            confidence: evidence.confidence,
            chance_per_year: evidence.chance_per_year,
            chance_note: evidence.chance_per_year.map(|per_year| language.chance_note(per_year)),
        }
    }
}

impl HrvView {
    fn of(hrv: &HrvEvidence) -> Self {
        Self {
            state: hrv.state.as_str().to_owned(),
            z7: hrv.z7,
            change_pct: hrv.change_pct,
            nights_used: hrv.nights_used,
            nights_missing: hrv.nights_missing,
            rhr_z7: hrv.rhr_z7,
            set_aside: hrv.set_aside.map(SetAside::as_str).map(str::to_owned),
        }
    }
}

impl IndexView {
    fn of(index: &IndexEvidence) -> Self {
        let contribution = |part: &Contribution| ContributionView {
            component: part.component.as_str().to_owned(),
            points: part.points,
            raw: part.raw,
            usual: part.usual,
            unit: part.component.unit().to_owned(),
        };
        Self {
            value: index.value,
            mean7: index.mean7,
            band: index.band.map(IndexBand::as_str).map(str::to_owned),
            contributions: index.contributions.iter().map(contribution).collect(),
        }
    }
}

impl SleepView {
    fn of(sleep: &SleepEvidence) -> Self {
        Self {
            tst7_h: sleep.tst7_h,
            need_h: sleep.need_h,
            debt14_h: sleep.debt14_h,
            se7_pct: sleep.se7_pct,
            poor: sleep.is_poor,
            flags: sleep.flags.iter().map(ToString::to_string).collect(),
        }
    }
}

impl ScreeningView {
    fn of(screening: &ScreeningEvidence) -> Self {
        Self {
            instrument: screening.instrument.as_str().to_owned(),
            score: screening.score,
            band: screening.band.as_ref().map(ToString::to_string),
            severity: screening.severity.map(Severity::as_str).map(str::to_owned),
            taken_on: screening.taken_on.to_string(),
            age_days: screening.age_days,
            valid_until: screening.valid_until.to_string(),
            prorated: screening.is_prorated,
            concordance: screening.concordance.as_ref().map(ToString::to_string),
        }
    }
}

impl ExposureView {
    fn of(exposure: &ExposureEvidence) -> Self {
        let ExposureEvidence { kind, value, limit, source } = exposure;
        Self { kind: kind.to_string(), value: *value, limit: *limit, source: source.to_string() }
    }
}
