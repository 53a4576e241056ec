//! Accidents made for real: unmounted sources, targets and inner mounts, another folder in a source's place, a folder removed
//! by mistake. What is at the target is counted before and after.
//!
//! Mounts are made in a user and mount namespace of the test's own: nothing of the machine is changed.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use driftless_core::hold::HoldWhy;
use driftless_core::view::Phase;

use crate::common::{Rsyncd, RsyncdOptions, Tree, wait_for};
use crate::live::{Live, sync};
use crate::namespace::{self, inside, unmount};
use crate::support::{Home, LONG};

fn mount(at: &Path) {
    fs::create_dir_all(at).unwrap();
    namespace::mount(&["-t", "tmpfs", "none"], at);
}

fn fill(dir: &Path, count: usize) {
    fs::create_dir_all(dir).unwrap();
    (0..count).for_each(|n| fs::write(dir.join(format!("f{n}")), "x").unwrap());
}

/// Everything below, by name.
fn count(dir: &Path) -> usize {
    let Ok(entries) = fs::read_dir(dir) else { return 0 };
    entries.flatten().map(|e| 1 + if e.file_type().unwrap().is_dir() { count(&e.path()) } else { 0 }).sum()
}

/// Holds for so long.
fn stays<T: PartialEq + std::fmt::Debug>(what: impl Fn() -> T, expected: &T) {
    for _ in 0..15 {
        assert_eq!(what(), *expected);
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_folder_removed_by_mistake_waits_for_a_word_and_copies_go_on() {
    let (home, source, server) = (Home::new(), Tree::new(), Rsyncd::start(&RsyncdOptions::default()));
    fill(&source.at("many"), 40);
    // What is removed within two seconds is judged together; the first few by themselves would be few enough to go.
    let config = sync("one", source.path(), &server.url(), "", "").replacen("delay = 0", "delay = 2", 1);
    let live = Live::start(&home, &(config + "deleteCount = 20\ndeleteShare = 90\n"));
    live.up();
    let there = || count(&server.module());
    assert_eq!(there(), 41);
    fs::remove_dir_all(source.at("many")).unwrap();
    let hold = wait_for("the hold", LONG, || live.sync("one").hold.filter(|h| h.picture.is_some()));
    let picture = hold.picture.unwrap();
    assert_eq!((hold.why, picture.deleted.count, picture.deleted.names.len()), (HoldWhy::DeleteBudget, 41, 10));
    fs::write(source.at("copied"), "x").unwrap();
    wait_for("the copy", LONG, || (there() == 42).then_some(()));
    stays(there, &42);
    let said = home.says(&["status"], 3);
    assert!(said.contains("41 files would be deleted") && said.contains("driftlessd allow 'one'"), "{said}");
    home.says(&["allow", "one"], 0);
    wait_for("what was allowed", LONG, || (there() == 1 && live.sync("one").hold.is_none()).then_some(()));
    // Few enough to go without asking.
    fs::remove_file(source.at("copied")).unwrap();
    live.settle("one", &source);
    assert!(!server.module().join("copied").exists());
    assert!(!live.log().contains("--ignore-errors"));
}

#[test]
fn a_first_pass_is_rehearsed_and_nothing_is_done_before_it_is_confirmed() {
    let (home, source, server) = (Home::new(), Tree::new(), Rsyncd::start(&RsyncdOptions::default()));
    fill(&source.at("new"), 3);
    fill(&server.module().join("strangers"), 30);
    let live = Live::start(&home, &(sync("one", source.path(), &server.url(), "", "") + "rehearse = true\n"));
    let hold = wait_for("the rehearsal", LONG, || live.sync("one").hold.filter(|h| h.picture.is_some()));
    let picture = hold.picture.unwrap();
    assert_eq!((hold.why, picture.sent.count, picture.deleted.count), (HoldWhy::Rehearsal, 4, 31));
    assert_eq!(picture.sent.bytes, Some(3));
    stays(|| count(&server.module()), &31);
    let said = home.says(&["rehearse", "one"], 0);
    assert!(said.contains("would send 4, 3 bytes: new/") && said.contains("would delete 31: strangers/"), "{said}");
    assert_eq!(count(&server.module()), 31);
    home.says(&["allow", "one"], 0);
    live.settle("one", &source);
    assert!(!server.module().join("strangers").exists());
}

#[test]
fn a_disk_that_is_to_be_mounted_and_is_not_is_waited_for_at_the_very_first_start() {
    if !inside("guards", "a_disk_that_is_to_be_mounted_and_is_not_is_waited_for_at_the_very_first_start") {
        return;
    }
    let (home, source, tree) = (Home::new(), Tree::new(), Tree::new());
    fill(source.path(), 3);
    let disks = ["one", "two"].map(|name| tree.at(name));
    let line = |disk: &std::path::PathBuf| format!("LABEL=x {} ext4 defaults,nofail 0 2\n", disk.display());
    disks.iter().for_each(|disk| fs::create_dir(disk).unwrap());
    // The test's own table, in its own namespace.
    tree.write("fstab", disks.iter().map(line).collect::<String>());
    namespace::mount(&["--bind", &tree.at("fstab").display().to_string()], Path::new("/etc/fstab"));
    let config = sync("in", source.path(), disks[0].to_str().unwrap(), "", "")
        + &sync("below", source.path(), disks[1].join("copy").to_str().unwrap(), "", "")
        + &sync("beside", source.path(), tree.at("one and only").to_str().unwrap(), "", "");
    let live = Live::start(&home, &config);
    for name in ["in", "below"] {
        live.problem(name, "target-not-mounted");
    }
    live.settle("beside", &source);
    stays(|| disks.each_ref().map(|disk| count(disk)), &[0, 0]);
    disks.iter().for_each(|disk| mount(disk));
    ["in", "below"].iter().for_each(|name| live.settle(name, &source));
    assert!(disks[0].join("f0").exists() && disks[1].join("copy/f0").exists());
}

#[test]
fn no_accident_at_an_end_becomes_a_deletion_and_no_bare_mount_point_is_filled() {
    if !inside("guards", "no_accident_at_an_end_becomes_a_deletion_and_no_bare_mount_point_is_filled") {
        return;
    }
    let (home, tree) = (Home::new(), Tree::new());
    let at = |name: &str| tree.at(name);
    // a: its source is unmounted; b: a mount inside its source; c: its target; d: its source is renamed, an empty one made.
    for point in ["a", "b/inner", "c-target"] {
        mount(&at(point));
    }
    let parts = ["a", "b", "b/inner", "c", "d"];
    parts.iter().for_each(|part| fill(&at(part), 30));
    let names = ["a", "b", "c", "d"];
    let target = |name: &str| at(&format!("{name}-target"));
    let config: String = names.iter().map(|n| sync(n, &at(n), target(n).to_str().unwrap(), "", "")).collect();
    let live = Live::start(&home, &config);
    live.up();
    let counts = || names.map(|name| count(&target(name)));
    assert_eq!(counts(), [30, 61, 30, 30]);
    unmount(&at("a"));
    unmount(&at("b/inner"));
    unmount(&at("c-target"));
    fs::rename(at("d"), at("d-was")).unwrap();
    fs::create_dir(at("d")).unwrap();
    fs::write(at("c/new"), "x").unwrap();
    // Everything is asked for, so that nothing stays undone only because nobody looked.
    home.says(&["sync"], 0);
    for (name, code) in [("b", "source-mount-gone"), ("c", "target-replaced")] {
        live.problem(name, code);
    }
    for name in ["a", "d"] {
        wait_for("a hold", LONG, || (live.sync(name).phase == Phase::Held).then_some(()));
    }
    stays(counts, &[30, 61, 0, 30]);
    // What was there comes back, and each goes on by itself.
    mount(&at("b/inner"));
    fill(&at("b/inner"), 30);
    fs::remove_dir(at("d")).unwrap();
    fs::rename(at("d-was"), at("d")).unwrap();
    fs::write(at("d/later"), "x").unwrap();
    wait_for("the renamed source", LONG * 2, || target("d").join("later").exists().then_some(()));
    home.says(&["sync", "b"], 0);
    wait_for("the inner mount", LONG, || (live.sync("b").problem.is_none()).then_some(()));
    assert_eq!(count(&target("b")), 61);
    assert_eq!(count(&target("c")), 0, "its mount point stays bare");
}

#[test]
fn a_disk_inside_the_source_is_not_unmounted_under_a_full_pass() {
    if !inside("guards", "a_disk_inside_the_source_is_not_unmounted_under_a_full_pass") {
        return;
    }
    let (home, tree, server) = (Home::new(), Tree::new(), Rsyncd::start(&RsyncdOptions::default()));
    let disk = tree.at("source/z");
    mount(&disk);
    fill(&disk, 20);
    let config = |rsync: &str| sync("one", &tree.at("source"), &server.url(), "", rsync);
    let live = Live::start(&home, &config(""));
    live.up();
    let there = || count(&server.module().join("z"));
    assert_eq!(there(), 20);
    live.end();
    // Most of a minute, before it comes to the disk.
    fs::write(tree.at("source/a"), vec![b'x'; 5_000_000]).unwrap();
    let live = Live::start(&home, &config("bwlimit = 100\nwhole_file = true\n"));
    wait_for("the pass", LONG, || live.log().contains("--bwlimit=100").then_some(()));
    let unmounts = || Command::new("umount").arg(&disk).status().unwrap().success();
    stays(unmounts, &false);
    live.signal(rustix::process::Signal::KILL);
    drop(live);
    let live = Live::start(&home, &config(""));
    let large = || fs::metadata(server.module().join("a")).is_ok_and(|found| found.len() == 5_000_000);
    wait_for("the large file", LONG, || large().then_some(()));
    assert_eq!(there(), 20);
    // At rest nothing holds it, and a disk that is gone is no deletion.
    wait_for("the unmount", LONG, || unmounts().then_some(()));
    home.says(&["sync"], 0);
    wait_for("the hold", LONG, || live.sync("one").problem.filter(|p| p.code == "source-mount-gone"));
    assert_eq!(there(), 20);
}
