//! Syncs of kind `rsyncssh` against a real OpenSSH server.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Sshd, SshdOptions, Tree, assert_equal, keygen, wait_for};
use crate::live::{Live, sync_over_ssh};
use crate::support::{Home, LONG};

#[test]
fn a_folder_below_the_home_there_is_kept_equal_whatever_the_names() {
    let (source, home) = (Tree::new(), Home::new());
    let sshd = Sshd::start(&SshdOptions::default());
    for name in
        ["it's", "two  blanks", "$(touch evil)", "`touch evil`", "new\nline", "-rf", "~", "*", "a;b&c|d", "\"q\""]
    {
        source.write(format!("{name}/{name}"), name);
    }
    // The target's own name is as hostile as any.
    let dir = "~/a $(touch evil) `b` 'c' \\\"d\\\"";
    let live = Live::start(&home, &sync_over_ssh("ssh", source.path(), &sshd, dir, ""));
    live.up();
    source.rename("it's", "it's; not");
    source.remove("*");
    source.write("two  blanks/more", "1");
    live.settle("ssh", &source);
    let there = sshd.there().join("a $(touch evil) `b` 'c' \"d\"");
    assert_equal(source.path(), there.to_str().unwrap(), &["-lptgoD"]);
    let home_there: Vec<_> = fs::read_dir(sshd.there()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(home_there.len(), 1, "{home_there:?}");
}

/// The process that keeps the connection of this home.
fn master(home: &Home) -> Option<Pid> {
    let words = |pid: &Pid| fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    home.processes().into_iter().find(|pid| words(pid).split(|byte| *byte == 0).any(|word| word == b"-M"))
}

fn over_ssh<'h>(home: &'h Home, source: &Tree, sshd: &Sshd) -> Live<'h> {
    let live = Live::start(home, &sync_over_ssh("ssh", source.path(), sshd, "copy", ""));
    live.up();
    live
}

fn equal(source: &Tree, sshd: &Sshd) {
    assert_equal(source.path(), sshd.there().join("copy").to_str().unwrap(), &["-lptgoD"]);
}

#[test]
fn one_connection_is_kept_and_made_anew_when_it_is_gone() {
    let (source, home) = (Tree::new(), Home::new());
    let mut sshd = Sshd::start(&SshdOptions::default());
    source.write("first", "1");
    let live = over_ssh(&home, &source, &sshd);
    for turn in 0..3 {
        source.write(format!("file {turn}"), "1");
        live.settle("ssh", &source);
    }
    assert_eq!(sshd.accepted(), 1, "{}", sshd.log());
    // Its process is killed: the socket stays behind.
    let first = master(&home).unwrap();
    kill_process(first, Signal::KILL).unwrap();
    source.write("after the kill", "1");
    live.settle("ssh", &source);
    let second = wait_for("another connection", LONG, || master(&home));
    assert_ne!(first, second);
    // The far side cuts it, and is gone for a while.
    sshd.drop_connections();
    source.write("after the cut", "1");
    live.settle("ssh", &source);
    sshd.stop();
    source.write("while it is away", "1");
    let problem = live.problem("ssh", "connection-refused");
    assert!(problem.args["port"] == sshd.port.to_string() && problem.args["host"] == "127.0.0.1", "{problem:?}");
    sshd.again();
    live.settle("ssh", &source);
    equal(&source, &sshd);
    let sockets = home.at("run/driftless/ssh");
    assert_eq!(fs::metadata(&sockets).unwrap().permissions().mode() & 0o777, 0o700);
    live.end();
    assert_eq!(fs::read_dir(sockets).unwrap().count(), 0);
}

#[test]
fn a_socket_that_answers_nobody_and_a_server_that_takes_no_more_sessions_hold_nothing_up() {
    let (source, home) = (Tree::new(), Home::new());
    let sshd = Sshd::start(&SshdOptions { lines: &["MaxSessions 0"], ..SshdOptions::default() });
    source.write("first", "1");
    // No session at all goes through a kept connection, nor through one's own: told as it is.
    let live = Live::start(&home, &sync_over_ssh("ssh", source.path(), &sshd, "copy", ""));
    live.problem("ssh", "connection-lost");
    live.end();
    let sshd = Sshd::start(&SshdOptions::default());
    let live = over_ssh(&home, &source, &sshd);
    // What stands at the socket's place is no socket any more.
    let sockets = home.at("run/driftless/ssh");
    for entry in fs::read_dir(&sockets).unwrap().flatten() {
        fs::remove_file(entry.path()).unwrap();
        fs::write(entry.path(), "").unwrap();
    }
    source.write("second", "1");
    live.settle("ssh", &source);
    equal(&source, &sshd);
}

