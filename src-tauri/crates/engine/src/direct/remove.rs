//! Removal of what is gone from the source, with all below it, no link followed.
//!
//! All of it is counted first: where something may not go (a rule protects it, another file system is mounted there), or where
//! there is more than may go, nothing has gone yet, and rsync decides.

use std::os::fd::{AsFd, BorrowedFd};

use driftless_core::paths::RelPath;
use rustix::fs::{AtFlags, Dir, FileType, fstat, statat, unlinkat};
use rustix::io::Errno;

use super::Trouble;
use super::job::Job;
use super::pool::Beat;
use super::target::enter;

/// Deeper trees are rsync's: each level keeps a descriptor.
const DEPTH: usize = 64;

impl Job<'_> {
    pub(super) fn remove_all(&mut self, paths: &[RelPath], most: Option<u64>) -> Result<(), Trouble> {
        let mut count = 0;
        for path in paths {
            match self.look(path) {
                Err(Trouble::Vanished) => {}
                Ok(_) => return Err(Trouble::Unfit("it is there again")),
                Err(trouble) => return Err(trouble),
            }
            let matcher = self.matcher;
            self.visit(path, |_, _, entry, dir| {
                count += 1;
                let kept = matcher.protected_in_removed(path, entry, dir);
                if kept { Err(Trouble::Unfit("a rule protects it")) } else { Ok(()) }
            })?;
        }
        if most.is_some_and(|most| count > most) {
            return Err(Trouble::Unfit("more than may go"));
        }
        for path in paths {
            self.touch(&path.parent().unwrap_or_else(RelPath::root));
            let removed = self.visit(path, |job, parent, entry, dir| {
                let flags = if dir { AtFlags::REMOVEDIR } else { AtFlags::empty() };
                match unlinkat(parent, entry.name(), flags) {
                    Ok(()) => job.removed(entry, dir),
                    Err(Errno::NOENT) => {}
                    Err(errno) => return Err(Trouble::at_target(errno)),
                }
                Ok(())
            });
            if let Err(trouble) = removed {
                self.tally.trouble(path, trouble)?;
            }
        }
        Ok(())
    }

    /// Everything that stands at the target below `path`, and it, from below.
    fn visit(
        &mut self,
        path: &RelPath,
        mut one: impl FnMut(&mut super::tally::Tally, BorrowedFd<'_>, &RelPath, bool) -> Result<(), Trouble>,
    ) -> Result<(), Trouble> {
        let Job { target, tally, beat, .. } = self;
        let above = path.parent().unwrap_or_else(RelPath::root);
        let Some(parent) = target.open(&above, |_| None)? else { return Ok(()) };
        let device = fstat(parent).map_err(Trouble::at_target)?.st_dev;
        walk(parent, path, (device, 0), beat, &mut |parent, entry, dir| one(tally, parent, entry, dir))
    }
}

type Visit<'v> = dyn FnMut(BorrowedFd<'_>, &RelPath, bool) -> Result<(), Trouble> + 'v;

fn walk(
    parent: BorrowedFd<'_>,
    path: &RelPath,
    (device, depth): (rustix::fs::Dev, usize),
    beat: &Beat,
    visit: &mut Visit<'_>,
) -> Result<(), Trouble> {
    if !beat.go_on() {
        return Err(Trouble::Stopped);
    }
    let stat = match statat(parent, path.name(), AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT) {
        Ok(stat) => stat,
        Err(Errno::NOENT) => return Ok(()),
        Err(errno) => return Err(Trouble::at_target(errno)),
    };
    let dir = FileType::from_raw_mode(stat.st_mode) == FileType::Directory;
    if dir {
        if stat.st_dev != device || depth >= DEPTH {
            return Err(Trouble::Unfit("another file system, or too deep"));
        }
        let fd = enter(parent, path.name())?;
        for entry in Dir::read_from(&fd).map_err(Trouble::at_target)? {
            let entry = entry.map_err(Trouble::at_target)?;
            let name = entry.file_name().to_bytes();
            if !matches!(name, b"." | b"..") {
                walk(fd.as_fd(), &path.join(name), (device, depth + 1), beat, visit)?;
            }
        }
    }
    visit(parent, path, dir)
}
