//! Nothing is removed, and nothing started, because a source or a local target is not what it was.

use driftless_core::change::Kind;
use driftless_core::facts::{RootFacts, RootLook};
use driftless_core::filter::{FilterInput, Matcher};
use driftless_core::mirror::{Input, Request, Sight};
use driftless_core::plan::SyncPlan;
use driftless_core::target::Target;
use driftless_core::view::{Health, Phase};

use crate::stage::{Stage, ok, path, root, sync};
use crate::tree::{Kind as NodeKind, Node};
use crate::world::{World, plan};

fn begun(look: Option<RootLook>) -> Stage {
    let mut stage = Stage::new(vec![sync("a"), sync("b")]);
    let known = RootFacts { mounts: vec![path("inner")], ..root(1) };
    stage.roots.insert("a".into(), RootLook::Dir(known));
    stage.configure();
    stage.watch_all();
    stage.serve(60.0, |_| ok());
    stage.begun.clear();
    if let Some(look) = look {
        stage.roots.insert("a".into(), look);
    }
    stage
}

fn known() -> RootLook {
    RootLook::Dir(RootFacts { mounts: vec![path("inner")], ..root(1) })
}

#[test]
fn a_source_that_is_not_what_it_was_starts_nothing_and_catches_up_when_it_returns() {
    let mounts = vec![path("inner")];
    let troubles = [
        (RootLook::Missing, "source-gone", false),
        (RootLook::NotADirectory, "source-not-directory", false),
        (RootLook::Error(5), "source-unreadable", false),
        (RootLook::Dir(RootFacts { mounts: mounts.clone(), ..root(2) }), "source-replaced", true),
        (RootLook::Dir(RootFacts { dev: 2, mounts: mounts.clone(), ..root(1) }), "source-replaced", true),
        (RootLook::Dir(RootFacts { mount: Some(9), mounts, ..root(1) }), "source-replaced", true),
        (RootLook::Dir(root(1)), "source-mount-gone", true),
    ];
    for (look, code, protects) in troubles {
        let mut stage = begun(Some(look));
        stage.gone("f");
        stage.change("a", "f", Kind::Delete);
        stage.write("b", "f");
        stage.serve(86_400.0, |_| ok());
        assert_eq!(stage.begun(), ["b: f"], "{code}: the other goes on");
        let status = stage.status("a");
        assert_eq!((stage.problem("a").as_deref(), status.waiting), (Some(code), 1));
        assert_eq!((status.phase == Phase::Held, status.health), (protects, Health::Attention), "{code}");
        stage.roots.insert("a".into(), known());
        let syncs = vec![stage.key("a")];
        stage.input(Input::MountsChanged { syncs });
        stage.serve(1_000.0, |_| ok());
        assert_eq!((stage.begun(), stage.problem("a")), (vec!["a: f".to_owned()], None), "{code}");
        assert_eq!((stage.status("a").waiting, stage.status("a").phase), (0, Phase::Idle), "{code}");
    }
}

#[test]
fn it_catches_up_by_itself_without_being_told_of_a_mount() {
    let mut stage = begun(Some(RootLook::Missing));
    stage.write("a", "f");
    stage.serve(3_600.0, |_| ok());
    assert!(stage.begun.is_empty());
    stage.roots.insert("a".into(), known());
    stage.serve(1_000.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f"]);
}

#[test]
fn the_last_file_may_go_when_it_was_seen_going() {
    let mut stage = begun(Some(RootLook::Dir(RootFacts { empty: true, mounts: vec![path("inner")], ..root(1) })));
    stage.gone("f");
    stage.change("a", "f", Kind::Delete);
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.begun(), stage.problem("a")), (vec!["a: f".to_owned()], None));
}

#[test]
fn a_pass_over_an_emptied_source_is_held_and_stays_owed() {
    let mut stage = begun(Some(RootLook::Dir(RootFacts { empty: true, mounts: vec![path("inner")], ..root(1) })));
    stage.ask(Request::SyncNow { sync: Some("a".into()) });
    stage.serve(86_400.0, |_| ok());
    assert!(stage.begun.is_empty() && stage.status("a").phase == Phase::Held);
    stage.roots.insert("a".into(), known());
    stage.serve(1_000.0, |_| ok());
    assert_eq!(stage.begun(), ["a: PASS"]);
}

