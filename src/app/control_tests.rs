//! What the socket asks of the sequencer.

use super::*;
use crate::app::outbound::WatchedOutbox;
use crate::config::rules_file;
use crate::delivery::mqtt;
use crate::delivery::routing::Router;
use crate::domain::TimeZone;
use crate::domain::history::WorkerHistory;
use crate::domain::worker::Profile;
use crate::store::{self, Checkpoint};
use crate::telemetry::Metrics;
use crate::telemetry::traces::Traces;

fn outbound(store: &Store, router: Router) -> Outbound {
    let (publisher, _) = mqtt::channel(mqtt::Settings::default());
    Outbound::new(
        publisher,
        WatchedOutbox::new(store.clone(), Clock::System, Metrics::new(), Traces::nowhere(Metrics::new())),
        "vagus/v1",
        router,
    )
}

/// What is answered about a worker who is stored under the number 9, where the register tells `number`.
async fn asked(number: Option<WorkerNumber>) -> Answer {
    let directory = tempfile::tempdir().unwrap();
    let settings =
        store::Settings { path: directory.path().join("store"), ballast_bytes: 4096, ..store::Settings::default() };
    let store = Store::open(&settings).unwrap();
    let key = key_of("plant-a", "w-1").unwrap();
    store
        .save(vec![Checkpoint {
            worker: WorkerNumber(9),
            applied_through: 1,
            history: WorkerHistory::new(Profile::unknown(key.clone(), TimeZone::UTC)),
            details: Vec::new(),
            dropped_details: Vec::new(),
        }])
        .unwrap();
    let (commands, mut received) = mpsc::channel(1);
    let (_keep, engine) = watch::channel(rules_file::built_in());
    let outbound = outbound(&store, Router::over_mqtt("vagus/v1".into()));
    let (clock, staff) = (Clock::System, Staff::default());
    let machine = Arc::new(Machine::idle());
    let served = Served {
        keeping: watch::channel(None).1,
        store,
        commands,
        clock,
        channels: Arc::new([]),
        outbound,
        engine,
        staff,
        machine,
        intake: Intake::default(),
        console: None,
    };
    let question =
        Question::Strain { site: "plant-a".to_owned(), worker: "w-1".to_owned(), date: Some("2026-03-01".to_owned()) };
    let register = async {
        let Some(Command::Find { key: found, done }) = received.recv().await else { panic!("the register is asked") };
        assert_eq!(found, key);
        done.send(number).unwrap();
    };
    tokio::join!(answer(question, &served), register).0
}

#[tokio::test]
async fn the_register_tells_whose_strain_is_asked_for() {
    let found = asked(Some(WorkerNumber(9))).await;
    let Answer::Strain { strain } = found else { panic!("{found:?}") };
    assert_eq!(strain.date, "2026-03-01");
    // Nobody looks through the store for one whom the register does not know, or takes another for one.
    for number in [None, Some(WorkerNumber(3)), Some(WorkerNumber(10))] {
        let found = asked(number).await;
        assert!(matches!(&found, Answer::Failed { problem } if problem.starts_with("nothing is stored")), "{found:?}");
    }
}
