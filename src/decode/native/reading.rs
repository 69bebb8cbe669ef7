//! Items of the stream `readings`.
//!
//! The ranges are those of acceptance: wide enough for any living adult on any device, so that only
//! faults of a device or a unit are refused. What is plausible at rest is judged later.

use std::ops::RangeInclusive;

use super::super::ieee1752::DataPoint;
use super::super::message::meaningless;
use super::super::slot::{Problem, Slot, Text, in_range, quoted};
use super::super::wire::{Later, Notes, record};
use super::Outcome;
use super::sleep::{self, StageFields, StageMinuteFields};
use crate::domain::item::Item;
use crate::domain::reading::{BeatIntervals, Context, HrvWindow, NightlySummary, Reading, SelfReport, Tag};
use crate::domain::rejection::Reason;

/// The kinds of reading, as a detail names them.
const KINDS: &str = "hrv, rr, nightly, sleep, tag";

/// The contexts of the contract.
pub(in crate::decode) const CONTEXTS: [(&str, Context); 7] = [
    ("sleep_main", Context::SleepMain),
    ("sleep_nap", Context::SleepNap),
    ("rest_seated", Context::RestSeated),
    ("rest_supine", Context::RestSupine),
    ("work", Context::Work),
    ("activity", Context::Activity),
    ("unknown", Context::Unknown),
];

/// Acceptable RMSSD.
pub(in crate::decode) const RMSSD_MS: RangeInclusive<f64> = 3.0..=250.0;

/// Acceptable SDNN.
pub(in crate::decode) const SDNN_MS: RangeInclusive<f64> = 5.0..=300.0;

/// Acceptable mean heart rate: an athlete asleep comes near 30, exertion near 220.
pub(in crate::decode) const HEART_RATE_BPM: RangeInclusive<f64> = 25.0..=230.0;

/// Acceptable length of a window.
pub(in crate::decode) const DURATION_S: RangeInclusive<u32> = 1..=86_400;

/// The most beats of one item: twelve hours at 60 a minute.
pub(in crate::decode) const MAX_BEATS: usize = 43_200;

/// The longest beat interval in ms. A gap of minutes is the cleaner's business, and so is 0.
pub(in crate::decode) const MAX_RR_MS: f64 = 600_000.0;

/// The latest end of a beat: a day after the start.
pub(in crate::decode) const MAX_END_MS: f64 = 86_400_000.0;

record! {
    /// The fields of all kinds of reading together: `kind` may come last.
    ReadingFields {
        kind: Text<'a>,
        worker: Text<'a>,
        device: Text<'a>,
        start: Text<'a>,
        duration_s: f64,
        rmssd_ms: f64,
        sdnn_ms: f64,
        mean_hr_bpm: f64,
        context: Text<'a>,
        quality: f64,
        rr_ms: Vec<f64>,
        end_ms: Vec<f64>,
        date: Text<'a>,
        sleeping_hr_bpm: f64,
        onset: Text<'a>,
        wake: Text<'a>,
        end: Text<'a>,
        waso_min: f64,
        stages_min: StageMinuteFields<'a>,
        stages: Vec<StageFields<'a>>,
        awakenings: f64,
        main: bool,
        revision: f64,
        tag: Text<'a>,
        header: Later<'a>,
        body: Later<'a>,
    }
}

impl<'a> ReadingFields<'a> {
    /// Takes the parts of an IEEE 1752.1 or Open mHealth item, which has them and no `kind`.
    pub(in crate::decode) fn data_point(&mut self) -> Option<DataPoint<'a>> {
        match (&self.kind, &self.header, &self.body) {
            (Slot::Absent, Slot::Got(header), Slot::Got(body)) => {
                let (header, body) = (*header, *body);
                (self.header, self.body) = (Slot::Absent, Slot::Absent);
                Some(DataPoint { header, body, worker: std::mem::take(&mut self.worker) })
            }
            _ => None,
        }
    }
}

/// Makes a reading of its fields.
pub(super) fn make(fields: &mut ReadingFields<'_>, notes: &mut Notes) -> Outcome {
    for slot in [&fields.header, &fields.body] {
        // Of a kind of ours these are fields that nobody knows, and as such are looked through like others.
        if let Slot::Got(value) = slot {
            value.skip(notes).map_err(|error| meaningless(&error))?;
        }
    }
    let kind = fields.kind.required("kind")?;
    let worker = fields.worker.worker()?;
    let reading = match kind.as_ref() {
        "hrv" => Reading::Hrv(hrv(fields)?),
        "rr" => Reading::Beats(beats(fields)?),
        "nightly" => Reading::Nightly(nightly(fields)?),
        "sleep" => Reading::Sleep(sleep::make(fields, notes)?),
        "tag" => Reading::Tag(tag(fields)?),
        other => {
            let detail = format!("kind {} is none of {KINDS}", quoted(other));
            return Err(Problem::new(Reason::BadShape, detail));
        }
    };
    Ok((worker, Item::Reading(reading)))
}

