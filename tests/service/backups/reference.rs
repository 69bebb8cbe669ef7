//! What a restored store is held against: the original's journal, replayed from its first row and from nothing else.

use std::collections::BTreeMap;
use std::path::Path;

use vagus::app::recovery::{Recovered, recover};
use vagus::app::registry::CaseDirectory;
use vagus::app::shards::Shards;
use vagus::config;
use vagus::domain::Timestamp;
use vagus::domain::ids::{ChannelId, RowNumber, WorkerNumber};
use vagus::engine::row::Row;
use vagus::engine::{Mode, Settings as EngineSettings};
use vagus::store::{Checkpoint, DecisionRecord, QuarantineFilter, Settings, Store};

fn settings(path: &Path) -> Settings {
    Settings { path: path.to_owned(), ballast_bytes: 0, ..Settings::default() }
}

/// What is known of a worker.
struct Known {
    /// As it is stored, cases included.
    record: Vec<u8>,
    /// The same and every night in detail, for reading.
    text: String,
}

impl Known {
    fn is_same_as(&self, other: &Self, place: &str) {
        if let Some(line) = self.text.lines().zip(other.text.lines()).position(|(one, other)| one != other) {
            let around =
                |known: &Self| known.text.lines().skip(line.saturating_sub(20)).take(25).collect::<Vec<_>>().join("\n");
            panic!("{place}, restored:\n{}\nand the original:\n{}", around(self), around(other));
        }
        assert!(self.record == other.record && self.text == other.text, "{place}");
    }
}

/// Everybody.
fn everybody(store: &Store, shards: &mut Shards, now: Timestamp) -> BTreeMap<WorkerNumber, Known> {
    shards.begin_saving();
    loop {
        let unsaved = shards.take_unsaved(usize::MAX, now);
        if unsaved.is_empty() {
            break;
        }
        let save = unsaved.into_iter().map(|unsaved| Checkpoint {
            worker: unsaved.worker,
            applied_through: 1,
            history: unsaved.history,
            details: unsaved.details,
            dropped_details: unsaved.dropped_details,
        });
        store.save(save.collect()).unwrap();
    }
    // Everybody under the same row, whenever they were saved.
    let mut all: Vec<_> = shards.histories().map(|(worker, history)| (worker, history.clone())).collect();
    all.sort_by_key(|(worker, _)| *worker);
    let mut bytes = BTreeMap::new();
    for (worker, history) in all {
        let (dates, text) = (history.detail_dates.clone(), format!("{history:#?}"));
        let (details, dropped_details) = (Vec::new(), Vec::new());
        store.save(vec![Checkpoint { worker, applied_through: 1, history, details, dropped_details }]).unwrap();
        let stored = store.history(worker).unwrap().unwrap();
        assert_eq!(stored.worker, worker);
        let details = dates.into_iter().map(|date| format!("{:#?}", store.detail(worker, date).unwrap()));
        bytes.insert(worker, Known { record: stored.record, text: text + &details.collect::<String>() });
    }
    bytes
}

/// The original, as its journal tells it.
pub(super) struct Original {
    store: Store,
    engine: EngineSettings,
    shards: Shards,
    rows: Vec<Row>,
    decisions: BTreeMap<RowNumber, Vec<DecisionRecord>>,
    applied: usize,
    _directory: tempfile::TempDir,
}

