//! The machine's clock: whether it can be right, and whether anything keeps it so.

use std::process::Command;

use super::Finding;
use crate::clock::Clock;
use crate::domain::Timestamp;

/// No clock that is right shows less: this program was made later.
const EARLIEST: &str = "2026-01-01T00:00:00Z";
/// Nor does one show more in the life of this program.
const LATEST: &str = "2080-01-01T00:00:00Z";

pub(super) fn look(clock: &Clock) -> Vec<Finding> {
    vec![judge(clock.now(), asked().as_deref())]
}

/// What the system says of its clock; none where it has nobody who says it.
fn asked() -> Option<String> {
    let mut command = Command::new("timedatectl");
    let told = command.args(["show", "--property=NTPSynchronized", "--value"]).output().ok();
    let told = told.filter(|told| told.status.success())?;
    Some(String::from_utf8_lossy(&told.stdout).trim().to_owned())
}

fn judge(now: Timestamp, synchronised: Option<&str>) -> Finding {
    let about = "clock";
    let bound = |text: &str| text.parse::<Timestamp>().expect("a constant that a test reads");
    if !(bound(EARLIEST)..bound(LATEST)).contains(&now) {
        let remedy = "set it, and keep it right by NTP: nights, time limits and certificates go by it";
        return Finding::problem(about, format!("it shows {now}, which cannot be"), remedy);
    }
    match synchronised {
        Some("yes") => Finding::ok(about, format!("it shows {now} and is kept right by NTP")),
        Some(_) => Finding::warning(
            about,
            format!("it shows {now}, and nothing keeps it right"),
            "install systemd-timesyncd or chrony: a reading more than ingest.max_ahead_s in the future is refused",
        ),
        None => Finding::ok(about, format!("it shows {now}; whether something keeps it right cannot be told here")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;

    #[test]
    fn a_clock_that_cannot_be_right_is_a_problem_and_one_that_nobody_keeps_a_warning() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let (then, now) = (at("1970-01-01T00:10:00Z"), at("2026-11-23T12:00:00Z"));
        assert_eq!(judge(then, Some("yes")).outcome, Outcome::Problem);
        assert_eq!(judge(at("2091-01-01T00:00:00Z"), None).outcome, Outcome::Problem);
        assert_eq!(judge(now, Some("no")).outcome, Outcome::Warning);
        assert_eq!(judge(now, Some("yes")).outcome, Outcome::Ok);
        assert_eq!(judge(now, None).outcome, Outcome::Ok);
    }
}
