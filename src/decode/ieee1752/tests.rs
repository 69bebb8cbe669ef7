//! The examples, every form of a time frame, every unit, and every reason for a refusal.

mod series;

use proptest::prelude::*;

use crate::decode::{Decoded, DecodedItem, Limits, decode};
use crate::domain::Timestamp;
use crate::domain::ids::{SourceId, WorkerId};
use crate::domain::item::{Item, Stream};
use crate::domain::reading::{BeatIntervals, Context, HrvWindow, Reading, SleepRecord, StageMinutes};
use crate::domain::rejection::Reason;

macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/ieee1752/", $name, ".json"))
    };
}

const EXAMPLES: [&str; 6] = [
    example!("sleep-episode-ieee"),
    example!("sleep-episode-older-header"),
    example!("sleep-episode-camel-case"),
    example!("heart-rate-variability-series"),
    example!("rr-interval-series"),
    example!("heart-rate"),
];

fn read(payload: &str) -> Decoded {
    decode(&SourceId::parse("gw-7").unwrap(), Stream::Readings, payload.as_bytes(), &Limits::default())
}

/// The items of a sound payload without unknown fields.
fn good(payload: &str) -> Vec<DecodedItem> {
    let found = read(payload);
    assert!(found.refused.is_empty() && found.unknown_fields == 0, "{found:?}");
    found.items
}

fn only(payload: &str) -> Reading {
    let mut items = good(payload);
    assert_eq!(items.len(), 1, "{payload}");
    let Item::Reading(reading) = items.remove(0).item else { panic!("{payload}") };
    reading
}

fn sleep(payload: &str) -> SleepRecord {
    let Reading::Sleep(sleep) = only(payload) else { panic!("{payload}") };
    sleep
}

fn window(payload: &str) -> HrvWindow {
    let Reading::Hrv(window) = only(payload) else { panic!("{payload}") };
    window
}

fn beats(item: &Item) -> &BeatIntervals {
    let Item::Reading(Reading::Beats(beats)) = item else { panic!("{item:?}") };
    beats
}

