//! The four delete policies: at the start, while running, after a loss.

use driftless_core::change::Kind;
use driftless_core::config::DeletePolicy::{self, Always, Never, Running, Startup};
use driftless_core::mirror::Input;
use driftless_core::paths::RelPath;
use driftless_core::plan::SyncPlan;

use crate::stage::{Stage, ok, path, refused, sync, without};
use crate::tree::{Kind as NodeKind, Node};
use crate::world::{World, plan};

const POLICIES: [DeletePolicy; 4] = [Always, Never, Startup, Running];

fn stranger(world: &mut World, name: &str) {
    let node = Node { kind: NodeKind::File { data: 7, size: 7 }, mtime_ns: 7, mode: 0o600, ino: 7 };
    let path = path(name);
    for above in path.ancestors() {
        let dir = Node { kind: NodeKind::Dir, mtime_ns: 5, mode: 0o755, ino: 8 };
        world.target.nodes.entry(above).or_insert(dir);
    }
    world.target.put(&path, node, 1);
}

/// A source with `always`, `f` and `d/g`, and a stranger at the target before the start.
fn begun(policy: DeletePolicy) -> World {
    let mut world = World::new(11, plan(policy, &[]));
    let always = Node { kind: NodeKind::File { data: 1, size: 1 }, mtime_ns: 1, mode: 0o644, ino: 3 };
    world.source.put(&path("always"), always, 1);
    for name in ["f", "d/g"] {
        let at = world.ns();
        if name.starts_with("d/") {
            world.make_dir(&path("d"), at);
        }
        world.write(&path(name), at);
    }
    stranger(&mut world, "stranger");
    world.begin();
    world.rest();
    world
}

fn there(world: &World, name: &str) -> bool {
    world.target.get(&path(name)).is_some()
}

#[test]
fn a_first_pass_removes_strangers_only_where_the_policy_says_so() {
    for policy in POLICIES {
        let world = begun(policy);
        assert!(there(&world, "f") && there(&world, "d/g"));
        assert_eq!(there(&world, "stranger"), matches!(policy, Never | Running), "{policy:?}");
    }
}

#[test]
fn removals_are_carried_over_while_running_only_where_the_policy_says_so() {
    for policy in POLICIES {
        let mut world = begun(policy);
        stranger(&mut world, "d/later");
        let at = world.ns();
        world.remove(&path("f"), at);
        world.rest();
        assert_eq!(there(&world, "f"), matches!(policy, Never | Startup), "{policy:?}");
        assert!(there(&world, "d/later"), "{policy:?}: a stranger in a directory that did not change stays");
        let at = world.ns();
        world.remove(&path("d"), at);
        world.rest();
        assert_eq!(there(&world, "d/g"), matches!(policy, Never | Startup), "{policy:?}");
    }
}

#[test]
fn a_recovery_pass_removes_strangers_only_under_true() {
    for policy in POLICIES {
        let mut world = begun(policy);
        stranger(&mut world, "later");
        world.lose();
        world.rest();
        assert_eq!(there(&world, "later"), policy != Always, "{policy:?}");
        assert_eq!(world.mirror.status().syncs[0].may_remain, policy == Running, "{policy:?}");
    }
}

#[test]
fn a_pass_asked_for_removes_what_a_recovery_may() {
    for policy in POLICIES {
        let mut stage = Stage::at_rest(vec![SyncPlan { delete: policy, ..sync("a") }]);
        stage.ask(driftless_core::mirror::Request::SyncNow { sync: None });
        assert_eq!(stage.begun[0].has("--delete"), policy == Always, "{policy:?}");
    }
}

#[test]
fn the_words_of_every_run_carry_deletions_only_where_the_policy_says_so() {
    for policy in POLICIES {
        let mut stage = Stage::new(vec![SyncPlan { delete: policy, ..sync("a") }]);
        stage.configure();
        stage.watch_all();
        assert_eq!(stage.begun[0].has("--delete"), matches!(policy, Always | Startup), "{policy:?}");
        stage.end(ok());
        stage.gone("gone");
        stage.is_dir("d");
        stage.write("a", "f");
        stage.change("a", "gone", Kind::Delete);
        stage.change("a", "d/", Kind::Create);
        stage.serve(60.0, |_| ok());
        for run in &stage.begun[1..] {
            let removing = ["--delete", "--delete-missing-args", "--force"].iter().any(|w| run.has(w));
            assert!(!removing || matches!(policy, Always | Running), "{policy:?}: {}", run.what());
            assert!(!run.has("--ignore-errors"));
        }
        let deleted = stage.begun.iter().any(|r| r.has("--delete-missing-args") && r.what().contains("gone"));
        assert_eq!(deleted, matches!(policy, Always | Running), "{policy:?}");
    }
}

#[test]
fn delete_excluded_is_sent_only_where_a_pass_removes() {
    for policy in POLICIES {
        let mut wiping = SyncPlan { delete: policy, ..sync("a") };
        wiping.rsync.delete_excluded = true;
        let mut stage = Stage::new(vec![wiping]);
        stage.configure();
        stage.watch_all();
        assert_eq!(stage.begun[0].has("--delete-excluded"), matches!(policy, Always | Startup), "{policy:?}");
        stage.end(ok());
        stage.write("a", "f");
        stage.pass(5.0);
        assert!(!stage.begun[1].has("--delete-excluded"), "{policy:?}");
    }
}

