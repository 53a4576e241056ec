//! Walking: directories are watched, then listed, a step at a time between two reads of the kernel's queue.
//!
//! A job names a directory by its parent's node and its name. The parent is opened along the arena's names and proved by
//! its watch: if another directory stands there, the arena is behind the events, and the job is tried again after them.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Arc;
use std::time::{Duration, Instant};

use driftless_core::change::{Change, Kind};
use driftless_core::filter::Verdict;
use driftless_core::mirror::{Sight, SyncKey};
use rustix::fs::inotify as sys;
use rustix::io::Errno;

use super::dirs;
use super::door::OpenedRoot;
use super::leaves::Leaves;
use super::names::Names;
use super::reader::Reader;
use crate::watch::Report;
use crate::watch::arena::NodeId;

/// Directories of one walk that are kept open; those further up are opened again when it returns to them.
const OPEN: usize = 32;
/// Tries to find a place before the arena of that source is given up and made anew.
const TRIES: u32 = 20;
/// Directories between two reports of progress.
const PROGRESS: usize = 5_000;

/// A directory to be walked.
pub(super) struct Job {
    pub seq: u64,
    pub sync: SyncKey,
    pub what: What,
    tries: u32,
}

/// Which directory.
pub(super) enum What {
    /// The source itself, open.
    Root(Box<OpenedRoot>),
    /// `name` in `parent`. Everything found is reported as created; with `lost` the whole is reported lost in the end.
    /// `said`: the batch that says that the directory came.
    Dir { parent: NodeId, name: Box<[u8]>, said: Option<u64>, lost: bool },
    /// A moved directory: rules that name a place may let in now what they left out before.
    Again(NodeId),
}

/// A walk under way.
pub(super) struct Walk {
    pub seq: u64,
    sync: SyncKey,
    /// From the source's root: nothing found is news.
    root: bool,
    /// Through directories that are known, for those that are not.
    again: bool,
    frames: Vec<Frame>,
    /// To be reported lost in the end.
    lost: Vec<NodeId>,
    leaves: Leaves,
}

impl Walk {
    pub fn new(seq: u64, sync: SyncKey, root: bool, frames: Vec<Frame>) -> Walk {
        Walk { seq, sync, root, again: false, frames, lost: Vec::new(), leaves: Leaves::default() }
    }

    /// What is found is reported as created.
    fn loud(&self) -> bool {
        !self.root && !self.again
    }
}

pub(super) struct Frame {
    node: NodeId,
    dir: Option<OwnedFd>,
    listed: bool,
    todo: Names,
    /// The batch that says that those came.
    said: Option<u64>,
}

impl Frame {
    pub fn new(node: NodeId, dir: OwnedFd) -> Frame {
        Frame { node, dir: Some(dir), listed: false, todo: Names::default(), said: None }
    }
}

/// The number in a file of /proc.
pub(super) fn number_in(path: &str) -> Option<u64> {
    std::fs::read_to_string(path).ok()?.trim().parse().ok()
}

pub(super) fn gone(error: Errno) -> bool {
    matches!(error, Errno::NOENT | Errno::NOTDIR | Errno::LOOP)
}

impl Reader {
    /// A directory that came, as the batch `said` says.
    pub fn push_dir(&mut self, sync: SyncKey, parent: NodeId, name: &[u8], said: Option<u64>) {
        self.push(sync, What::Dir { parent, name: Box::from(name), said, lost: false });
    }

    /// A directory of which nothing is known.
    pub fn push_lost(&mut self, sync: SyncKey, parent: NodeId, name: &[u8]) {
        self.push(sync, What::Dir { parent, name: Box::from(name), said: None, lost: true });
    }

    /// The batch that the next change goes into.
    pub fn batch_of(&self, sync: SyncKey) -> Option<u64> {
        self.sources.get(&sync.0).map(|source| source.handed_on)
    }

    pub fn push_again(&mut self, sync: SyncKey, node: NodeId) {
        self.push(sync, What::Again(node));
    }

    pub fn push(&mut self, sync: SyncKey, what: What) {
        self.seq += 1;
        self.jobs.push_back(Job { seq: self.seq, sync, what, tries: 0 });
    }

    /// The number of the oldest job that is not done.
    pub fn oldest_job(&self) -> Option<u64> {
        let waiting = self.jobs.iter().chain(self.later.iter().map(|(_, job)| job)).map(|job| job.seq);
        waiting.chain(self.walk.iter().map(|w| w.seq)).min()
    }

    /// Walks until this time.
    pub fn work(&mut self, until: Instant) {
        loop {
            if let Some(mut walk) = self.walk.take() {
                if self.step(&mut walk) {
                    self.walk = Some(walk);
                } else {
                    self.walked(walk);
                }
            } else if let Some(job) = self.jobs.pop_front() {
                self.begin(job);
            } else {
                if self.later.is_empty() && !self.unmet.is_empty() {
                    self.doomed.append(&mut self.unmet);
                }
                return;
            }
            if Instant::now() >= until {
                return;
            }
        }
    }

