//! Every example of the contract, and every reason for which an item is refused.

use crate::decode::{Decoded, Limits};
use crate::domain::exposure::WorkEvent;
use crate::domain::ids::SourceId;
use crate::domain::item::{Item, Stream};
use crate::domain::reading::{Context, Reading, StageMinutes, Tag};
use crate::domain::rejection::Reason;
use crate::domain::screening::{Instrument, Response, ScoreKind};

macro_rules! example {
    ($name:literal) => {
        include_bytes!(concat!("../../../tests/fixtures/contract/", $name, ".json"))
    };
}

fn decode(stream: Stream, payload: &[u8], limits: &Limits) -> Decoded {
    crate::decode::decode(&SourceId::parse("gw-7").unwrap(), stream, payload, limits)
}

fn good(stream: Stream, payload: &[u8]) -> Vec<Item> {
    let found = decode(stream, payload, &Limits::default());
    assert!(found.refused.is_empty() && found.unknown_fields == 0, "{found:?}");
    found.items.into_iter().map(|item| item.item).collect()
}

fn refusal(stream: Stream, item: &str) -> (Reason, String) {
    let Decoded { refused, items, .. } = decode(stream, format!("[{item}]").as_bytes(), &Limits::default());
    if let Some(doubt) = items.first().and_then(|item| item.doubt.clone()) {
        return doubt;
    }
    assert_eq!(refused.len(), 1, "{item}");
    (refused[0].rejection.reason, refused[0].rejection.detail.clone())
}

/// Replaces, in a good item, a text by another, and holds the refusal against what is expected.
fn refuses(stream: Stream, item: &str, cases: &[(&str, &str, Reason, &str)]) {
    for (from, to, reason, detail) in cases {
        assert!(item.contains(from), "{from}");
        let (found, said) = refusal(stream, &item.replace(from, to));
        assert_eq!(found, *reason, "{to}: {said}");
        assert!(said.contains(detail), "{to}: {said}");
    }
}

#[test]
fn readings_of_the_contract_are_read() {
    let items = good(Stream::Readings, example!("readings"));
    let [hrv, rr, nightly, sleep, tag] = items.as_slice() else { panic!("{items:?}") };
    let Item::Reading(Reading::Hrv(hrv)) = hrv else { panic!("{hrv:?}") };
    assert_eq!(
        (hrv.rmssd_ms, hrv.sdnn_ms, hrv.mean_hr_bpm, hrv.quality),
        (Some(38.2), Some(51.0), Some(58.4), Some(0.97))
    );
    assert_eq!(
        (hrv.duration_s, hrv.context, hrv.start.to_string().as_str()),
        (300, Context::SleepMain, "2026-02-28T19:05:00Z")
    );
    assert_eq!(hrv.device.as_ref().map(ToString::to_string).as_deref(), Some("band-77"));
    let Item::Reading(Reading::Beats(rr)) = rr else { panic!("{rr:?}") };
    assert_eq!(
        (rr.rr_ms.as_slice(), rr.end_ms.as_deref()),
        (&[812.0, 798.0, 830.0][..], Some(&[812.0, 1610.0, 2440.0][..]))
    );
    let Item::Reading(Reading::Nightly(nightly)) = nightly else { panic!("{nightly:?}") };
    assert_eq!(
        (nightly.rmssd_ms, nightly.sleeping_hr_bpm, nightly.date.to_string().as_str()),
        (Some(41.3), Some(55.2), "2026-03-01")
    );
    let Item::Reading(Reading::Sleep(sleep)) = sleep else { panic!("{sleep:?}") };
    assert_eq!(sleep.stages, Some(StageMinutes { light: 232.0, deep: 84.0, rem: 94.0, asleep: 0.0 }));
    assert_eq!((sleep.waso_min, sleep.awakenings, sleep.main, sleep.revision), (Some(34.0), Some(1), Some(true), 0));
    let Item::Reading(Reading::Tag(tag)) = tag else { panic!("{tag:?}") };
    assert_eq!(tag.tag, Tag::Alcohol);
}

