//! Series: runs of beats and their gaps, the rates of a minute, and what counts as an item.

use super::*;
use crate::domain::SignedDuration;

#[test]
fn gaps_stay_gaps_and_time_never_runs_backwards_in_a_run() {
    let run = |elements: &[String]| {
        let items = good(&series(elements));
        items.iter().map(|item| beats(&item.item).clone()).collect::<Vec<_>>()
    };
    let lost = run(&[rr(800.0, "2026-03-01T02:00:00.800Z"), rr(810.0, "2026-03-01T02:00:03.500Z"), rr(790.0, "")]);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].end_ms, Some(vec![800.0, 3_500.0, 4_290.0]));
    let coarse =
        run(&[rr(800.0, "2026-03-01T02:00:01Z"), rr(810.0, "2026-03-01T02:00:01Z"), rr(790.0, "2026-03-01T02:00:02Z")]);
    assert_eq!((coarse.len(), &coarse[0].end_ms), (1, &None), "whole seconds do not make gaps");
    let far = run(&[rr(800.0, "2026-03-01T02:00:00.800Z"), rr(800.0, "2026-03-01T02:10:00.800Z")]);
    assert_eq!(
        far.iter().map(|run| run.start).collect::<Vec<_>>(),
        [at("2026-03-01T02:00:00Z"), at("2026-03-01T02:10:00Z")]
    );
    let back = run(&[rr(800.0, "2026-03-01T02:00:05.800Z"), rr(800.0, "2026-03-01T02:00:02.800Z")]);
    assert_eq!(back.len(), 2);
}

