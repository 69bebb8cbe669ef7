//! The life of the package in a clean Debian: installed, started, upgraded, removed, purged.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Command, Stdio};

use crate::calls;
use crate::debian::Debian;
use crate::package::{packages, ran, said};
use crate::support::eventually;
use crate::support::mosquitto::{Mosquitto, MosquittoConfig};
use crate::support::strace;
use crate::support::systemd::Systemd;
use crate::unit::value;

const CONFIG: &str = "/etc/vagus/vagus.toml";
const UNIT: &str = "/usr/lib/systemd/system/vagus.service";

/// The service as the installed unit starts it. Dropped, it is killed.
struct Started {
    child: Child,
    manager: Systemd,
}

impl Started {
    /// Starts it as the unit's user in the unit's directory, traced into /run/trace of that Debian.
    fn new(debian: &Debian, broker_port: u16) -> Self {
        let unit = fs::read_to_string(debian.path(UNIT)).unwrap();
        let (user, directory) = (value(&unit, "User"), value(&unit, "WorkingDirectory"));
        let manager = Systemd::listen(&debian.path("/run"));
        fs::set_permissions(manager.path(), fs::Permissions::from_mode(0o666)).unwrap();
        let mut start = vec!["env", "-C", directory];
        start.extend(value(&unit, "ExecStart").split_whitespace());
        let inside = debian.command(&start);
        let words: Vec<_> = inside.get_args().collect();
        strace::must_start_programs();
        let child = Command::new("strace")
            .args(["-f", "-s", "64", "-o"])
            .arg(debian.path("/run/trace"))
            .args(["chroot", "--groups=", &format!("--userspec={user}:{}", value(&unit, "Group"))])
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("NOTIFY_SOCKET", "/run/notify")
            .env("WATCHDOG_USEC", "2000000")
            // Addresses that nobody else on this machine has.
            .env("VAGUS__MQTT__PORT", broker_port.to_string())
            .env("VAGUS__HTTP__LISTEN", "127.0.0.1:0")
            .env("VAGUS__OPS__LISTEN", "127.0.0.1:0")
            .stdout(Stdio::null())
            .stderr(fs::File::create(debian.path("/run/log")).unwrap())
            .spawn()
            .unwrap();
        Self { child, manager }
    }

    /// Tells the service itself to end, and waits for it.
    fn stop(mut self, debian: &Debian) -> Option<i32> {
        let pid = pid(debian);
        said(Command::new("kill").args(["-TERM", &pid]));
        self.manager.wait_for("STOPPING=1");
        self.child.wait().unwrap().code()
    }
}

