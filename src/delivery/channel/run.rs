//! The loop of a channel.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tracing::{error, info, warn};

use super::circuit::Turn;
use super::handle::{Handle, Shared};
use super::schedule::{Became, Schedule};
use super::settings::Settings;
use super::{SendError, Sender};
use crate::clock::Clock;
use crate::delivery::mqtt::is_stopping;
use crate::domain::ids::ChannelId;
use crate::store::{DeadLetter, DeliveryKey, DeliveryOutcome, Fate, Place, Store, StoreError, Ticket};
use crate::telemetry::panics::broke_off;
use crate::telemetry::traces::Traces;
use crate::telemetry::{DeliveryOutcome as Counted, Metrics};

/// Deliveries taken from the outbox at a time.
const PAGE: usize = 1_000;
/// How long attempts that are under way may take at the end.
const GRACE: Duration = Duration::from_secs(2);
/// No more than one error of dead letters is logged in this time.
const TELL_EVERY: Duration = Duration::from_secs(60);

/// A channel: its deliveries from the outbox to its receiver, over and over.
pub struct Channel {
    /// Its name.
    pub id: ChannelId,
    /// How it sends.
    pub sender: Arc<dyn Sender>,
    /// Where deliveries wait.
    pub store: Store,
    /// Told when new deliveries may wait.
    pub wake: watch::Receiver<u64>,
    /// What can be set.
    pub settings: Settings,
    /// Where time comes from, for what is written down.
    pub clock: Clock,
    /// What is counted.
    pub metrics: Metrics,
    /// Where traces go.
    pub traces: Traces,
}

type Attempt = (Place, Option<Result<(), SendError>>);

/// The loop under way.
struct Run {
    channel: Channel,
    shared: Arc<Shared>,
    attempts: JoinSet<Attempt>,
    under_way: HashMap<Id, Place>,
    /// The last deliveries taken from the outbox, others and of a crisis.
    taken: [Option<Place>; 2],
    /// What could not be noted yet.
    unnoted: Vec<DeliveryOutcome>,
    /// Dead letters since they were last told of, and when that was.
    untold: usize,
    told_at: Option<Instant>,
    /// Whether somebody may still say that new deliveries wait.
    is_awaited: bool,
}

impl Channel {
    /// The loop, to be run until `stopping` turns true, and a handle on it. What is not delivered by then
    /// is found at the next start.
    pub fn start(self, stopping: watch::Receiver<bool>) -> (Handle, impl Future<Output = ()> + Send) {
        let shared = Arc::new(Shared::new(Schedule::new(self.settings)));
        let handle = Handle { channel: self.id.clone(), shared: Arc::clone(&shared) };
        let run = Run {
            channel: self,
            shared,
            attempts: JoinSet::new(),
            under_way: HashMap::new(),
            taken: [None; 2],
            unnoted: Vec::new(),
            untold: 0,
            told_at: None,
            is_awaited: true,
        };
        (handle, run.until(stopping))
    }
}

impl Run {
    async fn until(mut self, mut stopping: watch::Receiver<bool>) {
        let hurried = Arc::clone(&self.shared);
        while !*stopping.borrow() {
            self.note().await;
            self.take().await;
            self.attempt();
            let wait = self.wait();
            tokio::select! {
                () = is_stopping(&mut stopping) => {}
                Some(ended) = self.attempts.join_next_with_id() => self.ended(ended).await,
                () = hurried.hurried.notified() => self.taken = [None; 2],
                // An error means that nobody decides anything any more; what is there is still sent.
                changed = self.channel.wake.changed(), if self.is_awaited => self.is_awaited = changed.is_ok(),
                () = tokio::time::sleep_until(wait) => {}
            }
        }
        let last = async {
            while let Some(ended) = self.attempts.join_next_with_id().await {
                self.ended(ended).await;
            }
        };
        // Whatever is under way after that is sent again at the next start.
        let _ = tokio::time::timeout(GRACE, last).await;
    }

    /// Until when nothing is to be done by itself.
    fn wait(&self) -> Instant {
        let look = Instant::now() + self.channel.settings.look_every;
        self.shared.lock().wake_at().map_or(look, |at| at.min(look))
    }

    /// Takes what is new in the outbox into the schedule.
    async fn take(&mut self) {
        for is_crisis in [true, false] {
            loop {
                let (id, after) = (self.channel.id.clone(), self.taken[usize::from(is_crisis)]);
                let tickets = match self.blocking(move |store| store.tickets(&id, is_crisis, after, PAGE)).await {
                    Ok(tickets) => tickets,
                    Err(problem) => {
                        error!(channel = %self.channel.id, "the outbox cannot be read: {problem}");
                        return;
                    }
                };
                let is_last = tickets.len() < PAGE;
                if let Some(ticket) = tickets.last() {
                    self.taken[usize::from(is_crisis)] = Some(ticket.place);
                }
                self.add(tickets);
                if is_last {
                    break;
                }
            }
        }
    }

    fn add(&self, tickets: Vec<Ticket>) {
        let (now, time) = (Instant::now(), self.channel.clock.now());
        let unnoted: HashSet<&DeliveryKey> = self.unnoted.iter().map(|outcome| &outcome.key).collect();
        let mut schedule = self.shared.lock();
        for ticket in tickets.into_iter().filter(|ticket| !unnoted.contains(&*ticket.key)) {
            let age = Duration::try_from(time.duration_since(ticket.since)).unwrap_or_default();
            schedule.add(ticket, age, now);
        }
    }

