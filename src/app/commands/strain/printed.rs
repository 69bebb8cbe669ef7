//! Strain as tables and as JSON.

use std::fmt::Write as _;
use std::io;

use comfy_table::Table;
use serde::Serialize;
use serde_json::{Value, json};

use super::Judged;
use super::check::{Area, Check, Read};
use crate::indicators::daytime::labelled::Kind;
use crate::indicators::daytime::{Point, State};
use crate::statistics::Interval;

fn table_with(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(comfy_table::presets::NOTHING);
    table.set_header(header.to_vec());
    table
}

fn decimals(value: Option<f64>, places: usize) -> String {
    value.map_or_else(|| "-".to_owned(), |value| format!("{value:.places$}"))
}

/// For reading: a line a minute of one recording, a line each of several, then the check.
pub(super) fn table(judged: &[Judged], check: &Check) -> String {
    let mut text = String::new();
    if let [one] = judged {
        let _ = writeln!(text, "{}\n{}\n", one.named.name, course(one));
    }
    let _ = writeln!(text, "{}", summaries(judged));
    if !check.read.is_empty() {
        let _ = writeln!(text, "\nwhat labelled minutes read as\n{}", states(&check.read));
    }
    if !check.areas.is_empty() {
        let _ =
            writeln!(text, "\nstress against rest: area under the ROC curve [95 % interval]\n{}", areas(&check.areas));
    }
    if let Some((difference, interval)) = check.over_heart_rate {
        let Interval { low, high } = interval;
        let _ = writeln!(text, "\nu over heart rate alone, pooled: {difference:+.3} [{low:+.3}, {high:+.3}]");
    }
    text
}

fn course(judged: &Judged) -> Table {
    let mut table = table_with(&["minute", "hr_bpm", "rmssd_ms", "u", "strain_now", "state", "label", "tag"]);
    for point in &judged.strain.points {
        let at_s = seconds(judged, point);
        let label = judged.labels.iter().find(|label| label.start_s <= at_s - 60.0 && at_s <= label.end_s);
        let tags = judged.named.tags_s.iter().filter(|tag| (at_s - 60.0..at_s).contains(*tag)).count();
        let device = point.window.device_hr_bpm.filter(|_| point.window.hr_bpm.is_none());
        table.add_row([
            format!("{:.0}", at_s / 60.0),
            // In brackets what the device believed, where no beats were found.
            device.map_or_else(|| decimals(point.window.hr_bpm, 1), |hr| format!("({hr:.1})")),
            decimals(point.window.ln_rmssd.map(f64::exp), 1),
            decimals(point.u, 2),
            decimals(point.strain_now, 1),
            point.state.as_str().to_owned(),
            label.map_or("", |label| name_of(label.kind)).to_owned(),
            "*".repeat(tags),
        ]);
    }
    table
}

fn seconds(judged: &Judged, point: &Point) -> f64 {
    point.at.duration_since(judged.named.recording.start).as_secs_f64()
}

const fn name_of(kind: Kind) -> &'static str {
    match kind {
        Kind::Rest => "rest",
        Kind::Stress => "stress",
        Kind::Activity => "activity",
    }
}

fn summaries(judged: &[Judged]) -> Table {
    let mut header = vec!["recording", "minutes", "load", "coverage", "peak", "busy_above_bpm", "compared_with"];
    header.extend(State::ALL.iter().map(|state| state.as_str()));
    let mut table = table_with(&header);
    for one in judged {
        let strain = &one.strain;
        let mut row = vec![
            one.named.name.clone(),
            format!("{:.0}", strain.minutes.total()),
            decimals(strain.load, 2),
            format!("{:.2}", strain.coverage),
            decimals(strain.peak, 1),
            decimals(strain.busy_above_bpm, 0),
            strain.basis.as_str().to_owned(),
        ];
        row.extend(State::ALL.iter().map(|state| format!("{:.0}", strain.minutes.of(*state))));
        table.add_row(row);
    }
    table
}

