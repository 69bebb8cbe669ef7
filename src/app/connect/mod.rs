//! Tries everything outside that a service of these settings would lean on, before it runs or while it does.
//!
//! Settings go in, findings come out: each in words, with what to do. Nothing is delivered to anybody, nothing is kept,
//! and nothing waits for long: all is tried at once.

mod broker;
mod clock;
mod disk;
mod network;

use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::config::Settings;

/// Nothing is waited for longer.
const LONGEST: Duration = Duration::from_secs(5);

/// What to do about whoever does not answer.
const SILENT: &str = "look whether it is there, and what is on the way to it";

/// How something was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// It works, and hardly as it is meant.
    Warning,
    /// It does not work.
    Problem,
}

impl Outcome {
    /// The name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Problem => "problem",
        }
    }
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// About what: broker, disk, clock, a channel, an address.
    pub about: String,
    /// How it is.
    pub outcome: Outcome,
    /// What was found, in words.
    pub what: String,
    /// What to do; empty where nothing is.
    pub remedy: String,
}

impl Finding {
    fn ok(about: &str, what: impl Into<String>) -> Self {
        Self { about: about.to_owned(), outcome: Outcome::Ok, what: what.into(), remedy: String::new() }
    }

    fn warning(about: &str, what: impl Into<String>, remedy: &str) -> Self {
        Self { about: about.to_owned(), outcome: Outcome::Warning, what: what.into(), remedy: remedy.to_owned() }
    }

    fn problem(about: &str, what: impl Into<String>, remedy: &str) -> Self {
        Self { about: about.to_owned(), outcome: Outcome::Problem, what: what.into(), remedy: remedy.to_owned() }
    }
}

type Trying<'a> = Pin<Box<dyn Future<Output = Vec<Finding>> + Send + 'a>>;

/// Tries all of it, and tells it in the order of the configuration.
pub async fn try_all(settings: &Settings) -> Vec<Finding> {
    let store = settings.store.path.clone();
    let mut all: Vec<(String, Trying<'_>)> = vec![
        ("broker".to_owned(), Box::pin(broker::look(settings))),
        ("disk".to_owned(), Box::pin(blocking(move || disk::look(&store)))),
        ("clock".to_owned(), Box::pin(blocking(|| clock::look(&Clock::System)))),
        (
            "http.listen".to_owned(),
            Box::pin(network::listen("http.listen", settings.http.listen, &settings.store.path)),
        ),
        ("ops.listen".to_owned(), Box::pin(network::listen("ops.listen", settings.ops.listen, &settings.store.path))),
    ];
    if let Some(openid) = &settings.http.openid {
        all.push(("http.openid".to_owned(), Box::pin(network::openid(openid))));
    }
    let mut all: Vec<_> = all.into_iter().map(|(about, trying)| (about, SILENT, trying)).collect();
    for channel in &settings.delivery.channels {
        let remedy = network::silent(channel).unwrap_or(SILENT);
        all.push((format!("channel {}", channel.id), remedy, Box::pin(network::channel(channel))));
    }
    // Each on its own, all at once.
    let tried = all.into_iter().map(|(about, remedy, trying)| async move {
        tokio::time::timeout(LONGEST, trying).await.unwrap_or_else(|_| {
            let what = format!("no answer within {} s", LONGEST.as_secs());
            vec![Finding::problem(&about, what, remedy)]
        })
    });
    at_once(tried.map(|trying| Box::pin(trying) as Trying<'_>).collect()).await
}

/// Drives all of them, and gives what they found in their order.
async fn at_once(mut tried: Vec<Trying<'_>>) -> Vec<Finding> {
    let mut found: Vec<Option<Vec<Finding>>> = vec![None; tried.len()];
    poll_fn(|context| {
        for (trying, found) in tried.iter_mut().zip(&mut found) {
            if found.is_none()
                && let Poll::Ready(findings) = trying.as_mut().poll(context)
            {
                *found = Some(findings);
            }
        }
        if found.iter().all(Option::is_some) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
    found.into_iter().flatten().flatten().collect()
}

/// Work that waits for the system.
async fn blocking(work: impl FnOnce() -> Vec<Finding> + Send + 'static) -> Vec<Finding> {
    tokio::task::spawn_blocking(work).await.unwrap_or_default()
}
