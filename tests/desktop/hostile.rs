//! What comes from outside is text in the real window, and a page can do no more than it was granted.

use std::time::Duration;

use driftless_words::{Catalogue, Language};
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, Locator};
use serde_json::{Value, json};

use crate::common::{Rsyncd, RsyncdOptions, wait_for};
use crate::desktop::{Desktop, LONG};
use crate::driver::{Driver, PATIENCE, fill, press, press_in, text};
use crate::menu::Tray;

/// What it would be if it were not text, and colours and a right-to-left override besides.
const NAME: &str = "<img src=x class=owned onerror=\"document.title='owned'\">\u{1b}[31m\u{202e}";
/// As rsyncd.conf has it: in one line.
const COMMENT: &str = "</option><script class=owned>document.title='owned'</script>";
/// An rsync that talks a megabyte and fails.
const LOUD: &str = "#!/bin/sh
case \" $* \" in *' --version '*|*' -V '*|*' -VV '*) exec rsync \"$@\";; esac
i=0
line='rsync: <b class=owned>no room</b> '
while [ $i -lt 9 ]; do line=\"$line$line\"; i=$((i+1)); done
i=0
while [ $i -lt 64 ]; do printf '%s' \"$line\" >&2; i=$((i+1)); done
printf '\\nrsync error: error in rsync protocol data stream (code 12) at io.c(1)\\n' >&2
exit 12
";
const INVOKE: &str = "
    const done = arguments[arguments.length - 1];
    window.__TAURI_INTERNALS__.invoke(arguments[0], arguments[1])
        .then((answer) => done(['given', answer ?? null]), (error) => done(['refused', error]));";

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn opened(driver: &Driver) -> Client {
    let window = driver.open().await;
    let patience = TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), Some(Duration::ZERO));
    window.update_timeouts(patience).await.unwrap();
    window.wait().at_most(PATIENCE).for_element(Locator::Css("h1")).await.unwrap();
    window
}

