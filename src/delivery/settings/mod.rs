//! Who is told what, over which channel: the settings of delivery as data.
//!
//! People, channels and routes enter as they were configured; who is to be told of an event leaves.
//! Secrets and addresses of people are held here and never shown. Nothing here sends anything.

mod audience;
mod channel;
mod left_out;
mod secret;

use std::collections::BTreeSet;
use std::fmt;

use lettre::Address;

pub use audience::{AUDIENCES, Audience, audience, is_health_content, may_see};
pub use channel::{
    Channel, ChannelKind, EmailSettings, FloodSettings, MailTls, Target, TargetError, WebhookFormat, WebhookSettings,
};
pub use left_out::LeftOut;
pub use secret::{Authorization, AuthorizationError, Login, SigningKey, SigningKeyError};

use crate::domain::Date;
use crate::domain::alert::Level;
use crate::domain::event::EventKind;
use crate::domain::ids::{ChannelId, SiteId};
use crate::domain::person::{PersonId, Role};
use crate::texts::Language;

/// Everything that can be set about who is told what; MQTT is there besides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// People who can be told.
    pub recipients: Vec<Recipient>,
    /// Ways out besides MQTT.
    pub channels: Vec<Channel>,
    /// What goes where.
    pub routes: Vec<Route>,
}

/// Somebody's address for mail. It does not show in logs.
#[derive(Clone, PartialEq, Eq)]
pub struct EmailAddress(Address);

impl EmailAddress {
    /// Checks and keeps an address, `name@host` and nothing more.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().ok().map(Self)
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref()
    }

    pub(crate) const fn address(&self) -> &Address {
        &self.0
    }
}

impl fmt::Debug for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EmailAddress(…)")
    }
}

/// Somebody who can be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Recipient {
    /// Who.
    pub id: PersonId,
    /// What they are to the cases, which decides what they may see.
    pub role: Role,
    /// Where mail reaches them.
    pub email: Option<EmailAddress>,
    /// The language of the mails to them; that of the event's site where none is named.
    pub language: Option<Language>,
    /// The sites they look after; all where none is named.
    pub sites: Vec<SiteId>,
    /// Who stands in while they are away, at any site.
    pub deputy: Option<PersonId>,
    /// When they are away.
    pub absences: Vec<Absence>,
}

/// Days on which somebody is away, both ends included, by the dates of the event's site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Absence {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
}

impl Recipient {
    /// Whether they are away on that day.
    #[must_use]
    pub fn is_away(&self, on: Date) -> bool {
        self.absences.iter().any(|absence| (absence.from..=absence.to).contains(&on))
    }

    /// Whether they look after that site.
    #[must_use]
    pub fn is_of(&self, site: &SiteId) -> bool {
        self.sites.is_empty() || self.sites.contains(site)
    }
}

/// Whom a route names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// One person.
    Person(PersonId),
    /// Everybody in that role.
    Role(Role),
}

/// What goes where.
#[derive(Debug, Clone, PartialEq)]
pub struct Route {
    /// Of which sites; of all where none is named.
    pub sites: Vec<SiteId>,
    /// Of which levels; what tells no level always passes. `None`: as each recipient's role has it.
    pub levels: Option<Vec<Level>>,
    /// Which kinds of event. `None`: as each recipient's role has it.
    pub kinds: Option<Vec<EventKind>>,
    /// The channel.
    pub channel: ChannelId,
    /// To whom: the addressees of mail, and of a webhook those who read what it is sent.
    pub recipients: Vec<Whom>,
}

impl Route {
    /// Whether an event of that kind and level is for a role.
    fn tells(&self, role: Role, kind: EventKind, level: Option<Level>) -> bool {
        let audience = audience(role);
        let kinds = self.kinds.as_deref().unwrap_or(audience.told);
        let is_of_levels = level.is_none_or(|level| match &self.levels {
            Some(levels) => levels.contains(&level),
            None => audience.is_there_for(kind, level),
        });
        audience.may_see.contains(&kind) && kinds.contains(&kind) && is_of_levels
    }

    /// Whether an event of that kind and level passes where no reader is named.
    fn passes(&self, kind: EventKind, level: Option<Level>) -> bool {
        let is_of_kinds = self.kinds.as_ref().is_some_and(|kinds| kinds.contains(&kind));
        let is_of_levels = self.levels.as_ref().is_none_or(|levels| level.is_none_or(|level| levels.contains(&level)));
        is_of_kinds && is_of_levels
    }
}

/// One way that an event takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Destination<'s> {
    /// The channel.
    pub channel: &'s Channel,
    /// The addressee of a mail.
    pub recipient: Option<&'s Recipient>,
}

