//! Manual and completions, in the programs that read them.

use std::fs;
use std::process::Command;

use crate::package::{packages, ran, said};

#[test]
fn every_page_of_the_manual_is_set_without_a_warning() {
    let pages: Vec<_> = fs::read_dir(packages().made.join("man")).unwrap().map(|page| page.unwrap().path()).collect();
    assert!(pages.len() > 20, "{pages:?}");
    for page in pages {
        let set = ran(Command::new("man").args(["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z"]).arg(&page));
        let told = String::from_utf8_lossy(&set.stderr);
        assert!(set.status.success() && told.is_empty(), "{}: {told}", page.display());
        assert!(set.stdout.len() > 500, "{}", page.display());
    }
}

#[test]
fn a_bash_completes_commands_options_and_files() {
    let script = packages().made.join("completions/vagus.bash");
    let complete = |words: &[&str]| {
        let (typed, before) = (words[words.len() - 1], words[words.len() - 2]);
        let line = format!(
            "source {script:?}; complete -p vagus >&2; COMP_WORDS=({}); COMP_CWORD={}; _vagus vagus '{typed}' '{before}'; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(" "),
            words.len() - 1,
        );
        said(Command::new("bash").args(["--norc", "-c", &line])).lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let registered = ran(Command::new("bash").args(["--norc", "-c", &format!("source {script:?}; complete -p vagus")]));
    assert!(String::from_utf8_lossy(&registered.stdout).contains("-F _vagus vagus"));
    assert_eq!(complete(&["vagus", "che"]), ["check"]);
    assert!(complete(&["vagus", "check", "--con"]).contains(&"--config".to_owned()));
    assert_eq!(complete(&["vagus", "cases", "ac"]), ["ack", "action"]);
    assert_eq!(complete(&["vagus", "check", "--output", "j"]), ["json"]);
}
