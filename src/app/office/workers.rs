//! Workers as the console shows them: one with what came of them, and those who are not seen.

use std::collections::BTreeMap;

use super::look_at_worker;
use crate::app::control::Served;
use crate::app::control::cases::{cases_of, look_at_shards};
use crate::console::office::OfficeError;
use crate::console::view::{
    COVERAGE_NIGHTS, CaseRow, DataQuality, DeviceSpan, OwnChoiceView, SourceRow, Unseen, UnseenRow, UnseenView,
    WorkerView,
};
use crate::domain::history::WorkerHistory;
use crate::domain::ids::WorkerKey;
use crate::domain::indicator::{DeviceEpoch, HrvState, NightRow};
use crate::domain::worker::{Enrolment, Withholding};
use crate::domain::{Date, Timestamp};
use crate::telemetry::Metrics;

/// Who has fewer reference nights than are needed after so many days never gave enough.
///
/// # Source
/// Domain reference, section 2.4: seven reference nights are the least, and four weeks have room for them
/// even where half the nights are missing.
const LEARNING_DAYS: i64 = 28;

/// One worker.
pub(super) async fn one(served: &Served, key: WorkerKey) -> Result<WorkerView, OfficeError> {
    look_at_worker(served, key, |_, history, now| view(history, now)).await
}

fn view(history: &WorkerHistory, now: Timestamp) -> WorkerView {
    let profile = &history.profile;
    let mut cases: Vec<CaseRow> =
        cases_of(history).map(|(case, ended_at)| CaseRow::of(profile, case, ended_at, now)).collect();
    cases.sort_by_key(|case| std::cmp::Reverse(case.episode));
    WorkerView {
        site: profile.key.site.to_string(),
        worker: profile.key.worker.to_string(),
        unit: profile.unit.to_string(),
        time_zone: profile.time_zone.iana_name().unwrap_or("UTC").to_owned(),
        consent: profile.has_consent,
        own_choice: profile.own_choice.as_ref().map(OwnChoiceView::of),
        quality: quality(history, today_of(history, now)),
        devices: devices(history),
        cases,
    }
}

fn today_of(history: &WorkerHistory, now: Timestamp) -> Date {
    history.profile.time_zone.to_datetime(now).date()
}

fn quality(history: &WorkerHistory, today: Date) -> DataQuality {
    let recent: Vec<&NightRow> =
        history.nights.values().filter(|night| days_since(night.date, today) < i64::from(COVERAGE_NIGHTS)).collect();
    let count = |is_one: fn(&NightRow) -> bool| {
        u32::try_from(recent.iter().filter(|night| is_one(night)).count()).unwrap_or(u32::MAX)
    };
    let valid: Vec<_> = recent.iter().filter_map(|night| night.hrv.as_ref()).collect();
    let mean_windows = mean(valid.iter().filter(|hrv| hrv.windows > 0).map(|hrv| f64::from(hrv.windows)));
    let last_valid = history.nights.values().rev().find(|night| night.hrv.is_some());
    DataQuality {
        nights: count(has_data),
        valid_nights: count(|night| night.hrv.is_some()),
        sleep_nights: count(|night| night.sleep.is_some()),
        signal: mean(valid.iter().map(|hrv| hrv.sqi)),
        windows: mean_windows,
        last_night: last_data(history).map(|date| date.to_string()),
        last_valid: last_valid.map(|night| night.date.to_string()),
    }
}

/// Whether anything came of a night: a row alone may only say that nothing did.
const fn has_data(night: &NightRow) -> bool {
    night.hrv.is_some() || night.sleep.is_some() || night.sleeping_hr_bpm.is_some()
}

/// The last date of which a wristband told anything.
pub(super) fn last_data(history: &WorkerHistory) -> Option<Date> {
    let night = history.nights.values().rev().find(|night| has_data(night)).map(|night| night.date);
    night.max(history.detail_dates.last().copied())
}

pub(super) fn first_data(history: &WorkerHistory) -> Option<Date> {
    let night = history.nights.values().find(|night| has_data(night)).map(|night| night.date);
    let detail = history.detail_dates.first().copied();
    [night, detail].into_iter().flatten().min()
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0_u32), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

