//! What a panic says: where it was, and not what it was about.
//!
//! The message of a panic is made of whatever the code had in hand, a reading as well; the place in the code tells a
//! programmer more, and tells nothing of anybody. A message that is part of the program is told.

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{Location, PanicHookInfo};

/// From now on a panic of this process is told without what it was about: as a line of the log, or, where there is
/// none yet, on standard error. `RUST_BACKTRACE=1` adds the way there.
pub fn tell_without_payload() {
    std::panic::set_hook(Box::new(tell));
}

/// How a task broke off, without what it panicked about: its own words would repeat that.
#[must_use]
pub fn broke_off(error: &tokio::task::JoinError) -> &'static str {
    if error.is_panic() { "it panicked; the log says where" } else { "it was ended" }
}

fn tell(panic: &PanicHookInfo<'_>) {
    let thread = std::thread::current();
    let told = words(thread.name(), panic.location(), panic.payload());
    let backtrace = Backtrace::capture();
    let backtrace = (backtrace.status() == BacktraceStatus::Captured).then(|| backtrace.to_string());
    if super::log_level::of_process().is_some() {
        tracing::error!(backtrace, "{told}");
    } else {
        eprintln!("{told}\n{}", backtrace.unwrap_or_default());
    }
}

fn words(thread: Option<&str>, place: Option<&Location<'_>>, payload: &(dyn Any + Send)) -> String {
    let thread = thread.unwrap_or("without a name");
    let place = place.map_or_else(|| "somewhere".to_owned(), ToString::to_string);
    // Only a text that stands in the program is of this type; one that was put together is a `String`.
    match payload.downcast_ref::<&'static str>() {
        Some(text) => format!("the thread {thread:?} panicked at {place}: {text}"),
        None => format!("the thread {thread:?} panicked at {place}; what about is not told"),
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;
    use std::sync::{Arc, Mutex};

    use super::*;

    /// What the hook says of a panic. The hook is of the whole process: other tests go on with the usual one.
    fn told_of(panics: fn()) -> String {
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _guard = ONE_AT_A_TIME.lock().unwrap();
        let told = Arc::new(Mutex::new(String::new()));
        let (kept, mine, usual) = (Arc::clone(&told), std::thread::current().id(), std::panic::take_hook());
        std::panic::set_hook(Box::new(move |panic| {
            if std::thread::current().id() == mine {
                *kept.lock().unwrap() = words(Some("apply"), panic.location(), panic.payload());
            }
        }));
        let outcome = catch_unwind(panics);
        std::panic::set_hook(usual);
        assert!(outcome.is_err());
        told.lock().unwrap().clone()
    }

    #[test]
    fn a_panic_tells_its_place_and_not_the_reading_it_was_about() {
        let told = told_of(|| {
            let reading = |value: f64| if value > 3.0 { Err(format!("rmssd_ms {value}")) } else { Ok(value) };
            reading(37.4831).expect("w-0042 of plant-a");
        });
        assert!(told.contains("src/telemetry/panics.rs:"), "{told}");
        assert!(told.contains("\"apply\""), "{told}");
        for secret in ["37.4831", "rmssd", "w-0042"] {
            assert!(!told.contains(secret), "{told}");
        }
    }

    #[tokio::test]
    async fn a_task_that_panicked_does_not_repeat_the_reading_it_was_about() {
        let ended: Result<(), _> = tokio::spawn(async { panic!("rmssd_ms {}", 37.4831) }).await;
        let error = ended.unwrap_err();
        assert!(error.to_string().contains("37.4831"), "this is why: {error}");
        assert_eq!(broke_off(&error), "it panicked; the log says where");
    }

    #[test]
    fn a_text_of_the_program_is_told() {
        let told = told_of(|| panic!("the journal is closed"));
        assert!(told.ends_with("the journal is closed"), "{told}");
    }
}
