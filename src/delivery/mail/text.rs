//! The page for plain clients: lines of 72 characters, headings underlined, rows indented.

use super::page::{Block, Page};
use super::subject::Line;

/// The longest line, but for a word that is longer.
const WIDTH: usize = 72;

/// Sets a page.
pub(super) fn set(page: &Page, line: &Line, is_test: bool) -> String {
    let mut out = String::new();
    if is_test {
        let mark = page.language.say("mail-test-mark");
        out.push_str(&format!("*** {mark} *** {mark} *** {mark} ***\n\n"));
    }
    // Clients show the first lines beside the subject: nothing of a person stands in them.
    let opening = if is_test { page.language.say("mail-test") } else { line.preview.clone() };
    for text in std::iter::once(&opening).chain(&page.footer) {
        paragraph(&mut out, text, "");
        out.push('\n');
    }
    heading(&mut out, &page.headline, '=');
    for block in &page.blocks {
        out.push('\n');
        set_block(&mut out, block);
    }
    out
}

fn set_block(out: &mut String, block: &Block) {
    match block {
        Block::Heading(text) => heading(out, text, '-'),
        Block::Text(text) => paragraph(out, text, ""),
        Block::Call(text) => paragraph(out, text, "! "),
        Block::Facts(facts) => {
            let width = facts.iter().map(|(name, _)| width_of(name)).max().unwrap_or(0);
            for (name, value) in facts {
                let space = " ".repeat(width - width_of(name) + 2);
                hanging(out, value, &format!("{name}{space}"));
            }
        }
        Block::Table(_, rows) => {
            for [name, found, against] in rows {
                out.push_str(name);
                out.push('\n');
                paragraph(out, found, "    ");
                if !against.is_empty() {
                    paragraph(out, against, "    ");
                }
            }
        }
        Block::List(points) => points.iter().for_each(|point| hanging(out, point, "* ")),
        Block::Commands(commands) => {
            for command in commands {
                out.push_str("    ");
                out.push_str(command);
                out.push('\n');
            }
        }
        Block::Link(text, url) => {
            out.push_str(text);
            out.push_str(":\n    ");
            out.push_str(url);
            out.push('\n');
        }
    }
}

fn heading(out: &mut String, text: &str, under: char) {
    out.push_str(text);
    out.push('\n');
    out.extend(std::iter::repeat_n(under, width_of(text)));
    out.push('\n');
}

/// Every line begins with `begin`.
fn paragraph(out: &mut String, text: &str, begin: &str) {
    wrap(out, text, begin, begin);
}

/// The first line begins with `begin`, the others below where its text begins.
fn hanging(out: &mut String, text: &str, begin: &str) {
    wrap(out, text, begin, &" ".repeat(width_of(begin)));
}

fn wrap(out: &mut String, text: &str, first: &str, others: &str) {
    let mut line = first.to_owned();
    let mut is_begun = false;
    for word in text.split_whitespace() {
        for (n, piece) in pieces(word).into_iter().enumerate() {
            let space = usize::from(is_begun && n == 0);
            if is_begun && width_of(&line) + space + width_of(piece) > WIDTH {
                out.push_str(line.trim_end());
                out.push('\n');
                others.clone_into(&mut line);
            } else if space == 1 {
                line.push(' ');
            }
            line.push_str(piece);
            is_begun = true;
        }
    }
    out.push_str(line.trim_end());
    out.push('\n');
}

/// The parts of a word between which a line may end: Chinese has no spaces, and a line there ends behind
/// any character but before a mark that closes something or behind one that opens.
fn pieces(word: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut begin = 0;
    let mut before: Option<char> = None;
    for (at, char) in word.char_indices() {
        let may_end = before.is_some_and(|before| {
            (is_wide(before) || is_wide(char)) && !matches!(before, '（' | '“' | '[' | '(') && !is_closing(char)
        });
        if may_end {
            pieces.push(&word[begin..at]);
            begin = at;
        }
        before = Some(char);
    }
    pieces.push(&word[begin..]);
    pieces
}

const fn is_closing(char: char) -> bool {
    matches!(
        char,
        '，' | '。' | '、' | '；' | '：' | '？' | '！' | '）' | '”' | ')' | ']' | ',' | '.' | ';' | ':' | '%'
    )
}

/// Whether a character of plain text is as wide as two: ideographs and their marks.
///
/// # Source
/// Unicode Standard Annex #11, East Asian Width, as far as our languages use it.
const fn is_wide(char: char) -> bool {
    matches!(char, '\u{3000}'..='\u{303f}' | '\u{3400}'..='\u{9fff}' | '\u{ff00}'..='\u{ff60}')
}

/// How many columns a text takes.
pub(super) fn width_of(text: &str) -> usize {
    text.chars().map(|char| if is_wide(char) { 2 } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_between_words_and_never_inside_one() {
        let mut out = String::new();
        hanging(&mut out, &format!("{} {}", "word ".repeat(20), "x".repeat(90)), "* ");
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines[0].starts_with("* word") && lines[1].starts_with("  word"));
        assert!(lines[..2].iter().all(|line| line.chars().count() <= WIDTH));
        assert_eq!(lines[2].trim_start(), "x".repeat(90));
    }

    #[test]
    fn chinese_is_wrapped_by_its_width_and_no_line_begins_with_a_mark() {
        let mut out = String::new();
        paragraph(&mut out, &"请先接手个案，再与本人交谈。".repeat(12), "");
        let lines: Vec<&str> = out.lines().collect();
        assert!(lines.len() > 3 && lines.iter().all(|line| width_of(line) <= WIDTH), "{out}");
        assert!(lines.iter().all(|line| !line.starts_with(is_closing)), "{out}");
    }

    #[test]
    fn a_row_without_comparison_has_no_empty_line() {
        let mut out = String::new();
        set_block(&mut out, &Block::Table(Default::default(), vec![["A".into(), "1".into(), String::new()]]));
        assert_eq!(out, "A\n    1\n");
    }
}
