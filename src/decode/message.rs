//! The three forms of a message: one item, a list, an envelope. Finds the items and keeps their
//! places; what an item means is left to `native`.

use std::ops::Range;

use serde::de::IgnoredAny;

use super::cursor::Cursor;
use super::ieee1752::{self, DataPoint};
use super::native::{self, ReadingFields};
use super::slot::{Problem, Slot, Text};
use super::wire::{Key, Notes, Read, Skip};
use super::{Decoded, DecodedItem, Limits, RefusedItem, cut, raw};
use crate::domain::ids::{SourceId, WorkerId};
use crate::domain::item::{Item, Stream};
use crate::domain::rejection::{Reason, Rejection};

/// The longest `message_id`; it comes back in the receipt.
pub(super) const MAX_MESSAGE_ID_BYTES: usize = 256;

/// The fields of an envelope.
const ENVELOPE: &[&str] = &["message_id", "worker", "items"];

/// How much of a payload that is not read is searched for its `message_id`.
const PEEK_BYTES: usize = 1024;

/// Why the walk through a message ended early.
enum Stop {
    /// The text is not JSON.
    Syntax,
    /// It is, but not of a known form.
    Form(Problem),
}

impl From<serde_json::Error> for Stop {
    fn from(_: serde_json::Error) -> Self {
        Self::Syntax
    }
}

impl From<Problem> for Stop {
    fn from(problem: Problem) -> Self {
        Self::Form(problem)
    }
}

/// A message that is being taken apart.
struct Walk<'a> {
    cursor: Cursor<'a>,
    source: &'a SourceId,
    stream: Stream,
    limits: Limits,
    found: Decoded,
    /// Whether the names of unknown fields are wanted.
    is_naming: bool,
    /// How many items there were, those over the limit included.
    count: usize,
    /// Good items that name no worker, though their stream needs one.
    nameless: usize,
}

/// What stood in the place of an item.
enum Found<'a> {
    /// An item of our own format.
    Item(native::Outcome),
    /// One of IEEE 1752.1 or Open mHealth.
    DataPoint(DataPoint<'a>),
}

/// The fields of an envelope, or of an item that stands alone.
#[derive(Default)]
struct Envelope<'a> {
    message_id: Slot<Text<'a>>,
    worker: Slot<Text<'a>>,
    has_items: bool,
    keys: Vec<Text<'a>>,
    unknown: Vec<Range<usize>>,
}

/// Takes a text apart.
pub(super) fn walk(source: &SourceId, stream: Stream, text: &str, limits: &Limits) -> Decoded {
    taken_apart(text, Walk::new(source, stream, text, limits, false))
}

/// Takes a text apart and names the fields that nobody knows.
pub(super) fn walk_naming(source: &SourceId, stream: Stream, text: &str, limits: &Limits) -> Decoded {
    taken_apart(text, Walk::new(source, stream, text, limits, true))
}

fn taken_apart(text: &str, mut walk: Walk<'_>) -> Decoded {
    match walk.message() {
        Ok(()) => {
            walk.found.refused.sort_by_key(|refused| refused.rejection.index);
            walk.found
        }
        Err(Stop::Syntax) => refuse(text.as_bytes(), syntax(text), walk.found.message_id),
        Err(Stop::Form(problem)) => refuse(text.as_bytes(), problem, walk.found.message_id),
    }
}

/// A whole payload that is refused.
pub(super) fn refuse(payload: &[u8], problem: Problem, message_id: Option<String>) -> Decoded {
    let rejection = Rejection::payload(problem.reason, problem.detail);
    let refused = vec![RefusedItem { rejection, raw: cut(payload).to_vec() }];
    Decoded { message_id, refused, ..Decoded::default() }
}

/// The `message_id` of a payload that cannot be read as a whole, where it is the first field.
pub(super) fn peek_message_id(payload: &[u8]) -> Option<String> {
    let head = &payload[..payload.len().min(PEEK_BYTES)];
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).ok()?,
    };
    let mut cursor = Cursor { text, at: 0 };
    if !cursor.eat(b'{') || cursor.peek() != Some(b'"') || cursor.read(Key).ok()? != "message_id" {
        return None;
    }
    if !cursor.eat(b':') || cursor.peek() != Some(b'"') {
        return None;
    }
    let id = cursor.read(Key).ok()?;
    (id.len() <= MAX_MESSAGE_ID_BYTES).then(|| id.into_owned())
}

