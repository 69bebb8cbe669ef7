//! What is usual in the population, for somebody of whom few nights are known yet.
//!
//! Norms stand in for the missing nights of a young baseline. No alert ever rests on them alone.

use crate::domain::worker::{Profile, Sex};

/// Between-method standard deviation of ln(RMSSD): the norms are ECG awake at rest, the nights are
/// pulse intervals asleep.
pub const METHOD_SD_LN: f64 = 0.3;

/// What ln(RMSSD in ms) to expect of a person before anything was measured.
///
/// # Source
/// Voss et al. 2015, PLoS ONE 10:e0118308 (5-minute resting ECG, KORA S4, n = 1906); domain
/// reference, section 2.7.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    /// Expected ln(RMSSD).
    pub mean_ln: f64,
    /// Its standard deviation between persons, with 0.3² of variance added for the method.
    pub sd_ln: f64,
}

/// Mean and SD of RMSSD in ms: women, men; one row per age band from 25 on, ten years each.
///
/// # Source
/// Voss et al. 2015, as in [`Prior`].
pub const RMSSD_MS: [[(f64, f64); 2]; 5] = [
    [(42.9, 22.8), (39.7, 19.9)],
    [(35.4, 18.5), (32.0, 16.5)],
    [(26.3, 13.6), (23.0, 10.9)],
    [(21.4, 11.9), (19.9, 11.1)],
    [(19.1, 11.8), (19.1, 10.7)],
];

/// The lognormal law with that mean and SD: its μ and σ.
///
/// # Source
/// Domain reference, section 2.7.
#[must_use]
pub fn lognormal((mean, sd): (f64, f64)) -> (f64, f64) {
    let variance = (sd / mean).powi(2).ln_1p();
    (mean.ln() - variance / 2.0, variance.sqrt())
}

impl Prior {
    /// The prior of a person in `year`. Unknown sex: the mean of both; unknown age: 35 to 44.
    #[must_use]
    pub fn of(profile: &Profile, year: i16) -> Self {
        let age = profile.birth_year.map(|born| i32::from(year) - i32::from(born));
        let band = match age {
            None | Some(35..45) => 1,
            Some(..35) => 0,
            Some(45..55) => 2,
            Some(55..65) => 3,
            Some(65..) => 4,
        };
        let [women, men] = RMSSD_MS[band].map(lognormal);
        let (mean_ln, sd_ln) = match profile.sex {
            Some(Sex::Female) => women,
            Some(Sex::Male) => men,
            None => (f64::midpoint(women.0, men.0), f64::midpoint(women.1, men.1)),
        };
        Self { mean_ln, sd_ln: sd_ln.hypot(METHOD_SD_LN) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TimeZone;
    use crate::domain::ids::{SiteId, WorkerId, WorkerKey};

    fn person(birth_year: Option<i16>, sex: Option<Sex>) -> Profile {
        let key = WorkerKey { site: SiteId::parse("s").unwrap(), worker: WorkerId::parse("w").unwrap() };
        Profile { birth_year, sex, ..Profile::unknown(key, TimeZone::UTC) }
    }

    #[test]
    fn norms_agree_with_the_published_table() {
        let table = [
            (30, 3.63448, 0.498778, 3.56928, 0.473447),
            (40, 3.44598, 0.491388, 3.34786, 0.48555),
            (50, 3.15108, 0.486796, 3.03419, 0.450121),
            (60, 2.92868, 0.519067, 2.85527, 0.520469),
            (70, 2.78804, 0.568594, 2.81321, 0.522446),
        ];
        for (age, mean_f, sd_f, mean_m, sd_m) in table {
            for (sex, mean, sd) in [(Sex::Female, mean_f, sd_f), (Sex::Male, mean_m, sd_m)] {
                let prior = Prior::of(&person(Some(2026 - age), Some(sex)), 2026);
                assert!((prior.mean_ln - mean).abs() < 2e-5, "{age} {sex:?} {}", prior.mean_ln);
                assert!((prior.sd_ln.powi(2) - 0.09 - sd * sd).abs() < 2e-5, "{age} {sex:?} {}", prior.sd_ln);
            }
        }
    }

    #[test]
    fn unknown_age_and_sex_take_the_middle() {
        let nobody = Prior::of(&person(None, None), 2026);
        assert!((nobody.mean_ln - f64::midpoint(3.44598, 3.34786)).abs() < 1e-5);
        let eighteen = Prior::of(&person(Some(2008), Some(Sex::Male)), 2026);
        assert!((eighteen.mean_ln - 3.56928).abs() < 1e-5);
        let ninety = Prior::of(&person(Some(1936), Some(Sex::Male)), 2026);
        assert!((ninety.mean_ln - 2.81321).abs() < 1e-5);
    }
}
