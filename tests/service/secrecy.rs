//! Five hundred values that must not leave: planted wherever something comes in, and looked for wherever anything is
//! told of the service itself, with everything logged that can be.

use serde_json::{Value, json};
use vagus::domain::{SignedDuration, Timestamp};

use crate::support::collector::Collector;
use crate::support::desk::PHYSICIAN;
use crate::support::eventually;
use crate::support::feed::{ago, now};
use crate::support::program::{Program, TOKEN};
use crate::support::receiver::Receiver;
use crate::support::staff::store_of;
use crate::support::town::{Event, Town};

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const READINGS: &str = "vagus/v1/plant-a/gw-7/readings";
const SCREENINGS: &str = "vagus/v1/plant-a/gw-7/screenings";
const EXPOSURES: &str = "vagus/v1/plant-a/gw-7/exposures";
const ACTIONS: &str = "vagus/v1/plant-a/gw-7/actions";

/// What is planted, and how it must be taken.
#[derive(Default)]
struct Plan {
    /// Everything that must be found nowhere.
    canaries: Vec<String>,
    /// Topics and payloads.
    messages: Vec<(String, Vec<u8>)>,
    accepted: u64,
    rejected: u64,
    count: u32,
}

impl Plan {
    /// A number that no clock, count or duration shows: of three digits before the point and four after it.
    fn number(&mut self) -> f64 {
        self.number_above(0)
    }

    /// The same, so much higher. The last digit is never 0: the number would be printed without it, and not be found.
    fn number_above(&mut self, more: u32) -> f64 {
        let ten_thousandths = loop {
            self.count += 1;
            let number = 1_003_001 + 571 * self.count;
            if !number.is_multiple_of(10) {
                break 10_000 * more + number;
            }
        };
        let number = f64::from(ten_thousandths) / 10_000.0;
        let canary = format!("{number:.4}");
        assert_eq!(canary, number.to_string(), "it is looked for as it is sent");
        self.canaries.push(canary);
        number
    }

    fn text(&mut self, what: &str) -> String {
        self.count += 1;
        let text = format!("Canary{what}{:04}", self.count);
        self.canaries.push(text.clone());
        text
    }

    fn worker(&mut self) -> String {
        self.text("Worker")
    }

    fn send(&mut self, topic: &str, items: &Value, accepted: u64, rejected: u64) {
        self.messages.push((topic.to_owned(), items.to_string().into_bytes()));
        self.accepted += accepted;
        self.rejected += rejected;
    }

    fn send_raw(&mut self, topic: &str, payload: String) {
        self.messages.push((topic.to_owned(), payload.into_bytes()));
        self.rejected += 1;
    }
}

/// Readings, questionnaires and working days that are taken, with odd fields and names of bands.
fn good(plan: &mut Plan, at: Timestamp) {
    for hour in 0..30 {
        let (worker, device) = (plan.worker(), plan.text("Band"));
        let start = (at - SignedDuration::from_hours(48 + hour)).to_string();
        let windows: Vec<Value> = (0..2)
            .map(|window| {
                let start =
                    (at - SignedDuration::from_hours(48 + hour) + SignedDuration::from_mins(5 * window)).to_string();
                json!({"kind": "hrv", "worker": worker, "device": device, "start": start, "duration_s": 300,
                    "rmssd_ms": plan.number(), "sdnn_ms": plan.number(), "mean_hr_bpm": plan.number(),
                    "context": "rest_seated", plan.text("Field"): plan.text("Odd")})
            })
            .collect();
        plan.send(READINGS, &json!(windows), 2, 0);
        let beats = json!({"kind": "rr", "worker": worker, "device": plan.text("Band"), "start": start,
            "rr_ms": [plan.number(), plan.number()], "context": "activity", "notes": plan.text("Note")});
        plan.send(READINGS, &beats, 1, 0);
        let date = &start[..10];
        let day =
            json!({"worker": worker, "date": date, "noise_lex8h_dba": plan.number(), "remark": plan.text("Remark")});
        plan.send(EXPOSURES, &day, 1, 0);
    }
}

