//! File systems of other machines mounted inside a source. This kernel does not see what others change there, so they are polled.
//!
//! Which they are says the mount table, which asks none of them: one whose server is gone would hold up this thread, and with it
//! every source. Each is asked on a thread of its own; without an answer it counts as unreadable, and the rest goes on.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::time::Instant;

use driftless_core::mirror::{Sight, SyncKey};
use driftless_core::paths::RelPath;
use rustix::io::Errno;

use super::reader::Reader;
use super::source::Source;
use super::{Command, dirs};
use crate::watch::arena::NodeId;
use crate::watch::mounts::{self, Mount};
use crate::watch::polled_fstype;

/// A mount point that was asked and has not answered yet.
pub(super) struct Reaching {
    pub path: RelPath,
    number: u64,
    /// Said to be unreadable when this has come; `None` once it was.
    pub until: Option<Instant>,
}

impl Source {
    /// Something that is polled was mounted over it since it was opened.
    pub fn is_covered(&self, mounts: &[Mount]) -> bool {
        let on = self.real.as_ref().and_then(|real| mounts::covering(mounts, real));
        on.is_some_and(|on| polled_fstype(&on.fstype) && Some(on.id) != self.mount)
    }

    /// What is mounted below it.
    fn look_at_points(&mut self, mounts: &[Mount]) {
        self.remote = self.real.as_ref().map(|real| mounts::polled_below(mounts, real)).unwrap_or_default();
        let remote = &self.remote;
        self.reaching.retain(|reaching| remote.contains_key(&reaching.path));
    }
}

impl Reader {
    /// A source was opened; this is its real name.
    pub fn stands_at(&mut self, sync: SyncKey, real: Option<PathBuf>) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        // As it is now: what was mounted a moment ago may not have been told yet.
        let mounts = mounts::now();
        source.mount = real.as_ref().and_then(|real| mounts::covering(&mounts, real)).map(|on| on.id);
        source.real = real;
        source.look_at_points(&mounts);
    }

    /// The mount table changed.
    pub fn points_changed(&mut self) {
        for source in self.sources.values_mut() {
            source.look_at_points(&self.mounts);
        }
    }

    /// Asks a mount point, unless it was asked and has not answered.
    pub fn reach(&mut self, sync: SyncKey, parent: NodeId, name: &[u8], path: RelPath) {
        if let Some(known) = self.arena.child(parent, name) {
            self.remove(sync, known);
        }
        self.seq += 1;
        let (number, until) = (self.seq, Some(Instant::now() + self.options.root_patience));
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        if source.reaching.iter().any(|reaching| reaching.path == path) {
            return;
        }
        let (at, line) = (source.path.join(OsStr::from_bytes(path.bytes())), self.line.clone());
        let asked = std::thread::Builder::new().name("mounted".into()).spawn(move || {
            let refused = dirs::open_root(&at).err();
            line.send(Command::Reached { sync, number, refused });
        });
        match asked {
            Ok(_) => source.reaching.push(Reaching { path, number, until }),
            Err(_) => self.blind(sync, parent, name, Errno::AGAIN),
        }
    }

    /// An answer, if it is still wanted.
    pub fn reached(&mut self, sync: SyncKey, number: u64, refused: Option<Errno>) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        let Some(at) = source.reaching.iter().position(|reaching| reaching.number == number) else { return };
        let path = source.reaching.swap_remove(at).path;
        let Some(filesystem) = source.remote.get(&path).cloned() else { return };
        match (self.parent_of(sync, &path), refused) {
            // Where it stood is being walked anew.
            (None, _) => {}
            (Some(parent), Some(error)) => self.blind(sync, parent, path.name(), error),
            (Some(parent), None) => {
                self.no_longer_blind(sync, parent, path.name());
                self.sight(sync, Sight::Polling { path: path.clone(), filesystem });
                self.poll_below(sync, path);
            }
        }
    }

    /// Those that did not answer in time are said to be unreadable. They are still waited for.
    pub fn unreached(&mut self, now: Instant) {
        let mut late = Vec::new();
        for source in self.sources.values_mut() {
            for reaching in &mut source.reaching {
                if reaching.until.take_if(|until| *until <= now).is_some() {
                    late.push((source.key, reaching.path.clone()));
                }
            }
        }
        for (sync, path) in late {
            if let Some(parent) = self.parent_of(sync, &path) {
                self.blind(sync, parent, path.name(), Errno::TIMEDOUT);
            }
        }
    }

    fn parent_of(&self, sync: SyncKey, path: &RelPath) -> Option<NodeId> {
        let root = self.sources.get(&sync.0)?.root?;
        self.arena.find(root, &path.parent()?)
    }
}
