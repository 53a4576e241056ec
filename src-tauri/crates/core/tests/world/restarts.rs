//! Random worlds in which the program is killed, or ends, and is started again over what changed meanwhile.

use std::time::Duration;

use driftless_core::config::DeletePolicy;
use driftless_core::paths::RelPath;

use crate::tree::{Kind, Node};
use crate::world::{World, plan};
use crate::{EXCLUDES, path, seeds};

/// What is looked at when all is at rest.
struct Lived {
    world: World,
    /// What the record called gone at the last stop.
    gone: Vec<RelPath>,
}

fn live(mut world: World) -> Lived {
    world.sly = false;
    let node = |n| Node { kind: Kind::File { data: n, size: n }, mtime_ns: 1, mode: 0o644, ino: 3 };
    world.source.put(&path("always"), node(1), 1);
    world.target.put(&path("stranger"), node(7), 1);
    for _ in 0..world.chance.below(15) {
        world.act();
    }
    // What stood there before is brought over once; later starts may do without a first pass.
    let init = std::mem::replace(&mut world.plan.init, world.plan.delete != DeletePolicy::Startup);
    world.begin();
    world.plan.init = init;
    let mut gone = Vec::new();
    for _ in 0..3 {
        for _ in 0..world.chance.below(25) {
            world.act();
            for _ in 0..world.chance.below(12) {
                let wait = world.chance.below(1_500) as u64;
                world.tick(Duration::from_millis(wait));
            }
        }
        let clean = world.chance.one_in(3);
        if clean {
            world.stop();
        } else {
            world.kill();
        }
        gone = world.past.gone.keys().cloned().collect();
        if !clean {
            for _ in 0..world.chance.below(12) {
                world.act();
            }
        } else if world.plan.init {
            // A first pass looks at whole seconds, so these changes have seconds of their own. Who turns it off says that what
            // changes between a clean stop and the next start is no concern.
            for name in ["a", "d", "e"].into_iter().take(world.chance.below(4)) {
                let now_ns = world.a_second_later();
                world.remove(&path(name), now_ns);
                world.write(&path(name), now_ns);
            }
        }
        world.again();
    }
    world.rest();
    Lived { world, gone }
}

fn world(seed: u64, delete: DeletePolicy) -> World {
    let mut world = World::new(seed, plan(delete, if seed.is_multiple_of(2) { EXCLUDES } else { &[] }));
    world.plan.max_processes = 1 + (seed % 3) as usize;
    world.plan.init = !seed.is_multiple_of(5);
    world.faults = seed.is_multiple_of(4);
    world
}

fn differences(lived: &Lived, strangers: bool) {
    let found = lived.world.differences(strangers);
    assert!(found.is_empty(), "seed {}:\n{}", lived.world.seed, found.join("\n"));
}

#[test]
fn after_any_stop_the_target_equals_the_source_again() {
    for seed in seeds() {
        differences(&live(world(seed, DeletePolicy::Always)), false);
    }
}

#[test]
fn after_any_stop_in_the_middle_of_a_pass_in_parts_the_target_equals_the_source_again() {
    for seed in seeds().step_by(3) {
        let mut world = world(seed, DeletePolicy::Always);
        world.plan.own.part_size = Some(1 + seed % 4);
        for name in ["a", "b", "c", "d"] {
            let now_ns = world.a_second_later();
            world.make_dir(&path(name), now_ns);
            world.write(&path(&format!("{name}/f")), now_ns);
        }
        differences(&live(world), false);
    }
}

#[test]
fn after_any_stop_nothing_is_taken_away_that_the_policy_protects() {
    for seed in seeds().step_by(3) {
        let lived = live(world(seed, DeletePolicy::Never));
        assert!(lived.world.target.get(&path("stranger")).is_some(), "seed {seed}");
        let mut startup = world(seed, DeletePolicy::Startup);
        startup.plan.init = false;
        let lived = live(startup);
        let removes = lived.world.plan.init;
        let there = lived.world.target.get(&path("stranger")).is_some();
        assert!(there || removes, "seed {seed}: nothing but a first pass removes");
    }
}

#[test]
fn under_running_what_was_noted_as_gone_goes_after_any_stop_and_strangers_stay() {
    for seed in seeds().step_by(2) {
        let mut lived = live(world(seed, DeletePolicy::Running));
        let world = &mut lived.world;
        assert!(world.target.get(&path("stranger")).is_some(), "seed {seed}");
        for gone in &lived.gone {
            let there = world.target.get(gone).is_some_and(|n| world.kept(gone, n) && !world.holds_excluded(gone));
            assert!(
                world.source.get(gone).is_some() || !there,
                "seed {seed}: {gone:?} is gone and stays at the target"
            );
        }
        world.target.remove(&path("stranger"), 0);
        world.same_root_times();
        let may_remain = world.mirror.status().syncs[0].may_remain;
        // In directories that hold what remains times may differ.
        if !may_remain {
            differences(&lived, true);
        }
    }
}
