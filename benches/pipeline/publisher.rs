//! A publisher that costs as little as can be: packets encoded before, written in large pieces, and
//! a bounded number of them not acknowledged yet.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::feed::{Feed, push_length, push_text};

/// Messages that may be on their way to the broker.
const WINDOW_MESSAGES: usize = 2_000;
/// Bytes that are written at once, and no more than four times as many are on their way.
const PIECE_BYTES: usize = 128 * 1024;

/// How many packets the broker has acknowledged, or why there will be no more.
#[derive(Default)]
struct Acknowledged {
    state: Mutex<(usize, Option<String>)>,
    moved: Condvar,
}

/// Publishes the whole feed; returns when the broker has acknowledged the last packet.
pub(crate) fn publish(port: u16, client: &str, feed: &Feed) -> Result<()> {
    let mut stream = connect(port, client)?;
    let reader = stream.try_clone()?;
    let acknowledged = Acknowledged::default();
    std::thread::scope(|scope| {
        scope.spawn(|| count_acks(reader, feed.ends.len(), &acknowledged));
        let sent = send(&mut stream, feed, &acknowledged);
        if sent.is_err() {
            // The reader ends with the connection.
            let _ = stream.shutdown(std::net::Shutdown::Both);
        }
        sent
    })?;
    let _ = stream.write_all(&[0xE0, 0]);
    Ok(())
}

fn connect(port: u16, client: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(Duration::from_secs(60)))?;
    let mut body = Vec::new();
    push_text(&mut body, "MQTT");
    // Version 3.1.1, clean session, no keep-alive.
    body.extend_from_slice(&[4, 2, 0, 0]);
    push_text(&mut body, client);
    let mut packet = vec![0x10];
    push_length(&mut packet, body.len());
    packet.extend_from_slice(&body);
    stream.write_all(&packet)?;
    let mut answer = [0; 4];
    stream.read_exact(&mut answer).context("no CONNACK")?;
    ensure!(answer[0] == 0x20 && answer[3] == 0, "the broker refused the publisher: {answer:?}");
    Ok(stream)
}

fn send(stream: &mut TcpStream, feed: &Feed, acknowledged: &Acknowledged) -> Result<()> {
    let mut sent = 0;
    while sent < feed.ends.len() {
        let begin = if sent == 0 { 0 } else { feed.ends[sent - 1] };
        let most = await_window(feed, sent, acknowledged)?;
        let piece = feed.ends[sent..most].iter().take_while(|end| **end - begin <= PIECE_BYTES).count().max(1);
        sent += piece;
        stream.write_all(&feed.bytes[begin..feed.ends[sent - 1]])?;
    }
    await_acks(acknowledged, |count| count == feed.ends.len()).map(|_| ())
}

/// Waits for room and returns up to which packet may be sent.
fn await_window(feed: &Feed, sent: usize, acknowledged: &Acknowledged) -> Result<usize> {
    let open = |count: usize| sent - count;
    let bytes = |count: usize| if count == sent { 0 } else { feed.ends[sent - 1] - feed.ends[count] };
    // Refilled in halves, so that pieces are large.
    let has_room = |count: usize| open(count) <= WINDOW_MESSAGES / 2 && bytes(count) <= 3 * PIECE_BYTES;
    let count = await_acks(acknowledged, has_room)?;
    Ok((count + WINDOW_MESSAGES).min(feed.ends.len()))
}

fn await_acks(acknowledged: &Acknowledged, is_enough: impl Fn(usize) -> bool) -> Result<usize> {
    let state = acknowledged.state.lock().unwrap_or_else(PoisonError::into_inner);
    let waits = |state: &mut (usize, Option<String>)| !is_enough(state.0) && state.1.is_none();
    let state = acknowledged.moved.wait_while(state, waits).unwrap_or_else(PoisonError::into_inner);
    match &state.1 {
        Some(failure) if !is_enough(state.0) => anyhow::bail!("after {} packets: {failure}", state.0),
        _ => Ok(state.0),
    }
}

/// Every answer to a 3.1.1 publisher is a PUBACK of four bytes.
fn count_acks(mut stream: TcpStream, goal: usize, acknowledged: &Acknowledged) {
    let mut buffer = vec![0; 64 * 1024];
    let mut bytes = 0;
    while bytes < goal * 4 {
        let failure = match stream.read(&mut buffer) {
            Ok(0) => Some("the broker hung up".to_owned()),
            Ok(read) => {
                bytes += read;
                None
            }
            Err(error) => Some(error.to_string()),
        };
        let has_failed = failure.is_some();
        *acknowledged.state.lock().unwrap_or_else(PoisonError::into_inner) = (bytes / 4, failure);
        acknowledged.moved.notify_one();
        if has_failed {
            return;
        }
    }
}
