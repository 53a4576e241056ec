//! The pid file: holds `PID\n` while the process runs, locked for life, removed at every orderly end.
//!
//! - Also written in the foreground. (lsyncd writes it only as a daemon.)
//! - The lock is a POSIX record lock, the one that lsyncd takes, so that a running lsyncd is noticed too. Such a lock
//!   goes when *any* descriptor of the file is closed in the process: nothing else here may open the file.
//! - A file that holds something else than a number is not a pid file and is left alone; a symbolic link is not followed.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, fcntl_lock};

/// A pid file that is ours.
#[derive(Debug)]
pub struct PidFile {
    path: PathBuf,
    /// Keeps the lock.
    _file: File,
    identity: (u64, u64),
}

/// Why not.
#[derive(Debug, thiserror::Error)]
pub enum NoPidFile {
    /// A running process holds it.
    #[error(
        "Cannot lock pidfile; '{}': {} is running with it. End that one first, or give this one another pid file.",
        path.display(),
        holder.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}"))
    )]
    Held {
        /// The pid file.
        path: PathBuf,
        /// Whose number stands in it.
        holder: Option<u32>,
    },
    /// There is another kind of file.
    #[error("'{}' is not a pid file: it holds something else than a process number and is left as it is. Name another pid file.", .0.display())]
    SomethingElse(PathBuf),
    /// The system refused.
    #[error("Cannot write pidfile; '{}': {source}. Name another with -pidfile, or make its directory writable.", path.display())]
    Io {
        /// The pid file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl PidFile {
    /// Makes it, or takes over one that an unclean end left.
    pub fn hold(path: &Path) -> Result<PidFile, NoPidFile> {
        let io = |source: io::Error| NoPidFile::Io { path: path.to_owned(), source };
        // Between opening and locking the holder may end and remove the file: then the lock is on nothing.
        for _ in 0..8 {
            let mut file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .mode(0o644)
                .custom_flags((OFlags::NOFOLLOW | OFlags::NONBLOCK).bits() as i32)
                .open(path)
                .map_err(io)?;
            let meta = file.metadata().map_err(io)?;
            let identity = (meta.dev(), meta.ino());
            let content = if meta.is_file() { read_pid(&mut file) } else { Content::SomethingElse };
            let holder = match content {
                Content::SomethingElse => return Err(NoPidFile::SomethingElse(path.to_owned())),
                Content::Empty => None,
                Content::Pid(pid) => Some(pid),
            };
            match fcntl_lock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => {}
                Err(rustix::io::Errno::AGAIN | rustix::io::Errno::ACCESS) => {
                    return Err(NoPidFile::Held { path: path.to_owned(), holder });
                }
                Err(errno) => return Err(io(errno.into())),
            }
            if std::fs::symlink_metadata(path).is_ok_and(|m| (m.dev(), m.ino()) == identity) {
                write_pid(&mut file).map_err(io)?;
                return Ok(PidFile { path: path.to_owned(), _file: file, identity });
            }
        }
        Err(NoPidFile::Held { path: path.to_owned(), holder: None })
    }
}

impl PidFile {
    /// True if this path leads to the file that is held, under whatever name: to open that once more would free its lock.
    pub fn is_at(&self, path: &Path) -> bool {
        self.path == path || std::fs::metadata(path).is_ok_and(|m| (m.dev(), m.ino()) == self.identity)
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        if std::fs::symlink_metadata(&self.path).is_ok_and(|m| (m.dev(), m.ino()) == self.identity) {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

enum Content {
    Empty,
    Pid(u32),
    SomethingElse,
}

fn read_pid(file: &mut File) -> Content {
    let mut text = String::new();
    match file.take(32).read_to_string(&mut text) {
        Ok(_) if text.trim().is_empty() => Content::Empty,
        Ok(_) => text.trim().parse().map_or(Content::SomethingElse, Content::Pid),
        Err(_) => Content::SomethingElse,
    }
}

fn write_pid(file: &mut File) -> io::Result<()> {
    use std::io::Seek;
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(format!("{}\n", std::process::id()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_the_number_and_goes_with_its_owner() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pid");
        std::fs::write(&path, "4194000\n").unwrap();
        let held = PidFile::hold(&path).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), format!("{}\n", std::process::id()));
        drop(held);
        assert!(!path.exists());
    }

    #[test]
    fn what_is_no_pid_file_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let letter = dir.path().join("letter.txt");
        std::fs::write(&letter, "Dear Ada,\n").unwrap();
        assert!(matches!(PidFile::hold(&letter), Err(NoPidFile::SomethingElse(_))));
        assert_eq!(std::fs::read_to_string(&letter).unwrap(), "Dear Ada,\n");
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&letter, &link).unwrap();
        assert!(matches!(PidFile::hold(&link), Err(NoPidFile::Io { .. })));
        assert!(matches!(PidFile::hold(&dir.path().join("no/such")), Err(NoPidFile::Io { .. })));
    }

    #[test]
    fn the_new_owners_file_is_not_removed_by_the_old_one() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pid");
        let held = PidFile::hold(&path).unwrap();
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, "1\n").unwrap();
        drop(held);
        assert!(path.exists());
    }
}
