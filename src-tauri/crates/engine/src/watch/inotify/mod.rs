//! The inotify backend: one instance and one thread for all sources.
//!
//! The thread always drains the kernel's queue first, then applies what it read, then walks for a moment, and begins
//! again: a long walk never makes the kernel's queue overflow. It sleeps without a timer when nothing is due.

mod blind;
mod dirs;
mod door;
mod events;
mod foot;
mod hand_on;
mod leaves;
mod names;
mod reader;
mod remote;
mod roots;
mod source;
mod unseen;
mod walk;

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use driftless_core::config::InotifyMode;
use driftless_core::filter::Matcher;
use driftless_core::mirror::SyncKey;
use rustix::event::{EventfdFlags, eventfd};
use rustix::fs::inotify as sys;
use rustix::io::Errno;

use super::{Options, Report, Sink, StartError, Watcher};
use door::OpenedRoot;
use reader::Reader;

/// What the thread is told.
pub(super) enum Command {
    Watch {
        sync: SyncKey,
        source: PathBuf,
        matcher: Box<Matcher>,
        mode: InotifyMode,
    },
    Unwatch(SyncKey),
    Vouch,
    Mounts,
    /// The answer to the look that has this number.
    Opened {
        sync: SyncKey,
        number: u64,
        root: Result<OpenedRoot, Errno>,
    },
    /// A file system inside a source answered, or why not.
    Reached {
        sync: SyncKey,
        number: u64,
        refused: Option<Errno>,
    },
    /// From what is polled.
    Polled(Report),
    Stop,
}

/// Tells the thread something and wakes it.
#[derive(Clone)]
pub(super) struct Line {
    commands: Sender<Command>,
    wake: Arc<OwnedFd>,
}

impl Line {
    pub fn send(&self, command: Command) {
        // Fails only when the thread has ended, and then nobody is there to be told.
        if self.commands.send(command).is_ok() {
            let _ = rustix::io::write(&*self.wake, &1u64.to_ne_bytes());
        }
    }
}

/// See the module's head.
pub struct InotifyWatcher {
    line: Line,
    watched: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl InotifyWatcher {
    /// Opens the instance and starts the thread.
    pub fn start(sink: Sink, options: Options) -> Result<InotifyWatcher, StartError> {
        let inotify = sys::init(sys::CreateFlags::CLOEXEC | sys::CreateFlags::NONBLOCK).map_err(|e| match e {
            Errno::MFILE => StartError::Instances {
                limit: walk::number_in("/proc/sys/fs/inotify/max_user_instances").unwrap_or(0),
                source: e.into(),
            },
            e => StartError::System(e.into()),
        })?;
        let wake = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK).map_err(std::io::Error::from)?);
        let (commands, inbox) = channel();
        let line = Line { commands, wake };
        let watched = Arc::new(AtomicUsize::new(0));
        let reader = Reader::new(inotify, inbox, line.clone(), sink, options, Arc::clone(&watched));
        let thread = std::thread::Builder::new().name("inotify".into()).spawn(move || reader.run())?;
        Ok(InotifyWatcher { line, watched, thread: Some(thread) })
    }
}

impl Watcher for InotifyWatcher {
    fn watch(&mut self, sync: SyncKey, source: &Path, matcher: Matcher, mode: InotifyMode) {
        // The reader has a current directory of its own.
        let source = std::path::absolute(source).unwrap_or_else(|_| source.to_owned());
        self.line.send(Command::Watch { sync, source, matcher: Box::new(matcher), mode });
    }

    fn unwatch(&mut self, sync: SyncKey) {
        self.line.send(Command::Unwatch(sync));
    }

    fn vouch(&mut self) {
        self.line.send(Command::Vouch);
    }

    fn mounts_changed(&mut self) {
        self.line.send(Command::Mounts);
    }

    fn watched(&self) -> usize {
        self.watched.load(Ordering::Relaxed)
    }
}

impl Drop for InotifyWatcher {
    fn drop(&mut self) {
        self.line.send(Command::Stop);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
