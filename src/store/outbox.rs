//! The outbox: what was decided and not delivered, in the order of decision.
//!
//! A view like the others: it follows the journal's decisions and deliveries, knows how far it got,
//! and catches up when it is opened. With it goes what is remembered of requests about units.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

use raft_engine::env::FileSystem;
use sled::Tree;

use super::asked::Asked;
use super::chunks::{self, Batches, Operations};
use super::error::{StoreError, ViewError};
use super::journal::Journal;
use super::records::{OutboxMark, Record};
use super::types::{AskedUnit, Outgoing};

/// Entry of decisions, place in it: the order of sending.
pub(super) type Place = (u64, u32);

const MARK_KEY: &[u8] = b"mark";
const EVENT: u8 = b'e';

/// The outbox.
pub(super) struct Outbox {
    tree: Tree,
    waiting: BTreeMap<Place, String>,
    places: HashMap<String, Place>,
    mark: OutboxMark,
    /// The units that were asked about.
    asked: Asked,
    /// A write failed: only catching up makes it follow the journal again.
    is_behind: bool,
}

fn key_of(place: Place) -> Vec<u8> {
    let mut key = vec![EVENT];
    key.extend_from_slice(&place.0.to_be_bytes());
    key.extend_from_slice(&place.1.to_be_bytes());
    key
}

fn place_in(key: &[u8]) -> Result<Place, ViewError> {
    let key = key.strip_prefix(&[EVENT]).ok_or(ViewError::Incomplete)?;
    let (entry, place) = key.split_first_chunk().ok_or(ViewError::Incomplete)?;
    let place = place.try_into().map_err(|_| ViewError::Incomplete)?;
    Ok((u64::from_be_bytes(*entry), u32::from_be_bytes(place)))
}

impl Outbox {
    /// Opens what the view has of it.
    pub(super) fn open(tree: Tree) -> Result<Self, ViewError> {
        let mark = tree.get(MARK_KEY)?.map_or(Ok(OutboxMark::default()), |bytes| OutboxMark::decode(&bytes))?;
        let asked = Asked::open(tree.clone())?;
        let (waiting, places) = (BTreeMap::new(), HashMap::new());
        let mut outbox = Self { tree, waiting, places, mark, asked, is_behind: false };
        for value in chunks::values(outbox.tree.scan_prefix([EVENT])) {
            let (key, value) = value?;
            let place = place_in(&key)?;
            let id = Outgoing::decode(&value)?.id;
            outbox.places.insert(id.clone(), place);
            outbox.waiting.insert(place, id);
        }
        Ok(outbox)
    }

    /// Follows the journal to its end.
    pub(super) fn catch_up<F: FileSystem>(&mut self, journal: &Journal<F>) -> Result<(), StoreError> {
        let OutboxMark { decisions_through, deliveries_through } = self.mark;
        let mut delivered = BTreeSet::new();
        let mut mark = self.mark;
        for entry in journal.deliveries(deliveries_through + 1) {
            let (number, ids) = entry?;
            delivered.extend(ids);
            mark.deliveries_through = number;
        }
        for entry in journal.decisions(decisions_through + 1) {
            let (number, decided) = entry?;
            let events = (0_u32..).zip(decided.outgoing().cloned());
            let events: Vec<_> = events.filter(|(_, event)| !delivered.contains(&event.id)).collect();
            self.put(number, &events)?;
            decided.units.iter().try_for_each(|unit| self.asked.note(&unit.asked))?;
            mark.decisions_through = number;
        }
        self.remove(delivered.iter().map(String::as_str))?;
        self.is_behind = false;
        self.set_mark(mark)?;
        Ok(())
    }

    /// Puts events of an entry of decisions.
    pub(super) fn put(&mut self, entry: u64, events: &[(u32, Outgoing)]) -> Result<(), ViewError> {
        let is_behind = std::mem::replace(&mut self.is_behind, true);
        let mut batches = Batches::new(&self.tree);
        for (place, event) in events {
            if self.places.contains_key(&event.id) {
                continue;
            }
            let place = (entry, *place);
            let mut operations = Operations::new();
            chunks::put(&self.tree, &mut operations, &key_of(place), &event.encode())?;
            batches.add(operations)?;
        }
        batches.apply()?;
        for (place, event) in events {
            if let Entry::Vacant(unknown) = self.places.entry(event.id.clone()) {
                unknown.insert((entry, *place));
                self.waiting.insert((entry, *place), event.id.clone());
            }
        }
        self.is_behind = is_behind;
        Ok(())
    }

    /// Notes that units were asked about.
    pub(super) fn note<'a>(&mut self, asked: impl IntoIterator<Item = &'a AskedUnit>) -> Result<(), ViewError> {
        let is_behind = std::mem::replace(&mut self.is_behind, true);
        asked.into_iter().try_for_each(|unit| self.asked.note(unit))?;
        self.is_behind = is_behind;
        Ok(())
    }

    /// The units that were asked about.
    pub(super) const fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Takes events out; ids that are not there are passed over.
    pub(super) fn remove<'i>(&mut self, ids: impl IntoIterator<Item = &'i str>) -> Result<(), ViewError> {
        let is_behind = std::mem::replace(&mut self.is_behind, true);
        let mut batches = Batches::new(&self.tree);
        for id in ids {
            let Some(place) = self.places.remove(id) else { continue };
            self.waiting.remove(&place);
            let mut operations = Operations::new();
            chunks::remove(&self.tree, &mut operations, &key_of(place))?;
            batches.add(operations)?;
        }
        batches.apply()?;
        self.is_behind = is_behind;
        Ok(())
    }

    /// The oldest events.
    pub(super) fn pending(&self, limit: usize) -> Result<Vec<Outgoing>, ViewError> {
        let read = |place: &Place| {
            let bytes = chunks::read(&self.tree, &key_of(*place))?.ok_or(ViewError::Incomplete)?;
            Ok(Outgoing::decode(&bytes)?)
        };
        self.waiting.keys().take(limit).map(read).collect()
    }

    /// How many events wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Everything in it with its place, for a snapshot.
    pub(super) fn image(&self) -> Result<Vec<(Place, Outgoing)>, ViewError> {
        Ok(self.waiting.keys().copied().zip(self.pending(usize::MAX)?).collect())
    }

    /// Whether a write failed since it last caught up.
    pub(super) fn is_behind(&self) -> bool {
        self.is_behind
    }

    /// Notes how far it follows the journal.
    pub(super) fn set_mark(&mut self, mark: OutboxMark) -> Result<(), ViewError> {
        if mark != self.mark {
            self.tree.insert(MARK_KEY, mark.encode())?;
            self.mark = mark;
        }
        Ok(())
    }
}
