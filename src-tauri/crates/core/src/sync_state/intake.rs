//! What comes in from the watcher, filtered: excluded names never wait, but their directory has another time when they come and go.

use std::ops::Bound;
use std::time::Duration;

use super::{Do, SyncState};
use crate::change::{Change, Kind};
use crate::mirror::Sight;
use crate::paths::{RelPath, show_bytes};
use crate::problem::Problem;
use crate::queue::{BATCH, Dirt, MOST, SOON};
use crate::safety::Trouble;
use crate::say::Category;
use crate::time::Now;

impl SyncState {
    /// Takes in what the watcher saw.
    pub fn changed(&mut self, now: Now, batch: &[Change]) {
        for change in batch {
            self.change(now, change);
        }
        self.blocked = false;
        if self.queue.waiting() > MOST {
            // Drawn together, it is no longer known what changed below a new name.
            self.moves.forget();
        }
        let keep_deletes = self.plan.delete == crate::config::DeletePolicy::Running;
        self.queue.draw_together(MOST, keep_deletes, now.mono);
    }

    pub(super) fn change(&mut self, now: Now, change: &Change) {
        let here = !self.plan.excludes(&change.path, change.dir);
        self.note_level(change);
        match &change.kind {
            Kind::Move(to) => {
                let there = !self.plan.excludes(to, change.dir);
                match (here, there) {
                    (true, true) => {
                        self.note_move(now, &change.path, to);
                        self.take(now, change);
                    }
                    (true, false) => {
                        self.one(now, &change.path, Kind::Delete, change.dir);
                        self.unsure_again(now, to, change.dir);
                        self.touch_parent(now, to);
                    }
                    (false, true) => {
                        self.touch_parent(now, &change.path);
                        self.one(now, to, Kind::Create, change.dir);
                    }
                    (false, false) => {
                        self.unsure_again(now, to, change.dir);
                        self.touch_parent(now, &change.path);
                        self.touch_parent(now, to);
                    }
                }
            }
            _ if here => self.take(now, change),
            // An excluded name came or went: its directory has another time now.
            Kind::Create => {
                self.unsure_again(now, &change.path, change.dir);
                self.touch_parent(now, &change.path);
            }
            Kind::Delete => self.touch_parent(now, &change.path),
            Kind::Attrib | Kind::Writing | Kind::Modify => {}
        }
        self.heals(now, change);
        if self.plan.matcher.needs_dir_files()
            && self.plan.matcher.dir_file_names().iter().any(|n| n == change.path.name())
        {
            let dir = change.path.parent().unwrap_or_else(RelPath::root);
            self.rescan(now, &dir);
            if self.standing.as_ref().is_some_and(|s| s.code.starts_with(Trouble::RULES)) {
                // What could not be followed may have been mended.
                self.paused_for_retry = None;
            }
        }
    }

    /// What is left out came where something that is not was removed a moment ago. The run that removed it may have found this in
    /// its place, and done nothing.
    fn unsure_again(&mut self, now: Now, path: &RelPath, dir: bool) {
        if !self.plan.excludes(path, !dir) && self.queue.removes(path, now.mono) {
            let dirt = Dirt { subtree: false, was_file: true, ..Dirt::rescan(now) };
            self.queue.put(path, dirt, now.mono);
        }
    }

    /// A directory above what fails, or what fails, changed: the next try of each, and of a pass that left something out, comes
    /// forward.
    fn heals(&mut self, now: Now, change: &Change) {
        let path = if let Kind::Move(to) = &change.kind { to } else { &change.path };
        let below = (Bound::Excluded(path.clone()), Bound::Unbounded);
        let inside: Vec<RelPath> =
            self.failing.range(below).take_while(|p| p.is_within(path)).take(BATCH).cloned().collect();
        for failing in &inside {
            self.queue.bring_forward(failing, now.mono);
        }
        let heals = !inside.is_empty() || self.failing.contains(path);
        if let Some(parts) = self.parts.as_mut().filter(|_| heals) {
            parts.bring_forward(now.mono);
        }
        if heals && let Some(owed) = self.owed.as_mut().filter(|_| self.pass_tries > 0) {
            let at = now.mono + SOON.saturating_mul(1 << self.pass_forward.min(16));
            if at < owed.not_before {
                owed.not_before = at;
                self.pass_forward += 1;
            }
        }
    }

    pub(super) fn one(&mut self, now: Now, path: &RelPath, kind: Kind, dir: bool) {
        self.take(now, &Change { path: path.clone(), kind, dir });
    }

    fn take(&mut self, now: Now, change: &Change) {
        if matches!(change.kind, Kind::Create | Kind::Delete) {
            self.moves.came_or_went(&change.path);
        }
        if matches!(change.kind, Kind::Delete | Kind::Move(_)) {
            self.note_gone(now, &change.path, change.dir);
        }
        self.queue.take(change, now, self.plan.delay);
    }

    pub(super) fn touch_parent(&mut self, now: Now, path: &RelPath) {
        if !self.plan.rsync.times {
            return;
        }
        self.one(now, &self.plan.kept_parent(path), Kind::Attrib, true);
    }

    /// Everything below here may have changed or gone.
    pub fn lost(&mut self, now: Now, under: &RelPath) {
        self.moves.forget();
        self.blocked = false;
        if self.plan.delete == crate::config::DeletePolicy::Running {
            self.may_remain = true;
        }
        if under.is_root() {
            self.owe(Duration::ZERO);
        } else if self.plan.excludes(under, true) {
            self.touch_parent(now, under);
        } else {
            self.rescan(now, under);
        }
    }

    pub(super) fn rescan(&mut self, now: Now, under: &RelPath) {
        self.queue.put(under, Dirt::rescan(now), now.mono);
    }

    /// The watcher's sight changed. What is new is said in the log, once.
    pub fn sees(&mut self, sight: &Sight) -> Vec<Do> {
        let (place, problem) = match sight {
            Sight::Unreadable { path, errno } => (
                path.shown(),
                Some(Problem::warning("sight-unreadable").with("path", path.shown()).with("errno", errno)),
            ),
            Sight::ReadableAgain { path } => (path.shown(), None),
            Sight::LimitReached { path, limit, wanted } => {
                let problem = Problem::warning("sight-limit").with("limit", limit).with("wanted", wanted);
                (path.shown(), Some(problem.with("path", path.shown())))
            }
            Sight::Polling { path, filesystem } => {
                let filesystem = show_bytes(filesystem.as_bytes());
                match path.is_root() {
                    true => ("/polling".into(), Some(Problem::warning("sight-polling").with("filesystem", filesystem))),
                    false => {
                        let problem = Problem::warning("sight-polling-inside").with("path", path.shown());
                        (path.shown(), Some(problem.with("filesystem", filesystem)))
                    }
                }
            }
            Sight::NoSource { errno } => (
                "/source".into(),
                Some(Problem::warning("sight-no-source").with("source", &self.plan.source).with("errno", errno)),
            ),
        };
        let Some(problem) = problem else {
            self.sight.remove(&place);
            return Vec::new();
        };
        if self.sight.insert(place, problem.clone()).as_ref() == Some(&problem) {
            return Vec::new();
        }
        let text =
            if matches!(sight, Sight::NoSource { .. }) { "waiting for the source" } else { "not all changes are seen" };
        vec![self.say(Category::Warn, text.into()).because(problem)]
    }

    /// The watches are in place so far, or all.
    pub fn watches(&mut self, dirs: usize, done: bool) {
        self.dirs = dirs;
        if done {
            self.watching = true;
            self.sight.remove("/source");
        }
    }
}
