//! A source file as the rules see it: code without comments, texts and test code, and the paths it names.

use std::fs;
use std::path::Path;

/// One file.
pub(crate) struct Source {
    /// Relative to the repository, with `/`.
    pub(crate) path: String,
    /// As it stands in the repository.
    pub(crate) text: String,
    /// Comments and literals replaced by blanks; lines stay where they are.
    pub(crate) code: String,
    /// `code` without what is compiled for tests only.
    pub(crate) shipped: String,
}

/// An identifier and where it stands in the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Word<'a> {
    pub(crate) at: usize,
    pub(crate) text: &'a str,
}

impl Source {
    pub(crate) fn new(path: &str, text: &str) -> Self {
        let code = blank_literals(text);
        let is_test = path.ends_with("tests.rs") || path.contains("/tests/");
        let shipped = if is_test { String::new() } else { blank_tests(&code) };
        Self { path: path.to_owned(), text: text.to_owned(), code, shipped }
    }

    /// The module directly under `src` that the file belongs to, e.g. `engine`, `clock`, `main`.
    pub(crate) fn module(&self) -> &str {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        inside.split('/').next().map_or(inside, |first| first.strip_suffix(".rs").unwrap_or(first))
    }

    /// How many names lead from the crate root to this file's module.
    fn depth(&self) -> usize {
        let inside = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let parts = inside.split('/').count();
        match inside {
            "lib.rs" | "main.rs" => 0,
            _ if inside.ends_with("/mod.rs") => parts - 1,
            _ => parts,
        }
    }

    pub(crate) fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// `path:line` of a place in the code.
    pub(crate) fn place(&self, at: usize) -> String {
        format!("{}:{}", self.path, self.code[..at].matches('\n').count() + 1)
    }

    /// Every text in quotes of shipped code: `(place, text)`.
    pub(crate) fn literals(&self) -> Vec<(usize, &str)> {
        let bytes = self.text.as_bytes();
        let mut found = Vec::new();
        let mut i = 0;
        // What stands before a text is blank in `shipped`, too, where the text is of a test.
        let is_shipped = |at: usize| {
            let before = self.code[..at].trim_end().len();
            before == 0 || self.shipped.as_bytes().get(before - 1) == self.code.as_bytes().get(before - 1)
        };
        while i < bytes.len() {
            let end = literal_end(bytes, i);
            if bytes[i] == b'"' && end > i && is_shipped(i) && !self.shipped.is_empty() {
                found.push((i, &self.text[i + 1..end - 1]));
            }
            i = end.max(i + 1);
        }
        found
    }

    /// Every path inside this crate that shipped code names, from the crate root: `(place, segments)`.
    pub(crate) fn inner_paths(&self) -> Vec<(usize, Vec<String>)> {
        let mut found = Vec::new();
        let words = words(&self.shipped);
        for (i, word) in words.iter().enumerate() {
            let supers =
                words[i..].windows(2).take_while(|w| is_joined(&self.shipped, w[0], w[1]) && w[0].text == "super");
            let tail = match word.text {
                "crate" | "vagus" if !is_after_path(&self.shipped, *word) => word.at + word.text.len(),
                "super" if !is_after_path(&self.shipped, *word) => {
                    let count = supers.count();
                    // `super::super` of a module at depth 2 is the crate root; fewer stay inside the module.
                    if count < self.depth() || count == 0 {
                        continue;
                    }
                    words[i + count - 1].at + "super".len()
                }
                _ => continue,
            };
            found.extend(use_tree(&self.shipped[tail..]).into_iter().map(|path| (word.at, path)));
        }
        found
    }
}

/// Reads every Rust file under `folders`, ordered by path.
pub(crate) fn read_all(root: &Path, folders: &[&str]) -> Vec<Source> {
    let mut files = Vec::new();
    for folder in folders {
        collect(root, &root.join(folder), &mut files);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let relative = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
            files.push(Source::new(&relative, &fs::read_to_string(&path).unwrap()));
        }
    }
}

/// Replaces comments, texts and characters by blanks of the same length.
fn blank_literals(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut code = bytes.to_vec();
    let mut i = 0;
    while i < bytes.len() {
        let end = literal_end(bytes, i);
        if end > i {
            for byte in &mut code[i..end] {
                if *byte != b'\n' {
                    *byte = b' ';
                }
            }
            i = end;
        } else {
            i += 1;
        }
    }
    String::from_utf8(code).expect("only whole literals and comments are blanked")
}

