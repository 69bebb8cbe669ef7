//! What words, stages and engine never do, so that the same inputs always give the same effects.

use crate::layers::PURE;
use crate::source::{Source, is_after_path, use_tree, words};

/// Parts of the standard library that reach outside, or wait.
const STD: &[&str] = &["env", "fs", "io", "net", "os", "process", "thread"];
/// Crates that do.
const CRATES: &[&str] = &["log", "rand", "rand_distr", "tokio", "tracing"];
const MACROS: &[&str] = &["dbg", "eprint", "eprintln", "print", "println"];
const TYPES: &[&str] = &["Instant", "RandomState", "SystemTime"];

/// Every such place.
pub(crate) fn violations(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|f| PURE.contains(&f.module())) {
        let code = &file.shipped;
        for word in words(code) {
            let after = code[word.at + word.text.len()..].trim_start();
            let is_first = !is_after_path(code, word);
            let what = match word.text {
                "async" | "await" => Some("waits; the engine is called, it never waits".to_owned()),
                "std" if is_first => reaching_path(after),
                name if CRATES.contains(&name) && is_first && after.starts_with("::") => Some(format!("uses `{name}`")),
                name if MACROS.contains(&name) && after.starts_with('!') => Some("prints".to_owned()),
                name if TYPES.contains(&name) => Some(format!("uses `{name}`")),
                "now" if !is_first && after.starts_with("()") && code[..word.at].trim_end().ends_with("::") => {
                    Some("reads a clock; take the time as an argument".to_owned())
                }
                _ => None,
            };
            if let Some(what) = what {
                found.push(format!(
                    "{}: `{}` {what}; do it in an adapter and pass the value in",
                    file.place(word.at),
                    file.module(),
                ));
            }
        }
    }
    found
}

fn reaching_path(after: &str) -> Option<String> {
    let paths = use_tree(after);
    let path = paths.iter().find(|path| STD.contains(&path[0].as_str()))?;
    Some(format!("uses `std::{}`", path.join("::")))
}

/// Serialization in the words.
pub(crate) fn serialized_words(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|f| f.module() == "domain") {
        for word in words(&file.code) {
            if matches!(word.text, "Serialize" | "Deserialize" | "serde" | "serde_json") {
                found.push(format!(
                    "{}: `{}` in `domain`; wire formats live in decode, delivery and console, stored formats in store/records",
                    file.place(word.at),
                    word.text,
                ));
            }
        }
    }
    found
}
