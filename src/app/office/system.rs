//! How the service itself is, and what operators do about it.

use std::collections::BTreeMap;

use super::workers::source_rows;
use crate::app::control::{self, Answer, Discard, Question, Served};
use crate::console::office::OfficeError;
use crate::console::view::{
    ChannelView, DeadLetter, QuarantineView, RefusedRow, SHOWN, SystemDeed, SystemDone, SystemView,
};
use crate::store::{Quarantined, Store};

/// Of so many of the newest refused items reasons are counted.
const COUNTED: usize = 500;

/// How the service is.
pub(super) async fn system(served: &Served) -> Result<SystemView, OfficeError> {
    let (machine, store) = (&served.machine, served.store.clone());
    let question = Question::OutboxList { only_dead: true, channel: None, limit: SHOWN };
    let Answer::Outbox { deliveries, channels } = asked(served, question).await? else {
        return Err(OfficeError::Stopping);
    };
    let read = tokio::task::spawn_blocking(move || (quarantine(&store), store.bytes_on_disk().ok()));
    let (quarantine, store_bytes) = read.await.map_err(|_| OfficeError::Stopping)?;
    let dead = deliveries.into_iter().map(|row| DeadLetter {
        id: row.id,
        channel: row.channel,
        is_crisis: row.crisis,
        attempts: row.attempts,
        given_up_at: row.given_up_at,
        error: row.error,
    });
    let channels = channels.into_iter().map(|row| ChannelView {
        channel: row.channel,
        pending: row.pending,
        dead: row.dead,
        receiver: row.receiver.replace(' ', "_"),
    });
    let missing = (machine.readiness)().reasons;
    Ok(SystemView {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        rules_version: format!("{:016x}", served.engine.borrow().rules.version()),
        reasons: missing.iter().map(|it| it.told.clone()).collect(),
        missing: missing.iter().map(|it| it.name.to_owned()).collect(),
        is_connected: machine.session.is_connected(),
        reconnects: machine.session.reconnects(),
        lag_rows: machine.progress.lag_rows(),
        store_bytes,
        clock_step_s: served.clock.step().map(|step| step.as_secs()),
        sources: source_rows(&machine.metrics),
        quarantine,
        channels: channels.collect(),
        dead: dead.collect(),
    })
}

fn quarantine(store: &Store) -> QuarantineView {
    let newest = store.newest_quarantined(COUNTED).unwrap_or_else(|error| {
        tracing::warn!("quarantine cannot be read: {error}");
        Vec::new()
    });
    let mut reasons: BTreeMap<&'static str, usize> = BTreeMap::new();
    newest.iter().for_each(|(_, item)| *reasons.entry(item.reason.as_str()).or_default() += 1);
    let mut reasons: Vec<(String, usize)> = reasons.into_iter().map(|(name, n)| (name.to_owned(), n)).collect();
    reasons.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    QuarantineView {
        total: store.quarantined_len(),
        counted: newest.len(),
        reasons,
        newest: newest.into_iter().take(SHOWN).map(|(id, item)| refused(id, item)).collect(),
    }
}

fn refused(id: u64, item: Quarantined) -> RefusedRow {
    RefusedRow {
        id,
        received_at: item.received_at.to_string(),
        site: item.site.map(|site| site.to_string()),
        source: item.source.map(|source| source.to_string()),
        reason: item.reason.as_str().to_owned(),
        detail: item.detail,
        bytes: item.raw.len(),
    }
}

