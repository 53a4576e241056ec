//! Renames at the target that cost no transfer, before the other runs of their batch.
//!
//! - They come first and change nothing of what follows: new and old name are listed as ever. So a rename that was not made, or
//!   broke off, costs a transfer; one that was made wrongly is corrected; and the old name goes by the deletion that was
//!   due anyway, counted, withheld or forbidden like any other.
//! - Each is a run of its own, started only after the one before it ended well and the source was looked at again.
//! - The old name is not removed while something below the new one has not arrived.

use std::collections::BTreeSet;

use super::{Do, ECHO, SyncState};
use crate::behaviour::classify::Class;
use crate::behaviour::renames as recipe;
use crate::change::Kind;
use crate::diagnose::{Diagnosis, Outcome, Report, RetryClass};
use crate::facts::{FileKind, Found, Look, RootFacts};
use crate::mirror::JobId;
use crate::moves::{Rename, WORTH};
use crate::paths::RelPath;
use crate::queue::{BATCH, Dirt, LATE};
use crate::say::Category;
use crate::time::Now;
use crate::work::CommandSpec;

/// So many connections a batch may spend on them.
const MOST: usize = 8;

/// What a look found of a batch.
pub(super) struct Seen<'a> {
    entries: &'a [(RelPath, Dirt)],
    looks: &'a [Look],
}

impl Seen<'_> {
    fn of(&self, path: &RelPath) -> Option<(&Dirt, &Look)> {
        let at = self.entries.binary_search_by(|(one, _)| one.cmp(path)).ok()?;
        Some((&self.entries.get(at)?.1, self.looks.get(at)?))
    }

    pub(super) fn gone(&self, path: &RelPath) -> bool {
        matches!(self.of(path), Some((_, Look::Missing { .. })))
    }

    pub(super) fn found(&self, path: &RelPath) -> Option<(&Dirt, &Found)> {
        match self.of(path)? {
            (dirt, Look::Found(found)) => Some((dirt, found)),
            _ => None,
        }
    }
}

impl SyncState {
    /// A name became another one. Called before the queue takes it.
    pub(super) fn note_move(&mut self, now: Now, from: &RelPath, to: &RelPath) {
        let settled = self.first_pass_over && self.owed.is_none() && !self.passing();
        // A server that hung may still write what was sent before.
        let quiet = self.echoes.is_empty() && self.echo_of_pass.is_none();
        let failing = || self.failing.range(from.clone()..).next().is_some_and(|path| path.is_within(from));
        let clean = settled && quiet && self.queue.knows_nothing_of(from) && !failing();
        let clean = clean && self.suspects_of(now, from, to);
        self.moves.moved(from, to, clean);
    }

    /// A run ended that listed these. What it listed may have gone to another name before it was read: then it brought nothing,
    /// and the change that says so is still on its way.
    pub(super) fn note_listed(&mut self, now: Now, id: JobId) {
        self.listed.retain(|(at, ..)| now.mono.saturating_sub(*at) < LATE);
        let Some((job, class)) = self.jobs.get(&id).and_then(|job| Some((job, job.class_now()?))) else { return };
        let whole = class == Class::SubtreeChecked;
        if self.listed.len() < BATCH && (whole || matches!(class, Class::Update | Class::Suspect)) {
            self.listed.extend(job.paths_now().into_iter().map(|path| (now.mono, path, whole)));
        }
    }

    /// Files that were listed a moment ago are compared by checksum under their new name. False if that cannot be said of
    /// all: the old place may hold anything.
    fn suspects_of(&mut self, now: Now, from: &RelPath, to: &RelPath) -> bool {
        let late = self.listed.iter().filter(|(at, ..)| now.mono.saturating_sub(*at) < LATE);
        let about: Vec<(RelPath, bool)> = late
            .filter(|(_, path, whole)| path.is_within(from) || (*whole && from.is_within(path)))
            .map(|(_, path, whole)| (path.clone(), *whole))
            .collect();
        if self.listed.len() >= BATCH || about.iter().any(|(_, whole)| *whole) {
            return false;
        }
        for below in about.iter().filter_map(|(path, _)| path.below(from)) {
            self.one(now, &to.join_path(&below), Kind::Modify, false);
        }
        true
    }

