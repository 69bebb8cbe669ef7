//! The person's own days: what was usual at work, seated and otherwise, hour by hour.
//!
//! A day is boiled down to at most [`MOST_CELLS`] cells, one an hour and context, by a function of
//! that day's windows alone. Days replace days, so late data is a day summed up again, and the order
//! in which days come cannot show.

use crate::domain::history::StoredWindow;
use crate::domain::reading::Context;
use crate::domain::{Date, SignedDuration};
use crate::indicators::cosinor::Cosinor;
use crate::statistics::MAD_TO_SD;

use super::activity::{self, Effort};
use super::day::Person;
use super::rest::{Rest, Scale};
use super::window::{self, Window};
use super::{CONTEXTS, Settings};

/// Days that are kept: 60 to look back on from a day that is itself two weeks late.
pub const MOST_DAYS: i16 = 75;
/// Cells that are kept of a day; the longest ones where there are more.
pub const MOST_CELLS: usize = 24;
/// Minutes of work at night that make a night shift, as the days of working conditions have it.
const NIGHT_WORK_MIN: u32 = 180;

/// An hour of one day in one context: means and spreads in steps finer than a wristband measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Cell {
    hour: u8,
    /// Place in [`CONTEXTS`].
    context: u8,
    minutes: u8,
    /// Minutes with RMSSD.
    rmssd_minutes: u8,
    hr_centibpm: u16,
    hr_sd_centibpm: u16,
    ln_rmssd_milli: u16,
    ln_rmssd_sd_milli: u16,
}

/// What is kept of a person's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DaySummary {
    resting_centibpm: Option<u16>,
    cells: Box<[Cell]>,
}

impl DaySummary {
    /// Sums a day's windows up, those of exercise left out.
    #[must_use]
    pub fn of(windows: &[StoredWindow], person: &Person, settings: &Settings) -> Self {
        let windows = window::ordered(windows.iter().map(|stored| Window::from_stored(stored, settings)));
        let resting = activity::resting_hr_bpm(&windows, settings);
        let limit = person.resting_hr_bpm.or(resting).map(|resting| settings.busy_above_bpm(resting, person.age_years));
        let efforts = activity::efforts(&windows, limit.unwrap_or(f64::INFINITY), settings);
        let mut sums: Vec<Sums> = Vec::new();
        for ((window, effort), minutes) in windows.iter().zip(&efforts).zip(window::minutes(&windows)) {
            let place = CONTEXTS.iter().position(|context| *context == window.context);
            let (Some(hr), Some(context), Effort::Quiet) = (window.hr_bpm, place, effort) else { continue };
            let key = (hour_of_day(window, person).floor(), context);
            let at = sums.iter().position(|sums| sums.is_of(key)).unwrap_or(sums.len());
            if at == sums.len() {
                sums.push(Sums { hour: key.0, context, ..Sums::default() });
            }
            sums[at].hr.add(minutes, hr);
            if let Some(ln) = window.ln_rmssd {
                sums[at].ln_rmssd.add(minutes, ln);
            }
        }
        sums.sort_by(|a, b| b.hr.minutes.total_cmp(&a.hr.minutes).then(a.order().total_cmp(&b.order())));
        sums.truncate(MOST_CELLS);
        Self { resting_centibpm: resting.map(|hr| steps(hr, 100.0)), cells: sums.iter().map(Sums::cell).collect() }
    }

    /// Whether there were three hours of quiet work between 23:00 and 06:00: a night shift.
    fn holds_night_work(&self) -> bool {
        let at_night = self.cells.iter().filter(|cell| {
            CONTEXTS.get(usize::from(cell.context)) == Some(&Context::Work) && !(6..23).contains(&cell.hour)
        });
        at_night.map(|cell| u32::from(cell.minutes)).sum::<u32>() >= NIGHT_WORK_MIN
    }
}

/// The person's earlier days, bounded.
///
/// # Memory
/// At most [`MOST_DAYS`] days of [`MOST_CELLS`] cells of 12 bytes: under 25 KiB. Ten hours of one
/// context on five days a week are about 8 KiB.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DaytimeReference {
    /// By date.
    days: Vec<(Date, DaySummary)>,
}

impl DaytimeReference {
    /// Puts a day in, in place of what was known of it. A day with nothing in it is taken out.
    pub fn replace(&mut self, date: Date, summary: DaySummary) {
        let place = self.days.binary_search_by_key(&date, |day| day.0);
        match (place, summary.cells.is_empty()) {
            (Ok(at), true) => drop(self.days.remove(at)),
            (Ok(at), false) => self.days[at].1 = summary,
            (Err(_), true) => {}
            (Err(at), false) => self.days.insert(at, (date, summary)),
        }
        if let Some((newest, _)) = self.days.last() {
            let newest = *newest;
            self.days.retain(|(date, _)| days_between(*date, newest) < i32::from(MOST_DAYS));
        }
    }