#[test]
fn a_source_empty_from_the_start_empties_no_target() {
    let mut world = World::new(1, plan(driftless_core::config::DeletePolicy::Always, &[]));
    let file = Node { kind: NodeKind::File { data: 7, size: 7 }, mtime_ns: 7, mode: 0o600, ino: 7 };
    world.target.put(&path("kept"), file, 1);
    world.begin();
    world.rest();
    assert!(world.target.get(&path("kept")).is_some());
    assert!(world.mirror.status().syncs[0].may_remain);
}

#[test]
fn a_source_that_is_meant_to_be_empty_empties_the_target_once_it_is_allowed() {
    let empty = RootFacts { empty: true, mounts: vec![path("inner")], ..root(1) };
    let mut stage = begun(Some(RootLook::Dir(empty)));
    stage.ask(Request::SyncNow { sync: Some("a".into()) });
    stage.serve(600.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.problem("a").as_deref()), (0, Some("source-emptied")));
    stage.ask(Request::Allow { sync: "a".into() });
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.begun(), stage.status("a").may_remain), (vec!["a: PASS".to_owned()], false));
}

#[test]
fn allow_takes_what_stands_there_now_for_right() {
    let mut stage = begun(Some(RootLook::Dir(RootFacts { empty: true, ..root(2) })));
    stage.gone("f");
    stage.change("a", "f", Kind::Delete);
    stage.serve(600.0, |_| ok());
    assert!(stage.begun.is_empty());
    stage.ask(Request::Allow { sync: "a".into() });
    stage.serve(60.0, |_| ok());
    // What stands there now may lack what the one before it had: all is compared.
    assert_eq!((stage.begun(), stage.status("a").phase), (vec!["a: PASS".to_owned(), "a: f".to_owned()], Phase::Idle));
    // From now on this is the one that must not change.
    stage.roots.insert("a".into(), known());
    stage.write("a", "g");
    stage.serve(600.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.problem("a").as_deref()), (0, Some("source-replaced")));
}

#[test]
fn an_emptied_source_may_still_be_written_from_where_nothing_is_removed() {
    let keeping = SyncPlan { delete: driftless_core::config::DeletePolicy::Never, ..sync("a") };
    let mut stage = Stage::at_rest(vec![keeping]);
    stage.roots.insert("a".into(), RootLook::Dir(RootFacts { empty: true, ..root(1) }));
    stage.write("a", "f");
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.begun(), stage.problem("a")), (vec!["a: f".to_owned()], None));
}

#[test]
fn a_batch_from_an_emptied_source_does_not_make_it_the_right_one() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    stage.roots.insert("a".into(), RootLook::Dir(RootFacts { empty: true, ..root(1) }));
    stage.gone("f");
    stage.change("a", "f", Kind::Delete);
    stage.serve(60.0, |_| ok());
    assert_eq!(stage.begun(), ["a: f"], "seen going");
    stage.ask(Request::SyncNow { sync: None });
    stage.serve(600.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.problem("a").as_deref()), (0, Some("source-emptied")));
}

#[test]
fn a_source_missing_at_the_start_waits_and_starts_when_it_appears() {
    let mut stage = Stage::new(vec![sync("a"), sync("b")]);
    stage.configure();
    let (a, b) = (stage.key("a"), stage.key("b"));
    stage.input(Input::Sight { sync: a, sight: Sight::NoSource { errno: 2 } });
    stage.input(Input::Watching { sync: b, dirs: 1, done: true });
    stage.serve(3_600.0, |_| ok());
    assert_eq!((stage.begun(), stage.finished), (vec!["b: PASS".to_owned()], None));
    assert_eq!(stage.status("a").health, Health::Attention);
    stage.input(Input::Watching { sync: a, dirs: 1, done: true });
    stage.serve(60.0, |_| ok());
    assert_eq!((stage.begun(), stage.status("a").health), (vec!["a: PASS".to_owned()], Health::Synced));
}

