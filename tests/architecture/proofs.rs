//! Each rule can fail: small sources that break it, and near misses that do not.

use crate::source::Source;
use crate::{layers, purity, shape, speech, vendors};

fn one(path: &str, text: &str) -> Vec<Source> {
    vec![Source::new(path, text)]
}

/// Exactly one violation, at that line of that file.
fn assert_broken(violations: &[String], place: &str) {
    assert_eq!(violations.len(), 1, "{violations:?}");
    assert!(violations[0].starts_with(place), "{violations:?}");
}

fn assert_fine(violations: &[String]) {
    assert!(violations.is_empty(), "{violations:?}");
}

#[test]
fn a_stage_that_uses_another_stage_is_found() {
    assert_broken(&layers::violations(&one("src/signal/a.rs", "\nuse crate::rules::Set;\n")), "src/signal/a.rs:2");
    assert_broken(
        &layers::violations(&one("src/rules/mod.rs", "fn f(x: &crate::cases::Case) {}")),
        "src/rules/mod.rs:1",
    );
    assert_fine(&layers::violations(&one("src/indicators/a.rs", "use crate::signal::clean;")));
    assert_fine(&layers::violations(&one("src/exposures/a.rs", "use crate::statistics::median;")));
    assert_broken(&layers::violations(&one("src/store/a.rs", "use crate::statistics::median;")), "src/store/a.rs:1");
    assert_broken(
        &layers::violations(&one("src/statistics/a.rs", "use crate::domain::Date;")),
        "src/statistics/a.rs:1",
    );
}

#[test]
fn a_path_inside_a_group_is_found() {
    let text = "use crate::{\n    domain::ids::SiteId,\n    store::{keys, records::Night},\n};";
    let violations = layers::violations(&one("src/cases/a.rs", text));
    assert_eq!(violations.len(), 2, "{violations:?}");
    assert!(violations[1].contains("`store::records::Night`"), "{violations:?}");
}

#[test]
fn a_path_by_way_of_super_is_found() {
    assert_broken(&layers::violations(&one("src/signal/mod.rs", "use super::store::Store;")), "src/signal/mod.rs:1");
    assert_broken(&layers::violations(&one("src/signal/a.rs", "use super::super::store::Store;")), "src/signal/a.rs:1");
    assert_broken(&layers::violations(&one("src/clock.rs", "use super::app::Service;")), "src/clock.rs:1");
    assert_fine(&layers::violations(&one("src/signal/a.rs", "use super::store::Beats;")));
}

#[test]
fn adapters_see_of_the_engine_only_rows_and_effects() {
    assert_fine(&layers::violations(&one("src/store/a.rs", "use crate::engine::{row::Row, effect::Effect};")));
    assert_broken(&layers::violations(&one("src/store/a.rs", "use crate::engine::Machine;")), "src/store/a.rs:1");
    assert_broken(&layers::violations(&one("src/ingest/a.rs", "use crate::store::Store;")), "src/ingest/a.rs:1");
    assert_fine(&layers::violations(&one("src/delivery/a.rs", "use crate::store::Store;")));
}

#[test]
fn the_broker_link_is_known_to_ingest_and_delivery_only_and_knows_neither() {
    assert_fine(&layers::violations(&one("src/ingest/a.rs", "use crate::broker::link::Link;")));
    assert_broken(&layers::violations(&one("src/store/a.rs", "use crate::broker::link::Link;")), "src/store/a.rs:1");
    assert_broken(&layers::violations(&one("src/broker/a.rs", "use crate::ingest::Session;")), "src/broker/a.rs:1");
    assert_fine(&layers::violations(&one("src/broker/a.rs", "use crate::telemetry::Metrics;")));
    assert_fine(&layers::violations(&one("src/console/a.rs", "use crate::tls::client_config;")));
    assert_fine(&layers::violations(&one("src/config/a.rs", "use crate::tls;")));
    assert_broken(&layers::violations(&one("src/ingest/a.rs", "use crate::tls::client_config;")), "src/ingest/a.rs:1");
    assert_broken(&layers::violations(&one("src/tls.rs", "use crate::console::Console;")), "src/tls.rs:1");
}

#[test]
fn a_gateway_knows_topics_and_judges_no_payload() {
    assert_fine(&layers::violations(&one("src/gateway/a.rs", "use crate::decode::topic::{self, UpStream};")));
    assert_fine(&layers::violations(&one("src/gateway/a.rs", "use crate::broker::link::Link;")));
    assert_broken(&layers::violations(&one("src/gateway/a.rs", "use crate::decode::decode;")), "src/gateway/a.rs:1");
    assert_broken(&layers::violations(&one("src/gateway/a.rs", "use crate::ingest::Session;")), "src/gateway/a.rs:1");
}

