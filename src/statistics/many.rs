//! Many estimates at once: which of many tests to believe, and slopes that borrow from each other.

use super::interval::finite;

/// Which of many p values may be believed, so that of those believed no more than the share
/// `false_share` is expected to be false.
///
/// What is no p value is not believed, and counts as a test that was made.
///
/// # Source
/// Benjamini & Hochberg 1995, J R Stat Soc B 57:289; domain reference, section 7 (10 %).
#[must_use]
pub fn believable(p: &[f64], false_share: f64) -> Vec<bool> {
    let mut sorted: Vec<f64> = p.iter().copied().filter(|p| (0.0..=1.0).contains(p)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let tests = super::interval::count(p.len());
    let passes = |(rank, p): &(usize, &f64)| **p <= super::interval::count(rank + 1) / tests * false_share;
    let limit = sorted.iter().enumerate().rev().find(passes).map(|(_, p)| *p);
    p.iter().map(|p| limit.is_some_and(|limit| (0.0..=limit).contains(p))).collect()
}

/// An estimate and its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate.
    pub value: f64,
    /// Its standard error, above 0.
    pub se: f64,
}

/// Estimates of groups that are drawn towards their common mean, the more the less sure each is.
///
/// `None` of fewer than two groups, and where an estimate or its error is no number or the error is
/// not above 0.
///
/// # Source
/// Domain reference, section 7: b* = (b/se² + b̄/τ²)/(1/se² + 1/τ²), with τ² and b̄ after DerSimonian &
/// Laird 1986, Control Clin Trials 7:177. Where τ² is 0 the groups do not differ and all take b̄.
#[must_use]
pub fn shrink(groups: &[Estimate]) -> Option<Vec<f64>> {
    let are_sound = groups.iter().all(|g| g.value.is_finite() && g.se.is_finite() && g.se > 0.0);
    if groups.len() < 2 || !are_sound {
        return None;
    }
    let mean = |tau2: f64| {
        let weight = |g: &Estimate| (g.se * g.se + tau2).recip();
        let total: f64 = groups.iter().map(weight).sum();
        finite(groups.iter().map(|g| weight(g) * g.value).sum::<f64>() / total)
    };
    let weights = || groups.iter().map(|g| (g.se * g.se).recip());
    let fixed = mean(0.0)?;
    let spread: f64 = groups.iter().zip(weights()).map(|(g, w)| w * (g.value - fixed).powi(2)).sum();
    let total: f64 = weights().sum();
    let squares: f64 = weights().map(|w| w * w).sum();
    let surplus = spread - (super::interval::count(groups.len()) - 1.0);
    let tau2 = finite(surplus / (total - squares / total))?.max(0.0);
    let centre = mean(tau2)?;
    groups
        .iter()
        .map(|g| {
            let own = tau2 / (tau2 + g.se * g.se);
            finite(own * g.value + (1.0 - own) * centre)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_fifteen_tests_of_the_published_example() {
        // Benjamini & Hochberg 1995, section 4.1: at 5 % the four smallest are believed.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
            0.7590, 1.0,
        ];
        let found = believable(&p, 0.05);
        assert_eq!(found.iter().filter(|is| **is).count(), 4);
        assert!(found[..4].iter().all(|is| *is));
        assert!(believable(&[], 0.1).is_empty());
        assert_eq!(believable(&[f64::NAN, 0.04], 0.1), [false, true]);
    }

    fn groups(values: &[(f64, f64)]) -> Vec<Estimate> {
        values.iter().map(|(value, se)| Estimate { value: *value, se: *se }).collect()
    }

    #[test]
    fn groups_that_do_not_differ_take_their_mean() {
        let found = shrink(&groups(&[(1.0, 1.0), (1.2, 1.0), (0.8, 1.0)])).unwrap();
        assert!(found.iter().all(|slope| (slope - 1.0).abs() < 1e-12));
    }

    #[test]
    fn who_is_less_sure_is_drawn_further() {
        let found = shrink(&groups(&[(0.0, 0.1), (4.0, 0.1), (4.0, 2.0)])).unwrap();
        assert!(found[0] > 0.0 && found[1] < 4.0 && found[2] < found[1], "{found:?}");
        assert_eq!(shrink(&groups(&[(1.0, 1.0)])), None);
        assert_eq!(shrink(&groups(&[(1.0, 0.0), (1.0, 1.0)])), None);
    }

    proptest! {
        #[test]
        fn no_group_leaves_the_range_of_all(values in proptest::collection::vec((-9.0..9.0f64, 0.01..9.0f64), 2..9)) {
            let found = shrink(&groups(&values)).unwrap();
            let low = values.iter().map(|(value, _)| *value).fold(f64::INFINITY, f64::min);
            let high = values.iter().map(|(value, _)| *value).fold(f64::NEG_INFINITY, f64::max);
            prop_assert!(found.iter().all(|slope| (low - 1e-9..=high + 1e-9).contains(slope)));
        }
    }
}
