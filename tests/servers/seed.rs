//! The configuration of the issue, as it is written there: only paths, the address and the port are others.

use std::fs;
use std::process::Command;

use rustix::process::Signal;

use crate::common::{Rsyncd, Tree, assert_equal, wait_for};
use crate::support::{Daemon, Home, LONG, exit_code, settle, text};

const LSYNCD_CONF: &str = include_str!("../../src-tauri/crates/conf/tests/fixtures/seed.lsyncd.conf");
const RSYNCD_CONF: &str = include_str!("seed.rsyncd.conf");
pub const USER: &str = "rsync_user";

/// Both ends of it.
pub struct Seed {
    pub home: Home,
    pub source: Tree,
    pub server: Rsyncd,
    pub password_file: String,
}

impl Seed {
    /// With the helper directory that `--temp-dir=/tmp/` needs in the module.
    pub fn new(password: &str) -> Seed {
        let seed = Seed::without_tmp(password);
        fs::create_dir(seed.server.module().join("tmp")).unwrap();
        seed
    }

    pub fn without_tmp(password: &str) -> Seed {
        let server = Rsyncd::with_conf("rsync_mod", Some((USER, password)), rsyncd_conf);
        let home = Home::new();
        let password_file = home.word("rsyncd.pass");
        home.tree().write("rsyncd.pass", format!("{password}\n"));
        home.tree().chmod("rsyncd.pass", 0o400);
        let seed = Seed { home, source: Tree::new(), server, password_file };
        seed.home.tree().write("lsyncd.conf", seed.conf());
        seed
    }

    /// Where the configuration is.
    pub fn config(&self) -> String {
        self.home.word("lsyncd.conf")
    }

    /// The configuration with our places in it.
    fn conf(&self) -> String {
        let places = [
            ("/var/log/lsyncd.log", self.home.word("lsyncd.log")),
            ("/var/run/lsyncd.status", self.home.word("lsyncd.status")),
            ("/tmp/src", self.source.word()),
            ("rsync_user@192.168.10.10::rsync_mod", self.server.url()),
            ("/etc/lsyncd/rsyncd.pass", self.password_file.clone()),
        ];
        replaced(LSYNCD_CONF, &places)
    }

    /// Starts it in the foreground and waits for the end of the first pass.
    pub fn start(&self, words: &[&str]) -> Daemon<'_> {
        let daemon = self.home.start(&[words, &[self.config().as_str()]].concat());
        self.home.wait_for_first_pass();
        daemon
    }

    /// Waits until the module is equal to the source. Fewer than four changes wait for half a minute in this configuration:
    /// more are made meanwhile, in a directory that is not compared.
    pub fn settle(&self, but: &[&str]) {
        let words = self.words(but);
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let mut turn = 0;
        settle(&self.source, &self.server.url(), &words, || {
            turn += 1;
            for n in 0..4 {
                self.source.write(format!("nudge/{n}"), format!("{turn}"));
            }
        });
    }

    /// Its own flags and filters, and what the first pass leaves at the target.
    fn words(&self, but: &[&str]) -> Vec<String> {
        let mut words = vec!["-a".to_owned(), format!("--password-file={}", self.server.password_file().display())];
        let strangers = ["/nudge", "/tmp", "lost+found", ".tmp", ".*"];
        words.extend(strangers.iter().chain(but).map(|name| format!("--exclude={name}")));
        words
    }

    fn arrived(&self, path: &str) -> bool {
        fs::symlink_metadata(self.server.module().join(path)).is_ok()
    }
}

fn rsyncd_conf(home: &Tree) -> String {
    let at = |name: &str| home.at(name).display().to_string();
    let places = [
        ("/etc/motd", at("motd")),
        ("/var/log/rsyncd", at("log")),
        ("/var/run/rsyncd.pid", at("pid")),
        ("/mnt/backup/data", at("module")),
        ("/var/lock/rsyncd", at("lock")),
        ("192.168.0.1/24", "127.0.0.1/24".to_owned()),
        ("/etc/rsyncd.scrt", at("secrets")),
    ];
    home.write("motd", "Welcome to the backup.\n");
    // Only root can become somebody.
    let root = rustix::process::geteuid().is_root();
    let kept = |line: &&str| root || !(line.starts_with("uid =") || line.starts_with("gid ="));
    replaced(RSYNCD_CONF, &places).lines().filter(kept).map(|line| format!("{line}\n")).collect()
}

/// Every place must be there once.
fn replaced(text: &str, places: &[(&str, String)]) -> String {
    places.iter().fold(text.to_owned(), |text, (from, to)| {
        // In comments they may stand once more.
        assert!(text.contains(from), "{from}");
        text.replace(from, to)
    })
}

