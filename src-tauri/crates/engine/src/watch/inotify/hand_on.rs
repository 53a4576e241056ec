//! What leaves the reader thread: batches, losses, and the word that everything until then has been said.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::sync::Arc;
use std::time::Instant;

use driftless_core::change::{Change, Kind};
use driftless_core::mirror::{Sight, SyncKey};
use driftless_core::paths::RelPath;

use super::Command;
use super::reader::Reader;
use super::source::Source;
use crate::watch::arena::NodeId;
use crate::watch::mounts;
use crate::watch::notify::{NotifyWatcher, Way};
use crate::watch::{Report, Sink, Watcher as _};

impl Reader {
    /// A change, if its path is not left out.
    pub fn change(&mut self, sync: SyncKey, path: RelPath, kind: Kind, dir: bool, now: Instant) {
        let Some(source) = self.sources.get(&sync.0) else { return };
        if !source.excludes(&path, dir) {
            self.note(sync, Change { path, kind, dir }, now);
        } else if matches!(kind, Kind::Create | Kind::Delete) {
            self.other_time(sync, &path, now);
        }
    }

    /// A name that is left out came or went: of it nothing is said, but its directory has another time now.
    pub fn other_time(&mut self, sync: SyncKey, path: &RelPath, now: Instant) {
        if let Some(parent) = path.parent() {
            self.note(sync, Change { path: parent, kind: Kind::Attrib, dir: true }, now);
        }
    }

