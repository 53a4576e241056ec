//! The window: opened, closed, and opened by a second start.

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};
use crate::menu::Tray;
use crate::processes::has_page;
use crate::screen::close_window;

#[test]
fn a_second_start_shows_the_window_of_the_first_and_ends() {
    let mut desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    let first = desktop.start(&["--background"]);
    tray.item();
    assert!(!has_page(first));
    let second = desktop.start(&[]);
    assert_eq!(desktop.ended(second), Some(0));
    wait_for("the window's page", LONG, || has_page(first).then_some(()));
    tray.click(&["Quit"]);
    assert_eq!(desktop.ended(first), Some(0));
}

#[test]
fn the_tray_opens_the_window() {
    let mut desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    let pid = desktop.start(&["--background"]);
    tray.click(&["Set up"]);
    wait_for("the window's page", LONG, || has_page(pid).then_some(()));
}

#[test]
fn a_closed_window_takes_its_page_along_and_the_backup_goes_on() {
    let mut desktop = Desktop::new();
    let target = desktop.target();
    desktop.configure(&target.display().to_string(), "");
    let tray = Tray::start(&desktop);
    let pid = desktop.start(&[]);
    tray.item();
    for round in ["first", "second"] {
        wait_for("the window's page", LONG, || has_page(pid).then_some(()));
        close_window(&desktop, "Driftless");
        wait_for("the end of the page", LONG, || (!has_page(pid)).then_some(()));
        desktop.home.write(format!("source/{round}"), round);
        wait_for("the file at the target", LONG, || std::fs::read(target.join(round)).ok());
        let again = desktop.start(&[]);
        assert_eq!(desktop.ended(again), Some(0));
    }
    wait_for("the window's page", LONG, || has_page(pid).then_some(()));
    tray.click(&["Quit"]);
    assert_eq!(desktop.ended(pid), Some(0));
}
