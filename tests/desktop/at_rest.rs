//! At rest, with nobody looking: what it holds in memory, and how often it wakes.

use std::fs;
use std::time::{Duration, Instant};

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};
use crate::menu::Tray;
use crate::processes::{below, has_page};

const FOLDERS: usize = 10_000;
/// What a start leaves behind is done by then.
const SETTLES: Duration = Duration::from_secs(10);
/// So long it is watched, up to so often: every five minutes it looks around once, and a busy machine has its own surprises.
const WATCHED: Duration = Duration::from_secs(60);
const TRIES: usize = 4;
/// Over all threads, in a minute.
const MOST_WAKES: u64 = 6;
/// Kilobytes. A build without optimisation holds no more.
const MOST_HELD: u64 = 35_000;

/// A figure of /proc/…/status.
fn figure(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.trim_start_matches(':').split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0)
}

/// How often each thread went to sleep so far, by its name and number. To be pushed aside by others is no wake-up.
fn slept(pid: u32) -> Vec<(String, u64)> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
    let read = |thread: fs::DirEntry| {
        let status = fs::read_to_string(thread.path().join("status")).ok()?;
        let name = status.lines().next()?.trim_start_matches("Name:").trim().to_owned();
        let count = figure(&status, "voluntary_ctxt_switches");
        Some((format!("{name} {}", thread.file_name().to_string_lossy()), count))
    };
    threads.filter_map(read).collect()
}

/// The threads that woke in that time, and how often.
fn woke(pid: u32) -> Vec<(String, u64)> {
    let before = slept(pid);
    std::thread::sleep(WATCHED);
    let was = |thread: &str| before.iter().find(|(name, _)| name == thread).map_or(0, |(_, count)| *count);
    let after = slept(pid).into_iter();
    after.map(|(thread, count)| (count - was(&thread), thread)).filter(|(n, _)| *n > 0).map(|(n, t)| (t, n)).collect()
}

#[test]
fn a_start_in_the_background_holds_little_and_sleeps() {
    let mut desktop = Desktop::new();
    let target = desktop.target();
    desktop.configure(&target.display().to_string(), "");
    for n in 0..FOLDERS {
        desktop.home.mkdir(format!("source/{}/{n}", n % 100));
    }
    let tray = Tray::start(&desktop);
    let begun = Instant::now();
    let pid = desktop.start(&["--background"]);
    tray.item();
    eprintln!("start to icon: {:?}", begun.elapsed());
    wait_for("a target that is equal", LONG, || target.join("99/9999").exists().then_some(()));
    tray.find(&["Everything changed before"]);
    assert!(!has_page(pid), "{:?}", below(pid));
    std::thread::sleep(SETTLES);
    let mut all = Vec::new();
    let calm = (0..TRIES).any(|_| {
        let woke = woke(pid);
        let total: u64 = woke.iter().map(|(_, n)| n).sum();
        all.push(woke);
        total <= MOST_WAKES
    });
    let held = figure(&fs::read_to_string(format!("/proc/{pid}/status")).unwrap(), "RssAnon");
    eprintln!("RssAnon {held} kB; woke in {WATCHED:?}: {all:?}");
    assert!(calm, "woke more often than {MOST_WAKES} times, each time: {all:?}");
    assert!(held <= MOST_HELD, "{held} kB of anonymous memory");
}
