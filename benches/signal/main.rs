//! How long five minutes of beats take: cleaning and every time-domain metric together, for which the
//! aim is 20 µs on one core, and beside it two Python packages on the same windows.
//!
//! The packages are asked through `python3`, or the interpreter that is named:
//!
//! ```sh
//! python3 -m venv target/hrv
//! target/hrv/bin/pip install hrv-analysis==1.0.5 'nolds<0.6' 'setuptools<81' neurokit2==0.2.13
//! cargo bench --bench signal -- --python target/hrv/bin/python
//! ```

mod beats;

use std::hint::black_box;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use vagus::domain::reading::{BeatIntervals, Context};
use vagus::signal::distribution::{Distribution, distribution};
use vagus::signal::time_domain::{self, TimeDomain};
use vagus::signal::{analysis, r1, windows};

const AIM_US: f64 = 20.0;
const WINDOWS: u64 = 64;
const ROUNDS: usize = 301;
const WARM_UP: Duration = Duration::from_secs(1);

fn main() {
    let recordings: Vec<Vec<f64>> = (1..=WINDOWS).map(beats::five_minutes).collect();
    let count: usize = recordings.iter().map(Vec::len).sum();
    println!("{WINDOWS} windows of five minutes, {} beats each on average; µs per window:", count / recordings.len());
    let ours = measure(&recordings, |rr_ms| clean_and_measure(rr_ms));
    print_line("cleaning and all time-domain metrics", ours);
    print_line("  of which cleaning", measure(&recordings, |rr_ms| r1::clean(rr_ms, r1::FLOOR_MS)));
    let readings: Vec<BeatIntervals> = recordings.iter().cloned().map(reading).collect();
    print_line("a reading through windows and grades", measure(&readings, windows));
    let report = |rr_ms: &Vec<f64>| analysis::cleaned(rr_ms, r1::FLOOR_MS);
    print_line("the report of `vagus hrv`, with spectrum", measure(&recordings, report));
    let verdict = if ours.median < AIM_US { "within" } else { "NOT within" };
    println!("{verdict} the aim of {AIM_US} µs\n");
    compare(&recordings, ours);
}

/// Every metric of the time domain, ratios and both stress indices too.
struct Metrics {
    _time: TimeDomain,
    _ratios: [Option<f64>; 3],
    _distribution: Option<Distribution>,
    _stress: [Option<f64>; 2],
}

fn clean_and_measure(rr_ms: &[f64]) -> Metrics {
    let cleaned = r1::clean(rr_ms, r1::FLOOR_MS);
    let time = time_domain::metrics(&cleaned.nn_ms, &cleaned.valid);
    let distribution = distribution(&cleaned.nn_ms, &cleaned.valid);
    let stress = distribution.map(|found| [found.stress_index(), found.stress_index_by_median()]);
    Metrics {
        _time: time,
        _ratios: [time.cvnn(), time.cvsd(), time.sd1_sd2()],
        _distribution: distribution,
        _stress: stress.unwrap_or_default(),
    }
}

fn reading(rr_ms: Vec<f64>) -> BeatIntervals {
    let start = jiff::Timestamp::UNIX_EPOCH;
    BeatIntervals { device: None, start, rr_ms, end_ms: None, context: Context::SleepMain }
}

/// µs per window, over rounds of all windows.
#[derive(Clone, Copy)]
struct Cost {
    fastest: f64,
    median: f64,
}

#[expect(clippy::disallowed_methods, reason = "a bench measures time")]
fn measure<I, O>(inputs: &[I], work: impl Fn(&I) -> O) -> Cost {
    let round = || {
        let begin = Instant::now();
        for input in inputs {
            black_box(work(black_box(input)));
        }
        begin.elapsed().as_secs_f64() * 1e6 / inputs.len() as f64
    };
    // A processor that was idle takes a while until it runs at its speed.
    let begin = Instant::now();
    while begin.elapsed() < WARM_UP {
        round();
    }
    // A round of what takes long is exact enough without hundreds of them.
    let rounds = if round() > 200.0 { 11 } else { ROUNDS };
    let mut costs: Vec<f64> = (0..rounds).map(|_| round()).collect();
    costs.sort_unstable_by(f64::total_cmp);
    Cost { fastest: costs[0], median: costs[rounds / 2] }
}

fn print_line(name: &str, cost: Cost) {
    println!("  {name:<42} {:>9.2}   (fastest round {:.2})", cost.median, cost.fastest);
}

/// The same windows through the Python packages, in a process of their own; they time themselves.
fn compare(recordings: &[Vec<f64>], ours: Cost) {
    let python = std::env::args().skip_while(|argument| argument != "--python").nth(1);
    let python = python.unwrap_or_else(|| "python3".to_owned());
    match packages(&python, recordings) {
        Ok(lines) => {
            for line in lines.lines() {
                match line.split_once('\t').map(|(name, cost)| (name, cost.parse::<f64>())) {
                    Some((name, Ok(cost))) => {
                        println!("  {name:<42} {cost:>9.0}   {:.0} times as long", cost / ours.median);
                    }
                    _ => println!("  {line}"),
                }
            }
        }
        Err(error) => println!("  {python} did not run ({error})"),
    }
    println!("  (the begin of benches/signal/main.rs says how to install the packages)");
}

fn packages(python: &str, recordings: &[Vec<f64>]) -> std::io::Result<String> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/signal/packages.py");
    let mut child = Command::new(python).arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    if let Some(mut input) = child.stdin.take() {
        for rr_ms in recordings {
            let line: Vec<String> = rr_ms.iter().map(f64::to_string).collect();
            writeln!(input, "{}", line.join(" "))?;
        }
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        return Err(std::io::Error::other(output.status.to_string()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
