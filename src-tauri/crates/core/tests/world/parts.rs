//! The random worlds again, with full passes cut into the smallest parts: whatever happens between and beside them.

use std::time::Duration;

use driftless_core::config::DeletePolicy;

use crate::tree::{Kind, Node};
use crate::world::{World, plan};
use crate::{EXCLUDES, act_for, check, live, path, seeds};

fn world(seed: u64, delete: DeletePolicy) -> World {
    let mut world = World::new(seed, plan(delete, if seed.is_multiple_of(2) { EXCLUDES } else { &[] }));
    world.plan.max_processes = 1 + (seed % 3) as usize;
    world.plan.own.part_size = Some(1 + seed % 4);
    world
}

fn stranger(world: &mut World, name: &str) {
    let node = Node { kind: Kind::File { data: 7, size: 7 }, mtime_ns: 7, mode: 0o600, ino: 7 };
    world.target.put(&path(name), node, 1);
}

/// A tree with something in it, so that the first pass already goes in parts.
fn planted(world: &mut World) {
    for name in ["a", "b", "b/e", "c", "d", "d/a"] {
        let now_ns = world.ns();
        world.make_dir(&path(name), now_ns);
        world.write(&path(&format!("{name}/f")), now_ns);
        world.write(&path(&format!("{name}/g")), now_ns);
    }
}

#[test]
fn at_rest_the_target_equals_the_source_whose_passes_go_in_parts() {
    let mut in_parts = 0;
    let some = || seeds().step_by(3);
    for seed in some() {
        let mut world = world(seed, DeletePolicy::Always);
        world.faults = seed % 2 > 0;
        world.slow = seed % 5 == 3;
        stranger(&mut world, "stranger");
        planted(&mut world);
        live(&mut world, 4);
        check(&world, false);
        in_parts += usize::from(world.parted);
    }
    assert!(in_parts * 10 > some().count() * 9, "{in_parts} worlds saw a part");
}

#[test]
fn without_deletions_parts_bring_everything_and_take_nothing_away() {
    for seed in seeds().step_by(6) {
        let mut world = world(seed, DeletePolicy::Never);
        stranger(&mut world, "stranger");
        planted(&mut world);
        live(&mut world, 3);
        assert!(world.target.get(&path("stranger")).is_some(), "seed {seed}");
    }
}

#[test]
fn under_running_parts_leave_strangers_alone() {
    for seed in seeds().step_by(5) {
        let mut world = world(seed, DeletePolicy::Running);
        stranger(&mut world, "stranger");
        planted(&mut world);
        live(&mut world, 3);
        assert!(world.target.get(&path("stranger")).is_some(), "seed {seed}");
        world.target.remove(&path("stranger"), 0);
        world.same_root_times();
        check(&world, false);
    }
}

#[test]
fn under_startup_the_parts_of_the_first_pass_remove_strangers_and_nothing_else_does() {
    for seed in seeds().step_by(6) {
        let mut world = world(seed, DeletePolicy::Startup);
        planted(&mut world);
        for name in ["stranger", "a/stranger", "b/e/stranger"] {
            stranger(&mut world, name);
        }
        world.begin();
        world.rest();
        for name in ["stranger", "a/stranger", "b/e/stranger"] {
            assert!(world.target.get(&path(name)).is_none(), "seed {seed}: {name}");
        }
        stranger(&mut world, "later");
        act_for(&mut world, 1);
        world.lose();
        world.rest();
        assert!(world.target.get(&path("later")).is_some(), "seed {seed}");
    }
}

#[test]
fn without_a_word_parts_delete_nothing_beyond_the_budget() {
    for seed in seeds().step_by(8) {
        let mut world = world(seed, DeletePolicy::Always);
        world.plan.own.budget.count = Some(0);
        world.plan.own.rehearse = seed % 3 == 0;
        planted(&mut world);
        stranger(&mut world, "stranger");
        world.faults = true;
        world.keeps = true;
        let always = Node { kind: Kind::File { data: 1, size: 1 }, mtime_ns: 1, mode: 0o644, ino: 3 };
        world.source.put(&path("always"), always, 1);
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

/// A person pauses and resumes all the time.
#[test]
fn a_pass_that_is_paused_again_and_again_still_covers_everything() {
    use driftless_core::mirror::{Input, Request, RequestId};
    for seed in seeds().step_by(5) {
        let mut world = world(seed, DeletePolicy::Always);
        stranger(&mut world, "stranger");
        planted(&mut world);
        let always = Node { kind: Kind::File { data: 1, size: 1 }, mtime_ns: 1, mode: 0o644, ino: 3 };
        world.source.put(&path("always"), always, 1);
        world.begin();
        for _ in 0..6 {
            for _ in 0..world.chance.below(40) {
                if world.chance.one_in(6) {
                    world.act();
                }
                world.tick(Duration::from_millis(30));
            }
            let pause = Request::Pause { sync: None, until_wall_ms: None };
            world.input(Input::Asked { id: RequestId(1), request: pause });
            for _ in 0..world.chance.below(10) {
                world.act();
                world.tick(Duration::from_millis(500));
            }
            world.input(Input::Asked { id: RequestId(2), request: Request::Resume { sync: None } });
        }
        world.rest();
        check(&world, false);
    }
}
