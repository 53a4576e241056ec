//! What people with less than perfect eyes or hands would stumble over: axe-core in the real window, on every page, in both
//! themes and both languages.

use std::time::Duration;

use driftless_words::{Catalogue, Language};
use fantoccini::wd::TimeoutConfiguration;
use fantoccini::{Client, Locator};
use serde_json::Value;

use crate::common::{Rsyncd, RsyncdOptions, wait_for};
use crate::desktop::{Desktop, LONG};
use crate::driver::{Driver, PATIENCE, press, press_in, text};
use crate::menu::Tray;

/// Where `npm ci` puts it.
const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../ui/node_modules/axe-core/axe.min.js");
const RUN: &str = "
    const done = arguments[arguments.length - 1];
    const told = (found) => found.id + ': ' + found.help + ': '
        + found.nodes.slice(0, 3).map((node) => node.target.join(' ') + ' ' + node.failureSummary).join(' | ');
    axe.run(document, { resultTypes: ['violations'] })
        .then((report) => done(report.violations.map(told)), (error) => done(['axe failed: ' + error]));";

/// The window, and what was found in it so far.
struct Inspector {
    window: Client,
    words: Catalogue,
    how: String,
    looked: usize,
    found: Vec<String>,
}

impl Inspector {
    async fn open(driver: &Driver) -> Inspector {
        let window = driver.open().await;
        let patience = TimeoutConfiguration::new(Some(PATIENCE), Some(PATIENCE), Some(Duration::ZERO));
        window.update_timeouts(patience).await.unwrap();
        window.wait().at_most(PATIENCE).for_element(Locator::Css("h1")).await.unwrap();
        let axe = std::fs::read_to_string(AXE).expect("ui/node_modules (npm ci in ui/) is needed");
        // The policy of the page lets no script in; the driver puts it in, as a person's own tools would.
        window.execute(&axe, Vec::new()).await.unwrap();
        let words = Catalogue::new(Language::English);
        Inspector { window, words, how: String::new(), looked: 0, found: Vec::new() }
    }

    /// What has a barrier is found: else all that follows says nothing.
    async fn prove(&self) {
        let add = "document.querySelector('main').insertAdjacentHTML('beforeend', '<button id=\"bare\"></button>')";
        self.window.execute(add, Vec::new()).await.unwrap();
        let told = self.ask().await;
        assert!(told.len() == 1 && told[0].contains("#bare"), "{told:?}");
        self.window.execute("document.getElementById('bare').remove()", Vec::new()).await.unwrap();
    }

    fn word(&self, key: &str) -> String {
        self.words.text(key, &Default::default()).sentence
    }

    async fn press(&self, key: &str) {
        press(&self.window, &self.word(key)).await;
    }

    async fn go(&self, page: &str) {
        press_in(&self.window, "//nav", &self.word(&format!("window-page-{page}"))).await;
    }

    async fn there(&self, css: &str) -> fantoccini::elements::Element {
        match self.window.wait().at_most(PATIENCE).for_element(Locator::Css(css)).await {
            Ok(found) => found,
            Err(error) => panic!("no {css}: {error}\n{}", text(&self.window).await),
        }
    }

    async fn click(&self, css: &str) {
        self.there(css).await.click().await.unwrap();
    }

