//! The daemon is killed in the middle of its work, and started again over what changed meanwhile.

use std::fs;
use std::time::Duration;

use rustix::process::Signal;

use crate::common::{Tree, wait_for};
use crate::support::{Daemon, LONG, World};

/// Kills it as the kernel does when memory is short; what it had started goes with it.
fn kill(world: &World, daemon: Daemon<'_>) {
    daemon.signal(Signal::KILL);
    drop(daemon);
    wait_for("its children to be gone", LONG, || world.home.processes().is_empty().then_some(()));
}

/// What is noted of the one sync, as text.
fn record(world: &World) -> String {
    let files = fs::read_dir(world.home.at("state/driftless/record")).into_iter().flatten().flatten();
    let files = files.filter(|e| e.path().extension().is_some_and(|x| x == "record"));
    files.map(|e| String::from_utf8_lossy(&fs::read(e.path()).unwrap_or_default()).into_owned()).collect()
}

#[test]
fn killed_in_the_middle_of_a_run_it_brings_everything_over_after_the_next_start() {
    let world = World::new();
    world.source.write("dir/old", "x");
    world.source.write("dir/stays", "x");
    let daemon = world.start("", "", "");
    world.settle();
    // A run that takes long, and changes that wait behind it.
    kill(&world, daemon);
    let slow = world.configure("", "init = false,", "bwlimit = 200, whole_file = true,");
    let daemon = world.home.start(&[&slow]);
    world.settle();
    world.source.write("big", vec![7; 3_000_000]);
    wait_for("the run", LONG, || (world.home.status()?["status"]["running"] == 1).then_some(()));
    world.source.write("dir/waits", "y");
    world.source.remove("dir/old");
    kill(&world, daemon);
    assert!(!world.arrived("dir/waits") && world.arrived("dir/old"));
    world.source.write("dir/while it was down", "z");
    world.source.write("dir/stays", "2");
    let daemon = world.home.start(&["-log", "Exec", &world.configure("", "init = false,", "")]);
    world.settle();
    assert!(daemon.log().contains("the last stop was not clean: everything is compared"), "{}", daemon.log());
    daemon.end();
    // After a good end there is nothing to compare.
    let daemon = world.home.start(&[&world.configure("", "init = false,", "")]);
    wait_for("the watches", LONG, || (world.home.syncs()[0]["phase"] == "idle").then_some(()));
    world.source.write("dir/waits", "now");
    world.settle();
    assert_eq!(daemon.passes(), 3, "the console has all that was ever said in it");
    daemon.end();
}

#[test]
fn under_running_what_was_seen_going_goes_after_a_kill_and_strangers_stay() {
    let world = World::new();
    for name in ["gone", "moved", "kept"] {
        world.source.write(format!("d/{name}"), name);
    }
    let words = "delete = 'running', delay = 600,";
    let daemon = world.start("", words, "");
    fs::write(world.server.module().join("d/stranger"), "s").unwrap();
    world.source.remove("d/gone");
    fs::rename(world.source.at("d/moved"), world.source.at("d/there")).unwrap();
    wait_for("the record", LONG, || {
        let noted = record(&world);
        (noted.contains("d/gone") && noted.contains("d/moved")).then_some(())
    });
    kill(&world, daemon);
    assert!(world.arrived("d/gone") && world.arrived("d/moved"));
    let daemon = world.home.start(&[&world.configure("", "delete = 'running',", "")]);
    wait_for("the removals", LONG, || (!world.arrived("d/gone") && !world.arrived("d/moved")).then_some(()));
    wait_for("the move's other end", LONG, || world.arrived("d/there").then_some(()));
    assert!(world.arrived("d/stranger") && world.arrived("d/kept"));
    assert_eq!(world.home.syncs()[0]["may_remain"], true);
    wait_for("the record to forget", LONG, || record(&world).contains("settled").then_some(()));
    daemon.end();
}

#[test]
fn a_source_that_was_emptied_while_the_daemon_was_down_empties_nothing() {
    let world = World::new();
    for n in 0..20 {
        world.source.write(format!("f{n}"), "x");
    }
    let daemon = world.start("", "", "");
    world.settle();
    daemon.end();
    let away = Tree::new();
    for n in 0..20 {
        fs::rename(world.source.at(format!("f{n}")), away.at(format!("f{n}"))).unwrap();
    }
    let daemon = world.home.start(&[&world.configure("", "", "")]);
    wait_for("the hold", LONG, || (world.home.syncs()[0]["problem"]["code"] == "source-emptied").then_some(()));
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(fs::read_dir(world.server.module()).unwrap().count(), 20);
    world.home.says(&["allow", "Sync1"], 0);
    wait_for("the allowed removal", LONG, || (fs::read_dir(world.server.module()).unwrap().count() == 0).then_some(()));
    daemon.end();
}

#[test]
fn where_nothing_can_be_noted_it_is_said_and_everything_goes_on() {
    let world = World::new();
    world.source.write("file", "x");
    fs::create_dir_all(world.home.at("state/driftless")).unwrap();
    fs::write(world.home.at("state/driftless/record"), "in the way").unwrap();
    let daemon = world.start("", "", "");
    world.settle();
    assert_eq!(world.home.syncs()[0]["sight"][0]["code"], "record-unwritable");
    assert_eq!(daemon.count("nothing is remembered for the next start"), 1);
    daemon.end();
}
