//! The whole engine: a plan in, files at the target.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use driftless_core::change::{Change, Kind};
use driftless_core::config::{Config, InotifyMode, Sync};
use driftless_core::filter::Matcher;
use driftless_core::mirror::{Reply, Request, SyncKey};
use driftless_core::paths::RelPath;
use driftless_core::plan::{Plan, PlanEnv, plan_of};
use driftless_core::view::Health;
use driftless_engine::watch::{self, Report, Watcher};
use driftless_engine::{EngineOptions, Event, Gone, Handle, StartError, start};

use crate::common::{Rsyncd, RsyncdOptions, Tree, assert_equal, wait_for};
use crate::support::OnePassword;

/// One sync with a short delay.
fn sync(source: &Tree, target: &str) -> Sync {
    Sync { source: source.word(), target: Some(target.to_owned()), delay: Some(0.1), ..Sync::default() }
}

pub fn plan(syncs: Vec<Sync>) -> Arc<Plan> {
    let config = Config { sync: syncs, ..Config::default() };
    let env = PlanEnv { own_paths: Vec::new(), cwd: "/".to_owned() };
    let mut read = |path: &str| std::fs::read(path).map_err(|error| error.to_string());
    Arc::new(plan_of(&config, &env, &mut read).unwrap())
}

fn nothing() -> Arc<Plan> {
    let some = plan(vec![Sync { source: "/a".to_owned(), target: Some("/b".to_owned()), ..Sync::default() }]);
    Arc::new(Plan { settings: some.settings.clone(), syncs: Vec::new() })
}

/// A running engine; what it told.
pub struct Engine {
    pub handle: Handle,
    events: Arc<Mutex<Vec<Event>>>,
    pub runtime_dir: Tree,
}

impl Engine {
    pub fn start(plan: Arc<Plan>) -> Engine {
        Engine::start_with(plan, |_| {})
    }

    fn start_with(plan: Arc<Plan>, change: impl FnOnce(&mut EngineOptions)) -> Engine {
        let runtime_dir = Tree::new();
        let events = Arc::new(Mutex::new(Vec::new()));
        let told = events.clone();
        let on_event = move |event| told.lock().unwrap().push(event);
        let mut options = EngineOptions::new(Arc::new(OnePassword("geheim")), runtime_dir.at("run"), on_event);
        change(&mut options);
        Engine { handle: start(plan, options).unwrap(), events, runtime_dir }
    }

    /// Waits until everything is at the target.
    pub fn rest(&self) {
        wait_for("rest", 30, || {
            let status = self.handle.status();
            (status.health == Health::Synced && status.syncs.iter().all(|sync| sync.last_pass_ms.is_some()))
                .then_some(())
        });
    }

    fn log(&self) -> String {
        let line = |event: &Event| match event {
            Event::Say(say) => Some(format!("{}: {}\n", say.category.word(), say.text)),
            _ => None,
        };
        self.events.lock().unwrap().iter().filter_map(line).collect()
    }

    pub fn end(self) -> u8 {
        self.handle.fade(0, true);
        self.handle.wait()
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{:#?}\n{}", self.handle.status(), self.log());
            self.handle.fade(0, true);
        }
    }
}

#[test]
fn what_changes_in_a_source_reaches_a_local_target() {
    let (source, target) = (Tree::new(), Tree::new());
    source.write("before/it started", "1");
    target.write("stranger", "x");
    let engine = Engine::start(plan(vec![sync(&source, &target.word())]));
    engine.rest();
    assert_equal(source.path(), &target.word(), &["-lptgoD"]);
    source.write("dir/new", "2");
    wait_for("the new file", 20, || target.exists("dir/new").then_some(()));
    source.rename("dir", "moved");
    source.remove("before");
    wait_for("the move", 20, || (target.exists("moved/new") && !target.exists("dir")).then_some(()));
    wait_for("the deletion", 20, || (!target.exists("before")).then_some(()));
    engine.rest();
    assert_equal(source.path(), &target.word(), &["-lptgoD"]);
    assert!(engine.handle.status().syncs[0].protected_up_to_ms.is_some());
    assert_eq!(engine.end(), 0);
}

