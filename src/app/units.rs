//! When the units of a site are looked at, and what is asked for.
//!
//! In go the engines' workers, once a day for each site; out come requests that were not made before.
//! Nothing is remembered here across a restart but what the store has of earlier requests.

use std::collections::BTreeMap;

use super::shards::Shards;
use crate::domain::event::Event;
use crate::domain::ids::{SiteId, UnitId};
use crate::domain::{Date, SignedDuration, TimeZone, Timestamp};
use crate::engine;
use crate::engine::unit::{Occasion, Unit, may_ask};
use crate::store::{AskedUnit, Store, StoreError};

/// A site's day begins at six by its clock: most nights are final then.
const DAY_BEGINS: SignedDuration = SignedDuration::from_hours(6);

/// Which sites are due to have their units looked at.
#[derive(Debug, Default)]
pub struct UnitReviews {
    sites: BTreeMap<SiteId, Site>,
}

#[derive(Debug)]
struct Site {
    zone: TimeZone,
    /// The day on which its units were looked at; none since the start of the service.
    looked_on: Option<Date>,
}

impl UnitReviews {
    /// For these sites. All are due at once: it is not known whether they were looked at today.
    #[must_use]
    pub fn of(sites: impl IntoIterator<Item = (SiteId, TimeZone)>) -> Self {
        let sites = sites.into_iter().map(|(id, zone)| (id, Site { zone, looked_on: None }));
        Self { sites: sites.collect() }
    }

    /// The requests to be made now; none at all where no site was looked at. A site with nobody in any
    /// unit stays due.
    ///
    /// # Errors
    /// [`StoreError`] where the store cannot tell what was asked before.
    pub fn requests(
        &mut self,
        shards: &Shards,
        settings: &engine::Settings,
        store: &Store,
        now: Timestamp,
    ) -> Result<Option<Vec<(AskedUnit, Event)>>, StoreError> {
        let rules = &*settings.rules;
        let due = if rules.units.rules.is_empty() { BTreeMap::new() } else { self.due(now) };
        let units = if due.is_empty() { BTreeMap::new() } else { gathered(shards, &due, now) };
        if units.is_empty() {
            return Ok(None);
        }
        let mut requests = Vec::new();
        for ((site, unit), workers) in units {
            let on = due[&site];
            for rule in rules.judge_unit(&workers.facts(rules)) {
                if may_ask(store.asked_on(&site, &unit, &rule.id)?, on) {
                    let asked = AskedUnit { site: site.clone(), unit: unit.clone(), rule: rule.id.clone(), on };
                    requests
                        .push((asked, workers.request(rule, settings, Occasion { site: &site, unit: &unit, on, now })));
                }
            }
            if let Some(site) = self.sites.get_mut(&site) {
                site.looked_on = Some(on);
            }
        }
        Ok(Some(requests))
    }

    /// The sites whose day has not been looked at, and that day. Dates never go back, whatever the clock does.
    fn due(&self, now: Timestamp) -> BTreeMap<SiteId, Date> {
        let is_new =
            |site: &Site| site_day(&site.zone, now).filter(|day| site.looked_on.is_none_or(|looked| looked < *day));
        self.sites.iter().filter_map(|(id, site)| Some((id.clone(), is_new(site)?))).collect()
    }
}

/// The day of a site, which begins at six.
pub(super) fn site_day(zone: &TimeZone, now: Timestamp) -> Option<Date> {
    zone.to_datetime(now).checked_sub(DAY_BEGINS).map(|local| local.date()).ok()
}

/// The units of these sites with their workers.
fn gathered(shards: &Shards, due: &BTreeMap<SiteId, Date>, now: Timestamp) -> BTreeMap<(SiteId, UnitId), Unit> {
    let mut units: BTreeMap<(SiteId, UnitId), Unit> = BTreeMap::new();
    for (number, history, seen) in shards.seen(now, |site| due.contains_key(site)) {
        let unit = (history.profile.key.site.clone(), history.profile.unit.clone());
        units.entry(unit).or_default().add(number, seen);
    }
    units
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_a_site_begins_at_six_by_its_clock() {
        let site = SiteId::parse("plant-a").unwrap();
        let mut reviews = UnitReviews::of([(site.clone(), TimeZone::get("Asia/Ho_Chi_Minh").unwrap())]);
        let due = |reviews: &UnitReviews, at: &str| reviews.due(at.parse().unwrap()).get(&site).copied();
        let first = due(&reviews, "2026-03-01T05:59:59+07:00");
        assert_eq!(first, Some(Date::constant(2026, 2, 28)), "at the start at once");
        reviews.sites.get_mut(&site).unwrap().looked_on = first;
        assert_eq!(due(&reviews, "2026-03-01T05:59:59+07:00"), None);
        assert_eq!(due(&reviews, "2026-02-20T12:00:00+07:00"), None, "a clock that is set back asks for nothing");
        assert_eq!(due(&reviews, "2026-03-01T06:00:00+07:00"), Some(Date::constant(2026, 3, 1)));
    }
}
