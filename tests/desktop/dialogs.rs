//! A configuration of lsyncd's is taken in through the real window and the toolkit's own file dialog, and written out again.

use std::fs;

use driftless_instance::{Ground, read_config};
use fantoccini::{Client, Locator};

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};
use crate::driver::{Driver, PATIENCE, press, press_in, text};
use crate::menu::Tray;

async fn reads(window: &Client, wanted: &str) {
    let way = format!("//main//*[contains(., {wanted:?})]");
    if let Err(error) = window.wait().at_most(PATIENCE).for_element(Locator::XPath(&way)).await {
        panic!("{wanted:?} never came up ({error}) in:\n{}", text(window).await);
    }
}

#[test]
fn an_lsyncd_conf_is_taken_in_with_what_was_not_carried_over_and_written_out_again() {
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    let target = desktop.target();
    desktop.home.write("source/letter", "Dear all");
    let place = |name: &str| desktop.home.at(name).display().to_string();
    let (source, shown) = (place("source"), target.display());
    desktop.home.write(
        "lsyncd.conf",
        format!(
            "settings {{ nodaemon = true }}\nlocal from = {source:?}\n\
             sync {{ default.rsync, source = from, target = {:?}, delay = 1, exclude = {{ '*.tmp' }},\n\
             \tonCreate = function(event) spawn(event, '/bin/true') end }}\n",
            shown.to_string()
        ),
    );
    let driver = Driver::start(&desktop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let window = runtime.block_on(async {
        let window = driver.open().await;
        press(&window, "Import lsyncd.conf").await;
        press(&window, "Choose a file…").await;
        window
    });
    desktop.answer_dialog("Open File", &place("lsyncd.conf"));
    runtime.block_on(async {
        reads(&window, "1 sync found").await;
        reads(&window, "What was not carried over, or needs a look").await;
        reads(&window, "onCreate of sync 1 is scripting and is not carried over").await;
        assert!(!desktop.home.at("config/driftless/config.toml").exists(), "nothing is changed before it is said");
        press(&window, "Take in").await;
    });
    wait_for("the file at the target", LONG, || fs::read(target.join("letter")).ok());
    let kept = read_config(&desktop.home.at("config/driftless/config.toml"), "kept").ok().unwrap().config;
    assert_eq!((kept.sync.len(), kept.sync[0].source.as_str()), (1, source.as_str()));
    assert_eq!((kept.sync[0].delay, kept.sync[0].exclude.as_slice()), (Some(1.0), ["*.tmp".to_owned()].as_slice()));

    for (button, name) in [("Export as lsyncd.conf…", "out.conf"), ("Export as TOML…", "out.toml")] {
        runtime.block_on(async {
            press_in(&window, "//nav", "Settings").await;
            press(&window, button).await;
        });
        desktop.answer_dialog("Save File", &place(name));
        let written = wait_for("what is written", LONG, || {
            read_config(&desktop.home.at(name), name).ok().filter(|read| !read.config.sync.is_empty())
        });
        assert_eq!(written.notes, []);
        // As `driftlessd check` does it.
        let ground = Ground { cwd: desktop.home.path().to_owned(), own: Vec::new() };
        let plan = ground.plan(&written.config, Some(&desktop.home.at(name)), &written.keys, &mut Vec::new());
        assert!(plan.is_ok_and(|plan| plan.syncs.len() == 1), "{name} would be refused");
        assert_eq!(
            (written.config.sync[0].source.as_str(), &written.config.sync[0].target),
            (source.as_str(), &kept.sync[0].target)
        );
        assert_eq!(written.config.sync[0].exclude, ["*.tmp"]);
    }
    tray.click(&["Quit"]);
}
