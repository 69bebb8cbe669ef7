//! The load comparison: how fast are readings taken, against a subscriber that does nothing?
//!
//! One run starts a real mosquitto, feeds the same readings of 1,000 workers alternately to a
//! subscriber that only acknowledges and to `vagus run`, and prints both speeds and their ratio.
//! Then everything is sent to `vagus run` once more: the counters and the receipts must show that each
//! reading was taken exactly once. Exit status 1 when the ratio is below its goal or the ledger is off.
//!
//! `cargo bench --bench pipeline -- --readings 1000000`

mod arguments;
mod broker;
mod feed;
mod ledger;
mod null;
mod probe;
mod publisher;
mod service;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use vagus::telemetry::latency::Stopwatch;

use arguments::{Arguments, Mode};
use broker::Broker;
use feed::{Feed, Plan, Shape};
use null::NullSubscriber;
use service::Service;

/// The topic root that the subscriber that does nothing listens to; as long as Vagus' own.
const NULL_ROOT: &str = "blank/v1";
/// The topic root of Vagus.
const VAGUS_ROOT: &str = "vagus/v1";
/// No progress for so long means that something is lost.
const STALL: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("pipeline: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    if arguments.probe {
        probe::run()?;
        return Ok(true);
    }
    let mut is_good = true;
    for mode in arguments.modes() {
        is_good &= compare(arguments, mode)?;
    }
    Ok(is_good)
}

/// Seconds that each side took for each round.
struct Round {
    readings: u64,
    null_s: f64,
    vagus_s: Option<f64>,
}

fn compare(arguments: &Arguments, mode: Mode) -> Result<bool> {
    let plan = Plan::new(arguments.readings, arguments.order, arguments.vendor_fields)?;
    let shape = mode.shape();
    let broker = Broker::start(&[])?;
    let null = NullSubscriber::start(broker.port, NULL_ROOT, arguments.receive_maximum)?;
    let service = if arguments.null_only { None } else { Some(Service::start(broker.port)?) };
    println!("{mode}: {} readings of {} workers, {} rounds", plan.readings(), feed::WORKERS, arguments.rounds);
    let mut rounds = Vec::new();
    for (number, windows) in plan.rounds(arguments.rounds).into_iter().enumerate() {
        let round = play(&broker, &null, service.as_ref(), &plan, windows, shape)?;
        print_round(number, &round);
        rounds.push(round);
    }
    let mut is_good = verdict(mode, &rounds);
    if let Some(service) = &service {
        is_good &= ledger::check(&broker, service, &plan)?;
    }
    Ok(is_good)
}

fn play(
    broker: &Broker,
    null: &NullSubscriber,
    service: Option<&Service>,
    plan: &Plan,
    windows: std::ops::Range<u32>,
    shape: Shape,
) -> Result<Round> {
    let feed = Feed::encode(NULL_ROOT, plan, windows.clone(), shape);
    let readings = feed.readings;
    let before = null.received();
    let watch = Stopwatch::start();
    publisher::publish(broker.port, "blank-feed", &feed)?;
    await_count(feed.messages(), || Ok(null.received() - before)).context("the subscriber that does nothing")?;
    let null_s = watch.elapsed_s();
    let Some(service) = service else { return Ok(Round { readings, null_s, vagus_s: None }) };
    let feed = Feed::encode(VAGUS_ROOT, plan, windows, shape);
    let before = service.counts()?.total();
    let watch = Stopwatch::start();
    publisher::publish(broker.port, "vagus-feed", &feed)?;
    await_count(readings, || Ok(service.counts()?.total() - before)).context("vagus run")?;
    Ok(Round { readings, null_s, vagus_s: Some(watch.elapsed_s()) })
}

/// Waits until `count` reaches `goal`.
fn await_count(goal: u64, count: impl Fn() -> Result<u64>) -> Result<()> {
    let mut last = 0;
    let mut moved = Stopwatch::start();
    loop {
        let now = count()?;
        if now >= goal {
            return Ok(());
        }
        if now > last {
            last = now;
            moved = Stopwatch::start();
        }
        ensure!(moved.elapsed_s() < STALL.as_secs_f64(), "stands at {now} of {goal} for {STALL:?}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[expect(clippy::cast_precision_loss, reason = "a speed for people")]
fn speed(readings: u64, seconds: f64) -> f64 {
    readings as f64 / seconds
}

fn print_round(number: usize, round: &Round) {
    let null = speed(round.readings, round.null_s);
    match round.vagus_s {
        Some(vagus_s) => {
            let vagus = speed(round.readings, vagus_s);
            println!("  round {number}: null {null:>9.0}/s  vagus {vagus:>9.0}/s  ratio {:.3}", vagus / null);
        }
        None => println!("  round {number}: null {null:>9.0}/s"),
    }
}

fn verdict(mode: Mode, rounds: &[Round]) -> bool {
    let readings = rounds.iter().map(|r| r.readings).sum();
    let null = speed(readings, rounds.iter().map(|r| r.null_s).sum());
    let Some(vagus_s) = rounds.iter().map(|r| r.vagus_s).sum::<Option<f64>>() else {
        println!("{mode}: null {null:.0} readings/s");
        return true;
    };
    let vagus = speed(readings, vagus_s);
    let ratio = vagus / null;
    let goal = mode.goal();
    let word = if ratio >= goal { "reached" } else { "MISSED" };
    println!("{mode}: null {null:.0} readings/s, vagus {vagus:.0} readings/s, ratio {ratio:.3}, goal {goal} {word}");
    ratio >= goal
}
