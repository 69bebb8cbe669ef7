//! Messages of every form, good, bad and mutilated.

use proptest::prelude::*;

use super::*;

const HRV: &str =
    r#"{"kind":"hrv","worker":"w-1","start":"2026-03-01T02:05:00+07:00","duration_s":300,"rmssd_ms":38.2}"#;
const TAG: &str = r#"{"kind":"tag","worker":"w-1","date":"2026-03-01","tag":"alcohol"}"#;

fn decode(stream: Stream, payload: &[u8], limits: &Limits) -> Decoded {
    super::decode(&SourceId::parse("gw-7").unwrap(), stream, payload, limits)
}

fn readings(payload: &str) -> Decoded {
    decode(Stream::Readings, payload.as_bytes(), &Limits::default())
}

/// The reason for which a whole payload is refused.
fn refusal(payload: &[u8]) -> (Reason, String) {
    let found = decode(Stream::Readings, payload, &Limits::default());
    assert!(found.items.is_empty() && found.refused.len() == 1, "{found:?}");
    assert_eq!(found.refused[0].rejection.index, None, "{found:?}");
    assert_eq!(found.refused[0].raw, cut(payload));
    (found.refused[0].rejection.reason, found.refused[0].rejection.detail.clone())
}

fn indexes(found: &Decoded) -> (Vec<u32>, Vec<u32>) {
    let refused = found.refused.iter().filter_map(|refused| refused.rejection.index);
    (found.items.iter().map(|item| item.index).collect(), refused.collect())
}