#[test]
fn refused_interval_parts_a_run_and_is_kept_alone() {
    let payload = series(&[
        rr(800.0, "2026-03-01T02:00:00.800Z"),
        rr(-5.0, "2026-03-01T02:00:01.600Z"),
        rr(800.0, ""),
        rr(800.0, "2026-03-01T02:00:03.200Z"),
    ]);
    let found = read(&payload);
    assert_eq!(found.items.len(), 2);
    let reasons: Vec<_> = found.refused.iter().map(|r| (r.rejection.reason, r.rejection.detail.clone())).collect();
    assert!(
        reasons[0].0 == Reason::OutOfRange && reasons[0].1.starts_with("body[1]: rr_interval in ms -5"),
        "{reasons:?}"
    );
    assert!(reasons[1].0 == Reason::MissingField && reasons[1].1.starts_with("body[2]: "), "{reasons:?}");
    let again = read(std::str::from_utf8(&found.refused[0].raw).unwrap());
    assert_eq!((again.items.len(), again.refused.len()), (0, 1));
    assert!(again.refused[0].rejection.detail.starts_with("body[0]: rr_interval in ms -5"));
    let average =
        series(&[rr(800.0, "2026-03-01T02:00:00Z").replacen('{', r#"{"descriptive_statistic":"average","#, 1)]);
    assert_eq!(refusal(&average).0, Reason::BadShape);
}

#[test]
fn elements_of_a_series_count_as_items_and_runs_as_one() {
    let of = |count: i64| point("omh:heart-rate:2.0", &rates(count, 60));
    assert_eq!(good(&of(1_000)).len(), 1_000);
    let many = read(&of(1_001));
    assert_eq!((many.items.len(), many.refused[0].rejection.reason), (0, Reason::TooManyItems));
    let two = read(&format!("[{},{}]", of(600), of(600)));
    assert_eq!((two.items.len(), two.refused[0].rejection.reason), (0, Reason::TooManyItems));
    let empty = read(&point("omh:heart-rate:2.0", &format!("[{}]", vec!["{}"; 20_000].join(","))));
    assert_eq!(empty.refused[0].rejection.reason, Reason::TooManyItems);
    let long = series(
        &std::iter::once(rr(800.0, "2026-03-01T02:00:00Z"))
            .chain((0..2_000).map(|_| rr(800.0, "")))
            .collect::<Vec<_>>(),
    );
    assert_eq!(beats(&good(&long)[0].item).rr_ms.len(), 2_001);
    assert_eq!(good(&point("omh:heart-rate:2.0", "[]")).len(), 0);
}

/// Clean beats whose stamps are right and whose intervals are told 0.5 ms too long, for two hours.
fn two_hours(stamp: impl Fn(Timestamp) -> Timestamp) -> Vec<BeatIntervals> {
    let begin = at("2026-03-01T02:05:00.120Z");
    let (mut elapsed_ms, mut elements) = (0, Vec::new());
    for beat in 0..8_700 {
        let rr_ms: i32 = 800 + (beat * 37) % 61;
        elapsed_ms += rr_ms;
        let end = stamp(begin + SignedDuration::from_millis(i64::from(elapsed_ms)));
        elements.push(rr(f64::from(rr_ms) + 0.5, &end.to_string()));
    }
    let limits = Limits { max_payload_bytes: 4_000_000, ..Limits::default() };
    let source = SourceId::parse("gw-7").unwrap();
    let found = crate::decode::decode(&source, Stream::Readings, series(&elements).as_bytes(), &limits);
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    found.items.iter().map(|item| beats(&item.item).clone()).collect()
}

#[test]
fn intervals_that_are_all_a_little_too_long_stay_one_run() {
    use crate::decode::native::MAX_BEATS;
    let whole_seconds = |end: Timestamp| Timestamp::from_second(end.as_second()).unwrap();
    for runs in [two_hours(|end| end), two_hours(whole_seconds)] {
        assert_eq!(runs.iter().map(|run| run.rr_ms.len()).sum::<usize>(), 8_700);
        assert_eq!(runs.len(), 8_700_usize.div_ceil(MAX_BEATS), "as few as the longest run allows");
        for run in runs {
            // Four seconds too many in all are told, and no beat is a gap by it.
            let Some(end_ms) = run.end_ms else { continue };
            let steps = end_ms.windows(2).map(|pair| pair[1] - pair[0]);
            assert!(steps.zip(&run.rr_ms[1..]).all(|(step, rr_ms)| (step - rr_ms).abs() <= 10.0));
        }
    }
}

/// The body of a series of rates, one every `step_s`, of 50 and 70 by turns.
fn rates(count: i64, step_s: i64) -> String {
    let begin = at("2026-03-01T02:00:00Z");
    let elements = (0..count).map(|i| {
        let time = begin + SignedDuration::from_secs(i * step_s);
        let value = if i % 2 == 0 { 50 } else { 70 };
        format!(
            r#"{{"heart_rate":{{"value":{value},"unit":"beats/min"}},"effective_time_frame":{{"date_time":"{time}"}}}}"#
        )
    });
    format!("[{}]", elements.collect::<Vec<_>>().join(","))
}

#[test]
fn rates_of_one_minute_are_one_window_with_their_mean() {
    let payload = point("omh:heart-rate:2.0", &rates(24 * 60, 5));
    let items = good(&payload);
    assert_eq!(items.len(), 2 * 60);
    for (minute, item) in (0..).zip(&items) {
        let Item::Reading(Reading::Hrv(window)) = &item.item else { panic!("{item:?}") };
        let start = at("2026-03-01T02:00:00Z") + SignedDuration::from_mins(minute);
        assert_eq!((window.start, window.duration_s, window.mean_hr_bpm), (start, 60, Some(60.0)));
    }
    // What is looked at once more gives the same window again.
    let raw = String::from_utf8(items[7].raw(payload.as_bytes())).unwrap();
    assert_eq!(good(&raw).iter().map(|item| &item.item).collect::<Vec<_>>(), [&items[7].item]);
    let parted = payload.replacen(r#""value":70"#, r#""value":-70"#, 1);
    let found = read(&parted);
    assert_eq!((found.items.len(), found.refused.len()), (2 * 60 + 1, 1), "a refused rate stays alone");
}