    /// A change that is known not to be left out.
    pub fn note(&mut self, sync: SyncKey, change: Change, now: Instant) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        source.batch.push(change, now);
        if source.batch.is_full() {
            self.flush(sync);
        }
    }

    pub fn flush(&mut self, sync: SyncKey) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        if source.batch.since().is_some() {
            let batch = source.batch.take(Instant::now());
            source.handed_on += 1;
            (self.sink)(Report::Changed { sync, batch });
        }
    }

    /// When the batch of this source is to be handed on. While events wait to be applied, or directories to be walked, more
    /// is known to come.
    pub fn batch_due(&self, source: &Source) -> Option<Instant> {
        let age = self.options.batch_age;
        if self.queue.is_empty() && self.oldest_job().is_none() {
            return source.batch.due(age);
        }
        source.batch.since().map(|since| since + age)
    }

    pub fn sight(&self, sync: SyncKey, sight: Sight) {
        (self.sink)(Report::Sight { sync, sight });
    }

    pub fn lost(&mut self, sync: SyncKey, under: RelPath) {
        self.flush(sync);
        (self.sink)(Report::Lost { sync, under });
    }

    /// Says the writes that were held back; with `all` also those said a moment ago.
    pub fn say_unsaid(&mut self, now: Instant, all: bool) {
        for (wd, name) in self.throttle.due(now, all) {
            self.say_written(wd, &name, now);
        }
    }

    /// Hands on what is old enough, and says up to when everything is said.
    pub fn hand_on(&mut self, now: Instant) {
        let mut vouched = None;
        if !self.vouched.is_empty() {
            let oldest = self.oldest_job();
            while let Some((at, seq)) = self.vouched.front().copied()
                && oldest.is_none_or(|oldest| oldest > seq)
            {
                self.vouched.pop_front();
                vouched = Some(at);
            }
        }
        let at_rest = self.queue.is_empty() && self.throttle.next().is_none() && self.oldest_job().is_none();
        let syncs: Vec<SyncKey> = self.sources.values().map(|s| s.key).collect();
        for sync in syncs {
            let Some(source) = self.sources.get(&sync.0) else { continue };
            let done = source.done;
            let due = self.batch_due(source).is_some_and(|at| now >= at);
            if due || vouched.is_some() {
                self.flush(sync);
                if let Some(at) = vouched.or((due && at_rest).then_some(self.empty_at))
                    && done
                {
                    self.drained(sync, at, vouched.is_some());
                }
            }
        }
    }

    fn drained(&mut self, sync: SyncKey, at_wall_ms: i64, asked: bool) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        if source.polled.is_empty() {
            (self.sink)(Report::Drained { sync, at_wall_ms });
        } else if asked {
            // What is polled must have been looked at, too.
            source.vouched.own = at_wall_ms;
            self.join_vouched(sync);
        }
    }

    fn join_vouched(&mut self, sync: SyncKey) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        let at_wall_ms = source.vouched.own.min(source.vouched.polled);
        if source.done && at_wall_ms > source.vouched.said {
            source.vouched.said = at_wall_ms;
            self.flush(sync);
            (self.sink)(Report::Drained { sync, at_wall_ms });
        }
    }

    /// What is due to be tried again.
    pub fn retry(&mut self, now: Instant) {
        for at in (0..self.later.len()).rev() {
            if self.later[at].0 <= now {
                let (_, job) = self.later.swap_remove(at);
                self.jobs.push_back(job);
            }
        }
        let mut roots = Vec::new();
        let mut dirs: Vec<(SyncKey, NodeId, Box<[u8]>)> = Vec::new();
        for source in self.sources.values_mut() {
            if source.retry.is_some_and(|t| t <= now) {
                source.retry = None;
                roots.push(source.key);
            }
            let due = source.blind.due(now, |parent| self.arena.is_live(parent));
            dirs.extend(due.into_iter().map(|(parent, name)| (source.key, parent, name)));
        }
        roots.into_iter().for_each(|sync| self.knock(sync));
        dirs.into_iter().for_each(|(sync, parent, name)| self.push_dir(sync, parent, &name, None));
    }

    /// Its mode changed: perhaps it can be read now.
    pub fn try_blind_now(&mut self, sync: SyncKey, parent: NodeId, name: &[u8]) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        source.blind.hurry(parent, name, Instant::now());
    }

    pub fn ask_to_vouch(&mut self) {
        self.vouch = true;
        if let Some(poller) = self.poller.as_mut() {
            poller.vouch();
        }
    }

    /// Mount points that came or went inside a source are walked; no event tells of them.
    pub fn mounts_changed(&mut self) {
        let now = mounts::now();
        let before = std::mem::replace(&mut self.mounts, now.clone());
        self.points_changed();
        let new = now.iter().filter(|m| !before.contains(m));
        let changed: Vec<&mounts::Mount> = new.chain(before.iter().filter(|m| !now.contains(m))).collect();
        self.look_at_roots();
        let syncs: Vec<SyncKey> = self.sources.values().map(|s| s.key).collect();
        for sync in syncs {
            let Some(source) = self.sources.get(&sync.0) else { continue };
            let (Some(root), Some(real)) = (source.root, source.real.as_ref()) else { continue };
            let points: BTreeSet<RelPath> = changed.iter().filter_map(|m| mounts::below(m, real)).collect();
            for path in points {
                if !self.poll_no_more(sync, &path).is_empty() {
                    self.sight(sync, Sight::ReadableAgain { path: path.clone() });
                }
                let parents = path.parent().unwrap_or_else(RelPath::root);
                if let Some(parent) = self.arena.find(root, &parents) {
                    self.push_lost(sync, parent, path.name());
                }
            }
        }
    }

    /// Polls what cannot be watched.
    pub fn poll_below(&mut self, sync: SyncKey, under: RelPath) {
        let Some(source) = self.sources.get_mut(&sync.0) else { return };
        if source.polled.iter().any(|p| under.is_within(p)) {
            return;
        }
        if self.poller.is_none() {
            let line = self.line.clone();
            let sink: Sink = Arc::new(move |report| line.send(Command::Polled(report)));
            match NotifyWatcher::start(sink, self.options.clone(), Way::Poll) {
                Ok(poller) => self.poller = Some(poller),
                Err(error) => {
                    tracing::error!(%error, path = under.shown(), "cannot be polled");
                    return self.sight(sync, Sight::Unreadable { path: under, errno: 0 });
                }
            }
        }
        if let Some(poller) = self.poller.as_mut() {
            let path = source.path.join(OsStr::from_bytes(under.bytes()));
            source.polled.push(under.clone());
            source.polls_pending += 1;
            poller.watch_at(sync, &path, under, Arc::clone(&source.matcher));
        }
    }

    /// Ends the polls at and below this path.
    pub fn poll_no_more(&mut self, sync: SyncKey, under: &RelPath) -> Vec<RelPath> {
        let Some(source) = self.sources.get_mut(&sync.0) else { return Vec::new() };
        let (ended, kept) = std::mem::take(&mut source.polled).into_iter().partition(|p| p.is_within(under));
        source.polled = kept;
        if let Some(poller) = self.poller.as_mut() {
            for path in &ended {
                poller.unwatch_at(sync, Some(path));
            }
        }
        ended
    }

    /// What is polled below a moved directory is polled where it is now.
    pub fn move_polls(&mut self, sync: SyncKey, from: &RelPath, to: &RelPath) {
        for path in self.poll_no_more(sync, from) {
            if let Some(below) = path.below(from) {
                self.poll_below(sync, to.join_path(&below));
            }
        }
    }

    /// What the poll says.
    pub fn polled(&mut self, report: Report) {
        match report {
            Report::Watching { sync, .. } => {
                let Some(source) = self.sources.get_mut(&sync.0) else { return };
                source.polls_pending = source.polls_pending.saturating_sub(1);
                if source.done {
                    // It came while the program ran: what happened until the first look is unknown.
                    let polled = source.polled.clone();
                    polled.into_iter().for_each(|path| self.lost(sync, path));
                }
                self.finish(sync);
            }
            Report::Drained { sync, at_wall_ms } => {
                if let Some(source) = self.sources.get_mut(&sync.0) {
                    source.vouched.polled = at_wall_ms;
                }
                self.join_vouched(sync);
            }
            report => (self.sink)(report),
        }
    }
}
