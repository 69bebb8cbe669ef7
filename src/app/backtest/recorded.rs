//! A backtest on a recorded feed: the same messages through the same engine, once under each rule file.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::cases::{Case, Cases};
use super::chance::Chance;
use super::report::{Looked, Report};
use super::{Plan, Sides, chance, cool_down, crowd};
use crate::app::replay::{self, Fed, FollowUp, ReplayError};
use crate::domain::case::CaseChange;
use crate::domain::history::WorkerHistory;
use crate::domain::ids::WorkerNumber;
use crate::domain::{TimeZone, Timestamp};
use crate::engine;
use crate::engine::lookback::{self, Span};

/// The changes of every worker's cases, with their times.
type Changes = BTreeMap<WorkerNumber, Vec<(Timestamp, CaseChange)>>;

/// Replays a recording under both rule files and compares; `open` opens it, once for each, and
/// `looked` hears of every worker whose chance was reckoned.
///
/// Where there are two cores both are replayed at the same time, and all workers are in memory twice.
///
/// The days of a worker go from the first message to the end of the recording. Chance is reckoned
/// from the nights that the engine still remembers then, as for a stored history.
///
/// # Errors
/// [`ReplayError`] where the recording cannot be read.
pub fn backtest<R: BufRead>(
    plan: &Plan,
    settings: &replay::Settings,
    open: impl Fn() -> std::io::Result<R> + Sync,
    mut looked: impl FnMut(),
) -> Result<Report, ReplayError> {
    let run = |engine: &engine::Settings| -> Result<(Fed, Changes), ReplayError> {
        let settings = replay::Settings { engine: engine.clone(), ..settings.clone() };
        let mut changes = Changes::new();
        let fed = replay::feed(&settings, open()?, FollowUp::EndsWhenDue, |decision| {
            changes.entry(decision.worker).or_default().push((decision.at, decision.change.clone()));
            Ok(())
        })?;
        Ok((fed, changes))
    };
    let cores = crowd::cores();
    let changes_of = |engine| run(engine).map(|(_, changes)| changes);
    let (new, old) = if cores.get() > 1 {
        std::thread::scope(|scope| {
            let new = scope.spawn(|| changes_of(&plan.engines.new));
            let old = run(&plan.engines.old);
            (new.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), old)
        })
    } else {
        (changes_of(&plan.engines.new), run(&plan.engines.old))
    };
    let (mut new, (fed, mut old)) = (new?, old?);
    let mut report = Report::default();
    let Some(end) = fed.end else { return Ok(report) };
    crowd::look_at_each(
        cores,
        |hand| {
            for (number, history) in fed.shards.histories() {
                let Some(first) = fed.first_heard.get(&number) else { continue };
                let changes = Sides {
                    old: old.remove(&number).unwrap_or_default(),
                    new: new.remove(&number).unwrap_or_default(),
                };
                hand((number, history, *first, changes));
            }
        },
        |(number, history, first, changes)| look_at(number, history, (first, end), changes, plan),
        |one| {
            report.add(one, plan);
            looked();
        },
    );
    report.sort();
    Ok(report)
}

/// Puts one worker's cases side by side, and reckons chance.
fn look_at(
    number: WorkerNumber,
    history: &WorkerHistory,
    (first, end): (Timestamp, Timestamp),
    changes: Sides<Vec<(Timestamp, CaseChange)>>,
    plan: &Plan,
) -> Looked {
    let zone = &history.profile.time_zone;
    let date = |at: Timestamp| zone.to_datetime(at).date();
    let span = Span { first: date(first), last: date(end), has_earlier: false };
    let engines = plan.engines.as_ref();
    let cases = Sides { old: cases(changes.old, zone, engines.old), new: cases(changes.new, zone, engines.new) };
    let (worker, unit) = (history.profile.key.clone(), history.profile.unit.clone());
    Looked { worker, unit, span, cases, chance: chance_of(number, history, end, plan) }
}

fn cases(changes: Vec<(Timestamp, CaseChange)>, zone: &TimeZone, engine: &engine::Settings) -> Vec<Case> {
    let mut cases = Cases::default();
    for (at, change) in changes {
        cases.learn(zone.to_datetime(at).date(), at, &change, cool_down(engine));
    }
    cases.into_list()
}

fn chance_of(worker: WorkerNumber, history: &WorkerHistory, end: Timestamp, plan: &Plan) -> Chance {
    let last = history.profile.time_zone.to_datetime(end).date();
    let span = last.yesterday().ok().and_then(|last| lookback::span(history, last));
    span.map_or_else(Chance::default, |span| chance::of_worker(&mut plan.look_back(worker, history, span), plan))
}
