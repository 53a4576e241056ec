//! What happens to a tree while it is mirrored, above all what comes in the middle of a run.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::common::{RsyncdOptions, Tree, wait_for};
use crate::support::{Daemon, LONG, World};

/// The two policies under which a target that begins equal stays so.
const BOTH: [&str; 2] = ["delete = true,", "delete = 'running',"];

#[test]
fn a_tree_moved_in_and_out_again() {
    for delete in BOTH {
        a_tree_moved_in_and_out_again_with(delete);
    }
}

fn a_tree_moved_in_and_out_again_with(delete: &str) {
    let world = World::new();
    // Beside the source, on its file system, as a move must be.
    let outside = Tree::new();
    for n in 0..20 {
        outside.write(format!("tree/d{n}/e/f{n}"), format!("content {n}"));
    }
    world.source.write("here", "x");
    let daemon = world.start("", delete, "");
    fs::rename(outside.at("tree"), world.source.at("tree")).unwrap();
    world.settle();
    // What came in is watched, down to the deepest.
    world.source.write("tree/d7/e/f7", "changed");
    world.source.mkdir("tree/d7/e/g");
    world.source.write("tree/d7/e/g/h", "new");
    world.settle();
    world.source.rename("tree/d7", "d7 elsewhere");
    world.source.write("d7 elsewhere/e/g/h", "after the move");
    world.settle();
    fs::rename(world.source.at("tree"), outside.at("tree")).unwrap();
    world.settle();
    assert!(!world.arrived("tree"));
    // What went out is not watched any more: no run for it, none before the next change here.
    let runs = daemon.count("Calling rsync");
    outside.write("tree/d3/e/f3", "nobody looks");
    outside.remove("tree/d4");
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(daemon.count("Calling rsync"), runs);
    assert_eq!(daemon.passes(), 1);
    daemon.end();
}

/// Makes something under this name.
type Make = fn(&Tree, &str);

#[test]
fn anything_becomes_anything() {
    for delete in BOTH {
        anything_becomes_anything_with(delete);
    }
}

fn anything_becomes_anything_with(delete: &str) {
    let world = World::new();
    let kinds: [(&str, Make); 5] = [
        ("file", |tree, path| tree.write(path, "a file")),
        ("empty", |tree, path| tree.mkdir(path)),
        ("tree", |tree, path| tree.write(format!("{path}/below/file"), "below")),
        ("link", |tree, path| tree.symlink("nowhere", path)),
        ("fifo", |tree, path| {
            let made = std::process::Command::new("mkfifo").arg(tree.at(path)).status().unwrap();
            assert!(made.success());
        }),
    ];
    for (from, make) in kinds {
        for (to, _) in kinds {
            make(&world.source, &format!("{from} to {to}"));
        }
    }
    let daemon = world.start("", delete, "");
    world.settle();
    for (from, _) in kinds {
        for (to, make) in kinds {
            let path = format!("{from} to {to}");
            world.source.remove(&path);
            make(&world.source, &path);
        }
    }
    world.settle();
    // Once more in one step, with something else moved into its place.
    world.source.write("aside/file", "x");
    world.source.write("other", "y");
    world.settle();
    world.source.remove("file to tree");
    world.source.rename("other", "file to tree");
    world.source.remove("tree to file");
    world.source.rename("aside", "tree to file");
    world.settle();
    daemon.end();
}

/// Two directories whose files are of one size and one time: only their content tells them apart.
fn twins(tree: &Tree) {
    let time = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_600_000_000);
    for (dir, content) in [("one", "aaaa"), ("two", "bbbb")] {
        for name in ["f", "sub/g"] {
            let path = format!("{dir}/{name}");
            tree.write(&path, content);
            File::options().write(true).open(tree.at(&path)).unwrap().set_modified(time).unwrap();
        }
    }
}

#[test]
fn two_directories_are_swapped() {
    for delete in BOTH {
        two_directories_are_swapped_with(delete);
    }
}

fn two_directories_are_swapped_with(delete: &str) {
    let world = World::new();
    twins(&world.source);
    let daemon = world.start("", delete, "");
    world.settle();
    for round in 0..4 {
        if round % 2 == 0 {
            world.source.rename("one", "aside");
            world.source.rename("two", "one");
            world.source.rename("aside", "two");
        } else {
            let (one, two) = (world.source.at("one"), world.source.at("two"));
            renameat_with(CWD, one, CWD, two, RenameFlags::EXCHANGE).unwrap();
        }
        world.settle();
    }
    // And two files.
    world.source.rename("one/f", "aside");
    world.source.rename("two/f", "one/f");
    world.source.rename("aside", "two/f");
    world.settle();
    daemon.end();
}

