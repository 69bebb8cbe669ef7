use super::*;
use crate::clock::Source;

/// A service whose broker is away; the rest of it runs.
async fn started(directory: &std::path::Path) -> Service {
    let file = directory.join("vagus.toml");
    let text = format!(
        "[mqtt]\nhost = \"127.0.0.1\"\nport = 1\n[store]\npath = {:?}\n[http]\nlisten = \"127.0.0.1:0\"\n\
         [ops]\nlisten = \"127.0.0.1:0\"\n[[sites]]\nid = \"plant-a\"\ntime_zone = \"Asia/Ho_Chi_Minh\"\n",
        directory.join("data")
    );
    std::fs::write(&file, text).unwrap();
    let (settings, engine) = config::load(&file).unwrap();
    let clock = Clock::guarded(settings.clock, Source::system());
    Service::start(settings, engine, clock).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_part_dies_the_service_ends_with_an_error_that_names_it() {
    let directory = tempfile::tempdir().unwrap();
    let names = started(directory.path()).await;
    let all: Vec<&str> = names.parts.task_names();
    names.stop().await.unwrap();
    for needed in ["ingest", "deliverer", "publisher", "keeper", "console", "control", "ops", "supervision"] {
        assert!(all.contains(&needed), "{needed} is not among {all:?}");
    }
    for part in all {
        let service = started(directory.path()).await;
        service.parts.kill(part);
        let ended = service.run_until_signal().await;
        let told = format!("{:#}", ended.expect_err(part));
        assert!(told.contains(&format!("{part:?}")), "{part}: {told}");
    }
}
