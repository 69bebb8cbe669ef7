//! Claims about the texts: every language has all of them, and they are well formed.

use std::collections::{BTreeMap, BTreeSet};

use super::*;
use crate::domain::TimeZone;
use crate::domain::alert::Level;

/// Keys of a language with the names of their values.
fn keys(language: Language) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for source in sources(language) {
        FluentResource::try_new((*source).to_owned()).map_err(|(_, errors)| errors).unwrap();
        let mut key = String::new();
        for line in source.lines() {
            if let Some((name, _)) =
                line.split_once(" =").filter(|_| line.starts_with(|c: char| c.is_ascii_lowercase()))
            {
                key = name.to_owned();
                assert!(!found.contains_key(&key), "{key} stands twice in {}", language.as_str());
                found.insert(key.clone(), BTreeSet::new());
            }
            let names = line
                .split('$')
                .skip(1)
                .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>());
            if let Some(values) = found.get_mut(&key) {
                values.extend(names);
            }
        }
    }
    found
}

#[test]
fn every_level_has_its_word() {
    let known = keys(Language::English);
    for level in Level::ALL {
        assert!(known.contains_key(&format!("level-{}", level.as_str())), "{level:?}");
    }
}

#[test]
fn every_language_has_every_text_with_the_same_values() {
    let english = keys(Language::English);
    for language in Language::ALL {
        let other = keys(*language);
        // The pattern of a date need not use all of its parts.
        let is_alike = |key: &str, values: &BTreeSet<String>| match other.get(key) {
            Some(theirs) => theirs == values || key.starts_with("format-"),
            None => false,
        };
        let differing: Vec<_> = english.iter().filter(|(key, values)| !is_alike(key, values)).collect();
        assert!(differing.is_empty(), "{}: {differing:?}", language.as_str());
        let further: Vec<_> = other.keys().filter(|key| !english.contains_key(*key)).collect();
        assert!(further.is_empty(), "{}: {further:?}", language.as_str());
    }
}

#[test]
fn dates_and_numbers_are_written_as_the_reader_writes_them() {
    let date = "2026-03-01".parse().unwrap();
    assert_eq!(Language::English.date(date), "1 Mar 2026");
    assert_eq!(Language::SimplifiedChinese.date(date), "2026年3月1日");
    assert_eq!(Language::Vietnamese.date(date), "01/03/2026");
    let zone = TimeZone::get("Asia/Ho_Chi_Minh").unwrap();
    let at = "2026-03-01T08:05:00Z".parse().unwrap();
    assert_eq!(Language::Vietnamese.moment(at, &zone), "15:05, 01/03/2026");
    assert_eq!(Language::English.number(-1.45, 1), "−1.4", "halves go to the even digit, as floating point has it");
    assert_eq!(Language::Vietnamese.number(12.5, 1), "12,5");
    assert_eq!(Language::English.number(-0.01, 1), "0.0");
}

#[test]
fn the_language_that_a_browser_wants_most_is_spoken() {
    assert_eq!(Language::accepted("vi-VN,vi;q=0.9,en;q=0.8"), Language::Vietnamese);
    assert_eq!(Language::accepted("fr, zh-CN;q=0.9, en;q=0.95"), Language::English);
    assert_eq!(Language::accepted("zh-CN"), Language::SimplifiedChinese);
    assert_eq!(Language::accepted("fr"), Language::English);
    assert_eq!(Language::accepted(";;q=,,q=7"), Language::English);
}

#[test]
fn counts_take_the_singular_and_the_plural_where_a_language_has_them() {
    let cases = |language: Language, count: usize| language.say_with("count-cases", &[("count", count.into())]);
    assert_eq!(cases(Language::English, 1), "1 case");
    assert_eq!(cases(Language::English, 2), "2 cases");
    assert_eq!(cases(Language::Vietnamese, 2), "2 trường hợp");
}
