//! Copies within this machine without a child process: what the kind direct does for single paths.
//!
//! Rules
//! - Both ends are entered one component at a time below the directories that were looked at, no symbolic link followed: one
//!   that stands in the target never leads out of it.
//! - A file is written under a name of its own beside its place, gets its attributes, and is renamed into place. A symbolic
//!   link too. Pipes, sockets and devices are never opened.
//! - What is not done here ends the run without a report: rsync makes it again, whole. What was done already it finds equal.
//! - A file that changed while it was read stays dirty, though what was read is put in place, as rsync does.
//! - So many runs work at once; a stop is heeded between two chunks of a file, and before it is put in place.

mod attributes;
mod content;
mod entry;
mod job;
mod moves;
mod pool;
mod remove;
mod tally;
mod target;

pub use pool::{Ground, Pool, run};

use rustix::io::Errno;

/// Why one path, or the run, went no further.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Trouble {
    /// It is rsync's to do; why, for the log.
    Unfit(&'static str),
    /// It is gone from the source: a change of its own tells of it.
    Vanished,
    /// It cannot be read.
    Source(Errno),
    /// It cannot be written.
    Target(Errno),
    /// The target is full.
    Full(Errno),
    /// We were asked to stop.
    Stopped,
}

impl Trouble {
    /// At the target. What is refused may be possible in another way, which rsync knows: a folder made writable for a moment.
    fn at_target(errno: Errno) -> Trouble {
        match errno {
            Errno::NOSPC | Errno::DQUOT => Trouble::Full(errno),
            Errno::ROFS => Trouble::Target(errno),
            _ => Trouble::Unfit("the target refuses"),
        }
    }

    /// At the source.
    fn at_source(errno: Errno) -> Trouble {
        match errno {
            Errno::NOENT => Trouble::Vanished,
            Errno::ACCESS | Errno::PERM | Errno::IO => Trouble::Source(errno),
            _ => Trouble::Unfit("the source refuses"),
        }
    }
}

#[cfg(test)]
mod tests;
