//! The package, built once from the binary under test by the script that operators use.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// The repository.
pub(crate) fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Where these tests keep what is made once.
pub(crate) fn home() -> PathBuf {
    let home = Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages");
    fs::create_dir_all(&home).unwrap();
    home
}

/// What a program printed; fails with what it said where it failed.
pub(crate) fn said(command: &mut Command) -> String {
    let output = ran(command);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{command:?}: {}\n{out}{err}", output.status);
    out.into_owned()
}

/// The same for one that may fail.
pub(crate) fn ran(command: &mut Command) -> Output {
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}; ./tests/run installs what these tests need"))
}

/// Two packages of one build.
pub(crate) struct Packages {
    /// What is installed first.
    pub(crate) first: PathBuf,
    /// Its next revision.
    pub(crate) next: PathBuf,
    /// What the binary told of itself: man/ and completions/.
    pub(crate) made: PathBuf,
}

/// Both packages, built at the first call.
pub(crate) fn packages() -> &'static Packages {
    static BUILT: OnceLock<Packages> = OnceLock::new();
    BUILT.get_or_init(|| {
        // A target directory of its own, so that the real one keeps its binary, whatever profile this test has.
        let target = home().join("target");
        fs::create_dir_all(target.join("release")).unwrap();
        fs::copy(env!("CARGO_BIN_EXE_vagus"), target.join("release/vagus")).unwrap();
        let build = |revision: &str| {
            let script = repository().join("config/packaging/deb");
            let package = home().join(format!("vagus-{revision}.deb"));
            let mut command = Command::new(script);
            command.args(["--no-build", "--fast", "--deb-revision", revision, "--output"]).arg(&package);
            said(command.env("CARGO_TARGET_DIR", &target));
            package
        };
        let (first, next) = (build("1"), build("2"));
        Packages { first, next, made: target.join("release/packaging") }
    })
}