fn devices(history: &WorkerHistory) -> Vec<DeviceSpan> {
    let mut spans: BTreeMap<&DeviceEpoch, (Date, Date, u32)> = BTreeMap::new();
    for (date, hrv) in history.nights.values().filter_map(|night| Some((night.date, night.hrv.as_ref()?))) {
        let span = spans.entry(&hrv.epoch).or_insert((date, date, 0));
        *span = (span.0.min(date), span.1.max(date), span.2 + 1);
    }
    let mut spans: Vec<_> = spans.into_iter().collect();
    spans.sort_by_key(|(_, (_, last, _))| std::cmp::Reverse(*last));
    let told = spans.into_iter().map(|(epoch, (first, last, nights))| DeviceSpan {
        device: epoch.device.as_ref().map(ToString::to_string),
        is_provider: epoch.is_provider,
        first: first.to_string(),
        last: last.to_string(),
        nights,
    });
    told.collect()
}

/// Who is not seen.
pub(super) async fn unseen(served: &Served, silent_days: u32) -> Result<UnseenView, OfficeError> {
    let enrolment = served.machine.enrolment;
    let mut view = look_at_shards(served, move |shards, now| {
        let mut view = UnseenView::default();
        let mut enrolled: BTreeMap<(String, String), usize> = BTreeMap::new();
        for (history, hrv) in shards.standings(now) {
            let profile = &history.profile;
            let (site, unit) = (profile.key.site.to_string(), profile.unit.to_string());
            *enrolled.entry((site.clone(), unit.clone())).or_default() += 1;
            let found = why(history, hrv, (today_of(history, now), silent_days), enrolment);
            view.rows.extend(found.map(|(why, since)| UnseenRow {
                site,
                worker: profile.key.worker.to_string(),
                unit,
                why,
                since: since.map(|date| date.to_string()),
                has_case: history.cases.open.is_some(),
            }));
        }
        view.enrolled = enrolled.into_iter().map(|((site, unit), count)| (site, unit, count)).collect();
        view
    })
    .await?;
    view.rows.sort_by(|a, b| (&a.site, &a.unit, &a.worker).cmp(&(&b.site, &b.unit, &b.worker)));
    view.sources = source_rows(&served.machine.metrics);
    Ok(view)
}

/// The sources, the one that is silent longest first.
pub(super) fn source_rows(metrics: &Metrics) -> Vec<SourceRow> {
    let mut sources = metrics.sources();
    sources.sort_by_key(|(_, _, at)| *at);
    let rows = sources.into_iter().map(|(site, source, at)| SourceRow {
        site: site.to_string(),
        source: source.to_string(),
        last_seen: at.to_string(),
    });
    rows.collect()
}

/// Why somebody is not seen, and since when; none where they are.
fn why(
    history: &WorkerHistory,
    hrv: HrvState,
    (today, silent_days): (Date, u32),
    enrolment: Enrolment,
) -> Option<(Unseen, Option<Date>)> {
    let last = last_data(history);
    if let Some(choice) = history.profile.own_choice {
        let why = match choice.withholding {
            Withholding::Paused => Unseen::Paused,
            Withholding::Withdrawn => Unseen::Withdrawn,
        };
        return Some((why, Some(history.profile.time_zone.to_datetime(choice.since).date())));
    }
    let consent = history.profile.has_consent;
    if consent == Some(false) || (enrolment == Enrolment::Listed && consent.is_none()) {
        return Some((Unseen::NoConsent, last));
    }
    let Some(last) = last else { return Some((Unseen::Never, None)) };
    if days_since(last, today) >= i64::from(silent_days) {
        return Some((Unseen::Silent, Some(last)));
    }
    match hrv {
        HrvState::Stale => {
            let valid = history.nights.values().rev().find(|night| night.hrv.is_some());
            Some((Unseen::Stale, valid.map(|night| night.date)))
        }
        HrvState::Learning => {
            let first = first_data(history).filter(|first| days_since(*first, today) > LEARNING_DAYS)?;
            Some((Unseen::TooFew, Some(first)))
        }
        HrvState::Normal | HrvState::Watch | HrvState::Persistent => None,
    }
}

fn days_since(date: Date, today: Date) -> i64 {
    date.duration_until(today).as_hours() / 24
}

#[cfg(test)]
#[path = "workers_tests.rs"]
mod tests;
