//! The durable record: one small file for each sync, in the state directory, mode 0600.
//!
//! - Notes are appended as frames and are on the disk (`fdatasync`) before they are called written. See `core::record` for what
//!   they mean.
//! - A file is begun, and written shorter when it has grown, as a whole: temporary file, `fsync`, rename, `fsync` of the directory.
//! - A file cut anywhere gives an earlier state of an unclean stop; one that cannot be understood gives "damaged". It is never
//!   read as something else.
//! - Where nothing can be written that is said, everything goes on, and the next start is an unclean one.
//!
//! The writer has a thread of its own: disks may be slow, the loop must not be.

mod frame;
mod journal;
mod keeper;

use std::path::{Path, PathBuf};

use driftless_core::record::Recovered;

pub use frame::{frame, read, start};
pub(crate) use keeper::{Keeper, ToWrite, Written};

/// More than this no record of ours has: it is not read.
const LARGEST: u64 = 256 * 1024 * 1024;

/// What an earlier process noted of this sync; `None` if it never ran.
pub fn find(dir: &Path, id: &str) -> Option<Recovered> {
    use std::io::{ErrorKind, Read};
    let path = file_of(dir, id);
    let damaged = Some(Recovered::Damaged);
    let file = match std::fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return None,
        Err(_) => return damaged,
    };
    let mut bytes = Vec::new();
    match file.take(LARGEST + 1).read_to_end(&mut bytes) {
        Ok(n) if n as u64 <= LARGEST => Some(read(&bytes)),
        _ => damaged,
    }
}

/// Where the record of this sync is. An id that a person wrote may not be a file's name.
pub fn file_of(dir: &Path, id: &str) -> PathBuf {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    if !id.is_empty() && id.len() <= 64 && id.bytes().all(plain) {
        return dir.join(format!("{id}.record"));
    }
    dir.join(format!("other.{}.record", crate::locks::config_identity(&[id])))
}

#[cfg(test)]
mod tests;
