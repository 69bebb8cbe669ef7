//! `rr-interval`: single intervals between beats, packed into runs.
//!
//! The time frame of an interval is the moment of the beat that ends it, or the time from beat to beat.
//! Elements of a series without one follow back to back on the element before them.

use std::ops::Range;

use super::super::native::{MAX_BEATS, MAX_END_MS, MAX_RR_MS};
use super::super::slot::{Problem, Text, in_range, quoted};
use super::super::wire::{Notes, record};
use super::time::{self, Frame, TimeFrame, shifted};
use super::unit::{self, UnitValue};
use super::{Body, heart};
use crate::domain::Timestamp;
use crate::domain::item::Item;
use crate::domain::reading::{BeatIntervals, Context, Reading};
use crate::domain::rejection::Reason;

/// A longer gap between two beats begins a new run: a judgement, the length of a window.
const LONGEST_GAP_MS: f64 = 300_000.0;

/// How far a stamp may lie from where its interval leads, counted from the stamp before it, before it
/// is a gap. What the intervals of a run are too long or too short by never adds up to one.
///
/// # Source
/// Domain reference, section 1.0: 10 ms, or what the coarseness of the stamps explains.
const TOLERANCE_MS: f64 = 10.0;

/// The same where stamps are whole seconds: two of them may be a second further apart than the beats.
const COARSE_TOLERANCE_MS: f64 = 1_000.0;

/// How much of the way to a stamp of whole seconds the run goes: the stamp says little of one beat,
/// which must stay within [`TOLERANCE_MS`] of its interval, and much of many.
const COARSE_SHARE: f64 = 1.0 / 128.0;

/// Where the intervals alone lead further off than this, the run tells when its beats were.
const LONGEST_DRIFT_MS: f64 = 1_000.0;

/// How much longer than its interval the time frame may be.
const FRAME_TOLERANCE_MS: f64 = 1_000.0;

record! {
    either spelling
    /// `rr-interval` 1.0.
    RrFields {
        rr_interval: UnitValue<'a>,
        effective_time_frame: TimeFrame<'a>,
        temporal_relationship_to_physical_activity: Text<'a>,
        temporal_relationship_to_sleep: Text<'a>,
        descriptive_statistic: Text<'a>,
    }
}

/// One interval.
struct Beat {
    rr_ms: f64,
    /// When the beat was that ends it, where that is told.
    end: Option<Timestamp>,
    context: Context,
}

/// Packs the intervals of a body into runs.
pub(super) fn take<'a>(body: &mut Body<'a>, notes: &mut Notes) -> Result<(), Problem> {
    let mut run: Option<Run> = None;
    body.walk(
        notes,
        |fields: &mut RrFields<'a>, notes| make(fields, notes),
        |body, beat, element| {
            let refused = match beat {
                Ok(beat) => {
                    if run.as_mut().is_some_and(|open| open.add(&beat, &element.place)) {
                        return;
                    }
                    match Run::open(&beat, &element.place) {
                        Ok(next) => {
                            if let Some(full) = run.replace(next) {
                                full.close(body);
                            }
                            return;
                        }
                        Err(problem) => problem,
                    }
                }
                Err(problem) => problem,
            };
            // What follows a refused interval must not seem to follow the one before it.
            if let Some(open) = run.take() {
                open.close(body);
            }
            body.refuse(refused, element);
        },
    )?;
    if let Some(open) = run {
        open.close(body);
    }
    Ok(())
}

