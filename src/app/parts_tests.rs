use super::*;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().unwrap()
}

#[tokio::test]
async fn a_task_that_panics_is_named_and_what_it_panicked_about_is_not() {
    let mut parts = Parts::default();
    parts.task("clock", std::future::pending());
    parts.task("ingest", async { panic!("rmssd_ms {}", 37.4831) });
    let told = format!("{:#}", parts.one_ended().await);
    assert!(told.contains("\"ingest\"") && told.contains("it panicked"), "{told}");
    assert!(!told.contains("37.4831") && !told.contains("rmssd"), "{told}");
}

#[tokio::test]
async fn a_task_that_returns_before_it_was_asked_to_is_as_one_that_fails() {
    let mut parts = Parts::default();
    parts.task("clock", std::future::pending());
    parts.task("publisher", async {});
    let told = parts.one_ended().await.to_string();
    assert!(told.contains("\"publisher\"") && told.contains("it returned"), "{told}");
}

#[test]
fn a_thread_that_ends_is_noticed_whether_it_returns_or_panics() {
    for panics in [false, true] {
        let mut parts = Parts::default();
        let work = move || if panics { panic!("w-0042 {}", 37.4831) } else { Ok(()) };
        parts.thread("decode", work).unwrap();
        let _noticed = runtime().block_on(parts.one_ended());
        let joined = join(parts.take_threads()).map_err(|error| format!("{error:#}"));
        if panics {
            let told = joined.unwrap_err();
            assert!(told.contains("\"decode\"") && !told.contains("w-0042"), "{told}");
        } else {
            assert_eq!(joined, Ok(()));
        }
    }
}

#[tokio::test]
async fn a_task_that_panics_while_all_are_asked_to_end_is_an_error_too() {
    let mut parts = Parts::default();
    parts.task("deliverer", async { panic!("w-0042") });
    parts.task("publisher", async {});
    let told = parts.join_tasks().await.unwrap_err().to_string();
    assert!(told.contains("\"deliverer\"") && !told.contains("w-0042"), "{told}");
    let mut parts = Parts::default();
    parts.task("publisher", async {});
    parts.join_tasks().await.unwrap();
}
