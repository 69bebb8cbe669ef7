//! What is next, by a clock that the tests move.

use std::sync::Arc;

use super::*;
use crate::domain::Timestamp;
use crate::domain::ids::ChannelId;
use crate::store::DeliveryKey;

const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

fn ticket(index: u32, is_crisis: bool) -> Ticket {
    let channel = ChannelId::parse("clinic").unwrap();
    let key = Arc::new(DeliveryKey { channel, recipient: None, id: format!("e{index}") });
    Ticket { place: Place { entry: 1, index }, key, is_crisis, since: Timestamp::UNIX_EPOCH }
}

fn schedule(settings: Settings, others: std::ops::Range<u32>, now: Instant) -> Schedule {
    let mut schedule = Schedule::new(settings);
    others.for_each(|index| schedule.add(ticket(index, false), Duration::ZERO, now));
    schedule
}

/// What is begun now.
fn begun(schedule: &mut Schedule, now: Instant) -> Vec<String> {
    std::iter::from_fn(|| schedule.next(now)).map(|ticket| ticket.key.id.clone()).collect()
}

fn down() -> Result<(), SendError> {
    Err(SendError::Unreachable("connection refused".to_owned()))
}

fn busy() -> Result<(), SendError> {
    Err(SendError::Retry("answered 503".to_owned()))
}

fn place(index: u32) -> Place {
    Place { entry: 1, index }
}

#[test]
fn deliveries_begin_in_their_order_and_a_crisis_before_all_and_beside_them() {
    let now = Instant::now();
    let mut schedule = schedule(Settings { concurrency: 2, ..Settings::default() }, 0..5, now);
    assert_eq!(begun(&mut schedule, now), ["e0", "e1"]);
    assert_eq!(schedule.wake_at(), None, "nothing can begin before something ends");
    schedule.add(ticket(7, true), Duration::ZERO, now);
    schedule.add(ticket(8, true), Duration::ZERO, now);
    assert_eq!(begun(&mut schedule, now), ["e7", "e8"], "it has places of its own");
    let (became, turn) = schedule.finished(place(0), Ok(()), now);
    assert_eq!((became, turn), (Became::Delivered(ticket(0, false)), Turn::None));
    assert_eq!(begun(&mut schedule, now), ["e2"]);
    schedule.add(ticket(2, false), Duration::ZERO, now);
    assert_eq!(schedule.len(), 6, "what is under way is not taken twice");
}

#[test]
fn what_fails_waits_twice_as_long_each_time_and_does_not_stop_the_others() {
    let mut now = Instant::now();
    let mut schedule = schedule(Settings { concurrency: 1, ..Settings::default() }, 0..3, now);
    let mut longest = Vec::new();
    assert_eq!(begun(&mut schedule, now), ["e0"]);
    for failures in 1..=4_u32 {
        assert_eq!(schedule.finished(place(0), busy(), now), (Became::Waits, Turn::None));
        if failures == 1 {
            for id in [1, 2] {
                assert_eq!(begun(&mut schedule, now), [format!("e{id}")]);
                assert_eq!(schedule.finished(place(id), Ok(()), now).1, Turn::None);
            }
        }
        let next = schedule.wake_at().unwrap();
        longest.push(next - now);
        assert_eq!(begun(&mut schedule, next - SECOND / 1_000), [""; 0]);
        now = next;
        assert_eq!(begun(&mut schedule, now), ["e0"]);
    }
    for (wait, bound_s) in longest.iter().zip([5, 10, 20, 40]) {
        let bound = bound_s * SECOND;
        assert!(*wait <= bound && *wait >= bound / 2, "{wait:?} of {bound:?}");
    }
}

#[test]
fn a_receiver_says_how_long_to_wait_but_not_for_ever() {
    let now = Instant::now();
    let mut schedule = schedule(Settings::default(), 0..1, now);
    begun(&mut schedule, now);
    let later = |after| Err(SendError::RetryAfter { after, reason: "429".to_owned() });
    schedule.finished(place(0), later(600 * SECOND), now);
    assert_eq!(schedule.wake_at(), Some(now + 600 * SECOND));
    let now = now + 600 * SECOND;
    begun(&mut schedule, now);
    schedule.finished(place(0), later(1_000 * HOUR), now);
    assert_eq!(schedule.wake_at(), Some(now + HOUR));
}

