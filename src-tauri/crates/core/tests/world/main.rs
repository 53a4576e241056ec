//! Thousands of random worlds: whatever happens to the source, and however runs fail, at rest the target is what it should be.

#![allow(clippy::expect_used, clippy::panic, reason = "a world that breaks its own rules must stop the test")]

mod claims;
mod fake_rsync;
mod parts;
mod restarts;
mod scenarios;
mod stage;
mod tree;
mod world;

use std::time::Duration;

use driftless_core::config::DeletePolicy;
use driftless_core::paths::RelPath;
use tree::{Kind, Node};
use world::{World, plan, plan_that_moves, plan_with_trash};

const EXCLUDES: &[&str] = &["*.keep", "/b/d", "cache/"];

/// `DRIFTLESS_WORLDS` says how many; `DRIFTLESS_LONG` asks for ten times as many as usual; `DRIFTLESS_SEED` begins with another one.
#[allow(clippy::disallowed_methods, reason = "the tests of core may read the environment, core may not")]
fn seeds() -> std::ops::Range<u64> {
    let number = |name| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let usual = if std::env::var_os("DRIFTLESS_LONG").is_some() { 15_000 } else { 1_500 };
    let first = number("DRIFTLESS_SEED").unwrap_or(1);
    first..first + number("DRIFTLESS_WORLDS").unwrap_or(usual)
}

fn path(text: &str) -> RelPath {
    RelPath::new(text.as_bytes()).expect("a clean path")
}

fn live(world: &mut World, rounds: usize) {
    let always = Node { kind: Kind::File { data: 1, size: 1 }, mtime_ns: 1, mode: 0o644, ino: 3 };
    world.source.put(&path("always"), always, 1);
    for _ in 0..world.chance.below(15) {
        world.act();
    }
    world.begin();
    act_for(world, rounds);
    world.rest();
}

fn act_for(world: &mut World, rounds: usize) {
    for _ in 0..rounds {
        for _ in 0..world.chance.below(25) {
            world.act();
            for _ in 0..world.chance.below(4) {
                let wait = world.chance.below(400) as u64;
                world.tick(Duration::from_millis(wait));
            }
        }
        for _ in 0..world.chance.below(60) {
            world.tick(Duration::from_secs(2));
        }
    }
}

fn check(world: &World, strangers: bool) {
    let differences = world.differences(strangers);
    assert!(differences.is_empty(), "seed {}:\n{}", world.seed, differences.join("\n"));
}

#[test]
fn at_rest_the_target_equals_the_source() {
    let mut adopted = 0;
    for seed in seeds() {
        let mut world = World::new(seed, plan(DeletePolicy::Always, if seed % 2 == 0 { EXCLUDES } else { &[] }));
        world.plan.max_processes = 1 + (seed % 3) as usize;
        world.slow = seed % 5 == 1;
        live(&mut world, 4);
        check(&world, false);
        adopted += world.adopted;
    }
    // It is seldom that nothing else happens to a folder: few worlds may see none.
    assert!(adopted > 0 || seeds().count() < 1_000, "no rename was ever taken over");
}

#[test]
fn at_rest_the_target_equals_the_source_though_runs_fail_and_events_are_lost() {
    for seed in seeds() {
        let mut world = World::new(seed, plan(DeletePolicy::Always, if seed % 2 == 0 { EXCLUDES } else { &[] }));
        world.plan.max_processes = 1 + (seed % 3) as usize;
        world.faults = true;
        world.slow = seed % 5 == 2;
        live(&mut world, 4);
        check(&world, false);
    }
}

#[test]
fn at_rest_the_target_equals_the_source_where_it_makes_renames_by_itself() {
    for near in [true, false] {
        let mut moved = 0;
        for seed in seeds().step_by(4) {
            let mut world = World::new(seed, plan_that_moves(near, if seed % 8 == 1 { EXCLUDES } else { &[] }));
            world.plan.max_processes = 1 + (seed % 3) as usize;
            world.faults = seed % 16 > 8;
            live(&mut world, 4);
            check(&world, false);
            moved += world.moved;
        }
        assert!(moved > 0 || seeds().count() < 1_000, "no rename was ever made");
    }
}