fn make(fields: &mut RrFields<'_>, notes: &mut Notes) -> Result<Beat, Problem> {
    let rr_ms = unit::milliseconds(&mut fields.rr_interval, "rr_interval", notes)?
        .ok_or_else(|| Problem::missing("rr_interval"))?;
    let rr_ms = in_range("rr_interval in ms", rr_ms, &(0.0..=MAX_RR_MS))?;
    if let Some(statistic) = fields.descriptive_statistic.optional("descriptive_statistic")? {
        let detail = format!("descriptive_statistic {} makes it no interval between two beats", quoted(&statistic));
        return Err(Problem::new(Reason::BadShape, detail));
    }
    let end = match time::frame(&mut fields.effective_time_frame, notes)? {
        None => None,
        Some(Frame::Moment(end)) => Some(end),
        Some(Frame::Interval(start, end)) => {
            let frame_ms = end.duration_since(start).as_secs_f64() * 1e3;
            if (frame_ms - rr_ms).abs() > FRAME_TOLERANCE_MS {
                let detail = format!("effective_time_frame lasts {frame_ms} ms, the rr_interval {rr_ms} ms");
                return Err(Problem::new(Reason::Inconsistent, detail));
            }
            Some(end)
        }
    };
    let context = heart::context(
        &mut fields.temporal_relationship_to_sleep,
        &mut fields.temporal_relationship_to_physical_activity,
    )?;
    Ok(Beat { rr_ms, end, context })
}

/// A run that is still growing.
struct Run {
    beats: BeatIntervals,
    /// End of each beat, ms after the start.
    end_ms: Vec<f64>,
    /// Where the intervals alone lead, ms after the start.
    sum_ms: f64,
    has_gap: bool,
    tolerance_ms: f64,
    place: Range<usize>,
}

impl Run {
    fn open(beat: &Beat, place: &Range<usize>) -> Result<Self, Problem> {
        let Some(end) = beat.end else {
            let detail = "effective_time_frame is missing, and there is no interval before this one to follow";
            return Err(Problem::new(Reason::MissingField, detail));
        };
        let beats = BeatIntervals {
            device: None,
            start: shifted(end, -beat.rr_ms / 1e3)?,
            rr_ms: vec![beat.rr_ms],
            end_ms: None,
            context: beat.context,
        };
        let tolerance_ms = if end.subsec_nanosecond() == 0 { COARSE_TOLERANCE_MS } else { TOLERANCE_MS };
        let (end_ms, sum_ms) = (vec![beat.rr_ms], beat.rr_ms);
        Ok(Self { beats, end_ms, sum_ms, has_gap: false, tolerance_ms, place: place.clone() })
    }

    /// Adds an interval, where it continues this run.
    fn add(&mut self, beat: &Beat, place: &Range<usize>) -> bool {
        let last_ms = self.end_ms.last().copied().unwrap_or(0.0);
        let mut end_ms = last_ms + beat.rr_ms;
        let mut tolerance_ms = self.tolerance_ms;
        let mut has_gap = self.has_gap;
        if let Some(end) = beat.end {
            let told_ms = end.duration_since(self.beats.start).as_secs_f64() * 1e3;
            if end.subsec_nanosecond() != 0 {
                tolerance_ms = TOLERANCE_MS;
            }
            if told_ms < end_ms - tolerance_ms || told_ms > end_ms + LONGEST_GAP_MS {
                return false;
            }
            let is_gap = told_ms > end_ms + tolerance_ms;
            let is_exact = is_gap || tolerance_ms <= TOLERANCE_MS;
            let share = if is_exact { 1.0 } else { COARSE_SHARE };
            end_ms = (end_ms + (told_ms - end_ms) * share).max(last_ms);
            has_gap |= is_gap;
        }
        if beat.context != self.beats.context || end_ms > MAX_END_MS || self.end_ms.len() >= MAX_BEATS {
            return false;
        }
        self.tolerance_ms = tolerance_ms;
        self.sum_ms += beat.rr_ms;
        self.has_gap = has_gap || (end_ms - self.sum_ms).abs() > LONGEST_DRIFT_MS;
        self.beats.rr_ms.push(beat.rr_ms);
        self.end_ms.push(end_ms);
        self.place.end = place.end;
        true
    }

    fn close(mut self, body: &mut Body<'_>) {
        self.beats.end_ms = self.has_gap.then_some(self.end_ms);
        body.push(Ok(Item::Reading(Reading::Beats(self.beats))), self.place);
    }
}