#[test]
fn a_receiver_that_is_down_is_asked_by_one_delivery_at_a_time_and_then_gets_all() {
    let mut now = Instant::now();
    let settings = Settings { concurrency: 8, ..Settings::default() };
    let mut schedule = schedule(settings, 0..100, now);
    assert_eq!(begun(&mut schedule, now).len(), 8);
    let turns: Vec<Turn> = (0..8).map(|index| schedule.finished(place(index), down(), now).1).collect();
    assert_eq!(turns[4], Turn::Down);
    assert_eq!(turns.iter().filter(|turn| **turn != Turn::None).count(), 1);
    let (begin, mut asked) = (now, Vec::new());
    while now < begin + HOUR {
        now = schedule.wake_at().unwrap();
        let ids = begun(&mut schedule, now);
        assert_eq!(ids.len(), 1, "one at a time");
        let index: u32 = ids[0][1..].parse().unwrap();
        assert_eq!(schedule.finished(place(index), down(), now), (Became::Waits, Turn::None));
        asked.push(index);
    }
    assert!((55..=130).contains(&asked.len()), "about once a minute: {}", asked.len());
    assert!(asked[..20].iter().all(|index| *index >= 8), "others than those that failed ask first");
    now = schedule.wake_at().unwrap();
    let ids = begun(&mut schedule, now);
    let index: u32 = ids[0][1..].parse().unwrap();
    assert_eq!(schedule.finished(place(index), Ok(()), now).1, Turn::Back);
    let mut left = 99;
    while left > 0 {
        let ids = begun(&mut schedule, now);
        assert_eq!(ids.len(), left.min(8), "nothing that did not reach it waits any longer");
        left -= ids.len();
        for id in ids {
            schedule.finished(place(id[1..].parse().unwrap()), Ok(()), now);
        }
    }
}

#[test]
fn one_delivery_that_never_succeeds_does_not_make_the_receiver_look_down() {
    let mut now = Instant::now();
    let mut schedule = schedule(Settings { concurrency: 1, ..Settings::default() }, 0..1, now);
    for index in 1..60 {
        assert_eq!(begun(&mut schedule, now), ["e0"]);
        assert_eq!(schedule.finished(place(0), busy(), now).1, Turn::None);
        schedule.add(ticket(index, false), Duration::ZERO, now);
        assert_eq!(begun(&mut schedule, now), [format!("e{index}")]);
        assert_eq!(schedule.finished(place(index), Ok(()), now).1, Turn::None);
        now = schedule.wake_at().unwrap();
    }
}

#[test]
fn a_crisis_is_tried_at_once_even_where_the_receiver_is_down() {
    let now = Instant::now();
    let mut schedule = schedule(Settings { concurrency: 5, ..Settings::default() }, 0..6, now);
    begun(&mut schedule, now);
    (0..5).for_each(|index| drop(schedule.finished(place(index), down(), now)));
    assert!(schedule.is_down());
    assert_eq!(begun(&mut schedule, now), [""; 0]);
    schedule.add(ticket(9, true), Duration::ZERO, now);
    assert_eq!(begun(&mut schedule, now), ["e9"]);
    schedule.finished(place(9), down(), now);
    let asks = schedule.wake_at().unwrap();
    assert!(asks > now);
    assert_eq!(begun(&mut schedule, asks + 60 * SECOND), ["e9"], "it is the first to ask");
}

#[test]
fn it_is_given_up_after_days_and_a_crisis_after_more() {
    for (is_crisis, hours) in [(false, 72), (true, 7 * 24)] {
        let begin = Instant::now();
        let mut schedule = Schedule::new(Settings::default());
        schedule.add(ticket(0, is_crisis), Duration::ZERO, begin);
        let mut now = begin;
        let given_up = loop {
            begun(&mut schedule, now);
            match schedule.finished(place(0), busy(), now).0 {
                Became::Waits => now = schedule.wake_at().unwrap(),
                Became::GivenUp { kind, attempts, error, .. } => break (kind, attempts, error),
                other @ (Became::Delivered(_) | Became::Refused { .. } | Became::Held | Became::Gone) => {
                    panic!("{other:?}")
                }
            }
        };
        let tried = now - begin;
        assert!(tried >= hours * HOUR && tried <= (hours + 2) * HOUR, "{is_crisis}: {tried:?}");
        assert_eq!((given_up.0, given_up.2.as_str()), (FailureKind::Failed, "answered 503"));
        assert!(given_up.1 > 70, "{}", given_up.1);
        assert_eq!((schedule.len(), schedule.wake_at()), (0, None));
    }
}

