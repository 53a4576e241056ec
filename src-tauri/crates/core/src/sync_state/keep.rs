//! What is noted of a sync for the next start, and what the notes of the last one mean.
//!
//! What stands, what was allowed and since when are compared with what was noted last, after everything that happens; only
//! removals are noted one by one. So no other part of the sync needs to think of the record.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{Do, Owed, SyncState};
use crate::config::DeletePolicy;
use crate::pass::SoFar;
use crate::paths::RelPath;
use crate::plan::SyncPlan;
use crate::problem::Problem;
use crate::queue::MOST;
use crate::record::{Gone, Marks, Note, Past, Recovered, Roots, Saved};
use crate::say::Category;
use crate::time::Now;

/// What is at the target sooner than this is not noted to be waiting: most changes are, and the disk is left alone.
const AGE_AFTER: Duration = Duration::from_secs(2);
/// While something waits all the time, so often it is noted since when.
const AGE_EVERY_MS: i64 = 30_000;

/// What was noted, and what is to be.
#[derive(Debug, Default)]
pub(super) struct Keep {
    /// Of the plan in force.
    marks: Marks,
    noted: Past,
    gone: Vec<Gone>,
    settled: Vec<RelPath>,
    /// What stood at both ends before this start.
    pub(super) before: Roots,
    /// Since when something may not be at the target that an earlier process knew of: until the next pass is over.
    pub(super) unsent_since_ms: Option<i64>,
    /// How far a pass in parts came that an earlier process began, or one that begins anew: the rest of it goes first.
    pub(super) so_far: Option<SoFar>,
    /// Nobody missed anything since: only the rest of it is made.
    pub(super) goes_on: bool,
    oldest_noted_at_ms: i64,
    held_before: Option<(String, i64)>,
}

impl Keep {
    /// Of a sync that is run by this plan.
    pub(super) fn of(plan: &SyncPlan) -> Keep {
        Keep { marks: Marks::of(plan), ..Keep::default() }
    }

    /// Everything is to be noted again.
    fn renew(&mut self) {
        let noted = std::mem::take(&mut self.noted);
        let fresh = std::mem::take(&mut self.gone);
        self.gone = noted.gone.into_values().chain(fresh).collect();
    }

    /// Since when a hold of this kind stands, if it stood before the start.
    pub(super) fn held_since(&mut self, code: &str) -> Option<i64> {
        self.held_before.take().filter(|(known, _)| known == code).map(|(_, since)| since)
    }
}

impl SyncState {
    /// Goes on from where an earlier process was. What it says of itself in the log.
    pub fn recover(&mut self, now: Now, found: Option<Recovered>) -> Vec<Do> {
        let Some(found) = found else { return Vec::new() };
        // Nobody knows with which times files were sent.
        self.sent_times.walked(now.wall_ms);
        let past = match found {
            Recovered::Damaged => {
                self.owe_all();
                let problem = Problem::warning("record-damaged").with("sync", &self.plan.name);
                return vec![self.say(Category::Warn, "everything is compared".into()).because(problem)];
            }
            Recovered::Past(past) => *past,
        };
        let marks = &self.keep.marks;
        let Some(known) = past.marks.as_ref().filter(|known| known.ends == marks.ends) else { return Vec::new() };
        let same_runs = known.runs == marks.runs;
        for gone in past.gone.values() {
            self.queue.put(&gone.path, gone.dirt(now), now.mono);
        }
        self.keep.gone = past.gone.into_values().collect();
        self.keep.before = past.roots;
        self.keep.held_before = past.held;
        self.may_empty = past.may_empty;
        self.consent.recover(past.consent);
        self.may_remain = past.may_remain;
        self.last_pass_ms = past.last_pass_ms;
        self.heal.verified_ms = past.verified_ms;
        if past.clean {
            for saved in &past.dirty {
                self.queue.put(&saved.path, saved.dirt(now), now.mono);
            }
            self.queue.draw_together(MOST, self.plan.delete == DeletePolicy::Running, now.mono);
            let goes_on = past.parts.as_ref().filter(|_| !past.owed && same_runs && !self.plan.init).cloned();
            if let Some(so_far) = goes_on {
                self.owed = Some(Owed { startup: so_far.startup, exact: so_far.exact, not_before: Duration::ZERO });
                self.first_pass_over = false;
                self.keep.goes_on = true;
            } else if past.owed || !same_runs || past.parts.is_some() {
                self.owe_all();
            }
            self.keep.so_far = past.parts;
            return Vec::new();
        }
        self.keep.so_far = past.parts;
        self.keep.unsent_since_ms = past.oldest_ms;
        self.owe_all();
        vec![self.say(Category::Normal, "the last stop was not clean: everything is compared".into())]
    }

