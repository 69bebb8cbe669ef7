use super::*;
use crate::domain::TimeZone;
use crate::domain::exposure::Shift;
use crate::domain::ids::{SiteId, WorkerId, WorkerKey};
use crate::domain::worker::Profile;

const DATE: Date = Date::constant(2026, 3, 1);

fn worker() -> Worker {
    let key = WorkerKey { site: SiteId::parse("s").unwrap(), worker: WorkerId::parse("w").unwrap() };
    Worker::new(WorkerNumber(1), WorkerHistory::new(Profile::unknown(key, TimeZone::UTC)))
}

fn night_shift(end: &str) -> ExposureDay {
    let shift = Shift { start: "2026-03-01T22:00:00Z".parse().unwrap(), end: end.parse().unwrap() };
    ExposureDay { shift: Some(shift), ..ExposureDay::empty(DATE) }
}

#[test]
fn an_exposure_recomputes_days_only_where_the_shift_changed() {
    let mut worker = worker();
    let mut take = |day: ExposureDay| {
        worker.changes = Changes::default();
        let taken = worker.take_exposure(day);
        (taken, worker.changes.from, worker.changes.is_late)
    };
    let noise = ExposureDay { noise_lex8h_dba: Some(84.0), ..ExposureDay::empty(DATE) };
    assert_eq!(take(noise), (Taken::Changed, None, false));
    let shift = night_shift("2026-03-02T06:00:00Z");
    assert_eq!(take(shift.clone()), (Taken::Changed, Some(DATE), false));
    assert_eq!(take(shift), (Taken::Known, None, false));
    assert_eq!(take(night_shift("2026-03-02T04:00:00Z")), (Taken::Changed, Some(DATE), false));
}

#[test]
fn a_shift_is_late_where_the_nights_after_it_are_known() {
    let mut worker = worker();
    let row = NightRow {
        date: DATE,
        wake_at: "2026-03-01T06:00:00Z".parse().unwrap(),
        hrv: None,
        sleeping_hr_bpm: None,
        irregularity: None,
        sleep: None,
    };
    worker.history.nights.insert(DATE, row);
    worker.take_exposure(night_shift("2026-03-02T06:00:00Z"));
    assert!(worker.changes.is_late);
}

#[test]
fn a_score_that_an_event_or_a_leave_ended_does_not_come_back_when_they_are_old() {
    use crate::domain::screening::{Instrument, Response};
    use crate::engine::facts::Picture;

    let day = |days: i32| buckets::plus(Date::constant(2026, 1, 1), days);
    let response = Response::Total { score: 170.0, kind: None };
    let taken_at = "2026-01-01T09:00:00Z".parse().unwrap();
    let screened = || {
        let mut worker = worker();
        worker.take_screening(Screening { instrument: Instrument::Scl90, taken_at, response: response.clone() });
        worker
    };
    let counts_on = |mut worker: Worker, today: Date| {
        worker.prune(today);
        let settings = crate::config::rules_file::built_in();
        !Picture::of(&worker.history, &worker.track, today, &settings).screenings.is_empty()
    };
    let mut after_event = screened();
    let event = crate::domain::exposure::WorkEvent::parse("life_event");
    after_event.take_exposure(ExposureDay { events: Some(vec![event]), ..ExposureDay::empty(day(1)) });
    let mut after_leave = screened();
    for date in (1..=29).map(day) {
        after_leave.take_tag(SelfReport { date, tag: crate::domain::reading::Tag::OffWork });
    }
    // The score itself counts for 180 days.
    for days in [30, 120, 160, 165, 170, 180] {
        assert!(counts_on(screened(), day(days)), "{days}");
        for ended in [&after_event, &after_leave] {
            let mut worker = screened();
            worker.history = ended.history.clone();
            assert!(!counts_on(worker, day(days)), "{days}");
        }
    }
}

#[test]
fn a_beta_blocker_in_the_register_begins_a_baseline_and_is_nothing_the_worker_said() {
    let mut worker = worker();
    let taking = |has_beta_blocker| Profile { has_beta_blocker, ..self::worker().history.profile };
    worker.take_profile(taking(true), DATE);
    assert_eq!((worker.history.register_changes.contains(&DATE), worker.changes.from), (true, Some(DATE)));
    assert!(worker.history.tags.is_empty());
    // The same row again begins nothing.
    worker.take_profile(taking(true), buckets::next(DATE));
    assert_eq!(worker.history.register_changes.len(), 1);
    worker.prune(buckets::plus(DATE, 400));
    assert!(worker.history.register_changes.is_empty());
}
