//! What a plant's gateways sent in eleven weeks, one worker for each rule.

use serde_json::{Value, json};
use vagus::domain::{Date, SignedDuration, TimeZone, Timestamp};

/// A site where every worker is in the register.
pub(crate) const CONFIGURATION: &str = r#"
[mqtt]
host = "127.0.0.1"
port = 1883
[store]
path = "data"
[ingest]
enrolment = "open"
[[sites]]
id = "plant-a"
time_zone = "Asia/Ho_Chi_Minh"
"#;

/// The rows that matter; others are of unit `unassigned`.
pub(crate) const REGISTER: &str = "\
site,worker,unit,birth_year,bmi,safety_critical
plant-a,r12-driver,haulage,1980,24,true
plant-a,r18,haulage,1975,31,true
plant-a,r18-without,haulage,1975,26,true
";

/// The last day of the recording.
const LAST: Date = Date::constant(2026, 3, 20);
/// Days of the recording.
const DAYS: i64 = 77;
/// Days of the recording's end in which the signs are there.
const RECENT: i64 = 12;

/// One worker's days: how many days before the last one, and what of that day is sent.
struct Person {
    name: &'static str,
    /// Whether HRV is low in the recent days.
    is_low: bool,
    /// Beats a minute asleep more than usual in the recent days.
    hr_more: f64,
    /// Hours of sleep in the recent days; eight before.
    sleep_h: f64,
    /// Whether illness was reported two days before the end.
    is_ill: bool,
    /// Days before the end in which nothing came from the band.
    silent: i64,
    /// The working day, of a day so many days before the last.
    work: fn(i64) -> Option<Value>,
    /// Questionnaires, filled in on the last day.
    answers: Vec<Value>,
}

/// Somebody of whom nothing is unusual.
fn person(name: &'static str) -> Person {
    Person {
        name,
        is_low: false,
        is_ill: false,
        silent: 0,
        hr_more: 0.0,
        sleep_h: 8.0,
        work: |_| None,
        answers: Vec::new(),
    }
}

fn answers(instrument: &str, answers: &[u8]) -> Value {
    json!({"instrument": instrument, "answers": answers})
}

fn gad7(total: u8) -> Value {
    spread("GAD-7", 7, total)
}

/// The total spread evenly over the items.
fn spread(instrument: &str, items: u8, total: u8) -> Value {
    let each: Vec<u8> = (0..items).map(|place| total / items + u8::from(place < total % items)).collect();
    answers(instrument, &each)
}

fn phq9(total: u8) -> Value {
    // The ninth item, which asks for thoughts of death, stays 0.
    let mut each: Vec<u8> = (0..8).map(|place| total / 8 + u8::from(place < total % 8)).collect();
    each.push(0);
    answers("PHQ-9", &each)
}

/// A shift of that many hours that began at `hour` of the day.
fn shift(ago: i64, hour: i8, length_h: i64) -> Value {
    let date = day(ago);
    let start = local(date, hour, 0);
    json!({"worked_h": length_h, "shift": {"start": start.to_string(), "end": (start + SignedDuration::from_hours(length_h)).to_string()}})
}

fn day(ago: i64) -> Date {
    LAST.checked_sub(jiff::Span::new().days(ago)).unwrap()
}

fn local(date: Date, hour: i8, minute: i8) -> Timestamp {
    TimeZone::get("Asia/Ho_Chi_Minh").unwrap().to_timestamp(date.at(hour, minute, 0, 0)).unwrap()
}

fn people() -> Vec<Person> {
    let mut all = by_questionnaires();
    all.extend(by_sleep());
    all.extend(by_work());
    all
}

fn by_questionnaires() -> Vec<Person> {
    let low = |name| Person { is_low: true, ..person(name) };
    vec![
        Person { answers: vec![answers("PHQ-9", &[1, 0, 1, 0, 0, 0, 0, 0, 1])], ..person("r1") },
        Person { answers: vec![answers("PHQ-9", &[1, 0, 1, 0, 0, 0, 0, 1, 0])], ..person("r1-without") },
        Person { answers: vec![gad7(12)], ..low("r3") },
        Person { answers: vec![gad7(4)], ..low("r3-without") },
        Person { answers: vec![gad7(12)], is_ill: true, ..low("r3-ill") },
        // Low when the band was taken off, and mildly raised a week later.
        Person { answers: vec![spread("ISI", 7, 9)], silent: 6, ..low("r2-silent") },
        Person { answers: vec![phq9(12)], ..low("r4") },
        Person { answers: vec![phq9(4)], ..low("r4-without") },
        Person { answers: vec![gad7(3)], ..low("r15") },
        Person { answers: vec![gad7(12)], ..person("r16") },
        Person { answers: vec![gad7(9)], ..person("r16-without") },
    ]
}

