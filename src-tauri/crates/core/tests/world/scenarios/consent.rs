//! Deletions beyond the budget and first passes that are rehearsed wait for a person's word; copies go on.

use driftless_core::budget::Budget;
use driftless_core::change::Kind;
use driftless_core::config::DeletePolicy;
use driftless_core::diagnose::{Exit, FailureCode, Item, Report};
use driftless_core::facts::{FileKind, Look};
use driftless_core::hold::HoldWhy;
use driftless_core::mirror::{End, Reply, Request};
use driftless_core::plan::{OwnPlan, SyncPlan};
use driftless_core::view::{Health, Phase};
use driftless_core::work::Arg;

use crate::stage::{Stage, Started, because, code, ended, ok, path, sync};
use crate::tree::{Kind as NodeKind, Node};
use crate::world::{World, plan};

fn budget(share: Option<u32>, count: Option<u64>) -> OwnPlan {
    OwnPlan { budget: Budget { share, count }, ..OwnPlan::default() }
}

fn file() -> Node {
    Node { kind: NodeKind::File { data: 7, size: 7 }, mtime_ns: 7, mode: 0o600, ino: 7 }
}

fn dir() -> Node {
    Node { kind: NodeKind::Dir, mtime_ns: 5, mode: 0o755, ino: 8 }
}

/// A source and a target with the same 30 files in `d` and the file `always`, mirrored.
fn mirrored(own: OwnPlan) -> World {
    let mut world = World::new(3, SyncPlan { own, ..plan(DeletePolicy::Always, &[]) });
    world.source.put(&path("always"), file(), 1);
    world.source.put(&path("d"), dir(), 1);
    for n in 0..30 {
        world.source.put(&path(&format!("d/{n}")), file(), 1);
    }
    world.begin();
    world.rest();
    world
}

fn held(world: &World) -> Option<(HoldWhy, u64, u64)> {
    let hold = world.mirror.status().syncs[0].hold.clone()?;
    Some((hold.why, hold.picture.map_or(0, |p| p.deleted.count), hold.more))
}

fn ask(world: &mut World, request: Request) {
    let id = driftless_core::mirror::RequestId(1);
    world.input(driftless_core::mirror::Input::Asked { id, request });
}

fn write(world: &mut World, name: &str) {
    let at = world.ns();
    world.write(&path(name), at);
}

fn remove(world: &mut World, name: &str) {
    let at = world.ns();
    world.remove(&path(name), at);
}

fn at_target(world: &World) -> usize {
    world.target.nodes.len() - 1
}

#[test]
fn a_removed_folder_beyond_the_count_waits_and_copies_go_on() {
    let mut world = mirrored(budget(None, Some(10)));
    assert_eq!(at_target(&world), 32);
    remove(&mut world, "d");
    write(&mut world, "new");
    world.settle();
    assert_eq!(held(&world), Some((HoldWhy::DeleteBudget, 31, 0)), "30 files and their folder");
    assert_eq!(at_target(&world), 33, "nothing was deleted, and the new file is there");
    let status = world.mirror.status().syncs[0].clone();
    assert_eq!((status.phase, status.health), (Phase::Held, Health::Attention));
    assert_eq!(status.problem.map(|p| p.code).as_deref(), Some("delete-budget"));
    let picture = status.hold.and_then(|h| h.picture).expect("a picture");
    assert_eq!(picture.deleted.names.len(), 10);
    // What comes after it waits too, however small, and copies still go.
    remove(&mut world, "always");
    write(&mut world, "newer");
    world.settle();
    assert_eq!(held(&world), Some((HoldWhy::DeleteBudget, 31, 1)));
    assert_eq!(at_target(&world), 34);
    ask(&mut world, Request::Allow { sync: "id1".into() });
    world.rest();
    assert_eq!((held(&world), at_target(&world)), (None, 2), "new and newer");
    assert!(world.differences(false).is_empty());
}

#[test]
fn within_the_budget_nothing_waits() {
    for own in [budget(None, Some(31)), budget(Some(97), None), OwnPlan::default()] {
        let mut world = mirrored(own);
        remove(&mut world, "d");
        world.rest();
        assert_eq!((held(&world), at_target(&world)), (None, 1));
    }
}

