//! A TOML value with its line, and how it becomes a Rust value.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::Date;

/// A value and the line it stands on.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// A TOML value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Text(String),
    Integer(i128),
    Float(f64),
    Boolean(bool),
    Moment(String),
    List(Vec<Placed>),
    Table(BTreeMap<String, Placed>),
}

/// Turns byte offsets into lines.
pub(super) struct Lines(Vec<usize>);

impl Lines {
    pub(super) fn of(text: &str) -> Self {
        Self(text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect())
    }

    /// The line of a byte, from 1.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|newline| *newline < offset) + 1
    }
}

pub(super) fn table(table: &DeTable<'_>, lines: &Lines) -> BTreeMap<String, Placed> {
    // The line is that of the key: a value may span many.
    let placed = |key: &Spanned<_>, value: &Spanned<DeValue<'_>>| Placed {
        line: lines.line(key.span().start),
        value: Value::of(value.get_ref(), lines),
    };
    table.iter().map(|(key, value)| (key.get_ref().to_string(), placed(key, value))).collect()
}

impl Value {
    fn of(value: &DeValue<'_>, lines: &Lines) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => {
                // Too long for 128 bits is too large for every setting.
                Self::Integer(i128::from_str_radix(number.as_str(), number.radix()).unwrap_or(i128::MAX))
            }
            DeValue::Float(number) => Self::Float(number.as_str().parse().unwrap_or(f64::NAN)),
            DeValue::Boolean(yes) => Self::Boolean(*yes),
            DeValue::Datetime(moment) => Self::Moment(moment.to_string()),
            DeValue::Array(values) => Self::List(
                values
                    .iter()
                    .map(|v| Placed { line: lines.line(v.span().start), value: Self::of(v.get_ref(), lines) })
                    .collect(),
            ),
            DeValue::Table(entries) => Self::Table(table(entries, lines)),
        }
    }

    /// What kind of value it is, for people.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a text",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number with a fraction",
            Self::Boolean(_) => "true or false",
            Self::Moment(_) => "a date or time",
            Self::List(_) => "a list",
            Self::Table(_) => "a section",
        }
    }
}

/// A Rust value that a setting may have.
pub(super) trait Setting: Sized {
    /// What must be written, for people.
    const EXPECTED: &'static str;

    /// Takes a value from a file.
    fn from_value(value: Value) -> Option<Self>;

    /// Takes a value from the environment, where everything is text.
    fn from_text(text: &str) -> Option<Self>;
}

impl Setting for String {
    const EXPECTED: &'static str = "a text in quotes";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Text(text) = value { Some(text) } else { None }
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Setting for PathBuf {
    const EXPECTED: &'static str = "a path in quotes";

    fn from_value(value: Value) -> Option<Self> {
        String::from_value(value).map(Self::from)
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(Self::from(text))
    }
}

impl Setting for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Boolean(yes) = value { Some(yes) } else { None }
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Setting for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Float(number) => Some(number).filter(|n| n.is_finite()),
            // Settings are far below 2^53, where the conversion is exact; beyond, a range check refuses.
            Value::Integer(number) => Self::from_text(&number.to_string()),
            Value::Text(_) | Value::Boolean(_) | Value::Moment(_) | Value::List(_) | Value::Table(_) => None,
        }
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|n: &Self| n.is_finite())
    }
}

impl Setting for Date {
    const EXPECTED: &'static str = "a date, e.g. 2026-12-24";

    fn from_value(value: Value) -> Option<Self> {
        if let Value::Moment(text) | Value::Text(text) = value { Self::from_text(&text) } else { None }
    }

    fn from_text(text: &str) -> Option<Self> {
        // A date with a time of day is something else, though its begin could be read as a date.
        text.parse().ok().filter(|date: &Self| date.to_string() == text)
    }
}

macro_rules! whole {
    ($($kind:ty),+) => {$(
        impl Setting for $kind {
            const EXPECTED: &'static str = concat!("a whole number that is not negative and fits into ", stringify!($kind));

            fn from_value(value: Value) -> Option<Self> {
                if let Value::Integer(number) = value { Self::try_from(number).ok() } else { None }
            }

            fn from_text(text: &str) -> Option<Self> {
                text.parse().ok()
            }
        }
    )+};
}
whole!(u16, u32, u64, usize);

/// A text for each name.
impl Setting for BTreeMap<String, String> {
    const EXPECTED: &'static str = "a section of texts, e.g. \"quiet breaks\" = \"…\"";

    fn from_value(value: Value) -> Option<Self> {
        let Value::Table(entries) = value else { return None };
        entries.into_iter().map(|(name, placed)| Some((name, String::from_value(placed.value)?))).collect()
    }

    fn from_text(_: &str) -> Option<Self> {
        None
    }
}

impl Setting for Vec<String> {
    const EXPECTED: &'static str = "a list of texts, e.g. [\"one\", \"two\"]";

    fn from_value(value: Value) -> Option<Self> {
        let Value::List(values) = value else { return None };
        values.into_iter().map(|placed| String::from_value(placed.value)).collect()
    }

    fn from_text(text: &str) -> Option<Self> {
        Some(text.split(',').map(|part| part.trim().to_owned()).collect())
    }
}