impl Original {
    /// Reads the journal of the store of a configuration, and nothing else of it.
    pub(super) fn read(config: &Path) -> Self {
        let (configured, engine) = config::load(config).unwrap();
        let store = configured.store.path;
        let directory = tempfile::tempdir().unwrap();
        let journal = directory.path().join("journal");
        std::fs::create_dir(&journal).unwrap();
        for file in std::fs::read_dir(store.join("journal")).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), journal.join(file.file_name())).unwrap();
        }
        let store = Store::open(&settings(directory.path())).unwrap();
        let recovery = store.recover().unwrap();
        assert_eq!((recovery.settled, recovery.workers.len()), (0, 0), "the journal is whole, and alone");
        let rows: Vec<Row> = store.rows(0).collect::<Result<_, _>>().unwrap();
        assert_eq!(rows[0].number, 1);
        let shards = Shards::new(1, &engine, Mode::Rebuild);
        Self { store, shards, engine, rows, decisions: recovery.decisions, applied: 0, _directory: directory }
    }

    /// Asserts that a restored store is the original as it was at the restored one's position, and gives that. To be
    /// asked in the order of positions.
    pub(super) fn is_same_as(&mut self, restored: &Path) -> RowNumber {
        let other = Store::open(&settings(restored)).unwrap();
        let (recovery, row) = (other.recover().unwrap(), other.last_row());
        while self.rows.get(self.applied).is_some_and(|next| next.number <= row) {
            let next = self.rows[self.applied].clone();
            let (number, now) = (next.number, next.now);
            self.shards.apply(now, next.groups, &self.store).unwrap();
            for record in self.decisions.get(&number).into_iter().flatten() {
                self.shards.apply_fact(record.worker, &record.change);
            }
            self.applied += 1;
        }
        let last = &self.rows[self.applied - 1];
        assert_eq!((last.number, Some(last.now)), (row, recovery.last_now), "the journal's position");
        for kept in other.rows(recovery.settled.saturating_sub(1)) {
            let kept = kept.unwrap();
            assert_eq!(kept, self.rows[usize::try_from(kept.number).unwrap() - 1]);
        }
        for (number, decided) in &recovery.decisions {
            assert_eq!(Some(decided), self.decisions.get(number), "decisions of row {number}");
        }
        self.has_the_same_outbox_and_quarantine(&other, row);

        // As a start does it: rows that were perhaps not decided are decided now.
        let mut shards = Shards::new(3, &self.engine, Mode::Rebuild);
        let Recovered { undecided, last_now, .. } = recover(&other, &mut shards, &CaseDirectory::default()).unwrap();
        for undecided in undecided {
            shards.apply(undecided.now, undecided.groups, &other).unwrap();
        }
        let found = everybody(&other, &mut shards, last_now);
        let expected = everybody(&self.store, &mut self.shards, last_now);
        assert!(found.keys().eq(expected.keys()) && found.len() > 5, "{} workers", found.len());
        for (worker, known) in &found {
            known.is_same_as(&expected[worker], &format!("worker {} at row {row}", worker.0));
        }
        row
    }

    /// What waits was decided by then, in full; what was refused by then lies there, in order.
    fn has_the_same_outbox_and_quarantine(&self, other: &Store, row: RowNumber) {
        let decided = self.decisions.range(..=row).flat_map(|(_, decided)| decided);
        let known: Vec<_> = decided.flat_map(|decided| &decided.outgoing).collect();
        for waiting in other.pending(&ChannelId::mqtt(), usize::MAX).unwrap() {
            assert!(known.contains(&&waiting), "{} was not decided by row {row}", waiting.id);
        }
        let refused = self.rows.iter().filter(|known| known.number <= row).flat_map(|row| &row.messages);
        let refused: Vec<_> = refused.flat_map(|message| &message.refused).map(|refused| refused.raw.clone()).collect();
        let kept = other.quarantined(&QuarantineFilter::default(), usize::MAX).unwrap();
        let kept: Vec<_> = kept.into_iter().map(|(_, item)| item.raw).collect();
        // What the last rows refused is put there when they are applied.
        assert!(refused.starts_with(&kept), "quarantine at row {row}");
    }

    /// The longest time between two rows.
    pub(super) fn longest_pause_ms(&self) -> i128 {
        let pauses = self.rows.windows(2).map(|pair| pair[1].now.duration_since(pair[0].now).as_millis());
        pauses.max().unwrap_or(0)
    }
}
