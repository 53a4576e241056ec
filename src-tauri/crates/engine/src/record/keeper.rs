//! The thread that writes the records.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use driftless_core::mirror::SyncKey;
use driftless_core::paths::show_bytes;
use driftless_core::problem::Problem;
use driftless_core::record::{Note, Recovered};

use super::journal::Journal;
use super::{file_of, find};

/// So many are taken together before they are made safe.
const TOGETHER: usize = 64;

/// Notes to be written.
pub(crate) struct ToWrite {
    pub(crate) sync: SyncKey,
    pub(crate) id: String,
    pub(crate) seq: u64,
    pub(crate) notes: Vec<Note>,
}

/// They were written, or not, and why.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) sync: SyncKey,
    pub(crate) seq: u64,
    pub(crate) problem: Option<Problem>,
}

/// Speaks with the thread. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Keeper {
    dir: PathBuf,
    sender: Sender<ToWrite>,
}

impl Keeper {
    /// Records are kept in `dir`, made (0700) if it is not there. `told` is called on the writer's thread.
    pub(crate) fn start(dir: PathBuf, told: impl Fn(Written) + Send + 'static) -> io::Result<Keeper> {
        let (sender, inbox) = channel();
        let place = dir.clone();
        std::thread::Builder::new()
            .name("driftless-record".to_owned())
            .spawn(move || write_all(&place, &inbox, told))?;
        Ok(Keeper { dir, sender })
    }

    /// What an earlier process noted.
    pub(crate) fn find(&self, id: &str) -> Option<Recovered> {
        find(&self.dir, id)
    }

    /// Gives notes to the thread; false if it is gone.
    pub(crate) fn write(&self, notes: ToWrite) -> bool {
        self.sender.send(notes).is_ok()
    }
}

fn write_all(dir: &Path, inbox: &Receiver<ToWrite>, told: impl Fn(Written)) {
    let mut journals: HashMap<SyncKey, (String, Journal)> = HashMap::new();
    while let Ok(first) = inbox.recv() {
        let more = inbox.try_iter().take(TOGETHER - 1);
        let appended: Vec<_> = std::iter::once(first)
            .chain(more)
            .map(|notes| {
                let result = append(dir, &mut journals, &notes);
                (notes, result)
            })
            .collect();
        // One wait for the disk for all notes of a sync.
        let mut synced: HashMap<SyncKey, Result<(), Problem>> = HashMap::new();
        for (ToWrite { sync, id, seq, notes }, result) in appended {
            let result = match (result, synced.entry(sync)) {
                (Err(error), _) => Err(unwritable(dir, &id, &error)),
                (Ok(()), Entry::Occupied(known)) => known.get().clone(),
                (Ok(()), Entry::Vacant(free)) => {
                    let done = journals.get_mut(&sync).map_or(Ok(()), |(_, journal)| journal.sync());
                    free.insert(done.map_err(|error| unwritable(dir, &id, &error))).clone()
                }
            };
            if matches!(notes.last(), Some(Note::Stopped)) {
                journals.remove(&sync);
            }
            told(Written { sync, seq, problem: result.err() });
        }
    }
}

fn append(dir: &Path, journals: &mut HashMap<SyncKey, (String, Journal)>, notes: &ToWrite) -> io::Result<()> {
    if matches!(notes.notes.first(), Some(Note::Began(_))) && !journals.contains_key(&notes.sync) {
        // Whoever wrote under this id before has nothing more to say.
        journals.retain(|_, (id, _)| *id != notes.id);
        journals.insert(notes.sync, (notes.id.clone(), Journal::new(file_of(dir, &notes.id))));
    }
    match journals.get_mut(&notes.sync) {
        Some((_, journal)) => journal.append(&notes.notes),
        None => Ok(()),
    }
}

fn unwritable(dir: &Path, id: &str, error: &io::Error) -> Problem {
    let path = file_of(dir, id);
    let why = match error.raw_os_error() {
        Some(errno) => errno.to_string(),
        None => error.to_string(),
    };
    Problem::warning("record-unwritable")
        .with("path", show_bytes(path.as_os_str().as_encoded_bytes()))
        .with("errno", why)
}
