//! What is remembered of a worker: history, and the details of nights.

use super::RecordError;
use super::codec::{Reader, Stored, Writer, codes, record, taken};
use crate::domain::alert::{Level, RuleId};
use crate::domain::history::{NightDetail, PathAnchor, StoredBeats, StoredWindow, WorkerHistory};
use crate::domain::indicator::{DeviceEpoch, HrvState, IndexBand, NightHrv, NightRow, NightSleep, SleepSpan};
use crate::domain::worker::{OwnChoice, Profile, Sex, Tombstone, Withholding};

impl Stored for RuleId {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        w.name(self.as_str());
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        r.name().map(Self::new)
    }
}

codes! {
    Sex { Female = 0, Male = 1 }
    Withholding { Paused = 0, Withdrawn = 1 }
    HrvState { Learning = 0, Normal = 1, Watch = 2, Persistent = 3, Stale = 4 }
    IndexBand { Better = 0, Usual = 1, Elevated = 2, High = 3, VeryHigh = 4 }
    Level { L0 = 0, L1 = 1, L2 = 2, L3 = 3, L4 = 4 }
}

record! {
    Profile {
        key, unit, time_zone, birth_year, sex, bmi, is_safety_critical, has_beta_blocker, has_consent, own_choice since 2,
    }
    OwnChoice { withholding, since }
    DeviceEpoch { device, is_provider }
    NightHrv { ln_rmssd, epoch, windows, sqi }
    SleepSpan { start, end }
    NightSleep {
        tib_min, sol_min, spt_min, waso_min, tst_min, tst24_min, efficiency_pct, is_bed_known, stages, awakenings,
        midpoint, is_consistent, spans,
    }
    NightRow { date, wake_at, hrv, sleeping_hr_bpm, irregularity, sleep }
    PathAnchor { date, hrv, hrv_days, hrv_dwell, cusum, is_sleep_poor, band }
    StoredWindow { start, duration_s, device, rmssd_ms, sdnn_ms, mean_hr_bpm, context, quality }
    NightDetail { date, devices, windows, beats, sleeps, nightly }
    WorkerHistory {
        profile, nights, detail_dates, unsettled_nights, anchor, tags, register_changes, screenings, exposures, cases,
    }
}

impl Stored for Tombstone {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        self.site.put(w);
        w.raw(&self.salt.to_le_bytes());
        w.raw(&self.digest.to_le_bytes());
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        Ok(Self {
            site: Stored::take(r)?,
            salt: u128::from_le_bytes(r.array()?),
            digest: u128::from_le_bytes(r.array()?),
        })
    }
}

impl Stored for StoredBeats {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        self.start.put(w);
        self.device.put(w);
        // A digest is evenly spread: a varint would only make it longer.
        w.raw(&self.digest.to_le_bytes());
        self.windows.put(w);
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        Ok(Self {
            start: Stored::take(r)?,
            device: Stored::take(r)?,
            digest: u64::from_le_bytes(r.array()?),
            windows: Stored::take(r)?,
        })
    }
}
