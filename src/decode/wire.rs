//! JSON to [`Slot`]s in one pass over the text, without building a tree.
//!
//! A value of the wrong shape is no error here but a [`Slot::Wrong`]; so an error of the parser
//! means that the text is not JSON, or holds a number or an escape that has no value.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize as _;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use serde_json::value::RawValue;

use super::slot::{Problem, Slot, Text};
use super::{StatedTotal, UnknownField};
use crate::domain::nearest::nearest;

/// The deepest nesting that may be allowed; the parser itself gives up at 128.
pub(super) const DEEPEST: usize = 100;

/// What is found out about an item beside its fields.
#[derive(Debug)]
pub(super) struct Notes {
    max_depth: usize,
    /// Fields that nobody knows.
    pub(super) unknown: u32,
    /// Which they are, where somebody wants to know.
    pub(super) names: Option<Vec<UnknownField>>,
    /// What makes the whole item unacceptable: a duplicate key, or nesting too deep.
    pub(super) fatal: Option<String>,
    /// The total that a questionnaire states beside its answers.
    pub(super) stated: Option<StatedTotal>,
    /// What is wrong with a questionnaire, unless an answer in it asks for help.
    pub(super) doubt: Option<Problem>,
}

impl Notes {
    pub(super) fn new(max_depth: usize) -> Self {
        let max_depth = max_depth.min(DEEPEST);
        Self { max_depth, unknown: 0, names: None, fatal: None, stated: None, doubt: None }
    }

    /// Whether the names of fields that nobody knows are noted as well.
    pub(super) fn naming(self, is_naming: bool) -> Self {
        Self { names: is_naming.then(Vec::new), ..self }
    }

    /// Nothing noted yet, with the same limit: for a part that must not spoil the rest.
    pub(super) fn fresh(&self) -> Self {
        Self::new(self.max_depth).naming(self.names.is_some())
    }

    /// Adds the fields of an object that are known, and of which nobody took anything.
    pub(super) fn add_untaken<'de, R: Record<'de>>(&mut self, fields: &R) {
        self.unknown = self.unknown.saturating_add(fields.untaken());
        if let Some(names) = &mut self.names {
            let untaken = fields.untaken_names().into_iter();
            names.extend(untaken.map(|name| UnknownField { name: name.to_owned(), meant: None, is_misplaced: true }));
        }
    }

    /// Adds the unknown fields that were noted for a part.
    pub(super) fn add_unknown_of(&mut self, part: &mut Self) {
        self.unknown = self.unknown.saturating_add(part.unknown);
        if let (Some(names), Some(more)) = (&mut self.names, &mut part.names) {
            names.append(more);
        }
    }

    pub(super) fn is_too_deep(&mut self, depth: usize) -> bool {
        let is_too_deep = depth > self.max_depth;
        if is_too_deep && self.fatal.is_none() {
            self.fatal = Some(format!("objects and arrays nest deeper than {}", self.max_depth));
        }
        is_too_deep
    }

    pub(super) fn duplicate(&mut self, key: &str) {
        if self.fatal.is_none() {
            self.fatal = Some(format!("the key {} stands twice in an object", super::slot::quoted(key)));
        }
    }

    /// Notes the keys that nobody knows, beside the fields that somebody does.
    pub(super) fn add_unknown<'k>(&mut self, keys: impl Iterator<Item = &'k Text<'k>>, known: &'static [&'static str]) {
        for key in keys {
            self.unknown = self.unknown.saturating_add(1);
            if let Some(names) = &mut self.names {
                names.push(UnknownField {
                    name: key.to_string(),
                    meant: nearest(key, known.iter().copied()),
                    is_misplaced: false,
                });
            }
        }
    }

    /// Notes a key that stands twice.
    pub(super) fn check_duplicates(&mut self, mut keys: Vec<Text<'_>>) {
        keys.sort_unstable();
        if let Some(pair) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
            self.duplicate(&pair[0]);
        }
    }
}