    /// Days that are kept.
    #[must_use]
    pub const fn days(&self) -> usize {
        self.days.len()
    }

    /// Bytes that the days take, without what the allocator adds.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let cells: usize = self.days.iter().map(|(_, day)| day.cells.len()).sum();
        size_of::<Self>() + self.days.len() * size_of::<(Date, DaySummary)>() + cells * size_of::<Cell>()
    }

    /// What was usual in the days before a date, that date left out.
    ///
    /// # Source
    /// Domain reference, sections 5.7, and 2.5 for the daily rhythm, which is taken out only where none
    /// of the days holds a night shift: hours of the clock say nothing of a rhythm that moves with them.
    #[must_use]
    pub fn before(&self, date: Date, settings: &Settings) -> Usual {
        let is_near = |other: Date| (1..=i32::from(settings.reference_days)).contains(&days_between(other, date));
        let days: Vec<&(Date, DaySummary)> = self.days.iter().filter(|day| is_near(day.0)).collect();
        let mut resting: Vec<(f64, f64)> =
            days.iter().filter_map(|(_, day)| Some((f64::from(day.resting_centibpm?) / 100.0, 1.0))).collect();
        Usual {
            rests: CONTEXTS.map(|context| rest(&days, date, context, settings)),
            resting_hr_bpm: weighted_median(&mut resting),
        }
    }
}

/// What is usual for a person, ready to compare with.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Usual {
    /// For each of [`CONTEXTS`].
    pub(super) rests: [Option<Rest>; CONTEXTS.len()],
    /// The median of the days' resting heart rates.
    pub(super) resting_hr_bpm: Option<f64>,
}

impl Usual {
    /// What is usual in one context; none where too little is known.
    #[must_use]
    pub fn rest(&self, context: Context) -> Option<&Rest> {
        let place = CONTEXTS.iter().position(|known| *known == context)?;
        self.rests[place].as_ref()
    }

    /// The resting heart rate of these days.
    #[must_use]
    pub const fn resting_hr_bpm(&self) -> Option<f64> {
        self.resting_hr_bpm
    }
}

/// The hour of the day in which a window ends, with its fraction.
pub(super) fn hour_of_day(window: &Window, person: &Person) -> f64 {
    // A window ends with the hour it was in, not with the first instant of the next.
    let at = window.end().saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(window.start);
    let time = at.to_zoned(person.time_zone.clone()).time();
    f64::from(time.hour()) + f64::from(time.minute()) / 60.0 + f64::from(time.second()) / 3_600.0
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}

/// Sums of one cell in the making.
#[derive(Default)]
struct Sums {
    hour: f64,
    context: usize,
    hr: Moments,
    ln_rmssd: Moments,
}

#[derive(Default)]
struct Moments {
    minutes: f64,
    values: Vec<(f64, f64)>,
}

impl Moments {
    fn add(&mut self, minutes: f64, value: f64) {
        self.minutes += minutes;
        self.values.push((value, minutes));
    }

    fn mean(&self) -> f64 {
        if self.minutes > 0.0 { self.values.iter().map(|(x, w)| x * w).sum::<f64>() / self.minutes } else { 0.0 }
    }

    fn sd(&self) -> f64 {
        let mean = self.mean();
        let squares: f64 = self.values.iter().map(|(x, w)| w * (x - mean).powi(2)).sum();
        if self.minutes > 0.0 { (squares / self.minutes).sqrt() } else { 0.0 }
    }
}

impl Sums {
    fn is_of(&self, (hour, context): (f64, usize)) -> bool {
        self.context == context && self.hour.total_cmp(&hour).is_eq()
    }

    fn order(&self) -> f64 {
        self.hour + if self.context == 0 { 0.0 } else { 100.0 * steps_to_f64(self.context) }
    }

    fn cell(&self) -> Cell {
        let byte = |minutes: f64| u8::try_from(steps(minutes, 1.0)).unwrap_or(u8::MAX);
        Cell {
            hour: byte(self.hour),
            context: u8::try_from(self.context).unwrap_or(u8::MAX),
            minutes: byte(self.hr.minutes.max(1.0)),
            rmssd_minutes: byte(self.ln_rmssd.minutes),
            hr_centibpm: steps(self.hr.mean(), 100.0),
            hr_sd_centibpm: steps(self.hr.sd(), 100.0),
            ln_rmssd_milli: steps(self.ln_rmssd.mean(), 1_000.0),
            ln_rmssd_sd_milli: steps(self.ln_rmssd.sd(), 1_000.0),
        }
    }
}

