//! Accidents made for real, and what the window and the notification say of them: a source's disk that is pulled out, and a
//! target's disk that is full. Both disks are small file systems in a namespace of the test's own.

use std::fs;
use std::path::Path;
use std::time::Duration;

use fantoccini::Client;

use crate::common::{Rsyncd, RsyncdOptions, wait_for};
use crate::desktop::{Desktop, LONG};
use crate::driver::{Driver, PATIENCE, text};
use crate::menu::Tray;
use crate::namespace::{inside, mount, unmount};
use crate::notices::Notices;

const SAFE: &str = "Everything changed before";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

/// Waits until all of this can be read in the window; what is read then.
async fn reads(window: &Client, wanted: &[&str]) -> String {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let now = text(window).await;
        if wanted.iter().all(|part| now.contains(part)) {
            return now;
        }
        assert!(std::time::Instant::now() < end, "{wanted:?} never came up in:\n{now}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// The names in a folder, in order.
fn names(dir: &Path) -> Vec<String> {
    let all = fs::read_dir(dir).unwrap().flatten();
    let mut all: Vec<String> = all.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    all.sort();
    all
}

#[test]
fn a_source_whose_disk_is_pulled_out_is_held_and_goes_on_when_it_is_back() {
    if !inside("accidents", "a_source_whose_disk_is_pulled_out_is_held_and_goes_on_when_it_is_back") {
        return;
    }
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    let target = desktop.target();
    desktop.configure(&target.display().to_string(), "delete = true");
    desktop.home.mkdir("disk");
    let (disk, source) = (desktop.home.at("disk"), desktop.home.at("source"));
    let plug = || mount(&["--bind", &disk.display().to_string()], &source);
    mount(&["-t", "tmpfs", "none"], &disk);
    plug();
    let pictures: Vec<String> = (0..12).map(|n| format!("picture-{n:02}")).collect();
    pictures.iter().for_each(|name| desktop.home.write(format!("disk/{name}"), name));
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(driver.open());
    wait_for("all of it at the target", LONG, || (names(&target) == pictures).then_some(()));
    runtime.block_on(reads(&window, &[SAFE]));

    unmount(&source);
    let gone = "is another folder than the one that was watched, or on another disk.";
    let remedy = "Nothing was deleted at";
    let shown = runtime.block_on(reads(&window, &[gone, remedy, "the sync goes on by itself"]));
    assert!(!shown.contains(SAFE), "{shown}");
    tray.asks("NeedsAttention");
    assert_eq!(names(&target), pictures, "nothing goes at the target");

    // Somebody worked on that disk meanwhile.
    desktop.home.write("disk/picture-12", "new");
    fs::remove_file(disk.join("picture-00")).unwrap();
    plug();
    let now: Vec<String> = (1..13).map(|n| format!("picture-{n:02}")).collect();
    wait_for("what is on the disk now", LONG, || (names(&target) == now).then_some(()));
    let shown = runtime.block_on(reads(&window, &[SAFE]));
    assert!(!shown.contains(gone), "{shown}");
    wait_for("a quiet icon", LONG, || tray.tip().contains(SAFE).then_some(()));
    tray.click(&["Quit"]);
}

#[test]
fn a_full_disk_at_the_target_is_named_with_its_remedy_and_the_backup_goes_on_when_there_is_room() {
    if !inside(
        "accidents",
        "a_full_disk_at_the_target_is_named_with_its_remedy_and_the_backup_goes_on_when_there_is_room",
    ) {
        return;
    }
    let daemon = Rsyncd::start(&RsyncdOptions::default());
    let module = daemon.module();
    mount(&["-t", "tmpfs", "-o", "size=1m", "none"], &module);
    fs::create_dir(module.join("documents")).unwrap();
    fs::write(module.join("of somebody else"), vec![1; 700_000]).unwrap();
    let desktop = Desktop::new();
    let (notices, tray) = (Notices::start(&desktop), Tray::start(&desktop));
    desktop.configure(&format!("{}/documents", daemon.url()), "");
    desktop.home.write("source/small", "1");
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(driver.open());
    let there = |name: &str| module.join("documents").join(name);
    wait_for("the first file", LONG, || there("small").exists().then_some(()));
    runtime.block_on(reads(&window, &[SAFE]));

    let large = vec![7_u8; 600_000];
    desktop.home.write("source/large", &large);
    let remedy = "Free some space there.";
    runtime.block_on(reads(&window, &["is full.", remedy]));
    let full = notices.find("a notification", |_| true);
    assert!(full.title.starts_with("Documents not safe since "), "{full:?}");
    assert!(full.body.contains("is full.") && full.body.contains(remedy), "{full:?}");
    tray.asks("NeedsAttention");
    assert!(there("small").exists() && !there("large").exists());

    fs::remove_file(module.join("of somebody else")).unwrap();
    notices.press(&full, "try");
    wait_for("the large file", LONG, || fs::read(there("large")).ok().filter(|read| *read == large));
    let shown = runtime.block_on(reads(&window, &[SAFE]));
    assert!(!shown.contains(remedy), "{shown}");
    let good = notices.find("the good news", |shown| shown.title == "Documents is backed up again");
    assert_eq!((good.replaces, good.urgency), (full.id, 0));
    tray.click(&["Quit"]);
}
