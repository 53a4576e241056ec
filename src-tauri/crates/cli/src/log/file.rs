//! The log file: appended to, and opened anew when it was rotated away.
//!
//! Before each line the name is looked at: another file (or none) there than the one that is open means that it was
//! rotated, and the line goes into the new one. If that cannot be opened the line goes where the old file went.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A log file that is open.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    file: File,
    identity: (u64, u64),
}

impl LogFile {
    /// Opens it for appending, or makes it.
    pub fn open(path: &Path) -> io::Result<LogFile> {
        let file = OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o644)
            // A fifo without a reader must be an error, not a start that hangs.
            .custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32)
            .open(path)?;
        let meta = file.metadata()?;
        if meta.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        Ok(LogFile { path: path.to_owned(), identity: (meta.dev(), meta.ino()), file })
    }

    /// Writes whole lines with one call, so that they never mix with what others append.
    pub fn write(&mut self, lines: &str) -> io::Result<()> {
        let there = std::fs::metadata(&self.path).ok().map(|m| (m.dev(), m.ino()));
        if there != Some(self.identity)
            && let Ok(new) = LogFile::open(&self.path)
        {
            *self = new;
        }
        self.file.write_all(lines.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotated_file_is_opened_anew() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("log");
        let mut log = LogFile::open(&path).unwrap();
        log.write("one\n").unwrap();
        std::fs::rename(&path, dir.path().join("log.1")).unwrap();
        log.write("two\n").unwrap();
        log.write("three\n").unwrap();
        assert_eq!(std::fs::read_to_string(dir.path().join("log.1")).unwrap(), "one\n");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "two\nthree\n");
    }

    #[test]
    fn what_is_no_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        assert!(LogFile::open(dir.path()).is_err());
        assert!(LogFile::open(&dir.path().join("no/such")).is_err());
    }
}
