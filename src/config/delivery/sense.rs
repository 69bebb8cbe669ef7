//! What no section can know alone: whether names mean somebody, whether they may see what they would
//! be told, and whether it reaches them.

use std::collections::BTreeSet;

use super::Told;
use crate::config::section::Section;
use crate::config::settings::Site;
use crate::delivery::settings::{
    Channel, ChannelKind, Recipient, Route, Settings, Whom, audience, is_health_content, may_see,
};
use crate::domain::Date;
use crate::domain::alert::Level;
use crate::domain::event::EventKind;
use crate::domain::ids::ChannelId;
use crate::domain::person::{PersonId, Role};

/// Everything there is of one list that could be read, and the names even of what could not.
pub(super) fn check(
    root: &Section<'_>,
    sites: &[Site],
    recipients: Vec<Told<'_, Recipient>>,
    channels: Vec<Told<'_, Channel>>,
    routes: Vec<Told<'_, Route>>,
) -> Settings {
    let unread = [recipients.iter().any(is_unread), channels.iter().any(is_unread), routes.iter().any(is_unread)];
    twice(&recipients, |recipient| recipient.id.clone());
    twice(&channels, |channel| channel.id.clone());
    let settings = Settings {
        recipients: recipients.iter().filter_map(|told| told.value.clone()).collect(),
        channels: channels.iter().filter_map(|told| told.value.clone()).collect(),
        routes: routes.iter().filter_map(|told| told.value.clone()).collect(),
    };
    // Of what could not be read it was told why; that nobody is behind its name would be no news.
    let [is_somebody_unread, is_channel_unread, is_route_unread] = unread;
    for told in &recipients {
        let Some(recipient) = &told.value else { continue };
        deputies(&told.section, recipient, &settings, is_somebody_unread);
    }
    for told in &routes {
        let Some(route) = &told.value else { continue };
        let is_channel_known = settings.channel(&route.channel).is_some() || is_channel_unread;
        if !is_channel_known {
            unknown_channel(&told.section, &route.channel, &settings);
        }
        whom(&told.section, route, &settings, is_somebody_unread);
        rights(&told.section, route, &settings);
        readers(&told.section, route, &settings);
        unread_by_anybody(&told.section, route, &settings);
        addresses(&told.section, route, &settings);
    }
    if !is_route_unread && !is_channel_unread && !is_somebody_unread {
        crises(root, sites, &settings);
    }
    if !is_somebody_unread {
        clinicians(root, sites, &settings);
    }
    settings
}

fn is_unread<T>(told: &Told<'_, T>) -> bool {
    told.value.is_none()
}

