//! A backtest on a recorded feed: the same messages through the same engine, once under each rule file.

use std::collections::BTreeMap;
use std::io::BufRead;

use super::cases::{Case, Cases};
use super::chance::Chance;
use super::report::{Looked, Report};
use super::{Plan, chance};
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
/// The days of a worker go from the first message to the end of the recording. Chance is reckoned
/// from the nights that the engine still remembers then, as for a stored history.
///
/// # Errors
/// [`ReplayError`] where the recording cannot be read.
pub fn backtest<R: BufRead>(
    plan: &Plan,
    settings: &replay::Settings,
    mut open: impl FnMut() -> std::io::Result<R>,
    mut looked: impl FnMut(),
) -> Result<Report, ReplayError> {
    let mut run = |engine: &engine::Settings| -> Result<(Fed, Changes), ReplayError> {
        let settings = replay::Settings { engine: engine.clone(), ..settings.clone() };
        let mut changes = Changes::new();
        let fed = replay::feed(&settings, open()?, FollowUp::DoneWhenDue, |decision| {
            changes.entry(decision.worker).or_default().push((decision.at, decision.change.clone()));
            Ok(())
        })?;
        Ok((fed, changes))
    };
    // One engine's workers at a time are in memory.
    let (_, mut new) = run(&plan.engines.new)?;
    let (fed, mut old) = run(&plan.engines.old)?;
    let mut report = Report::default();
    let Some(end) = fed.end else { return Ok(report) };
    for (number, history) in fed.shards.histories() {
        let Some(first) = fed.first_heard.get(&number) else { continue };
        let zone = &history.profile.time_zone;
        let date = |at: Timestamp| zone.to_datetime(at).date();
        let span = Span { first: date(*first), last: date(end), has_earlier: false };
        let engines = plan.engines.as_ref();
        let cases = super::Sides {
            old: cases(old.remove(&number).unwrap_or_default(), zone, engines.old),
            new: cases(new.remove(&number).unwrap_or_default(), zone, engines.new),
        };
        let chance = chance_of(number, history, end, plan);
        report.add(Looked { worker: history.profile.key.clone(), span, cases, chance }, plan);
        looked();
    }
    report.sort();
    Ok(report)
}

fn cases(changes: Vec<(Timestamp, CaseChange)>, zone: &TimeZone, engine: &engine::Settings) -> Vec<Case> {
    let mut cases = Cases::default();
    for (at, change) in changes {
        cases.learn(zone.to_datetime(at).date(), at, &change, chance::cool_down(engine));
    }
    cases.into_list()
}

fn chance_of(worker: WorkerNumber, history: &WorkerHistory, end: Timestamp, plan: &Plan) -> Chance {
    let last = history.profile.time_zone.to_datetime(end).date();
    let span = last.yesterday().ok().and_then(|last| lookback::span(history, last));
    span.map_or_else(Chance::default, |span| chance::of_worker(worker, history, span, plan))
}
