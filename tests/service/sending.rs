//! Webhooks and mail, taken and judged by programs that are not ours.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;
use vagus::clock::Clock;
use vagus::delivery::channel::{self, Channel, Sender as _};
use vagus::delivery::email::{Content, EmailSender, compose};
use vagus::delivery::settings::{
    EmailAddress, EmailSettings, FloodSettings, Login, MailTls, SigningKey, Target, WebhookFormat, WebhookSettings,
};
use vagus::delivery::webhook::WebhookSender;
use vagus::domain::event::EventKind;
use vagus::domain::ids::ChannelId;
use vagus::store::{Outgoing, Store};
use vagus::telemetry::Metrics;
use vagus::telemetry::traces::Traces;

use crate::support::certificates::{Authority, Identity};
use crate::support::ingest::until;
use crate::support::receiver::Receiver;

const OLD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

fn delivery(target: &str, payload: Vec<u8>) -> Outgoing {
    Outgoing {
        channel: ChannelId::parse("there").unwrap(),
        id: "c-01JQ8ZK4T0XV5N7M2B9D3F6GHR-1-raised".to_owned(),
        recipient: Some("dr.lan".to_owned()),
        is_crisis: true,
        decided_at: "2026-03-01T08:50:00Z".parse().unwrap(),
        target: target.to_owned(),
        payload,
    }
}

fn webhook(url: &str, keys: &[&str], ca_file: Option<&Path>) -> WebhookSender {
    let settings = WebhookSettings {
        url: Target::parse(url, true).unwrap(),
        format: WebhookFormat::CloudEvents,
        keys: keys.iter().map(|key| SigningKey::parse(key).unwrap()).collect(),
        authorization: None,
        timeout_ms: 10_000,
        allow_private_addresses: true,
        ca_file: ca_file.map(Path::to_owned),
    };
    WebhookSender::open(settings, Clock::System).unwrap()
}

#[tokio::test]
async fn the_standards_own_library_verifies_our_signatures_before_during_and_after_a_change_of_keys() {
    let receiver = Receiver::of_webhooks(None, &[OLD, NEW]);
    let event = delivery("application/cloudevents+json", "{\"summary\":\"23 % below — usual\"}".as_bytes().to_vec());
    let url = format!("http://127.0.0.1:{}/", receiver.port());
    for keys in [&[OLD][..], &[NEW, OLD], &[NEW]] {
        webhook(&url, keys, None).send(&event).await.unwrap();
    }
    let told = receiver.wait_for(3);
    let verified: Vec<_> = told.iter().map(|told| told["verified"].to_string()).collect();
    assert_eq!(verified, ["[true,false]", "[true,true]", "[false,true]"]);
    for told in told {
        assert_eq!(told["changed"].to_string(), "[false,false]", "a changed body is noticed");
        assert_eq!(told["id"], event.id.as_str());
        assert_eq!(told["type"], "application/cloudevents+json");
        assert_eq!(told["body"]["summary"], "23 % below — usual");
    }
}

#[tokio::test]
async fn a_webhook_goes_over_tls_to_whom_the_authority_vouches_for_and_to_nobody_else() {
    let directory = tempfile::tempdir().unwrap();
    let ours = Authority::new(directory.path(), "ours");
    let theirs = Authority::new(directory.path(), "theirs");
    let Identity { cert_file, key_file } = ours.broker(&["localhost"]);
    let receiver = Receiver::of_webhooks(Some((&cert_file, &key_file)), &[NEW]);
    let event = delivery("application/cloudevents+json", b"{}".to_vec());
    let of_name = format!("https://localhost:{}/", receiver.port());
    webhook(&of_name, &[NEW], Some(&ours.ca_file)).send(&event).await.unwrap();
    assert_eq!(receiver.wait_for(1)[0]["verified"].to_string(), "[true]");
    let of_address = format!("https://127.0.0.1:{}/", receiver.port());
    for (url, authority) in
        [(&of_name, Some(theirs.ca_file.as_path())), (&of_name, None), (&of_address, Some(&*ours.ca_file))]
    {
        let refused = webhook(url, &[NEW], authority).send(&event).await.unwrap_err();
        assert!(refused.to_string().contains("certificate"), "{refused}");
    }
    assert_eq!(receiver.told().len(), 1);
}

fn mail(port: u16, tls: MailTls, login: Option<(&str, &str)>, ca_file: Option<&Path>) -> EmailSender {
    mail_with(port, tls, login, ca_file, FloodSettings::default())
}

fn mail_with(
    port: u16,
    tls: MailTls,
    login: Option<(&str, &str)>,
    ca_file: Option<&Path>,
    flood: FloodSettings,
) -> EmailSender {
    let login = login.map(|(user, password)| Login { username: user.to_owned(), password: password.to_owned().into() });
    let settings = EmailSettings {
        host: "localhost".to_owned(),
        port,
        tls,
        login,
        from: "Vagus <vagus@example.org>".parse().unwrap(),
        ca_file: ca_file.map(Path::to_owned),
        timeout_ms: 10_000,
        flood,
    };
    EmailSender::open(&settings, Clock::System).unwrap()
}

