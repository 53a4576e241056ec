//! The kind direct with its own faults: a target that is full, read-only or gone, and what must not start a child.

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::process::Command;

use driftless_core::view::Health;

use crate::common::{Tree, assert_equal, wait_for};
use crate::live::{Live, sync_direct};
use crate::namespace::inside;
use crate::support::{Home, LONG};

/// Runs of rsync that were announced without our own copying before them.
fn children(live: &Live<'_>) -> usize {
    live.log().lines().filter(|l| l.contains(" Exec: ") && !l.contains("paths without a child")).count()
}

#[test]
fn single_changes_start_no_child_and_bring_all_of_an_entry() {
    let (home, source, target) = (Home::new(), Tree::new(), Tree::new());
    source.mkdir("dir");
    source.write("dir/old", "x");
    let live = Live::start(&home, &sync_direct("one", source.path(), &target.word(), "", ""));
    live.up();
    let before = children(&live);
    source.write("dir/file", "content");
    source.chmod("dir/file", 0o640);
    source.chmod("dir/old", 0o600);
    symlink("dir/file", source.at("link")).unwrap();
    live.settle("one", &source);
    assert_equal(source.path(), &target.word(), &["-lptgoD"]);
    let of = |tree: &Tree, name: &str| {
        let meta = fs::symlink_metadata(tree.at(name)).unwrap();
        (meta.mode(), meta.mtime(), meta.mtime_nsec())
    };
    for name in ["dir/file", "dir/old", "dir", "link"] {
        assert_eq!(of(&source, name), of(&target, name), "{name}");
    }
    fs::remove_file(source.at("dir/old")).unwrap();
    live.settle("one", &source);
    assert!(!target.at("dir/old").exists());
    assert_eq!(children(&live), before, "{}", live.log());
}

#[test]
fn root_the_owner_follows_without_a_child() {
    let (home, source, target) = (Home::new(), Tree::new(), Tree::new());
    source.write("dir/old", "x");
    let live = Live::start(&home, &sync_direct("one", source.path(), &target.word(), "", ""));
    live.up();
    let before = children(&live);
    source.write("dir/file", "content");
    symlink("file", source.at("dir/link")).unwrap();
    let names = ["dir/file", "dir/link", "dir/old", "dir"];
    for owner in [1234, 4321] {
        for (at, name) in (0..).zip(names) {
            std::os::unix::fs::lchown(source.at(name), Some(owner + at), Some(owner + 7 * at)).unwrap();
        }
        live.settle("one", &source);
        for (at, name) in (0..).zip(names) {
            let meta = fs::symlink_metadata(target.at(name)).unwrap();
            assert_eq!((meta.uid(), meta.gid()), (owner + at, owner + 7 * at), "{name}");
        }
    }
    assert_equal(source.path(), &target.word(), &["-lptgoD"]);
    assert_eq!(children(&live), before, "{}", live.log());
}

#[test]
fn a_directory_renamed_over_an_empty_one_takes_its_place() {
    let (home, source, target) = (Home::new(), Tree::new(), Tree::new());
    for dir in ["full", "empty"] {
        source.mkdir(dir);
    }
    source.write("full/f", "x");
    let live = Live::start(&home, &sync_direct("one", source.path(), &target.word(), "", ""));
    live.up();
    fs::rename(source.at("full"), source.at("empty")).unwrap();
    live.settle("one", &source);
    assert_equal(source.path(), &target.word(), &["-lptgoD"]);
    assert!(target.at("empty/f").is_file() && !target.at("empty/full").exists() && !target.at("full").exists());
}

fn tmpfs(options: &str, at: &Tree) {
    let done = Command::new("mount").args(["-t", "tmpfs", "-o", options, "none"]).arg(at.path()).status();
    assert!(done.unwrap().success(), "tmpfs cannot be mounted");
}

#[test]
fn a_target_that_is_full_or_read_only_or_gone_is_told_as_that_and_filled_when_it_can_be() {
    if !inside("direct", "a_target_that_is_full_or_read_only_or_gone_is_told_as_that_and_filled_when_it_can_be") {
        return;
    }
    let (home, source, target) = (Home::new(), Tree::new(), Tree::new());
    tmpfs("size=1m", &target);
    source.write("fits", "1");
    let live = Live::start(&home, &sync_direct("one", source.path(), &target.word(), "", ""));
    live.up();
    source.write("large", vec![7; 3_000_000]);
    live.problem("one", "target-full");
    assert_eq!(live.sync("one").health, Health::Attention);
    tmpfs("remount,size=9m", &target);
    live.settle("one", &source);
    assert_equal(source.path(), &target.word(), &["-lptgoD"]);
    let hidden = |e: fs::DirEntry| e.file_name().as_encoded_bytes().starts_with(b".");
    assert!(!fs::read_dir(target.path()).unwrap().flatten().any(hidden), "what was begun is gone");
    assert_eq!(fs::metadata(target.at("large")).unwrap().permissions().mode() & 0o777, 0o644);

    tmpfs("remount,ro", &target);
    source.write("later", "2");
    live.problem("one", "target-read-only");
    tmpfs("remount,rw", &target);
    live.settle("one", &source);
    assert!(target.at("later").exists());

    assert!(Command::new("umount").arg("--lazy").arg(target.path()).status().unwrap().success());
    source.write("unplugged", "3");
    wait_for("the hold", LONG, || live.sync("one").problem.filter(|p| p.code == "target-replaced"));
    assert_eq!(fs::read_dir(target.path()).unwrap().count(), 0, "the bare mount point stays bare");
}
