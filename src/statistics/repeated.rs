//! Correlation within people: how two things go together when each is compared with oneself.

use super::correlation::{Sums, fisher_interval};
use super::interval::{Interval, count, finite};

/// A correlation of repeated measures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RepeatedMeasures {
    /// The common correlation within people.
    pub r: f64,
    /// The common slope, each person with a level of their own.
    pub slope: f64,
    /// Pairs less people less one.
    pub degrees_of_freedom: usize,
    /// People with at least two pairs, who alone say something.
    pub people: usize,
    /// Its 95 % interval; `None` of up to one degree of freedom, or of a perfect correlation.
    pub interval: Option<Interval>,
}

/// The correlation of pairs (x, y) within people; each item of `people` is one person's pairs.
///
/// `None` where x or y never changes within anybody, where there is no degree of freedom, and where
/// a value is no number.
///
/// # Source
/// Bakdash & Marusich 2017, Front Psychol 8:456; domain reference, section 5.4: parallel lines with
/// an intercept for each person, r = sign(β)·√(SS_x/(SS_x + SS_err)), df = N − k − 1, Fisher's z with
/// standard error 1/√(df − 1).
#[must_use]
pub fn repeated_measures<'a>(people: impl IntoIterator<Item = &'a [(f64, f64)]>) -> Option<RepeatedMeasures> {
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    let (mut pairs, mut counted) = (0_usize, 0_usize);
    for person in people {
        let (x, y): (Vec<f64>, Vec<f64>) = person.iter().copied().unzip();
        if !x.iter().chain(&y).all(|value| value.is_finite()) {
            return None;
        }
        // A single pair lies on its person's own level and says nothing.
        let Some(sums) = Sums::of(&x, &y) else { continue };
        (xx, yy, xy) = (xx + sums.xx, yy + sums.yy, xy + sums.xy);
        (pairs, counted) = (pairs + person.len(), counted + 1);
    }
    let degrees_of_freedom = pairs.checked_sub(counted + 1).filter(|df| *df > 0)?;
    // SS_x/(SS_x + SS_err) with SS_x = β²·xx and SS_err = yy − β²·xx is xy²/(xx·yy).
    let r = finite(xy / (xx.sqrt() * yy.sqrt()))?.clamp(-1.0, 1.0);
    let interval = if degrees_of_freedom > 1 {
        fisher_interval(r, (count(degrees_of_freedom) - 1.0).sqrt().recip())
    } else {
        None
    };
    Some(RepeatedMeasures { r, slope: finite(xy / xx)?, degrees_of_freedom, people: counted, interval })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Intramural pH and PaCO₂ of eight patients: Bland & Altman 1995, BMJ 310:446.
    const PATIENTS: [&[(f64, f64)]; 8] = [
        &[(6.68, 3.97), (6.53, 4.12), (6.43, 4.09), (6.33, 3.97)],
        &[(6.85, 5.27), (7.06, 5.37), (7.13, 5.41), (7.17, 5.44)],
        &[
            (7.4, 5.67),
            (7.42, 3.64),
            (7.41, 4.32),
            (7.37, 4.73),
            (7.34, 4.96),
            (7.35, 5.04),
            (7.28, 5.22),
            (7.3, 4.82),
            (7.34, 5.07),
        ],
        &[(7.36, 5.67), (7.33, 5.1), (7.29, 5.53), (7.3, 4.75), (7.35, 5.51)],
        &[(7.35, 4.28), (7.3, 4.44), (7.3, 4.32), (7.37, 3.23), (7.27, 4.46), (7.28, 4.72), (7.32, 4.75), (7.32, 4.99)],
        &[(7.38, 4.78), (7.3, 4.73), (7.29, 5.12), (7.33, 4.93), (7.31, 5.03), (7.33, 4.93)],
        &[(6.86, 6.85), (6.94, 6.44), (6.92, 6.52)],
        &[
            (7.19, 5.28),
            (7.29, 4.56),
            (7.21, 4.34),
            (7.25, 4.32),
            (7.2, 4.41),
            (7.19, 3.69),
            (6.77, 6.09),
            (6.82, 5.58),
        ],
    ];

    #[test]
    fn eight_patients_give_the_published_correlation() {
        // Bakdash & Marusich 2017: r(38) = −0.507. The digits and the rounded interval are those of
        // pingouin 0.7.0 (PyPI), rm_corr on its data set of the same name.
        let found = repeated_measures(PATIENTS).unwrap();
        assert!((found.r + 0.506_769_742_233_064_7).abs() < 1e-12, "{found:?}");
        assert_eq!((found.degrees_of_freedom, found.people), (38, 8));
        let interval = found.interval.unwrap();
        assert!((interval.low + 0.71).abs() < 0.005 && (interval.high + 0.23).abs() < 0.005, "{interval:?}");
    }

    #[test]
    fn three_of_them_correlate_hardly() {
        // pingouin 0.7.0: r −0.118883994, df 13, interval −0.59 to 0.42.
        let found = repeated_measures(PATIENTS[..3].iter().copied()).unwrap();
        assert!((found.r + 0.118_883_994_192_652_25).abs() < 1e-12, "{found:?}");
        let interval = found.interval.unwrap();
        assert_eq!(found.degrees_of_freedom, 13);
        assert!((interval.low + 0.59).abs() < 0.005 && (interval.high - 0.42).abs() < 0.005, "{interval:?}");
    }

    #[test]
    fn people_with_a_single_pair_change_nothing() {
        let lone: &[(f64, f64)] = &[(99.0, -4.0)];
        assert_eq!(repeated_measures(PATIENTS.into_iter().chain([lone])), repeated_measures(PATIENTS));
    }

    #[test]
    fn what_never_changes_has_no_correlation() {
        assert_eq!(repeated_measures([&[(1.0, 2.0), (1.0, 3.0), (1.0, 4.0)][..]]), None);
        assert_eq!(repeated_measures([&[(1.0, 2.0), (2.0, 3.0)][..]]), None);
        assert_eq!(repeated_measures([&[(1.0, f64::NAN), (2.0, 3.0), (3.0, 1.0)][..]]), None);
        assert_eq!(repeated_measures([]), None);
    }

    proptest! {
        #[test]
        fn levels_of_people_do_not_matter(
            pairs in proptest::collection::vec(proptest::collection::vec((-9..9i8, -9..9i8), 0..6), 0..6),
            level in -100..100i8,
        ) {
            let moved = |by: f64| -> Vec<Vec<(f64, f64)>> {
                let person = |(at, person): (usize, &Vec<(i8, i8)>)| {
                    let by = by * f64::from(u8::try_from(at).unwrap());
                    person.iter().map(|(x, y)| (f64::from(*x) + by, f64::from(*y) - by)).collect()
                };
                pairs.iter().enumerate().map(person).collect()
            };
            let r = |people: &[Vec<(f64, f64)>]| repeated_measures(people.iter().map(Vec::as_slice)).map(|found| found.r);
            match (r(&moved(0.0)), r(&moved(f64::from(level)))) {
                (Some(one), Some(other)) => prop_assert!((one - other).abs() < 1e-9),
                (one, other) => prop_assert_eq!(one, other),
            }
        }
    }
}