/// What a field may look like. Whatever a shape does not take is wrong.
pub(super) trait Shape<'de>: Sized {
    /// What is expected, with its article.
    const EXPECTED: &'static str;

    /// The value that null stands for; `None` where null is as good as absent.
    fn null() -> Option<Self> {
        None
    }

    /// Takes a boolean.
    fn flag(_: bool) -> Option<Self> {
        None
    }

    /// Takes a number.
    fn number(_: f64) -> Option<Self> {
        None
    }

    /// Takes a text.
    fn text(_: Text<'de>) -> Option<Self> {
        None
    }

    /// Reads a value of this shape; only a shape that wants the text itself does it in its own way.
    fn read<D: Deserializer<'de>>(read: Read<'_, Self>, deserializer: D) -> Result<Slot<Self>, D::Error> {
        deserializer.deserialize_any(read)
    }

    /// Takes a list that stands at `depth`.
    fn list<A: SeqAccess<'de>>(seq: A, notes: &mut Notes, depth: usize) -> Result<Slot<Self>, A::Error> {
        skip_list(seq, notes, depth)?;
        Ok(Slot::Wrong(format!("is a list, {} is expected", Self::EXPECTED)))
    }

    /// Takes an object that stands at `depth`.
    fn object<A: MapAccess<'de>>(map: A, notes: &mut Notes, depth: usize) -> Result<Slot<Self>, A::Error> {
        skip_object(map, notes, depth)?;
        Ok(Slot::Wrong(format!("is an object, {} is expected", Self::EXPECTED)))
    }
}

impl<'de> Shape<'de> for f64 {
    const EXPECTED: &'static str = "a number";

    fn number(number: f64) -> Option<Self> {
        Some(number)
    }
}

impl<'de> Shape<'de> for bool {
    const EXPECTED: &'static str = "true or false";

    fn flag(flag: bool) -> Option<Self> {
        Some(flag)
    }
}

impl<'de> Shape<'de> for Text<'de> {
    const EXPECTED: &'static str = "a text";

    fn text(text: Text<'de>) -> Option<Self> {
        Some(text)
    }
}

impl<'de> Shape<'de> for Option<f64> {
    const EXPECTED: &'static str = "a number or null";

    fn null() -> Option<Self> {
        Some(None)
    }

    fn number(number: f64) -> Option<Self> {
        Some(Some(number))
    }
}

impl<'de, T: Shape<'de>> Shape<'de> for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn list<A: SeqAccess<'de>>(mut seq: A, notes: &mut Notes, depth: usize) -> Result<Slot<Self>, A::Error> {
        if notes.is_too_deep(depth) {
            skip_list(seq, notes, depth)?;
            return Ok(Slot::Absent);
        }
        let mut list = Self::new();
        let mut wrong = None;
        while let Some(slot) = seq.next_element_seed(Read::new(notes, depth + 1))? {
            match slot {
                Slot::Got(element) => list.push(element),
                Slot::Absent if wrong.is_none() => {
                    wrong = Some(format!("holds null, {} is expected", T::EXPECTED));
                }
                Slot::Wrong(how) if wrong.is_none() => wrong = Some(format!("holds what {how}")),
                Slot::Absent | Slot::Wrong(_) => {}
            }
        }
        Ok(wrong.map_or(Slot::Got(list), Slot::Wrong))
    }
}

/// The text of a value that is read later, when it is known what it means.
#[derive(Debug, Clone, Copy)]
pub(super) struct Later<'a> {
    /// JSON; nothing was checked but its syntax.
    pub(super) text: &'a str,
    /// Where a list or object would stand.
    pub(super) depth: usize,
}

impl<'de> Shape<'de> for Later<'de> {
    const EXPECTED: &'static str = "any value";

    fn read<D: Deserializer<'de>>(read: Read<'_, Self>, deserializer: D) -> Result<Slot<Self>, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        Ok(if text == "null" { Slot::Absent } else { Slot::Got(Self { text, depth: read.depth }) })
    }
}

/// The value of a field that is known but of no use; it is only looked through.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unneeded;

impl<'de> Shape<'de> for Unneeded {
    const EXPECTED: &'static str = "any value";

    fn read<D: Deserializer<'de>>(read: Read<'_, Self>, deserializer: D) -> Result<Slot<Self>, D::Error> {
        Skip::new(read.notes, read.depth).deserialize(deserializer)?;
        Ok(Slot::Absent)
    }
}

