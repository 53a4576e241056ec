//! How a job begins: the look, the guards, the classes, the first run; and how it goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Do, SyncState};
use crate::behaviour::classify::{Class, Listing, classify};
use crate::behaviour::rsync;
use crate::diagnose::RetryClass;
use crate::facts::{FileKind, Look, RootLook, Seen};
use crate::job::{Job, Purpose};
use crate::mirror::JobId;
use crate::paths::{RelPath, show_bytes};
use crate::problem::Problem;
use crate::queue::{BATCH, Dirt, SOON, WITHHELD};
use crate::record::Roots;
use crate::retry::pause;
use crate::safety::Trouble;
use crate::say::{Category, path_lines};
use crate::time::Now;

impl SyncState {
    /// Starts a job.
    pub fn start(&mut self, now: Now, job: JobId, purpose: Purpose) -> Vec<Do> {
        let batch = match purpose {
            Purpose::Pass { .. } if self.parts.is_some() => return self.start_part(job, purpose),
            Purpose::Pass { .. } => {
                self.owed = None;
                Vec::new()
            }
            Purpose::Batch => {
                self.yielded();
                // One place stays free for what is small.
                self.queue.depart(job, BATCH, self.plan.max_processes.saturating_sub(1).max(1))
            }
            Purpose::Rehearsal | Purpose::Tidy => Vec::new(),
        };
        if purpose == Purpose::Batch && batch.is_empty() {
            // All that is ready meets a run under way: its end will ask again.
            self.blocked = true;
            return vec![Do::Over(job)];
        }
        if self.queue.due(Duration::ZERO, 1).is_none_or(|due| due > now.mono) {
            self.hurry = false;
        }
        let paths = batch.iter().map(|(p, _)| p.clone()).collect();
        let alone = self.begins_alone(&purpose);
        self.jobs.insert(job, Job { alone, ..Job::new(purpose, batch) });
        vec![Do::Look(job, paths)]
    }

    /// The look that a job waited for.
    pub fn looked(
        &mut self,
        now: Now,
        id: JobId,
        source: &RootLook,
        target: Option<&RootLook>,
        seen: Vec<Seen>,
    ) -> Vec<Do> {
        let Some(job) = self.jobs.get_mut(&id).filter(|j| !j.running) else { return Vec::new() };
        // In a batch every deletion was seen as it happened, also the last one in a folder; a pass takes whatever is not there.
        let deletes_unseen = matches!(job.purpose, Purpose::Pass { delete: true, .. });
        self.baseline.bare |= self.keep.before.target.is_some();
        let judged = self.keep.before.judge(source, target, deletes_unseen);
        let facts = match judged.and_then(|()| self.baseline.judge(source, target, deletes_unseen)) {
            Ok(facts) => facts,
            Err(trouble) => return self.refuse(now, id, &trouble),
        };
        self.keep_unemptied();
        if !seen.is_empty() && self.roots_are_news() {
            // That is noted first, and may take its time: the paths are looked at again then.
            return vec![Do::Look(id, seen.into_iter().map(|s| s.path).collect())];
        }
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        if job.purpose == Purpose::Rehearsal {
            return self.rehearsal_run(id);
        }
        if job.purpose == Purpose::Tidy {
            return self.tidy_run(now, id);
        }
        if matches!(job.purpose, Purpose::Pass { .. }) {
            return self.pass_looked(now, id, &facts, seen);
        }
        let first = job.made.is_empty() && !job.renames.begun();
        let seen = self.without_large(id, seen);
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        let entries: Vec<(RelPath, Dirt)> = seen.iter().filter_map(|s| job.dirt(&s.path)).collect();
        let looks: Vec<_> = seen.into_iter().map(|s| s.look).collect();
        let classed = classify(&self.plan, &facts, &entries, &looks, &self.sent_times);
        let (mut listings, meet) = self.apart(classed.listings);
        if self.delete_first {
            listings.sort_by_key(|l| l.class != Class::Delete);
        }
        if self.deletes_by_filters || self.jobs.get(&id).is_some_and(|job| job.by_filters) {
            for listing in listings.iter_mut().filter(|l| l.class == Class::Delete) {
                listing.class = Class::Flip;
            }
        }
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        let late = job.plan_runs(listings);
        job.mtimes.extend(classed.mtimes);
        for path in late {
            self.entry_failed_at(id, &path, Duration::ZERO);
        }
        for path in meet {
            self.entry_failed_at(id, &path, now.mono + SOON);
        }
        let mut out = Vec::new();
        for (path, errno) in classed.errors {
            let problem = Problem::warning("look-failed").with("path", path.shown()).with("errno", errno);
            out.push(self.say(Category::Warn, format!("cannot look at /{}", path.shown())).because(problem));
            self.entry_failed(now, id, &path, RetryClass::Slow);
            let args = BTreeMap::from([
                ("path".to_owned(), path.shown()),
                ("count".to_owned(), "1".to_owned()),
                ("target".to_owned(), show_bytes(self.plan.target.to_string().as_bytes())),
            ]);
            self.stand("source-unreadable", args, now, true, false, &[path]);
        }
        if first && self.jobs[&id].counted.is_none() && !self.jobs[&id].listings.is_empty() {
            let job = &self.jobs[&id];
            let paths: Vec<&RelPath> = job.batch.iter().map(|(p, _)| p).filter(|p| !job.singled.contains(p)).collect();
            let lines = path_lines(paths.into_iter(), 100);
            out.push(
                self.say(Category::Normal, format!("Calling rsync with filter-list of new/modified files/dirs{lines}")),
            );
        }
        match self.next_rename(now, id, &facts, &entries, &looks, classed.delete_first) {
            Some(renaming) => out.extend(renaming),
            None => out.extend(self.next_run(now, id)),
        }
        out
    }

