//! All that is remembered of one worker. The store keeps it, the engine computes with it.
//!
//! Derived values (z, states, index) are not in here: they are recomputed, so that late data and a
//! new version of the arithmetic need no migration.

use std::collections::{BTreeMap, BTreeSet};

use super::case::CaseBook;
use super::exposure::ExposureDay;
use super::ids::DeviceId;
use super::indicator::{HrvState, IndexBand, NightRow};
use super::reading::{Context, NightlySummary, SleepRecord, Tag};
use super::screening::Screening;
use super::worker::Profile;
use super::{Date, Timestamp};

/// One HRV window as it is kept: from the device, or computed from beats.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredWindow {
    /// Begin of the window.
    pub start: Timestamp,
    /// Length of the window.
    pub duration_s: u32,
    /// Place of the band in [`NightDetail::devices`].
    pub device: u8,
    /// RMSSD.
    pub rmssd_ms: Option<f64>,
    /// SDNN.
    pub sdnn_ms: Option<f64>,
    /// Mean heart rate.
    pub mean_hr_bpm: Option<f64>,
    /// What the person was doing.
    pub context: Context,
    /// Signal quality, 0 to 1, where it is known.
    pub quality: Option<f64>,
}

/// A run of beat intervals as it is kept: a digest to know it again, and the windows it gave.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredBeats {
    /// Begin of the run.
    pub start: Timestamp,
    /// Place of the band in [`NightDetail::devices`].
    pub device: u8,
    /// Digest of the beats and the context.
    pub digest: u64,
    /// The five-minute windows computed from it.
    pub windows: Vec<StoredWindow>,
}

/// Everything that came for one bucket of 24 hours, noon to noon; the date is that of its second noon.
///
/// Noon to noon keeps an ordinary night in one bucket. A night is computed from its own bucket and
/// the two beside it, so sleep by day loses nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct NightDetail {
    /// The date of the second noon.
    pub date: Date,
    /// The bands that windows and beats refer to.
    pub devices: Vec<Option<DeviceId>>,
    /// HRV windows, ordered by start and device.
    pub windows: Vec<StoredWindow>,
    /// Runs of beats, ordered by start and device.
    pub beats: Vec<StoredBeats>,
    /// Sleep episodes, ordered by start and device.
    pub sleeps: Vec<SleepRecord>,
    /// Vendors' nightly values, ordered by device.
    pub nightly: Vec<NightlySummary>,
}

impl NightDetail {
    /// A bucket in which nothing is yet.
    #[must_use]
    pub const fn empty(date: Date) -> Self {
        Self {
            date,
            devices: Vec::new(),
            windows: Vec::new(),
            beats: Vec::new(),
            sleeps: Vec::new(),
            nightly: Vec::new(),
        }
    }
}

/// The HRV state at the end of a day that can no longer change, from which later days go on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PathAnchor {
    /// The last day that can no longer change.
    pub date: Date,
    /// The HRV state on it; never learning or stale, which are looked up afresh.
    pub hrv: HrvState,
    /// Calendar days since that state was entered.
    pub hrv_days: u32,
    /// Valid days since what enters watch or persistent last held.
    pub hrv_dwell: u32,
    /// The low-side CUSUM of z.
    pub cusum: f64,
    /// Whether sleep was persistently poor on it.
    pub is_sleep_poor: bool,
    /// The band that the strain index was in on it.
    pub band: Option<IndexBand>,
}

/// All that is remembered of one worker, but for the details of nights.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerHistory {
    /// The register's row.
    pub profile: Profile,
    /// The wake dates that indicators look back on.
    pub nights: BTreeMap<Date, NightRow>,
    /// The buckets for which a [`NightDetail`] exists.
    pub detail_dates: BTreeSet<Date>,
    /// Wake dates whose row does not tell yet what their buckets hold.
    pub unsettled_nights: BTreeSet<Date>,
    /// Where the states start from.
    pub anchor: Option<PathAnchor>,
    /// What the worker said of a day.
    pub tags: BTreeMap<Date, BTreeSet<Tag>>,
    /// Dates on which the register's row changed so that nights before and after are not comparable;
    /// the worker said nothing of them.
    pub register_changes: BTreeSet<Date>,
    /// Questionnaires, ordered by instrument and time.
    pub screenings: Vec<Screening>,
    /// Working conditions.
    pub exposures: BTreeMap<Date, ExposureDay>,
    /// The worker's cases.
    pub cases: CaseBook,
}

impl WorkerHistory {
    /// A worker of whom nothing came yet.
    #[must_use]
    pub fn new(profile: Profile) -> Self {
        Self {
            profile,
            nights: BTreeMap::new(),
            detail_dates: BTreeSet::new(),
            unsettled_nights: BTreeSet::new(),
            anchor: None,
            tags: BTreeMap::new(),
            register_changes: BTreeSet::new(),
            screenings: Vec::new(),
            exposures: BTreeMap::new(),
            cases: CaseBook::default(),
        }
    }
}
