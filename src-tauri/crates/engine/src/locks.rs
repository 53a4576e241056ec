//! Locks that keep two processes from doing the same work: one for each configuration, one for each pair of source
//! and target. `flock` on small files in the runtime directory; the kernel frees them however the process ends.
//!
//! The files stay: removing a lock file while another process opens it would let both hold "the" lock.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, OFlags, flock};

/// A lock, held until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Why a lock is not ours.
#[derive(Debug, thiserror::Error)]
pub enum NotLocked {
    /// Another process holds it.
    #[error("held by {}", holder.map_or_else(|| "another process".to_owned(), |pid| format!("process {pid}")))]
    Held {
        /// Its process id, if it has written it yet.
        holder: Option<u32>,
    },
    /// The lock file could not be made.
    #[error("{}: {source}", path.display())]
    Io {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Takes the lock for a whole configuration; `identity` is [`config_identity`].
pub fn lock_config(runtime_dir: &Path, identity: &str) -> Result<Lock, NotLocked> {
    take(&runtime_dir.join("locks"), &format!("config-{identity}"))
}

/// Takes the lock for one pair. The source as the plan writes it, the target as rsync gets it.
pub fn lock_pair(runtime_dir: &Path, source: &str, target: &str) -> Result<Lock, NotLocked> {
    take(&runtime_dir.join("locks"), &format!("pair-{}", fingerprint(&[source, target])))
}

/// What a configuration is known by while it runs: its file, or for syncs from a command line their ids.
pub fn config_identity(parts: &[&str]) -> String {
    fingerprint(parts)
}

/// 64 bits of FNV-1a over the parts, as hexadecimal digits; the same on every machine and in every version.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        for byte in part.bytes().chain([0]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    format!("{hash:016x}")
}

fn take(dir: &Path, name: &str) -> Result<Lock, NotLocked> {
    let path = dir.join(format!("{name}.lock"));
    let failed = |source: io::Error| NotLocked::Io { path: path.clone(), source };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(failed)?;
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(OFlags::NOFOLLOW.bits() as i32)
        .open(&path)
        .map_err(failed)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => {}
        Err(rustix::io::Errno::WOULDBLOCK) => return Err(NotLocked::Held { holder: holder(&mut file) }),
        Err(errno) => return Err(failed(errno.into())),
    }
    let written = file.set_len(0).and_then(|()| file.write_all(format!("{}\n", std::process::id()).as_bytes()));
    written.map_err(failed)?;
    Ok(Lock { file })
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing frees it as well; but a child that is just being started may hold a copy of the descriptor.
        let _ = flock(&self.file, FlockOperation::Unlock);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_names_its_holder_and_is_free_after_it() {
        let dir = tempfile::tempdir().unwrap();
        let first = lock_pair(dir.path(), "/a", "h::m/").unwrap();
        match lock_pair(dir.path(), "/a", "h::m/") {
            Err(NotLocked::Held { holder }) => assert_eq!(holder, Some(std::process::id())),
            other => panic!("{other:?}"),
        }
        let _other_target = lock_pair(dir.path(), "/a", "h::n/").unwrap();
        drop(first);
        lock_pair(dir.path(), "/a", "h::m/").unwrap();
    }

    #[test]
    fn a_lock_in_an_impossible_place_says_which() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("locks"), "a file").unwrap();
        let text = lock_config(dir.path(), "x").unwrap_err().to_string();
        assert!(text.contains("config-x.lock"), "{text}");
    }

    #[test]
    fn the_identity_is_of_the_parts_not_of_their_joint() {
        assert_eq!(config_identity(&["a"]), "089be207b544f1e4");
        assert_ne!(config_identity(&["ab", "c"]), config_identity(&["a", "bc"]));
    }
}
