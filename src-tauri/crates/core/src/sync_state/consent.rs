//! What is counted before it is done, and waits for a person's word: deletions beyond the budget, the first pass of a new sync.
//!
//! Rules
//! - A run that may delete is first made dry. What it would delete, together with what was deleted lately, is held against the
//!   budget; within it the run is made, with `--max-delete` as a second net.
//! - Beyond it the copies go on without deletions. These wait in the queue, or as a pass that is owed, until they are allowed;
//!   all that comes after them waits too.
//! - What is allowed is what was shown, and what came to wait since; more than that asks again.
//! - A rehearsal of the first pass holds everything: nothing is at the target that could be brought up to date.
//! - With the last deletion that waits (the files came back) the hold ends by itself.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Do, SyncState};
use crate::behaviour::classify::{Class, subtree_deletes};
use crate::behaviour::rsync;
use crate::budget::Spent;
use crate::diagnose::{Diagnosis, FailureCode, Outcome, Report, RetryClass};
use crate::hold::{Hold, HoldWhy, Rehearsal};
use crate::job::Purpose;
use crate::mirror::JobId;
use crate::paths::{RelPath, show_bytes};
use crate::picture::Picture;
use crate::plan::SyncPlan;
use crate::problem::Problem;
use crate::queue::WITHHELD;
use crate::record::Consented;
use crate::retry::pause;
use crate::say::Category;
use crate::time::Now;
use crate::work::CommandSpec;

/// What somebody has seen and said, and what is still to be asked.
#[derive(Debug, Default)]
pub struct Consent {
    /// What waits for an answer.
    pub hold: Option<Hold>,
    /// The last rehearsal that was asked for.
    pub rehearsal: Option<Rehearsal>,
    /// A rehearsal is to be made.
    pub rehearse: bool,
    /// The first pass that may delete was confirmed, or has been made.
    pub confirmed: bool,
    /// The deletions of a pass wait: it is owed with them. Whether it is the first one, and exact.
    held_pass: Option<(bool, bool)>,
    /// So many deletions are allowed beyond the budget.
    granted: Option<u64>,
    spent: Spent,
    /// What the target holds, as it was counted last.
    total: Option<u64>,
    /// What it will hold when the pass that was counted is over.
    after_pass: Option<u64>,
    /// A run met the net although it had been counted: everything that may delete is counted now.
    tripped: bool,
}

impl Consent {
    /// What of it holds after a restart.
    pub(super) fn kept(&self) -> Consented {
        Consented { confirmed: self.confirmed, granted: self.granted, total: self.total }
    }

    /// It held before the start.
    pub(super) fn recover(&mut self, Consented { confirmed, granted, total }: Consented) {
        (self.confirmed, self.granted, self.total) = (confirmed, granted, total);
    }

    /// The deletions of a pass wait: it is owed with them.
    pub(super) fn holds_pass(&self) -> bool {
        self.held_pass.is_some()
    }

    /// Nothing at all may run before somebody answers.
    pub fn awaits(&self) -> bool {
        self.hold.as_ref().is_some_and(|h| h.why == HoldWhy::Rehearsal && h.picture.is_some())
    }
}

impl SyncState {
    /// True if nothing at all may run before somebody answers.
    pub(super) fn awaits_confirmation(&self) -> bool {
        self.consent.awaits()
    }

    /// A pass that deletes is to be counted first.
    pub(super) fn counts_pass(&self) -> bool {
        let asks = self.plan.own.rehearse && !self.consent.confirmed;
        // Who said that an empty source is right has said it all.
        (asks || self.plan.own.budget.limits() || self.consent.tripped) && !self.may_empty
    }

    /// The run that is next in this batch is to be counted first.
    pub(super) fn counts_listing(&self, id: JobId) -> bool {
        let Some(job) = self.jobs.get(&id) else { return false };
        let Some(listing) = job.listings.front() else { return false };
        if !self.plan.own.budget.limits() && !self.consent.tripped || job.counted == Some(listing.class) {
            return false;
        }
        match listing.class {
            Class::Delete | Class::Flip => true,
            Class::Subtree | Class::SubtreeChecked => subtree_deletes(&self.plan, listing.class),
            Class::Root => false,
            Class::Update | Class::Suspect => {
                self.plan.delete.while_running() && (self.consent.tripped || !self.displacing(id).is_empty())
            }
        }
    }

    /// Entries of the next run that take the place of a directory, with all that it held.
    fn displacing(&self, id: JobId) -> Vec<RelPath> {
        let Some(job) = self.jobs.get(&id) else { return Vec::new() };
        let was_dir = |p: &RelPath| job.dirt(p).is_some_and(|(_, d)| d.was_dir && !d.dir);
        job.entries_now().into_iter().filter(|p| was_dir(p)).collect()
    }

