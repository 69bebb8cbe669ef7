//! How much a night resembles the one before it.

/// So many pairs of nights tell an autocorrelation.
const MIN_PAIRS: u32 = 30;

/// Autocorrelation from one day to the next, of one value a day, where 30 pairs of days tell it.
///
/// Of few values the usual estimate r is too low by (1 + 3ρ)/n, mostly because their own mean is
/// taken off; that is put back, because chance rates rise steeply with it.
///
/// # Source
/// Domain reference, section 3.4; the correction: Marriott & Pope 1954, Kendall 1954, Biometrika 41.
#[must_use]
pub fn lag1_autocorrelation(days: &[Option<f64>]) -> Option<f64> {
    let (sum, count) = days.iter().flatten().fold((0.0, 0u32), |(s, n), x| (s + x, n + 1));
    let n = f64::from(count);
    let mean = sum / n.max(1.0);
    let variance = days.iter().flatten().map(|x| (x - mean).powi(2)).sum::<f64>() / n.max(1.0);
    let (products, pairs) = days.windows(2).fold((0.0, 0u32), |(s, n), pair| match pair {
        [Some(a), Some(b)] => (s + (a - mean) * (b - mean), n + 1),
        _ => (s, n),
    });
    if pairs < MIN_PAIRS || variance <= 1e-12 {
        return None;
    }
    let r = products / f64::from(pairs) / variance;
    Some(((n * r + 1.0) / (n - 3.0)).clamp(-1.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_pairs_are_needed() {
        let wave = |n: i32| (0..n).map(|i| Some(f64::from(i).sin())).collect::<Vec<_>>();
        assert_eq!(lag1_autocorrelation(&wave(30)), None);
        assert!(lag1_autocorrelation(&wave(31)).is_some());
        let gaps: Vec<_> = wave(60).into_iter().enumerate().map(|(i, x)| x.filter(|_| i % 2 == 0)).collect();
        assert_eq!(lag1_autocorrelation(&gaps), None, "no night has the one before it");
        assert_eq!(lag1_autocorrelation(&[Some(3.0); 60]), None, "nothing varies");
    }

    #[test]
    fn a_slow_wave_resembles_itself_and_a_zigzag_its_opposite() {
        let slow: Vec<_> = (0..60).map(|i| Some((f64::from(i) / 5.0).sin())).collect();
        assert!(lag1_autocorrelation(&slow).unwrap() > 0.9);
        let zigzag: Vec<_> = (0..60).map(|i| Some(if i % 2 == 0 { 1.0 } else { -1.0 })).collect();
        assert!(lag1_autocorrelation(&zigzag).unwrap() < -0.9);
    }
}
