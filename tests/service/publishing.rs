//! `vagus publish`: what it kept reaches the service once, whoever is killed meanwhile.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};
use vagus::domain::SignedDuration;

use crate::support::client::TestClient;
use crate::support::eventually;
use crate::support::feed::{ago, now};
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::strace;
use crate::support::vagus::{BINARY, Vagus};

/// A recording in a directory of its own, and how to publish it.
struct Recording {
    directory: tempfile::TempDir,
    items: u64,
}

impl Recording {
    /// So many messages of two sources, in each form; three items in most.
    fn of(messages: i64) -> Self {
        let mut items = 0;
        let mut lines = String::new();
        for number in 0..messages {
            let source = if number % 3 == 2 { "gw-8" } else { "gw-7" };
            let window = |place: i64| {
                let start = ago(now(), 100) + SignedDuration::from_mins(5 * (3 * number + place));
                json!({"kind": "hrv", "worker": format!("w-{source}-{}", number % 7), "device": "band-1",
                    "start": start.to_string(), "duration_s": 300, "rmssd_ms": 40.0, "context": "work"})
            };
            let payload = match number % 5 {
                0 => window(0),
                1 => json!({"message_id": "recorded", "items": [window(0), window(1), window(2)]}),
                _ => json!([window(0), window(1), window(2)]),
            };
            items += payload.as_array().map_or(if number % 5 == 0 { 1 } else { 3 }, |list| list.len() as u64);
            lines += &line(&format!("vagus/v1/plant-a/{source}/readings"), &payload);
        }
        Self::holding(&lines, items)
    }

    fn holding(lines: &str, items: u64) -> Self {
        let recording = Self { directory: tempfile::tempdir().unwrap(), items };
        fs::write(recording.input(), lines).unwrap();
        recording
    }

    fn input(&self) -> PathBuf {
        self.directory.path().join("feed.jsonl")
    }

    fn spool(&self) -> PathBuf {
        self.directory.path().join("feed.jsonl.spool")
    }

    /// How much has been written about its messages so far.
    fn log_bytes(&self) -> u64 {
        fs::metadata(self.spool().join("messages.log")).map_or(0, |file| file.len())
    }

    fn command(&self, config: &Path, more: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(["publish", "--output", "json", "--config"]).arg(config).arg("--input").arg(self.input());
        command.args(more).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn start(&self, config: &Path, more: &[&str]) -> Child {
        self.command(config, more).spawn().unwrap()
    }

    /// Publishes to the end; gives the exit status and the summary.
    fn publish(&self, config: &Path, more: &[&str]) -> (Option<i32>, Value) {
        ended(self.command(config, more).output().unwrap())
    }

    /// Every message was told of once, and the service knows each item: published again, all are duplicates.
    fn assert_whole(&self, config: &Path, summary: &Value, messages: u64) {
        assert_eq!((&summary["end"], &summary["waiting"]), (&json!("finished"), &json!(0)), "{summary}");
        let count = |key: &str| summary[key].as_u64().unwrap();
        assert_eq!((count("messages"), count("accepted") + count("duplicate")), (messages, self.items), "{summary}");
        assert!(!self.spool().exists(), "nothing is left to keep");
        let (status, again) = self.publish(config, &[]);
        assert_eq!((status, &again["accepted"], &again["duplicate"]), (Some(0), &json!(0), &json!(self.items)));
    }
}

fn line(topic: &str, payload: &Value) -> String {
    json!({"received_at": now().to_string(), "topic": topic, "payload": payload}).to_string() + "\n"
}

fn ended(output: Output) -> (Option<i32>, Value) {
    let said = String::from_utf8_lossy(&output.stderr);
    let summary = serde_json::from_slice(&output.stdout);
    (output.status.code(), summary.unwrap_or_else(|_| panic!("no summary: {said}")))
}

fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

#[test]
fn publishing_ends_when_each_message_has_its_receipt_and_the_source_is_online_meanwhile() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let vagus = Vagus::start_edited(broker.port(), |config| config);
    let watcher = TestClient::connect(broker.port(), "watcher");
    watcher.subscribe("vagus/v1/plant-a/gw-7/status");
    let recording = Recording::of(50);
    let (status, summary) = recording.publish(&vagus.config(), &[]);
    assert_eq!((status, &summary["accepted"]), (Some(0), &json!(recording.items)), "{summary}");
    let said: Vec<_> = watcher.wait_for(2).into_iter().map(|message| message.payload).collect();
    assert_eq!(said, [b"online".to_vec(), b"offline".to_vec()]);
    recording.assert_whole(&vagus.config(), &summary, 50);
}

