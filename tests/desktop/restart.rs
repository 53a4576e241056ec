//! Killed, and started again.

use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};
use crate::menu::Tray;

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
