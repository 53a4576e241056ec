//! Tells when somebody else changed the configuration's file. Its folder is watched, not the file: editors put a new file in
//! the place of the old one. Nothing wakes up while nothing happens.

use std::ffi::OsString;
use std::io;
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::inotify::{CreateFlags, Reader, WatchFlags, add_watch, init};

/// Calls `changed` after each change, on a thread of its own. The folder is made if it is not there.
///
/// # Errors
/// The folder cannot be made or watched.
pub fn start(file: &Path, changed: impl Fn() + Send + 'static) -> io::Result<()> {
    let (Some(dir), Some(name)) = (file.parent(), file.file_name().map(OsString::from)) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    std::fs::create_dir_all(dir)?;
    let inotify = init(CreateFlags::CLOEXEC)?;
    add_watch(&inotify, dir, WatchFlags::CLOSE_WRITE | WatchFlags::MOVED_TO | WatchFlags::DELETE)?;
    std::thread::Builder::new().name("config".to_owned()).spawn(move || {
        let mut space = [MaybeUninit::uninit(); 4096];
        let mut events = Reader::new(inotify, &mut space);
        loop {
            match events.next() {
                Ok(event) if event.file_name().is_some_and(|changed| changed.to_bytes() == name.as_bytes()) => {
                    changed()
                }
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return tracing::warn!("edits of the configuration are no longer seen: {error}"),
            }
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    #[test]
    fn a_file_written_or_replaced_is_told_and_others_are_not() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("new/config.toml");
        let (told, changes) = channel();
        start(&file, move || told.send(()).unwrap()).unwrap();
        let soon = Duration::from_secs(60);
        std::fs::write(dir.path().join("new/other"), "").unwrap();
        std::fs::write(&file, "a").unwrap();
        changes.recv_timeout(soon).unwrap();
        std::fs::write(dir.path().join("new/temp"), "b").unwrap();
        std::fs::rename(dir.path().join("new/temp"), &file).unwrap();
        changes.recv_timeout(soon).unwrap();
        assert!(changes.try_recv().is_err(), "nothing else was told");
    }
}
