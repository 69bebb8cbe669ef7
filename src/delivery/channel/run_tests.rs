//! The loop with a real store and receivers of every kind. Times are a thousandth of the defaults: an hour
//! is 3.6 s.

use std::collections::BTreeMap;
use std::sync::Mutex;

use super::*;
use crate::delivery::channel::Sending;
use crate::domain::{SignedDuration, Timestamp};
use crate::store::{FailureKind, Outgoing};

/// The defaults a thousand times as fast.
fn fast() -> Settings {
    let d = Settings::default();
    Settings {
        retry_min: d.retry_min / 1_000,
        retry_max: d.retry_max / 1_000,
        crisis_retry_max: d.crisis_retry_max / 1_000,
        attempt_timeout: Duration::from_millis(200),
        probe_max: d.probe_max / 1_000,
        look_every: Duration::from_millis(50),
        ..d
    }
}

fn outgoing(channel: &ChannelId, id: String) -> Outgoing {
    Outgoing {
        channel: channel.clone(),
        recipient: None,
        is_crisis: false,
        decided_at: Timestamp::UNIX_EPOCH,
        target: String::new(),
        payload: id.clone().into_bytes(),
        id,
    }
}

type Answer = Box<dyn Fn(&Outgoing, u32) -> Result<(), SendError> + Send + Sync>;

/// A receiver that remembers how often it was sent what, and answers as it is told; what it never answers
/// is what it answers `None`.
struct Receiver {
    sent: Mutex<BTreeMap<String, u32>>,
    order: Mutex<Vec<String>>,
    answer: Answer,
    never_answers: bool,
}

impl Receiver {
    fn new(answer: impl Fn(&Outgoing, u32) -> Result<(), SendError> + Send + Sync + 'static) -> Arc<Self> {
        let (sent, order) = (Mutex::default(), Mutex::default());
        Arc::new(Self { sent, order, answer: Box::new(answer), never_answers: false })
    }

    fn silent() -> Arc<Self> {
        let (sent, order, answer) = (Mutex::default(), Mutex::default(), Box::new(|_: &Outgoing, _| Ok(())) as Answer);
        Arc::new(Self { sent, order, answer, never_answers: true })
    }

    fn sent(&self) -> BTreeMap<String, u32> {
        self.sent.lock().unwrap().clone()
    }
}

impl Sender for Receiver {
    fn send<'a>(&'a self, delivery: &'a Outgoing) -> Sending<'a> {
        Box::pin(async move {
            let times = {
                let mut sent = self.sent.lock().unwrap();
                let times = sent.entry(delivery.id.clone()).or_default();
                *times += 1;
                *times
            };
            self.order.lock().unwrap().push(delivery.id.clone());
            if self.never_answers {
                std::future::pending::<()>().await;
            }
            assert_eq!(delivery.payload, delivery.id.as_bytes(), "its own bytes");
            (self.answer)(delivery, times)
        })
    }
}

/// A store, and loops on it.
struct Bench {
    directory: tempfile::TempDir,
    store: Store,
    clock: Clock,
    metrics: Metrics,
    news: watch::Sender<u64>,
    stopping: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Bench {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = Self::open(directory.path());
        let clock = Clock::set_at(Timestamp::UNIX_EPOCH);
        let (news, stopping) = (watch::Sender::new(0), watch::Sender::new(false));
        Self { directory, store, clock, metrics: Metrics::new(), news, stopping, tasks: Vec::new() }
    }

    fn open(directory: &std::path::Path) -> Store {
        let path = directory.join("store");
        let settings = crate::store::Settings { path, ballast_bytes: 4_096, ..crate::store::Settings::default() };
        Store::open(&settings).unwrap()
    }

    fn start(&mut self, id: &str, sender: Arc<dyn Sender>, settings: Settings) -> (ChannelId, Handle) {
        let id = ChannelId::parse(id).unwrap();
        let channel = Channel {
            id: id.clone(),
            sender,
            store: self.store.clone(),
            wake: self.news.subscribe(),
            settings,
            clock: self.clock.clone(),
            metrics: self.metrics.clone(),
            traces: Traces::nowhere(self.metrics.clone()),
        };
        let (handle, run) = channel.start(self.stopping.subscribe());
        self.tasks.push(tokio::spawn(run));
        (id, handle)
    }

    fn put(&self, channel: &ChannelId, ids: std::ops::Range<usize>) {
        let events: Vec<Outgoing> = ids.map(|id| outgoing(channel, format!("e{id}"))).collect();
        events.chunks(500).for_each(|events| self.store.append_notices(events).unwrap());
        self.news.send_modify(|times| *times += 1);
    }

    fn dead(&self) -> Vec<(String, FailureKind, u32)> {
        let dead = self.store.outbox_list(None, true, usize::MAX).unwrap();
        let told = |letter: DeadLetter| (letter.kind, letter.attempts);
        dead.into_iter()
            .map(|listed| (listed.key.id.clone(), listed.dead.map(told).unwrap()))
            .map(|(id, (kind, attempts))| (id, kind, attempts))
            .collect()
    }

    async fn stop(self) -> tempfile::TempDir {
        self.stopping.send_replace(true);
        for task in self.tasks {
            task.await.unwrap();
        }
        self.directory
    }
}

