//! Messages that come over HTTP: the same path as those that come over MQTT, from decoding on.
//!
//! Bytes come in, a receipt leaves once what they held is on disk and applied. Where nobody answers in time,
//! nothing is said of what became of them: whoever sent them sends them again, and what was taken already
//! is a duplicate then.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::admission::Prepared;
use super::decoder::{self, Opened, Origin};
use crate::config::Settings;
use crate::config::settings::Site;
use crate::console::office::{OfficeError, Posted};
use crate::console::view::{ReceiptView, RejectionRow};
use crate::decode::Limits;
use crate::ingest::receipt::Receipt;
use crate::telemetry::latency::Stopwatch;
use crate::telemetry::passage::Passage;
use crate::telemetry::traces::Traces;

/// The longest wait for a receipt.
const PATIENCE: Duration = Duration::from_secs(20);

/// The way in. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct Intake {
    root: Arc<str>,
    limits: Limits,
    /// The sites, with the IANA names of their zones.
    zones: Arc<BTreeMap<String, String>>,
    /// Weak: the sequencer ends when nobody takes messages from the broker any more.
    decoded: Option<(mpsc::WeakSender<Vec<Opened>>, Traces)>,
}

impl Intake {
    /// The way to a sequencer that takes decoded messages.
    #[must_use]
    pub fn of(settings: &Settings, decoded: mpsc::WeakSender<Vec<Opened>>, traces: Traces) -> Self {
        let (root, limits) = (settings.ingest.root.as_str().into(), settings.admission.limits);
        let zone_of = |site: &Site| Some((site.id.to_string(), site.time_zone.iana_name()?.to_owned()));
        let zones = Arc::new(settings.sites.iter().filter_map(zone_of).collect());
        Self { root, limits, zones, decoded: Some((decoded, traces)) }
    }

    /// What a message may hold.
    pub(super) const fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The IANA name of a site's zone; none where there is no such site.
    pub(super) fn zone_of(&self, site: &str) -> Option<String> {
        self.zones.get(site).cloned()
    }

    /// Takes a message in.
    ///
    /// # Errors
    /// [`OfficeError::Stopping`] or [`OfficeError::Late`]: whether it was taken is not known then.
    pub async fn take(&self, posted: Posted) -> Result<ReceiptView, OfficeError> {
        let Posted { site, source, stream, id, payload } = posted;
        let topic = format!("{}/{site}/{source}/{}", self.root, stream.as_str());
        let (root, limits) = (Arc::clone(&self.root), self.limits);
        let passage = Passage::over_http(Stopwatch::start());
        let (decoded, traces) = self.decoded.clone().ok_or(OfficeError::Stopping)?;
        let opened = tokio::task::spawn_blocking(move || {
            let decode = || Prepared::of(&root, &limits, topic, payload).or_with_id(id);
            decoder::followed(decode, passage, &traces)
        });
        let (message, passage) = opened.await.map_err(|_| OfficeError::Stopping)?;
        let (told, receipt) = oneshot::channel();
        let handed_over = async {
            let decoded = decoded.upgrade().ok_or(OfficeError::Stopping)?;
            let sent =
                decoded.send(vec![Opened { origin: Origin::Posted(told), message, passage, is_retained: false }]).await;
            sent.map_err(|_| OfficeError::Stopping)?;
            drop(decoded);
            receipt.await.map_err(|_| OfficeError::Stopping)
        };
        tokio::time::timeout(PATIENCE, handed_over).await.unwrap_or(Err(OfficeError::Late))
    }
}

/// A receipt as it is shown.
#[must_use]
pub fn told(receipt: &Receipt<'_>) -> ReceiptView {
    ReceiptView {
        message_id: receipt.message_id.map(str::to_owned),
        topic: receipt.topic.to_owned(),
        accepted: receipt.accepted,
        duplicate: receipt.duplicate,
        rejected: receipt
            .rejected
            .iter()
            .map(|rejection| RejectionRow {
                index: rejection.index,
                reason: rejection.reason.as_str().to_owned(),
                detail: rejection.detail.clone(),
            })
            .collect(),
        committed_at: receipt.committed_at.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rejection::{Reason, Rejection};

    #[test]
    fn a_receipt_over_http_is_the_one_over_mqtt() {
        let rejected =
            [Rejection::item(12, Reason::OutOfRange, "rmssd_ms 900"), Rejection::payload(Reason::NotJson, "no")];
        let receipt = Receipt {
            message_id: Some("gw-7:000123"),
            topic: "vagus/v1/plant-a/gw-7/readings",
            accepted: 47,
            duplicate: 1,
            rejected: &rejected,
            committed_at: "2026-03-01T08:00:00Z".parse().unwrap(),
        };
        assert_eq!(serde_json::to_vec(&told(&receipt)).unwrap(), receipt.encode());
    }
}
