//! Directories by descriptor: opened step by step without following symlinks, watched, listed in pieces.
//!
//! By descriptor, a folder renamed on the way cannot lead astray, and no path is too long. How a watch is put on one stands
//! in `foot`.

use std::ffi::OsString;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, FileType, Mode, OFlags, RawDir, inotify};
use rustix::io::Errno;

/// What is asked of every directory. One mask for all syncs: adding a watch again replaces the mask.
pub(super) fn mask() -> inotify::WatchFlags {
    use inotify::WatchFlags as W;
    W::ATTRIB
        | W::CREATE
        | W::DELETE
        | W::DELETE_SELF
        | W::MOVE_SELF
        | W::MOVED_FROM
        | W::MOVED_TO
        | W::CLOSE_WRITE
        | W::MODIFY
        | W::ONLYDIR
}

const OPEN: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC).union(OFlags::NONBLOCK);

/// Opens a source: the one place where a symlink is followed.
pub(super) fn open_root(path: &Path) -> Result<OwnedFd, Errno> {
    rustix::fs::open(path, OPEN | OFlags::RDONLY, Mode::empty())
}

/// Opens a directory to list it.
pub(super) fn open_child(dir: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(dir, name, OPEN | OFlags::RDONLY | OFlags::NOFOLLOW, Mode::empty())
}

/// Opens a directory only to go on from there: it need not be readable.
pub(super) fn pass_through(dir: BorrowedFd<'_>, name: &[u8]) -> Result<OwnedFd, Errno> {
    rustix::fs::openat(dir, name, OPEN | OFlags::PATH | OFlags::NOFOLLOW, Mode::empty())
}

/// (device, inode) of an open directory.
pub(super) fn identity(dir: BorrowedFd<'_>) -> Option<(u64, u64)> {
    let stat = rustix::fs::fstat(dir).ok()?;
    Some((stat.st_dev, stat.st_ino))
}

/// The name of an open directory, without symbolic links.
pub(super) fn name_of(dir: BorrowedFd<'_>) -> Option<PathBuf> {
    let name = rustix::fs::readlink(format!("/proc/self/fd/{}", dir.as_raw_fd()), Vec::new()).ok()?;
    Some(PathBuf::from(OsString::from_vec(name.into_bytes())))
}

/// An entry of a directory.
pub(super) struct Entry<'a> {
    pub name: &'a [u8],
    pub dir: bool,
    pub inode: u64,
}

/// Lists the next piece (some hundred entries). `Ok(true)` if more may follow: call again with the same descriptor.
pub(super) fn list(
    dir: BorrowedFd<'_>,
    buffer: &mut [MaybeUninit<u8>],
    mut each: impl FnMut(Entry<'_>),
) -> Result<bool, Errno> {
    let mut entries = RawDir::new(dir, buffer);
    loop {
        let Some(entry) = entries.next() else { return Ok(false) };
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            let is_dir = match entry.file_type() {
                FileType::Directory => true,
                // Some file systems do not say.
                FileType::Unknown => rustix::fs::statat(dir, name, AtFlags::SYMLINK_NOFOLLOW)
                    .is_ok_and(|s| FileType::from_raw_mode(s.st_mode) == FileType::Directory),
                _ => false,
            };
            each(Entry { name, dir: is_dir, inode: entry.ino() });
        }
        if entries.is_buffer_empty() {
            return Ok(true);
        }
    }
}

/// True if the directory has an entry of that name.
pub(super) fn has(dir: BorrowedFd<'_>, name: &[u8]) -> bool {
    rustix::fs::statat(dir.as_fd(), name, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}
