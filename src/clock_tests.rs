use super::*;
use proptest::prelude::*;

const BEGIN: Timestamp = Timestamp::constant(1_767_225_600, 0);

fn guard() -> Guard {
    Guard::new(Settings::default())
}

/// The clocks so many seconds after the begin.
fn look(wall_s: i64, passed_s: u64) -> Look {
    Look { wall: BEGIN + SignedDuration::from_secs(wall_s), passed: Duration::from_secs(passed_s) }
}

fn now(guard: &mut Guard, wall_s: i64, passed_s: u64) -> i64 {
    guard.now(look(wall_s, passed_s)).duration_since(BEGIN).as_secs()
}

#[test]
fn a_clock_that_is_moved_a_little_is_believed() {
    let mut guard = guard();
    assert_eq!(now(&mut guard, 0, 0), 0);
    assert_eq!(now(&mut guard, 70, 10), 70, "sixty seconds more than passed");
    assert_eq!(now(&mut guard, 20, 20), 20, "sixty seconds less");
    assert_eq!(guard.step(), None);
}

#[test]
fn while_a_step_waits_time_goes_on_as_it_passes() {
    for step in [3_600, -3_600, 61, -61] {
        let mut guard = guard();
        now(&mut guard, 100, 0);
        assert_eq!(now(&mut guard, 110 + step, 10), 110);
        assert_eq!(guard.step(), Some(SignedDuration::from_secs(step)));
        assert_eq!(now(&mut guard, 5_000 + step, 4_900), 5_000, "for as long as it takes");
    }
}

#[test]
fn a_clock_that_comes_back_is_believed_without_asking() {
    let mut guard = guard();
    now(&mut guard, 0, 0);
    now(&mut guard, 86_410, 10);
    assert_eq!(now(&mut guard, 25, 20), 25);
    assert_eq!(guard.step(), None);
}

#[test]
fn an_accepted_step_is_time_from_then_on() {
    let mut guard = guard();
    now(&mut guard, 0, 0);
    now(&mut guard, 3_610, 10);
    assert_eq!(guard.accept(look(3_611, 11)), Some(SignedDuration::from_secs(3_600)));
    assert_eq!(now(&mut guard, 3_620, 20), 3_620);
    assert_eq!(guard.accept(look(3_621, 21)), None, "nothing waits any more");
}

#[test]
fn a_machine_that_slept_looks_like_one_whose_clock_was_set() {
    let mut guard = guard();
    now(&mut guard, 0, 0);
    assert_eq!(now(&mut guard, 8 * 3_600, 1), 1);
    assert!(guard.step().is_some());
}

#[test]
fn the_first_look_is_believed_and_the_end_of_time_is_no_panic() {
    let mut guard = guard();
    let far = Look { wall: Timestamp::MAX, passed: Duration::MAX };
    assert_eq!(guard.now(far), Timestamp::MAX);
    guard.now(Look { wall: Timestamp::MIN, passed: Duration::ZERO });
    assert!(guard.accept(Look { wall: Timestamp::MIN, passed: Duration::ZERO }).is_some());
    assert_eq!(guard.now(far), Timestamp::MAX, "all time has passed");
}

#[test]
fn a_set_pair_of_clocks_steps_and_is_accepted() {
    let (wall, passed) = (Arc::new(AtomicI64::new(BEGIN.as_microsecond())), Arc::new(AtomicI64::new(0)));
    let source = Source::Set { wall: Arc::clone(&wall), passed: Arc::clone(&passed) };
    let clock = Clock::guarded(Settings::default(), source);
    assert_eq!((clock.now(), clock.step()), (BEGIN, None));
    let hour = SignedDuration::from_hours(1);
    wall.fetch_add(3_600_000_000, Ordering::AcqRel);
    assert_eq!((clock.now(), clock.step()), (BEGIN, Some(hour)));
    assert_eq!(clock.accept_step(), Some(hour));
    assert_eq!((clock.now(), clock.step(), clock.accept_step()), (BEGIN + hour, None, None));
}

proptest! {
    /// Whatever the wall says, the moment is never further from the time that passed than one step
    /// for each look, and a waiting step alone never moves it.
    #[test]
    fn no_look_moves_time_by_more_than_what_passed_and_one_step(
        looks in prop::collection::vec((0_u64..100, -200_i64..200), 1..60),
    ) {
        let mut guard = guard();
        let mut last = now(&mut guard, 0, 0);
        let mut passed = 0;
        for (more, moved) in looks {
            passed += more;
            let wall = i64::try_from(passed).unwrap() + moved;
            let here = now(&mut guard, wall, passed);
            let since = here - last - i64::try_from(more).unwrap();
            prop_assert!(since.abs() <= 60, "{since}");
            if guard.step().is_some() {
                prop_assert_eq!(since, 0);
            }
            last = here;
        }
    }
}
