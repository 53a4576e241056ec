//! Passes that a sync makes by itself: what is lost at the target makes no event here, and is found all the same.

use std::time::Duration;

use driftless_core::conditions::Surroundings;
use driftless_core::config::DeletePolicy;
use driftless_core::mirror::Input;
use driftless_core::schedule::{self, Schedule};

use crate::stage::{Stage, ok, path, sync};
use crate::tree::{Kind, Node};
use crate::world::{World, plan};

const DAY: f64 = 86_400.0;

fn weekly() -> Schedule {
    Schedule { days: Some(7), ..Schedule::default() }
}

/// At rest, its first pass just made.
fn at_rest(schedule: Schedule) -> Stage {
    let mut one = sync("a");
    one.own.schedule = schedule;
    Stage::at_rest(vec![one])
}

fn world(seed: u64) -> World {
    let mut world = World::new(seed, plan(DeletePolicy::Always, &[]));
    world.plan.own.schedule = weekly();
    let node = Node { kind: Kind::File { data: 1, size: 1 }, mtime_ns: 1, mode: 0o644, ino: 3 };
    world.source.put(&path("x"), node, 1);
    world
}

fn days(count: f64) -> Duration {
    Duration::from_secs_f64(count * DAY)
}

#[test]
fn after_a_week_everything_is_compared_once_and_lets_others_go_first() {
    let mut stage = at_rest(weekly());
    stage.pass(6.9 * DAY);
    assert_eq!(stage.begun(), [""; 0]);
    stage.pass(0.2 * DAY);
    let run = stage.begun.last().cloned().expect("a pass");
    assert!(run.command.low && run.has("--modify-window=-1") && run.has("--delete"), "{}", run.command.shown());
    assert!(!run.has("--checksum"));
    stage.end(ok());
    stage.pass(6.9 * DAY);
    assert_eq!(stage.begun(), ["a: PASS"]);
}

#[test]
fn contents_are_compared_where_that_is_asked_for_and_again_after_a_failure() {
    let mut stage = at_rest(Schedule { contents: true, ..weekly() });
    stage.pass(7.1 * DAY);
    stage.end(crate::stage::refused());
    stage.pass(DAY / 2.0);
    assert_eq!(stage.begun.iter().filter(|run| run.has("--checksum")).count(), 2);
    stage.end(ok());
    stage.begun.clear();
    let id = driftless_core::mirror::RequestId(1);
    stage.input(Input::Asked { id, request: driftless_core::mirror::Request::SyncNow { sync: None } });
    stage.pass(1.0);
    assert!(stage.begun.len() == 1 && !stage.begun[0].has("--checksum"), "who asks for a pass asks for a quick one");
}

#[test]
fn it_waits_for_quiet_but_not_for_ever() {
    let mut stage = at_rest(weekly());
    stage.pass(7.0 * DAY - 100.0);
    stage.begun.clear();
    // Something is sent every minute.
    let mut passes = 0;
    for minute in 0..26 * 60 {
        stage.write("a", "x");
        stage.pass(60.0);
        passes += stage.begun().iter().filter(|run| run.ends_with("PASS")).count();
        assert!(passes == 0 || minute > 23 * 60, "busy: minute {minute}");
        while !stage.running.is_empty() {
            stage.end(ok());
        }
    }
    assert_eq!(passes, 1);
}

#[test]
fn never_is_never() {
    let mut stage = at_rest(Schedule::default());
    stage.pass(400.0 * DAY);
    assert_eq!(stage.begun(), [""; 0]);
}

#[test]
fn a_crontab_is_local_wall_time() {
    // 22:13:20 UTC; here it is 03:43:20 of the next day.
    let mut stage =
        at_rest(Schedule { crontab: schedule::parse("0 4 * * *").into_iter().collect(), ..Schedule::default() });
    stage.input(Input::Surroundings(Box::new(Surroundings { utc_offset_s: 19_800, ..Surroundings::default() })));
    let local = |stage: &Stage| (stage.now.wall_ms / 1_000 + 19_800) % 86_400;
    let to_four = 4 * 3_600 - local(&stage);
    assert!((0..3_600).contains(&to_four), "{to_four}");
    stage.pass(to_four as f64 - 2.0);
    assert_eq!(stage.begun(), [""; 0]);
    stage.pass(4.0);
    assert_eq!(stage.begun(), ["a: PASS"]);
    stage.end(ok());
    stage.pass(0.9 * DAY);
    assert_eq!(stage.begun(), [""; 0], "once");
    stage.pass(0.2 * DAY);
    assert_eq!(stage.begun(), ["a: PASS"]);
}

#[test]
fn what_is_lost_at_the_target_comes_back() {
    let mut world = world(1);
    world.begin();
    world.tick_until(days(1.0));
    world.target.remove(&path("x"), 5);
    world.tick_until(days(5.0));
    assert!(world.target.get(&path("x")).is_none(), "nobody saw it");
    world.tick_until(days(2.0));
    assert!(world.target.get(&path("x")).is_some() && world.differences(false).is_empty());
}

#[test]
fn an_rsync_that_ends_well_and_does_nothing_is_found_out() {
    let mut world = world(2);
    world.begin();
    world.tick_until(days(0.1));
    world.lying = true;
    let now_ns = world.a_second_later();
    world.write(&path("y"), now_ns);
    world.remove(&path("x"), now_ns);
    world.tick_until(days(0.1));
    world.lying = false;
    world.tick_until(days(1.0));
    assert!(!world.differences(false).is_empty(), "it believed what it was told");
    world.tick_until(days(7.0));
    assert_eq!(world.differences(false), [""; 0]);
}

#[test]
fn the_count_of_days_outlives_restarts() {
    let mut world = world(3);
    world.begin();
    world.plan.init = false;
    world.tick_until(days(1.0));
    world.target.remove(&path("x"), 5);
    for _ in 0..4 {
        world.stop();
        world.again();
        assert!(world.target.get(&path("x")).is_none(), "without init nothing is compared at a start");
        world.tick_until(days(1.4));
    }
    world.tick_until(days(1.0));
    assert!(world.target.get(&path("x")).is_some());
}
