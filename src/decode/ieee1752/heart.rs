//! `heart-rate` and `heart-rate-variability`: windows, and what the person was doing.
//!
//! Rates of a series that are told for moments of one minute become one window with their mean, from
//! the first of them on, and count as one item.

use std::ops::Range;

use super::super::native::{DURATION_S, HEART_RATE_BPM, RMSSD_MS, SDNN_MS, unlisted};
use super::super::slot::{Problem, Slot, Text, in_range, quoted};
use super::super::wire::{Notes, Unneeded, record};
use super::time::{self, Frame, TimeFrame};
use super::unit::{self, UnitValue};
use super::{Body, Element};
use crate::domain::Timestamp;
use crate::domain::item::Item;
use crate::domain::reading::{Context, HrvWindow, Reading};
use crate::domain::rejection::Reason;

/// How long a heart rate told for a moment is taken to hold, from that moment on: a judgement, a
/// displayed rate being the mean of some seconds to a minute.
const RATE_S: u32 = 60;

/// How long HRV told for a moment is taken to hold, from that moment on: the standard short-term
/// recording (Task Force 1996).
const VARIABILITY_S: u32 = 300;

record! {
    either spelling
    /// `heart-rate` 1.x and 2.x.
    RateFields {
        heart_rate: UnitValue<'a>,
        effective_time_frame: TimeFrame<'a>,
        temporal_relationship_to_sleep: Text<'a>,
        temporal_relationship_to_physical_activity: Text<'a>,
        descriptive_statistic: Text<'a>,
        user_notes: Unneeded,
    }
}

record! {
    either spelling
    /// `heart-rate-variability` 1.0: a value and the measure that it is, or each measure under its name.
    VariabilityFields {
        heart_rate_variability: UnitValue<'a>,
        algorithm: Text<'a>,
        heart_rate_variability_algorithm: Text<'a>,
        measure: Text<'a>,
        rmssd: UnitValue<'a>,
        sdnn: UnitValue<'a>,
        effective_time_frame: TimeFrame<'a>,
        temporal_relationship_to_sleep: Text<'a>,
        temporal_relationship_to_physical_activity: Text<'a>,
        descriptive_statistic: Text<'a>,
        algorithm_details: Unneeded,
        measurement_method: Unneeded,
        user_notes: Unneeded,
    }
}

/// What can be told of the relation to physical activity.
const ACTIVITIES: [(&str, Context); 5] = [
    ("at rest", Context::RestSeated),
    ("active", Context::Activity),
    ("before exercise", Context::Unknown),
    // The heart is not at rest yet: nothing may be read from it.
    ("after exercise", Context::Activity),
    ("during exercise", Context::Activity),
];

/// What can be told of the relation to sleep.
const SLEEPS: [(&str, Context); 3] =
    [("before sleeping", Context::Unknown), ("during sleep", Context::SleepMain), ("on waking", Context::Unknown)];

/// A heart rate, and whether it was told for a moment.
struct Rate {
    bpm: f64,
    start: Timestamp,
    duration_s: u32,
    is_moment: bool,
    context: Context,
}

/// Makes windows of the heart rates of a body.
pub(super) fn take_rates<'a>(body: &mut Body<'a>, notes: &mut Notes) -> Result<(), Problem> {
    let mut minute: Option<Minute> = None;
    body.walk(
        notes,
        |fields: &mut RateFields<'a>, notes| rate(fields, notes),
        |body, rate, element| {
            if let (Some(open), Ok(rate)) = (&mut minute, &rate)
                && open.add(rate, &element.place)
            {
                return;
            }
            if let Some(full) = minute.take() {
                full.close(body);
            }
            match rate {
                Ok(rate) => minute = Some(Minute::open(rate, element)),
                Err(problem) => body.refuse(problem, element),
            }
        },
    )?;
    if let Some(open) = minute {
        open.close(body);
    }
    Ok(())
}

/// The rates of one minute.
struct Minute {
    /// The first.
    rate: Rate,
    count: u32,
    sum_bpm: f64,
    place: Range<usize>,
}

