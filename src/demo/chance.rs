//! Chance that repeats: every draw belongs to a seed, a purpose, a worker and a day, so that more
//! workers, more days or another order of asking change nothing of what was drawn.

use rand::SeedableRng as _;
use rand::rngs::StdRng;

/// What a stream of chance is for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Purpose {
    Person = 1,
    Night = 2,
    Answers = 3,
    Work = 4,
    Gateway = 5,
}

/// The generator for one purpose of one worker on one day.
pub(super) fn stream(seed: u64, purpose: Purpose, worker: u32, day: u32) -> StdRng {
    let place = (u64::from(worker) << 32) | u64::from(day);
    StdRng::seed_from_u64(mixed(mixed(mixed(seed) ^ purpose as u64) ^ place))
}

/// SplitMix64's finisher: neighbours become strangers.
const fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use rand::Rng as _;

    use super::*;

    #[test]
    fn same_place_gives_same_chance_and_neighbours_differ() {
        let draw = |seed, purpose, worker, day| stream(seed, purpose, worker, day).next_u64();
        assert_eq!(draw(1, Purpose::Night, 2, 3), draw(1, Purpose::Night, 2, 3));
        let others = [
            draw(2, Purpose::Night, 2, 3),
            draw(1, Purpose::Work, 2, 3),
            draw(1, Purpose::Night, 3, 3),
            draw(1, Purpose::Night, 2, 4),
        ];
        assert!(others.iter().all(|other| *other != draw(1, Purpose::Night, 2, 3)));
    }
}
