//! How large things may grow, how they are named, and that they are whole.

use crate::source::{Source, block_end, words};

/// From here on, look for a seam.
pub(crate) const SEAM_LINES: usize = 400;
const MOST_LINES: usize = 600;
const MOST_FUNCTION_LINES: usize = 70;
const HEADER_LINES: std::ops::RangeInclusive<usize> = 2..=10;

/// Names that say nothing of what is inside.
const EMPTY_NAMES: &[&str] = &["common", "helper", "helpers", "manager", "misc", "util", "utils"];

/// What may be seen at the top level; `target` is never in the repository.
const TOP: &[&str] = &[
    "Cargo.lock",
    "Cargo.toml",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
    "benches",
    "config",
    "dashboards",
    "src",
    "target",
    "tests",
];

pub(crate) fn long_files(files: &[Source]) -> Vec<String> {
    let long = files.iter().filter(|file| file.lines() > MOST_LINES);
    long.map(|f| format!("{}:{}: {MOST_LINES} lines at most; split at the seam", f.path, f.lines())).collect()
}

pub(crate) fn long_functions(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        let words = words(&file.code);
        for pair in words.windows(2).filter(|pair| pair[0].text == "fn") {
            let Some(open) = body_of(&file.code, pair[1].at) else { continue };
            let lines = file.code[pair[0].at..block_end(&file.code, open)].matches('\n').count() + 1;
            if lines > MOST_FUNCTION_LINES {
                found.push(format!(
                    "{}: `{}` has {lines} lines, {MOST_FUNCTION_LINES} at most; give its parts names of their own",
                    file.place(pair[0].at),
                    pair[1].text,
                ));
            }
        }
    }
    found
}

/// Where the body of the function begins whose name stands at `from`; none for a mere signature.
fn body_of(code: &str, from: usize) -> Option<usize> {
    let mut depth = 0_i32;
    for (n, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b'(' | b'[' => depth += 1,
            b')' | b']' => depth -= 1,
            b'{' if depth == 0 => return Some(n),
            b';' if depth == 0 => return None,
            _ => {}
        }
        if depth < 0 {
            // A function pointer type inside something else.
            return None;
        }
    }
    None
}

pub(crate) fn bare_modules(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|f| f.path.ends_with("/mod.rs")) {
        let header = file.text.lines().take_while(|line| line.starts_with("//!"));
        let lines = header.filter(|line| line.trim() != "//!").count();
        if !HEADER_LINES.contains(&lines) {
            found.push(format!(
                "{}:1: opens with {lines} lines of `//!`; say in {} to {} what enters, what leaves, what it never does",
                file.path,
                HEADER_LINES.start(),
                HEADER_LINES.end(),
            ));
        }
    }
    found
}

pub(crate) fn unfinished(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for word in words(&file.code) {
            let after = file.code[word.at + word.text.len()..].trim_start();
            let before = file.code[..word.at].trim_end();
            let is_open = matches!(word.text, "todo" | "unimplemented") && after.starts_with('!');
            if is_open || (word.text == "ignore" && before.ends_with("#[")) {
                let place = file.place(word.at);
                found.push(format!("{place}: `{}`: finish it or leave it out, and say so in the README", word.text));
            }
        }
    }
    found
}

pub(crate) fn empty_names(files: &[Source]) -> Vec<String> {
    let remedy = "name it after what it does";
    let mut found = Vec::new();
    for file in files {
        let parts = file.path.split('/').map(|part| part.strip_suffix(".rs").unwrap_or(part));
        found.extend(parts.filter(|p| EMPTY_NAMES.contains(p)).map(|p| format!("{}:1: `{p}`: {remedy}", file.path)));
        for pair in words(&file.code).windows(2) {
            if pair[0].text == "mod" && EMPTY_NAMES.contains(&pair[1].text) {
                found.push(format!("{}: `mod {}`: {remedy}", file.place(pair[0].at), pair[1].text));
            }
        }
    }
    found
}

pub(crate) fn strangers_at_the_top(names: &[String]) -> Vec<String> {
    let visible = names.iter().filter(|name| !name.starts_with('.'));
    let strangers = visible.filter(|name| !TOP.contains(&name.as_str()));
    strangers.map(|name| format!("{name}:1: not on the map; put it into one of {}", TOP.join(", "))).collect()
}

/// Folders of formulas and thresholds, each of which has been published or judged by somebody.
const SOURCED: &[&str] = &["exposures", "indicators", "screening", "signal", "statistics"];

pub(crate) fn sourceless(files: &[Source]) -> Vec<String> {
    let is_exempt = |path: &str| {
        let name = path.rsplit('/').next().unwrap_or(path);
        name == "mod.rs" || name == "settings.rs"
    };
    let mut found = Vec::new();
    for file in files.iter().filter(|f| SOURCED.contains(&f.module()) && !is_exempt(&f.path)) {
        let words = words(&file.shipped);
        let next = |at: usize| words[at..].iter().take(3).map(|w| w.text).collect::<Vec<_>>();
        let is_public = |at: &usize| matches!(next(*at)[..], ["pub", "fn", ..] | ["pub", "const", "fn"]);
        let has_source = file.text.lines().any(|line| {
            let doc = line.trim_start().strip_prefix("///").or_else(|| line.strip_prefix("//!"));
            doc.is_some_and(|doc| doc.trim() == "# Source")
        });
        if let Some(first) = (0..words.len()).find(is_public).filter(|_| !has_source) {
            let place = file.place(words[first].at);
            found.push(format!("{place}: no `# Source` in this file; say whose formula or threshold it is"));
        }
    }
    found
}
