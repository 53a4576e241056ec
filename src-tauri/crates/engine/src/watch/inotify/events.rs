//! What one event of the kernel means, at each place of its directory.
//!
//! Facts this rests on (kernel 6.18): a removed directory says IGNORED before its parent says DELETE; one that was
//! renamed over says so after the move; one that somebody holds open says nothing. So nodes end at IGNORED, and Deletes
//! come from the parent. An event may be older than what a walk found meanwhile, hence every directory that came or moved
//! is opened and proved by its watch.

use std::os::fd::AsFd;
use std::time::Instant;

use driftless_core::change::{Change, Kind};
use driftless_core::filter::Verdict;
use driftless_core::mirror::SyncKey;
use driftless_core::paths::RelPath;
use rustix::fs::inotify::ReadFlags as R;

use super::dirs;
use super::reader::Reader;
use crate::watch::arena::NodeId;
use crate::watch::moves::Raw;

/// An event's name at one place.
struct Spot {
    sync: SyncKey,
    parent: NodeId,
    path: RelPath,
}

impl Reader {
    pub fn apply(&mut self, raw: &Raw, now: Instant) {
        let mask = R::from_bits_retain(raw.mask);
        if mask.contains(R::QUEUE_OVERFLOW) {
            return self.overflow();
        }
        if raw.name.is_empty() {
            return self.apply_to_itself(raw.wd, mask, now);
        }
        let dir = mask.contains(R::ISDIR);
        self.rules_changed(raw, mask);
        if mask.intersects(R::MODIFY | R::CLOSE_WRITE) {
            return self.written(raw, mask, now);
        }
        if mask.intersects(R::DELETE | R::MOVED_FROM) {
            self.throttle.forget(&(raw.wd, raw.name.clone()));
        }
        for spot in self.spots(raw) {
            if mask.intersects(R::CREATE | R::MOVED_TO) {
                self.arrived(&spot, &raw.name, dir, now);
            } else if mask.intersects(R::DELETE | R::MOVED_FROM) {
                self.left(&spot, &raw.name, dir, mask.contains(R::MOVED_FROM), now);
            } else if mask.contains(R::ATTRIB) {
                self.change(spot.sync, spot.path, Kind::Attrib, dir, now);
                if dir {
                    self.try_blind_now(spot.sync, spot.parent, &raw.name);
                }
            }
        }
    }

    /// A per-directory filter file may let in directories now that it left out before: they are looked for.
    fn rules_changed(&mut self, raw: &Raw, mask: R) {
        let changed = R::CREATE | R::CLOSE_WRITE | R::DELETE | R::MOVED_FROM | R::MOVED_TO;
        if !mask.intersects(changed) {
            return;
        }
        for node in self.arena.places(raw.wd) {
            let owner = self.arena.path(node).0;
            let names = self.sources.get(&owner).map(|s| s.matcher.dir_file_names()).unwrap_or_default();
            if names.iter().any(|name| **name == *raw.name) {
                self.push_again(SyncKey(owner), node);
            }
        }
    }

    fn spots(&self, raw: &Raw) -> Vec<Spot> {
        let places = self.arena.places(raw.wd).into_iter();
        let spot = |parent| {
            let (owner, path) = self.arena.path(parent);
            Spot { sync: SyncKey(owner), parent, path: path.join(&raw.name) }
        };
        places.map(spot).collect()
    }

    fn arrived(&mut self, spot: &Spot, name: &[u8], dir: bool, now: Instant) {
        let said = self.batch_of(spot.sync);
        self.change(spot.sync, spot.path.clone(), Kind::Create, dir, now);
        if dir {
            self.push_dir(spot.sync, spot.parent, name, said);
        }
    }

    fn left(&mut self, spot: &Spot, name: &[u8], dir: bool, moved: bool, now: Instant) {
        self.change(spot.sync, spot.path.clone(), Kind::Delete, dir, now);
        if dir {
            self.no_longer_blind(spot.sync, spot.parent, name);
            self.poll_no_more(spot.sync, &spot.path);
            // Removed, its own IGNORED ends it. Moved out, its watches would go on firing.
            if moved && let Some(node) = self.arena.child(spot.parent, name) {
                self.remove(spot.sync, node);
                // Exchanged with a directory from where nobody watches, another one stands there, and was announced before.
                self.push_dir(spot.sync, spot.parent, name, None);
            }
        }
    }

