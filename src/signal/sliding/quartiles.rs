//! Running quartiles: a stretch is sorted once, the window is a list of ranks, and from beat to beat
//! each quartile moves by at most one entry of it.

/// The quartiles' window is 91 values wide.
const REACH: usize = 45;
/// A power of two, so that an index is known to be within bounds.
const RANKS: usize = 512;
/// Values that are ranked together: as many as there are ranks but [`END`].
const STRETCH: usize = RANKS - 1;
/// Ranked values minus the window's reach on both sides.
const STRIDE: usize = STRETCH - 2 * REACH;
/// Thirty-two to an octave of 1 + size, from 1 to 8,192 ms.
const BUCKETS: usize = 13 * 32;
const LAST_BUCKET: u16 = 13 * 32 - 1;

#[inline(always)]
fn bucket(size: f64) -> u16 {
    const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - 5;
    let begun = ((size + 1.0).to_bits() >> SHIFT) - (1.0_f64.to_bits() >> SHIFT);
    u16::try_from(begun).unwrap_or(u16::MAX).min(LAST_BUCKET)
}

/// Half the distance between the quartiles ("type 7") of the sizes, signs taken off, of the 91 values
/// centred on each value; the window shrinks at the edges.
pub(in crate::signal) fn quartile_deviations_of_sizes(values: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; values.len()];
    for (stretch, out) in out.chunks_mut(STRIDE).enumerate() {
        let start = stretch * STRIDE;
        let from = start.saturating_sub(REACH);
        let to = values.len().min(start + out.len() + REACH);
        Stretch::rank(&values[from..to]).deviations(start - from, out);
    }
    out
}

/// Values with their ranks, of which the smallest is 1.
struct Stretch {
    count: usize,
    by_rank: [f64; RANKS],
    /// The rank of each value, in order of time.
    ranks: [u16; RANKS],
}

impl Stretch {
    /// Ranks the sizes of the values: into narrow buckets first, after which few neighbours are out of
    /// order. Should all values fall into one bucket, that costs as much as sorting a few hundred
    /// values by insertion does, and no more.
    fn rank(values: &[f64]) -> Self {
        let mut stretch = Self { count: values.len(), by_rank: [0.0; RANKS], ranks: [0; RANKS] };
        let mut bucket_of = [0_u16; STRETCH];
        let mut ends = [0_u16; BUCKETS];
        for (value, slot) in values.iter().zip(&mut bucket_of) {
            *slot = bucket(value.abs());
            ends[usize::from(*slot)] += 1;
        }
        let mut end = 0;
        for count in &mut ends {
            end += *count;
            *count = end;
        }
        // From the last value on, so that equal ones stay in the order of time.
        let mut places = [0_u16; RANKS];
        let mut place = end;
        for (value, bucket) in values.iter().zip(&bucket_of[..values.len()]).rev() {
            place -= 1;
            let end = &mut ends[usize::from(*bucket)];
            let rank = index(*end);
            *end -= 1;
            stretch.by_rank[rank] = value.abs();
            places[rank] = place;
        }
        let by_rank = &mut stretch.by_rank[1..=values.len()];
        let places = &mut places[1..=values.len()];
        for at in 1..by_rank.len() {
            let (value, place) = (by_rank[at], places[at]);
            let mut to = at;
            while to > 0 && by_rank[to - 1] > value {
                by_rank[to] = by_rank[to - 1];
                places[to] = places[to - 1];
                to -= 1;
            }
            by_rank[to] = value;
            places[to] = place;
        }
        for (rank, place) in (1_u16..).zip(places) {
            stretch.ranks[index(*place)] = rank;
        }
        stretch
    }

    /// Writes the deviations of the values from `first` on, as many as there is room for.
    fn deviations(&self, first: usize, out: &mut [f64]) {
        let mut window = RankWindow::new();
        let (mut end, mut begin) = (self.count.min(first + REACH), 0);
        self.ranks[..end].iter().for_each(|rank| window.insert(*rank));
        let mut places = [1, 3].map(|quarters| Place::find(&window, (end - 1) * quarters / 4));
        for (at, out) in (first..).zip(out) {
            let (mut new, mut old) = (NONE, NONE);
            if end < self.count {
                new = self.ranks[end % RANKS];
                window.insert(new);
                end += 1;
            }
            if at > begin + REACH {
                old = self.ranks[begin % RANKS];
                window.remove(old);
                begin += 1;
            }
            let last = end - begin - 1;
            let [lower, upper] = &mut places;
            lower.follow(&window, new, old, last / 4);
            upper.follow(&window, new, old, last * 3 / 4);
            *out = (self.value(&window, upper, last * 3 % 4) - self.value(&window, lower, last % 4)) / 2.0;
        }
    }

