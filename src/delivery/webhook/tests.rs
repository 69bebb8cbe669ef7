use std::net::SocketAddr;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

use super::*;
use crate::clock::Source;
use crate::delivery::settings::{Authorization, SigningKey, Target, WebhookFormat};
use crate::domain::ids::ChannelId;

const OLD: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
const NEW: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const NOW: &str = "2026-03-01T08:50:00Z";
const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/// Somebody on this machine who answers every request with the same words.
struct Receiver {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Receiver {
    async fn answering(answer: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (requests, answer) = (Arc::new(Mutex::new(Vec::new())), answer.to_owned());
        let heard = Arc::clone(&requests);
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let (heard, answer) = (Arc::clone(&heard), answer.clone());
                tokio::spawn(async move {
                    let mut request = Vec::new();
                    while !is_whole(&request) {
                        let mut buffer = [0; 4096];
                        let read = stream.read(&mut buffer).await.unwrap_or(0);
                        if read == 0 {
                            return;
                        }
                        request.extend_from_slice(&buffer[..read]);
                    }
                    heard.lock().unwrap().push(String::from_utf8(request).unwrap());
                    let _ = stream.write_all(answer.as_bytes()).await;
                    // What is said is all that comes, and the connection stays open.
                    let _ = stream.read(&mut [0]).await;
                });
            }
        });
        Self { address, requests }
    }

    fn heard(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// Whether a request has come with all of its body.
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn settings(address: SocketAddr) -> WebhookSettings {
    WebhookSettings {
        url: Target::parse(&format!("http://{address}/take?t=secret"), true).unwrap(),
        format: WebhookFormat::CloudEvents,
        keys: vec![SigningKey::parse(NEW).unwrap(), SigningKey::parse(OLD).unwrap()],
        authorization: None,
        timeout_ms: 500,
        allow_private_addresses: true,
        ca_file: None,
    }
}

fn sender(settings: WebhookSettings) -> WebhookSender {
    WebhookSender::open(settings, Clock::set_at(NOW.parse().unwrap())).unwrap()
}

fn delivery(is_crisis: bool) -> Outgoing {
    Outgoing {
        channel: ChannelId::parse("hook").unwrap(),
        id: "c-1-raised".to_owned(),
        recipient: None,
        is_crisis,
        decided_at: NOW.parse().unwrap(),
        target: WebhookFormat::CloudEvents.media_type().to_owned(),
        payload: "{\"summary\":\"23 % below — usual\"}".as_bytes().to_vec(),
    }
}

async fn answered(answer: &str, is_crisis: bool) -> Result<(), SendError> {
    let receiver = Receiver::answering(answer).await;
    sender(settings(receiver.address)).send(&delivery(is_crisis)).await
}

fn head(status: &str, more: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n{more}\r\n")
}

fn header<'r>(request: &'r str, name: &str) -> &'r str {
    let found = request.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.unwrap_or_else(|| panic!("{name} in {request}"))
}

#[tokio::test]
async fn a_delivery_is_posted_with_its_id_the_time_and_a_signature_of_every_key() {
    let receiver = Receiver::answering(OK).await;
    let delivery = delivery(false);
    sender(settings(receiver.address)).send(&delivery).await.unwrap();
    let request = receiver.heard().remove(0);
    assert!(request.starts_with("POST /take?t=secret HTTP/1.1\r\n"), "{request}");
    assert_eq!(header(&request, "content-type"), "application/cloudevents+json");
    assert_eq!(header(&request, "webhook-id"), "c-1-raised");
    let at: i64 = header(&request, "webhook-timestamp").parse().unwrap();
    assert_eq!(at, NOW.parse::<Timestamp>().unwrap().as_second());
    let of = |key| Webhook::new(key).unwrap().sign(&delivery.id, at, &delivery.payload).unwrap();
    assert_eq!(header(&request, "webhook-signature"), format!("{} {}", of(NEW), of(OLD)));
    assert!(request.ends_with("usual\"}"));
    assert!(!request.to_lowercase().contains("authorization"), "{request}");
}

#[tokio::test]
async fn what_the_receiver_wants_as_authorization_is_sent_and_is_not_shown() {
    let receiver = Receiver::answering(&head("401 Who", "")).await;
    let authorization = Some(Authorization::parse("Bearer s3cr3t-token").unwrap());
    let sender = sender(WebhookSettings { authorization, ..settings(receiver.address) });
    let outcome = sender.send(&delivery(false)).await;
    assert_eq!(header(&receiver.heard().remove(0), "authorization"), "Bearer s3cr3t-token");
    let shown = format!("{sender:?} {outcome:?} {:?}", sender.settings);
    assert!(shown.contains("authorization_file") && !shown.contains("s3cr3t"), "{shown}");
}