fn by_sleep() -> Vec<Person> {
    let short = |name| Person { sleep_h: 5.4, ..person(name) };
    let four_nights = |ago| (1..=4).contains(&ago).then(|| shift(ago, 22, 8));
    let three_nights = |ago| (1..=3).contains(&ago).then(|| shift(ago, 22, 8));
    // A late shift until 23:00 and an early one from 06:00: seven hours between them.
    let returns: fn(i64) -> Option<Value> = |ago| match ago {
        2 | 4 | 6 => Some(shift(ago, 15, 8)),
        1 | 3 | 5 => Some(shift(ago, 6, 8)),
        _ => None,
    };
    let one_return: fn(i64) -> Option<Value> = |ago| match ago {
        2 => Some(shift(ago, 15, 8)),
        1 => Some(shift(ago, 6, 8)),
        _ => None,
    };
    vec![
        Person { answers: vec![spread("ISI", 7, 17)], ..short("r5") },
        Person { answers: vec![spread("ISI", 7, 12)], ..short("r5-without") },
        Person { work: four_nights, ..short("r6") },
        Person { work: three_nights, ..short("r6-without") },
        Person { work: returns, ..short("r7") },
        Person { work: one_return, ..short("r7-without") },
        Person { work: |ago| (1..=7).contains(&ago).then(overtime), ..short("r12") },
        Person { work: |ago| (1..=7).contains(&ago).then(overtime), ..short("r12-driver") },
        Person { work: |ago| (1..=6).contains(&ago).then(overtime), ..short("r12-without") },
    ]
}

fn overtime() -> Value {
    // Only what exceeds the schedule: hours would be over their own limit, and the case open before.
    json!({"overtime_h": 2.5})
}

fn by_work() -> Vec<Person> {
    let low = |name| Person { is_low: true, ..person(name) };
    let hours = |ago: i64| Some(json!({"worked_h": if ago % 7 == 6 { 0.0 } else { 9.7 }}));
    let fewer_hours = |ago: i64| Some(json!({"worked_h": if ago % 7 == 6 { 0.0 } else { 8.0 }}));
    let heat = |ago: i64| (ago < RECENT).then(|| json!({"worked_h": 8.0, "wbgt_c": 31.0}));
    let warm = |ago: i64| (ago < RECENT).then(|| json!({"worked_h": 8.0, "wbgt_c": 26.0}));
    let violence = |ago: i64| (ago == 5).then(|| json!({"events": ["violence"]}));
    let back = |ago: i64| (ago == 30).then(|| json!({"events": ["return_to_work"]}));
    let loud_overtime = |ago: i64| {
        (1..=3).contains(&ago).then(|| json!({"worked_h": 11.0, "overtime_h": 3.0, "noise_lex8h_dba": 87.5}))
    };
    let quiet_overtime = |ago: i64| {
        (1..=3).contains(&ago).then(|| json!({"worked_h": 11.0, "overtime_h": 3.0, "noise_lex8h_dba": 72.0}))
    };
    // Four quiet days, one without overtime, and three loud ones: the longer run is not the loud one.
    let two_runs = |ago: i64| match ago {
        1..=3 => Some(json!({"worked_h": 11.0, "overtime_h": 3.0, "noise_lex8h_dba": 87.5})),
        5..=8 => Some(json!({"worked_h": 11.0, "overtime_h": 3.0, "noise_lex8h_dba": 72.0})),
        _ => None,
    };
    // Four nights a week for the whole recording.
    let nights = |ago: i64| (ago > 0 && ago % 7 < 4).then(|| shift(ago, 22, 8));
    vec![
        Person { work: hours, answers: vec![gad7(3)], ..low("r2") },
        Person { work: hours, answers: vec![spread("ISI", 7, 16)], ..low("r2-moderate") },
        Person { work: fewer_hours, answers: vec![gad7(3)], ..low("r2-without") },
        Person {
            work: |ago| (ago == 3).then(|| json!({"noise_lex8h_dba": 86.0})),
            answers: vec![gad7(11)],
            ..person("r8")
        },
        Person {
            work: |ago| (ago == 3).then(|| json!({"noise_lex8h_dba": 81.0})),
            answers: vec![gad7(11)],
            ..person("r8-without")
        },
        Person { work: heat, hr_more: 5.0, ..person("r9") },
        Person { work: warm, hr_more: 5.0, ..person("r9-without") },
        Person { hr_more: 6.0, sleep_h: 6.7, answers: vec![cbi(75)], ..low("r11") },
        Person { answers: vec![cbi(75)], ..person("r11-without") },
        Person { work: violence, answers: vec![answers("PHQ-4", &[2, 2, 2, 1])], ..person("r13") },
        Person { answers: vec![answers("PHQ-4", &[2, 2, 2, 1])], ..person("r13-without") },
        Person { work: back, answers: vec![gad7(6)], ..low("r14") },
        Person { work: back, ..low("r14-without") },
        Person { work: loud_overtime, answers: vec![gad7(10)], ..person("r17") },
        Person { work: quiet_overtime, answers: vec![gad7(10)], ..person("r17-without") },
        Person { work: two_runs, answers: vec![gad7(10)], ..person("r17-two-runs") },
        Person { work: nights, answers: vec![gad7(11)], ..person("r18") },
        Person { work: nights, answers: vec![gad7(11)], ..person("r18-without") },
    ]
}