fn message() -> Outgoing {
    let to = EmailAddress::parse("lan@example.org").unwrap();
    let content = Content {
        id: "c-1-raised",
        kind: Some(EventKind::Raised),
        about: "c-1",
        language: vagus::texts::Language::English,
        is_test: false,
        at: "2026-03-01T08:50:00Z".parse().unwrap(),
        subject: "Vagus: a new case needs you",
        text: "Ten % below — usual.\n.\n..two dots\nFrom here on\n",
        html: "<p>Ten % below — usual.</p>",
    };
    delivery("lan@example.org", compose(&"Vagus <vagus@example.org>".parse().unwrap(), "dr.lan", &to, content))
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_written() {
    let server = Receiver::of_mail();
    mail(server.port(), MailTls::None, None, None).send(&message()).await.unwrap();
    let told = server.wait_for(1).remove(0);
    assert_eq!((&told["from"], &told["to"][0]), (&"vagus@example.org".into(), &"lan@example.org".into()));
    assert_eq!(told["defects"].as_array().unwrap().len(), 0, "{told}");
    let header = |name: &str| told["headers"][name].as_str().unwrap().to_owned();
    assert_eq!(header("subject"), "Vagus: a new case needs you");
    assert_eq!(header("message-id"), "<c-1-raised.dr=2Elan@example.org>");
    assert_eq!(header("date"), "Sun, 01 Mar 2026 08:50:00 +0000");
    assert_eq!(header("auto-submitted"), "auto-generated");
    let text = told["text"].as_str().unwrap().replace("\r\n", "\n");
    assert_eq!(text.trim_end(), "Ten % below — usual.\n.\n..two dots\nFrom here on");
    assert_eq!(told["html"].as_str().unwrap().trim_end(), "<p>Ten % below — usual.</p>");
}

#[tokio::test]
async fn mail_goes_encrypted_and_with_a_login_where_the_server_asks_for_them() {
    let directory = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Authority::new(directory.path(), "ours"), Authority::new(directory.path(), "theirs"));
    let Identity { cert_file, key_file } = ours.broker(&["localhost"]);
    let (certificate, key) = (cert_file.to_str().unwrap(), key_file.to_str().unwrap());
    for (mode, tls) in [("starttls", MailTls::StartTls), ("implicit", MailTls::Implicit)] {
        let server = Receiver::start("mail.py", &[mode, certificate, key, "vagus", "sesame"]);
        let login = Some(("vagus", "sesame"));
        mail(server.port(), tls, login, Some(&ours.ca_file)).send(&message()).await.unwrap();
        let told = server.wait_for(1).remove(0);
        assert_eq!((&told["encrypted"], &told["login"]), (&true.into(), &"vagus".into()), "{mode}");
        for (login, ca_file, why) in [
            (Some(("vagus", "wrong")), &ours.ca_file, "does not take our login"),
            (None, &ours.ca_file, "does not take our login"),
            (login, &theirs.ca_file, "certificate"),
        ] {
            let refused = mail(server.port(), tls, login, Some(ca_file)).send(&message()).await.unwrap_err();
            assert!(refused.to_string().contains(why), "{mode}, {why}: {refused}");
        }
        assert_eq!(server.told().len(), 1, "{mode}");
    }
}

#[tokio::test]
async fn a_flood_leaves_the_outbox_as_a_few_mails_that_tell_of_every_event() {
    const EVENTS: usize = 30;
    let (server, directory) = (Receiver::of_mail(), tempfile::tempdir().unwrap());
    let settings = vagus::store::Settings { path: directory.path().join("store"), ..Default::default() };
    let store = Store::open(&settings).unwrap();
    let to = EmailAddress::parse("lan@example.org").unwrap();
    let numbered = |number: usize| {
        let (id, about) = (format!("c-{number:02}-1-raised"), format!("c-{number:02}"));
        let content = Content {
            id: &id,
            kind: Some(EventKind::Raised),
            about: &about,
            language: vagus::texts::Language::English,
            is_test: false,
            at: "2026-03-01T08:50:00Z".parse().unwrap(),
            subject: &about,
            text: &about,
            html: &about,
        };
        let payload = compose(&"Vagus <vagus@example.org>".parse().unwrap(), "dr.lan", &to, content);
        let is_crisis = number == EVENTS - 1;
        Outgoing { id: id.clone(), is_crisis, ..delivery("lan@example.org", payload) }
    };
    store.append_notices(&(0..EVENTS).map(numbered).collect::<Vec<_>>()).unwrap();
    let (_news, wake) = watch::channel(0);
    let (stop, stopping) = watch::channel(false);
    let sender = mail_with(server.port(), MailTls::None, None, None, FloodSettings { mails: 3, window_s: 2 });
    let channel = Channel {
        id: ChannelId::parse("there").unwrap(),
        sender: Arc::new(sender),
        store: store.clone(),
        wake,
        settings: channel::Settings::default(),
        clock: Clock::System,
        metrics: Metrics::new(),
        traces: Traces::nowhere(Metrics::new()),
    };
    let (_handle, run) = channel.start(stopping);
    let run = tokio::spawn(run);
    until("everything is delivered", || store.outbox_counts().values().all(|waiting| waiting.pending == 0)).await;
    stop.send(true).unwrap();
    run.await.unwrap();
    let told = server.told();
    let subjects: Vec<&str> = told.iter().map(|told| told["headers"]["subject"].as_str().unwrap()).collect();
    assert!(subjects[..4].contains(&"c-29"), "the crisis waited for nothing: {subjects:?}");
    let digests = subjects.iter().filter(|subject| subject.contains("messages in one")).count();
    assert!((1..=2).contains(&digests) && subjects.len() <= 8, "{subjects:?}");
    for number in 0..EVENTS {
        let about = format!("c-{number:02}");
        let mails = told.iter().filter(|told| told["text"].as_str().unwrap().contains(&about));
        assert_eq!(mails.count(), 1, "{about} is told once: {subjects:?}");
    }
}
