//! Random churn with a fault every few seconds: whatever goes wrong, what must stay stays all the time, and after the last
//! fault both targets are equal to the source.
//!
//! Each seed gives every fault once, in an order of its own, for a time of its own, up to two at once. The last one stays
//! until its problem is told. `cargo xtask churn` runs many seeds, or one again (`DRIFTLESS_SEED`).

mod ends;
mod fault;
mod plan;
mod stage;

use std::path::Path;
use std::time::{Duration, Instant};

use crate::chance::setting;
use crate::namespace::inside;
use crate::support::Home;

use ends::Ends;
use plan::Plan;
use stage::Stage;

/// A target that failed in several faults is tried again after a pause that has doubled with each.
const PATIENCE: u64 = 240;

#[test]
fn churn_with_faults_1() {
    churn("churn_with_faults_1", 0);
}

#[test]
fn churn_with_faults_2() {
    churn("churn_with_faults_2", 1);
}

#[test]
fn churn_with_faults_3() {
    churn("churn_with_faults_3", 2);
}

#[test]
fn churn_over_ssh_and_without_a_child_1() {
    churn_of_kinds("churn_over_ssh_and_without_a_child_1", 0);
}

#[test]
fn churn_over_ssh_and_without_a_child_2() {
    churn_of_kinds("churn_over_ssh_and_without_a_child_2", 1);
}

fn churn(test: &str, number: u64) {
    if inside("faults", test) {
        churn_with(number, Ends::plain);
    }
}

fn churn_of_kinds(test: &str, number: u64) {
    if inside("faults", test) {
        churn_with(number, |_| Ends::kinds());
    }
}

/// `ends`: the targets, where their file system is mounted.
fn churn_with(number: u64, ends: fn(&Path) -> Ends) {
    let seed = setting("DRIFTLESS_SEED", 1) + number;
    let home = Home::new();
    let mut stage = Stage::new(&home, seed, ends);
    let mut plan = Plan::new(seed, stage.server.faults(), &stage.server.told());
    let begun = Instant::now();
    while let Some(due) = plan.next(begun.elapsed()) {
        for (fault, ends) in due {
            if ends {
                fault.end(&mut stage)
            } else {
                fault.begin(&mut stage)
            }
            let what = if ends { "is over" } else { "begins" };
            stage.story.push(format!("{:>5.1} s: {fault:?} {what}", begun.elapsed().as_secs_f32()));
        }
        // In bursts, some of them while runs are under way, with breaks in which a run may end.
        stage.change(30);
        stage.nothing_is_lost();
        std::thread::sleep(Duration::from_millis(stage.below(250) as u64));
    }
    let last = plan.last();
    last.begin(&mut stage);
    stage.story.push(format!("{:>5.1} s: {last:?}, until it is told", begun.elapsed().as_secs_f32()));
    stage.change(30);
    last.told(&mut stage);
    stage.nothing_is_lost();
    last.end(&mut stage);
    let mended = Instant::now();
    stage.rest(PATIENCE);
    stage.equal();
    assert!(stage.live().log().contains("the last stop was not clean"), "driftlessd was killed and did not see it");
    let times = (mended - begun, mended.elapsed());
    eprintln!("seed {seed}: {} changes, equal {:.1?} after {:.1?} of faults", stage.made(), times.1, times.0);
}