    fn begin(&mut self, job: Job) {
        match job.what {
            What::Root(root) => self.begin_root(job.seq, job.sync, *root),
            What::Again(node) if self.arena.is_live(node) => self.begin_again(job, node),
            What::Again(_) => {}
            What::Dir { parent, ref name, said, lost } => {
                let name = name.clone();
                self.begin_dir(job, parent, &name, said, lost);
            }
        }
    }

    fn begin_dir(&mut self, job: Job, parent: NodeId, name: &[u8], said: Option<u64>, lost: bool) {
        if !self.arena.is_live(parent) {
            return;
        }
        let mut walk = Walk::new(job.seq, job.sync, false, Vec::new());
        // What is reported lost is looked at after its watch anyway.
        let said = if lost { self.batch_of(job.sync) } else { said };
        match self.open_node(parent) {
            Ok(dir) => {
                if let Some(frame) = self.enter(dir.as_fd(), parent, name, said, &mut walk) {
                    if lost {
                        walk.lost.push(frame.node);
                    }
                    walk.frames.push(frame);
                    self.walk = Some(walk);
                } else if lost {
                    let path = self.arena.path(parent).1.join(name);
                    self.lost(job.sync, path);
                }
            }
            Err(error) if gone(error) || matches!(error, Errno::STALE | Errno::NOSPC) => self.again(job),
            Err(error) => self.blind(job.sync, parent, name, error),
        }
    }

    fn begin_again(&mut self, job: Job, node: NodeId) {
        match self.open_node(node) {
            Ok(dir) => {
                let frames = vec![Frame::new(node, dir)];
                self.walk = Some(Walk { again: true, ..Walk::new(job.seq, job.sync, false, frames) });
            }
            Err(_) => self.again(job),
        }
    }

    /// The arena is behind: once more when the events have been read.
    fn again(&mut self, mut job: Job) {
        job.tries += 1;
        if job.tries > TRIES {
            return self.root_lost(job.sync);
        }
        let pause = Duration::from_millis(1 << job.tries.min(8));
        self.later.push((Instant::now() + pause, job));
    }

    /// One step of a walk. False when it is over.
    fn step(&mut self, walk: &mut Walk) -> bool {
        let loud = walk.loud();
        let Some(frame) = walk.frames.last_mut() else { return false };
        let node = frame.node;
        if !self.arena.is_live(node) {
            walk.frames.pop();
            return true;
        }
        if frame.listed && frame.todo.is_empty() {
            walk.frames.pop();
            return true;
        }
        let dir = match frame.dir.take() {
            Some(dir) => dir,
            None => match self.open_node(node) {
                Ok(dir) => dir,
                Err(_) => {
                    // It was renamed meanwhile: what is left is walked by jobs, which find it again.
                    let said = frame.said;
                    let (mut todo, mut name) = (std::mem::take(&mut frame.todo), Vec::new());
                    while todo.pop_into(&mut name) {
                        self.push_dir(walk.sync, node, &name, said);
                    }
                    walk.frames.pop();
                    return true;
                }
            },
        };
        if !frame.listed {
            if frame.todo.is_empty() {
                frame.said = self.sources.get(&walk.sync.0).map(|source| source.handed_on);
            }
            match self.list(walk.sync, node, &dir, loud, &mut frame.todo) {
                Ok(more) => frame.listed = !more,
                Err(error) => {
                    walk.frames.pop();
                    self.unlistable(walk.sync, node, error);
                    return true;
                }
            }
            frame.dir = Some(dir);
            return true;
        }
        let mut name = std::mem::take(&mut self.name);
        if frame.todo.pop_into(&mut name) {
            let said = frame.said;
            let entered = self.enter(dir.as_fd(), node, &name, said, walk);
            if let Some(frame) = walk.frames.last_mut() {
                frame.dir = Some(dir);
            }
            if let Some(child) = entered {
                walk.frames.push(child);
                if walk.frames.len() > OPEN {
                    let at = walk.frames.len() - 1 - OPEN;
                    walk.frames[at].dir = None;
                }
            }
        }
        self.name = name;
        true
    }

    /// Lists a piece of a directory: subdirectories to `todo`, and everything as created if `loud`.
    fn list(
        &mut self,
        sync: SyncKey,
        node: NodeId,
        dir: &OwnedFd,
        loud: bool,
        todo: &mut Names,
    ) -> Result<bool, Errno> {
        let Some(source) = self.sources.get(&sync.0) else { return Ok(false) };
        let matcher = Arc::clone(&source.matcher);
        let path = self.arena.path(node).1;
        let all = matcher.is_empty() && !loud;
        let mut found = Vec::new();
        let more = dirs::list(dir.as_fd(), &mut self.buffer, |entry| {
            if !entry.dir && !loud {
                return;
            }
            if all {
                return todo.push(entry.name);
            }
            let path = path.join(entry.name);
            if matcher.entry(&path, entry.dir) == Verdict::Excluded {
                return;
            }
            if entry.dir {
                todo.push(entry.name);
            }
            if loud {
                found.push(Change { path, kind: Kind::Create, dir: entry.dir });
            }
        })?;
        let now = Instant::now();
        for change in found {
            self.note(sync, change, now);
        }
        Ok(more)
    }

