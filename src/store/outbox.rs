//! The outbox: what was decided and not delivered, by channel, in the order of decision.
//!
//! A view like the others: it follows the journal's decisions and what became of deliveries, knows how
//! far it got, and catches up when it is opened. Where everything stands is held in memory, so that
//! many deliveries of one channel cost another nothing; their bytes are read one by one when they
//! are sent. With it goes what is remembered of requests about units.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::Bound;
use std::sync::Arc;

use raft_engine::env::FileSystem;
use sled::Tree;

use super::asked::Asked;
use super::chunks::{self, Batches, Operations};
use super::error::{StoreError, ViewError};
use super::journal::Journal;
use super::parcels::{DeliveryKey, DeliveryOutcome, Fate, Listed, Outgoing, Place, Ticket, Waiting};
use super::records::{DeliveryState, OutboxMark, Record};
use super::settings::Settings;
use super::types::AskedUnit;
use crate::domain::Timestamp;
use crate::domain::ids::ChannelId;

const MARK_KEY: &[u8] = b"mark";
const EVENT: u8 = b'e';
const STATE: u8 = b's';

/// What is held in memory of a delivery.
struct Entry {
    key: Arc<DeliveryKey>,
    is_crisis: bool,
    decided_at: Timestamp,
    state: DeliveryState,
}

impl Entry {
    /// Since when it waits.
    fn since(&self) -> Timestamp {
        self.state.revived_at.unwrap_or(self.decided_at).max(self.decided_at)
    }
}

/// The deliveries of one channel that wait, in the order of decision.
#[derive(Default)]
struct Queue {
    crisis: BTreeSet<Place>,
    others: BTreeSet<Place>,
    dead: usize,
}

impl Queue {
    fn of(&mut self, is_crisis: bool) -> &mut BTreeSet<Place> {
        if is_crisis { &mut self.crisis } else { &mut self.others }
    }
}

/// The outbox.
pub(super) struct Outbox {
    tree: Tree,
    entries: BTreeMap<Place, Entry>,
    places: HashMap<Arc<DeliveryKey>, Place>,
    queues: BTreeMap<ChannelId, Queue>,
    /// Given up, the oldest first.
    dead: BTreeSet<(Timestamp, Place)>,
    max_dead: usize,
    dropped: u64,
    mark: OutboxMark,
    /// The units that were asked about.
    asked: Asked,
    /// A write failed: only catching up makes it follow the journal again.
    is_behind: bool,
}

fn key_of(kind: u8, place: Place) -> Vec<u8> {
    let mut key = vec![kind];
    key.extend_from_slice(&place.entry.to_be_bytes());
    key.extend_from_slice(&place.index.to_be_bytes());
    key
}

fn place_in(kind: u8, key: &[u8]) -> Result<Place, ViewError> {
    let key = key.strip_prefix(&[kind]).ok_or(ViewError::Incomplete)?;
    let (entry, index) = key.split_first_chunk().ok_or(ViewError::Incomplete)?;
    let index = index.try_into().map_err(|_| ViewError::Incomplete)?;
    Ok(Place { entry: u64::from_be_bytes(*entry), index: u32::from_be_bytes(index) })
}

/// Reads the bytes of deliveries, while others may change the outbox.
#[derive(Clone)]
pub(super) struct Bytes(Tree);

