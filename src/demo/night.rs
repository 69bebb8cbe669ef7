//! One invented night as a gateway would send it: five-minute HRV windows, a sleep record, a tag.

use std::fmt::Write as _;

use rand::RngExt as _;
use rand::rngs::StdRng;

use super::chance::{self, Purpose};
use super::person::{Body, Person, normal};
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

const WINDOW_S: i64 = 300;
/// Windows that the band could not measure.
const LOST_WINDOWS: f64 = 0.06;
/// Windows with a value that no heart has; the service must refuse them one by one.
const FAULTY_WINDOWS: f64 = 0.0002;

/// The items of one night, as JSON.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct NightItems {
    /// Separated by commas.
    pub(super) json: String,
    pub(super) items: u32,
    /// Items that are refused, as they should be.
    pub(super) faulty: u32,
}

impl NightItems {
    fn begin(&mut self) -> &mut String {
        if self.items > 0 {
            self.json.push(',');
        }
        self.items += 1;
        &mut self.json
    }
}

/// The night that ends on the morning of `date`, the day of that number; none where nothing was worn.
pub(super) fn items(seed: u64, person: &Person, day: u32, date: Date, zone: &TimeZone) -> Option<NightItems> {
    let mut rng = chance::stream(seed, Purpose::Night, person.number, day);
    let body = person.body(day, &mut rng)?;
    let times = Times::draw(person, &body, date, zone, &mut rng)?;
    let mut night = NightItems::default();
    windows(&mut night, person, &body, &times, &mut rng);
    sleep(&mut night, person, &body, &times);
    if let Some(tag) = body.tag {
        let worker = &person.worker;
        let _ = write!(night.begin(), r#"{{"kind":"tag","worker":"{worker}","date":"{date}","tag":"{tag}"}}"#);
    }
    Some(night)
}

struct Times {
    bed: Timestamp,
    onset: Timestamp,
    wake: Timestamp,
    up: Timestamp,
    waso_min: i64,
    asleep_min: i64,
    zone: TimeZone,
}

impl Times {
    fn draw(person: &Person, body: &Body, date: Date, zone: &TimeZone, rng: &mut StdRng) -> Option<Self> {
        let midnight = date.to_zoned(zone.clone()).ok()?.timestamp();
        let bed_min = whole(person.bed_min + 15.0 * normal(rng).clamp(-2.0, 2.0)) - 120;
        let latency_min = rng.random_range(6..20);
        let waso_min = rng.random_range(10..30);
        let asleep_min = whole(60.0 * body.sleep_h);
        let at = |minutes: i64| midnight + SignedDuration::from_mins(minutes);
        let onset_min = bed_min + latency_min;
        let wake_min = onset_min + asleep_min + waso_min;
        Some(Self {
            bed: at(bed_min),
            onset: at(onset_min),
            wake: at(wake_min),
            up: at(wake_min + rng.random_range(2..14)),
            waso_min,
            asleep_min,
            zone: zone.clone(),
        })
    }

    fn stamp(&self, at: Timestamp) -> impl std::fmt::Display {
        at.display_with_offset(self.zone.to_offset(at))
    }
}

fn windows(night: &mut NightItems, person: &Person, body: &Body, times: &Times, rng: &mut StdRng) {
    let count = (times.wake.as_second() - times.onset.as_second()) / WINDOW_S;
    for place in 0..count {
        let (is_lost, is_faulty) = (rng.random_bool(LOST_WINDOWS), rng.random_bool(FAULTY_WINDOWS));
        let within_night = 0.16 * normal(rng) + 0.12 * (ratio(place, count) - 0.5);
        let mean_hr_bpm = (body.hr_bpm + 1.5 * normal(rng)).clamp(36.0, 150.0);
        let quality: f64 = rng.random_range(0.91..1.0);
        if is_lost {
            continue;
        }
        let rmssd_ms = if is_faulty { 900.0 } else { (body.ln_rmssd + within_night).exp().clamp(3.5, 240.0) };
        let sdnn_ms = (1.25 * rmssd_ms).clamp(5.5, 290.0);
        night.faulty += u32::from(is_faulty);
        let start = times.stamp(times.onset + SignedDuration::from_secs(place * WINDOW_S));
        let (worker, device) = (&person.worker, &body.device);
        let _ = write!(
            night.begin(),
            r#"{{"kind":"hrv","worker":"{worker}","device":"{device}","start":"{start}","duration_s":300,"rmssd_ms":{rmssd_ms:.1},"sdnn_ms":{sdnn_ms:.1},"mean_hr_bpm":{mean_hr_bpm:.1},"context":"sleep_main","quality":{quality:.2}}}"#,
        );
    }
}

fn sleep(night: &mut NightItems, person: &Person, body: &Body, times: &Times) {
    let (worker, device) = (&person.worker, &body.device);
    let [bed, onset, wake, up] = [times.bed, times.onset, times.wake, times.up].map(|at| times.stamp(at));
    let (waso, light, deep) = (times.waso_min, times.asleep_min * 55 / 100, times.asleep_min / 5);
    let rem = times.asleep_min - light - deep;
    let _ = write!(
        night.begin(),
        r#"{{"kind":"sleep","worker":"{worker}","device":"{device}","start":"{bed}","onset":"{onset}","wake":"{wake}","end":"{up}","waso_min":{waso},"stages_min":{{"light":{light},"deep":{deep},"rem":{rem}}},"awakenings":1,"main":true,"revision":0}}"#,
    );
}

#[expect(clippy::cast_possible_truncation, reason = "minutes of a night are few")]
fn whole(minutes: f64) -> i64 {
    minutes.round() as i64
}

#[expect(clippy::cast_precision_loss, reason = "windows of a night are few")]
fn ratio(place: i64, count: i64) -> f64 {
    place as f64 / count as f64
}
