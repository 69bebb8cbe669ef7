//! Backups of the real service: under load, restored elsewhere, to the same bytes; and everything that can go wrong.

use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use vagus::telemetry::latency::Stopwatch;

use crate::support::client::TestClient;
use crate::support::eventually;
use crate::support::feed::{Message, ago, gad7, nights, now, phq9_with_crisis};
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::town::Town;
use crate::support::vagus::{BINARY, Vagus, configuration};

mod reference;

/// A place to restore into, with a configuration of its own, and what is made there.
pub(crate) struct Elsewhere {
    directory: tempfile::TempDir,
}

impl Elsewhere {
    pub(crate) fn new(broker_port: u16) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let config = configuration(broker_port, &directory.path().join("data"));
        std::fs::write(directory.path().join("vagus.toml"), config).unwrap();
        Self { directory }
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(BINARY);
        command.args(words).arg("--config").arg(self.directory.path().join("vagus.toml"));
        command
    }

    fn restore(&self, from: &Path, more: &[&str]) -> Output {
        self.command(&["restore"]).arg("--from").arg(from).args(more).output().unwrap()
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn succeeded(output: &Output) -> String {
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

fn refused(output: &Output, words: &str) {
    let told = text(&output.stderr);
    assert!(!output.status.success() && told.contains(words), "{words:?} is not in {told:?}");
}

fn report(output: &Output) -> Value {
    serde_json::from_str(&succeeded(output)).unwrap()
}

fn store_of(vagus: &Vagus) -> PathBuf {
    vagus.config().with_file_name("data")
}

fn back_up(vagus: &Vagus, to: &Path) -> Output {
    vagus.command(&["backup"], &["--to", to.to_str().unwrap(), "--output", "json"])
}

/// What arrives at a plant without end: nights of many, questionnaires, a crisis now and then, and what is refused.
fn arrivals(round: i64) -> Vec<Message> {
    let at = ago(now(), 1);
    (0..8)
        .flat_map(|place| {
            let worker = format!("w-{}", (round * 8 + place) % 40);
            let mut messages = nights(&worker, 3, place % 3, 1 + round % 30, at);
            messages.push(gad7(
                &worker,
                [3, 12, 15][usize::try_from((round + place) % 3).unwrap()],
                ago(at, round % 200),
            ));
            if (round * 8 + place) % 61 == 0 {
                messages.push(phq9_with_crisis(&worker, ago(at, round % 200)));
            }
            // Of tomorrow: it is refused, and kept in quarantine.
            messages.push(gad7(&format!("w-early-{round}-{place}"), 5, ago(at, -48)));
            messages
        })
        .collect()
}

#[test]
fn twenty_backups_under_load_hold_the_same_cases_states_and_position_to_the_byte() {
    let town = Town::new();
    let backups = tempfile::tempdir().unwrap();
    let (over, quiet) = (AtomicBool::new(false), Mosquitto::start(&MosquittoConfig::persistent()));
    let places: Vec<Elsewhere> = std::thread::scope(|scope| {
        let (port, over) = (town.broker.port(), &over);
        scope.spawn(move || {
            let gateway = TestClient::connect(port, "gw-of-many");
            for round in 0.. {
                for (n, message) in arrivals(round).iter().enumerate() {
                    gateway.send(&message.topic(), message.envelope(&format!("{round}:{n}")));
                }
                gateway.wait_for_acknowledgements();
                if over.load(Ordering::Acquire) {
                    return;
                }
            }
        });
        eventually("there are cases", || {
            let cases = town.vagus.ask(&["cases", "list"]);
            (cases.as_object().unwrap().values().any(|rows| rows.as_array().is_some_and(|rows| !rows.is_empty())))
                .then_some(())
        });
        let made = (0..20).map(|n| {
            let (to, place) = (backups.path().join(format!("{n}.tar")), Elsewhere::new(quiet.port()));
            let made = report(&back_up(&town.vagus, &to));
            let restored = report(&place.restore(&to, &["--output", "json"]));
            assert_eq!((&made["row"], &made["workers"]), (&restored["row"], &restored["workers"]));
            place
        });
        let made = made.collect();
        over.store(true, Ordering::Release);
        made
    });
    let mut town = town;
    town.quiet();
    assert_eq!(town.vagus.stop(), Some(0));

    let mut original = reference::Original::read(&town.vagus.config());
    let mut rows = BTreeSet::new();
    for place in &places {
        rows.insert(original.is_same_as(&place.store()));
    }
    println!(
        "20 backups at rows {rows:?}; the longest pause between two rows meanwhile {} ms",
        original.longest_pause_ms()
    );
    assert!(rows.len() >= 15, "they were made at different moments: {rows:?}");

    // And in a process of its own that starts from it: what people ask is answered alike.
    let last = backups.path().join("last.tar");
    report(&back_up(&town.vagus, &last));
    let place = Elsewhere::new(quiet.port());
    succeeded(&place.restore(&last, &[]));
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    let mut other = Vagus::at(place.directory);
    other.wait_until_ready();
    for question in
        [["cases", "list"], ["workers", "list"], ["outbox", "list"], ["quarantine", "list"], ["accounts", "list"]]
    {
        assert_eq!(other.ask(&question), town.vagus.ask(&question), "{question:?}");
    }
    assert_eq!(other.stop(), Some(0));
}

/// A service with some workers, cases and refused items.
fn lived() -> Town {
    let mut town = Town::new();
    let mut messages: Vec<Message> = (0..12).flat_map(|n| nights(&format!("w-{n}"), 30, 3, 1, now())).collect();
    messages.extend((0..12).map(|n| gad7(&format!("w-{n}"), 12, ago(now(), 3))));
    town.send_all(&messages);
    town.wait_for_alerts("w-11", 1);
    // What the snapshot in a backup has is written some seconds behind.
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("first.tar");
    eventually("the workers are saved", || {
        let made =
            report(&town.vagus.command(&["backup"], &["--force", "--to", to.to_str().unwrap(), "--output", "json"]));
        (made["open_cases"].as_u64() == Some(12)).then_some(())
    });
    town
}

/// Of each backup that the audit of a store tells of, in order: what became of it, and the words about it.
fn backups_told_of(store: &Path) -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(store.join("audit")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let text: String = files.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let word = |line: &Value, key: &str| line[key].as_str().unwrap().to_owned();
    lines.filter(|line| line["what"] == "backup").map(|line| (word(&line, "outcome"), word(&line, "change"))).collect()
}

/// Of five backups: the first to a file, the third to standard output, the fourth onto a full disk, and the begin of
/// the last.
fn tells_of_five(told: &[(String, String)], to: &Path, made: &Value) {
    let outcomes: Vec<&str> = told.iter().map(|(outcome, _)| outcome.as_str()).collect();
    assert_eq!(
        outcomes,
        ["granted", "done", "granted", "done", "granted", "done", "granted", "failed", "granted"],
        "{told:?}"
    );
    let words = |n: usize| told[n].1.as_str();
    assert_eq!(words(0), format!("to {}", to.display()));
    assert!(words(1).starts_with(&format!("to {}: row {}, ", to.display(), made["row"])), "{}", words(1));
    assert!(words(5).starts_with("to standard output: row "), "{}", words(5));
    assert!(words(7).starts_with("to standard output: ") && words(7).contains("No space left"), "{}", words(7));
}

/// When a backup was made, as metrics tell it.
fn made_at_s(report: &Value) -> f64 {
    let at: jiff::Timestamp = report["made_at"].as_str().unwrap().parse().unwrap();
    at.as_second() as f64
}

fn last_backup_is(vagus: &Vagus, report: &Value) {
    let shown = vagus.metric("vagus_backup_last_success_timestamp_seconds", "");
    assert!((shown - made_at_s(report)).abs() < 0.5, "{shown} and {report}");
}

#[test]
fn a_backup_is_for_its_owner_alone_goes_through_pipes_and_is_told_in_the_audit() {
    let mut town = lived();
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("vagus.tar");
    let before = backups_told_of(&store_of(&town.vagus)).len();
    let made = report(&back_up(&town.vagus, &to));
    last_backup_is(&town.vagus, &made);
    assert_eq!(
        (made["answer"].as_str(), made["workers"].as_u64(), made["open_cases"].as_u64()),
        (Some("backed_up"), Some(12), Some(12))
    );
    assert_eq!(std::fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(made["bytes"].as_u64(), Some(std::fs::metadata(&to).unwrap().len()));
    refused(&back_up(&town.vagus, &to), "is there already; --force replaces it");
    let forced = town.vagus.command(&["backup"], &["--to", to.to_str().unwrap(), "--force"]);
    assert!(succeeded(&forced).contains("the backup is made: row"), "{}", text(&forced.stdout));
    let left: Vec<_> = std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["vagus.tar"]);
    // As root, /dev/null would be a file afterwards.
    let pipe = directory.path().join("pipe");
    succeeded(&Command::new("mkfifo").arg(&pipe).output().unwrap());
    let forced = town.vagus.command(&["backup"], &["--to", pipe.to_str().unwrap(), "--force"]);
    refused(&forced, "is no file that a backup could replace; --to - writes to standard output");

    // Any tar reads it, and sha256sum agrees.
    let unpack = format!("cd {:?} && tar xf vagus.tar && sha256sum --check --quiet SHA256SUMS", directory.path());
    succeeded(&Command::new("sh").args(["-c", &unpack]).output().unwrap());
    assert!(std::fs::read_to_string(directory.path().join("accounts.json")).unwrap().contains("admin"));

    let piped = format!("{BINARY} backup --config {:?} --to - | {BINARY} backup verify -", town.vagus.config());
    let piped = Command::new("sh").args(["-c", &piped]).output().unwrap();
    assert!(succeeded(&piped).contains("12 workers of 1 site, 12 cases (12 open)"), "{}", text(&piped.stdout));
    assert!(text(&piped.stderr).contains("the backup is made"), "{}", text(&piped.stderr));
    let full = format!("{BINARY} backup --config {:?} --to - > /dev/full", town.vagus.config());
    let known = town.vagus.metric("vagus_backup_last_success_timestamp_seconds", "");
    refused(&Command::new("sh").args(["-c", &full]).output().unwrap(), "No space left on device");
    eventually("that it failed is written down", || {
        let told = backups_told_of(&store_of(&town.vagus));
        told.last().filter(|(outcome, _)| outcome == "failed").map(|_| ())
    });
    let after = town.vagus.metric("vagus_backup_last_success_timestamp_seconds", "");
    assert!((after - known).abs() < 0.5, "what failed is no backup");
    refused(&town.vagus.command(&["restore"], &["--from", to.to_str().unwrap()]), "a service runs on");
    assert_eq!(town.vagus.stop(), Some(0));
    refused(&town.vagus.command(&["restore"], &["--from", to.to_str().unwrap()]), "there is a store in it");

    // Where no service runs the store itself is read.
    let other = directory.path().join("stopped.tar");
    let stopped = report(&back_up(&town.vagus, &other));
    let place = Elsewhere::new(1);
    succeeded(&place.restore(&other, &[]));
    assert!(stopped["row"].as_u64() >= made["row"].as_u64());
    // The first, the forced one, the piped one, that onto a full disk, and the last, of which it holds the begin.
    tells_of_five(&backups_told_of(&place.store())[before..], &to, &made);
    let told = backups_told_of(&store_of(&town.vagus));
    assert_eq!(told.last().unwrap().0, "done", "{told:?}");
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    last_backup_is(&town.vagus, &stopped);
    // What was restored is the newest backup of what is there now.
    let mut other = Vagus::at(place.directory);
    other.wait_until_alive();
    last_backup_is(&other, &stopped);
    drop(other);
}

#[test]
fn everything_in_the_directory_of_a_store_is_in_a_backup_or_known_to_be_left_out() {
    let town = lived();
    let taken = ["journal", "view", "accounts.json", "audit", "looked.json", "sources.json"];
    let left_out = [
        "LOCK",
        "ballast",
        "backups.json",
        "control.sock",
        "latency.hlog",
        "snapshots",
        "starts.json",
        "worker-links.json",
    ];
    town.vagus.ask(&["workers", "link", "plant-a", "w-1"]);
    for entry in std::fs::read_dir(store_of(&town.vagus)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known =
            |known: &&str| name == **known || name.strip_prefix(*known).is_some_and(|rest| rest.starts_with('.'));
        assert!(taken.iter().chain(&left_out).any(is_known), "is {name} to be in a backup? See src/app/backup.rs");
    }
}

#[test]
fn a_damaged_backup_is_refused_in_words_and_puts_nothing_in_place() {
    let town = lived();
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("vagus.tar");
    report(&back_up(&town.vagus, &to));
    let whole = std::fs::read(&to).unwrap();
    let place = Elsewhere::new(1);
    let bad = directory.path().join("bad.tar");
    for step in 1..6 {
        let at = whole.len() * step / 6;
        let mut changed = whole.clone();
        changed[at] ^= 4;
        for bytes in [&changed[..], &whole[..at]] {
            std::fs::write(&bad, bytes).unwrap();
            refused(&place.restore(&bad, &[]), "backup");
            refused(&place.restore(&bad, &["--check"]), "backup");
            refused(&Command::new(BINARY).args(["backup", "verify"]).arg(&bad).output().unwrap(), "backup");
        }
    }
    assert!(!place.store().join("journal").exists());
    refused(&place.restore(&bad, &[]), "no service starts on it before a restore comes through");
    // Not even an empty one: somebody wanted the old store back.
    refused(&place.command(&["run"]).output().unwrap(), "was to be restored into");
    std::fs::write(&bad, "a letter to my aunt, and nothing else\n".repeat(100)).unwrap();
    refused(&place.restore(&bad, &[]), "does not look like a backup of Vagus");
    succeeded(&place.restore(&to, &[]));
}

/// A command whose input or output this test holds up.
fn held(mut command: Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn killed(mut child: Child) {
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_kill_in_the_middle_leaves_no_backup_and_half_a_restore_starts_nothing() {
    let mut town = lived();
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("vagus.tar");
    let begin = |to: &str| {
        let mut command = Command::new(BINARY);
        command.args(["backup", "--to", to, "--config"]).arg(town.vagus.config());
        held(command)
    };
    // The command is killed, with more to come than the pipe takes: the service goes on, and makes the next.
    let mut child = begin("-");
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 1_000]).unwrap();
    killed(child);
    killed(begin(to.to_str().unwrap()));
    let left = || to.exists().then(|| std::fs::read(&to).unwrap());
    assert!(left().is_none(), "so soon it cannot be whole");
    eventually("the next backup is made", || back_up(&town.vagus, &to).status.success().then_some(()));
    let whole = left().unwrap();
    succeeded(&Command::new(BINARY).args(["backup", "verify"]).arg(&to).output().unwrap());

    // The service is killed: the command says so, and what came is no backup.
    let mut child = begin("-");
    let mut came = vec![0; 1_000];
    child.stdout.as_mut().unwrap().read_exact(&mut came).unwrap();
    town.vagus.kill9();
    child.stdout.as_mut().unwrap().read_to_end(&mut came).unwrap();
    let ended = child.wait_with_output().unwrap();
    refused(&ended, "the running service cannot be asked");
    let half = directory.path().join("half.tar");
    std::fs::write(&half, &came).unwrap();
    refused(&Command::new(BINARY).args(["backup", "verify"]).arg(&half).output().unwrap(), "backup");

    // A restore is killed when half of it came.
    let place = Elsewhere::new(1);
    let mut child = held({
        let mut command = place.command(&["restore"]);
        command.args(["--from", "-"]);
        command
    });
    child.stdin.as_mut().unwrap().write_all(&whole[..whole.len() / 2]).unwrap();
    eventually("it is under way", || place.store().join("restoring/snapshots").exists().then_some(()));
    refused(&place.restore(&to, &[]), "in use by another process");
    killed(child);
    refused(&place.command(&["run"]).output().unwrap(), "was to be restored into");
    refused(&place.command(&["outbox", "list"]).output().unwrap(), "no store in it");
    succeeded(&place.restore(&to, &[]));
    assert!(place.command(&["outbox", "list"]).output().unwrap().status.success());
}

#[test]
fn a_stop_waits_for_no_backup_that_nobody_reads_and_the_command_says_so() {
    let mut town = lived();
    let mut command = Command::new(BINARY);
    command.args(["backup", "--to", "-", "--config"]).arg(town.vagus.config());
    let mut child = held(command);
    child.stdout.as_mut().unwrap().read_exact(&mut [0; 1_000]).unwrap();
    let watch = Stopwatch::start();
    assert_eq!(town.vagus.stop(), Some(0));
    let took_s = watch.elapsed_s();
    assert!(took_s < 10.0, "{took_s} s");
    // Which of its two words it says depends on whether the service could still tell it why.
    refused(&child.wait_with_output().unwrap(), " again");
}

#[test]
fn a_disk_that_is_full_keeps_a_restore_from_counting() {
    let town = lived();
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("vagus.tar");
    report(&back_up(&town.vagus, &to));
    let place = Elsewhere::new(1);
    std::fs::write(directory.path().join("old.tar.unfinished"), "killed.").unwrap();
    // No file may grow over so much: the journal, the snapshot or the view finds no room.
    for kib in [1, 20, 60, 120] {
        let words = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", 2 * kib);
        let mut limited = Command::new("sh");
        limited.args(["-c", &words, BINARY, "restore", "--from"]).arg(&to).arg("--config");
        let output = limited.arg(place.directory.path().join("vagus.toml")).output().unwrap();
        assert!(!output.status.success(), "{kib} KiB");
        assert!(!place.store().join("journal").exists(), "{kib} KiB");
        let limited = format!("trap '' XFSZ; ulimit -f {}; exec \"$0\" \"$@\"", 2 * kib);
        let mut limited = {
            let mut shell = Command::new("sh");
            shell.args(["-c", &limited, BINARY, "backup", "--force", "--to"]);
            shell
        };
        let output =
            limited.arg(directory.path().join("small.tar")).arg("--config").arg(town.vagus.config()).output().unwrap();
        refused(&output, "the backup cannot be written: File too large");
        let beside = directory.path().join("small.tar.unfinished");
        refused(&output, &format!("it was being written to {}", beside.display()));
        refused(&output, "left of backups that were interrupted, and can be removed: old.tar.unfinished (7 bytes)");
    }
    std::fs::remove_file(directory.path().join("old.tar.unfinished")).unwrap();
    let nowhere = directory.path().join("no/where.tar");
    refused(&back_up(&town.vagus, &nowhere), "/no: make it, or name another place with --to");
    let mut left: Vec<_> =
        std::fs::read_dir(directory.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["vagus.tar"]);
    succeeded(&place.restore(&to, &[]));
}

#[test]
fn a_store_of_sites_that_nobody_configured_is_told_of_and_starts_all_the_same() {
    let town = lived();
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().join("vagus.tar");
    report(&back_up(&town.vagus, &to));
    let place = Elsewhere::new(town.broker.port());
    let config = place.directory.path().join("vagus.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    std::fs::write(&config, text.replace("plant-a", "plant-x")).unwrap();
    let words = "sites that the configuration does not name: plant-a (12 workers)";
    let told = succeeded(&place.restore(&to, &[]));
    assert!(told.contains(words), "{told}");
    let other = Vagus::at(place.directory);
    eventually("the log tells of it, and the service runs", || {
        let log = other.log();
        (log.contains(words) && log.contains("the service runs")).then_some(())
    });
    assert!(!town.vagus.log().contains("does not name"), "of sites that are known nothing is said");
}

#[test]
fn who_was_erased_after_the_backup_does_not_come_back_where_the_old_store_is_still_there() {
    let mut town = lived();
    let directory = tempfile::tempdir().unwrap();
    let (before, after) = (directory.path().join("before.tar"), directory.path().join("after.tar"));
    report(&back_up(&town.vagus, &before));
    let erased = town.vagus.command(&["workers", "erase", "plant-a", "w-3"], &["--even-with-open-case"]);
    assert!(succeeded(&erased).contains("is left"), "{}", text(&erased.stdout));
    assert_eq!(report(&back_up(&town.vagus, &after))["workers"].as_u64(), Some(11));
    assert_eq!(town.vagus.stop(), Some(0));
    let store = store_of(&town.vagus);
    std::fs::rename(&store, store.with_file_name("data.old")).unwrap();
    let restored = report(&town.vagus.command(&["restore"], &["--from", before.to_str().unwrap(), "--output", "json"]));
    assert_eq!((restored["workers"].as_u64(), restored["erased_again"].as_u64()), (Some(12), Some(1)), "{restored}");
    assert!(restored["erased_in"][0].as_str().unwrap().ends_with("data.old"), "{restored}");
    // Nothing shows them, before a service runs and when it does, and then no file holds them.
    let export = |town: &Town| town.vagus.command(&["workers", "export", "plant-a", "w-3"], &[]);
    refused(&export(&town), "nothing is stored of a worker w-3");
    town.vagus.start_again();
    town.vagus.wait_until_ready();
    refused(&export(&town), "there is nothing at this address");
    eventually("the files are made anew", || {
        let names = std::fs::read_dir(&store).unwrap().map(|entry| entry.unwrap().file_name());
        names.into_iter().any(|name| name == "view.1.finished").then_some(())
    });
    assert_eq!(town.vagus.ask(&["workers", "list"])["workers"].as_array().unwrap().len(), 11);

    // Without the old store a later backup knows it; without either the command says what is to be done.
    let place = Elsewhere::new(1);
    let told = succeeded(&place.restore(&before, &["--erased-in", after.to_str().unwrap()]));
    assert!(told.contains("1 workers") && told.contains("after.tar"), "{told}");
    let told = succeeded(&Elsewhere::new(1).restore(&before, &[]));
    assert!(told.contains("Whoever was erased after") && told.contains("erase them anew"), "{told}");
}
