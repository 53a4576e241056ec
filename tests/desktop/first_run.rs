//! The first run through the real window, driven as a person would: from nothing to the first file on a real rsync server
//! that asks for a password, in at most eight clicks and four fields, counted.

use std::process::Command;

use crate::common::{Rsyncd, RsyncdOptions, wait_for};
use crate::desktop::{Desktop, LONG};
use crate::driver::{Driver, text};
use crate::menu::Tray;
use crate::person::Person;

const USER: &str = "li";
const PASSWORD: &str = "correct horse staple";

#[test]
fn from_nothing_to_the_first_file_in_the_real_window() {
    let daemon = Rsyncd::start(&RsyncdOptions { user: Some((USER, PASSWORD)), ..RsyncdOptions::default() });
    let mut desktop = Desktop::new();
    desktop.start_keyring();
    let tray = Tray::start(&desktop);
    desktop.home.write("config/user-dirs.dirs", "XDG_DOCUMENTS_DIR=\"$HOME/Documents\"\n");
    desktop.home.write("Documents/letter.txt", "Dear all");
    let driver = Driver::start(&desktop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let person = runtime.block_on(async {
        let mut person = Person::new(driver.open().await);
        person.press("Set up a backup").await;
        person.press("Next").await;
        person.choose("An rsync server").await;
        person.fill("Server", &format!("127.0.0.1:{}", daemon.port)).await;
        person.fill("Module", "mod").await;
        person.fill("User", USER).await;
        person.fill("Password", PASSWORD).await;
        person.press("Next").await;
        // The trial, step by step.
        person.press("Next").await;
        // The rehearsal.
        person.press("Start").await;
        person
    });
    let file = daemon.module().join("Documents/letter.txt");
    wait_for("the first file at the server", LONG, || std::fs::read(&file).ok());
    tray.find(&["Everything changed before"]);
    assert!(person.clicks <= 8 && person.fields <= 4, "{} clicks, {} fields", person.clicks, person.fields);
    // The password stands in the keyring, and in no file of this home.
    let account = format!("rsync://{USER}@127.0.0.1:{}/mod/", daemon.port);
    let shown = runtime.block_on(text(&person.window));
    assert_eq!(desktop.bus.stored(account.trim_end_matches('/')), [PASSWORD.as_bytes()], "{shown}");
    let told =
        Command::new("grep").args(["-rlF", PASSWORD, "--exclude-dir=keyrings"]).arg(desktop.home.path()).output();
    let told = String::from_utf8(told.unwrap().stdout).unwrap();
    let told: Vec<&str> = told.lines().filter(|line| !line.contains("/.local/share/keyrings/")).collect();
    assert_eq!(told, Vec::<&str>::new(), "the password stands in files");
    tray.click(&["Quit"]);
}
