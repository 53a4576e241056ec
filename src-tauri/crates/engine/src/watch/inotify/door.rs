//! Opening a source. A file server that is gone holds up whoever asks about it, so it is asked on a thread of its own, one at a
//! time for each source, and it is said when no answer comes. What comes late is taken all the same.

use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::time::Instant;

use driftless_core::mirror::SyncKey;
use rustix::io::Errno;

use super::dirs;
use super::reader::Reader;
use super::{Command, walk};
use crate::watch::{Filesystem, filesystem_of};

/// A source's root that answered.
pub(in crate::watch) struct OpenedRoot {
    pub dir: OwnedFd,
    pub identity: Option<(u64, u64)>,
    pub filesystem: Filesystem,
    /// Its name without symbolic links.
    pub real: Option<PathBuf>,
}

/// A look that has not been answered yet.
pub(super) struct Opening {
    pub number: u64,
    /// Said to be missing when this has come; `None` once it was.
    pub until: Option<Instant>,
}

impl Reader {
    /// Asks for the source's root, unless that was asked and is not answered.
    pub fn knock(&mut self, sync: SyncKey) {
        self.seq += 1;
        let number = self.seq;
        let until = Some(Instant::now() + self.options.root_patience);
        let Some(source) = self.sources.get_mut(&sync.0).filter(|s| s.opening.is_none()) else { return };
        source.opening = Some(Opening { number, until });
        let (path, line) = (source.path.clone(), self.line.clone());
        let asked = std::thread::Builder::new().name("source".into()).spawn(move || {
            let root = dirs::open_root(&path).map(|dir| {
                let identity = dirs::identity(dir.as_fd());
                let real = dirs::name_of(dir.as_fd());
                OpenedRoot { identity, filesystem: filesystem_of(&path), real, dir }
            });
            line.send(Command::Opened { sync, number, root });
        });
        if asked.is_err() {
            source.opening = None;
            self.no_source(sync, Errno::AGAIN);
        }
    }

    /// An answer, if it is still wanted.
    pub fn opened(&mut self, sync: SyncKey, number: u64, root: Result<OpenedRoot, Errno>) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        if source.opening.as_ref().is_none_or(|opening| opening.number != number) {
            return;
        }
        source.opening = None;
        match root {
            Ok(_) if source.root.is_some() => {}
            Ok(root) => self.push(sync, walk::What::Root(Box::new(root))),
            Err(error) => self.no_source(sync, error),
        }
    }

    /// Sources that did not answer in time are said to be missing. They are still waited for.
    pub fn unanswered(&mut self, now: Instant) {
        let late = |opening: &mut Opening| opening.until.take_if(|until| *until <= now).is_some();
        let late: Vec<SyncKey> =
            self.sources.values_mut().filter_map(|s| s.opening.as_mut().is_some_and(late).then_some(s.key)).collect();
        late.into_iter().for_each(|sync| self.no_source(sync, Errno::TIMEDOUT));
    }
}
