//! Running medians and quartiles over beats, for windows that move by one beat at a time.
//!
//! Sorting a window of 91 for every beat would cost more than everything else together. Medians of
//! eleven come from a fixed sequence of comparisons without branches; quartiles from ranks: a stretch
//! is sorted once, the window is a set of ranks, and the quartiles' ranks move a step or two per beat.
//! All values are finite.

const MEDIAN_REACH: usize = 5;

/// The median of the values within `reach`, at most five, of each value; the window shrinks at the
/// edges.
pub(super) fn medians_by_sorting(values: &[f64], reach: usize) -> Vec<f64> {
    (0..values.len()).map(|at| median_by_sorting(values, at, reach)).collect()
}

fn median_by_sorting(values: &[f64], at: usize, reach: usize) -> f64 {
    let around = &values[at.saturating_sub(reach)..values.len().min(at + reach + 1)];
    let mut held = [0.0; 2 * MEDIAN_REACH + 1];
    let held = &mut held[..around.len()];
    held.copy_from_slice(around);
    held.sort_unstable_by(f64::total_cmp);
    let middle = held.len() / 2;
    if held.len() % 2 == 1 { held[middle] } else { f64::midpoint(held[middle - 1], held[middle]) }
}

/// The median of the eleven values centred on each value; the window shrinks at the edges.
pub(super) fn medians_of_eleven(values: &[f64]) -> Vec<f64> {
    let edge = MEDIAN_REACH.min(values.len());
    let far_edge = values.len().saturating_sub(MEDIAN_REACH).max(edge);
    let mut out = Vec::with_capacity(values.len());
    out.extend((0..edge).map(|at| median_by_sorting(values, at, MEDIAN_REACH)));
    out.extend(values.windows(2 * MEDIAN_REACH + 1).map(median_of_eleven));
    out.extend((far_edge..values.len()).map(|at| median_by_sorting(values, at, MEDIAN_REACH)));
    out
}

/// Of seven values neither the smallest nor the largest can be the median of eleven: drop both, take
/// in the next value, and so on until the middle one of three is left.
fn median_of_eleven(values: &[f64]) -> f64 {
    let mut held = [0.0; 7];
    held.copy_from_slice(&values[..7]);
    part_extremes(&mut held);
    held[0] = values[7];
    part_extremes(&mut held[..6]);
    held[0] = values[8];
    part_extremes(&mut held[..5]);
    held[0] = values[9];
    part_extremes(&mut held[..4]);
    held[0] = values[10];
    part_extremes(&mut held[..3]);
    held[1]
}

/// Moves the smallest value to the front and the largest to the back.
#[inline(always)]
fn part_extremes(held: &mut [f64]) {
    let last = held.len() - 1;
    for at in 1..=last {
        (held[0], held[at]) = in_order(held[0], held[at]);
    }
    for at in 1..last {
        (held[at], held[last]) = in_order(held[at], held[last]);
    }
}

/// Written so that it compiles to a minimum and a maximum instruction, which `f64::min` does not.
#[inline(always)]
fn in_order(left: f64, right: f64) -> (f64, f64) {
    (if left < right { left } else { right }, if left < right { right } else { left })
}

/// The quartiles' window is 91 values wide.
const QUARTILE_REACH: usize = 45;
/// Values that are ranked together.
const STRETCH: usize = 512;
/// Ranked values minus the window's reach on both sides.
const STRIDE: usize = STRETCH - 2 * QUARTILE_REACH;
/// Bits of a value's representation that make room for its place in the stretch: they decide the
/// order of values that agree in 43 binary digits.
const PLACE_MASK: u64 = STRETCH as u64 - 1;

/// Half the distance between the quartiles ("type 7") of the 91 values centred on each value; the
/// window shrinks at the edges. No value is negative.
pub(super) fn quartile_deviations(values: &[f64]) -> Vec<f64> {
    let mut out = Vec::with_capacity(values.len());
    for start in (0..values.len()).step_by(STRIDE) {
        let end = values.len().min(start + STRIDE);
        let from = start.saturating_sub(QUARTILE_REACH);
        let to = values.len().min(end + QUARTILE_REACH);
        deviations_of_stretch(&values[from..to], start - from..end - from, &mut out);
    }
    out
}

