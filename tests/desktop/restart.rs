//! Killed, and started again.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{Rsyncd, RsyncdOptions, differences, wait_for};
use crate::desktop::{Desktop, LONG};
use crate::menu::Tray;
use crate::processes::below;

const GONE: &str = "gone for good.txt";

#[test]
fn what_was_removed_before_a_kill_is_removed_after_it() {
    let mut desktop = Desktop::new();
    let target = desktop.target();
    desktop.configure(&target.display().to_string(), "delete = \"running\"");
    let tray = Tray::start(&desktop);
    desktop.home.write(format!("source/{GONE}"), "a while");
    std::fs::write(target.join("stranger"), "").unwrap();
    let pid = desktop.start(&["--background"]);
    tray.item();
    wait_for("the first file", LONG, || target.join(GONE).exists().then_some(()));
    // The target is away when the file goes.
    let away = target.with_extension("away");
    std::fs::rename(&target, &away).unwrap();
    std::fs::remove_file(desktop.home.at("source").join(GONE)).unwrap();
    let state = desktop.home.at("state");
    wait_for("a note of it", LONG, || mentioned(&state).then_some(()));
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::KILL).unwrap();
    assert_eq!(desktop.ended(pid), None);
    std::fs::rename(&away, &target).unwrap();
    let again = desktop.start(&["--background"]);
    wait_for("its removal", LONG, || (!target.join(GONE).exists()).then_some(()));
    assert!(target.join("stranger").exists(), "of this nobody ever said that it went");
    kill_process(Pid::from_raw(i32::try_from(again).unwrap()).unwrap(), Signal::TERM).unwrap();
}

/// Whether a file below here names it.
fn mentioned(dir: &Path) -> bool {
    std::fs::read_dir(dir).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        // What was done stands elsewhere.
        if entry.file_name().to_string_lossy().starts_with("history") {
            return false;
        }
        let text = std::fs::read(&path).unwrap_or_default();
        if path.is_dir() { mentioned(&path) } else { text.windows(GONE.len()).any(|part| part == GONE.as_bytes()) }
    })
}

#[test]
fn a_pass_that_a_kill_cut_off_is_made_whole_by_the_next_start() {
    let daemon = Rsyncd::start(&RsyncdOptions::default());
    let mut desktop = Desktop::new();
    desktop.configure(&daemon.url(), "rsync = { bwlimit = 1500, archive = true }");
    let tray = Tray::start(&desktop);
    let large: Vec<u8> = (0..12_000_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect();
    desktop.home.write("source/large", &large);
    for n in 0..40 {
        desktop.home.write(format!("source/dir-{}/file-{n}", n % 4), format!("{n}"));
    }
    std::fs::write(daemon.module().join("stranger"), "to be removed").unwrap();
    let pid = desktop.start(&["--background"]);
    tray.item();
    let rsyncs = || below(pid).iter().filter(|name| *name == "rsync").count();
    // The daemon writes under a name of its own until the file is whole.
    let unfinished = || files(&daemon.module()).iter().any(|name| name.starts_with(".large."));
    wait_for("the large file on its way", LONG, || unfinished().then_some(()));
    assert!(rsyncs() > 0);
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::KILL).unwrap();
    assert_eq!(desktop.ended(pid), None);
    wait_for("the end of what it started", LONG, || (!unfinished()).then_some(()));
    assert!(!daemon.module().join("large").exists(), "it was cut off");
    // Nobody sees this.
    desktop.home.write("source/dir-0/file-0", "changed meanwhile");
    desktop.home.remove("source/dir-1");

    let again = desktop.start(&["--background"]);
    let source = desktop.home.at("source");
    wait_for("a target that is equal", LONG, || {
        (daemon.module().join("large").exists() && differences(&source, &daemon.url(), &[]).is_empty()).then_some(())
    });
    assert!(desktop.runs(again));
    wait_for("the sentence", LONG, || tray.tip().contains("Everything changed before").then_some(()));
}

fn files(dir: &Path) -> Vec<String> {
    let all = std::fs::read_dir(dir).unwrap().flatten();
    all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}