    /// So many deletions may be made now; `None`: all.
    pub(super) fn most_now(&mut self, now: Now) -> Option<u64> {
        let granted = self.consent.granted;
        match self.plan.own.budget.most(self.consent.total) {
            Some(most) => {
                let left = most.saturating_sub(self.consent.spent.lately(now.mono));
                Some(left.saturating_add(granted.unwrap_or(0)))
            }
            // Between what was shown and what is done a few more may go.
            None => granted.map(|shown| shown.saturating_add((shown / 10).max(10))),
        }
    }

    /// The same run with the second net, where there is a limit; `removes`: it may delete at all.
    pub(super) fn netted(&mut self, now: Now, command: CommandSpec, removes: bool) -> CommandSpec {
        self.netted_to(now, command, removes, None)
    }

    /// The same, and at most so many of the pass of which it is a part.
    pub(super) fn netted_to(
        &mut self,
        now: Now,
        command: CommandSpec,
        removes: bool,
        left: Option<u64>,
    ) -> CommandSpec {
        let most = self.most_now(now).map(|most| left.map_or(most, |left| left.min(most)));
        match most.filter(|_| removes && !self.own_net()) {
            Some(most) => rsync::at_most(command, most),
            None => command,
        }
    }

    /// The configuration has a net of its own.
    fn own_net(&self) -> bool {
        self.plan.rsync.words.iter().any(|w| w.starts_with("--max-delete"))
    }

    /// Deletions wait already: those of this run wait with them, without being counted.
    pub(super) fn withholds(&mut self, now: Now, id: JobId) -> Option<Vec<Do>> {
        let stands = self.consent.hold.as_ref().is_some_and(|h| h.why == HoldWhy::DeleteBudget && h.picture.is_some());
        let class = self.jobs.get(&id)?.class_now()?;
        if !stands || !matches!(class, Class::Delete | Class::Flip) || !self.counts_listing(id) {
            return None;
        }
        let entries = self.jobs.get(&id)?.entries_now();
        if let Some(hold) = &mut self.consent.hold {
            hold.more = hold.more.saturating_add(entries.len() as u64);
        }
        Some(self.withhold(now, id, &entries))
    }

    /// The whole tree is gone over by a dry run, before a pass that deletes.
    pub(super) fn count_pass(&mut self, id: JobId) -> Vec<Do> {
        let mut out = self.rehearsal_run(id);
        out.insert(0, self.say(Category::Normal, "counting what a full pass would delete".into()));
        out
    }

    /// A full pass as a dry run, with the deletions of the pass that it stands for.
    pub(super) fn rehearsal_run(&mut self, id: JobId) -> Vec<Do> {
        let startup = self.owed.is_some_and(|o| o.startup) || self.parts.as_ref().is_some_and(|p| p.startup);
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        let (delete, exact) = match job.purpose {
            Purpose::Pass { exact, delete, .. } => (delete, exact),
            _ if startup => (self.plan.delete.at_startup(), false),
            _ => (self.plan.delete.at_recovery(), true),
        };
        job.running = true;
        job.counting = true;
        let step = job.step;
        let command = rsync::dry_run(rsync::full_pass(&self.plan, delete, exact));
        vec![self.exec(&command), Do::Start(id, step, command)]
    }

    /// A dry run ended.
    pub(super) fn counted(&mut self, now: Now, id: JobId, diagnosis: Diagnosis, report: &Report) -> Vec<Do> {
        // A dry run leaves nothing behind that a frozen server could finish.
        let diagnosis = Diagnosis { resend_later: false, ..diagnosis };
        let purpose = self.jobs[&id].purpose.clone();
        let failed = matches!(diagnosis.outcome, Outcome::Again | Outcome::Held);
        let picture = (!failed).then(|| self.picture(now, report, purpose != Purpose::Batch));
        match (purpose, picture) {
            (Purpose::Rehearsal, picture) => self.rehearsed(now, id, &diagnosis, picture),
            (Purpose::Pass { startup, exact, .. }, Some(picture)) => {
                self.pass_counted(now, id, (startup, exact), picture)
            }
            (Purpose::Batch, Some(picture)) => self.batch_counted(now, id, picture),
            (Purpose::Pass { .. }, None) => self.pass_ended(now, id, &diagnosis, report),
            (Purpose::Batch, None) => self.batch_ended(now, id, diagnosis, report),
            (Purpose::Tidy, _) => self.tidied(now, id),
        }
    }

    /// `whole`: over the whole tree, so that the target is counted too.
    fn picture(&mut self, now: Now, report: &Report, whole: bool) -> Picture {
        let picture = report.parts.picture(now.wall_ms, report.counts.total_files.filter(|_| whole));
        if whole {
            self.consent.total = picture.target_entries;
        }
        picture
    }

