//! The alphabet of the stored formats: how numbers, texts, times and lists become bytes.
//!
//! Whole numbers are LEB128, signed ones zigzag before it. A number with a fraction is one varint
//! where it has at most three decimals, else its eight bytes; either way it comes back to the bit.
//! A time is the difference in seconds to the time before it, and its nanoseconds. Names are spelled
//! once and then referred to. Nothing here panics on any bytes, and no length is believed before the
//! bytes for it are there.

use std::collections::{BTreeMap, BTreeSet};

use super::RecordError;
use crate::domain::{Date, TimeZone, Timestamp};

/// How many names may be referred to; further ones are spelled each time.
const NAMES: usize = 16;

/// Writes one record.
pub(in crate::store) struct Writer<'a> {
    out: Vec<u8>,
    names: Vec<&'a str>,
    second: i64,
}

/// Reads one record.
pub(in crate::store) struct Reader<'b> {
    rest: &'b [u8],
    record: &'static str,
    /// The format that the bytes are in.
    format: u8,
    names: Vec<&'b str>,
    second: i64,
}

/// Something that has a stored format.
pub(in crate::store) trait Stored: Sized {
    /// Writes it.
    fn put<'a>(&'a self, w: &mut Writer<'a>);
    /// Reads it.
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError>;

    /// Writes it where it may be absent.
    fn put_option<'a>(option: &'a Option<Self>, w: &mut Writer<'a>) {
        w.byte(u8::from(option.is_some()));
        if let Some(value) = option {
            value.put(w);
        }
    }

    /// Reads it where it may be absent.
    fn take_option(r: &mut Reader<'_>) -> Result<Option<Self>, RecordError> {
        if bool::take(r)? { Self::take(r).map(Some) } else { Ok(None) }
    }

    /// Writes many.
    fn put_many<'a>(many: &'a [Self], w: &mut Writer<'a>) {
        w.length(many.len());
        for one in many {
            one.put(w);
        }
    }

    /// Reads many.
    fn take_many(r: &mut Reader<'_>) -> Result<Vec<Self>, RecordError> {
        let length = r.length()?;
        let mut many = Vec::with_capacity(length.min(4096));
        for _ in 0..length {
            many.push(Self::take(r)?);
        }
        Ok(many)
    }
}

impl<'a> Writer<'a> {
    /// A writer that goes on after what `out` holds.
    pub(in crate::store) fn new(out: Vec<u8>) -> Self {
        Self { out, names: Vec::new(), second: 0 }
    }

    /// What was written.
    pub(in crate::store) fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    pub(in crate::store) fn byte(&mut self, byte: u8) {
        self.out.push(byte);
    }

    pub(in crate::store) fn raw(&mut self, bytes: &[u8]) {
        self.out.extend_from_slice(bytes);
    }

    pub(in crate::store) fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.out.push(low_byte(value) | 0x80);
            value >>= 7;
        }
        self.out.push(low_byte(value));
    }

    pub(in crate::store) fn signed(&mut self, value: i64) {
        self.varint(zigzag(value));
    }

    pub(in crate::store) fn length(&mut self, length: usize) {
        self.varint(length as u64);
    }

    pub(in crate::store) fn text(&mut self, text: &str) {
        self.length(text.len());
        self.raw(text.as_bytes());
    }

    /// A name that is likely to come again.
    pub(in crate::store) fn name(&mut self, name: &'a str) {
        if let Some(place) = self.names.iter().position(|known| *known == name) {
            self.varint(place as u64 + 1);
            return;
        }
        self.varint(0);
        self.text(name);
        if self.names.len() < NAMES {
            self.names.push(name);
        }
    }

    /// A blob whose length stands before it, and which can be read without what came before it.
    pub(in crate::store) fn blob(&mut self, write: impl FnOnce(&mut Self)) {
        let outer = std::mem::replace(&mut self.second, 0);
        let names = std::mem::take(&mut self.names);
        let begin = self.out.len();
        self.raw(&[0; 4]);
        write(self);
        let length = u32::try_from(self.out.len() - begin - 4).unwrap_or(u32::MAX);
        self.out[begin..begin + 4].copy_from_slice(&length.to_le_bytes());
        self.second = outer;
        self.names = names;
    }
}