#[test]
fn what_is_refused_is_given_up_at_once_but_not_a_crisis() {
    let now = Instant::now();
    let mut schedule = schedule(Settings::default(), 0..1, now);
    schedule.add(ticket(1, true), Duration::ZERO, now);
    assert_eq!(begun(&mut schedule, now), ["e1", "e0"]);
    let refused = || Err(SendError::Refused("answered 400".to_owned()));
    let Became::GivenUp { kind, attempts, .. } = schedule.finished(place(0), refused(), now).0 else { panic!() };
    assert_eq!((kind, attempts), (FailureKind::Refused, 1));
    let Became::Refused { attempts, .. } = schedule.finished(place(1), refused(), now).0 else { panic!() };
    assert_eq!(attempts, 1, "told of, and tried on");
}

#[test]
fn however_old_a_delivery_is_it_gets_its_attempts() {
    let mut now = Instant::now();
    let mut schedule = Schedule::new(Settings::default());
    schedule.add(ticket(0, false), 1_000 * HOUR, now);
    for _ in 1..10 {
        begun(&mut schedule, now);
        assert_eq!(schedule.finished(place(0), busy(), now).0, Became::Waits);
        now = schedule.wake_at().unwrap();
    }
    begun(&mut schedule, now);
    assert!(matches!(schedule.finished(place(0), busy(), now).0, Became::GivenUp { attempts: 10, .. }));
}

#[test]
fn who_is_hurried_does_not_wait_and_a_receiver_that_is_down_is_asked() {
    let now = Instant::now();
    let mut schedule = schedule(Settings::default(), 0..5, now);
    for index in 0..5 {
        schedule.next(now);
        schedule.finished(place(index), down(), now);
    }
    assert!(schedule.is_down());
    schedule.hurry(|ticket| &*ticket.key.id == "e3", now);
    assert_eq!(begun(&mut schedule, now), ["e3"]);
    let known = schedule.known(|ticket| &*ticket.key.id == "e3", now);
    assert_eq!((known[0].1.attempts, known[0].1.is_under_way), (2, true));
    schedule.forget(place(3), now);
    assert_eq!(schedule.finished(place(3), Ok(()), now).0, Became::Gone);
}

/// An event of a case.
fn of_case(index: u32, id: &str) -> Ticket {
    let plain = ticket(index, false);
    Ticket { key: Arc::new(DeliveryKey { id: id.to_owned(), ..(*plain.key).clone() }), ..plain }
}

#[test]
fn news_of_a_case_wait_for_what_came_before_and_other_cases_do_not() {
    let mut now = Instant::now();
    let mut schedule = Schedule::new(Settings::default());
    for (index, id) in (0..).zip(["c-1-1-raised", "c-2-1-raised", "c-1-1-revised-2", "c-1-1-closed"]) {
        schedule.add(of_case(index, id), Duration::ZERO, now);
    }
    assert_eq!(begun(&mut schedule, now), ["c-1-1-raised", "c-2-1-raised"]);
    schedule.finished(place(1), Ok(()), now);
    for _ in 0..7 {
        schedule.finished(place(0), down(), now);
        now = schedule.wake_at().unwrap();
        assert_eq!(begun(&mut schedule, now), ["c-1-1-raised"], "nothing else was reached either");
    }
    schedule.finished(place(0), Ok(()), now);
    assert_eq!(begun(&mut schedule, now), ["c-1-1-revised-2"]);
    schedule.finished(place(2), Err(SendError::Refused("answered 400".to_owned())), now);
    assert_eq!(begun(&mut schedule, now), ["c-1-1-closed"], "what was given up holds nothing up");
    schedule.finished(place(3), Ok(()), now);
    assert!(schedule.matters.is_empty() && schedule.waits.is_empty());
}

#[test]
fn what_a_receiver_cannot_take_again_and_again_is_passed() {
    let mut now = Instant::now();
    let mut schedule = Schedule::new(Settings { down_after: 1_000, ..Settings::default() });
    schedule.add(of_case(0, "c-1-1-raised"), Duration::ZERO, now);
    schedule.add(of_case(1, "c-1-1-raised_again-2"), Duration::ZERO, now);
    for _ in 1..PASSED_AFTER {
        assert_eq!(begun(&mut schedule, now), ["c-1-1-raised"]);
        schedule.finished(place(0), busy(), now);
        now = schedule.wake_at().unwrap();
    }
    assert_eq!(begun(&mut schedule, now), ["c-1-1-raised"]);
    schedule.finished(place(0), busy(), now);
    assert_eq!(begun(&mut schedule, now), ["c-1-1-raised_again-2"]);
}
