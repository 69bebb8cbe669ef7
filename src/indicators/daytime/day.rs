//! The strain of a day or a recording, window by window and as a whole.

use crate::domain::history::StoredWindow;
use crate::domain::reading::Context;
use crate::domain::{TimeZone, Timestamp};

use super::activity::{self, Effort};
use super::reference::{self, Usual};
use super::rest::Rest;
use super::window::{self, Window};
use super::{CONTEXTS, Settings};

/// What must be known of a person beside the windows.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    /// Age; none, and the settings' assumed age is used.
    pub age_years: Option<f64>,
    /// Resting heart rate, if it is known from elsewhere, as from sleep; none, and a low quantile of
    /// the reference or of the recording is used.
    pub resting_hr_bpm: Option<f64>,
    /// Whose hours the daily rhythm follows.
    pub time_zone: TimeZone,
}

/// What a window tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Clearly below what is usual for the person.
    Calm,
    /// As usual.
    Usual,
    /// Clearly above what is usual.
    Strained,
    /// The body is busy or was so lately: strain cannot be told.
    Activity,
    /// The heart rate is missing or cannot be believed; or it would be strained, on the device's own
    /// estimate of the heart rate alone.
    NoData,
    /// Too little is known of the person to compare with.
    Learning,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 6] = [Self::Calm, Self::Usual, Self::Strained, Self::Activity, Self::NoData, Self::Learning];

    /// The state's name in tables and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Usual => "usual",
            Self::Strained => "strained",
            Self::Activity => "activity",
            Self::NoData => "no_data",
            Self::Learning => "learning",
        }
    }
}

/// One window, judged.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// End of the window: when this could be known.
    pub at: Timestamp,
    /// The window.
    pub window: Window,
    /// Strain of this window alone, in spreads above the person's usual; none where `state` says why.
    pub u: Option<f64>,
    /// Strain of the moment, 0 to 100, where 50 is usual; there exactly when `u` is.
    pub strain_now: Option<f64>,
    /// What it means.
    pub state: State,
}

/// What windows were compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The person's own days before.
    OwnDays,
    /// The quiet part of the same windows: nothing can be said of whether all of it was high.
    Recording,
    /// Nothing yet.
    Nothing,
}

impl Basis {
    /// The basis' name in tables and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OwnDays => "own_days",
            Self::Recording => "recording",
            Self::Nothing => "nothing",
        }
    }
}

/// Minutes spent in each state.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Minutes {
    by_state: [f64; State::ALL.len()],
}

impl Minutes {
    /// Minutes in one state.
    #[must_use]
    pub const fn of(&self, state: State) -> f64 {
        self.by_state[state as usize]
    }

    /// Minutes with windows.
    #[must_use]
    pub fn total(&self) -> f64 {
        self.by_state.iter().sum()
    }
}

/// The strain of a day or a recording.
#[derive(Debug, Clone, PartialEq)]
pub struct DayStrain {
    /// Every window that was told of, by time.
    pub points: Vec<Point>,
    /// Shift load: mean of max(0, u) over usable time; none without any.
    pub load: Option<f64>,
    /// Usable time over all time from the first window's begin to the last one's end, 0 to 1.
    pub coverage: f64,
    /// The highest strain of the moment.
    pub peak: Option<f64>,
    /// Minutes in each state.
    pub minutes: Minutes,
    /// What was compared with.
    pub basis: Basis,
    /// The heart rate above which the body counted as busy; none without any heart rate.
    pub busy_above_bpm: Option<f64>,
}

/// The strain of a day's windows as they are kept, against what is usual for the person.
///
/// `windows` may come in any order and from several bands; those of sleep and of lying still are
/// passed by. Where nothing is known of what is usual, the quiet part of
/// the windows serves.
#[must_use]
pub fn day(windows: &[StoredWindow], usual: &Usual, person: &Person, settings: &Settings) -> DayStrain {
    let windows: Vec<Window> = windows.iter().map(|stored| Window::from_stored(stored, settings)).collect();
    strain(&windows, usual, person, settings)
}

/// The strain of windows, in any order; see [`day`].
///
/// # Source
/// Domain reference, section 5.7.
#[must_use]
pub fn strain(windows: &[Window], usual: &Usual, person: &Person, settings: &Settings) -> DayStrain {
    let windows = window::ordered(windows.iter().copied());
    let resting = person
        .resting_hr_bpm
        .filter(|hr| (25.0..=150.0).contains(hr))
        .or(usual.resting_hr_bpm)
        .or_else(|| activity::resting_hr_bpm(&windows, settings));
    let above = resting.map(|resting| settings.busy_above_bpm(resting, person.age_years));
    let mut efforts = activity::efforts(&windows, above.unwrap_or(f64::INFINITY), settings);
    let minutes = window::minutes(&windows);
    let rests = Rests::new(&windows, &efforts, &minutes, usual, settings);
    activity::recover(&windows, &mut efforts, settings, |window| {
        rests.of(window.context)?.hr_z(window, reference::hour_of_day(window, person), settings)
    });
    let mut mean = Mean::default();
    let points: Vec<Point> = windows
        .iter()
        .zip(&efforts)
        .zip(&minutes)
        .map(|((window, effort), minutes)| {
            let (u, otherwise) = match effort {
                Effort::Busy => (None, State::Activity),
                Effort::Doubtful => (None, State::NoData),
                Effort::Quiet if window.any_hr_bpm().is_none() => (None, State::NoData),
                Effort::Quiet => {
                    let hour = reference::hour_of_day(window, person);
                    (rests.of(window.context).and_then(|rest| rest.u(window, hour, settings)), State::Learning)
                }
            };
            let strain_now = mean.after(window.end(), *minutes, u, *effort, settings);
            let state = strain_now.map_or(otherwise, |strain| state_of(strain, settings));
            // An estimate made in movement may add to strain, but is not called that by itself.
            let is_unfounded = state == State::Strained && window.hr_bpm.is_none();
            let state = if is_unfounded { State::NoData } else { state };
            Point { at: window.end(), window: *window, u, strain_now, state }
        })
        .collect();
    summary(points, &minutes, rests.basis, above)
}

