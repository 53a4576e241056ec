//! A large first pass goes in parts: how far it is is told, live changes go on beside it, and it can be broken off and taken up.

use std::fs;
use std::process::Command;

use rustix::process::Signal;
use serde_json::Value;

use crate::common::wait_for;
use crate::support::{LONG, World};

/// Three directories, each too large to go together with another, all too large to go as one: 31,566 entries.
fn large(world: &World) {
    for top in ["a", "b", "c"] {
        for dir in 0..20 {
            let dir = world.source.at(format!("{top}/{dir}"));
            fs::create_dir_all(&dir).unwrap();
            for file in 0..525 {
                fs::write(dir.join(file.to_string()), [b'x'; 500]).unwrap();
            }
        }
    }
    world.source.write("f", "1");
}

/// So slow that each of them takes some seconds.
const SLOW: &str = "bwlimit = 1000, whole_file = true,";

fn pass(world: &World) -> Option<Value> {
    Some(world.home.syncs().first()?["pass"].clone()).filter(Value::is_object)
}

/// Waits until so many parts are done, while the pass is under way.
fn parts_done(world: &World, wanted: u64) -> Value {
    wait_for("the parts", 3 * LONG, || pass(world).filter(|pass| pass["parts_done"].as_u64() >= Some(wanted)))
}

fn over(world: &World) {
    wait_for("the end of the pass", 3 * LONG, || {
        let syncs = world.home.syncs();
        (syncs.first()?["last_pass_ms"].is_i64() && syncs[0]["pass"].is_null()).then_some(())
    });
}

#[test]
fn a_large_pass_tells_how_far_it_is_lets_live_changes_by_and_is_paused_killed_and_made() {
    let world = World::new();
    large(&world);
    fs::create_dir_all(world.server.module().join("b/0")).unwrap();
    for stranger in ["stranger", "b/stranger", "b/0/stranger"] {
        fs::write(world.server.module().join(stranger), "s").unwrap();
    }
    let daemon = world.home.start(&["-log", "Exec", &world.configure("", "maxProcesses = 2,", SLOW)]);
    let seen = parts_done(&world, 1);
    assert_eq!(seen["parts_total"], 4, "{seen}");
    assert!(seen["files_total"].as_u64() >= Some(31_500), "{seen}");
    let moving = |pass: &Value| pass["bytes"].as_u64() > Some(100_000) && pass["bytes_per_second"].as_u64() > Some(0);
    wait_for("the rate", LONG, || pass(&world).filter(moving));
    wait_for("the time left", LONG, || pass(&world).filter(|pass| pass["seconds_left"].is_u64()));
    let told = world.home.says(&["status"], 0);
    assert!(told.contains(" of 4 parts, ") && told.contains(" sent, "), "{told}");
    // A live change arrives while the pass goes on.
    world.source.write("f", "live");
    wait_for("the live change", LONG, || (fs::read(world.server.module().join("f")).ok()? == b"live").then_some(()));
    assert!(world.home.syncs()[0]["last_pass_ms"].is_null(), "before the pass is over");
    // A pause ends the part; what was done stays done.
    let before = pass(&world).unwrap()["parts_done"].clone();
    world.home.says(&["pause"], 0);
    wait_for("the end of the part", LONG, || (world.home.status()?["status"]["running"] == 0).then_some(()));
    let paused = pass(&world).unwrap();
    assert!(paused["parts_done"].as_u64() >= before.as_u64() && paused["parts_done"].as_u64() < Some(4), "{paused}");
    assert_eq!(world.home.syncs()[0]["problem"], Value::Null);
    world.home.says(&["resume"], 0);
    parts_done(&world, 2);
    // Killed, it begins anew: nobody saw what changed meanwhile.
    daemon.signal(Signal::KILL);
    drop(daemon);
    wait_for("its children to be gone", LONG, || world.home.processes().is_empty().then_some(()));
    assert!(world.arrived("a/0/0"));
    world.source.write("a/0/0", "changed while it was down");
    let daemon = world.home.start(&["-log", "Exec", &world.configure("", "maxProcesses = 2,", "")]);
    over(&world);
    world.settle();
    assert_eq!(daemon.count("the last stop was not clean: everything is compared"), 1);
    for stranger in ["stranger", "b/stranger", "b/0/stranger"] {
        assert!(!world.arrived(stranger), "{stranger}");
    }
    daemon.end();
}

#[test]
fn after_a_clean_stop_without_a_first_pass_only_the_rest_is_made() {
    let world = World::new();
    large(&world);
    let daemon = world.home.start(&["-log", "Exec", &world.configure("", "", SLOW)]);
    parts_done(&world, 2);
    daemon.end();
    // What is taken away there is found only by what goes over it again.
    assert!(world.arrived("a/0/0") && !world.arrived("c/19/524"));
    fs::remove_file(world.server.module().join("a/0/0")).unwrap();
    let daemon = world.home.start(&["-log", "Exec", &world.configure("", "init = false,", SLOW)]);
    let seen = parts_done(&world, 2);
    assert_eq!(seen["parts_total"], 4, "{seen}");
    over(&world);
    assert!(world.arrived("c/19/524") && !world.arrived("a/0/0"), "{}", daemon.log());
    world.home.says(&["sync"], 0);
    world.settle();
    daemon.end();
    let left = Command::new("find").arg(world.server.module()).args(["-name", ".*.??????"]).output().unwrap();
    assert!(left.stdout.is_empty(), "{}", String::from_utf8_lossy(&left.stdout));
}
