//! The page for plain clients: lines of 72 characters, headings underlined, rows indented.

use super::page::{Block, Page};
use super::subject::Line;

/// The longest line, but for a word that is longer.
const WIDTH: usize = 72;

/// Sets a page.
pub(super) fn set(page: &Page, line: &Line, is_test: bool) -> String {
    let mut out = String::new();
    if is_test {
        out.push_str("*** TEST *** TEST *** TEST ***\n\n");
    }
    // Clients show the first lines beside the subject: nothing of a person stands in them.
    let opening = if is_test { super::words::TEST } else { &line.preview };
    for text in std::iter::once(opening).chain(page.footer.iter().map(String::as_str)) {
        paragraph(&mut out, text, "");
        out.push('\n');
    }
    heading(&mut out, page.headline, '=');
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
            let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
            for (name, value) in facts {
                hanging(out, value, &format!("{name:width$}  "));
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
    out.extend(std::iter::repeat_n(under, text.chars().count()));
    out.push('\n');
}

/// Every line begins with `begin`.
fn paragraph(out: &mut String, text: &str, begin: &str) {
    wrap(out, text, begin, begin);
}

/// The first line begins with `begin`, the others below where its text begins.
fn hanging(out: &mut String, text: &str, begin: &str) {
    wrap(out, text, begin, &" ".repeat(begin.chars().count()));
}

fn wrap(out: &mut String, text: &str, first: &str, others: &str) {
    let mut line = first.to_owned();
    let mut is_begun = false;
    for word in text.split_whitespace() {
        if is_begun && line.chars().count() + 1 + word.chars().count() > WIDTH {
            out.push_str(line.trim_end());
            out.push('\n');
            others.clone_into(&mut line);
            is_begun = false;
        }
        if is_begun {
            line.push(' ');
        }
        line.push_str(word);
        is_begun = true;
    }
    out.push_str(line.trim_end());
    out.push('\n');
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
    fn a_row_without_comparison_has_no_empty_line() {
        let mut out = String::new();
        set_block(&mut out, &Block::Table(["", "", ""], vec![["A".into(), "1".into(), String::new()]]));
        assert_eq!(out, "A\n    1\n");
    }
}
