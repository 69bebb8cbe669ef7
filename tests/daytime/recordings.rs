//! The recordings of the fixture (`tests/fixtures/stress-predict/README.md` tells their form).

use std::path::Path;

use vagus::domain::Timestamp;
use vagus::indicators::daytime::labelled::{Kind, Label};
use vagus::indicators::daytime::recording::{Beat, Recording};

pub(crate) struct Recorded {
    pub(crate) recording: Recording,
    pub(crate) labels: Vec<Label>,
}

pub(crate) fn all() -> Vec<Recorded> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/stress-predict");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "txt"));
    files.sort();
    files.iter().map(|file| parse(&std::fs::read_to_string(file).unwrap())).collect()
}

fn parse(text: &str) -> Recorded {
    let (head, rest) = text.split_once("\nhr\n").unwrap();
    let (hr, beats) = rest.split_once("\nbeats\n").unwrap();
    let (start, labels) = head.split_once('\n').unwrap();
    let start = start.strip_prefix("start ").unwrap().parse().unwrap();
    let recording = Recording {
        start: Timestamp::from_second(start).unwrap(),
        hr: heart_rates(hr),
        beats: intervals(beats),
        movement_g: Vec::new(),
    };
    Recorded { recording, labels: labels.lines().map(label).collect() }
}

fn label(line: &str) -> Label {
    let fields: Vec<&str> = line.split(' ').collect();
    let kind = match fields[0] {
        "rest" => Kind::Rest,
        "stress" => Kind::Stress,
        other => panic!("{other:?} is no label"),
    };
    Label { start_s: fields[1].parse().unwrap(), end_s: fields[2].parse().unwrap(), kind }
}

fn heart_rates(text: &str) -> Vec<(f64, f64)> {
    let mut hundredths = 0;
    let value = |(second, step): (usize, &str)| {
        hundredths += step.parse::<i32>().unwrap();
        (f64::from(u32::try_from(second).unwrap()), f64::from(hundredths) / 100.0)
    };
    text.split_ascii_whitespace().enumerate().map(value).collect()
}

fn intervals(text: &str) -> Vec<Beat> {
    let (mut beats, mut end, mut jumped) = (Vec::new(), 0, false);
    for token in text.split_ascii_whitespace() {
        if let Some(at) = token.strip_prefix('@') {
            (end, jumped) = (at.parse::<i32>().unwrap(), true);
            continue;
        }
        let interval: i32 = token.parse().unwrap();
        end += if jumped { 0 } else { interval };
        jumped = false;
        beats.push(Beat { end_s: f64::from(end) / 64.0, rr_ms: f64::from(interval) * 1_000.0 / 64.0 });
    }
    beats
}
