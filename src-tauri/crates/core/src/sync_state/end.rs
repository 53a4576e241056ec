//! How a run ends: what is clean, what waits again and until when, what is still owed.

use std::time::Duration;

use super::{Do, ECHO, SyncState};
use crate::behaviour::classify::{Class, subtree_deletes};
use crate::combine::Want;
use crate::diagnose::{Context, Diagnosis, Exit, FailedPath, FailureCode, Outcome, Report, RetryClass, diagnose};
use crate::gates::unreachable;
use crate::job::Purpose;
use crate::mirror::{End, JobId};
use crate::paths::RelPath;
use crate::queue::Dirt;
use crate::retry::pause;
use crate::say::Category;
use crate::time::Now;

/// A run that began less than this after our last one ended may have met our own connection's slot.
const JUST_BEFORE: Duration = Duration::from_secs(1);

impl SyncState {
    /// A run ended.
    pub fn ended(&mut self, now: Now, id: JobId, step: u32, end: &End, stopped: bool) -> Vec<Do> {
        let just_before = self.last_end.is_some_and(|at| now.mono.saturating_sub(at) < JUST_BEFORE);
        let Some(job) = self.jobs.get_mut(&id).filter(|j| j.running && j.step == step) else { return Vec::new() };
        job.running = false;
        job.step += 1;
        let moving = std::mem::take(&mut job.moving);
        // Over there they are made without rsync.
        let far = self.plan.ssh.as_ref().filter(|_| moving);
        let context = Context {
            target: &self.plan.target,
            source: &self.plan.source,
            binary: far.map_or(&self.plan.rsync.binary, |ssh| &ssh.program),
            stopped_by_us: stopped,
            ran_just_before: just_before || step > 0,
        };
        let far = far.is_some();
        let mut diagnosis = diagnose(end, &context);
        let mut report = &Report::default();
        let mut ruled = false;
        if let End::Exited { exit, report: said, .. } = end {
            report = said;
            let codes = if far { &self.plan.ssh_exit_codes } else { &self.plan.exit_codes };
            if let Exit::Code(code) = exit
                && let Some(verdict) = u8::try_from(*code).ok().and_then(|c| codes.get(&c))
            {
                diagnosis = diagnosis.with_override(*verdict, *code, said, &context);
                ruled = true;
            }
            if !job.counting && job.purpose != Purpose::Tidy {
                self.totals.runs += 1;
                self.totals.sent += said.counts.sent;
                self.totals.deleted += said.counts.deleted;
            }
        }
        self.last_end = Some(now.mono);
        self.reached = match (end, &diagnosis.failure) {
            (End::NotStarted(_), _) => None,
            (_, Some(failure)) => Some(!unreachable(failure.code)),
            (_, None) => (!stopped).then_some(true),
        };
        if std::mem::take(&mut job.counting) {
            let mut out = self.tell_count(end, report, &diagnosis);
            out.extend(self.counted(now, id, diagnosis, report));
            return out;
        }
        if self.jobs[&id].purpose == Purpose::Tidy {
            let mut out = self.tell_count(end, report, &diagnosis);
            out.extend(self.tidied(now, id));
            return out;
        }
        if far && ruled && !stopped && diagnosis.outcome != Outcome::Done {
            return self.far_moves_failed(now, id, end, report, &diagnosis);
        }
        if moving {
            return self.rename_ended(now, id, &diagnosis, report, stopped);
        }
        self.net_caught(&mut diagnosis);
        self.spend(now, report.counts.deleted);
        // Rules that remove go over the level that they stand for, and send what they find there.
        match self.jobs[&id].class_now() {
            Some(Class::Subtree | Class::SubtreeChecked) => {
                self.sent_times.walked_below(self.jobs[&id].paths_now(), now.wall_ms);
            }
            class if class == Some(Class::Flip) || self.jobs[&id].walks() => self.sent_times.walked(now.wall_ms),
            _ => {}
        }
        if matches!(end, End::Exited { .. }) && self.reached != Some(false) {
            // Also what broke off: it may have ended at the far side.
            let sent = self.jobs[&id].sent_now();
            self.sent_times.sent(sent.into_iter(), now.wall_ms);
        }
        self.run_over(now, id);
        self.note_listed(now, id);
        self.delete_first |= diagnosis.delete_first;
        let pass = matches!(self.jobs[&id].purpose, Purpose::Pass { .. });
        let mut out = self.tell(end, report, &diagnosis, pass);
        out.extend(if pass {
            self.pass_ended(now, id, &diagnosis, report)
        } else {
            self.batch_ended(now, id, diagnosis, report)
        });
        out
    }

