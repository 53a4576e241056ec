//! How cost grows: more directories, more changes at once, more syncs on one source. Nothing may grow faster than n log n.
//!
//! A directory may take no more CPU and memory in a large tree than in a smaller one.
//!
//! driftlessd alone, each size once: what is judged is how two sizes compare, not how long one takes.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::json;

use super::program::{Program, Who};
use super::stage::{Setup, Stage, until};
use super::{Options, curve, limits, report, tree};
use crate::exec::say;

const PATIENCE: Duration = Duration::from_secs(1_200);
/// Less CPU than this is too little to be compared: the kernel counts in hundredths of a second.
const TELLING: f64 = 0.05;
/// What a machine with other things to do may add.
const SLACK: f64 = 1.25;
/// Directories of the source that many syncs share.
const SHARED: usize = 1_000;

/// What one size costs.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// How many.
    pub count: usize,
    /// Seconds on the clock.
    pub wall: f64,
    /// Seconds of CPU of the daemon alone.
    pub cpu: f64,
    /// Resident bytes at the end.
    pub memory: f64,
    /// Inotify watches.
    pub watches: f64,
}

/// One thing that grows.
#[derive(Debug)]
pub struct Series {
    /// What.
    pub name: &'static str,
    /// From the smallest to the largest.
    pub points: Vec<Point>,
}

impl Series {
    /// The growth of CPU from the last size but one to the last, as a part of what n log n would allow. `None` if it is too little
    /// to tell. What the smallest costs is there without any size, and left out.
    pub fn of_n_log_n(&self) -> Option<f64> {
        let [first, .., before, last] = self.points[..] else { return None };
        let (small, large) = (before.cpu - first.cpu, last.cpu - first.cpu);
        let n_log_n = |count: usize| count as f64 * (count as f64).ln().max(1.0);
        (small >= TELLING || large >= TELLING)
            .then(|| large / small.max(TELLING) / (n_log_n(last.count) / n_log_n(before.count)))
    }

    /// CPU and memory for each one of the last size, as parts of what they are at the last size but one.
    pub fn of_each(&self) -> Option<(f64, f64)> {
        let [.., before, last] = self.points[..] else { return None };
        let more = last.count as f64 / before.count as f64;
        Some((last.cpu / before.cpu.max(TELLING) / more, last.memory / before.memory / more))
    }
}

/// Measures, shows and writes all three.
pub fn run(options: &Options, driftlessd: PathBuf, lsyncd: PathBuf) -> Result<(), String> {
    let mut directories = vec![1_000, 10_000, 100_000];
    if options.million {
        directories.push(1_000_000);
    }
    let _limits = limits::Raised::to(directories.last().copied().unwrap_or_default())?;
    let stage = Stage::new(driftlessd, lsyncd, options.scale)?;
    let all = [
        series("directories watched", &directories, |count| watching(&stage, stage.of(count)))?,
        series("changes at once", &[1, 10, 1_000, 100_000], |count| changes(&stage, stage.of(count)))?,
        series("syncs on one source of 1,000 directories", &[1, 10, 100], |count| syncs(&stage, count))?,
    ];
    let mut worse = Vec::new();
    for series in &all {
        let verdict = match series.of_n_log_n() {
            None => "too little CPU to tell".to_owned(),
            Some(part) => {
                if part > SLACK {
                    worse.push(series.name);
                }
                format!("{part:.2} of what n log n allows")
            }
        };
        say(&format!("{}: from the last size but one to the last {verdict}", series.name));
    }
    if let Some((cpu, memory)) = all[0].of_each() {
        say(&format!(
            "each directory of the last size: CPU {cpu:.2}, memory {memory:.2} of what it takes at the size before"
        ));
        if cpu > SLACK || memory > SLACK {
            worse.push("each directory");
        }
    }
    if let Some(out) = &options.out {
        fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
        report::write(&out.join("growth.json"), &json_of(&all))?;
        report::write(&out.join("growth.svg"), &curve::svg(&all))?;
        say(&format!("Written: {0}/growth.json, {0}/growth.svg", out.display()));
    }
    if worse.is_empty() { Ok(()) } else { Err(format!("it grows too fast: {}", worse.join(", "))) }
}

fn series(
    name: &'static str,
    counts: &[usize],
    measure: impl Fn(usize) -> Result<Point, String>,
) -> Result<Series, String> {
    say(&format!("── {name}"));
    let mut points = Vec::new();
    for count in counts {
        let point = measure(*count)?;
        say(&format!(
            "   {:>9}  wall {:.2} s  CPU of the daemon {:.2} s  memory {:.1} MB  watches {}",
            point.count,
            point.wall,
            point.cpu,
            point.memory / 1e6,
            point.watches
        ));
        points.push(point);
    }
    Ok(Series { name, points })
}

