//! The life of one sync: what is dirty, what runs, what failed, what holds it.
//!
//! A full pass is owed at the start (unless `init = false`), after a loss, and when somebody asks. It runs alone: what changes
//! meanwhile waits. Everything else goes in batches: look, class, run, and only then is a path clean. A failure of the whole
//! (no connection, no password) pauses the sync; a failure of single paths pauses only these.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::behaviour::classify::{Class, classify};
use crate::behaviour::rsync;
use crate::change::{Change, Kind};
use crate::combine::Want;
use crate::config::InotifyMode;
use crate::diagnose::{Context, Diagnosis, Exit, Failure, Outcome, Report, RetryClass, diagnose};
use crate::facts::{RootLook, Seen};
use crate::filter::Verdict;
use crate::job::{Job, Purpose};
use crate::mirror::{End, JobId, Sight, SyncKey};
use crate::paths::{RelPath, show_bytes};
use crate::plan::{PlanSettings, SyncPlan};
use crate::problem::Problem;
use crate::queue::{BATCH, Dirt, MOST, Queue};
use crate::retry::pause;
use crate::safety::{Baseline, Trouble};
use crate::say::{Category, Say, path_lines};
use crate::sent_times::SentTimes;
use crate::time::Now;
use crate::view::Totals;
use crate::work::CommandSpec;

/// What a server that hung may still do to what we sent is over by then.
const ECHO: Duration = Duration::from_secs(600);
/// A run that began less than this after our last one ended may have met our own connection's slot.
const JUST_BEFORE: Duration = Duration::from_secs(1);

/// A full pass that is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// The first one.
    pub startup: bool,
    /// Not before.
    pub not_before: Duration,
}

/// What stands in the way, as it is shown.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Code and arguments.
    pub code: String,
    /// For the sentences.
    pub args: BTreeMap<String, String>,
    /// When it began: wall clock, ms.
    pub since_ms: i64,
    /// Failures in a row.
    pub times: u32,
    /// Somebody must act.
    pub act: bool,
    /// Held to protect data.
    pub protects: bool,
    /// The paths concerned, at most ten, shown.
    pub paths: Vec<String>,
}

/// What a step of a sync asks of the outside.
#[derive(Debug)]
pub enum Do {
    /// Look at the source and these paths.
    Look(JobId, Vec<RelPath>),
    /// Start this run.
    Start(JobId, u32, CommandSpec),
    /// The job is over.
    Over(JobId),
    /// For the log.
    Say(Say),
    /// The first pass failed, and the configuration says that this ends the program.
    GiveUp,
}

/// The state of one sync.
#[derive(Debug)]
pub struct SyncState {
    /// While the program runs.
    pub key: SyncKey,
    /// What is to be done.
    pub plan: SyncPlan,
    /// `settings.insist`.
    pub insist: bool,
    /// `settings.inotifyMode` under which it is watched.
    pub mode: InotifyMode,
    /// The dirty paths.
    pub queue: Queue,
    /// Its watches are in place.
    pub watching: bool,
    /// Directories watched.
    pub dirs: usize,
    /// What the watcher cannot see, by path.
    pub sight: BTreeMap<String, Problem>,
    /// A pass to make.
    pub owed: Option<Owed>,
    /// The first pass has ended, or none was wanted.
    pub first_pass_over: bool,
    /// When the last pass ended well.
    pub last_pass_ms: Option<i64>,
    /// Jobs under way.
    pub jobs: BTreeMap<JobId, Job>,
    /// What failed last, until it goes well again.
    pub standing: Option<Standing>,
    /// Whole runs that failed in a row, and until when nothing is started; `None`: until somebody answers.
    pub failures: u32,
    /// See `failures`.
    pub paused_for_retry: Option<Option<Duration>>,
    /// Paused by a person, until then (wall clock, ms) or until resumed.
    pub paused: Option<Option<i64>>,
    /// What waits goes at once, without `delay`: somebody asked.
    pub hurry: bool,
    /// Taken out of the configuration: ends when its jobs have.
    pub retired: bool,
    /// Everything seen before this moment has been read: wall clock, ms.
    pub drained_ms: Option<i64>,
    /// Files may remain at the target that were removed unseen.
    pub may_remain: bool,
    /// Counts.
    pub totals: Totals,
    baseline: Baseline,
    failing: BTreeSet<RelPath>,
    blocked: bool,
    delete_first: bool,
    deletes_by_filters: bool,
    last_end: Option<Duration>,
    sent_times: SentTimes,
    echoes: Vec<(Duration, Vec<RelPath>)>,
}

