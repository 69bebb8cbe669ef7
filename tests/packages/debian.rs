//! A clean Debian in a directory, made once by debootstrap and unpacked for each test.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::package::{home, ran, said};

/// The directory of a Debian. Dropped, it is removed.
pub(crate) struct Debian(tempfile::TempDir);

/// Release and mirror, as apt has them on this machine: what was built here runs on the same release.
fn source() -> (String, String) {
    let lines = said(Command::new("apt-get").args([
        "indextargets",
        "--format",
        "$(CODENAME) $(REPO_URI)",
        "Created-By: Packages",
        "Component: main",
    ]));
    let release = fs::read_to_string("/etc/os-release").unwrap();
    let codename = release.lines().find_map(|line| line.strip_prefix("VERSION_CODENAME=")).unwrap().to_owned();
    let of_release = |line: &str| line.strip_prefix(&format!("{codename} ")).map(str::to_owned);
    let mirror = lines.lines().find_map(of_release);
    (codename, mirror.unwrap_or_else(|| panic!("apt has no source of this release: {lines}")))
}

/// The archive of a Debian with nothing but what every Debian has.
fn archive() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(make_archive)
}

fn make_archive() -> PathBuf {
    let (codename, mirror) = source();
    let archive = home().join(format!("debian-{codename}.tar"));
    if archive.exists() {
        return archive;
    }
    let proxy = said(Command::new("apt-config").args(["shell", "proxy", "Acquire::http::Proxy"]));
    let root = tempfile::tempdir_in(home()).unwrap();
    let mut command = Command::new("debootstrap");
    // Named, since newer releases have it no longer among what every Debian has; apt would install it with the package.
    command.args(["--variant=minbase", "--include=adduser", &codename]).arg(root.path()).arg(mirror);
    if let Some(proxy) = proxy.trim().strip_prefix("proxy='").and_then(|rest| rest.strip_suffix('\'')) {
        command.env("http_proxy", proxy);
    }
    said(&mut command);
    let made = archive.with_extension("new");
    said(
        Command::new("tar")
            .args(["--numeric-owner", "--exclude=./var/cache/apt/archives/*.deb", "-cf"])
            .arg(&made)
            .arg("-C")
            .arg(root.path())
            .arg("."),
    );
    fs::rename(&made, &archive).unwrap();
    archive
}

impl Debian {
    /// A new one.
    pub(crate) fn new() -> Self {
        let is_root = said(Command::new("id").arg("-u")).trim() == "0";
        assert!(is_root, "this test changes its root directory (chroot), which only root may: run it as root");
        let directory = tempfile::tempdir_in(home()).unwrap();
        // Whoever is no longer root comes through it.
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755)).unwrap();
        said(Command::new("tar").args(["--numeric-owner", "-xpf"]).arg(archive()).arg("-C").arg(directory.path()));
        Self(directory)
    }

    /// A path of it, from outside.
    pub(crate) fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside.trim_start_matches('/'))
    }

    /// A program in it, as root.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command.arg(self.0.path()).args(words).env_clear();
        command.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
        command.env("DEBIAN_FRONTEND", "noninteractive");
        command
    }

    /// What a program in it printed.
    pub(crate) fn says(&self, words: &[&str]) -> String {
        said(&mut self.command(words))
    }

    /// Whether a program in it ended well.
    pub(crate) fn does(&self, words: &[&str]) -> bool {
        ran(&mut self.command(words)).status.success()
    }

    /// Installs a package from outside.
    pub(crate) fn install(&self, package: &Path) {
        fs::copy(package, self.path("/tmp/package.deb")).unwrap();
        self.says(&["dpkg", "--install", "/tmp/package.deb"]);
    }

    /// Puts a program in the place of `systemctl` that writes down what it is asked, and makes it look as if systemd ran.
    pub(crate) fn listen_for_systemctl(&self) {
        fs::create_dir_all(self.path("/run/systemd/system")).unwrap();
        let program = self.path("/usr/bin/systemctl");
        fs::write(&program, "#!/bin/sh\necho \"$@\" >> /run/asked\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// What `systemctl` was asked since it was looked at last.
    pub(crate) fn asked(&self) -> Vec<String> {
        let file = self.path("/run/asked");
        let asked = fs::read_to_string(&file).unwrap_or_default();
        let _ = fs::remove_file(file);
        asked.lines().map(str::to_owned).collect()
    }
}