#[test]
fn a_share_is_one_of_what_the_target_holds() {
    let mut world = mirrored(budget(Some(50), None));
    for n in 0..16 {
        remove(&mut world, &format!("d/{n}"));
    }
    world.rest();
    assert_eq!((held(&world), at_target(&world)), (None, 16), "16 of 33 is less than a half");
    let mut world = mirrored(budget(Some(50), None));
    for n in 0..17 {
        remove(&mut world, &format!("d/{n}"));
    }
    world.settle();
    assert_eq!((held(&world), at_target(&world)), (Some((HoldWhy::DeleteBudget, 17, 0)), 32));
}

#[test]
fn one_accident_in_many_batches_counts_together() {
    let mut world = mirrored(budget(None, Some(10)));
    for n in 0..30 {
        remove(&mut world, &format!("d/{n}"));
        world.settle();
    }
    assert_eq!(at_target(&world), 22, "ten went");
    assert!(held(&world).is_some());
    // Somebody who removes a few files now and then is never asked.
    let mut world = mirrored(budget(None, Some(10)));
    for n in 0..30 {
        remove(&mut world, &format!("d/{n}"));
        world.settle();
        world.tick_until(std::time::Duration::from_secs(120));
    }
    assert_eq!((held(&world), at_target(&world)), (None, 2));
}

#[test]
fn a_first_pass_over_a_fuller_target_copies_and_asks() {
    let mut world = World::new(3, SyncPlan { own: budget(None, Some(5)), ..plan(DeletePolicy::Always, &[]) });
    world.source.put(&path("mine"), file(), 1);
    for n in 0..20 {
        world.target.put(&path(&format!("stranger{n}")), file(), 1);
    }
    world.begin();
    world.settle();
    assert_eq!(held(&world), Some((HoldWhy::DeleteBudget, 20, 0)));
    assert_eq!(at_target(&world), 21);
    // Asked again it is counted again; the answer stays the same.
    ask(&mut world, Request::SyncNow { sync: None });
    world.settle();
    assert_eq!((held(&world), at_target(&world)), (Some((HoldWhy::DeleteBudget, 20, 0)), 21));
    ask(&mut world, Request::Allow { sync: "Sync1".into() });
    world.rest();
    assert_eq!((held(&world), at_target(&world)), (None, 1));
}

#[test]
fn files_that_come_back_end_the_hold() {
    let mut world = mirrored(budget(None, Some(0)));
    remove(&mut world, "d/3");
    world.settle();
    assert_eq!(held(&world), Some((HoldWhy::DeleteBudget, 1, 0)));
    write(&mut world, "d/3");
    world.rest();
    assert_eq!((held(&world), at_target(&world)), (None, 32));
    assert!(world.differences(false).is_empty());
}

#[test]
fn a_folder_in_whose_place_a_file_stands_is_counted_with_all_it_held() {
    let mut world = mirrored(budget(None, Some(10)));
    remove(&mut world, "d");
    write(&mut world, "d");
    write(&mut world, "new");
    world.settle();
    assert!(held(&world).is_some());
    assert_eq!(at_target(&world), 33, "new is there, and d still is a folder");
    ask(&mut world, Request::Allow { sync: "id1".into() });
    world.rest();
    assert!(world.differences(false).is_empty());
}

#[test]
fn a_first_pass_that_may_delete_is_rehearsed_and_confirmed() {
    let own = OwnPlan { rehearse: true, ..OwnPlan::default() };
    for policy in [DeletePolicy::Always, DeletePolicy::Startup, DeletePolicy::Never, DeletePolicy::Running] {
        let mut world = World::new(3, SyncPlan { own: own.clone(), ..plan(policy, &[]) });
        world.source.put(&path("mine"), file(), 1);
        world.target.put(&path("stranger"), file(), 1);
        world.begin();
        world.settle();
        if !policy.at_startup() {
            assert_eq!((held(&world), at_target(&world)), (None, 2), "{policy:?} deletes nothing in a pass");
            continue;
        }
        assert_eq!((held(&world), at_target(&world)), (Some((HoldWhy::Rehearsal, 1, 0)), 1), "nothing is done yet");
        let status = world.mirror.status().syncs[0].clone();
        assert_eq!((status.phase, status.health, status.protected_up_to_ms), (Phase::Held, Health::Attention, None));
        let picture = status.hold.and_then(|h| h.picture).expect("a picture");
        assert_eq!((picture.sent.count, picture.deleted.names), (1, vec!["stranger".to_owned()]));
        write(&mut world, "later");
        world.settle();
        assert_eq!(at_target(&world), 1, "and nothing else either");
        ask(&mut world, Request::Allow { sync: "id1".into() });
        world.rest();
        assert_eq!((held(&world), at_target(&world)), (None, 2), "mine and later");
        // From then on it is mirrored without questions.
        remove(&mut world, "later");
        world.lose();
        world.rest();
        let stays = usize::from(policy == DeletePolicy::Startup);
        assert_eq!((held(&world), at_target(&world)), (None, 1 + stays), "{policy:?}");
    }
}

