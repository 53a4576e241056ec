//! Where the sockets of kept connections stand: a directory of ours alone, with a path short enough for a socket.
//!
//! A socket is called by our process id and a number. What processes that are gone left there is removed at the start.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rustix::process::{Pid, test_kill_process};

use crate::places::private_dir;

/// ssh makes its socket under a longer name first, and the system takes 103 bytes at most (107 on Linux).
const LONGEST: usize = 86;

/// The directory; removed with its content at the end where it is a temporary one.
#[derive(Debug)]
pub(super) struct Place {
    dir: PathBuf,
    next: AtomicU64,
    _temporary: Option<tempfile::TempDir>,
}

impl Place {
    /// Below `runtime_dir`, else in the temporary directory; `None` if both paths are too long, or cannot be made.
    pub(super) fn find(runtime_dir: &Path) -> Option<Place> {
        let usual = runtime_dir.join("ssh");
        if fits(&usual) && private_dir(&usual).is_ok() {
            sweep(&usual);
            return Some(Place { dir: usual, next: AtomicU64::new(0), _temporary: None });
        }
        let mode = fs::Permissions::from_mode(0o700);
        let made = tempfile::Builder::new().prefix("driftless-").permissions(mode).tempdir().ok()?;
        let dir = made.path().to_owned();
        fits(&dir).then(|| Place { dir, next: AtomicU64::new(0), _temporary: Some(made) })
    }

    /// A path that nobody uses; a leftover there is removed.
    pub(super) fn socket(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = self.dir.join(format!("{}-{number}", std::process::id()));
        // Usually nothing is there.
        let _ = fs::remove_file(&path);
        path.to_string_lossy().into_owned()
    }
}

/// ssh reads `%` and `$` in such a path as more than themselves.
fn fits(dir: &Path) -> bool {
    dir.to_str()
        .is_some_and(|text| text.len() + "/4194304-9999".len() <= LONGEST && !text.contains(['%', '$', '"', '\'']))
}

fn sweep(dir: &Path) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let owner = name.to_str().and_then(|name| name.split('-').next()?.parse().ok()).and_then(Pid::from_raw);
        if owner.is_none_or(|pid| test_kill_process(pid) == Err(rustix::io::Errno::SRCH)) {
            // A socket that stays harms nobody.
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_usual_place_is_ours_alone_and_swept() {
        let runtime = tempfile::tempdir().unwrap();
        let dir = runtime.path().join("ssh");
        fs::create_dir(&dir).unwrap();
        let ours = format!("{}-7", std::process::id());
        // The highest process id that Linux can give is never reached in a test.
        for name in ["4194303-0", "what is this", &ours] {
            fs::write(dir.join(name), "").unwrap();
        }
        let place = Place::find(runtime.path()).unwrap();
        assert_eq!(mode(&dir), 0o700);
        let left: Vec<_> = fs::read_dir(&dir).unwrap().flatten().map(|entry| entry.file_name()).collect();
        assert_eq!(left, [ours.as_str()]);
        let (first, second) = (place.socket(), place.socket());
        assert!(first != second && Path::new(&first).parent() == Some(&dir));
    }

    #[test]
    fn a_path_too_long_or_with_what_ssh_expands_is_left_for_a_temporary_one() {
        let runtime = tempfile::tempdir().unwrap();
        for name in ["x".repeat(90), "%h".to_owned(), "${HOME}".to_owned()] {
            let place = Place::find(&runtime.path().join(name)).unwrap();
            assert!(!place.dir.starts_with(runtime.path()));
            assert_eq!(mode(&place.dir), 0o700);
            let dir = place.dir.clone();
            drop(place);
            assert!(!dir.exists());
        }
    }
}
