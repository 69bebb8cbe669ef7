//! What cannot be taken is refused with its reason, kept, and never stops what comes after it.

use std::time::Instant;

use serde_json::{Value, json};
use vagus::domain::rejection::Reason;
use vagus::domain::{SignedDuration, Timestamp};

use crate::support::eventually;
use crate::support::feed::{Noise, ago, now};
use crate::support::town::Town;

const READINGS: &str = "vagus/v1/plant-a/gw-7/readings";
const SCREENINGS: &str = "vagus/v1/plant-a/gw-7/screenings";
const EXPOSURES: &str = "vagus/v1/plant-a/gw-7/exposures";
const ACTIONS: &str = "vagus/v1/plant-a/gw-7/actions";

/// A message that cannot be taken, and what must be said of it.
struct Bad {
    what: &'static str,
    topic: &'static str,
    payload: Vec<u8>,
    reason: Reason,
    /// Place of the refused item; none where the whole payload is refused.
    index: Option<u64>,
}

fn bad(
    what: &'static str,
    topic: &'static str,
    payload: impl Into<Vec<u8>>,
    reason: Reason,
    index: Option<u64>,
) -> Bad {
    Bad { what, topic, payload: payload.into(), reason, index }
}

/// A sound item, five minutes of a worker's night.
fn window(worker: &str, start: Timestamp) -> Value {
    json!({"kind": "hrv", "worker": worker, "device": "band-1", "start": start.to_string(), "duration_s": 300,
        "rmssd_ms": 38.2, "mean_hr_bpm": 58.4, "context": "sleep_main", "quality": 0.97})
}

fn changed(mut item: Value, key: &str, value: Value) -> String {
    item[key] = value;
    item.to_string()
}

fn without(mut item: Value, key: &str) -> String {
    item.as_object_mut().unwrap().remove(key);
    item.to_string()
}

/// Payloads that are refused whole.
fn bad_payloads(now: Timestamp) -> Vec<Bad> {
    use Reason::{BadShape, NotJson, NotUtf8, TooLarge, TooManyItems, WrongSite};
    let good = window("w-listed", ago(now, 30));
    let mut noise = Noise::seeded(7);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number below 256 is a byte")]
    let mut random: Vec<u8> = (0..1_000).map(|_| (noise.uniform() * 256.0) as u8).collect();
    random[0] = 0xff;
    let blanks = " ".repeat(300 * 1024);
    let text = good.to_string();
    vec![
        bad("300 KiB", READINGS, format!("{text}{blanks}"), TooLarge, None),
        bad("depth 10,000", READINGS, "[".repeat(10_000) + &"]".repeat(10_000), BadShape, Some(0)),
        bad("depth 10,000 that never ends", READINGS, "[".repeat(10_000), NotJson, None),
        bad("random bytes", READINGS, random, NotUtf8, None),
        bad("nothing", READINGS, "", NotJson, None),
        bad("NaN", READINGS, text.replace("38.2", "NaN"), NotJson, None),
        bad("trailing bytes", READINGS, format!("{text} x"), NotJson, None),
        bad("two documents", READINGS, format!("{text}{text}"), NotJson, None),
        bad("1,001 items", READINGS, json!(vec![good.clone(); 1_001]).to_string(), TooManyItems, None),
        bad("a number", READINGS, "42", BadShape, None),
        bad("another site", "vagus/v1/plant-b/gw-7/readings", text, WrongSite, None),
    ]
}