#[test]
fn config_sees_of_adapters_only_settings() {
    assert_fine(&layers::violations(&one("src/config/a.rs", "use crate::store::Settings as S;")));
    assert_fine(&layers::violations(&one("src/config/a.rs", "use crate::ingest::settings::Broker;")));
    assert_fine(&layers::violations(&one("src/config/a.rs", "use crate::decode::Limits;")));
    assert_broken(&layers::violations(&one("src/config/a.rs", "use crate::decode::decode;")), "src/config/a.rs:1");
    assert_broken(&layers::violations(&one("src/config/a.rs", "use crate::store::Store;")), "src/config/a.rs:1");
}

#[test]
fn a_word_that_knows_a_stage_and_a_module_without_layer_are_found() {
    assert_broken(&layers::violations(&one("src/domain/a.rs", "use crate::rules::Set;")), "src/domain/a.rs:1");
    assert_broken(&layers::violations(&one("src/plumbing/a.rs", "")), "src/plumbing/a.rs:1");
}

#[test]
fn comments_texts_and_test_code_do_not_count() {
    let text = "// crate::store::Store\n/* crate::app */ const A: &str = \"crate::app\"; const B: &str = r#\"crate::app\"#;\n\
                #[cfg(test)]\nmod tests {\n    use crate::store::Store;\n}\n";
    assert_fine(&layers::violations(&one("src/signal/a.rs", text)));
    assert_fine(&layers::violations(&one("src/signal/a_tests.rs", "use crate::store::Store;")));
    let behind = format!("{text}use crate::app::run;");
    assert_broken(&layers::violations(&one("src/signal/a.rs", &behind)), "src/signal/a.rs:7");
}

#[test]
fn characters_and_lifetimes_do_not_confuse_the_scanner() {
    let text =
        "fn f<'a>(x: &'a str) -> char { '\"' }\nconst Q: char = '\\'';\nconst O: char = 'ö';\nuse crate::app::run;";
    assert_broken(&layers::violations(&one("src/signal/a.rs", text)), "src/signal/a.rs:4");
}

#[test]
fn a_vendor_outside_its_folder_is_found() {
    assert_broken(&vendors::misplaced(&one("src/app/mod.rs", "use sled::Db;")), "src/app/mod.rs:1");
    assert_broken(
        &vendors::misplaced(&one("src/ingest/a.rs", "fn f() { prometheus::gather(); }")),
        "src/ingest/a.rs:1",
    );
    assert_broken(&vendors::misplaced(&one("src/app/a.rs", "use {std::fs, axum};")), "src/app/a.rs:1");
    assert_fine(&vendors::misplaced(&one("src/store/a.rs", "use sled::Db;")));
    assert_fine(&vendors::misplaced(&one("src/app/a.rs", "let sled = 1; crate::store::sled::open();")));
}

#[test]
fn a_crate_that_is_not_listed_for_the_pure_part_is_found() {
    let known = vendors::dependencies("[dependencies]\ncomfy-table = \"8\"\nserde = \"1\"\n");
    let table = one("src/engine/a.rs", "use comfy_table::Table;");
    assert_broken(&vendors::unlisted(&table, &known), "src/engine/a.rs:1");
    assert_broken(&vendors::unlisted(&one("src/domain/a.rs", "use serde::Deserialize;"), &known), "src/domain/a.rs:1");
    assert_fine(&vendors::unlisted(&one("src/decode/a.rs", "use serde::Deserialize;"), &known));
    assert_fine(&vendors::unlisted(&one("src/app/a.rs", "use comfy_table::Table;"), &known));
}

#[test]
fn waiting_clocks_randomness_logs_and_io_are_found_in_the_pure_part() {
    let broken = [
        "async fn f() {}",
        "use std::{collections::BTreeMap, fs};",
        "fn f() { std::thread::yield_now(); }",
        "fn f() { let t = Timestamp::now(); }",
        "use std::time::Instant;",
        "fn f() { tracing::info!(\"\"); }",
        "fn f() { println!(\"\"); }",
        "fn f() { rand::random::<u8>(); }",
    ];
    for text in broken {
        assert_broken(&purity::violations(&one("src/engine/a.rs", text)), "src/engine/a.rs:1");
        assert_fine(&purity::violations(&one("src/store/a.rs", text)));
    }
    let fine = "use std::time::Duration; fn f(now: u8, x: f64) -> f64 { x.log(2.0) } fn now() {} fn g() { now(); }";
    assert_fine(&purity::violations(&one("src/engine/a.rs", fine)));
}

#[test]
fn a_word_that_serializes_is_found() {
    let text = "\n#[derive(Debug, Serialize)]\nstruct A;";
    assert_broken(&purity::serialized_words(&one("src/domain/a.rs", text)), "src/domain/a.rs:2");
    assert_fine(&purity::serialized_words(&one("src/console/a.rs", text)));
}

