//! One worker as they are seen today, as data.

use serde::Serialize;
use utoipa::ToSchema;

use super::evidence::EvidenceView;
use crate::domain::alert::Opening;
use crate::domain::exposure::{ExposureDay, WorkEvent};
use crate::domain::indicator::HrvState;
use crate::domain::screening::Response;
use crate::engine::portrait::{Portrait, PortraitDay, ScoredSheet};
use crate::texts::Language;

/// What is known of a worker at a moment.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PortraitView {
    /// The site.
    pub site: String,
    /// The worker.
    pub worker: String,
    /// The worker's date.
    #[schema(format = Date)]
    pub today: String,
    /// The level that the rules find today: `L0` to `L4` for the worker; for everybody else `L2` to `L4`, and null
    /// below, where no case is opened: L1 is for the worker alone.
    pub level: Option<String>,
    /// What that level means, in words for the worker; null for everybody else.
    pub level_words: Option<String>,
    /// The rules that match today; for everybody but the worker none where there is no level.
    pub rules: Vec<String>,
    /// The HRV state: `learning`, `normal`, `watch`, `persistent` or `stale`.
    pub hrv: String,
    /// What that rests on, in words.
    pub summary: String,
    /// What it rests on.
    pub evidence: EvidenceView,
    /// The days, oldest first.
    pub days: Vec<DayView>,
    /// Every questionnaire that is kept, oldest first.
    pub screenings: Vec<SheetView>,
}

/// One day of a worker.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DayView {
    /// The wake date.
    #[schema(format = Date)]
    pub date: String,
    /// Median RMSSD of the night.
    pub rmssd_ms: Option<f64>,
    /// The worker's own usual of the days before, and the band around it.
    pub usual_rmssd_ms: Option<UsualView>,
    /// How many spreads the night lies from the usual.
    pub z: Option<f64>,
    /// The HRV state of the day.
    pub hrv: Option<String>,
    /// Mean heart rate asleep.
    pub sleeping_hr_bpm: Option<f64>,
    /// Sleep of the worker-day.
    pub sleep_h: Option<f64>,
    /// The worker's need.
    pub need_h: Option<f64>,
    /// Strain index, 0 to 100; 50 is usual.
    pub index: Option<f64>,
    /// Working conditions; null where nothing was sent.
    pub work: Option<WorkView>,
}

/// A worker's own usual.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct UsualView {
    /// Lower edge of the band.
    pub least: f64,
    /// The usual.
    pub usual: f64,
    /// Upper edge of the band.
    pub most: f64,
}

/// Working conditions of a day.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct WorkView {
    /// Hours worked.
    pub worked_h: Option<f64>,
    /// Hours worked beyond the schedule.
    pub overtime_h: Option<f64>,
    /// The shift.
    pub shift: Option<ShiftView>,
    /// Noise exposure level normalised to an 8-hour day.
    pub noise_lex8h_dba: Option<f64>,
    /// Wet-bulb globe temperature.
    pub wbgt_c: Option<f64>,
    /// What happened.
    pub events: Option<Vec<String>>,
}

/// A shift.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShiftView {
    /// Begin of work, RFC 3339.
    #[schema(format = DateTime)]
    pub start: String,
    /// End of work, RFC 3339.
    #[schema(format = DateTime)]
    pub end: String,
}

/// One questionnaire.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SheetView {
    /// Which.
    pub instrument: String,
    /// The worker's date.
    #[schema(format = Date)]
    pub taken_on: String,
    /// The score; null where it cannot be scored.
    pub score: Option<f64>,
    /// Whether it counts today.
    pub is_valid: bool,
    /// The single answers, null for a missing one; null where only a total came, or they are not the reader's
    /// to see.
    pub answers: Option<Vec<Option<u8>>>,
}

/// What of a portrait is its reader's to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// Single answers of questionnaires.
    pub answers: bool,
    /// Whether the reader is the worker: a level that opens no case is theirs alone.
    ///
    /// # Source
    /// Domain reference, section 5.5: L1 is told to no third party. Whoever is told of an L0 would know of an L1, so
    /// neither is.
    pub oneself: bool,
}

impl PortraitView {
    /// The view of a portrait, without what is not its reader's to see.
    #[must_use]
    pub fn of((site, worker): (&str, &str), portrait: &Portrait, language: Language, shown: Shown) -> Self {
        let has_level = shown.oneself || portrait.level.opens_case();
        let level = portrait.level.as_str();
        let rules = portrait.rules.iter().filter(|_| has_level);
        Self {
            site: site.to_owned(),
            worker: worker.to_owned(),
            today: portrait.today.to_string(),
            level: has_level.then(|| level.to_owned()),
            level_words: shown.oneself.then(|| language.say(&format!("me-level-{level}"))),
            rules: rules.map(|rule| rule.as_str().to_owned()).collect(),
            hrv: portrait.hrv.as_str().to_owned(),
            summary: language.summary(&portrait.evidence, Opening::Evidence),
            evidence: EvidenceView::of(&portrait.evidence, language),
            days: portrait.days.iter().map(DayView::of).collect(),
            screenings: portrait.screenings.iter().map(|sheet| SheetView::of(sheet, shown.answers)).collect(),
        }
    }
}

impl DayView {
    fn of(day: &PortraitDay) -> Self {
        Self {
            date: day.date.to_string(),
            rmssd_ms: day.rmssd_ms,
            usual_rmssd_ms: day.usual_rmssd_ms.map(|[least, usual, most]| UsualView { least, usual, most }),
            z: day.z,
            hrv: day.hrv.map(HrvState::as_str).map(str::to_owned),
            sleeping_hr_bpm: day.sleeping_hr_bpm,
            sleep_h: day.sleep_h,
            need_h: day.need_h,
            index: day.index,
            work: day.work.as_ref().map(WorkView::of),
        }
    }
}

impl WorkView {
    fn of(day: &ExposureDay) -> Self {
        let shift = day.shift.map(|shift| ShiftView { start: shift.start.to_string(), end: shift.end.to_string() });
        let named = |event: &WorkEvent| event.as_str().to_owned();
        Self {
            worked_h: day.worked_h,
            overtime_h: day.overtime_h,
            shift,
            noise_lex8h_dba: day.noise_lex8h_dba,
            wbgt_c: day.wbgt_c,
            events: day.events.as_ref().map(|events| events.iter().map(named).collect()),
        }
    }
}

impl SheetView {
    fn of(sheet: &ScoredSheet, shows_answers: bool) -> Self {
        let answers = match &sheet.sheet.response {
            Response::Answers(answers) if shows_answers => Some(answers.clone()),
            Response::Answers(_) | Response::Total { .. } => None,
        };
        Self {
            instrument: sheet.instrument.as_str().to_owned(),
            taken_on: sheet.taken_on.to_string(),
            score: sheet.score,
            is_valid: sheet.is_valid,
            answers,
        }
    }
}
