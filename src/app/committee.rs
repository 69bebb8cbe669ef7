//! What the health and safety committee of a site is told: once a day, of how many cases a time limit
//! is over by half. No name, no unit, no level, no step.

use std::collections::BTreeMap;

use super::shards::Shards;
use super::units::site_day;
use crate::domain::alert::RuleId;
use crate::domain::event::{CommitteeNotice, Event, EventBody};
use crate::domain::ids::{SiteId, UNASSIGNED_UNIT, UnitId};
use crate::domain::life::Stage;
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
            let cases = over_by_half(shards, site);
            if cases == 0 || store.asked_on(site, &unit, &rule)?.is_some_and(|told| told >= on) {
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

fn over_by_half(shards: &Shards, site: &SiteId) -> u32 {
    let of_site = shards.histories().filter(|(_, history)| history.profile.key.site == *site);
    let open = of_site.filter_map(|(_, history)| history.cases.open.as_ref());
    let is_over = |case: &&_| -> bool {
        let case: &crate::domain::case::OpenCase = case;
        case.deadlines.iter().any(|limit| limit.told == Some(Stage::Escalated))
    };
    u32::try_from(open.filter(is_over).count()).unwrap_or(u32::MAX)
}
