//! What goes over beside the content, in the order that loses nothing: owner (which clears setuid), extended attributes, mode,
//! and times last. Only what differs is set.

use std::os::fd::{AsFd, BorrowedFd};

use driftless_core::native::Keep;
use rustix::fs::{AtFlags, FileType, Gid, Mode, Stat, Timespec, Timestamps, Uid, chownat, fchmod, fchown, fstat};
use rustix::fs::{UTIME_OMIT, futimens, utimensat};
use rustix::io::Errno;
use rustix::process::geteuid;

use super::Trouble;

/// All bits that chmod sets.
const ALL: u32 = 0o7777;

pub(super) fn mode_of(stat: &Stat) -> u32 {
    #[allow(clippy::unnecessary_cast, reason = "its type differs between systems")]
    let mode = stat.st_mode as u32;
    mode & ALL
}

pub(super) fn mtime(stat: &Stat) -> (i64, i64) {
    #[allow(clippy::unnecessary_cast, reason = "its type differs between systems")]
    let time = (stat.st_mtime as i64, stat.st_mtime_nsec as i64);
    time
}

/// Makes the open file or folder `to` what `from` says. `mode`: the mode it gets, if any. `source`: where extended attributes
/// come from. True if something was another.
pub(super) fn put(
    keep: &Keep,
    from: &Stat,
    source: Option<BorrowedFd<'_>>,
    to: BorrowedFd<'_>,
    mode: Option<u32>,
) -> Result<bool, Trouble> {
    let was = fstat(to).map_err(Trouble::at_target)?;
    let dir = FileType::from_raw_mode(from.st_mode) == FileType::Directory;
    let mut touched = false;
    if let Some((owner, group)) = owners(keep, from, &was) {
        match fchown(to, owner, group) {
            Ok(()) => touched = true,
            Err(Errno::PERM) if !geteuid().is_root() => {}
            Err(errno) => return Err(Trouble::at_target(errno)),
        }
    }
    if keep.xattrs
        && let Some(source) = source
    {
        touched |= xattrs(source, to)?;
    }
    let now = if touched { fstat(to).map_err(Trouble::at_target)? } else { was };
    if let Some(mode) = mode.filter(|mode| *mode != mode_of(&now)) {
        fchmod(to, Mode::from_raw_mode(mode as _)).map_err(Trouble::at_target)?;
        touched = true;
    }
    if keep.times && !(dir && keep.omit_dir_times) && mtime(&was) != mtime(from) {
        futimens(to, &times(from)).map_err(Trouble::at_target)?;
        touched = true;
    }
    Ok(touched)
}

/// The same for a symbolic link, which has only owner and time.
pub(super) fn put_link(
    keep: &Keep,
    from: &Stat,
    dir: BorrowedFd<'_>,
    name: &[u8],
    was: &Stat,
) -> Result<bool, Trouble> {
    let mut touched = false;
    if let Some((owner, group)) = owners(keep, from, was) {
        match chownat(dir, name, owner, group, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(()) => touched = true,
            Err(Errno::PERM) if !geteuid().is_root() => {}
            Err(errno) => return Err(Trouble::at_target(errno)),
        }
    }
    if keep.times && !keep.omit_link_times && mtime(was) != mtime(from) {
        utimensat(dir, name, &times(from), AtFlags::SYMLINK_NOFOLLOW).map_err(Trouble::at_target)?;
        touched = true;
    }
    Ok(touched)
}

fn times(from: &Stat) -> Timestamps {
    let (tv_sec, tv_nsec) = mtime(from);
    Timestamps {
        last_access: Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT as _ },
        last_modification: Timespec { tv_sec, tv_nsec: tv_nsec as _ },
    }
}

/// Who is to own it, where that is another: only root gives files away; a group is tried.
fn owners(keep: &Keep, from: &Stat, was: &Stat) -> Option<(Option<Uid>, Option<Gid>)> {
    let owner = (keep.owner && geteuid().is_root() && from.st_uid != was.st_uid).then(|| Uid::from_raw(from.st_uid));
    let group = (keep.group && from.st_gid != was.st_gid).then(|| Gid::from_raw(from.st_gid));
    (owner.is_some() || group.is_some()).then_some((owner, group))
}

/// As rsync: an ordinary user brings over `user.*`, root all but what the system keeps there for itself.
#[cfg(target_os = "linux")]
fn xattrs(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> Result<bool, Trouble> {
    use rustix::fs::{XattrFlags, fremovexattr, fsetxattr};
    let root = geteuid().is_root();
    let ours = |name: &[u8]| if root { !name.starts_with(b"system.") } else { name.starts_with(b"user.") };
    let unfit = |_| Trouble::Unfit("extended attributes");
    let (wanted, there) = (listed(from.as_fd()).map_err(unfit)?, listed(to.as_fd()).map_err(unfit)?);
    let mut touched = false;
    for (name, value) in wanted.iter().filter(|(name, _)| ours(name)) {
        if !there.iter().any(|(other, held)| other == name && held == value) {
            fsetxattr(to, name.as_slice(), value, XattrFlags::empty()).map_err(unfit)?;
            touched = true;
        }
    }
    for (name, _) in there.iter().filter(|(name, _)| ours(name)) {
        if !wanted.iter().any(|(other, _)| other == name) {
            fremovexattr(to, name.as_slice()).map_err(unfit)?;
            touched = true;
        }
    }
    Ok(touched)
}

/// A name and its value.
#[cfg(target_os = "linux")]
type Attribute = (Vec<u8>, Vec<u8>);

/// All of a file. A file system without any has none.
#[cfg(target_os = "linux")]
fn listed(file: BorrowedFd<'_>) -> Result<Vec<Attribute>, Errno> {
    use rustix::fs::{fgetxattr, flistxattr};
    // The kernel's own bounds.
    const MOST: usize = 65_536;
    let mut names = vec![0; MOST];
    let length = match flistxattr(file, names.as_mut_slice()) {
        Ok(length) => length,
        Err(Errno::OPNOTSUPP) => return Ok(Vec::new()),
        Err(errno) => return Err(errno),
    };
    let mut out = Vec::new();
    let mut value = vec![0; if length == 0 { 0 } else { MOST }];
    for name in names[..length].split(|b| *b == 0).filter(|name| !name.is_empty()) {
        let length = fgetxattr(file, name, value.as_mut_slice())?;
        out.push((name.to_vec(), value[..length].to_vec()));
    }
    Ok(out)
}

#[cfg(not(target_os = "linux"))]
fn xattrs(_from: BorrowedFd<'_>, _to: BorrowedFd<'_>) -> Result<bool, Trouble> {
    Err(Trouble::Unfit("extended attributes"))
}