/// Items that are refused; each stands alone in its message.
fn bad_items(now: Timestamp) -> Vec<Bad> {
    use Reason::{
        BadAnswers, BadShape, BadTimestamp, ConsentMissing, InFuture, Inconsistent, MissingField, OutOfRange, TooOld,
        UnknownAction, UnknownInstrument, UnknownWorker,
    };
    let good = || window("w-listed", ago(now, 30));
    let day = |days: i64| (now - SignedDuration::from_hours(24 * days)).to_string();
    let gad7 =
        json!({"worker": "w-listed", "instrument": "GAD-7", "taken_at": day(1), "answers": [1, 1, 1, 1, 1, 1, 1]});
    let shift = json!({"worker": "w-listed", "date": &day(3)[..10], "shift": {"start": day(3), "end": day(3)}});
    let twice = good().to_string().replace("\"rmssd_ms\":38.2", "\"rmssd_ms\":38.2,\"rmssd_ms\":39.0");
    let none = json!({"action_id": "a-nobody-asked-for-this", "state": "accepted", "at": day(1)});
    vec![
        bad("duplicate key", READINGS, twice, BadShape, Some(0)),
        bad("an unknown kind", READINGS, changed(good(), "kind", json!("ecg")), BadShape, Some(0)),
        bad("no worker", READINGS, without(good(), "worker"), MissingField, Some(0)),
        bad("no offset", READINGS, changed(good(), "start", json!(&day(2)[..19])), BadTimestamp, Some(0)),
        bad("900 ms", READINGS, changed(good(), "rmssd_ms", json!(900)), OutOfRange, Some(0)),
        bad("from the future", READINGS, changed(good(), "start", json!(day(-1))), InFuture, Some(0)),
        bad("too old", READINGS, changed(good(), "start", json!(day(78))), TooOld, Some(0)),
        bad("not in the register", READINGS, changed(good(), "worker", json!("w-nobody")), UnknownWorker, Some(0)),
        bad("no consent", READINGS, changed(good(), "worker", json!("w-silent")), ConsentMissing, Some(0)),
        bad(
            "a horoscope",
            SCREENINGS,
            changed(gad7.clone(), "instrument", json!("ZODIAC-12")),
            UnknownInstrument,
            Some(0),
        ),
        bad(
            "six answers of seven",
            SCREENINGS,
            changed(gad7.clone(), "answers", json!([1, 1, 1, 1, 1, 1])),
            BadAnswers,
            Some(0),
        ),
        bad("an answer of 9", SCREENINGS, changed(gad7, "answers", json!([1, 1, 1, 1, 1, 1, 9])), BadAnswers, Some(0)),
        bad("a shift without length", EXPOSURES, shift.to_string(), Inconsistent, Some(0)),
        bad("an action of nobody", ACTIONS, none.to_string(), UnknownAction, Some(0)),
    ]
}

/// A town whose register holds `w-listed`, with consent, and `w-silent`, without.
fn town_with_a_register() -> Town {
    let town = Town::edited(|config| config.replace("enrolment = \"open\"", "enrolment = \"listed\""));
    import(&town, "site,worker,consent\nplant-a,w-listed,yes\nplant-a,w-silent,no\n");
    town
}

fn import(town: &Town, csv: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), csv).unwrap();
    let answer = town.vagus.ask(&["workers", "import", file.path().to_str().unwrap()]);
    assert_eq!(answer["workers"], json!(csv.lines().count() - 1));
}

fn quarantine(town: &Town) -> Vec<Value> {
    let answer = town.vagus.ask(&["quarantine", "list"]);
    let items = answer["items"].as_array().unwrap().clone();
    assert_eq!(answer["total"], json!(items.len()));
    items
}

/// Sends a sound window that is new, and holds the service to a second for its receipt.
#[expect(clippy::disallowed_methods, reason = "the promise under test is a time limit on the wall clock")]
fn good_one_is_taken_within_a_second(town: &mut Town, place: usize, after: &str) {
    let start = now() - SignedDuration::from_mins(5 * i64::try_from(place).unwrap() + 600);
    let since = Instant::now();
    let message =
        crate::support::feed::Message { at: start, stream: "readings", items: vec![window("w-listed", start)] };
    assert_eq!(town.send_all(&[message]), (1, 0, 0), "the message after {after}");
    assert!(since.elapsed().as_secs_f64() < 1.0, "after {after} it took {:?}", since.elapsed());
}