#[test]
fn a_bare_mount_point_is_not_filled_at_the_very_first_start_and_once_it_was_allowed_it_is() {
    let local = SyncPlan { target: Target::parse("/mnt/disk/copy").expect("a target"), ..sync("a") };
    for bare in [RootLook::NotMounted, RootLook::Dir(RootFacts { bare: true, ..root(2) })] {
        let first = || {
            let mut stage = Stage::new(vec![local.clone()]);
            stage.targets.insert("a".into(), bare.clone());
            stage.configure();
            stage.watch_all();
            stage.serve(3_600.0, |_| ok());
            assert_eq!((stage.begun().len(), stage.problem("a").as_deref()), (0, Some("target-not-mounted")));
            assert_eq!(stage.status("a").phase, Phase::Held);
            stage
        };
        let mut stage = first();
        stage.targets.insert("a".into(), RootLook::Dir(root(50)));
        stage.serve(1_000.0, |_| ok());
        assert_eq!((stage.begun(), stage.problem("a")), (vec!["a: PASS".to_owned()], None), "it is mounted");
        let mut stage = first();
        stage.ask(Request::Allow { sync: "a".into() });
        stage.targets.insert("a".into(), RootLook::Dir(RootFacts { bare: true, ..root(2) }));
        stage.serve(60.0, |_| ok());
        stage.write("a", "f");
        stage.serve(60.0, |_| ok());
        assert_eq!(stage.begun(), ["a: PASS", "a: f"], "somebody said so");
        stage.restart();
        stage.serve(60.0, |_| ok());
        assert_eq!((stage.begun().len(), stage.problem("a")), (1, None), "and it stays right");
    }
}

#[test]
fn a_local_target_that_is_gone_or_another_is_not_written_to() {
    let local = SyncPlan { target: Target::parse("/mnt/disk/copy").expect("a target"), ..sync("a") };
    let there = RootLook::Dir(root(50));
    let troubles = [
        (RootLook::Missing, "target-gone"),
        (RootLook::Dir(root(51)), "target-replaced"),
        (RootLook::NotADirectory, "target-not-directory"),
        (RootLook::Error(13), "target-not-accessible"),
    ];
    for (look, code) in troubles {
        let mut stage = Stage::new(vec![local.clone()]);
        stage.targets.insert("a".into(), there.clone());
        stage.configure();
        stage.watch_all();
        stage.serve(60.0, |_| ok());
        stage.begun.clear();
        stage.targets.insert("a".into(), look);
        stage.write("a", "f");
        stage.serve(3_600.0, |_| ok());
        assert_eq!((stage.begun().len(), stage.problem("a").as_deref()), (0, Some(code)));
        stage.targets.insert("a".into(), there.clone());
        stage.serve(1_000.0, |_| ok());
        assert_eq!((stage.begun(), stage.problem("a")), (vec!["a: f".to_owned()], None), "{code}");
    }
}

#[test]
fn a_local_target_is_made_by_the_first_run_and_by_no_later_one() {
    let local = SyncPlan { target: Target::parse("/mnt/disk/copy").expect("a target"), ..sync("a") };
    let mut stage = Stage::new(vec![local]);
    stage.targets.insert("a".into(), RootLook::Missing);
    stage.configure();
    stage.watch_all();
    assert_eq!(stage.runs(), ["a: PASS"]);
}

#[test]
fn a_source_that_changes_between_two_runs_of_a_batch_stops_the_second() {
    let mut stage = begun(None);
    stage.gone("f");
    stage.change("a", "f", Kind::Delete);
    stage.write("a", "g");
    stage.pass(5.0);
    assert_eq!(stage.runs(), ["a: g"]);
    stage.roots.insert("a".into(), RootLook::Missing);
    stage.end(ok());
    assert!(stage.running.is_empty() && stage.problem("a").as_deref() == Some("source-gone"));
    assert!(stage.status("a").waiting >= 1, "the deletion still waits");
}

#[test]
fn a_filter_file_that_cannot_be_followed_holds_and_is_asked_for_again_as_soon_as_it_changes() {
    let input = FilterInput { filter: vec![": .rules".into()], ..FilterInput::default() };
    let matcher = Matcher::build(&input, &mut |_| Err("no files here".into())).expect("good rules");
    let problem = matcher.check_dir_file(&path("d"), b".rules", b". other\n").remove(0);
    let mut stage = Stage::at_rest(vec![SyncPlan { matcher, ..sync("a") }]);
    stage.roots.insert("a".into(), RootLook::Rules(Box::new(problem)));
    stage.gone("d/f");
    stage.change("a", "d/f", Kind::Delete);
    stage.serve(86_400.0, |_| ok());
    let status = stage.status("a");
    assert_eq!((stage.begun().len(), status.waiting, status.phase), (0, 1, Phase::Held));
    let problem = status.problem.expect("a problem");
    assert_eq!(
        (problem.code.as_str(), problem.args["source"].as_str()),
        ("filter-dir-file-merge", "filter[1] d/.rules line 1")
    );
    stage.roots.insert("a".into(), RootLook::Dir(root(1)));
    stage.change("a", "d/.rules", Kind::Modify);
    stage.serve(15.0, |_| ok());
    assert_eq!((stage.status("a").waiting, stage.problem("a")), (0, None), "at once, not after the pause");
}
