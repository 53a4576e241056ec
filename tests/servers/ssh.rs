//! Syncs of kind `rsyncssh` against a real OpenSSH server.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::chance::{many, setting};
use crate::changes::{Changes, EXCLUDE, FILTERS, last_word};
use crate::common::{Sshd, SshdOptions, Tree, assert_equal, differences, wait_for};
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

/// What the far side looks like to a person's eye: inode numbers by name. A rename keeps them.
fn inodes(dir: &Path) -> BTreeMap<String, u64> {
    let of = |entry: fs::DirEntry| (entry.file_name().into_string().unwrap(), entry.metadata().unwrap().ino());
    fs::read_dir(dir).unwrap().flatten().map(of).collect()
}

/// A sync that waits a moment, so that what is done together goes together.
fn gathering<'h>(home: &'h Home, source: &Tree, sshd: &Sshd, more: &str) -> Live<'h> {
    let config = sync_over_ssh("ssh", source.path(), sshd, "copy", more).replace("delay = 0\n", "delay = 1\n");
    let live = Live::start(home, &config);
    live.up();
    live
}

#[test]
fn a_moved_folder_is_moved_there_and_not_sent() {
    for (shell, name) in [("", "new $(touch evil)\n'x' \"y\""), ("busybox sh", "-new")] {
        let (source, home) = (Tree::new(), Home::new());
        let sshd = Sshd::start(&SshdOptions { shell, ..SshdOptions::default() });
        for at in 0..40 {
            source.write(format!("d/old/f{at}"), vec![at; 50_000]);
        }
        source.write("d/old/deep/x.keep", "1");
        let live = gathering(&home, &source, &sshd, "exclude = [\"*.keep\"]");
        let before = inodes(&sshd.there().join("copy/d/old"));
        assert_eq!(before.len(), 41, "{before:?}");
        source.mkdir("e");
        live.settle("ssh", &source);
        let sent = live.sync("ssh").totals.sent;
        source.rename("d/old", format!("e/{name}"));
        live.settle("ssh", &source);
        assert_eq!(inodes(&sshd.there().join("copy/e").join(name)), before, "{}", live.said("ssh"));
        assert!(live.sync("ssh").totals.sent <= sent + 1, "only the last word was sent: {}", live.log());
        // Edited where it is now, with the size and time that it had; and moved on at once.
        let file = source.at(format!("e/{name}/f7"));
        let time = fs::metadata(&file).unwrap().modified().unwrap();
        source.rename(format!("e/{name}"), "again");
        fs::write(source.at("again/f7"), vec![99; 50_000]).unwrap();
        fs::File::options().write(true).open(source.at("again/f7")).unwrap().set_modified(time).unwrap();
        live.settle("ssh", &source);
        let copy = sshd.there().join("copy");
        assert_equal(source.path(), copy.to_str().unwrap(), &["-lptgoD", "--exclude=*.keep"]);
        assert!(!sshd.there().join("evil").exists() && !copy.join("evil").exists());
    }
}