impl<'b> Reader<'b> {
    pub(in crate::store) fn new(bytes: &'b [u8], record: &'static str) -> Self {
        Self { rest: bytes, record, format: super::FORMAT, names: Vec::new(), second: 0 }
    }

    /// The same for bytes of another format.
    pub(in crate::store) fn of_format(self, format: u8) -> Self {
        Self { format, ..self }
    }

    /// The format that the bytes are in.
    pub(in crate::store) const fn format(&self) -> u8 {
        self.format
    }

    pub(in crate::store) fn unreadable(&self, what: &'static str) -> RecordError {
        RecordError::Unreadable { record: self.record, what }
    }

    pub(in crate::store) fn raw(&mut self, length: usize) -> Result<&'b [u8], RecordError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or_else(|| self.unreadable("it ends too early"))?;
        self.rest = rest;
        Ok(taken)
    }

    pub(in crate::store) fn array<const N: usize>(&mut self) -> Result<[u8; N], RecordError> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or_else(|| self.unreadable("it ends too early"))?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(in crate::store) fn byte(&mut self) -> Result<u8, RecordError> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(in crate::store) fn varint(&mut self) -> Result<u64, RecordError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                break;
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(self.unreadable("a number is too long"))
    }

    pub(in crate::store) fn signed(&mut self) -> Result<i64, RecordError> {
        self.varint().map(unzigzag)
    }

    /// A length; never more than there are bytes left, since everything takes at least one.
    pub(in crate::store) fn length(&mut self) -> Result<usize, RecordError> {
        let length = self.varint()?;
        usize::try_from(length)
            .ok()
            .filter(|length| *length <= self.rest.len())
            .ok_or_else(|| self.unreadable("a length is more than there are bytes"))
    }

    pub(in crate::store) fn text(&mut self) -> Result<&'b str, RecordError> {
        let length = self.length()?;
        std::str::from_utf8(self.raw(length)?).map_err(|_| self.unreadable("a text is not UTF-8"))
    }

    pub(in crate::store) fn name(&mut self) -> Result<&'b str, RecordError> {
        let place = self.varint()?;
        if place == 0 {
            let name = self.text()?;
            if self.names.len() < NAMES {
                self.names.push(name);
            }
            return Ok(name);
        }
        usize::try_from(place - 1)
            .ok()
            .and_then(|place| self.names.get(place).copied())
            .ok_or_else(|| self.unreadable("it refers to a name that was not spelled"))
    }

    /// The counterpart of [`Writer::blob`].
    pub(in crate::store) fn blob(&mut self) -> Result<Self, RecordError> {
        let length = u32::from_le_bytes(self.array()?) as usize;
        let format = self.format;
        Ok(Self::new(self.raw(length)?, self.record).of_format(format))
    }

    /// Checks that nothing is left over.
    pub(in crate::store) fn finish(self) -> Result<(), RecordError> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.unreadable("something follows its end")) }
    }
}

const fn low_byte(value: u64) -> u8 {
    (value & 0x7f) as u8
}

