//! When a time limit is over, by the working calendar of a site.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use jiff::civil::{DateTime, Time, Weekday};

use crate::domain::ids::SiteId;
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};

/// The last minute of a local day; a limit that names a day is over then.
const END_OF_DAY: Time = Time::constant(23, 59, 0, 0);

/// How long something may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// Minutes that pass, whatever clocks on the wall do.
    Minutes(u32),
    /// Hours that pass, whatever clocks on the wall do.
    Hours(u32),
    /// The same day of the site, until its last minute; but never less than so many hours, for what
    /// comes near midnight.
    SameDay {
        /// Hours that there are at least.
        least_h: u32,
    },
    /// Days by the site's calendar, to the same local time.
    Days(u32),
    /// Days on which the site works.
    WorkingDays(u32),
    /// Weeks by the site's calendar, to the same local time.
    Weeks(u32),
}

impl fmt::Display for Limit {
    /// The limit in words, e.g. `3 working days`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (n, unit) = match *self {
            Self::SameDay { least_h } => return write!(f, "the same day (at least {})", Self::Hours(least_h)),
            Self::Minutes(n) => (n, "minute"),
            Self::Hours(n) => (n, "hour"),
            Self::Days(n) => (n, "day"),
            Self::WorkingDays(n) => (n, "working day"),
            Self::Weeks(n) => (n, "week"),
        };
        write!(f, "{n} {unit}{}", if n == 1 { "" } else { "s" })
    }
}

/// The days of the week on which a site works: one at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkingDays(u8);

impl WorkingDays {
    /// These days; `None` of none, for then no limit in working days would ever be over.
    #[must_use]
    pub fn of(days: impl IntoIterator<Item = Weekday>) -> Option<Self> {
        let days = days.into_iter().fold(0, |days, day| days | bit(day));
        (days != 0).then_some(Self(days))
    }

    /// Whether it is one of them.
    #[must_use]
    pub fn contains(self, day: Weekday) -> bool {
        self.0 & bit(day) != 0
    }
}

impl Default for WorkingDays {
    /// Monday to Friday.
    fn default() -> Self {
        Self(0b1_1111)
    }
}

fn bit(day: Weekday) -> u8 {
    1 << day.to_monday_zero_offset()
}

/// The days of a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    /// The zone whose dates and local times count.
    pub zone: TimeZone,
    /// The days of the week on which work is done.
    pub working_days: WorkingDays,
    /// The dates on which none is, whatever day of the week they are.
    pub holidays: BTreeSet<Date>,
}

impl Default for Calendar {
    /// UTC, Monday to Friday, no holidays.
    fn default() -> Self {
        Self::of(TimeZone::UTC)
    }
}

impl Calendar {
    /// Monday to Friday in a zone, without holidays.
    #[must_use]
    pub fn of(zone: TimeZone) -> Self {
        Self { zone, working_days: WorkingDays::default(), holidays: BTreeSet::new() }
    }

    /// Whether the site works on a date.
    #[must_use]
    pub fn is_working(&self, date: Date) -> bool {
        self.working_days.contains(date.weekday()) && !self.holidays.contains(&date)
    }

    /// When a limit that runs since `from` is over; never before `from`.
    ///
    /// Minutes and hours are time that passes. Days and weeks end at the same local time; where that
    /// time does not exist (clocks went forward over it) it is later by the gap, and where it exists
    /// twice (clocks went back) it is the first of the two.
    ///
    /// So many working days end at the same local time on that working day after the day of `from`:
    /// one working day from Friday 10:00 is Monday 10:00. What begins on a day off finds nobody before
    /// the next working day, which then counts whole: one working day from Saturday is Monday 23:59.
    ///
    /// # Source
    /// Domain reference, section 8.2, for the limits; how they are counted is our own judgement.
    #[must_use]
    pub fn due(&self, from: Timestamp, limit: Limit) -> Timestamp {
        let local = self.zone.to_datetime(from);
        let due = match limit {
            Limit::Minutes(n) => from.checked_add(SignedDuration::from_mins(n.into())).ok(),
            Limit::Hours(n) => from.checked_add(SignedDuration::from_hours(n.into())).ok(),
            Limit::SameDay { least_h } => {
                self.end_of(local.date()).map(|end| end.max(self.due(from, Limit::Hours(least_h))))
            }
            Limit::Days(n) => self.days_after(local, n),
            Limit::Weeks(n) => self.days_after(local, n.saturating_mul(7)),
            Limit::WorkingDays(n) => self.working_days_after(local, n),
        };
        due.unwrap_or(Timestamp::MAX).max(from)
    }

    fn days_after(&self, local: DateTime, days: u32) -> Option<Timestamp> {
        let length = jiff::Span::new().try_days(days).ok()?;
        self.instant(local.checked_add(length).ok()?)
    }

    fn working_days_after(&self, local: DateTime, count: u32) -> Option<Timestamp> {
        let mut date = local.date();
        let is_off = !self.is_working(date);
        // Each day of the walk is one of those counted, a day of the week that is off (at most six of
        // seven) or a holiday: it ends.
        for _ in 0..count {
            date = self.next_working(date)?;
        }
        if is_off { self.end_of(date) } else { self.instant(date.to_datetime(local.time())) }
    }

    fn next_working(&self, date: Date) -> Option<Date> {
        let mut date = date.tomorrow().ok()?;
        while !self.is_working(date) {
            date = date.tomorrow().ok()?;
        }
        Some(date)
    }

    fn end_of(&self, date: Date) -> Option<Timestamp> {
        self.instant(date.to_datetime(END_OF_DAY))
    }

    fn instant(&self, local: DateTime) -> Option<Timestamp> {
        self.zone.to_ambiguous_timestamp(local).compatible().ok()
    }
}

/// The calendars of all sites.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calendars {
    /// By site.
    pub by_site: BTreeMap<SiteId, Calendar>,
    /// Of any other site; replays and tests need one.
    pub default: Calendar,
}

impl Calendars {
    /// The calendar of a site.
    #[must_use]
    pub fn of(&self, site: &SiteId) -> &Calendar {
        self.by_site.get(site).unwrap_or(&self.default)
    }
}

#[cfg(test)]
#[path = "calendar_tests.rs"]
mod tests;
