//! What a batch sends, and what stays dirty after it.

use std::time::Duration;

use driftless_core::change::Kind;
use driftless_core::config::DeletePolicy;
use driftless_core::facts::{FileKind, Found, Look};
use driftless_core::plan::SyncPlan;
use driftless_core::view::Phase;

use super::one;
use crate::stage::{Stage, ok, path, sync};
use crate::tree::{Kind as NodeKind, Node};
use crate::world::{World, plan};

#[test]
fn a_change_made_while_its_own_transfer_runs_is_transferred_again() {
    let mut stage = one();
    stage.write("a", "f");
    stage.pass(5.0);
    assert_eq!(stage.runs(), ["a: f"]);
    stage.pass(1.0);
    stage.write("a", "f");
    assert_eq!(stage.status("a").waiting, 1);
    stage.end(ok());
    assert_eq!(stage.status("a").waiting, 1, "what came in meanwhile still waits");
    stage.pass(60.0);
    assert_eq!(stage.runs(), ["a: f"]);
    stage.end(ok());
    assert_eq!((stage.status("a").waiting, stage.status("a").phase), (0, Phase::Idle));
}

#[test]
fn a_path_on_its_way_is_not_sent_a_second_time_at_once() {
    let mut busy = sync("a");
    busy.max_processes = 4;
    let mut stage = Stage::at_rest(vec![busy]);
    for related in ["d/f", "d", "d/f/deep"] {
        stage.write("a", "d/f");
        stage.pass(5.0);
        stage.write("a", related);
        stage.write("a", "other");
        stage.pass(30.0);
        assert_eq!(stage.runs(), ["a: d/f", "a: other"], "{related}");
        stage.end(ok());
        assert_eq!(stage.runs(), ["a: other".to_owned(), format!("a: {related}")]);
        stage.end(ok());
        stage.end(ok());
    }
}

