//! Workers looked at on all cores: they share nothing, and what is found of them comes in their order.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};

/// Workers that wait for each thread. More would only be held in memory.
const WAITING: usize = 4;

/// How many threads are worth starting.
#[must_use]
pub fn cores() -> NonZero<usize> {
    std::thread::available_parallelism().unwrap_or(NonZero::<usize>::MIN)
}

/// Lets `feed` hand out one worker after the other, looks at them on `threads` threads, and has what was
/// found taken on this thread, in the order in which they were handed out.
///
/// Gives what `feed` gives, once everything is taken.
pub fn look_at_each<T: Send, R: Send, F>(
    threads: NonZero<usize>,
    feed: impl FnOnce(&mut dyn FnMut(T)) -> F,
    look: impl Fn(T) -> R + Sync,
    mut take: impl FnMut(R),
) -> F {
    let (hand, waiting) = mpsc::sync_channel::<(usize, T)>(WAITING * threads.get());
    let (done, found) = mpsc::channel::<(usize, R)>();
    // The threads own the end they take from: should all of them panic, handing on fails and does not wait.
    let waiting = Arc::new(Mutex::new(waiting));
    std::thread::scope(|scope| {
        for _ in 0..threads.get() {
            let (waiting, done, look) = (Arc::clone(&waiting), done.clone(), &look);
            scope.spawn(move || {
                while let Some((place, worker)) = next(&waiting) {
                    if done.send((place, look(worker))).is_err() {
                        return;
                    }
                }
            });
        }
        drop((waiting, done));
        let mut handed = 0;
        let mut order = Order { next: 0, early: BTreeMap::new() };
        let fed = feed(&mut |worker| {
            // Fails where every thread has panicked; the scope says so at its end.
            let _ = hand.send((handed, worker));
            handed += 1;
            found.try_iter().for_each(|found| order.take(found, &mut take));
        });
        drop(hand);
        found.iter().for_each(|found| order.take(found, &mut take));
        fed
    })
}

fn next<T>(waiting: &Mutex<Receiver<T>>) -> Option<T> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// What was found before its turn.
struct Order<R> {
    next: usize,
    early: BTreeMap<usize, R>,
}

impl<R> Order<R> {
    fn take(&mut self, (place, found): (usize, R), take: &mut impl FnMut(R)) {
        self.early.insert(place, found);
        while let Some(found) = self.early.remove(&self.next) {
            self.next += 1;
            take(found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_comes_in_the_order_of_the_workers_however_many_look() {
        for threads in [1, 2, 7] {
            let mut taken = Vec::new();
            let fed = look_at_each(
                NonZero::new(threads).expect("not 0"),
                |hand| (0..500_u64).map(hand).count(),
                // The first of each ten take longest.
                |worker| (worker, (0..(10 - worker % 10) * 500).fold(worker, |sum, x| sum.wrapping_mul(31) ^ x)).0,
                |found| taken.push(found),
            );
            assert_eq!((fed, taken), (500, (0..500).collect()), "{threads} threads");
        }
    }

    #[test]
    fn a_panic_is_not_waited_for() {
        let all_panic =
            || look_at_each(NonZero::<usize>::MIN, |hand| (0..50).for_each(hand), |_: i32| panic!("no"), |()| ());
        assert!(std::panic::catch_unwind(all_panic).is_err());
    }
}