    /// The next run of a rename of this batch, which has just been looked at; `None`: the other runs are next.
    pub(super) fn next_rename(
        &mut self,
        now: Now,
        id: JobId,
        root: &RootFacts,
        entries: &[(RelPath, Dirt)],
        looks: &[Look],
        folds: bool,
    ) -> Option<Vec<Do>> {
        let seen = Seen { entries, looks };
        if self.plan.ssh.is_some() {
            return self.far_moves(id, root, &seen, folds);
        }
        self.renames_of(id, &seen);
        if let Some(run) = self.near_moves(id, root, &seen, folds) {
            return Some(run);
        }
        // While a pass goes in parts nobody knows what stands under the old name.
        let unasked = self.consent.hold.is_none() && self.queue.withheld() == 0 && self.parts.is_none();
        // Where names are one but for their case, or space is short, deletions go first: there is no old name then.
        let allowed = unasked && !folds && !self.delete_first && recipe::fits(&self.plan);
        let job = self.jobs.get_mut(&id)?;
        let left = job.renames.left.as_mut()?;
        if !allowed || !job.made.is_empty() || job.counted.is_some() {
            left.clear();
        }
        let found = |one: &Rename| one.from.name() == one.to.name() || recipe::finds_beside(&self.plan, one);
        let fits = |one: &Rename| worthy(&seen, root, one, found(one)) && recipe::speakable(&self.plan, one);
        left.retain(|one| seen.gone(&one.from) && fits(one));
        let together = |one: &Rename| match seen.found(&one.to) {
            Some((_, found)) if found.kind == FileKind::Dir => None,
            _ => Some((one.from.parent(), one.to.parent())),
        };
        let size = |one: &Rename| seen.found(&one.to).map_or(0, |(_, found)| found.size);
        let sum = |group: &Rename| {
            let alike = left.iter().filter(|one| together(one) == together(group));
            alike.map(size).fold(0, u64::saturating_add)
        };
        let small: Vec<Rename> =
            left.iter().filter(|one| together(one).is_some() && sum(one) < WORTH).cloned().collect();
        left.retain(|one| !small.contains(one));
        if job.renames.made.len() >= MOST {
            left.clear();
        }
        let first = left.first()?.clone();
        let into = |one: &Rename| if together(one).is_none() { Some(one.to.clone()) } else { one.to.parent() };
        let folders: BTreeSet<RelPath> = left.iter().filter_map(into).filter(|dir| !dir.is_root()).collect();
        let unprepared = !std::mem::replace(&mut job.renames.prepared, true) && !folders.is_empty();
        let (command, say) = if unprepared {
            let folders: Vec<RelPath> = folders.into_iter().collect();
            let command = recipe::prepare(&self.plan, &folders);
            let command = self.netted(now, command, self.plan.delete.while_running());
            (self.keeping(now, command), None)
        } else {
            let of_one = together(&first);
            let (these, others): (Vec<Rename>, Vec<Rename>) =
                left.drain(..).partition(|one| *one == first || (of_one.is_some() && together(one) == of_one));
            *left = others;
            job.renames.made.extend(these.iter().cloned());
            let command = recipe::adopt(&self.plan, &these, of_one.is_none());
            (command, Some(format!("Moving /{} -> /{}", first.from.shown(), first.to.shown())))
        };
        Some(self.start_rename(id, command, say))
    }

    pub(super) fn start_rename(
        &mut self,
        id: JobId,
        command: CommandSpec,
        say: impl IntoIterator<Item = String>,
    ) -> Vec<Do> {
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        (job.running, job.moving) = (true, true);
        let step = job.step;
        let mut out: Vec<Do> = say.into_iter().map(|text| self.say(Category::Normal, text)).collect();
        out.extend([self.exec(&command), Do::Start(id, step, command)]);
        out
    }

    /// The renames of which both names are in the batch, asked for once. What changed below a new name since is compared by
    /// checksum: it may have the size and the time of what will stand there.
    pub(super) fn renames_of(&mut self, id: JobId, seen: &Seen<'_>) {
        let Some(job) = self.jobs.get_mut(&id).filter(|job| job.renames.left.is_none()) else { return };
        let pairs = self.moves.depart(|path| seen.of(path).is_some());
        let renames: Vec<Rename> = pairs.into_iter().map(|(from, to)| Rename { from, to }).collect();
        for (path, dirt) in &mut job.batch {
            let below = |one: &Rename| path.is_within(&one.to) && *path != one.to;
            if dirt.content_at_ms.is_some() && renames.iter().any(below) {
                dirt.replaced = true;
            }
        }
        job.renames.left = Some(renames);
    }

    /// Such a run ended: the source is looked at again. After a failure no other follows, and the content is sent.
    pub(super) fn rename_ended(
        &mut self,
        now: Now,
        id: JobId,
        diagnosis: &Diagnosis,
        report: &Report,
        stopped: bool,
    ) -> Vec<Do> {
        self.sent_times.walked(now.wall_ms);
        let mut out = Vec::new();
        if !stopped && self.not_all_moved(id, report) {
            out.push(self.say(Category::Normal, "not moved at the target: rsync takes it over".into()));
        } else if diagnosis.outcome != Outcome::Done || !report.failed.is_empty() {
            self.give_renames_up(now, id, diagnosis);
            if !stopped {
                out.push(self.say(Category::Normal, "not moved at the target: it is sent".into()));
            }
        }
        out.extend(self.look_at_left(now, id));
        out
    }

    /// None of them is made any more. What may still be under way at the far side is listed again later.
    pub(super) fn give_renames_up(&mut self, now: Now, id: JobId, diagnosis: &Diagnosis) {
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let left = job.renames.left.replace(Vec::new()).unwrap_or_default();
        if diagnosis.resend_later {
            let paths = left.iter().chain(&job.renames.made).map(|one| (one.to.clone(), true)).collect();
            self.echoes.push((now.mono + ECHO, paths));
        }
    }

    /// Something did not arrive in the run under way. What it may have gone to by a rename keeps its old name for now.
    pub(super) fn keep_old_names(&mut self, now: Now, id: JobId, retry: RetryClass) {
        let Some(job) = self.jobs.get(&id) else { return };
        let listed = job.paths_now();
        let within = |one: &Rename| listed.iter().any(|path| path.is_within(&one.to) || one.to.is_within(path));
        let kept: Vec<RelPath> =
            job.renames.made.iter().filter(|one| within(one)).map(|one| one.from.clone()).collect();
        for from in kept {
            self.entry_failed(now, id, &from, retry);
        }
    }
}

/// A folder that was not mirrored under its new name, or a file that is `findable` under its old name; on the source's own file system.
fn worthy(seen: &Seen<'_>, root: &RootFacts, one: &Rename, findable: bool) -> bool {
    let Some((dirt, found)) = seen.found(&one.to) else { return false };
    let alike = match found.kind {
        FileKind::Dir => dirt.dir && dirt.subtree && !dirt.replaced,
        FileKind::File => !dirt.dir && findable && found.links.is_empty(),
        FileKind::Symlink | FileKind::Special => false,
    };
    alike && found.dev == root.dev
}