    pub(super) fn batch_ended(&mut self, now: Now, id: JobId, diagnosis: Diagnosis, report: &Report) -> Vec<Do> {
        if diagnosis.resend_later {
            let job = &self.jobs[&id];
            let whole: Vec<RelPath> = if job.walks() { job.paths_now() } else { Vec::new() };
            let single = job.entries_now().into_iter().filter(|e| whole.binary_search(e).is_err()).map(|e| (e, false));
            let paths = single.chain(whole.iter().map(|p| (p.clone(), true))).collect();
            self.echoes.push((now.mono + ECHO, paths));
        }
        if diagnosis.fallback_f && !self.deletes_by_filters {
            self.deletes_by_filters = true;
            let text = "the target's rsync takes no missing names: removing by filters from now on";
            let mut out = vec![self.say(Category::Warn, text.into())];
            out.extend(self.fall_back(now, id));
            return out;
        }
        let denied = diagnosis.failure.as_ref().is_some_and(|f| f.code == FailureCode::TargetPermission);
        if diagnosis.outcome == Outcome::Partial && denied && self.deletes_missing(id) {
            // An ordinary user's receiver makes directories that nobody may write to writable only when it walks them.
            return self.fall_back(now, id);
        }
        match diagnosis.outcome {
            Outcome::Done => {}
            Outcome::Partial => self.partly(now, id, &diagnosis, report),
            Outcome::Again | Outcome::Held => return self.batch_failed(now, id, &diagnosis),
        }
        self.next_look(now, id)
    }

    /// All that the batch has left waits for its next try.
    pub(super) fn batch_failed(&mut self, now: Now, id: JobId, diagnosis: &Diagnosis) -> Vec<Do> {
        let left = self.jobs[&id].entries_left();
        self.whole_failed(now, diagnosis);
        for path in left {
            self.entry_failed_at(id, &path, Duration::ZERO);
        }
        self.finish(now, id)
    }

    /// The run under way removed what is missing by naming it.
    fn deletes_missing(&self, id: JobId) -> bool {
        self.jobs.get(&id).and_then(|j| j.listings.front()).is_some_and(|l| l.class == Class::Delete)
    }