const fn zigzag(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

const fn unzigzag(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -((value & 1).cast_signed())
}

/// Below this many thousandths a number is stored as a whole number.
const MAX_THOUSANDTHS: f64 = 1e12;

/// The number as thousandths, where that loses no bit.
fn thousandths(value: f64) -> Option<i64> {
    let scaled = (value * 1000.0).round();
    if scaled.abs() < MAX_THOUSANDTHS && (scaled / 1000.0).to_bits() == value.to_bits() {
        #[expect(clippy::cast_possible_truncation, reason = "a whole number below 1e12")]
        return Some(scaled as i64);
    }
    None
}

const ABSENT: u64 = 0;
const EIGHT_BYTES: u64 = 1;
const FIRST_THOUSANDTH: u64 = 2;

impl Stored for f64 {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        if let Some(whole) = thousandths(*self) {
            w.varint(zigzag(whole) + FIRST_THOUSANDTH);
        } else {
            w.varint(EIGHT_BYTES);
            w.raw(&self.to_le_bytes());
        }
    }

    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        Self::take_option(r)?.ok_or_else(|| r.unreadable("a number is missing"))
    }

    fn put_option<'a>(option: &'a Option<Self>, w: &mut Writer<'a>) {
        match option {
            Some(value) => value.put(w),
            None => w.varint(ABSENT),
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "thousandths stay below 1e12, which a double holds exactly")]
    fn take_option(r: &mut Reader<'_>) -> Result<Option<Self>, RecordError> {
        match r.varint()? {
            ABSENT => Ok(None),
            EIGHT_BYTES => r.array().map(Self::from_le_bytes).map(Some),
            whole => Ok(Some(unzigzag(whole - FIRST_THOUSANDTH) as Self / 1000.0)),
        }
    }
}

impl Stored for u8 {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        w.byte(*self);
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        r.byte()
    }
    fn put_many<'a>(many: &'a [Self], w: &mut Writer<'a>) {
        w.length(many.len());
        w.raw(many);
    }
    fn take_many(r: &mut Reader<'_>) -> Result<Vec<Self>, RecordError> {
        let length = r.length()?;
        r.raw(length).map(<[u8]>::to_vec)
    }
}

impl Stored for bool {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        w.byte(u8::from(*self));
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        match r.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(r.unreadable("a flag is neither yes nor no")),
        }
    }
}

macro_rules! whole {
    ($($number:ty: $put:ident $as:ty),+) => {$(
        impl Stored for $number {
            fn put<'a>(&'a self, w: &mut Writer<'a>) {
                w.$put(<$as>::from(*self));
            }
            fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
                r.$put()?.try_into().map_err(|_| r.unreadable("a number is out of range"))
            }
        }
    )+};
}
whole!(u16: varint u64, u32: varint u64, u64: varint u64, i16: signed i64, i32: signed i64);

impl<T: Stored> Stored for Box<T> {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        T::put(self, w);
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        T::take(r).map(Self::new)
    }
}

impl<T: Stored> Stored for Option<T> {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        T::put_option(self, w);
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        T::take_option(r)
    }
}

impl<T: Stored> Stored for Vec<T> {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        T::put_many(self, w);
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        T::take_many(r)
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        self.0.put(w);
        self.1.put(w);
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        Ok((A::take(r)?, B::take(r)?))
    }
}

impl<K: Stored + Ord, V: Stored> Stored for BTreeMap<K, V> {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        w.length(self.len());
        for (key, value) in self {
            key.put(w);
            value.put(w);
        }
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let length = r.length()?;
        (0..length).map(|_| <(K, V)>::take(r)).collect()
    }
}

impl<T: Stored + Ord> Stored for BTreeSet<T> {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        w.length(self.len());
        for one in self {
            one.put(w);
        }
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let length = r.length()?;
        (0..length).map(|_| T::take(r)).collect()
    }
}

macro_rules! text {
    ($($text:ty),+) => {$(
        impl Stored for $text {
            fn put<'a>(&'a self, w: &mut Writer<'a>) {
                w.text(self);
            }
            fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
                r.text().map(Into::into)
            }
        }
    )+};
}
text!(String, Box<str>);

impl Stored for Timestamp {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        let second = self.as_second();
        w.signed(second - w.second);
        w.signed(i64::from(self.subsec_nanosecond()));
        w.second = second;
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let difference = r.signed()?;
        let nanosecond = i32::take(r)?;
        let time = r.second.checked_add(difference).and_then(|second| Self::new(second, nanosecond).ok());
        let time = time.ok_or_else(|| r.unreadable("a time is out of range"))?;
        r.second = time.as_second();
        Ok(time)
    }
}