    /// Another plan for the same two ends is in force.
    pub fn remark(&mut self) {
        self.keep.marks = Marks::of(&self.plan);
    }

    /// A pass that looks closely: it is not known what changed.
    fn owe_all(&mut self) {
        let startup = self.owed.is_some_and(|o| o.startup);
        self.owed = Some(Owed { startup, exact: true, not_before: Duration::ZERO });
        self.first_pass_over = false;
        if self.plan.delete == DeletePolicy::Running {
            self.may_remain = true;
        }
    }

    /// This is gone at the source, and under 'running' no pass could tell later that it was there.
    pub(super) fn note_gone(&mut self, now: Now, path: &RelPath, dir: bool) {
        if self.plan.delete == DeletePolicy::Running {
            let gone = Gone { path: path.clone(), was_dir: dir, was_file: !dir, at_ms: now.wall_ms };
            self.keep.gone.push(gone);
        }
    }

    /// This arrived, and nothing newer waits for it.
    pub(super) fn note_settled(&mut self, path: &RelPath) {
        if self.keep.noted.gone.contains_key(path) && !self.queue.holds(path) {
            self.keep.settled.push(path.clone());
        }
    }

    /// Something else stands at the ends than was noted.
    pub(super) fn roots_are_news(&self) -> bool {
        !self.keep.noted.clean && self.keep.noted.roots != Roots::of(&self.baseline, &self.keep.before)
    }

    /// What is to be noted now, after what happened; `aged`: also since when something waits.
    pub fn notes(&mut self, now: Now, aged: bool) -> Vec<Note> {
        let mut notes = Vec::new();
        if self.keep.noted.clean {
            return notes;
        }
        if self.keep.noted.marks.as_ref() != Some(&self.keep.marks) {
            self.keep.renew();
            notes.push(Note::Began(self.keep.marks.clone()));
        }
        let noted = &self.keep.noted;
        let roots = Roots::of(&self.baseline, &self.keep.before);
        if noted.roots != roots {
            notes.push(Note::Roots(roots));
        }
        if !self.keep.gone.is_empty() {
            notes.push(Note::Gone(std::mem::take(&mut self.keep.gone)));
        }
        if !self.keep.settled.is_empty() {
            notes.push(Note::Settled(std::mem::take(&mut self.keep.settled)));
        }
        if noted.may_empty != self.may_empty {
            notes.push(Note::MayEmpty(self.may_empty));
        }
        if noted.consent != self.consent.kept() {
            notes.push(Note::Consent(self.consent.kept()));
        }
        if noted.may_remain != self.may_remain {
            notes.push(Note::MayRemain(self.may_remain));
        }
        let held = self.standing.as_ref().filter(|s| s.protects).map(|s| (s.code.clone(), s.since_ms));
        if noted.held != held {
            notes.push(Note::Held(held));
        }
        if noted.last_pass_ms != self.last_pass_ms {
            notes.extend(self.last_pass_ms.map(Note::PassOver));
        }
        if noted.verified_ms != self.heal.verified_ms {
            notes.extend(self.heal.verified_ms.map(Note::Verified));
        }
        notes.extend(self.part_notes());
        if aged {
            notes.extend(self.age(now));
        }
        for note in &notes {
            self.keep.noted.take(note);
        }
        notes
    }

