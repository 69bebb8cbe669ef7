//! When somebody sleeps: circular statistics of the midpoint, and social jetlag.

use std::f64::consts::TAU;

/// Mean and spread of clock times, which begin anew at midnight.
///
/// # Source
/// Domain reference, section 4.4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClockTimes {
    /// Mean, hours from midnight, 0 to 24.
    pub mean_h: f64,
    /// Length of the mean vector: 1 where all times are the same, towards 0 where they are all round
    /// the clock.
    pub resultant: f64,
    /// Standard deviation, hours.
    pub sd_h: f64,
}

/// Mean and spread of clock times in hours; `None` of none, and where they cancel out round the clock.
///
/// # Source
/// Domain reference, section 4.4.
#[must_use]
pub fn clock_times(hours: impl IntoIterator<Item = f64>) -> Option<ClockTimes> {
    let (mut sine, mut cosine, mut n) = (0.0, 0.0, 0u32);
    for hour in hours {
        let (s, c) = (TAU * hour / 24.0).sin_cos();
        sine += s;
        cosine += c;
        n += 1;
    }
    let resultant = (sine.hypot(cosine) / f64::from(n.max(1))).min(1.0);
    // A mean of directions that cancel out is made of rounding errors.
    (n > 0 && resultant > 1e-9).then(|| ClockTimes {
        mean_h: clock(sine.atan2(cosine) / TAU * 24.0),
        resultant,
        sd_h: (-2.0 * resultant.ln()).max(0.0).sqrt() / TAU * 24.0,
    })
}

/// How far sleep on free days lies behind sleep on work days.
///
/// # Units
/// Hours.
///
/// # Source
/// Wittmann et al. 2006, Roenneberg et al. 2012; domain reference, section 4.4.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SocialJetlag {
    /// Mid-sleep on free days.
    pub msf_h: f64,
    /// Mid-sleep on work days.
    pub msw_h: f64,
    /// Social jetlag, `msf_h` − `msw_h`; notable from 2 h on, either way.
    pub sjl_h: f64,
    /// Sleep a night over an average week.
    pub sd_week_h: f64,
    /// Mid-sleep on free days, corrected for the sleep that is caught up on them.
    pub msfsc_h: f64,
    /// Social jetlag with that correction.
    pub sjlsc_h: f64,
}

/// Social jetlag from the mid-sleep of free and work days, sleep on both, and work days a week.
///
/// # Units
/// Hours.
///
/// # Source
/// Domain reference, section 4.4.
#[must_use]
pub fn social_jetlag(msf_h: f64, msw_h: f64, sd_free_h: f64, sd_work_h: f64, work_days: f64) -> SocialJetlag {
    let sd_week_h = (work_days * sd_work_h + (7.0 - work_days) * sd_free_h) / 7.0;
    let caught_up_h = if sd_free_h > sd_work_h { (sd_free_h - sd_week_h) / 2.0 } else { 0.0 };
    let msfsc_h = clock(msf_h - caught_up_h);
    SocialJetlag {
        msf_h,
        msw_h,
        sjl_h: difference(msf_h, msw_h),
        sd_week_h,
        msfsc_h,
        sjlsc_h: difference(msfsc_h, msw_h),
    }
}

/// A time of day from 0 to 24.
fn clock(hours: f64) -> f64 {
    let hour = hours.rem_euclid(24.0);
    // A very small negative number is rounded up to the whole day.
    if hour < 24.0 { hour } else { 0.0 }
}

/// From one clock time to another by the shorter way round, −12 to 12.
fn difference(later_h: f64, earlier_h: f64) -> f64 {
    clock(later_h - earlier_h + 12.0) - 12.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn jetlag_goes_the_shorter_way_round_midnight() {
        let across = social_jetlag(0.5, 23.5, 7.0, 7.0, 5.0);
        assert!((across.sjl_h - 1.0).abs() < 1e-9);
        assert!((across.msfsc_h - 0.5).abs() < 1e-9, "nothing is caught up");
        let back = social_jetlag(0.2, 3.0, 9.0, 6.0, 5.0);
        assert!((back.sjl_h + 2.8).abs() < 1e-9 && back.msfsc_h > 23.0 && back.sjlsc_h < -3.0);
    }

    #[test]
    fn opposite_times_have_no_mean() {
        assert_eq!(clock_times([3.0, 15.0]), None);
        assert_eq!(clock_times([]), None);
        let same = clock_times([2.5; 9]).unwrap();
        assert!((same.mean_h - 2.5).abs() < 1e-9 && same.sd_h < 1e-6);
    }

    proptest! {
        #[test]
        fn times_are_finite_and_on_the_clock(hours in proptest::collection::vec(-30.0..60.0f64, 0..40)) {
            if let Some(times) = clock_times(hours) {
                prop_assert!((0.0..24.0).contains(&times.mean_h));
                prop_assert!((0.0..=1.0).contains(&times.resultant));
                prop_assert!(times.sd_h.is_finite() && times.sd_h >= 0.0);
            }
        }
    }
}
