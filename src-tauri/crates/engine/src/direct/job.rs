//! One run, path by path; what was touched on the way gets its attributes at the end, deepest first.

use std::collections::BTreeSet;
use std::os::fd::{AsFd, BorrowedFd};

use driftless_core::diagnose::Exit;
use driftless_core::facts::Look;
use driftless_core::filter::Matcher;
use driftless_core::mirror::{End, Why};
use driftless_core::moves::Rename;
use driftless_core::native::{Keep, Native, Task};
use driftless_core::paths::RelPath;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, Stat, fstat, openat, statat};

use super::Trouble;
use super::attributes;
use super::content::Ways;
use super::pool::{Beat, Ground};
use super::tally::{Deed, Tally};
use super::target::Target;
use crate::look::dirs::Dirs;

/// A run under way.
pub(super) struct Job<'a> {
    pub(super) keep: Keep,
    pub(super) task: Task,
    pub(super) matcher: &'a Matcher,
    pub(super) source: Dirs<'a>,
    pub(super) target: Target<'a>,
    pub(super) beat: &'a Beat,
    pub(super) tally: Tally,
    pub(super) ways: Ways,
    paths: &'a [RelPath],
    moves: &'a [Rename],
    /// Folders whose attributes are put at the end.
    touched: BTreeSet<RelPath>,
    /// Those of them that were made.
    made: BTreeSet<RelPath>,
}

impl<'a> Job<'a> {
    pub(super) fn new(native: &'a Native, ground: &'a Ground, beat: &'a Beat) -> Job<'a> {
        Job {
            keep: native.keep,
            task: native.task,
            matcher: &ground.matcher,
            source: Dirs::new(&ground.source),
            target: Target::new(ground.target.as_fd()),
            beat,
            tally: Tally::default(),
            ways: Ways::default(),
            paths: &native.paths,
            moves: &native.moves,
            touched: BTreeSet::from([RelPath::root()]),
            made: BTreeSet::new(),
        }
    }

    /// To its end; `None`: it is rsync's.
    pub(super) fn run(mut self) -> Option<End> {
        let exit = match self.all() {
            Ok(()) if self.tally.report.failed.is_empty() => 0,
            Ok(()) => 23,
            Err(Trouble::Stopped) => return Some(End::NotStarted(Why::Stopped)),
            Err(Trouble::Full(_)) => 11,
            Err(trouble) => {
                tracing::debug!(?trouble, "left to rsync");
                return None;
            }
        };
        Some(End::Exited { exit: Exit::Code(exit), report: Box::new(self.tally.report), stalled: false })
    }

    fn all(&mut self) -> Result<(), Trouble> {
        if self.task == Task::Move {
            // The runs that follow bring the attributes of the folders.
            return self.move_all(self.moves);
        }
        if let Task::Remove { most } = self.task {
            self.remove_all(self.paths, most)?;
        } else {
            for path in self.paths {
                if let Err(trouble) = self.one(path) {
                    self.tally.trouble(path, trouble)?;
                }
            }
        }
        for dir in std::mem::take(&mut self.touched).iter().rev() {
            if let Err(trouble) = self.folder(dir) {
                self.tally.trouble(dir, trouble)?;
            }
        }
        Ok(())
    }

    fn one(&mut self, path: &RelPath) -> Result<(), Trouble> {
        if !self.beat.go_on() {
            return Err(Trouble::Stopped);
        }
        let stat = self.look(path)?;
        match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => self.into(path).map(drop),
            FileType::RegularFile => self.file(path, &stat),
            FileType::Symlink if self.keep.links => self.link(path, &stat),
            FileType::Symlink => {
                self.tally.report.skipped_special.push(path.clone());
                self.above(path).map(drop)
            }
            _ if self.keep.devices => Err(Trouble::Unfit("a special file")),
            _ => {
                self.tally.report.skipped_special.push(path.clone());
                self.above(path).map(drop)
            }
        }
    }

    /// How it stands at the source, no link followed.
    pub(super) fn look(&mut self, path: &RelPath) -> Result<Stat, Trouble> {
        match path.parent() {
            None => fstat(self.source.root()).map_err(Trouble::at_source),
            Some(parent) => {
                statat(self.from(&parent)?, path.name(), AtFlags::SYMLINK_NOFOLLOW).map_err(Trouble::at_source)
            }
        }
    }

    /// The folder at the source.
    pub(super) fn from(&mut self, path: &RelPath) -> Result<BorrowedFd<'_>, Trouble> {
        self.source.open(path).map_err(|look| match look {
            Look::Missing { .. } => Trouble::Vanished,
            Look::Error(errno) => Trouble::at_source(rustix::io::Errno::from_raw_os_error(errno)),
            _ => Trouble::Unfit("no folder at the source"),
        })
    }

    /// The folder at the target that holds this path; it and those above it will get their attributes.
    pub(super) fn above(&mut self, path: &RelPath) -> Result<BorrowedFd<'_>, Trouble> {
        self.into(&path.parent().unwrap_or_else(RelPath::root))
    }

    /// This folder at the target, made with all above it where it is missing.
    fn into(&mut self, path: &RelPath) -> Result<BorrowedFd<'_>, Trouble> {
        self.touch(path);
        let Job { source, target, made, keep, .. } = self;
        let opened = target.open(path, |missing| {
            let parent = missing.parent().unwrap_or_else(RelPath::root);
            let stat = match source.open(&parent) {
                Ok(dir) => statat(dir, missing.name(), AtFlags::SYMLINK_NOFOLLOW).map_err(Trouble::at_source),
                Err(_) => Err(Trouble::Vanished),
            };
            made.insert(missing.clone());
            // What is to get its mode at the end is nobody else's until then.
            Some(stat.map(|stat| {
                if keep.perms { Mode::RWXU } else { Mode::from_raw_mode((attributes::mode_of(&stat) & 0o777) as _) }
            }))
        })?;
        // Whatever is missing was made.
        opened.ok_or(Trouble::Vanished)
    }

    /// It and all above it.
    pub(super) fn touch(&mut self, path: &RelPath) {
        let mut next = Some(path.clone());
        while let Some(dir) = next {
            next = dir.parent();
            if !self.touched.insert(dir) {
                break;
            }
        }
    }

    /// The attributes of a folder, where both ends still have it.
    fn folder(&mut self, path: &RelPath) -> Result<(), Trouble> {
        if !self.beat.go_on() {
            return Err(Trouble::Stopped);
        }
        let stat = match self.look(path) {
            Ok(stat) if FileType::from_raw_mode(stat.st_mode) == FileType::Directory => stat,
            // It has gone meanwhile, which is a change of its own.
            Ok(_) | Err(Trouble::Vanished) => return Ok(()),
            Err(trouble) => return Err(trouble),
        };
        let opened = if self.keep.xattrs {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            Some(openat(self.from(path)?, ".", flags, Mode::empty()).map_err(Trouble::at_source)?)
        } else {
            None
        };
        let made = self.made.contains(path);
        let mode = self.keep.perms.then(|| attributes::mode_of(&stat));
        let Some(fd) = self.target.open(path, |_| None)? else { return Ok(()) };
        let touched = attributes::put(&self.keep, &stat, opened.as_ref().map(AsFd::as_fd), fd, mode)?;
        let deed = match (made, touched) {
            (true, _) => Deed::Made,
            (false, true) => Deed::Touched,
            (false, false) => Deed::Equal,
        };
        self.tally.done(path, 'd', 0, deed);
        Ok(())
    }
}
