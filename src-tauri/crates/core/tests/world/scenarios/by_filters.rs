//! Removal by filters: what a name was is not known, or is left out now and was not. Such a run goes over a whole level of the
//! target, so it goes alone.

use driftless_core::change::Kind;
use driftless_core::config::DeletePolicy;
use driftless_core::diagnose::{Exit, FailedPath, PathWhy, Report, Side};
use driftless_core::facts::FileKind;
use driftless_core::plan::SyncPlan;

use crate::fake_rsync::Run;
use crate::stage::{Stage, ended, ok, path, sync, without};
use crate::tree::{Kind as NodeKind, Node, Tree};

/// Directories of the name `cache` are left out, files are not.
fn without_caches(delete: DeletePolicy) -> SyncPlan {
    let matcher = crate::world::plan(delete, &["cache/"]).matcher;
    SyncPlan { delete, matcher, max_processes: 3, ..sync("a") }
}

/// `d/cache` was a file, and is a directory by the time it is looked at.
fn turned(stage: &mut Stage) {
    stage.write("a", "d/cache");
    stage.is_dir("d/cache");
    stage.is_dir("d");
}

#[test]
fn nothing_begins_beside_a_removal_by_filters() {
    let mut stage = Stage::at_rest(vec![without_caches(DeletePolicy::Always)]);
    turned(&mut stage);
    stage.pass(5.0);
    assert_eq!(stage.runs(), ["a: d"]);
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: d/"]);
    // It may lie where the level is gone over, or anywhere.
    stage.write("a", "d/new");
    stage.write("a", "x");
    stage.pass(60.0);
    assert_eq!(stage.runs(), ["a: d/"]);
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: d/new x"]);
}

#[test]
fn a_removal_by_filters_waits_for_all_others_and_nothing_holds_it_up_for_ever() {
    let mut stage = Stage::at_rest(vec![without_caches(DeletePolicy::Always)]);
    stage.write("a", "d/large");
    stage.pass(5.0);
    assert_eq!(stage.runs(), ["a: d/large"]);
    turned(&mut stage);
    stage.write("a", "e/other");
    stage.pass(5.0);
    assert_eq!(stage.runs(), ["a: d/large", "a: d e/other"]);
    let second = stage.running.values().find(|run| run.what() == "d e/other").cloned().expect("the second");
    stage.end_run(&second, ok());
    assert_eq!(stage.runs(), ["a: d/large"], "it would go over what is being sent");
    for n in 0..9 {
        stage.write("a", &format!("more{n}"));
        stage.pass(6.0);
        assert_eq!(stage.runs(), ["a: d/large"], "what comes later does not go first");
    }
    stage.end(ok());
    assert_eq!(stage.running.len(), 1);
    stage.end(ok());
    assert_eq!(stage.runs(), ["a: d/"]);
    stage.write("a", "late");
    stage.pass(60.0);
    assert_eq!(stage.runs(), ["a: d/"]);
    stage.end(ok());
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.status("a").waiting, stage.running.len()), (0, 0));
}

fn node(kind: NodeKind) -> Node {
    Node { kind, mtime_ns: 7, mode: 0o755, ino: 7 }
}

/// What is left of these at the target after the command.
fn after(command: &driftless_core::work::CommandSpec, plan: &SyncPlan, names: &[(&str, bool)]) -> Vec<String> {
    let (mut source, mut target) = (Tree::new(1), Tree::new(1));
    source.put(&path("kept"), node(NodeKind::File { data: 1, size: 1 }), 1);
    for (name, dir) in names {
        let kind = if *dir { NodeKind::Dir } else { NodeKind::File { data: 2, size: 2 } };
        target.put(&path(name), node(kind), 1);
    }
    let mut run = Run::start(command, &source, &target, &plan.matcher);
    while run.left() > 0 {
        run.step(&source, &mut target, &plan.matcher, None);
    }
    let strangers = target.nodes.keys().filter(|path| !path.is_root() && source.get(path).is_none());
    strangers.map(driftless_core::paths::RelPath::shown).collect()
}

