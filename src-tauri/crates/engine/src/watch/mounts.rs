//! The mount table: a look at it, and a thread that says when it changed.
//!
//! A file system mounted over a watched directory gives no inotify event at all; the kernel flags the table instead.

use std::collections::BTreeMap;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;

use driftless_core::paths::RelPath;
use rustix::event::{EventfdFlags, PollFd, PollFlags, eventfd, poll};
use rustix::fs::{Mode, OFlags};

use super::polled_fstype;

const TABLE: &str = "/proc/thread-self/mountinfo";

/// Calls back after each change of the mount table, on its own thread, until dropped.
#[derive(Debug)]
pub struct MountWatch {
    stop: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl MountWatch {
    /// Starts it. The callback must not wait.
    pub fn start(mut changed: impl FnMut() + Send + 'static) -> io::Result<MountWatch> {
        let table = rustix::fs::open(TABLE, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let stop = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name("mounts".into()).spawn(move || {
            loop {
                let mut fds = [PollFd::new(&table, PollFlags::PRI), PollFd::new(&*stopped, PollFlags::IN)];
                match poll(&mut fds, None) {
                    Ok(_) | Err(rustix::io::Errno::INTR) => {}
                    Err(_) => return,
                }
                if !fds[1].revents().is_empty() {
                    return;
                }
                if fds[0].revents().contains(PollFlags::PRI) {
                    changed();
                }
            }
        })?;
        Ok(MountWatch { stop, thread: Some(thread) })
    }
}

impl Drop for MountWatch {
    fn drop(&mut self) {
        // Cannot fail: the counter is far from full. If it did, joining would hang, so the thread is left alone then.
        if rustix::io::write(&*self.stop, &1u64.to_ne_bytes()).is_ok()
            && let Some(thread) = self.thread.take()
        {
            drop(thread.join());
        }
    }
}

/// One line of the table: mount id, mount point, type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mount {
    pub id: u64,
    pub point: Vec<u8>,
    pub fstype: String,
}

/// Reads the mount table. Lines that make no sense are left out.
pub(crate) fn parse(table: &[u8]) -> Vec<Mount> {
    table.split(|b| *b == b'\n').filter_map(parse_line).collect()
}

fn parse_line(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|b| *b == b' ');
    let id = std::str::from_utf8(fields.next()?).ok()?.parse().ok()?;
    let point = unescape(fields.nth(3)?);
    let mut rest = fields.skip_while(|f| *f != b"-").skip(1);
    let fstype = String::from_utf8_lossy(rest.next()?).into_owned();
    Some(Mount { id, point, fstype })
}

/// `\040` and the like stand for blank, tab, newline and backslash.
fn unescape(field: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(field.len());
    let mut rest = field;
    while let Some((&first, tail)) = rest.split_first() {
        if let (b'\\', Some(&[a, b, c])) = (first, tail.first_chunk::<3>())
            && [a, b, c].iter().all(|d| (b'0'..=b'7').contains(d))
        {
            out.push((a - b'0').wrapping_mul(64) + (b - b'0') * 8 + (c - b'0'));
            rest = &tail[3..];
        } else {
            out.push(first);
            rest = tail;
        }
    }
    out
}

/// The mount that an absolute path without symlinks lies on: the last mounted of the deepest mount points.
pub(crate) fn covering<'a>(mounts: &'a [Mount], path: &Path) -> Option<&'a Mount> {
    let path = path.as_os_str().as_bytes();
    let within =
        |point: &[u8]| point == b"/" || (path.starts_with(point) && matches!(path.get(point.len()), None | Some(b'/')));
    mounts.iter().filter(|m| within(&m.point)).max_by_key(|m| m.point.len())
}

/// Where below this directory (an absolute path without symlinks) something is mounted that is polled, with its type.
pub(crate) fn polled_below(mounts: &[Mount], dir: &Path) -> BTreeMap<RelPath, String> {
    let mut points = BTreeMap::new();
    for mount in mounts {
        if let Some(point) = below(mount, dir) {
            // The last mounted at one point is what is seen.
            match polled_fstype(&mount.fstype) {
                true => drop(points.insert(point, mount.fstype.clone())),
                false => drop(points.remove(&point)),
            }
        }
    }
    points
}

/// The mount point as a path below this directory; `None` if it is not below.
pub(crate) fn below(mount: &Mount, dir: &Path) -> Option<RelPath> {
    let dir = dir.as_os_str().as_bytes();
    let dir = dir.strip_suffix(b"/").unwrap_or(dir);
    let rest = mount.point.strip_prefix(dir)?.strip_prefix(b"/")?;
    RelPath::new(rest).ok().filter(|path| !path.is_root())
}

/// Every mount point with its mount id, now.
pub(crate) fn now() -> Vec<Mount> {
    std::fs::read(TABLE).map(|table| parse(&table)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &[u8] = b"36 35 98:0 / / rw,noatime master:1 - ext4 /dev/root rw\n\
        40 36 0:30 / /home/a\\040b rw - nfs4 server:/x rw\n\
        41 40 0:31 / /home/a\\040b rw shared:3 master:2 - fuse.sshfs me@there: rw\nbroken\n";

    #[test]
    fn the_table_is_read() {
        let mounts = parse(SAMPLE);
        assert_eq!(mounts.len(), 3);
        assert_eq!(mounts[1], Mount { id: 40, point: b"/home/a b".to_vec(), fstype: "nfs4".into() });
    }

    #[test]
    fn the_deepest_and_latest_mount_counts() {
        let mounts = parse(SAMPLE);
        let fstype = |p: &str| covering(&mounts, Path::new(p)).map(|m| m.fstype.as_str());
        assert_eq!(fstype("/home/a b/c"), Some("fuse.sshfs"));
        assert_eq!(fstype("/home/a bc"), Some("ext4"));
        assert_eq!(fstype("/"), Some("ext4"));
    }

    #[test]
    fn what_is_polled_below_a_directory_is_told() {
        let mut mounts = parse(SAMPLE);
        let polled = |mounts: &[Mount], dir: &str| {
            let points = polled_below(mounts, Path::new(dir)).into_iter();
            points.map(|(path, fstype)| (path.shown(), fstype)).collect::<Vec<_>>()
        };
        assert_eq!(polled(&mounts, "/home"), [("a b".to_owned(), "fuse.sshfs".to_owned())]);
        assert_eq!(polled(&mounts, "/"), [("home/a b".to_owned(), "fuse.sshfs".to_owned())]);
        assert_eq!(polled(&mounts, "/home/a b"), [], "the directory itself is not below it");
        mounts.push(Mount { id: 42, point: b"/home/a b".to_vec(), fstype: "ext4".to_owned() });
        assert_eq!(polled(&mounts, "/home"), [], "covered by a local one");
    }

    #[test]
    fn dropping_it_ends_its_thread() {
        let watch = MountWatch::start(|| {}).unwrap();
        drop(watch);
    }
}
