//! The thread of one sync: keeps its places watched, polls when it is time, hands batches on.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use ::notify::{Config, PollWatcher, RecommendedWatcher, RecursiveMode, Watcher as _};
use driftless_core::change::Kind;
use driftless_core::filter::Matcher;
use driftless_core::mirror::{Sight, SyncKey};
use driftless_core::paths::RelPath;

use super::{Message, Way};
use crate::watch::batch::Batch;
use crate::watch::{Options, Report, Sink};

pub(super) enum Engine {
    Native(RecommendedWatcher),
    Poll(PollWatcher),
}

impl Engine {
    fn watch(&mut self, path: &Path) -> Result<(), ::notify::Error> {
        match self {
            Engine::Native(w) => w.watch(path, RecursiveMode::Recursive),
            Engine::Poll(w) => w.watch(path, RecursiveMode::Recursive),
        }
    }

    /// Waits until the watcher's own thread has done what it does after telling its events: it puts the watches on new
    /// directories only then. Asking for the paths is a question to that thread.
    pub fn settle(&self) {
        if let Engine::Native(w) = self {
            drop(w.watched_paths());
        }
    }

    fn unwatch(&mut self, path: &Path) {
        // It may be gone already.
        drop(match self {
            Engine::Native(w) => w.unwatch(path),
            Engine::Poll(w) => w.unwatch(path),
        });
    }
}

/// One watched directory.
pub(super) struct Place {
    pub path: PathBuf,
    pub prefix: RelPath,
    pub matcher: Arc<Matcher>,
    /// Where it is without symlinks, as it is watched; `None` while it is missing.
    pub real: Option<PathBuf>,
    identity: Option<(u64, u64)>,
    /// `Watching` was said.
    said: bool,
    /// Try again then.
    retry: Option<Instant>,
    missing: Option<i32>,
}

/// Asking a native watcher whether it has told everything: a file is made, and when its event comes, all before it came.
struct Sentinel {
    dir: tempfile::TempDir,
    real: PathBuf,
    number: u64,
    /// (number, wall clock before it was made)
    asked: Vec<(u64, i64)>,
}

/// See the module's head. `events` has the rest of its methods.
pub(super) struct Worker {
    pub sync: SyncKey,
    pub way: Way,
    sink: Sink,
    options: Options,
    messages: Sender<Message>,
    watched: Arc<AtomicUsize>,
    pub engine: Option<Engine>,
    sentinel: Option<Sentinel>,
    pub places: Vec<Place>,
    batch: Batch,
    next_poll: Option<Instant>,
}

fn wall_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

/// (device, inode); on systems without, only that it is a directory.
fn identity(path: &Path) -> std::io::Result<(u64, u64)> {
    let meta = std::fs::metadata(path)?;
    if !meta.is_dir() {
        return Err(std::io::Error::from(std::io::ErrorKind::NotADirectory));
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        Ok((meta.dev(), meta.ino()))
    }
    #[cfg(not(unix))]
    Ok((0, 0))
}

impl Worker {
    pub fn new(
        sync: SyncKey,
        way: Way,
        sink: Sink,
        options: Options,
        messages: Sender<Message>,
        watched: Arc<AtomicUsize>,
    ) -> Worker {
        Worker {
            sync,
            way,
            sink,
            options,
            messages,
            watched,
            engine: None,
            sentinel: None,
            places: Vec::new(),
            batch: Batch::default(),
            next_poll: None,
        }
    }

