//! Running medians: a fixed sequence of comparisons, without branches, for four pairs of windows at
//! a time.

/// Eleven values: five on each side of the one in the middle.
const REACH: usize = 5;
const WINDOW: usize = 2 * REACH + 1;

/// The median of the values within `reach`, at most five, of each value; the window shrinks at the
/// edges.
pub(in crate::signal) fn medians_by_sorting(values: &[f64], reach: usize) -> Vec<f64> {
    (0..values.len()).map(|at| median_by_sorting(values, at, reach)).collect()
}

fn median_by_sorting(values: &[f64], at: usize, reach: usize) -> f64 {
    let around = &values[at.saturating_sub(reach)..values.len().min(at + reach + 1)];
    let mut held = [0.0; WINDOW];
    let held = &mut held[..around.len()];
    held.copy_from_slice(around);
    held.sort_unstable_by(f64::total_cmp);
    let middle = held.len() / 2;
    if held.len() % 2 == 1 { held[middle] } else { f64::midpoint(held[middle - 1], held[middle]) }
}

/// Pairs of windows that are computed side by side.
const LANES: usize = 4;
/// Windows, and the values they lie over, of one step.
const WINDOWS: usize = 2 * LANES;
const VALUES: usize = WINDOWS + WINDOW - 1;

/// The median of the eleven values centred on each value; the window shrinks at the edges.
pub(in crate::signal) fn medians_of_eleven(values: &[f64]) -> Vec<f64> {
    let count = values.len();
    if count < VALUES {
        return medians_by_sorting(values, REACH);
    }
    let mut out = vec![0.0; count];
    for at in (0..REACH).chain(count - REACH..count) {
        out[at] = median_by_sorting(values, at, REACH);
    }
    // The last step goes over the windows before it once more rather than past the end.
    for start in (0..=count - VALUES).step_by(WINDOWS).chain([count - VALUES]) {
        if let Some(held) = values[start..].first_chunk() {
            out[start + REACH..][..WINDOWS].copy_from_slice(&medians_of_pairs(held));
        }
    }
    out
}

/// One value of each pair of windows.
type Lanes = [f64; LANES];

/// The medians of eight windows of eleven values, each window one value further than the one before.
///
/// Two windows side by side have ten values in common, and the median of each is the middle one of
/// its own eleventh value and the two middle ones of the ten. These two are left when smallest and
/// largest are dropped: of seven values neither can be among them, and so on with one value more.
fn medians_of_pairs(values: &[f64; VALUES]) -> [f64; WINDOWS] {
    let taken = |at: usize| -> Lanes { std::array::from_fn(|lane| values[2 * lane + at]) };
    let mut held: [Lanes; 7] = std::array::from_fn(|at| taken(at + 1));
    part_extremes(&mut held);
    held[0] = taken(8);
    part_extremes(&mut held[..6]);
    held[0] = taken(9);
    part_extremes(&mut held[..5]);
    held[0] = taken(10);
    part_extremes(&mut held[..4]);
    let [_, low, high, ..] = held;
    let (low, high) = in_order(low, high);
    let middle = |own: Lanes| in_order(low, in_order(own, high).0).1;
    let (firsts, seconds) = (middle(taken(0)), middle(taken(11)));
    std::array::from_fn(|window| if window % 2 == 0 { firsts[window / 2] } else { seconds[window / 2] })
}

/// Moves the smallest value to the front and the largest to the back.
#[inline(always)]
fn part_extremes(held: &mut [Lanes]) {
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
fn in_order(left: Lanes, right: Lanes) -> (Lanes, Lanes) {
    (
        std::array::from_fn(|lane| if left[lane] < right[lane] { left[lane] } else { right[lane] }),
        std::array::from_fn(|lane| if left[lane] < right[lane] { right[lane] } else { left[lane] }),
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn pairs_of_windows_agree_with_sorting_every_window(
            values in prop_oneof![
                prop::collection::vec((0..60_i32).prop_map(f64::from), 0..120),
                prop::collection::vec(-1e9..1e9, 0..120),
            ],
        ) {
            prop_assert_eq!(medians_of_eleven(&values), medians_by_sorting(&values, REACH));
        }
    }

    #[test]
    fn medians_shrink_at_the_edges() {
        assert_eq!(medians_by_sorting(&[5.0, 1.0, 9.0, 2.0], 1), [3.0, 5.0, 2.0, 5.5]);
        assert!(medians_of_eleven(&[]).is_empty());
    }
}