const SETUP: Setup<'_> = Setup { delay: 1, init: false, target: None, kind: "rsync", sync: "", rsync: "", far: None };

fn watching(stage: &Stage, count: usize) -> Result<Point, String> {
    stage.clear()?;
    tree::directories(&stage.source(), count)?;
    let mut program = stage.start(Who::Driftlessd, &SETUP)?;
    let wall = program.quiet(PATIENCE)?;
    Ok(point(&program, count, wall, 0.0))
}

fn changes(stage: &Stage, count: usize) -> Result<Point, String> {
    stage.clear()?;
    let dirs = count.div_ceil(100);
    tree::directories(&stage.source(), dirs)?;
    stage.copy()?;
    let dirs: Vec<PathBuf> = tree::paths(dirs).collect();
    let mut program = stage.start(Who::Driftlessd, &SETUP)?;
    program.quiet(PATIENCE)?;
    program.rest(PATIENCE)?;
    let (before, _) = program.cpu();
    let start = Instant::now();
    let files: Vec<PathBuf> = (0..count).map(|n| dirs[n / 100].join(format!("file{n}"))).collect();
    files.iter().enumerate().try_for_each(|(seed, file)| tree::file(&stage.source().join(file), 16, seed))?;
    let mut left = files.iter().peekable();
    let all_there = || {
        while left.next_if(|file| stage.target().join(file).exists()).is_some() {}
        left.peek().is_none()
    };
    until(PATIENCE, Duration::from_millis(20), all_there).ok_or_else(|| program.said())?;
    let wall = start.elapsed();
    program.rest(PATIENCE)?;
    Ok(point(&program, count, wall, before))
}

fn syncs(stage: &Stage, count: usize) -> Result<Point, String> {
    stage.clear()?;
    tree::directories(&stage.source(), stage.of(SHARED))?;
    let mut text = "settings { nodaemon = true, insist = true }\n".to_owned();
    for number in 0..count {
        let target = stage.target().join(number.to_string());
        tree::make(&target)?;
        let (source, target) = (stage.source(), target.display().to_string());
        text += &format!(
            "sync {{ default.rsync, source = \"{}\", target = \"{target}/\", init = false }}\n",
            source.display()
        );
    }
    let mut program = stage.start_with(Who::Driftlessd, &text)?;
    let wall = program.quiet(PATIENCE)?;
    Ok(point(&program, count, wall, 0.0))
}

fn point(program: &Program, count: usize, wall: Duration, before: f64) -> Point {
    let (cpu, _) = program.cpu();
    Point { count, wall: wall.as_secs_f64(), cpu: cpu - before, memory: program.memory(), watches: program.watches() }
}

fn json_of(all: &[Series]) -> String {
    let points = |points: &[Point]| {
        let of = |p: &Point| json!({"count": p.count, "wall": p.wall, "cpu": p.cpu, "memory": p.memory, "watches": p.watches});
        points.iter().map(of).collect::<Vec<_>>()
    };
    let all: Vec<_> = all
        .iter()
        .map(|series| json!({"name": series.name, "of_n_log_n": series.of_n_log_n(), "of_each": series.of_each(), "points": points(&series.points)}))
        .collect();
    format!("{:#}\n", serde_json::Value::Array(all))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grown(cpus: &[(usize, f64)]) -> Option<f64> {
        let point = |&(count, cpu): &(usize, f64)| Point { count, wall: 0.0, cpu, memory: 0.0, watches: 0.0 };
        Series { name: "s", points: cpus.iter().map(point).collect() }.of_n_log_n()
    }

    #[test]
    fn growth_is_told_by_the_last_two_sizes_without_what_is_always_there() {
        let linear = grown(&[(1_000, 1.0), (10_000, 1.1), (100_000, 2.0)]).unwrap();
        assert!((linear - 0.8).abs() < 0.01, "ten times as much where 12.5 times are allowed: {linear}");
        let square = grown(&[(1_000, 1.0), (10_000, 1.1), (100_000, 11.0)]).unwrap();
        assert!(square > 7.0, "{square}");
        assert_eq!(grown(&[(1, 0.5), (10, 0.51), (100, 0.52)]), None);
    }

    #[test]
    fn what_each_one_takes_is_told_by_the_last_two_sizes() {
        let point = |count, cpu, memory| Point { count, wall: 0.0, cpu, memory, watches: 0.0 };
        let series =
            Series { name: "s", points: vec![point(1, 9.0, 9.0), point(10, 1.0, 40.0), point(100, 5.0, 800.0)] };
        assert_eq!(series.of_each(), Some((0.5, 2.0)));
    }
}
