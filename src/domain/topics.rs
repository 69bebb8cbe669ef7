//! The topics on which Vagus speaks. The ones it listens to are taken apart in `decode`.

use super::ids::{SiteId, SourceId};

/// Where a source learns what became of its messages.
#[must_use]
pub fn receipts(root: &str, site: &SiteId, source: &SourceId) -> String {
    format!("{root}/{site}/{source}/receipts")
}

/// Where a source says whether it is there.
#[must_use]
pub fn status(root: &str, site: &SiteId, source: &SourceId) -> String {
    format!("{root}/{site}/{source}/status")
}

/// Where occupational health learns of cases.
#[must_use]
pub fn alerts(root: &str, site: &SiteId) -> String {
    format!("{root}/{site}/alerts")
}

/// Where workload reviews are asked for.
#[must_use]
pub fn workload_review(root: &str, site: &SiteId) -> String {
    format!("{root}/{site}/actions/workload-review")
}

/// Where counselling offers are asked for.
#[must_use]
pub fn counseling(root: &str, site: &SiteId) -> String {
    format!("{root}/{site}/actions/counseling")
}
