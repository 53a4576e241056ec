//! What waits in one sync: the dirty paths, each once.
//!
//! Rules
//! - `delay` is a deadline: the oldest change leaves `delay` after it came in, together with all that is ready.
//! - With `maxDelays` ready entries nothing waits for `delay`; a retry's pause is waited out all the same. Only a new change
//!   of the failing path itself, or of a directory above it, shortens it, the less the more often.
//! - An entry on its way is never touched. A change that comes in meanwhile waits beside it, and goes afterwards.
//! - A file still being written (no close seen) goes when it was quiet for [`QUIET`], or after [`PATIENCE`] at the latest.
//! - A directory that was removed and made again is sent as a whole (`subtree`), compared by checksum (`replaced`).
//! - A file above `batchSizeLimit` goes by itself (`single`), behind what else is ready, and never takes the last place.
//! - Above [`MOST`] waiting entries a part of the tree becomes one entry that stands for all below it.
//!
//! A path leaves only by [`Queue::done`] of the batch that covered it. Every operation on one path costs O(log n).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::time::Duration;

use crate::change::{Change, Kind};
use crate::combine::{Verdict, Want, combine};
use crate::mirror::JobId;
use crate::paths::RelPath;
use crate::time::Now;

/// A file kept open is sent when nothing was written to it for so long.
pub const QUIET: Duration = Duration::from_secs(3);
/// A file kept open and written all the time is sent every so often.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// A failing path that changes anew is tried again after this, the first time.
pub const SOON: Duration = Duration::from_secs(1);
/// More waiting entries than this are drawn together.
pub const MOST: usize = 100_000;
/// What waits until somebody allows it, however long.
pub const WITHHELD: Duration = Duration::MAX;
/// No change comes in later than this.
pub const LATE: Duration = Duration::from_secs(10);
/// So many paths go in one batch at most.
pub const BATCH: usize = 50_000;

/// What is known of a waiting path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dirt {
    /// The heaviest thing that happened.
    pub want: Want,
    /// It is, or was last seen as, a directory.
    pub dir: bool,
    /// It was seen as a directory at some time since the last success.
    pub was_dir: bool,
    /// It was seen as something else than a directory at some time since the last success. Neither: it is only guessed that
    /// there is such a path, and nothing is removed for it.
    pub was_file: bool,
    /// All below it goes too: a directory that was made or moved in.
    pub subtree: bool,
    /// It took the place of something already mirrored: compare by checksum.
    pub replaced: bool,
    /// When its content last changed: wall clock, ms.
    pub content_at_ms: Option<i64>,
    /// It is so large that it goes in a run of its own.
    pub single: bool,
    /// When the first of these changes came in.
    pub first: Now,
    /// Not before then: a retry's pause, or a file still being written.
    pub not_before: Duration,
    /// Runs in a row that failed on it.
    pub tries: u32,
    /// How often a new change brought its next try forward.
    pub forward: u32,
}

impl Dirt {
    /// A directory of which nothing is known but that all below it may have changed.
    pub fn rescan(now: Now) -> Dirt {
        Dirt {
            want: Want::Create,
            dir: true,
            was_dir: true,
            was_file: false,
            subtree: true,
            replaced: false,
            content_at_ms: None,
            single: false,
            first: now,
            not_before: Duration::ZERO,
            tries: 0,
            forward: 0,
        }
    }

    /// It failed, and changed anew: what stood in its way may be gone. Its next try comes forward, to a pause that doubles each
    /// time, so that a path that goes on failing while it changes all the time is no storm of runs.
    fn bring_forward(&mut self, now: Duration) {
        let at = now + SOON.saturating_mul(1 << self.forward.min(16));
        if at < self.not_before {
            self.not_before = at;
            self.forward += 1;
        }
    }
}

#[derive(Debug, Default)]
struct Entry {
    wait: Option<Dirt>,
    flight: Option<(JobId, Dirt)>,
}