fn steps_to_f64(place: usize) -> f64 {
    u32::try_from(place).map_or(0.0, f64::from)
}

/// A value in whole steps; saturates.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to the range before")]
fn steps(value: f64, per_unit: f64) -> u16 {
    (value * per_unit).round().clamp(0.0, f64::from(u16::MAX)) as u16
}

fn rest(days: &[&(Date, DaySummary)], date: Date, context: Context, settings: &Settings) -> Option<Rest> {
    let place = CONTEXTS.iter().position(|known| *known == context)?;
    let cells = || {
        days.iter().flat_map(|(day, summary)| {
            let before = -days_between(*day, date);
            let cells = summary.cells.iter().filter(|cell| usize::from(cell.context) == place);
            cells.map(move |cell| (f64::from(before), cell))
        })
    };
    let minutes: f64 = cells().map(|(_, cell)| f64::from(cell.minutes)).sum();
    let with_cells = days.iter().filter(|(_, day)| day.cells.iter().any(|cell| usize::from(cell.context) == place));
    let least = usize::try_from(settings.reference_least_days).unwrap_or(usize::MAX);
    if minutes < settings.reference_min || with_cells.count() < least {
        return None;
    }
    let value = |steps: u16, per_unit: f64| f64::from(steps) / per_unit;
    let entry = |day: f64, cell: &Cell, minutes: u8, mean: f64, sd: f64| Entry {
        hours: day * 24.0 + f64::from(cell.hour) + 0.5,
        minutes: f64::from(minutes),
        mean,
        sd,
    };
    let hr = cells().map(|(day, cell)| {
        entry(day, cell, cell.minutes, value(cell.hr_centibpm, 100.0), value(cell.hr_sd_centibpm, 100.0))
    });
    let ln_rmssd = cells().filter(|(_, cell)| cell.rmssd_minutes > 0).map(|(day, cell)| {
        let (mean, sd) = (value(cell.ln_rmssd_milli, 1_000.0), value(cell.ln_rmssd_sd_milli, 1_000.0));
        entry(day, cell, cell.rmssd_minutes, mean, sd)
    });
    let has_clock = !days.iter().any(|(_, day)| day.holds_night_work());
    let hr = scale(&hr.collect::<Vec<_>>(), has_clock, settings.hr_spread_floor_bpm);
    let ln_rmssd = scale(&ln_rmssd.collect::<Vec<_>>(), has_clock, settings.ln_rmssd_spread_floor);
    Some(Rest { hr, device_hr: hr, ln_rmssd, device_hr_weight: settings.device_hr_weight })
}

/// A cell's value, ready for fitting.
struct Entry {
    hours: f64,
    minutes: f64,
    mean: f64,
    sd: f64,
}

/// Median of the hours and their spread, which is that between hours and that within them. With
/// `has_clock` the daily rhythm is looked for; else it moves with the roster, and is left in.
fn scale(entries: &[Entry], has_clock: bool, floor: f64) -> Option<Scale> {
    let points: Vec<(f64, f64)> = entries.iter().map(|entry| (entry.hours, entry.mean)).collect();
    let rhythm = Cosinor::fit(&points).filter(|rhythm| has_clock && rhythm.is_adjusting());
    let adjusted = |entry: &Entry| rhythm.map_or(entry.mean, |rhythm| rhythm.adjusted(entry.hours, entry.mean));
    let weighted = |value: &dyn Fn(&Entry) -> f64| {
        weighted_median(&mut entries.iter().map(|entry| (value(entry), entry.minutes)).collect::<Vec<_>>())
    };
    let centre = weighted(&adjusted)?;
    let between = MAD_TO_SD * weighted(&|entry| (adjusted(entry) - centre).abs())?;
    let within = weighted(&|entry| entry.sd)?;
    Some(Scale { centre, spread: between.hypot(within).max(floor), rhythm })
}

/// The value below and above which half of the weight lies.
fn weighted_median(values: &mut [(f64, f64)]) -> Option<f64> {
    values.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let half = values.iter().map(|(_, weight)| weight).sum::<f64>() / 2.0;
    let mut below = 0.0;
    for (at, (value, weight)) in values.iter().enumerate() {
        below += weight;
        if (below - half).abs() < 1e-9 {
            return Some(values.get(at + 1).map_or(*value, |next| f64::midpoint(*value, next.0)));
        }
        if below > half {
            return Some(*value);
        }
    }
    None
}
