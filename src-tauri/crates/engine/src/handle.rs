//! The engine's front: start it, ask it, end it.

use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use driftless_core::conditions::Surroundings;
use driftless_core::mirror::{Input, Reply, Request, SyncKey};
use driftless_core::plan::Plan;
use driftless_core::say::Say;
use driftless_core::view::{Health, Status, WaitingEntry};
use tokio::sync::{mpsc, oneshot, watch};

use crate::driver::{Driver, Message, Parts, Ran};
use crate::outside::Outside;
use crate::probe::Probes;
use crate::record::Keeper;
use crate::run::{Ground, Ledger, Patience};
use crate::secrets::Secrets;
use crate::watch::{self as watching, Report, Watcher};

/// What the engine tells without being asked.
#[derive(Debug, Clone)]
pub enum Event {
    /// Something for the log.
    Say(Say),
    /// The status is another one.
    Status(Arc<Status>),
    /// A run did something.
    Ran(Box<Ran>),
    /// It has ended, with this exit code.
    Finished(u8),
}

/// Makes the watcher; reports go into what it is given.
pub type MakeWatcher =
    Box<dyn FnOnce(Box<dyn Fn(Report) + Send + Sync>) -> Result<Box<dyn Watcher>, watching::StartError> + Send>;

/// What the engine needs from the program around it.
pub struct EngineOptions {
    /// Where passwords come from.
    pub secrets: Arc<dyn Secrets>,
    /// A directory of ours alone; made (0700) if it is not there.
    pub runtime_dir: PathBuf,
    /// Where what must outlive a restart is kept, in a directory of its own below it; without one nothing is remembered, and each
    /// start is a first one.
    pub state_dir: Option<PathBuf>,
    /// Takes events, in order, on the engine's thread: it must hand on at once.
    pub on_event: Box<dyn FnMut(Event) + Send>,
    /// Watches the sources.
    pub watcher: MakeWatcher,
    /// How long the engine waits for what.
    pub patience: Patience,
    /// What is known of rsync programs; shared with whoever checks configurations.
    pub probes: Probes,
}

impl EngineOptions {
    /// The system's watcher, and the usual patience.
    pub fn new(
        secrets: Arc<dyn Secrets>,
        runtime_dir: impl Into<PathBuf>,
        on_event: impl FnMut(Event) + Send + 'static,
    ) -> EngineOptions {
        EngineOptions {
            secrets,
            runtime_dir: runtime_dir.into(),
            state_dir: None,
            on_event: Box::new(on_event),
            watcher: Box::new(|sink| watching::start(sink, watching::Options::default())),
            patience: Patience::default(),
            probes: Probes::default(),
        }
    }
}

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nothing can be watched.
    #[error(transparent)]
    Watcher(#[from] watching::StartError),
    /// No thread, or no runtime directory.
    #[error("the engine cannot start: {0}")]
    System(#[from] std::io::Error),
}

/// The engine has ended; nobody answers any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the engine has ended")]
pub struct Gone;

/// Speaks with a running engine. Copies speak with the same one.
#[derive(Clone)]
pub struct Handle {
    inbox: mpsc::UnboundedSender<Message>,
    status: watch::Receiver<Arc<Status>>,
    exit: Arc<Exit>,
}

/// The exit code, once there is one.
#[derive(Debug, Default)]
struct Exit {
    code: Mutex<Option<u8>>,
    told: Condvar,
}

/// What is told if the engine ends without a word.
const BROKEN: u8 = 255;

impl Exit {
    fn tell(&self, code: u8) {
        self.code.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(code);
        self.told.notify_all();
    }
}

/// Tells the end also when the thread breaks.
struct TellAtEnd(Arc<Exit>);

impl Drop for TellAtEnd {
    fn drop(&mut self) {
        self.0.tell(BROKEN);
    }
}

/// Starts the engine on a thread of its own and returns when the plan has been taken in.
pub fn start(plan: Arc<Plan>, options: EngineOptions) -> Result<Handle, StartError> {
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&options.runtime_dir)?;
    let (sender, inbox) = mpsc::unbounded_channel();
    let around = Surroundings::default();
    let empty = Status { health: Health::Synced, syncs: Vec::new(), running: 0, fading: false, around };
    let (status_sender, status) = watch::channel(Arc::new(empty));
    let exit = Arc::new(Exit::default());
    let handle = Handle { inbox: sender.clone(), status, exit: exit.clone() };
    let (started, wait) = std::sync::mpsc::channel();
    std::thread::Builder::new().name("driftless-engine".to_owned()).spawn(move || {
        let _tell = TellAtEnd(exit.clone());
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
            Ok(runtime) => runtime,
            Err(error) => return drop(started.send(Err(error.into()))),
        };
        let reports = sender.clone();
        let sink = move |report| drop(reports.send(Message::Watch(report)));
        let watcher = match (options.watcher)(Box::new(sink)) {
            Ok(watcher) => watcher,
            Err(error) => return drop(started.send(Err(error.into()))),
        };
        let keeper = options.state_dir.and_then(|dir| {
            let written = sender.clone();
            Keeper::start(dir.join("record"), move |w| drop(written.send(Message::Written(w))))
                .inspect_err(|error| tracing::warn!("nothing is remembered for the next start: {error}"))
                .ok()
        });
        let mut ground = Ground::new(options.runtime_dir);
        ground.ledger = Ledger::open(&ground.runtime_dir, options.patience.grace)
            .inspect_err(|error| tracing::warn!("children are not written down: {error}"))
            .ok()
            .map(Arc::new);
        let parts = Parts {
            inbox,
            watcher,
            secrets: options.secrets,
            ground,
            patience: options.patience,
            probes: options.probes,
            keeper,
            status: status_sender,
            on_event: options.on_event,
            outside: Outside::new(sender),
        };
        let code = runtime.block_on(async {
            let driver = Driver::new(parts, plan);
            // The one who started us waits for this.
            let _ = started.send(Ok(()));
            driver.drive().await
        });
        // A blocking thread may stand on a dead disk: not waited for.
        runtime.shutdown_background();
        exit.tell(code);
    })?;
    match wait.recv() {
        Ok(Ok(())) => Ok(handle),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(StartError::System(std::io::Error::other("the engine's thread broke"))),
    }
}