async fn reads(window: &Client, wanted: &str) -> String {
    let end = std::time::Instant::now() + PATIENCE;
    loop {
        let now = text(window).await;
        if now.contains(wanted) {
            return now;
        }
        let shown: String = now.chars().take(4_000).collect();
        assert!(std::time::Instant::now() < end, "{wanted:?} never came up in:\n{shown}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Nothing of it has become a part of the page.
async fn is_text(window: &Client) {
    let ask = "return [document.querySelectorAll('.owned, main img').length, document.title.includes('owned')]";
    assert_eq!(window.execute(ask, Vec::new()).await.unwrap(), json!([0, false]));
}

#[test]
fn names_and_a_megabyte_from_rsync_are_text() {
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    let target = desktop.target();
    desktop.configure(&target.display().to_string(), "");
    desktop.home.write(format!("source/{NAME}"), "text");
    desktop.home.write("loud/file", "1");
    desktop.home.write("rsync", LOUD);
    desktop.home.chmod("rsync", 0o755);
    let place = |name: &str| desktop.home.at(name).display().to_string();
    desktop.home.mkdir("elsewhere");
    desktop.append_config(&format!(
        "\n[[sync]]\nkind = \"rsync\"\nsource = {:?}\ntarget = {:?}\nrsync = {{ binary = {:?} }}\n[sync.driftless]\n\
         id = \"loud\"\nname = \"Loud\"\n",
        place("loud"),
        place("elsewhere"),
        place("rsync")
    ));
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(opened(&driver));
    wait_for("the file at the target", LONG, || target.join(NAME).exists().then_some(()));
    let words = Catalogue::new(Language::English);
    let word = |key: &str| words.text(key, &Default::default()).sentence;
    runtime.block_on(async {
        // The name of the sync stands on its card from the start; its failure comes.
        let trouble = Locator::XPath("//main//*[contains(., 'Loud')]//pre | //main//details");
        window.wait().at_most(PATIENCE).for_element(trouble).await.unwrap();
        is_text(&window).await;
        let shown = text(&window).await;
        assert!(shown.len() < 100_000, "{} bytes are shown", shown.len());

        press_in(&window, "//nav", &word("window-page-activity")).await;
        window.wait().at_most(PATIENCE).for_element(Locator::Css("main details summary")).await.unwrap();
        window
            .execute("document.querySelectorAll('main details').forEach((one) => { one.open = true; })", Vec::new())
            .await
            .unwrap();
        let shown = reads(&window, "<img src=x").await;
        assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'), "{shown:?}");
        assert!(shown.len() < 200_000, "{} bytes are shown", shown.len());
        is_text(&window).await;
    });
    tray.click(&["Quit"]);
}

#[test]
fn a_comment_of_a_module_is_text() {
    let comment = format!("comment = {COMMENT}");
    let daemon = Rsyncd::start(&RsyncdOptions { module: &[&comment, "list = yes"], ..RsyncdOptions::default() });
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    desktop.home.write("config/user-dirs.dirs", "XDG_DOCUMENTS_DIR=\"$HOME/Documents\"\n");
    desktop.home.write("Documents/letter.txt", "Dear all");
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(opened(&driver));
    let words = Catalogue::new(Language::English);
    let word = |key: &str| words.text(key, &Default::default()).sentence;
    runtime.block_on(async {
        press(&window, &word("window-set-up")).await;
        press(&window, &word("window-next")).await;
        let server = Locator::Css("main label:has(input[value=server])");
        window.wait().at_most(PATIENCE).for_element(server).await.unwrap().click().await.unwrap();
        // Leaving the field asks the server for its modules.
        fill(&window, &word("first-server-host"), &format!("127.0.0.1:{}", daemon.port)).await;
        // As leaving the field does: the server is asked for its modules.
        let leave = "document.querySelector('.fields input').dispatchEvent(new Event('change', { bubbles: true }))";
        window.execute(leave, Vec::new()).await.unwrap();
        let asked = json!({ "host": "127.0.0.1", "port": daemon.port });
        let answer = window.execute_async(INVOKE, vec![json!("modules"), asked]).await.unwrap();
        assert_eq!(answer, json!(["given", [{ "name": "mod", "comment": COMMENT }]]));
        let offered = window.wait().at_most(PATIENCE).for_element(Locator::Css("datalist option")).await.unwrap();
        let offered = offered.prop("textContent").await.unwrap().unwrap_or_default();
        assert!(offered.contains("<script class=owned>"), "{offered:?}");
        is_text(&window).await;
    });
    tray.click(&["Quit"]);
}

#[test]
fn a_page_is_refused_every_command_that_it_was_not_granted() {
    let desktop = Desktop::new();
    let _tray = Tray::start(&desktop);
    let driver = Driver::start(&desktop);
    let runtime = runtime();
    let window = runtime.block_on(opened(&driver));
    runtime.block_on(async {
        let ask = async |command: &str, arguments: Value| -> (String, Value) {
            let answer = window.execute_async(INVOKE, vec![json!(command), arguments]).await.unwrap();
            serde_json::from_value(answer).unwrap()
        };
        let (granted, snapshot) = ask("snapshot", json!({})).await;
        assert_eq!(granted, "given", "{snapshot}");
        let refused = [
            ("plugin:fs|read_file", json!({ "path": "/etc/passwd" })),
            ("plugin:shell|execute", json!({ "program": "true" })),
            ("plugin:http|fetch", json!({ "url": "http://127.0.0.1/" })),
            ("plugin:webview|create_webview_window", json!({ "options": { "label": "main2", "url": "index.html" } })),
            ("plugin:window|close", json!({ "label": "main" })),
            ("plugin:app|version", json!({})),
            ("plugin:event|emit", json!({ "event": "x" })),
            ("no_such_command", json!({})),
        ];
        for (command, arguments) in refused {
            let (answer, why) = ask(command, arguments).await;
            assert_eq!(answer, "refused", "{command}: {why}");
            let why = why.to_string();
            assert!(why.contains("not allowed") || why.contains("not found"), "{command}: {why}");
        }
    });
}