#[test]
fn without_a_word_nothing_is_deleted_beyond_the_budget_and_with_it_the_target_equals_the_source() {
    for seed in seeds().step_by(2) {
        let mut world = World::new(seed, plan(DeletePolicy::Always, if seed % 4 == 1 { EXCLUDES } else { &[] }));
        world.plan.own.budget.count = Some(0);
        world.plan.own.rehearse = seed % 3 == 0;
        world.plan.max_processes = 1 + (seed % 3) as usize;
        let stranger = Node { kind: Kind::File { data: 7, size: 7 }, mtime_ns: 7, mode: 0o600, ino: 7 };
        world.target.put(&path("stranger"), stranger, 1);
        let always = Node { kind: Kind::File { data: 1, size: 1 }, mtime_ns: 1, mode: 0o644, ino: 3 };
        world.source.put(&path("always"), always, 1);
        world.faults = true;
        world.keeps = true;
        world.begin();
        act_for(&mut world, 3);
        world.faults = false;
        world.settle();
        assert!(world.target.get(&path("stranger")).is_some() && world.mirror.status().syncs[0].hold.is_some());
        world.keeps = false;
        for _ in 0..20 {
            let id = driftless_core::mirror::RequestId(1);
            let request = driftless_core::mirror::Request::Allow { sync: "id1".into() };
            world.input(driftless_core::mirror::Input::Asked { id, request });
            world.settle();
        }
        world.rest();
        check(&world, false);
    }
}

#[test]
fn with_a_trash_nothing_that_stood_at_the_target_is_lost() {
    for seed in seeds().step_by(4) {
        let policy = if seed % 8 == 1 { DeletePolicy::Always } else { DeletePolicy::Running };
        let mut world = World::new(seed, plan_with_trash(policy, if seed % 3 == 0 { EXCLUDES } else { &[] }));
        world.plan.max_processes = 1 + (seed % 3) as usize;
        world.faults = seed % 5 != 0;
        let before = Node { kind: Kind::File { data: 7, size: 7 }, mtime_ns: 7, mode: 0o600, ino: 7 };
        world.target.put(&path("a"), before, 1);
        world.remember();
        live(&mut world, 3);
        check(&world, policy == DeletePolicy::Running);
        let lost = world.lost_for_ever();
        assert!(lost.is_empty() && world.stood.len() > 1, "seed {seed}: {lost:?}");
    }
}

#[test]
fn without_deletions_everything_is_there_and_nothing_is_taken_away() {
    for seed in seeds().step_by(2) {
        let mut world = World::new(seed, plan(DeletePolicy::Never, &[]));
        let stranger = Node { kind: Kind::File { data: 7, size: 7 }, mtime_ns: 7, mode: 0o600, ino: 7 };
        world.target.put(&path("stranger"), stranger, 1);
        live(&mut world, 3);
        assert!(world.target.get(&path("stranger")).is_some(), "seed {seed}");
    }
}

#[test]
fn deletions_while_running_leave_strangers_alone() {
    for seed in seeds().step_by(2) {
        let mut world = World::new(seed, plan(DeletePolicy::Running, &[]));
        let stranger = Node { kind: Kind::File { data: 7, size: 7 }, mtime_ns: 7, mode: 0o600, ino: 7 };
        world.target.put(&path("stranger"), stranger, 1);
        live(&mut world, 3);
        assert!(world.target.get(&path("stranger")).is_some(), "seed {seed}");
        world.target.remove(&path("stranger"), 0);
        world.target.touch_parent(&path("x"), world.source.get(&RelPath::root()).map_or(0, |n| n.mtime_ns));
        check(&world, false);
    }
}
