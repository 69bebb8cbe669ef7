//! Quarantine: what was refused, bounded in number and in bytes. The oldest goes first, and is counted.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};

use sled::Tree;

use super::chunks::{self, Batches, Operations};
use super::error::ViewError;
use super::records::Record;
use super::settings::Settings;
use super::types::{QuarantineFilter, Quarantined};
use crate::domain::worker::Tombstone;

const NEXT_KEY: &[u8] = b"next";
const ITEM: u8 = b'q';

/// The bounds of quarantine.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    items: usize,
    bytes: u64,
}

/// Quarantine.
pub(super) struct Quarantine {
    tree: Tree,
    bounds: Bounds,
    /// The length and digest of each item.
    items: BTreeMap<u64, (u64, u64)>,
    /// The item of each digest.
    digests: HashMap<u64, u64>,
    bytes: u64,
    next: u64,
    evicted: u64,
}

fn key_of(id: u64) -> Vec<u8> {
    let mut key = vec![ITEM];
    key.extend_from_slice(&id.to_be_bytes());
    key
}

fn id_in(key: &[u8]) -> Result<u64, ViewError> {
    let id = key.strip_prefix(&[ITEM]).and_then(|id| id.try_into().ok()).ok_or(ViewError::Incomplete)?;
    Ok(u64::from_be_bytes(id))
}