#[test]
fn killed_at_any_point_it_goes_on_where_it_was() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let vagus = Vagus::start_edited(broker.port(), |config| config);
    let watcher = TestClient::connect(broker.port(), "watcher");
    watcher.subscribe("vagus/v1/plant-a/gw-7/status");
    let recording = Recording::of(300);
    let options = ["--rate", "100", "--receipt-timeout", "2", "--give-up-after", "25"];
    let mut kills = 0;
    // From before its file is there to near the end, by how much has been written of its messages.
    for point in 0_u64.. {
        let before = recording.log_bytes();
        let mut child = recording.start(&vagus.config(), &options);
        let is_ended = eventually("it writes", || {
            let is_far_enough = recording.log_bytes() >= before + 400 * point.min(12);
            child.try_wait().unwrap().map(|_| true).or_else(|| is_far_enough.then_some(false))
        });
        if is_ended {
            let (status, summary) = ended(child.wait_with_output().unwrap());
            assert_eq!(status, Some(0), "{summary}");
            recording.assert_whole(&vagus.config(), &summary, 300);
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        assert!(kills < 300, "it never gets to an end");
    }
    assert!(kills >= 15, "killed {kills} times");
    eventually("its last will, or its good-bye", || {
        (watcher.wait_for(1).last().unwrap().payload == b"offline").then_some(())
    });
}

#[test]
fn a_broker_that_forgets_and_a_service_that_dies_lose_nothing() {
    // Without persistence: whatever it acknowledged is gone with it.
    let mut broker = Mosquitto::start(&MosquittoConfig::default());
    let mut vagus = Vagus::start_edited(broker.port(), |config| config);
    // Long enough that there is more to write at the last kill, however slow the starts between them are.
    let recording = Recording::of(360);
    let options = ["--rate", "40", "--receipt-timeout", "1", "--in-flight", "20", "--give-up-after", "25"];
    let mut child = recording.start(&vagus.config(), &options);
    for point in 0..12 {
        let before = recording.log_bytes();
        eventually("it writes more", || (recording.log_bytes() > before + 500).then_some(()));
        assert!(child.try_wait().unwrap().is_none(), "it ended before kill {point}");
        if point % 2 == 0 {
            broker.kill9();
            broker.start_again();
        } else {
            vagus.kill9();
            vagus.start_again();
        }
    }
    vagus.wait_until_ready();
    let (status, summary) = ended(child.wait_with_output().unwrap());
    assert_eq!(status, Some(0), "{summary}");
    assert!(summary["sent_again"].as_u64().unwrap() > 0, "{summary}");
    recording.assert_whole(&vagus.config(), &summary, 360);
}

#[test]
fn no_message_is_sent_before_it_is_synced_to_disk() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let vagus = Vagus::start_edited(broker.port(), |config| config);
    let recording = Recording::of(40);
    let trace = recording.directory.path().join("trace");
    let publish = recording.command(&vagus.config(), &["--rate", "200"]);
    strace::must_start_programs();
    let mut strace = Command::new("strace");
    strace.args(["-f", "-yy", "-s", "65536", "-e", "trace=fdatasync,write,writev,sendto,sendmsg", "-o"]).arg(&trace);
    let output = strace.arg(publish.get_program()).args(publish.get_args()).output().expect("strace is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let trace = fs::read_to_string(trace).unwrap();
    let lines: Vec<&str> = trace.lines().collect();
    for number in 1..=40 {
        let id = format!("-{number:06}\\\"");
        let place = |what: &str| lines.iter().position(|line| line.contains(what) && line.contains(&id));
        let written = place("messages.log").unwrap_or_else(|| panic!("message {number} was not kept"));
        let sent = place("TCP:[").unwrap_or_else(|| panic!("message {number} was not sent"));
        let is_sync = |line: &&str| line.contains("fdatasync") && line.ends_with("= 0");
        assert!(lines[written..sent.max(written)].iter().any(is_sync), "message {number} was sent before its sync");
    }
}