#[test]
fn it_runs_in_the_background_and_everything_arrives() {
    let seed = Seed::new("the seed's password");
    let (source, module) = (&seed.source, seed.server.module());
    fs::write(module.join("stranger"), "was there before").unwrap();
    fs::create_dir(module.join("d")).unwrap();
    fs::write(module.join("d/stranger"), "was there before").unwrap();
    source.write("a file", "one");
    source.write("d/e/deep", "two");
    source.write("run.sh", "#!/bin/sh\n");
    source.chmod("run.sh", 0o755);
    source.symlink("d/e/deep", "link");
    source.symlink("nowhere", "dangling");
    for excluded in ["lost+found/x", ".tmp", ".hidden/x", "d/.git/config", "d/lost+found"] {
        source.write(excluded, "never");
    }

    let pid = seed.home.daemonise(&[&seed.config()]);
    seed.home.wait_for_first_pass();
    let strangers = ["/stranger", "/d/stranger"];
    assert_equal_but(&seed, &strangers);
    assert!(seed.arrived("stranger") && seed.arrived("d/stranger"), "'running' removes nothing at the start");

    // New, changed, longer, shorter, another mode, another link, another place.
    source.write("new/er/file", "three");
    source.write("a file", "one and a half");
    source.write("d/e/deep", "");
    source.chmod("run.sh", 0o700);
    source.remove("link");
    source.symlink("a file", "link");
    source.rename("dangling", "still dangling");
    seed.settle(&strangers);
    source.rename("new", "d/renamed");
    source.rename("a file", "d/renamed/er/a file");
    source.chmod("d/e", 0o750);
    source.mkdir("empty/er");
    seed.settle(&strangers);
    assert!(!seed.arrived("new") && seed.arrived("d/renamed/er/file"));
    for gone in ["d/renamed", "run.sh", "link", "empty/er"] {
        source.remove(gone);
    }
    seed.settle(&strangers);
    assert!(!seed.arrived("d/renamed") && !seed.arrived("run.sh") && !seed.arrived("link"));
    assert!(seed.arrived("stranger") && seed.arrived("d/stranger"), "'running' removes what was removed, no more");

    for excluded in ["lost+found", ".tmp", ".hidden", "d/.git", "d/lost+found"] {
        assert!(!seed.arrived(excluded), "{excluded}");
    }
    source.write(".hidden/y", "never");
    source.write("d/.tmp", "never");
    seed.settle(&strangers);
    assert!(!seed.arrived(".hidden") && !seed.arrived("d/.tmp"));

    rustix::process::kill_process(pid, Signal::TERM).unwrap();
    assert_eq!(exit_code(pid), Some(143));
    assert!(seed.home.processes().is_empty());
    let log = text(&seed.home.at("lsyncd.log"));
    for line in
        ["--- Startup, daemonizing ---", "recursive startup rsync: ", "finished.", "--- TERM signal, fading ---"]
    {
        assert!(log.contains(line), "{line} is not in the log:\n{log}");
    }
    let status = text(&seed.home.at("lsyncd.status"));
    // Fewer than four changes may still have waited for their half minute.
    let head = format!("Sync1 source={}/\nThere are ", source.word());
    assert!(status.starts_with("Lsyncd status report at ") && status.contains("Stopped.\n"), "{status}");
    assert!(
        status.contains(&head) && status.contains("- lost+found\n") && status.contains("Inotify watching"),
        "{status}"
    );
}