/// Where the comment or literal that begins at `i` ends; `i` itself if none begins there.
fn literal_end(bytes: &[u8], i: usize) -> usize {
    let rest = &bytes[i..];
    let is_inside_word = i > 0 && is_word_byte(bytes[i - 1]);
    if rest.starts_with(b"//") {
        return i + rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len());
    }
    if rest.starts_with(b"/*") {
        return block_comment_end(bytes, i);
    }
    if rest[0] == b'"' {
        return quoted_end(bytes, i + 1, b'"');
    }
    if !is_inside_word && (rest[0] == b'r' || rest.starts_with(b"br")) {
        let hashes_at = i + if rest[0] == b'b' { 2 } else { 1 };
        let hashes = bytes[hashes_at..].iter().take_while(|b| **b == b'#').count();
        if bytes.get(hashes_at + hashes) == Some(&b'"') {
            let close = [&b"\""[..], &vec![b'#'; hashes]].concat();
            let from = hashes_at + hashes + 1;
            let found = bytes[from..].windows(close.len()).position(|w| w == close);
            return found.map_or(bytes.len(), |n| from + n + close.len());
        }
    }
    // A character, not a lifetime: one character or an escape, then a quote.
    if rest[0] == b'\'' && rest.len() > 2 {
        if rest[1] == b'\\' {
            return quoted_end(bytes, i + 1, b'\'');
        }
        let width = std::str::from_utf8(&rest[1..rest.len().min(5)])
            .or_else(|e| std::str::from_utf8(&rest[1..=e.valid_up_to()]))
            .map_or(1, |s| s.chars().next().map_or(1, char::len_utf8));
        if rest.get(1 + width) == Some(&b'\'') {
            return i + width + 2;
        }
    }
    i
}

fn block_comment_end(bytes: &[u8], i: usize) -> usize {
    let mut depth = 0;
    let mut at = i;
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn quoted_end(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            byte if byte == quote => return at + 1,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Blanks each item behind `#[cfg(test)]`.
fn blank_tests(code: &str) -> String {
    let mut shipped = code.as_bytes().to_vec();
    for (at, attribute) in code.match_indices("#[cfg(test)]") {
        let from = at + attribute.len();
        let end = match code[from..].find(['{', ';']) {
            Some(n) if code.as_bytes()[from + n] == b'{' => block_end(code, from + n),
            Some(n) => from + n + 1,
            None => code.len(),
        };
        for byte in &mut shipped[at..end] {
            if *byte != b'\n' {
                *byte = b' ';
            }
        }
    }
    String::from_utf8(shipped).expect("whole items are blanked")
}

/// Behind the brace that closes the one at `open`.
pub(crate) fn block_end(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (n, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return n + 1;
                }
            }
            _ => {}
        }
    }
    code.len()
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Every identifier and keyword.
pub(crate) fn words(code: &str) -> Vec<Word<'_>> {
    let bytes = code.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !is_word_byte(bytes[at]) {
            at += 1;
            continue;
        }
        let end = at + bytes[at..].iter().take_while(|b| is_word_byte(**b)).count();
        if !bytes[at].is_ascii_digit() {
            found.push(Word { at, text: &code[at..end] });
        }
        at = end;
    }
    found
}

/// Whether `::` and nothing else stands between two words.
fn is_joined(code: &str, left: Word<'_>, right: Word<'_>) -> bool {
    code[left.at + left.text.len()..right.at].trim() == "::"
}

/// Whether the word goes on a path or a method call, and so is not the begin of a path.
pub(crate) fn is_after_path(code: &str, word: Word<'_>) -> bool {
    let before = code[..word.at].trim_end();
    let is_dotted = before.ends_with('.') && !before.ends_with("..");
    let outer = before.strip_suffix("::").map(str::trim_end);
    is_dotted || outer.is_some_and(|o| o.ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_' || c == '>'))
}

/// The paths that follow a path's first word: `::{a, b::c}::…` gives `[a]` and `[b, c]`.
pub(crate) fn use_tree(tail: &str) -> Vec<Vec<String>> {
    let Some(rest) = tail.trim_start().strip_prefix("::") else { return Vec::new() };
    let rest = rest.trim_start();
    if rest.starts_with('{') {
        let inside = &rest[1..block_end(rest, 0).saturating_sub(1).max(1)];
        return split_group(inside).into_iter().flat_map(|part| use_tree(&format!("::{part}"))).collect();
    }
    let length = rest.bytes().take_while(|b| is_word_byte(*b)).count();
    if length == 0 {
        return Vec::new();
    }
    let first = rest[..length].to_owned();
    let deeper = use_tree(&rest[length..]);
    if deeper.is_empty() {
        return vec![vec![first]];
    }
    deeper.into_iter().map(|path| std::iter::once(first.clone()).chain(path).collect()).collect()
}

/// The parts of a group, split at commas that are not inside an inner group.
fn split_group(inside: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut depth, mut from) = (0_usize, 0);
    for (n, byte) in inside.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                parts.push(inside[from..n].trim());
                from = n + 1;
            }
            _ => {}
        }
    }
    parts.push(inside[from..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}
