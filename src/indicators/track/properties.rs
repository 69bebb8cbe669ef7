//! What holds for any nights whatever.

use proptest::prelude::*;
use statrs::distribution::{ContinuousCDF, Normal, StudentsT};
use std::collections::BTreeMap;

use super::tests::{NEW_YEAR, day, night, person, put, sleep, track_of};
use super::*;
use crate::domain::indicator::{NightHrv, NightRow, NightSleep};
use cells::date_of;

/// The indicators of section 2 and 3 once more, as plainly as they can be written: quadratic, without
/// buffers, caches or shared parts. One band, no tags, unknown age and sex.
struct Naive {
    /// ln(RMSSD) by day.
    x: BTreeMap<i32, f64>,
}

impl Naive {
    fn reference(&self, d: i32) -> Vec<f64> {
        self.x.range(d - 67..=d - 8).map(|(_, x)| *x).collect()
    }

    fn z(&self, d: i32) -> Option<f64> {
        let x = *self.x.get(&d)?;
        let r = self.reference(d);
        let n = r.len() as f64;
        if r.len() < 7 {
            return None;
        }
        let mean = r.iter().sum::<f64>() / n;
        let around = |p: i32| r.iter().map(|v| (v - mean).powi(p)).sum::<f64>();
        let (mut centre, mut spread) = (mean, (around(2) / (n - 1.0)).sqrt());
        if r.len() >= 14 {
            let middle = |values: &[f64]| {
                let mut v = values.to_vec();
                v.sort_by(f64::total_cmp);
                f64::midpoint(v[(v.len() - 1) / 2], v[v.len() / 2])
            };
            let median = middle(&r);
            let mad = 1.4826 * middle(&r.iter().map(|v| (v - median).abs()).collect::<Vec<_>>());
            let skewness = if around(2) / n > 1e-12 { (around(3) / n) / (around(2) / n).powf(1.5) } else { 0.0 };
            let far = r.iter().filter(|v| (**v - median).abs() / mad.max(0.05) > 3.0).count() as f64;
            if skewness.abs() > 1.0 || far >= 0.1 * n {
                (centre, spread) = (median, mad);
            }
        }
        let own = (x - centre) / spread.max(0.05);
        if r.len() >= 30 {
            return Some(own);
        }
        // Voss 2015, 35 to 44 years: 35.4 ± 18.5 and 32.0 ± 16.5 ms.
        let mu = |m: f64, s: f64| m.ln() - (1.0 + s * s / m / m).ln() / 2.0;
        let m0 = f64::midpoint(mu(35.4, 18.5), mu(32.0, 16.5));
        let (k, a) = (0.25 + n, 5.0 + n / 2.0);
        let m = (0.25 * m0 + n * mean) / k;
        let b = 0.16 + around(2) / 2.0 + 0.25 * n * (mean - m0).powi(2) / (2.0 * k);
        let t = (x - m) / (b * (k + 1.0) / (a * k)).sqrt();
        let tail = StudentsT::new(0.0, 1.0, 2.0 * a).unwrap().cdf(-t.abs());
        let from_prior = -t.signum() * Normal::standard().inverse_cdf(tail);
        let w = (n - 7.0) / 23.0;
        Some((1.0 - w) * from_prior + w * own)
    }

    /// Autocorrelation of the reference of `d`, corrected for its bias.
    fn rho(&self, d: i32) -> Option<f64> {
        let r = self.reference(d);
        let n = r.len() as f64;
        let mean = r.iter().sum::<f64>() / n;
        let variance = r.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n;
        let pairs: Vec<f64> =
            (d - 67..d - 8).filter_map(|i| Some((self.x.get(&i)? - mean) * (self.x.get(&(i + 1))? - mean))).collect();
        let r = pairs.iter().sum::<f64>() / pairs.len() as f64 / variance;
        (pairs.len() >= 30 && variance > 1e-12).then_some(((n * r + 1.0) / (n - 3.0)).clamp(-1.0, 1.0))
    }