/// The dirty paths of one sync.
#[derive(Debug, Default)]
pub struct Queue {
    entries: BTreeMap<RelPath, Entry>,
    /// Waiting entries that may go now, the oldest first.
    ready: BTreeSet<(Duration, RelPath)>,
    /// Waiting entries that may not go yet, by the time they may.
    deferred: BTreeSet<(Duration, RelPath)>,
    /// All waiting entries, the oldest first.
    by_age: BTreeSet<(Duration, RelPath)>,
    /// What is on its way.
    flying: BTreeSet<RelPath>,
    /// Waiting entries that go only when somebody allows it.
    withheld: BTreeSet<RelPath>,
    /// What a part of a full pass goes over, with all below: nothing departs there.
    locked: BTreeSet<RelPath>,
    /// Directories, and names that are left out as one kind and not as the other, whose removal was brought over a moment ago.
    /// What was made anew meanwhile was not removed there, and the change that says so may still be on its way.
    removed: BTreeMap<RelPath, Duration>,
}

impl Queue {
    /// Takes in one change; the caller has filtered it. `delay` is the sync's.
    pub fn take(&mut self, change: &Change, now: Now, delay: Duration) {
        let want = match &change.kind {
            Kind::Move(to) => {
                self.add(&change.path, Want::Delete, change.dir, false, now, delay);
                // A file that was moved brings its own times along: size and time say nothing about what stood here before.
                self.add(to, Want::Create, change.dir, !change.dir, now, delay);
                return;
            }
            Kind::Attrib => Want::Attrib,
            Kind::Writing => Want::Writing,
            Kind::Modify => Want::Modify,
            Kind::Create => Want::Create,
            Kind::Delete => Want::Delete,
        };
        self.add(&change.path, want, change.dir, false, now, delay);
    }

    fn add(&mut self, path: &RelPath, want: Want, dir: bool, arrived: bool, now: Now, delay: Duration) {
        if want == Want::Delete && dir {
            self.forget_below(path);
        }
        self.unindex(path);
        let content = !dir && matches!(want, Want::Writing | Want::Modify | Want::Create);
        let made = dir && want == Want::Create;
        let over = made && self.removed.remove(path).is_some_and(|at| now.mono.saturating_sub(at) < LATE);
        let entry = self.entries.entry(path.clone()).or_default();
        let fresh = Dirt {
            want,
            dir,
            was_dir: dir,
            was_file: !dir,
            subtree: made,
            // A run that is under way may have seen the old directory, the new one, or neither.
            replaced: arrived || over || (made && entry.flight.is_some()),
            content_at_ms: content.then_some(now.wall_ms),
            single: false,
            first: now,
            not_before: Duration::ZERO,
            tries: 0,
            forward: 0,
        };
        let mut dirt = match entry.wait.take() {
            None => fresh,
            Some(old) => merge(old, fresh),
        };
        if dirt.tries == 0 {
            let quiet = (now.mono + QUIET.max(delay)).min(dirt.first.mono + PATIENCE.max(delay));
            dirt.not_before = if dirt.want == Want::Writing { quiet } else { Duration::ZERO };
        } else {
            dirt.bring_forward(now.mono);
        }
        entry.wait = Some(dirt);
        self.index(path, now.mono);
    }

    /// A removed directory takes what waits below it along.
    fn forget_below(&mut self, path: &RelPath) {
        for below in self.waiting_below(path) {
            self.unindex(&below);
            if let Some(entry) = self.entries.get_mut(&below) {
                entry.wait = None;
                if entry.flight.is_none() {
                    self.entries.remove(&below);
                }
            }
        }
    }

    fn waiting_below(&self, path: &RelPath) -> Vec<RelPath> {
        self.entries
            .range((Bound::Excluded(path.clone()), Bound::Unbounded))
            .take_while(|(p, _)| p.is_within(path))
            .filter(|(_, e)| e.wait.is_some())
            .map(|(p, _)| p.clone())
            .collect()
    }

