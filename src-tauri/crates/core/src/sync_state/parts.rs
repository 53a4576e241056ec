//! A full pass in parts: which one is next, what it locks, how it ends, how far the pass is.
//!
//! Rules
//! - Each part is a job of its own, with a look and all guards before it. One runs at a time; the levels run alone, beside a
//!   part of trees go batches, none of which meets its paths.
//! - After each part what waited meanwhile goes first, then the next part: neither holds the other up for long.
//! - A part that failed is made again alone. The pass is over when every part has been made.
//! - Where something was lost, or everything is to be compared for another reason, the pass begins anew, cut anew.
//! - The parts that are done are noted. After a clean stop of a sync without a first pass the rest is made, as if there had
//!   been no stop. After any other start everything is gone over again, what was not reached before comes first.
//! - Deletions are counted once, for the whole pass; what was found too many then, or is met as too many by the net of a part,
//!   concerns the whole pass.

use std::collections::VecDeque;
use std::time::Duration;

use super::{Do, ECHO, Owed, SyncState};
use crate::behaviour::rsync;
use crate::diagnose::{Diagnosis, FailureCode, Outcome, Report, RetryClass};
use crate::facts::{FileKind, Look, Seen};
use crate::job::{Job, Purpose};
use crate::meter::{Meter, Moved};
use crate::mirror::JobId;
use crate::pass::{Census, Cut, PART, Part, SoFar, divisible, parts_of};
use crate::paths::{RelPath, show_bytes};
use crate::queue::SOON;
use crate::retry::pause;
use crate::say::Category;
use crate::time::Now;
use crate::view::PassProgress;

/// Where one part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// To be made, or again.
    Left,
    /// Made, but something was left out that only this part can make good: to be made again.
    Lacking,
    /// Done.
    Done,
}

#[derive(Debug)]
struct Piece {
    part: Part,
    state: State,
    not_before: Duration,
    tries: u32,
    forward: u32,
}

/// A full pass that goes in parts.
#[derive(Debug)]
pub struct Parts {
    /// The first one.
    pub startup: bool,
    exact: bool,
    /// Deletions wait for an answer: this pass leaves them out.
    keeps: bool,
    /// So many deletions may still be made; `None`: any number.
    deletions: Option<u64>,
    pieces: Vec<Piece>,
    /// The one that runs, or waits for batches that meet it.
    chosen: Option<usize>,
    /// What waits goes before the next part.
    yields: bool,
    /// Every part has been made once.
    over: bool,
    /// Nothing of it has been noted.
    begins: bool,
    /// What is done since it was noted last.
    news: VecDeque<usize>,
    meter: Meter,
}

/// What a pass in parts says to the question what comes next.
pub(super) enum Next {
    /// A part.
    Part(Purpose),
    /// Nothing before the runs under way have ended.
    Drain,
    /// Whatever waits.
    Others,
}

impl Parts {
    fn left(&self) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(|piece| piece.state != State::Done)
    }

    fn next(&self, now: Now) -> Option<usize> {
        let due = |piece: &Piece| piece.state != State::Done && piece.not_before <= now.mono;
        self.chosen.or_else(|| self.pieces.iter().position(due))
    }

    /// When a part that failed may be made again.
    pub(super) fn times(&self) -> impl Iterator<Item = Duration> {
        self.left().map(|piece| piece.not_before)
    }

    /// What stood in the way of parts that failed may be gone.
    pub(super) fn hasten(&mut self) {
        self.pieces.iter_mut().for_each(|piece| piece.not_before = Duration::ZERO);
    }

    /// What fails changed: the parts that left something out come forward, the less the more often.
    pub(super) fn bring_forward(&mut self, now: Duration) {
        for piece in self.pieces.iter_mut().filter(|piece| piece.state != State::Done && piece.tries > 0) {
            let at = now + SOON.saturating_mul(1 << piece.forward.min(16));
            if at < piece.not_before {
                piece.not_before = at;
                piece.forward += 1;
            }
        }
    }

    /// What this part goes over, sorted.
    pub(super) fn paths_of(&self, n: usize) -> Option<&[RelPath]> {
        self.pieces.get(n).map(|piece| piece.part.paths.as_slice())
    }

    /// How far it came, for the next start.
    pub(super) fn so_far(&self) -> SoFar {
        let mut so_far = SoFar { startup: self.startup, exact: self.exact, ..SoFar::default() };
        for piece in self.pieces.iter().filter(|piece| piece.state == State::Done) {
            so_far.add(piece.part.cut, piece.part.paths.iter().cloned());
        }
        so_far
    }

    /// What is done since this was asked last.
    pub(super) fn news(&mut self) -> Vec<(Cut, Vec<RelPath>)> {
        let part = |n: usize| self.pieces.get(n).map(|piece| (piece.part.cut, piece.part.paths.clone()));
        std::mem::take(&mut self.news).into_iter().filter_map(part).collect()
    }

    /// True once: nothing of it has been noted.
    pub(super) fn begins(&mut self) -> bool {
        std::mem::take(&mut self.begins)
    }

    fn progress(&self, now: Now) -> PassProgress {
        let entries = |state: fn(State) -> bool| -> u64 {
            self.pieces.iter().filter(|p| state(p.state)).map(|p| p.part.entries).sum()
        };
        let within = self.chosen.and_then(|n| self.pieces.get(n)).filter(|p| p.state == State::Left);
        let within = within.map_or(0, |p| p.part.entries);
        let seen = self.meter.progress(now, entries(|s| s != State::Left), within, Some(entries(|_| true)));
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let parts_done = count(self.pieces.len() - self.left().count());
        PassProgress { parts_done, parts_total: count(self.pieces.len()), ..seen }
    }
}

