//! What the receiver of one directory keeps between runs: its password, and the files that the daemon reads.
//!
//! Rules: a directory of our own (0700) for each received one, never inside it. The password is made once, from the
//! system's random source, and stays: the other side has stored it. One receiver at a time for a directory.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use driftless_core::paths::show_bytes;
use driftless_core::problem::Problem;

use crate::places::{private_dir, write_private};
use crate::secrets::{SecretText, file};

/// No `0 O 1 l I`: a person may have to type it.
const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// 120 bits.
const LENGTH: usize = 24;

/// The directory, locked for as long as this lives.
#[derive(Debug)]
pub(super) struct Kept {
    dir: PathBuf,
    _lock: File,
}

impl Kept {
    /// That of the received directory `of`, which is resolved.
    pub(super) fn open(state: &Path, of: &Path) -> Result<Kept, Problem> {
        let dir = state.join("receiver").join(name_for(of));
        if dir.starts_with(of) {
            return Err(Problem::error("receiver-dir-holds-state"));
        }
        private_dir(&dir).map_err(|error| unwritable(&dir, &error))?;
        let lock = fs::OpenOptions::new().write(true).create(true).truncate(false).open(dir.join("running"));
        let lock = lock.map_err(|error| unwritable(&dir, &error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Kept { dir, _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(Problem::error("receiver-running")),
            Err(fs::TryLockError::Error(error)) => Err(unwritable(&dir, &error)),
        }
    }

    pub(super) fn password(&self) -> PathBuf {
        self.dir.join("password")
    }

    pub(super) fn secrets(&self) -> PathBuf {
        self.dir.join("secrets")
    }

    pub(super) fn conf(&self) -> PathBuf {
        self.dir.join("rsyncd.conf")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// The file in which rsync counts connections.
    pub(super) fn connections(&self) -> PathBuf {
        self.dir.join("connections")
    }

    /// `user:password` for the daemon, with the password of last time or a new one.
    pub(super) fn write_secrets(&self, user: &str) -> Result<(), Problem> {
        let password = match file::read(&self.password()) {
            Ok(password) => password,
            Err(problem) if matches!(problem.code, "password-file-missing" | "password-file-empty") => {
                let made = make_password().map_err(|error| unwritable(&self.dir, &error))?;
                self.write(&self.password(), &[made.expose(), b"\n"])?;
                made
            }
            Err(problem) => return Err(Problem::error(problem.code).with("what", problem.what)),
        };
        self.write(&self.secrets(), &[user.as_bytes(), b":", password.expose(), b"\n"])
    }

    pub(super) fn write_conf(&self, text: &[u8]) -> Result<(), Problem> {
        self.write(&self.conf(), &[text])
    }

    fn write(&self, path: &Path, parts: &[&[u8]]) -> Result<(), Problem> {
        let content = SecretText::new(parts.concat());
        write_private(path, content.expose()).map_err(|error| unwritable(path, &error))
    }
}

fn unwritable(path: &Path, error: &io::Error) -> Problem {
    Problem::error("receiver-state").with("what", show_bytes(path.as_os_str().as_encoded_bytes())).with("error", error)
}

fn make_password() -> io::Result<SecretText> {
    let mut random = [0u8; LENGTH];
    getrandom::fill(&mut random).map_err(|error| io::Error::other(error.to_string()))?;
    // 256 is a multiple of 32: every letter is equally likely.
    Ok(SecretText::new(random.iter().map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()]).collect()))
}

/// Readable, and another one for another directory: the last component's plain letters and a hash (FNV-1a) of it all.
fn name_for(dir: &Path) -> String {
    let hash = dir
        .as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
    let last = dir.file_name().unwrap_or_default().to_string_lossy();
    let plain: String = last.chars().filter(char::is_ascii_alphanumeric).take(24).collect();
    format!("{plain}-{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_long_easy_to_read_and_new_each_time() {
        let one = make_password().unwrap();
        assert_eq!(one.expose().len(), LENGTH);
        assert!(one.expose().iter().all(|letter| LETTERS.contains(letter)));
        assert_ne!(one.expose(), make_password().unwrap().expose());
    }

    #[test]
    fn each_directory_has_its_own_name() {
        let name = name_for(Path::new("/srv/My Photos"));
        assert!(name.starts_with("MyPhotos-"), "{name}");
        assert_ne!(name, name_for(Path::new("/mnt/My Photos")));
    }

    #[cfg(unix)]
    #[test]
    fn the_password_stays_and_only_one_receives() {
        use std::os::unix::fs::PermissionsExt;
        let state = tempfile::tempdir().unwrap();
        let dir = Path::new("/srv/in");
        let kept = Kept::open(state.path(), dir).unwrap();
        assert_eq!(Kept::open(state.path(), dir).unwrap_err().code, "receiver-running");
        kept.write_secrets("u").unwrap();
        let first = fs::read(kept.password()).unwrap();
        kept.write_secrets("v").unwrap();
        assert_eq!(fs::read(kept.password()).unwrap(), first);
        assert_eq!(fs::read(kept.secrets()).unwrap(), [b"v:", first.as_slice()].concat());
        assert_eq!(fs::metadata(kept.secrets()).unwrap().permissions().mode() & 0o777, 0o600);
        drop(kept);
        assert!(Kept::open(state.path(), dir).is_ok());
        assert_eq!(
            Kept::open(state.path(), &state.path().canonicalize().unwrap()).unwrap_err().code,
            "receiver-dir-holds-state"
        );
    }
}