fn assert_equal_but(seed: &Seed, strangers: &[&str]) {
    let words = seed.words(strangers);
    assert_equal(seed.source.path(), &seed.server.url(), &words.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn four_changes_do_not_wait_for_the_delay() {
    let seed = Seed::new("another password");
    let daemon = seed.start(&[]);
    for name in ["1", "2", "3"] {
        // Each is one waiting change, however often it is written.
        seed.source.write(name, "first");
        seed.source.write(name, "second");
    }
    wait_for("three waiting changes", LONG, || (seed.home.syncs()[0]["waiting"] == 3).then_some(()));
    std::thread::sleep(std::time::Duration::from_secs(2));
    assert!(!seed.arrived("1"), "three wait for delay = 30");
    assert_eq!(seed.home.syncs()[0]["phase"], "waiting");
    let started = std::time::Instant::now();
    seed.source.write("4", "the one too many");
    wait_for("the four", 15, || (seed.arrived("1") && seed.arrived("4")).then_some(()));
    assert!(started.elapsed().as_secs() < 15);
    seed.settle(&[]);
    daemon.end();
}

#[test]
fn without_the_temporary_directory_the_message_says_so() {
    let seed = Seed::without_tmp("secret");
    seed.source.write("file", "x");
    let daemon = seed.home.start(&[&seed.config()]);
    let problem = wait_for("the failure", LONG, || {
        let problem = seed.home.syncs().first()?["problem"].clone();
        problem.is_object().then_some(problem)
    });
    assert_eq!(problem["code"], "temp-dir-missing");
    let output = seed.home.driftlessd(&["status"]);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("/tmp") && said.contains("temp"), "{said}");
    assert!(matches!(output.status.code(), Some(3 | 4)), "{output:?}");
    let reason = |log: String| log.lines().any(|line| line.contains(" Sync1: ") && line.contains("/tmp"));
    assert!(reason(daemon.log()), "the log gives no reason");
    // Made at the server, it is found without a restart.
    fs::create_dir(seed.server.module().join("tmp")).unwrap();
    seed.home.says(&["sync"], 0);
    seed.settle(&[]);
    daemon.end();
}

#[test]
fn two_syncs_do_not_harm_each_other() {
    let (good, bad) = (Seed::new("right"), Seed::new("right as well"));
    good.source.write("at the start", "x");
    bad.source.write("never", "x");
    // One password file is not the server's.
    bad.home.tree().chmod("rsyncd.pass", 0o600);
    bad.home.tree().write("rsyncd.pass", "wrong\n");
    let second = bad.conf().split_once("sync {").unwrap().1.to_owned();
    let first = format!("{}sync {{{second}", good.conf());
    good.home.tree().write("lsyncd.conf", first);
    let daemon = good.home.start(&[&good.config()]);
    wait_for("the failure of one", LONG, || {
        let syncs = good.home.syncs();
        (syncs.get(1)?["problem"]["code"] == "auth-failed" && syncs[0]["last_pass_ms"].is_i64()).then_some(())
    });
    for round in 0..3 {
        good.source.write(format!("later {round}"), "y");
        bad.source.write(format!("later {round}"), "y");
        good.settle(&[]);
    }
    assert!(!bad.arrived("never") && !bad.arrived("later 0"));
    assert!(
        daemon.count("Sync2: ") > 0 && daemon.count("Sync1: ") == 0,
        "the log does not say which one fails, and why"
    );
    let syncs = good.home.syncs();
    assert!(matches!(syncs[0]["health"].as_str(), Some("synced" | "syncing")) && syncs[0]["problem"].is_null());
    // The right password, and a hint that it is there.
    bad.home.tree().write("rsyncd.pass", "right as well\n");
    good.home.says(&["sync", "Sync2"], 0);
    bad.settle(&[]);
    daemon.end();
}

#[test]
fn the_same_as_toml_does_the_same() {
    let seed = Seed::new("toml");
    let toml = seed.home.word("driftless.toml");
    seed.home.says(&["convert", &seed.config(), "-o", &toml], 0);
    seed.home.says(&["check", &toml], 0);
    seed.source.write("d/file", "x");
    seed.source.write(".hidden", "never");
    let daemon = seed.home.start(&[&toml]);
    seed.home.wait_for_first_pass();
    seed.settle(&[]);
    seed.source.rename("d", "e");
    seed.source.write("e/other", "y");
    seed.settle(&[]);
    assert!(!seed.arrived("d") && !seed.arrived(".hidden"));
    daemon.end();
    // And back: the two files mean one thing.
    let back = seed.home.word("back.conf");
    seed.home.says(&["convert", &toml, "-o", &back], 0);
    let again = seed.home.says(&["convert", &back, "--to", "toml"], 0);
    assert_eq!(again, text(&seed.home.at("driftless.toml")));
}

#[test]
fn its_target_is_readable_by_any_rsync() {
    // The module holds what was sent, not what only our own comparison takes for it.
    let seed = Seed::new("pulled");
    seed.source.write("d/file", "content");
    seed.source.symlink("d/file", "link");
    let daemon = seed.start(&[]);
    let pulled = Tree::new();
    let status = Command::new("rsync")
        .args(["-a", "--exclude=/tmp"])
        .arg(format!("--password-file={}", seed.server.password_file().display()))
        .args([format!("{}/", seed.server.url()), format!("{}/", pulled.word())])
        .status()
        .unwrap();
    assert!(status.success());
    assert_eq!(pulled.read("d/file").unwrap(), b"content");
    assert_eq!(fs::read_link(pulled.at("link")).unwrap().to_str(), Some("d/file"));
    daemon.end();
}
