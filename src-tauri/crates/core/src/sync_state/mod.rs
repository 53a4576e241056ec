//! The life of one sync: what is dirty, what runs, what failed, what holds it.
//!
//! A full pass is owed at the start (unless `init = false`), after a loss, and when somebody asks. It runs alone: what changes
//! meanwhile waits. A large one goes in parts (see `parts`), and only what meets the part under way waits. Everything else goes in batches: look, class, run, and only then is a path clean. A failure of the whole
//! (no connection, no password) pauses the sync; a failure of single paths pauses only these.

mod away;
mod begin;
mod clocks;
mod consent;
mod end;
mod far_moves;
mod filters;
mod heal;
mod intake;
mod keep;
mod levels;
mod near_moves;
mod obey;
mod parts;
mod pass;
mod renames;
mod tell;
mod trash;

pub(crate) use clocks::was_set;
pub use consent::Consent;
pub use parts::Parts;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use parts::Next;

use crate::change::Kind;
use crate::conditions::RulePause;
use crate::config::{DeletePolicy, InotifyMode};
use crate::disk::Away;
use crate::job::{Job, Purpose};
use crate::mirror::{JobId, SyncKey};
use crate::moves::Moves;
use crate::paths::RelPath;
use crate::plan::{PlanSettings, SyncPlan};
use crate::problem::Problem;
use crate::queue::Queue;
use crate::safety::{Baseline, Trouble};
use crate::say::Say;
use crate::sent_times::SentTimes;
use crate::target::Target;
use crate::time::Now;
use crate::view::Totals;
use crate::work::CommandSpec;

/// What was sent by a run that a server may still be finishing, and until when; `true`: all below the path too.
type Echo = (Duration, Vec<(RelPath, bool)>);

/// What a server that hung may still do to what we sent is over by then.
const ECHO: Duration = Duration::from_secs(600);

/// A full pass that is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Owed {
    /// The first one.
    pub startup: bool,
    /// Something was lost since the first run: a change within the second of the last one must be found too.
    pub exact: bool,
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
    /// Count what lies in the source.
    Count(JobId),
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
    /// Source and target as they are configured; `plan` has them where their disks are.
    pub written: (String, Target),
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
    /// A pass that goes in parts, until all are done.
    pub parts: Option<Parts>,
    /// The first pass has ended, or none was wanted.
    pub first_pass_over: bool,
    /// When the last pass ended well.
    pub last_pass_ms: Option<i64>,
    /// Jobs under way.
    pub jobs: BTreeMap<JobId, Job>,
    /// What failed last, until it goes well again.
    pub standing: Option<Standing>,
    /// Somebody said that the source is meant to be empty: the next pass may empty the target.
    may_empty: bool,
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
    /// A disk of its is not plugged in.
    pub away: Option<Away>,
    /// A rule of its own pauses it.
    pub paused_by: Option<RulePause>,
    /// Somebody said that the rules do not count now.
    anyway: bool,
    /// Nobody answers at its machine: until then another sync may have tried.
    gated: Option<Duration>,
    /// When its hours begin or end next.
    rules_change: Option<Duration>,
    /// What the last run found: somebody answered, or nobody.
    pub reached: Option<bool>,
    /// What waits for a person's word, and what was said.
    pub consent: Consent,
    /// The rsync that is named cannot do what is asked: nothing is started.
    lacking: bool,
    baseline: Baseline,
    failing: BTreeSet<RelPath>,
    blocked: bool,
    delete_first: bool,
    deletes_by_filters: bool,
    /// A run that removes by filters met others: the batch that makes it is the next one, and goes alone.
    next_alone: bool,
    last_end: Option<Duration>,
    sent_times: SentTimes,
    echoes: Vec<Echo>,
    /// The same for a full pass.
    echo_of_pass: Option<Duration>,
    /// Passes in a row that left something out, and how often a new change brought the next one forward.
    pass_tries: u32,
    pass_forward: u32,
    /// The machine slept, and the watcher has not yet vouched for what happened meanwhile.
    unvouched: Option<Now>,
    keep: keep::Keep,
    /// Renames that may be made at the target.
    moves: Moves,
    /// What runs listed that ended a moment ago; `true`: with all below.
    listed: Vec<(Duration, RelPath, bool)>,
    trash: trash::Trash,
    heal: heal::Heal,
}

