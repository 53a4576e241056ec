//! A password reaches rsync and nobody else.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use driftless_core::diagnose::Exit;
use driftless_core::mirror::Why;
use driftless_core::plan::Password;
use driftless_core::work::{Arg, CommandSpec};
use driftless_engine::run::Ended;
use driftless_engine::secrets::{SecretProblem, SecretText, Secrets};

use crate::common::{Rsyncd, RsyncdOptions, Tree, assert_equal};
use crate::support::{OnePassword, command, run_it};

const PASSWORD: &str = "Zwölf geheime Wörter \"$(x)\" 7319";

fn push(source: &Tree, daemon: &Rsyncd, words: &[&str]) -> CommandSpec {
    let mut push = command("rsync", words);
    let from = Password::Keyring("rsync://u@127.0.0.1:873/mod".to_owned());
    push.args.push(Arg::Secret { prefix: "--password-file=".to_owned(), from });
    push.args.push(Arg::Word(format!("{}/", source.word())));
    push.args.push(Arg::Word(daemon.url()));
    push
}

/// Looks for the password in what every process shows; how many runs with a descriptor for it were seen.
fn search_processes() -> Result<usize, String> {
    let mut runs = 0;
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        for file in ["cmdline", "environ"] {
            let Ok(bytes) = fs::read(entry.path().join(file)) else { continue };
            if bytes.windows(PASSWORD.len()).any(|part| part == PASSWORD.as_bytes()) {
                return Err(format!("{}", entry.path().join(file).display()));
            }
            let mark = b"--password-file=/dev/fd/";
            runs += usize::from(bytes.windows(mark.len()).any(|part| part == mark));
        }
    }
    Ok(runs)
}

#[cfg(target_os = "linux")]
#[test]
fn it_is_taken_and_seen_nowhere() {
    let daemon = Rsyncd::start(&RsyncdOptions { user: Some(("u", PASSWORD)), ..RsyncdOptions::default() });
    let source = Tree::new();
    source.write("big", vec![7; 2_000_000]);
    let over = Arc::new(AtomicBool::new(false));
    let seen = {
        let over = over.clone();
        std::thread::spawn(move || {
            let mut runs = 0;
            while !over.load(Ordering::Relaxed) {
                runs += search_processes()?;
            }
            Ok::<usize, String>(runs)
        })
    };
    let done = run_it(&push(&source, &daemon, &["-rt", "--bwlimit=2000"]), None, Arc::new(OnePassword(PASSWORD)), None);
    over.store(true, Ordering::Relaxed);
    assert_eq!(done.ended, Ok(Ended { exit: Exit::Code(0), stalled: false }), "{}", done.err());
    let runs = seen.join().unwrap().unwrap();
    assert!(runs > 0, "the run was never looked at");
    assert!(!done.err().contains(PASSWORD) && !done.out().contains(PASSWORD));
    let file = format!("--password-file={}", daemon.password_file().display());
    assert_equal(source.path(), &daemon.url(), &["-t", &file]);
}

#[test]
fn a_wrong_one_is_refused_by_the_daemon() {
    let daemon = Rsyncd::start(&RsyncdOptions { user: Some(("u", PASSWORD)), ..RsyncdOptions::default() });
    let source = Tree::new();
    let done = run_it(&push(&source, &daemon, &["-r"]), None, Arc::new(OnePassword("wrong")), None);
    assert_eq!(done.ended, Ok(Ended { exit: Exit::Code(5), stalled: false }));
    assert!(done.err().contains("auth failed on module mod"), "{}", done.err());
}

#[test]
fn without_one_nothing_starts() {
    struct Locked;
    impl Secrets for Locked {
        fn resolve(&self, _from: &Password) -> Result<SecretText, SecretProblem> {
            Err(SecretProblem::new("keyring-locked", "rsync://u@h:873/m"))
        }
    }
    let (source, daemon) = (Tree::new(), Rsyncd::start(&RsyncdOptions::default()));
    let done = run_it(&push(&source, &daemon, &["-r"]), None, Arc::new(Locked), None);
    let why = Why::Secret { code: "keyring-locked", what: "rsync://u@h:873/m".to_owned() };
    assert_eq!(done.ended, Err(why));
}

#[test]
fn a_run_that_waits_for_one_can_be_stopped() {
    struct Slow;
    impl Secrets for Slow {
        fn resolve(&self, _from: &Password) -> Result<SecretText, SecretProblem> {
            std::thread::sleep(Duration::from_secs(2));
            Ok(SecretText::new(Vec::new()))
        }
    }
    let (source, daemon) = (Tree::new(), Rsyncd::start(&RsyncdOptions::default()));
    let done = run_it(&push(&source, &daemon, &["-r"]), None, Arc::new(Slow), Some(Duration::from_millis(50)));
    assert_eq!(done.ended, Err(Why::Stopped));
}
