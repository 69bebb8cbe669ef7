//! Claims about who is not seen, and about data quality.

use super::*;
use crate::domain::TimeZone;
use crate::domain::ids::{DeviceId, WorkerKey};
use crate::domain::ids::{SiteId, WorkerId};
use crate::domain::indicator::NightHrv;
use crate::domain::worker::Profile;

const TODAY: Date = Date::constant(2026, 3, 31);

fn worker() -> WorkerHistory {
    let key = WorkerKey { site: SiteId::parse("plant-a").unwrap(), worker: WorkerId::parse("w-1").unwrap() };
    WorkerHistory::new(Profile::unknown(key, TimeZone::UTC))
}

/// A worker with valid nights so many days ago, from this band.
fn with_nights(history: &mut WorkerHistory, days_ago: impl IntoIterator<Item = i32>, device: &str, windows: u16) {
    for days_ago in days_ago {
        let date = TODAY.checked_sub(crate::domain::SignedDuration::from_hours(24 * i64::from(days_ago))).unwrap();
        let epoch = DeviceEpoch { device: Some(DeviceId::parse(device).unwrap()), is_provider: windows == 0 };
        let hrv = NightHrv { ln_rmssd: 3.5, epoch, windows, sqi: 0.5 };
        let wake_at = "2026-03-31T06:00:00Z".parse().unwrap();
        let night = NightRow { date, wake_at, hrv: Some(hrv), sleeping_hr_bpm: None, irregularity: None, sleep: None };
        history.nights.insert(date, night);
    }
}

fn told(history: &WorkerHistory, hrv: HrvState, enrolment: Enrolment) -> Option<(Unseen, Option<String>)> {
    why(history, hrv, (TODAY, 3), enrolment).map(|(why, since)| (why, since.map(|date| date.to_string())))
}

#[test]
fn who_sends_and_is_known_is_seen() {
    let mut history = worker();
    with_nights(&mut history, 0..20, "band-1", 90);
    for hrv in [HrvState::Normal, HrvState::Watch, HrvState::Persistent, HrvState::Learning] {
        assert_eq!(told(&history, hrv, Enrolment::Open), None, "{hrv:?}");
    }
}

#[test]
fn the_first_reason_that_holds_is_told_with_its_date() {
    let mut history = worker();
    assert_eq!(told(&history, HrvState::Learning, Enrolment::Open), Some((Unseen::Never, None)));
    with_nights(&mut history, [2, 40], "band-1", 90);
    let on = |date: &str| Some(date.to_owned());
    assert_eq!(told(&history, HrvState::Stale, Enrolment::Open), Some((Unseen::Stale, on("2026-03-29"))));
    assert_eq!(told(&history, HrvState::Learning, Enrolment::Open), Some((Unseen::TooFew, on("2026-02-19"))));
    history.nights.pop_last();
    assert_eq!(told(&history, HrvState::Stale, Enrolment::Open), Some((Unseen::Silent, on("2026-02-19"))));
    history.profile.has_consent = Some(false);
    assert_eq!(told(&history, HrvState::Stale, Enrolment::Open), Some((Unseen::NoConsent, on("2026-02-19"))));
}

#[test]
fn who_pauses_or_withdrew_is_told_as_that_and_as_nothing_else() {
    use crate::domain::worker::OwnChoice;
    let mut history = worker();
    for (withholding, why) in [(Withholding::Paused, Unseen::Paused), (Withholding::Withdrawn, Unseen::Withdrawn)] {
        let since = "2026-03-20T22:00:00Z".parse().unwrap();
        history.profile.own_choice = Some(OwnChoice { withholding, since });
        assert_eq!(told(&history, HrvState::Stale, Enrolment::Listed), Some((why, Some("2026-03-20".to_owned()))));
    }
}

#[test]
fn silence_about_consent_counts_only_where_workers_must_be_listed() {
    let mut history = worker();
    with_nights(&mut history, 0..20, "band-1", 90);
    assert_eq!(told(&history, HrvState::Normal, Enrolment::Open), None);
    let missing = told(&history, HrvState::Normal, Enrolment::Listed);
    assert_eq!(missing, Some((Unseen::NoConsent, Some("2026-03-31".to_owned()))));
}

#[test]
fn coverage_is_of_the_last_four_weeks_and_windows_only_of_nights_made_of_windows() {
    let mut history = worker();
    with_nights(&mut history, [0, 1, 27, 28, 60], "band-1", 80);
    with_nights(&mut history, [2], "band-2", 0);
    let found = quality(&history, TODAY);
    assert_eq!((found.nights, found.valid_nights, found.sleep_nights), (4, 4, 0));
    assert_eq!((found.signal, found.windows), (Some(0.5), Some(80.0)));
    assert_eq!(found.last_valid.as_deref(), Some("2026-03-31"));
}

#[test]
fn bands_are_told_with_their_first_and_last_night_the_latest_first() {
    let mut history = worker();
    with_nights(&mut history, [30, 20, 10], "band-1", 80);
    with_nights(&mut history, [3, 1], "band-2", 80);
    let found = devices(&history);
    let spans: Vec<_> = found
        .iter()
        .map(|one| (one.device.as_deref().unwrap(), one.first.as_str(), one.last.as_str(), one.nights))
        .collect();
    assert_eq!(spans, [("band-2", "2026-03-28", "2026-03-30", 2), ("band-1", "2026-03-01", "2026-03-21", 3)]);
}
