//! `effective_time_frame`: an instant, or an interval in one of its three forms.

use super::super::slot::{Problem, Slot, Text};
use super::super::wire::{Notes, record};
use super::unit::{self, UnitValue};
use crate::domain::rejection::Reason;
use crate::domain::{SignedDuration, Timestamp};

/// How far start, end and duration may disagree where all three are given, in seconds.
const TOLERANCE_S: f64 = 1.0;

record! {
    either spelling
    /// `time-frame`.
    TimeFrame { time_interval: IntervalFields<'a>, date_time: Text<'a> }
}

record! {
    either spelling
    /// `time-interval`.
    IntervalFields {
        start_date_time: Text<'a>,
        end_date_time: Text<'a>,
        duration: UnitValue<'a>,
        date: Text<'a>,
        part_of_day: Text<'a>,
    }
}

/// When a measure holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Frame {
    /// At a moment.
    Moment(Timestamp),
    /// From a moment to a later one.
    Interval(Timestamp, Timestamp),
}

const FRAME: &str = "effective_time_frame";
const INTERVAL: &str = "effective_time_frame.time_interval";

/// Takes a time frame.
pub(super) fn frame(slot: &mut Slot<TimeFrame<'_>>, notes: &mut Notes) -> Result<Option<Frame>, Problem> {
    let Some(mut fields) = slot.optional(FRAME)? else { return Ok(None) };
    let moment = fields.date_time.timestamp("effective_time_frame.date_time")?;
    let interval = fields.time_interval.optional(INTERVAL)?;
    notes.add_untaken(&fields);
    match (moment, interval) {
        (Some(moment), None) => Ok(Some(Frame::Moment(moment))),
        (None, Some(fields)) => interval_of(fields, notes).map(Some),
        (Some(_), Some(_)) => {
            Err(Problem::new(Reason::Inconsistent, format!("{FRAME} has both date_time and time_interval")))
        }
        (None, None) => {
            Err(Problem::new(Reason::MissingField, format!("{FRAME} needs one of date_time, time_interval")))
        }
    }
}

/// Takes a time frame that must be there.
pub(super) fn required(slot: &mut Slot<TimeFrame<'_>>, notes: &mut Notes) -> Result<Frame, Problem> {
    frame(slot, notes)?.ok_or_else(|| Problem::missing(FRAME))
}

fn interval_of(mut fields: IntervalFields<'_>, notes: &mut Notes) -> Result<Frame, Problem> {
    let name = |field: &str| format!("{INTERVAL}.{field}");
    let start = fields.start_date_time.timestamp(&name("start_date_time"))?;
    let end = fields.end_date_time.timestamp(&name("end_date_time"))?;
    let duration_s = unit::seconds(&mut fields.duration, &name("duration"), notes)?;
    if duration_s.is_some_and(|duration_s| duration_s < 0.0) {
        return Err(Problem::new(Reason::OutOfRange, format!("{} is below 0", name("duration"))));
    }
    let (start, end) = match (start, end, duration_s) {
        (Some(start), Some(end), None) => (start, end),
        (Some(start), None, Some(duration_s)) => (start, shifted(start, duration_s)?),
        (None, Some(end), Some(duration_s)) => (shifted(end, -duration_s)?, end),
        (Some(start), Some(end), Some(duration_s)) => {
            let elapsed_s = end.duration_since(start).as_secs_f64();
            if (elapsed_s - duration_s).abs() > TOLERANCE_S {
                let detail = format!("{INTERVAL} lasts {elapsed_s} s by its ends and {duration_s} s by its duration");
                return Err(Problem::new(Reason::Inconsistent, detail));
            }
            (start, end)
        }
        _ if !fields.part_of_day.is_absent() => {
            let detail = format!("{INTERVAL} with date and part_of_day names no instant; send start and end");
            return Err(Problem::new(Reason::BadTimestamp, detail));
        }
        _ => {
            let detail = format!("{INTERVAL} needs two of start_date_time, end_date_time, duration");
            return Err(Problem::new(Reason::MissingField, detail));
        }
    };
    notes.add_untaken(&fields);
    if end < start {
        return Err(Problem::new(Reason::Inconsistent, format!("{INTERVAL} ends before it starts")));
    }
    Ok(if end == start { Frame::Moment(start) } else { Frame::Interval(start, end) })
}

/// The moment `seconds` later, to the microsecond: finer digits are those of the arithmetic.
pub(super) fn shifted(at: Timestamp, seconds: f64) -> Result<Timestamp, Problem> {
    let beyond = || Problem::new(Reason::BadTimestamp, "the time frame reaches beyond the calendar".to_owned());
    let length = SignedDuration::try_from_secs_f64((seconds * 1e6).round() / 1e6).map_err(|_| beyond())?;
    at.checked_add(length).map_err(|_| beyond())
}