fn states(read: &[Read]) -> Table {
    let mut header = vec!["label", "minutes"];
    header.extend(State::ALL.iter().map(|state| state.as_str()));
    let mut table = table_with(&header);
    for read in read {
        let mut row = vec![read.label.to_owned(), read.minutes.to_string()];
        row.extend(shares(read).iter().map(|share| format!("{:.1} %", share * 100.0)));
        table.add_row(row);
    }
    table
}

fn shares(read: &Read) -> [f64; State::ALL.len()] {
    let of = |n: usize| u32::try_from(n).map_or(0.0, f64::from);
    read.by_state.map(|minutes| if read.minutes > 0 { of(minutes) / of(read.minutes) } else { 0.0 })
}

fn areas(areas: &[Area]) -> Table {
    let mut table = table_with(&["in minutes", "value", "n", "people", "pooled", "mean of persons"]);
    let interval = |interval: Interval| format!("[{:.3}, {:.3}]", interval.low, interval.high);
    for area in areas {
        let found = &area.found;
        let own = found.per_person.zip(found.per_person_interval);
        table.add_row([
            area.minutes.to_owned(),
            area.value.to_owned(),
            found.moments.to_string(),
            found.people.to_string(),
            format!("{:.3} {}", found.pooled, interval(found.pooled_interval)),
            own.map_or_else(|| "-".to_owned(), |(mean, of)| format!("{mean:.3} {}", interval(of))),
        ]);
    }
    table
}

#[derive(Serialize)]
struct PrintedPoint {
    t_s: f64,
    hr_bpm: Option<f64>,
    device_hr_bpm: Option<f64>,
    rmssd_ms: Option<f64>,
    u: Option<f64>,
    strain_now: Option<f64>,
    state: &'static str,
}

/// For machines: everything, on one line.
pub(super) fn json(judged: &[Judged], check: &Check) -> Result<String, io::Error> {
    let recordings: Vec<Value> = judged.iter().map(recording).collect();
    let bounds = |interval: Interval| json!([interval.low, interval.high]);
    let areas: Vec<Value> = check
        .areas
        .iter()
        .map(|Area { minutes, value, found }| {
            json!({
                "minutes": minutes, "value": value, "n": found.moments, "people": found.people,
                "pooled": found.pooled, "pooled_ci95": bounds(found.pooled_interval),
                "per_person": found.per_person, "per_person_ci95": found.per_person_interval.map(bounds),
            })
        })
        .collect();
    let read: Vec<Value> = check
        .read
        .iter()
        .map(|read| json!({"label": read.label, "minutes": read.minutes, "shares": by_state(shares(read))}))
        .collect();
    let over = check.over_heart_rate.map(|(difference, of)| json!({"difference": difference, "ci95": bounds(of)}));
    let whole = json!({"recordings": recordings, "labelled": read, "areas": areas, "u_over_heart_rate": over});
    Ok(serde_json::to_string(&whole)? + "\n")
}

fn by_state(values: [f64; State::ALL.len()]) -> Value {
    State::ALL.iter().zip(values).map(|(state, value)| (state.as_str().to_owned(), json!(value))).collect()
}

fn recording(judged: &Judged) -> Value {
    let strain = &judged.strain;
    let point = |point: &Point| PrintedPoint {
        t_s: seconds(judged, point),
        hr_bpm: point.window.hr_bpm,
        device_hr_bpm: point.window.device_hr_bpm,
        rmssd_ms: point.window.ln_rmssd.map(f64::exp),
        u: point.u,
        strain_now: point.strain_now,
        state: point.state.as_str(),
    };
    json!({
        "name": judged.named.name,
        "load": strain.load,
        "coverage": strain.coverage,
        "peak": strain.peak,
        "busy_above_bpm": strain.busy_above_bpm,
        "compared_with": strain.basis.as_str(),
        "minutes": by_state(State::ALL.map(|state| strain.minutes.of(state))),
        "points": strain.points.iter().map(point).collect::<Vec<_>>(),
    })
}