#[test]
fn what_a_failed_pass_left_unsure_goes_if_it_is_what_the_rules_send_and_stays_if_not() {
    for policy in [DeletePolicy::Always, DeletePolicy::Running] {
        let plan = without_caches(policy);
        let mut stage = Stage::new(vec![plan.clone()]);
        stage.configure();
        stage.watch_all();
        // The first pass could not do all about it, and did not say whether it is a file or a directory.
        let failed =
            FailedPath { path: path("cache"), why: PathWhy::Other, side: Side::Receiver, deep: false, guess: false };
        stage.end(ended(Exit::Code(23), Report { failed: vec![failed], ..Report::default() }));
        stage.gone("cache");
        stage.pass(600.0);
        let run = stage.running.values().next().expect("it is tried again").clone();
        assert!(run.has("--delete") && !run.has("--delete-missing-args"), "{policy:?}: {}", run.what());
        assert_eq!(run.what(), "", "{policy:?}: the level in which it lies");
        assert_eq!(after(&run.command, &plan, &[("cache", false)]), [""; 0], "{policy:?}");
        let dir = [("cache", true), ("cache/f", false)];
        assert_eq!(after(&run.command, &plan, &dir), ["cache", "cache/f"], "{policy:?}");
        let stranger = after(&run.command, &plan, &[("cache", false), ("stranger", false)]);
        assert_eq!(stranger.is_empty(), policy == DeletePolicy::Always, "{policy:?}: {stranger:?}");
        stage.end(ok());
        assert_eq!(stage.status("a").waiting, 0);
    }
}

#[test]
fn a_name_that_was_left_out_when_its_removal_ran_is_looked_at_again() {
    for meanwhile in [true, false] {
        let mut stage = Stage::at_rest(vec![without_caches(DeletePolicy::Always)]);
        stage.gone("cache");
        stage.change("a", "cache", Kind::Delete);
        stage.pass(5.0);
        assert!(stage.runs() == ["a: cache"] && stage.begun[0].has("--delete-missing-args"));
        // A directory of that name was there by then: it is left out, and the file at the target stayed.
        if meanwhile {
            stage.change("a", "cache/", Kind::Create);
        }
        stage.end(ok());
        if !meanwhile {
            stage.change("a", "cache/", Kind::Create);
        }
        stage.is_dir("cache");
        stage.begun.clear();
        stage.serve(60.0, |_| ok());
        let by_filters = stage.begun.iter().filter(|run| run.what().is_empty() && run.has("--delete"));
        assert_eq!((by_filters.count(), stage.status("a").waiting), (1, 0));
    }
    // Nothing of that name was at the target.
    let mut stage = Stage::at_rest(vec![without_caches(DeletePolicy::Always)]);
    stage.is_dir("cache");
    stage.change("a", "cache/", Kind::Create);
    stage.serve(60.0, |_| ok());
    assert!(stage.begun.iter().all(|run| run.has("--filter=- /*")), "the root's time alone");
}

#[test]
fn before_a_removal_by_filters_the_paths_are_looked_at_again() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    stage.gone("d/f");
    stage.change("a", "d/f", Kind::Delete);
    stage.pass(5.0);
    stage.looks.clear();
    stage.end(without(&["d/f"]));
    assert!(stage.runs() == ["a: d/f"] && stage.begun[1].has("--ignore-missing-args"), "it is back");
    stage.end(ok());
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn what_is_known_to_have_been_left_out_is_not_removed() {
    let mut stage = Stage::at_rest(vec![without_caches(DeletePolicy::Always)]);
    stage.gone("cache");
    stage.change("a", "cache/", Kind::Delete);
    stage.serve(60.0, |_| ok());
    assert!(stage.begun.iter().all(|run| !run.has("--delete") || run.has("--ignore-missing-args")));
    let file = stage.found(FileKind::File);
    stage.looks.insert(path("cache"), file);
    stage.write("a", "cache");
    stage.pass(6.0);
    assert_eq!(stage.runs(), ["a: cache"], "as a file it is sent");
}
