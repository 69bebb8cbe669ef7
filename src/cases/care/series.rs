//! Daily values before and after an action began.

use crate::cases::effect::{Better, Effect, Verdict, effect};
use crate::domain::event::OutcomeChange;

use super::Settings;

/// An outcome of which every day has a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// ln(RMSSD in ms) of the night.
    LnRmssd,
    /// Sleep of the worker-day, hours.
    Tst24,
    /// Heart rate asleep, beats a minute.
    SleepingHeartRate,
    /// The strain index.
    Index,
}

impl Outcome {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::LnRmssd, Self::Tst24, Self::SleepingHeartRate, Self::Index];

    /// The name used in events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::LnRmssd => "ln_rmssd",
            Self::Tst24 => "tst24_h",
            Self::SleepingHeartRate => "rhr_bpm",
            Self::Index => "index",
        }
    }

    /// Which way it is better.
    #[must_use]
    pub const fn better(self) -> Better {
        match self {
            Self::LnRmssd | Self::Tst24 => Better::Higher,
            Self::SleepingHeartRate | Self::Index => Better::Lower,
        }
    }
}

/// One outcome before and after the start; each phase is in order of time.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesCourse {
    /// Which.
    pub outcome: Outcome,
    /// The phase before the start.
    pub before: Vec<f64>,
    /// The phase after the wash-in, as far as it is over.
    pub after: Vec<f64>,
    /// The worker's own day-to-day SD before the start.
    pub sd: Option<f64>,
    /// The worker's own lag-1 autocorrelation, where enough days tell it.
    pub autocorrelation: Option<f64>,
}

/// A series judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Judged {
    pub(super) outcome: Outcome,
    pub(super) effect: Effect,
    pub(super) verdict: Verdict,
}

impl SeriesCourse {
    /// What can be said; `None` where a phase has no value.
    pub(super) fn judge(&self, settings: &Settings) -> Option<Judged> {
        let alike = self.autocorrelation.unwrap_or(settings.assumed_autocorrelation);
        let effect = effect(&self.before, &self.after, alike)?;
        let verdict = effect.verdict(self.outcome.better(), self.sd.unwrap_or(f64::NAN), &settings.effect);
        Some(Judged { outcome: self.outcome, effect, verdict })
    }
}

impl Judged {
    pub(super) fn change(&self) -> OutcomeChange {
        OutcomeChange {
            outcome: self.outcome.as_str().to_owned(),
            verdict: verdict_word(self.verdict),
            shift: self.effect.shift,
            interval: self.effect.interval.map(|interval| (interval.low, interval.high)),
            tau_u: Some(self.effect.tau_u),
            n: self.effect.n,
        }
    }
}

pub(super) const fn verdict_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Improved => "improved",
        Verdict::Unclear => "unclear",
        Verdict::Worse => "worse",
    }
}

/// Whether the nights alone say that things got better: one outcome did, and none got worse.
pub(super) fn is_improved(judged: &[Judged]) -> bool {
    judged.iter().any(|one| one.verdict == Verdict::Improved) && judged.iter().all(|one| one.verdict != Verdict::Worse)
}
