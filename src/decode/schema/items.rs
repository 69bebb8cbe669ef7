//! The items, field by field. A field that is null is as good as absent.

#![expect(dead_code, reason = "these types are looked at and never made: the decoder has its own")]

use schemars::JsonSchema;

use super::super::native::{
    DURATION_S, HEART_RATE_BPM, MAX_ANSWERS, MAX_AWAKENINGS, MAX_BEATS, MAX_END_MS, MAX_EVENTS, MAX_NOTE_CHARS,
    MAX_RR_MS, MAX_TIME_IN_BED_MIN, RMSSD_MS, SDNN_MS,
};
use super::values::{
    Answer, Anything, Context, Day, InstrumentName, Name, Progress, Scale, Stage, Stamp, TagName, one_of,
};

/// A reading of a wristband.
#[derive(JsonSchema)]
#[schemars(tag = "kind", rename_all = "snake_case")]
pub(super) enum Reading {
    /// Heart-rate variability of a window.
    #[schemars(extend("anyOf" = one_of(&["rmssd_ms", "mean_hr_bpm"])))]
    Hrv {
        worker: Option<Name>,
        device: Option<Name>,
        start: Stamp,
        #[schemars(range(min = *DURATION_S.start(), max = *DURATION_S.end()))]
        duration_s: u32,
        #[schemars(range(min = *RMSSD_MS.start(), max = *RMSSD_MS.end()))]
        rmssd_ms: Option<f64>,
        /// Never taken for RMSSD.
        #[schemars(range(min = *SDNN_MS.start(), max = *SDNN_MS.end()))]
        sdnn_ms: Option<f64>,
        #[schemars(range(min = *HEART_RATE_BPM.start(), max = *HEART_RATE_BPM.end()))]
        mean_hr_bpm: Option<f64>,
        context: Option<Context>,
        #[schemars(range(min = 0.0, max = 1.0))]
        quality: Option<f64>,
    },
    /// Beat intervals, of which Vagus computes the metrics.
    Rr {
        worker: Option<Name>,
        device: Option<Name>,
        start: Stamp,
        #[schemars(length(min = 1, max = MAX_BEATS), inner(range(min = 0.0, max = MAX_RR_MS)))]
        rr_ms: Vec<f64>,
        /// The end of each beat after `start`; without it the beats are back to back.
        #[schemars(inner(range(min = 0.0, max = MAX_END_MS)))]
        end_ms: Option<Vec<f64>>,
        context: Option<Context>,
    },
    /// A vendor's one value a night.
    #[schemars(extend("anyOf" = one_of(&["rmssd_ms", "sleeping_hr_bpm"])))]
    Nightly {
        worker: Option<Name>,
        device: Option<Name>,
        date: Day,
        #[schemars(range(min = *RMSSD_MS.start(), max = *RMSSD_MS.end()))]
        rmssd_ms: Option<f64>,
        #[schemars(range(min = *HEART_RATE_BPM.start(), max = *HEART_RATE_BPM.end()))]
        sleeping_hr_bpm: Option<f64>,
    },
    /// One time in bed.
    Sleep {
        worker: Option<Name>,
        device: Option<Name>,
        start: Stamp,
        onset: Option<Stamp>,
        wake: Option<Stamp>,
        end: Stamp,
        #[schemars(range(min = 0.0, max = MAX_TIME_IN_BED_MIN))]
        waso_min: Option<f64>,
        stages_min: Option<StageMinutes>,
        /// Counts where `stages_min` is not given.
        stages: Option<Vec<StageInterval>>,
        #[schemars(range(min = 0, max = MAX_AWAKENINGS))]
        awakenings: Option<u32>,
        main: Option<bool>,
        /// A higher one replaces the night.
        #[schemars(range(min = 0, max = u32::MAX))]
        revision: Option<u32>,
    },
    /// What a person says of a day.
    Tag { worker: Option<Name>, date: Day, tag: TagName },
}

/// Minutes of each stage.
#[derive(JsonSchema)]
pub(super) struct StageMinutes {
    #[schemars(range(min = 0.0, max = MAX_TIME_IN_BED_MIN))]
    light: Option<f64>,
    #[schemars(range(min = 0.0, max = MAX_TIME_IN_BED_MIN))]
    deep: Option<f64>,
    #[schemars(range(min = 0.0, max = MAX_TIME_IN_BED_MIN))]
    rem: Option<f64>,
    #[schemars(range(min = 0.0, max = MAX_TIME_IN_BED_MIN))]
    asleep: Option<f64>,
}

/// A stretch of one stage.
#[derive(JsonSchema)]
pub(super) struct StageInterval {
    stage: Stage,
    start: Stamp,
    end: Stamp,
}

/// A data point or data series of IEEE 1752.1 or Open mHealth.
#[derive(JsonSchema)]
#[schemars(extend("not" = serde_json::json!({"required": ["kind"]})))]
pub(super) struct DataPoint {
    /// Names the schema, and the user.
    header: Anything,
    /// One data point, or a list of them.
    body: Body,
}

/// One data point, or a list of them.
#[derive(JsonSchema)]
#[schemars(untagged)]
pub(super) enum Body {
    Point(Anything),
    Series(Vec<Anything>),
}

/// One filled-in questionnaire.
#[derive(JsonSchema)]
#[schemars(extend("anyOf" = one_of(&["answers", "score"])))]
pub(super) struct Screening {
    worker: Option<Name>,
    instrument: InstrumentName,
    taken_at: Stamp,
    /// In the instrument's order, null for a missing one. They tell more than a total.
    #[schemars(length(min = 1, max = MAX_ANSWERS))]
    answers: Option<Vec<Option<Answer>>>,
    #[schemars(range(min = 0.0))]
    score: Option<f64>,
    score_kind: Option<Scale>,
}

/// One worker-day of working conditions.
#[derive(JsonSchema)]
#[schemars(extend("anyOf" = one_of(&["worked_h", "overtime_h", "shift", "noise_lex8h_dba", "wbgt_c", "events"])))]
pub(super) struct Exposure {
    worker: Option<Name>,
    date: Day,
    #[schemars(range(min = 0.0, max = 24.0))]
    worked_h: Option<f64>,
    #[schemars(range(min = 0.0, max = 24.0))]
    overtime_h: Option<f64>,
    shift: Option<Shift>,
    #[schemars(range(min = 0.0, max = 140.0))]
    noise_lex8h_dba: Option<f64>,
    #[schemars(range(min = -30.0, max = 60.0))]
    wbgt_c: Option<f64>,
    #[schemars(length(max = MAX_EVENTS))]
    events: Option<Vec<Name>>,
}

/// A shift that was worked.
#[derive(JsonSchema)]
pub(super) struct Shift {
    start: Stamp,
    end: Stamp,
}

/// Progress of an action that Vagus requested.
#[derive(JsonSchema)]
pub(super) struct Action {
    action_id: Name,
    state: Progress,
    at: Stamp,
    #[schemars(length(max = MAX_NOTE_CHARS))]
    note: Option<String>,
}