/// What is refused: values out of range, unknown words, broken payloads, names that are none.
fn bad(plan: &mut Plan, at: Timestamp) {
    let start = ago(at, 50).to_string();
    for _ in 0..10 {
        let (worker, value) = (plan.worker(), plan.number_above(4_000));
        plan.send(
            READINGS,
            &json!({"kind": "nightly", "worker": worker, "date": &start[..10], "rmssd_ms": value}),
            0,
            1,
        );
        let tag = json!({"kind": "tag", "worker": worker, "date": &start[..10], "tag": plan.text("Tag")});
        plan.send(READINGS, &tag, 0, 1);
        let sheet = json!({"worker": worker, "instrument": plan.text("Instrument"), "taken_at": start, "answers": [plan.number()]});
        plan.send(SCREENINGS, &sheet, 0, 1);
        let sheet = json!({"worker": worker, "instrument": "GAD-7", "taken_at": start, "answers": [plan.number(), 1, 1, 1, 1, 1, 1]});
        plan.send(SCREENINGS, &sheet, 0, 1);
        let news = json!({"action_id": plan.text("Action"), "state": "done", "at": start, "note": plan.text("Note")});
        plan.send(ACTIONS, &news, 0, 1);
        let broken = format!("{{\"kind\":\"hrv\",\"worker\":\"{}\",\"rmssd_ms\":{:.4},", plan.worker(), plan.number());
        plan.send_raw(READINGS, broken);
        let twice = format!("{{\"kind\":\"hrv\",\"{0}\":1,\"{0}\":{1:.4}}}", plan.text("Twice"), plan.number());
        plan.send_raw(READINGS, twice);
        let (id, value) = (plan.text("Id "), plan.number());
        plan.send_raw(
            READINGS,
            format!("{{\"message_id\":\"{id} {value:.4}\",\"items\":[{{\"worker\":\"{value:.4}\"}}]}}"),
        );
        let (id, topic, value) = (plan.number(), plan.text("Topic"), plan.number());
        plan.send_raw(&format!("vagus/v1/plant-a/{topic} {id:.4}/readings"), format!("{{\"rmssd_ms\":{value:.4}}}"));
        let (site, worker) = (plan.text("Site"), plan.worker());
        plan.send_raw(&format!("vagus/v1/{site}/gw-7/readings"), format!("{{\"worker\":\"{worker}\"}}"));
    }
}

/// Where a canary was found.
fn found(plan: &Plan, told: &[(&str, String)], may_be_told: &dyn Fn(&str) -> bool) -> Vec<String> {
    let in_place = |(place, text): &(&str, String)| -> Vec<String> {
        let found = plan.canaries.iter().filter(|canary| !may_be_told(canary) && text.contains(canary.as_str()));
        found
            .map(|canary| {
                let line = text.lines().find(|line| line.contains(canary.as_str())).unwrap_or_default();
                format!("{canary} in {place}: {}", line.chars().take(400).collect::<String>())
            })
            .collect()
    };
    told.iter().flat_map(in_place).collect()
}

fn channels(hooks: [(&str, &Receiver, &str); 2], key: &std::path::Path) -> String {
    let one = |(id, hook, kinds): (&str, &Receiver, &str)| {
        format!(
            "[[channels]]\nid = \"{id}\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{}/\"\n\
             allow_private_addresses = true\nsecret_files = [{key:?}]\n\
             [[routes]]\nchannel = \"{id}\"\nkinds = [{kinds}]\n",
            hook.port()
        )
    };
    hooks.map(one).concat()
}

/// An alert with its two actions, a note on the case and news of an action with another.
fn a_case(plan: &mut Plan, town: &mut Town, at: Timestamp) -> Event {
    let worker = plan.worker();
    let sheet = json!({"worker": worker, "instrument": "GAD-7", "taken_at": ago(at, 1).to_string(),
        "answers": [2, 2, 2, 2, 2, 1, 1], "comment": plan.text("Comment")});
    plan.accepted += 1;
    town.send_raw(SCREENINGS, sheet.to_string());
    let raised = town.wait_for_alerts(&worker, 1).remove(0);
    let case = raised.data["case_id"].as_str().unwrap().to_owned();
    PHYSICIAN.does(&town.vagus, &["ack", &case, "--note", &plan.text("CaseNote")]);
    let action = raised.actions()[0].1.to_owned();
    let news = json!({"action_id": action, "state": "accepted", "at": at.to_string(), "note": plan.text("ActionNote")});
    plan.accepted += 1;
    town.send_raw(ACTIONS, news.to_string());
    raised
}

fn over_http(plan: &mut Plan, town: &Town, at: Timestamp) {
    let clinic = Program::clinic(&town.vagus);
    let path = "/api/v1/sites/plant-a/sources/clinic/screenings";
    for _ in 0..5 {
        let id = format!("{} {:.4}", plan.text("Key"), plan.number());
        let headers = [("content-type", "application/json"), ("idempotency-key", id.as_str())];
        let sheet = json!({"worker": plan.worker(), "instrument": "GAD-7", "taken_at": ago(at, 1).to_string(),
            "answers": [0, 0, 1, 0, 0, 0, 0], "free_text": plan.text("FreeText")});
        let answer = clinic.post(path, &headers, sheet.to_string().as_bytes());
        assert_eq!((answer.status, answer.body["accepted"].as_u64()), (200, Some(1)), "{answer:?}");
        plan.accepted += 1;
        let broken = format!("{{\"worker\":\"{}\",\"answers\":[{:.4}", plan.worker(), plan.number());
        assert_eq!(clinic.post(path, &headers, broken.as_bytes()).status, 400);
        plan.rejected += 1;
        let asked = format!("/api/v1/workers/plant-a/{}?note={}", plan.worker(), plan.text("Query"));
        assert_ne!(clinic.get(&asked).status, 200, "a source may only send");
    }
}

