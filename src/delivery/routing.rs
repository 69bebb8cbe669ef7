//! Which event leaves over which channel, and to whom.
//!
//! An event goes in, deliveries with their bytes come out: what they say, and to whom, is decided
//! here, once. Who is away on the day of the decision is stood in for; who comes back a day later
//! does not get it again.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::cloudevents::{self, Envelope};
use super::email::{self, Content};
use super::fhir;
use super::mail::{self, Look, Mail};
use super::settings::{ChannelKind, Destination, LeftOut, Settings, WebhookFormat};
use crate::domain::TimeZone;
use crate::domain::event::Event;
use crate::domain::ids::{ChannelId, SiteId};
use crate::store::Outgoing;
use crate::texts::Language;

/// Finds the deliveries of an event.
#[derive(Debug)]
pub struct Router {
    root: Arc<str>,
    settings: Settings,
    sites: BTreeMap<SiteId, SiteWays>,
}

/// What the people of a site are used to.
#[derive(Debug, Clone)]
pub struct SiteWays {
    /// The zone whose dates count.
    pub zone: TimeZone,
    /// The language that they read, but for those of whom another is known.
    pub language: Language,
}

impl Router {
    /// Everything over the broker, and nothing over any other channel.
    #[must_use]
    pub fn over_mqtt(root: Arc<str>) -> Self {
        Self { root, settings: Settings::default(), sites: BTreeMap::new() }
    }

    /// Everything over the broker, and over other channels what the settings say; `sites` with
    /// what their people are used to.
    #[must_use]
    pub fn new(root: Arc<str>, settings: Settings, sites: impl IntoIterator<Item = (SiteId, SiteWays)>) -> Self {
        Self { root, settings, sites: sites.into_iter().collect() }
    }

    /// Whether the site is one of those that were given.
    #[must_use]
    pub fn has_site(&self, site: &SiteId) -> bool {
        self.sites.contains_key(site)
    }

    /// The deliveries of an event, each with its own bytes; none where nobody is to be told.
    #[must_use]
    pub fn route(&self, event: &Event) -> Vec<Outgoing> {
        let SiteWays { zone, language } = self.of(&event.site);
        let Envelope { topic, payload, .. } = cloudevents::encode(event, &self.root, language);
        let on = zone.to_datetime(event.time).date();
        let ways = self.settings.destinations(&event.site, event.kind(), event.level(), on);
        // Set once for each language that somebody reads.
        let mails = [const { OnceCell::new() }; Language::ALL.len()];
        let others = ways.into_iter().filter_map(|way| {
            let rendered = |read: Option<Language>| {
                let look = look(event, &zone, read.unwrap_or(language));
                let set = || (mail::render(event, &look), mail::one_line(event, &look));
                (mails[look.language as usize].get_or_init(set), look.language)
            };
            over(event, way, (&payload, language), rendered)
        });
        let others: Vec<Outgoing> = others.collect();
        let over_mqtt = topic.map(|topic| outgoing(event, ChannelId::mqtt(), None, topic, payload));
        over_mqtt.into_iter().chain(others).collect()
    }
}

impl Router {
    fn of(&self, site: &SiteId) -> SiteWays {
        let unknown = SiteWays { zone: TimeZone::UTC, language: Language::English };
        self.sites.get(site).cloned().unwrap_or(unknown)
    }

    /// The ways that are configured and that the event does not take, each with its reason.
    #[must_use]
    pub fn left_out(&self, event: &Event) -> Vec<LeftOut> {
        let SiteWays { zone, .. } = self.of(&event.site);
        let (kind, level, on) = (event.kind(), event.level(), zone.to_datetime(event.time).date());
        let mut left = self.settings.left_out(&event.site, kind, level, on);
        let taken: Vec<ChannelId> = self.route(event).into_iter().map(|delivery| delivery.channel).collect();
        let mut leave = |channel: &ChannelId, why: &str| {
            left.push(LeftOut { channel: channel.clone(), recipient: None, why: format!("{} {why}", kind.as_str()) });
        };
        for way in self.settings.destinations(&event.site, kind, level, on) {
            if !taken.contains(&way.channel.id) {
                leave(&way.channel.id, "has no form there");
            }
        }
        if !taken.contains(&ChannelId::mqtt()) {
            leave(&ChannelId::mqtt(), "has no topic");
        }
        left
    }
}

fn outgoing(event: &Event, channel: ChannelId, recipient: Option<&str>, target: String, payload: Vec<u8>) -> Outgoing {
    Outgoing {
        channel,
        id: event.id.clone(),
        recipient: recipient.map(str::to_owned),
        is_crisis: event.is_crisis(),
        decided_at: event.time,
        target,
        payload,
    }
}

/// The delivery over one way; none where the event has no form for it.
fn over<'m>(
    event: &Event,
    way: Destination<'_>,
    (cloud_event, language): (&[u8], Language),
    mail: impl Fn(Option<Language>) -> (&'m (Mail, String), Language),
) -> Option<Outgoing> {
    let Destination { channel, recipient } = way;
    match &channel.kind {
        ChannelKind::Webhook(hook) => {
            let payload = match hook.format {
                WebhookFormat::CloudEvents => cloud_event.to_vec(),
                WebhookFormat::Fhir => fhir::bundle(event, language)?,
            };
            Some(outgoing(event, channel.id.clone(), None, hook.format.media_type().to_owned(), payload))
        }
        ChannelKind::Email(settings) => {
            let recipient = recipient?;
            let to = recipient.email.as_ref()?;
            let ((Mail { subject, text, html, .. }, about), language) = mail(recipient.language);
            let content = Content {
                id: &event.id,
                kind: Some(event.kind()),
                about,
                language,
                is_test: event.is_test,
                at: event.time,
                subject,
                text,
                html,
            };
            let payload = email::compose(&settings.from, recipient.id.as_str(), to, content);
            Some(outgoing(event, channel.id.clone(), Some(recipient.id.as_str()), to.as_str().to_owned(), payload))
        }
    }
}

fn look(event: &Event, zone: &TimeZone, language: Language) -> Look {
    Look { site_name: event.site.to_string(), zone: zone.clone(), language, console: None }
}

#[cfg(test)]
#[path = "routing_tests.rs"]
mod tests;
