//! Sleep episodes: the times must follow each other and the stages must add up.

use super::super::slot::{Problem, Text};
use super::super::wire::{Notes, record};
use super::reading::{ReadingFields, unlisted};
use crate::domain::Timestamp;
use crate::domain::reading::{SleepRecord, StageMinutes};
use crate::domain::rejection::Reason;

/// The longest time in bed in minutes.
///
/// # Source
/// Domain reference, section 4.1.
pub(in crate::decode) const MAX_TIME_IN_BED_MIN: f64 = 16.0 * 60.0;

/// How far the stages may differ from the sleep period less the time awake, in minutes.
///
/// # Source
/// Domain reference, section 4.1.
pub(in crate::decode) const STAGE_TOLERANCE_MIN: f64 = 5.0;

/// A longer time awake counts as an awakening, in minutes.
///
/// # Source
/// Domain reference, section 4.1.
const LONG_AWAKENING_MIN: f64 = 5.0;

/// The most awakenings of one episode.
pub(in crate::decode) const MAX_AWAKENINGS: u32 = 1_000;

record! {
    /// `stages_min`.
    StageMinuteFields { light: f64, deep: f64, rem: f64, asleep: f64 }
}

record! {
    /// One element of `stages`.
    StageFields { stage: Text<'a>, start: Text<'a>, end: Text<'a> }
}

/// What somebody was in for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::decode) enum Stage {
    Awake,
    Light,
    Deep,
    Rem,
    Asleep,
}

pub(in crate::decode) const STAGES: [(&str, Stage); 5] = [
    ("awake", Stage::Awake),
    ("light", Stage::Light),
    ("deep", Stage::Deep),
    ("rem", Stage::Rem),
    ("asleep", Stage::Asleep),
];

#[derive(Debug, Clone, Copy)]
struct Interval {
    stage: Stage,
    start: Timestamp,
    end: Timestamp,
}

fn inconsistent(detail: impl Into<String>) -> Problem {
    Problem::new(Reason::Inconsistent, detail)
}

/// Minutes from `from` to `to`.
pub(in crate::decode) fn minutes(from: Timestamp, to: Timestamp) -> f64 {
    to.duration_since(from).as_secs_f64() / 60.0
}

/// Makes a sleep episode of its fields. Where both forms of the stages come, the minutes count.
pub(super) fn make(fields: &mut ReadingFields<'_>, notes: &mut Notes) -> Result<SleepRecord, Problem> {
    let within_bed = 0.0..=MAX_TIME_IN_BED_MIN;
    let mut sleep = SleepRecord {
        device: fields.device.device()?,
        start: fields.start.required_timestamp("start")?,
        onset: fields.onset.timestamp("onset")?,
        wake: fields.wake.timestamp("wake")?,
        end: fields.end.required_timestamp("end")?,
        waso_min: fields.waso_min.within("waso_min", within_bed)?,
        stages: None,
        awakenings: fields.awakenings.whole("awakenings", 0..=MAX_AWAKENINGS)?,
        main: fields.main.optional("main")?,
        revision: fields.revision.whole("revision", 0..=u32::MAX)?.unwrap_or(0),
    };
    check_order(&sleep)?;
    if let Some(mut stages) = fields.stages_min.optional("stages_min")? {
        sleep.stages = Some(stage_minutes(&mut stages, notes)?);
    } else if let Some(stages) = fields.stages.optional("stages")? {
        add_intervals(&mut sleep, &intervals(stages, notes)?)?;
    }
    check(&sleep)?;
    Ok(sleep)
}

/// Refuses a sleep episode whose parts contradict each other.
pub(in crate::decode) fn check(sleep: &SleepRecord) -> Result<(), Problem> {
    check_order(sleep)?;
    check_sums(sleep)
}

fn check_order(sleep: &SleepRecord) -> Result<(), Problem> {
    if sleep.end <= sleep.start {
        return Err(inconsistent("end is not after start"));
    }
    if minutes(sleep.start, sleep.end) > MAX_TIME_IN_BED_MIN {
        return Err(inconsistent("end is more than 16 h after start"));
    }
    if sleep.onset.is_some_and(|onset| onset < sleep.start || onset >= sleep.end) {
        return Err(inconsistent("onset is not between start and end"));
    }
    if sleep.wake.is_some_and(|wake| wake <= sleep.start || wake > sleep.end) {
        return Err(inconsistent("wake is not between start and end"));
    }
    if let (Some(onset), Some(wake)) = (sleep.onset, sleep.wake)
        && wake <= onset
    {
        return Err(inconsistent("wake is not after onset"));
    }
    Ok(())
}

