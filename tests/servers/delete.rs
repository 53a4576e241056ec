//! What each `delete` removes at the target, and what `init = false` leaves out.

use std::fs;

use crate::common::wait_for;
use crate::support::{Daemon, World};

/// A target that holds a stranger, and a source with two files; started and equal but for the stranger.
fn started<'w>(world: &'w World, delete: &str) -> Daemon<'w> {
    fs::write(world.server.module().join("stranger"), "x").unwrap();
    fs::create_dir(world.server.module().join("dir")).unwrap();
    fs::write(world.server.module().join("dir/stranger"), "x").unwrap();
    for name in ["file", "moving", "dir/file", "tree/a/b"] {
        world.source.write(name, "content");
    }
    let daemon = world.start("", delete, "");
    assert!(world.arrived("file") && world.arrived("tree/a/b"));
    daemon
}

/// Removes, moves, and waits until a last change has arrived.
fn remove_some(world: &World) {
    world.source.remove("file");
    world.source.remove("tree");
    world.source.rename("moving", "moved");
    world.source.remove("dir/file");
    wait_for("the moved file", 30, || world.arrived("moved").then_some(()));
    world.source.write("last", "x");
    wait_for("the last change", 30, || world.arrived("last").then_some(()));
    wait_for("rest", 30, || (world.home.syncs()[0]["phase"] == "idle").then_some(()));
}

fn assert_there(world: &World, names: &[&str], there: bool) {
    for name in names {
        assert_eq!(world.arrived(name), there, "{name}");
    }
}

const STRANGERS: [&str; 2] = ["stranger", "dir/stranger"];
const REMOVED: [&str; 4] = ["file", "tree", "moving", "dir/file"];

#[test]
fn true_removes_at_the_start_and_later() {
    let world = World::new();
    let daemon = started(&world, "delete = true,");
    assert_there(&world, &STRANGERS, false);
    remove_some(&world);
    assert_there(&world, &REMOVED, false);
    world.settle();
    daemon.end();
}

#[test]
fn false_removes_nothing_ever() {
    let world = World::new();
    let daemon = started(&world, "delete = false,");
    remove_some(&world);
    assert_there(&world, &STRANGERS, true);
    assert_there(&world, &REMOVED, true);
    daemon.end();
}

#[test]
fn startup_removes_at_the_start_only() {
    let world = World::new();
    let daemon = started(&world, "delete = 'startup',");
    assert_there(&world, &STRANGERS, false);
    remove_some(&world);
    assert_there(&world, &REMOVED, true);
    daemon.end();
}

#[test]
fn running_removes_later_only() {
    let world = World::new();
    let daemon = started(&world, "delete = 'running',");
    assert_there(&world, &STRANGERS, true);
    remove_some(&world);
    assert_there(&world, &STRANGERS, true);
    assert_there(&world, &REMOVED, false);
    // A folder that goes takes the stranger in it along, as the policy says of what is removed.
    world.source.remove("dir");
    wait_for("the folder's end", 30, || (!world.arrived("dir")).then_some(()));
    daemon.end();
}

#[test]
fn without_init_only_what_changes_is_sent() {
    let world = World::new();
    world.source.write("old", "x");
    world.source.write("dir/old", "x");
    let daemon = world.home.start(&[&world.configure("", "init = false,", "")]);
    wait_for("the watches", 30, || (world.home.syncs()[0]["phase"] == "idle").then_some(()));
    world.source.write("new", "y");
    world.source.write("dir/new", "y");
    world.source.write("made/deep/new", "y");
    for name in ["new", "dir/new", "made/deep/new"] {
        wait_for(name, 30, || world.arrived(name).then_some(()));
    }
    assert_there(&world, &["old", "dir/old"], false);
    assert_eq!(daemon.passes(), 0);
    // Asked for, a pass brings the rest.
    world.home.says(&["sync"], 0);
    world.settle();
    daemon.end();
}
