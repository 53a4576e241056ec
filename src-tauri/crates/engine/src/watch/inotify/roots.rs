//! The roots of the sources: begun, walked, gone, found again.

use std::os::fd::AsFd;
use std::sync::atomic::Ordering;
use std::time::Instant;

use driftless_core::mirror::{Sight, SyncKey};
use driftless_core::paths::RelPath;
use rustix::io::Errno;

use super::door::OpenedRoot;
use super::reader::Reader;
use super::walk::{Frame, Walk};
use crate::watch::arena::NodeId;
use crate::watch::{Filesystem, Report, mounts};

impl Reader {
    pub fn begin_root(&mut self, seq: u64, sync: SyncKey, opened: OpenedRoot) {
        if self.sources.get(&sync.0).is_none_or(|source| source.root.is_some()) {
            return;
        }
        let OpenedRoot { dir, identity, filesystem, real } = opened;
        self.stands_at(sync, real);
        if let Filesystem::Remote(filesystem) = filesystem {
            self.found(sync, None, identity);
            self.sight(sync, Sight::Polling { path: RelPath::root(), filesystem });
            self.poll_below(sync, RelPath::root());
            return self.root_walked(sync);
        }
        match self.add_watch(dir.as_fd()) {
            Ok(wd) => {
                let root = self.arena.add_root(sync.0, wd);
                self.found(sync, Some(root), identity);
                self.walk = Some(Walk::new(seq, sync, true, vec![Frame::new(root, dir)]));
            }
            Err(Errno::NOSPC) => {
                self.found(sync, None, identity);
                self.limit_reached(sync, RelPath::root());
                self.root_walked(sync);
            }
            Err(error) => self.no_source(sync, error),
        }
    }

    fn found(&mut self, sync: SyncKey, root: Option<NodeId>, identity: Option<(u64, u64)>) {
        if let Some(source) = self.sources.get_mut(&sync.0) {
            source.root = root;
            source.identity = identity;
            source.missing = None;
            source.retry = None;
            source.dirs = usize::from(root.is_some());
        }
    }

    pub fn no_source(&mut self, sync: SyncKey, error: Errno) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        let errno = error.raw_os_error();
        // One that has not answered is not asked again before it does.
        source.retry = source.opening.is_none().then(|| Instant::now() + self.options.retry_source);
        source.settle = true;
        if source.missing.replace(errno) != Some(errno) {
            self.sight(sync, Sight::NoSource { errno });
        }
    }

    /// The walk from the root is over.
    pub fn root_walked(&mut self, sync: SyncKey) {
        if let Some(source) = self.sources.get_mut(&sync.0) {
            source.walked = true;
        }
        self.finish(sync);
    }

    /// Once everything is watched or polled, the first pass may start.
    pub fn finish(&mut self, sync: SyncKey) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        if source.done || !source.walked || source.polls_pending > 0 {
            return;
        }
        source.done = true;
        let (dirs, settle) = (source.dirs, std::mem::take(&mut source.settle));
        self.flush(sync);
        self.watched.store(self.arena.watches(), Ordering::Relaxed);
        (self.sink)(Report::Watching { sync, dirs, done: true });
        if settle {
            self.lost(sync, RelPath::root());
        }
        self.ask_to_vouch();
    }

    /// The source is gone, replaced, moved or unmounted. Nothing is said to be deleted; it is looked for under its path.
    pub fn root_lost(&mut self, sync: SyncKey) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        let root = source.root.take();
        (source.walked, source.done, source.settle) = (false, false, true);
        source.identity = None;
        source.blind.clear();
        source.reaching.clear();
        if let Some(root) = root {
            self.arena.remove(root, &mut self.doomed);
        }
        self.poll_no_more(sync, &RelPath::root());
        self.lost(sync, RelPath::root());
        self.knock(sync);
    }

    /// Whether each source's path still leads to what is watched. A folder above it may have been renamed, or it was
    /// removed while somebody has it open: no event says so. One that something is mounted over that may not answer is not asked.
    pub fn look_at_roots(&mut self) {
        let mut lost = Vec::new();
        let mounts = mounts::now();
        for source in self.sources.values_mut() {
            if source.root.is_none() {
                // A missing source is tried at once; what is polled is the poll's to look at.
                if source.retry.is_some() {
                    source.retry = Some(Instant::now());
                }
                continue;
            }
            if source.is_covered(&mounts) {
                lost.push(source.key);
                continue;
            }
            let stat = rustix::fs::stat(&source.path).ok().map(|s| (s.st_dev, s.st_ino));
            if stat.is_none() || stat != source.identity {
                lost.push(source.key);
            }
        }
        lost.into_iter().for_each(|sync| self.root_lost(sync));
    }
}
