//! The three forms of a message: one item, a list, an envelope. Finds the items and keeps their
//! places; what an item means is left to `native`.

use std::ops::Range;

use serde::de::{DeserializeSeed, IgnoredAny};

use super::native;
use super::slot::{Problem, Slot, Text};
use super::wire::{Key, Notes, Read, Skip};
use super::{Decoded, DecodedItem, Limits, RefusedItem, cut};
use crate::domain::ids::WorkerId;
use crate::domain::item::{Item, Stream};
use crate::domain::rejection::{Reason, Rejection};

/// The longest `message_id`; it comes back in the receipt.
const MAX_MESSAGE_ID_BYTES: usize = 256;

/// How much of a payload that is not read is searched for its `message_id`.
const PEEK_BYTES: usize = 1024;

/// A place in a JSON text.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// Passes over `byte`, where it comes next.
    fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads one value; on an error the place stays.
    fn read<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, serde_json::Error> {
        let mut parser = serde_json::Deserializer::from_str(&self.text[self.at..]);
        let value = seed.deserialize(&mut parser)?;
        self.at += parser.into_iter::<IgnoredAny>().byte_offset();
        Ok(value)
    }

    /// Passes over one value, only checking that it is JSON.
    fn skip(&mut self) -> Result<Range<usize>, serde_json::Error> {
        self.peek();
        let start = self.at;
        self.read(std::marker::PhantomData::<IgnoredAny>)?;
        Ok(start..self.at)
    }
}

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
    stream: Stream,
    limits: Limits,
    found: Decoded,
    /// How many items there were, those over the limit included.
    count: usize,
    /// Good items that name no worker, though their stream needs one.
    nameless: usize,
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
pub(super) fn walk(stream: Stream, text: &str, limits: &Limits) -> Decoded {
    let found = Decoded::default();
    let mut walk = Walk { cursor: Cursor { text, at: 0 }, stream, limits: *limits, found, count: 0, nameless: 0 };
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
        let mut notes = Notes::new(self.limits.max_depth);
        for span in &envelope.unknown {
            Cursor { text: self.cursor.text, at: span.start }.read(Skip::new(&mut notes, 2))?;
        }
        notes.check_unknown(envelope.keys);
        if let Some(detail) = notes.fatal {
            return Err(Problem::new(Reason::BadShape, detail).into());
        }
        let unknown = u32::try_from(envelope.unknown.len()).unwrap_or(u32::MAX);
        self.found.unknown_fields = self.found.unknown_fields.saturating_add(unknown);
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
        let mut notes = Notes::new(self.limits.max_depth);
        let outcome = match self.read_item(&mut notes, depth) {
            Ok(outcome) => outcome,
            Err(error) => {
                // Either this is not JSON, or it is, but a value of it has no meaning.
                self.cursor.skip()?;
                Err(meaningless(&error))
            }
        };
        let span = start..self.cursor.at;
        self.found.unknown_fields = self.found.unknown_fields.saturating_add(notes.unknown);
        match notes.fatal.map_or(outcome, |detail| Err(Problem::new(Reason::BadShape, detail))) {
            Ok((worker, item)) => {
                self.nameless += usize::from(worker.is_none() && self.stream != Stream::Actions);
                self.found.items.push(DecodedItem { index, worker, is_named_by_envelope: false, item, span });
            }
            Err(problem) => self.refuse_item(index, &span, problem),
        }
        Ok(())
    }

    fn read_item(&mut self, notes: &mut Notes, depth: usize) -> Result<native::Outcome, serde_json::Error> {
        Ok(match self.stream {
            Stream::Readings => native::reading(self.cursor.read(Read::new(notes, depth))?, notes),
            Stream::Screenings => native::screening(self.cursor.read(Read::new(notes, depth))?, notes),
            Stream::Exposures => native::exposure(self.cursor.read(Read::new(notes, depth))?, notes),
            Stream::Actions => native::action(self.cursor.read(Read::new(notes, depth))?, notes),
        })
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
                self.refuse_item(item.index, &item.span, Problem::missing("worker"));
            }
        }
        Ok(())
    }
}

/// What the parser could not give a value to, though it is JSON.
fn meaningless(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    if text.starts_with("number out of range") {
        Problem::new(Reason::OutOfRange, "a number is too large to be represented")
    } else {
        Problem::new(Reason::BadShape, "a text holds an escape that stands for no character")
    }
}

/// An item and whose it is.
pub(super) type Owned = (Option<WorkerId>, Item);