    /// Waits until no dialog is over the page: what is pressed before is not heard.
    async fn clear(&self) {
        let ask = "return !document.querySelector('[role=dialog]') && getComputedStyle(document.body).pointerEvents !== 'none'";
        let end = std::time::Instant::now() + PATIENCE;
        while self.window.execute(ask, Vec::new()).await.unwrap() != Value::Bool(true) {
            assert!(std::time::Instant::now() < end, "a dialog stays");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// As a person does it, on the page of settings.
    async fn dress(&mut self, theme: &str, language: Language) {
        self.go("settings").await;
        self.click(&format!("select option[value={:?}]", language.tag())).await;
        self.words = Catalogue::new(language);
        self.click(&format!("select option[value={theme:?}]")).await;
        self.there(&format!("html[lang={:?}][data-theme={theme:?}] h1", language.tag())).await;
        self.how = format!("{theme} {}", language.tag());
    }

    /// Has it looked at as it is now. What moves is looked at again when it stands.
    async fn look(&mut self, what: &str) {
        let mut told = self.ask().await;
        if !told.is_empty() {
            tokio::time::sleep(Duration::from_millis(600)).await;
            told = self.ask().await;
        }
        self.looked += 1;
        self.found.extend(told.into_iter().map(|one| format!("{what}, {}: {one}", self.how)));
    }

    async fn ask(&self) -> Vec<String> {
        let told = self.window.execute_async(RUN, Vec::new()).await.unwrap();
        serde_json::from_value::<Vec<String>>(told.clone()).unwrap_or_else(|_| vec![Value::to_string(&told)])
    }

    async fn look_at_pages(&mut self) {
        self.go("overview").await;
        self.look("overview").await;
        self.press("window-do-look").await;
        self.there("[role=dialog] footer button").await;
        self.look("what is held").await;
        press_in(&self.window, "//*[@role='dialog']", &self.word("window-hold-later")).await;
        self.clear().await;
        self.press("window-do-password").await;
        self.there("[role=dialog] input[type=password]").await;
        self.look("password").await;
        press_in(&self.window, "//*[@role='dialog']", &self.word("window-cancel")).await;
        self.clear().await;
        for page in ["activity", "restore", "receiver", "doctor", "settings"] {
            self.go(page).await;
            let there = match page {
                "activity" => "main details summary",
                "restore" => "main input[type=checkbox]",
                _ => "main .card",
            };
            self.there(there).await;
            self.look(page).await;
        }
        self.press("settings-import").await;
        self.look("import").await;
        self.go("overview").await;
        self.press("window-edit").await;
        for tab in 1..=6 {
            self.click(&format!("[role=tab]:nth-of-type({tab})")).await;
            self.look(&format!("form, part {tab}")).await;
        }
    }

    /// The target of the first run: this module of a server that asks for no password.
    async fn aim(&self, server: &Rsyncd, module: &str) {
        self.go("overview").await;
        self.press("window-set-up").await;
        self.press("window-next").await;
        self.click("main label:has(input[value=server])").await;
        // By their places: in some languages the name of a field is a part of another's.
        for (at, what) in [(1, format!("127.0.0.1:{}", server.port)), (2, module.to_owned())] {
            let field = format!("(//main//div[contains(@class, 'fields')]//input)[{at}]");
            let field = self.window.wait().at_most(PATIENCE).for_element(Locator::XPath(&field)).await;
            field.unwrap().send_keys(&what).await.unwrap();
        }
        self.press("window-next").await;
    }

    /// The trial, one that fails and one that goes well, and what would be done, without doing it.
    async fn look_at_trial_and_rehearsal(&mut self, server: &Rsyncd) {
        self.aim(server, "no-such-module").await;
        self.there("main li.failed pre").await;
        self.look("first run, a trial that failed").await;
        self.aim(server, "mod").await;
        self.there("main footer button[type=submit]:enabled").await;
        self.look("first run, a trial").await;
        self.press("window-next").await;
        let begin = self.word("first-start");
        let begin = format!("//button[not(@disabled) and normalize-space(.)={begin:?}]");
        self.window.wait().at_most(PATIENCE).for_element(Locator::XPath(&begin)).await.unwrap();
        self.look("first run, rehearsal").await;
        // The sync is taken out again: the next language begins anew.
        self.press("window-back").await;
        self.there("main ol[aria-live]").await;
    }

    async fn look_at_the_first_run(&mut self, server: &Rsyncd) {
        self.go("overview").await;
        self.look("nothing yet").await;
        self.press("window-set-up").await;
        self.look("first run, folders").await;
        self.press("window-next").await;
        for way in 1..=3 {
            let way = format!("(//main//label[.//input[@type='radio']])[{way}]");
            self.window
                .wait()
                .at_most(PATIENCE)
                .for_element(Locator::XPath(&way))
                .await
                .unwrap()
                .click()
                .await
                .unwrap();
            self.look("first run, where to").await;
        }
        self.look_at_trial_and_rehearsal(server).await;
        self.go("overview").await;
    }

    async fn end(self) {
        let shown = text(&self.window).await;
        let Inspector { looked, found, .. } = self;
        assert!(found.is_empty(), "of {looked} looks {} found something:\n{}\n{shown}", found.len(), found.join("\n"));
    }
}

const DRESSES: [(&str, Language); 4] = [
    ("light", Language::English),
    ("dark", Language::English),
    ("dark", Language::Chinese),
    ("light", Language::Chinese),
];

#[test]
fn no_page_of_a_running_backup_has_a_barrier() {
    let daemon = Rsyncd::start(&RsyncdOptions { user: Some(("li", "secret")), ..RsyncdOptions::default() });
    let desktop = Desktop::new();
    let tray = Tray::start(&desktop);
    let target = desktop.target();
    desktop.configure(&target.display().to_string(), "");
    desktop.home.write("source/letters/<b>to all", "Dear all");
    desktop.home.write("source/notes.md", "notes");
    let sync = |id: &str, target: &str, own: &str| {
        let source = desktop.home.at("source").display().to_string();
        format!(
            "\n[[sync]]\nkind = \"rsync\"\nsource = {source:?}\ntarget = {target:?}\n[sync.driftless]\nid = {id:?}\n\
             name = {id:?}\n{own}\n"
        )
    };
    desktop.append_config(&sync("held", &desktop.home.at("elsewhere").display().to_string(), "rehearse = true"));
    desktop.append_config(&sync("refused", &daemon.url(), ""));
    let driver = Driver::start(&desktop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut inspector = runtime.block_on(Inspector::open(&driver));
    wait_for("the first file", LONG, || target.join("notes.md").exists().then_some(()));
    runtime.block_on(async {
        for (theme, language) in DRESSES {
            inspector.dress(theme, language).await;
            inspector.look_at_pages().await;
        }
        inspector.prove().await;
        inspector.end().await;
    });
    tray.click(&["退出"]);
}

#[test]
fn no_page_of_the_first_run_has_a_barrier() {
    let server = Rsyncd::start(&RsyncdOptions::default());
    let desktop = Desktop::new();
    let _tray = Tray::start(&desktop);
    desktop.home.write("config/user-dirs.dirs", "XDG_DOCUMENTS_DIR=\"$HOME/Documents\"\n");
    desktop.home.write("Documents/letter.txt", "Dear all");
    let driver = Driver::start(&desktop);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut inspector = runtime.block_on(Inspector::open(&driver));
    runtime.block_on(async {
        for (theme, language) in DRESSES {
            inspector.dress(theme, language).await;
            inspector.look_at_the_first_run(&server).await;
        }
        inspector.end().await;
    });
}