#[test]
fn every_bad_message_is_refused_with_its_reason_and_kept_and_the_next_good_one_is_taken_within_a_second() {
    let mut town = town_with_a_register();
    let now = now();
    let reserved = "vagus/v1/plant-a/alerts/readings";
    let mut all = bad_payloads(now);
    all.extend(bad_items(now));
    for (place, case) in all.iter().enumerate() {
        let before = town.nameless_receipts().len();
        let counted =
            |town: &Town| town.vagus.metric("vagus_rejections_total", &format!("reason=\"{}\"", case.reason.as_str()));
        let count = counted(&town);
        town.send_raw(case.topic, case.payload.clone());
        if !case.topic.contains("plant-b") {
            good_one_is_taken_within_a_second(&mut town, place, case.what);
        }
        let receipt = eventually(case.what, || town.nameless_receipts().get(before).cloned());
        assert_eq!((&receipt["accepted"], &receipt["duplicate"]), (&json!(0), &json!(0)), "{}", case.what);
        assert_eq!(receipt["topic"], case.topic, "{}", case.what);
        let rejected = receipt["rejected"].as_array().unwrap();
        assert_eq!(rejected.len(), 1, "{}: {rejected:?}", case.what);
        assert_eq!(rejected[0]["reason"], case.reason.as_str(), "{}: {rejected:?}", case.what);
        assert_eq!(rejected[0]["index"], json!(case.index), "{}: {rejected:?}", case.what);
        assert!(!rejected[0]["detail"].as_str().unwrap().is_empty(), "{}", case.what);
        assert!((counted(&town) - count - 1.0).abs() < 0.5, "{} is counted under its reason", case.what);
    }
    town.send_raw(reserved, window("w-listed", ago(now, 30)).to_string());
    let kept = eventually("everything is in quarantine", || {
        let kept = quarantine(&town);
        (kept.len() > all.len()).then_some(kept)
    });
    for (case, item) in all.iter().zip(&kept) {
        assert_eq!(item["reason"], case.reason.as_str(), "{}", case.what);
        assert_eq!(item["topic"], case.topic, "{}", case.what);
        assert_eq!(item["index"], json!(case.index), "{}", case.what);
    }
    let last = &kept[all.len()];
    assert_eq!((&last["reason"], &last["topic"]), (&json!("not_permitted"), &json!(reserved)));

    let shown: std::collections::BTreeSet<&str> = kept.iter().map(|item| item["reason"].as_str().unwrap()).collect();
    let promised: std::collections::BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.as_str()).collect();
    assert_eq!(shown, promised, "every reason of the contract");
}

#[test]
fn a_bad_item_does_not_spoil_its_neighbours_and_the_receipt_names_its_place() {
    let mut town = Town::new();
    let now = now();
    let mut items: Vec<Value> = (1..=5).map(|place| window("w-1", ago(now, 20 + place))).collect();
    items[3]["rmssd_ms"] = json!(900);
    let id = town.send(&crate::support::feed::Message { at: now, stream: "readings", items });
    assert_eq!(town.receipts_of(std::slice::from_ref(&id)), (4, 0, 1));
    let receipt = &town.receipts()[&id];
    assert_eq!(receipt["rejected"][0]["index"], 3);
    assert_eq!(receipt["rejected"][0]["detail"], "rmssd_ms 900 is outside 3..=250");
    assert_eq!(quarantine(&town)[0]["index"], 3);
}

#[test]
fn a_refused_payload_that_began_with_its_id_gets_a_receipt_under_it() {
    // A broker that speaks MQTT 5 was told our largest packet, and keeps longer ones from us.
    let mut town = Town::edited(|config| config.replace("[mqtt]", "[mqtt]\nprotocol = \"3.1.1\""));
    for (place, kib) in [300, 2_048].into_iter().enumerate() {
        let id = format!("big-{place}");
        let blanks = " ".repeat(kib * 1024);
        town.send_raw(READINGS, format!("{{\"message_id\":\"{id}\",\"items\":[{blanks}]}}"));
        good_one_is_taken_within_a_second(&mut town, place, &id);
        let receipt = eventually("the receipt of a payload that is too large", || town.receipts().remove(&id));
        assert_eq!(receipt["rejected"][0]["reason"], "too_large");
    }
}

#[test]
fn a_packet_over_the_announced_size_does_not_stop_what_comes_after_it() {
    let mut town = Town::new();
    town.send_raw(READINGS, " ".repeat(2 * 1024 * 1024));
    good_one_is_taken_within_a_second(&mut town, 0, "2 MiB");
}

#[test]
fn short_messages_that_make_long_rows_do_not_stop_the_service() {
    let mut town = Town::new();
    assert_eq!(town.vagus.stop(), Some(0));
    // All of it waits at the broker, so that the service would gladly put it into one row.
    let empty_items = format!("[{}]", vec!["{}"; 1_000].join(","));
    let long_topic = format!("vagus/v1/{}/gw-7/readings", "s".repeat(60_000));
    for _ in 0..30 {
        town.send_raw(READINGS, empty_items.clone());
    }
    for place in 0..30 {
        town.send_raw(&long_topic, "");
        town.send_raw(READINGS, format!("{place} is {}", "x".repeat(60_000)));
    }
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    eventually("all are refused", || (town.nameless_receipts().len() == 60).then_some(()));
    assert!((town.vagus.metric("vagus_rejections_total", "") - 30_060.0).abs() < 0.5);
    good_one_is_taken_within_a_second(&mut town, 0, "all that waited");
    // An operator's commands make long rows, too.
    let rows: String =
        (0..20_000).map(|n| format!("plant-a,w-{n},assembly-line-{n}-of-the-northern-hall,Asia/Bangkok\n")).collect();
    import(&town, &format!("site,worker,unit,time_zone\n{rows}"));
    let refused = town.vagus.ask(&["quarantine", "list", "--reason", "not_json"]);
    let ids: Vec<String> = refused["items"].as_array().unwrap().iter().map(|item| item["id"].to_string()).collect();
    let mut words = vec!["quarantine", "retry"];
    words.extend(ids.iter().map(String::as_str));
    let answer = town.vagus.ask(&words);
    assert_eq!((&answer["retried"], &answer["refused_again"]), (&json!(30), &json!(30)));
    good_one_is_taken_within_a_second(&mut town, 1, "the commands");
}

