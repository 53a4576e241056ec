//! What a person answers in the real window: a hold, a locked keyring, and what is to be brought back.

use std::fs;
use std::time::Duration;

use fantoccini::{Client, Locator};

use crate::common::{Rsyncd, RsyncdOptions, wait_for};
use crate::desktop::{Desktop, LONG};
use crate::driver::{Driver, PATIENCE, fill, press, press_in, text};
use crate::menu::Tray;

const USER: &str = "li";
const PASSWORD: &str = "correct horse staple";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Waits until this can be read in the window.
async fn reads(window: &Client, wanted: &str) {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let now = text(window).await;
        if now.contains(wanted) {
            return;
        }
        assert!(std::time::Instant::now() < end, "{wanted:?} never came up in:\n{now}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[test]
fn deletions_that_are_held_wait_for_the_word_of_a_person() {
    let daemon = Rsyncd::start(&RsyncdOptions::default());
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    desktop.configure(&daemon.url(), "");
    desktop.append_config("deleteCount = 3\n");
    let names: Vec<String> = (0..12).map(|n| format!("picture-{n:02}")).collect();
    names.iter().for_each(|name| desktop.home.write(format!("source/{name}"), name));
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(driver.open());
    let count = || fs::read_dir(daemon.module()).unwrap().count();
    wait_for("all of it at the server", LONG, || (count() == 12).then_some(()));
    runtime.block_on(reads(&window, "Everything changed before"));
    for name in &names[..8] {
        fs::remove_file(desktop.home.at("source").join(name)).unwrap();
    }
    runtime.block_on(async {
        press(&window, "Look").await;
        reads(&window, "is held to protect your files").await;
        reads(&window, "picture-00").await;
    });
    tray.asks("NeedsAttention");
    // What is new goes on all the while.
    desktop.home.write("source/new", "new");
    wait_for("what is new", LONG, || daemon.module().join("new").exists().then_some(()));
    assert_eq!(count(), 13);
    runtime.block_on(press_in(&window, "//*[@role='dialog']", "Really delete there"));
    wait_for("the deletions", LONG, || (count() == 5).then_some(()));
    runtime.block_on(reads(&window, "Everything changed before"));
    tray.click(&["Quit"]);
}

#[test]
fn a_locked_keyring_is_unlocked_from_the_window_and_the_backup_goes_on() {
    let daemon = Rsyncd::start(&RsyncdOptions { user: Some((USER, PASSWORD)), ..RsyncdOptions::default() });
    let mut desktop = Desktop::new();
    desktop.start_keyring();
    let tray = Tray::start(&desktop);
    desktop.configure(&daemon.url(), "");
    desktop.home.write("source/first", "1");
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(driver.open());
    runtime.block_on(async {
        press(&window, "Enter password").await;
        fill(&window, "Password", PASSWORD).await;
        press_in(&window, "//*[@role='dialog']", "Store").await;
    });
    wait_for("the first file", LONG, || daemon.module().join("first").exists().then_some(()));
    runtime.block_on(reads(&window, "Everything changed before"));

    desktop.bus.lock();
    desktop.home.write("source/second", "2");
    runtime.block_on(async {
        reads(&window, "The keyring is locked").await;
        desktop.start_prompter();
        press(&window, "Unlock the keyring").await;
    });
    desktop.type_into_prompt("login password");
    wait_for("the second file", LONG, || daemon.module().join("second").exists().then_some(()));
    runtime.block_on(reads(&window, "Everything changed before"));
    tray.click(&["Quit"]);
}

#[test]
fn a_removed_file_comes_back_from_the_trash_of_a_server() {
    let daemon = Rsyncd::start(&RsyncdOptions::default());
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    desktop.configure(&daemon.url(), "");
    desktop.append_config("keep = 30\n");
    desktop.home.write("source/letters/<i>to all.txt", "Dear all");
    desktop.home.write("source/stays.txt", "stays");
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(driver.open());
    let letter = desktop.home.at("source/letters/<i>to all.txt");
    let there = daemon.module().join("letters/<i>to all.txt");
    wait_for("the letter at the server", LONG, || there.exists().then_some(()));
    runtime.block_on(reads(&window, "Everything changed before"));
    fs::remove_file(&letter).unwrap();
    wait_for("its removal", LONG, || (!there.exists()).then_some(()));
    runtime.block_on(async {
        press_in(&window, "//main", "Restore").await;
        let state = Locator::XPath("//select/optgroup[1]/option[1]");
        window.wait().at_most(PATIENCE).for_element(state).await.unwrap().click().await.unwrap();
        press(&window, "letters/").await;
        let box_ = Locator::Css("input[type=checkbox][aria-label='<i>to all.txt']");
        window.wait().at_most(PATIENCE).for_element(box_).await.unwrap().click().await.unwrap();
        press(&window, "Bring back into a new folder").await;
        reads(&window, "1 file was brought back to").await;
    });
    let back = fs::read_dir(desktop.home.at("source")).unwrap().flatten().map(|entry| entry.path());
    let back: Vec<_> =
        back.filter(|path| path.file_name().unwrap().to_string_lossy().contains("Brought back")).collect();
    assert_eq!(back.len(), 1, "{back:?}");
    assert_eq!(fs::read(back[0].join("letters/<i>to all.txt")).unwrap(), b"Dear all");
    runtime.block_on(async {
        let box_ = Locator::Css("input[type=checkbox]");
        window.wait().at_most(PATIENCE).for_element(box_).await.unwrap().click().await.unwrap();
        press(&window, "Bring back over the original…").await;
        press_in(&window, "//*[@role='dialog']", "Bring back").await;
    });
    wait_for("the letter where it was", LONG, || fs::read(&letter).ok().filter(|text| text == b"Dear all"));
    wait_for("the letter at the server again", LONG, || there.exists().then_some(()));
    tray.click(&["Quit"]);
}

#[test]
fn a_window_that_is_opened_again_shows_how_it_is_now() {
    let desktop = Desktop::new();
    let target = desktop.target();
    desktop.configure(&target.display().to_string(), "");
    let tray = Tray::start(&desktop);
    desktop.home.write("source/first", "1");
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(driver.open());
    runtime.block_on(reads(&window, "Everything changed before"));
    crate::screen::close_window(&desktop, "Driftless");
    wait_for("the end of the page", LONG, || (!crate::processes::has_page(driver.child.id())).then_some(()));
    // What happens while nobody looks.
    tray.click(&["Documents", "Pause", "Until I resume"]);
    tray.find(&["Paused until you resume"]);
    desktop.home.write("source/second", "2");
    tray.click(&["Open Driftless"]);
    runtime.block_on(async {
        let end = std::time::Instant::now() + PATIENCE;
        loop {
            let all = window.windows().await.unwrap_or_default();
            if let Some(handle) = all.into_iter().next_back()
                && window.switch_to_window(handle).await.is_ok()
            {
                break;
            }
            assert!(std::time::Instant::now() < end, "no window came back");
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        reads(&window, "Paused until you resume").await;
        press_in(&window, "//main", "Resume").await;
    });
    wait_for("what was changed meanwhile", LONG, || target.join("second").exists().then_some(()));
    runtime.block_on(reads(&window, "Everything changed before"));
    tray.click(&["Quit"]);
}
