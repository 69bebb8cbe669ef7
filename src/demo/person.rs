//! One invented worker: who, with which body, and what the 90 days do to it.
//!
//! # Source
//! Means and spread of ln(RMSSD) by age and sex: Voss 2015, as in the domain reference, section 2.7.
//! Night-to-night spread and autocorrelation: sections 2.6 and 3.4. Sleep: section 4.2.

use rand::RngExt as _;
use rand::rngs::StdRng;
use rand_distr::StandardNormal;

use super::chance::{self, Purpose};
use super::planted::Planted;

/// Mean of ln(RMSSD in ms): women, men; from 25, 35, 45 and 55 years on.
const LN_RMSSD_BY_AGE: [(f64, f64); 4] = [(3.634, 3.569), (3.446, 3.348), (3.151, 3.034), (2.929, 2.855)];
/// Between people of one age and sex.
const LN_RMSSD_SD: f64 = 0.30;
/// Of one night to the next.
const AUTOCORRELATION: f64 = 0.3;
/// Days a planted overload lasts.
pub(super) const OVERLOAD_DAYS: u32 = 21;
const FEVER_NIGHTS: u32 = 5;
/// How much lower a new band reads, in ln units: two nights' SD, a false alarm if the bands were mixed.
const NEW_BAND_LN: f64 = -0.30;

/// One invented worker.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Person {
    pub(super) number: u32,
    pub(super) worker: String,
    pub(super) gateway: String,
    /// What is planted, and on which day it begins.
    pub(super) planted: Option<(Planted, u32)>,
    /// Distinguishes those with the same pattern.
    turn: u32,
    ln_rmssd: f64,
    night_sd_ln: f64,
    sleeping_hr_bpm: f64,
    pub(super) sleep_h: f64,
    /// Minutes after 22:00.
    pub(super) bed_min: f64,
    missing_share: f64,
    pub(super) noise_dba: f64,
    /// Whether questionnaires are filled in, how high the answers tend to be, and on which day first.
    pub(super) answers: Option<(f64, u32)>,
    /// Deviation of each night from the usual, in the person's own SD.
    deviations: Vec<f64>,
}

/// What a night's body was like.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body {
    pub(super) ln_rmssd: f64,
    pub(super) hr_bpm: f64,
    pub(super) sleep_h: f64,
    pub(super) device: String,
    pub(super) tag: Option<&'static str>,
}

impl Person {
    pub(super) fn new(seed: u64, number: u32, days: u32, planted: Option<(Planted, u32)>) -> Self {
        let mut rng = chance::stream(seed, Purpose::Person, number, 0);
        let (women, men) = LN_RMSSD_BY_AGE[rng.random_range(0..LN_RMSSD_BY_AGE.len())];
        let is_woman = rng.random_bool(0.5);
        let mean = if is_woman { women } else { men };
        let night_sd_ln = rng.random_range(0.12..0.20);
        let answers_at_all = rng.random_bool(0.6);
        let tendency = if rng.random_bool(0.12) { rng.random_range(5.0..8.0) } else { rng.random_range(0.5..4.0) };
        let first_answer = rng.random_range(3..28);
        let turn = planted.map_or(0, |(_, turn)| turn);
        Self {
            number,
            worker: format!("w-{:04}", number + 1),
            gateway: format!("gw-{}", number % 4 + 1),
            planted: planted.map(|(planted, turn)| (planted, begin(planted, turn, days))),
            turn,
            ln_rmssd: mean + LN_RMSSD_SD * normal(&mut rng).clamp(-2.0, 2.0),
            night_sd_ln,
            sleeping_hr_bpm: rng.random_range(50.0..61.0) + if is_woman { 3.0 } else { 0.0 },
            sleep_h: rng.random_range(7.35..7.95),
            bed_min: rng.random_range(20.0..75.0),
            missing_share: rng.random_range(0.10..0.20),
            noise_dba: [58.0, 64.0, 72.0, 79.0][rng.random_range(0..4_usize)],
            answers: answers_at_all.then_some((tendency, first_answer)),
            deviations: deviations(&mut rng, days),
        }
    }

