//! The first run with a disk at hand: from nothing to the first file on it, in at most eight clicks and two fields, counted.
//! The disk is a small file system in a namespace of the test's own, mounted where desktops mount what is plugged in.

use std::fs;
use std::path::Path;

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};
use crate::driver::Driver;
use crate::menu::Tray;
use crate::namespace::{inside, mount};
use crate::person::Person;

const MEDIA: &str = "/media";

#[test]
fn from_nothing_to_the_first_file_on_a_disk_that_is_plugged_in() {
    if !inside("first_disk", "from_nothing_to_the_first_file_on_a_disk_that_is_plugged_in") {
        return;
    }
    // Whatever the machine has there is hidden in this namespace.
    mount(&["-t", "tmpfs", "none"], Path::new(MEDIA));
    let disk = Path::new(MEDIA).join("li/Backups");
    fs::create_dir_all(&disk).unwrap();
    mount(&["-t", "tmpfs", "-o", "size=64m", "/dev/disk-of-the-test"], &disk);
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    desktop.home.write("config/user-dirs.dirs", "XDG_DOCUMENTS_DIR=\"$HOME/Documents\"\n");
    desktop.home.write("Documents/letter.txt", "Dear all");
    let driver = Driver::start(&desktop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let person = runtime.block_on(async {
        let mut person = Person::new(driver.open().await);
        person.press("Set up a backup").await;
        person.press("Next").await;
        person.choose("A disk or folder").await;
        person.choose("Backups").await;
        person.press("Next").await;
        // The trial, step by step.
        person.press("Next").await;
        // The rehearsal.
        assert!(!disk.join("Documents/letter.txt").exists(), "nothing is sent before the start");
        person.press("Start").await;
        person
    });
    let file = disk.join("Documents/letter.txt");
    wait_for("the first file on the disk", LONG, || fs::read(&file).ok().filter(|text| text == b"Dear all"));
    tray.find(&["Everything changed before"]);
    assert!(person.clicks <= 8 && person.fields <= 2, "{} clicks, {} fields", person.clicks, person.fields);
    tray.click(&["Quit"]);
}