impl SyncState {
    /// A sync that is about to be watched.
    pub fn new(key: SyncKey, plan: SyncPlan, settings: &PlanSettings) -> SyncState {
        let init = plan.init;
        SyncState {
            key,
            keep: keep::Keep::of(&plan),
            moves: Moves::default(),
            listed: Vec::new(),
            trash: trash::Trash::default(),
            heal: heal::Heal::default(),
            written: (plan.source.clone(), plan.target.clone()),
            plan,
            insist: settings.insist,
            mode: settings.inotify_mode,
            queue: Queue::default(),
            watching: false,
            dirs: 0,
            sight: BTreeMap::new(),
            owed: init.then_some(Owed { startup: true, exact: false, not_before: Duration::ZERO }),
            parts: None,
            first_pass_over: !init,
            last_pass_ms: None,
            jobs: BTreeMap::new(),
            standing: None,
            may_empty: false,
            failures: 0,
            paused_for_retry: None,
            paused: None,
            hurry: false,
            retired: false,
            drained_ms: None,
            unvouched: None,
            may_remain: false,
            totals: Totals::default(),
            away: None,
            paused_by: None,
            anyway: false,
            gated: None,
            rules_change: None,
            reached: None,
            consent: Consent::default(),
            lacking: false,
            baseline: Baseline::default(),
            failing: BTreeSet::new(),
            blocked: false,
            delete_first: false,
            deletes_by_filters: false,
            next_alone: false,
            last_end: None,
            sent_times: SentTimes::default(),
            echoes: Vec::new(),
            echo_of_pass: None,
            pass_tries: 0,
            pass_forward: 0,
        }
    }

    /// What is to be started now, if anything. The caller asks [`SyncState::start`] when it has a slot.
    pub fn wants(&mut self, now: Now) -> Option<Purpose> {
        self.echo(now);
        self.begin_anew();
        if self.consent.rehearse && self.jobs.is_empty() && !self.retired && !self.lacking {
            self.consent.rehearse = false;
            return Some(Purpose::Rehearsal);
        }
        if self.awaits_confirmation() {
            return None;
        }
        let working = self.jobs.values().filter(|j| j.purpose != Purpose::Rehearsal).count();
        if !self.may_run(now) || working >= self.plan.max_processes || (working > 0 && self.only_one()) {
            return None;
        }
        self.heal(now);
        if let Some(owed) = self.owed.filter(|o| o.not_before <= now.mono) {
            let delete = if owed.startup { self.plan.delete.at_startup() } else { self.plan.delete.at_recovery() };
            let Owed { startup, exact, .. } = owed;
            return (working == 0).then_some(Purpose::Pass { startup, exact, delete });
        }
        match self.next_part(now, working) {
            Next::Part(purpose) => return Some(purpose),
            Next::Drain => return None,
            Next::Others => {}
        }
        if self.alone() || self.blocked {
            return None;
        }
        if self.batch_due(now) {
            return Some(Purpose::Batch);
        }
        self.tidies(now).then_some(Purpose::Tidy)
    }

    /// What waits may go now.
    fn batch_due(&mut self, now: Now) -> bool {
        self.queue.wake(now.mono);
        let (delay, most) = self.gate();
        self.queue.due(delay, most).is_some_and(|due| due <= now.mono)
    }

    pub(super) fn gate(&self) -> (Duration, usize) {
        if self.hurry { (Duration::ZERO, 1) } else { (self.plan.delay, self.plan.max_delays.max(1)) }
    }

    pub(super) fn may_run(&mut self, now: Now) -> bool {
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
        let lets = self.away.is_none() && self.paused_by.is_none() && self.gated.is_none_or(|until| until <= now.mono);
        lets && self.watching && !self.retired && !self.lacking && self.paused.is_none() && retry
    }

    /// True while a full pass is under way, also between its parts.
    pub fn passing(&self) -> bool {
        self.parts.is_some() || self.passing_now()
    }

    /// True while a run of a full pass, or its look, is under way.
    pub fn passing_now(&self) -> bool {
        self.jobs.values().any(|j| matches!(j.purpose, Purpose::Pass { .. }))
    }

