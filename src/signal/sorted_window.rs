//! A sliding window that stays in ascending order, for running medians and quartiles.
//!
//! Moving the window by one beat is a binary search and one short move of memory, instead of a sort
//! of the whole window for every beat.

/// Up to `N` finite values in ascending order.
pub(super) struct SortedWindow<const N: usize> {
    values: [f64; N],
    len: usize,
}

impl<const N: usize> SortedWindow<N> {
    pub(super) const fn new() -> Self {
        Self { values: [0.0; N], len: 0 }
    }

    fn rank(&self, value: f64) -> usize {
        self.values[..self.len].partition_point(|held| *held < value)
    }

    fn insert(&mut self, value: f64) {
        let at = self.rank(value);
        self.values.copy_within(at..self.len, at + 1);
        self.values[at] = value;
        self.len += 1;
    }

    fn remove(&mut self, value: f64) {
        let at = self.rank(value);
        self.values.copy_within(at + 1..self.len, at);
        self.len -= 1;
    }

    fn replace(&mut self, leaving: f64, entering: f64) {
        let from = self.rank(leaving);
        let to = self.rank(entering);
        if to > from {
            self.values.copy_within(from + 1..to, from);
            self.values[to - 1] = entering;
        } else {
            self.values.copy_within(to..from, to + 1);
            self.values[to] = entering;
        }
    }

    /// The quantile at `numerator` quarters, by linear interpolation ("type 7").
    fn quarter(&self, numerator: usize) -> f64 {
        let quarters = (self.len - 1) * numerator;
        let below = quarters / 4;
        let low = self.values[below];
        match quarters % 4 {
            0 => low,
            rest => low + (self.values[below + 1] - low) * (rest as f64 / 4.0),
        }
    }

    /// The middle value, or the mean of the two in the middle.
    pub(super) fn median(&self) -> f64 {
        self.quarter(2)
    }

    /// Half the distance between the quartiles.
    pub(super) fn quartile_deviation(&self) -> f64 {
        (self.quarter(3) - self.quarter(1)) / 2.0
    }
}

/// A statistic over the `N` values centred on each value of `values`; the window shrinks at the edges.
///
/// `values` hold no NaN, and `N` is odd.
pub(super) fn centred<const N: usize>(values: &[f64], statistic: impl Fn(&SortedWindow<N>) -> f64) -> Vec<f64> {
    let reach = N / 2;
    let mut window = SortedWindow::<N>::new();
    for value in &values[..reach.min(values.len())] {
        window.insert(*value);
    }
    let mut out = Vec::with_capacity(values.len());
    for at in 0..values.len() {
        let entering = values.get(at + reach).copied();
        let leaving = at.checked_sub(reach + 1).map(|index| values[index]);
        match (leaving, entering) {
            (Some(leaving), Some(entering)) => window.replace(leaving, entering),
            (Some(leaving), None) => window.remove(leaving),
            (None, Some(entering)) => window.insert(entering),
            (None, None) => {}
        }
        out.push(statistic(&window));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_sorting(values: &[f64], reach: usize, quarter: usize) -> Vec<f64> {
        (0..values.len())
            .map(|at| {
                let mut held = values[at.saturating_sub(reach)..(at + reach + 1).min(values.len())].to_vec();
                held.sort_by(f64::total_cmp);
                let place = (held.len() - 1) as f64 * quarter as f64 / 4.0;
                let below = (held.len() - 1) * quarter / 4;
                let above = (below + 1).min(held.len() - 1);
                held[below] + (held[above] - held[below]) * (place - below as f64)
            })
            .collect()
    }

    proptest::proptest! {
        #[test]
        fn sliding_agrees_with_sorting_every_window(
            values in proptest::collection::vec((-20i32..20).prop_map(f64::from), 0..60),
        ) {
            proptest::prop_assert_eq!(
                centred::<11>(&values, SortedWindow::median),
                by_sorting(&values, 5, 2)
            );
            proptest::prop_assert_eq!(
                centred::<7>(&values, |window| window.quarter(3)),
                by_sorting(&values, 3, 3)
            );
        }
    }

    use proptest::strategy::Strategy as _;
}