#[test]
fn a_new_directory_leaves_strangers_of_its_name_alone_under_running() {
    let mut world = begun(Running);
    stranger(&mut world, "new/theirs");
    let at = world.ns();
    world.make_dir(&path("new"), at);
    world.rest();
    assert!(there(&world, "new/theirs"));
}

#[test]
fn a_directory_made_anew_loses_what_the_old_one_held_under_running() {
    for policy in [Always, Running] {
        let mut world = begun(policy);
        let at = world.ns();
        world.remove(&path("d"), at);
        world.make_dir(&path("d"), at);
        world.rest();
        assert!(there(&world, "d") && !there(&world, "d/g"), "{policy:?}");
    }
}

#[test]
fn deletions_known_before_a_loss_are_still_carried_over_under_running() {
    let mut world = begun(Running);
    let at = world.ns();
    world.remove(&path("f"), at);
    world.lose();
    world.rest();
    assert!(!there(&world, "f") && there(&world, "stranger"));
}

#[test]
fn a_loss_below_one_directory_looks_only_there() {
    let mut stage = Stage::at_rest(vec![sync("a")]);
    stage.is_dir("d");
    let key = stage.key("a");
    stage.input(Input::Lost { sync: key, under: path("d") });
    stage.serve(60.0, |_| ok());
    assert!(stage.begun.len() == 1 && stage.begun[0].what() == "d" && stage.begun[0].has("-r"));
    stage.input(Input::Lost { sync: key, under: RelPath::root() });
    assert_eq!(stage.runs(), ["a: PASS"]);
}

#[test]
fn without_init_there_is_no_first_pass_but_a_loss_makes_one() {
    for policy in POLICIES {
        let mut stage = Stage::new(vec![SyncPlan { init: false, delete: policy, ..sync("a") }]);
        stage.configure();
        stage.watch_all();
        stage.pass(600.0);
        assert!(stage.begun.is_empty());
        let key = stage.key("a");
        stage.input(Input::Lost { sync: key, under: RelPath::root() });
        assert_eq!(stage.runs(), ["a: PASS"]);
        assert_eq!(stage.begun[0].has("--delete"), policy == Always, "{policy:?}");
        // A change within the second of the last one was lost too: times are compared exactly.
        assert!(stage.begun[0].has("--modify-window=-1"));
    }
}

#[test]
fn another_policy_makes_the_pass_that_removes_what_it_removes_when_it_begins() {
    for was in POLICIES {
        for now in POLICIES {
            let mut stage = Stage::at_rest(vec![SyncPlan { delete: was, ..sync("a") }]);
            stage.plan.syncs[0].delete = now;
            stage.configure();
            let wanted = (now == Always && was != Always) || (now == Startup && matches!(was, Never | Running));
            let removes: Vec<bool> = stage.begun.iter().map(|run| run.has("--delete")).collect();
            assert_eq!(removes, if wanted { vec![true] } else { vec![] }, "{was:?} to {now:?}");
            assert!(stage.begun.iter().all(|run| run.has("--modify-window=-1")), "it is not the first run");
            stage.serve(60.0, |_| ok());
            stage.configure();
            assert_eq!(stage.begun.len(), removes.len(), "once");
        }
    }
}

#[test]
fn what_the_only_pass_that_removes_could_not_remove_stays_owed() {
    let first = |policy, end| {
        let mut stage = Stage::new(vec![SyncPlan { delete: policy, ..sync("a") }]);
        stage.configure();
        stage.watch_all();
        stage.begun.clear();
        stage.end(end);
        stage
    };
    let mut stage = first(Startup, without(&["stranger"]));
    assert_eq!(stage.status("a").protected_up_to_ms, None, "the first pass has not done all of its work");
    stage.serve(20.0, |_| without(&["stranger"]));
    let tried = stage.begun.iter().filter(|run| run.what() == "PASS" && run.has("--delete")).count();
    assert!((1..4).contains(&tried), "{tried} passes");
    stage.serve(3_600.0, |_| ok());
    stage.begun.clear();
    stage.serve(3_600.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.problem("a")), (0, None), "done once it is done");
    // What the sender could not read is no removal, and under `true` a batch makes it good.
    let mut stage = first(Always, without(&["stranger"]));
    stage.serve(3_600.0, |_| ok());
    assert!(stage.begun.iter().all(|run| run.what() != "PASS"));
}

#[test]
fn a_first_pass_that_is_made_again_compares_to_the_nanosecond_only_after_a_loss() {
    let mut stage = Stage::new(vec![sync("a")]);
    stage.configure();
    stage.watch_all();
    let exact = |stage: &Stage| stage.begun.last().is_some_and(|run| run.has("--modify-window=-1"));
    let again = |stage: &mut Stage| {
        stage.end(refused());
        stage.pass(3.0);
        assert_eq!(stage.runs(), ["a: PASS"]);
    };
    assert!(!exact(&stage));
    again(&mut stage);
    assert!(!exact(&stage), "nothing was lost");
    let sync = stage.key("a");
    stage.input(Input::Lost { sync, under: RelPath::root() });
    again(&mut stage);
    assert!(exact(&stage), "what was sent before may differ within the second");
    stage.pass(5.0);
    stage.end(refused());
    stage.serve(60.0, |_| ok());
    assert!(exact(&stage), "and stays so until it has gone well");
    assert_eq!(stage.status("a").phase, driftless_core::view::Phase::Idle);
}