fn twice<T, I: Ord + std::fmt::Display>(told: &[Told<'_, T>], id: impl Fn(&T) -> I) {
    let mut seen = BTreeSet::new();
    for Told { section, value } in told {
        let Some(id) = value.as_ref().map(&id) else { continue };
        let text = id.to_string();
        if !seen.insert(id) {
            section.problem("id", &format!("is {text}, as of an earlier one"), "give each an id of its own");
        }
    }
}

fn deputies(section: &Section<'_>, recipient: &Recipient, settings: &Settings, is_somebody_unread: bool) {
    let Some(deputy) = &recipient.deputy else {
        if let Some(absence) = recipient.absences.first() {
            let what = format!("begin on {} and nobody stands in", absence.from);
            section.warn("absences", &what, "name a deputy; until then they are told all the same");
        }
        return;
    };
    if settings.recipient(deputy).is_none() {
        if !is_somebody_unread {
            section.problem("deputy", &format!("is {deputy}, who is nobody"), "name the id of one of [[recipients]]");
        }
        return;
    }
    let chain = settings.stand_ins(recipient);
    let last = chain.last().and_then(|last| last.deputy.as_ref());
    if last.is_some_and(|next| chain.iter().any(|known| known.id == *next)) {
        let names: Vec<&str> = chain.iter().map(|known| known.id.as_str()).collect();
        let what = format!("leads in a circle: {}, and back", names.join(", "));
        section.problem("deputy", &what, "let one of them have no deputy");
        return;
    }
    let firsts = chain.iter().flat_map(|person| person.absences.iter().map(|absence| absence.from));
    if let Some(day) = firsts.filter(|day| chain.iter().all(|person| person.is_away(*day))).min() {
        let what = format!("leave nobody on {day}: the deputies are away, too");
        section.warn("absences", &what, "name another deputy; until then they are told all the same");
    }
}

fn unknown_channel(section: &Section<'_>, channel: &ChannelId, settings: &Settings) {
    let known: Vec<&str> = settings.channels.iter().map(|known| known.id.as_str()).collect();
    let (what, remedy) = if channel.is_mqtt() {
        ("is mqtt, where every event goes by its topic".to_owned(), "remove the route, or name another channel".into())
    } else if known.is_empty() {
        (format!("is {channel}, and there are no [[channels]]"), "add the channel".to_owned())
    } else {
        (format!("is {channel}, which is none of [[channels]]"), format!("use one of: {}", known.join(", ")))
    };
    section.problem("channel", &what, &remedy);
}

fn whom(section: &Section<'_>, route: &Route, settings: &Settings, is_somebody_unread: bool) {
    for whom in &route.recipients {
        let is_anybody = match whom {
            Whom::Person(id) => settings.recipient(id).is_some(),
            Whom::Role(role) => settings.recipients.iter().any(|recipient| recipient.role == *role),
        };
        if is_anybody || is_somebody_unread {
            continue;
        }
        let what = match whom {
            Whom::Person(id) => format!("names {id}, who is nobody"),
            Whom::Role(role) => format!("names role:{}, and nobody is that", role.as_str()),
        };
        section.problem("recipients", &what, "add them to [[recipients]], or name somebody who is there");
    }
    let is_email = settings.channel(&route.channel).is_some_and(|c| matches!(c.kind, ChannelKind::Email(_)));
    if is_email && route.recipients.is_empty() {
        let remedy = "name ids of [[recipients]], or role:physician and the like";
        section.problem("recipients", "names nobody, and mail needs somebody", remedy);
    }
    if !is_email && route.recipients.is_empty() && route.kinds.is_none() {
        let remedy = "give kinds, or as recipients those who read what the webhook is sent";
        section.problem("kinds", "is missing, and no recipients say what the route is for", remedy);
    }
}

/// Everybody who may be told by a route: those it names and those who stand in for them.
fn told<'s>(route: &'s Route, settings: &'s Settings) -> Vec<(&'s Recipient, &'s Recipient)> {
    let named = settings.named(route);
    named.flat_map(|named| settings.stand_ins(named).into_iter().map(move |stand_in| (named, stand_in))).collect()
}

fn rights(section: &Section<'_>, route: &Route, settings: &Settings) {
    let mut seen: BTreeSet<(&PersonId, Option<EventKind>)> = BTreeSet::new();
    for (named, person) in told(route, settings) {
        let standing_in = if named.id == person.id { String::new() } else { format!(" as deputy of {}", named.id) };
        let who = format!("{}{standing_in}, who is {}", person.id, person.role.as_str());
        if route.levels.as_ref().is_some_and(|levels| levels.contains(&Level::L4)) && !person.role.is_clinical() {
            if seen.insert((&person.id, None)) {
                let what = format!("would tell a crisis to {who}");
                section.problem("levels", &what, "a crisis is told to clinical roles alone; remove L4 or the person");
            }
            continue;
        }
        let kinds = route.kinds.as_deref().unwrap_or(audience(named.role).told);
        if kinds.is_empty() && seen.insert((&person.id, None)) {
            let what = format!("names {who} and is told of no event");
            section.problem("recipients", &what, "remove them");
        }
        for kind in kinds.iter().filter(|kind| !may_see(person.role, **kind)) {
            if seen.insert((&person.id, Some(*kind))) {
                let key = if route.kinds.is_some() { "kinds" } else { "recipients" };
                let what = format!("would tell {} to {who}", kind.as_str());
                section.problem(key, &what, &why_not(person.role, *kind));
            }
        }
    }
}