/// Sends everything and waits until it was taken or refused as it must be.
fn send(plan: &Plan, town: &Town, before: (f64, f64)) {
    plan.messages.iter().for_each(|(topic, payload)| town.send_raw(topic, payload.clone()));
    let counted = |outcome: &str| town.vagus.metric("vagus_items_total{", &format!("outcome=\"{outcome}\""));
    eventually("everything was taken or refused", || {
        let (taken, refused) = (counted("accepted") + counted("duplicate"), counted("rejected"));
        let wanted = (before.0 + plan.accepted as f64, before.1 + plan.rejected as f64);
        ((taken, refused) == wanted).then_some(())
    });
}

#[test]
fn of_five_hundred_values_none_is_in_logs_metrics_or_traces_nor_with_a_receiver_who_may_not_have_it() {
    let (collector, alerts, reviews) = (Collector::start(), webhook(), webhook());
    let files = tempfile::tempdir().unwrap();
    let (key, token) = (files.path().join("key"), files.path().join("token"));
    std::fs::write(&key, KEY).unwrap();
    std::fs::write(&token, TOKEN).unwrap();
    let mut store = std::path::PathBuf::new();
    let mut town = Town::edited(|config| {
        store = store_of(&config);
        let hooks = [("alerts", &alerts, "\"raised\""), ("reviews", &reviews, "\"workload_review\"")];
        format!(
            "{config}{}{}[log]\nlevel = \"trace\"\n\
             [[http.sources]]\nsite = \"plant-a\"\nsource = \"clinic\"\ntoken_file = {token:?}\n",
            collector.section(1.0),
            channels(hooks, &key),
        )
    });
    let (mut plan, at) = (Plan::default(), now());
    let raised = a_case(&mut plan, &mut town, at);
    over_http(&mut plan, &town, at);
    good(&mut plan, at);
    bad(&mut plan, at);
    assert!(plan.canaries.len() >= 500, "{}", plan.canaries.len());
    send(&plan, &town, (0.0, 0.0));
    // Counted, an item is on its way to quarantine.
    eventually("all that was refused is kept", || {
        let kept = town.vagus.ask(&["quarantine", "list", "--limit", "1000"]);
        (kept["total"].as_u64() == Some(plan.rejected)).then_some(())
    });
    town.vagus.ask(&["quarantine", "retry", "--all"]);
    town.quiet();
    let (paged, reviewed) = (alerts.wait_for(1), reviews.wait_for(1));
    let messages = plan.messages.len();
    eventually("the traces have arrived", || {
        (collector.spans().iter().filter(|span| span.name == "message").count() > messages).then_some(())
    });
    let metrics = town.vagus.metrics();
    assert_eq!(town.vagus.stop(), Some(0));
    let json = town.vagus.log();
    assert!(json.contains("\"level\":\"DEBUG\"") && json.contains("receipt on its way"), "everything is logged");
    // The same once more, for people; all of it is known by now, or refused again.
    town.vagus.start_again_with(&[("VAGUS__LOG__FORMAT", "pretty")]);
    let sends_again = || plan.messages.iter().for_each(|(topic, payload)| town.send_raw(topic, payload.clone()));
    sends_again();
    let pretty = eventually("it is logged for people too", || {
        let pretty = town.vagus.log().split_off(json.len());
        (pretty.matches("applied").count() >= messages).then_some(pretty)
    });
    assert!(pretty.contains("DEBUG") && !pretty.contains("{\"timestamp\""), "for people");

    let traces = Value::from(collector.requests()).to_string();
    let delays = std::fs::read_to_string(store.join("latency.hlog")).unwrap_or_default();
    let told = [
        ("the log in JSON", json),
        ("the log for people", pretty),
        ("metrics", metrics),
        ("traces", traces),
        ("delays", delays),
    ];
    let mut leaks = found(&plan, &told, &|_| false);

    // Whoever is told of a case is told whose it is, and of nobody else, and nothing that was written to others.
    let told = [("the alert", Value::from(paged).to_string()), ("the event", raised.data.to_string())];
    assert!(told[0].1.contains(&raised.subject));
    leaks.extend(found(&plan, &told, &|canary| canary == raised.subject));
    // Not even whose it is.
    leaks.extend(found(&plan, &[("the review", Value::from(reviewed).to_string())], &|_| false));
    assert_eq!(leaks, Vec::<String>::new());
}

fn webhook() -> Receiver {
    Receiver::of_webhooks(None, &[KEY])
}
