//! One window as the strain sees it.

use crate::domain::history::StoredWindow;
use crate::domain::reading::Context;
use crate::domain::{SignedDuration, Timestamp};

use super::Settings;

/// What an adult's heart can show; anything else is not believed.
const HR_RANGE_BPM: std::ops::RangeInclusive<f64> = 25.0..=230.0;
const RMSSD_RANGE_MS: std::ops::RangeInclusive<f64> = 2.0..=300.0;

/// Heart rate and RMSSD of one stretch of time, and how far to trust them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Begin of the window.
    pub start: Timestamp,
    /// Length of the window.
    pub duration_s: u32,
    /// What the person was doing.
    pub context: Context,
    /// Heart rate: from beats, or as a band sends it with its windows.
    pub hr_bpm: Option<f64>,
    /// Beats behind it.
    pub beats: u32,
    /// The device's own estimate, for where there are no beats.
    pub device_hr_bpm: Option<f64>,
    /// Natural logarithm of RMSSD in ms.
    pub ln_rmssd: Option<f64>,
    /// Pairs of beats behind it.
    pub pairs: u32,
    /// Mean over the window of each second's SD of the acceleration.
    pub movement_g: Option<f64>,
}

impl Window {
    /// A window of which nothing is known but its time.
    #[must_use]
    pub const fn empty(start: Timestamp, duration_s: u32, context: Context) -> Self {
        Self {
            start,
            duration_s,
            context,
            hr_bpm: None,
            beats: 0,
            device_hr_bpm: None,
            ln_rmssd: None,
            pairs: 0,
            movement_g: None,
        }
    }

    /// A window as it is kept of a worker. Its beats are not kept: their number follows from heart
    /// rate and duration, and where the band says so, from its quality.
    ///
    /// # Source
    /// Domain reference, section 5.7; that quality stands for the share of usable beats is a judgement.
    #[must_use]
    pub fn from_stored(stored: &StoredWindow, settings: &Settings) -> Self {
        let quality = stored.quality.filter(|quality| quality.is_finite()).map(|quality| quality.clamp(0.0, 1.0));
        let hr_bpm = stored.mean_hr_bpm.filter(|hr| HR_RANGE_BPM.contains(hr));
        let is_estimate = quality.is_some_and(|quality| quality < settings.least_quality);
        let share = quality.unwrap_or(1.0);
        let beats = hr_bpm.map_or(0.0, |hr| hr * f64::from(stored.duration_s) / 60.0 * share);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
        let beats = beats.floor() as u32;
        Self {
            hr_bpm: hr_bpm.filter(|_| !is_estimate),
            beats,
            device_hr_bpm: hr_bpm,
            ln_rmssd: stored.rmssd_ms.filter(|rmssd| RMSSD_RANGE_MS.contains(rmssd)).map(f64::ln),
            pairs: beats,
            ..Self::empty(stored.start, stored.duration_s, stored.context)
        }
    }

    /// The window with every number that cannot be one taken out.
    pub(super) fn sound(self) -> Self {
        Self {
            hr_bpm: self.hr_bpm.filter(|hr| HR_RANGE_BPM.contains(hr)),
            device_hr_bpm: self.device_hr_bpm.filter(|hr| HR_RANGE_BPM.contains(hr)),
            ln_rmssd: self.ln_rmssd.filter(|ln| RMSSD_RANGE_MS.contains(&ln.exp())),
            movement_g: self.movement_g.filter(|movement| movement.is_finite()),
            ..self
        }
    }

    /// End of the window.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.start.saturating_add(SignedDuration::from_secs(i64::from(self.duration_s))).unwrap_or(Timestamp::MAX)
    }

    /// The best heart rate there is.
    pub(super) fn any_hr_bpm(&self) -> Option<f64> {
        self.hr_bpm.or(self.device_hr_bpm)
    }

    /// Whether strain may be told of such a window at all.
    pub(super) const fn is_told(&self) -> bool {
        match self.context {
            Context::Work | Context::RestSeated | Context::Unknown | Context::Activity => true,
            Context::SleepMain | Context::SleepNap | Context::RestSupine => false,
        }
    }
}

/// Windows by their end; of several that end at once the best alone is kept.
pub(super) fn ordered(windows: impl Iterator<Item = Window>) -> Vec<Window> {
    let mut windows: Vec<Window> = windows.map(Window::sound).filter(Window::is_told).collect();
    let bits = |value: Option<f64>| value.map_or(u64::MAX, f64::to_bits);
    // Everything is in the key, so that the order in which windows came cannot show.
    let key = |window: &Window| {
        let best = std::cmp::Reverse((window.hr_bpm.is_some(), window.beats, window.pairs, window.duration_s));
        let rest = [window.hr_bpm, window.device_hr_bpm, window.ln_rmssd, window.movement_g].map(bits);
        (window.end(), best, window.context, rest)
    };
    windows.sort_unstable_by_key(key);
    windows.dedup_by_key(|window| window.end());
    windows
}

/// Minutes that each window adds to those before it.
pub(super) fn minutes(windows: &[Window]) -> Vec<f64> {
    let mut covered_until = Timestamp::MIN;
    let added = |window: &Window| {
        let from = window.start.max(covered_until);
        covered_until = covered_until.max(window.end());
        (window.end().duration_since(from).as_secs_f64() / 60.0).max(0.0)
    };
    windows.iter().map(added).collect()
}
