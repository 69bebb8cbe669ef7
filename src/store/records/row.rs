//! A row of the journal. Each worker's inputs are a blob of their own behind a marker, so that they
//! can be sealed with the worker's key, and the row still be read without it.

use super::RecordError;
use super::codec::{Reader, Stored, Writer, choices, record, taken};
use crate::engine::row::{Input, MessageMeta, Refused, Row, WorkerInputs};

record! {
    Refused { rejection, raw }
    MessageMeta { topic, site, source, stream, message_id, refused }
}

choices! {
    Input { Enrol(it) = 0, Item { message, index, item } = 1, Case { request, command } = 2, Erase(stone) = 3 }
}

/// The blob that follows is not sealed. 1 is kept for a sealed one.
const PLAIN: u8 = 0;

impl Stored for WorkerInputs {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        self.worker.put(w);
        w.byte(PLAIN);
        w.blob(|w| self.inputs.put(w));
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let worker = Stored::take(r)?;
        if r.byte()? != PLAIN {
            return Err(r.unreadable("a worker's inputs are sealed, and this version has no keys"));
        }
        let mut blob = r.blob()?;
        let inputs = Stored::take(&mut blob)?;
        blob.finish()?;
        Ok(Self { worker, inputs })
    }
}

impl Stored for Row {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        self.number.put(w);
        self.now.put(w);
        self.engine_version.put(w);
        w.raw(&self.rules_version.to_le_bytes());
        self.decided_through.put(w);
        self.messages.put(w);
        self.groups.put(w);
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        Ok(Self {
            number: Stored::take(r)?,
            now: Stored::take(r)?,
            engine_version: Stored::take(r)?,
            rules_version: u64::from_le_bytes(r.array()?),
            decided_through: Stored::take(r)?,
            messages: Stored::take(r)?,
            groups: Stored::take(r)?,
        })
    }
}
