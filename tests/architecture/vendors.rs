//! One vendor, one folder; and a short list of crates for the pure part.

use crate::layers::PURE;
use crate::source::{Source, is_after_path, use_tree, words};

/// A crate and the only modules that may know it.
const HOMES: &[(&str, &[&str])] = &[
    ("axum", &["console"]),
    ("clap_complete", &["app"]),
    ("clap_mangen", &["app"]),
    ("hdrhistogram", &["telemetry"]),
    ("hyper", &["console"]),
    ("hyper_util", &["console"]),
    ("lettre", &["delivery"]),
    ("maud", &["console", "delivery"]),
    ("argon2", &["console"]),
    ("fluent_bundle", &["texts"]),
    ("openidconnect", &["console"]),
    ("opentelemetry", &["otlp"]),
    ("opentelemetry_otlp", &["otlp"]),
    ("opentelemetry_sdk", &["otlp"]),
    ("prometheus", &["telemetry"]),
    ("raft_engine", &["store"]),
    ("raft_proto", &["store"]),
    ("rand_distr", &["demo"]),
    ("reqwest", &["console", "delivery", "otlp"]),
    ("rumqttc", &["broker", "ingest", "delivery", "demo"]),
    ("rumqttd", &["demo"]),
    ("rustix", &["store"]),
    ("rustls", &["broker", "tls"]),
    ("rustls_native_certs", &["tls"]),
    ("schemars", &["decode", "delivery", "ingest", "app"]),
    ("sd_notify", &["app"]),
    ("sled", &["store"]),
    ("standardwebhooks", &["delivery"]),
    ("tracing_subscriber", &["telemetry"]),
    ("utoipa", &["console"]),
    ("utoipa_axum", &["console"]),
    ("x509_parser", &["broker"]),
];

/// What the words may use besides the standard library.
const FOR_WORDS: &[&str] = &["jiff", "siphasher", "thiserror"];
/// What stages and engine may use on top: parsers and numerics.
const FOR_STAGES: &[&str] = &["realfft", "schemars", "serde", "serde_json", "statrs", "toml"];

/// The names under which code knows the dependencies of a manifest.
pub(crate) fn dependencies(manifest: &str) -> Vec<String> {
    let table: toml::Table = manifest.parse().unwrap();
    let names = table["dependencies"].as_table().unwrap().keys();
    names.map(|name| name.replace('-', "_")).collect()
}

/// Every place where shipped code names a crate: in a `use`, or at the begin of a path.
fn uses<'a>(file: &Source, crates: impl Iterator<Item = &'a str> + Clone) -> Vec<(usize, String)> {
    let code = &file.shipped;
    let is_crate = |name: &str| crates.clone().any(|c| c == name);
    let mut found = Vec::new();
    let mut statement_end = 0;
    for word in words(code).into_iter().filter(|word| !is_after_path(code, *word)) {
        let rest = &code[word.at + word.text.len()..];
        if word.text == "use" && !rest.starts_with('<') {
            statement_end = word.at + rest.find(';').unwrap_or(rest.len());
            let tree = rest[..rest.find(';').unwrap_or(rest.len())].trim().trim_start_matches("::");
            let firsts = use_tree(&format!("::{tree}")).into_iter().map(|path| path[0].clone());
            let mut names: Vec<String> = firsts.filter(|first| is_crate(first)).collect();
            names.dedup();
            found.extend(names.into_iter().map(|name| (word.at, name)));
        } else if word.at > statement_end && is_crate(word.text) && !use_tree(rest).is_empty() {
            found.push((word.at, word.text.to_owned()));
        }
    }
    found
}

/// Vendors outside their folder.
pub(crate) fn misplaced(files: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files {
        for (at, name) in uses(file, HOMES.iter().map(|(name, _)| *name)) {
            let homes = HOMES.iter().find(|(n, _)| *n == name).map_or(&[][..], |(_, homes)| homes);
            if !homes.contains(&file.module()) {
                found.push(format!(
                    "{}: `{name}` is known to {} only; give what you need a function or a type there",
                    file.place(at),
                    homes.join(", "),
                ));
            }
        }
    }
    found
}

/// Dependencies in words, stages and engine that are not listed for them.
pub(crate) fn unlisted(files: &[Source], dependencies: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for file in files.iter().filter(|f| PURE.contains(&f.module())) {
        for (at, name) in uses(file, dependencies.iter().map(String::as_str)) {
            let is_listed = FOR_WORDS.contains(&name.as_str())
                || (file.module() != "domain" && FOR_STAGES.contains(&name.as_str()));
            if !is_listed {
                found.push(format!(
                    "{}: `{name}` is not listed for `{}`; do without, or list it in tests/architecture/vendors.rs and say why",
                    file.place(at),
                    file.module(),
                ));
            }
        }
    }
    found
}
