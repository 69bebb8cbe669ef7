//! How long the console lets a physician wait, with a large plant behind it and readings coming in.
//!
//! Starts `vagus demo` with 10,000 invented workers, lets their 90 days pass, then publishes 1,000 readings a
//! second to its broker and asks for pages of the inbox, of workers and of cases, one after the other. Prints the
//! 50th, 95th and 99th percentile of each, and what memory, disk and processor it took; exit status 1 where a 95th is over the limit, or where fewer readings
//! were kept than should have been.
//!
//! `cargo bench --bench console`

mod demo;
mod footprint;
mod load;
mod pages;

use std::process::ExitCode;

use anyhow::{Result, ensure};
use clap::Parser;
use vagus::telemetry::latency::Stopwatch;

use demo::Demo;
use load::Load;
use pages::{Kind, Visitor};

/// Measures how fast pages of the console are answered while readings come in.
#[derive(Debug, Parser)]
struct Arguments {
    /// How many workers are invented.
    #[arg(long, default_value_t = 10_000)]
    workers: u32,
    /// How many days of each.
    #[arg(long, default_value_t = 90)]
    days: u32,
    /// How many readings a second come in meanwhile.
    #[arg(long, default_value_t = 1_000)]
    readings_per_s: u32,
    /// How many pages of each kind are asked for.
    #[arg(long, default_value_t = 500)]
    requests: u32,
    /// What a 95th percentile must stay under, in milliseconds.
    #[arg(long, default_value_t = 50.0)]
    limit_ms: f64,
    /// Given by `cargo bench`; means nothing here.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("console: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    let watch = Stopwatch::start();
    let demo = Demo::start(arguments.workers, arguments.days)?;
    println!("{} workers, {} days: there after {:.0} s", arguments.workers, arguments.days, watch.elapsed_s());
    println!("{}", demo.footprint()?);
    let mut visitor = Visitor::sign_in(demo.console())?;
    let cases = visitor.cases()?;
    ensure!(!cases.is_empty(), "there is no open case");
    println!("{} cases on the first page of the inbox, {} bytes", cases.len(), visitor.inbox_bytes);
    let worker = |turn: u32| format!("w-{:04}", turn.wrapping_mul(7_919) % arguments.workers + 1);
    let case = |turn: u32| &cases[turn as usize % cases.len()];

    let (before, processor_s) = (demo.accepted()?, demo.footprint()?.processor_s);
    let load = Load::start(demo.broker(), arguments.workers, arguments.readings_per_s);
    let watch = Stopwatch::start();
    // The kinds take turns, so that each meets the same noise.
    for turn in 0..arguments.requests {
        visitor.ask(Kind::Inbox, "/cases")?;
        visitor.ask(Kind::Worker, &format!("/workers/{}/{}", demo::SITE, worker(turn)))?;
        visitor.ask(Kind::Case, case(turn))?;
    }
    let took_s = watch.elapsed_s();
    let sent = load.stop()?;
    let kept = demo.await_accepted(before + sent)? - before;

    let footprint = demo.footprint()?;
    let share = 100.0 * (footprint.processor_s - processor_s) / took_s;
    println!("{footprint}; meanwhile {share:.0} % of one core, for pages and broker too");
    println!("{sent} readings sent in {took_s:.1} s, {:.0} a second; {kept} kept", sent as f64 / took_s);
    let mut is_good = kept >= sent && sent as f64 >= 0.95 * took_s * f64::from(arguments.readings_per_s);
    for (kind, [half, most, nearly_all]) in visitor.percentiles_ms() {
        let is_under = most < arguments.limit_ms;
        is_good &= is_under;
        println!(
            "{kind:<8} 50 % {half:6.1} ms   95 % {most:6.1} ms   99 % {nearly_all:6.1} ms   {}",
            if is_under { "under the limit" } else { "OVER the limit" }
        );
    }
    Ok(is_good)
}
