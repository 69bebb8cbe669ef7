//! How well strain does where the truth is known.

use crate::indicators::daytime::State;
use crate::indicators::daytime::labelled::{Kind, Minute};
use crate::statistics::{Interval, Moments, Separation, advantage, separation};

use super::Judged;

/// A value that is compared, and how it is had of a minute.
type Value = (&'static str, fn(&Minute) -> Option<f64>);

/// In minutes with u: everything else is compared on the same minutes.
const IN_EVERY: [Value; 3] = [
    ("u", |minute| minute.u),
    ("strain_now", |minute| minute.u.and(minute.strain_now)),
    ("heart_rate_alone", |minute| minute.u.and(minute.hr_alone)),
];
/// In minutes with every one of these.
const IN_COMPLETE: [Value; 6] = [
    ("u", |minute| minute.u),
    ("strain_now", |minute| minute.strain_now),
    ("heart_rate_alone", |minute| minute.hr_alone),
    ("beat_heart_rate_alone", |minute| minute.beat_hr_alone),
    ("ln_rmssd_alone", |minute| minute.ln_rmssd_alone),
    ("window_ln_rmssd_alone", |minute| minute.window_ln_rmssd_alone),
];

/// One line of the areas.
pub(super) struct Area {
    /// Which minutes.
    pub(super) minutes: &'static str,
    pub(super) value: &'static str,
    pub(super) found: Separation,
}

/// Minutes of one label, by state.
pub(super) struct Read {
    pub(super) label: &'static str,
    pub(super) minutes: usize,
    pub(super) by_state: [usize; State::ALL.len()],
}

/// What labelled recordings tell.
pub(super) struct Check {
    pub(super) areas: Vec<Area>,
    /// By how much u is above heart rate alone in the same minutes.
    pub(super) over_heart_rate: Option<(f64, Interval)>,
    pub(super) read: Vec<Read>,
}

impl Check {
    pub(super) fn new(judged: &[Judged]) -> Self {
        let people: Vec<Vec<Minute>> = judged.iter().map(|judged| judged.minutes.clone()).collect();
        let is_complete = |minute: &Minute| IN_COMPLETE.iter().all(|(_, value)| value(minute).is_some());
        let complete: Vec<Vec<Minute>> =
            people.iter().map(|minutes| minutes.iter().copied().filter(is_complete).collect()).collect();
        let mut areas = Vec::new();
        for (name, people, values) in
            [("with u", &people, IN_EVERY.as_slice()), ("with all", &complete, IN_COMPLETE.as_slice())]
        {
            for (value, of) in values {
                areas.extend(separation(&moments(people, *of)).map(|found| Area { minutes: name, value, found }));
            }
        }
        let over_heart_rate = advantage(&moments(&people, IN_EVERY[0].1), &moments(&people, IN_EVERY[2].1));
        let read = [("rest", Kind::Rest), ("stress", Kind::Stress), ("activity", Kind::Activity)]
            .into_iter()
            .map(|(label, kind)| read(label, people.iter().flatten().filter(|minute| minute.kind == kind)))
            .filter(|read| read.minutes > 0)
            .collect();
        Self { areas, over_heart_rate, read }
    }
}

fn moments(people: &[Vec<Minute>], value: fn(&Minute) -> Option<f64>) -> Vec<Moments> {
    let of = |minutes: &Vec<Minute>, kind: Kind| {
        minutes.iter().filter(|minute| minute.kind == kind).filter_map(value).collect()
    };
    people.iter().map(|one| Moments { negative: of(one, Kind::Rest), positive: of(one, Kind::Stress) }).collect()
}

fn read<'a>(label: &'static str, minutes: impl Iterator<Item = &'a Minute>) -> Read {
    let mut read = Read { label, minutes: 0, by_state: [0; State::ALL.len()] };
    for minute in minutes {
        read.minutes += 1;
        read.by_state[minute.state as usize] += 1;
    }
    read
}
