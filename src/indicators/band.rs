//! The band of the strain index: it follows the index with hysteresis, so that a value at a limit
//! does not change what a person is told from day to day.

use crate::domain::indicator::IndexBand;

use super::settings::Settings;

/// The band that a value lies in, without looking at what was before.
///
/// # Source
/// Domain reference, section 5.2.
#[must_use]
pub fn band_of(value: f64, settings: &Settings) -> IndexBand {
    let reached = IndexBand::ALL.into_iter().rev().find(|band| value >= begin(*band, settings));
    reached.unwrap_or(IndexBand::Better)
}

/// Where a band begins.
const fn begin(band: IndexBand, settings: &Settings) -> f64 {
    match band {
        IndexBand::Better => f64::NEG_INFINITY,
        IndexBand::Usual => settings.band_usual,
        IndexBand::Elevated => settings.band_elevated,
        IndexBand::High => settings.band_high,
        IndexBand::VeryHigh => settings.band_very_high,
    }
}

/// The band after one more day: `before` is the evaluation before, `now` that of the day, if any.
///
/// A higher band is entered where it begins, and left only 3 points below; either takes two
/// evaluations in a row, and the less far of the two counts. The first evaluation of all sets it.
///
/// # Source
/// Domain reference, section 5.2; on which side of a limit the hysteresis lies is a judgement.
#[must_use]
pub fn step(band: Option<IndexBand>, before: Option<f64>, now: Option<f64>, settings: &Settings) -> Option<IndexBand> {
    let Some(now) = now else { return band };
    let Some(band) = band else { return Some(band_of(now, settings)) };
    let wanted = |value: f64| {
        let falls = value < begin(band, settings) - settings.band_hysteresis;
        if falls { band_of(value + settings.band_hysteresis, settings) } else { band_of(value, settings).max(band) }
    };
    let Some(before) = before.map(wanted) else { return Some(band) };
    let now = wanted(now);
    let nearer = if before > band && now > band {
        before.min(now)
    } else if before < band && now < band {
        before.max(now)
    } else {
        band
    };
    Some(nearer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use IndexBand::{Better, Elevated, High, Usual, VeryHigh};

    /// The bands that a run of daily values goes through.
    fn bands(values: &[f64]) -> Vec<IndexBand> {
        let settings = Settings::default();
        let (mut band, mut before) = (None, None);
        let mut all = Vec::new();
        for value in values {
            band = step(band, before, Some(*value), &settings);
            before = Some(*value);
            all.extend(band);
        }
        all
    }

    #[test]
    fn limits_are_those_of_the_reference() {
        let settings = Settings::default();
        let at = [39.9, 40.0, 59.9, 60.0, 69.9, 70.0, 79.9, 80.0].map(|x| band_of(x, &settings));
        assert_eq!(at, [Better, Usual, Usual, Elevated, Elevated, High, High, VeryHigh]);
    }

    #[test]
    fn one_evaluation_changes_nothing_and_two_do() {
        assert_eq!(bands(&[50.0, 65.0, 50.0, 65.0]), [Usual; 4]);
        assert_eq!(bands(&[50.0, 75.0, 65.0, 75.0, 75.0]), [Usual, Usual, Elevated, Elevated, High]);
        assert_eq!(bands(&[50.0, 30.0, 30.0]), [Usual, Usual, Better]);
    }

    #[test]
    fn a_band_is_left_three_points_below_its_begin() {
        assert_eq!(bands(&[60.0, 57.0, 57.0, 57.0]), [Elevated; 4]);
        assert_eq!(bands(&[60.0, 56.9, 56.9]), [Elevated, Elevated, Usual]);
        assert_eq!(bands(&[85.0, 58.0, 58.0]), [VeryHigh, VeryHigh, Elevated]);
        assert_eq!(bands(&[30.0, 40.0, 40.0]), [Better, Better, Usual]);
    }

    #[test]
    fn a_day_without_an_index_holds_the_band() {
        let settings = Settings::default();
        assert_eq!(step(Some(High), Some(20.0), None, &settings), Some(High));
        assert_eq!(step(Some(High), None, Some(20.0), &settings), Some(High), "the first after a gap");
        assert_eq!(step(None, None, None, &settings), None);
    }
}
