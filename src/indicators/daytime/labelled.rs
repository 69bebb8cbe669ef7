//! Strain beside what a recording's labels say, and beside what simpler values would have said.
//!
//! For checking on recordings of which it is known when people were stressed, at rest or at
//! exercise. Labels never reach the strain itself.

use crate::domain::SignedDuration;
use crate::domain::reading::Context;
use crate::statistics::{MAD_TO_SD, mad_sorted, median};

use super::day::{DayStrain, State};
use super::recording::{self, Cut, Recording};

/// What a stretch of a recording was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Nothing was asked of the person.
    Rest,
    /// A stress task.
    Stress,
    /// Exercise.
    Activity,
}

/// A stretch of a recording that somebody labelled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Label {
    /// Begin, in seconds after the recording's start.
    pub start_s: f64,
    /// End, likewise.
    pub end_s: f64,
    /// What it was.
    pub kind: Kind,
}

/// One labelled minute, and every value that is compared; each is higher where more strain is meant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minute {
    /// The label, which covers the whole minute.
    pub kind: Kind,
    /// The state at its end.
    pub state: State,
    /// u at its end.
    pub u: Option<f64>,
    /// Strain of the moment at its end.
    pub strain_now: Option<f64>,
    /// Heart rate alone: the minute's mean of the device's own, of the beats where it tells none, as
    /// robust z within the recording.
    pub hr_alone: Option<f64>,
    /// Heart rate of the same beats as in u alone, likewise.
    pub beat_hr_alone: Option<f64>,
    /// lnRMSSD of the minute alone, likewise, turned round.
    pub ln_rmssd_alone: Option<f64>,
    /// lnRMSSD of the whole window alone, likewise, turned round.
    pub window_ln_rmssd_alone: Option<f64>,
}

const MINUTE_S: u32 = 60;

/// The labelled minutes of a recording whose strain was told from windows that end every minute.
///
/// # Source
/// What is compared is the domain reference's, section 5.7; labels are those of whoever recorded.
#[must_use]
pub fn minutes(recording: &Recording, strain: &DayStrain, labels: &[Label]) -> Vec<Minute> {
    let cut = Cut { window_s: MINUTE_S, hr_s: MINUTE_S, device_hr_s: MINUTE_S, step_s: MINUTE_S };
    let alone = recording::windows(recording, Context::Unknown, cut);
    let mut minutes: Vec<Minute> = Vec::new();
    for point in &strain.points {
        let end_s = point.at.duration_since(recording.start).as_secs_f64();
        let begin_s = end_s - f64::from(MINUTE_S);
        let Some(label) = labels.iter().find(|label| label.start_s <= begin_s && end_s <= label.end_s) else {
            continue;
        };
        let start = point.at - SignedDuration::from_secs(i64::from(MINUTE_S));
        let minute = alone.binary_search_by_key(&start, |window| window.start).ok().map(|at| &alone[at]);
        let values: Vec<f64> =
            recording.hr.iter().filter(|(t, _)| (begin_s..end_s).contains(t)).map(|value| value.1).collect();
        let mean = values.iter().sum::<f64>() / u32::try_from(values.len()).map_or(f64::INFINITY, f64::from);
        minutes.push(Minute {
            kind: label.kind,
            state: point.state,
            u: point.u,
            strain_now: point.strain_now,
            hr_alone: if values.is_empty() { minute.and_then(|minute| minute.hr_bpm) } else { Some(mean) },
            beat_hr_alone: point.window.hr_bpm,
            ln_rmssd_alone: minute.and_then(|minute| minute.ln_rmssd).map(|ln| -ln),
            window_ln_rmssd_alone: point.window.ln_rmssd.map(|ln| -ln),
        });
    }
    standardise(&mut minutes, |minute| &mut minute.hr_alone);
    standardise(&mut minutes, |minute| &mut minute.beat_hr_alone);
    standardise(&mut minutes, |minute| &mut minute.ln_rmssd_alone);
    standardise(&mut minutes, |minute| &mut minute.window_ln_rmssd_alone);
    minutes
}

/// Values to robust z, blind to their labels, so that those of different people compare.
fn standardise(minutes: &mut [Minute], of: fn(&mut Minute) -> &mut Option<f64>) {
    let mut values: Vec<f64> = minutes.iter_mut().filter_map(|minute| *of(minute)).collect();
    let Some(centre) = median(&mut values) else { return };
    let spread = (MAD_TO_SD * mad_sorted(&values, centre)).max(f64::EPSILON);
    for minute in minutes {
        let value = of(minute);
        *value = value.map(|value| (value - centre) / spread).filter(|z| z.is_finite());
    }
}
