//! To watch a large tree: the start of it, an excluded half, and nothing at all to do.

use std::process::Command;
use std::time::Duration;

use super::{Figures, Work};
use crate::bench::figures::{Bar, Figure};
use crate::bench::program::{Program, Who};
use crate::bench::stage::{Setup, Stage};
use crate::bench::{WALK, tree};

const MANY: usize = 100_000;
const PATIENCE: Duration = Duration::from_secs(600);
const SETUP: Setup<'_> = Setup { delay: 1, init: false, target: None, far: None, kind: "rsync", sync: "", rsync: "" };

/// Until everything is watched.
pub const START: Work = Work {
    name: "start",
    says: "start watching 100,000 directories, init = false",
    watches: MANY,
    once: false,
    prepare: |stage| tree::directories(&stage.source(), stage.of(MANY)),
    run: |stage, who| start(stage, who, stage.of(MANY)),
    bars: &[(Figure::Wall, Bar::OfLsyncd(0.75)), (Figure::Cpu, Bar::OfBare(1.2)), (Figure::Memory, Bar::OfLsyncd(0.5))],
};

/// The same, ten times as large.
pub const MILLION: Work = Work {
    name: "million",
    says: "start watching 1,000,000 directories, init = false",
    watches: 10 * MANY,
    once: true,
    prepare: |stage| tree::directories(&stage.source(), stage.of(10 * MANY)),
    run: |stage, who| start(stage, who, stage.of(10 * MANY)),
    bars: &[(Figure::Wall, Bar::OfLsyncd(0.75)), (Figure::Memory, Bar::OfLsyncd(0.5))],
};

/// What is excluded costs nothing.
pub const EXCLUDED: Work = Work {
    name: "excluded",
    says: "half of 20,000 directories below an excluded name",
    watches: MANY,
    once: false,
    prepare: |stage| {
        let (half, out) = (stage.of(10_000), stage.source().join("out"));
        tree::directories(&stage.source(), half)?;
        tree::make(&out)?;
        tree::directories(&out, half)
    },
    run: |stage, who| {
        if who == Who::Bare {
            return Ok(None);
        }
        let mut program = stage.start(who, &Setup { sync: "exclude = { \"/out/\" },", ..SETUP })?;
        program.quiet(PATIENCE)?;
        let needed = stage.of(10_000) as f64 + 1.0;
        Ok(Some(vec![(Figure::Watches, program.watches() - needed)]))
    },
    bars: &[(Figure::Watches, Bar::AtMost(0.0))],
};

/// Nothing to do.
pub const IDLE: Work = Work {
    name: "idle",
    says: "a minute without changes, 100,000 directories watched",
    watches: MANY,
    once: false,
    prepare: START.prepare,
    run: |stage, who| {
        if who == Who::Bare {
            return Ok(None);
        }
        let mut program = stage.start(who, &SETUP)?;
        watched(&mut program, stage.of(MANY))?;
        std::thread::sleep(Duration::from_secs(5));
        let time = stage.time(60.0);
        let (switches, (_, cpu)) = (program.switches(), program.cpu());
        std::thread::sleep(time);
        let minutes = time.as_secs_f64() / 60.0;
        Ok(Some(vec![
            (Figure::Cpu, program.cpu().1 - cpu),
            (Figure::WakeUps, (program.switches() - switches) / minutes),
        ]))
    },
    bars: &[(Figure::Cpu, Bar::AtMost(0.0)), (Figure::WakeUps, Bar::AtMost(2.0))],
};

fn start(stage: &Stage, who: Who, directories: usize) -> Result<Option<Figures>, String> {
    if who == Who::Bare {
        return walk(stage).map(Some);
    }
    let mut program = stage.start(who, &SETUP)?;
    let wall = watched(&mut program, directories)?;
    let (_, cpu) = program.cpu();
    Ok(Some(vec![(Figure::Wall, wall.as_secs_f64()), (Figure::Cpu, cpu), (Figure::Memory, program.memory())]))
}

/// Waits until it watches that many and is at rest. The kernel is asked only then: listing watches holds them up.
fn watched(program: &mut Program, directories: usize) -> Result<Duration, String> {
    let wall = program.quiet(PATIENCE)?;
    let watches = program.watches() as usize;
    if watches <= directories {
        return Err(format!("{watches} watches for {directories} directories and their root:\n{}", program.said()));
    }
    Ok(wall)
}

fn walk(stage: &Stage) -> Result<Figures, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let output = Command::new(own).arg(WALK).arg(stage.source()).output().map_err(|error| error.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match numbers[..] {
        [wall, cpu, _] if output.status.success() => Ok(vec![(Figure::Wall, wall), (Figure::Cpu, cpu)]),
        _ => Err(format!("the bare walk: {said}")),
    }
}