    /// Since when the planted pattern holds on `day`, in days; none before, after, or without one.
    pub(super) fn day_of(&self, planted: Planted, day: u32) -> Option<u32> {
        let (mine, begin) = self.planted?;
        let since = day.checked_sub(begin)?;
        let lasts = match planted {
            Planted::Overload => OVERLOAD_DAYS,
            Planted::Illness => FEVER_NIGHTS,
            Planted::OvertimeInNoise | Planted::CrisisAnswer | Planted::AnswersOnly => 7,
            Planted::AlcoholNights | Planted::NewBand | Planted::StopsWearing => u32::MAX,
        };
        (mine == planted && since < lasts).then_some(since)
    }

    pub(super) fn turn(&self) -> u32 {
        self.turn
    }

    /// The night that ends on the morning of `day`; none where the band was not worn.
    pub(super) fn body(&self, day: u32, rng: &mut StdRng) -> Option<Body> {
        // Drawn first, so that what is planted changes no other draw.
        let is_missing = rng.random_bool(self.missing_share);
        let sleep_noise_h = 0.35 * normal(rng).clamp(-2.0, 2.0);
        let hr_noise_bpm = 1.2 * normal(rng);
        let usual = self.deviations.get(day as usize).copied().unwrap_or(0.0);
        if is_missing || self.day_of(Planted::StopsWearing, day).is_some() {
            return None;
        }
        let mut night = Night { deviation: usual, hr_bpm: 0.0, sleep_h: self.sleep_h, ln_offset: 0.0 };
        let mut device = format!("band-{}", self.number + 1);
        let mut tag = None;
        if let Some(since) = self.day_of(Planted::Overload, day) {
            // Sets in over three nights; under constant strain nights resemble each other more.
            night.deviation = 0.6 * usual - 2.2 * (f64::from(since + 1) / 3.0).min(1.0);
            night.hr_bpm = 3.0;
            night.sleep_h = 5.75;
        }
        if self.day_of(Planted::Illness, day).is_some() {
            night.deviation = 0.5 * usual - 2.5;
            night.hr_bpm = 9.0;
            tag = self.turn.is_multiple_of(2).then_some("illness");
        }
        if self.day_of(Planted::AlcoholNights, day).is_some_and(|since| since % 7 == 0) {
            night.deviation = 0.5 * usual - 1.9;
            night.hr_bpm = 6.0;
            night.sleep_h -= 0.4;
            tag = Some("alcohol");
        }
        if self.day_of(Planted::NewBand, day).is_some() {
            night.ln_offset = NEW_BAND_LN;
            device.push_str("-new");
        }
        Some(Body {
            ln_rmssd: self.ln_rmssd + self.night_sd_ln * night.deviation + night.ln_offset,
            // A restful night has higher variability and a lower rate.
            hr_bpm: self.sleeping_hr_bpm - 0.8 * usual + night.hr_bpm + hr_noise_bpm,
            sleep_h: (night.sleep_h + sleep_noise_h).max(3.5),
            device,
            tag,
        })
    }
}

struct Night {
    deviation: f64,
    hr_bpm: f64,
    sleep_h: f64,
    ln_offset: f64,
}

/// The day a pattern begins: late enough that the usual is known, early enough to be seen to its end.
fn begin(planted: Planted, turn: u32, days: u32) -> u32 {
    match planted {
        Planted::Overload => days * 3 / 5 + turn % 6,
        Planted::OvertimeInNoise => days * 4 / 10,
        Planted::CrisisAnswer => days * 7 / 10,
        Planted::AnswersOnly => days / 3 + 9 * (turn % 3),
        Planted::Illness => days / 2 + 3 * (turn % 8),
        Planted::AlcoholNights => 20 + turn % 7,
        Planted::NewBand | Planted::StopsWearing => days / 2 + 2 * (turn % 4),
    }
}

fn deviations(rng: &mut StdRng, days: u32) -> Vec<f64> {
    let mut last = normal(rng);
    let fresh = (1.0 - AUTOCORRELATION * AUTOCORRELATION).sqrt();
    let mut next = |_| {
        last = AUTOCORRELATION * last + fresh * normal(rng);
        last
    };
    (0..=days).map(&mut next).collect()
}

pub(super) fn normal(rng: &mut StdRng) -> f64 {
    rng.sample(StandardNormal)
}
