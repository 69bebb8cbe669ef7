//! Telling browsers that cases changed, by server-sent events. An event says nothing but that something did: the
//! page is asked for again, and goes through the gate and the audit like any other look.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use hyper::body::Frame;
use tokio::sync::{mpsc, watch};

use super::Console;

/// At most so often a browser is told.
const EVERY: Duration = Duration::from_secs(1);
/// A line that means nothing goes out after so long, so that servers between do not give the connection up.
const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// After so long the browser must ask again: a session that has ended is seen then.
const LONGEST: Duration = Duration::from_secs(300);

/// What is sent, as it comes.
struct Lines(mpsc::Receiver<Bytes>);

impl hyper::body::Body for Lines {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        self.0.poll_recv(context).map(|line| line.map(|line| Ok(Frame::data(line))))
    }
}

pub(super) async fn show(State(console): State<Console>) -> Response {
    let (lines, body) = mpsc::channel(1);
    tokio::spawn(tell(console.office().changes(), lines));
    let head = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
        // A server in front that collects an answer before it passes it on would keep all of this.
        (HeaderName::from_static("x-accel-buffering"), "no"),
    ];
    (head, Body::new(Lines(body))).into_response()
}

/// Tells until nobody listens, the service stops, or it is time to ask again.
async fn tell(mut changes: watch::Receiver<u64>, lines: mpsc::Sender<Bytes>) {
    changes.mark_unchanged();
    let telling = async {
        let mut line = Bytes::from_static(b"retry: 3000\n\n");
        while lines.send(line).await.is_ok() {
            line = tokio::select! {
                () = lines.closed() => return,
                () = tokio::time::sleep(KEEP_ALIVE) => Bytes::from_static(b":\n\n"),
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    tokio::time::sleep(EVERY).await;
                    // What came while it waited is told by the line that goes now.
                    changes.mark_unchanged();
                    Bytes::from_static(b"event: cases\ndata: changed\n\n")
                }
            };
        }
    };
    let _ = tokio::time::timeout(LONGEST, telling).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn changes_within_a_second_are_told_once_and_the_end_of_the_service_ends_it() {
        let (changes, changed) = watch::channel(0);
        let (lines, mut told) = mpsc::channel(1);
        let telling = tokio::spawn(tell(changed, lines));
        assert_eq!(told.recv().await.unwrap(), "retry: 3000\n\n");
        tokio::time::timeout(2 * EVERY, told.recv()).await.expect_err("nothing changed");
        for number in 1..100 {
            changes.send(number).unwrap();
            tokio::task::yield_now().await;
        }
        assert_eq!(told.recv().await.unwrap(), "event: cases\ndata: changed\n\n");
        drop(changes);
        assert_eq!(told.recv().await, None, "all of it was told");
        telling.await.unwrap();
    }
}