#[tokio::test]
async fn the_time_stamp_is_of_the_clock_on_the_wall_while_its_step_waits() {
    let begin: Timestamp = NOW.parse().unwrap();
    let wall = Arc::new(AtomicI64::new(begin.as_microsecond()));
    let source = Source::Set { wall: Arc::clone(&wall), passed: Arc::new(AtomicI64::new(0)) };
    let clock = Clock::guarded(crate::clock::Settings::default(), source);
    assert_eq!(clock.now(), begin);
    wall.fetch_add(3_600_000_000, Ordering::AcqRel);
    assert_eq!(clock.now(), begin, "the step is not accepted");
    let receiver = Receiver::answering(OK).await;
    let sender = WebhookSender::open(settings(receiver.address), clock).unwrap();
    let delivery = delivery(false);
    sender.send(&delivery).await.unwrap();
    let request = receiver.heard().remove(0);
    let at: i64 = header(&request, "webhook-timestamp").parse().unwrap();
    assert_eq!(at, begin.as_second() + 3_600);
    let signature = Webhook::new(NEW).unwrap().sign(&delivery.id, at, &delivery.payload).unwrap();
    assert!(header(&request, "webhook-signature").starts_with(&signature));
}

#[tokio::test]
async fn every_success_counts_and_its_body_is_not_waited_for() {
    assert_eq!(answered(&head("204 No Content", ""), false).await, Ok(()));
    let announced = "HTTP/1.1 202 Accepted\r\ncontent-length: 1000000\r\n\r\nx";
    assert_eq!(answered(announced, false).await, Ok(()));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::answering(OK).await;
    for status in ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"] {
        let answer = head(status, &format!("location: http://{}/\r\n", elsewhere.address));
        let outcome = answered(&answer, false).await;
        assert!(
            matches!(&outcome, Err(SendError::RetryAfter { reason, .. }) if reason.contains("redirects")),
            "{outcome:?}"
        );
    }
    assert!(elsewhere.heard().is_empty());
}

#[tokio::test]
async fn what_only_a_person_can_mend_is_tried_on_slowly() {
    for status in ["400 Bad", "401 Who", "404 Where", "410 Gone", "422 What"] {
        let outcome = answered(&head(status, ""), false).await;
        assert!(matches!(outcome, Err(SendError::RetryAfter { after: LONG_WAIT, .. })), "{status}: {outcome:?}");
        let outcome = answered(&head(status, ""), true).await;
        assert!(
            matches!(outcome, Err(SendError::RetryAfter { after: LONGEST_CRISIS_WAIT, .. })),
            "{status}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn what_is_too_large_for_the_receiver_is_given_up() {
    assert!(matches!(answered(&head("413 Large", ""), false).await, Err(SendError::Refused(_))));
}

#[tokio::test]
async fn what_passes_is_tried_again_and_a_wish_to_wait_is_respected_within_bounds() {
    for status in ["500 Oops", "502 Bad", "503 Busy", "429 Slow", "408 Late"] {
        let outcome = answered(&head(status, ""), false).await;
        assert!(matches!(outcome, Err(SendError::Retry(_))), "{status}: {outcome:?}");
    }
    let waits =
        async |text: &str, is_crisis| match answered(&head("503 Busy", &format!("retry-after: {text}\r\n")), is_crisis)
            .await
        {
            Err(SendError::RetryAfter { after, .. }) => after.as_secs(),
            other => panic!("{other:?}"),
        };
    assert_eq!(waits("120", false).await, 120);
    assert_eq!(waits("0", false).await, 1);
    assert_eq!(waits("86400", false).await, 3_600);
    assert_eq!(waits("86400", true).await, 60);
    assert_eq!(waits("Sun, 01 Mar 2026 09:00:00 GMT", false).await, 600);
    assert_eq!(waits("Sun, 01 Mar 2026 08:00:00 GMT", false).await, 1);
    assert!(matches!(answered(&head("429 Slow", "retry-after: soon\r\n"), false).await, Err(SendError::Retry(_))));
}

#[tokio::test]
async fn who_says_nothing_or_dribbles_is_left_after_the_time_limit() {
    for answer in ["", "HTTP/1.1 2"] {
        let outcome = answered(answer, false).await;
        assert_eq!(outcome, Err(SendError::Unreachable("no answer within 500 ms".to_owned())));
    }
}

#[tokio::test]
async fn who_is_not_there_is_tried_again_and_the_path_is_not_told() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let Err(SendError::Unreachable(words)) = sender(settings(address)).send(&delivery(false)).await else {
        panic!("nobody is there")
    };
    assert!(words.contains("refused") && !words.contains("secret"), "{words}");
}

#[tokio::test]
async fn a_name_that_leads_inside_is_not_connected_to() {
    let receiver = Receiver::answering(OK).await;
    let port = receiver.address.port();
    let mut inner = settings(receiver.address);
    inner.allow_private_addresses = false;
    inner.url = Target::parse(&format!("https://localhost:{port}/"), false).unwrap();
    let outcome = sender(inner.clone()).send(&delivery(false)).await;
    assert!(matches!(&outcome, Err(SendError::Unreachable(words)) if words.contains("this machine")), "{outcome:?}");
    inner.url = Target::parse(&format!("http://127.0.0.1:{port}/"), true).unwrap();
    let outcome = sender(inner).send(&delivery(false)).await;
    assert!(matches!(&outcome, Err(SendError::Unreachable(words)) if words.contains("this machine")), "{outcome:?}");
    assert!(receiver.heard().is_empty());
}

#[test]
fn a_file_without_certificates_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let address = SocketAddr::from(([127, 0, 0, 1], 1));
    let settings = WebhookSettings { ca_file: Some(file.path().to_owned()), ..settings(address) };
    assert!(matches!(WebhookSender::open(settings, Clock::System), Err(OpenError::TlsFile(_))));
}