#[test]
fn what_is_refused_is_told_with_its_remedy_and_can_be_mended_and_published() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let vagus = Vagus::start_edited(broker.port(), |config| config);
    let tag = |name: &str| json!({"kind": "tag", "date": ago(now(), 24).to_string()[..10], "tag": name});
    let readings = "vagus/v1/plant-a/gw-7/readings";
    let huge = json!({"items": [tag("illness")], "padding": []});
    let lines = [
        line(readings, &json!({"worker": "w-1", "items": [tag("alcohol"), tag("alcohole")]})),
        "no message\n".to_owned(),
        line("vagus/v1/plant-b/gw-7/readings", &json!([tag("travel")])),
        line("vagus/v1/plant-a/gw-7/status", &json!("online")),
        line(readings, &json!({"worker": "w-1", "items": [tag(&"x".repeat(262_144))]})),
        line(readings, &huge),
    ];
    let recording = Recording::holding(&lines.concat(), 1);
    let (status, summary) = recording.publish(&vagus.config(), &[]);
    assert_eq!(status, Some(2), "{summary}");
    assert_eq!((&summary["accepted"], &summary["rejected"]), (&json!(1), &json!(5)), "{summary}");
    let mut reasons: Vec<_> = summary["reasons"].as_array().unwrap().iter().map(|r| r["reason"].clone()).collect();
    reasons.sort_by_key(ToString::to_string);
    assert_eq!(reasons, ["bad_line", "bad_shape", "missing_field", "too_large", "wrong_site"]);
    assert!(summary["reasons"].as_array().unwrap().iter().all(|r| r["remedy"].as_str().unwrap().len() > 20));

    let file = recording.spool().join("rejected.jsonl");
    let refused = fs::read_to_string(&file).unwrap();
    let misspelled = refused.lines().find(|line| line.contains("alcohole")).unwrap();
    assert!(misspelled.contains("\"index\":1") && misspelled.contains("\"worker\":\"w-1\""), "{misspelled}");
    assert!(!misspelled.contains("\"alcohol\""), "only the refused item: {misspelled}");
    let check = Command::new(BINARY).args(["check", "--config"]).arg(vagus.config()).arg("--input").arg(&file).output();
    let said = String::from_utf8(check.unwrap().stdout).unwrap();
    assert!(said.contains("4 messages: 0 items accepted, 5 rejected"), "{said}");
    assert!(said.contains("bad_line: is no message but line 2 of what was published"), "{said}");
    assert!(said.contains("alcohole") && !said.contains("unknown field `reason`"), "{said}");
    let before = fs::read_to_string(&file).unwrap();
    assert_eq!(recording.publish(&vagus.config(), &[]).0, Some(2));
    assert_eq!(fs::read_to_string(&file).unwrap(), before, "published again, nothing stands there twice");
    let mended = Recording::holding(&(misspelled.replace("alcohole", "illness") + "\n"), 1);
    let (status, summary) = mended.publish(&vagus.config(), &[]);
    assert_eq!((status, &summary["accepted"]), (Some(0), &json!(1)), "{summary}");
    assert!(file.exists(), "it stays until somebody removes it");
}

/// What the README tells to type to record a feed, up to where it goes.
fn recorder() -> &'static str {
    let readme = include_str!("../../README.md");
    let command = &readme[readme.find("`mosquitto_sub -q 1 -t vagus/v1/+/+/readings").unwrap() + 1..];
    command.split(" > feed.jsonl").next().unwrap()
}

