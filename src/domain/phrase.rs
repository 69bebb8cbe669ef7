//! A text for people that stands in a file that somebody may edit, with its translations.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// A text in English, and what it is in other languages. Where it is used as a text, it is the English one.
#[derive(Clone, PartialEq, Eq)]
pub struct Phrase {
    english: Arc<str>,
    /// The tag of a language, and the text in it.
    others: Arc<[(&'static str, String)]>,
}

impl Phrase {
    /// A text with its translations, each under the tag of its language.
    #[must_use]
    pub fn new(english: &str, others: Vec<(&'static str, String)>) -> Self {
        Self { english: english.into(), others: others.into() }
    }

    /// The text in the language of that tag; in English where it is not translated.
    #[must_use]
    pub fn of(&self, tag: &str) -> &str {
        self.others.iter().find(|(known, _)| *known == tag).map_or(&*self.english, |(_, text)| text)
    }

    /// Whether there is a translation under that tag.
    #[must_use]
    pub fn has(&self, tag: &str) -> bool {
        self.others.iter().any(|(known, _)| *known == tag)
    }
}

impl Deref for Phrase {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

impl From<&str> for Phrase {
    fn from(english: &str) -> Self {
        Self::new(english, Vec::new())
    }
}

impl PartialEq<&str> for Phrase {
    fn eq(&self, other: &&str) -> bool {
        *self.english == **other
    }
}

impl fmt::Display for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for Phrase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_translated_is_english() {
        let phrase = Phrase::new("quiet breaks", vec![("vi", "nghỉ ở nơi yên tĩnh".to_owned())]);
        assert_eq!(
            ["vi", "zh-Hans", "en"].map(|tag| phrase.of(tag)),
            ["nghỉ ở nơi yên tĩnh", "quiet breaks", "quiet breaks"]
        );
    }
}
