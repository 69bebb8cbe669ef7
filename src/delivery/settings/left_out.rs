//! Why an event does not take a way that is configured: what somebody asks who waits for a test in vain.

use std::collections::BTreeSet;

use super::{ChannelKind, Destination, Recipient, Route, Settings, audience, may_see};
use crate::domain::Date;
use crate::domain::alert::Level;
use crate::domain::event::EventKind;
use crate::domain::ids::{ChannelId, SiteId};
use crate::domain::person::PersonId;

/// A way that an event does not take.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// The channel.
    pub channel: ChannelId,
    /// Somebody who is named there; none where it is the whole channel or route.
    pub recipient: Option<PersonId>,
    /// Why, in words.
    pub why: String,
}

impl Settings {
    /// Every configured way that [`Settings::destinations`] leaves out for an event, each with its reason once.
    #[must_use]
    pub fn left_out(&self, site: &SiteId, kind: EventKind, level: Option<Level>, on: Date) -> Vec<LeftOut> {
        let taken = self.destinations(site, kind, level, on);
        let mut found = BTreeSet::new();
        for channel in &self.channels {
            let is_taken = taken.iter().any(|way| way.channel.id == channel.id);
            let mut leave = |recipient: Option<&Recipient>, why: String| {
                let recipient = recipient.map(|person| person.id.clone());
                found.insert(LeftOut { channel: channel.id.clone(), recipient, why });
            };
            let mut routes = self.routes.iter().filter(|route| route.channel == channel.id).peekable();
            if routes.peek().is_none() {
                leave(None, "no route leads there".to_owned());
            }
            for route in routes {
                let is_mail = matches!(channel.kind, ChannelKind::Email(_));
                if let Some(why) = route.misses(site, kind, level) {
                    if !is_taken {
                        leave(None, why.to_owned());
                    }
                    continue;
                }
                for person in self.named(route) {
                    let why = self.why_not(route, person, (site, kind, level, on));
                    let is_told = is_told(&taken, &channel.id, person) || (!is_mail && is_taken);
                    if let Some(why) = why.filter(|_| !is_told) {
                        leave(Some(person), why);
                    }
                }
            }
        }
        found.into_iter().collect()
    }

    /// Why somebody whom a route names is not told by it; `None` where they are.
    fn why_not(
        &self,
        route: &Route,
        person: &Recipient,
        (site, kind, level, on): (&SiteId, EventKind, Option<Level>, Date),
    ) -> Option<String> {
        let audience = audience(person.role);
        let role = person.role.as_str();
        let why = if !person.is_of(site) {
            "looks after other sites".to_owned()
        } else if !may_see(person.role, kind) {
            format!("a {role} may not be told of {}", kind.as_str())
        } else if route.kinds.is_none() && !audience.told.contains(&kind) {
            format!("a {role} is not told of {} where a route names no kinds", kind.as_str())
        } else if !route.tells(person.role, kind, level) {
            let level = level.map_or("no level", Level::as_str);
            format!("a {role} is not told of {} at {level} where a route names no levels", kind.as_str())
        } else if person.is_away(on) {
            format!("is away; {} stands in", self.present(person, kind, on).id)
        } else {
            return None;
        };
        Some(why)
    }
}

impl Route {
    /// Why a route is for no event of that kind at all, whoever it names.
    fn misses(&self, site: &SiteId, kind: EventKind, level: Option<Level>) -> Option<&'static str> {
        if !self.sites.is_empty() && !self.sites.contains(site) {
            return Some("its route is of other sites");
        }
        if self.kinds.as_ref().is_some_and(|kinds| !kinds.contains(&kind)) {
            return Some("its route names other kinds");
        }
        let is_other = |levels: &Vec<Level>| level.is_some_and(|level| !levels.contains(&level));
        self.levels.as_ref().is_some_and(is_other).then_some("its route names other levels")
    }
}

fn is_told(taken: &[Destination<'_>], channel: &ChannelId, person: &Recipient) -> bool {
    taken.iter().any(|way| way.channel.id == *channel && way.recipient.is_some_and(|told| told.id == person.id))
}