impl Stored for Date {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        let year = zigzag(i64::from(self.year()));
        w.varint(year << 9 | u64::from(self.month().unsigned_abs()) << 5 | u64::from(self.day().unsigned_abs()));
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let bits = r.varint()?;
        let part = |bits: u64| i8::try_from(bits).unwrap_or_default();
        i16::try_from(unzigzag(bits >> 9))
            .ok()
            .and_then(|year| Self::new(year, part(bits >> 5 & 15), part(bits & 31)).ok())
            .ok_or_else(|| r.unreadable("a date is none"))
    }
}

impl Stored for TimeZone {
    fn put<'a>(&'a self, w: &mut Writer<'a>) {
        let printer = jiff::fmt::temporal::DateTimePrinter::new();
        match printer.time_zone_to_string(self) {
            Ok(name) => w.text(&name),
            // Only a zone made from the machine's own file has no name, and no setting makes one.
            Err(_) => w.text("Etc/Unknown"),
        }
    }
    fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
        let name = r.text()?;
        let parser = jiff::fmt::temporal::DateTimeParser::new();
        parser.parse_time_zone(name).map_err(|_| r.unreadable("a time zone is not known"))
    }
}

/// A field that is read; one that is kept `since` a format is nothing in those before.
macro_rules! taken {
    ($r:ident) => {
        Stored::take($r)?
    };
    ($r:ident since $format:literal) => {
        if $r.format() < $format { Default::default() } else { Stored::take($r)? }
    };
}

/// The stored format of a struct: its fields in the order given, those of later formats with `since` and that.
macro_rules! record {
    ($($type:ident { $($field:ident $(since $format:literal)?),+ $(,)? })+) => {$(
        impl Stored for $type {
            fn put<'a>(&'a self, w: &mut Writer<'a>) {
                $(self.$field.put(w);)+
            }
            fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
                Ok(Self { $($field: taken!(r $(since $format)?)),+ })
            }
        }
    )+};
}

/// The stored format of an enum without fields: a byte for each variant, never given twice.
macro_rules! codes {
    ($($type:ident { $($variant:ident = $code:literal),+ $(,)? })+) => {$(
        impl Stored for $type {
            fn put<'a>(&'a self, w: &mut Writer<'a>) {
                w.byte(match self { $(Self::$variant => $code),+ });
            }
            fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
                match r.byte()? {
                    $($code => Ok(Self::$variant),)+
                    _ => Err(r.unreadable(concat!("an unknown ", stringify!($type)))),
                }
            }
        }
    )+};
}

/// The stored format of an enum with fields: a byte for each variant, then its fields in the order given.
macro_rules! choices {
    ($($type:ident {
        $($variant:ident $(($one:ident))? $({ $($field:ident $(since $format:literal)?),+ })? = $code:literal),+ $(,)?
    })+) => {$(
        impl Stored for $type {
            fn put<'a>(&'a self, w: &mut Writer<'a>) {
                match self {
                    $(Self::$variant $(($one))? $({ $($field),+ })? => {
                        w.byte($code);
                        $($one.put(w);)?
                        $($($field.put(w);)+)?
                    })+
                }
            }
            fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
                match r.byte()? {
                    $($code => {
                        $(let $one = Stored::take(r)?;)?
                        $($(let $field = taken!(r $(since $format)?);)+)?
                        Ok(Self::$variant $(($one))? $({ $($field),+ })?)
                    })+
                    _ => Err(r.unreadable(concat!("an unknown ", stringify!($type)))),
                }
            }
        }
    )+};
}

/// The stored format of a checked name: spelled once, then referred to.
macro_rules! names {
    ($($type:ident),+ $(,)?) => {$(
        impl Stored for $type {
            fn put<'a>(&'a self, w: &mut Writer<'a>) {
                w.name(self.as_str());
            }
            fn take(r: &mut Reader<'_>) -> Result<Self, RecordError> {
                let name = r.name()?;
                Self::parse(name).map_err(|_| r.unreadable(concat!("not a ", stringify!($type))))
            }
        }
    )+};
}

pub(super) use {choices, codes, names, record, taken};