impl Bytes {
    /// The delivery in a place; none where it is there no more.
    pub(super) fn read(&self, place: Place) -> Result<Option<Outgoing>, ViewError> {
        // One that is taken out while it is read may look incomplete.
        let key = key_of(EVENT, place);
        match chunks::read(&self.0, &key) {
            Ok(bytes) => Ok(bytes.map(|bytes| Outgoing::decode(&bytes)).transpose()?),
            Err(ViewError::Incomplete) if chunks::read(&self.0, &key)?.is_none() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl Outbox {
    /// Opens what the view has of it.
    pub(super) fn open(tree: Tree, settings: &Settings) -> Result<Self, ViewError> {
        let mark = tree.get(MARK_KEY)?.map_or(Ok(OutboxMark::default()), |bytes| OutboxMark::decode(&bytes))?;
        let asked = Asked::open(tree.clone())?;
        let mut outbox = Self {
            tree,
            entries: BTreeMap::new(),
            places: HashMap::new(),
            queues: BTreeMap::new(),
            dead: BTreeSet::new(),
            max_dead: settings.max_dead_letters.max(1),
            dropped: 0,
            mark,
            asked,
            is_behind: false,
        };
        let tree = outbox.tree.clone();
        for value in chunks::values(tree.scan_prefix([EVENT])) {
            let (key, value) = value?;
            outbox.hold(place_in(EVENT, &key)?, &Outgoing::decode(&value)?);
        }
        for entry in tree.scan_prefix([STATE]) {
            let (key, value) = entry?;
            outbox.set_state(place_in(STATE, &key)?, DeliveryState::decode(&value)?);
        }
        Ok(outbox)
    }

    /// Follows the journal to its end.
    pub(super) fn catch_up<F: FileSystem>(&mut self, journal: &Journal<F>) -> Result<(), StoreError> {
        let OutboxMark { decisions_through, deliveries_through } = self.mark;
        let (mut outcomes, mut gone, mut mark) = (Vec::new(), HashSet::new(), self.mark);
        for entry in journal.deliveries(deliveries_through + 1) {
            let (number, became) = entry?;
            let ended = |outcome: &&DeliveryOutcome| matches!(outcome.fate, Fate::Delivered | Fate::Discarded);
            gone.extend(became.iter().filter(ended).map(|outcome| outcome.key.clone()));
            outcomes.extend(became);
            mark.deliveries_through = number;
        }
        for entry in journal.decisions(decisions_through + 1) {
            let (number, decided) = entry?;
            let events = (0_u32..).zip(decided.outgoing().cloned());
            let events: Vec<_> = events.filter(|(_, event)| !gone.contains(&event.key())).collect();
            self.put(number, &events)?;
            decided.units.iter().try_for_each(|unit| self.asked.note(&unit.asked))?;
            mark.decisions_through = number;
        }
        self.follow(&outcomes)?;
        self.is_behind = false;
        self.set_mark(mark)?;
        Ok(())
    }

    /// Puts deliveries of an entry of decisions; those that are there already stay where they are.
    pub(super) fn put(&mut self, entry: u64, events: &[(u32, Outgoing)]) -> Result<(), ViewError> {
        let is_behind = std::mem::replace(&mut self.is_behind, true);
        let mut batches = Batches::new(&self.tree);
        let (mut added, mut keys) = (Vec::new(), HashSet::new());
        for (index, event) in events {
            let key = event.key();
            if self.places.contains_key(&key) || !keys.insert(key) {
                continue;
            }
            let place = Place { entry, index: *index };
            let mut operations = Operations::new();
            chunks::put(&self.tree, &mut operations, &key_of(EVENT, place), &event.encode())?;
            batches.add(operations)?;
            added.push((place, event));
        }
        batches.apply()?;
        added.into_iter().for_each(|(place, event)| self.hold(place, event));
        self.is_behind = is_behind;
        Ok(())
    }

    /// Holds in memory what stands in a place.
    fn hold(&mut self, place: Place, event: &Outgoing) {
        let key = Arc::new(event.key());
        self.queues.entry(key.channel.clone()).or_default().of(event.is_crisis).insert(place);
        self.places.insert(Arc::clone(&key), place);
        let (is_crisis, decided_at) = (event.is_crisis, event.decided_at);
        self.entries.insert(place, Entry { key, is_crisis, decided_at, state: DeliveryState::default() });
    }

    fn set_state(&mut self, place: Place, state: DeliveryState) {
        let Some(entry) = self.entries.get_mut(&place) else { return };
        let Some(queue) = self.queues.get_mut(&entry.key.channel) else { return };
        match (&entry.state.dead, &state.dead) {
            (Some(before), now) => {
                self.dead.remove(&(before.at, place));
                if now.is_none() {
                    queue.dead -= 1;
                    queue.of(entry.is_crisis).insert(place);
                }
            }
            (None, Some(_)) => {
                queue.of(entry.is_crisis).remove(&place);
                queue.dead += 1;
            }
            (None, None) => {}
        }
        self.dead.extend(state.dead.as_ref().map(|letter| (letter.at, place)));
        entry.state = state;
    }

    fn forget(&mut self, place: Place) {
        self.set_state(place, DeliveryState::default());
        let Some(entry) = self.entries.remove(&place) else { return };
        self.places.remove(&entry.key);
        if let Some(queue) = self.queues.get_mut(&entry.key.channel) {
            queue.of(entry.is_crisis).remove(&place);
        }
    }

    /// Puts what became of a delivery that is there, from a snapshot.
    pub(super) fn restore(&mut self, place: Place, state: DeliveryState) -> Result<(), ViewError> {
        self.tree.insert(key_of(STATE, place), state.encode())?;
        self.set_state(place, state);
        Ok(())
    }

    /// Follows what became of deliveries; those that are not there are passed over.
    pub(super) fn follow(&mut self, outcomes: &[DeliveryOutcome]) -> Result<(), ViewError> {
        let is_behind = std::mem::replace(&mut self.is_behind, true);
        let mut batches = Batches::new(&self.tree);
        // Several may be about one delivery: the last one holds.
        let mut states: BTreeMap<Place, Option<DeliveryState>> = BTreeMap::new();
        for DeliveryOutcome { key, fate } in outcomes {
            let Some(place) = self.places.get(key).copied() else { continue };
            let known = states.get(&place).cloned().unwrap_or_else(|| Some(self.entries.get(&place)?.state.clone()));
            let Some(mut state) = known else { continue };
            let state = match fate {
                Fate::Delivered | Fate::Discarded => None,
                Fate::Dead { letter } => {
                    state.dead = Some(letter.clone());
                    Some(state)
                }
                Fate::Revived { at } => Some(DeliveryState { revived_at: Some(*at), dead: None }),
            };
            states.insert(place, state);
        }
        for (place, state) in &states {
            let mut operations = vec![(key_of(STATE, *place), state.as_ref().map(Record::encode))];
            if state.is_none() {
                chunks::remove(&self.tree, &mut operations, &key_of(EVENT, *place))?;
            }
            batches.add(operations)?;
        }
        batches.apply()?;
        for (place, state) in states {
            match state {
                Some(state) => self.set_state(place, state),
                None => self.forget(place),
            }
        }
        self.is_behind = is_behind;
        Ok(())
    }

    /// The dead letters that have to go for there to be room for those of `outcomes`, the oldest first;
    /// those of a crisis only where nothing else is left.
    pub(super) fn crowded_out(&mut self, outcomes: &[DeliveryOutcome]) -> Vec<DeliveryOutcome> {
        let dies = |outcome: &&DeliveryOutcome| matches!(outcome.fate, Fate::Dead { .. });
        let dying: BTreeSet<&DeliveryKey> =
            outcomes.iter().filter(dies).map(|o| &o.key).filter(|key| self.places.contains_key(*key)).collect();
        let old = self.dead.iter().filter_map(|(_, place)| self.entries.get(place)).map(|entry| &*entry.key);
        let old: Vec<&DeliveryKey> = if dying.is_empty() { return Vec::new() } else { old.collect() };
        let old: Vec<&DeliveryKey> = old.into_iter().filter(|key| !dying.contains(key)).collect();
        let excess = (old.len() + dying.len()).saturating_sub(self.max_dead);
        if excess == 0 {
            return Vec::new();
        }
        let is_crisis = |key: &DeliveryKey| {
            let entry = self.places.get(key).and_then(|place| self.entries.get(place));
            entry.is_some_and(|entry| entry.is_crisis)
        };
        let (crises, others): (Vec<&DeliveryKey>, Vec<&DeliveryKey>) =
            old.into_iter().chain(dying).partition(|key| is_crisis(key));
        let out: Vec<DeliveryOutcome> = (others.into_iter().chain(crises).take(excess))
            .map(|key| DeliveryOutcome { key: key.clone(), fate: Fate::Discarded })
            .collect();
        self.dropped += out.len() as u64;
        out
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

    /// The way to the bytes of deliveries.
    pub(super) fn bytes(&self) -> Bytes {
        Bytes(self.tree.clone())
    }

    /// Where the next deliveries of a channel stand: of a crisis before others, then in the order of
    /// decision.
    pub(super) fn next_places(&self, channel: &ChannelId, limit: usize) -> Vec<Place> {
        let Some(queue) = self.queues.get(channel) else { return Vec::new() };
        queue.crisis.iter().chain(&queue.others).take(limit).copied().collect()
    }

    /// Deliveries of a channel, of a crisis or not, that stand behind `after`, in the order of decision.
    pub(super) fn tickets(
        &self,
        channel: &ChannelId,
        is_crisis: bool,
        after: Option<Place>,
        limit: usize,
    ) -> Vec<Ticket> {
        let Some(queue) = self.queues.get(channel) else { return Vec::new() };
        let places = if is_crisis { &queue.crisis } else { &queue.others };
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let found = places.range((from, Bound::Unbounded)).take(limit);
        let ticket = |place: &Place| {
            let entry = self.entries.get(place)?;
            Some(Ticket { place: *place, key: Arc::clone(&entry.key), is_crisis, since: entry.since() })
        };
        found.filter_map(ticket).collect()
    }

    /// Deliveries in the order of decision, or dead letters in the order of their end.
    pub(super) fn list(&self, channel: Option<&ChannelId>, only_dead: bool, limit: usize) -> Vec<Listed> {
        let is_meant = |entry: &&Entry| channel.is_none_or(|channel| entry.key.channel == *channel);
        if only_dead {
            let entries = self.dead.iter().filter_map(|(_, place)| self.entries.get(place));
            return entries.filter(is_meant).take(limit).map(listed).collect();
        }
        self.entries.values().filter(is_meant).take(limit).map(listed).collect()
    }

    /// The deliveries of events with these ids; all, where none is named.
    pub(super) fn find(&self, channel: Option<&ChannelId>, ids: &[String]) -> Vec<Listed> {
        let ids: HashSet<&str> = ids.iter().map(String::as_str).collect();
        let is_meant = |entry: &&Entry| {
            channel.is_none_or(|channel| entry.key.channel == *channel)
                && (ids.is_empty() || ids.contains(entry.key.id.as_str()))
        };
        self.entries.values().filter(is_meant).map(listed).collect()
    }

    /// Since when the one that has waited longest waits.
    fn oldest(&self, places: &BTreeSet<Place>) -> Option<Timestamp> {
        let mut oldest = None;
        for entry in places.iter().filter_map(|place| self.entries.get(place)) {
            oldest = oldest.into_iter().chain([entry.since()]).min();
            // What was decided later waits no longer than this one; only what was sent again waits for less.
            if entry.state.revived_at.is_none() {
                break;
            }
        }
        oldest
    }

    /// How many deliveries of each channel there are.
    pub(super) fn counts(&self) -> BTreeMap<ChannelId, Waiting> {
        let count = |queue: &Queue| Waiting {
            pending: queue.crisis.len() + queue.others.len(),
            dead: queue.dead,
            oldest: self.oldest(&queue.crisis).into_iter().chain(self.oldest(&queue.others)).min(),
        };
        self.queues.iter().map(|(channel, queue)| (channel.clone(), count(queue))).collect()
    }

    /// Dead letters that were dropped for room since it was opened.
    pub(super) const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Puts a copy of everything into an empty tree.
    pub(super) fn copy_to(&self, tree: &Tree) -> Result<(), ViewError> {
        chunks::copy_tree(&self.tree, tree)
    }

    /// Goes on in a tree that has a copy of everything.
    pub(super) fn go_on_in(&mut self, tree: Tree) {
        self.asked.go_on_in(tree.clone());
        self.tree = tree;
    }

    /// Everything in it, for a snapshot: the bytes are read afterwards, one by one.
    pub(super) fn image(&self) -> Vec<(Place, DeliveryState)> {
        self.entries.iter().map(|(place, entry)| (*place, entry.state.clone())).collect()
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

fn listed(entry: &Entry) -> Listed {
    Listed {
        key: Arc::clone(&entry.key),
        is_crisis: entry.is_crisis,
        decided_at: entry.decided_at,
        revived_at: entry.state.revived_at,
        dead: entry.state.dead.clone(),
    }
}
