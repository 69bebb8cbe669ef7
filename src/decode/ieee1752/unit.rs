//! Values with their unit. A value is never taken without one, and only with a unit of its kind.

use super::super::slot::{Problem, Slot, Text, quoted};
use super::super::wire::{Notes, record};
use crate::domain::rejection::Reason;

record! {
    either spelling
    /// `unit-value`.
    UnitValue { value: f64, unit: Text<'a> }
}

/// The units of a duration, in seconds.
///
/// # Source
/// `duration-unit-value` 1.0 of IEEE 1752.1 and Open mHealth; lengths by UCUM, whose mean Julian month
/// and year (30.4375 d, 365.25 d) stand for the two that have no fixed length.
const DURATIONS_S: [(&str, f64); 11] = [
    ("ps", 1e-12),
    ("ns", 1e-9),
    ("us", 1e-6),
    ("ms", 1e-3),
    ("sec", 1.0),
    ("min", 60.0),
    ("h", 3_600.0),
    ("d", 86_400.0),
    ("wk", 604_800.0),
    ("Mo", 2_629_800.0),
    ("yr", 31_557_600.0),
];

/// Takes a duration in seconds; `name` is the field's path.
pub(super) fn seconds(slot: &mut Slot<UnitValue<'_>>, name: &str, notes: &mut Notes) -> Result<Option<f64>, Problem> {
    Ok(amount(slot, name, &DURATIONS_S, notes)?.map(|(value, scale)| value * scale))
}

/// Takes a duration in milliseconds.
pub(super) fn milliseconds(
    slot: &mut Slot<UnitValue<'_>>,
    name: &str,
    notes: &mut Notes,
) -> Result<Option<f64>, Problem> {
    // The usual unit passes through untouched: 0.8 s is 800 ms to the last digit, and 800 ms is 800.
    Ok(amount(slot, name, &DURATIONS_S, notes)?.map(|(value, scale)| {
        let is_ms = scale.total_cmp(&1e-3).is_eq();
        if is_ms { value } else { value * (scale * 1_000.0) }
    }))
}

/// Takes a duration in minutes that is at least 0.
pub(super) fn minutes(slot: &mut Slot<UnitValue<'_>>, name: &str, notes: &mut Notes) -> Result<Option<f64>, Problem> {
    let Some(seconds) = seconds(slot, name, notes)? else { return Ok(None) };
    if seconds < 0.0 {
        return Err(Problem::new(Reason::OutOfRange, format!("{name} is below 0")));
    }
    Ok(Some(seconds / 60.0))
}

/// Takes a value whose only unit is `unit`.
pub(super) fn of(
    slot: &mut Slot<UnitValue<'_>>,
    name: &str,
    unit: &'static str,
    notes: &mut Notes,
) -> Result<Option<f64>, Problem> {
    Ok(amount(slot, name, &[(unit, 1.0)], notes)?.map(|(value, _)| value))
}

fn amount(
    slot: &mut Slot<UnitValue<'_>>,
    name: &str,
    units: &[(&str, f64)],
    notes: &mut Notes,
) -> Result<Option<(f64, f64)>, Problem> {
    let Some(mut fields) = slot.optional(name)? else { return Ok(None) };
    let value = fields.value.required(&format!("{name}.value"))?;
    let unit = fields.unit.required(&format!("{name}.unit"))?;
    notes.add_untaken(&fields);
    match units.iter().find(|(known, _)| *known == unit) {
        Some((_, scale)) => Ok(Some((value, *scale))),
        None => {
            let known: Vec<_> = units.iter().map(|(known, _)| *known).collect();
            let detail = format!("{name}.unit {} is none of {}", quoted(&unit), known.join(", "));
            Err(Problem::new(Reason::BadShape, detail))
        }
    }
}