    /// How far a full pass came, where that is news.
    fn part_notes(&mut self) -> Vec<Note> {
        let known = self.keep.noted.parts.is_some();
        let Some(parts) = &mut self.parts else {
            let so_far = self.keep.so_far.clone();
            return if so_far.is_some() != known { vec![Note::Parts(so_far)] } else { Vec::new() };
        };
        let news = parts.news();
        if !known || parts.begins() {
            return vec![Note::Parts(Some(parts.so_far()))];
        }
        news.into_iter().map(|(cut, paths)| Note::PartDone(cut, paths)).collect()
    }

    /// Since when something is not at the target, where that is news.
    fn age(&mut self, now: Now) -> Option<Note> {
        let noted = self.keep.noted.oldest_ms;
        let nothing = self.queue.is_empty() && self.keep.unsent_since_ms.is_none();
        if nothing || noted.is_none() {
            if (nothing && noted.is_none()) || self.age_due().is_some_and(|due| due > now.mono) {
                return None;
            }
        } else if now.wall_ms.abs_diff(self.keep.oldest_noted_at_ms) < AGE_EVERY_MS.unsigned_abs() {
            return None;
        }
        let oldest = self.oldest_ms();
        self.keep.oldest_noted_at_ms = now.wall_ms;
        (oldest != noted).then_some(Note::Oldest(oldest))
    }

    /// When it is to be noted that something waits, if it still does then.
    pub(super) fn age_due(&self) -> Option<Duration> {
        let keep = &self.keep;
        if keep.noted.oldest_ms.is_some() || keep.unsent_since_ms.is_some() || keep.noted.clean {
            return None;
        }
        self.queue.oldest().map(|at| at.mono + AGE_AFTER)
    }

    /// Since when something is not at the target: wall clock, ms.
    pub(crate) fn oldest_ms(&self) -> Option<i64> {
        let waiting = self.queue.oldest().map(|at| at.wall_ms);
        waiting.into_iter().chain(self.keep.unsent_since_ms).min()
    }

    /// The last notes: the stop is clean. `all_read`: the watcher has handed on all that happened until it was asked for; else
    /// nobody knows what it still held.
    pub fn stop_notes(&mut self, now: Now, all_read: bool) -> Vec<Note> {
        if self.keep.noted.clean {
            return Vec::new();
        }
        for (_, paths) in std::mem::take(&mut self.echoes) {
            for (path, whole) in paths {
                if whole {
                    self.rescan(now, &path);
                } else {
                    self.one(now, &path, crate::change::Kind::Modify, false);
                }
            }
        }
        let mut notes = self.notes(now, true);
        let too_many = self.queue.len() > 2 * MOST;
        let unread = self.watching && !all_read;
        if unread
            || self.consent.holds_pass()
            || self.owed.is_some()
            || self.echo_of_pass.is_some()
            || self.passing_now()
            || too_many
        {
            notes.push(Note::Owed);
        }
        if !too_many {
            let all = self.queue.page(0, usize::MAX).map(|(path, dirt, _)| Saved::of(path, dirt));
            let by_path: BTreeMap<RelPath, Saved> = all.map(|saved| (saved.path.clone(), saved)).collect();
            if !by_path.is_empty() {
                notes.push(Note::Dirty(by_path.into_values().collect()));
            }
        }
        notes.push(Note::Stopped);
        self.keep.noted.clean = true;
        notes
    }

    /// The record cannot be written, or can again.
    pub fn unrecorded(&mut self, problem: Option<Problem>) -> Vec<Do> {
        const PLACE: &str = "/record";
        let Some(problem) = problem else {
            self.sight.remove(PLACE);
            return Vec::new();
        };
        if self.sight.insert(PLACE.to_owned(), problem.clone()).is_some() {
            return Vec::new();
        }
        vec![self.say(Category::Warn, "nothing is remembered for the next start".into()).because(problem)]
    }
}
