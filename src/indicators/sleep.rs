//! Sleep over the last days: duration against need, debt, continuity.

/// Sleep of the last 7 days, and the debt of the last 14.
///
/// # Source
/// Domain reference, sections 4.3 and 4.6.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SleepWindow {
    /// Nights of the last seven that have sleep.
    pub nights: u32,
    /// Mean sleep of a worker-day, naps included.
    pub tst7_h: f64,
    /// The worker's need.
    pub need_h: f64,
    /// What the nights of the last fourteen days fell short of the need, net, at least 0.
    pub debt14_h: f64,
    /// Mean sleep efficiency, where enough nights have one.
    pub se7_pct: Option<f64>,
    /// Mean wake after sleep onset, where enough nights have it.
    pub waso7_min: Option<f64>,
    /// Nights of the last seven below six hours.
    pub short_nights: u32,
    /// Whether this day alone is poor; [`super::DayIndicators::is_sleep_poor`] tells whether it lasts.
    pub is_poor_day: bool,
}
