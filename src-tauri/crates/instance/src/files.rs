//! Reading files whose names and sizes others chose: regular files only, and only up to a limit.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rustix::fs::OFlags;

/// Why a file cannot be taken; the sentence names no file.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing of that name.
    #[error("there is no such file")]
    Missing,
    /// It is a directory.
    #[error("it is a directory, not a file")]
    Directory,
    /// A device, fifo or socket.
    #[error("it is a device, pipe or socket, not a file")]
    Special,
    /// It is longer than allowed.
    #[error("it is larger than {} MiB; what is meant is much smaller", .0 / 1024 / 1024)]
    TooLarge(usize),
    /// The system refused.
    #[error("{0}")]
    Io(std::io::Error),
}

/// The content of a regular file of at most `limit` bytes. A fifo does not hang it, a device does not feed it.
pub fn read_bounded(path: &Path, limit: usize) -> Result<Vec<u8>, Unreadable> {
    let io = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => Unreadable::Missing,
        _ => Unreadable::Io(e),
    };
    let file = File::options().read(true).custom_flags(OFlags::NONBLOCK.bits() as i32).open(path).map_err(io)?;
    let meta = file.metadata().map_err(io)?;
    if meta.is_dir() {
        return Err(Unreadable::Directory);
    }
    if !meta.is_file() {
        return Err(Unreadable::Special);
    }
    let mut content = Vec::new();
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    file.take(most).read_to_end(&mut content).map_err(io)?;
    if content.len() > limit { Err(Unreadable::TooLarge(limit)) } else { Ok(content) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_and_only_so_much_of_them() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, "12345").unwrap();
        assert_eq!(read_bounded(&path, 5).unwrap(), b"12345");
        assert!(matches!(read_bounded(&path, 4), Err(Unreadable::TooLarge(4))));
        assert!(matches!(read_bounded(dir.path(), 5), Err(Unreadable::Directory)));
        assert!(matches!(read_bounded(Path::new("/dev/zero"), 5), Err(Unreadable::Special)));
        assert!(matches!(read_bounded(&dir.path().join("no"), 5), Err(Unreadable::Missing)));
    }
}
