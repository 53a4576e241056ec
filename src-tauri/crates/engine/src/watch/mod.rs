//! Watching sources: what changed, as changes of paths below a sync's root.
//!
//! Two backends stand behind [`Watcher`]: `inotify` with our own walk (Linux), and `notify` (every other system, and
//! polling). Rules both keep:
//! - Watches are in place before `Watching { done: true }`; a new directory is watched before it is listed.
//! - Whatever cannot be seen is said: [`Report::Lost`] or [`Report::Sight`]. Nothing is silently unwatched.
//! - A report may come twice, and may name a path that is gone again: both are harmless. Missing one is not.
//! - Excluded directories are neither entered nor watched, symlinks never followed (the source itself may be one).

mod arena;
mod batch;
mod filesystem;
#[cfg(target_os = "linux")]
mod inotify;
#[cfg(target_os = "linux")]
pub mod mounts;
mod moves;
mod names;
mod notify;
mod throttle;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use driftless_core::change::Change;
use driftless_core::config::InotifyMode;
use driftless_core::filter::Matcher;
use driftless_core::mirror::{Sight, SyncKey};
use driftless_core::paths::RelPath;

pub use filesystem::{Filesystem, filesystem_of, polled_fstype, polled_type};

/// What a watcher says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// Watches put in place so far; with `done` all that can be.
    Watching {
        /// Whose source.
        sync: SyncKey,
        /// Directories watched.
        dirs: usize,
        /// The first look is complete.
        done: bool,
    },
    /// Paths changed: at most 4,096 changes. The first after a pause at once, then what came within 50 ms.
    Changed {
        /// Whose source.
        sync: SyncKey,
        /// In the order seen.
        batch: Vec<Change>,
    },
    /// Everything below this path may have changed or gone.
    Lost {
        /// Whose source.
        sync: SyncKey,
        /// Below here.
        under: RelPath,
    },
    /// Everything that happened before this time has been reported.
    Drained {
        /// Whose source.
        sync: SyncKey,
        /// Wall clock, milliseconds since 1970; for what happened in that very millisecond nobody vouches.
        at_wall_ms: i64,
    },
    /// What the watcher cannot see, or sees again.
    Sight {
        /// Whose source.
        sync: SyncKey,
        /// What.
        sight: Sight,
    },
}

/// Takes the reports, in order. Called on the watcher's thread: it must hand on at once and never wait.
pub type Sink = Arc<dyn Fn(Report) + Send + Sync>;

/// Watches sources until dropped. Nothing here waits: every answer is a [`Report`].
pub trait Watcher: Send {
    /// Watches a source. `source` may be missing: then it is tried again until it appears.
    fn watch(&mut self, sync: SyncKey, source: &Path, matcher: Matcher, mode: InotifyMode);
    /// No longer.
    fn unwatch(&mut self, sync: SyncKey);
    /// Asks for a [`Report::Drained`] of every watched source, as soon as all that happened until now is reported.
    /// Also looks whether each source is still what is watched.
    fn vouch(&mut self);
    /// File systems were mounted or unmounted: mount points inside the sources are looked at again.
    fn mounts_changed(&mut self);
    /// How many directories are watched, over all syncs.
    fn watched(&self) -> usize;
}

/// A hook that tests put into the reader thread.
pub type Hook = Arc<dyn Fn() + Send + Sync>;

/// Which backend serves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Backend {
    /// inotify where there is one, else the system's own through notify; polling for network file systems.
    #[default]
    Auto,
    /// The system's own, through notify.
    Native,
    /// Polling, whatever the file system.
    Poll,
}

/// Times and limits.
#[derive(Clone)]
pub struct Options {
    /// Which backend.
    pub backend: Backend,
    /// Pause before an unreadable directory is tried again.
    pub retry_unreadable: Duration,
    /// Pause before a missing source is tried again.
    pub retry_source: Duration,
    /// A source that does not answer for so long is said to be missing; it is waited for all the same.
    pub root_patience: Duration,
    /// How long half of a move waits for the other half.
    pub move_patience: Duration,
    /// Time between two batches, while changes keep coming.
    pub batch_age: Duration,
    /// Shortest time between two reports of one file that is being written.
    pub writing_every: Duration,
    /// Time between two looks at what is polled.
    pub poll_every: Duration,
    /// A limit of watches below the system's.
    pub limit: Option<usize>,
    /// Called before each read of the kernel's queue.
    pub before_read: Option<Hook>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            backend: Backend::Auto,
            retry_unreadable: Duration::from_secs(30),
            retry_source: Duration::from_secs(3),
            root_patience: Duration::from_secs(10),
            move_patience: Duration::from_millis(50),
            batch_age: Duration::from_millis(50),
            writing_every: Duration::from_secs(1),
            poll_every: Duration::from_secs(30),
            limit: None,
            before_read: None,
        }
    }
}

/// Why watching could not begin at all.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The user has too many inotify instances.
    #[error("no inotify instance is left for this user (fs.inotify.max_user_instances is {limit}): {source}")]
    Instances {
        /// The limit in force, 0 if unknown.
        limit: u64,
        /// What the system said.
        source: std::io::Error,
    },
    /// The system refused a descriptor or a thread.
    #[error("watching cannot start: {0}")]
    System(#[from] std::io::Error),
}

/// Starts the watcher for this system. It chooses how each source is watched.
pub fn start(sink: impl Fn(Report) + Send + Sync + 'static, options: Options) -> Result<Box<dyn Watcher>, StartError> {
    let sink: Sink = Arc::new(sink);
    match options.backend {
        #[cfg(target_os = "linux")]
        Backend::Auto => Ok(Box::new(inotify::InotifyWatcher::start(sink, options)?)),
        #[cfg(not(target_os = "linux"))]
        Backend::Auto => Ok(Box::new(notify::NotifyWatcher::start(sink, options, notify::Way::Native)?)),
        Backend::Native => Ok(Box::new(notify::NotifyWatcher::start(sink, options, notify::Way::Native)?)),
        Backend::Poll => Ok(Box::new(notify::NotifyWatcher::start(sink, options, notify::Way::Poll)?)),
    }
}