    /// A rehearsal that could not be made.
    pub(super) fn not_rehearsed(&mut self, now: Now, id: JobId, code: &str) -> Vec<Do> {
        self.jobs.remove(&id);
        self.blocked = false;
        if let Some(rehearsal) = &mut self.consent.rehearsal {
            rehearsal.failed = Some(code.to_owned());
        }
        if self.queue.withheld() > 0 {
            self.failures += 1;
            let wait = pause(RetryClass::Slow, self.failures, u64::from(self.key.0));
            self.paused_for_retry = Some(wait.map(|w| now.mono + w));
        }
        self.queue.release();
        vec![Do::Over(id)]
    }

    fn rehearsed(&mut self, now: Now, id: JobId, diagnosis: &Diagnosis, picture: Option<Picture>) -> Vec<Do> {
        let Some(picture) = picture else {
            let code = diagnosis.failure.as_ref().map_or(FailureCode::Interrupted, |f| f.code);
            return self.not_rehearsed(now, id, code.as_str());
        };
        self.jobs.remove(&id);
        self.blocked = false;
        if let Some(rehearsal) = &mut self.consent.rehearsal {
            rehearsal.failed = None;
            rehearsal.picture = Some(picture);
        }
        // What waited only because nobody knew of how many.
        self.queue.release();
        vec![Do::Over(id)]
    }

    fn pass_counted(&mut self, now: Now, id: JobId, of: (bool, bool), picture: Picture) -> Vec<Do> {
        if self.plan.own.rehearse && !self.consent.confirmed {
            self.jobs.remove(&id);
            self.owe_again(of.0, of.1, Duration::ZERO);
            let mut out = vec![self.hold(now, HoldWhy::Rehearsal, picture, None)];
            out.push(Do::Over(id));
            return out;
        }
        let most = self.most_now(now);
        let within = most.is_none_or(|most| picture.deleted.count <= most);
        let with_strangers = picture.target_entries.map(|n| n.saturating_add(picture.sent.count));
        self.consent.after_pass = if within { picture.source_entries } else { with_strangers };
        if let Some(job) = self.jobs.get_mut(&id) {
            job.pass_counted = true;
            job.keeps = !within;
        }
        let mut out = Vec::new();
        if within {
            self.consent.held_pass = None;
            self.consent.hold = None;
            self.queue.release();
        } else {
            self.consent.held_pass = Some(of);
            out.push(self.hold(now, HoldWhy::DeleteBudget, picture, most));
        }
        // The count took its time: what stands at both ends is looked at again.
        out.push(Do::Look(id, Vec::new()));
        out
    }

    fn batch_counted(&mut self, now: Now, id: JobId, picture: Picture) -> Vec<Do> {
        let Some(class) = self.jobs[&id].class_now() else { return self.finish(now, id) };
        let most = self.most_now(now);
        if most.is_none_or(|most| picture.deleted.count <= most) {
            if let Some(job) = self.jobs.get_mut(&id) {
                job.counted = Some(class);
            }
            return self.look_at_left(now, id);
        }
        if self.plan.own.budget.share.is_some() && self.consent.total.is_none() {
            // A share of what? That is counted first.
            self.consent.rehearse = true;
            let entries = self.jobs[&id].entries_now();
            return self.withhold(now, id, &entries);
        }
        let mut out = Vec::new();
        match &mut self.consent.hold {
            Some(Hold { picture: Some(_), more, .. }) => *more = more.saturating_add(picture.deleted.count),
            _ => out.push(self.hold(now, HoldWhy::DeleteBudget, picture, most)),
        }
        match class {
            Class::Subtree | Class::SubtreeChecked => {
                // It is sent without its deletions, and stays dirty for these.
                if let Some(job) = self.jobs.get_mut(&id) {
                    job.counted = Some(class);
                    job.keeps = true;
                }
                out.extend(self.look_at_left(now, id));
            }
            Class::Update | Class::Suspect => {
                // All but what displaces a directory goes.
                let entries = self.displacing(id);
                if let Some(job) = self.jobs.get_mut(&id) {
                    job.failed.extend(entries.into_iter().map(|e| (e, WITHHELD)));
                    job.counted = Some(class);
                }
                out.extend(self.look_at_left(now, id));
            }
            _ => {
                let entries = self.jobs[&id].entries_now();
                out.extend(self.withhold(now, id, &entries));
            }
        }
        out
    }

