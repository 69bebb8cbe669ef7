//! What gateways and screening systems send: nights, questionnaires, each as a topic and a payload.

use serde_json::{Value, json};
use vagus::clock::Clock;
use vagus::domain::{SignedDuration, TimeZone, Timestamp};

/// The zone of the test's site.
const ZONE: &str = "Asia/Ho_Chi_Minh";
/// Usual ln(RMSSD) of the test's workers, and its spread from night to night.
const USUAL_LN: f64 = 3.7;
const SPREAD_LN: f64 = 0.12;

/// One message, and when it was first sent.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Message {
    pub(crate) at: Timestamp,
    pub(crate) stream: &'static str,
    pub(crate) items: Vec<Value>,
}

impl Message {
    pub(crate) fn topic(&self) -> String {
        format!("vagus/v1/plant-a/gw-7/{}", self.stream)
    }

    pub(crate) fn envelope(&self, id: &str) -> Vec<u8> {
        json!({ "message_id": id, "items": self.items }).to_string().into_bytes()
    }
}

/// A repeatable source of numbers of a normal law.
pub(crate) struct Noise(u64);

impl Noise {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(2) + 1)
    }

    /// Between 0 and 1: a linear congruential generator, good enough for a test's noise (Knuth's MMIX).
    pub(crate) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Of the standard normal law, by Box and Muller.
    pub(crate) fn normal(&mut self) -> f64 {
        let (u, v) = (self.uniform().max(1e-12), self.uniform());
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }
}

/// Now, to the second.
pub(crate) fn now() -> Timestamp {
    Timestamp::from_second(Clock::System.now().as_second()).unwrap()
}

pub(crate) fn ago(now: Timestamp, hours: i64) -> Timestamp {
    now - SignedDuration::from_hours(hours)
}

/// `normal` nights and then `low` ones; the last ended `last_days_ago` days before `now`.
///
/// A night is one message: 96 windows of five minutes and the sleep record, sent two hours after
/// waking. Low nights lie 1.8 SD and more below the usual. Sleep is sound in all of them.
pub(crate) fn nights(worker: &str, normal: i64, low: i64, last_days_ago: i64, now: Timestamp) -> Vec<Message> {
    let zone = TimeZone::get(ZONE).unwrap();
    let seed = worker.bytes().fold(17_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    let mut noise = Noise::seeded(seed);
    let count = normal + low;
    let nights = (0..count).map(|place| {
        let days_ago = last_days_ago + count - 1 - place;
        let day = zone.to_datetime(ago(now, 24 * days_ago)).date();
        let wake = zone.to_timestamp(day.at(6, 30, 0, 0)).unwrap();
        let ln = if place < normal {
            USUAL_LN + SPREAD_LN * noise.normal()
        } else {
            USUAL_LN - 1.8 * SPREAD_LN - 0.03 - 0.05 * noise.normal().abs()
        };
        night(worker, wake, ln, &mut noise)
    });
    nights.collect()
}

fn night(worker: &str, wake: Timestamp, ln_rmssd: f64, noise: &mut Noise) -> Message {
    let onset = wake - SignedDuration::from_hours(8);
    let minutes = SignedDuration::from_mins;
    let mut items: Vec<Value> = (0..96)
        .map(|window| {
            let rmssd = (ln_rmssd + 0.05 * noise.normal()).exp();
            json!({"kind": "hrv", "worker": worker, "device": "band-1",
                "start": (onset + minutes(5 * window)).to_string(), "duration_s": 300,
                "rmssd_ms": (rmssd * 10.0).round() / 10.0,
                "mean_hr_bpm": ((56.0 + noise.normal()) * 10.0).round() / 10.0,
                "context": "sleep_main", "quality": 0.97})
        })
        .collect();
    items.push(json!({"kind": "sleep", "worker": worker, "device": "band-1",
        "start": (onset - minutes(20)).to_string(), "onset": onset.to_string(), "wake": wake.to_string(),
        "end": (wake + minutes(10)).to_string(), "waso_min": 20, "main": true, "revision": 0}));
    Message { at: wake + minutes(120), stream: "readings", items }
}

/// A GAD-7 with this total.
pub(crate) fn gad7(worker: &str, total: u8, at: Timestamp) -> Message {
    let answers: Vec<u8> = (0..7).map(|place| (total / 7) + u8::from(place < total % 7)).collect();
    screening(worker, "GAD-7", &answers, at)
}

/// A PHQ-9 that is low but for item 9.
pub(crate) fn phq9_with_crisis(worker: &str, at: Timestamp) -> Message {
    screening(worker, "PHQ-9", &[1, 0, 1, 0, 0, 0, 0, 0, 1], at)
}

/// An effort–reward questionnaire, rewards 2 of 4 each.
pub(crate) fn eri(worker: &str, effort: u8, at: Timestamp) -> Message {
    // 5, 6 and 7 are asked the other way round.
    screening(worker, "ERI", &[effort, effort, effort, 2, 3, 3, 3, 2, 2, 2], at)
}

fn screening(worker: &str, instrument: &str, answers: &[u8], at: Timestamp) -> Message {
    let item = json!({"worker": worker, "instrument": instrument, "taken_at": at.to_string(), "answers": answers});
    Message { at, stream: "screenings", items: vec![item] }
}

/// A worker-day of overtime in noise, reported in the evening.
pub(crate) fn overtime_in_noise(worker: &str, days_ago: i64, now: Timestamp) -> Message {
    let zone = TimeZone::get(ZONE).unwrap();
    let date = zone.to_datetime(ago(now, 24 * days_ago)).date();
    let at = zone.to_timestamp(date.at(21, 0, 0, 0)).unwrap();
    let item = json!({"worker": worker, "date": date.to_string(), "worked_h": 11.0, "overtime_h": 3.0,
        "noise_lex8h_dba": 87.5});
    Message { at, stream: "exposures", items: vec![item] }
}