    /// The value at a place, and so many quarters of the way to the next one.
    #[inline(always)]
    fn value(&self, window: &RankWindow, place: &Place, quarters: usize) -> f64 {
        const SHARES: [f64; 4] = [0.0, 0.25, 0.5, 0.75];
        let low = self.by_rank[index(place.rank)];
        let high = self.by_rank[index(window.after(place.rank))];
        low + (high - low) * SHARES[quarters]
    }
}

/// The place before the smallest and after the largest rank; its value is 0.
const END: u16 = 0;
/// Larger than every rank.
const NONE: u16 = u16::MAX;

#[inline(always)]
fn index(rank: u16) -> usize {
    usize::from(rank) % RANKS
}

/// The ranks in the window: as a list, and as a set in which a new rank finds its place in the list.
struct RankWindow {
    next: [u16; RANKS],
    previous: [u16; RANKS],
    words: [u64; RANKS / 64],
}

impl RankWindow {
    fn new() -> Self {
        let mut words = [0; RANKS / 64];
        words[0] = 1 << END;
        Self { next: [END; RANKS], previous: [END; RANKS], words }
    }

    #[inline(always)]
    fn after(&self, rank: u16) -> u16 {
        self.next[index(rank)]
    }

    #[inline(always)]
    fn before(&self, rank: u16) -> u16 {
        self.previous[index(rank)]
    }

    #[inline(always)]
    fn insert(&mut self, rank: u16) {
        let before = self.nearest_below(rank);
        let after = self.after(before);
        self.next[index(before)] = rank;
        self.previous[index(rank)] = before;
        self.next[index(rank)] = after;
        self.previous[index(after)] = rank;
        self.words[index(rank) / 64] |= 1 << (rank % 64);
    }

    /// Takes a rank out, which goes on knowing its neighbours.
    #[inline(always)]
    fn remove(&mut self, rank: u16) {
        let (before, after) = (self.before(rank), self.after(rank));
        self.next[index(before)] = after;
        self.previous[index(after)] = before;
        self.words[index(rank) / 64] &= !(1 << (rank % 64));
    }

    /// The largest rank of the window below this one, or the end of the list, which is always there.
    #[inline(always)]
    fn nearest_below(&self, rank: u16) -> u16 {
        let mut word = rank / 64;
        let mut rest = self.words[index(word) % self.words.len()] & ((1 << (rank % 64)) - 1);
        while rest == 0 {
            word -= 1;
            rest = self.words[index(word) % self.words.len()];
        }
        #[expect(clippy::cast_possible_truncation, reason = "below 64")]
        let bit = rest.ilog2() as u16;
        word * 64 + bit
    }
}

/// A rank of the window, and how many ranks of the window are below it.
#[derive(Clone, Copy)]
struct Place {
    rank: u16,
    below: usize,
}

impl Place {
    fn find(window: &RankWindow, below: usize) -> Self {
        let mut rank = window.after(END);
        for _ in 0..below {
            rank = window.after(rank);
        }
        Self { rank, below }
    }

    /// Moves to the rank with so many below, after a new rank came and an old one went: one step at
    /// most. Both steps are taken and one chosen without a branch, since which cannot be foreseen.
    #[inline(always)]
    fn follow(&mut self, window: &RankWindow, new: u16, old: u16, below: usize) {
        let has_below = self.below + usize::from(new < self.rank) - usize::from(old < self.rank);
        let (before, after) = (window.before(self.rank), window.after(self.rank));
        let stayed = if old == self.rank { after } else { self.rank };
        let up = if below > has_below { after } else { stayed };
        self.rank = if below < has_below { before } else { up };
        self.below = below;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn quartile_deviations_by_sorting(values: &[f64]) -> Vec<f64> {
        let quartile = |held: &[f64], quarters: usize| {
            let place = (held.len() - 1) as f64 * quarters as f64 / 4.0;
            let below = (held.len() - 1) * quarters / 4;
            let above = (below + 1).min(held.len() - 1);
            held[below] + (held[above] - held[below]) * (place - below as f64)
        };
        (0..values.len())
            .map(|at| {
                let around = &values[at.saturating_sub(45)..values.len().min(at + 46)];
                let mut held: Vec<f64> = around.iter().map(|value| value.abs()).collect();
                held.sort_by(f64::total_cmp);
                (quartile(&held, 3) - quartile(&held, 1)) / 2.0
            })
            .collect()
    }

    fn with_ties_or_without() -> impl Strategy<Value = Vec<f64>> {
        prop_oneof![
            prop::collection::vec((-40..60_i32).prop_map(f64::from), 0..1_100),
            prop::collection::vec(-1e9..1e9, 0..1_100),
            prop::collection::vec(prop_oneof![9 => -120.0..120.0, 1 => -3_000.0..3_000.0], 0..1_100),
        ]
    }

    proptest! {
        #[test]
        fn sliding_agrees_with_sorting_every_window(values in with_ties_or_without()) {
            prop_assert_eq!(quartile_deviations_of_sizes(&values), quartile_deviations_by_sorting(&values));
        }
    }
}