    /// What was seen but for the files above `batchSizeLimit`, which hold up the others: they go by themselves. Not where a rename
    /// may spare their transfer, or where nothing but whole directories goes.
    fn without_large(&mut self, id: JobId, seen: Vec<Seen>) -> Vec<Seen> {
        let (Some(limit), Some(job)) = (self.plan.batch_size_limit, self.jobs.get_mut(&id)) else { return seen };
        let parts = job.batch.len() > 1 && !job.renames.begun() && !self.plan.matcher.needs_dir_files();
        let large = |s: &Seen| match &s.look {
            _ if job.singled.contains(&s.path) => true,
            Look::Found(found) if parts => {
                found.kind == FileKind::File && found.size > limit && !self.moves.brings(&s.path)
            }
            _ => false,
        };
        let (large, rest): (Vec<Seen>, Vec<Seen>) = seen.into_iter().partition(large);
        job.singled.extend(large.into_iter().map(|s| s.path));
        rest
    }

    /// What was found for an entry may lie elsewhere: the directory above that is gone, other names of the same file. Where
    /// that meets a part of a pass, the entries wait.
    fn apart(&self, listings: Vec<Listing>) -> (Vec<Listing>, BTreeSet<RelPath>) {
        let mut wait = BTreeSet::new();
        let mut free = Vec::new();
        for mut listing in listings {
            let (meeting, paths): (Vec<RelPath>, Vec<RelPath>) =
                listing.paths.into_iter().partition(|path| self.queue.locked(path));
            listing.paths = paths;
            if !meeting.is_empty() {
                let meeting: BTreeSet<RelPath> = meeting.into_iter().collect();
                let about = |entry: &RelPath| {
                    let above = entry.ancestors().chain([entry.clone()]);
                    above.filter(|path| meeting.contains(path)).collect::<Vec<_>>()
                };
                let known: BTreeSet<RelPath> = listing.entries.iter().flat_map(about).collect();
                // Another name of a file: which one's is not told here.
                let all = known.len() < meeting.len();
                let (late, rest): (Vec<RelPath>, Vec<RelPath>) =
                    listing.entries.into_iter().partition(|entry| all || !about(entry).is_empty());
                wait.extend(late);
                listing.entries = rest;
            }
            if !listing.entries.is_empty() && !listing.paths.is_empty() {
                free.push(listing);
            }
        }
        (free, wait)
    }

    /// A source that was not empty before the start, and is now, stays "was not empty".
    fn keep_unemptied(&mut self) {
        let was_fuller = self.keep.before.source.as_ref().is_some_and(|root| !root.empty);
        if let Some(source) = self.baseline.source.as_mut().filter(|_| was_fuller) {
            source.empty = false;
        }
        self.keep.before = Roots::default();
    }

    /// Starts the next run of a batch, or ends it.
    pub(super) fn next_run(&mut self, now: Now, id: JobId) -> Vec<Do> {
        self.keep_unfit(now, id);
        if self.waits_for_others(id) {
            return self.wait_for_others(now, id);
        }
        if let Some(out) = self.withholds(now, id) {
            return out;
        }
        let counts = self.counts_listing(id);
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        let Some(listing) = job.listings.front() else { return self.finish(now, id) };
        // What was counted may be another thing by now.
        let keeps = std::mem::take(&mut job.keeps) && job.counted == Some(listing.class);
        if keeps {
            job.failed.extend(listing.entries.iter().map(|entry| (entry.clone(), WITHHELD)));
        }
        let command = match listing.class {
            Class::Flip => rsync::delete_by_filters(&self.plan, &listing.paths),
            class if keeps => rsync::listing_that_keeps(&self.plan, class, &listing.paths),
            class => rsync::listing(&self.plan, class, &listing.paths),
        };
        job.running = true;
        job.counting = counts;
        let step = job.step;
        let deletes = self.plan.delete.while_running() && !keeps;
        let command = if counts {
            rsync::dry_run(command)
        } else {
            let command = self.netted(now, command, deletes);
            self.keeping(now, command)
        };
        vec![self.exec(&command), Do::Start(id, step, command)]
    }