#[test]
fn a_module_with_a_password_is_reached() {
    let daemon = Rsyncd::start(&RsyncdOptions { user: Some(("u", "geheim")), ..RsyncdOptions::default() });
    let source = Tree::new();
    source.write("a/b", "1");
    source.symlink("a/b", "link");
    let engine = Engine::start(plan(vec![sync(&source, &daemon.url())]));
    engine.rest();
    source.write("a/c", "2");
    wait_for("the change", 20, || daemon.module().join("a/c").exists().then_some(()));
    engine.rest();
    let password = format!("--password-file={}", daemon.password_file().display());
    assert_equal(source.path(), &daemon.url(), &["-lptgoD", &password]);
    assert!(!engine.log().contains("geheim"));
    assert_eq!(engine.end(), 0);
}

#[test]
fn a_source_that_goes_holds_and_deletes_nothing() {
    let (home, target) = (Tree::new(), Tree::new());
    home.write("source/a", "1");
    let mut one = sync(&home, &target.word());
    one.source = home.at("source").to_str().unwrap().to_owned();
    let engine = Engine::start(plan(vec![one]));
    engine.rest();
    home.write("source/b", "2");
    home.rename("source", "gone");
    wait_for("the hold", 30, || (engine.handle.status().health >= Health::Attention).then_some(()));
    assert!(target.exists("a"));
    assert_eq!(engine.end(), 0);
}

/// A watcher that sees what it is told.
struct Blind {
    sink: Box<dyn Fn(Report) + Send + std::marker::Sync>,
    calls: Arc<Mutex<Vec<String>>>,
}

impl Watcher for Blind {
    fn watch(&mut self, sync: SyncKey, source: &Path, _matcher: Matcher, _mode: InotifyMode) {
        self.calls.lock().unwrap().push(format!("watch {} {}", sync.0, source.display()));
        (self.sink)(Report::Watching { sync, dirs: 1, done: true });
    }

    fn unwatch(&mut self, sync: SyncKey) {
        self.calls.lock().unwrap().push(format!("unwatch {}", sync.0));
    }

    fn vouch(&mut self) {}

    fn mounts_changed(&mut self) {}

    fn watched(&self) -> usize {
        1
    }
}

/// An engine that is told of changes by the test, its watcher's calls, and what tells it.
#[allow(clippy::type_complexity, reason = "three things, named where they are taken")]
fn told(plan: Arc<Plan>) -> (Engine, Arc<Mutex<Vec<String>>>, Arc<dyn Fn(Report) + Send + std::marker::Sync>) {
    let calls = Arc::new(Mutex::new(Vec::new()));
    let (tell, told) = std::sync::mpsc::channel();
    let seen = calls.clone();
    let engine = Engine::start_with(plan, move |options| {
        options.watcher = Box::new(move |sink| {
            let sink: Arc<dyn Fn(Report) + Send + std::marker::Sync> = Arc::from(sink);
            tell.send(sink.clone()).unwrap();
            Ok(Box::new(Blind { sink: Box::new(move |report| sink(report)), calls: seen }))
        });
    });
    (engine, calls, told.recv().unwrap())
}

fn modified(sync: SyncKey, path: &str) -> Report {
    let path = RelPath::new(path.as_bytes()).unwrap();
    Report::Changed { sync, batch: vec![Change { path, kind: Kind::Modify, dir: false }] }
}