/// The process that became the service, by its trace.
fn pid(debian: &Debian) -> String {
    let trace = fs::read_to_string(debian.path("/run/trace")).unwrap();
    let line = trace.lines().find(|line| line.contains("execve(\"/usr/bin/vagus\"")).unwrap();
    line.split_whitespace().next().unwrap().to_owned()
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Mode, owner and group of a path in a Debian.
fn rights(debian: &Debian, path: &str) -> String {
    debian.says(&["stat", "-c", "%a %U:%G", path]).trim().to_owned()
}

#[test]
fn in_a_clean_debian_it_installs_starts_upgrades_and_goes_as_it_should() {
    let debian = Debian::new();
    debian.install(&packages().first);
    assert_eq!(rights(&debian, "/var/lib/vagus"), "700 vagus:vagus");
    assert_eq!(rights(&debian, "/etc/vagus"), "750 root:vagus");
    assert!(debian.says(&["getent", "passwd", "vagus"]).trim().ends_with(":/var/lib/vagus:/usr/sbin/nologin"));
    let checked = debian.says(&["vagus", "check", "--config", CONFIG]);
    assert!(checked.contains("is sound"), "{checked}");

    let broker = Mosquitto::start(&MosquittoConfig::default());
    let mut started = Started::new(&debian, broker.port());
    started.manager.wait_for("READY=1");
    started.manager.wait_for("STATUS=Ready: ");
    eventually("signs of life", || (started.manager.count("WATCHDOG=1") > 3).then_some(()));
    let owner = said(Command::new("stat").args(["-c", "%u"]).arg(format!("/proc/{}", pid(&debian))));
    assert_eq!(owner.trim(), debian.says(&["id", "-u", "vagus"]).trim(), "it runs as its own user");
    assert_eq!(rights(&debian, "/var/lib/vagus/control.sock"), "600 vagus:vagus");
    assert_eq!(started.stop(&debian), Some(0), "{}", fs::read_to_string(debian.path("/run/log")).unwrap());
    let filter = calls::allowed(&fs::read_to_string(debian.path(UNIT)).unwrap());
    let called = calls::called(&debian.path("/run/trace"), "/usr/bin/vagus");
    assert!(called.contains("epoll_wait") && called.contains("fdatasync"), "{called:?}");
    let refused: Vec<_> = called.difference(&filter).collect();
    assert!(refused.is_empty(), "the unit's filter refuses {refused:?}");

    upgrade(&debian);
    debian.says(&["dpkg", "--remove", "vagus"]);
    assert!(!debian.path("/usr/bin/vagus").exists());
    assert!(debian.path(CONFIG).exists() && debian.path("/var/lib/vagus/journal").exists(), "removal leaves data");
    debian.says(&["dpkg", "--purge", "vagus"]);
    assert!(!debian.path("/etc/vagus").exists() && !debian.path("/var/lib/vagus").exists(), "purge leaves none");
    assert!(debian.does(&["id", "vagus"]), "the number of the user stays taken");
}

/// What an operator changed stays, and whoever ran runs again.
fn upgrade(debian: &Debian) {
    fs::write(debian.path("/etc/vagus/mqtt-password"), "secret").unwrap();
    let changed = fs::read_to_string(debian.path(CONFIG)).unwrap().replace("plant-a", "plant-b");
    fs::write(debian.path(CONFIG), &changed).unwrap();
    debian.says(&["chmod", "0700", "/etc/vagus"]);
    debian.listen_for_systemctl();
    debian.install(&packages().next);
    let asked = debian.asked();
    assert!(asked.iter().any(|words| words.contains("try-restart vagus.service")), "{asked:?}");
    assert_eq!(fs::read_to_string(debian.path(CONFIG)).unwrap(), changed);
    assert_eq!(rights(debian, "/etc/vagus"), "700 root:vagus");
    assert!(debian.path("/var/lib/vagus/journal").exists());
}

#[test]
fn installing_starts_nothing_before_somebody_named_the_sites() {
    let debian = Debian::new();
    debian.listen_for_systemctl();
    debian.install(&packages().first);
    let asked = debian.asked();
    assert!(asked.iter().all(|words| words.contains("daemon-reload")), "{asked:?}");
    assert!(!debian.path("/etc/systemd/system/multi-user.target.wants/vagus.service").exists());
    debian.says(&["dpkg", "--remove", "vagus"]);
    let asked = debian.asked();
    assert!(asked.iter().any(|words| words.contains("stop vagus.service")), "{asked:?}");
}

#[test]
fn debians_judge_of_packages_finds_no_error() {
    let judged = ran(Command::new("lintian").args(["--allow-root", "--fail-on", "error"]).arg(&packages().first));
    let told = String::from_utf8_lossy(&judged.stdout);
    println!("{told}");
    assert!(judged.status.success(), "{told}{}", String::from_utf8_lossy(&judged.stderr));
}

#[test]
fn the_package_has_what_the_readme_says_and_the_repository_has_the_same() {
    let listed = said(Command::new("dpkg-deb").arg("--contents").arg(&packages().first));
    for file in [
        "/usr/bin/vagus",
        CONFIG,
        UNIT,
        "/usr/share/vagus/dashboards/pipeline.json",
        "/usr/share/vagus/prometheus/alerting.yml",
        "/usr/share/man/man1/vagus.1.gz",
        "/usr/share/man/man1/vagus-cases-ack.1.gz",
        "/usr/share/bash-completion/completions/vagus",
        "/usr/share/zsh/vendor-completions/_vagus",
        "/usr/share/fish/vendor_completions.d/vagus.fish",
        "/usr/share/doc/vagus/README.md",
        "/usr/share/doc/vagus/copyright",
        "/usr/share/doc/vagus/examples/vagus.toml",
        "/usr/share/doc/vagus/examples/mosquitto/vagus.conf",
    ] {
        assert!(listed.lines().any(|line| line.ends_with(&format!(" .{file}"))), "{file} is missing\n{listed}");
    }
}
