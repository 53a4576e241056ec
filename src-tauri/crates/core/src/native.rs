//! A run of the kind direct, as data: what is brought over within this machine without a child process.
//!
//! It stands beside the command line that would do the same, in [`crate::work::CommandSpec`]: whatever it meets that it does
//! not do (a folder in a file's place, a device, what may not be written) is done by that command, for the whole list.

use crate::moves::Rename;
use crate::paths::RelPath;

/// One run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Native {
    /// What is done.
    pub task: Task,
    /// With what, sorted; below the root. The root itself: only its attributes.
    pub paths: Vec<RelPath>,
    /// Of a [`Task::Move`]: the renames. Such a run lists no paths.
    pub moves: Vec<Rename>,
    /// What goes over beside the content.
    pub keep: Keep,
}

/// What is done about the paths of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Brought over where size or time (to the nanosecond) differ.
    Update,
    /// Brought over where the content differs.
    Checked,
    /// Removed at the target, if they are still missing at the source.
    Remove {
        /// No more entries than this, all told; more are rsync's, which has a net of its own.
        most: Option<u64>,
    },
    /// Renamed at the target, where nothing has the new name yet. What was not is named in the report.
    Move,
}

/// rsync's options for what goes over beside the content, under their own names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Keep {
    /// Symbolic links, as they are; else they are left out.
    pub links: bool,
    /// All bits of the mode; else the system's defaults for what is new, and what is there stays.
    pub perms: bool,
    /// Modification times.
    pub times: bool,
    /// The owner, where the system lets us.
    pub owner: bool,
    /// The group, where the system lets us.
    pub group: bool,
    /// Devices, pipes and sockets; else they are left out. Never opened, always rsync's.
    pub devices: bool,
    /// Extended attributes.
    pub xattrs: bool,
    /// Not the times of folders.
    pub omit_dir_times: bool,
    /// Not the times of symbolic links.
    pub omit_link_times: bool,
}