impl<'a> Later<'a> {
    /// Reads it as a value of the shape `T`.
    pub(super) fn read<T: Shape<'a>>(self, notes: &mut Notes) -> Result<Slot<T>, serde_json::Error> {
        Read::new(notes, self.depth).deserialize(&mut serde_json::Deserializer::from_str(self.text))
    }

    /// Looks only for duplicate keys and deep nesting.
    pub(super) fn skip(self, notes: &mut Notes) -> Result<(), serde_json::Error> {
        Skip::new(notes, self.depth).deserialize(&mut serde_json::Deserializer::from_str(self.text))
    }
}

/// An object with known fields; see [`record`].
pub(super) trait Record<'de>: Default {
    /// Reads the value of `key`, where it is a field; `seen` has a bit for each field.
    fn field<A: MapAccess<'de>>(
        &mut self,
        key: &str,
        seen: &mut u64,
        map: &mut A,
        notes: &mut Notes,
        depth: usize,
    ) -> Result<bool, A::Error>;

    /// The names of its fields.
    const FIELDS: &'static [&'static str];

    /// How many fields nobody took.
    fn untaken(&self) -> u32;

    /// Which those are.
    fn untaken_names(&self) -> Vec<&'static str>;
}

/// Declares an object with known fields, each a [`Slot`]; the commonest first, for they are looked
/// for in this order. After `either spelling` each key may be written `snake_case` or `camelCase`.
macro_rules! record {
    ($(#[$doc:meta])* $name:ident { $($fields:tt)+ }) => {
        $crate::decode::wire::record! { [$crate::decode::wire::is_exactly] $(#[$doc])* $name { $($fields)+ } }
    };
    (either spelling $(#[$doc:meta])* $name:ident { $($fields:tt)+ }) => {
        $crate::decode::wire::record! { [$crate::decode::wire::is_either_spelling] $(#[$doc])* $name { $($fields)+ } }
    };
    ([$is:path] $(#[$doc:meta])* $name:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Default)]
        pub(in crate::decode) struct $name<'a> {
            $(pub(in crate::decode) $field: $crate::decode::slot::Slot<$type>,)+
            lifetime: std::marker::PhantomData<&'a ()>,
        }

        impl<'a> $crate::decode::wire::Record<'a> for $name<'a> {
            fn field<A: serde::de::MapAccess<'a>>(
                &mut self,
                key: &str,
                seen: &mut u64,
                map: &mut A,
                notes: &mut $crate::decode::wire::Notes,
                depth: usize,
            ) -> Result<bool, A::Error> {
                let bit = 1_u64;
                $(
                    if $is(key, stringify!($field)) {
                        if *seen & bit != 0 {
                            notes.duplicate(key);
                            map.next_value_seed($crate::decode::wire::Skip::new(notes, depth))?;
                        } else {
                            *seen |= bit;
                            self.$field = map.next_value_seed($crate::decode::wire::Read::new(notes, depth))?;
                        }
                        return Ok(true);
                    }
                    let bit = bit << 1;
                )+
                let _ = bit;
                Ok(false)
            }

            const FIELDS: &'static [&'static str] = &[$(stringify!($field)),+];

            fn untaken(&self) -> u32 {
                0 $(+ u32::from(!self.$field.is_absent()))+
            }

            fn untaken_names(&self) -> Vec<&'static str> {
                let mut names = Vec::new();
                $(if !self.$field.is_absent() {
                    names.push(stringify!($field));
                })+
                names
            }
        }

        impl<'a> $crate::decode::wire::Shape<'a> for $name<'a> {
            const EXPECTED: &'static str = "an object";

            fn object<A: serde::de::MapAccess<'a>>(
                map: A,
                notes: &mut $crate::decode::wire::Notes,
                depth: usize,
            ) -> Result<$crate::decode::slot::Slot<Self>, A::Error> {
                $crate::decode::wire::read_record(map, notes, depth)
            }
        }
    };
}
pub(super) use record;

/// Whether a key is that of a field.
#[inline]
pub(super) fn is_exactly(key: &str, field: &str) -> bool {
    key == field
}

/// Whether a key is that of a field, as it stands or in `camelCase`.
pub(super) fn is_either_spelling(key: &str, field: &str) -> bool {
    let mut written = key.bytes();
    let mut is_hump = false;
    let mut is_camel = |letter: u8| match std::mem::replace(&mut is_hump, letter == b'_') {
        _ if letter == b'_' => true,
        true => written.next() == Some(letter.to_ascii_uppercase()),
        false => written.next() == Some(letter),
    };
    key == field || (field.bytes().all(&mut is_camel) && written.next().is_none())
}