/// The stages must fill the sleep period less the time awake. Where its ends or the time awake are
/// not told, the stages may be shorter, never longer.
fn check_sums(sleep: &SleepRecord) -> Result<(), Problem> {
    let period_min = minutes(sleep.onset.unwrap_or(sleep.start), sleep.wake.unwrap_or(sleep.end));
    let awake_min = sleep.waso_min.unwrap_or(0.0);
    if awake_min > period_min {
        return Err(inconsistent(format!(
            "waso_min {awake_min} is longer than the sleep period of {period_min:.0} min"
        )));
    }
    let Some(stages) = sleep.stages else { return Ok(()) };
    let (asleep_min, left_min) = (stages.total(), period_min - awake_min);
    let is_period_told = sleep.onset.is_some() && sleep.wake.is_some() && sleep.waso_min.is_some();
    let is_short = is_period_told && asleep_min < left_min - STAGE_TOLERANCE_MIN;
    if is_short || asleep_min > left_min + STAGE_TOLERANCE_MIN {
        return Err(inconsistent(format!(
            "the stages last {asleep_min:.0} min, the sleep period less waso_min {left_min:.0} min"
        )));
    }
    Ok(())
}

fn stage_minutes(fields: &mut StageMinuteFields<'_>, notes: &mut Notes) -> Result<StageMinutes, Problem> {
    let within_bed = 0.0..=MAX_TIME_IN_BED_MIN;
    let stages = StageMinutes {
        light: fields.light.within("stages_min.light", within_bed.clone())?.unwrap_or(0.0),
        deep: fields.deep.within("stages_min.deep", within_bed.clone())?.unwrap_or(0.0),
        rem: fields.rem.within("stages_min.rem", within_bed.clone())?.unwrap_or(0.0),
        asleep: fields.asleep.within("stages_min.asleep", within_bed)?.unwrap_or(0.0),
    };
    notes.add_untaken(&*fields);
    Ok(stages)
}

fn intervals(stages: Vec<StageFields<'_>>, notes: &mut Notes) -> Result<Vec<Interval>, Problem> {
    let mut intervals = Vec::with_capacity(stages.len());
    for (place, mut fields) in stages.into_iter().enumerate() {
        let name = |field: &str| format!("stages[{place}].{field}");
        let text = fields.stage.required(&name("stage"))?;
        let Some((_, stage)) = STAGES.into_iter().find(|(known, _)| *known == text) else {
            return Err(unlisted(&name("stage"), &text, STAGES.map(|(known, _)| known)));
        };
        let start = fields.start.required_timestamp(&name("start"))?;
        let end = fields.end.required_timestamp(&name("end"))?;
        if end <= start {
            return Err(inconsistent(format!("{} is not after its start", name("end"))));
        }
        notes.add_untaken(&fields);
        intervals.push(Interval { stage, start, end });
    }
    intervals.sort_by_key(|interval| interval.start);
    if intervals.windows(2).any(|pair| pair[1].start < pair[0].end) {
        return Err(inconsistent("two of the stages overlap"));
    }
    Ok(intervals)
}

/// Fills in what follows from the intervals: minutes per stage, and, where they were not given, the
/// onset, the final waking and the time awake between them.
fn add_intervals(sleep: &mut SleepRecord, intervals: &[Interval]) -> Result<(), Problem> {
    if intervals.iter().any(|interval| interval.start < sleep.start || interval.end > sleep.end) {
        return Err(inconsistent("a stage lies outside start and end"));
    }
    let asleep = || intervals.iter().filter(|interval| interval.stage != Stage::Awake);
    let (Some(first), Some(last)) = (asleep().next(), asleep().next_back()) else { return Ok(()) };
    let onset = *sleep.onset.get_or_insert(first.start);
    let wake = *sleep.wake.get_or_insert(last.end);
    let mut stages = StageMinutes::default();
    let mut awake_min = 0.0;
    for interval in intervals {
        let length_min = minutes(interval.start, interval.end);
        match interval.stage {
            // Awake before the onset is latency, and after the final waking it is lying in bed.
            Stage::Awake => awake_min += minutes(interval.start.max(onset), interval.end.min(wake)).max(0.0),
            Stage::Light => stages.light += length_min,
            Stage::Deep => stages.deep += length_min,
            Stage::Rem => stages.rem += length_min,
            Stage::Asleep => stages.asleep += length_min,
        }
    }
    sleep.stages = Some(stages);
    sleep.waso_min.get_or_insert(awake_min);
    sleep.awakenings.get_or_insert(long_awakenings(intervals, onset, wake));
    Ok(())
}

/// Times awake of more than five minutes between onset and final waking; what touches is one.
fn long_awakenings(intervals: &[Interval], onset: Timestamp, wake: Timestamp) -> u32 {
    let bouts = intervals.chunk_by(|a, b| a.stage == Stage::Awake && b.stage == Stage::Awake && a.end == b.start);
    let lengths = bouts.filter(|bout| bout[0].stage == Stage::Awake).map(|bout| {
        let end = bout.last().map_or(bout[0].end, |last| last.end);
        minutes(bout[0].start.max(onset), end.min(wake))
    });
    lengths.fold(0, |count, minutes| count + u32::from(minutes > LONG_AWAKENING_MIN))
}
