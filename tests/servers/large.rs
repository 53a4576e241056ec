//! A file above `batchSizeLimit` goes by itself, and what is small does not wait for it.

use std::fs;

use rustix::process::Signal;

use crate::common::wait_for;
use crate::support::{LONG, World};

#[test]
fn what_is_small_does_not_wait_for_a_large_file() {
    let world = World::new();
    world.source.write("small", "0");
    let keys = "maxProcesses = 2, batchSizeLimit = 100000,";
    let daemon = world.start("", keys, "bwlimit = 100, whole_file = true,");
    let arrives = |text: &str| {
        let there = || fs::read(world.server.module().join("small")).is_ok_and(|found| found == text.as_bytes());
        wait_for(text, LONG, || there().then_some(()));
    };
    // Most of a minute.
    fs::write(world.source.at("large"), vec![b'x'; 5_000_000]).unwrap();
    for text in ["with it", "behind it, while it goes"] {
        world.source.write("small", text);
        arrives(text);
        assert!(!world.arrived("large"), "{}", daemon.log());
    }
    // Not to wait for the rest of that minute.
    daemon.signal(Signal::KILL);
    drop(daemon);
    let daemon = world.start("", keys, "");
    world.settle();
    assert_eq!(fs::metadata(world.server.module().join("large")).unwrap().len(), 5_000_000);
    daemon.end();
}

#[test]
fn a_large_file_that_moves_to_another_folder_is_moved_there() {
    let world = World::new();
    world.source.write("from/small", "0");
    world.source.write("to/small", "0");
    fs::write(world.source.at("from/large"), vec![b'x'; 5_000_000]).unwrap();
    let daemon = world.start("", "maxProcesses = 2, batchSizeLimit = 100000,", "");
    world.settle();
    fs::rename(world.source.at("from/large"), world.source.at("to/large")).unwrap();
    world.source.write("from/small", "changed");
    wait_for("the new name", LONG, || (world.arrived("to/large") && !world.arrived("from/large")).then_some(()));
    world.settle();
    assert_eq!(daemon.count("Moving /from/large -> /to/large"), 1, "{}", daemon.log());
    daemon.end();
}