    /// Normal, watch or persistent (0, 1, 2) on each of the days, from the first on.
    fn states(&self, days: std::ops::RangeInclusive<i32>) -> Vec<u8> {
        let mut z: Vec<(i32, f64)> = Vec::new();
        let (mut state, mut since_low, mut sum) = (0u8, 0, 0.0f64);
        // The days before the first lend their z, not their state.
        for d in days.start() - 12..*days.start() {
            z.extend(self.z(d).map(|v| (d, v)));
        }
        let mut all = Vec::new();
        for d in days {
            let today = self.z(d);
            z.extend(today.map(|v| (d, v)));
            // A mean of fewer than three nights is none, and the state is held.
            if let Some(today) = today.filter(|_| z.iter().filter(|(day, _)| *day > d - 7).count() >= 3) {
                sum = (sum - today - 0.5).clamp(0.0, 16.0);
                let ten: Vec<f64> = z.iter().rev().filter(|(day, _)| *day > d - 10).map(|(_, v)| *v).collect();
                let week: Vec<f64> = z.iter().filter(|(day, _)| *day > d - 7).map(|(_, v)| *v).collect();
                let z7 = week.iter().sum::<f64>() / week.len() as f64;
                let (five, seven) = (&ten[..ten.len().min(5)], &ten[..ten.len().min(7)]);
                let low = |v: &[f64]| v.iter().filter(|z| **z <= -1.0).count();
                let has_sum = self.rho(d).is_none_or(|rho| rho <= 0.5) || sum > 8.0;
                let persistent = seven.len() >= 6 && low(seven) >= 5 && z7 <= -1.0 && has_sum;
                let watch = five.len() >= 4 && low(five) >= 3 && z7 <= -0.5;
                since_low = if persistent || watch { 0 } else { since_low + 1 };
                let over = five.len() >= 4 && five.iter().filter(|z| **z > -0.5).count() >= 4 && z7 > -0.5;
                if persistent {
                    state = 2;
                } else if state == 0 {
                    state = u8::from(watch);
                } else if over && since_low >= 3 {
                    state = 0;
                }
            }
            all.push(state);
        }
        all
    }
}

/// Nights that follow each other: some by gaps, some drifting, some with outliers.
fn lives() -> impl Strategy<Value = BTreeMap<i32, f64>> {
    let noise = proptest::collection::btree_map(0..140i32, -1.0..1.0f64, 40..140);
    (noise, 0.0..0.9f64, 0.02..0.4f64, proptest::collection::vec((0..140i32, -1.5..1.0f64), 0..4)).prop_map(
        |(noise, rho, sd, steps)| {
            let mut last = 0.0;
            let mut night = |(number, e): (i32, f64)| {
                last = rho * last + e;
                let step: f64 = steps.iter().filter(|(from, _)| (0..20).contains(&(number - from))).map(|s| s.1).sum();
                (NEW_YEAR + number, (3.7 + sd * (last + step)).clamp(1.2, 5.4))
            };
            noise.into_iter().map(&mut night).collect()
        },
    )
}

fn history_of(x: &BTreeMap<i32, f64>) -> WorkerHistory {
    let mut history = person();
    x.iter().for_each(|(number, ln_rmssd)| put(&mut history, night(*number, *ln_rmssd, "b1")));
    history
}

/// Any number at all, most of them absurd.
fn any_number() -> impl Strategy<Value = f64> {
    prop_oneof![any::<f64>(), Just(f64::NAN), Just(f64::INFINITY), 0.0..10.0f64, 30.0..90.0f64]
}