impl SyncState {
    /// So many entries make a part; `None`: a pass goes as a whole.
    pub(super) fn part_size(&self) -> Option<u64> {
        divisible(&self.plan).then(|| self.plan.own.part_size.unwrap_or(PART))
    }

    /// The source was counted: the pass that this job began goes in parts, or as a whole.
    pub fn counted_source(&mut self, now: Now, id: JobId, census: Option<&Census>) -> Vec<Do> {
        let size = self.part_size();
        let Some(job) = self.jobs.get_mut(&id).filter(|job| !job.running) else { return Vec::new() };
        let Purpose::Pass { startup, exact, .. } = job.purpose else { return Vec::new() };
        job.census = Some(census.map(Census::entries));
        let parts = census.zip(size).map(|(census, size)| parts_of(&self.plan, census, size)).unwrap_or_default();
        if parts.is_empty() {
            // The count took its time: what stands at both ends is looked at again.
            return vec![Do::Look(id, Vec::new())];
        }
        let keeps = job.keeps;
        self.jobs.remove(&id);
        let so_far = self.keep.so_far.take().unwrap_or_default();
        let goes_on = std::mem::take(&mut self.keep.goes_on);
        let mut pieces: Vec<(bool, Piece)> = parts
            .into_iter()
            .map(|part| {
                let known = so_far.covers(&part);
                let state = if known && goes_on { State::Done } else { State::Left };
                (known, Piece { part, state, not_before: Duration::ZERO, tries: 0, forward: 0 })
            })
            .collect();
        pieces.sort_by_key(|(known, _)| *known);
        let deletions = self.most_now(now);
        let parts = Parts {
            startup,
            exact,
            keeps,
            deletions,
            pieces: pieces.into_iter().map(|(_, piece)| piece).collect(),
            chosen: None,
            yields: false,
            over: false,
            begins: true,
            news: VecDeque::new(),
            meter: Meter::default(),
        };
        let text = format!("a full pass in {} parts", parts.pieces.len());
        self.parts = Some(parts);
        let mut out = vec![self.say(Category::Normal, text), Do::Over(id)];
        out.extend(self.parts_over(now));
        out
    }

    /// Everything is to be compared anew: a pass in parts ends where it is, and the next one is what it was.
    pub(super) fn begin_anew(&mut self) {
        if self.owed.is_none() || self.passing_now() {
            return;
        }
        if let Some(parts) = self.parts.take() {
            self.owed = self.owed.map(|owed| Owed { startup: owed.startup || parts.startup, exact: true, ..owed });
            // What was not reached before comes first.
            self.keep.so_far = Some(parts.so_far());
            self.keep.goes_on = false;
            self.queue.unlock();
        }
    }

    /// What a pass in parts wants now, while so many jobs are under way.
    pub(super) fn next_part(&mut self, now: Now, working: usize) -> Next {
        if self.passing_now() {
            return Next::Others;
        }
        let others = self.parts.as_ref().is_some_and(|parts| parts.yields) && !self.blocked && self.batch_due(now);
        let Some(parts) = &mut self.parts else { return Next::Others };
        let Some(n) = parts.next(now).filter(|_| !others) else { return Next::Others };
        let Some(piece) = parts.pieces.get(n) else { return Next::Others };
        let may = if parts.startup { self.plan.delete.at_startup() } else { self.plan.delete.at_recovery() };
        let purpose = Purpose::Pass { startup: parts.startup, exact: parts.exact, delete: may && !parts.keeps };
        parts.chosen = Some(n);
        if piece.part.cut == Cut::Levels {
            return if working == 0 { Next::Part(purpose) } else { Next::Drain };
        }
        self.queue.lock(&piece.part.paths);
        let met = |job: &Job| job.listings.iter().flat_map(|l| &l.paths).any(|path| self.queue.locked(path));
        if self.queue.lock_meets_flight() || self.jobs.values().any(met) {
            // What is on its way ends, and nothing more departs there.
            return Next::Others;
        }
        Next::Part(purpose)
    }