#[test]
fn long_files_and_functions_are_found() {
    assert_broken(&shape::long_files(&one("src/a.rs", &"\n".repeat(601))), "src/a.rs:601");
    assert_fine(&shape::long_files(&one("src/a.rs", &"\n".repeat(600))));
    let function = |lines: usize| format!("\nfn f(x: [u8; 2]) -> u8\n{{{}}}", "\n".repeat(lines - 2));
    assert_broken(&shape::long_functions(&one("src/a.rs", &function(71))), "src/a.rs:2");
    assert_fine(&shape::long_functions(&one("src/a.rs", &function(70))));
    let signature = format!("trait T {{ fn f(&self);\n {} }}", "\n".repeat(100));
    assert_fine(&shape::long_functions(&one("src/a.rs", &signature)));
}

#[test]
fn a_module_without_header_is_found() {
    assert_broken(&shape::bare_modules(&one("src/a/mod.rs", "//! One line.\n\npub mod b;")), "src/a/mod.rs:1");
    assert_fine(&shape::bare_modules(&one("src/a/mod.rs", "//! What enters.\n//!\n//! What leaves.\npub mod b;")));
}

#[test]
fn unfinished_code_and_switched_off_tests_are_found() {
    assert_broken(&shape::unfinished(&one("src/a.rs", "\nfn f() { todo!() }")), "src/a.rs:2");
    assert_broken(&shape::unfinished(&one("tests/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}")), "tests/a.rs:2");
    assert_fine(&shape::unfinished(&one("src/a.rs", "// todo!()\nfn ignore() {}")));
}

#[test]
fn a_formula_without_source_is_found() {
    let bare = "//! Means.\n\n/// The mean.\npub fn mean() {}\n// # Source\n";
    assert_broken(&shape::sourceless(&one("src/signal/a.rs", bare)), "src/signal/a.rs:4");
    assert_broken(&shape::sourceless(&one("src/screening/a/b.rs", "pub const fn f() {}")), "src/screening/a/b.rs:1");
    let sourced = "/// The mean.\n///\n/// # Source\n/// Gauss 1809.\npub fn mean() {}";
    assert_fine(&shape::sourceless(&one("src/signal/a.rs", sourced)));
    assert_fine(&shape::sourceless(&one("src/signal/a.rs", "pub(super) fn f() {}\npub struct A;\nfn g() {}")));
    for path in ["src/signal/mod.rs", "src/indicators/daytime/settings.rs", "src/signal/a_tests.rs", "src/app/a.rs"] {
        assert_fine(&shape::sourceless(&one(path, bare)));
    }
}

#[test]
fn texts_in_the_code_of_pages_and_mails_are_found() {
    let broken = [
        "html! { p { \"Nothing came.\" } }",
        "html! { td { (row.unit) \" units\" } }",
        "html! { @if is { strong { \"TEST\" } } }",
        "html! { button title=\"Close\" { } }",
        "html! { button title=(format!(\"{n} nights\")) { } }",
        "html! { p { (format!(\"{n} nights\")) } }",
        "fn f() -> &'static str { \"Take the case.\" }",
        "const A: &str = \"not known\";",
        "fn f(n: u8) -> String { format!(\"{n} min\") }",
    ];
    for text in broken {
        for path in ["src/console/pages/a.rs", "src/delivery/mail/words/a.rs"] {
            assert_broken(&speech::texts_in_code(&one(path, text)), &format!("{path}:1"));
        }
        assert_fine(&speech::texts_in_code(&one("src/app/a.rs", text)));
    }
    let fine = [
        "html! { p.hint { (language.say(\"case-no-review\")) } }",
        "html! { input name=\"person\" type=\"text\"; a href=(format!(\"/cases/{id}?done=1\")) { (id) } \" / \" }",
        "html! { form aria-label=(language.say(\"inbox-filter\")) { } }",
        "html! { span class=(format!(\"level level-{level}\")) { (words) } }",
        "html! { meta content=\"light dark\"; title { (title) \" · Vagus\" } }",
        "html! { @match kind { \"read\" | \"write\" => { (a) } _ => {} } @if kind == \"deed\" { (b) } }",
        "fn f() { tracing::error!(\"a page could not be made: {error}\"); x.expect(\"a test holds it\"); }",
        "fn f() -> String { format!(\"vagus cases show {case} --config FILE\") }",
        "const STYLE: &str = \"margin:0 auto;border:1px solid red;\"; // two words in a comment",
        "#[cfg(test)]\nmod tests { fn f() { assert!(x.contains(\"Nothing came yet\")); } }",
    ];
    for text in fine {
        assert_fine(&speech::texts_in_code(&one("src/console/pages/a.rs", text)));
    }
}

#[test]
fn names_that_say_nothing_are_found() {
    assert_broken(&shape::empty_names(&one("src/store/utils.rs", "")), "src/store/utils.rs:1");
    assert_broken(&shape::empty_names(&one("src/store/mod.rs", "\nmod helpers;")), "src/store/mod.rs:2");
    assert_broken(&shape::empty_names(&one("tests/common/mod.rs", "")), "tests/common/mod.rs:1");
}

#[test]
fn a_stranger_at_the_top_level_is_found() {
    let names = ["src", ".ci", "NOTES.md"].map(str::to_owned);
    assert_broken(&shape::strangers_at_the_top(&names), "NOTES.md:1");
}
