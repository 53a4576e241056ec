//! The root of a source or of a target on this machine.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use driftless_core::facts::{RootFacts, RootLook};
use driftless_core::paths::RelPath;
use rustix::fs::{Dir, Mode, OFlags, fstat, open};
use rustix::io::Errno;

use super::device;
use super::mounts::Table;

/// A directory that stands there, opened. It stays open as long as this is kept, which makes an unmount fail: let it go when
/// the run is over.
pub(super) struct Opened {
    pub(super) fd: OwnedFd,
    /// What it is really called, symbolic links resolved.
    pub(super) name: Option<Vec<u8>>,
}

impl Opened {
    /// What it is; `table` was read after it was opened.
    pub(super) fn look(&self, table: &Table) -> RootLook {
        match self.facts(table) {
            Ok(facts) => RootLook::Dir(facts),
            Err(errno) => RootLook::Error(errno.raw_os_error()),
        }
    }

    fn facts(&self, table: &Table) -> Result<RootFacts, Errno> {
        let fd = &self.fd;
        let stat = fstat(fd)?;
        Ok(RootFacts {
            dev: device(&stat),
            ino: stat.st_ino,
            mount: mount_id(fd.as_fd()),
            fs: file_system(fd.as_fd()),
            empty: is_empty(fd.as_fd())?,
            mounts: self.mounts(table),
            bare: self.name.as_deref().is_some_and(|name| table.is_bare(name)),
        })
    }

    /// What is mounted below it.
    pub(super) fn mounts(&self, table: &Table) -> Vec<RelPath> {
        self.name.as_deref().map(|name| table.below(name)).unwrap_or_default()
    }
}

/// So many disks are held at most: each takes a descriptor.
#[cfg(target_os = "linux")]
const HELD: usize = 64;

impl Opened {
    /// The disks that are mounted below it, held: none of them can be unmounted before these are let go.
    #[cfg(target_os = "linux")]
    pub(super) fn hold(&self, table: &Table) -> Vec<OwnedFd> {
        let points = self.name.as_deref().map(|name| table.disks_below(name)).unwrap_or_default();
        let how = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let open = |point: RelPath| rustix::fs::openat(&self.fd, point.bytes(), how, Mode::empty()).ok();
        points.into_iter().take(HELD).filter_map(open).collect()
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn hold(&self, _table: &Table) -> Vec<OwnedFd> {
        Vec::new()
    }
}

/// Opens the directory at `path`, or says what stands there instead.
pub(super) fn open_root(path: &str) -> Result<Opened, RootLook> {
    match open(path, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty()) {
        Ok(fd) => Ok(Opened { name: name_of(fd.as_fd()), fd }),
        Err(Errno::NOENT) => Err(RootLook::Missing),
        Err(Errno::NOTDIR) => Err(RootLook::NotADirectory),
        Err(errno) => Err(RootLook::Error(errno.raw_os_error())),
    }
}

/// What stands in a directory's place; `table` was read after that.
pub(super) fn instead(path: &str, look: RootLook, table: &Table) -> RootLook {
    let bare = || std::path::absolute(path).is_ok_and(|path| table.is_bare(path.as_os_str().as_encoded_bytes()));
    if look == RootLook::Missing && bare() { RootLook::NotMounted } else { look }
}

fn is_empty(fd: BorrowedFd<'_>) -> Result<bool, Errno> {
    for entry in Dir::read_from(fd)? {
        let name = entry?;
        if !matches!(name.file_name().to_bytes(), b"." | b"..") {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(target_os = "linux")]
fn mount_id(fd: BorrowedFd<'_>) -> Option<u64> {
    use rustix::fs::{AtFlags, StatxFlags, statx};
    let answer = statx(fd, c"", AtFlags::EMPTY_PATH, StatxFlags::MNT_ID).ok()?;
    (answer.stx_mask & StatxFlags::MNT_ID.bits() != 0).then_some(answer.stx_mnt_id)
}

#[cfg(not(target_os = "linux"))]
fn mount_id(_fd: BorrowedFd<'_>) -> Option<u64> {
    None
}

/// The id that the file system has of its own; 0 says that it has none.
#[cfg(target_os = "linux")]
fn file_system(fd: BorrowedFd<'_>) -> Option<u64> {
    // Its type is opaque in the headers; as `statvfs` gives it, it is a number.
    let id = rustix::fs::fstatvfs(fd).ok()?.f_fsid;
    (id != 0).then_some(id)
}

#[cfg(not(target_os = "linux"))]
fn file_system(_fd: BorrowedFd<'_>) -> Option<u64> {
    None
}

/// The name of an opened directory, symbolic links resolved.
#[cfg(target_os = "linux")]
fn name_of(fd: BorrowedFd<'_>) -> Option<Vec<u8>> {
    use std::os::fd::AsRawFd;
    let link = format!("/proc/self/fd/{}", fd.as_raw_fd());
    rustix::fs::readlink(link, Vec::new()).ok().map(std::ffi::CString::into_bytes)
}

#[cfg(target_vendor = "apple")]
fn name_of(fd: BorrowedFd<'_>) -> Option<Vec<u8>> {
    rustix::fs::getpath(fd).ok().map(std::ffi::CString::into_bytes)
}

#[cfg(not(any(target_os = "linux", target_vendor = "apple")))]
fn name_of(_fd: BorrowedFd<'_>) -> Option<Vec<u8>> {
    None
}
