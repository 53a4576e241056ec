//! The connection that is kept, and what happens outside.

use std::collections::BTreeMap;
use std::fs;

use driftless_core::config::{Kind, SshOptions, Sync};

use crate::common::{Sshd, SshdOptions, Tree, assert_equal, wait_for};
use crate::driver::{Engine, plan};

/// Longer than any machine needs.
const LONG: u64 = 90;

/// A sync over ssh that never finds out by itself that a machine says nothing more.
fn sync(source: &Tree, sshd: &Sshd) -> Sync {
    let options = sshd.options().into_iter().chain([("ServerAliveInterval", "0".to_owned())]);
    let options: BTreeMap<String, String> = options.map(|(name, value)| (name.to_owned(), value)).collect();
    let ssh = SshOptions {
        identity_file: Some(sshd.at("keys/user").display().to_string()),
        port: Some(sshd.port),
        options: Some(options),
        extra: vec!["-F".to_owned(), "none".to_owned()],
        ..SshOptions::default()
    };
    Sync {
        kind: Kind::Rsyncssh,
        source: source.word(),
        host: Some("127.0.0.1".to_owned()),
        targetdir: Some("copy".to_owned()),
        delay: Some(0.1),
        ssh,
        ..Sync::default()
    }
}

/// The processes that keep a connection whose socket is below this directory, by their words.
fn kept(runtime_dir: &str) -> Vec<String> {
    let words = |entry: fs::DirEntry| fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
    let all = fs::read_dir("/proc").unwrap().flatten().map(words);
    all.filter(|words| words.contains("\0-M\0") && words.contains(runtime_dir)).collect()
}

#[test]
fn after_sleep_and_with_another_network_the_connection_of_before_is_dropped() {
    let (source, sshd) = (Tree::new(), Sshd::start(&SshdOptions::default()));
    let copy = sshd.there().join("copy");
    let engine = Engine::start(plan(vec![sync(&source, &sshd)]));
    let runtime_dir = engine.runtime_dir.word();
    engine.rest();
    for (turn, slept) in [true, false, true].into_iter().enumerate() {
        let before = kept(&runtime_dir);
        assert_eq!((sshd.accepted(), before.len()), (turn + 1, 1), "{}", sshd.log());
        // It leads nowhere, and nobody says so.
        sshd.freeze_connections();
        if slept {
            engine.handle.resumed();
        } else {
            engine.handle.network_up();
        }
        source.write(format!("file {turn}"), "1");
        wait_for("the change", LONG, || copy.join(format!("file {turn}")).exists().then_some(()));
        wait_for("the end of the connection", LONG, || {
            let now = kept(&runtime_dir);
            (now.len() == 1 && now != before).then_some(())
        });
        engine.rest();
    }
    assert_equal(source.path(), copy.to_str().unwrap(), &["-lt"]);
    assert_eq!(engine.end(), 0);
    assert!(kept(&runtime_dir).is_empty());
}
