//! Order statistics: quantile, median, median absolute deviation.

/// Scales the median absolute deviation to the SD of a normal law.
pub const MAD_TO_SD: f64 = 1.4826;

/// The quantile of sorted values by linear interpolation between order statistics ("type 7").
///
/// # Source
/// Hyndman & Fan 1996, definition 7.
#[must_use]
pub fn quantile_sorted(sorted: &[f64], p: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return f64::NAN };
    let position = p * f64::from(u32::try_from(last).unwrap_or(u32::MAX));
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 ≤ position ≤ len − 1")]
    let below = (position.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let share = position - position.floor();
    sorted[below] + share * (sorted[above] - sorted[below])
}

/// The median of any values; `None` of none. Sorts them in place.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_unstable_by(f64::total_cmp);
    (!values.is_empty()).then(|| quantile_sorted(values, 0.5))
}

/// Median absolute deviation of sorted values from their median.
#[must_use]
pub fn mad_sorted(sorted: &[f64], centre: f64) -> f64 {
    // The deviations of a sorted list fall towards the median and rise after it: two sorted lists, in
    // which the middle of both together is found by halving, without a second sort.
    let n = sorted.len();
    let (down_count, up_count) = (n / 2, n - n / 2);
    let down = |i: usize| centre - sorted[down_count - 1 - i];
    let up = |i: usize| sorted[down_count + i] - centre;
    let with_so_many_before = |count: usize| {
        let (mut low, mut high) = (count.saturating_sub(up_count), count.min(down_count));
        while low < high {
            let downs = usize::midpoint(low, high);
            if down(downs) < up(count - downs - 1) {
                low = downs + 1;
            } else {
                high = downs;
            }
        }
        let ups = count - low;
        if ups == up_count || (low < down_count && down(low) < up(ups)) { down(low) } else { up(ups) }
    };
    match n {
        0 => 0.0,
        _ if n.is_multiple_of(2) => f64::midpoint(with_so_many_before(n / 2 - 1), with_so_many_before(n / 2)),
        _ => with_so_many_before(n / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn mad_by_halving_equals_mad_by_sorting(mut values in proptest::collection::vec(1.0..6.0f64, 1..61)) {
            let centre = median(&mut values).unwrap();
            let mut deviations: Vec<f64> = values.iter().map(|x| (x - centre).abs()).collect();
            let naive = median(&mut deviations).unwrap();
            prop_assert!((mad_sorted(&values, centre) - naive).abs() < 1e-12);
        }
    }
}