#[test]
fn where_nothing_can_be_shared_each_run_connects_by_itself() {
    let (source, home) = (Tree::new(), Home::new());
    let sshd = Sshd::start(&SshdOptions::default());
    // Stands in for another ssh: it knows neither -G nor -M.
    let other = home.at("other ssh");
    let script = "#!/bin/sh\nfor word; do case $word in -G|-M) echo 'unknown option' >&2; exit 1;; esac; done\nexec ssh \"$@\"\n";
    fs::write(&other, script).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();
    let config = sync_over_ssh("ssh", source.path(), &sshd, "copy", "");
    let config = config.replace("[sync.ssh]\n", &format!("[sync.ssh]\nbinary = \"{}\"\n", other.display()));
    let live = Live::start(&home, &config);
    live.up();
    source.write("file", "1");
    live.settle("ssh", &source);
    equal(&source, &sshd);
    assert!(sshd.accepted() > 1 && master(&home).is_none());
}

/// What is wrong, the row of its failure, and a part of what the person reads.
type Wrong<'a> = (&'static str, &'static str, &'a dyn Fn(&Sshd, &mut String));

#[test]
fn each_way_to_be_refused_is_told_as_itself_and_healed() {
    let replace_key = |sshd: &Sshd, config: &mut String, key: &str| {
        *config = config.replace(&sshd.at("keys/user").display().to_string(), &sshd.at(key).display().to_string());
    };
    let cases: [Wrong<'_>; 8] = [
        ("host-key-unknown", "This computer has never met 127.0.0.1 over ssh.", &|sshd, _| sshd.know_nobody()),
        ("host-key-changed", "127.0.0.1 shows another key than before.", &|sshd, _| sshd.know("keys/user.pub")),
        ("ssh-key-refused", "127.0.0.1 refused the ssh key or the user.", &|sshd, config| {
            keygen(&sshd.at("keys/other"), "");
            replace_key(sshd, config, "keys/other");
        }),
        ("ssh-key-locked", "has a passphrase, and nobody is asked for it.", &|sshd, config| {
            keygen(&sshd.at("keys/locked"), "open sesame");
            replace_key(sshd, config, "keys/locked");
        }),
        ("ssh-key-missing", "is missing", &|sshd, config| replace_key(sshd, config, "keys/nothing")),
        ("ssh-key-mode", "Others on this computer may read the ssh key", &|sshd, _| {
            fs::set_permissions(sshd.at("keys/user"), fs::Permissions::from_mode(0o644)).unwrap();
        }),
        ("ssh-options", "ssh does not take its configuration", &|_, config| {
            *config = config.replace("[sync.ssh.options]\n", "[sync.ssh.options]\nNonsense = \"1\"\n");
        }),
        ("remote-rsync-missing", "There is no rsync on 127.0.0.1.", &|_, config| {
            *config = config.replace("archive = true\n", "archive = true\nrsync_path = \"/no/such/rsync\"\n");
        }),
    ];
    for (code, sentence, wrong) in cases {
        let (source, home) = (Tree::new(), Home::new());
        let sshd = Sshd::start(&SshdOptions::default());
        source.write("file", "1");
        let mut config = sync_over_ssh("ssh", source.path(), &sshd, "copy", "");
        let right = config.clone();
        wrong(&sshd, &mut config);
        let live = Live::start(&home, &config);
        let problem = live.problem("ssh", code);
        assert!(live.log().contains(sentence), "{code}: {problem:?}\n{}", live.log());
        // What was wrong is set right, and it goes on by itself.
        sshd.know("keys/host.pub");
        fs::set_permissions(sshd.at("keys/user"), fs::Permissions::from_mode(0o600)).unwrap();
        if config != right {
            home.tree().write("config.toml", right);
            live.signal(Signal::HUP);
        }
        live.settle("ssh", &source);
        equal(&source, &sshd);
    }
}