    /// An event without a name: about the watched directory.
    fn apply_to_itself(&mut self, wd: i32, mask: R, now: Instant) {
        for node in self.arena.places(wd) {
            if !self.arena.is_live(node) {
                continue;
            }
            let (owner, path) = self.arena.path(node);
            let sync = SyncKey(owner);
            let root = self.arena.is_root(node);
            if mask.contains(R::ATTRIB) && root {
                // Of all others the parent says it.
                self.change(sync, path.clone(), Kind::Attrib, true, now);
            }
            if root && mask.intersects(R::DELETE_SELF | R::MOVE_SELF | R::UNMOUNT | R::IGNORED) {
                self.root_lost(sync);
                continue;
            }
            if mask.intersects(R::UNMOUNT | R::IGNORED) {
                let parent = self.arena.parent(node);
                let name = Box::<[u8]>::from(self.arena.name(node));
                self.remove(sync, node);
                // What the mount had hidden is there again, unwatched. Nothing is said to be deleted.
                if mask.contains(R::UNMOUNT)
                    && let Some(parent) = parent
                {
                    self.push_lost(sync, parent, &name);
                }
            }
        }
    }

    fn written(&mut self, raw: &Raw, mask: R, now: Instant) {
        if raw.name.first() == Some(&b'#') && raw.name[1..].iter().all(u8::is_ascii_digit) {
            return self.written_unnamed(raw, mask, now);
        }
        let file = (raw.wd, raw.name.clone());
        if mask.contains(R::CLOSE_WRITE) {
            let unsaid = self.throttle.forget(&file);
            for spot in self.spots(raw) {
                if unsaid || self.sources.get(&spot.sync.0).is_some_and(|s| s.hears_close()) {
                    self.change(spot.sync, spot.path, Kind::Modify, false, now);
                }
            }
        } else if self.throttle.wrote(file, now) {
            self.say_written(raw.wd, &raw.name, now);
        }
    }