/// Bytes that compress badly, each call others.
fn noise(bytes: usize) -> Vec<u8> {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let words = std::iter::repeat_with(|| RandomState::new().build_hasher().finish().to_ne_bytes());
    words.flatten().take(bytes).collect()
}

#[test]
fn a_change_during_its_own_transfer_is_sent_again() {
    let world = World::new();
    let daemon = world.start("", "", "bwlimit = 1000,");
    world.source.write("big", noise(5_000_000));
    wait_for("the transfer", LONG, || (world.home.syncs()[0]["phase"] == "sending").then_some(()));
    // In the middle of it: the first part, which has been read already.
    std::thread::sleep(Duration::from_millis(700));
    let mut file = File::options().write(true).open(world.source.at("big")).unwrap();
    file.write_all(b"written while the transfer ran").unwrap();
    drop(file);
    assert_eq!(world.home.syncs()[0]["phase"], "sending", "the test was too slow to hit the transfer");
    world.settle();
    assert!(world.server.module().join("big").metadata().unwrap().len() == 5_000_000);
    let start = fs::read(world.server.module().join("big")).unwrap();
    assert!(start.starts_with(b"written while the transfer ran"));
    assert!(daemon.count("Calling rsync") >= 2);
    daemon.end();
}

#[test]
fn two_hundred_quick_rewrites_of_one_size() {
    let world = World::new();
    let daemon = world.start("", "delay = 0,", "");
    // Each file is written twice within a second and with one size; a run often falls between the two.
    for n in 0..200_u32 {
        world.source.write(format!("f{n}"), "old content");
        if let Some(before) = n.checked_sub(8) {
            world.source.write(format!("f{before}"), "new content");
        }
        std::thread::sleep(Duration::from_millis(15));
    }
    for n in 192..200 {
        world.source.write(format!("f{n}"), "new content");
    }
    world.settle();
    let lost = (0..200).filter(|n| fs::read(world.server.module().join(format!("f{n}"))).unwrap() != b"new content");
    assert_eq!(lost.count(), 0);
    assert!(daemon.count("Calling rsync") > 5, "no run fell between the two writes");
    assert_eq!(daemon.passes(), 1);
    daemon.end();
}

#[test]
fn what_vanishes_before_its_transfer_is_no_failure() {
    let world = World::new();
    world.source.write("stays", "x");
    let daemon = world.start("", "delay = 0,", "");
    for round in 0..30 {
        let names = [format!("file {round}"), format!("dir {round}")];
        world.source.write(&names[0], noise(20_000));
        world.source.write(format!("{}/deep/file", names[1]), noise(20_000));
        // Before the look, between look and run, during the run: wherever it falls.
        std::thread::sleep(Duration::from_millis(7 * (round % 9)));
        names.iter().for_each(|name| world.source.remove(name));
    }
    world.source.write("last", "x");
    world.settle();
    wait_for("rest", LONG, || (world.home.syncs()[0]["health"] == "synced").then_some(()));
    assert!(world.home.syncs()[0]["problem"].is_null());
    for bad in ["Retrying", "Partly", "not brought over", " Error: "] {
        assert_eq!(daemon.count(bad), 0, "{bad}:\n{}", daemon.log());
    }
    daemon.end();
}

fn linked(world: &World) {
    world.source.write("a", "one file");
    world.source.mkdir("d");
    for name in ["b", "d/c"] {
        fs::hard_link(world.source.at("a"), world.source.at(name)).unwrap();
    }
}

/// The kernel reports one name; all of them must have it.
fn write_through_one_name(world: &World, daemon: &Daemon<'_>) {
    for name in ["a", "d/c", "b"] {
        let mut file = File::options().append(true).open(world.source.at(name)).unwrap();
        writeln!(file, "through {name}").unwrap();
        drop(file);
        world.settle();
    }
    assert_eq!(daemon.passes(), 1);
}

#[test]
fn a_file_with_several_names_is_updated_under_all_of_them() {
    let world = World::new();
    linked(&world);
    let daemon = world.start("", "", "");
    write_through_one_name(&world, &daemon);
    daemon.end();
}

#[test]
fn hard_links_stay_links() {
    let world = World::new();
    linked(&world);
    let daemon = world.start("", "", "hard_links = true,");
    let links = || fs::metadata(world.server.module().join("a")).unwrap().nlink();
    assert_eq!(links(), 3);
    write_through_one_name(&world, &daemon);
    assert_eq!(links(), 3);
    fs::hard_link(world.source.at("a"), world.source.at("d/new name")).unwrap();
    world.settle();
    wait_for("the fourth name", LONG, || (links() == 4).then_some(()));
    daemon.end();
}

