//! Opened directories below a root, kept while paths come sorted.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use driftless_core::facts::Look;
use driftless_core::paths::RelPath;
use rustix::fs::{AtFlags, FileType, Mode, OFlags, openat, statat};
use rustix::io::Errno;

/// Descriptors kept at once. A path deeper than that is walked again from the nearest directory that is kept.
const KEPT: usize = 64;

/// The directories on the way to the path asked for last.
pub(crate) struct Dirs<'a> {
    root: BorrowedFd<'a>,
    kept: Vec<(RelPath, OwnedFd)>,
    /// The last place where the way ended, and why: what lies below it needs no look.
    closed: Option<(RelPath, Look)>,
}

impl<'a> Dirs<'a> {
    pub(crate) fn new(root: &'a OwnedFd) -> Dirs<'a> {
        Dirs { root: root.as_fd(), kept: Vec::new(), closed: None }
    }

    pub(crate) fn root(&self) -> BorrowedFd<'a> {
        self.root
    }

    /// The directory `path`, opened component by component; or how a look at anything below it ends.
    pub(crate) fn open(&mut self, path: &RelPath) -> Result<BorrowedFd<'_>, Look> {
        if let Some((at, look)) = &self.closed
            && path.is_within(at)
        {
            return Err(look.clone());
        }
        while self.kept.last().is_some_and(|(dir, _)| !path.is_within(dir)) {
            self.kept.pop();
        }
        let known = self.kept.last().map_or(RelPath::root(), |(dir, _)| dir.clone());
        let mut dir = known.clone();
        for name in path.below(&known).unwrap_or_else(RelPath::root).components() {
            let next = dir.join(name);
            match enter(self.last(), name) {
                Ok(fd) => self.keep(next.clone(), fd),
                Err(end) => {
                    let look = match end {
                        End::Missing => Look::Missing { top: next.clone() },
                        End::NotADirectory => Look::Blocked { at: next.clone() },
                        End::Errno(errno) => Look::Error(errno.raw_os_error()),
                    };
                    self.closed = Some((next, look.clone()));
                    return Err(look);
                }
            }
            dir = next;
        }
        Ok(self.last())
    }

    fn last(&self) -> BorrowedFd<'_> {
        self.kept.last().map_or(self.root, |(_, fd)| fd.as_fd())
    }

    fn keep(&mut self, path: RelPath, fd: OwnedFd) {
        if self.kept.len() >= KEPT {
            self.kept.remove(KEPT / 2);
        }
        self.kept.push((path, fd));
    }
}

enum End {
    Missing,
    NotADirectory,
    Errno(Errno),
}

#[cfg(any(target_os = "linux", target_os = "freebsd"))]
const SEARCH: OFlags = OFlags::PATH;
#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
const SEARCH: OFlags = OFlags::RDONLY;

fn enter(dir: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, End> {
    let flags = SEARCH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    match openat(dir, name, flags, Mode::empty()) {
        Ok(fd) => Ok(fd),
        Err(Errno::NOENT) => Err(End::Missing),
        // A file or a link; unless it has changed between the two calls, which the next look will see.
        Err(errno @ (Errno::NOTDIR | Errno::LOOP)) => {
            match statat(dir, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT) {
                Ok(stat) if FileType::from_raw_mode(stat.st_mode) != FileType::Directory => Err(End::NotADirectory),
                Ok(_) => Err(End::Errno(errno)),
                Err(Errno::NOENT) => Err(End::Missing),
                Err(other) => Err(End::Errno(other)),
            }
        }
        Err(errno) => Err(End::Errno(errno)),
    }
}
