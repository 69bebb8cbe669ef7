//! The store's side of delivery: what waits, and what became of it.

use std::collections::BTreeMap;

use super::error::StoreError;
use super::outbox::Outbox;
use super::parcels::{DeliveryKey, DeliveryOutcome, Fate, Listed, Outgoing, Place, Ticket, Waiting};
use super::{Store, held};
use crate::domain::Timestamp;
use crate::domain::ids::ChannelId;

impl Store {
    /// Writes what leaves without a decision about a worker or unit, and puts it into the outbox. When
    /// this returns, it is on the disk itself.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be written.
    pub fn append_notices(&self, notices: &[Outgoing]) -> Result<(), StoreError> {
        if notices.is_empty() {
            return Ok(());
        }
        let mut outbox = self.outbox()?;
        let of_row = self.last_row();
        let entry = self.with_ballast(|inner| inner.journal.append_notices(of_row, notices))?;
        outbox.put(entry, &(0..).zip(notices.iter().cloned()).collect::<Vec<_>>())?;
        Ok(())
    }

    /// Notes what became of deliveries, in order. What was delivered is not synced: it may be sent
    /// again after a power loss, under the same id; everything else is on the disk when this returns.
    /// Where there are too many dead letters, the oldest are dropped and counted, those of a crisis last.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be written.
    pub fn append_outcomes(&self, outcomes: &[DeliveryOutcome]) -> Result<(), StoreError> {
        self.note_outcomes(&mut *self.outbox()?, outcomes)
    }

    fn note_outcomes(&self, outbox: &mut Outbox, outcomes: &[DeliveryOutcome]) -> Result<(), StoreError> {
        if outcomes.is_empty() {
            return Ok(());
        }
        let dropped = outbox.crowded_out(outcomes);
        let outcomes: Vec<DeliveryOutcome> = outcomes.iter().cloned().chain(dropped).collect();
        self.with_ballast(|inner| inner.journal.append_outcomes(&outcomes))?;
        outbox.follow(&outcomes)?;
        Ok(())
    }

    /// Notes that deliveries were made, and takes them out of the outbox. Not synced: they may be made
    /// again after a power loss, under the same id.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be written.
    pub fn append_delivered(&self, keys: &[DeliveryKey]) -> Result<(), StoreError> {
        let outcomes = keys.iter().map(|key| DeliveryOutcome { key: key.clone(), fate: Fate::Delivered });
        self.append_outcomes(&outcomes.collect::<Vec<_>>())
    }

    /// The next deliveries of a channel that were decided and not made: of a crisis before others, then
    /// in the order of decision.
    ///
    /// # Errors
    /// [`StoreError`] where the view cannot be read.
    pub fn pending(&self, channel: &ChannelId, limit: usize) -> Result<Vec<Outgoing>, StoreError> {
        let (places, bytes) = {
            let outbox = self.outbox()?;
            (outbox.next_places(channel, limit), outbox.bytes())
        };
        // Read while others may go on; one that was made meanwhile is left out.
        Ok(places.into_iter().filter_map(|place| bytes.read(place).transpose()).collect::<Result<_, _>>()?)
    }

    /// Deliveries of a channel, of a crisis or not, that wait behind `after`, in the order of decision.
    ///
    /// # Errors
    /// [`StoreError`] where the view cannot be read.
    pub fn tickets(
        &self,
        channel: &ChannelId,
        is_crisis: bool,
        after: Option<Place>,
        limit: usize,
    ) -> Result<Vec<Ticket>, StoreError> {
        Ok(self.outbox()?.tickets(channel, is_crisis, after, limit))
    }

    /// The delivery in a place of the outbox; none where it is there no more.
    ///
    /// # Errors
    /// [`StoreError`] where the view cannot be read.
    pub fn delivery(&self, place: Place) -> Result<Option<Outgoing>, StoreError> {
        let bytes = self.outbox()?.bytes();
        Ok(bytes.read(place)?)
    }

    /// How many deliveries of a channel wait.
    #[must_use]
    pub fn pending_len(&self, channel: &ChannelId) -> usize {
        self.outbox_counts().get(channel).map_or(0, |count| count.pending)
    }

    /// How many deliveries of each channel there are; channels that never had any are left out.
    #[must_use]
    pub fn outbox_counts(&self) -> BTreeMap<ChannelId, Waiting> {
        held(&self.inner.outbox).counts()
    }

    /// How many dead letters were dropped because there were too many, since the start.
    #[must_use]
    pub fn dead_letters_dropped(&self) -> u64 {
        held(&self.inner.outbox).dropped()
    }

    /// Deliveries in the order of decision; where only dead letters are asked for, in the order of
    /// their end.
    ///
    /// # Errors
    /// [`StoreError`] where the journal cannot be read.
    pub fn outbox_list(
        &self,
        channel: Option<&ChannelId>,
        only_dead: bool,
        limit: usize,
    ) -> Result<Vec<Listed>, StoreError> {
        Ok(self.outbox()?.list(channel, only_dead, limit))
    }

    /// Throws deliveries away, for good: of those of events with these ids, or of all where none is named,
    /// whatever `is_meant`. Nothing becomes of any of them between the question and its end. Whoever asks
    /// has to tell the log: the journal keeps that it was done only until it is cut.
    /// Returns what was thrown away.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be written.
    pub fn discard(
        &self,
        channel: Option<&ChannelId>,
        ids: &[String],
        mut is_meant: impl FnMut(&Listed) -> bool,
    ) -> Result<Vec<Listed>, StoreError> {
        let mut outbox = self.outbox()?;
        let mut going = outbox.find(channel, ids);
        going.retain(|listed| is_meant(listed));
        let outcome = |listed: &Listed| DeliveryOutcome { key: (*listed.key).clone(), fate: Fate::Discarded };
        self.note_outcomes(&mut outbox, &going.iter().map(outcome).collect::<Vec<_>>())?;
        Ok(going)
    }

    /// Makes dead letters wait again: those of events with these ids, or all, where none is named.
    /// Returns every delivery that was meant, as it was before.
    ///
    /// # Errors
    /// [`StoreError`] where it could not be written.
    pub fn revive(
        &self,
        channel: Option<&ChannelId>,
        ids: &[String],
        at: Timestamp,
    ) -> Result<Vec<Listed>, StoreError> {
        let mut outbox = self.outbox()?;
        let found = outbox.find(channel, ids);
        let dead = found.iter().filter(|listed| listed.dead.is_some());
        let revived = |listed: &Listed| DeliveryOutcome { key: (*listed.key).clone(), fate: Fate::Revived { at } };
        self.note_outcomes(&mut outbox, &dead.map(revived).collect::<Vec<_>>())?;
        Ok(found)
    }
}

#[cfg(test)]
#[path = "deliveries_tests.rs"]
mod tests;