    /// A part cannot start now, there is no slot for it: what waits goes on meanwhile.
    pub fn wants_instead(&mut self, now: Now) -> Option<Purpose> {
        let parts = self.parts.as_mut()?;
        if self.owed.is_some() {
            return None;
        }
        parts.chosen = None;
        self.queue.unlock();
        (!self.blocked && !self.alone() && self.batch_due(now)).then_some(Purpose::Batch)
    }

    /// A whole pass or the levels of one run: nothing else does.
    pub(super) fn alone(&self) -> bool {
        let pieces = self.parts.as_ref().map(|parts| &parts.pieces);
        let trees = |n: usize| pieces.and_then(|p| p.get(n)).is_some_and(|p| p.part.cut == Cut::Trees);
        let passes = self.jobs.values().filter(|job| matches!(job.purpose, Purpose::Pass { .. }));
        passes.map(|job| job.part).any(|part| !part.is_some_and(trees))
    }

    /// The jobs of a full pass.
    pub fn pass_jobs(&self) -> impl Iterator<Item = (JobId, bool)> {
        let passes = self.jobs.iter().filter(|(_, job)| matches!(job.purpose, Purpose::Pass { .. }));
        passes.map(|(id, job)| (*id, job.running))
    }

    /// The job of a part.
    pub fn part_jobs(&self) -> impl Iterator<Item = (JobId, bool)> {
        self.jobs.iter().filter(|(_, job)| job.part.is_some()).map(|(id, job)| (*id, job.running))
    }

    /// What waited goes now, or would if it met nothing that runs.
    pub(super) fn yielded(&mut self) {
        if let Some(parts) = &mut self.parts {
            parts.yields = false;
        }
    }

    /// Begins the job of the part that was chosen.
    pub(super) fn start_part(&mut self, id: JobId, purpose: Purpose) -> Vec<Do> {
        let Some(parts) = &self.parts else { return vec![Do::Over(id)] };
        let Some((n, piece)) = parts.chosen.and_then(|n| Some((n, parts.pieces.get(n)?))) else {
            return vec![Do::Over(id)];
        };
        let mut job = Job::new(purpose, Vec::new());
        job.part = Some(n);
        self.jobs.insert(id, job);
        vec![Do::Look(id, piece.part.paths.clone())]
    }

    /// The look before a part found both ends right.
    pub(super) fn part_looked(&mut self, now: Now, id: JobId, n: usize, seen: Vec<Seen>) -> Vec<Do> {
        let Some(parts) = &mut self.parts else { return self.part_back(id) };
        let Some(piece) = parts.pieces.get(n) else { return self.part_back(id) };
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        let Purpose::Pass { exact, delete, .. } = job.purpose else { return Vec::new() };
        // What is no directory any more has changed since it was counted, and that was seen: it waits by itself.
        let stands = |look: &Look| match look {
            Look::Found(found) => found.kind == FileKind::Dir,
            Look::Error(_) => true,
            Look::Missing { .. } | Look::Blocked { .. } => false,
        };
        let paths: Vec<RelPath> = seen.into_iter().filter(|s| stands(&s.look)).map(|s| s.path).collect();
        if paths.is_empty() {
            return self.part_made(now, id, n, State::Done);
        }
        job.running = true;
        let step = job.step;
        parts.meter.starts(now);
        let deletions = parts.deletions;
        let command = rsync::part(&self.plan, piece.part.cut, &paths, delete, exact);
        let command = self.netted_to(now, command, delete, deletions);
        let command = self.keeping(now, command);
        let command = self.checking(command);
        vec![self.exec(&command), Do::Start(id, step, command)]
    }

    /// The job of a part ends without a run: it is made later.
    pub(super) fn part_back(&mut self, id: JobId) -> Vec<Do> {
        self.jobs.remove(&id);
        self.let_go();
        vec![Do::Over(id)]
    }

    fn let_go(&mut self) {
        self.blocked = false;
        self.queue.unlock();
        if let Some(parts) = &mut self.parts {
            parts.chosen = None;
            parts.yields = true;
        }
    }

    /// A run of a part told how far it is.
    pub fn moved(&mut self, now: Now, id: JobId, step: u32, moved: Moved) {
        let Some(job) = self.jobs.get_mut(&id).filter(|job| job.running && job.step == step) else { return };
        match (&mut self.parts, job.part) {
            (Some(parts), Some(_)) => parts.meter.told(now, moved),
            _ => job.meter.told(now, moved),
        }
    }

