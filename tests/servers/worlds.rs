//! Random worlds: six rounds of up to 25 changes, and after each of them the target is equal, by checksum, names, types,
//! modes and times.
//!
//! `DRIFTLESS_WORLDS` says how many (60; ten times as many with `DRIFTLESS_LONG`), `DRIFTLESS_SEED` begins with another one; a failure names its seed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::chance::{many, setting};
use crate::changes::{Changes, EXCLUDE, FILTERS, last_word};
use crate::common::{Rsyncd, RsyncdOptions, Sshd, SshdOptions, Tree, differences};
use crate::live::{Live, sync, sync_direct, sync_over_ssh};
use crate::support::Home;

const ROUNDS: usize = 6;
const CHANGES: usize = 25;
/// Worlds that live at the same time.
const AT_ONCE: usize = 8;
/// A round that takes longer has not come to rest.
const PATIENCE: u64 = 120;

struct World {
    name: String,
    seed: u64,
    tree: Tree,
    target: String,
}

impl World {
    /// `target`: the directory of all targets, in rsync's notation.
    fn new(number: u64, target: &str) -> World {
        let tree = Tree::new();
        for dir in ["source", "outside"] {
            tree.mkdir(dir);
        }
        let seed = setting("DRIFTLESS_SEED", 1) + number;
        World { name: format!("w{number}."), seed, tree, target: format!("{target}/{number}") }
    }

    fn live(&self, live: &Live<'_>) {
        let source = self.tree.at("source");
        let mut changes = Changes::new(self.seed, &source, &self.tree.at("outside"));
        // Some do all at once, some while runs are under way.
        let pause = [0, 0, 3, 40][changes.below(4)];
        for round in 0..ROUNDS {
            changes.done.push(format!("-- round {round}"));
            for _ in 0..1 + changes.below(CHANGES) {
                changes.one();
                if pause > 0 {
                    std::thread::sleep(Duration::from_millis(changes.below(pause) as u64));
                }
            }
            changes.through_a_link();
            let at = last_word(&source, &round.to_string()).unwrap();
            let rested = catch_unwind(AssertUnwindSafe(|| live.rest(&self.name, at, PATIENCE)));
            let mut words = vec!["-lptgoD"];
            words.extend(FILTERS);
            let found = differences(&source, &self.target, &words);
            assert!(
                rested.is_ok() && found.is_empty(),
                "seed {} is not equal after round {round}:\n{}\n{}\n{}",
                self.seed,
                found.join("\n"),
                changes.done.join("\n"),
                live.said(&self.name),
            );
        }
    }
}

/// A sync of a configuration, as in [`sync`].
type Written = fn(&str, &Path, &str, &str, &str) -> String;

/// Lets so many worlds live whose targets are in `target`; none may end badly.
fn all_live(target: &str, count: u64, sync: Written) {
    lives(target, count, |world| sync(&world.name, &world.tree.at("source"), &world.target, EXCLUDE, ""));
}

/// The same, each with a configuration of its own.
fn lives(target: &str, count: u64, config_of: impl Fn(&World) -> String) {
    let worlds: Vec<World> = (0..many("DRIFTLESS_WORLDS", count)).map(|n| World::new(n, target)).collect();
    let mut config = "[settings]\nmaxProcesses = 6\n\n".to_owned();
    for world in &worlds {
        config += &config_of(world);
    }
    let home = Home::new();
    let live = Live::start(&home, &config);
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(world) = worlds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if catch_unwind(AssertUnwindSafe(|| world.live(&live))).is_err() {
                        wrong.lock().unwrap().push(world.seed);
                    }
                }
            });
        }
    });
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} worlds are wrong, seeds {wrong:?}", wrong.len(), worlds.len());
}

#[test]
fn no_world_is_wrong_in_a_folder() {
    let target = Tree::new();
    all_live(&target.word(), 60, sync);
}

#[test]
fn no_world_is_wrong_in_a_module() {
    let daemon = Rsyncd::start(&RsyncdOptions::default());
    all_live(&daemon.url(), 60, sync);
}

#[test]
fn no_world_is_wrong_that_is_copied_without_a_child() {
    let target = Tree::new();
    all_live(&target.word(), 30, sync_direct);
}

#[test]
fn no_world_is_wrong_over_ssh() {
    let sshd = Sshd::start(&SshdOptions::default());
    let there = sshd.there();
    lives(there.to_str().unwrap(), 10, |world| {
        let dir = world.target.rsplit('/').next().unwrap();
        sync_over_ssh(&world.name, &world.tree.at("source"), &sshd, dir, EXCLUDE)
    });
}