#[test]
fn the_three_forms_hold_the_same_items() {
    for payload in [HRV.to_owned(), format!("[{HRV}]"), format!(r#"{{"message_id":"m-1","items":[ {HRV} ]}}"#)] {
        let found = readings(&payload);
        assert_eq!((found.items.len(), found.refused.len(), found.unknown_fields), (1, 0, 0), "{payload}");
        assert_eq!(found.items[0].worker.as_ref().map(WorkerId::as_str), Some("w-1"));
        assert_eq!(found.items[0].raw(payload.as_bytes()), HRV.as_bytes());
        assert_eq!(found.message_id.is_some(), payload.contains("m-1"));
    }
    for empty in ["[]", r#"{"items":[]}"#] {
        assert_eq!(readings(empty), Decoded::default());
    }
}

#[test]
fn bad_item_never_spoils_its_neighbours() {
    let deep = format!(r#"{{"kind":"hrv","x":{}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let twice = r#"{"kind":"tag","kind":"tag"}"#;
    let nested_twice = r#"{"kind":"tag","x":[{"a":1,"a":2}]}"#;
    let huge = r#"{"kind":"hrv","rmssd_ms":1e999}"#;
    let escape = r#"{"kind":"hrv","worker":"\ud800"}"#;
    let payload = format!("[{HRV},{deep},{twice},{nested_twice},{huge},{escape},7,null,[],{TAG}]");
    let found = readings(&payload);
    assert_eq!(indexes(&found), (vec![0, 9], (1..9).collect()));
    for refused in &found.refused {
        let expected = if refused.rejection.index == Some(4) { Reason::OutOfRange } else { Reason::BadShape };
        assert_eq!(refused.rejection.reason, expected, "{}", refused.rejection.detail);
    }
    assert_eq!(found.refused[1].raw, twice.as_bytes());
    assert_eq!(found.items[1].raw(payload.as_bytes()), TAG.as_bytes());
}

#[test]
fn what_is_not_json_is_refused_whole() {
    let trailing = format!("{HRV} x");
    let two = format!("{HRV}{HRV}");
    let nan = HRV.replace("38.2", "NaN");
    let infinite = HRV.replace("38.2", "-Infinity");
    let open = &HRV[..HRV.len() - 1];
    let comma = format!("[{HRV},]");
    let bom = format!("\u{feff}{HRV}");
    for payload in
        ["", "  ", &trailing, &two, &nan, &infinite, open, &comma, &bom, "[1 2]", "{,}", "[", "{\"a\"}", "{1:2}"]
    {
        assert_eq!(refusal(payload.as_bytes()).0, Reason::NotJson, "{payload}");
    }
    assert!(refusal(b"[1 2]").1.contains("line 1 column 4"));
    assert_eq!(refusal("[".repeat(10_000).as_bytes()).0, Reason::NotJson);
    assert_eq!(refusal(b"{\"kind\":\"\xff\"}").0, Reason::NotUtf8);
    for payload in ["1", "\"x\"", "null", r#"{"items":{}}"#, r#"{"items":null}"#] {
        assert_eq!(refusal(payload.as_bytes()).0, Reason::BadShape, "{payload}");
    }
}

#[test]
fn payload_over_a_limit_is_refused_whole() {
    let items = format!(r#"{{"message_id":"m-1","items":[{HRV}"#) + &format!(",{HRV}").repeat(1000) + "]}";
    let found = readings(&items);
    assert_eq!(found.message_id.as_deref(), Some("m-1"));
    assert_eq!(refusal(items.as_bytes()).0, Reason::TooManyItems);
    assert!(refusal(items.as_bytes()).1.contains("1001 items"));
    let large = format!(r#" {{ "message_id" : "m-1","items":[{}"#, " ".repeat(300 * 1024));
    assert_eq!(refusal(large.as_bytes()).0, Reason::TooLarge);
    assert_eq!(readings(&large).message_id.as_deref(), Some("m-1"));
    assert_eq!(readings(&large).refused[0].raw.len(), MAX_RAW_BYTES);
}

#[test]
fn nesting_counts_from_the_outermost() {
    let nest = |depth: usize| {
        format!(
            r#"{{"kind":"tag","worker":"w","date":"2026-03-01","tag":"travel","x":{}{}}}"#,
            "[".repeat(depth),
            "]".repeat(depth)
        )
    };
    assert_eq!(readings(&nest(31)).items.len(), 1);
    let refused = readings(&nest(32)).refused;
    assert_eq!(refused[0].rejection.detail, "objects and arrays nest deeper than 32");
    assert_eq!(readings(&format!(r#"{{"items":[{}]}}"#, nest(30))).refused.len(), 1);
    assert_eq!(readings(&format!(r#"{{"items":[{}]}}"#, nest(29))).items.len(), 1);
    for depth in [10_000, 60_000] {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let deep = open.repeat(depth) + "1" + &close.repeat(depth);
            let generous = Limits { max_payload_bytes: 1 << 20, max_depth: usize::MAX, ..Limits::default() };
            for payload in [deep.clone(), format!(r#"{{"kind":{deep}}}"#), format!(r#"{{"x":{deep},"items":[]}}"#)] {
                let found = decode(Stream::Readings, payload.as_bytes(), &generous);
                assert_eq!(found.refused[0].rejection.reason, Reason::BadShape);
            }
        }
    }
}

#[test]
fn envelope_names_the_worker_of_nameless_items() {
    let nameless = TAG.replace(r#""worker":"w-1","#, "");
    for payload in [
        format!(r#"{{"worker":"w-9","items":[{nameless},{TAG}]}}"#),
        format!(r#"{{"items":[{nameless},{TAG}],"worker":"w-9"}}"#),
    ] {
        let workers: Vec<_> =
            readings(&payload).items.into_iter().map(|item| item.worker.unwrap().to_string()).collect();
        assert_eq!(workers, ["w-9", "w-1"]);
    }
    let found = readings(&format!("[{TAG},{nameless},7]"));
    assert_eq!(indexes(&found), (vec![0], vec![1, 2]));
    assert_eq!(found.refused[0].rejection, Rejection::item(1, Reason::MissingField, "worker is missing"));
    assert_eq!(found.refused[0].raw, nameless.as_bytes());
    assert_eq!(refusal(br#"{"worker":"../x","items":[]}"#).0, Reason::BadShape);
}

#[test]
fn envelope_is_judged_as_a_whole() {
    for payload in [
        r#"{"message_id":5,"items":[]}"#.to_owned(),
        r#"{"message_id":"a","message_id":"b","items":[]}"#.to_owned(),
        r#"{"items":[],"items":[]}"#.to_owned(),
        r#"{"items":[],"x":1,"x":2}"#.to_owned(),
        r#"{"items":[],"x":{"y":1,"y":2}}"#.to_owned(),
        format!(r#"{{"message_id":"{}","items":[]}}"#, "m".repeat(257)),
    ] {
        assert_eq!(refusal(payload.as_bytes()).0, Reason::BadShape, "{payload}");
    }
    let found = readings(&format!(r#"{{"sent":"now","message_id":"m","items":[{TAG}],"more":{{"a":[1]}}}}"#));
    assert_eq!((found.unknown_fields, found.items.len()), (2, 1));
    assert_eq!(readings(r#"{"message_id":"m-7","items":[NaN]}"#).message_id.as_deref(), Some("m-7"));
    let alone = readings(&TAG.replace("{\"kind", "{\"message_id\":\"m-8\",\"kind"));
    assert_eq!((alone.message_id.as_deref(), alone.items.len(), alone.unknown_fields), (Some("m-8"), 1, 0));
}

#[test]
fn unknown_fields_are_ignored_and_counted() {
    let item = r#"{"kind":"tag","worker":"w","date":"2026-03-01","tag":"travel","rmssd_ms":"?","x":1,"y":{"z":2}}"#;
    let found = readings(&format!("[{item},{item}]"));
    assert_eq!((found.items.len(), found.unknown_fields), (2, 6));
}

/// A valid message with some of its items replaced by something else that is JSON.
fn message() -> impl Strategy<Value = (Vec<String>, bool)> {
    let item = prop_oneof![
        4 => Just(HRV.to_owned()),
        2 => Just(TAG.to_owned()),
        1 => Just("{}".to_owned()),
        1 => Just(r#"[{"a":[]}, "}]"]"#.to_owned()),
        1 => Just(r#"{"kind":"sl\u0065ep","worker":"w","stages":[{}]}"#.to_owned()),
        1 => Just(r#"{"kind":"rr","worker":"w","rr_ms":[1,null,"x"]}"#.to_owned()),
        1 => Just("-0.5e3".to_owned()),
        1 => "[a-z_]{1,8}".prop_map(|key| format!(r#"{{"kind":"{key}","{key}":1}}"#)),
    ];
    (prop::collection::vec(item, 0..20), any::<bool>())
}

fn write((items, is_envelope): &(Vec<String>, bool)) -> String {
    let list = format!("[{}]", items.join(", "));
    if *is_envelope { format!(r#"{{"message_id":"m", "items":{list}}}"#) } else { list }
}

fn holds_every_item(found: &Decoded, payload: &[u8], count: usize) {
    let (good, bad) = indexes(found);
    let mut all = [good, bad].concat();
    all.sort_unstable();
    assert_eq!(all, (0..u32::try_from(count).unwrap()).collect::<Vec<_>>());
    for item in &found.items {
        serde_json::from_slice::<serde_json::Value>(&item.raw(payload)).unwrap();
    }
}

proptest! {
    #[test]
    fn no_item_is_lost(message in message()) {
        let payload = write(&message);
        for stream in Stream::ALL {
            let found = decode(stream, payload.as_bytes(), &Limits::default());
            holds_every_item(&found, payload.as_bytes(), message.0.len());
        }
    }

    #[test]
    fn mutilated_message_is_refused_whole_or_in_its_items(
        message in message(), changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut payload = write(&message).into_bytes();
        for (place, byte) in changes {
            let place = place.index(payload.len());
            payload[place] = byte;
        }
        for stream in Stream::ALL {
            let found = decode(stream, &payload, &Limits::default());
            if let [RefusedItem { rejection: Rejection { index: None, reason, .. }, .. }] = found.refused.as_slice() {
                prop_assert!(found.items.is_empty());
                let is_json = std::str::from_utf8(&payload)
                    .is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
                prop_assert_eq!(is_json, !matches!(reason, Reason::NotJson | Reason::NotUtf8));
                continue;
            }
            let value = serde_json::from_slice::<serde_json::Value>(&payload);
            // A number or an escape without value makes an item bad, not the message.
            let Ok(value) = value else { continue };
            let count = value.get("items").unwrap_or(&value).as_array().map_or(1, Vec::len);
            holds_every_item(&found, &payload, count);
        }
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(payload in prop::collection::vec(any::<u8>(), 0..300)) {
        for stream in Stream::ALL {
            let found = decode(stream, &payload, &Limits::default());
            prop_assert!(!found.refused.is_empty() || !found.items.is_empty() || found.message_id.is_none());
        }
    }

    #[test]
    fn no_json_like_text_makes_the_decoder_panic(text in r#"[\[\]{}":,0-9a-z\\u \-.]{0,120}"#) {
        for stream in Stream::ALL {
            let found = decode(stream, text.as_bytes(), &Limits::default());
            let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&text).is_ok();
            let is_refused = found.refused.iter().any(|refused| refused.rejection.reason == Reason::NotJson);
            prop_assert_eq!(is_refused, !is_json);
        }
    }
}
