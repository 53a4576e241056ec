//! The password is found nowhere: not in any command line or environment, log, status or file of ours.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::common::{Rsyncd, RsyncdOptions, Tree, wait_for};
use crate::seed::{Seed, USER};
use crate::session::Session;
use crate::support::{Home, LONG, processes, settle, text};

/// Looks at every process of this machine, again and again, until it is asked.
struct Spy {
    stop: Arc<AtomicBool>,
    seen: JoinHandle<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Where the password stood.
    leaks: Vec<String>,
    /// Runs of rsync that got it through a descriptor: the proof that the spy looks at the right time.
    runs: usize,
}

impl Spy {
    fn on(password: &str, port: u16) -> Spy {
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, password, port) = (stop.clone(), password.to_owned(), format!(":{port}/"));
        let seen = std::thread::spawn(move || {
            let mut seen = Seen::default();
            while !stopped.load(Ordering::Relaxed) {
                for pid in processes() {
                    for what in ["cmdline", "environ"] {
                        let path = format!("/proc/{pid}/{what}");
                        let bytes = text(path.as_ref());
                        if bytes.contains(&password) {
                            seen.leaks.push(format!("{path}: {bytes}"));
                        }
                        seen.runs += usize::from(bytes.contains("--password-file=/dev/fd/") && bytes.contains(&port));
                    }
                }
            }
            seen
        });
        Spy { stop, seen }
    }

    fn assert_nothing(self) {
        self.stop.store(true, Ordering::Relaxed);
        let seen = self.seen.join().unwrap();
        assert!(seen.leaks.is_empty(), "{:#?}", seen.leaks);
        assert!(seen.runs > 0, "no run was seen: the spy proves nothing");
    }
}

/// No file below `dir` has it, but those named.
fn assert_in_no_file(dir: &Path, password: &str, but: &[&str]) {
    for entry in fs::read_dir(dir).unwrap().flatten() {
        let path = entry.path();
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            assert_in_no_file(&path, password, but);
        } else if kind.is_file() && !but.iter().any(|name| path.ends_with(name)) {
            assert!(!text(&path).contains(password), "{} has the password", path.display());
        }
    }
}

#[test]
fn a_password_file_is_read_and_never_shown() {
    let password = "Unfindable-0f3c-in-a-file";
    let seed = Seed::new(password);
    let spy = Spy::on(password, seed.server.port);
    seed.source.write("file", vec![7; 500_000]);
    let daemon = seed.start(&["-log", "all"]);
    seed.settle(&[]);
    for n in 0..10 {
        seed.source.write(format!("f{n}"), vec![n; 100_000]);
    }
    seed.settle(&[]);
    let status = seed.home.says(&["status", "--json"], 0);
    assert!(!status.contains(password));
    assert_in_no_file(seed.home.tree().path(), password, &["rsyncd.pass"]);

    // A failure is where things are said that are not said otherwise.
    let wrong = "Unfindable-77aa-and-wrong";
    seed.home.tree().chmod("rsyncd.pass", 0o600);
    seed.home.tree().write("rsyncd.pass", format!("{wrong}\n"));
    for n in 0..4 {
        seed.source.write(format!("more {n}"), "x");
    }
    wait_for("the failure", LONG, || (seed.home.syncs()[0]["problem"]["code"] == "auth-failed").then_some(()));
    let console = daemon.log();
    daemon.end();
    spy.assert_nothing();
    assert!(console.contains(" Exec: ") && console.contains("[--password-file=/dev/fd/"), "{console}");
    for secret in [password, wrong] {
        assert!(!console.contains(secret));
        assert_in_no_file(seed.home.tree().path(), secret, &["rsyncd.pass"]);
    }
    assert!(!text(&seed.home.at("lsyncd.status")).is_empty() && !text(&seed.home.at("lsyncd.log")).is_empty());
}

#[test]
fn a_password_in_the_keyring_is_used_and_never_shown() {
    let password = "Unfindable-9b1e in the keyring";
    let (session, home, source) = (Session::with_keyring(), Home::new(), Tree::new());
    let server = Rsyncd::start(&RsyncdOptions { user: Some((USER, password)), ..RsyncdOptions::default() });
    let stored = session.driftlessd(&["password", "set", &server.url()], password);
    assert!(stored.status.success(), "{}", String::from_utf8_lossy(&stored.stderr));
    let config = format!(
        "sync {{ default.rsync, source = '{}', target = '{}', delay = 0.1, rsync = {{ archive = true }} }}\n",
        source.word(),
        server.url()
    );
    home.tree().write("lsyncd.conf", config);
    source.write("d/file", "x");
    let spy = Spy::on(password, server.port);
    let mut command = home.command(&["-log", "all", home.at("lsyncd.conf").to_str().unwrap()]);
    // What an older script may have left there is not handed on.
    command.env("DBUS_SESSION_BUS_ADDRESS", session.address()).env("RSYNC_PASSWORD", "inherited, and wrong");
    let daemon = home.start_with(command);
    home.wait_for_first_pass();
    let words = ["-a".to_owned(), format!("--password-file={}", server.password_file().display())];
    let words = [words[0].as_str(), words[1].as_str()];
    settle(&source, &server.url(), &words, || ());
    for n in 0..5 {
        source.write(format!("d/{n}"), "y");
        settle(&source, &server.url(), &words, || ());
    }
    let console = daemon.log();
    daemon.end();
    spy.assert_nothing();
    assert!(!console.contains(password) && !console.contains("inherited, and wrong"));
    assert_in_no_file(home.tree().path(), password, &[]);
}
