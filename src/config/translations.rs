//! The section `[translations]` of a file whose texts people read: each English text as it stands in
//! the file, with what it is in another language. What is not translated is read in English.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::section::Section;
use crate::domain::phrase::Phrase;
use crate::texts::Language;

/// The translations of a file, and which of them were asked for.
pub(super) struct Translations {
    /// By language and English text.
    known: Vec<(&'static str, BTreeMap<String, String>)>,
    asked: RefCell<BTreeSet<String>>,
}

impl Translations {
    /// Reads the section; to be done before the texts are.
    pub(super) fn read(root: &mut Section<'_>) -> Self {
        let mut section = root.section("translations");
        let others = Language::ALL.iter().filter(|language| **language != Language::English);
        let known = others.map(|language| {
            let tag = language.as_str();
            (tag, section.get_or(tag, BTreeMap::new()))
        });
        let known = known.collect();
        section.finish();
        Self { known, asked: RefCell::default() }
    }

    /// A text with its translations.
    pub(super) fn phrase(&self, english: &str) -> Phrase {
        self.asked.borrow_mut().insert(english.to_owned());
        let others = self.known.iter().filter_map(|(tag, texts)| Some((*tag, texts.get(english)?.clone())));
        Phrase::new(english, others.collect())
    }

    /// Several of them.
    pub(super) fn phrases(&self, english: &[String]) -> Vec<Phrase> {
        english.iter().map(|text| self.phrase(text)).collect()
    }

    /// What is translated and stands nowhere in the file is a slip: the English text was changed, or mistyped.
    pub(super) fn finish(self, root: &Section<'_>) {
        let asked = self.asked.into_inner();
        for (tag, texts) in &self.known {
            for (english, _) in texts.iter().filter(|(_, text)| text.trim().is_empty()) {
                let remedy = "give the text in that language, or drop the line for English";
                root.problem(&format!("translations.{tag}.{english:?}"), "is empty", remedy);
            }
            let unknown: Vec<String> = texts.keys().filter(|text| !asked.contains(*text)).cloned().collect();
            if let Some(first) = unknown.first() {
                let what = match unknown.len() {
                    1 => format!("translates {first:?}, which is not in this file"),
                    more => format!("translates {more} texts that are not in this file, first {first:?}"),
                };
                let remedy = "write the English text as it stands in the file, or drop the line";
                root.warn(&format!("translations.{tag}"), &what, remedy);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{library_file, rules_file};

    /// Every text for people of the files that are built in.
    fn built_in() -> Vec<Phrase> {
        let (rules, library) = (rules_file::built_in().rules, library_file::built_in());
        let of_rules =
            rules.rules.iter().flat_map(|r| [&[r.title.clone()][..], &r.workload_review, &r.counseling].concat());
        let of_units =
            rules.units.rules.iter().flat_map(|r| [&[r.title.clone()][..], &r.workload_review, &r.counseling].concat());
        let of_table = [&rules.table.workload_review[..], &rules.table.counseling].concat();
        let of_risks = library.risks.iter().map(|risk| risk.name.clone());
        let of_methods = library.methods.iter().flat_map(|method| [method.name.clone(), method.sentence.clone()]);
        of_rules.chain(of_units).chain(of_table).chain(of_risks).chain(of_methods).collect()
    }

    #[test]
    fn every_text_of_the_files_that_are_built_in_is_there_in_every_language() {
        let phrases = built_in();
        assert!(phrases.len() > 200, "{}", phrases.len());
        for language in Language::ALL.iter().filter(|language| **language != Language::English) {
            let missing: Vec<_> = phrases.iter().filter(|phrase| !phrase.has(language.as_str())).collect();
            assert!(missing.is_empty(), "{}: {missing:#?}", language.as_str());
        }
    }

    #[test]
    fn a_translation_of_a_text_that_is_not_there_is_warned_of_and_one_that_is_missing_is_read_in_english() {
        let line = "\"quiet breaks\" = \"安静的休息\"";
        assert!(rules_file::BUILT_IN.contains(line));
        let told = |to: &str| {
            let (settings, warnings) = rules_file::review(&rules_file::BUILT_IN.replace(line, to), "x").unwrap();
            let suggested = settings.rules.rules.iter().flat_map(|rule| rule.workload_review.clone());
            let phrase = suggested.into_iter().find(|phrase| *phrase == "quiet breaks").unwrap();
            let warnings: Vec<String> = warnings.iter().map(|it| format!("{}: {}", it.key, it.what)).collect();
            (warnings, ["zh-Hans", "vi"].map(|tag| phrase.of(tag).to_owned()))
        };
        let none: [String; 0] = [];
        assert_eq!(told(line), (none.to_vec(), ["安静的休息", "nghỉ giữa giờ ở nơi yên tĩnh"].map(str::to_owned)));
        let english = ["quiet breaks", "nghỉ giữa giờ ở nơi yên tĩnh"].map(str::to_owned);
        assert_eq!(told(""), (none.to_vec(), english.clone()));
        let slip = "translations.zh-Hans: translates \"quiet brakes\", which is not in this file".to_owned();
        assert_eq!(told("\"quiet brakes\" = \"安静的休息\""), (vec![slip], english));
    }

    #[test]
    fn a_language_that_is_not_spoken_and_an_empty_text_are_refused() {
        let problems = |from: &str, to: &str| {
            let text = rules_file::BUILT_IN.replace(from, to);
            let problems = rules_file::parse(&text, "x").unwrap_err().0;
            problems.into_iter().map(|it| it.key).collect::<Vec<_>>()
        };
        assert_eq!(problems("[translations.vi]", "[translations.vn]"), ["translations.vn"]);
        let empty = problems("\"quiet breaks\" = \"安静的休息\"", "\"quiet breaks\" = \" \"");
        assert_eq!(empty, ["translations.zh-Hans.\"quiet breaks\""]);
    }
}
