//! Items of the stream `exposures`.

use super::super::slot::{Problem, Text, quoted};
use super::super::wire::{Notes, record};
use super::Outcome;
use crate::domain::exposure::{ExposureDay, Shift, WorkEvent};
use crate::domain::ids::UnitId;
use crate::domain::item::Item;
use crate::domain::rejection::Reason;
use crate::domain::{Date, SignedDuration};

/// The longest shift in hours: a day on call, with its handover.
const MAX_SHIFT_H: i64 = 36;

/// The most events of one day.
pub(in crate::decode) const MAX_EVENTS: usize = 32;

record! {
    /// The fields of a worker-day.
    ExposureFields {
        worker: Text<'a>,
        date: Text<'a>,
        worked_h: f64,
        overtime_h: f64,
        shift: ShiftFields<'a>,
        noise_lex8h_dba: f64,
        wbgt_c: f64,
        events: Vec<Text<'a>>,
    }
}

record! {
    /// `shift`.
    ShiftFields { start: Text<'a>, end: Text<'a> }
}

/// Makes a worker-day of its fields.
pub(super) fn make(fields: &mut ExposureFields<'_>, notes: &mut Notes) -> Outcome {
    let worker = fields.worker.worker()?;
    let date = fields.date.required_date("date")?;
    let day = ExposureDay {
        date,
        worked_h: fields.worked_h.within("worked_h", 0.0..=24.0)?,
        overtime_h: fields.overtime_h.within("overtime_h", 0.0..=24.0)?,
        shift: fields.shift.optional("shift")?.map(|shift| make_shift(shift, date, notes)).transpose()?,
        noise_lex8h_dba: fields.noise_lex8h_dba.within("noise_lex8h_dba", 0.0..=140.0)?,
        wbgt_c: fields.wbgt_c.within("wbgt_c", -30.0..=60.0)?,
        events: fields.events.optional("events")?.map(events).transpose()?,
    };
    if day == ExposureDay::empty(date) {
        let detail = "one of worked_h, overtime_h, shift, noise_lex8h_dba, wbgt_c, events is needed";
        return Err(Problem::new(Reason::MissingField, detail));
    }
    Ok((worker, Item::Exposure(day)))
}

/// A shift of the worker-day `date`, which is the day it begins or the one it ends. The worker's zone is
/// not known here and stamps may be in any, in which each of the two may be a day off.
fn make_shift(mut fields: ShiftFields<'_>, date: Date, notes: &mut Notes) -> Result<Shift, Problem> {
    let (start, first) = fields.start.required_dated_timestamp("shift.start")?;
    let (end, last) = fields.end.required_dated_timestamp("shift.end")?;
    notes.add_untaken(&fields);
    if end <= start {
        return Err(Problem::new(Reason::Inconsistent, "shift.end is not after shift.start"));
    }
    if end.duration_since(start) > SignedDuration::from_hours(MAX_SHIFT_H) {
        let detail = format!("shift.end is more than {MAX_SHIFT_H} h after shift.start");
        return Err(Problem::new(Reason::Inconsistent, detail));
    }
    let beside = |day: Result<Date, _>| day.unwrap_or(date);
    if first > beside(date.tomorrow()) || last < beside(date.yesterday()) {
        let detail = format!("the shift, {first} to {last}, is not of {date}: date is the day it begins or ends");
        return Err(Problem::new(Reason::Inconsistent, detail));
    }
    Ok(Shift { start, end })
}

/// Events are names, so that they may stand in evidence and rules.
fn events(names: Vec<Text<'_>>) -> Result<Vec<WorkEvent>, Problem> {
    if names.len() > MAX_EVENTS {
        let detail = format!("events has {} entries, at most {MAX_EVENTS} are taken", names.len());
        return Err(Problem::new(Reason::OutOfRange, detail));
    }
    let event = |name: Text<'_>| match UnitId::parse(&name) {
        Ok(_) => Ok(WorkEvent::parse(&name)),
        Err(error) => Err(Problem::new(Reason::BadShape, format!("the event {} {error}", quoted(&name)))),
    };
    names.into_iter().map(event).collect()
}
