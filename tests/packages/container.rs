//! The recipe of the container, as far as it can be held against what is here without an engine that builds it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::package::{repository, said};
use crate::support::vagus::BINARY;

/// The instructions of the recipe, each on one line.
fn instructions() -> Vec<String> {
    let text = fs::read_to_string(repository().join("config/packaging/Containerfile")).unwrap();
    let text: String = text.lines().filter(|line| !line.starts_with('#')).map(|line| format!("{line}\n")).collect();
    let whole = text.replace("\\\n", " ");
    whole.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// What stands behind the instructions of a name.
fn of<'a>(instructions: &'a [String], name: &str) -> Vec<&'a str> {
    instructions.iter().filter_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).collect()
}

/// What a word of COPY names, of the repository.
fn named(word: &str) -> Vec<PathBuf> {
    let Some(begin) = word.strip_suffix('*') else { return vec![repository().join(word)] };
    let all = fs::read_dir(repository()).unwrap().map(|entry| entry.unwrap().path());
    all.filter(|path| path.file_name().unwrap().to_string_lossy().starts_with(begin)).collect()
}

/// A directory with what the first stage copies, and nothing else.
fn copied(instructions: &[String]) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for words in of(instructions, "COPY").into_iter().filter(|words| !words.starts_with("--from")) {
        let (sources, target) = words.rsplit_once(' ').unwrap();
        for source in sources.split_whitespace() {
            let files = named(source);
            assert!(!files.is_empty() && files.iter().all(|file| file.exists()), "{source} is not there");
            for file in files {
                let is_into = target.ends_with('/');
                let name = if is_into { file.file_name().unwrap().as_ref() } else { Path::new(target) };
                std::os::unix::fs::symlink(&file, directory.path().join(name)).unwrap();
            }
        }
    }
    directory
}

#[test]
fn the_recipe_copies_all_that_its_build_needs_and_takes_the_program_from_where_cargo_puts_it() {
    let instructions = instructions();
    let directory = copied(&instructions);
    let run = of(&instructions, "RUN");
    let build = run.iter().find_map(|line| line.split(" && ").find(|command| command.starts_with("cargo "))).unwrap();
    assert!(build.starts_with("cargo build --release --locked "), "{build}");
    let of_build = |key: &str| build.split_whitespace().skip_while(|word| *word != key).nth(1);
    // Cargo refuses a package of which a file is missing, a lock that does not fit, and a choice of features that it
    // does not know.
    let features: Vec<&str> = build.split_whitespace().filter(|word| word.contains("features")).collect();
    let cargo = |words: &[&str]| said(Command::new(env!("CARGO")).current_dir(directory.path()).args(words));
    cargo(&[&["tree", "--locked", "--offline", "--edges", "normal,build"], &features[..]].concat());
    let told: Value = serde_json::from_str(&cargo(&["metadata", "--format-version", "1", "--no-deps"])).unwrap();
    let packages = told["packages"].as_array().unwrap();
    let ours = packages.iter().find(|package| package["name"] == "vagus").unwrap();
    let targets = ours["targets"].as_array().unwrap();
    let is_program =
        |target: &Value| target["kind"][0] == "bin" && Some(target["name"].as_str().unwrap()) == of_build("--bin");
    let program = targets.iter().find(|target| is_program(target)).unwrap()["name"].as_str().unwrap();
    for target in targets {
        assert!(Path::new(target["src_path"].as_str().unwrap()).exists(), "{target}");
    }
    let taken: Vec<&str> = of(&instructions, "COPY").into_iter().filter(|words| words.starts_with("--from")).collect();
    let place = format!("/src/target/release/{program}");
    assert!(matches!(taken[..], [words] if words.split_whitespace().any(|word| word == place)), "{taken:?}");
    // Files that are compiled in lie in directories of their own.
    let inside = fs::read_dir(repository().join("src")).unwrap().count();
    assert_eq!(fs::read_dir(directory.path().join("src")).unwrap().count(), inside);
}

#[test]
fn the_service_takes_what_the_recipe_sets_and_starts_with() {
    let instructions = instructions();
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("vagus.toml");
    fs::copy(repository().join("config/packaging/vagus.toml"), &config).unwrap();
    let mut check = Command::new(BINARY);
    for pair in of(&instructions, "ENV").into_iter().flat_map(str::split_whitespace) {
        let (name, value) = pair.split_once('=').unwrap();
        check.env(name, value);
    }
    let told = said(check.args(["check", "--config"]).arg(&config));
    for address in ["http.listen: is 0.0.0.0:8080", "ops.listen: is 0.0.0.0:9464"] {
        assert!(told.contains(address), "{address}: {told}");
    }
    assert_eq!(of(&instructions, "EXPOSE"), ["8080 9464"]);
    assert_eq!(of(&instructions, "ENTRYPOINT"), ["[\"/usr/bin/vagus\"]"]);
    let words: Vec<String> = serde_json::from_str(of(&instructions, "CMD")[0]).unwrap();
    let mut started = Command::new(BINARY);
    let output = started.args(&words[..words.len() - 1]).arg(directory.path().join("none.toml")).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "the words are taken, and a file is missing: {output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("none.toml"), "{output:?}");
}