/// Reads an object with known fields that stands at `depth`.
pub(super) fn read_record<'de, R: Record<'de>, A: MapAccess<'de>>(
    mut map: A,
    notes: &mut Notes,
    depth: usize,
) -> Result<Slot<R>, A::Error> {
    if notes.is_too_deep(depth) {
        skip_object(map, notes, depth)?;
        return Ok(Slot::Absent);
    }
    let mut record = R::default();
    let mut seen = 0;
    let mut unknown = Vec::new();
    while let Some(key) = map.next_key_seed(Key)? {
        if !record.field(&key, &mut seen, &mut map, notes, depth + 1)? {
            map.next_value_seed(Skip::new(notes, depth + 1))?;
            unknown.push(key);
        }
    }
    if !unknown.is_empty() {
        notes.add_unknown(unknown.iter(), R::FIELDS);
        notes.check_duplicates(unknown);
    }
    Ok(Slot::Got(record))
}

/// Reads a value of the shape `T`; a list or object would stand at `depth`.
pub(super) struct Read<'n, T> {
    notes: &'n mut Notes,
    depth: usize,
    shape: PhantomData<T>,
}

impl<'n, T> Read<'n, T> {
    pub(super) const fn new(notes: &'n mut Notes, depth: usize) -> Self {
        Self { notes, depth, shape: PhantomData }
    }
}

impl<'de, T: Shape<'de>> DeserializeSeed<'de> for Read<'_, T> {
    type Value = Slot<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        T::read(self, deserializer)
    }
}

fn taken<'de, T: Shape<'de>>(value: Option<T>, what: &str) -> Slot<T> {
    value.map_or_else(|| Slot::Wrong(format!("is {what}, {} is expected", T::EXPECTED)), Slot::Got)
}

impl<'de, T: Shape<'de>> Visitor<'de> for Read<'_, T> {
    type Value = Slot<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(T::null().map_or(Slot::Absent, Slot::Got))
    }

    fn visit_bool<E: Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(taken(T::flag(flag), "true or false"))
    }

    #[expect(clippy::cast_precision_loss, reason = "no field means more than 53 bits")]
    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        self.visit_f64(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "no field means more than 53 bits")]
    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        self.visit_f64(number as f64)
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(taken(T::number(number), "a number"))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(taken(T::text(Cow::Borrowed(text)), "a text"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(taken(T::text(Cow::Owned(text.to_owned())), "a text"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Self::Value, A::Error> {
        T::list(seq, self.notes, self.depth)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::object(map, self.notes, self.depth)
    }
}

/// Passes over a value, looking only for duplicate keys and deep nesting.
pub(super) struct Skip<'n> {
    notes: &'n mut Notes,
    depth: usize,
}

impl<'n> Skip<'n> {
    pub(super) const fn new(notes: &'n mut Notes, depth: usize) -> Self {
        Self { notes, depth }
    }
}

fn skip_list<'de, A: SeqAccess<'de>>(mut seq: A, notes: &mut Notes, depth: usize) -> Result<(), A::Error> {
    if notes.is_too_deep(depth) {
        // The parser passes over an ignored value without recursion, however deep it is.
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        return Ok(());
    }
    while seq.next_element_seed(Skip::new(notes, depth + 1))?.is_some() {}
    Ok(())
}

fn skip_object<'de, A: MapAccess<'de>>(mut map: A, notes: &mut Notes, depth: usize) -> Result<(), A::Error> {
    if notes.is_too_deep(depth) {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        return Ok(());
    }
    let mut keys = Vec::new();
    while let Some(key) = map.next_key_seed(Key)? {
        map.next_value_seed(Skip::new(notes, depth + 1))?;
        keys.push(key);
    }
    // Only the outermost unknown field counts, not what is inside it.
    notes.check_duplicates(keys);
    Ok(())
}

impl<'de> DeserializeSeed<'de> for Skip<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Skip<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        skip_list(seq, self.notes, self.depth)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        skip_object(map, self.notes, self.depth)
    }
}

/// Reads a key.
pub(super) struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