impl SyncState {
    /// A sync that is about to be watched.
    pub fn new(key: SyncKey, plan: SyncPlan, settings: &PlanSettings) -> SyncState {
        let init = plan.init;
        SyncState {
            key,
            plan,
            insist: settings.insist,
            mode: settings.inotify_mode,
            queue: Queue::default(),
            watching: false,
            dirs: 0,
            sight: BTreeMap::new(),
            owed: init.then_some(Owed { startup: true, not_before: Duration::ZERO }),
            first_pass_over: !init,
            last_pass_ms: None,
            jobs: BTreeMap::new(),
            standing: None,
            failures: 0,
            paused_for_retry: None,
            paused: None,
            hurry: false,
            retired: false,
            drained_ms: None,
            may_remain: false,
            totals: Totals::default(),
            baseline: Baseline::default(),
            failing: BTreeSet::new(),
            blocked: false,
            delete_first: false,
            deletes_by_filters: false,
            last_end: None,
            sent_times: SentTimes::default(),
            echoes: Vec::new(),
        }
    }

    fn excluded(&self, path: &RelPath, dir: bool) -> bool {
        !path.is_root() && self.plan.matcher.verdict(path, dir) == Verdict::Excluded
    }

    /// Takes in what the watcher saw.
    pub fn changed(&mut self, now: Now, batch: &[Change]) {
        for change in batch {
            self.change(now, change);
        }
        self.blocked = false;
        let keep_deletes = self.plan.delete == crate::config::DeletePolicy::Running;
        self.queue.draw_together(MOST, keep_deletes, now.mono);
    }

    fn change(&mut self, now: Now, change: &Change) {
        let here = !self.excluded(&change.path, change.dir);
        match &change.kind {
            Kind::Move(to) => {
                let there = !self.excluded(to, change.dir);
                match (here, there) {
                    (true, true) => self.queue.take(change, now, self.plan.delay),
                    (true, false) => {
                        self.one(now, &change.path, Kind::Delete, change.dir);
                        self.touch_parent(now, to);
                    }
                    (false, true) => {
                        self.touch_parent(now, &change.path);
                        self.one(now, to, Kind::Create, change.dir);
                    }
                    (false, false) => {
                        self.touch_parent(now, &change.path);
                        self.touch_parent(now, to);
                    }
                }
            }
            _ if here => self.queue.take(change, now, self.plan.delay),
            // An excluded name came or went: its directory has another time now.
            Kind::Create | Kind::Delete => self.touch_parent(now, &change.path),
            Kind::Attrib | Kind::Writing | Kind::Modify => {}
        }
        if self.plan.matcher.needs_dir_files()
            && self.plan.matcher.dir_file_names().iter().any(|n| n == change.path.name())
        {
            let dir = change.path.parent().unwrap_or_else(RelPath::root);
            self.rescan(now, &dir);
        }
    }

    fn one(&mut self, now: Now, path: &RelPath, kind: Kind, dir: bool) {
        self.queue.take(&Change { path: path.clone(), kind, dir }, now, self.plan.delay);
    }

    fn touch_parent(&mut self, now: Now, path: &RelPath) {
        if !self.plan.rsync.times {
            return;
        }
        let mut parent = path.parent().unwrap_or_else(RelPath::root);
        while self.excluded(&parent, true) {
            parent = parent.parent().unwrap_or_else(RelPath::root);
        }
        self.one(now, &parent, Kind::Attrib, true);
    }