impl Handle {
    /// Runs this plan from now on. Only what is different is done anew.
    pub fn configure(&self, plan: Arc<Plan>) {
        self.send(Message::Configure(plan));
    }

    /// Asks for something to be done; answered when it has been taken in.
    pub async fn ask(&self, request: Request) -> Result<Reply, Gone> {
        self.asked(request).await.map_err(|_| Gone)
    }

    /// The same, waiting on this thread. Panics inside a runtime.
    pub fn ask_blocking(&self, request: Request) -> Result<Reply, Gone> {
        self.asked(request).blocking_recv().map_err(|_| Gone)
    }

    fn asked(&self, request: Request) -> oneshot::Receiver<Reply> {
        let (answer, wait) = oneshot::channel();
        self.send(Message::Ask(request, answer));
        wait
    }

    /// The status as it was last told.
    pub fn status(&self) -> Arc<Status> {
        self.status.borrow().clone()
    }

    /// The status of now: the watcher is asked to vouch first, and has so long to answer. At rest it is asked seldom.
    pub async fn fresh_status(&self, within: Duration) -> Arc<Status> {
        let asked_ms = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_millis()) as i64;
        let mut status = self.status.clone();
        self.send(Message::Vouch);
        let told = |status: &Arc<Status>| {
            status.syncs.iter().all(|s| s.waiting > 0 || s.protected_up_to_ms.is_none_or(|at| at >= asked_ms))
        };
        let fresh = tokio::time::timeout(within, status.wait_for(told)).await;
        if let Ok(Ok(status)) = &fresh {
            return Arc::clone(status);
        }
        drop(fresh);
        self.status()
    }

    /// A page of what waits in a sync, in the order of paths.
    pub async fn waiting(&self, sync: SyncKey, offset: usize, limit: usize) -> Result<Vec<WaitingEntry>, Gone> {
        self.page(sync, offset, limit).await.map_err(|_| Gone)
    }

    /// The same, waiting on this thread. Panics inside a runtime.
    pub fn waiting_blocking(&self, sync: SyncKey, offset: usize, limit: usize) -> Result<Vec<WaitingEntry>, Gone> {
        self.page(sync, offset, limit).blocking_recv().map_err(|_| Gone)
    }

    fn page(&self, sync: SyncKey, offset: usize, limit: usize) -> oneshot::Receiver<Vec<WaitingEntry>> {
        let (answer, wait) = oneshot::channel();
        self.send(Message::Waiting { sync, offset, limit, answer });
        wait
    }

    /// Ends the engine with this exit code: running children end by themselves, or are ended if `at_once`.
    pub fn fade(&self, code: u8, at_once: bool) {
        self.send(Message::Happened(Input::Fade { code, at_once }));
    }

    /// The network came (back): what waits for its next try need not.
    pub fn network_up(&self) {
        self.send(Message::Happened(Input::NetworkUp));
    }

    /// The machine slept, and woke. The engine notices that by its clocks; who hears of it otherwise may say so.
    pub fn resumed(&self) {
        self.send(Message::Happened(Input::Resumed));
    }

    /// Power, networks and local time are such now.
    pub fn surroundings(&self, around: Surroundings) {
        self.send(Message::Happened(Input::Surroundings(Box::new(around))));
    }

    /// The keyring opened.
    pub fn keyring_ready(&self) {
        self.send(Message::Happened(Input::KeyringReady));
    }

    /// Waits on this thread until the engine has ended; its exit code.
    pub fn wait(&self) -> u8 {
        let mut code = self.exit.code.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match *code {
                Some(code) => return code,
                None => code = self.exit.told.wait(code).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// An engine that has ended takes nothing in; those who wait for an answer learn it by `Gone`.
    fn send(&self, message: Message) {
        drop(self.inbox.send(message));
    }
}
