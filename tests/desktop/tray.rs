//! The icon and its menu, in every order in which a desktop and the program can come.

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};
use crate::menu::Tray;
use crate::processes::{below, has_page};

fn arrives(desktop: &Desktop, name: &str) {
    let file = desktop.home.at("target").join(name);
    wait_for(&format!("{name} at the target"), LONG, || file.exists().then_some(()));
}

#[test]
fn the_menu_pauses_resumes_syncs_and_quits_and_no_page_runs_behind_it() {
    let mut desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    let target = desktop.target().display().to_string();
    desktop.configure(&target, "");
    desktop.home.write("source/first", "1");
    let pid = desktop.start(&["--background"]);
    arrives(&desktop, "first");

    assert_eq!(tray.property::<String>("Category"), "SystemServices");
    tray.find(&["Everything changed before"]);
    assert!(!tray.find(&["Everything changed before"]).enabled, "the first line is a sentence, not a button");
    tray.asks("Active");

    tray.click(&["Documents", "Pause", "Until I resume"]);
    tray.find(&["Paused until you resume"]);
    desktop.home.write("source/second", "2");
    tray.find(&["Documents", "Resume"]);
    assert!(!desktop.home.at("target/second").exists());
    tray.click(&["Documents", "Resume"]);
    arrives(&desktop, "second");

    std::fs::remove_file(desktop.home.at("target/first")).unwrap();
    tray.click(&["Sync all now"]);
    arrives(&desktop, "first");

    assert!(!has_page(pid), "a background start has no web page: {:?}", below(pid));
    tray.click(&["Quit"]);
    assert_eq!(desktop.ended(pid), Some(0));
}

#[test]
fn a_tray_that_comes_late_or_again_shows_the_icon() {
    let mut desktop = Desktop::new();
    let target = desktop.target().display().to_string();
    desktop.configure(&target, "");
    desktop.home.write("source/first", "1");
    let pid = desktop.start(&["--background"]);
    arrives(&desktop, "first");

    let tray = Tray::start(&desktop);
    tray.find(&["Everything changed before"]);
    drop(tray);
    let tray = Tray::start(&desktop);
    tray.find(&["Everything changed before"]);
    assert!(desktop.runs(pid));
}

#[test]
fn without_a_tray_the_window_opens_once_instead() {
    let mut desktop = Desktop::new();
    let pid = desktop.start(&["--background"]);
    wait_for("the window's page", LONG, || has_page(pid).then_some(()));
    assert!(desktop.runs(pid));
    let told = desktop.home.at("state/driftless/no-tray-told");
    assert!(told.exists(), "and it is remembered that it was told");
}