fn deviations_of_stretch(values: &[f64], wanted: std::ops::Range<usize>, out: &mut Vec<f64>) {
    let mut keys = [0_u64; STRETCH];
    let keys = &mut keys[..values.len()];
    for (place, (key, value)) in keys.iter_mut().zip(values).enumerate() {
        // Numbers that are not negative are ordered like their bits; `abs` takes the sign off −0.
        *key = value.abs().to_bits() & !PLACE_MASK | place as u64;
    }
    keys.sort_unstable();
    let (mut sorted, mut rank_of) = ([0.0; STRETCH], [0_usize; STRETCH]);
    for (rank, key) in keys.iter().enumerate() {
        let place = (key & PLACE_MASK) as usize;
        sorted[rank] = values[place];
        rank_of[place] = rank;
    }
    let mut window = RankWindow::default();
    let mut entering = 0;
    let mut leaving = 0;
    for at in wanted {
        while entering < values.len().min(at + QUARTILE_REACH + 1) {
            window.insert(rank_of[entering]);
            entering += 1;
        }
        while leaving + QUARTILE_REACH < at {
            window.remove(rank_of[leaving]);
            leaving += 1;
        }
        let [first, third] = window.quartiles(&sorted, entering - leaving);
        out.push((third - first) / 2.0);
    }
}

const WORDS: usize = STRETCH / 64;

/// The set of ranks in the window, and where in it the quartiles are.
#[derive(Default)]
struct RankWindow {
    words: [u64; WORDS],
    first: Cursor,
    third: Cursor,
}

/// A rank, and how many ranks of the window are below it.
#[derive(Default)]
struct Cursor {
    rank: usize,
    below: usize,
}

impl RankWindow {
    fn insert(&mut self, rank: usize) {
        self.words[rank / 64] |= 1 << (rank % 64);
        self.first.below += usize::from(rank < self.first.rank);
        self.third.below += usize::from(rank < self.third.rank);
    }

    fn remove(&mut self, rank: usize) {
        self.words[rank / 64] &= !(1 << (rank % 64));
        self.first.below -= usize::from(rank < self.first.rank);
        self.third.below -= usize::from(rank < self.third.rank);
    }

    /// The first and the third quartile of a window of `count` values.
    fn quartiles(&mut self, sorted: &[f64; STRETCH], count: usize) -> [f64; 2] {
        let Self { words, first, third } = self;
        [(first, 1), (third, 3)].map(|(cursor, quarters)| {
            let place = (count - 1) * quarters;
            cursor.seek(words, place / 4);
            let low = sorted[cursor.rank];
            match place % 4 {
                0 => low,
                rest => {
                    let high = sorted[at_or_above(words, cursor.rank + 1)];
                    low + (high - low) * (rest as f64 / 4.0)
                }
            }
        })
    }
}

impl Cursor {
    /// Moves to the rank of the window that has `below` ranks of the window below it.
    fn seek(&mut self, words: &[u64; WORDS], below: usize) {
        while self.below > below {
            self.rank = below_rank(words, self.rank);
            self.below -= 1;
        }
        self.rank = at_or_above(words, self.rank);
        while self.below < below {
            self.rank = at_or_above(words, self.rank + 1);
            self.below += 1;
        }
    }
}

/// The first set bit at or above `bit`; the caller knows that there is one.
fn at_or_above(words: &[u64; WORDS], bit: usize) -> usize {
    let mut word = bit / 64;
    let mut rest = words[word] & (u64::MAX << (bit % 64));
    while rest == 0 {
        word += 1;
        rest = words[word];
    }
    word * 64 + rest.trailing_zeros() as usize
}

/// The last set bit below `bit`; the caller knows that there is one.
fn below_rank(words: &[u64; WORDS], bit: usize) -> usize {
    let mut word = bit / 64;
    let mut rest = words[word] & !(u64::MAX << (bit % 64));
    while rest == 0 {
        word -= 1;
        rest = words[word];
    }
    word * 64 + 63 - rest.leading_zeros() as usize
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
                let mut held = values[at.saturating_sub(45)..values.len().min(at + 46)].to_vec();
                held.sort_by(f64::total_cmp);
                (quartile(&held, 3) - quartile(&held, 1)) / 2.0
            })
            .collect()
    }

    fn with_ties_or_without() -> impl Strategy<Value = Vec<f64>> {
        prop_oneof![
            prop::collection::vec((0..60_i32).prop_map(f64::from), 0..1_100),
            prop::collection::vec(0.0..1e9, 0..1_100),
        ]
    }

    proptest! {
        #[test]
        fn sliding_agrees_with_sorting_every_window(values in with_ties_or_without()) {
            prop_assert_eq!(medians_of_eleven(&values), medians_by_sorting(&values, 5));
            prop_assert_eq!(quartile_deviations(&values), quartile_deviations_by_sorting(&values));
        }
    }

    #[test]
    fn medians_shrink_at_the_edges() {
        assert_eq!(medians_by_sorting(&[5.0, 1.0, 9.0, 2.0], 1), [3.0, 5.0, 2.0, 5.5]);
        assert!(medians_of_eleven(&[]).is_empty());
    }
}
