//! `[[routes]]`.

use super::{Told, names, sites_of};
use crate::config::section::Section;
use crate::config::settings::Site;
use crate::delivery::settings::{Route, Whom};
use crate::domain::alert::Level;
use crate::domain::event::EventKind;
use crate::domain::ids::ChannelId;
use crate::domain::person::{PersonId, Role};

/// What stands before a role where people are named.
const ROLE: &str = "role:";

pub(super) fn read<'d>(root: &mut Section<'d>, sites: &[Site]) -> Vec<Told<'d, Route>> {
    root.sections("routes").into_iter().map(|section| route(section, sites)).collect()
}

fn route<'d>(mut section: Section<'d>, sites: &[Site]) -> Told<'d, Route> {
    let sites = sites_of(&mut section, sites);
    let told = [Level::L2, Level::L3, Level::L4];
    let level = |text: &str| {
        let level = Level::parse(text).filter(|level| told.contains(level));
        level.ok_or_else(|| format!("names {text:?}"))
    };
    let levels = names(&mut section, "levels", level, "leave the key out, or use: L2, L3, L4");
    let words: Vec<&str> = EventKind::ALL.iter().map(|kind| kind.as_str()).collect();
    let kind = |text: &str| EventKind::parse(text).ok_or_else(|| format!("names {text:?}, which is no kind of event"));
    let remedy = format!("leave the key out for what each role is there for, or use: {}", words.join(", "));
    let kinds = names(&mut section, "kinds", kind, &remedy);
    let channel = section.require("channel", "the id of one of [[channels]]").and_then(|text: String| {
        let channel = ChannelId::parse(&text);
        if let Err(error) = &channel {
            section.problem("channel", &format!("{text:?} {error}"), "give the id of one of [[channels]]");
        }
        channel.ok()
    });
    let remedy = "name ids of [[recipients]], or role:physician and the like";
    let recipients = names(&mut section, "recipients", whom, remedy).unwrap_or_default();
    section.refuse_unknown();
    let value = channel.map(|channel| Route { sites, levels, kinds, channel, recipients });
    Told { section, value }
}

fn whom(text: &str) -> Result<Whom, String> {
    match text.strip_prefix(ROLE) {
        Some(role) => Role::parse(role).map(Whom::Role).ok_or_else(|| format!("names {text:?}, which is no role")),
        None => PersonId::parse(text).map(Whom::Person).map_err(|error| format!("{text:?} {error}")),
    }
}