#[test]
fn more_than_was_shown_is_not_deleted() {
    let own = OwnPlan { rehearse: true, ..OwnPlan::default() };
    let mut world = World::new(3, SyncPlan { own, ..plan(DeletePolicy::Always, &[]) });
    world.source.put(&path("mine"), file(), 1);
    world.target.put(&path("stranger"), file(), 1);
    world.begin();
    world.settle();
    for n in 0..100 {
        world.target.put(&path(&format!("stranger{n}")), file(), 1);
    }
    ask(&mut world, Request::Allow { sync: "id1".into() });
    world.settle();
    let (why, count, _) = held(&world).expect("it asks again");
    assert_eq!(why, HoldWhy::Rehearsal);
    assert!(count > 80 && at_target(&world) > 80, "{count} of {}", at_target(&world));
    ask(&mut world, Request::Allow { sync: "id1".into() });
    world.rest();
    assert_eq!((held(&world), at_target(&world)), (None, 1));
}

fn deleting(count: usize, total: Option<u64>) -> End {
    let mut report = Report::default();
    for n in 0..count {
        let what = "*deleting".to_owned();
        let path = path(&format!("gone/{n}"));
        report.parts.take(&Item { path, deleted: true, sent: false, dir: false, size: 0, what });
    }
    report.counts.total_files = total;
    ended(Exit::Code(0), report)
}

fn dry(run: &Started) -> bool {
    run.has("--dry-run")
}

fn net(run: &Started) -> Option<String> {
    run.command.args.iter().find_map(|a| match a {
        Arg::Word(w) => w.strip_prefix("--max-delete=").map(str::to_owned),
        _ => None,
    })
}

fn limited(name: &str, count: u64) -> SyncPlan {
    SyncPlan { own: budget(None, Some(count)), ..sync(name) }
}

#[test]
fn a_folder_that_is_sent_without_its_deletions_is_looked_at_again_after_they_were_counted() {
    for gone in [false, true] {
        let mut stage = Stage::at_rest(vec![limited("a", 5)]);
        stage.is_dir("b/d");
        stage.change("a", "b/d/", Kind::Create);
        stage.pass(5.0);
        assert!(stage.runs() == ["a: b/d"] && dry(&stage.begun[0]));
        if gone {
            let way = stage.found(FileKind::File);
            stage.looks.insert(path("b"), way);
            stage.looks.insert(path("b/d"), Look::Blocked { at: path("b") });
        }
        stage.end(deleting(6, None));
        if gone {
            assert_eq!(stage.runs(), ["a: b"], "what is below a file is not listed");
        } else {
            assert!(stage.runs() == ["a: b/d"] && !stage.begun[1].has("--delete"));
        }
        stage.end(ok());
        assert_eq!(stage.status("a").waiting, usize::from(!gone));
    }
}

#[test]
fn a_run_that_may_delete_has_a_net_and_one_that_may_not_is_not_counted() {
    let mut stage = Stage::new(vec![limited("a", 7)]);
    stage.configure();
    stage.watch_all();
    stage.serve(60.0, |run| if dry(run) { deleting(3, Some(10)) } else { ok() });
    let shape: Vec<(bool, Option<String>)> = stage.begun.iter().map(|r| (dry(r), net(r))).collect();
    assert_eq!(shape, [(true, None), (false, Some("7".to_owned()))]);
    stage.begun.clear();
    stage.write("a", "f");
    stage.serve(60.0, |_| ok());
    let shape: Vec<(bool, Option<String>)> = stage.begun.iter().map(|r| (dry(r), net(r))).collect();
    assert_eq!(shape, [(false, Some("7".to_owned()))], "a written file deletes nothing, and has the net");
    assert!(!stage.begun.iter().any(|r| r.has("--ignore-errors")));
}