impl Minute {
    const fn open(rate: Rate, element: Element) -> Self {
        Self { count: 1, sum_bpm: rate.bpm, rate, place: element.place }
    }

    /// Adds a rate, where it is of this minute.
    fn add(&mut self, rate: &Rate, place: &Range<usize>) -> bool {
        let minute = |rate: &Rate| rate.start.as_second().div_euclid(i64::from(RATE_S));
        let is_same = self.rate.is_moment && rate.is_moment && minute(&self.rate) == minute(rate);
        if !is_same || self.rate.context != rate.context {
            return false;
        }
        self.rate.start = self.rate.start.min(rate.start);
        self.count += 1;
        self.sum_bpm += rate.bpm;
        self.place.end = place.end;
        true
    }

    fn close(self, body: &mut Body<'_>) {
        let Rate { start, duration_s, context, .. } = self.rate;
        let mean_hr_bpm = Some(self.sum_bpm / f64::from(self.count));
        let reading = window(HrvWindow { mean_hr_bpm, ..empty(start, duration_s, context) });
        body.push(Ok(Item::Reading(reading)), self.place);
    }
}

fn rate(fields: &mut RateFields<'_>, notes: &mut Notes) -> Result<Rate, Problem> {
    let bpm = unit::of(&mut fields.heart_rate, "heart_rate", "beats/min", notes)?
        .ok_or_else(|| Problem::missing("heart_rate"))?;
    let bpm = in_range("heart_rate", bpm, &HEART_RATE_BPM)?;
    check_statistic(&mut fields.descriptive_statistic)?;
    let (start, duration_s, is_moment) = span(&mut fields.effective_time_frame, RATE_S, notes)?;
    let context =
        context(&mut fields.temporal_relationship_to_sleep, &mut fields.temporal_relationship_to_physical_activity)?;
    Ok(Rate { bpm, start, duration_s, is_moment, context })
}

/// Makes a window of heart-rate variability. RMSSD and SDNN are never taken for each other.
pub(super) fn variability(fields: &mut VariabilityFields<'_>, notes: &mut Notes) -> Result<Reading, Problem> {
    let mut rmssd_ms = unit::milliseconds(&mut fields.rmssd, "rmssd", notes)?;
    let mut sdnn_ms = unit::milliseconds(&mut fields.sdnn, "sdnn", notes)?;
    let algorithm = algorithm(fields)?;
    let value_ms = unit::milliseconds(&mut fields.heart_rate_variability, "heart_rate_variability", notes)?;
    if let Some(value_ms) = value_ms {
        let place = match algorithm.as_deref() {
            Some("rmssd") => &mut rmssd_ms,
            Some("sdnn") => &mut sdnn_ms,
            Some(other) => {
                let detail = format!("algorithm {} is none of RMSSD, SDNN", quoted(other));
                return Err(Problem::new(Reason::BadShape, detail));
            }
            None => {
                let detail = "algorithm is missing: without it RMSSD and SDNN cannot be told apart";
                return Err(Problem::new(Reason::MissingField, detail));
            }
        };
        if place.is_some() {
            return Err(Problem::new(Reason::Inconsistent, "the same measure is given twice"));
        }
        *place = Some(value_ms);
    }
    let Some(rmssd_ms) = rmssd_ms else {
        let detail = if sdnn_ms.is_some() {
            "SDNN alone makes no window: RMSSD is needed, and SDNN is never taken for it"
        } else {
            "heart_rate_variability is missing"
        };
        return Err(Problem::new(Reason::MissingField, detail));
    };
    let rmssd_ms = Some(in_range("RMSSD in ms", rmssd_ms, &RMSSD_MS)?);
    let sdnn_ms = sdnn_ms.map(|sdnn_ms| in_range("SDNN in ms", sdnn_ms, &SDNN_MS)).transpose()?;
    check_statistic(&mut fields.descriptive_statistic)?;
    let (start, duration_s, _) = span(&mut fields.effective_time_frame, VARIABILITY_S, notes)?;
    let context =
        context(&mut fields.temporal_relationship_to_sleep, &mut fields.temporal_relationship_to_physical_activity)?;
    Ok(window(HrvWindow { rmssd_ms, sdnn_ms, ..empty(start, duration_s, context) }))
}

