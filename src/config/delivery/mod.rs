//! The sections about who is told: `[[recipients]]`, `[[channels]]`, `[[routes]]`.
//!
//! Sections enter, the settings of delivery leave, and every problem with them: names that mean
//! nobody, people who may not see what they would be told, ways that lead nowhere. What is allowed
//! and hardly meant becomes a warning. Nothing is connected to.

mod channels;
mod recipients;
mod routes;
mod sense;

use super::section::Section;
use super::settings::Site;
use crate::delivery::settings::Settings;
use crate::domain::ids::SiteId;

pub(super) use channels::secret;

/// Reads the three lists.
pub(super) fn read(root: &mut Section<'_>, sites: &[Site]) -> Settings {
    let recipients = recipients::read(root, sites);
    let channels = channels::read(root);
    let routes = routes::read(root, sites);
    sense::check(root, sites, recipients, channels, routes)
}

/// Something that was read, and its section, for what is found out later.
struct Told<'d, T> {
    section: Section<'d>,
    /// As far as it could be understood.
    value: Option<T>,
}

/// The values of a list of names, each checked.
fn names<T>(
    section: &mut Section<'_>,
    key: &'static str,
    parse: impl Fn(&str) -> Result<T, String>,
    remedy: &str,
) -> Option<Vec<T>> {
    let texts: Vec<String> = section.get(key)?;
    if texts.is_empty() {
        section.problem(key, "is empty", remedy);
    }
    let mut values = Vec::new();
    for text in texts {
        match parse(&text) {
            Ok(value) => values.push(value),
            Err(what) => section.problem(key, &what, remedy),
        }
    }
    Some(values)
}

/// The sites of `sites`, each one that is configured; none where the key is absent, which means all.
fn sites_of(section: &mut Section<'_>, sites: &[Site]) -> Vec<SiteId> {
    let known: Vec<&str> = sites.iter().map(|site| site.id.as_str()).collect();
    let parse = |text: &str| match sites.iter().find(|site| site.id.as_str() == text) {
        Some(site) => Ok(site.id.clone()),
        None => Err(format!("names {text:?}, which is no [[sites]] of this file")),
    };
    let remedy = format!("leave the key out for all sites, or use: {}", known.join(", "));
    names(section, "sites", parse, &remedy).unwrap_or_default()
}

#[cfg(test)]
mod tests;
