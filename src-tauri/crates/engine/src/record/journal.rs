//! One record on the disk.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use driftless_core::record::{Note, Past};

use super::frame::{frame, start};
use crate::places::{private_dir, write_private};

/// It may grow by this much before it is written shorter.
const SLACK: u64 = 1024 * 1024;

/// The record of one sync, while its process writes it.
#[derive(Debug)]
pub(super) struct Journal {
    path: PathBuf,
    /// What all notes make: what is written when it is written anew.
    past: Past,
    /// `None`: it has to be written anew.
    file: Option<File>,
    length: u64,
    shorten_at: u64,
    slack: u64,
}

impl Journal {
    pub(super) fn new(path: PathBuf) -> Journal {
        Journal { path, past: Past::default(), file: None, length: 0, shorten_at: 0, slack: SLACK }
    }

    #[cfg(test)]
    pub(super) fn with_slack(path: PathBuf, slack: u64) -> Journal {
        Journal { slack, ..Journal::new(path) }
    }

    /// Writes these notes behind the others. They are safe only after [`Journal::sync`].
    pub(super) fn append(&mut self, notes: &[Note]) -> io::Result<()> {
        notes.iter().for_each(|note| self.past.take(note));
        let whole = matches!(notes.first(), Some(Note::Began(_))) || self.length > self.shorten_at;
        let Some(file) = self.file.as_mut().filter(|_| !whole) else { return self.rewrite() };
        let bytes = frame(notes)?;
        let written = file.write_all(&bytes);
        if written.is_err() {
            // Nothing may follow half a frame.
            self.file = None;
        }
        self.length += bytes.len() as u64;
        written
    }

    /// What was appended is on the disk.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        let synced = self.file.as_ref().map_or(Ok(()), File::sync_data);
        if synced.is_err() {
            self.file = None;
        }
        synced
    }

    fn rewrite(&mut self) -> io::Result<()> {
        self.file = None;
        let mut bytes = start().to_vec();
        bytes.extend(frame(&self.past.notes())?);
        if let Err(error) = self.replace(&bytes) {
            unclean(&self.path);
            return Err(error);
        }
        self.length = bytes.len() as u64;
        self.shorten_at = 2 * self.length + self.slack;
        self.file = Some(OpenOptions::new().append(true).open(&self.path)?);
        Ok(())
    }

    fn replace(&self, bytes: &[u8]) -> io::Result<()> {
        let dir = self.path.parent().unwrap_or(Path::new("/"));
        private_dir(dir)?;
        write_private(&self.path, bytes)?;
        File::open(dir)?.sync_all()
    }
}

/// The old file may end with a clean stop, which is not the last word any more. Making it shorter needs no room.
fn unclean(path: &Path) {
    let shorten = || {
        let file = OpenOptions::new().write(true).open(path)?;
        let length = file.metadata()?.len();
        file.set_len(length.saturating_sub(1))?;
        file.sync_all()
    };
    // Where that is refused too, nothing more can be done; the trouble is said by the caller.
    let _: io::Result<()> = shorten();
}