fn state_of(strain_now: f64, settings: &Settings) -> State {
    if strain_now >= settings.strained_from {
        State::Strained
    } else if strain_now < settings.calm_below {
        State::Calm
    } else {
        State::Usual
    }
}

fn summary(points: Vec<Point>, minutes: &[f64], basis: Basis, busy_above_bpm: Option<f64>) -> DayStrain {
    let (mut by_state, mut usable, mut load) = ([0.0; State::ALL.len()], 0.0, 0.0);
    for (point, minutes) in points.iter().zip(minutes) {
        by_state[point.state as usize] += minutes;
        if let Some(u) = point.u {
            usable += minutes;
            load += minutes * u.max(0.0);
        }
    }
    let begin = points.iter().map(|point| point.window.start).min();
    let end = points.last().map(|point| point.at);
    let span = begin.zip(end).map_or(0.0, |(begin, end)| end.duration_since(begin).as_secs_f64() / 60.0);
    DayStrain {
        load: (usable > 0.0).then(|| load / usable),
        coverage: if span > 0.0 { (usable / span).min(1.0) } else { 0.0 },
        peak: points.iter().filter_map(|point| point.strain_now).max_by(f64::total_cmp),
        minutes: Minutes { by_state },
        basis,
        busy_above_bpm,
        points,
    }
}

/// What windows of each context are compared with.
struct Rests {
    of: [Option<Rest>; CONTEXTS.len()],
    basis: Basis,
}

impl Rests {
    fn new(windows: &[Window], efforts: &[Effort], minutes: &[f64], usual: &Usual, settings: &Settings) -> Self {
        if usual.rests.iter().any(Option::is_some) {
            return Self { of: usual.rests, basis: Basis::OwnDays };
        }
        let is_quiet = |at: usize| efforts[at] == Effort::Quiet && windows[at].any_hr_bpm().is_some();
        let quiet: Vec<usize> = (0..windows.len()).filter(|at| is_quiet(*at)).collect();
        if quiet.iter().map(|at| minutes[*at]).sum::<f64>() < settings.recording_min {
            return Self { of: [None; CONTEXTS.len()], basis: Basis::Nothing };
        }
        // One recording is one stretch of wear: what was rest in it is rest for all its contexts.
        let resting: Vec<usize> =
            quiet.iter().copied().filter(|at| windows[*at].context == Context::RestSeated).collect();
        let rested: f64 = resting.iter().map(|at| minutes[*at]).sum();
        let chosen = if rested >= settings.recording_min { resting } else { quiet };
        let chosen: Vec<&Window> = chosen.into_iter().map(|at| &windows[at]).collect();
        Self { of: [Some(Rest::of_recording(&chosen, settings)); CONTEXTS.len()], basis: Basis::Recording }
    }

    fn of(&self, context: Context) -> Option<&Rest> {
        let place = CONTEXTS.iter().position(|known| *known == context)?;
        self.of[place].as_ref()
    }
}

/// The exponentially weighted mean of u. It starts from 0, what is usual, so that one odd window
/// after a pause cannot read as strain.
#[derive(Default)]
struct Mean {
    value: f64,
    last: Option<Timestamp>,
}

/// Scale and limit of the strain of the moment (domain reference, section 5.7).
const USUAL: f64 = 50.0;
const PER_SPREAD: f64 = 20.0;
const LIMIT: f64 = 2.5;

impl Mean {
    /// Strain of the moment at the end of a window that adds `minutes`.
    fn after(
        &mut self,
        at: Timestamp,
        minutes: f64,
        u: Option<f64>,
        effort: Effort,
        settings: &Settings,
    ) -> Option<f64> {
        if effort == Effort::Busy {
            *self = Self::default();
        }
        let u = u?;
        let gap_min = self.last.map(|last| at.duration_since(last).as_secs_f64() / 60.0);
        let gap_min = match gap_min {
            Some(gap) if gap <= settings.longest_gap_min => gap,
            Some(_) | None => {
                self.value = 0.0;
                minutes
            }
        };
        let kept = 0.5_f64.powf(gap_min / settings.half_life_min.max(f64::MIN_POSITIVE));
        self.value = kept * self.value + (1.0 - kept) * u;
        self.last = Some(at);
        Some(USUAL + PER_SPREAD * self.value.clamp(-LIMIT, LIMIT))
    }
}
