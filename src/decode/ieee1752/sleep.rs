//! `sleep-episode`: from the first falling asleep to the last waking, with what lies around it.

use super::super::native::{self, MAX_AWAKENINGS, MAX_TIME_IN_BED_MIN, STAGE_TOLERANCE_MIN};
use super::super::slot::{Problem, in_range};
use super::super::wire::{Notes, record};
use super::time::{self, Frame, TimeFrame, shifted};
use super::unit::{self, UnitValue};
use crate::domain::reading::{Reading, SleepRecord, StageMinutes};
use crate::domain::rejection::Reason;

record! {
    either spelling
    /// `sleep-episode` of IEEE 1752.1 and of Open mHealth together.
    SleepFields {
        effective_time_frame: TimeFrame<'a>,
        latency_to_sleep_onset: UnitValue<'a>,
        latency_to_arising: UnitValue<'a>,
        total_sleep_time: UnitValue<'a>,
        wake_after_sleep_onset: UnitValue<'a>,
        light_sleep_duration: UnitValue<'a>,
        deep_sleep_duration: UnitValue<'a>,
        rem_sleep_duration: UnitValue<'a>,
        number_of_awakenings: f64,
        is_main_sleep: bool,
        sleep_efficiency_percentage: UnitValue<'a>,
        sleep_maintenance_efficiency_percentage: UnitValue<'a>,
    }
}

/// The durations of an episode, in minutes.
struct Durations {
    period: f64,
    total: Option<f64>,
    awake: Option<f64>,
    light: Option<f64>,
    deep: Option<f64>,
    rem: Option<f64>,
    /// The share of the period spent asleep, in percent.
    maintenance_pct: Option<f64>,
}

/// Makes a sleep episode of its fields.
///
/// The time frame begins with the onset and ends with the final waking; the two latencies, where they
/// are told, lead from there to the time in bed.
pub(super) fn make(fields: &mut SleepFields<'_>, revision: u32, notes: &mut Notes) -> Result<Reading, Problem> {
    let (onset, wake) = match time::required(&mut fields.effective_time_frame, notes)? {
        Frame::Interval(onset, wake) => (onset, wake),
        Frame::Moment(_) => {
            let detail = "effective_time_frame of a sleep episode must be a time_interval that lasts";
            return Err(Problem::new(Reason::Inconsistent, detail));
        }
    };
    let period = native::minutes(onset, wake);
    let mut minutes = |slot, name| match unit::minutes(slot, name, notes)? {
        Some(minutes) => in_range(&format!("{name} in min"), minutes, &(0.0..=MAX_TIME_IN_BED_MIN)).map(Some),
        None => Ok(None),
    };
    let to_onset = minutes(&mut fields.latency_to_sleep_onset, "latency_to_sleep_onset")?;
    let to_arising = minutes(&mut fields.latency_to_arising, "latency_to_arising")?;
    let durations = Durations {
        period,
        total: minutes(&mut fields.total_sleep_time, "total_sleep_time")?,
        awake: minutes(&mut fields.wake_after_sleep_onset, "wake_after_sleep_onset")?,
        light: minutes(&mut fields.light_sleep_duration, "light_sleep_duration")?,
        deep: minutes(&mut fields.deep_sleep_duration, "deep_sleep_duration")?,
        rem: minutes(&mut fields.rem_sleep_duration, "rem_sleep_duration")?,
        maintenance_pct: maintenance(fields, notes)?,
    };
    let sleep = SleepRecord {
        device: None,
        start: shifted(onset, -60.0 * to_onset.unwrap_or(0.0))?,
        onset: Some(onset),
        wake: Some(wake),
        end: shifted(wake, 60.0 * to_arising.unwrap_or(0.0))?,
        waso_min: durations.awake()?,
        stages: durations.stages()?,
        awakenings: fields.number_of_awakenings.whole("number_of_awakenings", 0..=MAX_AWAKENINGS)?,
        main: fields.is_main_sleep.optional("is_main_sleep")?,
        revision,
    };
    native::check_sleep(&sleep)?;
    Ok(Reading::Sleep(sleep))
}

/// IEEE 1752.1 renamed the field and kept its meaning: asleep, of the time between onset and waking.
fn maintenance(fields: &mut SleepFields<'_>, notes: &mut Notes) -> Result<Option<f64>, Problem> {
    let mut share = |slot, name| match unit::of(slot, name, "%", notes)? {
        Some(share) => in_range(name, share, &(0.0..=100.0)).map(Some),
        None => Ok(None),
    };
    let newer = share(&mut fields.sleep_efficiency_percentage, "sleep_efficiency_percentage")?;
    let older = share(&mut fields.sleep_maintenance_efficiency_percentage, "sleep_maintenance_efficiency_percentage")?;
    Ok(newer.or(older))
}

impl Durations {
    /// The time awake between onset and waking: as told, or what the time asleep leaves of the period.
    fn awake(&self) -> Result<Option<f64>, Problem> {
        let Some(total) = self.total else {
            let from_share = || self.maintenance_pct.map(|share| self.period * (1.0 - share / 100.0));
            return Ok(self.awake.or_else(from_share));
        };
        let left = self.period - total;
        let awake = self.awake.unwrap_or(left);
        if (left - awake).abs() > STAGE_TOLERANCE_MIN || awake < -STAGE_TOLERANCE_MIN {
            let detail = format!(
                "total_sleep_time is {total:.0} min and wake_after_sleep_onset {:.0} min of an episode of {:.0} min",
                awake.max(0.0),
                self.period
            );
            return Err(Problem::new(Reason::Inconsistent, detail));
        }
        Ok(Some(awake.max(0.0)))
    }

    /// The stages, where any is told. What of the time asleep has no stage counts as just asleep,
    /// unless every stage is told: then the sum must agree.
    fn stages(&self) -> Result<Option<StageMinutes>, Problem> {
        let told = [self.light, self.deep, self.rem];
        if told.iter().all(Option::is_none) {
            return Ok(None);
        }
        let [light, deep, rem] = told.map(|minutes| minutes.unwrap_or(0.0));
        let staged = light + deep + rem;
        let Some(total) = self.total else { return Ok(Some(StageMinutes { light, deep, rem, asleep: 0.0 })) };
        let is_all_told = told.iter().all(Option::is_some);
        let left = total - staged;
        if left < -STAGE_TOLERANCE_MIN || (is_all_told && left > STAGE_TOLERANCE_MIN) {
            let detail = format!("the stages last {staged:.0} min, total_sleep_time {total:.0} min");
            return Err(Problem::new(Reason::Inconsistent, detail));
        }
        let asleep = if is_all_told { 0.0 } else { left.max(0.0) };
        Ok(Some(StageMinutes { light, deep, rem, asleep }))
    }
}