/// Work-related burnout of that score; nothing of the other scales.
fn cbi(score: u8) -> Value {
    let mut each = vec![0; 6];
    // The last of the work items is reversed.
    each.extend([score, score, score, score, score, score, 100 - score]);
    answers("CBI", &each)
}

/// The recording: everybody's days, oldest first as received.
pub(crate) fn recording() -> String {
    let mut lines: Vec<(Timestamp, String)> = Vec::new();
    for person in people() {
        for ago in (0..DAYS).rev() {
            let at = local(day(ago), 12, 0);
            if ago >= person.silent {
                lines.push((at, line(at, "readings", &night(&person, ago))));
            }
            if person.is_ill && ago == 2 {
                let tag = json!({"kind": "tag", "tag": "illness"});
                lines.push((at, line(at, "readings", &[with(&person, tag, "date", day(ago).to_string())])));
            }
            if let Some(work) = (person.work)(ago) {
                let at = local(day(ago), 23, 55);
                lines.push((at, line(at, "exposures", &[with(&person, work, "date", day(ago).to_string())])));
            }
        }
        for sheet in &person.answers {
            let at = local(day(0), 9, 0);
            lines.push((at, line(at, "screenings", &[with(&person, sheet.clone(), "taken_at", at.to_string())])));
        }
    }
    lines.sort();
    lines.into_iter().map(|(_, line)| line).collect()
}

fn with(person: &Person, mut item: Value, when: &str, value: String) -> Value {
    item["worker"] = json!(person.name);
    item[when] = json!(value);
    item
}

/// A vendor's value of the night and the sleep record.
fn night(person: &Person, ago: i64) -> [Value; 2] {
    let is_recent = ago < RECENT;
    // A week's rhythm of ±0.15 ln units: the usual spread of a healthy person.
    #[expect(clippy::cast_precision_loss, reason = "a few days")]
    let spread =
        [0.0, 0.15, -0.1, 0.1, -0.15, 0.05, -0.05][usize::try_from(ago % 7).unwrap()] + (ago as f64 * 2.4).sin() * 0.05;
    let ln_rmssd = if person.is_low && is_recent { 3.15 + spread / 5.0 } else { 3.6 + spread };
    let hr = 56.0 + spread * 8.0 + if is_recent { person.hr_more } else { 0.0 };
    let wake = local(day(ago), 6, 30);
    let hours = if is_recent { person.sleep_h } else { 8.0 };
    let onset = wake - SignedDuration::try_from_secs_f64(hours * 3_600.0).unwrap();
    let rounded = |x: f64| (x * 10.0).round() / 10.0;
    [
        json!({"kind": "nightly", "worker": person.name, "device": "band-1", "date": day(ago).to_string(),
            "rmssd_ms": rounded(ln_rmssd.exp()), "sleeping_hr_bpm": rounded(hr)}),
        json!({"kind": "sleep", "worker": person.name, "device": "band-1",
            "start": (onset - SignedDuration::from_mins(15)).to_string(), "onset": onset.to_string(),
            "wake": wake.to_string(), "end": (wake + SignedDuration::from_mins(10)).to_string(),
            "waso_min": 0, "main": true}),
    ]
}

fn line(at: Timestamp, stream: &str, items: &[Value]) -> String {
    let topic = format!("vagus/v1/plant-a/gw-7/{stream}");
    json!({"received_at": at.to_string(), "topic": topic, "payload": {"items": items}}).to_string() + "\n"
}
