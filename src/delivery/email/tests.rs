use std::sync::Arc;

use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpListener;

use super::explain::LONG_WAIT;
use super::*;
use crate::delivery::settings::{EmailAddress, FloodSettings};
use crate::domain::event::EventKind;
use crate::domain::ids::ChannelId;
use crate::texts::Language;

const AT: &str = "2026-03-01T08:50:00Z";

fn settings(port: u16) -> EmailSettings {
    EmailSettings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        login: None,
        from: "Vagus <vagus@example.org>".parse().unwrap(),
        ca_file: None,
        timeout_ms: 500,
        flood: FloodSettings::default(),
    }
}

fn open(settings: &EmailSettings) -> Result<EmailSender, OpenError> {
    EmailSender::open(settings, Clock::System)
}

fn message() -> Vec<u8> {
    let (from, to) = (settings(1).from, EmailAddress::parse("lan@example.org").unwrap());
    let text = "A case — L3.\n.\n..dots\n";
    let content = Content {
        id: "c-1-raised",
        kind: Some(EventKind::Raised),
        about: "c-1",
        language: Language::English,
        is_test: false,
        at: AT.parse().unwrap(),
        subject: "A case\r\nBcc: all@example.org",
        text,
        html: "<p>A case — L3.</p>",
    };
    compose(&from, "dr.lan", &to, content)
}

fn delivery(is_crisis: bool) -> Outgoing {
    Outgoing {
        channel: ChannelId::parse("mail").unwrap(),
        id: "c-1-raised".to_owned(),
        recipient: Some("dr.lan".to_owned()),
        is_crisis,
        decided_at: AT.parse().unwrap(),
        target: "lan@example.org".to_owned(),
        payload: message(),
    }
}

/// A mail server that takes everything and tells what it took.
async fn taking() -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let taken = Arc::new(Mutex::new(Vec::new()));
    let mails = Arc::clone(&taken);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mails = Arc::clone(&mails);
            tokio::spawn(async move {
                let (read, mut write) = stream.split();
                let mut lines = BufReader::new(read).lines();
                let _ = write.write_all(b"220 here\r\n").await;
                let mut mail: Option<String> = None;
                while let Ok(Some(line)) = lines.next_line().await {
                    let said = match (&mut mail, line.as_str()) {
                        (Some(text), ".") => {
                            mails.lock().unwrap().push(std::mem::take(text));
                            mail = None;
                            "250 taken\r\n"
                        }
                        (Some(text), line) => {
                            text.push_str(line);
                            text.push('\n');
                            continue;
                        }
                        (None, "DATA") => {
                            mail = Some(String::new());
                            "354 go on\r\n"
                        }
                        (None, _) => "250 fine\r\n",
                    };
                    if write.write_all(said.as_bytes()).await.is_err() {
                        break;
                    }
                }
            });
        }
    });
    (port, taken)
}

fn numbered(number: usize, is_test: bool) -> Outgoing {
    let to = EmailAddress::parse("lan@example.org").unwrap();
    let (id, about) = (format!("c-{number}-raised"), format!("c-{number}"));
    let content = Content {
        id: &id,
        kind: Some(EventKind::Raised),
        about: &about,
        language: Language::English,
        is_test,
        at: AT.parse().unwrap(),
        subject: "A case",
        text: "one",
        html: "one",
    };
    let payload = compose(&settings(1).from, "dr.lan", &to, content);
    Outgoing { id: id.clone(), payload, ..delivery(false) }
}

#[tokio::test]
async fn after_ten_mails_the_rest_leaves_as_one_and_crises_and_tests_by_themselves() {
    let (port, taken) = taking().await;
    let clock = Clock::set_at(AT.parse().unwrap());
    let sender = EmailSender::open(&settings(port), clock.clone()).unwrap();
    for number in 0..10 {
        assert_eq!(sender.send(&numbered(number, false)).await, Ok(()));
    }
    for number in 10..25 {
        assert_eq!(sender.send(&numbered(number, false)).await, Err(SendError::Later(Duration::from_secs(600))));
    }
    assert_eq!(sender.send(&numbered(30, true)).await, Ok(()));
    assert_eq!(sender.send(&Outgoing { is_crisis: true, ..numbered(31, false) }).await, Ok(()));
    assert_eq!(taken.lock().unwrap().len(), 12);
    clock.advance_to("2026-03-01T09:00:00Z".parse().unwrap());
    for number in 10..25 {
        assert_eq!(sender.send(&numbered(number, false)).await, Ok(()), "{number}");
    }
    let taken = taken.lock().unwrap();
    assert_eq!(taken.len(), 13, "fifteen left as one");
    let digest = taken.last().unwrap();
    assert!(digest.contains("Subject: Vagus: 15 messages in one"), "{digest}");
    assert!((10..25).all(|number| digest.contains(&format!("c-{number}"))), "{digest}");
}

#[tokio::test]
async fn a_digest_that_no_server_takes_is_tried_again_with_all_its_members() {
    let (port, taken) = taking().await;
    let clock = Clock::set_at(AT.parse().unwrap());
    let away = EmailSettings { flood: FloodSettings { mails: 1, window_s: 600 }, ..settings(port) };
    let mut sender = EmailSender::open(&away, clock.clone()).unwrap();
    for number in 0..4 {
        let _ = sender.send(&numbered(number, false)).await;
    }
    clock.advance_to("2026-03-01T09:00:00Z".parse().unwrap());
    let nobody = EmailSender::open(&EmailSettings { port: 1, ..settings(port) }, clock).unwrap();
    let transport = std::mem::replace(&mut sender.transport, nobody.transport);
    assert!(matches!(sender.send(&numbered(1, false)).await, Err(SendError::Unreachable(_))));
    sender.transport = transport;
    for number in [2, 3, 1] {
        assert_eq!(sender.send(&numbered(number, false)).await, Ok(()), "{number}");
    }
    let taken = taken.lock().unwrap();
    assert_eq!(taken.len(), 2);
    assert!(taken[1].contains("Subject: Vagus: 3 messages in one"));
}