    /// When [`SyncState::wants`] may say something else than at `now`, by itself.
    pub fn next_time(&self, now: Now) -> Option<Duration> {
        let mut times = Vec::new();
        times.extend(self.echoes.iter().map(|(at, _)| *at));
        times.extend(self.echo_of_pass);
        times.extend(self.vouch_by());
        times.extend(self.age_due());
        if let Some(Some(until)) = self.paused {
            times.push(now.mono + Duration::from_millis((until - now.wall_ms).max(0) as u64));
        }
        times.extend(self.paused_for_retry.flatten());
        times.extend(self.gated);
        times.extend(self.rules_change);
        times.extend(self.next_tidy());
        times.extend(self.heal_at(now));
        times.extend(self.owed.map(|o| o.not_before));
        times.extend(self.parts.iter().flat_map(Parts::times));
        if !self.blocked && self.watching {
            let (delay, most) = self.gate();
            times.extend(self.queue.due(delay, most));
        }
        times.into_iter().filter(|t| *t > now.mono).min()
    }

    /// What a server that hung may have undone is listed again.
    pub(super) fn echo(&mut self, now: Now) {
        let (due, later): (Vec<Echo>, Vec<Echo>) =
            std::mem::take(&mut self.echoes).into_iter().partition(|(at, _)| *at <= now.mono);
        self.echoes = later;
        for (path, whole) in due.into_iter().flat_map(|(_, paths)| paths) {
            if whole {
                self.rescan(now, &path);
            } else {
                self.one(now, &path, Kind::Modify, false);
            }
        }
        if self.echo_of_pass.is_some_and(|at| at <= now.mono) {
            self.echo_of_pass = None;
            self.owe(Duration::ZERO);
        }
    }

    /// A full pass is owed, from `not_before` on; the first one stays the first one. Where nothing has run yet, nothing of
    /// ours can be at the target that a pass by whole seconds would take for the same.
    pub fn owe(&mut self, not_before: Duration) {
        self.keep.goes_on = false;
        let startup = self.owed.is_some_and(|o| o.startup);
        let exact = !startup || self.totals.runs > 0 || self.owed.is_some_and(|o| o.exact);
        self.owed = Some(Owed { startup, exact, not_before });
    }

    /// A pass that came to nothing is owed again, as it was; at once and exact if something was lost meanwhile.
    pub(super) fn owe_again(&mut self, startup: bool, exact: bool, not_before: Duration) {
        let lost = self.owed.is_some();
        let not_before = if lost { Duration::ZERO } else { not_before };
        self.owed = Some(Owed { startup, exact: exact || lost, not_before });
    }

    /// The policy was another one until now: what this one removes when it begins is removed by a pass. `startup` removes
    /// by its first pass, where it makes one; `true` whatever is not in the source. The two others remove nothing of before.
    pub fn delete_was(&mut self, was: DeletePolicy) {
        match self.plan.delete {
            DeletePolicy::Always if was != DeletePolicy::Always => self.owe(Duration::ZERO),
            DeletePolicy::Startup if !was.at_startup() && self.plan.init => {
                self.owe(Duration::ZERO);
                self.owed = self.owed.map(|owed| Owed { startup: true, ..owed });
            }
            _ => {}
        }
    }

    /// What stands at both ends now is taken for right. Where a guard held, another directory may stand there than the one that
    /// was mirrored: what it lacks is found by a pass.
    pub fn allow(&mut self) {
        let guarded = self.standing.as_ref().is_some_and(|s| Trouble::CODES.contains(&s.code.as_str()));
        if !guarded && self.grant() {
            return self.answered();
        }
        let bare = self.standing.as_ref().is_some_and(|s| s.code == Trouble::TargetNotMounted.code());
        self.baseline = Baseline { bare, ..Baseline::default() };
        self.keep.before = crate::record::Roots::default();
        self.may_empty = self.standing.as_ref().is_some_and(|s| s.code == Trouble::SourceEmptied.code());
        if self.standing.as_ref().is_some_and(|s| Trouble::CODES.contains(&s.code.as_str())) {
            self.owe(Duration::ZERO);
        }
        self.answered();
    }

    /// Ends every pause but a person's: somebody asks.
    pub fn answered(&mut self) {
        self.paused_for_retry = None;
        self.hasten();
    }

    /// Ends the pauses of retries: the cause may have gone. What waits for an answer goes on waiting.
    pub fn hasten(&mut self) {
        self.failures = 0;
        self.gated = None;
        self.paused_for_retry = self.paused_for_retry.filter(Option::is_none);
        self.blocked = false;
        self.queue.hurry();
        if let Some(parts) = &mut self.parts {
            parts.hasten();
        }
        if let Some(owed) = &mut self.owed {
            owed.not_before = Duration::ZERO;
        }
    }
}