fn refusal(payload: &str) -> (Reason, String) {
    let found = read(payload);
    assert_eq!((found.items.len(), found.refused.len()), (0, 1), "{payload} {found:?}");
    let rejection = found.refused[0].rejection.clone();
    assert_eq!(rejection.index, Some(0));
    (rejection.reason, rejection.detail)
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A data point (an object as body) or data series (a list) of a schema.
fn point(schema: &str, body: &str) -> String {
    let [namespace, name, version] = schema.split(':').collect::<Vec<_>>()[..] else { panic!("{schema}") };
    format!(
        r#"{{"header":{{"schema_id":{{"namespace":"{namespace}","name":"{name}","version":"{version}"}},"user_id":"u"}},"body":{body}}}"#
    )
}

fn rate(rest: &str) -> String {
    point("omh:heart-rate:2.0", &format!(r#"{{"heart_rate":{{"value":58,"unit":"beats/min"}}{rest}}}"#))
}

fn framed(frame: &str) -> String {
    rate(&format!(r#","effective_time_frame":{frame}"#))
}

fn rr(rr_ms: f64, end: &str) -> String {
    let frame =
        if end.is_empty() { String::new() } else { format!(r#","effective_time_frame":{{"date_time":"{end}"}}"#) };
    format!(r#"{{"rr_interval":{{"value":{rr_ms},"unit":"ms"}}{frame}}}"#)
}

fn series(elements: &[String]) -> String {
    point("omh:rr-interval:1.0", &format!("[{}]", elements.join(",")))
}

#[test]
fn sleep_episode_of_the_standard_means_the_same_as_our_own() {
    let night = sleep(example!("sleep-episode-ieee"));
    let expected = SleepRecord {
        device: None,
        start: at("2026-02-28T22:50:00+07:00"),
        onset: Some(at("2026-02-28T23:14:00+07:00")),
        wake: Some(at("2026-03-01T06:38:00+07:00")),
        end: at("2026-03-01T06:50:00+07:00"),
        waso_min: Some(34.0),
        stages: Some(StageMinutes { light: 232.0, deep: 84.0, rem: 94.0, asleep: 0.0 }),
        awakenings: Some(1),
        main: Some(true),
        revision: u32::try_from(at("2026-03-01T07:02:11+07:00").as_second()).unwrap(),
    };
    assert_eq!(night, expected);
    assert_eq!(good(example!("sleep-episode-ieee"))[0].worker, WorkerId::parse("gw-7--w-0042").ok());
}

#[test]
fn older_header_and_camel_case_are_read_like_the_standard() {
    let older = sleep(example!("sleep-episode-older-header"));
    assert_eq!((older.onset, older.wake), (Some(at("2026-02-28T16:14:00Z")), Some(older.end)));
    assert_eq!((older.start, older.waso_min, older.stages), (older.onset.unwrap(), Some(34.0), None));
    assert_eq!(i64::from(older.revision), at("2026-03-01T00:05:00Z").as_second(), "made at the source, not stored");
    let camel = sleep(example!("sleep-episode-camel-case"));
    let standard = sleep(example!("sleep-episode-ieee"));
    assert_eq!(SleepRecord { stages: None, revision: 0, ..standard }, SleepRecord { revision: 0, ..camel });
    assert_eq!(good(example!("sleep-episode-camel-case"))[0].worker, WorkerId::parse("gw-7--w-0042").ok());
}

#[test]
fn series_of_variability_becomes_windows_of_the_envelopes_worker() {
    let items = good(example!("heart-rate-variability-series"));
    let window = |start, rmssd_ms| {
        Item::Reading(Reading::Hrv(HrvWindow {
            device: None,
            start: at(start),
            duration_s: 300,
            rmssd_ms: Some(rmssd_ms),
            sdnn_ms: None,
            mean_hr_bpm: None,
            context: Context::SleepMain,
            quality: None,
        }))
    };
    assert_eq!(items[0].item, window("2026-03-01T02:05:00+07:00", 38.2));
    assert_eq!(items[1].item, window("2026-03-01T02:10:00+07:00", 41.2));
    for item in &items {
        assert_eq!((item.index, item.worker.as_ref().map(WorkerId::as_str)), (0, Some("w-0042")));
        let raw = String::from_utf8(item.raw(example!("heart-rate-variability-series").as_bytes())).unwrap();
        let again = good(&raw);
        assert_eq!((again.len(), &again[0].item, &again[0].worker), (1, &item.item, &item.worker), "{raw}");
    }
}

#[test]
fn intervals_become_a_run() {
    let items = good(example!("rr-interval-series"));
    assert_eq!(items.len(), 1);
    let run = beats(&items[0].item);
    assert_eq!((run.start, &run.rr_ms[..]), (at("2026-03-01T02:05:00+07:00"), &[812.0, 798.0, 830.0][..]));
    assert_eq!((&run.end_ms, run.context), (&None, Context::Unknown));
    assert_eq!(
        beats(&good(std::str::from_utf8(&items[0].raw(example!("rr-interval-series").as_bytes())).unwrap())[0].item),
        run
    );
}

#[test]
fn heart_rate_becomes_a_window_without_variability() {
    let items = good(example!("heart-rate"));
    let expected = |start, duration_s, bpm, context| {
        Item::Reading(Reading::Hrv(HrvWindow {
            device: None,
            start: at(start),
            duration_s,
            rmssd_ms: None,
            sdnn_ms: None,
            mean_hr_bpm: Some(bpm),
            context,
            quality: None,
        }))
    };
    assert_eq!(items[0].item, expected("2026-03-01T02:05:00+07:00", 60, 58.0, Context::RestSeated));
    assert_eq!(items[1].item, expected("2026-03-01T02:10:00+07:00", 300, 57.4, Context::SleepMain));
}

#[test]
fn an_interval_has_three_forms_and_every_unit() {
    for (unit, value) in [
        ("ps", 3e14),
        ("ns", 3e11),
        ("us", 3e8),
        ("ms", 3e5),
        ("sec", 300.0),
        ("min", 5.0),
        ("h", 300.0 / 3_600.0),
        ("d", 300.0 / 86_400.0),
        ("wk", 300.0 / 604_800.0),
        ("Mo", 300.0 / (30.4375 * 86_400.0)),
        ("yr", 300.0 / (365.25 * 86_400.0)),
    ] {
        let duration = format!(r#""duration":{{"value":{value:e},"unit":"{unit}"}}"#);
        for frame in [
            format!(r#""start_date_time":"2026-03-01T02:00:00Z",{duration}"#),
            format!(r#""end_date_time":"2026-03-01T02:05:00Z",{duration}"#),
            format!(r#""start_date_time":"2026-03-01T02:00:00Z","end_date_time":"2026-03-01T02:05:00Z",{duration}"#),
            r#""start_date_time":"2026-03-01T02:00:00Z","end_date_time":"2026-03-01T02:05:00Z""#.to_owned(),
        ] {
            let window = window(&framed(&format!(r#"{{"time_interval":{{{frame}}}}}"#)));
            assert_eq!((window.start, window.duration_s), (at("2026-03-01T02:00:00Z"), 300), "{frame}");
        }
    }
}

#[test]
fn a_frame_that_names_no_time_is_refused() {
    use Reason::{BadShape, BadTimestamp, Inconsistent, MissingField, OutOfRange};
    let start = r#""start_date_time":"2026-03-01T02:00:00Z""#;
    let end = r#""end_date_time":"2026-03-01T02:05:00Z""#;
    for (frame, reason, detail) in [
        ("null", MissingField, "effective_time_frame is missing"),
        ("7", BadShape, "effective_time_frame is a number"),
        ("{}", MissingField, "needs one of date_time, time_interval"),
        (r#"{"date_time":"2026-03-01T02:00:00"}"#, BadTimestamp, "has no offset"),
        (&format!(r#"{{"time_interval":{{{start}}}}}"#), MissingField, "needs two of"),
        (&format!(r#"{{"time_interval":{{{end}}}}}"#), MissingField, "needs two of"),
        (r#"{"time_interval":{"duration":{"value":1,"unit":"h"}}}"#, MissingField, "needs two of"),
        (r#"{"time_interval":{"date":"2026-03-01","part_of_day":"night"}}"#, BadTimestamp, "names no instant"),
        (
            &format!(r#"{{"date_time":"2026-03-01T02:00:00Z","time_interval":{{{start},{end}}}}}"#),
            Inconsistent,
            "has both",
        ),
        (
            &format!(r#"{{"time_interval":{{{start},{end},"duration":{{"value":6,"unit":"min"}}}}}}"#),
            Inconsistent,
            "lasts 300 s by its ends and 360 s by its duration",
        ),
        (
            r#"{"time_interval":{"start_date_time":"2026-03-01T02:05:00Z","end_date_time":"2026-03-01T02:00:00Z"}}"#,
            Inconsistent,
            "ends before it starts",
        ),
        (
            &format!(r#"{{"time_interval":{{{start},"duration":{{"value":-5,"unit":"min"}}}}}}"#),
            OutOfRange,
            "duration is below 0",
        ),
        (
            &format!(r#"{{"time_interval":{{{start},"duration":{{"value":5,"unit":"s"}}}}}}"#),
            BadShape,
            r#"duration.unit "s" is none of ps, ns, us, ms, sec, min, h, d, wk, Mo, yr"#,
        ),
        (
            &format!(r#"{{"time_interval":{{{start},"duration":{{"value":5}}}}}}"#),
            MissingField,
            "duration.unit is missing",
        ),
        (&format!(r#"{{"time_interval":{{{start},"duration":5}}}}"#), BadShape, "duration is a number, an object"),
        (
            &format!(r#"{{"time_interval":{{{start},"duration":{{"value":1e300,"unit":"yr"}}}}}}"#),
            BadTimestamp,
            "beyond the calendar",
        ),
        (&format!(r#"{{"time_interval":{{{start},"duration":{{"value":2,"unit":"d"}}}}}}"#), OutOfRange, "172800"),
    ] {
        let (found, text) = refusal(&framed(frame));
        assert_eq!(found, reason, "{frame}: {text}");
        assert!(text.contains(detail) && text.starts_with("body: "), "{frame}: {text}");
    }
}

#[test]
fn rmssd_and_sdnn_are_never_taken_for_each_other() {
    let hrv = |fields: &str| {
        let frame = r#""effective_time_frame":{"date_time":"2026-03-01T02:00:00Z"}"#;
        point("omh:heart-rate-variability:1.0", &format!("{{{fields},{frame}}}"))
    };
    let value = r#""heart_rate_variability":{"value":38.2,"unit":"ms"}"#;
    for name in [r#""algorithm":"rMSSD""#, r#""heartRateVariabilityAlgorithm":"rmssd""#, r#""measure":"RMSSD""#] {
        let window = window(&hrv(&format!("{value},{name}")));
        assert_eq!((window.rmssd_ms, window.sdnn_ms, window.duration_s), (Some(38.2), None, 300));
    }
    let both = window(&hrv(r#""rmssd":{"value":38.2,"unit":"ms"},"sdnn":{"value":51,"unit":"ms"}"#));
    assert_eq!((both.rmssd_ms, both.sdnn_ms), (Some(38.2), Some(51.0)));
    for (fields, reason, detail) in [
        (value.to_owned(), Reason::MissingField, "algorithm is missing"),
        (format!(r#"{value},"algorithm":"SDNN""#), Reason::MissingField, "SDNN is never taken for it"),
        (format!(r#"{value},"algorithm":"pNN50""#), Reason::BadShape, r#""pnn50" is none of RMSSD, SDNN"#),
        (format!(r#"{value},"algorithm":"RMSSD","measure":"SDNN""#), Reason::Inconsistent, "the algorithm is"),
        (r#""algorithm":"RMSSD""#.to_owned(), Reason::MissingField, "heart_rate_variability is missing"),
        (value.replace("38.2", "900") + r#","algorithm":"RMSSD""#, Reason::OutOfRange, "900 is outside 3..=250"),
        (value.replace("ms", "beats/min") + r#","algorithm":"RMSSD""#, Reason::BadShape, "unit"),
    ] {
        let (found, text) = refusal(&hrv(&fields));
        assert!(found == reason && text.contains(detail), "{fields}: {found:?} {text}");
    }
}

#[test]
fn only_a_mean_or_median_stands_for_a_window() {
    let frame = r#","effective_time_frame":{"date_time":"2026-03-01T02:00:00Z"}"#;
    for fine in ["average", "median"] {
        window(&rate(&format!(r#"{frame},"descriptive_statistic":"{fine}""#)));
    }
    let (reason, detail) = refusal(&rate(&format!(r#"{frame},"descriptive_statistic":"maximum""#)));
    assert!(reason == Reason::BadShape && detail.contains("average, median"), "{detail}");
    let (reason, detail) = refusal(&rate(frame).replace("58", "0"));
    assert!(reason == Reason::OutOfRange && detail.contains("heart_rate 0"), "{detail}");
}

#[test]
fn what_the_person_was_doing_becomes_the_context() {
    let frame = r#","effective_time_frame":{"date_time":"2026-03-01T02:00:00Z"}"#;
    let sleep = r#","temporal_relationship_to_sleep":"#;
    let activity = r#","temporal_relationship_to_physical_activity":"#;
    for (fields, context) in [
        (format!(r#"{sleep}"during sleep""#), Context::SleepMain),
        (format!(r#"{sleep}"duringSleep""#), Context::SleepMain),
        (format!(r#"{sleep}"on waking""#), Context::Unknown),
        (format!(r#"{activity}"at rest""#), Context::RestSeated),
        (format!(r#"{activity}"during_exercise""#), Context::Activity),
        (format!(r#"{activity}"after exercise""#), Context::Activity),
        (format!(r#"{sleep}"on waking"{activity}"at rest""#), Context::RestSeated),
    ] {
        assert_eq!(window(&rate(&format!("{frame}{fields}"))).context, context, "{fields}");
    }
    let (reason, detail) = refusal(&rate(&format!(r#"{frame}{sleep}"dreaming""#)));
    assert!(reason == Reason::BadShape && detail.contains("before sleeping, during sleep, on waking"), "{detail}");
}

#[test]
fn schema_that_is_not_understood_is_refused() {
    let body = r#"{"effective_time_frame":{"date_time":"2026-03-01T02:00:00Z"}}"#;
    for schema in ["omh:step-count:2.0", "omh:sleep-episode:2.0", "ieee:heart-rate:1.0", "omh:heart-rate:new"] {
        let (reason, detail) = refusal(&point(schema, body));
        assert!(reason == Reason::BadShape && detail.contains("omh:heart-rate:*"), "{detail}");
    }
    let written = rate(r#","effective_time_frame":{"date_time":"2026-03-01T02:00:00Z"}"#)
        .replace(r#"{"namespace":"omh","name":"heart-rate","version":"2.0"}"#, r#""omh:heart-rate:2.0""#);
    window(&written);
    let nameless = r#"{"header":{},"body":{}}"#;
    assert_eq!(refusal(nameless), (Reason::MissingField, "header.schema_id is missing".to_owned()));
}

#[test]
fn user_names_the_worker_together_with_the_source() {
    let frame = r#"{"date_time":"2026-03-01T02:00:00Z"}"#;
    let of = |user: &str| framed(frame).replace(r#""user_id":"u""#, user);
    let named = |payload: &str| good(payload)[0].worker.clone().map(|worker| worker.to_string());
    assert_eq!(named(&of(r#""user_id":"u-1""#)).as_deref(), Some("gw-7--u-1"));
    let both = format!(r#"{{"worker":"w-1","items":[{}]}}"#, of(r#""user_id":"u-1""#));
    assert_eq!(named(&both).as_deref(), Some("gw-7--u-1"), "the header comes first");
    let envelope = format!(r#"{{"worker":"w-1","items":[{}]}}"#, of(r#""user_id":null"#));
    assert_eq!(named(&envelope).as_deref(), Some("w-1"));
    let beside = of(r#""user_id":null"#).replacen('{', r#"{"worker":"w-2","#, 1);
    assert_eq!(named(&beside).as_deref(), Some("w-2"));
    for (user, detail) in [
        (r#""user_id":"joe@example.org""#, "holds '@'"),
        (r#""user_id":"""#, "is empty"),
        (&format!(r#""user_id":"{}""#, "u".repeat(59)), "is 65 characters long"),
        (r#""user_id":7"#, "user_id is a number"),
    ] {
        let (reason, text) = refusal(&of(user));
        assert!(reason == Reason::BadShape && text.contains(detail), "{user}: {text}");
    }
    assert_eq!(refusal(&of(r#""user_id":null"#)), (Reason::MissingField, "worker is missing".to_owned()));
}

#[test]
fn a_source_whose_name_would_be_ambiguous_cannot_name_users() {
    let payload = framed(r#"{"date_time":"2026-03-01T02:00:00Z"}"#);
    for source in ["a--b", "a-"] {
        let source = SourceId::parse(source).unwrap();
        let found = decode(&source, Stream::Readings, payload.as_bytes(), &Limits::default());
        assert!(found.refused[0].rejection.detail.contains("name the worker in the envelope"), "{found:?}");
    }
}

#[test]
fn contradictory_sleep_is_refused_and_what_is_left_out_is_worked_out() {
    let episode = |fields: &str| {
        let frame = r#""effective_time_frame":{"time_interval":{"start_date_time":"2026-02-28T16:00:00Z","duration":{"value":8,"unit":"h"}}}"#;
        point("ieee:sleep-episode:1.0", &format!("{{{frame}{fields}}}"))
    };
    let minutes = |name: &str, value: f64| format!(r#","{name}":{{"value":{value},"unit":"min"}}"#);
    assert_eq!(sleep(&episode("")).waso_min, None);
    assert_eq!(sleep(&episode(&minutes("total_sleep_time", 450.0))).waso_min, Some(30.0));
    let share = r#","sleep_efficiency_percentage":{"value":90,"unit":"%"}"#;
    assert!((sleep(&episode(share)).waso_min.unwrap() - 48.0).abs() < 1e-9);
    let partly = minutes("total_sleep_time", 450.0) + &minutes("deep_sleep_duration", 80.0);
    let expected = StageMinutes { deep: 80.0, asleep: 370.0, ..StageMinutes::default() };
    assert_eq!(sleep(&episode(&partly)).stages, Some(expected));
    for fields in [
        minutes("total_sleep_time", 450.0) + &minutes("wake_after_sleep_onset", 60.0),
        minutes("total_sleep_time", 500.0),
        minutes("total_sleep_time", 450.0) + &minutes("deep_sleep_duration", 460.0),
        minutes("total_sleep_time", 450.0)
            + &minutes("deep_sleep_duration", 80.0)
            + &minutes("light_sleep_duration", 80.0)
            + &minutes("rem_sleep_duration", 80.0),
        minutes("latency_to_sleep_onset", 600.0),
    ] {
        assert_eq!(refusal(&episode(&fields)).0, Reason::Inconsistent, "{fields}");
    }
    assert_eq!(refusal(&episode(&minutes("total_sleep_time", -1.0))).0, Reason::OutOfRange);
    let moment = point("omh:sleep-episode:1.1", r#"{"effective_time_frame":{"date_time":"2026-03-01T02:00:00Z"}}"#);
    assert_eq!(refusal(&moment).0, Reason::Inconsistent);
}

#[test]
fn it_is_as_strict_as_our_own_format() {
    let frame = r#"{"date_time":"2026-03-01T02:00:00Z"}"#;
    let good = framed(frame);
    let twice = |from: &str, to: &str| refusal(&good.replacen(from, to, 1));
    for (from, to) in [
        (r#""value":58"#, r#""value":58,"value":58"#),
        (r#""user_id":"u""#, r#""user_id":"u","userId":"u""#),
        (r#""body":{"#, r#""body":{"x":{"a":1,"a":2},"#),
        (r#""user_id":"u""#, r#""user_id":"u","external_datasheets":[{"a":1,"a":2}]"#),
        (r#""header""#, r#""header":{},"header""#),
    ] {
        let (reason, detail) = twice(from, to);
        assert!(reason == Reason::BadShape && detail.contains("stands twice"), "{to}: {reason:?} {detail}");
    }
    let deep = format!(r#""body":{{"x":{}1{},"#, "[".repeat(40), "]".repeat(40));
    assert!(twice(r#""body":{"#, &deep).1.contains("nest deeper than 32"));
    assert_eq!(twice("58", "1e999").0, Reason::OutOfRange);
    let unknown = read(&good.replacen(r#""body":{"#, r#""more":1,"body":{"x":[1],"#, 1).replacen(
        r#""user_id""#,
        r#""y":{},"user_id""#,
        1,
    ));
    assert_eq!((unknown.items.len(), unknown.unknown_fields), (1, 3));
    for body in ["7", "\"x\"", "true"] {
        assert_eq!(refusal(&point("omh:heart-rate:2.0", body)).0, Reason::BadShape);
    }
    let mixed = read(&point(
        "omh:heart-rate:2.0",
        &format!(
            r#"[7,null,{{"heart_rate":{{"value":1e999}}}},{}]"#,
            &good[good.find(r#"{"heart_rate""#).unwrap()..good.len() - 1]
        ),
    ));
    assert_eq!((mixed.items.len(), mixed.refused.len()), (1, 3), "{mixed:?}");
    // A kind of our own with such fields ignores them, but not what is wrong inside them.
    let own = r#"{"kind":"tag","worker":"w","date":"2026-03-01","tag":"travel","header":{"a":1},"body":[]}"#;
    assert_eq!((read(own).items.len(), read(own).unknown_fields), (1, 2));
    assert_eq!(refusal(&own.replace(r#"{"a":1}"#, r#"{"a":1,"a":1}"#)).0, Reason::BadShape);
}

proptest! {
    #[test]
    fn no_mutilation_makes_the_decoder_panic_or_lose_an_item(
        example in 0..EXAMPLES.len(),
        cuts in prop::collection::vec((0.0..1.0_f64, 0.0..1.0_f64), 0..4),
        bytes in prop::collection::vec((0.0..1.0_f64, any::<u8>()), 0..4),
    ) {
        let mut payload = EXAMPLES[example].as_bytes().to_vec();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a share of a short length")]
        let place = |share: f64, length: usize| (share * length as f64) as usize;
        for (share, byte) in bytes {
            let at = place(share, payload.len());
            payload[at] = byte;
        }
        for (from, to) in cuts {
            let (from, to) = (place(from, payload.len()), place(to, payload.len()));
            payload.drain(from.min(to)..(from.min(to) + 8).min(from.max(to)));
        }
        let found = decode(&SourceId::parse("gw-7").unwrap(), Stream::Readings, &payload, &Limits::default());
        prop_assert!(!found.items.is_empty() || !found.refused.is_empty());
        for item in &found.items {
            let raw = item.raw(&payload);
            let again = decode(&SourceId::parse("gw-7").unwrap(), Stream::Readings, &raw, &Limits::default());
            prop_assert!(again.items.iter().any(|i| i.item == item.item && i.worker == item.worker), "{again:?}");
        }
    }

    #[test]
    fn swapped_values_never_panic(
        example in 0..EXAMPLES.len(),
        key in 0..40_usize,
        value in prop::sample::select(vec![
            "null", "-1", "1e308", "1e999", "\"\"", "[]", "{}", "true", "\"9999-12-31T23:59:59Z\"", "\"-009999-01-01\"",
            "[[[{}]]]", "{\"value\":1e308,\"unit\":\"yr\"}", "{\"value\":-1e308,\"unit\":\"ps\"}", "\"\\ud800\"",
        ]),
    ) {
        let payload = EXAMPLES[example];
        let colons: Vec<_> = payload.match_indices("\": ").map(|(at, _)| at + 3).collect();
        let at = colons[key % colons.len()];
        let mut rest = serde_json::Deserializer::from_str(&payload[at..]).into_iter::<serde_json::Value>();
        rest.next().unwrap().unwrap();
        let end = at + rest.byte_offset();
        let found = read(&format!("{}{value}{}", &payload[..at], &payload[end..]));
        for reading in &found.items {
            if let Item::Reading(Reading::Hrv(window)) = &reading.item {
                prop_assert!(window.rmssd_ms.is_none_or(f64::is_finite) && window.mean_hr_bpm.is_none_or(f64::is_finite));
            }
        }
    }
}