    /// The same deletions by filters, as soon as they were looked at again.
    pub(super) fn fall_back(&mut self, now: Now, id: JobId) -> Vec<Do> {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.by_filters = true;
        }
        self.look_at_left(now, id)
    }

    /// Exactly what failed stays dirty.
    pub(super) fn partly(&mut self, now: Now, id: JobId, diagnosis: &Diagnosis, report: &Report) {
        let mut paths: Vec<RelPath> = Vec::new();
        let class = self.jobs[&id].class_now();
        if diagnosis.all_dirty || (report.deletions_skipped && class.is_some_and(|c| self.removes_unlisted(c))) {
            // Which removals were left out is not said.
            paths = self.jobs[&id].entries_now();
            for path in &paths {
                self.entry_failed(now, id, path, diagnosis.retry);
            }
        }
        let checked = matches!(class, Some(Class::Suspect | Class::SubtreeChecked));
        let listing = self.jobs[&id].paths_now();
        for failed in &report.failed {
            let entries = self.jobs[&id].entries_about(&failed.path, failed.deep);
            let listed = listing.binary_search(&failed.path).is_ok();
            let mut kept = false;
            for entry in &entries {
                // A subtree that failed in one place is not sent whole again for it.
                if *entry == failed.path || !self.covers_tree(id, entry) {
                    self.entry_failed(now, id, entry, diagnosis.retry);
                    kept = true;
                }
            }
            // An entry inside a tree that was sent whole stands for itself alone, not for what lies in it.
            if self.jobs[&id].walks() || (!kept && (!failed.guess || listed)) {
                self.dirty_after(now, failed, listed, checked, diagnosis.retry);
            }
            paths.push(failed.path.clone());
        }
        self.totals.failed += paths.len() as u64;
        if let Some(job) = self.jobs.get_mut(&id) {
            job.trouble = true;
        }
        self.keep_old_names(now, id, diagnosis.retry);
        if let Some(failure) = &diagnosis.failure {
            self.stand_for(failure, now, diagnosis.outcome, &paths);
        }
    }

    pub(super) fn covers_tree(&self, id: JobId, entry: &RelPath) -> bool {
        let Some(listing) = self.jobs.get(&id).and_then(|j| j.listings.front()) else { return false };
        matches!(listing.class, Class::Subtree | Class::SubtreeChecked) && listing.paths.contains(entry)
    }

    /// A run of this class looks for what to remove, beside what is listed.
    fn removes_unlisted(&self, class: Class) -> bool {
        match class {
            Class::Subtree | Class::SubtreeChecked => subtree_deletes(&self.plan, class),
            Class::Flip => true,
            _ => false,
        }
    }

    /// A path that is no entry of its own failed: it is dirty from now on. A guess that was not `listed` may name a stranger
    /// of the target, and removes nothing. `checked`: it was compared by checksum, and will be.
    pub(super) fn dirty_after(
        &mut self,
        now: Now,
        failed: &FailedPath,
        listed: bool,
        checked: bool,
        retry: RetryClass,
    ) {
        let FailedPath { path, deep, .. } = failed;
        let (deep, real) = (*deep, listed || !failed.guess);
        let wait = pause(retry, 1, u64::from(self.key.0)).unwrap_or_default();
        let dirt = Dirt {
            want: Want::Modify,
            dir: deep,
            was_dir: real,
            was_file: real,
            subtree: deep,
            replaced: checked,
            content_at_ms: None,
            single: false,
            first: now,
            not_before: now.mono + wait,
            tries: 1,
            forward: 0,
        };
        self.queue.put(path, dirt, now.mono);
        self.failing.insert(path.clone());
    }

    pub(super) fn entry_failed(&mut self, now: Now, id: JobId, path: &RelPath, retry: RetryClass) {
        let tries = self.jobs.get(&id).and_then(|j| j.dirt(path)).map_or(0, |(_, d)| d.tries);
        let wait = pause(retry, tries + 1, u64::from(self.key.0)).unwrap_or(Duration::from_secs(600));
        self.failing.insert(path.clone());
        self.entry_failed_at(id, path, now.mono + wait);
    }

    pub(super) fn entry_failed_at(&mut self, id: JobId, path: &RelPath, at: Duration) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.trouble = true;
            job.failed.insert(path.clone(), at);
        }
    }

    /// The whole run failed: pause.
    pub(super) fn whole_failed(&mut self, now: Now, diagnosis: &Diagnosis) {
        self.failures += 1;
        let wait = pause(diagnosis.retry, self.failures, u64::from(self.key.0));
        self.paused_for_retry = Some(wait.map(|w| now.mono + w));
        if let Some(failure) = &diagnosis.failure {
            self.stand_for(failure, now, diagnosis.outcome, &[]);
        }
    }

    pub(super) fn finish(&mut self, now: Now, id: JobId) -> Vec<Do> {
        let Some(job) = self.jobs.remove(&id) else { return Vec::new() };
        for (path, dirt) in &job.batch {
            if job.singled.contains(path) {
                self.queue.single_out(path, id, now.mono);
                continue;
            }
            let may_be_left_out = || self.plan.excludes(path, true) != self.plan.excludes(path, false);
            if dirt.want == Want::Delete && (dirt.was_dir || may_be_left_out()) && !job.failed.contains_key(path) {
                self.queue.removed(path, now.mono);
            }
            match job.failed.get(path) {
                Some(at) => self.queue.failed(path, id, *at, now.mono),
                None => {
                    self.queue.done(path, id);
                    self.note_settled(path);
                }
            }
        }
        self.blocked = false;
        if !job.trouble {
            self.went_well();
        }
        vec![Do::Over(id)]
    }

    pub(super) fn went_well(&mut self) {
        if self.paused_for_retry == Some(None) {
            // Another run of this sync waits for an answer.
            return;
        }
        self.failures = 0;
        self.paused_for_retry = None;
        self.delete_first = false;
        self.failing.retain(|p| self.queue.holds(p));
        if self.failing.is_empty() && !self.lacking {
            self.standing = None;
        }
        self.settle_hold();
    }
}