impl Settings {
    /// Somebody by name.
    #[must_use]
    pub fn recipient(&self, id: &PersonId) -> Option<&Recipient> {
        self.recipients.iter().find(|recipient| recipient.id == *id)
    }

    /// A channel by name.
    #[must_use]
    pub fn channel(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.id == *id)
    }

    /// Somebody and who stands in for them, in that order; each once, however the deputies are set.
    #[must_use]
    pub fn stand_ins<'s>(&'s self, of: &'s Recipient) -> Vec<&'s Recipient> {
        let mut chain = vec![of];
        while let Some(deputy) = chain.last().and_then(|last| last.deputy.as_ref()).and_then(|id| self.recipient(id)) {
            if chain.iter().any(|known| known.id == deputy.id) {
                break;
            }
            chain.push(deputy);
        }
        chain
    }

    /// Whether somebody is there for a site: they look after it, or stand in for somebody who does.
    #[must_use]
    pub fn is_there(&self, somebody: &Recipient, site: &SiteId) -> bool {
        let mut of_site = self.recipients.iter().filter(|recipient| recipient.is_of(site));
        of_site.any(|recipient| self.stand_ins(recipient).iter().any(|stand_in| stand_in.id == somebody.id))
    }

    /// Whether anybody of a clinical role is there for a site.
    #[must_use]
    pub fn has_clinician(&self, site: &SiteId) -> bool {
        self.recipients.iter().any(|recipient| recipient.role.is_clinical() && self.is_there(recipient, site))
    }

    /// Everybody a route names.
    pub fn named<'s>(&'s self, route: &'s Route) -> impl Iterator<Item = &'s Recipient> {
        self.recipients.iter().filter(|recipient| route.names(recipient))
    }

    /// Every kind of event that some route sends to a channel, whomever it is for.
    #[must_use]
    pub fn sent_to(&self, channel: &ChannelId) -> BTreeSet<EventKind> {
        let levels = || std::iter::once(None).chain([Level::L2, Level::L3, Level::L4].map(Some));
        let sends = |route: &Route, kind| {
            if route.recipients.is_empty() {
                levels().any(|level| route.passes(kind, level))
            } else {
                self.named(route).any(|reader| levels().any(|level| route.tells(reader.role, kind, level)))
            }
        };
        let routes = || self.routes.iter().filter(|route| route.channel == *channel);
        EventKind::ALL.iter().copied().filter(|kind| routes().any(|route| sends(route, *kind))).collect()
    }

    /// Every way that an event of a site takes besides MQTT, each once, in the order of the routes.
    ///
    /// Who is away on that day is stood in for; where everybody is away, they are told themselves,
    /// which is better than nobody. Nobody is told what their role may not see, whatever a route says.
    ///
    /// # Source
    /// Domain reference, sections 8.2 and 8.6.
    #[must_use]
    pub fn destinations(&self, site: &SiteId, kind: EventKind, level: Option<Level>, on: Date) -> Vec<Destination<'_>> {
        let mut found: Vec<Destination<'_>> = Vec::new();
        for route in self.routes.iter().filter(|route| route.sites.is_empty() || route.sites.contains(site)) {
            let Some(channel) = self.channel(&route.channel) else { continue };
            let told: Vec<&Recipient> =
                self.named(route).filter(|r| r.is_of(site) && route.tells(r.role, kind, level)).collect();
            let ways: Vec<Destination<'_>> = match &channel.kind {
                ChannelKind::Webhook(_) => {
                    let is_meant =
                        if route.recipients.is_empty() { route.passes(kind, level) } else { !told.is_empty() };
                    is_meant.then_some(Destination { channel, recipient: None }).into_iter().collect()
                }
                ChannelKind::Email(_) => told
                    .into_iter()
                    .map(|recipient| Destination { channel, recipient: Some(self.present(recipient, kind, on)) })
                    .collect(),
            };
            for way in ways {
                if !found.contains(&way) {
                    found.push(way);
                }
            }
        }
        found
    }

    /// Who is told in the place of somebody on that day.
    fn present<'s>(&'s self, recipient: &'s Recipient, kind: EventKind, on: Date) -> &'s Recipient {
        let can =
            |stand_in: &&Recipient| !stand_in.is_away(on) && stand_in.email.is_some() && may_see(stand_in.role, kind);
        self.stand_ins(recipient).into_iter().find(can).unwrap_or(recipient)
    }
}

impl Route {
    fn names(&self, recipient: &Recipient) -> bool {
        self.recipients.iter().any(|whom| match whom {
            Whom::Person(id) => *id == recipient.id,
            Whom::Role(role) => *role == recipient.role,
        })
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