async fn until(what: &str, condition: impl Fn() -> bool) {
    let condition = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), condition).await.unwrap_or_else(|_| panic!("never: {what}"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_arrives_whatever_fails_on_the_way_and_is_marked_only_then() {
    let mut bench = Bench::new();
    let flaky = Receiver::new(|delivery, times| {
        // Each tenth fails, in each way there is.
        match (delivery.id.ends_with('7'), times) {
            (true, 1) => Err(SendError::Retry("answered 500".to_owned())),
            (true, 2) => Err(SendError::Unreachable("connection reset".to_owned())),
            (true, 3) if delivery.id == "e7" => panic!("a sender that does not do what it should"),
            _ => Ok(()),
        }
    });
    let (id, _) = bench.start("clinic", Arc::clone(&flaky) as Arc<dyn Sender>, fast());
    bench.put(&id, 0..500);
    until("all are delivered", || bench.store.pending_len(&id) == 0).await;
    let sent = flaky.sent();
    assert_eq!(sent.len(), 500);
    let times = |id: &str| {
        if id == "e7" {
            4
        } else if id.ends_with('7') {
            3
        } else {
            1
        }
    };
    assert!(sent.iter().all(|(id, sent)| *sent == times(id)), "not once more after it was taken");
    let text = bench.metrics.render();
    assert!(text.contains(r#"vagus_deliveries_total{channel="clinic",outcome="delivered"} 500"#), "{text}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_never_answers_delays_no_other_channel_and_no_crisis_of_its_own() {
    let mut bench = Bench::new();
    let (silent, good) = (Receiver::silent(), Receiver::new(|_, _| Ok(())));
    let (slow, handle) = bench.start("slow", Arc::clone(&silent) as Arc<dyn Sender>, fast());
    let (quick, _) = bench.start("quick", Arc::clone(&good) as Arc<dyn Sender>, fast());
    bench.put(&slow, 0..5_000);
    until("it counts as down", || handle.is_down()).await;
    let begin = Instant::now();
    bench.put(&quick, 0..2_000);
    until("the other channel is empty", || bench.store.pending_len(&quick) == 0).await;
    assert!(begin.elapsed() < Duration::from_secs(20));
    let crisis = Outgoing { is_crisis: true, ..outgoing(&slow, "crisis".to_owned()) };
    bench.store.append_notices(&[crisis]).unwrap();
    bench.news.send_modify(|times| *times += 1);
    until("the crisis is sent", || silent.sent().contains_key("crisis")).await;
    assert!(silent.sent().len() < 100, "it is not asked with every delivery");
    assert_eq!(bench.store.pending_len(&slow), 5_001);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_was_down_for_an_hour_gets_everything_soon_after() {
    let mut bench = Bench::new();
    let begin = Instant::now();
    let hour = Duration::from_millis(3_600);
    let away = Receiver::new(move |_, _| {
        if begin.elapsed() < hour { Err(SendError::Unreachable("connection refused".to_owned())) } else { Ok(()) }
    });
    let (id, _) = bench.start("clinic", Arc::clone(&away) as Arc<dyn Sender>, fast());
    bench.put(&id, 0..1_000);
    until("all are delivered", || bench.store.pending_len(&id) == 0).await;
    let attempts: u32 = away.sent().values().sum();
    assert!(attempts < 1_000 + 200, "about once a minute while it was down: {attempts}");
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dead_letter_waits_for_a_person_over_restarts_and_arrives_when_it_is_revived() {
    let mut bench = Bench::new();
    let picky = Receiver::new(|delivery, times| {
        let refuses = delivery.id == "e1" && times == 1;
        if refuses { Err(SendError::Refused("answered 413".to_owned())) } else { Ok(()) }
    });
    let (id, handle) = bench.start("clinic", Arc::clone(&picky) as Arc<dyn Sender>, fast());
    bench.put(&id, 0..3);
    until("one is dead", || bench.dead() == [("e1".to_owned(), FailureKind::Refused, 1)]).await;
    until("the others arrived", || bench.store.pending_len(&id) == 0).await;
    assert_eq!(bench.store.outbox_counts()[&id].dead, 1);
    let found = bench.store.revive(None, &["e1".to_owned()], bench.clock.now()).unwrap();
    handle.hurry(&found.iter().map(|listed| Arc::clone(&listed.key)).collect());
    until("it arrives", || picky.sent()["e1"] == 2 && bench.store.outbox_counts()[&id].pending == 0).await;
    assert_eq!(bench.dead(), []);
    bench.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_tried_for_days_is_given_up_and_found_so_after_a_restart() {
    let mut bench = Bench::new();
    let broken = Receiver::new(|_, _| Err(SendError::Retry("answered 500".to_owned())));
    // Decided four days ago: every attempt that it is owed may be its last.
    bench.clock.advance_to(Timestamp::UNIX_EPOCH + SignedDuration::from_hours(96));
    let (id, _) = bench.start("clinic", Arc::clone(&broken) as Arc<dyn Sender>, fast());
    bench.put(&id, 0..2);
    until("both are dead", || bench.dead().len() == 2).await;
    assert!(bench.dead().iter().all(|(_, kind, attempts)| (*kind, *attempts) == (FailureKind::Failed, 10)));
    let directory = bench.stop().await;
    let store = Bench::open(directory.path());
    assert_eq!((store.outbox_counts()[&id].pending, store.outbox_counts()[&id].dead), (0, 2));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deliveries_begin_in_the_order_of_decision() {
    let mut bench = Bench::new();
    let good = Receiver::new(|_, _| Ok(()));
    let one_by_one = Settings { concurrency: 1, ..fast() };
    let (id, _) = bench.start("clinic", Arc::clone(&good) as Arc<dyn Sender>, one_by_one);
    bench.put(&id, 0..300);
    until("all are delivered", || bench.store.pending_len(&id) == 0).await;
    assert_eq!(*good.order.lock().unwrap(), (0..300).map(|id| format!("e{id}")).collect::<Vec<_>>());
    bench.stop().await;
}

#[test]
fn what_a_receiver_says_is_kept_short() {
    assert_eq!(shortened("x".to_owned()), "x");
    let long = shortened("é".repeat(1_000));
    assert!(long.len() <= 304 && long.ends_with('…'), "{}", long.len());
}