#[test]
fn only_what_is_reported_is_sent_and_requests_are_answered() {
    let (source, target) = (Tree::new(), Tree::new());
    let (engine, calls, tell) = told(plan(vec![sync(&source, &target.word())]));
    engine.rest();
    let (key, id) = (engine.handle.status().syncs[0].key, engine.handle.status().syncs[0].id.clone());
    assert_eq!(*calls.lock().unwrap(), [format!("watch {} {}", key.0, source.word())]);
    source.write("unseen", "1");
    source.write("seen", "2");
    tell(modified(key, "seen"));
    wait_for("the change", 20, || target.exists("seen").then_some(()));
    engine.rest();
    assert!(!target.exists("unseen"));

    let pause = Request::Pause { sync: None, until_wall_ms: None };
    assert_eq!(engine.handle.ask_blocking(pause), Ok(Reply::Done(vec![id])));
    assert_eq!(engine.handle.status().health, Health::Paused);
    tell(modified(key, "unseen"));
    let page = wait_for("the entry", 10, || engine.handle.waiting_blocking(key, 0, 10).unwrap().pop());
    assert_eq!(page.path, "/unseen");
    assert!(matches!(
        engine.handle.ask_blocking(Request::Resume { sync: Some("nobody".to_owned()) }),
        Ok(Reply::NoSuchSync { .. })
    ));
    assert!(!target.exists("unseen"));
    engine.handle.ask_blocking(Request::Resume { sync: None }).unwrap();
    wait_for("the change after the pause", 20, || target.exists("unseen").then_some(()));

    engine.handle.configure(nothing());
    wait_for("the end of the watch", 10, || {
        calls.lock().unwrap().contains(&format!("unwatch {}", key.0)).then_some(())
    });
    let handle = engine.handle.clone();
    assert_eq!(engine.end(), 0);
    assert_eq!(handle.ask_blocking(Request::Resume { sync: None }), Err(Gone));
}

#[test]
fn the_end_comes_at_once_when_asked_for_and_with_the_code_asked_for() {
    let daemon = Rsyncd::start(&RsyncdOptions::default());
    let source = Tree::new();
    source.write("big", vec![7; 30_000_000]);
    let mut slow = sync(&source, &daemon.url());
    slow.rsync.bwlimit = Some(1_000);
    let engine = Engine::start(plan(vec![slow]));
    wait_for("the run", 20, || (engine.handle.status().running > 0).then_some(()));
    let begun = Instant::now();
    engine.handle.fade(143, true);
    assert_eq!(engine.handle.wait(), 143);
    assert!(begun.elapsed() < Duration::from_secs(8), "30 s are left of that run");
    assert!(engine.events.lock().unwrap().iter().any(|event| matches!(event, Event::Finished(143))));
}

#[test]
fn an_engine_that_cannot_watch_does_not_start() {
    let runtime_dir = Tree::new();
    let mut options = EngineOptions::new(Arc::new(OnePassword("")), runtime_dir.path(), |_| {});
    options.watcher = Box::new(|_sink| Err(watch::StartError::System(std::io::Error::other("no"))));
    assert!(matches!(start(nothing(), options), Err(StartError::Watcher(_))));
}

#[test]
fn an_rsync_that_lacks_what_a_sync_needs_is_told() {
    let (source, target) = (Tree::new(), Tree::new());
    source.write("bin", "#!/bin/sh\necho 'rsync  version 3.1.3  protocol version 31'\n");
    source.chmod("bin", 0o755);
    let mut old = sync(&source, &target.word());
    old.rsync.binary = Some(source.at("bin").to_str().unwrap().to_owned());
    old.rsync.extra = vec!["--mkpath".to_owned()];
    let engine = Engine::start(plan(vec![old]));
    let code = wait_for("the problem", 20, || {
        engine.handle.status().syncs[0]
            .problem
            .as_ref()
            .map(|problem| problem.code.clone())
            .filter(|c| c != "bad-option")
    });
    assert_eq!(code, "rsync-lacks-option");
    engine.end();
}

#[test]
fn a_filter_file_that_merges_another_holds_its_sync_and_names_the_line() {
    let (source, target) = (Tree::new(), Tree::new());
    source.write("d/.rules", "- *.o\n. more\n");
    source.write("d/more", "- *.c\n");
    source.write("d/a.c", "1");
    target.write("d/stranger", "x");
    let mut filtered = sync(&source, &target.word());
    filtered.filter = vec![": .rules".to_owned()];
    let engine = Engine::start(plan(vec![filtered]));
    let problem = wait_for("the hold", 60, || engine.handle.status().syncs[0].problem.clone());
    assert_eq!(
        (problem.code.as_str(), problem.args["source"].as_str()),
        ("filter-dir-file-merge", "filter[1] d/.rules line 2")
    );
    assert!(target.exists("d/stranger") && !target.exists("d/a.c"), "nothing sent, nothing removed");
    source.write("d/.rules", "- *.o\n");
    wait_for("the sync to go on", 60, || (target.exists("d/a.c") && !target.exists("d/stranger")).then_some(()));
    engine.rest();
    assert_eq!(engine.end(), 0);
}
