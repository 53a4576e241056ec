//! Files above `batchSizeLimit`: each in a run of its own, and what is small does not wait for them.

use driftless_core::facts::{FileKind, Look};
use driftless_core::plan::SyncPlan;

use crate::stage::{Stage, ok, path, sync, without};

fn begun(max_processes: usize) -> Stage {
    Stage::at_rest(vec![SyncPlan { max_processes, batch_size_limit: Some(10), ..sync("a") }])
}

fn large(stage: &mut Stage, name: &str, size: u64) {
    let Look::Found(found) = stage.found(FileKind::File) else { unreachable!("a file was asked for") };
    stage.looks.insert(path(name), Look::Found(driftless_core::facts::Found { size, ..found }));
    stage.write("a", name);
}

#[test]
fn each_large_file_goes_by_itself_behind_the_small_ones() {
    let mut stage = begun(2);
    large(&mut stage, "big1", 11);
    large(&mut stage, "big2", 1 << 40);
    large(&mut stage, "just", 10);
    stage.write("a", "small");
    stage.pass(6.0);
    assert_eq!(stage.runs(), ["a: just small"]);
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: big1"], "and one place stays free");
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: big2"]);
    stage.end(ok());
    stage.pass(600.0);
    assert_eq!(stage.begun(), ["a: just small", "a: big1", "a: big2"]);
}

#[test]
fn what_is_small_does_not_wait_for_what_is_large() {
    let mut stage = begun(3);
    for name in ["big1", "big2", "big3"] {
        large(&mut stage, name, 100);
    }
    stage.pass(6.0);
    assert_eq!(stage.runs(), ["a: big1", "a: big2"]);
    stage.write("a", "small");
    stage.pass(6.0);
    assert_eq!(stage.runs(), ["a: big1", "a: big2", "a: small"]);
    stage.end_of("a", ok());
    assert!(stage.runs().contains(&"a: big3".to_owned()), "{:?}", stage.runs());
}

#[test]
fn a_large_file_that_comes_alone_goes_at_once_and_one_that_failed_alone_again() {
    let mut stage = begun(2);
    large(&mut stage, "big", 11);
    stage.pass(6.0);
    assert_eq!(stage.runs(), ["a: big"]);
    stage.end(without(&["big"]));
    // It failed as it went with nothing else, and is not known to be large: whatever it goes with, the next look tells.
    large(&mut stage, "other", 11);
    stage.pass(600.0);
    stage.serve(600.0, |_| ok());
    assert_eq!(stage.begun(), ["a: big", "a: other", "a: big"]);
}

#[test]
fn a_large_file_that_changes_on_its_way_goes_again_by_itself() {
    let mut stage = begun(2);
    large(&mut stage, "big", 11);
    stage.write("a", "small");
    stage.pass(6.0);
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: big"]);
    large(&mut stage, "big", 12);
    stage.write("a", "small");
    stage.pass(6.0);
    assert_eq!(stage.runs(), ["a: big", "a: small"]);
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), ["a: small", "a: big", "a: small", "a: big"]);
}

#[test]
fn without_the_key_all_go_together() {
    let mut stage = Stage::at_rest(vec![SyncPlan { max_processes: 2, ..sync("a") }]);
    large(&mut stage, "big", 1 << 40);
    stage.write("a", "small");
    stage.pass(6.0);
    assert_eq!(stage.runs(), ["a: big small"]);
}