fn rmssd(slot: &mut Slot<f64>) -> Result<Option<f64>, Problem> {
    slot.within("rmssd_ms", RMSSD_MS)
}

fn heart_rate(slot: &mut Slot<f64>, name: &str) -> Result<Option<f64>, Problem> {
    slot.within(name, HEART_RATE_BPM)
}

fn hrv(fields: &mut ReadingFields<'_>) -> Result<HrvWindow, Problem> {
    let window = HrvWindow {
        device: fields.device.device()?,
        start: fields.start.required_timestamp("start")?,
        duration_s: fields.duration_s.whole("duration_s", DURATION_S)?.ok_or_else(|| Problem::missing("duration_s"))?,
        rmssd_ms: rmssd(&mut fields.rmssd_ms)?,
        sdnn_ms: fields.sdnn_ms.within("sdnn_ms", SDNN_MS)?,
        mean_hr_bpm: heart_rate(&mut fields.mean_hr_bpm, "mean_hr_bpm")?,
        context: context(&mut fields.context)?,
        quality: fields.quality.within("quality", 0.0..=1.0)?,
    };
    if window.rmssd_ms.is_none() && window.mean_hr_bpm.is_none() {
        return Err(Problem::new(Reason::MissingField, "one of rmssd_ms, mean_hr_bpm is needed"));
    }
    Ok(window)
}

fn beats(fields: &mut ReadingFields<'_>) -> Result<BeatIntervals, Problem> {
    let rr_ms = fields.rr_ms.required("rr_ms")?;
    if !(1..=MAX_BEATS).contains(&rr_ms.len()) {
        let detail = format!("rr_ms has {} beats, which is outside 1..={MAX_BEATS}", rr_ms.len());
        return Err(Problem::new(Reason::OutOfRange, detail));
    }
    for (place, value) in rr_ms.iter().enumerate() {
        listed("rr_ms", place, *value, MAX_RR_MS)?;
    }
    let end_ms = fields.end_ms.optional("end_ms")?;
    if let Some(ends) = &end_ms {
        check_ends(ends, rr_ms.len())?;
    }
    Ok(BeatIntervals {
        device: fields.device.device()?,
        start: fields.start.required_timestamp("start")?,
        rr_ms,
        end_ms,
        context: context(&mut fields.context)?,
    })
}

/// Refuses an element of a list that lies outside `0..=high`.
fn listed(name: &str, place: usize, value: f64, high: f64) -> Result<(), Problem> {
    if (0.0..=high).contains(&value) {
        return Ok(());
    }
    in_range(&format!("{name}[{place}]"), value, &(0.0..=high)).map(drop)
}

fn check_ends(ends: &[f64], beats: usize) -> Result<(), Problem> {
    if ends.len() != beats {
        let detail = format!("end_ms has {} values for {beats} beats", ends.len());
        return Err(Problem::new(Reason::Inconsistent, detail));
    }
    for (place, value) in ends.iter().enumerate() {
        listed("end_ms", place, *value, MAX_END_MS)?;
    }
    if let Some(place) = ends.windows(2).position(|pair| pair[1] < pair[0]) {
        return Err(Problem::new(Reason::Inconsistent, format!("end_ms[{}] is before the beat before it", place + 1)));
    }
    Ok(())
}

fn nightly(fields: &mut ReadingFields<'_>) -> Result<NightlySummary, Problem> {
    let night = NightlySummary {
        device: fields.device.device()?,
        date: fields.date.required_date("date")?,
        rmssd_ms: rmssd(&mut fields.rmssd_ms)?,
        sleeping_hr_bpm: heart_rate(&mut fields.sleeping_hr_bpm, "sleeping_hr_bpm")?,
    };
    if night.rmssd_ms.is_none() && night.sleeping_hr_bpm.is_none() {
        return Err(Problem::new(Reason::MissingField, "one of rmssd_ms, sleeping_hr_bpm is needed"));
    }
    Ok(night)
}

fn tag(fields: &mut ReadingFields<'_>) -> Result<SelfReport, Problem> {
    let date = fields.date.required_date("date")?;
    let name = fields.tag.required("tag")?;
    match Tag::ALL.into_iter().find(|tag| tag.as_str() == name) {
        Some(tag) => Ok(SelfReport { date, tag }),
        None => Err(unlisted("tag", &name, Tag::ALL.map(Tag::as_str))),
    }
}

fn context(slot: &mut Slot<Text<'_>>) -> Result<Context, Problem> {
    let Some(name) = slot.optional("context")? else { return Ok(Context::Unknown) };
    match CONTEXTS.into_iter().find(|(known, _)| *known == name) {
        Some((_, context)) => Ok(context),
        None => Err(unlisted("context", &name, CONTEXTS.map(|(known, _)| known))),
    }
}

/// A name that is not on its list.
pub(in crate::decode) fn unlisted<const N: usize>(name: &str, text: &str, known: [&str; N]) -> Problem {
    Problem::new(Reason::BadShape, format!("{name} {} is none of {}", quoted(text), known.join(", ")))
}