    pub fn run(mut self, inbox: &Receiver<Message>) {
        loop {
            let message = match self.next_due() {
                None => inbox.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(at) => inbox.recv_timeout(at.saturating_duration_since(Instant::now())),
            };
            match message {
                Ok(Message::Watch { path, prefix, matcher }) => self.add(path, prefix, matcher),
                Ok(Message::Unwatch(under)) => self.remove(&under),
                Ok(Message::Vouch) => self.vouch(),
                Ok(Message::Event(event)) => self.event(event),
                Ok(Message::Scanned(at)) => self.drained(at),
                Ok(Message::Stop) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            self.when_due(Instant::now());
        }
        let count = self.places.iter().filter(|p| p.real.is_some()).count();
        self.watched.fetch_sub(count, Ordering::Relaxed);
    }

    fn next_due(&self) -> Option<Instant> {
        let batch = self.batch.since().map(|t| t + self.options.batch_age);
        let retries = self.places.iter().filter_map(|p| p.retry);
        retries.chain(batch).chain(self.next_poll).min()
    }

    fn when_due(&mut self, now: Instant) {
        if self.batch.since().is_some_and(|t| now >= t + self.options.batch_age) {
            self.flush();
        }
        for at in 0..self.places.len() {
            if self.places[at].retry.is_some_and(|t| t <= now) {
                self.begin(at);
            }
        }
        if self.next_poll.is_some_and(|t| t <= now) {
            self.poll();
        }
    }

    fn add(&mut self, path: PathBuf, prefix: RelPath, matcher: Arc<Matcher>) {
        self.places.push(Place {
            path,
            prefix,
            matcher,
            real: None,
            identity: None,
            said: false,
            retry: None,
            missing: None,
        });
        self.begin(self.places.len() - 1);
    }

    /// Starts to watch a place, or says why it cannot be.
    fn begin(&mut self, at: usize) {
        self.places[at].retry = None;
        match self.try_begin(&self.places[at].path.clone()) {
            Ok((real, identity)) => {
                self.watched.fetch_add(1, Ordering::Relaxed);
                let place = &mut self.places[at];
                let appeared = place.missing.take().is_some();
                (place.real, place.identity) = (Some(real), Some(identity));
                let (said, under) = (std::mem::replace(&mut place.said, true), place.prefix.clone());
                // A place inside a source is said to be watched even while it is missing.
                if !said || under.is_root() {
                    (self.sink)(Report::Watching { sync: self.sync, dirs: self.places.len(), done: true });
                }
                if appeared {
                    (self.sink)(Report::Lost { sync: self.sync, under });
                }
                self.vouch();
            }
            Err(errno) => {
                let place = &mut self.places[at];
                place.retry = Some(Instant::now() + self.options.retry_source);
                let news = place.missing.replace(errno) != Some(errno);
                if !place.prefix.is_root() {
                    // The place's parent tells when it is gone.
                    if !std::mem::replace(&mut place.said, true) {
                        (self.sink)(Report::Watching { sync: self.sync, dirs: 0, done: true });
                    }
                } else if news {
                    (self.sink)(Report::Sight { sync: self.sync, sight: Sight::NoSource { errno } });
                }
            }
        }
    }

    fn try_begin(&mut self, path: &Path) -> Result<(PathBuf, (u64, u64)), i32> {
        let errno = |e: std::io::Error| e.raw_os_error().unwrap_or(0);
        let real = path.canonicalize().map_err(errno)?;
        let identity = identity(&real).map_err(errno)?;
        loop {
            if self.engine.is_none() {
                self.engine = Some(self.make_engine().map_err(|e| errno_of(&e))?);
            }
            let Some(engine) = self.engine.as_mut() else { return Err(0) };
            match engine.watch(&real) {
                Ok(()) => break,
                Err(error) if matches!(error.kind, ::notify::ErrorKind::MaxFilesWatch) && self.way == Way::Native => {
                    let sight = Sight::LimitReached { path: RelPath::root(), limit: 0, wanted: 0 };
                    (self.sink)(Report::Sight { sync: self.sync, sight });
                    self.way = Way::Poll;
                    (self.engine, self.sentinel) = (None, None);
                }
                Err(error) => return Err(errno_of(&error)),
            }
        }
        if self.way == Way::Poll {
            self.next_poll.get_or_insert(Instant::now() + self.options.poll_every);
        }
        Ok((real, identity))
    }

    fn make_engine(&mut self) -> Result<Engine, ::notify::Error> {
        let messages = self.messages.clone();
        let handler = move |event| drop(messages.send(Message::Event(event)));
        let config = Config::default().with_follow_symlinks(false);
        if self.way == Way::Poll {
            // Only the times of this thread count: with notify's own timer nobody would know when a look is complete.
            return Ok(Engine::Poll(PollWatcher::new(handler, config.with_manual_polling())?));
        }
        let mut engine = Engine::Native(RecommendedWatcher::new(handler, config)?);
        let dir = tempfile::Builder::new().prefix("driftless-").tempdir().map_err(::notify::Error::io)?;
        let real = dir.path().canonicalize().map_err(::notify::Error::io)?;
        engine.watch(&real)?;
        self.sentinel = Some(Sentinel { dir, real, number: 0, asked: Vec::new() });
        Ok(engine)
    }

    fn remove(&mut self, under: &RelPath) {
        let (gone, kept): (Vec<Place>, Vec<Place>) =
            std::mem::take(&mut self.places).into_iter().partition(|p| p.prefix.is_within(under));
        self.places = kept;
        for place in gone {
            self.stop_place(place.real);
        }
        if self.places.is_empty() {
            self.next_poll = None;
        }
    }

    fn stop_place(&mut self, real: Option<PathBuf>) {
        if let (Some(real), Some(engine)) = (real, self.engine.as_mut()) {
            engine.unwatch(&real);
            self.watched.fetch_sub(1, Ordering::Relaxed);
        }
    }

    /// Looks at everything now.
    fn poll(&mut self) {
        self.look_at_places();
        let at = wall_ms();
        if let Some(Engine::Poll(watcher)) = &self.engine {
            match watcher.poll_blocking() {
                // The events of this look stand in the queue, this behind them.
                Ok(()) => drop(self.messages.send(Message::Scanned(at))),
                Err(error) => tracing::warn!(%error, "polling failed"),
            }
            self.next_poll = Some(Instant::now() + self.options.poll_every);
        }
    }

    fn vouch(&mut self) {
        match self.way {
            Way::Poll => self.poll(),
            Way::Native => {
                self.look_at_places();
                let Some(sentinel) = self.sentinel.as_mut() else { return };
                sentinel.number += 1;
                let path = sentinel.dir.path().join(sentinel.number.to_string());
                sentinel.asked.push((sentinel.number, wall_ms()));
                if let Err(error) = std::fs::File::create_new(&path).and_then(|_| std::fs::remove_file(&path)) {
                    tracing::warn!(%error, "the watcher cannot be asked whether it told everything");
                }
            }
        }
    }

    /// True if the path is the sentinel's: then everything asked for until then is answered.
    pub fn is_sentinel(&mut self, path: &Path) -> bool {
        let Some(sentinel) = self.sentinel.as_mut() else { return false };
        let Ok(below) = path.strip_prefix(&sentinel.real) else { return false };
        let Some(number) = below.to_str().and_then(|n| n.parse::<u64>().ok()) else { return true };
        let answered = sentinel.asked.iter().filter(|(n, _)| *n <= number).map(|(_, at)| *at).max();
        sentinel.asked.retain(|(n, _)| *n > number);
        if let Some(at) = answered {
            self.drained(at);
        }
        true
    }

    fn drained(&mut self, at_wall_ms: i64) {
        self.flush();
        if self.places.iter().all(|p| p.real.is_some() || !p.prefix.is_root()) {
            (self.sink)(Report::Drained { sync: self.sync, at_wall_ms });
        }
    }

    /// Whether every place's path still leads to what is watched; if not, it is lost and looked for again.
    pub fn look_at_places(&mut self) -> bool {
        let mut whole = true;
        for at in 0..self.places.len() {
            let place = &self.places[at];
            if place.real.is_none() || identity(&place.path).ok() == place.identity {
                continue;
            }
            whole = false;
            let real = self.places[at].real.take();
            self.stop_place(real);
            let place = &mut self.places[at];
            place.missing = Some(0);
            place.retry = Some(Instant::now());
            (self.sink)(Report::Lost { sync: self.sync, under: place.prefix.clone() });
        }
        whole
    }

    pub fn push(&mut self, path: RelPath, kind: Kind, dir: bool) {
        self.batch.push(driftless_core::change::Change { path, kind, dir }, Instant::now());
        if self.batch.is_full() {
            self.flush();
        }
    }

    pub fn lost(&mut self, under: RelPath) {
        self.flush();
        (self.sink)(Report::Lost { sync: self.sync, under });
    }

    pub fn flush(&mut self) {
        if self.batch.since().is_none() {
            return;
        }
        let mut batch = self.batch.take(Instant::now());
        // A source that is gone has nothing deleted.
        let deletes = batch.iter().any(|c| c.kind == Kind::Delete);
        if deletes && !self.look_at_places() {
            batch.retain(|c| c.kind != Kind::Delete);
        }
        if !batch.is_empty() {
            (self.sink)(Report::Changed { sync: self.sync, batch });
        }
    }
}

fn errno_of(error: &::notify::Error) -> i32 {
    match &error.kind {
        ::notify::ErrorKind::Io(e) => e.raw_os_error().unwrap_or(0),
        ::notify::ErrorKind::PathNotFound => 2,
        _ => 0,
    }
}
