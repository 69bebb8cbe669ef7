//! Heat: the wet-bulb globe temperature against the reference for the work.
//!
//! The tables are standards of their own and not settings; which of them applies is one.

use super::Limits;

/// Whose table of references applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HeatStandard {
    /// ISO 7243:2017, by metabolic class and acclimatisation.
    #[default]
    Iso7243,
    /// GBZ 2.2-2007, by intensity of work and share of the shift spent in the heat.
    Gbz22,
}

impl HeatStandard {
    /// Every standard.
    pub const ALL: [Self; 2] = [Self::Iso7243, Self::Gbz22];

    /// The name used in the rule file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Iso7243 => "iso_7243",
            Self::Gbz22 => "gbz_2_2",
        }
    }

    /// The name used in evidence.
    pub(super) const fn source(self) -> &'static str {
        match self {
            Self::Iso7243 => "ISO 7243:2017",
            Self::Gbz22 => "GBZ 2.2-2007",
        }
    }
}

/// ISO 7243:2017 for metabolic classes 0 to 4 (115, 180, 300, 415, 520 W), °C.
const ISO_ACCLIMATISED_C: [f64; 5] = [33.0, 30.0, 28.0, 26.0, 25.0];
/// The same for who is not used to heat.
const ISO_NOT_ACCLIMATISED_C: [f64; 5] = [32.0, 29.0, 26.0, 23.0, 20.0];
/// GBZ 2.2-2007: share of the shift up to, percent; then °C for intensities I to IV.
const GBZ_C: [(f64, [f64; 4]); 4] = [
    (25.0, [33.0, 32.0, 31.0, 30.0]),
    (50.0, [32.0, 30.0, 29.0, 28.0]),
    (75.0, [31.0, 29.0, 28.0, 26.0]),
    (100.0, [30.0, 28.0, 26.0, 25.0]),
];

/// The temperature that must not be exceeded in the work that the limits describe.
///
/// A share of the shift between two columns takes the stricter one. GBZ 2.2 knows no resting class:
/// class 0 is held against intensity I.
///
/// # Units
/// °C WBGT.
///
/// # Source
/// ISO 7243:2017, annex A; GBZ 2.2-2007, table 8; domain reference, section 7 (compare with licensed
/// copies before relying on them in law).
#[must_use]
pub fn reference_c(limits: &Limits) -> f64 {
    let class = usize::try_from(limits.heat_metabolic_class).map_or(4, |class| class.min(4));
    match limits.heat_standard {
        HeatStandard::Iso7243 if limits.is_heat_acclimatised => ISO_ACCLIMATISED_C[class],
        HeatStandard::Iso7243 => ISO_NOT_ACCLIMATISED_C[class],
        HeatStandard::Gbz22 => {
            let column = GBZ_C.iter().find(|(up_to, _)| limits.heat_contact_pct <= *up_to).unwrap_or(&GBZ_C[3]);
            column.1[class.saturating_sub(1)]
        }
    }
}

/// Wet-bulb globe temperature from its parts, with the air temperature where the sun shines on the work.
///
/// # Units
/// °C.
///
/// # Source
/// ISO 7243:2017, section 5.
#[must_use]
pub fn wbgt_c(natural_wet_bulb_c: f64, globe_c: f64, air_in_sun_c: Option<f64>) -> f64 {
    match air_in_sun_c {
        None => 0.7 * natural_wet_bulb_c + 0.3 * globe_c,
        Some(air_c) => 0.7 * natural_wet_bulb_c + 0.2 * globe_c + 0.1 * air_c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(standard: HeatStandard, class: u32, is_heat_acclimatised: bool, contact_pct: f64) -> f64 {
        reference_c(&Limits {
            heat_standard: standard,
            heat_metabolic_class: class,
            is_heat_acclimatised,
            heat_contact_pct: contact_pct,
            ..Limits::default()
        })
    }

    fn assert_close<const N: usize>(found: [f64; N], expected: [f64; N]) {
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn who_is_not_used_to_heat_stops_earlier_the_harder_the_work() {
        let reserve = [0, 1, 2, 3, 4].map(|class| {
            at(HeatStandard::Iso7243, class, true, 100.0) - at(HeatStandard::Iso7243, class, false, 100.0)
        });
        assert_close(reserve, [1.0, 1.0, 2.0, 3.0, 5.0]);
    }

    #[test]
    fn a_share_between_two_columns_takes_the_stricter() {
        assert_close(
            [25.0, 26.0, 75.0, 76.0].map(|pct| at(HeatStandard::Gbz22, 4, true, pct)),
            [30.0, 28.0, 26.0, 25.0],
        );
        assert_close([at(HeatStandard::Gbz22, 0, true, 100.0)], [30.0]);
        // Settings are checked where they are read; here nothing may fall over.
        assert_close([at(HeatStandard::Gbz22, 9, true, f64::NAN)], [25.0]);
    }

    #[test]
    fn the_sun_takes_its_tenth_from_the_globe() {
        assert!((wbgt_c(25.0, 40.0, None) - 29.5).abs() < 1e-12);
        assert!((wbgt_c(25.0, 40.0, Some(32.0)) - 28.7).abs() < 1e-12);
    }
}