/// Only compared with others of the same process.
fn digest_of(value: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

fn passes(filter: &QuarantineFilter, item: &Quarantined) -> bool {
    fn is_one<T: PartialEq>(wanted: Option<&T>, found: Option<&T>) -> bool {
        wanted.is_none() || wanted == found
    }
    is_one(filter.site.as_ref(), item.site.as_ref())
        && is_one(filter.source.as_ref(), item.source.as_ref())
        && is_one(filter.reason.as_ref(), Some(&item.reason))
}

impl Quarantine {
    /// Opens what the view has of it.
    pub(super) fn open(tree: Tree, settings: &Settings) -> Result<Self, ViewError> {
        let next = tree.get(NEXT_KEY)?.map_or(Ok(1), |bytes| u64::decode(&bytes))?;
        let bounds = Bounds { items: settings.quarantine_max_items.max(1), bytes: settings.quarantine_max_bytes };
        let (mut items, mut digests) = (BTreeMap::new(), HashMap::new());
        for value in chunks::values(tree.scan_prefix([ITEM])) {
            let (key, value) = value?;
            let (id, digest) = (id_in(&key)?, digest_of(&value));
            items.insert(id, (value.len() as u64, digest));
            digests.insert(digest, id);
        }
        let bytes = items.values().map(|(length, _)| length).sum();
        Ok(Self { tree, bounds, items, digests, bytes, next, evicted: 0 })
    }

    /// Puts an item in and makes room for it. Returns its id. The same item at the same time is one: a
    /// row that is applied again after a restart puts nothing in twice.
    pub(super) fn put(&mut self, item: &Quarantined) -> Result<u64, ViewError> {
        let (id, value) = (self.next, item.encode());
        let digest = digest_of(&value);
        if let Some(known) = self.digests.get(&digest) {
            return Ok(*known);
        }
        let mut operations = vec![(NEXT_KEY.to_vec(), Some((id + 1).encode()))];
        chunks::put(&self.tree, &mut operations, &key_of(id), &value)?;
        let mut batches = Batches::new(&self.tree);
        batches.add(operations)?;
        batches.apply()?;
        self.next += 1;
        self.items.insert(id, (value.len() as u64, digest));
        self.digests.insert(digest, id);
        self.bytes += value.len() as u64;
        self.make_room()?;
        Ok(id)
    }

    /// Drops the oldest until the bounds hold; the newest stays, however long it is.
    fn make_room(&mut self) -> Result<(), ViewError> {
        while self.items.len() > 1 && (self.items.len() > self.bounds.items || self.bytes > self.bounds.bytes) {
            let Some((oldest, _)) = self.items.first_key_value() else { break };
            self.remove(*oldest)?;
            self.evicted += 1;
        }
        Ok(())
    }

    fn remove(&mut self, id: u64) -> Result<(), ViewError> {
        let mut operations = Operations::new();
        chunks::remove(&self.tree, &mut operations, &key_of(id))?;
        let mut batches = Batches::new(&self.tree);
        batches.add(operations)?;
        batches.apply()?;
        if let Some((length, digest)) = self.items.remove(&id) {
            self.bytes -= length;
            self.digests.remove(&digest);
        }
        Ok(())
    }

    fn read(&self, id: u64) -> Result<Option<Quarantined>, ViewError> {
        let bytes = chunks::read(&self.tree, &key_of(id))?;
        Ok(bytes.map(|bytes| Quarantined::decode(&bytes)).transpose()?)
    }

    /// The newest items, newest first, with their ids.
    pub(super) fn newest(&self, limit: usize) -> Result<Vec<(u64, Quarantined)>, ViewError> {
        let ids = self.items.keys().rev().take(limit);
        ids.map(|id| Ok((*id, self.read(*id)?.ok_or(ViewError::Incomplete)?))).collect()
    }

    /// The oldest items that pass the filter, with their ids.
    pub(super) fn list(&self, filter: &QuarantineFilter, limit: usize) -> Result<Vec<(u64, Quarantined)>, ViewError> {
        let mut found = Vec::new();
        let from = filter.after.map_or(0, |after| after.saturating_add(1));
        for id in self.items.range(from..).map(|(id, _)| *id) {
            if found.len() == limit {
                break;
            }
            let item = self.read(id)?.ok_or(ViewError::Incomplete)?;
            if passes(filter, &item) {
                found.push((id, item));
            }
        }
        Ok(found)
    }

    /// Takes an item out.
    pub(super) fn take(&mut self, id: u64) -> Result<Option<Quarantined>, ViewError> {
        if !self.items.contains_key(&id) {
            return Ok(None);
        }
        let item = self.read(id)?;
        self.remove(id)?;
        Ok(item)
    }

    /// The ids of everything in it.
    pub(super) fn ids(&self) -> Vec<u64> {
        self.items.keys().copied().collect()
    }

    /// The stored bytes of an item; none where it is there no more.
    pub(super) fn raw(&self, id: u64) -> Result<Option<Vec<u8>>, ViewError> {
        chunks::read(&self.tree, &key_of(id))
    }

    /// Puts back an item under the id it had, which is above those that are there. The bounds are kept as ever.
    pub(super) fn restore(&mut self, id: u64, item: &Quarantined) -> Result<(), ViewError> {
        self.next = self.next.max(id);
        self.put(item).map(|_| ())
    }

    /// Removes an item where it names somebody who was erased.
    pub(super) fn forget(&mut self, id: u64, stones: &[Tombstone]) -> Result<(), ViewError> {
        if !self.items.contains_key(&id) {
            return Ok(());
        }
        let item = self.read(id)?.ok_or(ViewError::Incomplete)?;
        let is_of_site = |stone: &&Tombstone| item.site.as_ref().is_none_or(|site| *site == stone.site);
        let names = |stone: &Tombstone| stone.is_named_in(&item.raw) || stone.is_named_by_us(&item.detail);
        if stones.iter().filter(is_of_site).any(names) { self.remove(id) } else { Ok(()) }
    }

    /// Puts a copy of everything into an empty tree.
    pub(super) fn copy_to(&self, tree: &Tree) -> Result<(), ViewError> {
        chunks::copy_tree(&self.tree, tree)
    }

    /// Goes on in a tree that has a copy of everything.
    pub(super) fn go_on_in(&mut self, tree: Tree) {
        self.tree = tree;
    }

    /// How many items are in it.
    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    /// How many items were dropped for room since it was opened.
    pub(super) fn evicted(&self) -> u64 {
        self.evicted
    }
}