/// What is wrong with a text that could not be walked through.
fn syntax(text: &str) -> Problem {
    match serde_json::from_str::<IgnoredAny>(text) {
        Err(error) => Problem::new(Reason::NotJson, error.to_string()),
        Ok(_) => Problem::new(Reason::BadShape, "a key or value of the envelope cannot be read"),
    }
}

impl<'a> Walk<'a> {
    fn new(source: &'a SourceId, stream: Stream, text: &'a str, limits: &Limits, is_naming: bool) -> Self {
        let (cursor, found) = (Cursor { text, at: 0 }, Decoded::default());
        Self { cursor, source, stream, limits: *limits, found, is_naming, count: 0, nameless: 0 }
    }

    /// Adds what was noted of fields that nobody knows.
    fn add_unknown_of(&mut self, notes: &mut Notes) {
        self.found.unknown_fields = self.found.unknown_fields.saturating_add(notes.unknown);
        self.found.unknown_names.extend(notes.names.take().into_iter().flatten());
    }

    fn message(&mut self) -> Result<(), Stop> {
        match self.cursor.peek() {
            None => Err(Problem::new(Reason::NotJson, "the payload is empty").into()),
            Some(b'[') => {
                self.items(1)?;
                self.end()?;
                self.close(None)
            }
            Some(b'{') => self.object(),
            Some(_) => {
                self.cursor.skip()?;
                self.end()?;
                Err(Problem::new(Reason::BadShape, "the payload is neither an object nor a list").into())
            }
        }
    }

    /// Refuses whatever follows the message.
    fn end(&mut self) -> Result<(), Stop> {
        if self.cursor.peek().is_some() { Err(Stop::Syntax) } else { Ok(()) }
    }

    /// An envelope, or an item that stands alone: only its keys tell.
    fn object(&mut self) -> Result<(), Stop> {
        let start = self.cursor.at;
        let mut envelope = Envelope::default();
        self.cursor.eat(b'{');
        if !self.cursor.eat(b'}') {
            loop {
                self.envelope_field(&mut envelope)?;
                if !self.cursor.eat(b',') {
                    break;
                }
            }
            if !self.cursor.eat(b'}') {
                return Err(Stop::Syntax);
            }
        }
        self.end()?;
        if envelope.has_items {
            self.close_envelope(envelope)
        } else if envelope.keys.iter().any(|key| key == "items") {
            Err(Problem::new(Reason::BadShape, "items is not a list").into())
        } else {
            self.lone_item(start)
        }
    }

    fn envelope_field(&mut self, envelope: &mut Envelope<'a>) -> Result<(), Stop> {
        if self.cursor.peek() != Some(b'"') {
            return Err(Stop::Syntax);
        }
        let key = self.cursor.read(Key)?;
        if !self.cursor.eat(b':') {
            return Err(Stop::Syntax);
        }
        let mut notes = Notes::new(self.limits.max_depth);
        match key.as_ref() {
            "items" if !envelope.has_items && self.cursor.peek() == Some(b'[') => {
                envelope.has_items = true;
                self.items(2)?;
            }
            "message_id" if envelope.message_id.is_absent() => {
                self.cursor.peek();
                envelope.message_id = self.cursor.read(Read::new(&mut notes, 2))?;
                if let Slot::Got(id) = &envelope.message_id
                    && id.len() <= MAX_MESSAGE_ID_BYTES
                {
                    self.found.message_id = Some(id.clone().into_owned());
                }
            }
            "worker" if envelope.worker.is_absent() => {
                self.cursor.peek();
                envelope.worker = self.cursor.read(Read::new(&mut notes, 2))?;
            }
            _ => envelope.unknown.push(self.cursor.skip()?),
        }
        envelope.keys.push(key);
        Ok(())
    }