#[test]
fn two_events_of_one_path_make_one_entry_and_one_run() {
    let mut stage = one();
    for kind in [Kind::Create, Kind::Modify, Kind::Attrib, Kind::Modify] {
        stage.change("a", "f", kind);
    }
    assert_eq!(stage.status("a").waiting, 1);
    stage.serve(100.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f"]);
}

#[test]
fn a_same_size_rewrite_in_the_same_second_arrives() {
    let mut world = World::new(1, plan(DeletePolicy::Always, &[]));
    let node = |data, mtime_ns| Node { kind: NodeKind::File { data, size: 3 }, mtime_ns, mode: 0o644, ino: 9 };
    let file = path("f");
    let start = world.ns();
    world.source.put(&file, node(1, start), start);
    world.begin();
    world.rest();
    for data in 2..6 {
        // A nanosecond later, then with the very same time.
        let time = start + i128::from(data / 2);
        world.source.nodes.insert(file.clone(), node(data, time));
        world.tell(vec![(file.clone(), Kind::Modify, false)]);
        world.rest();
        assert_eq!(world.target.get(&file).map(|n| n.kind.clone()), Some(NodeKind::File { data, size: 3 }));
    }
}

#[test]
fn a_rewrite_that_keeps_a_time_which_only_the_run_saw_arrives() {
    for seed in 1..600 {
        let mut world = World::new(seed, plan(DeletePolicy::Always, &[]));
        world.plan.delay = Duration::ZERO;
        world.begin();
        world.rest();
        let write = |world: &mut World, data, mtime_ns| {
            let node = Node { kind: NodeKind::File { data, size: 3 }, mtime_ns, mode: 0o644, ino: 9 };
            world.source.put(&path("f"), node, mtime_ns);
            world.tell(vec![(path("f"), Kind::Modify, false)]);
        };
        // At some of these times the path was looked at, and not read yet; at others it was read, and not looked at anew.
        let wait = |world: &mut World| {
            for _ in 0..world.chance.below(8) {
                world.tick(Duration::from_millis(6));
            }
        };
        let first = world.ns();
        write(&mut world, 1, first);
        wait(&mut world);
        let second = world.ns();
        write(&mut world, 2, second);
        wait(&mut world);
        write(&mut world, 3, second);
        world.rest();
        assert_eq!(world.differences(false), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn a_file_that_comes_back_while_its_removal_runs_and_is_rewritten_at_the_same_time_arrives() {
    for seed in 1..600 {
        let mut world = World::new(seed, plan(DeletePolicy::Always, &[]));
        world.plan.delay = Duration::ZERO;
        let put = |world: &mut World, data, mtime_ns| {
            let node = Node { kind: NodeKind::File { data, size: 3 }, mtime_ns, mode: 0o644, ino: 9 };
            world.source.put(&path("f"), node, mtime_ns);
            world.tell(vec![(path("f"), Kind::Modify, false)]);
        };
        let wait = |world: &mut World| {
            for _ in 0..world.chance.below(8) {
                world.tick(Duration::from_millis(6));
            }
        };
        let first = world.ns();
        put(&mut world, 1, first);
        world.begin();
        world.rest();
        let gone = world.ns();
        world.remove(&path("f"), gone);
        wait(&mut world);
        let back = world.ns();
        put(&mut world, 2, back);
        wait(&mut world);
        put(&mut world, 3, back);
        world.rest();
        assert_eq!(world.differences(false), Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn rewrites_within_a_second_of_the_last_transfer_arrive() {
    for (seed, same_time) in (1..20).flat_map(|seed| [(seed, false), (seed, true)]) {
        let mut world = World::new(seed, plan(DeletePolicy::Always, &[]));
        world.plan.delay = Duration::ZERO;
        world.begin();
        world.rest();
        let to_the_second = 1_000 - world.now.wall_ms.rem_euclid(1_000);
        world.tick(Duration::from_millis(to_the_second as u64));
        let first = world.ns();
        for data in 1..4 {
            let at = if same_time { first } else { world.ns() };
            let node = Node { kind: NodeKind::File { data, size: 3 }, mtime_ns: at, mode: 0o644, ino: 9 };
            world.source.put(&path("f"), node, at);
            world.tell(vec![(path("f"), Kind::Modify, false)]);
            world.rest();
            assert_eq!(world.differences(false), Vec::<String>::new(), "seed {seed}");
        }
    }
}

#[test]
fn every_run_that_does_not_compare_checksums_compares_times_exactly() {
    let mut stage = one();
    stage.is_dir("d");
    stage.write("a", "f");
    stage.change("a", "d/", Kind::Create);
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun.len(), 2);
    assert!(stage.begun.iter().all(|r| r.has("--modify-window=-1")));
}

#[test]
fn what_took_the_place_of_something_else_is_compared_by_checksum() {
    let mut stage = one();
    stage.gone("new");
    stage.change("a", "new", Kind::Move(path("f")));
    stage.pass(5.0);
    assert!(
        stage.runs() == ["a: f"] && stage.begun[0].has("-c"),
        "a file moved over another brings its own times along"
    );

    // The deletion under way may have seen the old directory, the new one, or neither.
    let mut stage = Stage::at_rest(vec![SyncPlan { delete: DeletePolicy::Running, ..sync("a") }]);
    stage.gone("d");
    stage.change("a", "d/", Kind::Delete);
    stage.pass(5.0);
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Create);
    stage.end(ok());
    stage.pass(60.0);
    assert!(stage.runs() == ["a: d"] && stage.begun[1].has("-c") && stage.begun[1].has("--delete"));

    // So it is where that run failed, and what it was made for waits again.
    let mut stage = Stage::at_rest(vec![SyncPlan { delete: DeletePolicy::Running, ..sync("a") }]);
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Attrib);
    stage.pass(5.0);
    stage.change("a", "d/", Kind::Delete);
    stage.change("a", "d/", Kind::Create);
    stage.end(crate::stage::code(12));
    stage.pass(60.0);
    let again = &stage.begun[1];
    assert!(stage.runs() == ["a: d"] && ["-r", "-c", "--delete"].iter().all(|word| again.has(word)));
}

#[test]
fn a_file_whose_time_says_nothing_is_compared_by_checksum() {
    let mut stage = one();
    let old = Found { kind: FileKind::File, dev: 1, ino: 5, mtime_ns: 1, size: 1, links: Vec::new() };
    stage.looks.insert(path("restored"), Look::Found(old));
    stage.write("a", "fresh");
    stage.write("a", "restored");
    stage.pass(5.0);
    assert!(stage.runs() == ["a: fresh"] && !stage.begun[0].has("-c"));
    stage.end(ok());
    assert!(stage.runs() == ["a: restored"] && stage.begun[1].has("-c"));
}

#[test]
fn a_file_that_vanishes_before_its_transfer_is_no_failure() {
    let mut stage = one();
    stage.change("a", "f", Kind::Create);
    stage.gone("f");
    stage.pass(5.0);
    assert!(stage.runs() == ["a: f"] && stage.begun[0].has("--delete-missing-args"));
    stage.end(ok());
    assert_eq!((stage.problem("a"), stage.status("a").waiting), (None, 0));
}

#[test]
fn a_file_that_vanishes_while_rsync_works_is_no_failure() {
    let mut stage = one();
    stage.write("a", "f");
    stage.pass(5.0);
    stage.end(crate::stage::code(24));
    assert_eq!((stage.problem("a"), stage.status("a").waiting), (None, 0));
}

#[test]
fn a_path_that_cannot_be_looked_at_is_never_taken_for_gone() {
    let mut stage = one();
    stage.looks.insert(path("f"), Look::Error(5));
    stage.change("a", "f", Kind::Delete);
    stage.serve(3_600.0, |_| ok());
    assert!(stage.begun().is_empty());
    assert_eq!((stage.status("a").waiting, stage.problem("a").as_deref()), (1, Some("source-unreadable")));
    stage.looks.clear();
    stage.serve(3_600.0, |_| ok());
    assert_eq!((stage.begun(), stage.problem("a")), (vec!["a: f".to_owned()], None));
}

#[test]
fn a_directory_removed_and_made_again_is_sent_whole_by_checksum() {
    let mut stage = one();
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Delete);
    stage.change("a", "d/", Kind::Create);
    stage.pass(5.0);
    assert_eq!(stage.runs(), ["a: d"]);
    let run = &stage.begun[0];
    assert!(run.has("-r") && run.has("-c") && run.has("--delete"));
}

#[test]
fn delete_and_create_of_one_path_keep_their_order() {
    let mut busy = sync("a");
    busy.max_processes = 4;
    let mut stage = Stage::at_rest(vec![busy]);
    stage.gone("f");
    stage.change("a", "f", Kind::Delete);
    stage.pass(5.0);
    assert!(stage.begun[0].has("--delete-missing-args"));
    stage.looks.clear();
    stage.change("a", "f", Kind::Create);
    stage.pass(60.0);
    assert_eq!(stage.runs(), ["a: f"], "the new one waits for the deletion");
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: f"]);
    assert!(!stage.begun[1].has("--delete-missing-args"));
}

#[test]
fn excluded_names_are_never_listed_and_their_parents_time_follows() {
    let mut world = World::new(3, plan(DeletePolicy::Always, &["*.keep", "cache/"]));
    world.begin();
    for name in ["d", "d/cache"] {
        let at = world.ns();
        world.make_dir(&path(name), at);
    }
    world.rest();
    let at = world.ns() + 5_000_000_000;
    world.write(&path("d/x.keep"), at);
    world.write(&path("d/cache/f"), at);
    world.rest();
    assert!(world.target.below(&path("d")).is_empty());
    assert_eq!(world.target.get(&path("d")).map(|n| n.mtime_ns), Some(at));
    assert!(world.differences(false).is_empty());
}

#[test]
fn nothing_is_sent_for_a_change_inside_what_is_excluded() {
    let excluding = crate::world::plan(DeletePolicy::Always, &["*.o", "cache/"]);
    let mut stage = Stage::at_rest(vec![SyncPlan { matcher: excluding.matcher, ..sync("a") }]);
    stage.write("a", "d/x.o");
    stage.write("a", "cache/f");
    stage.serve(60.0, |_| ok());
    assert!(stage.begun().is_empty());
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn every_run_of_a_batch_carries_the_filters() {
    let excluding = crate::world::plan(DeletePolicy::Always, &["*.o"]).matcher;
    let words = excluding.words().to_vec();
    let mut stage = Stage::at_rest(vec![SyncPlan { matcher: excluding, ..sync("a") }]);
    stage.gone("gone");
    stage.is_dir("made");
    stage.is_dir("anew");
    stage.write("a", "f");
    for (name, kind) in
        [("gone/", Kind::Delete), ("made/", Kind::Create), ("anew/", Kind::Delete), ("anew/", Kind::Create)]
    {
        stage.change("a", name, kind);
    }
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun.len(), 4);
    for run in &stage.begun {
        assert!(!words.is_empty() && words.iter().all(|w| run.has(w)), "{}", run.what());
        // rsync enters `./` by its name, which may lead elsewhere by then.
        assert!(run.has(".") && !run.has("./"), "{}", run.what());
    }
}

#[test]
fn what_waited_for_a_run_goes_when_it_ends() {
    let mut stage = Stage::at_rest(vec![SyncPlan { max_processes: 3, ..sync("a") }]);
    stage.is_dir("d");
    stage.change("a", "d/", Kind::Create);
    stage.pass(5.0);
    for name in ["d/f", "d/sub/g", "d/h"] {
        stage.write("a", name);
    }
    stage.pass(60.0);
    assert_eq!(stage.runs(), ["a: d"]);
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: d/f d/h d/sub/g"]);
}

#[test]
fn a_directory_whose_time_a_longer_run_put_back_is_listed_once_more() {
    for comes in [true, false] {
        let mut stage = Stage::at_rest(vec![SyncPlan { max_processes: 3, ..sync("a") }]);
        stage.is_dir("d");
        stage.write("a", "d/large");
        stage.pass(5.0);
        stage.change("a", "d/small", if comes { Kind::Create } else { Kind::Modify });
        stage.pass(5.0);
        let small = stage.running.values().find(|run| run.what() == "d/small").cloned().expect("beside it");
        stage.end_run(&small, ok());
        // It sets the time that the directory had when it began.
        stage.end(ok());
        stage.serve(60.0, |_| ok());
        let last: &[&str] = if comes { &["a: d"] } else { &[] };
        assert_eq!(stage.begun()[2..], *last);
    }
}

#[test]
fn runs_that_end_out_of_order_leave_a_sound_queue() {
    let mut stage = Stage::at_rest(vec![SyncPlan { max_processes: 3, ..sync("a") }]);
    for name in ["f", "g", "h"] {
        stage.write("a", name);
        stage.pass(5.0);
    }
    let runs: Vec<_> = stage.running.values().cloned().collect();
    for at in [1, 2, 0] {
        stage.end_run(&runs[at], if at == 2 { crate::stage::code(12) } else { ok() });
    }
    assert_eq!(stage.status("a").waiting, 1);
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f", "a: g", "a: h", "a: h"]);
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn a_directory_moved_away_and_back_does_not_bring_its_excluded_files_along() {
    let mut world = World::new(5, plan(DeletePolicy::Always, &["*.keep"]));
    let at = world.ns();
    world.make_dir(&path("d"), at);
    world.write(&path("d/f"), at);
    world.write(&path("d/x.keep"), at);
    world.begin();
    world.rest();
    let at = world.ns();
    world.rename(&path("d"), &path("e"), at);
    world.rename(&path("e"), &path("d"), at);
    world.rest();
    assert!(world.target.get(&path("d/f")).is_some() && world.target.get(&path("d/x.keep")).is_none());
    assert!(world.target.get(&path("e")).is_none());
}

#[test]
fn names_with_any_bytes_are_listed_as_they_are() {
    for name in ["a]b", "a[b", "a\\b*", "*", "?", "# c", "; d", " e ", "new\nline", "-x", "ü"] {
        let mut stage = one();
        stage.write("a", name);
        stage.pass(5.0);
        assert_eq!(stage.runs(), [format!("a: {name}")]);
    }
}

#[test]
fn more_than_a_hundred_thousand_entries_are_drawn_together() {
    let mut stage = one();
    let key = stage.key("a");
    for part in 0..26 {
        let one = |n: u32| driftless_core::change::Change {
            path: path(&format!("d{}/f{part}-{n}", n % 2)),
            kind: Kind::Modify,
            dir: false,
        };
        let batch = (0..4_096).map(one).collect();
        stage.input(driftless_core::mirror::Input::Changed { sync: key, batch });
    }
    assert!(stage.status("a").waiting < 10_000, "{}", stage.status("a").waiting);
    for n in 0..2 {
        stage.is_dir(&format!("d{n}"));
    }
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.status("a").waiting, 0);
    assert!(stage.begun.iter().any(|r| r.has("-r") && r.what().contains("d0")), "a part of the tree goes whole");
}

#[test]
fn more_than_a_hundred_thousand_entries_in_the_root_itself_are_drawn_together_too() {
    let mut stage = one();
    let key = stage.key("a");
    for part in 0..26 {
        let one = |n: u32| driftless_core::change::Change {
            path: path(&format!("f{part}-{n}")),
            kind: Kind::Modify,
            dir: false,
        };
        let batch = (0..4_096).map(one).collect();
        stage.input(driftless_core::mirror::Input::Changed { sync: key, batch });
    }
    assert!(stage.status("a").waiting < 10_000, "{}", stage.status("a").waiting);
    stage.is_dir("");
    stage.serve(3_600.0, |_| ok());
    assert_eq!(stage.status("a").waiting, 0);
    assert!(stage.begun.iter().any(|r| r.has("-r") && r.what().is_empty()), "the root goes whole");
}
