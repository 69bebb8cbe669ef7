//! A place in a JSON text, for walking through lists and objects whose parts are read one by one.

use std::ops::Range;

use serde::de::{DeserializeSeed, IgnoredAny};

/// A place in a JSON text.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    /// The next byte that is not white space.
    pub(super) fn peek(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        let blanks = rest.iter().take_while(|b| matches!(b, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.at += blanks;
        rest.get(blanks).copied()
    }

    /// Passes over `byte`, where it comes next.
    pub(super) fn eat(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    /// Reads one value; on an error the place stays.
    pub(super) fn read<S: DeserializeSeed<'a>>(&mut self, seed: S) -> Result<S::Value, serde_json::Error> {
        let mut parser = serde_json::Deserializer::from_str(&self.text[self.at..]);
        let value = seed.deserialize(&mut parser)?;
        self.at += parser.into_iter::<IgnoredAny>().byte_offset();
        Ok(value)
    }

    /// Passes over one value, only checking that it is JSON.
    pub(super) fn skip(&mut self) -> Result<Range<usize>, serde_json::Error> {
        self.peek();
        let start = self.at;
        self.read(std::marker::PhantomData::<IgnoredAny>)?;
        Ok(start..self.at)
    }
}