    /// Makes a path dirty as `dirt` says, beside what is known of it.
    pub fn put(&mut self, path: &RelPath, dirt: Dirt, now: Duration) {
        self.unindex(path);
        let entry = self.entries.entry(path.clone()).or_default();
        let merged = match entry.wait.take() {
            Some(newer) => merge_back(dirt, newer),
            None => dirt,
        };
        entry.wait = Some(merged);
        self.index(path, now);
    }

    fn index(&mut self, path: &RelPath, now: Duration) {
        let Some(dirt) = self.entries.get(path).and_then(|e| e.wait.as_ref()) else { return };
        self.by_age.insert((dirt.first.mono, path.clone()));
        if dirt.not_before == WITHHELD {
            self.withheld.insert(path.clone());
        } else if dirt.not_before > now {
            self.deferred.insert((dirt.not_before, path.clone()));
        } else {
            self.ready.insert((dirt.first.mono, path.clone()));
        }
    }

    fn unindex(&mut self, path: &RelPath) {
        let Some(dirt) = self.entries.get(path).and_then(|e| e.wait.as_ref()) else { return };
        self.by_age.remove(&(dirt.first.mono, path.clone()));
        self.deferred.remove(&(dirt.not_before, path.clone()));
        self.withheld.remove(path);
        self.ready.remove(&(dirt.first.mono, path.clone()));
    }

    /// Moves what may go by now to what is ready.
    pub fn wake(&mut self, now: Duration) {
        while self.deferred.first().is_some_and(|(at, _)| *at <= now) {
            if let Some((_, path)) = self.deferred.pop_first() {
                self.make_ready(path);
            }
        }
    }

    fn make_ready(&mut self, path: RelPath) {
        if let Some(dirt) = self.entries.get(&path).and_then(|e| e.wait.as_ref()) {
            self.ready.insert((dirt.first.mono, path));
        }
    }

