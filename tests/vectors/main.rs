//! The reference vectors: every value of `tests/fixtures/vectors.json` held against this crate.
//!
//! The tests are generated from the file, one a vector group. A leaf of the file is either
//! reproduced (compared at the file's tolerance), an input of another leaf, or on the list of what is
//! not ours, with the reason; a leaf that is none of these fails, and so does a claim about a leaf
//! that is not in the file.

#![expect(clippy::unwrap_used, reason = "a vector file that cannot be read fails the test, which is all a test can do")]

mod answers;
mod sections;

use answers::Answers;
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

fn main() {
    let vectors: Value = serde_json::from_str(include_str!("../fixtures/vectors.json")).unwrap();
    let mut trials = Vec::new();
    let mut counts = answers::Counts::default();
    for (section, vector) in vectors.as_object().unwrap() {
        let answers = sections::answers(section, vector);
        counts.add(section, vector, &answers);
        trials.extend(trials_of(section, vector, answers));
    }
    eprintln!("{counts}");
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// One test for each group of the section, and one for the claims that no leaf answers to.
fn trials_of(section: &str, vector: &Value, answers: Answers) -> Vec<Trial> {
    let mut groups: Vec<(String, Result<(), Failed>)> = Vec::new();
    for leaf in answers::leaves(vector) {
        let group = leaf.group(section);
        let found = answers.check(&leaf);
        let place = groups.iter().position(|(name, _)| *name == group).unwrap_or_else(|| {
            groups.push((group, Ok(())));
            groups.len() - 1
        });
        if let Err(why) = found {
            let so_far = groups[place].1.as_ref().err().and_then(|f| f.message().map(str::to_owned));
            groups[place].1 = Err(Failed::from(format!("{}{why}\n", so_far.unwrap_or_default())));
        }
    }
    if let Some(surplus) = answers.surplus(vector) {
        groups.push((format!("{section}: claims"), Err(Failed::from(surplus))));
    }
    groups.into_iter().map(|(name, outcome)| Trial::test(name, move || outcome)).collect()
}