/// Does something about the service.
#[expect(clippy::wildcard_enum_match_arm, reason = "every other answer belongs to a question that is not asked here")]
pub(super) async fn tend(served: &Served, deed: SystemDeed) -> Result<SystemDone, OfficeError> {
    let question = match deed {
        SystemDeed::RetryRefused(ids) => Question::QuarantineRetry { ids },
        SystemDeed::RetryDead(ids) => Question::OutboxRetry { ids, channel: None },
        SystemDeed::DiscardDead { ids, with_crises } => {
            Question::OutboxDiscard(Discard { ids, channel: None, only_dead: true, crisis: with_crises })
        }
        SystemDeed::AcceptClock => Question::ClockAccept,
        SystemDeed::DiscardRefused(ids) => {
            let store = served.store.clone();
            let taken = tokio::task::spawn_blocking(move || taken(&store, &ids)).await;
            return taken.map_err(|_| OfficeError::Stopping)?;
        }
    };
    match asked(served, question).await? {
        Answer::Retried { retried, refused_again } => {
            Ok(SystemDone { done: retried.saturating_sub(refused_again), left: refused_again })
        }
        Answer::OutboxRetried { revived, hurried, .. } => Ok(SystemDone { done: revived + hurried, left: 0 }),
        Answer::OutboxDiscarded { discarded, kept_crises, kept_waiting, .. } => {
            Ok(SystemDone { done: discarded.len(), left: kept_crises + kept_waiting })
        }
        Answer::ClockAccepted { step_s } => Ok(SystemDone { done: usize::from(step_s.is_some()), left: 0 }),
        _ => Err(OfficeError::Stopping),
    }
}

fn taken(store: &Store, ids: &[u64]) -> Result<SystemDone, OfficeError> {
    let mut done = 0;
    for id in ids {
        let found = store.take_quarantined(*id).map_err(|error| failed(error.to_string()))?;
        if let Some(item) = found {
            tracing::warn!(id, reason = item.reason.as_str(), "a refused item was thrown away by an operator");
            done += 1;
        }
    }
    Ok(SystemDone { done, left: ids.len() - done })
}

async fn asked(served: &Served, question: Question) -> Result<Answer, OfficeError> {
    let answer = control::answer(question, served).await;
    if let Answer::Failed { problem } = answer { Err(failed(problem)) } else { Ok(answer) }
}

const fn failed(problem: String) -> OfficeError {
    OfficeError::Refused { reason: "failed", problem }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{SiteId, SourceId};
    use crate::domain::rejection::Reason;
    use crate::store::Settings;

    fn item(at: &str, reason: Reason) -> Quarantined {
        Quarantined {
            site: Some(SiteId::parse("plant-a").unwrap()),
            source: Some(SourceId::parse("gw-7").unwrap()),
            topic: "vagus/v1/plant-a/gw-7/readings".to_owned(),
            received_at: at.parse().unwrap(),
            reason,
            detail: "what was wrong".to_owned(),
            index: None,
            raw: b"a secret of somebody's health".to_vec(),
        }
    }

    #[test]
    fn quarantine_is_shown_newest_first_with_counts_and_never_with_what_an_item_held() {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings { path: directory.path().join("store"), ballast_bytes: 4096, ..Settings::default() };
        let store = Store::open(&settings).unwrap();
        for (at, reason) in [
            ("2026-03-01T08:00:00Z", Reason::OutOfRange),
            ("2026-03-01T09:00:00Z", Reason::TooOld),
            ("2026-03-01T10:00:00Z", Reason::OutOfRange),
        ] {
            store.quarantine(&item(at, reason)).unwrap();
        }
        let view = quarantine(&store);
        let shown: Vec<_> = view.newest.iter().map(|row| row.received_at.as_str()).collect();
        assert_eq!(shown, ["2026-03-01T10:00:00Z", "2026-03-01T09:00:00Z", "2026-03-01T08:00:00Z"]);
        assert_eq!(view.reasons, [("out_of_range".to_owned(), 2), ("too_old".to_owned(), 1)]);
        assert!(!format!("{view:?}").contains("secret"));
        let ids = [view.newest[0].id, 999];
        assert_eq!(taken(&store, &ids).unwrap(), SystemDone { done: 1, left: 1 });
        assert_eq!(quarantine(&store).total, 2);
    }
}
