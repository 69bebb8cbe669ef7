//! Days that changed something: violence, accidents, the return after a long absence.

use std::collections::{BTreeMap, BTreeSet};

use super::{Known, Limits, runs};
use crate::domain::Date;
use crate::domain::exposure::{ExposureDay, WorkEvent};
use crate::domain::reading::Tag;

/// Violent events since `since`.
pub(super) fn violence(days: &BTreeMap<Date, ExposureDay>, since: Date, today: Date) -> u32 {
    let events = days.range(since..=today).flat_map(|(_, day)| day.events.iter().flatten());
    u32::try_from(events.filter(|event| **event == WorkEvent::Violence).count()).unwrap_or(u32::MAX)
}

/// Days since the last violence or accident.
pub(super) fn days_since_incident(days: &BTreeMap<Date, ExposureDay>, today: Date) -> Option<u32> {
    days_since(last(days, today, |event| matches!(event, WorkEvent::Violence | WorkEvent::Accident)), today)
}

/// Days since work was taken up again: where that was reported, else on the day after a long run of
/// days that the worker said were off; the later of the two.
pub(super) fn days_since_return(known: &Known<'_>, today: Date, limits: &Limits) -> Option<u32> {
    let reported = last(known.days, today, |event| *event == WorkEvent::ReturnToWork);
    let ended = end_of_absence(known.tags, today, limits.absence_days);
    days_since(reported.max(ended), today)
}

fn last(days: &BTreeMap<Date, ExposureDay>, today: Date, is_it: impl Fn(&WorkEvent) -> bool) -> Option<Date> {
    days.range(..=today).rev().find(|(_, day)| day.events.iter().flatten().any(&is_it)).map(|(date, _)| *date)
}

/// The day after the latest run of enough days off that is over.
fn end_of_absence(tags: &BTreeMap<Date, BTreeSet<Tag>>, today: Date, min_days: u32) -> Option<Date> {
    let (mut latest, mut running) = (None, None::<(Date, u32)>);
    for date in tags.range(..today).filter(|(_, tags)| tags.contains(&Tag::OffWork)).map(|(date, _)| *date) {
        let length = running.filter(|(last, _)| runs::is_next(*last, date)).map_or(1, |(_, length)| length + 1);
        running = Some((date, length));
        if length >= min_days {
            latest = date.tomorrow().ok();
        }
    }
    // Who is off today too has not returned.
    let is_off = |date: &Date| tags.get(date).is_some_and(|tags| tags.contains(&Tag::OffWork));
    latest.filter(|back| !is_off(back))
}

fn days_since(date: Option<Date>, today: Date) -> Option<u32> {
    u32::try_from(date?.until(today).ok()?.get_days()).ok()
}