#[test]
fn every_inotify_mode_sends_closed_files_and_files_kept_open() {
    for mode in ["CloseWrite", "Modify", "CloseWrite or Modify"] {
        let world = World::new();
        let daemon = world.start(&format!("inotifyMode = '{mode}',"), "", "");
        world.source.write("closed", "x");
        let mut open = File::create(world.source.at("open")).unwrap();
        open.write_all(b"first").unwrap();
        world.settle();
        open.write_all(b", and more").unwrap();
        world.settle();
        world.source.write("closed", "y");
        world.settle();
        daemon.end();
    }
}

#[test]
fn programs_save_through_names_that_are_left_out() {
    for delete in BOTH {
        programs_save_through_names_that_are_left_out_with(delete);
    }
}

fn programs_save_through_names_that_are_left_out_with(delete: &str) {
    let world = World::new();
    world.source.write("letter", "first");
    world.source.write("d/kept", "x");
    let daemon = world.start("", &format!("exclude = {{ '.*', '*~', 'cache/' }}, {delete}"), "");
    let settle = || {
        let words = ["-a", "--exclude=.*", "--exclude=*~", "--exclude=cache/"];
        crate::support::settle(&world.source, &world.server.url(), &words, || ());
    };
    settle();
    for round in 0..5 {
        // As an editor saves: the old one becomes a backup, the new one is moved over it.
        world.source.write(".letter.swp", format!("round {round}"));
        fs::rename(world.source.at("letter"), world.source.at("letter~")).unwrap();
        world.source.rename(".letter.swp", "letter");
        // As a browser loads: a hidden name until all of it is there.
        world.source.write(format!(".load {round}.part"), noise(10_000));
        world.source.rename(format!(".load {round}.part"), format!("load {round}"));
        settle();
    }
    // From sent to left out and back; a folder with both kinds in it.
    world.source.rename("letter", ".letter");
    settle();
    assert!(!world.arrived("letter") && !world.arrived("letter~"));
    world.source.rename(".letter", "letter");
    world.source.write(".hidden/a", "x");
    world.source.write(".hidden/cache/b", "x");
    world.source.rename(".hidden", "shown");
    settle();
    assert!(world.arrived("shown/a") && !world.arrived("shown/cache"));
    world.source.rename("shown", "cache");
    settle();
    assert!(!world.arrived("shown") && !world.arrived("cache"));
    // The root itself.
    world.source.chmod("", 0o750);
    settle();
    assert_eq!(fs::metadata(world.server.module()).unwrap().mode() & 0o777, 0o750);
    world.source.chmod("", 0o755);
    settle();
    assert_eq!(daemon.passes(), 1);
    daemon.end();
}

#[test]
fn a_thousand_new_directories_are_all_seen() {
    let world = World::new();
    // A source in which nothing is left would hold everything.
    world.source.write("stays", "x");
    let daemon = world.start("", "delay = 0,", "");
    for n in 0..1_000 {
        world.source.write(format!("a{}/b{n}/c/d/file", n % 7), format!("{n}"));
    }
    world.settle();
    // Watched, too: each takes a change that nothing else would find.
    for n in (0..1_000).step_by(50) {
        world.source.write(format!("a{}/b{n}/c/d/file", n % 7), "changed");
    }
    world.settle();
    for top in 0..7 {
        world.source.remove(format!("a{top}"));
    }
    world.settle();
    assert_eq!(daemon.passes(), 1);
    daemon.end();
}

#[test]
fn a_module_for_one_connection_is_enough() {
    let world = World::with(&RsyncdOptions {
        module: &["max connections = 1", "munge symlinks = no"],
        ..RsyncdOptions::default()
    });
    for n in 0..5 {
        world.source.write(format!("d{n}/f"), "x");
    }
    let daemon = world.start("maxProcesses = 4,", "maxProcesses = 4, delay = 0,", "");
    let module = world.server.module();
    let settle = || crate::support::settle(&world.source, module.to_str().unwrap(), &["-a"], || ());
    settle();
    for round in 0..10 {
        // New, changed, removed: several runs one after the other.
        world.source.write(format!("d{}/f", round % 5), format!("round {round}"));
        world.source.write(format!("new {round}/deep/f"), "x");
        if round > 0 {
            world.source.remove(format!("new {}", round - 1));
        }
        std::thread::sleep(Duration::from_millis(60));
    }
    settle();
    wait_for("rest", LONG, || (world.home.syncs()[0]["health"] == "synced").then_some(()));
    daemon.end();
}