#[test]
fn what_mosquitto_sub_records_as_the_readme_says_is_checked_replayed_and_published_whatever_its_line_breaks() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let recording = Recording::holding("", 2);
    let recorder = format!("exec {} -C 2 -p {}", recorder().replace('\n', " "), broker.port());
    let recorder =
        Command::new("sh").args(["-c", &recorder]).env("TZ", "Asia/Ho_Chi_Minh").stdout(Stdio::piped()).spawn();
    eventually("it listens", || broker.log().contains("vagus/v1/+/+/actions (QoS 1)").then_some(()));
    let gateway = TestClient::connect(broker.port(), "gateway");
    let tag = json!({"kind": "tag", "worker": "w-1", "date": ago(now(), 24).to_string()[..10], "tag": "alcohol"});
    let pretty = serde_json::to_string_pretty(&json!([tag])).unwrap();
    gateway.publish("vagus/v1/plant-a/gw-7/readings", pretty.replace('\n', "\r\n").as_bytes());
    gateway.publish("vagus/v1/plant-a/gw-8/readings", pretty.replace("w-1", "w-2").as_bytes());
    let recorded = recorder.unwrap().wait_with_output().unwrap();
    fs::write(recording.input(), &recorded.stdout).unwrap();

    let vagus = Vagus::start_edited(broker.port(), |config| config);
    let other = |command: &str| {
        let mut other = Command::new(BINARY);
        let said = other.args([command, "--config"]).arg(vagus.config()).arg("--input").arg(recording.input()).output();
        let said = said.unwrap();
        (said.status.code(), String::from_utf8([said.stdout, said.stderr].concat()).unwrap())
    };
    let (status, said) = other("check");
    assert!(status == Some(0) && said.contains("2 messages: 2 items accepted, 0 rejected"), "{said}");
    let (status, said) = other("replay");
    assert!(status == Some(0) && said.contains("2 messages: 2 items accepted"), "{said}");
    let (status, summary) = recording.publish(&vagus.config(), &[]);
    assert_eq!((status, &summary["accepted"]), (Some(0), &json!(2)), "{summary}");
    recording.assert_whole(&vagus.config(), &summary, 2);
}

#[test]
fn interrupted_it_says_good_bye_and_how_to_go_on() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let vagus = Vagus::start_edited(broker.port(), |config| config);
    let recording = Recording::of(60);
    let mut child = recording.start(&vagus.config(), &["--rate", "30"]);
    eventually("some have their receipt", || {
        let log = fs::read(recording.spool().join("messages.log")).unwrap_or_default();
        String::from_utf8_lossy(&log).contains("Settled").then_some(())
    });
    let second = recording.command(&vagus.config(), &[]).output().unwrap();
    assert_eq!(second.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&second.stderr).contains("in use by another"), "{second:?}");
    signal(&child, "INT");
    let status = eventually("it ends", || child.try_wait().unwrap());
    let (_, summary) = ended(child.wait_with_output().unwrap());
    assert_eq!((status.code(), &summary["end"]), (Some(1), &json!("stopped")), "{summary}");

    let (status, summary) = recording.publish(&vagus.config(), &[]);
    assert_eq!(status, Some(0), "{summary}");
    recording.assert_whole(&vagus.config(), &summary, 60);
}