/// Whoever reads a webhook reads everything that is sent to it, whichever reader or route it is for.
fn readers(section: &Section<'_>, route: &Route, settings: &Settings) {
    if !settings.channel(&route.channel).is_some_and(|c| matches!(c.kind, ChannelKind::Webhook(_))) {
        return;
    }
    let sent = settings.sent_to(&route.channel);
    let mut seen = BTreeSet::new();
    for (named, person) in told(route, settings) {
        // What the route itself would tell them was looked at already.
        let own = route.kinds.as_deref().unwrap_or(audience(named.role).told);
        let mut unseen = sent.iter().filter(|kind| !own.contains(kind) && !may_see(person.role, **kind)).peekable();
        let Some(first) = unseen.peek().copied() else { continue };
        if !seen.insert(&person.id) {
            continue;
        }
        let kinds: Vec<&str> = unseen.map(|kind| kind.as_str()).collect();
        let standing_in = if named.id == person.id { String::new() } else { format!(" as deputy of {}", named.id) };
        let what = format!(
            "names {}{standing_in}, who is {}, as a reader of {}, which is also sent {}",
            person.id,
            person.role.as_str(),
            route.channel,
            kinds.join(", ")
        );
        let remedy = format!("give them a channel of their own; {}", why_not(person.role, *first));
        section.problem("recipients", &what, &remedy);
    }
}

/// Warns of a route to a webhook that names no reader: nobody's rights can be held against it.
fn unread_by_anybody(section: &Section<'_>, route: &Route, settings: &Settings) {
    let is_webhook = settings.channel(&route.channel).is_some_and(|c| matches!(c.kind, ChannelKind::Webhook(_)));
    let Some(kinds) = route.kinds.as_ref().filter(|_| is_webhook && route.recipients.is_empty()) else { return };
    let words: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
    let may = |role: &&Role| kinds.iter().all(|kind| may_see(**role, *kind));
    let roles: Vec<&str> = Role::ALL.iter().filter(may).map(|role| role.as_str()).collect();
    let health = if kinds.iter().any(|kind| is_health_content(*kind)) { ", which is health content" } else { "" };
    let whom = if roles.is_empty() {
        "nobody may see all of it".to_owned()
    } else {
        format!("for {} alone", roles.join(", "))
    };
    let what = format!(
        "are not given, so nobody checks who reads {}: it is sent {}{health}, {whom}",
        route.channel,
        words.join(", ")
    );
    section.warn("recipients", &what, "name those who read it as recipients; kinds may stay");
}

fn why_not(role: Role, kind: EventKind) -> String {
    let why = match (kind, is_health_content(kind)) {
        (EventKind::Committee, _) => {
            "counts for the committee go to the committee and to those who lead occupational health"
        }
        (_, true) => "it says something of a person's health, and is for clinical roles alone",
        (_, false) => "a request for a review of the work goes to whoever reviews it, and to clinical roles",
    };
    let allowed: Vec<&str> = audience(role).may_see.iter().map(|kind| kind.as_str()).collect();
    let allowed = if allowed.is_empty() { "nothing".to_owned() } else { allowed.join(", ") };
    format!("{why}; the role may be told: {allowed}")
}

fn addresses(section: &Section<'_>, route: &Route, settings: &Settings) {
    if !settings.channel(&route.channel).is_some_and(|c| matches!(c.kind, ChannelKind::Email(_))) {
        return;
    }
    let without: BTreeSet<&PersonId> =
        told(route, settings).into_iter().filter(|(_, person)| person.email.is_none()).map(|(_, p)| &p.id).collect();
    for id in without {
        let what = format!("sends mail to {id}, who has no address");
        section.problem("recipients", &what, "give them an email in [[recipients]], or name somebody else");
    }
}

/// Warns of sites where nobody but listeners of MQTT is told of a crisis.
fn crises(root: &Section<'_>, sites: &[Site], settings: &Settings) {
    // On a day when nobody is away: who is away is warned of at the person.
    let untold = sites
        .iter()
        .filter(|site| settings.destinations(&site.id, EventKind::Raised, Some(Level::L4), Date::MIN).is_empty());
    let untold: Vec<&str> = untold.map(|site| site.id.as_str()).collect();
    if !untold.is_empty() {
        let what = format!("tell nobody of a crisis at {}, but for who listens over MQTT", untold.join(", "));
        root.warn("routes", &what, "add a route with levels = [\"L4\"] to whoever is on duty");
    }
}

/// Warns of sites for which somebody is configured, but nobody who could lead a case.
fn clinicians(root: &Section<'_>, sites: &[Site], settings: &Settings) {
    let led_by_anybody =
        sites.iter().filter(|site| !settings.recipients.is_empty() && !settings.has_clinician(&site.id));
    for site in led_by_anybody {
        let what = format!(
            "no clinical role looks after {}: whoever may run the command names themselves with --role",
            site.id
        );
        root.warn("recipients", &what, "add whoever leads its cases, such as a physician");
    }
}