    /// The entries of the next run wait for an answer; the batch goes on with the rest.
    fn withhold(&mut self, now: Now, id: JobId, entries: &[RelPath]) -> Vec<Do> {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.failed.extend(entries.iter().map(|e| (e.clone(), WITHHELD)));
        }
        self.next_look(now, id)
    }

    /// Something waits for an answer from now on, or still does.
    fn hold(&mut self, now: Now, why: HoldWhy, picture: Picture, limit: Option<u64>) -> Do {
        let known = self.consent.hold.take().filter(|h| h.why == why);
        let since_ms = known.as_ref().map_or(now.wall_ms, |h| h.since_ms);
        self.consent.granted = None;
        self.consent.hold = Some(Hold { why, since_ms, picture: Some(picture), limit, more: 0 });
        let problem = Problem { args: self.hold_args(), ..Problem::error(&format!("failure-{}", why.code())) };
        let category = if known.is_some() { Category::Debug } else { Category::Warn };
        self.say(category, "held".into()).because(problem)
    }

    /// What the sentences about the hold fill in.
    pub(crate) fn hold_args(&self) -> BTreeMap<String, String> {
        let mut args = BTreeMap::from([
            ("source".to_owned(), show_bytes(self.plan.source.as_bytes())),
            ("target".to_owned(), show_bytes(self.plan.target.to_string().as_bytes())),
            ("sync".to_owned(), show_bytes(self.plan.name.as_bytes())),
        ]);
        if let Some(hold) = &self.consent.hold {
            let picture = hold.picture.clone().unwrap_or_default();
            args.insert("count".to_owned(), (picture.deleted.count + hold.more).to_string());
            args.insert("names".to_owned(), picture.deleted.names.join(", "));
            args.insert("limit".to_owned(), hold.limit.unwrap_or(0).to_string());
            args.insert("sent".to_owned(), picture.sent.count.to_string());
            args.insert("changed".to_owned(), picture.changed.count.to_string());
        }
        args
    }

    /// Somebody says: do it. True if something waited for that.
    pub(super) fn grant(&mut self) -> bool {
        let Some(hold) = self.consent.hold.take() else { return false };
        let shown = hold.picture.map_or(0, |p| p.deleted.count);
        self.consent.granted = Some(shown.saturating_add(hold.more));
        self.consent.confirmed |= hold.why == HoldWhy::Rehearsal;
        self.consent.spent.forget();
        self.consent.tripped = false;
        self.ask_again();
        true
    }

    /// What was held is counted anew: somebody asks, or the files may have come back.
    pub fn ask_again(&mut self) {
        if let Some(hold) = &mut self.consent.hold {
            (hold.picture, hold.more) = (None, 0);
        }
        if let Some((startup, exact)) = self.consent.held_pass.take() {
            self.owe_again(startup, exact, Duration::ZERO);
        }
        self.queue.release();
    }

    /// Another configuration of the same two ends comes into force: what waits is counted by its limits.
    pub fn reconsider(&mut self, wanted: &SyncPlan) {
        self.consent.confirmed &= wanted.delete == self.plan.delete;
        if wanted.own != self.plan.own {
            self.ask_again();
        }
    }

    /// A rehearsal is to be made as soon as it can.
    pub fn rehearse(&mut self, now: Now) {
        self.consent.rehearse = true;
        self.consent.rehearsal = Some(Rehearsal { asked_ms: now.wall_ms, picture: None, failed: None });
    }

    /// A run deleted so many.
    pub(super) fn spend(&mut self, now: Now, deleted: u64) {
        let covered = self.consent.granted.unwrap_or(0).min(deleted);
        if let Some(granted) = &mut self.consent.granted {
            *granted -= covered;
        }
        self.consent.spent.add(now.mono, deleted - covered);
    }

    /// The second net caught what the count had let through: it is counted again, once; then somebody is asked.
    pub(super) fn net_caught(&mut self, diagnosis: &mut Diagnosis) {
        let caught = diagnosis.failure.as_ref().is_some_and(|f| f.code == FailureCode::TooManyDeletions);
        let counts = self.plan.own.budget.limits() || self.consent.granted.is_some();
        if caught && counts && !self.own_net() && !std::mem::replace(&mut self.consent.tripped, true) {
            self.consent.granted = None;
            self.consent.confirmed &= self.plan.own.budget.limits();
            *diagnosis =
                Diagnosis { outcome: Outcome::Again, failure: None, retry: RetryClass::Nothing, ..diagnosis.clone() };
        }
    }

    /// A pass is over; `removed`: with its deletions.
    pub(super) fn pass_consented(&mut self, removed: bool) {
        self.consent.total = self.consent.after_pass.take().or(self.consent.total);
        if removed {
            self.consent.confirmed = true;
            self.consent.granted = None;
        }
    }

    /// Ends a hold with nothing left to hold, and a grant with nothing left to grant.
    pub(super) fn settle_hold(&mut self) {
        self.consent.tripped = false;
        if self.queue.is_empty() && self.owed.is_none() && self.parts.is_none() {
            self.consent.granted = None;
        }
        let over = self.consent.held_pass.is_none() && self.queue.withheld() == 0;
        if over && self.consent.hold.as_ref().is_some_and(|h| h.why == HoldWhy::DeleteBudget) {
            self.consent.hold = None;
        }
    }
}
