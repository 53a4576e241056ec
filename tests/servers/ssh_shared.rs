//! Who shares a kept connection, and what those do for whom there is no room in it.

use std::fs;

use rustix::process::Pid;

use crate::common::{Sshd, SshdOptions, Tree, assert_equal, keygen, wait_for};
use crate::live::{Live, sync_over_ssh};
use crate::support::{Home, LONG};

/// The processes that keep connections.
fn masters(home: &Home) -> Vec<Pid> {
    let words = |pid: &Pid| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    home.processes().into_iter().filter(|pid| words(pid).split(|byte| *byte == 0).any(|word| word == b"-M")).collect()
}

#[test]
fn who_comes_with_another_key_has_a_connection_of_its_own_and_nobody_else_has() {
    let home = Home::new();
    let sshd = Sshd::start(&SshdOptions::default());
    keygen(&sshd.at("keys/other"), "");
    let known = ["keys/user.pub", "keys/other.pub"].map(|key| fs::read_to_string(sshd.at(key)).unwrap()).concat();
    fs::write(sshd.at("authorized_keys"), known).unwrap();
    let sources = ["one", "alike", "other"].map(|name| (name, Tree::new()));
    let mut config = String::new();
    for (name, source) in &sources {
        let sync = sync_over_ssh(name, source.path(), &sshd, name, "");
        let key = if *name == "other" { "keys/other\"" } else { "keys/user\"" };
        config += &sync.replace("keys/user\"", key);
    }
    let live = Live::start(&home, &config);
    live.up();
    for turn in 0..3 {
        for (name, source) in &sources {
            source.write(format!("{turn}"), "1");
            live.settle(name, source);
        }
    }
    assert_eq!((sshd.accepted(), masters(&home).len()), (2, 2), "{}", sshd.log());
    for (name, source) in &sources {
        assert_equal(source.path(), sshd.there().join(name).to_str().unwrap(), &["-lptgoD"]);
    }
    // What is no longer named is not kept.
    home.tree().write("config.toml", config.replace("keys/other\"", "keys/user\""));
    live.signal(rustix::process::Signal::HUP);
    wait_for("the end of the other connection", LONG, || (masters(&home).len() == 1).then_some(()));
}

#[test]
fn where_a_connection_has_no_room_for_more_runs_the_others_connect_by_themselves() {
    // Fewer sessions than we ask for, and as many as usual.
    for (lines, syncs) in [(&["MaxSessions 2"][..], 5), (&[], 11)] {
        let home = Home::new();
        let sshd = Sshd::start(&SshdOptions { lines, ..SshdOptions::default() });
        let sources: Vec<(String, Tree)> = (0..syncs).map(|n| (format!("s{n}."), Tree::new())).collect();
        let config: String =
            sources.iter().map(|(name, source)| sync_over_ssh(name, source.path(), &sshd, name, "")).collect();
        // Slow enough to be under way all at once.
        let config = config.replace("archive = true\n", "archive = true\nbwlimit = 100\n");
        let live = Live::start(&home, &config);
        live.up();
        let before = sshd.accepted();
        for (_, source) in &sources {
            source.write("large", (0..400_000).map(|at| ((at * 31) >> (at % 5)) as u8).collect::<Vec<u8>>());
        }
        for (name, source) in &sources {
            live.settle(name, source);
            assert_equal(source.path(), sshd.there().join(name).to_str().unwrap(), &["-lptgoD"]);
        }
        assert!(sshd.accepted() > before, "{syncs}: all went through one connection");
        assert!(!live.log().contains("Retrying"), "{}", live.log());
    }
}
