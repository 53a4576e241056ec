//! What runs inside: the engine with its configuration, locks and secrets. Commands, tray and notifications all work on this;
//! nothing in here knows of windows.

use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driftless_core::alert::NoticeKind;
use driftless_core::config::{App, AppLanguage, Config};
use driftless_core::mirror::{Reply, Request};
use driftless_core::plan::SyncPlan;
use driftless_core::problem::Problem;
use driftless_core::view::SyncStatus;
use driftless_engine::history::{self, History};
use driftless_engine::places::{Places, private_dir};
use driftless_engine::secrets::system::System;
use driftless_engine::{EngineOptions, Event, Handle};
use driftless_instance::{Desk, Document, Ground, Held, Loaded, Saved};
use driftless_wire::{Ability, AppFacts, AppSettings, HostEvent, Notify, Snapshot};
use driftless_words::{Catalogue, Language};
use tokio::sync::mpsc::UnboundedSender;

use crate::autostart::Autostart;
use crate::clipboard::Clipboard;
use crate::outlet::Input;
use crate::receiving::Receiving;

/// See the head of this file.
pub struct Shell {
    /// Does the work.
    pub engine: Handle,
    /// Where passwords come from.
    pub secrets: Arc<System>,
    /// The configuration's file.
    pub document: Document,
    /// Where things are kept.
    pub places: Places,
    /// Starting with the session.
    pub autostart: Option<Autostart>,
    /// What was done; none if it cannot be kept.
    pub history: Option<History>,
    /// What pages look at now.
    pub looks: crate::commands::Looks,
    /// What is being brought back.
    pub restores: crate::commands::Restores,
    /// This machine as the other end.
    pub receiving: Receiving,
    /// For what a person carries to another program.
    pub clipboard: Clipboard,
    outlet: Sender<Input>,
    state: Mutex<State>,
}

struct State {
    held: Held,
    app: App,
    /// Why the file is not what runs.
    problems: Vec<Problem>,
    /// Of the file as it was last taken in, or written.
    revision: Option<String>,
    /// A tray host was seen.
    tray: bool,
    /// Where the window is to go once its page is there.
    go: Option<(String, Option<String>)>,
}

impl Shell {
    /// Reads the configuration, takes the locks, starts the engine. A configuration that cannot be run is no reason not to
    /// start: the window is where it is mended.
    ///
    /// # Errors
    /// No place for state, or another process runs this configuration.
    pub fn start(
        places: Places,
        config: Option<PathBuf>,
        autostart: Option<Autostart>,
        outlet: Sender<Input>,
    ) -> Result<Shell, Problem> {
        private_dir(&places.runtime).map_err(internal)?;
        let own = [&places.config, &places.state, &places.runtime, &places.cache, &places.log];
        let ground = Ground {
            cwd: std::env::home_dir().unwrap_or_else(|| PathBuf::from("/")),
            own: own.into_iter().cloned().collect(),
        };
        let document = Document::new(config.unwrap_or_else(|| places.config.join("config.toml")), ground);
        let (app, revision, loaded) = match document.read() {
            Ok(sheet) => (sheet.config.app.clone(), Some(sheet.revision.clone()), document.load(&sheet)),
            Err(problems) => (App::default(), None, Err(problems)),
        };
        let (loaded, problems) = match loaded {
            Ok(loaded) => (loaded, Vec::new()),
            Err(problems) => (nothing(&document)?, problems),
        };
        let held = Held::take(&loaded, &places.runtime).map_err(|error| {
            Problem::error("already-running").with("config", document.path().display()).with("error", error)
        })?;
        let secrets = Arc::new(System::new());
        let (events, grown) = (outlet.clone(), outlet.clone());
        // The outlet is gone only when the process ends.
        let history = History::open(&places.state.join(history::FILE), move || drop(grown.send(Input::Grown)));
        let history = history.inspect_err(|error| tracing::warn!("there is no history: {error}")).ok();
        let keeper = history.clone();
        let on_event = move |event| match (event, &keeper) {
            (Event::Ran(ran), Some(keeper)) => keeper.keep(*ran),
            (event, _) => drop(events.send(Input::Engine(event))),
        };
        let mut options = EngineOptions::new(secrets.clone(), &places.runtime, on_event);
        options.state_dir = Some(places.state.clone());
        let engine = driftless_engine::start(Arc::new(loaded.plan), options).map_err(internal)?;
        if let Some(Err(error)) = autostart.as_ref().map(Autostart::correct) {
            tracing::warn!("the autostart entry could not be corrected: {error}");
        }
        let state = Mutex::new(State { held, app, problems, revision, tray: true, go: None });
        let receiving = Receiving::new(&places.state);
        Ok(Shell {
            engine,
            secrets,
            document,
            places,
            autostart,
            history,
            looks: Default::default(),
            restores: Default::default(),
            receiving,
            clipboard: Clipboard::default(),
            outlet,
            state,
        })
    }

