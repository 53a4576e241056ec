//! Renames at the target: what they send, when they are not made, and that nothing is lost by them.

use driftless_core::change::Kind;
use driftless_core::config::{DeletePolicy, ExitVerdict, Kind as SyncKind};
use driftless_core::diagnose::Exit;
use driftless_core::facts::{FileKind, Found, Look};
use driftless_core::native::Task;
use driftless_core::plan::SyncPlan;
use driftless_core::view::Health;
use driftless_core::work::{Arg, Cwd};

use super::one;
use crate::stage::{Stage, Started, code, ok, path, refused, sync, without};
use crate::tree::{Kind as NodeKind, Node};
use crate::world::{World, plan, plan_that_moves};

fn word(run: &Started, start: &str) -> Option<String> {
    let words = run.command.args.iter().filter_map(|a| if let Arg::Word(w) = a { Some(w) } else { None });
    words.filter_map(|w| w.strip_prefix(start)).map(str::to_owned).next()
}

fn adopts(run: &Started) -> bool {
    matches!(run.command.cwd, Cwd::Below(_))
}

/// `old` was renamed to `new`, both directories, and the delay is over.
fn renamed(mut stage: Stage) -> Stage {
    stage.gone("old");
    stage.is_dir("new");
    stage.change("a", "old/", Kind::Move(path("new")));
    stage.pass(5.0);
    stage
}

#[test]
fn the_folder_is_made_then_filled_from_its_old_place_then_proved_and_then_the_old_name_goes() {
    let mut stage = renamed(one());
    stage.serve(60.0, |_| ok());
    let runs = &stage.begun;
    assert_eq!(runs.iter().map(Started::what).collect::<Vec<_>>(), ["new", "FILES", "new", "old"]);
    assert!(!runs[0].has("-r") && !runs[0].has("--delete-missing-args") && !adopts(&runs[0]));
    assert_eq!(word(&runs[1], "--link-dest=").as_deref(), Some("/old"));
    assert!(adopts(&runs[1]) && runs[1].has("--ignore-existing") && runs[1].has("--modify-window=-1"));
    assert!(!runs[1].has("--delete") && !runs[1].has("--force"));
    assert!(runs[2].has("-r") && runs[2].has("--delete"));
    assert!(runs[3].has("--delete-missing-args"));
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn a_rename_that_fails_at_any_step_is_sent_and_its_old_name_goes_all_the_same() {
    for step in 0..2 {
        for bad in
            [code(1), code(23), code(12), without(&["x"]), crate::stage::ended(Exit::Signal(9), Default::default())]
        {
            let mut stage = renamed(one());
            let mut count = 0;
            stage.serve(60.0, |_| {
                count += 1;
                if count == step + 1 { bad.clone() } else { ok() }
            });
            let what: Vec<String> = stage.begun.iter().map(Started::what).collect();
            assert_eq!(what[step + 1..], ["new", "old"], "{bad:?}");
            assert!(stage.begun[step + 1].has("-r"));
            assert_eq!(stage.status("a").waiting, 0);
        }
    }
}

#[test]
fn without_a_connection_both_names_wait_and_the_content_is_sent_later() {
    let mut stage = renamed(one());
    stage.end(refused());
    stage.end(refused());
    assert_eq!(stage.status("a").waiting, 2);
    assert!(stage.problem("a").is_some());
    stage.serve(600.0, |_| ok());
    assert_eq!(stage.status("a").waiting, 0);
    assert!(stage.begun.iter().any(|r| r.what() == "old" && r.has("--delete-missing-args")));
}

#[test]
fn the_old_name_stays_while_something_under_the_new_one_has_not_arrived() {
    let mut stage = renamed(one());
    stage.end(ok());
    stage.end(ok());
    assert!(stage.begun[2].has("-r"));
    stage.end(without(&["new/x"]));
    assert!(stage.running.is_empty(), "the old name waits with it");
    stage.serve(600.0, |_| ok());
    assert!(stage.begun.last().is_some_and(|r| r.what() == "old"));
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn an_old_name_that_is_back_is_looked_at_again_before_each_step() {
    let mut stage = renamed(one());
    stage.is_dir("old");
    stage.serve(60.0, |_| ok());
    assert!(!stage.begun.iter().any(adopts), "it is back before the second step");
}

#[test]
fn where_nothing_may_be_removed_copies_are_made_and_the_old_name_stays() {
    for policy in [DeletePolicy::Never, DeletePolicy::Startup] {
        let mut stage = renamed(Stage::at_rest(vec![SyncPlan { delete: policy, ..sync("a") }]));
        stage.serve(60.0, |_| ok());
        let adopting: Vec<&Started> = stage.begun.iter().filter(|r| adopts(r)).collect();
        assert_eq!(adopting.len(), 1);
        assert_eq!(word(adopting[0], "--copy-dest=").as_deref(), Some("/old"));
        assert!(!stage.begun.iter().any(|r| r.has("--delete") || r.has("--delete-missing-args")));
    }
}

#[test]
fn what_was_not_at_the_target_as_it_was_at_the_source_is_sent() {
    let mut stage = one();
    stage.write("a", "old/f");
    let mut stage = renamed(stage);
    stage.serve(60.0, |_| ok());
    assert!(!stage.begun.iter().any(adopts));
}

#[test]
fn names_that_differ_in_case_alone_are_removed_first_and_sent() {
    let mut stage = one();
    stage.gone("old");
    stage.is_dir("OLD");
    stage.change("a", "old/", Kind::Move(path("OLD")));
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), ["a: old", "a: OLD"]);
}

