//! What the engine saw when it looked at a source or a local target.

use crate::paths::RelPath;
use crate::problem::Problem;

/// What stands at the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RootLook {
    /// A directory that could be opened.
    Dir(RootFacts),
    /// Nothing.
    Missing,
    /// Nothing, below a mount point of the system's own table (`/etc/fstab`) where nothing is mounted.
    NotMounted,
    /// Something else than a directory.
    NotADirectory,
    /// It could not be opened: the errno.
    Error(i32),
    /// A directory, and where the run would go a per-directory filter file that the matcher cannot follow as rsync does.
    Rules(Box<Problem>),
}

/// What identifies a root directory, so that another one in its place is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootFacts {
    /// Device number of its file system.
    pub dev: u64,
    /// Inode number.
    pub ino: u64,
    /// Id of its mount (`STATX_MNT_ID`), where the system tells.
    pub mount: Option<u64>,
    /// The id of its file system, the same after each mount (`statfs`), where it has one.
    pub fs: Option<u64>,
    /// It has no entry at all.
    pub empty: bool,
    /// Mount points below it, sorted.
    pub mounts: Vec<RelPath>,
    /// It is, or lies below, a mount point of the system's own table (`/etc/fstab`) where nothing is mounted.
    pub bare: bool,
}

/// What kind of thing a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Dir,
    /// A symbolic link; never followed.
    Symlink,
    /// A fifo, socket or device.
    Special,
}

/// What was found at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub kind: FileKind,
    /// Device number of the file system it is on.
    pub dev: u64,
    /// Inode number.
    pub ino: u64,
    /// Modification time in nanoseconds since 1970.
    pub mtime_ns: i128,
    /// Size in bytes.
    pub size: u64,
    /// The other names of the same file below this root, where it has several.
    pub links: Vec<RelPath>,
}

/// How looking at one path ended. Looked at component by component, no symbolic link followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Look {
    /// It is there.
    Found(Found),
    /// It is not (ENOENT); `top` is the topmost component that is missing, the path itself or a directory above it.
    Missing {
        /// The topmost missing path.
        top: RelPath,
    },
    /// A component above the last one is no directory; `at` is that component.
    Blocked {
        /// The file, link or fifo that stands in the way.
        at: RelPath,
    },
    /// It could not be looked at: the errno. Never read as missing.
    Error(i32),
}

/// One path and what was seen there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The path that was asked for.
    pub path: RelPath,
    /// What was seen.
    pub look: Look,
}
