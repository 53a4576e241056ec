//! Steady change for long: what driftlessd takes of memory, file descriptors and threads does not grow.
//!
//! `cargo xtask soak --minutes N` runs it for long and shows the figures; with the other tests it takes a short while
//! (`DRIFTLESS_SOAK`, in seconds), which finds what grows with each run.

use std::fs;
use std::time::{Duration, Instant};

use crate::chance::{many, setting};
use crate::changes::{Changes, EXCLUDE, FILTERS, last_word};
use crate::common::{Rsyncd, RsyncdOptions, Tree, differences, wait_for};
use crate::live::{Live, sync, sync_direct};
use crate::support::{Home, LONG};

/// So many samples at least, and no more often than every ten seconds in a long run.
const SAMPLES: u32 = 20;
const EVERY: Duration = Duration::from_secs(10);

/// What the process takes.
#[derive(Debug, Clone, Copy)]
struct Sample {
    /// KiB that are its own, without what is mapped from files.
    memory: usize,
    descriptors: usize,
    threads: usize,
}

fn sample(pid: &str) -> Sample {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let number = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim_end_matches("kB").trim().parse().unwrap()
    };
    let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count();
    Sample { memory: number("RssAnon:"), descriptors, threads: number("Threads:") }
}

fn median(samples: &[Sample], of: fn(&Sample) -> usize) -> usize {
    let mut all: Vec<usize> = samples.iter().map(of).collect();
    all.sort_unstable();
    all[all.len() / 2]
}

/// Fails if the last quarter takes more than the second one did; the first is left to caches that fill.
fn flat(samples: &[Sample], what: &str, of: fn(&Sample) -> usize, room: impl Fn(usize) -> usize) {
    let quarter = samples.len() / 4;
    let (early, late) = (median(&samples[quarter..2 * quarter], of), median(&samples[3 * quarter..], of));
    let (least, most) = (samples.iter().map(of).min().unwrap(), samples.iter().map(of).max().unwrap());
    eprintln!("{what}: second quarter {early}, last quarter {late}; least {least}, most {most}");
    assert!(late <= early + room(early), "{what} grow: {early}, then {late}");
}

#[test]
fn steady_change_for_long_takes_no_more_of_the_machine() {
    let (tree, folder, direct) = (Tree::new(), Tree::new(), Tree::new());
    let module = Rsyncd::start(&RsyncdOptions::default());
    for dir in ["source", "outside"] {
        tree.mkdir(dir);
    }
    let source = tree.at("source");
    let targets = [("folder", folder.word()), ("module", module.url()), ("direct", direct.word())];
    let written = |(name, target): &(&str, String)| match *name {
        "direct" => sync_direct(name, &source, target, EXCLUDE, ""),
        _ => sync(name, &source, target, EXCLUDE, ""),
    };
    let config: String = targets.iter().map(written).collect();
    let home = Home::new();
    let live = Live::start(&home, &config);
    live.up();
    let pid = live.pid().to_string();

    let lasts = Duration::from_secs(many("DRIFTLESS_SOAK", 40));
    let every = EVERY.min(lasts / SAMPLES);
    let mut changes = Changes::new(setting("DRIFTLESS_SEED", 1), &source, &tree.at("outside"));
    let (begun, mut samples) = (Instant::now(), Vec::new());
    while begun.elapsed() < lasts {
        for _ in 0..changes.below(20) {
            changes.one();
        }
        // It is not the test's own memory that is looked at, but it need not grow either.
        changes.done.clear();
        // What is moved out would fill the disk.
        let out: Vec<_> = fs::read_dir(tree.at("outside")).unwrap().flatten().collect();
        out.iter().for_each(|entry| tree.remove(entry.path()));
        if begun.elapsed() >= every * (samples.len() as u32 + 1) {
            let taken = sample(&pid);
            samples.push(taken);
            if every == EVERY {
                eprintln!("{:>5} s: {taken:?}, {} runs", begun.elapsed().as_secs(), live.runs("module"));
            }
        }
        std::thread::sleep(Duration::from_millis(changes.below(600) as u64));
    }
    let at = last_word(&source, "end").unwrap();
    for (name, target) in &targets {
        live.rest(name, at, 180);
        let words: Vec<&str> = ["-lptgoD"].into_iter().chain(FILTERS).collect();
        assert_eq!(differences(&source, target, &words), [""; 0], "{name}");
        assert!(live.runs(name) > 10, "{name}: {} runs tell nothing", live.runs(name));
    }
    let runs: Vec<u64> = targets.iter().map(|(name, _)| live.runs(name)).collect();
    eprintln!("{} samples in {:.0?}; runs {runs:?}", samples.len(), begun.elapsed());
    // In a short run caches still fill: 2 MiB. A leak of a kilobyte with each run would be more than that in a long one.
    flat(&samples, "KiB of memory", |s| s.memory, |early| 2_048 + early / 20);
    flat(&samples, "descriptors", |s| s.descriptors, |_| 4);
    flat(&samples, "threads", |s| s.threads, |_| 2);
    live.end();
}

#[test]
fn what_only_the_start_needed_is_given_back() {
    let (home, source, target) = (Home::new(), Tree::new(), Tree::new());
    source.write("file", "1");
    // No status file: nobody else hears of the status either.
    let live = Live::start(&home, &sync("one", source.path(), &target.word(), "", ""));
    live.up();
    let file = format!("/proc/{}/status", live.pid().as_raw_nonzero());
    wait_for("less than at the most", LONG, || {
        let text = fs::read_to_string(&file).unwrap();
        let number = |key: &str| {
            let line = text.lines().find_map(|line| line.strip_prefix(key)).unwrap();
            line.split_whitespace().next().unwrap().parse::<u64>().unwrap()
        };
        (number("VmRSS:") * 10 < number("VmHWM:") * 9).then_some(())
    });
    live.settle("one", &source);
}
