//! How often chance alone makes a healthy worker look strained, and how soon a real change is seen.
//!
//! Healthy workers are simulated for a year, one night after the other: ln(RMSSD) is a first-order
//! autoregressive series about the worker's own mean, and one night in five is missing. The test
//! holds the bare state machine to the table of the domain reference, section 3.4, and prints
//! beside it what the full configuration, other detectors and the whole engine do. In a debug build
//! a tenth of the workers is simulated and only the table is printed.

#![expect(clippy::cast_possible_truncation, reason = "seeds, counts of days and points of questionnaires are small")]

mod detectors;
mod engine;
mod people;
mod track;

use std::io::Write as _;
use std::sync::OnceLock;

use vagus::indicators::streaming::Welford;

/// Worker-years of each simulation.
pub(crate) const WORKERS: u64 = if cfg!(debug_assertions) { 100 } else { 1000 };
/// Nights before the year that is counted: the first reference is full by then.
pub(crate) const BURN_IN: usize = 68;
pub(crate) const YEAR: usize = 365;
/// Night-to-night autocorrelations.
pub(crate) const RHOS: [f64; 3] = [0.0, 0.3, 0.5];

/// Says a table past the test harness, which keeps what is printed to itself.
pub(crate) fn say(text: &str) {
    // Whole tables at once: tests run side by side.
    static LOCK: OnceLock<std::sync::Mutex<()>> = OnceLock::new();
    let _one_at_a_time = LOCK.get_or_init(Default::default).lock();
    let _ = writeln!(std::io::stderr(), "\n{text}");
}

/// Runs `of` for every worker on all processors. The result does not depend on how many there are.
pub(crate) fn each<T: Send>(workers: u64, of: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get() as u64);
    std::thread::scope(|scope| {
        let part = |t: u64| (t..workers).step_by(threads as usize);
        let of = &of;
        let handles: Vec<_> =
            (0..threads).map(|t| scope.spawn(move || part(t).map(|w| (w, of(w))).collect::<Vec<_>>())).collect();
        let mut all: Vec<(u64, T)> = handles.into_iter().flat_map(|h| h.join().expect("no panic")).collect();
        all.sort_by_key(|(worker, _)| *worker);
        all.into_iter().map(|(_, found)| found).collect()
    })
}

/// A rate a worker-year, with its standard error between workers.
pub(crate) fn rate(counts: &[u32]) -> (f64, f64) {
    let mut all = Welford::default();
    counts.iter().for_each(|n| all.push(f64::from(*n)));
    (all.mean().unwrap_or(0.0), all.sd().unwrap_or(0.0) / all.count().sqrt())
}

/// Median of the delays, missing ones counting as endless, and the share within 14 days.
pub(crate) fn delays(mut found: Vec<Option<usize>>) -> String {
    let n = found.len();
    found.sort_by_key(|d| d.unwrap_or(usize::MAX));
    let median = found.get(n / 2).copied().flatten().map_or("-".to_owned(), |d| d.to_string());
    let soon = found.iter().flatten().filter(|d| **d <= 14).count();
    format!("{median:>3} ({:.2})", soon as f64 / n.max(1) as f64)
}