fn every_number(day: &DayIndicators) -> Vec<f64> {
    let heart = [day.z, day.z7, day.change_pct, day.cv7_pct, day.rhr_z, day.rhr_z7, day.index7, day.confidence];
    let sleep = day.sleep.map(|s| [Some(s.tst7_h), Some(s.need_h), Some(s.debt14_h), s.se7_pct, s.waso7_min, s.sri14]);
    let index = day.index.map(|i| [i.value, i.weight]);
    let parts = day.index.map_or_else(Vec::new, |i| i.contributions().iter().map(|c| c.1).collect());
    let flat = heart.into_iter().chain(sleep.into_iter().flatten()).flatten();
    flat.chain(index.into_iter().flatten()).chain(parts).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn z_and_states_equal_the_naive_recomputation(x in lives()) {
        let last = NEW_YEAR + 141;
        let track = track_of(&history_of(&x), last);
        let naive = Naive { x };
        let days = last - RECOMPUTABLE_DAYS..=last;
        let states = naive.states(days.clone());
        for (number, state) in days.zip(states) {
            let shown = track.day_of(date_of(number)).unwrap();
            let (z, expected) = (shown.indicators.z, naive.z(number));
            prop_assert_eq!(z.is_some(), expected.is_some());
            prop_assert!((z.unwrap_or(0.0) - expected.unwrap_or(0.0)).abs() < 1e-6, "{z:?} {expected:?}");
            let (rho, expected) = (shown.references.autocorrelation, naive.rho(number));
            prop_assert!((rho.unwrap_or(9.0) - expected.unwrap_or(9.0)).abs() < 1e-9, "{rho:?} {expected:?}");
            prop_assert_eq!(shown.path.state, [HrvState::Normal, HrvState::Watch, HrvState::Persistent][usize::from(state)]);
        }
    }

    /// The reference ends eight days back, so the last seven nights are in none of their own days.
    #[test]
    fn lower_rmssd_in_the_last_seven_nights_never_lowers_state_or_raises_z(
        x in lives(), drops in proptest::collection::vec(0.0..2.0f64, 7), end in 90..141i32,
    ) {
        let end = NEW_YEAR + end;
        let x: BTreeMap<i32, f64> = x.into_iter().filter(|(number, _)| *number <= end).collect();
        let mut lower = history_of(&x);
        for (number, drop) in (end - 6..=end).zip(drops) {
            // Nothing else about the night changes: not its heart rate, and not whether it is valid.
            if let Some(hrv) = lower.nights.get_mut(&date_of(number)).and_then(|row| row.hrv.as_mut()) {
                hrv.ln_rmssd = (hrv.ln_rmssd - drop).max(1.1);
            }
        }
        let (before, after) = (track_of(&history_of(&x), end + 2), track_of(&lower, end + 2));
        for number in end - 6..=end + 2 {
            let (before, after) = (day(&before, number), day(&after, number));
            let is_path = |s: HrvState| !matches!(s, HrvState::Learning | HrvState::Stale);
            prop_assert_eq!(is_path(before.hrv), is_path(after.hrv));
            prop_assert!(!is_path(before.hrv) || before.hrv <= after.hrv, "{before:?}\n{after:?}");
            prop_assert!(after.z7.unwrap_or(0.0) <= before.z7.unwrap_or(0.0));
            let index = |d: &DayIndicators| (d.index.map_or(0.0, |i| i.value), d.index7.unwrap_or(0.0));
            prop_assert!(index(&before).0 <= index(&after).0 + 1e-9 && index(&before).1 <= index(&after).1 + 1e-9);
            prop_assert_eq!(before.confidence, after.confidence);
        }
    }

    #[test]
    fn no_absurd_night_makes_a_number_that_is_none(
        nights in proptest::collection::vec(proptest::collection::vec(any_number(), 9), 30..100),
        usual in proptest::collection::vec(3.0..4.0f64, 100),
    ) {
        let mut history = person();
        for (i, odd) in nights.iter().enumerate() {
            let number = NEW_YEAR + i32::try_from(i).unwrap();
            let row = night(number, usual[i], "b1");
            let hrv = row.hrv.clone().map(|hrv| NightHrv { ln_rmssd: odd[0], sqi: odd[1], ..hrv });
            let slept = NightSleep {
                tib_min: odd[2], spt_min: odd[3], waso_min: Some(odd[4]), tst_min: odd[5], tst24_min: odd[6],
                efficiency_pct: Some(odd[7]), ..sleep(number, 7.0)
            };
            let odd = NightRow {
                hrv, sleeping_hr_bpm: Some(odd[8]), irregularity: Some(odd[1]), sleep: Some(slept), ..row.clone()
            };
            put(&mut history, if i % 3 == 0 { odd } else { row });
        }
        let end = NEW_YEAR + i32::try_from(nights.len()).unwrap();
        let track = track_of(&history, end);
        for number in end - RECOMPUTABLE_DAYS..=end {
            let shown = day(&track, number);
            prop_assert!(every_number(&shown).iter().all(|x| x.is_finite()), "{shown:?}");
        }
    }
}