    /// How far a full pass is.
    pub(crate) fn pass_progress(&self, now: Now) -> Option<PassProgress> {
        if let Some(parts) = &self.parts {
            return Some(parts.progress(now));
        }
        let whole = |job: &&Job| matches!(job.purpose, Purpose::Pass { .. });
        let job = self.jobs.values().find(whole)?;
        let total = job.census.flatten();
        Some(job.meter.progress(now, 0, total.unwrap_or(0), total))
    }

    /// A run of a part ended.
    pub(super) fn part_ended(
        &mut self,
        now: Now,
        id: JobId,
        n: usize,
        diagnosis: &Diagnosis,
        report: &Report,
    ) -> Vec<Do> {
        let Some(job) = self.jobs.get(&id) else { return Vec::new() };
        let Purpose::Pass { startup, delete, .. } = job.purpose else { return Vec::new() };
        let Some(parts) = &mut self.parts else { return self.part_back(id) };
        parts.meter.ends(now, report.counts.sent_bytes);
        parts.deletions = parts.deletions.map(|left| left.saturating_sub(report.counts.deleted));
        let (exact, cut) = (parts.exact, parts.pieces.get(n).map(|piece| piece.part.cut));
        if diagnosis.resend_later && diagnosis.outcome != Outcome::Done {
            let paths = parts.pieces.get(n).map(|piece| piece.part.paths.clone()).unwrap_or_default();
            match cut {
                Some(Cut::Trees) => {
                    self.echoes.push((now.mono + ECHO, paths.into_iter().map(|path| (path, true)).collect()));
                }
                _ => self.echo_of_pass = Some(now.mono + ECHO),
            }
        }
        let too_many = diagnosis.failure.as_ref().is_some_and(|f| f.code == FailureCode::TooManyDeletions);
        let counts_again = diagnosis.failure.is_none() && diagnosis.retry == RetryClass::Nothing;
        if too_many || (counts_again && diagnosis.outcome == Outcome::Again) {
            // More than was counted: that concerns the whole pass.
            self.parts = None;
            self.owe_again(startup, exact, Duration::ZERO);
        }
        match diagnosis.outcome {
            Outcome::Done => {
                let out = self.part_made(now, id, n, State::Done);
                self.went_well();
                out
            }
            Outcome::Partial => {
                let whole = self.take_failed(now, diagnosis, report, delete);
                let state = match (whole, diagnosis.all_dirty) {
                    (true, _) => State::Done,
                    (false, false) => State::Lacking,
                    (false, true) => State::Left,
                };
                self.part_made(now, id, n, state)
            }
            Outcome::Again | Outcome::Held => {
                let mut out = self.pass_failed(now, startup, diagnosis);
                out.extend(self.part_back(id));
                out
            }
        }
    }

    /// A part has been made, as a whole or not.
    fn part_made(&mut self, now: Now, id: JobId, n: usize, state: State) -> Vec<Do> {
        let seed = u64::from(self.key.0);
        if let Some((parts, piece)) = self.parts.as_mut().map(|parts| (&mut parts.news, parts.pieces.get_mut(n)))
            && let Some(piece) = piece
        {
            // Once made, it stays made.
            piece.state = if piece.state == State::Lacking && state == State::Left { State::Lacking } else { state };
            if state == State::Done {
                parts.push_back(n);
            } else {
                piece.tries += 1;
                piece.not_before = now.mono + pause(RetryClass::Slow, piece.tries, seed).unwrap_or_default();
            }
        }
        let mut out = self.part_back(id);
        out.extend(self.parts_over(now));
        out
    }

    /// Ends the pass when all of it has been made, and done.
    fn parts_over(&mut self, now: Now) -> Vec<Do> {
        let Some(parts) = &mut self.parts else { return Vec::new() };
        let (done, startup, removed) = (parts.left().next().is_none(), parts.startup, !parts.keeps);
        if !parts.over && parts.left().all(|piece| piece.state == State::Lacking) {
            parts.over = true;
            let may = if startup { self.plan.delete.at_startup() } else { self.plan.delete.at_recovery() };
            self.pass_over(now, removed && may);
        }
        if !done {
            return Vec::new();
        }
        self.parts = None;
        let source = show_bytes(self.plan.source.trim_end_matches('/').as_bytes());
        let word = if startup { "Startup" } else { "Full pass" };
        let text = format!("{word} of {source}/ -> {} finished.", self.plan.target.word());
        vec![self.say(Category::Normal, text)]
    }
}
