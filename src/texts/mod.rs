//! What people read, in their language: English, Simplified Chinese, Vietnamese.
//!
//! A language, a key and values come in, a text leaves. The texts stand in `config/locales`, in
//! Fluent's format, and are built in; a test holds that every language has every key. Nothing of it
//! depends on the machine: the same inputs give the same text.

mod evidence;
mod format;
mod reason;
mod summary;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::domain::named::named;

pub use evidence::{EvidenceRow, Filled};

named! {
    /// A language that Vagus speaks.
    Language {
        /// English.
        English => "en",
        /// Simplified Chinese.
        SimplifiedChinese => "zh-Hans",
        /// Vietnamese.
        Vietnamese => "vi",
    }
}

type Bundle = FluentBundle<FluentResource>;

/// The bundles, in the order of [`Language::ALL`].
static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| Language::ALL.iter().map(|it| bundle(*it)).collect());

/// The texts of a language, as they stand in the repository.
const fn sources(language: Language) -> &'static [&'static str] {
    match language {
        Language::English => {
            &[include_str!("../../config/locales/en.ftl"), include_str!("../../config/locales/mails.en.ftl")]
        }
        Language::SimplifiedChinese => {
            &[include_str!("../../config/locales/zh-Hans.ftl"), include_str!("../../config/locales/mails.zh-Hans.ftl")]
        }
        Language::Vietnamese => {
            &[include_str!("../../config/locales/vi.ftl"), include_str!("../../config/locales/mails.vi.ftl")]
        }
    }
}

fn bundle(language: Language) -> Bundle {
    let id: LanguageIdentifier = language.as_str().parse().expect("the names of languages are identifiers");
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // Marks of direction around each value are of no use: all three are written from left to right.
    bundle.set_use_isolating(false);
    for source in sources(language) {
        let resource = match FluentResource::try_new((*source).to_owned()) {
            // What can be read is used; the test below tells what cannot.
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

impl Language {
    /// What the language is called by those who speak it.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::SimplifiedChinese => "简体中文",
            Self::Vietnamese => "Tiếng Việt",
        }
    }

    /// The language that a browser's `Accept-Language` asks for first; English where it asks for none of ours.
    #[must_use]
    pub fn accepted(header: &str) -> Self {
        let mut asked: Vec<(f64, Self)> = Vec::new();
        for part in header.split(',').take(20) {
            let (tag, weight) = part.split_once(";q=").unwrap_or((part, "1"));
            let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
            let language = Self::ALL.iter().find(|it| it.as_str().split('-').next() == Some(primary.as_str()));
            let weight = weight.trim().parse::<f64>().ok().filter(|weight| (0.0..=1.0).contains(weight));
            if let (Some(language), Some(weight)) = (language, weight.filter(|weight| *weight > 0.0)) {
                asked.push((weight, *language));
            }
        }
        // The first of those with the greatest weight.
        asked.iter().rev().max_by(|(a, _), (b, _)| a.total_cmp(b)).map_or(Self::English, |(_, language)| *language)
    }

    fn bundle(self) -> &'static Bundle {
        &BUNDLES[self as usize]
    }

    /// A text without values.
    #[must_use]
    pub fn say(self, key: &str) -> String {
        self.say_with(key, &[])
    }

    /// A text with values put into their places. A key that no language has is given back as it is.
    #[must_use]
    pub fn say_with(self, key: &str, values: &[(&str, Value<'_>)]) -> String {
        let arguments: FluentArgs<'_> = values.iter().map(|(name, value)| (*name, self.fluent(value))).collect();
        for language in [self, Self::English] {
            let bundle = language.bundle();
            if let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) {
                let mut problems = Vec::new();
                return bundle.format_pattern(pattern, Some(&arguments), &mut problems).into_owned();
            }
        }
        key.to_owned()
    }

    fn fluent<'v>(self, value: &'v Value<'_>) -> FluentValue<'v> {
        match value {
            Value::Text(text) => FluentValue::from(*text),
            Value::Owned(text) => FluentValue::from(text.as_str()),
            // A count is a number, since the plural depends on it.
            Value::Count(count) => FluentValue::from(*count),
            Value::Number(number, decimals) => FluentValue::from(self.number(*number, *decimals)),
        }
    }
}

/// A value that a text has a place for.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'v> {
    /// A text.
    Text(&'v str),
    /// A text of its own.
    Owned(String),
    /// How many: the text may have a singular and a plural.
    Count(u64),
    /// A number with so many decimals.
    Number(f64, u8),
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(text: &'v str) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Owned(text)
    }
}

impl From<usize> for Value<'_> {
    fn from(count: usize) -> Self {
        Self::Count(count as u64)
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