#[test]
fn what_the_net_catches_is_counted_again_and_then_held() {
    let mut stage = Stage::new(vec![limited("a", 7)]);
    stage.configure();
    stage.watch_all();
    let mut counts = [deleting(3, Some(10)), deleting(50, Some(60))].into_iter();
    stage.serve(60.0, |run| match (dry(run), run.has("--delete")) {
        (true, _) => counts.next().expect("two counts"),
        (false, true) => because(25, FailureCode::TooManyDeletions),
        (false, false) => ok(),
    });
    let hold = stage.status("a").hold.expect("held");
    assert_eq!((hold.picture.map(|p| p.deleted.count), hold.limit), (Some(50), Some(7)));
    assert_eq!(stage.begun.iter().map(dry).collect::<Vec<_>>(), [true, false, true, false]);
}

#[test]
fn a_count_that_fails_is_made_again_and_nothing_is_deleted_meanwhile() {
    let mut stage = Stage::new(vec![limited("a", 7)]);
    stage.configure();
    stage.watch_all();
    stage.serve(600.0, |run| if dry(run) { code(10) } else { ok() });
    assert!(stage.begun.len() > 2 && stage.begun.iter().all(dry));
    assert_eq!((stage.problem("a").is_some(), stage.status("a").hold), (true, None));
    stage.begun.clear();
    stage.serve(600.0, |run| if dry(run) { deleting(0, Some(3)) } else { ok() });
    assert_eq!((stage.begun().len(), stage.problem("a")), (2, None));
}

#[test]
fn a_larger_budget_in_the_configuration_is_an_answer() {
    let mut stage = Stage::new(vec![limited("a", 7)]);
    stage.configure();
    stage.watch_all();
    let answer = |run: &Started| if dry(run) { deleting(9, Some(10)) } else { ok() };
    stage.serve(60.0, answer);
    assert!(stage.status("a").hold.is_some());
    stage.begun.clear();
    stage.plan.syncs = vec![limited("a", 9)];
    stage.configure();
    stage.serve(60.0, answer);
    assert_eq!((stage.status("a").hold, stage.begun[1].has("--delete")), (None, true));
}

#[test]
fn a_rehearsal_can_be_had_at_any_time_and_changes_nothing() {
    let mut stage = Stage::at_rest(vec![sync("a"), sync("b")]);
    stage.ask(Request::Pause { sync: None, until_wall_ms: None });
    stage.ask(Request::Rehearse { sync: "a".into() });
    assert_eq!(stage.replies.pop(), Some(Reply::Done(vec!["id-a".to_owned()])));
    assert!(stage.status("a").rehearsal.is_some_and(|r| r.picture.is_none() && r.failed.is_none()));
    stage.serve(5.0, |_| deleting(4, Some(9)));
    assert_eq!(stage.begun.len(), 1);
    assert!(dry(&stage.begun[0]) && stage.begun[0].has("--delete"));
    let picture = stage.status("a").rehearsal.and_then(|r| r.picture).expect("a picture");
    assert_eq!((picture.deleted.count, picture.target_entries), (4, Some(13)));
    stage.ask(Request::Rehearse { sync: "a".into() });
    stage.serve(5.0, |_| because(10, FailureCode::ConnectionRefused));
    assert_eq!(stage.status("a").rehearsal.and_then(|r| r.failed).as_deref(), Some("connection-refused"));
    assert_eq!(stage.problem("a"), None, "a rehearsal that fails is no failure of the sync");
    stage.ask(Request::Rehearse { sync: "nobody".into() });
    assert!(matches!(stage.replies.pop(), Some(Reply::NoSuchSync { .. })));
}

#[test]
fn a_replaced_source_is_not_accepted_by_who_allows_deletions() {
    let mut stage = Stage::new(vec![limited("a", 7)]);
    stage.configure();
    stage.watch_all();
    stage.serve(60.0, |run| if dry(run) { deleting(9, Some(10)) } else { ok() });
    stage.roots.insert("a".into(), driftless_core::facts::RootLook::Dir(crate::stage::root(2)));
    stage.begun.clear();
    stage.ask(Request::Allow { sync: "a".into() });
    stage.serve(600.0, |_| ok());
    assert_eq!((stage.begun().len(), stage.problem("a").as_deref()), (0, Some("source-replaced")));
}
