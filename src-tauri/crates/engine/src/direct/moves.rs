//! Renames at the target by rename(2): no byte is copied, whatever lies below the name.
//!
//! - A name is moved only to where nothing stands (the kernel sees to that in the same step), only if what stands under the old
//!   name is what the source has under the new one, a file or a folder, and only while the source looks as it was decided on.
//! - Both parents are reached without following a link; the new one is made where it is missing.
//! - One that was not made is named in the report. The runs that follow list both names all the same, so it costs a transfer.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use driftless_core::moves::Rename;
use driftless_core::paths::RelPath;
use rustix::fs::{AtFlags, FileType, fstat, statat};
use rustix::io::Errno;

use super::Trouble;
use super::entry::dup;
use super::job::Job;

impl Job<'_> {
    pub(super) fn move_all(&mut self, renames: &[Rename]) -> Result<(), Trouble> {
        for one in renames {
            if !self.beat.go_on() {
                return Err(Trouble::Stopped);
            }
            match self.rename(one) {
                Ok(()) => {}
                Err(Trouble::Stopped) => return Err(Trouble::Stopped),
                Err(trouble) => {
                    tracing::debug!(?trouble, path = one.to.shown(), "not moved");
                    self.tally.not_moved(&one.to);
                }
            }
        }
        Ok(())
    }

    fn rename(&mut self, one: &Rename) -> Result<(), Trouble> {
        match self.look(&one.from) {
            Err(Trouble::Vanished) => {}
            Ok(_) => return Err(Trouble::Unfit("the old name is there again")),
            Err(trouble) => return Err(trouble),
        }
        let kind = FileType::from_raw_mode(self.look(&one.to)?.st_mode);
        if !matches!(kind, FileType::Directory | FileType::RegularFile) {
            return Err(Trouble::Unfit("neither a file nor a folder"));
        }
        let parent = |path: &RelPath| path.parent().unwrap_or_else(RelPath::root);
        let old = match self.target.open(&parent(&one.from), |_| None)? {
            Some(dir) => dup(dir)?,
            None => return Err(Trouble::Vanished),
        };
        let stands = statat(&old, one.from.name(), AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT)
            .map_err(Trouble::at_target)?;
        let device = fstat(&old).map_err(Trouble::at_target)?.st_dev;
        if FileType::from_raw_mode(stands.st_mode) != kind || stands.st_dev != device {
            return Err(Trouble::Unfit("something else has the old name"));
        }
        let new: OwnedFd = dup(self.above(&one.to)?)?;
        to_a_free_name(old.as_fd(), one.from.name(), new.as_fd(), one.to.name()).map_err(Trouble::at_target)?;
        // What was opened below the old name is called otherwise now.
        self.target.forget();
        Ok(())
    }
}

#[cfg(any(target_os = "linux", target_os = "macos"))]
fn to_a_free_name(old: BorrowedFd<'_>, from: &[u8], new: BorrowedFd<'_>, to: &[u8]) -> Result<(), Errno> {
    rustix::fs::renameat_with(old, from, new, to, rustix::fs::RenameFlags::NOREPLACE)
}

/// Without a call that looks and renames in one step there is none.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn to_a_free_name(_old: BorrowedFd<'_>, _from: &[u8], _new: BorrowedFd<'_>, _to: &[u8]) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}
