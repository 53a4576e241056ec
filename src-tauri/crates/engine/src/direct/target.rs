//! The target's directories, opened one component at a time below its root, and made where they are missing.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use driftless_core::paths::RelPath;
use rustix::fs::{Mode, OFlags, mkdirat, openat};
use rustix::io::Errno;

use super::Trouble;

/// Descriptors kept at once; a deeper path is rsync's.
const DEPTH: usize = 64;

/// Open for reading, since attributes can only be set on such a descriptor.
pub(super) const DIR: OFlags = OFlags::RDONLY.union(OFlags::DIRECTORY).union(OFlags::NOFOLLOW).union(OFlags::CLOEXEC);

/// The directories on the way to the path asked for last.
pub(super) struct Target<'a> {
    root: BorrowedFd<'a>,
    kept: Vec<(RelPath, OwnedFd)>,
}

impl<'a> Target<'a> {
    pub(super) fn new(root: BorrowedFd<'a>) -> Target<'a> {
        Target { root, kept: Vec::new() }
    }

    /// The directory `path`. What is missing is made with the mode that `make` gives for it; without one, `None`.
    pub(super) fn open(
        &mut self,
        path: &RelPath,
        mut make: impl FnMut(&RelPath) -> Option<Result<Mode, Trouble>>,
    ) -> Result<Option<BorrowedFd<'_>>, Trouble> {
        while self.kept.last().is_some_and(|(dir, _)| !path.is_within(dir)) {
            self.kept.pop();
        }
        let mut dir = self.kept.last().map_or(RelPath::root(), |(dir, _)| dir.clone());
        for name in path.below(&dir).unwrap_or_else(RelPath::root).components() {
            let next = dir.join(name);
            if self.kept.len() >= DEPTH {
                return Err(Trouble::Unfit("too deep"));
            }
            let fd = match enter(self.last(), name) {
                Err(Trouble::Vanished) => {
                    let Some(mode) = make(&next) else { return Ok(None) };
                    mkdirat(self.last(), name, mode?).map_err(Trouble::at_target)?;
                    enter(self.last(), name)?
                }
                other => other?,
            };
            self.kept.push((next.clone(), fd));
            dir = next;
        }
        Ok(Some(self.last()))
    }

    /// Nothing that was opened counts any more: a directory has another name.
    pub(super) fn forget(&mut self) {
        self.kept.clear();
    }

    fn last(&self) -> BorrowedFd<'_> {
        self.kept.last().map_or(self.root, |(_, fd)| fd.as_fd())
    }
}

/// The directory of this name; [`Trouble::Vanished`]: nothing stands there. What else stands there, a link above all, is
/// never followed.
pub(super) fn enter(dir: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Trouble> {
    openat(dir, name, DIR, Mode::empty()).map_err(|errno| match errno {
        Errno::NOENT => Trouble::Vanished,
        Errno::NOTDIR | Errno::LOOP => Trouble::Unfit("no folder stands there"),
        other => Trouble::at_target(other),
    })
}