#[test]
fn renames_that_are_none_for_the_target_end_equal_and_lose_nothing() {
    let (source, home) = (Tree::new(), Home::new());
    let sshd = Sshd::start(&SshdOptions::default());
    let dirs = ["swap1", "swap2", "a", "merge/x", "full", "case", "gone", "twice"];
    for dir in dirs {
        for at in 0..5 {
            source.write(format!("{dir}/{at}"), format!("{dir} {at}"));
        }
    }
    source.mkdir("into");
    let live = gathering(&home, &source, &sshd, "");
    let copy = sshd.there().join("copy");
    // A stranger stands where a folder is to go, one is a link that leads out of the target, and one is missing.
    fs::create_dir(copy.join("occupied")).unwrap();
    fs::write(copy.join("occupied/stranger"), "1").unwrap();
    let outside = Tree::new();
    fs::remove_dir(copy.join("into")).unwrap();
    std::os::unix::fs::symlink(outside.path(), copy.join("into")).unwrap();
    fs::remove_dir_all(copy.join("gone")).unwrap();
    for (from, to) in [
        ("swap1", "tmp"),
        ("swap2", "swap1"),
        ("tmp", "swap2"),
        ("a", "b"),
        ("b", "c"),
        ("full", "occupied"),
        ("case", "CASE"),
        ("merge/x", "into/y"),
        ("gone", "back"),
        ("twice", "into/twice"),
    ] {
        source.rename(from, to);
    }
    source.write("a/new", "the old name is used again");
    live.settle("ssh", &source);
    assert_equal(source.path(), copy.to_str().unwrap(), &["-lptgoD"]);
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn where_deletions_are_forbidden_the_old_name_stays() {
    for policy in ["delete = false", "delete = \"startup\""] {
        let (source, home) = (Tree::new(), Home::new());
        let sshd = Sshd::start(&SshdOptions::default());
        source.write("old/file", "1");
        let live = gathering(&home, &source, &sshd, policy);
        source.rename("old", "new");
        live.settle("ssh", &source);
        for name in ["old/file", "new/file"] {
            assert!(sshd.there().join("copy").join(name).exists(), "{policy}: {name}");
        }
    }
}

#[test]
fn a_far_side_that_cannot_move_is_sent_everything() {
    let (source, home) = (Tree::new(), Home::new());
    // A far side of which nothing is known but rsync.
    let sshd = Sshd::start(&SshdOptions { before: "PATH=/nothing", shell: "/bin/sh", ..SshdOptions::default() });
    source.write("old/file", "1");
    let rsync = Command::new("sh").args(["-c", "command -v rsync"]).output().unwrap().stdout;
    let rsync = String::from_utf8(rsync).unwrap();
    let config = sync_over_ssh("ssh", source.path(), &sshd, "copy", "").replace("delay = 0\n", "delay = 1\n");
    let config = config.replace("archive = true\n", &format!("archive = true\nrsync_path = \"{}\"\n", rsync.trim()));
    let live = Live::start(&home, &config);
    live.up();
    source.rename("old", "new");
    live.settle("ssh", &source);
    equal(&source, &sshd);
    assert!(live.log().contains("not moved at the target: it is sent"), "{}", live.log());
}

#[test]
fn what_is_made_of_an_exit_code_of_ssh_holds_for_the_renames_there() {
    let (source, home) = (Tree::new(), Home::new());
    let sshd = Sshd::start(&SshdOptions::default());
    source.write("old/file", "1");
    let live = gathering(&home, &source, &sshd, "sshExitCodes = { 73 = \"die\" }\nrsyncExitCodes = { 73 = \"ok\" }");
    // From now on only rsync can be called there.
    let session = fs::read_to_string(sshd.at("session")).unwrap();
    let deaf = "case \"$SSH_ORIGINAL_COMMAND\" in rsync*) ;; *) exit 73 ;; esac\nexec ";
    fs::write(sshd.at("session"), session.replace("exec ", deaf)).unwrap();
    source.rename("old", "new");
    let said = live.problem("ssh", "unknown");
    assert_eq!((said.args["binary"].as_str(), said.args["exit"].as_str()), ("ssh", "73"), "who ended so");
    // lsyncd would end here. It is this sync alone that waits, and all that it has.
    source.write("other", "1");
    wait_for("what waits", LONG, || (live.sync("ssh").waiting >= 3).then_some(()));
    let copy = sshd.there().join("copy");
    assert!(copy.join("old/file").exists() && !copy.join("new").exists() && !copy.join("other").exists());
    fs::write(sshd.at("session"), session).unwrap();
    home.says(&["sync"], 0);
    live.settle("ssh", &source);
    equal(&source, &sshd);
}

#[test]
fn churn_with_every_fault_of_a_connection_ends_equal() {
    let (tree, home) = (Tree::new(), Home::new());
    let mut sshd = Sshd::start(&SshdOptions::default());
    for dir in ["source", "outside"] {
        tree.mkdir(dir);
    }
    let source = tree.at("source");
    let live = Live::start(&home, &sync_over_ssh("ssh", &source, &sshd, "copy", EXCLUDE));
    let seed = setting("DRIFTLESS_SEED", 1);
    let mut changes = Changes::new(seed, &source, &tree.at("outside"));
    for turn in 0..many("DRIFTLESS_FAULTS", 24) {
        for _ in 0..changes.below(120) {
            changes.one();
        }
        match turn % 6 {
            // In the middle of whatever goes on.
            0 | 3 => sshd.drop_connections(),
            1 => drop(master(&home).map(|pid| kill_process(pid, Signal::KILL))),
            2 => sshd.stop(),
            4 => {
                for entry in fs::read_dir(home.at("run/driftless/ssh")).into_iter().flatten().flatten() {
                    // It may go by itself meanwhile.
                    let _ = fs::remove_file(entry.path());
                    let _ = fs::write(entry.path(), "");
                }
            }
            _ => {}
        }
        std::thread::sleep(Duration::from_millis(300 + changes.below(700) as u64));
        if turn % 6 == 2 {
            sshd.again();
        }
    }
    let at = last_word(&source, "end").unwrap();
    live.rest("ssh", at, 240);
    let mut words = vec!["-lptgoD"];
    words.extend(FILTERS);
    let found = differences(&source, sshd.there().join("copy").to_str().unwrap(), &words);
    assert!(found.is_empty(), "seed {seed}: not equal:\n{}\n{}", found.join("\n"), live.said("ssh"));
    assert!(live.runs("ssh") > 10 && sshd.accepted() > 5, "{} runs tell nothing", live.runs("ssh"));
}
