//! `driftlessd password` with a real Secret Service: there, gone, locked, refused, hanging.

use std::process::Output;
use std::time::{Duration, Instant};

use driftless_engine::outside::keyring::KeyringWatch;

use crate::session::Session;

const TARGET: &str = "rsync_user@nas::home/documents";
const ACCOUNT: &str = "rsync://rsync_user@nas:873/home";

/// It failed with this in its words, and soon.
fn assert_fails(session: &Session, words: &[&str], says: &str, within: Duration) {
    let start = Instant::now();
    let output = session.driftlessd(words, "secret\n");
    let (code, said) = (output.status.code(), stderr(&output));
    assert_eq!(code, Some(1), "{words:?}: {said}");
    assert!(said.contains(says), "{words:?} says: {said}");
    assert!(start.elapsed() < within, "{words:?} took {:?}", start.elapsed());
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn exit(session: &Session, words: &[&str], input: &str) -> Option<i32> {
    session.driftlessd(words, input).status.code()
}

#[test]
fn a_password_is_stored_found_replaced_and_deleted() {
    let session = Session::with_keyring();
    assert_eq!(exit(&session, &["password", "check", TARGET], ""), Some(1));
    let set = session.driftlessd(&["password", "set", TARGET], "s3cret pass\nnot this\n");
    assert_eq!(set.status.code(), Some(0), "{}", stderr(&set));
    assert_eq!(session.stored(ACCOUNT), [b"s3cret pass"]);
    assert_eq!(exit(&session, &["password", "set", TARGET], "another"), Some(0));
    assert_eq!(session.stored(ACCOUNT), [b"another"]);
    // Any notation of the same module means the same password; it is never shown.
    let check = session.driftlessd(&["password", "check", "rsync://rsync_user@nas:873/home/other"], "");
    assert_eq!(check.status.code(), Some(0), "{}", stderr(&check));
    assert!(!stderr(&check).contains("another") && check.stdout.is_empty());
    assert_eq!(exit(&session, &["password", "delete", TARGET], ""), Some(0));
    assert!(session.stored(ACCOUNT).is_empty());
    assert_fails(&session, &["password", "delete", TARGET], "No password is stored", Duration::from_secs(5));
}

#[test]
fn nothing_is_stored_without_a_password_or_for_a_target_that_has_none() {
    let session = Session::with_keyring();
    assert_eq!(exit(&session, &["password", "set", TARGET], "\n"), Some(1));
    assert_eq!(exit(&session, &["password", "set", TARGET], ""), Some(1));
    assert!(session.stored(ACCOUNT).is_empty());
    for target in ["/backup", "nas::home", "user@nas:backup"] {
        assert_eq!(exit(&session, &["password", "set", target], "secret"), Some(2), "{target}");
    }
    assert_eq!(exit(&session, &["password", "set", TARGET, "secret"], ""), Some(2));
}

#[test]
fn without_a_keyring_it_says_so_at_once_and_finds_one_that_comes_later() {
    let mut session = Session::bare();
    assert_fails(&session, &["password", "set", TARGET], "No keyring answers", Duration::from_secs(3));
    session.start_keyring();
    assert_eq!(exit(&session, &["password", "set", TARGET], "secret"), Some(0));
}

#[test]
fn a_locked_keyring_is_named_and_opens_no_prompt() {
    let session = Session::with_keyring();
    assert_eq!(exit(&session, &["password", "set", TARGET], "secret"), Some(0));
    session.lock();
    for words in [["password", "check", TARGET], ["password", "set", TARGET], ["password", "delete", TARGET]] {
        assert_fails(&session, &words, "is locked", Duration::from_secs(3));
    }
    // Nothing is known of an account that is not there: the locked part may hold it.
    assert_fails(&session, &["password", "check", "u@other::m"], "is locked", Duration::from_secs(3));
}

#[test]
fn a_keyring_that_may_not_be_asked_is_told_apart() {
    let mut session =
        Session::with_policy("<deny send_interface='org.freedesktop.Secret.Service' send_member='SearchItems'/>");
    session.start_keyring();
    assert_fails(&session, &["password", "check", TARGET], "refused", Duration::from_secs(3));
}

#[test]
fn a_keyring_that_hangs_is_given_up() {
    let session = Session::with_keyring();
    session.freeze_keyring();
    assert_fails(&session, &["password", "check", TARGET], "did not answer in time", Duration::from_secs(9));
}

#[test]
fn a_keyring_that_comes_or_changes_is_told_of() {
    let mut session = Session::bare();
    let (sender, told) = std::sync::mpsc::channel();
    let tell = move || sender.send(()).unwrap_or(());
    let watch = KeyringWatch::start(Some(session.address()), tell).unwrap();
    let soon = Duration::from_secs(60);
    // The bus is asked from another thread: a signal before that is not heard. So it comes until it is.
    let begun = Instant::now();
    loop {
        session.start_keyring();
        if told.recv_timeout(Duration::from_secs(5)).is_ok() {
            break;
        }
        assert!(begun.elapsed() < soon, "a keyring came, and nobody was told");
        session.end_keyring();
    }
    while told.recv_timeout(Duration::from_secs(3)).is_ok() {}
    session.lock();
    told.recv_timeout(soon).expect("it was locked");
    drop(watch);
    assert!(told.recv_timeout(soon).is_err(), "it has ended");
}