    /// Begins what is due.
    fn attempt(&mut self) {
        let now = Instant::now();
        loop {
            let Some(ticket) = self.shared.lock().next(now) else { return };
            let (store, sender) = (self.channel.store.clone(), Arc::clone(&self.channel.sender));
            let (place, longest) = (ticket.place, self.channel.settings.attempt_timeout);
            let attempt = async move {
                let delivery = match tokio::task::spawn_blocking(move || store.delivery(place)).await {
                    Ok(Ok(Some(delivery))) => delivery,
                    Ok(Ok(None)) => return (place, None),
                    Ok(Err(error)) => return (place, Some(Err(unread(&error)))),
                    Err(error) => return (place, Some(Err(unread(&broke_off(&error))))),
                };
                let sending = tokio::time::timeout(longest, sender.send(&delivery));
                let late = || Err(SendError::Unreachable(format!("no answer within {} s", longest.as_secs_f64())));
                (place, Some(sending.await.unwrap_or_else(|_| late())))
            };
            let id = self.attempts.spawn(attempt).id();
            self.under_way.insert(id, place);
        }
    }

    /// Takes in an attempt that ended, and others that did meanwhile, and notes what became of them.
    async fn ended(&mut self, first: Result<(Id, Attempt), JoinError>) {
        let mut ended = vec![first];
        ended.extend(std::iter::from_fn(|| self.attempts.try_join_next_with_id()));
        for ended in ended {
            let (place, outcome) = match ended {
                Ok((id, attempt)) => {
                    self.under_way.remove(&id);
                    attempt
                }
                Err(error) => {
                    error!(channel = %self.channel.id, "an attempt ended on its own: {}", broke_off(&error));
                    let Some(place) = self.under_way.remove(&error.id()) else { continue };
                    (place, Some(Err(SendError::Retry("the attempt ended on its own".to_owned()))))
                }
            };
            match outcome {
                Some(outcome) => self.became(place, outcome),
                None => self.shared.lock().forget(place, Instant::now()),
            }
        }
        self.note().await;
    }

    fn became(&mut self, place: Place, outcome: Result<(), SendError>) {
        let channel = &self.channel.id;
        let problem = outcome.as_ref().err().map(ToString::to_string);
        let (became, turn, waiting) = {
            let mut schedule = self.shared.lock();
            let (became, turn) = schedule.finished(place, outcome, Instant::now());
            (became, turn, schedule.len())
        };
        match turn {
            Turn::None => {}
            Turn::Down => {
                let problem = problem.unwrap_or_default();
                warn!(%channel, waiting, "the receiver counts as down, from now on one delivery at a time asks: {problem}");
            }
            Turn::Back => info!(%channel, waiting, "the receiver is back"),
        }
        match became {
            Became::Delivered(ticket) => {
                self.channel.metrics.delivery(channel, Counted::Delivered);
                self.channel.traces.delivered(channel, &ticket.key.id, false);
                self.unnoted.push(DeliveryOutcome { key: (*ticket.key).clone(), fate: Fate::Delivered });
            }
            Became::Waits => self.channel.metrics.delivery(channel, Counted::Retried),
            Became::Refused { ticket, attempts, error } => {
                self.channel.metrics.delivery(channel, Counted::Retried);
                // Told at once and then ever more seldom: somebody has to mend it, and it does not go by itself.
                if attempts.is_power_of_two() {
                    let event = &ticket.key.id;
                    let message_id = self.channel.traces.message_of(event);
                    error!(%channel, event, message_id, attempts, "the receiver refuses what is not given up for that: {error}");
                }
            }
            Became::GivenUp { ticket, kind, attempts, error } => {
                self.channel.metrics.delivery(channel, Counted::Failed);
                self.channel.traces.delivered(channel, &ticket.key.id, true);
                self.tell(&ticket, attempts, &error);
                let letter = DeadLetter { at: self.channel.clock.now(), kind, attempts, error: shortened(error) };
                self.unnoted.push(DeliveryOutcome { key: (*ticket.key).clone(), fate: Fate::Dead { letter } });
            }
            Became::Held | Became::Gone => {}
        }
    }

    /// Logs a dead letter; many of them in one line.
    fn tell(&mut self, ticket: &Ticket, attempts: u32, problem: &str) {
        self.untold += 1;
        let now = Instant::now();
        if self.told_at.is_none_or(|at| now.saturating_duration_since(at) >= TELL_EVERY) {
            let (channel, event, dead) = (&self.channel.id, &ticket.key.id, self.untold);
            let message_id = self.channel.traces.message_of(event);
            error!(
                %channel, event, message_id, attempts, dead,
                "given up, see `vagus outbox list --dead` and, when it is mended, `vagus outbox retry`: {problem}"
            );
            (self.untold, self.told_at) = (0, Some(now));
        }
    }

    /// Notes what became of deliveries. What cannot be noted is not sent again before a restart.
    async fn note(&mut self) {
        if self.unnoted.is_empty() {
            return;
        }
        let outcomes = self.unnoted.clone();
        match self.blocking(move |store| store.append_outcomes(&outcomes)).await {
            Ok(()) => self.unnoted.clear(),
            Err(problem) => {
                let (channel, deliveries) = (&self.channel.id, self.unnoted.len());
                error!(%channel, deliveries, "what became of deliveries cannot be noted: {problem}");
            }
        }
    }

    async fn blocking<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, String> {
        let store = self.channel.store.clone();
        match tokio::task::spawn_blocking(move || work(&store)).await {
            Ok(outcome) => outcome.map_err(|error| error.to_string()),
            Err(error) => Err(broke_off(&error).to_owned()),
        }
    }
}

fn unread(error: &dyn std::fmt::Display) -> SendError {
    SendError::Retry(format!("the delivery cannot be read from the store: {error}"))
}

/// What a receiver says may be long; it is kept in the journal and in memory.
fn shortened(mut text: String) -> String {
    const MAX_BYTES: usize = 300;
    if text.len() > MAX_BYTES {
        let end = (0..=MAX_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