#[test]
fn other_examples_of_the_contract_are_read() {
    let items = good(Stream::Screenings, example!("screenings"));
    let [Item::Screening(gad), Item::Screening(sas)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(
        (gad.instrument, &gad.response),
        (Instrument::Gad7, &Response::Answers([2, 1, 2, 1, 1, 2, 1].map(Some).to_vec()))
    );
    assert_eq!(sas.response, Response::Total { score: 52.0, kind: Some(ScoreKind::Standard) });
    let items = good(Stream::Exposures, example!("exposures"));
    let [Item::Exposure(day)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(
        (day.worked_h, day.overtime_h, day.noise_lex8h_dba, day.wbgt_c),
        (Some(11.5), Some(3.5), Some(87.1), Some(29.5))
    );
    assert_eq!(day.events.as_deref(), Some(&[WorkEvent::Violence][..]));
    assert_eq!(day.shift.unwrap().end.to_string(), "2026-03-01T12:00:00Z");
    let items = good(Stream::Actions, example!("actions"));
    let [Item::Progress(progress)] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!((progress.action.as_str(), progress.step.as_str()), ("a-1", "started"));
}

#[test]
fn windows_that_cannot_be_are_refused() {
    let item = r#"{"kind":"hrv","worker":"w","device":"d","start":"2026-03-01T02:05:00Z","duration_s":300,"rmssd_ms":38,"sdnn_ms":51,"mean_hr_bpm":58,"context":"work","quality":1}"#;
    refuses(
        Stream::Readings,
        item,
        &[
            (r#""hrv""#, r#""ecg""#, Reason::BadShape, r#"kind "ecg" is none of hrv, rr, nightly, sleep, tag"#),
            (r#""kind":"hrv","#, "", Reason::MissingField, "kind is missing"),
            (r#""worker":"w","#, "", Reason::MissingField, "worker is missing"),
            (r#""w""#, "null", Reason::MissingField, "worker is missing"),
            (r#""w""#, r#""a/b""#, Reason::BadShape, "worker holds '/'"),
            (r#""w""#, "7", Reason::BadShape, "worker is a number, a text is expected"),
            (r#""d""#, r#""""#, Reason::BadShape, "device is empty"),
            (r#""start":"2026-03-01T02:05:00Z","#, "", Reason::MissingField, "start is missing"),
            (":00Z", ":00", Reason::BadTimestamp, "has no offset"),
            ("03-01T", "02-30T", Reason::BadTimestamp, "does not exist"),
            ("2026-03-01T02:05:00Z", "yesterday", Reason::BadTimestamp, r#"start "yesterday" is not an RFC 3339"#),
            (r#""duration_s":300,"#, "", Reason::MissingField, "duration_s is missing"),
            (":300", ":0", Reason::OutOfRange, "duration_s 0 is outside 1..=86400"),
            (":300", ":1.5", Reason::BadShape, "duration_s 1.5 is not a whole number"),
            (":38", ":900", Reason::OutOfRange, "rmssd_ms 900 is outside 3..=250"),
            (":38", r#":"38""#, Reason::BadShape, "rmssd_ms is a text, a number is expected"),
            (":51", ":4.9", Reason::OutOfRange, "sdnn_ms 4.9 is outside 5..=300"),
            (":58", ":24", Reason::OutOfRange, "mean_hr_bpm 24 is outside 25..=230"),
            (":1}", ":1.01}", Reason::OutOfRange, "quality 1.01 is outside 0..=1"),
            (r#""work""#, r#""asleep""#, Reason::BadShape, r#"context "asleep" is none of sleep_main"#),
            (
                r#""rmssd_ms":38,"sdnn_ms":51,"mean_hr_bpm":58,"#,
                r#""sdnn_ms":51,"#,
                Reason::MissingField,
                "rmssd_ms, mean_hr_bpm",
            ),
        ],
    );
}

#[test]
fn beats_that_cannot_be_are_refused() {
    let item =
        r#"{"kind":"rr","worker":"w","start":"2026-03-01T02:05:00Z","rr_ms":[812,0,830],"end_ms":[812,812,1642]}"#;
    assert_eq!(good(Stream::Readings, item.as_bytes()).len(), 1, "a beat of 0 ms is left to the cleaner");
    refuses(
        Stream::Readings,
        item,
        &[
            ("[812,0,830]", "[]", Reason::OutOfRange, "rr_ms has 0 beats"),
            (r#""rr_ms":[812,0,830],"#, "", Reason::MissingField, "rr_ms is missing"),
            ("[812,0,830]", "812", Reason::BadShape, "rr_ms is a number, a list is expected"),
            ("812,0", "812,null", Reason::BadShape, "rr_ms holds null, a number is expected"),
            ("812,0", r#"812,"0""#, Reason::BadShape, "rr_ms holds what is a text"),
            ("812,0", "812,-1", Reason::OutOfRange, "rr_ms[1] -1 is outside 0..=600000"),
            ("812,812", "812", Reason::Inconsistent, "end_ms has 2 values for 3 beats"),
            ("812,812", "813,812", Reason::Inconsistent, "end_ms[1] is before the beat before it"),
        ],
    );
}

#[test]
fn days_that_cannot_be_are_refused() {
    let nightly = r#"{"kind":"nightly","worker":"w","date":"2026-03-01","rmssd_ms":41,"sleeping_hr_bpm":55}"#;
    refuses(
        Stream::Readings,
        nightly,
        &[
            (r#""date":"2026-03-01","#, "", Reason::MissingField, "date is missing"),
            ("03-01", "02-29", Reason::BadTimestamp, "does not exist"),
            ("2026-03-01", "2026-03-01T00:00:00Z", Reason::BadTimestamp, "is not a date"),
            (":55", ":250", Reason::OutOfRange, "sleeping_hr_bpm 250 is outside 25..=230"),
            (r#","rmssd_ms":41,"sleeping_hr_bpm":55"#, "", Reason::MissingField, "rmssd_ms, sleeping_hr_bpm"),
        ],
    );
    let tag = r#"{"kind":"tag","worker":"w","date":"2026-03-01","tag":"travel"}"#;
    refuses(
        Stream::Readings,
        tag,
        &[
            ("travel", "party", Reason::BadShape, r#"tag "party" is none of alcohol"#),
            (r#","tag":"travel""#, "", Reason::MissingField, "tag is missing"),
        ],
    );
}

const SLEEP: &str = r#"{"kind":"sleep","worker":"w","start":"2026-02-28T22:50:00Z","onset":"2026-02-28T23:14:00Z","wake":"2026-03-01T06:38:00Z","end":"2026-03-01T06:50:00Z","waso_min":34,"stages_min":{"light":232,"deep":84,"rem":94},"awakenings":1,"main":true,"revision":0}"#;

#[test]
fn nights_that_contradict_themselves_are_refused() {
    use Reason::{BadShape, BadTimestamp, Inconsistent, MissingField, OutOfRange};
    refuses(
        Stream::Readings,
        SLEEP,
        &[
            ("03-01T06:50", "02-28T22:50", Inconsistent, "end is not after start"),
            ("03-01T06:50", "03-01T14:51", Inconsistent, "end is more than 16 h after start"),
            ("28T23:14", "28T22:49", Inconsistent, "onset is not between"),
            ("03-01T06:38", "03-01T06:51", Inconsistent, "wake is not between"),
            ("03-01T06:38", "02-28T23:14", Inconsistent, "wake is not after onset"),
            ("232", "238", Inconsistent, "the stages last 416 min"),
            ("232", "226", Inconsistent, "the stages last 404 min"),
            (":34", ":445", Inconsistent, "waso_min 445 is longer"),
            (":34", ":-1", OutOfRange, "waso_min -1 is outside 0..=960"),
            (":84", ":-84", OutOfRange, "stages_min.deep -84 is outside"),
            (":84", ":true", BadShape, "stages_min.deep is true or false"),
            (r#"{"light":232,"deep":84,"rem":94}"#, "410", BadShape, "stages_min is a number, an object"),
            (r#""rem":94"#, r#""rem":94,"rem":94"#, BadShape, r#"the key "rem" stands twice"#),
            (":1,", ":1.5,", BadShape, "awakenings 1.5 is not a whole number"),
            (":true", ":1", BadShape, "main is a number, true or false is expected"),
            (":0}", ":-1}", OutOfRange, "revision -1 is outside"),
            ("06:50:00Z", "06:50:00", BadTimestamp, "end"),
            (r#""end":"2026-03-01T06:50:00Z","#, "", MissingField, "end is missing"),
        ],
    );
    assert_eq!(good(Stream::Readings, SLEEP.replace("232", "237").as_bytes()).len(), 1, "5 min are tolerated");
}

#[test]
fn start_and_end_alone_are_time_in_bed() {
    let item = r#"{"kind":"sleep","worker":"w","start":"2026-02-28T22:50:00Z","end":"2026-03-01T06:50:00Z"}"#;
    let items = good(Stream::Readings, item.as_bytes());
    let [Item::Reading(Reading::Sleep(sleep))] = items.as_slice() else { panic!("{items:?}") };
    assert!(sleep.onset.is_none() && sleep.stages.is_none() && sleep.waso_min.is_none() && sleep.main.is_none());
}

#[test]
fn stages_as_intervals_give_minutes_and_time_awake() {
    let head = r#"{"kind":"sleep","worker":"w","start":"2026-02-28T22:00:00Z","end":"2026-02-28T23:30:00Z","stages":["#;
    let stage = |name: &str, from: &str, to: &str| {
        format!(r#"{{"stage":"{name}","start":"2026-02-28T{from}:00Z","end":"2026-02-28T{to}:00Z"}}"#)
    };
    let night = |stages: &[String]| format!("{head}{}]}}", stages.join(","));
    let stages = [
        stage("awake", "22:00", "22:10"),
        stage("light", "22:10", "22:40"),
        stage("deep", "22:45", "23:15"),
        stage("awake", "22:40", "22:45"),
        stage("awake", "23:15", "23:30"),
    ];
    let items = good(Stream::Readings, night(&stages).as_bytes());
    let [Item::Reading(Reading::Sleep(sleep))] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(sleep.stages, Some(StageMinutes { light: 30.0, deep: 30.0, ..StageMinutes::default() }));
    assert_eq!(sleep.waso_min, Some(5.0), "latency and lying in bed do not count");
    assert_eq!(sleep.onset.unwrap().to_string(), "2026-02-28T22:10:00Z");
    assert_eq!(sleep.wake.unwrap().to_string(), "2026-02-28T23:15:00Z");
    assert_eq!(sleep.awakenings, Some(0), "only more than five minutes count");
    let longer = [&stages[..3], &[stage("awake", "22:40", "22:43"), stage("awake", "22:43", "22:46")]].concat();
    let longer = longer.iter().map(|s| s.replace("28T22:45", "28T22:46")).collect::<Vec<_>>();
    let items = good(Stream::Readings, night(&longer).as_bytes());
    let [Item::Reading(Reading::Sleep(woken))] = items.as_slice() else { panic!("{items:?}") };
    assert_eq!(woken.awakenings, Some(1), "two that touch are one of six minutes");
    for (bad, reason) in [
        ([stage("light", "22:10", "22:40"), stage("deep", "22:39", "22:50")], Reason::Inconsistent),
        ([stage("light", "21:59", "22:40"), stage("deep", "22:40", "22:50")], Reason::Inconsistent),
        ([stage("light", "22:40", "22:40"), stage("deep", "22:40", "22:50")], Reason::Inconsistent),
        ([stage("light", "22:10", "22:20"), stage("deep", "22:40", "22:50")], Reason::Inconsistent),
        ([stage("n1", "22:10", "22:40"), stage("deep", "22:40", "22:50")], Reason::BadShape),
        ([stage("light", "22:10", "22:99"), stage("deep", "22:40", "22:50")], Reason::BadTimestamp),
        ([String::from("{}"), stage("deep", "22:40", "22:50")], Reason::MissingField),
    ] {
        assert_eq!(refusal(Stream::Readings, &night(&bad)).0, reason, "{bad:?}");
    }
}

#[test]
fn screenings_that_cannot_be_are_refused() {
    use Reason::{BadAnswers, BadShape, BadTimestamp, MissingField, OutOfRange, UnknownInstrument};
    let item = r#"{"worker":"w","instrument":"GAD-7","taken_at":"2026-03-01T09:00:00Z","answers":[2,1,null,1,1,2,1]}"#;
    assert_eq!(good(Stream::Screenings, item.as_bytes()).len(), 1);
    refuses(
        Stream::Screenings,
        item,
        &[
            ("GAD-7", "GAD7", UnknownInstrument, r#"instrument "GAD7" is none of GAD-7"#),
            (r#""instrument":"GAD-7","#, "", MissingField, "instrument is missing"),
            ("09:00:00Z", "09:00", BadTimestamp, "taken_at"),
            ("null", "1.5", BadAnswers, "answers[2] 1.5 is not a whole number"),
            ("null", "-1", BadAnswers, "answers[2] -1"),
            ("null", "256", BadAnswers, "answers[2] 256"),
            ("null", r#""1""#, BadAnswers, "answers holds what is a text"),
            ("null", "1e999", OutOfRange, "too large"),
            ("]}", r#"],"score":-1}"#, BadAnswers, "score -1 is below 0"),
            ("]}", r#"],"score":"9"}"#, BadShape, "score is a text"),
            ("]}", r#"],"score":9,"score_kind":"sum"}"#, BadShape, r#"score_kind "sum" is none of raw"#),
            ("[2,1,null,1,1,2,1]", "[]", BadAnswers, "there are 0 answers"),
            ("[2,1,null,1,1,2,1]", "7", BadAnswers, "answers is a number, a list is expected"),
            (r#","answers":[2,1,null,1,1,2,1]"#, "", MissingField, "one of answers, score is needed"),
            (r#""answers":[2,1,null,1,1,2,1]"#, r#""score":-1"#, BadAnswers, "score -1 is below 0"),
            (r#""answers":[2,1,null,1,1,2,1]"#, r#""score":"5""#, BadShape, "score is a text"),
            (
                r#""answers":[2,1,null,1,1,2,1]"#,
                r#""score":5,"score_kind":"t""#,
                BadShape,
                r#"score_kind "t" is none of raw"#,
            ),
        ],
    );
    let both = decode(
        Stream::Screenings,
        item.replace('[', r#"[2,"#).replace("\"answers", "\"score\":9,\"answers").as_bytes(),
        &Limits::default(),
    );
    assert!(matches!(&both.items[0].item, Item::Screening(s) if matches!(s.response, Response::Answers(_))));
    assert_eq!((both.items[0].stated.map(|total| total.score), both.unknown_fields), (Some(9.0), 0));
}

#[test]
fn answers_outlive_what_is_wrong_beside_them_and_make_no_score() {
    let item =
        r#"{"worker":"w","instrument":"PHQ-9","taken_at":"2026-03-01T09:00:00Z","answers":[0,BAD,0,0,0,0,0,0,3]}"#;
    for bad in ["-1", "1.5", "300", r#""1""#, "true", "[[1]]", "{}"] {
        let found = decode(Stream::Screenings, item.replace("BAD", bad).as_bytes(), &Limits::default());
        let [only] = found.items.as_slice() else { panic!("{bad}: {found:?}") };
        let Item::Screening(sheet) = &only.item else { panic!("{bad}: {only:?}") };
        let Response::Answers(answers) = &sheet.response else { panic!("{bad}: {sheet:?}") };
        assert_eq!((answers[0], answers[1], answers[8], answers.len()), (Some(0), None, Some(3), 129), "{bad}");
        assert!(only.doubt.as_ref().is_some_and(|(reason, _)| *reason == Reason::BadAnswers), "{bad}");
    }
}

#[test]
fn worker_days_that_cannot_be_are_refused() {
    use Reason::{BadShape, BadTimestamp, Inconsistent, MissingField, OutOfRange};
    let item = r#"{"worker":"w","date":"2026-03-01","worked_h":11,"overtime_h":3,"shift":{"start":"2026-03-01T07:00:00Z","end":"2026-03-01T19:00:00Z"},"noise_lex8h_dba":87,"wbgt_c":29,"events":["violence"]}"#;
    refuses(
        Stream::Exposures,
        item,
        &[
            (r#""date":"2026-03-01","#, "", MissingField, "date is missing"),
            (r#""date":"2026-03-01""#, r#""date":"1 March""#, BadTimestamp, "date"),
            (":11", ":24.5", OutOfRange, "worked_h 24.5 is outside 0..=24"),
            (":3,", ":-1,", OutOfRange, "overtime_h -1 is outside 0..=24"),
            (":87", ":141", OutOfRange, "noise_lex8h_dba 141 is outside 0..=140"),
            (":29", ":61", OutOfRange, "wbgt_c 61 is outside -30..=60"),
            ("01T19", "01T07", Inconsistent, "shift.end is not after"),
            ("01T19", "02T20", Inconsistent, "shift.end is more than 36 h"),
            (r#""start":"2026-03-01T07:00:00Z","#, "", MissingField, "shift.start is missing"),
            (r#""date":"2026-03-01""#, r#""date":"2026-03-03""#, Inconsistent, "the shift, 2026-03-01 to 2026-03-01,"),
            (r#""date":"2026-03-01""#, r#""date":"2026-02-27""#, Inconsistent, "the shift, 2026-03-01 to 2026-03-01,"),
            ("violence", "fire alarm", BadShape, r#"the event "fire alarm" holds ' '"#),
            (r#"["violence"]"#, r#""violence""#, BadShape, "events is a text, a list is expected"),
        ],
    );
    let (reason, detail) = refusal(Stream::Exposures, r#"{"worker":"w","date":"2026-03-01"}"#);
    assert!(reason == Reason::MissingField && detail.contains("one of worked_h"), "{detail}");
}

#[test]
fn a_shift_may_be_dated_by_its_begin_or_its_end_whatever_the_offset_of_its_stamps() {
    // A shift of 36 h from 6:00 in Kiritimati (UTC+14) on, by its own clock and by that of UTC.
    for (start, end) in
        [("2026-03-01T06:00:00+14:00", "2026-03-02T18:00:00+14:00"), ("2026-02-28T16:00:00Z", "2026-03-02T04:00:00Z")]
    {
        for date in ["2026-03-01", "2026-03-02"] {
            let item = format!(r#"{{"worker":"w","date":"{date}","shift":{{"start":"{start}","end":"{end}"}}}}"#);
            let items = good(Stream::Exposures, item.as_bytes());
            assert!(matches!(&items[..], [Item::Exposure(day)] if day.shift.is_some()), "{item}");
        }
    }
}

#[test]
fn progress_that_cannot_be_is_refused() {
    use Reason::{BadShape, BadTimestamp, MissingField, OutOfRange, UnknownAction};
    let item = r#"{"action_id":"a-1","state":"done","at":"2026-03-02T09:00:00Z","note":"ok"}"#;
    let long = format!(r#""{}""#, "ä".repeat(2_001));
    refuses(
        Stream::Actions,
        item,
        &[
            ("a-1", "a 1", UnknownAction, "action_id is not an id"),
            (r#""action_id":"a-1","#, "", MissingField, "action_id is missing"),
            ("done", "requested", BadShape, r#"state "requested" is none of accepted, started, done, declined"#),
            ("09:00:00Z", "09:00:00", BadTimestamp, "has no offset"),
            (r#""ok""#, &long, OutOfRange, "note is 2001 characters long"),
        ],
    );
}
