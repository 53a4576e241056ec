//! The backend over the `notify` crate: the system's own watcher on every system but Linux, and polling everywhere.
//!
//! One thread and one watcher of notify's for each sync, so that a file server that does not answer holds up nobody else.
//! Weaknesses that come with it: moves arrive as Delete and Create, what was removed is never called a directory, and a
//! poll sees only what differs in time, size or name between two looks.

mod events;
mod worker;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};

use driftless_core::config::InotifyMode;
use driftless_core::filter::Matcher;
use driftless_core::mirror::SyncKey;
use driftless_core::paths::RelPath;

use super::{Options, Report, Sink, StartError, Watcher};
use worker::Worker;

/// How changes are noticed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The system tells.
    Native,
    /// Looking again and again.
    Poll,
}

/// What a sync's thread is told.
enum Message {
    Watch {
        path: PathBuf,
        prefix: RelPath,
        matcher: Arc<Matcher>,
    },
    /// Everything at and below this path.
    Unwatch(RelPath),
    Vouch,
    Event(Result<::notify::Event, ::notify::Error>),
    /// All events of a look that began at this time stand before this message.
    Scanned(i64),
    Stop,
}

struct Thread {
    messages: Sender<Message>,
    /// Nothing is reported any more.
    ended: Arc<AtomicBool>,
}

/// See the module's head.
pub struct NotifyWatcher {
    sink: Sink,
    options: Options,
    way: Way,
    threads: HashMap<SyncKey, Thread>,
    watched: Arc<AtomicUsize>,
}

impl NotifyWatcher {
    /// Threads start with the first watch of a sync.
    pub fn start(sink: Sink, options: Options, way: Way) -> Result<NotifyWatcher, StartError> {
        Ok(NotifyWatcher { sink, options, way, threads: HashMap::new(), watched: Arc::new(AtomicUsize::new(0)) })
    }

    /// Watches a directory that stands at `prefix` of a sync. Says `Watching { done: true }` once for each call.
    pub fn watch_at(&mut self, sync: SyncKey, path: &Path, prefix: RelPath, matcher: Arc<Matcher>) {
        if !self.threads.contains_key(&sync) {
            match self.spawn(sync) {
                Ok(thread) => drop(self.threads.insert(sync, thread)),
                Err(error) => {
                    tracing::error!(%error, "no thread to watch with");
                    let errno = error.raw_os_error().unwrap_or(0);
                    let sight = driftless_core::mirror::Sight::NoSource { errno };
                    return (self.sink)(Report::Sight { sync, sight });
                }
            }
        }
        self.tell(sync, Message::Watch { path: path.to_owned(), prefix, matcher });
    }

    /// Ends the watch of one directory, or of all of a sync.
    pub fn unwatch_at(&mut self, sync: SyncKey, prefix: Option<&RelPath>) {
        match prefix {
            Some(prefix) => self.tell(sync, Message::Unwatch(prefix.clone())),
            None => {
                if let Some(thread) = self.threads.remove(&sync) {
                    thread.end();
                }
            }
        }
    }

    fn spawn(&self, sync: SyncKey) -> std::io::Result<Thread> {
        let (messages, inbox) = channel();
        let ended = Arc::new(AtomicBool::new(false));
        let (sink, gate) = (Arc::clone(&self.sink), Arc::clone(&ended));
        let sink: Sink = Arc::new(move |report| {
            if !gate.load(Ordering::Acquire) {
                sink(report);
            }
        });
        let worker =
            Worker::new(sync, self.way, sink, self.options.clone(), messages.clone(), Arc::clone(&self.watched));
        std::thread::Builder::new().name("notify".into()).spawn(move || worker.run(&inbox))?;
        Ok(Thread { messages, ended })
    }

    fn tell(&self, sync: SyncKey, message: Message) {
        if let Some(thread) = self.threads.get(&sync) {
            // Fails only when the thread has ended.
            drop(thread.messages.send(message));
        }
    }
}

impl Thread {
    /// It is not joined: it may wait for a file server that is gone.
    fn end(&self) {
        self.ended.store(true, Ordering::Release);
        drop(self.messages.send(Message::Stop));
    }
}

impl Drop for NotifyWatcher {
    fn drop(&mut self) {
        self.threads.values().for_each(Thread::end);
    }
}

impl Watcher for NotifyWatcher {
    fn watch(&mut self, sync: SyncKey, source: &Path, matcher: Matcher, _mode: InotifyMode) {
        self.unwatch_at(sync, None);
        self.watch_at(sync, source, RelPath::root(), Arc::new(matcher));
    }

    fn unwatch(&mut self, sync: SyncKey) {
        self.unwatch_at(sync, None);
    }

    fn vouch(&mut self) {
        self.threads.values().for_each(|thread| drop(thread.messages.send(Message::Vouch)));
    }

    fn mounts_changed(&mut self) {
        self.vouch();
    }

    fn watched(&self) -> usize {
        self.watched.load(Ordering::Relaxed)
    }
}