/// The measure, in small letters, under whichever of its names.
fn algorithm(fields: &mut VariabilityFields<'_>) -> Result<Option<String>, Problem> {
    let names = [
        fields.algorithm.optional("algorithm")?,
        fields.heart_rate_variability_algorithm.optional("heart_rate_variability_algorithm")?,
        fields.measure.optional("measure")?,
    ];
    let mut names = names.into_iter().flatten().map(|name| name.to_ascii_lowercase());
    let first = names.next();
    match names.find(|other| Some(other) != first.as_ref()) {
        Some(other) => {
            let detail = format!("the algorithm is {} and {}", quoted(&first.unwrap_or_default()), quoted(&other));
            Err(Problem::new(Reason::Inconsistent, detail))
        }
        None => Ok(first),
    }
}

fn empty(start: Timestamp, duration_s: u32, context: Context) -> HrvWindow {
    HrvWindow {
        device: None,
        start,
        duration_s,
        rmssd_ms: None,
        sdnn_ms: None,
        mean_hr_bpm: None,
        context,
        quality: None,
    }
}

const fn window(window: HrvWindow) -> Reading {
    Reading::Hrv(window)
}

/// A highest or lowest value is none that stands for a window.
pub(super) fn check_statistic(slot: &mut Slot<Text<'_>>) -> Result<(), Problem> {
    match slot.optional("descriptive_statistic")? {
        Some(name) if !["average", "median"].contains(&plain(&name).as_str()) => {
            let detail = format!("descriptive_statistic {} is none of average, median", quoted(&name));
            Err(Problem::new(Reason::BadShape, detail))
        }
        Some(_) | None => Ok(()),
    }
}

/// Start, length, and whether only a moment was told.
fn span(
    slot: &mut Slot<TimeFrame<'_>>,
    of_instant_s: u32,
    notes: &mut Notes,
) -> Result<(Timestamp, u32, bool), Problem> {
    match time::required(slot, notes)? {
        Frame::Moment(start) => Ok((start, of_instant_s, true)),
        Frame::Interval(start, end) => {
            let length_s = end.duration_since(start).as_secs_f64().round().max(1.0);
            let range = f64::from(*DURATION_S.start())..=f64::from(*DURATION_S.end());
            let length_s = in_range("the length of effective_time_frame in s", length_s, &range)?;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "it is whole and lies in range"
            )]
            let length_s = length_s as u32;
            Ok((start, length_s, false))
        }
    }
}

/// What the person was doing. Sleep tells more than activity.
pub(super) fn context(sleep: &mut Slot<Text<'_>>, activity: &mut Slot<Text<'_>>) -> Result<Context, Problem> {
    let sleep = known(sleep, "temporal_relationship_to_sleep", SLEEPS)?;
    let activity = known(activity, "temporal_relationship_to_physical_activity", ACTIVITIES)?;
    Ok(match (sleep, activity) {
        (Some(Context::SleepMain), _) => Context::SleepMain,
        (_, activity) => activity.unwrap_or(Context::Unknown),
    })
}

fn known<const N: usize>(
    slot: &mut Slot<Text<'_>>,
    name: &str,
    list: [(&str, Context); N],
) -> Result<Option<Context>, Problem> {
    let Some(text) = slot.optional(name)? else { return Ok(None) };
    match list.into_iter().find(|(known, _)| *known == plain(&text)) {
        Some((_, context)) => Ok(Some(context)),
        None => Err(unlisted(name, &text, list.map(|(known, _)| known))),
    }
}

/// A value of a list in the spelling of the schemas: `during_sleep` and `duringSleep` are `during sleep`.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len() + 2);
    for letter in text.chars() {
        match letter {
            '_' | '-' => plain.push(' '),
            letter if letter.is_ascii_uppercase() => {
                if !plain.is_empty() && !plain.ends_with(' ') {
                    plain.push(' ');
                }
                plain.push(letter.to_ascii_lowercase());
            }
            letter => plain.push(letter),
        }
    }
    plain
}
