//! Who is told what, end to end: from the configuration and a test by command, or from a crisis answer,
//! to a webhook that verifies and a real mail server.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::support::feed::{now, phq9_with_crisis};
use crate::support::receiver::Receiver;
use crate::support::town::Town;

const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A service that tells a webhook of crises, and people by mail what their role has them told.
struct Told {
    town: Town,
    hook: Receiver,
    mail: Receiver,
    /// Holds the key, which commands read again.
    directory: tempfile::TempDir,
}

fn told() -> Told {
    let (hook, mail) = (Receiver::of_webhooks(None, &[KEY]), Receiver::of_mail());
    let directory = tempfile::tempdir().unwrap();
    let key = directory.path().join("key");
    std::fs::write(&key, KEY).unwrap();
    let people = ["duty_clinician", "physician", "manager", "oh_lead", "counsellor"];
    let recipients = people
        .map(|role| format!("[[recipients]]\nid = \"{role}\"\nrole = \"{role}\"\nemail = \"{role}@example.org\"\n"));
    let everybody = people.map(|role| format!("\"role:{role}\"")).join(", ");
    let more = format!(
        "{}\
         [[channels]]\nid = \"pager\"\nkind = \"webhook\"\nurl = \"http://127.0.0.1:{}/\"\n\
         allow_private_addresses = true\nsecret_files = [{key:?}]\n\
         [[channels]]\nid = \"mail\"\nkind = \"email\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n\
         from = \"Vagus <vagus@example.org>\"\n\
         [[routes]]\nchannel = \"pager\"\nlevels = [\"L4\"]\nrecipients = [\"role:duty_clinician\"]\n\
         [[routes]]\nchannel = \"mail\"\nrecipients = [{everybody}]\n",
        recipients.concat(),
        hook.port(),
        mail.port(),
    );
    Told { town: Town::with(&more), hook, mail, directory }
}

/// Channel, recipient and state of each way of a test.
fn ways(answer: &Value) -> Vec<String> {
    let ways = answer["ways"].as_array().unwrap().iter();
    ways.map(|way| {
        let text = |key: &str| way[key].as_str().unwrap_or("-").to_owned();
        format!("{} {} {}", text("channel"), text("recipient"), text("state"))
    })
    .collect()
}

fn addressees(mails: &[Value]) -> Vec<&str> {
    let mut addressees: Vec<&str> = mails.iter().map(|mail| mail["to"][0].as_str().unwrap()).collect();
    addressees.sort_unstable();
    addressees
}

#[test]
fn a_test_takes_the_ways_of_an_alert_and_a_test_of_a_crisis_those_of_a_crisis() {
    let Told { town, hook, mail, directory: _kept } = told();
    let answer = town.vagus.ask(&["outbox", "test", "--site", "plant-a"]);
    assert_eq!(ways(&answer), ["mqtt - delivered", "mail physician delivered"]);
    let left_out: Vec<String> =
        answer["left_out"].as_array().unwrap().iter().map(|way| way["why"].to_string()).collect();
    assert_eq!(left_out.len(), 5, "the pager, and by mail all but the physician: {left_out:?}");
    assert!(left_out.iter().any(|why| why.contains("names other levels")), "{left_out:?}");
    assert!(left_out.iter().any(|why| why.contains("a manager may not be told of raised")), "{left_out:?}");
    let answer = town.vagus.ask(&["outbox", "test", "--site", "plant-a", "--crisis"]);
    assert_eq!(ways(&answer), ["mqtt - delivered", "pager - delivered", "mail duty_clinician delivered"]);
    let answer = town.vagus.ask(&["outbox", "test", "--site", "plant-a", "--kind", "workload_review"]);
    assert_eq!(ways(&answer), ["mqtt - delivered", "mail manager delivered"]);

    let mails = mail.wait_for(3);
    assert_eq!(addressees(&mails), ["duty_clinician@example.org", "manager@example.org", "physician@example.org"]);
    for mail in &mails {
        let subject = mail["headers"]["subject"].as_str().unwrap();
        assert!(subject.starts_with("[TEST] "), "{subject}");
        assert!(mail["text"].as_str().unwrap().contains("TEST") && mail["html"].as_str().unwrap().contains("TEST"));
        assert_eq!(mail["defects"].as_array().unwrap().len(), 0);
    }
    let paged = hook.wait_for(1).remove(0);
    assert_eq!((&paged["verified"][0], &paged["body"]["vagustest"]), (&true.into(), &true.into()));
    assert_eq!(paged["body"]["data"]["level"], "L4");

    let refused = town.vagus.command(&["outbox", "test", "--site", "plant-z"], &[]);
    assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains("plant-z is no site"));
    let log = town.vagus.log();
    assert!(!log.contains("@example.org") && !log.contains("MfKQ9"), "no address and no key in the log: {log}");
}

#[test]
fn a_crisis_answer_is_with_the_clinician_on_duty_within_a_second_and_never_with_a_manager() {
    let Told { mut town, hook, mail, directory: _kept } = told();
    // The first of everything is slower: connections, and pages of the store.
    town.vagus.ask(&["outbox", "test", "--site", "plant-a", "--crisis"]);
    hook.wait_for(1);
    mail.wait_for(1);
    #[expect(clippy::disallowed_methods, reason = "a test measures real time")]
    let started = Instant::now();
    town.send(&phq9_with_crisis("w-crisis", now()));
    let paged = hook.wait_for(2).remove(1);
    let taken = started.elapsed();
    assert!(taken < Duration::from_secs(1), "{taken:?}");
    assert_eq!((&paged["verified"][0], &paged["body"]["type"]), (&true.into(), &"vagus.alert.raised".into()));
    assert_eq!(paged["body"]["subject"], "w-crisis");

    town.quiet();
    let mails: Vec<Value> = mail.wait_for(3).drain(1..).collect();
    assert_eq!(addressees(&mails), ["counsellor@example.org", "duty_clinician@example.org"]);
    for mail in &mails {
        let subject = mail["headers"]["subject"].as_str().unwrap();
        for secret in ["w-crisis", "L4", "PHQ", "R1"] {
            assert!(!subject.contains(secret), "{subject}");
        }
        assert!(mail["text"].as_str().unwrap().contains("w-crisis"));
    }
}

#[test]
fn a_configuration_that_would_tell_a_manager_of_health_is_refused_and_silence_in_a_crisis_warned_of() {
    let town = Town::new();
    let check = |more: &str| {
        let whole = std::fs::read_to_string(town.vagus.config()).unwrap() + more;
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), whole).unwrap();
        let output = std::process::Command::new(crate::support::vagus::BINARY)
            .args(["check", "--config"])
            .arg(file.path())
            .output()
            .unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, told) = check("");
    assert_eq!(code, Some(0));
    assert!(told.contains("warning: ") && told.contains("nobody of a crisis at plant-a"), "{told}");
    let (code, told) = check(
        "[[recipients]]\nid = \"boss\"\nrole = \"manager\"\nemail = \"boss@example.org\"\n\
         [[channels]]\nid = \"mail\"\nkind = \"email\"\nhost = \"localhost\"\ntls = \"none\"\nfrom = \"v@example.org\"\n\
         [[routes]]\nchannel = \"mail\"\nkinds = [\"raised\"]\nrecipients = [\"boss\"]\n",
    );
    assert_eq!(code, Some(2));
    assert!(told.contains("routes[0].kinds: would tell raised to boss, who is manager"), "{told}");
}
