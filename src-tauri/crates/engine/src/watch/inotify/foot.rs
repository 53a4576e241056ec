//! Where the reader's thread stands: a watch is put on `.` after a step into the open directory.
//!
//! inotify takes names, no descriptors. `/proc/self/fd/N` names a descriptor too, but looking that up costs more than all else
//! that a watch costs, and a path from the root may lead astray meanwhile. So the thread takes a current directory of its own,
//! and the watch is on exactly what was opened. It must not stay there: who stands in a directory keeps its file system from being
//! unmounted, and the kernel from saying that it was removed.

use std::os::fd::{AsRawFd, BorrowedFd};

use rustix::fs::inotify;
use rustix::io::Errno;
use rustix::thread::UnshareFlags;

use super::dirs::mask;

/// See the module's head. Used by one thread only.
#[derive(Default)]
pub(super) struct Foot {
    /// Whether the current directory is this thread's own; unknown before the first watch.
    own: Option<bool>,
    away: bool,
}

impl Foot {
    /// Watches an open directory; a known one gives the number it has.
    pub fn watch(&mut self, inotify: BorrowedFd<'_>, dir: BorrowedFd<'_>) -> Result<i32, Errno> {
        // One that may be read but not entered refuses the step.
        if *self.own.get_or_insert_with(own_directory) && rustix::process::fchdir(dir).is_ok() {
            self.away = true;
            return inotify::add_watch(inotify, c".", mask());
        }
        // The name is itself a symlink: so DONT_FOLLOW must not be asked for.
        inotify::add_watch(inotify, format!("/proc/self/fd/{}", dir.as_raw_fd()), mask())
    }

    /// Stands in no directory that is watched.
    pub fn home(&mut self) {
        if self.away {
            self.away = rustix::process::chdir(c"/").is_err();
        }
    }
}

/// Gives this thread a current directory of its own. False where that is forbidden, as it may be in containers: then watches are
/// put on names in /proc.
fn own_directory() -> bool {
    // SAFETY: descriptors stay shared. What no longer is are the current directory, which this process never changes and never
    // relies on (paths are absolute), the root directory and the umask.
    #[allow(unsafe_code, reason = "it is for other flags than this one")]
    let unshared = unsafe { rustix::thread::unshare_unsafe(UnshareFlags::FS) };
    unshared.is_ok()
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;

    #[test]
    fn both_ways_watch_the_same_directory_and_nobody_else_is_moved() {
        let dir = tempfile::tempdir().unwrap();
        let open = std::fs::File::open(dir.path()).unwrap();
        let queue = inotify::init(inotify::CreateFlags::CLOEXEC).unwrap();
        let before = std::env::current_dir().unwrap();
        let (queue, open) = (&queue, &open);
        std::thread::scope(|scope| {
            let here = scope.spawn(move || {
                let mut foot = Foot::default();
                let near = foot.watch(queue.as_fd(), open.as_fd()).unwrap();
                let own = foot.own.replace(false);
                assert_eq!(foot.watch(queue.as_fd(), open.as_fd()).unwrap(), near, "the same watch");
                foot.home();
                (own, std::env::current_dir().unwrap())
            });
            let (own, stood) = here.join().unwrap();
            assert!(own == Some(false) || stood == std::path::Path::new("/"), "{}", stood.display());
        });
        assert_eq!(std::env::current_dir().unwrap(), before);
    }
}
