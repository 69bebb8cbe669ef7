//! What the health and safety committee of a site is told: at most once a day, of how many cases a
//! time limit went over by half since it was told last, whether or not that was put right since. No
//! name, no unit, no level, no step.

use std::collections::BTreeMap;

use super::shards::Shards;
use super::units::site_day;
use crate::domain::alert::RuleId;
use crate::domain::case::{CaseBook, OpenCase};
use crate::domain::event::{CommitteeNotice, Event, EventBody};
use crate::domain::ids::{SiteId, UNASSIGNED_UNIT, UnitId};
use crate::domain::life::{LogEvent, Stage};
use crate::domain::{Date, TimeZone, Timestamp};
use crate::store::{AskedUnit, Store, StoreError};

/// Under this name the store remembers on which day a site's committee was told last.
const REMEMBERED_AS: &str = "committee";

/// Which sites' committees are due to be told.
#[derive(Debug, Default)]
pub struct Committees {
    sites: BTreeMap<SiteId, (TimeZone, Option<Date>)>,
}

impl Committees {
    /// For these sites.
    #[must_use]
    pub fn of(sites: impl IntoIterator<Item = (SiteId, TimeZone)>) -> Self {
        Self { sites: sites.into_iter().map(|(id, zone)| (id, (zone, None))).collect() }
    }

    /// The notices to be sent now.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot tell when it was told last.
    pub fn notices(
        &mut self,
        shards: &Shards,
        store: &Store,
        now: Timestamp,
    ) -> Result<Vec<(AskedUnit, Event)>, StoreError> {
        let unit = UnitId::parse(UNASSIGNED_UNIT).expect("the constant is a valid name");
        let rule = RuleId::new(REMEMBERED_AS);
        let mut notices = Vec::new();
        for (site, (zone, looked_on)) in &mut self.sites {
            let Some(on) = site_day(zone, now).filter(|day| looked_on.is_none_or(|looked| looked < *day)) else {
                continue;
            };
            *looked_on = Some(on);
            let told = store.asked_on(site, &unit, &rule)?;
            if told.is_some_and(|told| told >= on) {
                continue;
            }
            let of_site = shards.histories().filter(|(_, history)| history.profile.key.site == *site);
            let cases = of_site.map(|(_, history)| untold(&history.cases, zone, told, on)).sum();
            if cases == 0 {
                continue;
            }
            let body = EventBody::Committee(CommitteeNotice { on, cases });
            let event =
                Event { id: format!("committee-{site}-{on}"), site: site.clone(), time: now, is_test: false, body };
            notices.push((AskedUnit { site: site.clone(), unit: unit.clone(), rule: rule.clone(), on }, event));
        }
        Ok(notices)
    }
}

/// How many of a worker's cases, open or ended, went over a time limit by half before that day and not
/// before the day on which the committee was told last.
///
/// Whole days: what came later on the day when it was told counts the next time, and counts once.
fn untold(cases: &CaseBook, zone: &TimeZone, told: Option<Date>, on: Date) -> u32 {
    let is_untold =
        |at: Timestamp| site_day(zone, at).is_some_and(|day| day < on && told.is_none_or(|told| told <= day));
    let is_over = |case: &OpenCase| {
        let escalated = |event: &LogEvent| matches!(event, LogEvent::Told { stage: Stage::Escalated, .. });
        case.log.iter().any(|line| escalated(&line.event) && is_untold(line.at))
    };
    let ended = cases.closed.iter().map(|closed| &closed.case);
    let count = cases.open.iter().chain(ended).filter(|case| is_over(case)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::alert::{AlertKind, Level};
    use crate::domain::case::{CaseId, ClosedCase, Finding};
    use crate::domain::indicator::HrvState;
    use crate::domain::life::{CaseState, LogEntry, Milestone};
    use crate::domain::person::Actor;

    const NEVER: Option<Date> = None;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn day(day: i8) -> Date {
        Date::constant(2026, 3, day)
    }

    /// A case of which somebody was told at these moments; none of its limits runs any more.
    fn case(told: &[(&str, Stage)]) -> OpenCase {
        let opened_at = at("2026-03-01T08:00:00Z");
        let event = |stage| LogEvent::Told { milestone: Milestone::Plan, number: 0, stage };
        let line = |(when, stage): &(&str, Stage)| LogEntry {
            at: at(when),
            by: Actor::Vagus,
            event: event(*stage),
            note: None,
        };
        OpenCase {
            id: CaseId::parse("c-1").unwrap(),
            episode: 1,
            opened_at,
            raised_at: opened_at,
            state: CaseState::Planned,
            in_charge: None,
            deadlines: Vec::new(),
            invited: Vec::new(),
            log: told.iter().map(line).collect(),
            told: Finding {
                level: Level::L3,
                rules: Vec::new(),
                hrv: HrvState::Persistent,
                is_sleep_poor: false,
                is_exposed: false,
            },
            rules: Vec::new(),
            grounds: Vec::new(),
            actions: Vec::new(),
            events: 1,
            said: AlertKind::Raised,
            revised_on: None,
        }
    }

    fn book(open: Option<OpenCase>, closed: Vec<OpenCase>) -> CaseBook {
        let closed_at = at("2026-03-02T12:00:00Z");
        CaseBook { episodes: 2, open, closed: closed.into_iter().map(|case| ClosedCase { case, closed_at }).collect() }
    }

    #[test]
    fn a_limit_that_was_met_late_or_whose_case_ended_before_the_look_is_counted() {
        let over = || case(&[("2026-03-02T10:00:00Z", Stage::Escalated), ("2026-03-02T10:00:01Z", Stage::Escalated)]);
        let of = |cases: &CaseBook| untold(cases, &TimeZone::UTC, NEVER, day(3));
        assert_eq!(of(&book(Some(over()), Vec::new())), 1, "a case counts once");
        assert_eq!(of(&book(None, vec![over()])), 1);
        assert_eq!(of(&book(Some(over()), vec![over()])), 2);
        assert_eq!(of(&book(Some(case(&[("2026-03-02T10:00:00Z", Stage::Overdue)])), Vec::new())), 0);
    }

    #[test]
    fn what_was_told_is_not_told_again_and_what_came_after_on_that_day_is() {
        let counted = |when: &str, told: Option<Date>, on: Date| {
            untold(&book(Some(case(&[(when, Stage::Escalated)])), Vec::new()), &TimeZone::UTC, told, on)
        };
        let morning = "2026-03-02T05:59:00Z";
        assert_eq!(counted(morning, NEVER, day(2)), 1, "the day of a site begins at six");
        assert_eq!(counted(morning, Some(day(2)), day(3)), 0);
        let noon = "2026-03-02T12:00:00Z";
        assert_eq!(counted(noon, NEVER, day(2)), 0, "the day is not over");
        assert_eq!(counted(noon, Some(day(2)), day(3)), 1);
        assert_eq!(counted(noon, Some(day(2)), day(9)), 1, "nobody looked for a week");
        assert_eq!(counted(noon, Some(day(3)), day(9)), 0);
    }
}
