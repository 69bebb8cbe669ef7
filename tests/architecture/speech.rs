//! What people read stands in the languages' files, and not in the code of pages and mails.
//!
//! Two marks give a text away: a literal that is set into a template as it stands, and one in which
//! words follow each other. What only machines or operators read is left out: attributes that are not
//! shown, commands to type, style sheets, logs, and reasons of proven invariants.

use crate::source::Source;

/// Where pages and mails are made.
const SPOKEN: &[&str] = &["src/console/pages/", "src/delivery/mail/", "src/texts/"];

/// Names that are the same in every language.
const NAMES: &[&str] = &["Vagus", "UTC", "MB", "Tiếng", "Việt"];

/// Attributes that are read out or shown.
const SHOWN: &[&str] = &["title", "placeholder", "alt", "aria-label", "aria-description", "label", "summary"];

/// How lines begin that are typed into a machine, or read by one.
const MACHINES: &[&str] = &["vagus ", "attachment; "];

/// Calls whose text no reader of a page or mail sees.
const UNSEEN: &[&str] = &["expect", "error", "warn", "info", "debug", "trace", "panic", "unreachable", "debug_assert"];

/// Every text that ought to stand in the languages' files.
pub(crate) fn texts_in_code(files: &[Source]) -> Vec<String> {
    let spoken = files.iter().filter(|file| SPOKEN.iter().any(|folder| file.path.starts_with(folder)));
    spoken.flat_map(of_file).collect()
}

fn of_file(file: &Source) -> Vec<String> {
    let templates = templates(&file.code);
    let speaks = |(at, text): &(usize, &str)| {
        let before = file.code[..*at].trim_end();
        if is_style(text) || UNSEEN.contains(&called(&file.code, *at)) || before.ends_with("reason =") {
            return false;
        }
        if let Some(name) = attribute(before, &templates, *at) {
            return SHOWN.contains(&name) && has_word(text);
        }
        match computed_attribute(&file.code, &templates, *at) {
            Some(name) => SHOWN.contains(&name) && is_sentence(text),
            None => is_sentence(text) || (is_node(&file.code, &templates, *at, text.len()) && has_word(text)),
        }
    };
    let told = |(at, text): (usize, &str)| {
        format!("{}: {text:?} stands in the code; give it a key in config/locales, in every language", file.place(at))
    };
    file.literals().into_iter().filter(speaks).map(told).collect()
}

/// The insides of every `html! { … }`, outer ones first.
fn templates(code: &str) -> Vec<(usize, usize)> {
    let begins = code.match_indices("html!").filter_map(|(at, name)| {
        let open = at + name.len() + code[at + name.len()..].find('{')?;
        Some((open + 1, crate::source::block_end(code, open)))
    });
    begins.collect()
}

/// The innermost template around a place.
fn template(templates: &[(usize, usize)], at: usize) -> Option<(usize, usize)> {
    templates.iter().rev().find(|(from, to)| (*from..*to).contains(&at)).copied()
}

/// Whether a literal is set into a template as it stands: nothing but blocks of the template is open around it.
fn is_node(code: &str, templates: &[(usize, usize)], at: usize, length: usize) -> bool {
    let Some((from, _)) = template(templates, at) else { return false };
    let mut open = Vec::new();
    for byte in code[from..at].bytes() {
        match byte {
            b'{' | b'(' | b'[' => open.push(byte),
            b'}' | b')' | b']' => drop(open.pop()),
            _ => {}
        }
    }
    // A pattern of a match, and one side of a comparison, are not set.
    let behind = code[at + length + 2..].trim_start();
    let is_pattern = behind.starts_with("=>") || behind.starts_with('|');
    open.iter().all(|byte| *byte == b'{') && !is_pattern && !code[..at].trim_end().ends_with(['=', '|'])
}

/// The attribute of a template that a literal is the value of.
fn attribute<'c>(before: &'c str, templates: &[(usize, usize)], at: usize) -> Option<&'c str> {
    template(templates, at)?;
    let name = before.strip_suffix('=')?;
    if name.ends_with(['=', '!', '<', '>', ' ']) {
        return None;
    }
    let from = name.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '-').map_or(0, |n| n + 1);
    Some(&name[from..])
}

/// The attribute of a template in whose computed value a literal stands, e.g. `class=(format!("…"))`.
fn computed_attribute<'c>(code: &'c str, templates: &[(usize, usize)], at: usize) -> Option<&'c str> {
    let (from, _) = template(templates, at)?;
    let mut open = Vec::new();
    for (n, byte) in code[from..at].bytes().enumerate() {
        match byte {
            b'{' | b'(' | b'[' => open.push((from + n, byte)),
            b'}' | b')' | b']' => drop(open.pop()),
            _ => {}
        }
    }
    let (outermost, _) = open.into_iter().find(|(_, byte)| *byte == b'(')?;
    attribute(&code[..outermost], templates, outermost)
}

/// The function or macro whose argument a place is.
fn called(code: &str, at: usize) -> &str {
    let mut depth = 0_usize;
    for (n, byte) in code[..at].bytes().enumerate().rev() {
        match byte {
            b')' | b'}' | b']' => depth += 1,
            b'(' if depth == 0 => {
                let name = code[..n].trim_end_matches('!');
                let from = name.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_').map_or(0, |n| n + 1);
                return &name[from..];
            }
            b'{' | b'[' if depth == 0 => return "",
            b'(' | b'{' | b'[' => depth -= 1,
            _ => {}
        }
    }
    ""
}

fn is_style(text: &str) -> bool {
    text.starts_with('@') || (text.contains(':') && text.contains(';') && !text.contains(". "))
}

/// The text without places for values.
fn without_places(text: &str) -> (String, bool) {
    let mut plain = String::new();
    let mut depth = 0_usize;
    for char in text.chars() {
        match char {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(char),
            _ => {}
        }
    }
    let has_places = plain.len() < text.len();
    (plain, has_places)
}

fn is_word(word: &str) -> bool {
    let letters = word.trim_matches(|c: char| c.is_ascii_punctuation());
    letters.chars().count() > 1 && letters.chars().all(|c| c.is_alphabetic() || c == '\'') && !NAMES.contains(&letters)
}

fn has_word(text: &str) -> bool {
    without_places(text).0.split(|c: char| !c.is_alphanumeric()).any(is_word)
}

/// Whether words follow each other, or one stands beside a place for a value.
fn is_sentence(text: &str) -> bool {
    if MACHINES.iter().any(|begin| text.starts_with(begin)) {
        return false;
    }
    let (plain, has_places) = without_places(text);
    let words: Vec<&str> = plain.split_whitespace().collect();
    let follows = words.windows(2).any(|pair| is_word(pair[0]) && is_word(pair[1]));
    let is_beside = has_places && plain.contains(' ') && words.iter().any(|word| is_word(word));
    follows || is_beside
}