    /// When a batch is due; `None` if nothing waits. Call [`Queue::wake`] before.
    pub fn due(&self, delay: Duration, max_delays: usize) -> Option<Duration> {
        if self.ready.len() >= max_delays {
            return Some(Duration::ZERO);
        }
        // What is deferred is due when it may go: its delay is over by then, or it was quiet for long enough.
        let oldest_ready = self.ready.first().map(|(first, _)| *first + delay);
        let next_deferred = self.deferred.first().map(|(at, _)| *at);
        match (oldest_ready, next_deferred) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// Takes all that is ready, at most `most`, in the order of paths, and puts it on its way; or, where nothing else is, one
    /// of those that go by themselves, if fewer than `singles` of them are on their way. What is related to a path that is
    /// on its way already stays.
    pub fn depart(&mut self, job: JobId, most: usize, singles: usize) -> Vec<(RelPath, Dirt)> {
        let mut batch = Vec::new();
        let free = || self.ready.iter().map(|(_, p)| p).filter(|p| !self.meets_flight(p));
        let mut candidates: Vec<RelPath> = free().filter(|p| !self.single(p)).take(most).cloned().collect();
        if candidates.is_empty() && self.singles_in_flight() < singles {
            candidates.extend(free().next().cloned());
        }
        candidates.sort();
        for path in candidates {
            self.unindex(&path);
            let Some(entry) = self.entries.get_mut(&path) else { continue };
            let Some(dirt) = entry.wait.take() else { continue };
            entry.flight = Some((job, dirt.clone()));
            batch.push((path, dirt));
        }
        for (path, _) in &batch {
            self.flying.insert(path.clone());
        }
        batch
    }

    /// This waiting path goes by itself.
    fn single(&self, path: &RelPath) -> bool {
        self.entries.get(path).and_then(|e| e.wait.as_ref()).is_some_and(|dirt| dirt.single)
    }

    fn singles_in_flight(&self) -> usize {
        let flights = self.flying.iter().filter_map(|path| self.entries.get(path)?.flight.as_ref());
        flights.filter(|(_, dirt)| dirt.single).count()
    }

    /// True if neither the path nor anything below it waits or is on its way, and nothing above it goes with all that it holds.
    pub fn knows_nothing_of(&self, path: &RelPath) -> bool {
        let below = self.entries.range(path.clone()..).next().is_some_and(|(one, _)| one.is_within(path));
        let whole = |dirt: &Dirt| dirt.subtree || dirt.want == Want::Delete;
        let above = |above: RelPath| {
            self.entries.get(&above).is_some_and(|entry| {
                entry.wait.as_ref().is_some_and(whole) || entry.flight.as_ref().is_some_and(|(_, dirt)| whole(dirt))
            })
        };
        !below && !path.ancestors().any(above)
    }

    /// Nothing departs from these directories any more, until [`Queue::unlock`].
    pub fn lock(&mut self, paths: &[RelPath]) {
        if self.locked.is_empty() {
            self.locked.extend(paths.iter().cloned());
        }
    }

    /// See [`Queue::lock`].
    pub fn unlock(&mut self) {
        self.locked.clear();
    }

    /// True if the path, something above it or something below it is locked. Every run touches the root's attributes: that
    /// is no matter.
    pub fn locked(&self, path: &RelPath) -> bool {
        !self.locked.is_empty() && !path.is_root() && related(&self.locked, path)
    }

    /// What was locked is still on its way.
    pub fn lock_meets_flight(&self) -> bool {
        self.root_flies_whole() || self.flying.iter().any(|path| self.locked(path))
    }

    /// True if the path, something above it or something below it is on its way, or locked.
    pub fn meets_flight(&self, path: &RelPath) -> bool {
        if self.locked(path) || (path.is_root() && !self.locked.is_empty() && self.root_waits_whole()) {
            return true;
        }
        if self.flying.is_empty() {
            return false;
        }
        self.flying.contains(path) || (!path.is_root() && (self.root_flies_whole() || related(&self.flying, path)))
    }

    fn root_waits_whole(&self) -> bool {
        self.entries.get(&RelPath::root()).and_then(|e| e.wait.as_ref()).is_some_and(|dirt| dirt.subtree)
    }

    fn root_flies_whole(&self) -> bool {
        let root = RelPath::root();
        self.flying.contains(&root)
            && self.entries.get(&root).and_then(|e| e.flight.as_ref()).is_some_and(|(_, dirt)| dirt.subtree)
    }

    /// This path of the job arrived. What came in for it meanwhile stays.
    pub fn done(&mut self, path: &RelPath, job: JobId) {
        let Some(entry) = self.entries.get_mut(path) else { return };
        if entry.flight.as_ref().is_none_or(|(j, _)| *j != job) {
            return;
        }
        entry.flight = None;
        self.flying.remove(path);
        if entry.wait.is_none() {
            self.entries.remove(path);
        }
    }

    /// The removal of this directory was brought over.
    pub fn removed(&mut self, path: &RelPath, now: Duration) {
        if self.removed.len() >= BATCH {
            self.removed.retain(|_, at| now.saturating_sub(*at) < LATE);
        }
        if self.removed.len() < BATCH {
            self.removed.insert(path.clone(), now);
        }
    }

    /// The removal of this path is on its way, or was brought over a moment ago.
    pub fn removes(&self, path: &RelPath, now: Duration) -> bool {
        let flies = self.entries.get(path).and_then(|e| e.flight.as_ref()).is_some_and(|(_, d)| d.want == Want::Delete);
        flies || self.removed.get(path).is_some_and(|at| now.saturating_sub(*at) < LATE)
    }

    /// This path of the job did not arrive: it waits again, not before `not_before`, as old as it was.
    pub fn failed(&mut self, path: &RelPath, job: JobId, not_before: Duration, now: Duration) {
        let Some(entry) = self.entries.get_mut(path) else { return };
        match entry.flight.take() {
            Some((j, mut dirt)) if j == job => {
                self.flying.remove(path);
                dirt.tries += 1;
                dirt.not_before = not_before;
                if entry.wait.is_some() {
                    dirt.bring_forward(now);
                }
                self.put(path, dirt, now);
            }
            other => entry.flight = other,
        }
    }

    /// This path of the job was not tried with the others: it waits again, to go by itself.
    pub fn single_out(&mut self, path: &RelPath, job: JobId, now: Duration) {
        let Some(entry) = self.entries.get_mut(path) else { return };
        match entry.flight.take() {
            Some((j, mut dirt)) if j == job => {
                self.flying.remove(path);
                dirt.single = true;
                // It may be written again by now.
                dirt.not_before = entry.wait.as_ref().map_or(Duration::ZERO, |newer| newer.not_before);
                self.put(path, dirt, now);
            }
            other => entry.flight = other,
        }
    }

    /// Something above this waiting path changed: if it failed, its next try comes forward.
    pub fn bring_forward(&mut self, path: &RelPath, now: Duration) {
        if self.entries.get(path).and_then(|e| e.wait.as_ref()).is_none_or(|d| d.tries == 0 || d.not_before == WITHHELD)
        {
            return;
        }
        self.unindex(path);
        if let Some(dirt) = self.entries.get_mut(path).and_then(|e| e.wait.as_mut()) {
            dirt.bring_forward(now);
        }
        self.index(path, now);
    }

    /// Ends every pause: what is deferred may go now. Asked for by a person.
    pub fn hurry(&mut self) {
        while let Some((_, path)) = self.deferred.pop_first() {
            if let Some(dirt) = self.entries.get_mut(&path).and_then(|e| e.wait.as_mut()) {
                dirt.not_before = Duration::ZERO;
            }
            self.make_ready(path);
        }
    }

    /// What was withheld may go now.
    pub fn release(&mut self) {
        while let Some(path) = self.withheld.pop_first() {
            if let Some(dirt) = self.entries.get_mut(&path).and_then(|e| e.wait.as_mut()) {
                dirt.not_before = Duration::ZERO;
            }
            self.make_ready(path);
        }
    }

    /// Entries that go only when somebody allows it.
    pub fn withheld(&self) -> usize {
        self.withheld.len()
    }

    /// True if this path waits or is on its way.
    pub fn holds(&self, path: &RelPath) -> bool {
        self.entries.contains_key(path)
    }

    /// Entries that wait or are on their way.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Nothing waits and nothing is on its way.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Entries that wait.
    pub fn waiting(&self) -> usize {
        self.by_age.len()
    }

    /// True if something is on its way.
    pub fn in_flight(&self) -> bool {
        !self.flying.is_empty()
    }

    /// When the oldest entry that waits or is on its way came in.
    pub fn oldest(&self) -> Option<Now> {
        let waiting = self.by_age.first().and_then(|(_, p)| self.entries.get(p)?.wait.as_ref()).map(|d| d.first);
        let flying =
            self.flying.iter().filter_map(|p| self.entries.get(p)?.flight.as_ref()).map(|(_, d)| d.first).min();
        match (waiting, flying) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }

    /// The entries in the order of their paths, on their way ones marked, from `offset` on.
    pub fn page(&self, offset: usize, limit: usize) -> impl Iterator<Item = (&RelPath, &Dirt, bool)> {
        self.entries.iter().skip(offset).take(limit).filter_map(|(path, entry)| match (&entry.flight, &entry.wait) {
            (Some((_, dirt)), _) => Some((path, dirt, true)),
            (None, Some(dirt)) => Some((path, dirt, false)),
            (None, None) => None,
        })
    }

    /// With more than `most` waiting entries, draws the fullest parts of the tree together, each into one entry that stands
    /// for all below it. Where `keep_deletes` says that no run would find out what is gone, deletions stay as they are.
    pub fn draw_together(&mut self, most: usize, keep_deletes: bool, now: Duration) {
        if self.by_age.len() <= most {
            return;
        }
        let mut counts: BTreeMap<RelPath, usize> = BTreeMap::new();
        for (path, _) in self.entries.iter().filter(|(_, e)| e.wait.is_some()) {
            if let Some(top) = path.components().next()
                && path.bytes().len() > top.len()
            {
                *counts.entry(RelPath::root().join(top)).or_default() += 1;
            }
        }
        let mut tops: Vec<(usize, RelPath)> = counts.into_iter().map(|(p, n)| (n, p)).collect();
        tops.sort();
        while self.by_age.len() > most / 2
            && let Some((_, top)) = tops.pop()
        {
            self.gather(&top, keep_deletes, now);
        }
        if self.by_age.len() > most {
            // They lie in the root itself.
            self.gather(&RelPath::root(), keep_deletes, now);
        }
    }

    fn gather(&mut self, top: &RelPath, keep_deletes: bool, now: Duration) {
        let mut whole: Option<Dirt> = self.entries.get(top).and_then(|e| e.wait.clone());
        for path in self.waiting_below(top) {
            let dirt = self.entries.get(&path).and_then(|e| e.wait.clone());
            let Some(dirt) = dirt.filter(|d| !(keep_deletes && (d.want == Want::Delete || d.replaced))) else {
                continue;
            };
            self.unindex(&path);
            if let Some(entry) = self.entries.get_mut(&path) {
                entry.wait = None;
                if entry.flight.is_none() {
                    self.entries.remove(&path);
                }
            }
            whole = Some(match whole {
                Some(one) => Dirt { first: one.first.min(dirt.first), replaced: one.replaced || dirt.replaced, ..one },
                None => dirt,
            });
        }
        if let Some(whole) = whole {
            let dirt = Dirt {
                want: Want::Create,
                dir: true,
                was_dir: true,
                subtree: true,
                not_before: Duration::ZERO,
                tries: 0,
                forward: 0,
                content_at_ms: None,
                single: false,
                ..whole
            };
            self.unindex(top);
            self.entries.entry(top.clone()).or_default().wait = Some(dirt);
            self.index(top, now);
        }
    }
}

/// True if the path, a directory above it (but the root) or something below it is among these.
fn related(paths: &BTreeSet<RelPath>, path: &RelPath) -> bool {
    paths.contains(path)
        || path.ancestors().any(|above| paths.contains(&above))
        || paths
            .range((Bound::Excluded(path.clone()), Bound::Unbounded))
            .next()
            .is_some_and(|below| below.is_within(path))
}

/// A new change on top of an old waiting one.
fn merge(old: Dirt, new: Dirt) -> Dirt {
    let verdict = combine(old.want, new.want, new.dir);
    let was_gone = old.want == Want::Delete && new.want == Want::Create;
    Dirt {
        want: if verdict == Verdict::Absorb { old.want } else { new.want },
        dir: new.dir,
        was_dir: old.was_dir || new.was_dir,
        was_file: old.was_file || new.was_file,
        // Kept whatever the new change takes it for: only a look says whether a directory stands there.
        subtree: (old.subtree && new.want != Want::Delete) || new.subtree,
        replaced: old.replaced || new.replaced || was_gone,
        content_at_ms: new.content_at_ms.or(old.content_at_ms),
        single: old.single || new.single,
        first: old.first,
        not_before: old.not_before,
        tries: old.tries,
        forward: old.forward,
    }
}

/// What came back from a failed run, under what came in meanwhile.
fn merge_back(old: Dirt, newer: Dirt) -> Dirt {
    // What came in meanwhile may be the path's return.
    let not_before = if old.not_before == WITHHELD { newer.not_before } else { old.not_before };
    let (tries, forward) = (old.tries, old.forward);
    let content_at_ms = newer.content_at_ms.or(old.content_at_ms);
    let subtree = old.subtree || newer.subtree;
    let merged = merge(old, newer);
    Dirt { not_before, tries, forward, content_at_ms, subtree, ..merged }
}
