//! Stored formats: domain types in, bytes out, and back.
//!
//! Every record opens with a version byte. The formats are written out here, field by field, and the
//! domain types know nothing of them: a field that is added to a domain type does not compile until
//! its stored form was thought about. To change a format, raise [`FORMAT`], keep reading the old one,
//! and add a fixture. Unreadable bytes give an error in words, never a panic.

mod codec;
mod evidence;
mod facts;
mod life;
mod row;
#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod tests;
mod words;
mod worker;

use codec::{Reader, Stored, Writer};

use super::types::{AskedUnit, Erasure, Quarantined};
use crate::domain::history::NightDetail;
use crate::engine::row::Row;
pub(super) use facts::{Decided, DeliveryState, OutboxMark, WorkerRecord};

use super::parcels::{DeliveryOutcome, Outgoing};

/// The format that is written.
pub(super) const FORMAT: u8 = 3;

/// Why a stored record cannot be understood.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// It was written by a newer version.
    #[error("a {record} record has format {version}, this version of Vagus reads up to {known}: run the newer version")]
    Newer {
        /// What kind of record.
        record: &'static str,
        /// The format it has.
        version: u8,
        /// The newest format that can be read.
        known: u8,
    },
    /// Its bytes make no sense.
    #[error("a {record} record is unreadable: {what}")]
    Unreadable {
        /// What kind of record.
        record: &'static str,
        /// What was found.
        what: &'static str,
    },
}

/// Something that is stored under a key of its own.
pub(super) trait Record: Stored {
    /// What it is called in messages.
    const NAME: &'static str;

    /// Its bytes.
    fn encode(&self) -> Vec<u8> {
        self.encode_into(Vec::new())
    }

    /// Its bytes, in a buffer that was used before.
    fn encode_into(&self, mut buffer: Vec<u8>) -> Vec<u8> {
        buffer.clear();
        buffer.push(FORMAT);
        let mut w = Writer::new(buffer);
        self.put(&mut w);
        w.into_bytes()
    }

    /// The record of those bytes.
    ///
    /// # Errors
    /// [`RecordError`] where they were written by a newer version or make no sense.
    fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let mut r = Reader::new(bytes, Self::NAME);
        let mut r = match r.byte()? {
            0 => return Err(r.unreadable("it has no format")),
            version @ 1..=FORMAT => r.of_format(version),
            version => return Err(RecordError::Newer { record: Self::NAME, version, known: FORMAT }),
        };
        let record = Self::take(&mut r)?;
        r.finish()?;
        Ok(record)
    }
}

macro_rules! kinds {
    ($($type:ty => $name:literal),+ $(,)?) => {$(
        impl Record for $type {
            const NAME: &'static str = $name;
        }
    )+};
}
kinds! {
    Row => "row",
    Decided => "decision",
    Vec<DeliveryOutcome> => "delivery",
    WorkerRecord => "worker",
    NightDetail => "night detail",
    Outgoing => "outbox",
    DeliveryState => "delivery state",
    OutboxMark => "outbox mark",
    AskedUnit => "asked unit",
    Quarantined => "quarantine",
    Erasure => "erasure",
    u64 => "number",
}