    /// Names that no filter rule can carry are not removed by such a run: they stay dirty, and are named.
    fn keep_unfit(&mut self, now: Now, id: JobId) {
        let Some(job) = self.jobs.get(&id) else { return };
        let Some(listing) = job.listings.front().filter(|l| l.class == Class::Flip) else { return };
        let unfit: Vec<RelPath> =
            listing.paths.iter().filter(|p| rsync::unfit_for_filters(&self.plan, p)).cloned().collect();
        let entries: Vec<RelPath> = unfit.iter().flat_map(|p| job.entries_about(p, true)).collect();
        for entry in entries {
            self.entry_failed(now, id, &entry, RetryClass::Slow);
        }
        if let Some(first) = unfit.first() {
            let args = BTreeMap::from([
                ("path".to_owned(), first.shown()),
                ("count".to_owned(), unfit.len().to_string()),
                ("output".to_owned(), String::new()),
            ]);
            self.stand("partial-transfer", args, now, true, false, &unfit);
        }
    }

    /// A run of a batch took its time: what is left is looked at again before the next one.
    pub(super) fn next_look(&mut self, now: Now, id: JobId) -> Vec<Do> {
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        if let Some(made) = job.listings.pop_front() {
            job.made.push(made);
        }
        self.look_at_left(now, id)
    }

    /// What is left of a batch is looked at; without any it is over.
    pub(super) fn look_at_left(&mut self, now: Now, id: JobId) -> Vec<Do> {
        let Some(job) = self.jobs.get(&id) else { return Vec::new() };
        let left: Vec<RelPath> = job.entries_left().into_iter().filter(|e| !job.failed.contains_key(e)).collect();
        if left.is_empty() {
            return self.finish(now, id);
        }
        vec![Do::Look(id, left)]
    }

    /// A run may not start.
    pub(super) fn refuse(&mut self, now: Now, id: JobId, trouble: &Trouble) -> Vec<Do> {
        let Some(job) = self.jobs.remove(&id) else { return Vec::new() };
        if job.purpose == Purpose::Rehearsal {
            return self.not_rehearsed(now, id, trouble.code());
        }
        if job.purpose == Purpose::Tidy {
            return self.tidied(now, id);
        }
        for (path, _) in &job.batch {
            self.queue.failed(path, id, Duration::ZERO, now.mono);
        }
        match job.purpose {
            Purpose::Pass { .. } if job.part.is_some() => drop(self.part_back(id)),
            Purpose::Pass { startup, exact, .. } => self.owe_again(startup, exact, Duration::ZERO),
            _ => {}
        }
        self.failures += 1;
        let wait = pause(RetryClass::Slow, self.failures, u64::from(self.key.0));
        self.paused_for_retry = Some(wait.map(|w| now.mono + w));
        self.blocked = false;
        let mut args = BTreeMap::from([
            ("source".to_owned(), show_bytes(self.plan.source.as_bytes())),
            ("target".to_owned(), show_bytes(self.plan.target.to_string().as_bytes())),
            ("path".to_owned(), show_bytes(self.plan.source.as_bytes())),
        ]);
        args.insert("sync".to_owned(), show_bytes(self.plan.name.as_bytes()));
        args.insert("count".to_owned(), "1".to_owned());
        match trouble {
            Trouble::MountGone(path) => drop(args.insert("path".to_owned(), path.shown())),
            Trouble::SourceUnreadable(errno) | Trouble::TargetUnreadable(errno) => {
                let why = if *errno == 13 { "no permission".to_owned() } else { format!("error {errno}") };
                args.insert("output".to_owned(), why);
            }
            // Its sentence names the file and the line.
            Trouble::SourceRules(problem) => args.extend(problem.args.clone()),
            _ => {}
        }
        let fresh = self.standing.as_ref().is_none_or(|s| s.code != trouble.code());
        self.stand(trouble.code(), args.clone(), now, true, trouble.protects(), &[]);
        let mut out = vec![Do::Over(id)];
        if fresh {
            let problem = match trouble {
                Trouble::SourceRules(problem) => Problem::clone(problem),
                _ => Problem { args, ..Problem::error(&format!("failure-{}", trouble.code())) },
            };
            out.push(self.say(Category::Error, "not started".into()).because(problem));
        }
        if let Purpose::Pass { startup: true, .. } = job.purpose
            && !self.insist
        {
            out.push(Do::GiveUp);
        }
        out
    }
}
