//! The trash at the target: what goes into it, and when it leaves.

use std::time::Duration;

use driftless_core::config::DeletePolicy;
use driftless_core::paths::RelPath;
use driftless_core::trash::{Moment, TRASH};
use driftless_core::work::Arg;

use crate::stage::{Stage, Started, ok, path, sync};
use crate::tree::{Kind, Node};
use crate::world::{World, plan_with_trash};

const DAY: Duration = Duration::from_secs(86_400);

fn keeping() -> Stage {
    let plan = plan_with_trash(DeletePolicy::Always, &[]);
    let mut one = sync("a");
    (one.matcher, one.own, one.rsync) = (plan.matcher, plan.own, plan.rsync);
    let mut stage = Stage::new(vec![one]);
    stage.configure();
    stage.watch_all();
    stage
}

fn backup_dir(run: &Started) -> Option<String> {
    let words = run.command.args.iter().filter_map(|a| if let Arg::Word(w) = a { Some(w) } else { None });
    words.filter_map(|w| w.strip_prefix("--backup-dir=")).map(str::to_owned).next()
}

fn is_tidy(run: &Started) -> bool {
    run.has("--filter=H *")
}

#[test]
fn every_run_has_a_folder_of_its_own_in_the_trash_and_never_removes_the_trash() {
    let mut stage = keeping();
    stage.end(ok());
    stage.pass(1.0);
    stage.end(ok());
    for name in ["x", "y", "z"] {
        stage.write("a", name);
        stage.pass(10.0);
        stage.end(ok());
    }
    let runs: Vec<&Started> = stage.begun.iter().filter(|r| !is_tidy(r)).collect();
    let mut dirs: Vec<String> = runs.iter().map(|r| backup_dir(r).expect("a folder in the trash")).collect();
    assert!(runs.len() >= 4 && runs.iter().all(|r| r.has("--backup")));
    assert!(runs.iter().all(|r| r.has(&format!("--filter=P /{TRASH}/")) || !r.has("--delete")));
    assert!(runs.iter().all(|r| r.has(&format!("--filter=- /{TRASH}/")) || r.has(&format!("--exclude=/{TRASH}/"))));
    let count = dirs.len();
    dirs.sort();
    dirs.dedup();
    assert_eq!(dirs.len(), count, "{dirs:?}");
}

#[test]
fn without_the_key_nothing_is_kept() {
    let mut stage = super::one();
    stage.write("a", "x");
    stage.pass(10.0);
    stage.pass(200_000.0);
    assert!(stage.begun.iter().all(|r| !r.has("--backup") && !is_tidy(r)) && stage.begun.len() == 1);
}

#[test]
fn old_things_leave_once_a_day_when_nothing_waits_and_a_failure_troubles_nobody() {
    let mut stage = keeping();
    assert!(!stage.begun.iter().any(is_tidy), "not before the first pass");
    stage.end(ok());
    stage.pass(1.0);
    assert_eq!(stage.begun.iter().filter(|r| is_tidy(r)).count(), 1);
    assert_eq!(stage.status("a").phase, driftless_core::view::Phase::Idle);
    stage.write("a", "x");
    stage.end(crate::stage::code(12));
    assert_eq!((stage.status("a").problem, stage.status("a").totals.failed), (None, 0));
    stage.pass(10.0);
    stage.end(ok());
    stage.pass(80_000.0);
    assert_eq!(stage.begun.iter().filter(|r| is_tidy(r)).count(), 1, "once a day");
    stage.pass(7_000.0);
    assert_eq!(stage.begun.iter().filter(|r| is_tidy(r)).count(), 2);
    let tidy = stage.begun.iter().rfind(|r| is_tidy(r)).expect("one");
    assert!(tidy.command.low && tidy.has("--filter=P *") && !tidy.has("--backup"), "{}", tidy.command.shown());
}

#[test]
fn what_is_older_than_asked_for_goes_and_all_else_stays() {
    let mut world = World::new(1, plan_with_trash(DeletePolicy::Always, &[]));
    let node = Node { kind: Kind::File { data: 1, size: 1 }, mtime_ns: 1, mode: 0o644, ino: 3 };
    let kept = |days: i64| {
        let at = Moment(1_700_000_000_000 - days * 86_400_000);
        RelPath::new(format!("{}/f", at.dir()).as_bytes()).expect("a clean path")
    };
    for days in [400, 31, 29, 1] {
        world.target.put(&kept(days), node.clone(), 1);
    }
    let own = path(&format!("{TRASH}/mine"));
    world.target.put(&own, node.clone(), 1);
    world.source.put(&path("x"), node, 1);
    world.begin();
    world.tick_until(DAY / 4);
    for days in [400, 31] {
        assert!(world.target.get(&kept(days)).is_none(), "{days} days old");
    }
    for days in [29, 1] {
        assert!(world.target.get(&kept(days)).is_some(), "{days} days old");
    }
    assert!(world.target.get(&own).is_some(), "what is not ours in it stays");
    world.tick_until(DAY * 3);
    assert!(world.target.get(&kept(29)).is_none() && world.target.get(&kept(1)).is_some());
    assert!(world.target.get(&path("x")).is_some());
}
