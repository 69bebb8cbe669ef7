//! Workers: one with the quality of what comes from them, and those who are not seen.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CaseRow;
use crate::domain::worker::OwnChoice;

/// Nights that the coverage is counted over.
///
/// # Source
/// Domain reference, section 2.4: the length of four weeks that baselines and rolling values are read over.
pub const COVERAGE_NIGHTS: u32 = 28;

/// One worker, without anything of their health but that there are cases.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WorkerView {
    /// The site.
    pub site: String,
    /// The worker.
    pub worker: String,
    /// The worker's unit.
    pub unit: String,
    /// The worker's zone.
    pub time_zone: String,
    /// Whether the worker has consented; null where the register does not say.
    pub consent: Option<bool>,
    /// That the worker chose to take no part; null where they take part as far as the register says so.
    pub own_choice: Option<OwnChoiceView>,
    /// What came of the last nights.
    pub quality: DataQuality,
    /// The bands, the one seen last first.
    pub devices: Vec<DeviceSpan>,
    /// The cases, the newest first.
    pub cases: Vec<CaseRow>,
}

/// That a worker chose to take no part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct OwnChoiceView {
    /// `paused` or `withdrawn`.
    pub choice: String,
    /// Since when, RFC 3339.
    #[schema(format = DateTime)]
    pub since: String,
}

impl OwnChoiceView {
    /// The view of a choice.
    #[must_use]
    pub fn of(choice: &OwnChoice) -> Self {
        Self { choice: choice.withholding.as_str().to_owned(), since: choice.since.to_string() }
    }
}

/// How good and how complete the data of the last [`COVERAGE_NIGHTS`] nights is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DataQuality {
    /// Nights of which anything came.
    pub nights: u32,
    /// Nights with valid HRV.
    pub valid_nights: u32,
    /// Nights with sleep.
    pub sleep_nights: u32,
    /// Mean signal quality of the valid nights, 0 to 1; null where there are none.
    pub signal: Option<f64>,
    /// Mean number of windows of the valid nights that are made of windows.
    pub windows: Option<f64>,
    /// The last wake date of which anything came, whenever that was.
    pub last_night: Option<String>,
    /// The last wake date with valid HRV, whenever that was.
    pub last_valid: Option<String>,
}

/// How long a band was in use, by the nights with valid HRV.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceSpan {
    /// The band; null where it has no name.
    pub device: Option<String>,
    /// Whether its vendor gives one value for the night instead of windows.
    pub is_provider: bool,
    /// The first wake date.
    pub first: String,
    /// The last wake date.
    pub last: String,
    /// How many nights.
    pub nights: u32,
}

/// Why somebody is not seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unseen {
    /// The worker pauses, by their own choice.
    Paused,
    /// The worker withdrew, by their own choice.
    Withdrawn,
    /// Consent is missing, so nothing is taken.
    NoConsent,
    /// Nothing ever came.
    Never,
    /// Nothing has come for days.
    Silent,
    /// Too few of the last nights are valid, although something comes.
    Stale,
    /// There never were enough nights to know what is usual.
    TooFew,
}

impl Unseen {
    /// Every reason, in the order in which the first that holds is told.
    pub const ALL: [Self; 7] =
        [Self::Paused, Self::Withdrawn, Self::NoConsent, Self::Never, Self::Silent, Self::Stale, Self::TooFew];

    /// The name used in the API and in the keys of texts.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Paused => "paused",
            Self::Withdrawn => "withdrawn",
            Self::NoConsent => "no_consent",
            Self::Never => "never",
            Self::Silent => "silent",
            Self::Stale => "stale",
            Self::TooFew => "too_few",
        }
    }
}

/// Somebody who is not seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseenRow {
    /// The site.
    pub site: String,
    /// The worker.
    pub worker: String,
    /// The worker's unit.
    pub unit: String,
    /// Why.
    pub why: Unseen,
    /// Since which date; null where that is not known.
    pub since: Option<String>,
    /// Whether a case of theirs is open.
    pub has_case: bool,
}

/// A source, and when it was last heard of since the service started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceRow {
    /// The site.
    pub site: String,
    /// The source.
    pub source: String,
    /// When, RFC 3339.
    pub last_seen: String,
}

/// Who is not seen, of how many.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnseenView {
    /// Those who are not seen, by site, unit and name.
    pub rows: Vec<UnseenRow>,
    /// How many workers there are, by site and unit.
    pub enrolled: Vec<(String, String, usize)>,
    /// The sources, the one that is silent longest first.
    pub sources: Vec<SourceRow>,
}
