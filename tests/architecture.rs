//! Holds the shape of the code: who may know whom, what stays out of the pure part, and how large
//! things may grow. It reads the sources as text, so it needs nothing but the repository.
//!
//! Each rule is one test; a failure names file and line, and what to do. `proofs` shows for each
//! rule that it can fail.

#![expect(clippy::unwrap_used, reason = "a repository that cannot be read fails the test, which is all a test can do")]

#[path = "architecture/layers.rs"]
mod layers;
#[path = "architecture/proofs.rs"]
mod proofs;
#[path = "architecture/purity.rs"]
mod purity;
#[path = "architecture/shape.rs"]
mod shape;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/speech.rs"]
mod speech;
#[path = "architecture/vendors.rs"]
mod vendors;

use std::path::Path;

use source::{Source, read_all};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Fails with every violation at once.
fn assert_held(violations: &[String]) {
    assert!(violations.is_empty(), "{} violations\n{}", violations.len(), violations.join("\n"));
}

fn src() -> Vec<Source> {
    read_all(root(), &["src"])
}

fn everything() -> Vec<Source> {
    read_all(root(), &["src", "tests", "benches"])
}

#[test]
fn modules_know_only_whom_the_layer_table_allows() {
    assert_held(&layers::violations(&src()));
}

#[test]
fn each_vendor_stays_in_its_folder() {
    assert_held(&vendors::misplaced(&src()));
}

#[test]
fn words_stages_and_engine_use_only_the_crates_listed_for_them() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    assert_held(&vendors::unlisted(&src(), &vendors::dependencies(&manifest)));
}

#[test]
fn words_stages_and_engine_have_no_async_threads_clock_randomness_logging_or_io() {
    assert_held(&purity::violations(&src()));
}

#[test]
fn domain_types_do_not_know_serialization() {
    assert_held(&purity::serialized_words(&src()));
}

#[test]
fn files_stay_within_600_lines() {
    let files = everything();
    for file in files.iter().filter(|f| f.lines() > shape::SEAM_LINES) {
        println!("look for a seam in {} ({} lines)", file.path, file.lines());
    }
    assert_held(&shape::long_files(&files));
}

#[test]
fn functions_stay_within_70_lines() {
    assert_held(&shape::long_functions(&everything()));
}

#[test]
fn each_mod_rs_opens_with_what_enters_what_leaves_and_what_it_never_does() {
    assert_held(&shape::bare_modules(&src()));
}

#[test]
fn nothing_is_left_to_do_and_no_test_is_switched_off() {
    assert_held(&shape::unfinished(&everything()));
}

#[test]
fn formulas_and_thresholds_name_their_source() {
    assert_held(&shape::sourceless(&src()));
}

#[test]
fn what_people_read_on_pages_and_in_mails_does_not_stand_in_the_code() {
    assert_held(&speech::texts_in_code(&src()));
}

#[test]
fn modules_are_named_after_what_they_do() {
    assert_held(&shape::empty_names(&everything()));
}

#[test]
fn the_top_level_holds_only_what_the_map_names() {
    let entries = std::fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().file_name());
    let names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    assert_held(&shape::strangers_at_the_top(&names));
}
