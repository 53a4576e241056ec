//! A full pass from its first look on: counted first where deletions are limited, then made as a whole or cut in parts.

use std::time::Duration;

use super::{Do, ECHO, SyncState};
use crate::behaviour::rsync;
use crate::diagnose::{Diagnosis, Outcome, Report, RetryClass, Side};
use crate::facts::{RootFacts, Seen};
use crate::job::Purpose;
use crate::mirror::JobId;
use crate::paths::{RelPath, show_bytes};
use crate::retry::pause;
use crate::say::Category;
use crate::time::Now;

impl SyncState {
    /// The look before a pass, or before a part of one, found both ends right.
    pub(super) fn pass_looked(&mut self, now: Now, id: JobId, facts: &RootFacts, seen: Vec<Seen>) -> Vec<Do> {
        let parted = self.part_size().is_some();
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        if let Some(n) = job.part {
            return self.part_looked(now, id, n, seen);
        }
        let Purpose::Pass { startup, exact, delete } = job.purpose else { return Vec::new() };
        let word = if startup { "startup" } else { "full" };
        let rules = self.plan.matcher.rules_text();
        let excluding = if rules.is_empty() { String::new() } else { format!(" excluding\n{}", rules.join("\n")) };
        let text = format!(
            "recursive {word} rsync: {}/ -> {}{excluding}",
            show_bytes(self.plan.source.trim_end_matches('/').as_bytes()),
            self.plan.target.word()
        );
        // An empty source would empty the target. It may be a mount point without its disk, and nobody saw it fuller.
        let removes = delete && !job.keeps && (!facts.empty || self.may_empty);
        let (step, kept, counted) = (job.step, job.keeps, job.pass_counted);
        if removes && !counted && self.counts_pass() {
            return self.count_pass(id);
        }
        if parted && !facts.empty && self.jobs.get(&id).is_some_and(|job| job.census.is_none()) {
            return vec![self.say(Category::Normal, text), Do::Count(id)];
        }
        if removes && facts.empty {
            self.may_empty = false;
        }
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        job.running = true;
        job.meter.starts(now);
        job.purpose = Purpose::Pass { startup, exact, delete: removes };
        // Said before the source was counted.
        let said = job.census.is_some();
        let mut out = if said { Vec::new() } else { vec![self.say(Category::Normal, text)] };
        if delete && !removes && !kept {
            self.may_remain = true;
            out.push(self.say(Category::Warn, "the source is empty: nothing is removed at the target".into()));
        }
        let command = rsync::full_pass(&self.plan, removes, exact);
        let command = self.netted(now, command, removes);
        let command = self.keeping(now, command);
        let command = self.checking(command);
        out.extend([self.exec(&command), Do::Start(id, step, command)]);
        out
    }

    /// The run of a pass ended that goes as a whole, or one that counted, or that of a part.
    pub(super) fn pass_ended(&mut self, now: Now, id: JobId, diagnosis: &Diagnosis, report: &Report) -> Vec<Do> {
        if let Some(n) = self.jobs[&id].part {
            return self.part_ended(now, id, n, diagnosis, report);
        }
        let Purpose::Pass { startup, exact, delete } = self.jobs[&id].purpose else { return Vec::new() };
        let mut out = Vec::new();
        match diagnosis.outcome {
            Outcome::Done => {
                let source = show_bytes(self.plan.source.trim_end_matches('/').as_bytes());
                let word = if startup { "Startup" } else { "Full pass" };
                out.push(
                    self.say(Category::Normal, format!("{word} of {source}/ -> {} finished.", self.plan.target.word())),
                );
                self.pass_over(now, delete);
                (self.pass_tries, self.pass_forward) = (0, 0);
                self.went_well();
            }
            Outcome::Partial => {
                if self.take_failed(now, diagnosis, report, delete) {
                    (self.pass_tries, self.pass_forward) = (0, 0);
                } else {
                    // Batches that go well in between say nothing about it: it keeps a count of its own.
                    self.pass_tries += 1;
                    let wait = pause(RetryClass::Slow, self.pass_tries, u64::from(self.key.0)).unwrap_or_default();
                    self.owe_again(startup, exact, now.mono + wait);
                }
                if !diagnosis.all_dirty {
                    self.pass_over(now, delete);
                }
            }
            Outcome::Again | Outcome::Held => {
                self.owe_again(startup, exact, Duration::ZERO);
                out.extend(self.pass_failed(now, startup, diagnosis));
            }
        }
        if diagnosis.resend_later && diagnosis.outcome != Outcome::Done {
            // Also when the pass that is made again goes well meanwhile.
            self.echo_of_pass = Some(now.mono + ECHO);
        }
        self.jobs.remove(&id);
        self.blocked = false;
        out.push(Do::Over(id));
        out
    }

    /// A run of a pass left these paths out: they are dirty from now on. False if it has to be made again: not everything that
    /// failed is known, or removals were left out.
    pub(super) fn take_failed(&mut self, now: Now, diagnosis: &Diagnosis, report: &Report, delete: bool) -> bool {
        let paths: Vec<RelPath> = report.failed.iter().map(|f| f.path.clone()).collect();
        for failed in &report.failed {
            self.dirty_after(now, failed, false, false, diagnosis.retry);
        }
        self.totals.failed += paths.len() as u64;
        if let Some(failure) = &diagnosis.failure {
            self.stand_for(failure, now, diagnosis.outcome, &paths);
        }
        self.failures = 0;
        // No batch makes good what the one pass that removes could not remove.
        let only_here = delete && !self.plan.delete.while_running();
        let not_removed = only_here && report.failed.iter().any(|f| f.side != Side::Sender);
        !(diagnosis.all_dirty || not_removed || (delete && report.deletions_skipped))
    }

    /// A run of a pass came to nothing. What we ended ourselves did not fail.
    pub(super) fn pass_failed(&mut self, now: Now, startup: bool, diagnosis: &Diagnosis) -> Vec<Do> {
        if diagnosis.failure.is_none() {
            return Vec::new();
        }
        self.whole_failed(now, diagnosis);
        if startup && !self.insist {
            let text = "Temporary or permanent failure on startup. Terminating since \"insist\" is not set.";
            return vec![self.say(Category::Error, text.into()), Do::GiveUp];
        }
        Vec::new()
    }

    pub(super) fn pass_over(&mut self, now: Now, removed: bool) {
        self.first_pass_over = true;
        self.healed(now);
        self.last_pass_ms = Some(now.wall_ms);
        self.keep.unsent_since_ms = None;
        (self.keep.so_far, self.keep.goes_on) = (None, false);
        if removed && self.plan.delete.at_recovery() {
            self.may_remain = false;
        }
        self.pass_consented(removed);
    }
}