#[test]
fn names_that_cannot_be_names_are_refused_and_kept() {
    let mut town = Town::new();
    let payload = window("w-listed", ago(now(), 30)).to_string();
    let topics = [
        ("vagus/v1/a.b/gw-7/readings", "wrong_site"),
        ("vagus/v1/plant-a/gw 7/readings", "bad_shape"),
        ("vagus/v1/../gw-7/readings", "wrong_site"),
        ("vagus/v1/plant-a/receipts/readings", "not_permitted"),
        ("vagus/v1/plant-a/actions/readings", "not_permitted"),
        ("vagus/v1/plant-a/alerts/screenings", "not_permitted"),
    ];
    for (place, (topic, _)) in topics.iter().enumerate() {
        town.send_raw(topic, payload.clone());
        good_one_is_taken_within_a_second(&mut town, place, topic);
    }
    let kept = quarantine(&town);
    let found: Vec<_> = kept.iter().map(|i| (i["topic"].as_str().unwrap(), i["reason"].as_str().unwrap())).collect();
    assert_eq!(found, topics);
}

#[test]
fn an_item_is_taken_when_it_is_retried_after_its_reason_is_mended() {
    let mut town = town_with_a_register();
    let now = now();
    let later = window("w-later", ago(now, 30));
    let never = window("w-never", ago(now, 30));
    town.send_raw(READINGS, json!([later, never]).to_string());
    // Named by the envelope: the item alone says nothing of its worker.
    let mut nameless = window("", ago(now, 40));
    nameless.as_object_mut().unwrap().remove("worker");
    town.send_raw(READINGS, json!({"message_id": "e-1", "worker": "w-later", "items": [nameless]}).to_string());
    let reasons = |town: &Town| {
        let kept = quarantine(town);
        kept.iter().map(|i| i["reason"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    eventually("all three are kept", || (reasons(&town) == ["unknown_worker"; 3]).then_some(()));

    import(&town, "site,worker,consent\nplant-a,w-later,yes\n");
    let answer = town.vagus.ask(&["quarantine", "retry", "--all"]);
    assert_eq!((&answer["retried"], &answer["refused_again"]), (&json!(3), &json!(1)));
    eventually("one is refused again", || (reasons(&town) == ["unknown_worker"]).then_some(()));
    eventually("the others are taken", || {
        (town.vagus.metric("vagus_items_total", "outcome=\"accepted\"") >= 2.0).then_some(())
    });
    let again = crate::support::feed::Message { at: now, stream: "readings", items: vec![later] };
    assert_eq!(town.send_all(&[again]), (0, 1, 0), "what was retried is known now");

    let id = quarantine(&town)[0]["id"].to_string();
    import(&town, "site,worker,consent\nplant-a,w-never,yes\n");
    let answer = town.vagus.ask(&["quarantine", "retry", &id]);
    assert_eq!((&answer["retried"], &answer["refused_again"]), (&json!(1), &json!(0)));
    eventually("quarantine is empty", || quarantine(&town).is_empty().then_some(()));
}

#[test]
fn quarantine_is_listed_where_no_service_runs_and_survives_kills() {
    let mut town = Town::new();
    let payload = window("w-1", ago(now(), 30)).to_string().replace("38.2", "900");
    town.send_raw(READINGS, payload);
    let kept = eventually("it is kept", || Some(quarantine(&town)).filter(|kept| kept.len() == 1));
    town.vagus.kill9();
    assert_eq!(quarantine(&town), kept, "after a kill");
    assert_eq!(town.vagus.command(&["quarantine", "retry"], &["--all"]).status.code(), Some(1), "needs a service");
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    assert_eq!(quarantine(&town), kept, "after a start");
    assert_eq!(town.vagus.stop(), Some(0));
    assert_eq!(quarantine(&town), kept, "after a clean stop");
    let table = town.vagus.command(&["quarantine", "list"], &[]);
    assert!(String::from_utf8(table.stdout).unwrap().contains("out_of_range"));
}