    /// Opens and watches a directory. `None` if there is nothing to list: gone, left out, known, or not to be had.
    ///
    /// `said` is the batch that says that it came. Handed on meanwhile, a run may have looked at it before it was watched, and what
    /// was removed there in between nobody would tell: then it is said once more.
    fn enter(
        &mut self,
        dir: BorrowedFd<'_>,
        parent: NodeId,
        name: &[u8],
        said: Option<u64>,
        walk: &mut Walk,
    ) -> Option<Frame> {
        let sync = walk.sync;
        let source = self.sources.get(&sync.0)?;
        if source.tells_directories_apart() {
            let path = self.arena.path(parent).1.join(name);
            if source.excludes(&path, true) {
                return None;
            }
            if source.remote.contains_key(&path) {
                self.reach(sync, parent, name, path);
                return None;
            }
        }
        let opened = dirs::open_child(dir, name).and_then(|fd| Ok((self.add_watch(fd.as_fd())?, fd)));
        let (wd, fd) = match opened {
            Ok(opened) => opened,
            Err(error) if gone(error) => {
                self.no_longer_blind(sync, parent, name);
                return None;
            }
            Err(Errno::NOSPC) => {
                let path = self.arena.path(parent).1.join(name);
                self.limit_reached(sync, path);
                return None;
            }
            Err(error) => {
                self.blind(sync, parent, name, error);
                return None;
            }
        };
        if let Some(known) = self.arena.child(parent, name) {
            if self.arena.wd(known) == wd {
                // Whoever watched it lists it, too.
                return walk.again.then(|| Frame::new(known, fd));
            }
            self.remove(sync, known);
        }
        let node = self.arena.add(parent, name, wd);
        if walk.again {
            walk.lost.push(node);
        } else if !walk.root && said != self.batch_of(sync) {
            let path = self.arena.path(node).1;
            self.note(sync, Change { path, kind: Kind::Create, dir: true }, Instant::now());
        }
        if self.no_longer_blind(sync, parent, name) {
            let path = self.arena.path(node).1;
            self.sight(sync, Sight::ReadableAgain { path });
            walk.lost.push(node);
        }
        let source = self.sources.get_mut(&sync.0)?;
        source.dirs += 1;
        if !source.done && source.dirs % PROGRESS == 0 {
            let dirs = source.dirs;
            (self.sink)(Report::Watching { sync, dirs, done: false });
        }
        // Where nobody is told of files, one without subdirectories need not be listed.
        (walk.loud() || !walk.leaves.is_one(fd.as_fd())).then(|| Frame::new(node, fd))
    }

    fn walked(&mut self, walk: Walk) {
        for node in walk.lost {
            if self.arena.is_live(node) {
                let path = self.arena.path(node).1;
                self.lost(walk.sync, path);
            }
        }
        if walk.root {
            self.root_walked(walk.sync);
        }
    }

    /// Removes a node and everything below it.
    pub fn remove(&mut self, sync: SyncKey, node: NodeId) {
        let count = self.arena.remove(node, &mut self.doomed);
        if let Some(source) = self.sources.get_mut(&sync.0) {
            source.dirs = source.dirs.saturating_sub(count);
        }
    }

    /// Opens a known directory along the arena's names, and proves that it is the one: `STALE` if another stands there.
    pub fn open_node(&mut self, node: NodeId) -> Result<OwnedFd, Errno> {
        let mut chain = vec![node];
        while let Some(parent) = chain.last().and_then(|n| self.arena.parent(*n)) {
            chain.push(parent);
        }
        chain.pop();
        let (owner, _) = self.arena.path(node);
        let source = self.sources.get(&owner).ok_or(Errno::STALE)?;
        let mut dir = dirs::open_root(&source.path)?;
        while let Some(next) = chain.pop() {
            let name = self.arena.name(next);
            dir = if chain.is_empty() {
                dirs::open_child(dir.as_fd(), name)?
            } else {
                dirs::pass_through(dir.as_fd(), name)?
            };
        }
        let wd = self.foot.watch(self.inotify.as_fd(), dir.as_fd())?;
        if wd == self.arena.wd(node) {
            return Ok(dir);
        }
        if !self.arena.has_wd(wd) {
            self.doomed.push(wd);
        }
        Err(Errno::STALE)
    }

    pub fn add_watch(&mut self, dir: BorrowedFd<'_>) -> Result<i32, Errno> {
        let wd = self.foot.watch(self.inotify.as_fd(), dir)?;
        if self.options.limit.is_some_and(|limit| self.arena.watches() >= limit) && !self.arena.has_wd(wd) {
            let _ = sys::remove_watch(&self.inotify, wd);
            return Err(Errno::NOSPC);
        }
        Ok(wd)
    }
}
