//! Workers in a store of sites that the configuration does not name: a store of somewhere else, or a site that was
//! forgotten. Nothing stops for it, but somebody is told.

use serde::{Deserialize, Serialize};

use crate::domain::ids::SiteId;

/// A site that is in the store and not in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownSite {
    /// Its id.
    pub site: String,
    /// How many workers it has.
    pub workers: usize,
}

/// Those of the stored sites that are not among the known ones.
pub(super) fn unknown<'a>(stored: impl IntoIterator<Item = (&'a SiteId, usize)>, known: &[SiteId]) -> Vec<UnknownSite> {
    let strangers = stored.into_iter().filter(|(site, _)| !known.contains(site));
    strangers.map(|(site, workers)| UnknownSite { site: site.to_string(), workers }).collect()
}

/// What is said of them, and what to do; none where there is no such site.
pub(super) fn in_words(unknown: &[UnknownSite]) -> Option<String> {
    if unknown.is_empty() {
        return None;
    }
    let sites: Vec<String> =
        unknown.iter().map(|stranger| format!("{} ({} workers)", stranger.site, stranger.workers)).collect();
    Some(format!(
        "the store holds workers of sites that the configuration does not name: {}. Whatever is sent of them is refused as \
         wrong_site. Name each under [[sites]], or look whether store.path, or the backup, is the right one",
        sites.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sites_that_nobody_configured_are_named_with_their_workers_and_the_others_are_not() {
        let site = |name: &str| SiteId::parse(name).unwrap();
        let (ours, theirs) = (site("plant-a"), site("plant-b"));
        let found = unknown([(&ours, 5), (&theirs, 12)], std::slice::from_ref(&ours));
        assert_eq!(found, [UnknownSite { site: "plant-b".to_owned(), workers: 12 }]);
        let words = in_words(&found).unwrap();
        assert!(words.contains("plant-b (12 workers)") && words.contains("[[sites]]"), "{words}");
        assert!(!words.contains("plant-a") && in_words(&[]).is_none());
    }
}