    /// Everything below here may have changed or gone.
    pub fn lost(&mut self, now: Now, under: &RelPath) {
        self.blocked = false;
        if self.plan.delete == crate::config::DeletePolicy::Running {
            self.may_remain = true;
        }
        if under.is_root() {
            let startup = self.owed.is_some_and(|o| o.startup);
            self.owed = Some(Owed { startup, not_before: Duration::ZERO });
        } else if self.excluded(under, true) {
            self.touch_parent(now, under);
        } else {
            self.rescan(now, under);
        }
    }

    fn rescan(&mut self, now: Now, under: &RelPath) {
        let dirt = Dirt {
            want: Want::Create,
            dir: true,
            was_dir: true,
            was_file: false,
            subtree: true,
            replaced: false,
            content_at_ms: None,
            first: now,
            not_before: Duration::ZERO,
            tries: 0,
        };
        self.queue.put(under, dirt, now.mono);
    }

    /// The watcher's sight changed.
    pub fn sees(&mut self, sight: &Sight) {
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
            Sight::Polling { filesystem } => (
                "/polling".into(),
                Some(Problem::warning("sight-polling").with("filesystem", show_bytes(filesystem.as_bytes()))),
            ),
            Sight::NoSource { errno } => (
                "/source".into(),
                Some(Problem::warning("sight-no-source").with("source", &self.plan.source).with("errno", errno)),
            ),
        };
        match problem {
            Some(problem) => drop(self.sight.insert(place, problem)),
            None => drop(self.sight.remove(&place)),
        }
    }

    /// The watches are in place so far, or all.
    pub fn watches(&mut self, dirs: usize, done: bool) {
        self.dirs = dirs;
        if done {
            self.watching = true;
            self.sight.remove("/source");
        }
    }

    /// What is to be started now, if anything. The caller asks [`SyncState::start`] when it has a slot.
    pub fn wants(&mut self, now: Now) -> Option<Purpose> {
        self.echo(now);
        if !self.may_run(now) || self.jobs.len() >= self.plan.max_processes {
            return None;
        }
        if let Some(owed) = self.owed.filter(|o| o.not_before <= now.mono) {
            let delete = if owed.startup { self.plan.delete.at_startup() } else { self.plan.delete.at_recovery() };
            return self.jobs.is_empty().then_some(Purpose::Pass { startup: owed.startup, delete });
        }
        if self.passing() || self.blocked {
            return None;
        }
        self.queue.wake(now.mono);
        let (delay, most) = self.gate();
        (self.queue.due(delay, most)? <= now.mono).then_some(Purpose::Batch)
    }

    fn gate(&self) -> (Duration, usize) {
        if self.hurry { (Duration::ZERO, 1) } else { (self.plan.delay, self.plan.max_delays.max(1)) }
    }

    fn may_run(&mut self, now: Now) -> bool {
        if let Some(Some(until)) = self.paused
            && until <= now.wall_ms
        {
            self.paused = None;
        }
        let retry = match self.paused_for_retry {
            None => true,
            Some(None) => false,
            Some(Some(until)) => until <= now.mono,
        };
        self.watching && !self.retired && self.paused.is_none() && retry
    }

    /// True while a full pass runs.
    pub fn passing(&self) -> bool {
        self.jobs.values().any(|j| matches!(j.purpose, Purpose::Pass { .. }))
    }

    /// When [`SyncState::wants`] may say something else than at `now`, by itself.
    pub fn next_time(&self, now: Now) -> Option<Duration> {
        let mut times = Vec::new();
        times.extend(self.echoes.iter().map(|(at, _)| *at));
        if let Some(Some(until)) = self.paused {
            times.push(now.mono + Duration::from_millis((until - now.wall_ms).max(0) as u64));
        }
        times.extend(self.paused_for_retry.flatten());
        times.extend(self.owed.map(|o| o.not_before));
        if !self.blocked && self.watching {
            let (delay, most) = self.gate();
            times.extend(self.queue.due(delay, most));
        }
        times.into_iter().filter(|t| *t > now.mono).min()
    }

    /// What a server that hung may have undone is listed again.
    fn echo(&mut self, now: Now) {
        let (due, later) = std::mem::take(&mut self.echoes).into_iter().partition(|(at, _)| *at <= now.mono);
        self.echoes = later;
        let due: Vec<(Duration, Vec<RelPath>)> = due;
        for path in due.into_iter().flat_map(|(_, paths)| paths) {
            self.one(now, &path, Kind::Modify, false);
        }
    }

    /// Starts a job.
    pub fn start(&mut self, now: Now, job: JobId, purpose: Purpose) -> Vec<Do> {
        let batch = match purpose {
            Purpose::Pass { .. } => {
                self.owed = None;
                Vec::new()
            }
            Purpose::Batch => self.queue.depart(job, BATCH),
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
        self.jobs.insert(job, Job::new(purpose, batch));
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
        let may_delete = match &job.purpose {
            Purpose::Pass { delete, .. } => *delete,
            Purpose::Batch => self.plan.delete.while_running(),
        };
        let facts = match self.baseline.judge(source, target, may_delete) {
            Ok(facts) => facts,
            Err(trouble) => return self.refuse(now, id, &trouble),
        };
        if let Purpose::Pass { startup, delete } = job.purpose {
            job.running = true;
            let word = if startup { "startup" } else { "full" };
            let rules = self.plan.matcher.rules_text();
            let excluding = if rules.is_empty() { String::new() } else { format!(" excluding\n{}", rules.join("\n")) };
            let text = format!(
                "recursive {word} rsync: {}/ -> {}{excluding}",
                show_bytes(self.plan.source.trim_end_matches('/').as_bytes()),
                self.plan.target.word()
            );
            let command = rsync::full_pass(&self.plan, delete, !startup);
            return vec![self.say(Category::Normal, text), self.exec(&command), Do::Start(id, 0, command)];
        }
        let first = job.made.is_empty();
        let entries: Vec<(RelPath, Dirt)> = seen.iter().filter_map(|s| job.dirt(&s.path)).collect();
        let looks: Vec<_> = seen.into_iter().map(|s| s.look).collect();
        let classed = classify(&self.plan, &facts, &entries, &looks, &self.sent_times);
        let mut listings = classed.listings;
        if self.delete_first {
            listings.sort_by_key(|l| l.class != Class::Delete);
        }
        if self.deletes_by_filters {
            for listing in listings.iter_mut().filter(|l| l.class == Class::Delete) {
                listing.class = Class::Flip;
            }
        }
        let late = job.plan_runs(listings);
        job.mtimes.extend(classed.mtimes);
        for path in late {
            self.entry_failed_at(id, &path, Duration::ZERO);
        }
        let mut out = Vec::new();
        for (path, errno) in classed.errors {
            let problem = Problem::warning("look-failed").with("path", path.shown()).with("errno", errno);
            out.push(self.say(Category::Warn, format!("cannot look at /{}", path.shown())).because(problem));
            self.entry_failed(now, id, &path, RetryClass::Slow);
            self.stand("source-unreadable", BTreeMap::from([("path".into(), path.shown())]), now, true, false, &[path]);
        }
        let paths: Vec<&RelPath> = self.jobs[&id].batch.iter().map(|(p, _)| p).collect();
        let text =
            format!("Calling rsync with filter-list of new/modified files/dirs{}", path_lines(paths.into_iter(), 100));
        if first && !self.jobs[&id].listings.is_empty() {
            out.push(self.say(Category::Normal, text));
        }
        out.extend(self.next_run(now, id));
        out
    }

    /// Starts the next run of a batch, or ends it.
    fn next_run(&mut self, now: Now, id: JobId) -> Vec<Do> {
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        let Some(listing) = job.listings.front() else { return self.finish(now, id) };
        let command = match listing.class {
            Class::Flip => rsync::delete_by_filters(&self.plan, &listing.paths),
            class => rsync::listing(&self.plan, class, &listing.paths),
        };
        job.running = true;
        let step = job.step;
        vec![self.exec(&command), Do::Start(id, step, command)]
    }

    /// A run ended.
    pub fn ended(&mut self, now: Now, id: JobId, step: u32, end: &End, stopped: bool) -> Vec<Do> {
        let just_before = self.last_end.is_some_and(|at| now.mono.saturating_sub(at) < JUST_BEFORE);
        let Some(job) = self.jobs.get_mut(&id).filter(|j| j.running && j.step == step) else { return Vec::new() };
        job.running = false;
        job.step += 1;
        let context = Context {
            target: &self.plan.target,
            source: &self.plan.source,
            binary: &self.plan.rsync.binary,
            stopped_by_us: stopped,
            ran_just_before: just_before || step > 0,
        };
        let mut diagnosis = diagnose(end, &context);
        let mut report = &Report::default();
        if let End::Exited { exit, report: said, .. } = end {
            report = said;
            if let Exit::Code(code) = exit
                && let Some(verdict) = u8::try_from(*code).ok().and_then(|c| self.plan.exit_codes.get(&c))
            {
                diagnosis = diagnosis.with_override(*verdict);
            }
            self.totals.runs += 1;
            self.totals.sent += said.counts.sent;
            self.totals.deleted += said.counts.deleted;
        }
        self.last_end = Some(now.mono);
        let walked = self.jobs[&id].walks();
        if walked {
            self.sent_times.walked(now.wall_ms);
        }
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

    fn batch_ended(&mut self, now: Now, id: JobId, diagnosis: Diagnosis, report: &Report) -> Vec<Do> {
        if diagnosis.resend_later {
            let paths = self.jobs[&id].entries_now();
            self.echoes.push((now.mono + ECHO, paths));
        }
        if diagnosis.fallback_f && !self.deletes_by_filters {
            return self.fall_back(now, id);
        }
        match diagnosis.outcome {
            Outcome::Done => {}
            Outcome::Partial => self.partly(now, id, &diagnosis, report),
            Outcome::Again | Outcome::Held => {
                let left = self.jobs[&id].entries_left();
                let retry = self.whole_failed(now, &diagnosis);
                for path in left {
                    self.entry_failed_at(id, &path, Duration::ZERO);
                }
                let mut out = self.finish(now, id);
                out.extend(retry);
                return out;
            }
        }
        self.next_look(now, id)
    }

    /// A run of a batch took its time: what is left is looked at again before the next one.
    fn next_look(&mut self, now: Now, id: JobId) -> Vec<Do> {
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        if let Some(made) = job.listings.pop_front() {
            job.made.push(made);
        }
        let left: Vec<RelPath> = job.entries_left().into_iter().filter(|e| !job.failed.contains_key(e)).collect();
        if left.is_empty() {
            return self.finish(now, id);
        }
        vec![Do::Look(id, left)]
    }

    /// This receiver takes no missing arguments: the same deletions by filters, now and from now on.
    fn fall_back(&mut self, now: Now, id: JobId) -> Vec<Do> {
        self.deletes_by_filters = true;
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        for listing in job.listings.iter_mut().filter(|l| l.class == Class::Delete) {
            listing.class = Class::Flip;
        }
        let unfit: Vec<RelPath> = job
            .listings
            .iter()
            .filter(|l| l.class == Class::Flip)
            .flat_map(|l| l.paths.iter().filter(|p| rsync::unfit_for_filters(&self.plan, p)).cloned())
            .collect();
        let mut out =
            vec![self.say(
                Category::Warn,
                "the target's rsync takes no missing names: removing by filters from now on".into(),
            )];
        for path in unfit {
            self.entry_failed(now, id, &path, RetryClass::Slow);
        }
        out.extend(self.next_run(now, id));
        out
    }

    /// Exactly what failed stays dirty.
    fn partly(&mut self, now: Now, id: JobId, diagnosis: &Diagnosis, report: &Report) {
        let mut paths: Vec<RelPath> = Vec::new();
        if diagnosis.all_dirty {
            paths = self.jobs[&id].entries_now();
            for path in &paths {
                self.entry_failed(now, id, path, diagnosis.retry);
            }
        }
        for failed in &report.failed {
            let entries = self.jobs[&id].entries_about(&failed.path, failed.deep);
            let mut kept = false;
            for entry in &entries {
                // A subtree that failed in one place is not sent whole again for it.
                if *entry == failed.path || !self.covers_tree(id, entry) {
                    self.entry_failed(now, id, entry, diagnosis.retry);
                    kept = true;
                }
            }
            if !kept && (!failed.guess || !entries.is_empty()) {
                self.dirty_after(now, &failed.path, failed.deep, diagnosis.retry);
            }
            paths.push(failed.path.clone());
        }
        self.totals.failed += paths.len() as u64;
        if let Some(job) = self.jobs.get_mut(&id) {
            job.trouble = true;
        }
        if let Some(failure) = &diagnosis.failure {
            self.stand_for(failure, now, diagnosis.outcome, &paths);
        }
    }

    fn covers_tree(&self, id: JobId, entry: &RelPath) -> bool {
        let Some(listing) = self.jobs.get(&id).and_then(|j| j.listings.front()) else { return false };
        matches!(listing.class, Class::Subtree | Class::SubtreeChecked) && listing.paths.contains(entry)
    }

    /// A path that nobody listed by itself failed: it is dirty from now on.
    fn dirty_after(&mut self, now: Now, path: &RelPath, deep: bool, retry: RetryClass) {
        let wait = pause(retry, 1, u64::from(self.key.0)).unwrap_or_default();
        let dirt = Dirt {
            want: Want::Modify,
            dir: deep,
            was_dir: true,
            was_file: true,
            subtree: deep,
            replaced: false,
            content_at_ms: None,
            first: now,
            not_before: now.mono + wait,
            tries: 1,
        };
        self.queue.put(path, dirt, now.mono);
        self.failing.insert(path.clone());
    }

    fn entry_failed(&mut self, now: Now, id: JobId, path: &RelPath, retry: RetryClass) {
        let tries = self.jobs[&id].batch.iter().find(|(p, _)| p == path).map_or(0, |(_, d)| d.tries);
        let wait = pause(retry, tries + 1, u64::from(self.key.0)).unwrap_or(Duration::from_secs(600));
        self.failing.insert(path.clone());
        self.entry_failed_at(id, path, now.mono + wait);
    }

    fn entry_failed_at(&mut self, id: JobId, path: &RelPath, at: Duration) {
        if let Some(job) = self.jobs.get_mut(&id) {
            job.trouble = true;
            job.failed.insert(path.clone(), at);
        }
    }

    /// The whole run failed: pause.
    fn whole_failed(&mut self, now: Now, diagnosis: &Diagnosis) -> Vec<Do> {
        let Some(failure) = &diagnosis.failure else { return Vec::new() };
        self.failures += 1;
        let wait = pause(diagnosis.retry, self.failures, u64::from(self.key.0));
        self.paused_for_retry = Some(wait.map(|w| now.mono + w));
        self.stand_for(failure, now, diagnosis.outcome, &[]);
        Vec::new()
    }

    fn finish(&mut self, now: Now, id: JobId) -> Vec<Do> {
        let Some(job) = self.jobs.remove(&id) else { return Vec::new() };
        for (path, _) in &job.batch {
            match job.failed.get(path) {
                Some(at) => self.queue.failed(path, id, *at, now.mono),
                None => self.queue.done(path, id),
            }
        }
        let arrived = job.mtimes.into_iter().filter(|(p, _)| !job.failed.contains_key(p));
        self.sent_times.sent(arrived);
        self.blocked = false;
        if !job.trouble {
            self.went_well();
        }
        vec![Do::Over(id)]
    }

    fn went_well(&mut self) {
        self.failures = 0;
        self.paused_for_retry = None;
        self.delete_first = false;
        self.failing.retain(|p| self.queue.holds(p));
        if self.failing.is_empty() {
            self.standing = None;
        }
    }

    fn pass_ended(&mut self, now: Now, id: JobId, diagnosis: &Diagnosis, report: &Report) -> Vec<Do> {
        let Purpose::Pass { startup, delete } = self.jobs[&id].purpose else { return Vec::new() };
        let mut out = Vec::new();
        match diagnosis.outcome {
            Outcome::Done => {
                let source = show_bytes(self.plan.source.trim_end_matches('/').as_bytes());
                let word = if startup { "Startup" } else { "Full pass" };
                out.push(
                    self.say(Category::Normal, format!("{word} of {source}/ -> {} finished.", self.plan.target.word())),
                );
                self.pass_over(now);
                self.went_well();
            }
            Outcome::Partial => {
                let paths: Vec<RelPath> = report.failed.iter().map(|f| f.path.clone()).collect();
                for failed in &report.failed {
                    self.dirty_after(now, &failed.path, failed.deep, diagnosis.retry);
                }
                self.totals.failed += paths.len() as u64;
                if let Some(failure) = &diagnosis.failure {
                    self.stand_for(failure, now, diagnosis.outcome, &paths);
                }
                self.failures += 1;
                let again = diagnosis.all_dirty || (delete && report.deletions_skipped);
                if again {
                    // Not everything that failed is known, or removals were left out: the pass stays owed.
                    let wait = pause(RetryClass::Slow, self.failures, u64::from(self.key.0)).unwrap_or_default();
                    self.owed = Some(Owed { startup, not_before: now.mono + wait });
                } else {
                    self.failures = 0;
                }
                if !diagnosis.all_dirty {
                    self.pass_over(now);
                }
            }
            Outcome::Again | Outcome::Held => {
                self.owed = Some(Owed { startup, not_before: Duration::ZERO });
                self.whole_failed(now, diagnosis);
                if startup && !self.insist && diagnosis.failure.is_some() {
                    let text = "Temporary or permanent failure on startup. Terminating since \"insist\" is not set.";
                    out.push(self.say(Category::Error, text.into()));
                    out.push(Do::GiveUp);
                }
            }
        }
        if diagnosis.resend_later && diagnosis.outcome != Outcome::Done && self.owed.is_none() {
            self.owed = Some(Owed { startup: false, not_before: now.mono + ECHO });
        }
        self.jobs.remove(&id);
        self.blocked = false;
        out.push(Do::Over(id));
        out
    }

    fn pass_over(&mut self, now: Now) {
        self.first_pass_over = true;
        self.last_pass_ms = Some(now.wall_ms);
        if self.plan.delete.at_recovery() {
            self.may_remain = false;
        }
    }

    /// A run may not start.
    fn refuse(&mut self, now: Now, id: JobId, trouble: &Trouble) -> Vec<Do> {
        let Some(job) = self.jobs.remove(&id) else { return Vec::new() };
        for (path, _) in &job.batch {
            self.queue.failed(path, id, Duration::ZERO, now.mono);
        }
        if let Purpose::Pass { startup, .. } = job.purpose {
            self.owed = Some(Owed { startup, not_before: Duration::ZERO });
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
        if let Trouble::MountGone(path) = trouble {
            args.insert("path".to_owned(), path.shown());
        }
        let fresh = self.standing.as_ref().is_none_or(|s| s.code != trouble.code());
        self.stand(trouble.code(), args.clone(), now, true, trouble.protects(), &[]);
        let mut out = vec![Do::Over(id)];
        if fresh {
            let problem = Problem { args, ..Problem::error(&format!("failure-{}", trouble.code())) };
            out.push(self.say(Category::Error, "not started".into()).because(problem));
        }
        if let Purpose::Pass { startup: true, .. } = job.purpose
            && !self.insist
        {
            out.push(Do::GiveUp);
        }
        out
    }

    /// What stands at both ends now is taken for right.
    pub fn allow(&mut self) {
        self.baseline = Baseline::default();
        self.hasten();
    }

    /// Ends every pause but a person's: somebody asks, or the cause may have gone.
    pub fn hasten(&mut self) {
        self.failures = 0;
        self.paused_for_retry = None;
        self.blocked = false;
        self.queue.hurry();
        if let Some(owed) = &mut self.owed {
            owed.not_before = Duration::ZERO;
        }
    }

    fn stand_for(&mut self, failure: &Failure, now: Now, outcome: Outcome, paths: &[RelPath]) {
        let act = outcome == Outcome::Held || failure.code.verdict().0 == Outcome::Held;
        let protects = failure.code.verdict().1 == RetryClass::AfterAnswer;
        let args = failure.args.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        self.stand(failure.code.as_str(), args, now, act, protects, paths);
    }

    fn stand(
        &mut self,
        code: &str,
        args: BTreeMap<String, String>,
        now: Now,
        act: bool,
        protects: bool,
        paths: &[RelPath],
    ) {
        let (since_ms, times) = self.standing.as_ref().map_or((now.wall_ms, 0), |s| (s.since_ms, s.times));
        let paths = paths.iter().take(10).map(RelPath::shown).collect();
        self.standing =
            Some(Standing { code: code.to_owned(), args, since_ms, times: times + 1, act, protects, paths });
    }

    fn say(&self, category: Category, text: String) -> Do {
        Do::Say(Say::new(category, text).of(&self.plan.name))
    }

    fn exec(&self, command: &CommandSpec) -> Do {
        self.say(Category::Exec, command.shown())
    }

    /// lsyncd's lines about the end of a run, and what failed.
    fn tell(&self, end: &End, report: &Report, diagnosis: &Diagnosis, pass: bool) -> Vec<Do> {
        let code = match end {
            End::Exited { exit: Exit::Code(code), .. } => code.to_string(),
            End::Exited { exit: Exit::Signal(signal), .. } => format!("signal {signal}"),
            End::NotStarted(_) => "none (not started)".to_owned(),
        };
        let mut out = Vec::new();
        let text = match (diagnosis.outcome, pass) {
            (Outcome::Done, true) => None,
            (Outcome::Done, false) => Some((Category::Normal, format!("Finished a list after exitcode: {code}"))),
            (Outcome::Partial, _) => Some((Category::Warn, format!("Partly finished after exitcode: {code}"))),
            (_, true) => Some((Category::Warn, format!("Retrying the full pass after exitcode = {code}"))),
            (_, false) => Some((Category::Warn, format!("Retrying a list after exitcode = {code}"))),
        };
        if let Some((category, text)) = text {
            let say = self.say(category, text);
            out.push(match &diagnosis.failure {
                Some(failure) => say.because(Problem {
                    args: failure.args.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
                    ..Problem::error(&format!("failure-{}", failure.code.as_str()))
                }),
                None => say,
            });
        }
        for path in &report.not_deleted {
            out.push(
                self.say(Category::Warn, format!("/{} stays at the target: it holds what is excluded", path.shown())),
            );
        }
        for path in report.failed.iter().take(100) {
            out.push(self.say(Category::Warn, format!("not brought over: /{}", path.path.shown())));
        }
        out
    }
}

impl Do {
    fn because(self, problem: Problem) -> Do {
        match self {
            Do::Say(say) => Do::Say(say.because(problem)),
            other => other,
        }
    }
}