    /// A file that was made without a name and linked later is called `#INODE` in its events: look for the inode.
    fn written_unnamed(&mut self, raw: &Raw, mask: R, now: Instant) {
        let inode = std::str::from_utf8(&raw.name[1..]).ok().and_then(|n| n.parse::<u64>().ok());
        for node in self.arena.places(raw.wd) {
            let Ok(dir) = self.open_node(node) else { continue };
            let mut names: Vec<Box<[u8]>> = Vec::new();
            if dirs::has(dir.as_fd(), &raw.name) {
                names.push(raw.name.clone());
            } else {
                let matches = |e: dirs::Entry<'_>| {
                    if Some(e.inode) == inode {
                        names.push(Box::from(e.name));
                    }
                };
                let mut matches = matches;
                while matches!(dirs::list(dir.as_fd(), &mut self.buffer, &mut matches), Ok(true)) {}
            }
            let (owner, path) = self.arena.path(node);
            let hears = self.sources.get(&owner).is_some_and(|s| s.hears_close());
            for name in names {
                let kind = if mask.contains(R::CLOSE_WRITE) || !hears { Kind::Modify } else { Kind::Writing };
                self.change(SyncKey(owner), path.join(&name), kind, false, now);
            }
        }
    }

    /// Says that a file is being written, in the words of each sync's mode.
    pub fn say_written(&mut self, wd: i32, name: &[u8], now: Instant) {
        for node in self.arena.places(wd) {
            let (owner, path) = self.arena.path(node);
            let writing = self.sources.get(&owner).is_some_and(|s| s.waits_for_close());
            let kind = if writing { Kind::Writing } else { Kind::Modify };
            self.change(SyncKey(owner), path.join(name), kind, false, now);
        }
    }

    /// Both halves of a move.
    pub fn apply_move(&mut self, from: &Raw, to: &Raw, now: Instant) {
        let dir = from.mask & R::ISDIR.bits() != 0;
        self.throttle.forget(&(from.wd, from.name.clone()));
        self.throttle.forget(&(to.wd, to.name.clone()));
        self.rules_changed(from, R::MOVED_FROM);
        self.rules_changed(to, R::MOVED_TO);
        let (froms, mut tos) = (self.spots(from), self.spots(to));
        for spot in froms {
            let partners = tos.iter().filter(|t| t.sync == spot.sync).count();
            let only = partners == 1
                && self.arena.places(from.wd).iter().filter(|n| self.arena.path(**n).0 == spot.sync.0).count() == 1;
            let partner = tos.iter().position(|t| t.sync == spot.sync).filter(|_| only).map(|at| tos.swap_remove(at));
            match partner {
                Some(target) => self.moved(&spot, &target, &from.name, &to.name, dir, now),
                None => self.left(&spot, &from.name, dir, true, now),
            }
        }
        for spot in tos {
            self.arrived(&spot, &to.name, dir, now);
        }
    }

    fn moved(&mut self, from: &Spot, to: &Spot, old: &[u8], new: &[u8], dir: bool, now: Instant) {
        let Some(source) = self.sources.get(&from.sync.0) else { return };
        match (source.excludes(&from.path, dir), source.excludes(&to.path, dir)) {
            (true, true) => {
                self.other_time(from.sync, &from.path, now);
                return self.other_time(to.sync, &to.path, now);
            }
            (true, false) => {
                self.other_time(from.sync, &from.path, now);
                return self.arrived(to, new, dir, now);
            }
            (false, true) => {
                self.other_time(to.sync, &to.path, now);
                return self.left(from, old, dir, true, now);
            }
            (false, false) => {}
        }
        let said = self.batch_of(from.sync);
        self.note(from.sync, Change { path: from.path.clone(), kind: Kind::Move(to.path.clone()), dir }, now);
        if !dir {
            return;
        }
        self.no_longer_blind(from.sync, from.parent, old);
        self.move_polls(from.sync, &from.path, &to.path);
        if let Some(node) = self.arena.child(from.parent, old) {
            let there = self.arena.child(to.parent, new).filter(|there| *there != node);
            if there.is_some_and(|there| self.arena.wd(there) == self.arena.wd(node)) {
                // A walk was here first.
                self.remove(from.sync, node);
            } else {
                if let Some(loser) = there {
                    self.remove(from.sync, loser);
                }
                if self.arena.is_live(node) && self.arena.is_live(to.parent) && !self.arena.rename(node, to.parent, new)
                {
                    self.remove(from.sync, node);
                }
            }
        }
        // Proves that what stands there is what was moved; walks it where it is not, or was never watched.
        if self.arena.is_live(to.parent) {
            self.push_dir(to.sync, to.parent, new, said);
        }
        self.filter_again(to);
    }

    /// Rules that name a place may mean something else for what lies below a moved directory.
    fn filter_again(&mut self, spot: &Spot) {
        let Some(node) = self.arena.child(spot.parent, spot.path.name()) else { return };
        let Some(source) = self.sources.get(&spot.sync.0).filter(|s| !s.matcher.is_empty()) else { return };
        let excluded = |node: &NodeId| source.matcher.verdict(&self.arena.path(*node).1, true) == Verdict::Excluded;
        let out: Vec<NodeId> = self.arena.subtree(node).into_iter().filter(excluded).collect();
        for node in out {
            self.remove(spot.sync, node);
        }
        self.push_again(spot.sync, node);
    }

    /// Events were dropped: directories made meanwhile have no watch, those moved have a wrong name. Every source is
    /// walked anew; a known watch finds its new place, and those that are not met go in the end.
    fn overflow(&mut self) {
        tracing::warn!("the kernel's queue of file events overflowed: everything is looked at again");
        let syncs: Vec<SyncKey> = self.sources.values().map(|s| s.key).collect();
        let mut wds = std::mem::take(&mut self.doomed);
        for sync in syncs {
            let Some(source) = self.sources.get_mut(&sync.0) else { continue };
            let Some(root) = source.root.take() else { continue };
            (source.walked, source.done, source.settle) = (false, false, true);
            source.blind.clear();
            self.arena.remove(root, &mut wds);
            self.flush(sync);
            self.poll_no_more(sync, &RelPath::root());
            self.knock(sync);
        }
        self.unmet.append(&mut wds);
    }
}
