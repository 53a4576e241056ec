//! What cannot be watched: said, and polled or tried again.

use std::time::Instant;

use driftless_core::mirror::{Sight, SyncKey};
use driftless_core::paths::RelPath;
use rustix::io::Errno;

use super::reader::Reader;
use super::walk::{gone, number_in};
use crate::watch::arena::NodeId;

impl Reader {
    /// The system watches no more directories: this one and those below are polled.
    pub fn limit_reached(&mut self, sync: SyncKey, path: RelPath) {
        let limits = ["/proc/sys/fs/inotify/max_user_watches", "/proc/sys/user/max_inotify_watches"];
        let limit = limits.iter().filter_map(|f| number_in(f)).min().unwrap_or(0);
        // A power of two that leaves room: at most two further reports until any tree fits.
        let wanted = limit.saturating_mul(2).max(524_288).checked_next_power_of_two().unwrap_or(limit);
        self.sight(sync, Sight::LimitReached { path: path.clone(), limit, wanted });
        self.poll_below(sync, path);
    }

    /// A watched directory cannot be listed.
    pub fn unlistable(&mut self, sync: SyncKey, node: NodeId, error: Errno) {
        match self.arena.parent(node) {
            None => {
                self.root_lost(sync);
                self.no_source(sync, error);
            }
            Some(parent) => {
                let name = Box::<[u8]>::from(self.arena.name(node));
                self.remove(sync, node);
                if !gone(error) {
                    self.blind(sync, parent, &name, error);
                }
            }
        }
    }

    /// A directory cannot be opened or watched: said once, and tried again from time to time.
    pub fn blind(&mut self, sync: SyncKey, parent: NodeId, name: &[u8], error: Errno) {
        let again = Instant::now() + self.options.retry_unreadable;
        let path = self.arena.path(parent).1.join(name);
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        if source.blind.add(parent, name, again) {
            self.sight(sync, Sight::Unreadable { path, errno: error.raw_os_error() });
        }
    }

    /// It can be, or is gone. True if it was blind.
    pub fn no_longer_blind(&mut self, sync: SyncKey, parent: NodeId, name: &[u8]) -> bool {
        self.sources.get_mut(&sync.0).is_some_and(|source| source.blind.remove(parent, name))
    }
}