#[test]
fn without_a_service_it_gives_up_when_told_and_keeps_everything() {
    let login = Some(("gateway".to_owned(), "bread and butter".to_owned()));
    let broker = Mosquitto::start(&MosquittoConfig { login, ..MosquittoConfig::default() });
    let recording = Recording::of(30);
    let secret = recording.directory.path().join("password");
    fs::write(&secret, "bread and butter\n").unwrap();
    // A gateway needs no more of a configuration than this.
    let config = recording.directory.path().join("gateway.toml");
    let mqtt = format!(
        "[mqtt]\nport = {}\nprotocol = \"3.1.1\"\nusername = \"gateway\"\npassword_file = {secret:?}\n",
        broker.port()
    );
    fs::write(&config, &mqtt).unwrap();
    let mut command = Command::new(BINARY);
    command.args(["publish", "--config"]).arg(&config).arg("--input").arg(recording.input());
    let output = command.args(["--give-up-after", "1"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("30 messages without receipt are in") && said.contains("give the same command"), "{said}");

    let anonymous = format!(
        "[mqtt]
host = \"127.0.0.1\"
port = {}
",
        broker.port()
    );
    let vagus = Vagus::start_edited(broker.port(), |text| text.replace(&anonymous, &mqtt));
    let (status, summary) = recording.publish(&config, &[]);
    assert_eq!((status, &summary["accepted"]), (Some(0), &json!(recording.items)), "{summary}");
    drop(vagus);
}

#[test]
fn a_source_that_the_broker_does_not_let_speak_ends_with_cause_and_remedy_and_the_others_go_on() {
    let directory = tempfile::tempdir().unwrap();
    let list = directory.path().join("acl");
    fs::write(&list, "topic deny vagus/v1/plant-a/gw-7/readings\ntopic readwrite vagus/#\n").unwrap();
    let extra = vec![format!("acl_file {}", list.display())];
    let mut broker = Mosquitto::start(&MosquittoConfig { extra, ..MosquittoConfig::default() });
    let mut vagus = Vagus::start_edited(broker.port(), |config| config);
    let recording = Recording::of(9);
    let (status, summary) = recording.publish(&vagus.config(), &["--give-up-after", "20"]);
    assert_eq!((status, &summary["end"]), (Some(1), &json!("refused")), "{summary}");
    assert_eq!((&summary["messages"], &summary["waiting"]), (&json!(3), &json!(6)), "{summary}");
    let problem = summary["problems"][0].as_str().unwrap();
    assert!(problem.contains("publish to vagus/v1/plant-a/gw-7/…: not authorized"), "{problem}");
    assert!(problem.contains("mqtt.username") && problem.contains("vagus.acl"), "{problem}");

    fs::write(&list, "topic readwrite vagus/#\n").unwrap();
    broker.restart();
    vagus.wait_until_ready();
    let (status, summary) = recording.publish(&vagus.config(), &[]);
    assert_eq!((status, &summary["messages"]), (Some(0), &json!(9)), "{summary}");
}

#[test]
fn two_that_speak_for_one_source_are_told_that_they_take_over_from_each_other() {
    let broker = Mosquitto::start(&MosquittoConfig::default());
    let recording = Recording::of(1);
    let config = recording.directory.path().join("gateway.toml");
    fs::write(&config, format!("[mqtt]\nport = {}\n", broker.port())).unwrap();
    let first = recording.start(&config, &["--give-up-after", "3"]);
    eventually("the first is connected", || broker.log().contains("plant-a/gw-7/status").then_some(()));
    let mut second = recording.command(&config, &["--give-up-after", "1", "--spool"]);
    second.arg(recording.directory.path().join("2"));
    let (status, _) = ended(second.output().unwrap());
    assert_eq!(status, Some(1));
    let said = String::from_utf8(first.wait_with_output().unwrap().stderr).unwrap();
    assert!(said.contains("another client connect") && said.contains("two programs must not speak"), "{said}");
}

#[test]
fn what_cannot_be_published_is_told_without_a_spool_and_a_give_up_names_its_cause() {
    let recording = Recording::of(3);
    let config = recording.directory.path().join("gateway.toml");
    fs::write(&config, "[mqtt]\nport = 1\n").unwrap();
    let said = |input: &str, more: &[&str]| {
        let mut command = Command::new(BINARY);
        command.args(["publish", "--config", "gateway.toml", "--input", input]).args(more);
        let output = command.current_dir(recording.directory.path()).output().unwrap();
        (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (status, text) = said(".", &[]);
    assert!(status == Some(2) && text.contains("is a directory; name a file after --input"), "{text}");
    let (status, text) = said("feed.jsonl", &["--spool", "/dev/null"]);
    assert!(status == Some(2) && text.contains("/dev/null is no directory"), "{text}");
    assert!(!text.contains("to go on"), "there is nothing to go on with: {text}");
    assert_eq!(said("elsewhere.jsonl", &[]).0, Some(2));
    assert!(!recording.directory.path().join("elsewhere.jsonl.spool").exists());
    fs::write(recording.directory.path().join("empty.jsonl"), "\n\n").unwrap();
    let (status, text) = said("empty.jsonl", &[]);
    assert!(status == Some(0) && text.contains("empty.jsonl holds no message"), "{text}");
    let (status, text) = said("feed.jsonl", &["--give-up-after", "1"]);
    assert!(status == Some(1) && text.contains("no receipt came for too long: cannot reach the broker"), "{text}");
    assert!(text.contains("1 message_id of the input replaced by new ones"), "{text}");
}
