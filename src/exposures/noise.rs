//! Noise exposure on the equal-energy principle: 3 dB more is twice the energy.
//!
//! # Source
//! ISO 9612 and directive 2003/10/EC; domain reference, section 7. The American 5 dB rule differs.

/// A stretch of work at one noise level.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Segment {
    /// Equivalent continuous level, dB(A).
    pub level_dba: f64,
    /// How long.
    pub duration_h: f64,
}

/// Hours of the day that levels are normalised to.
const DAY_H: f64 = 8.0;
/// Days of the week that daily levels are normalised to.
const WEEK_DAYS: f64 = 5.0;
/// The level at which eight hours are the whole allowance.
const CRITERION_DBA: f64 = 85.0;
/// The rise that halves the allowance.
const EXCHANGE_DB: f64 = 3.0;

/// LEX,8h of one day: the steady level that would bring the same energy in eight hours.
///
/// `None` where nothing was measured.
///
/// # Units
/// dB(A).
///
/// # Source
/// LEX,8h = 10·log10((1/8 h)·Σ T·10^(L/10)); domain reference, section 7.
#[must_use]
pub fn lex_8h_dba(segments: &[Segment]) -> Option<f64> {
    level(segments.iter().map(|s| s.duration_h * energy(s.level_dba)).sum::<f64>() / DAY_H)
}

/// Weekly level from the LEX,8h of each working day, normalised to five days.
///
/// # Units
/// dB(A).
///
/// # Source
/// 10·log10((1/5)·Σ 10^(L/10)); domain reference, section 7.
#[must_use]
pub fn weekly_lex_dba(days_dba: &[f64]) -> Option<f64> {
    level(days_dba.iter().copied().map(energy).sum::<f64>() / WEEK_DAYS)
}

/// How long a level may last before the day's allowance is used up; `None` of no level at all, and of
/// one so low that it never is.
///
/// # Units
/// Hours.
///
/// # Source
/// T = 8 / 2^((L − 85)/3); domain reference, section 7.
#[must_use]
pub fn allowed_h(level_dba: f64) -> Option<f64> {
    let hours = DAY_H / ((level_dba - CRITERION_DBA) / EXCHANGE_DB).exp2();
    hours.is_finite().then_some(hours)
}

/// Share of the day's allowance that was used, in percent; `None` of what is no number.
///
/// # Source
/// 100·Σ T/T_allowed; domain reference, section 7.
#[must_use]
pub fn dose_pct(segments: &[Segment]) -> Option<f64> {
    let share = |s: &Segment| s.duration_h * ((s.level_dba - CRITERION_DBA) / EXCHANGE_DB).exp2() / DAY_H;
    let dose = 100.0 * segments.iter().map(share).sum::<f64>();
    dose.is_finite().then_some(dose)
}

fn energy(level_db: f64) -> f64 {
    10.0_f64.powf(level_db / 10.0)
}

fn level(energy: f64) -> Option<f64> {
    (energy > 0.0 && energy.is_finite()).then(|| 10.0 * energy.log10())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worked_example() -> Vec<Segment> {
        [(78.0, 3.0), (88.0, 2.5), (92.0, 0.75), (70.0, 1.75)]
            .map(|(level_dba, duration_h)| Segment { level_dba, duration_h })
            .to_vec()
    }

    fn assert_close(found: f64, expected: f64) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }

    #[test]
    fn lex_8h_of_the_worked_example() {
        assert_close(lex_8h_dba(&worked_example()).unwrap(), 85.700_830_8);
    }

    #[test]
    fn six_loud_days_weigh_more_than_five() {
        let day = lex_8h_dba(&worked_example()).unwrap();
        assert_close(weekly_lex_dba(&[day; 6]).unwrap(), 86.492_643_2);
        assert_close(weekly_lex_dba(&[day; 5]).unwrap(), day);
    }

    #[test]
    fn nine_decibels_over_leave_an_eighth_of_the_time() {
        assert_close(allowed_h(94.0).unwrap(), 1.0);
    }

    #[test]
    fn dose_of_the_worked_example() {
        assert_close(dose_pct(&worked_example()).unwrap(), 117.871_576);
    }

    #[test]
    fn silence_has_no_level() {
        assert_eq!(lex_8h_dba(&[]), None);
        assert_eq!(weekly_lex_dba(&[]), None);
        assert_eq!(dose_pct(&[]), Some(0.0));
    }

    #[test]
    fn what_is_no_level_gives_no_number() {
        for level_dba in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 1e300] {
            let segment = [Segment { level_dba, duration_h: 1.0 }];
            assert_eq!(lex_8h_dba(&segment), None);
            assert!(dose_pct(&segment).is_none_or(f64::is_finite));
            assert!(allowed_h(level_dba).is_none_or(f64::is_finite));
        }
    }
}