    /// Who answers at the control socket.
    pub fn desk(&self, stop: UnboundedSender<()>) -> Desk {
        Desk { engine: self.engine.clone(), config: self.document.path().display().to_string(), stop }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// To the outlet; it is gone only when the process ends.
    pub fn tell(&self, input: Input) {
        let _ = self.outlet.send(input);
    }

    /// Everything that a page needs to show itself.
    pub fn snapshot(&self) -> Snapshot {
        let problems = self.state().problems.clone();
        Snapshot { status: (*self.engine.status()).clone(), app: self.app_facts(), config_problems: problems }
    }

    /// The application's own.
    pub fn app_facts(&self) -> AppFacts {
        let state = self.state();
        let mut abilities = vec![
            Ability::Import,
            Ability::Export,
            Ability::Notifications,
            Ability::Receiver,
            Ability::Doctor,
            Ability::Restore,
            Ability::UnlockKeyring,
        ];
        if self.history.is_some() {
            abilities.push(Ability::Activity);
        }
        if self.autostart.is_some() {
            abilities.push(Ability::Autostart);
        }
        AppFacts {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            system_language: system_language(),
            settings: AppSettings {
                autostart: self.autostart.as_ref().is_some_and(Autostart::on),
                language: state.app.language.unwrap_or_default(),
                appearance: state.app.appearance.unwrap_or_default(),
                notify: notify_of(&state.app),
            },
            abilities,
            tray: state.tray,
            config_file: self.document.path().display().to_string(),
            home: std::env::home_dir().unwrap_or_default().display().to_string(),
        }
    }

    /// Asks the engine.
    ///
    /// # Errors
    /// `no-such-sync`, or `engine-ended`.
    pub async fn ask(&self, request: Request) -> Result<(), Problem> {
        match self.engine.ask(request).await {
            Ok(Reply::Done(_)) => Ok(()),
            Ok(Reply::NoSuchSync { asked, .. }) => Err(no_such_sync(&asked)),
            Err(_) => Err(Problem::error("engine-ended")),
        }
    }

    /// The sync of this id or name.
    ///
    /// # Errors
    /// `no-such-sync`.
    pub fn sync(&self, wanted: &str) -> Result<SyncStatus, Problem> {
        let status = self.engine.status();
        status.syncs.iter().find(|s| s.id == wanted || s.name == wanted).cloned().ok_or_else(|| no_such_sync(wanted))
    }

    /// What the file says of the sync of this id or name.
    ///
    /// # Errors
    /// `no-such-sync`, or the file cannot be run as it is.
    pub fn plan_of(&self, wanted: &str) -> Result<SyncPlan, Problem> {
        let sheet = self.document.read().map_err(first)?;
        let loaded = self.document.load(&sheet).map_err(first)?;
        let found = loaded.plan.syncs.into_iter().find(|sync| sync.id == wanted || sync.name == wanted);
        found.ok_or_else(|| no_such_sync(wanted))
    }

    /// Writes a configuration and runs it.
    pub fn save(&self, config: Config, revision: &str) -> driftless_wire::Saved {
        let refused = |problems| driftless_wire::Saved { saved: false, revision: revision.to_owned(), problems };
        let app = config.app.clone();
        // One at a time: what is written is what is run.
        let mut state = self.state();
        match self.document.save(config, revision) {
            Saved::Refused(problems) => refused(problems),
            Saved::Written { revision, loaded } => {
                let mut problems = loaded.warnings.clone();
                if let Err(problem) = self.run(&mut state, *loaded) {
                    problems.push(problem);
                }
                state.app = app;
                state.problems.clear();
                state.revision = Some(revision.clone());
                drop(state);
                self.app_changed();
                self.tell(Input::Page(HostEvent::Config { problems: Vec::new() }));
                driftless_wire::Saved { saved: true, revision, problems }
            }
        }
    }

    /// Reads the file again, if somebody else changed it. One that cannot be run changes nothing, and is told.
    pub fn reload(&self) {
        let mut state = self.state();
        let read = self.document.read();
        let revision = read.as_ref().map(|sheet| sheet.revision.clone()).ok();
        if revision.is_some() && revision == state.revision {
            return;
        }
        state.revision = revision;
        let app = read.as_ref().map(|sheet| sheet.config.app.clone()).ok();
        let done = read.and_then(|sheet| self.document.load(&sheet));
        let done = done.and_then(|loaded| self.run(&mut state, loaded).map_err(|problem| vec![problem]));
        match (done, app) {
            (Ok(()), Some(app)) => {
                state.app = app;
                state.problems.clear();
            }
            (Ok(()), None) => state.problems.clear(),
            (Err(problems), _) => state.problems = problems,
        }
        let problems = state.problems.clone();
        drop(state);
        self.app_changed();
        self.tell(Input::Page(HostEvent::Config { problems }));
    }

    fn run(&self, state: &mut State, loaded: Loaded) -> Result<(), Problem> {
        state.held.prepare(&loaded.plan).map_err(|error| {
            Problem::error("already-running").with("config", self.document.path().display()).with("error", error)
        })?;
        state.held.settle(&loaded.plan);
        self.engine.configure(Arc::new(loaded.plan));
        Ok(())
    }

    /// The person chose anew.
    ///
    /// # Errors
    /// What the check or the disk has against it.
    pub fn set_app(&self, settings: &AppSettings) -> Result<(), Problem> {
        if let Some(autostart) = self.autostart.as_ref().filter(|autostart| autostart.on() != settings.autostart) {
            autostart.set(settings.autostart).map_err(|error| {
                Problem::error("autostart-failed").with("file", autostart.file().display()).with("error", error)
            })?;
        }
        let sheet = self.document.read().map_err(first)?;
        let mut config = sheet.config;
        let notify = settings.notify;
        let written = |on: bool, was: Option<bool>| if on && was.is_none() { None } else { Some(on) };
        let app = &mut config.app;
        app.notify_failing = written(notify.failing, app.notify_failing);
        app.notify_held = written(notify.held, app.notify_held);
        app.notify_password = written(notify.password, app.notify_password);
        app.notify_recovered = written(notify.recovered, app.notify_recovered);
        app.language = chosen(settings.language, app.language);
        app.appearance = chosen(settings.appearance, app.appearance);
        let saved = self.save(config, &sheet.revision);
        if saved.saved { Ok(()) } else { Err(first(saved.problems)) }
    }

    /// What hangs on the application's own settings learns of them.
    pub fn app_changed(&self) {
        let app = self.state().app.clone();
        self.tell(Input::Silence(silenced(&app)));
        self.tell(Input::Words(Arc::new(words_of(&app))));
        self.tell(Input::Page(HostEvent::App { app: self.app_facts() }));
    }

    /// The kinds of notices that are switched off.
    pub fn silenced(&self) -> Vec<NoticeKind> {
        silenced(&self.state().app)
    }

    /// The words in the language that the person chose.
    pub fn words(&self) -> Catalogue {
        words_of(&self.state().app)
    }

    /// Whether a tray host was seen.
    pub fn has_tray(&self) -> bool {
        self.state().tray
    }

    /// A tray host came or went.
    pub fn host(&self, there: bool) {
        self.state().tray = there;
        self.tell(Input::Host(there));
        self.tell(Input::Page(HostEvent::App { app: self.app_facts() }));
    }

    /// Where the window is to go; the page asks for it when it is there.
    pub fn set_go(&self, go: Option<(String, Option<String>)>) {
        self.state().go = go;
    }

    /// Once.
    pub fn take_go(&self) -> Option<(String, Option<String>)> {
        self.state().go.take()
    }
}

/// Nothing runs before there is a configuration that can.
fn nothing(document: &Document) -> Result<Loaded, Problem> {
    let (plan, warnings) = document.plan(&Config::default(), &Default::default()).map_err(first)?;
    Ok(Loaded { plan, warnings, identity: document.identity(), shown: document.path().display().to_string() })
}

fn chosen<T: Default + PartialEq>(now: T, was: Option<T>) -> Option<T> {
    if now == T::default() && was.is_none() { None } else { Some(now) }
}

fn notify_of(app: &App) -> Notify {
    Notify {
        failing: app.notify_failing.unwrap_or(true),
        held: app.notify_held.unwrap_or(true),
        password: app.notify_password.unwrap_or(true),
        recovered: app.notify_recovered.unwrap_or(true),
    }
}

fn silenced(app: &App) -> Vec<NoticeKind> {
    let on = notify_of(app);
    let kinds = [
        (on.failing, NoticeKind::Failing),
        (on.held, NoticeKind::Held),
        (on.password, NoticeKind::Password),
        (on.recovered, NoticeKind::Recovered),
    ];
    kinds.into_iter().filter(|(on, _)| !on).map(|(_, kind)| kind).collect()
}

fn words_of(app: &App) -> Catalogue {
    Catalogue::new(match app.language.unwrap_or_default() {
        AppLanguage::System => Language::best(&system_language()),
        AppLanguage::English => Language::English,
        AppLanguage::Chinese => Language::Chinese,
    })
    .for_window()
}

/// As the desktop's environment says: `zh_CN.UTF-8` is `zh-CN`.
fn system_language() -> String {
    let named =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    let plain = named.unwrap_or_default().split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    if plain.is_empty() || plain == "C" || plain == "POSIX" { "en".to_owned() } else { plain }
}

/// A defect of ours, or of the machine.
pub fn internal(error: impl std::fmt::Display) -> Problem {
    Problem::error("internal-error").with("error", error)
}

fn no_such_sync(sync: &str) -> Problem {
    Problem::error("no-such-sync").with("sync", driftless_core::paths::show_bytes(sync.as_bytes()))
}

fn first(problems: Vec<Problem>) -> Problem {
    let error = |problem: &Problem| problem.severity == driftless_core::problem::Severity::Error;
    let at = problems.iter().position(error).unwrap_or(0);
    problems.into_iter().nth(at).unwrap_or_else(|| internal("nothing is said to be wrong"))
}
