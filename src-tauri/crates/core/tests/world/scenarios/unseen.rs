//! Writes that neither size nor time shows: whatever a run may have sent of a path, also one that broke off, and whatever stood
//! there when it was looked at, the next write to it is compared by checksum.

use std::time::Duration;

use driftless_core::change::Kind;
use driftless_core::facts::{FileKind, Look};
use driftless_core::plan::SyncPlan;

use crate::stage::{Stage, code, ok, path, refused, sync};

/// Changes go at once, so that all of this happens within the two seconds in which a time says something.
fn hasty() -> Stage {
    Stage::at_rest(vec![SyncPlan { delay: Duration::ZERO, ..sync("a") }])
}

/// `f` is a file from now on, just written; later looks find it with this time.
fn written(stage: &mut Stage) {
    let file = stage.found(FileKind::File);
    stage.looks.insert(path("f"), file);
}

#[test]
fn a_rewrite_after_a_run_that_broke_off_is_compared_by_checksum() {
    let mut stage = hasty();
    written(&mut stage);
    stage.write("a", "f");
    assert!(!stage.begun[0].has("-c"));
    // It came to nothing, as far as anybody here knows; `f` may stand at the target.
    stage.end(code(12));
    stage.write("a", "f");
    stage.serve(300.0, |_| ok());
    assert!(stage.begun[1..].iter().all(|run| run.what() == "f" && run.has("-c")) && stage.begun.len() == 2);
}

#[test]
fn what_never_reached_the_target_is_not_read_twice() {
    let mut stage = hasty();
    written(&mut stage);
    stage.write("a", "f");
    stage.end(refused());
    stage.write("a", "f");
    stage.serve(600.0, |_| ok());
    assert!(stage.begun.len() == 2 && stage.begun.iter().all(|run| !run.has("-c")));
}

#[test]
fn what_was_something_else_when_it_was_looked_at_may_have_been_sent_as_a_file() {
    for kind in [FileKind::Symlink, FileKind::Special, FileKind::Dir] {
        let mut stage = hasty();
        let before = stage.found(kind);
        stage.looks.insert(path("f"), before);
        stage.change("a", if kind == FileKind::Dir { "f/" } else { "f" }, Kind::Attrib);
        assert_eq!(stage.runs(), ["a: f"]);
        stage.pass(0.1);
        // The run found a file there and sent it; then it is written again, and keeps its time.
        written(&mut stage);
        stage.pass(0.1);
        stage.end(ok());
        stage.write("a", "f");
        assert!(stage.runs() == ["a: f"] && stage.begun[1].has("-c"), "{kind:?}");
    }
}

#[test]
fn another_name_of_a_file_was_sent_too() {
    let mut stage = hasty();
    let Look::Found(mut found) = stage.found(FileKind::File) else { panic!("found") };
    // A time to come: nothing but the look tells of it.
    found.mtime_ns += 1_000_000_000;
    let alone = found.clone();
    found.links = vec![path("link")];
    stage.looks.insert(path("f"), Look::Found(found));
    stage.looks.insert(path("link"), Look::Found(alone));
    stage.write("a", "f");
    assert_eq!(stage.runs(), ["a: f link"]);
    stage.end(ok());
    stage.write("a", "link");
    assert!(stage.runs() == ["a: link"] && stage.begun[1].has("-c"));
}
