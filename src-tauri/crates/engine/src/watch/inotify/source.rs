//! One sync's source as the reader thread knows it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use driftless_core::config::InotifyMode;
use driftless_core::filter::{Matcher, Verdict};
use driftless_core::mirror::SyncKey;
use driftless_core::paths::RelPath;

use super::blind::BlindDirs;
use super::door::Opening;
use super::remote::Reaching;
use crate::watch::arena::NodeId;
use crate::watch::batch::Batch;

/// Wall-clock times, 0 for never.
#[derive(Default)]
pub(super) struct Vouched {
    pub own: i64,
    pub polled: i64,
    pub said: i64,
}

/// See the module's head.
pub(super) struct Source {
    pub key: SyncKey,
    pub path: PathBuf,
    pub matcher: Arc<Matcher>,
    pub mode: InotifyMode,
    pub root: Option<NodeId>,
    /// (device, inode) of what is watched.
    pub identity: Option<(u64, u64)>,
    /// Where that really is, and the id of the mount it lies on.
    pub real: Option<PathBuf>,
    pub mount: Option<u64>,
    /// Mount points below it that are polled, with their types.
    pub remote: BTreeMap<RelPath, String>,
    /// Those of them that have not answered yet.
    pub reaching: Vec<Reaching>,
    pub batch: Batch,
    /// How many batches were handed on.
    pub handed_on: u64,
    pub dirs: usize,
    /// The walk from the root is complete.
    pub walked: bool,
    /// `Watching { done: true }` was said.
    pub done: bool,
    /// It was lost or missing: when it is watched (again), everything may differ.
    pub settle: bool,
    /// Its root was asked for.
    pub opening: Option<Opening>,
    /// Try to open the root again then.
    pub retry: Option<Instant>,
    /// The errno last said with NoSource.
    pub missing: Option<i32>,
    pub blind: BlindDirs,
    /// What is polled, below these.
    pub polled: Vec<RelPath>,
    /// Polls whose first look is not complete.
    pub polls_pending: usize,
    /// For what is polled in part: up to when the reader and the poll vouched, and what was said of it.
    pub vouched: Vouched,
}

impl Source {
    pub fn new(key: SyncKey, path: PathBuf, matcher: Matcher, mode: InotifyMode) -> Source {
        Source {
            key,
            path,
            matcher: Arc::new(matcher),
            mode,
            root: None,
            identity: None,
            real: None,
            mount: None,
            remote: BTreeMap::new(),
            reaching: Vec::new(),
            batch: Batch::default(),
            handed_on: 0,
            dirs: 0,
            walked: false,
            done: false,
            settle: false,
            opening: None,
            retry: None,
            missing: None,
            blind: BlindDirs::default(),
            polled: Vec::new(),
            polls_pending: 0,
            vouched: Vouched::default(),
        }
    }

    /// Whether a directory is walked depends on where it stands.
    pub fn tells_directories_apart(&self) -> bool {
        !self.matcher.is_empty() || !self.remote.is_empty()
    }

    /// True if the path is left out. The directory it stands in is watched, so it is not.
    pub fn excludes(&self, path: &RelPath, dir: bool) -> bool {
        !path.is_root() && self.matcher.entry(path, dir) == Verdict::Excluded
    }

    /// A write that is not yet closed is reported as being written.
    pub fn waits_for_close(&self) -> bool {
        self.mode == InotifyMode::CloseWrite
    }

    /// A close after writing is reported.
    pub fn hears_close(&self) -> bool {
        self.mode != InotifyMode::Modify
    }
}