    /// Judges the envelope once it was read.
    fn close_envelope(&mut self, mut envelope: Envelope<'a>) -> Result<(), Stop> {
        let mut notes = Notes::new(self.limits.max_depth).naming(self.is_naming);
        for span in &envelope.unknown {
            Cursor { text: self.cursor.text, at: span.start }.read(Skip::new(&mut notes, 2))?;
        }
        let unknown = envelope.keys.iter().filter(|key| !ENVELOPE.contains(&key.as_ref()));
        notes.add_unknown(unknown, ENVELOPE);
        notes.check_duplicates(envelope.keys);
        self.add_unknown_of(&mut notes);
        if let Some(detail) = notes.fatal {
            return Err(Problem::new(Reason::BadShape, detail).into());
        }
        if let Some(id) = envelope.message_id.optional("message_id")?
            && id.len() > MAX_MESSAGE_ID_BYTES
        {
            let detail = format!("message_id is {} bytes long, at most {MAX_MESSAGE_ID_BYTES} are taken", id.len());
            return Err(Problem::new(Reason::BadShape, detail).into());
        }
        let worker = envelope.worker.worker()?;
        self.close(worker)
    }

    /// An object without `items` is an item; a `message_id` beside its fields is honoured.
    fn lone_item(&mut self, start: usize) -> Result<(), Stop> {
        let end = std::mem::replace(&mut self.cursor.at, start);
        self.item(1)?;
        self.cursor.at = end;
        if self.found.message_id.is_some() {
            self.found.unknown_fields = self.found.unknown_fields.saturating_sub(1);
            self.found.unknown_names.retain(|field| field.name != "message_id");
        }
        self.close(None)
    }

    /// The list of items, which stands at `depth`.
    fn items(&mut self, depth: usize) -> Result<(), Stop> {
        self.cursor.eat(b'[');
        if self.cursor.eat(b']') {
            return Ok(());
        }
        loop {
            self.cursor.peek();
            self.item(depth + 1)?;
            if !self.cursor.eat(b',') {
                break;
            }
        }
        if self.cursor.eat(b']') { Ok(()) } else { Err(Stop::Syntax) }
    }

    /// The next item, which stands at `depth`.
    fn item(&mut self, depth: usize) -> Result<(), Stop> {
        let index = u32::try_from(self.count).unwrap_or(u32::MAX);
        self.count += 1;
        if self.count > self.limits.max_items {
            self.cursor.skip()?;
            return Ok(());
        }
        let start = self.cursor.at;
        let mut notes = Notes::new(self.limits.max_depth).naming(self.is_naming);
        let found = match self.read_item(&mut notes, depth) {
            Ok(found) => found,
            Err(error) => {
                // Either this is not JSON, or it is, but a value of it has no meaning.
                self.cursor.skip()?;
                Found::Item(Err(meaningless(&error)))
            }
        };
        let span = start..self.cursor.at;
        match found {
            Found::Item(outcome) => self.take(index, span, notes, outcome),
            Found::DataPoint(point) => self.take_parts(index, span, notes, point),
        }
        Ok(())
    }