/// A mail server that answers one command in its own words, and the others as it should.
async fn answering(command: &'static str, answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let (read, mut write) = stream.split();
            let mut lines = BufReader::new(read).lines();
            let _ = write.write_all(b"220 here\r\n").await;
            let mut is_data = false;
            while let Ok(Some(line)) = lines.next_line().await {
                let said = match line.as_str() {
                    "." if is_data => "250 taken\r\n",
                    _ if is_data => continue,
                    line if line.starts_with(command) => answer,
                    "DATA" => "354 go on\r\n",
                    _ => "250 fine\r\n",
                };
                is_data = line == "DATA" && said.starts_with("354");
                if write.write_all(said.as_bytes()).await.is_err() {
                    break;
                }
            }
        }
    });
    port
}

async fn answered(command: &'static str, answer: &'static str) -> Result<(), SendError> {
    let port = answering(command, answer).await;
    open(&settings(port)).unwrap().send(&delivery(false)).await
}

#[test]
fn a_message_says_what_it_is_and_is_the_same_each_time() {
    let bytes = message();
    assert_eq!(bytes, message());
    let text = String::from_utf8(bytes).unwrap();
    for line in [
        "From: Vagus <vagus@example.org>",
        "To: lan@example.org",
        "Date: Sun, 01 Mar 2026 08:50:00 +0000",
        "Message-ID: <c-1-raised.dr=2Elan@example.org>",
        "Auto-Submitted: auto-generated",
        "MIME-Version: 1.0",
        "Subject: A case  Bcc: all@example.org",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
    }
    assert!(text.contains("multipart/alternative") && text.contains("text/plain") && text.contains("text/html"));
    assert!(text.is_ascii());
}

#[tokio::test]
async fn a_taken_mail_is_delivered() {
    assert_eq!(answered("NOTHING", "").await, Ok(()));
}

#[tokio::test]
async fn a_passing_refusal_is_tried_again_and_a_wrong_address_given_up() {
    for command in ["MAIL", "RCPT", "DATA"] {
        let outcome = answered(command, "451 4.7.1 <lan@example.org> come back\r\n").await;
        assert_eq!(outcome, Err(SendError::Retry("the mail server answered 451".to_owned())), "{command}");
        let outcome = answered(command, "550 5.1.1 <lan@example.org> unknown\r\n").await;
        let words = "the mail server answered 550: it does not know the recipient".to_owned();
        assert_eq!(outcome, Err(SendError::Refused(words)), "{command}");
    }
}

#[tokio::test]
async fn a_refusal_without_more_words_is_final_where_it_is_of_the_recipient() {
    for answer in ["550 no\r\n", "551 no\r\n", "553 no\r\n"] {
        assert!(matches!(answered("RCPT", answer).await, Err(SendError::Refused(_))), "{answer}");
        for command in ["MAIL", "DATA"] {
            let outcome = answered(command, answer).await;
            assert!(matches!(outcome, Err(SendError::RetryAfter { after: LONG_WAIT, .. })), "{command}: {outcome:?}");
        }
    }
}

#[tokio::test]
async fn every_other_final_refusal_is_tried_on_slowly() {
    for answer in [
        "500 what\r\n",
        "502 no\r\n",
        "552 5.2.2 full\r\n",
        "554 no\r\n",
        "550 5.7.1 <lan@example.org> no relaying\r\n",
        "550 5.1.8 bad sender\r\n",
    ] {
        for command in ["MAIL", "RCPT", "DATA"] {
            let outcome = answered(command, answer).await;
            let Err(SendError::RetryAfter { after: LONG_WAIT, reason }) = outcome else {
                panic!("{command} {answer}: {outcome:?}")
            };
            assert!(!reason.contains("lan@"), "{reason}");
        }
    }
}

#[tokio::test]
async fn a_login_that_a_person_can_mend_is_tried_on_slowly() {
    let outcome = answered("MAIL", "530 5.7.0 authentication required\r\n").await;
    assert!(matches!(outcome, Err(SendError::RetryAfter { after: LONG_WAIT, .. })), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_dribbles_is_left_after_the_time_limit() {
    for answer in ["", "250-and\r\n250-so"] {
        let outcome = answered("RCPT", answer).await;
        assert_eq!(outcome, Err(SendError::Unreachable("not done within 500 ms".to_owned())));
    }
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_gets_no_mail() {
    let port = answering("STARTTLS", "502 no\r\n").await;
    let settings = EmailSettings { tls: MailTls::StartTls, ..settings(port) };
    let outcome = open(&settings).unwrap().send(&delivery(false)).await;
    assert!(matches!(outcome, Err(SendError::Retry(_) | SendError::Unreachable(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_tried_again() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let Err(SendError::Unreachable(words)) = open(&settings(port)).unwrap().send(&delivery(false)).await else {
        panic!("nobody is there")
    };
    assert!(words.contains("refused") && !words.contains("lan@"), "{words}");
}