/// The renames that a run makes at the target by name.
fn by_name(run: &Started) -> Vec<(String, String)> {
    let native = run.command.native.iter().filter(|native| native.task == Task::Move);
    native.flat_map(|native| &native.moves).map(|one| (one.from.shown(), one.to.shown())).collect()
}

fn direct() -> Stage {
    Stage::at_rest(vec![SyncPlan { kind: SyncKind::Direct, ..sync("a") }])
}

#[test]
fn a_folder_here_makes_all_renames_by_name_in_one_run_before_the_others() {
    let mut stage = renamed(direct());
    stage.serve(60.0, |_| ok());
    assert_eq!(by_name(&stage.begun[0]), [("old".to_owned(), "new".to_owned())]);
    assert_eq!(stage.begun[1..].iter().map(Started::what).collect::<Vec<_>>(), ["new", "old"]);
    assert!(stage.begun[1].has("-r") && stage.begun[2].has("--delete-missing-args"));
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn what_a_folder_here_did_not_rename_is_taken_over_by_rsync() {
    let mut stage = renamed(direct());
    stage.end(without(&["new"]));
    stage.serve(60.0, |_| ok());
    let what: Vec<String> = stage.begun[1..].iter().map(Started::what).collect();
    assert_eq!(what, ["new", "FILES", "new", "old"]);
    assert!(stage.begun[1..].iter().all(|run| by_name(run).is_empty()), "once is enough");
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn where_nothing_may_be_removed_nothing_is_renamed_by_name() {
    for policy in [DeletePolicy::Never, DeletePolicy::Startup] {
        let plan = SyncPlan { kind: SyncKind::Direct, delete: policy, ..sync("a") };
        let mut stage = renamed(Stage::at_rest(vec![plan]));
        stage.serve(60.0, |_| ok());
        assert!(stage.begun.iter().all(|run| by_name(run).is_empty()));
    }
}

/// A machine that is reached by ssh, with these meanings of its exit codes; `old` is called `new` now.
fn over_ssh(codes: &[(u8, ExitVerdict)]) -> Stage {
    let moves = plan_that_moves(false, &[]);
    let ssh_exit_codes = codes.iter().copied().collect();
    let exit_codes = [(7, ExitVerdict::Die)].into();
    let (kind, target, ssh) = (moves.kind, moves.target, moves.ssh);
    renamed(Stage::at_rest(vec![SyncPlan { kind, target, ssh, ssh_exit_codes, exit_codes, ..sync("a") }]))
}

fn moves_there(run: &Started) -> bool {
    run.command.args.iter().any(|arg| matches!(arg, Arg::SshItself { .. }))
}

#[test]
fn a_file_renamed_in_its_folder_is_found_beside_before_the_old_one_goes() {
    let mut stage = one();
    stage.gone("d/old");
    let Look::Found(found) = stage.found(FileKind::File) else { panic!("it is there") };
    stage.looks.insert(path("d/new"), Look::Found(Found { size: 2 << 20, ..found }));
    stage.change("a", "d/old", Kind::Move(path("d/new")));
    stage.serve(60.0, |_| ok());
    let what: Vec<String> = stage.begun.iter().map(Started::what).collect();
    assert_eq!(what, ["d", "new", "d/new", "d/old"]);
    assert!(stage.begun[1].has("--fuzzy") && stage.begun[1].has("--ignore-existing") && adopts(&stage.begun[1]));
    assert!(stage.begun.iter().filter(|run| run.has("--fuzzy")).count() == 1, "never where something is removed");
    assert!(!stage.begun[1].has("--delete"));
    assert_eq!(stage.status("a").waiting, 0);
}

#[test]
fn what_the_person_makes_of_an_exit_code_of_ssh_holds_for_the_renames_there_and_for_nothing_else() {
    // Nothing is said of it, or that it is well: what was not moved is sent, whatever rsync's codes mean.
    for codes in [&[][..], &[(7, ExitVerdict::Ok)], &[(8, ExitVerdict::Die)]] {
        let mut stage = over_ssh(codes);
        assert!(moves_there(&stage.begun[0]));
        stage.end(code(7));
        stage.serve(60.0, |_| ok());
        assert_eq!(stage.begun[1..].iter().map(Started::what).collect::<Vec<_>>(), ["new", "old"], "{codes:?}");
        assert_eq!((stage.status("a").waiting, stage.problem("a")), (0, None));
    }
    // Again: nothing is sent now, and all of it later, without another rename.
    let mut stage = over_ssh(&[(7, ExitVerdict::Again)]);
    stage.end(code(7));
    assert_eq!((stage.begun.len(), stage.status("a").waiting), (1, 2));
    assert_eq!(stage.problem("a").as_deref(), Some("unknown"));
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun[1..].iter().map(Started::what).collect::<Vec<_>>(), ["new", "old"]);
    assert_eq!((stage.status("a").waiting, stage.problem("a")), (0, None));
    // Die: not before somebody says so.
    let mut stage = over_ssh(&[(7, ExitVerdict::Die)]);
    stage.end(code(7));
    stage.serve(3_600.0, |_| ok());
    assert_eq!((stage.begun.len(), stage.status("a").waiting), (1, 2));
    assert_eq!(stage.status("a").health, Health::Attention);
    // rsync's runs have codes of their own.
    let mut stage = over_ssh(&[(8, ExitVerdict::Die)]);
    stage.end(ok());
    stage.end(code(8));
    stage.serve(600.0, |_| ok());
    assert_eq!(stage.status("a").waiting, 0);
}

/// A world with a directory `a` of files, mirrored; what was sent until then is forgotten.
fn filled(seed: u64, delete: DeletePolicy, exclude: &[&str]) -> World {
    let mut world = World::new(seed, plan(delete, exclude));
    let now = world.ns();
    for dir in ["a", "a/sub"] {
        world.make_dir(&path(dir), now);
    }
    for (n, name) in ["a/f", "a/g", "a/sub/h", "a/x.keep"].into_iter().enumerate() {
        let node =
            Node { kind: NodeKind::File { data: n as u64, size: 1_000 }, mtime_ns: now + 1, mode: 0o644, ino: 50 };
        world.source.put(&path(name), node, now);
    }
    world.begin();
    world.rest();
    world.bytes = 0;
    world
}

/// Renames, in order; at rest all is equal. What that sent.
fn sent_by(mut world: World, renames: &[(&str, &str)]) -> u64 {
    for (from, to) in renames {
        let now = world.ns();
        world.rename(&path(from), &path(to), now);
    }
    world.rest();
    assert!(world.differences(world.plan.delete != DeletePolicy::Always).is_empty(), "{renames:?}");
    world.bytes
}

#[test]
fn a_rename_sends_nothing_and_chains_swaps_and_merges_end_equal() {
    let excludes: &[&[&str]] = &[&[], &["*.keep"], &["/b/sub"]];
    for exclude in excludes {
        for policy in [DeletePolicy::Always, DeletePolicy::Running, DeletePolicy::Never] {
            let world = || filled(3, policy, exclude);
            assert_eq!(sent_by(world(), &[("a", "b")]), 0, "{exclude:?} {policy:?}");
            assert_eq!(sent_by(world(), &[("a/sub", "b")]), 0, "{exclude:?} {policy:?}");
            assert_eq!(sent_by(world(), &[("a/f", "f"), ("a/g", "g")]), 0, "{exclude:?} {policy:?}");
            assert_eq!(sent_by(world(), &[("a/f", "a/k"), ("a/sub/h", "a/sub/i")]), 0, "{exclude:?} {policy:?}");
            sent_by(world(), &[("a", "b"), ("b", "c")]);
            sent_by(world(), &[("a", "b"), ("b", "a")]);
            sent_by(world(), &[("a/f", "t"), ("a/g", "a/f"), ("t", "a/g")]);
            sent_by(world(), &[("a", "b"), ("b/sub", "sub"), ("b/f", "sub/f")]);
            sent_by(world(), &[("a", "A")]);
        }
    }
}

#[test]
fn a_stranger_under_the_new_name_is_neither_taken_for_ours_nor_written_to_by_the_rename() {
    for policy in [DeletePolicy::Always, DeletePolicy::Running] {
        let mut world = filled(4, policy, &[]);
        let stranger = Node { kind: NodeKind::File { data: 99, size: 1_000 }, mtime_ns: 7, mode: 0o600, ino: 7 };
        world.target.put(&path("b"), world.target.nodes[&path("a")].clone(), 1);
        world.target.put(&path("b/f"), stranger.clone(), 1);
        world.target.put(&path("b/other"), stranger, 1);
        assert_eq!(sent_by(world, &[("a", "b")]), 1_000, "{policy:?}: only what stood there in its place");
    }
}

#[test]
fn what_changes_in_a_renamed_folder_without_a_new_time_arrives() {
    // Of a time that is over, and of one to come, which no look can tell from that of a new content.
    for ahead in [0, 3_600_000_000_000] {
        let mut world = filled(5, DeletePolicy::Always, &[]);
        let now = world.ns();
        let node =
            |data| Node { kind: NodeKind::File { data, size: 1_000 }, mtime_ns: now + ahead, mode: 0o644, ino: 60 };
        world.source.put(&path("a/f"), node(4_710), now);
        world.tell(vec![(path("a/f"), Kind::Modify, false)]);
        world.rest();
        world.bytes = 0;
        let now = world.ns();
        world.rename(&path("a"), &path("b"), now);
        world.source.put(&path("b/f"), node(4_711), now);
        world.tell(vec![(path("b/f"), Kind::Modify, false)]);
        world.rest();
        assert!(world.differences(false).is_empty() && world.adopted > 0, "{ahead}");
        assert_eq!(world.bytes, 1_000);
    }
}

#[test]
fn a_file_that_was_listed_a_moment_before_the_rename_is_compared_by_checksum_under_its_new_name() {
    for moment in [true, false] {
        let mut stage = one();
        stage.write("a", "old/f");
        stage.pass(5.0);
        // It may have been at its new place before the run read it, which is not told then.
        stage.end(ok());
        stage.pass(if moment { 1.0 } else { 20.0 });
        stage.gone("old");
        stage.is_dir("new");
        stage.change("a", "old/", Kind::Move(path("new")));
        stage.serve(60.0, |_| ok());
        assert!(stage.begun.iter().any(|run| run.what() == "FILES"), "it is taken over");
        let checked = stage.begun.iter().any(|run| run.what() == "new/f" && run.has("-c"));
        assert_eq!(checked, moment, "{:?}", stage.begun());
    }
}