    fn read_item(&mut self, notes: &mut Notes, depth: usize) -> Result<Found<'a>, serde_json::Error> {
        Ok(Found::Item(match self.stream {
            Stream::Readings => {
                let mut fields: Slot<ReadingFields<'a>> = self.cursor.read(Read::new(notes, depth))?;
                if let Slot::Got(fields) = &mut fields
                    && let Some(point) = fields.data_point()
                {
                    notes.add_untaken(&*fields);
                    return Ok(Found::DataPoint(point));
                }
                native::reading(&mut fields, notes)
            }
            Stream::Screenings => native::screening(&mut self.cursor.read(Read::new(notes, depth))?, notes),
            Stream::Exposures => native::exposure(&mut self.cursor.read(Read::new(notes, depth))?, notes),
            Stream::Actions => native::action(&mut self.cursor.read(Read::new(notes, depth))?, notes),
        }))
    }

    /// Keeps an item, or its refusal.
    fn take(&mut self, index: u32, span: Range<usize>, mut notes: Notes, outcome: native::Outcome) {
        self.add_unknown_of(&mut notes);
        match notes.fatal.map_or(outcome, |detail| Err(Problem::new(Reason::BadShape, detail))) {
            Ok((worker, item)) => {
                let is_named_by_envelope = false;
                let (stated, opening) = (notes.stated, None);
                let doubt = notes.doubt.map(|problem| (problem.reason, problem.detail));
                self.keep(DecodedItem { index, worker, is_named_by_envelope, item, span, stated, doubt, opening });
            }
            Err(problem) => self.refuse_item(index, &span, problem),
        }
    }

    /// Keeps the readings of a data point or data series. Each counts as an item of the message, and
    /// is refused alone; all have the index of the item that the source sent.
    fn take_parts(&mut self, index: u32, span: Range<usize>, mut notes: Notes, point: DataPoint<'a>) {
        let body = point.body.text;
        let room = self.limits.max_items - self.count + 1;
        let taken = ieee1752::take(point, self.source, room, &mut notes);
        self.add_unknown_of(&mut notes);
        let taken = match notes.fatal.map_or(taken, |detail| Err(Problem::new(Reason::BadShape, detail))) {
            Ok(taken) => taken,
            Err(problem) => return self.refuse_item(index, &span, problem),
        };
        let body_at = body.as_ptr().addr() - self.cursor.text.as_ptr().addr();
        self.count = self.count - 1 + taken.parts.len() + usize::from(taken.is_over);
        for part in taken.parts {
            let span = match taken.opening {
                Some(_) => body_at + part.place.start..body_at + part.place.end,
                None => span.clone(),
            };
            match part.outcome {
                Ok(item) => {
                    let (worker, opening) = (taken.worker.clone(), taken.opening.clone());
                    let (is_named_by_envelope, stated, doubt) = (false, None, None);
                    self.keep(DecodedItem { index, worker, is_named_by_envelope, item, span, stated, doubt, opening });
                }
                Err(problem) => {
                    let raw = raw(self.cursor.text.as_bytes(), &span, taken.opening.as_deref());
                    let rejection = Rejection::item(index, problem.reason, problem.detail);
                    self.found.refused.push(RefusedItem { rejection, raw });
                }
            }
        }
    }

    fn keep(&mut self, item: DecodedItem) {
        self.nameless += usize::from(item.worker.is_none() && self.stream != Stream::Actions);
        self.found.items.push(item);
    }

    fn refuse_item(&mut self, index: u32, span: &Range<usize>, problem: Problem) {
        let rejection = Rejection::item(index, problem.reason, problem.detail);
        let raw = cut(&self.cursor.text.as_bytes()[span.clone()]).to_vec();
        self.found.refused.push(RefusedItem { rejection, raw });
    }

    /// Judges the message as a whole, and gives nameless items the envelope's worker.
    fn close(&mut self, worker: Option<WorkerId>) -> Result<(), Stop> {
        if self.count > self.limits.max_items {
            let detail = format!("the message has {} items, at most {} are taken", self.count, self.limits.max_items);
            return Err(Problem::new(Reason::TooManyItems, detail).into());
        }
        if self.nameless == 0 {
            return Ok(());
        }
        for mut item in std::mem::take(&mut self.found.items) {
            if item.worker.is_none() {
                item.worker.clone_from(&worker);
                item.is_named_by_envelope = true;
            }
            if item.worker.is_some() {
                self.found.items.push(item);
            } else {
                let rejection = Rejection::item(item.index, Reason::MissingField, "worker is missing");
                let raw = item.raw(self.cursor.text.as_bytes());
                self.found.refused.push(RefusedItem { rejection, raw });
            }
        }
        Ok(())
    }
}

/// What the parser could not give a value to, though it is JSON.
pub(super) fn meaningless(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    if text.starts_with("number out of range") {
        Problem::new(Reason::OutOfRange, "a number is too large to be represented")
    } else {
        Problem::new(Reason::BadShape, "a text holds an escape that stands for no character")
    }
}

/// An item and whose it is.
pub(super) type Owned = (Option<WorkerId>, Item);
