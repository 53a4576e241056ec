//! The heart: inputs in, effects out. It only routes between the states of the syncs, the slots and the status.
//!
//! `handle` takes one thing that happened, `poll_effect` gives what is to be done, in order, `poll_timeout` says when to
//! call again at the latest.

mod messages;
mod records;

use records::Records;

pub use messages::{DiskIs, Effect, End, Input, JobId, Reply, Request, RequestId, Sight, SyncKey, Why};

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::conditions::Surroundings;
use crate::gates::{Gates, gate_of};
use crate::job::Purpose;
use crate::paths::RelPath;
use crate::plan::{Password, Plan, PlanSettings, SyncPlan};
use crate::record::{Note, Recovered};
use crate::slots::Slots;
use crate::sync_state::{Do, SyncState, was_set};
use crate::time::Now;
use crate::view::{Health, Status, SyncStatus, WaitingEntry};
use crate::work::CommandSpec;

/// So long the watcher may take, at the end, to hand on what it still holds.
const DRAIN: Duration = Duration::from_secs(2);

/// All syncs. It only routes.
#[derive(Debug, Default)]
pub struct Mirror {
    settings: Option<PlanSettings>,
    syncs: Vec<SyncState>,
    slots: Slots,
    gates: Gates,
    around: Surroundings,
    effects: VecDeque<Effect>,
    owners: BTreeMap<JobId, SyncKey>,
    stopped: BTreeSet<JobId>,
    now: Now,
    next_key: u32,
    next_job: u64,
    turn: usize,
    fading: Option<u8>,
    /// While it ends: until when the watcher may hand on what it still holds, and what it must have read.
    drain: Option<Now>,
    finished: bool,
    records: Records,
    /// What the record says of syncs that the next plan brings in.
    found: BTreeMap<String, Recovered>,
}

impl Mirror {
    /// Nothing configured yet.
    pub fn new() -> Mirror {
        Mirror::default()
    }

    /// Takes in one thing that happened at `now`.
    pub fn handle(&mut self, now: Now, input: Input) {
        let set = was_set(std::mem::replace(&mut self.now, now), now);
        if set {
            self.each(|s| s.clock_set(now));
        }
        match input {
            Input::Configured(plan) => self.configure(&plan),
            Input::Recovered { id, found } => drop(self.found.insert(id, found)),
            Input::Recorded(seq) => self.recorded(seq),
            Input::Unrecorded { sync, problem } => self.act(sync, |s| s.unrecorded(problem)),
            Input::Watching { sync, dirs, done } => self.with(sync, |s| s.watches(dirs, done)),
            Input::Sight { sync, sight } => self.act(sync, |s| s.sees(&sight)),
            Input::Changed { sync, batch } => self.with(sync, |s| s.changed(now, &batch)),
            Input::Lost { sync, under } => self.with(sync, |s| s.lost(now, &under)),
            Input::Drained { sync, at_wall_ms } => {
                self.with(sync, |s| s.vouched(at_wall_ms));
            }
            Input::LookedAt { job, source, target, paths } => {
                self.job(job, |s, _| s.looked(now, job, &source, target.as_ref(), paths));
            }
            Input::Ended { job, step, end } => self.job(job, |s, stopped| s.ended(now, job, step, &end, stopped)),
            Input::Counted { job, census } => self.job(job, |s, _| s.counted_source(now, job, census.as_ref())),
            Input::Moved { job, step, moved } => {
                let owner = self.owners.get(&job).copied();
                owner.into_iter().for_each(|key| self.with(key, |s| s.moved(now, job, step, moved)));
            }
            Input::Lacking { sync, problems } => self.act(sync, |s| s.lacks(now, problems)),
            Input::Asked { id, request } => self.asked(id, &request),
            Input::Fade { code, at_once } => self.fade(code, at_once),
            Input::Disk { sync, end, is } => self.with(sync, |s| s.disk_is(now, end, is)),
            Input::Surroundings(around) => {
                self.around = *around;
                self.effects.push_back(Effect::StatusChanged);
            }
            Input::Resumed => {
                for sync in &mut self.syncs {
                    sync.slept(now);
                }
                self.effects.push_back(Effect::Vouch);
                self.gates.hasten();
                self.hasten(|_| true);
            }
            Input::NetworkUp => {
                self.gates.hasten();
                self.hasten(|s| s.plan.target.host().is_some());
            }
            Input::MountsChanged { syncs } => self.hasten(|s| syncs.contains(&s.key)),
            Input::KeyringReady => self.hasten(|s| matches!(s.plan.rsync.password, Password::Keyring(_))),
            Input::Timer => {}
        }
        self.pump();
    }

    /// What is to be done next; call until `None` after each `handle`.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// When to call `handle` with [`Input::Timer`] at the latest, on the clock of `Now::mono`.
    pub fn poll_timeout(&self) -> Option<Duration> {
        if self.fading.is_some() {
            return self.drain.map(|since| since.mono + DRAIN).filter(|at| *at > self.now.mono);
        }
        self.syncs.iter().filter_map(|s| s.next_time(self.now)).min()
    }

    fn with(&mut self, key: SyncKey, act: impl FnOnce(&mut SyncState)) {
        if let Some(sync) = self.syncs.iter_mut().find(|s| s.key == key) {
            act(sync);
            self.effects.push_back(Effect::StatusChanged);
        }
    }

    /// Asks every sync, and does what it says.
    fn each(&mut self, mut ask: impl FnMut(&mut SyncState) -> Vec<Do>) {
        for at in 0..self.syncs.len() {
            let (key, todo) = (self.syncs[at].key, ask(&mut self.syncs[at]));
            self.perform(key, todo);
        }
    }

    fn act(&mut self, key: SyncKey, act: impl FnOnce(&mut SyncState) -> Vec<Do>) {
        if let Some(sync) = self.syncs.iter_mut().find(|s| s.key == key) {
            let todo = act(sync);
            self.perform(key, todo);
            self.effects.push_back(Effect::StatusChanged);
        }
    }

    fn job(&mut self, job: JobId, act: impl FnOnce(&mut SyncState, bool) -> Vec<Do>) {
        let Some(key) = self.owners.get(&job).copied() else { return };
        let stopped = self.stopped.contains(&job);
        let Some(sync) = self.syncs.iter_mut().find(|s| s.key == key) else { return };
        let todo = act(sync, stopped);
        let (reached, gate) = (sync.reached.take(), gate_of(&sync.plan.target));
        if let (Some(reached), Some(gate)) = (reached, gate) {
            self.knocked(&gate, job, reached);
        }
        self.perform(key, todo);
        self.effects.push_back(Effect::StatusChanged);
    }

    /// Somebody answered at this machine, or nobody: that holds for all syncs to it.
    fn knocked(&mut self, gate: &str, job: JobId, reached: bool) {
        let opens = reached && self.gates.answered(gate);
        if reached && !opens {
            return;
        }
        let closed = (!reached).then(|| self.gates.failed(gate, job, self.now.mono));
        for sync in self.syncs.iter_mut().filter(|s| gate_of(&s.plan.target).as_deref() == Some(gate)) {
            sync.gate_is(closed);
        }
    }

    fn perform(&mut self, key: SyncKey, todo: Vec<Do>) {
        // A run need not wait for the time since when something waits.
        let noted = self.note(key, !todo.iter().any(|one| matches!(one, Do::Start(..))));
        for one in todo {
            match one {
                // A look waits for all that was noted before it, its run only for what was noted with it: what was looked at
                // is to be run on at once.
                Do::Look(job, paths) => {
                    let look = Effect::LookAt { job, sync: key, paths };
                    self.effects.extend(self.records.after(key, look));
                }
                Do::Count(job) => self.effects.push_back(Effect::Count { job, sync: key }),
                Do::Start(job, step, command) => self.start(key, job, step, command, noted),
                Do::Say(say) => self.effects.push_back(Effect::Say(say)),
                Do::Over(job) => self.over(job),
                Do::GiveUp => self.fade(255, false),
            }
        }
    }

    /// `noted`: something was noted with it, and has to be on the disk first.
    fn start(&mut self, key: SyncKey, job: JobId, step: u32, command: CommandSpec, noted: bool) {
        if self.stopped.contains(&job) || self.fading.is_some() {
            // Stopped between its runs, or the program ends: the next one never starts.
            let end = End::NotStarted(Why::Stopped);
            let now = self.now;
            return self.job(job, |s, _| s.ended(now, job, step, &end, true));
        }
        let start = Effect::Start { job, step, sync: key, command };
        let free = if noted { self.records.after(key, start) } else { Some(start) };
        self.effects.extend(free);
    }

    /// What there is to be noted of a sync goes before all that follows. True if there was something.
    fn note(&mut self, key: SyncKey, aged: bool) -> bool {
        let now = self.now;
        let Some(sync) = self.syncs.iter_mut().find(|s| s.key == key) else { return false };
        let notes = sync.notes(now, aged);
        let id = sync.plan.id.clone();
        let any = !notes.is_empty();
        self.record(key, id, notes);
        any
    }

    fn record(&mut self, sync: SyncKey, id: String, notes: Vec<Note>) {
        if !notes.is_empty() {
            let mere_time = notes.iter().all(|note| matches!(note, Note::Oldest(_)));
            let seq = if mere_time { self.records.next_aside() } else { self.records.next(sync) };
            self.effects.push_back(Effect::Record { sync, id, seq, notes });
        }
    }

    /// What waited for these notes may be done now, unless it was stopped meanwhile.
    fn recorded(&mut self, seq: u64) {
        for effect in self.records.written(seq) {
            match effect {
                Effect::Start { job, step, sync, command } => self.start(sync, job, step, command, false),
                other => self.effects.push_back(other),
            }
        }
    }

    /// The last notes of a sync that ends.
    fn note_stop(&mut self, at: usize) {
        let (now, sync) = (self.now, &mut self.syncs[at]);
        let all_read = self.drain.is_some_and(|since| sync.drained_ms.is_some_and(|at| at >= since.wall_ms));
        let (key, id, notes) = (sync.key, sync.plan.id.clone(), sync.stop_notes(now, all_read));
        self.record(key, id, notes);
    }

    fn over(&mut self, job: JobId) {
        self.owners.remove(&job);
        self.stopped.remove(&job);
        self.slots.give(job);
        self.gates.over(job);
        self.effects.push_back(Effect::Done { job });
    }

    fn configure(&mut self, plan: &Plan) {
        self.slots.limit(plan.settings.max_processes);
        let mut old = std::mem::take(&mut self.syncs);
        for (index, wanted) in plan.syncs.iter().enumerate() {
            match old.iter().position(|s| !s.retired && s.plan.id == wanted.id) {
                Some(at) => {
                    let state = old.remove(at);
                    self.reconfigure(state, wanted, index, &plan.settings);
                }
                None => self.add(wanted, index, &plan.settings),
            }
        }
        for mut gone in old {
            if !gone.retired {
                self.effects.push_back(Effect::Unwatch { sync: gone.key });
            }
            gone.retired = true;
            self.syncs.push(gone);
        }
        self.found.clear();
        self.settings = Some(plan.settings.clone());
        self.effects.push_back(Effect::StatusChanged);
    }

    fn add(&mut self, plan: &SyncPlan, index: usize, settings: &PlanSettings) {
        self.next_key += 1;
        let key = SyncKey(self.next_key);
        let mut sync = SyncState::new(key, plan.clone(), settings);
        let found = self.found.remove(&plan.id);
        let todo = sync.recover(self.now, found);
        self.syncs.push(sync);
        self.perform(key, todo);
        self.effects.push_back(Effect::Watch { sync: key, index });
    }

    /// A sync that was there before: only what changed is done anew.
    fn reconfigure(&mut self, mut state: SyncState, wanted: &SyncPlan, index: usize, settings: &PlanSettings) {
        let (source, target) = &state.written;
        let watched_alike = *source == wanted.source
            && state.plan.matcher.words() == wanted.matcher.words()
            && settings.inotify_mode == state.mode;
        let same_ends = *source == wanted.source && *target == wanted.target && state.plan.kind == wanted.kind;
        if !same_ends {
            state.retired = true;
            self.effects.push_back(Effect::Unwatch { sync: state.key });
            self.syncs.push(state);
            return self.add(wanted, index, settings);
        }
        let sent_alike = state.plan.rsync == wanted.rsync && state.plan.matcher.words() == wanted.matcher.words();
        // Only an edit of what a run does is an answer to what holds it.
        let edited = !sent_alike
            || state.plan.delete != wanted.delete
            || state.plan.exit_codes != wanted.exit_codes
            || state.plan.ssh_exit_codes != wanted.ssh_exit_codes;
        state.reconsider(wanted);
        state.insist = settings.insist;
        state.mode = settings.inotify_mode;
        let policy = state.adopt(wanted).delete;
        state.delete_was(policy);
        state.remark();
        if !sent_alike || !watched_alike {
            // Other filters or options: what they change, and what changes before it is watched anew, is found by a pass that
            // removes what a recovery may.
            state.lost(self.now, &RelPath::root());
        }
        if edited {
            state.answered();
        } else {
            state.hasten();
        }
        if !watched_alike {
            state.watching = false;
            self.effects.push_back(Effect::Unwatch { sync: state.key });
            self.effects.push_back(Effect::Watch { sync: state.key, index });
        }
        self.syncs.push(state);
    }

    fn fade(&mut self, code: u8, at_once: bool) {
        if self.fading.replace(self.fading.unwrap_or(code)).is_none() && !at_once {
            self.drain = Some(self.now);
            self.effects.push_back(Effect::Vouch);
            // What is done of a pass in parts stays done: the end need not wait for the part.
            let parts: Vec<_> = self.syncs.iter().flat_map(SyncState::part_jobs).collect();
            self.stop_jobs(parts);
        }
        if at_once {
            self.drain = None;
            for job in self.owners.keys().copied().collect::<Vec<_>>() {
                if self.stopped.insert(job) {
                    self.effects.push_back(Effect::Stop { job });
                }
            }
        }
        self.effects.push_back(Effect::StatusChanged);
    }

    /// Ends these, each with whether it runs; one that does not run yet never will.
    fn stop_jobs(&mut self, jobs: Vec<(JobId, bool)>) {
        for (job, running) in jobs {
            if self.stopped.insert(job) && running {
                self.effects.push_back(Effect::Stop { job });
            }
        }
    }

    /// The watcher has read all that happened until then.
    fn drained(&self, since: Now) -> bool {
        let open = |s: &&SyncState| s.watching && !s.retired;
        self.syncs.iter().filter(open).all(|s| s.drained_ms.is_some_and(|at| at >= since.wall_ms))
    }

    /// Something outside changed: what may have stood in the way of these is perhaps gone.
    fn hasten(&mut self, concerns: impl Fn(&SyncState) -> bool) {
        for sync in self.syncs.iter_mut().filter(|s| concerns(s)) {
            sync.hasten();
        }
    }

    /// Starts what may start, the syncs in turns.
    fn pump(&mut self) {
        let now = self.now;
        self.retire();
        if self.fading.is_some() {
            return self.finish_if_idle();
        }
        self.each(|s| s.overslept(now));
        for sync in &mut self.syncs {
            if sync.obey(self.now, &self.around) {
                self.effects.push_back(Effect::StatusChanged);
            }
        }
        let mut idle_in_a_row = 0;
        while idle_in_a_row < self.syncs.len() && self.slots.free() {
            self.turn = (self.turn + 1) % self.syncs.len();
            idle_in_a_row = if self.offer(self.turn) { 0 } else { idle_in_a_row + 1 };
        }
        self.finish_one_pass();
    }

    /// Syncs that were taken out of the configuration end when their jobs have.
    fn retire(&mut self) {
        for at in 0..self.syncs.len() {
            if self.syncs[at].retired && self.syncs[at].jobs.is_empty() {
                self.note_stop(at);
            }
        }
        self.syncs.retain(|s| !s.retired || !s.jobs.is_empty());
    }

    /// Gives a sync a slot if it wants one.
    fn offer(&mut self, turn: usize) -> bool {
        let now = self.now;
        let gate = gate_of(&self.syncs[turn].plan.target);
        if self.still_written_to(turn) {
            return false;
        }
        if gate.as_ref().is_some_and(|gate| !self.gates.lets_pass(gate)) {
            return false;
        }
        let sync = &mut self.syncs[turn];
        let Some(mut purpose) = sync.wants(now) else { return false };
        let machine = sync.plan.target.host().unwrap_or_default().to_owned();
        // A rehearsal goes over both trees too.
        if purpose != Purpose::Batch && !self.slots.free_for_pass(&machine) {
            let Some(other) = sync.wants_instead(now) else { return false };
            purpose = other;
        }
        let pass = purpose != Purpose::Batch;
        self.next_job += 1;
        let job = JobId(self.next_job);
        self.slots.take(job, pass.then_some(machine));
        self.owners.insert(job, sync.key);
        if let Some(gate) = &gate {
            self.gates.starts(gate, job);
        }
        let key = sync.key;
        let todo = sync.start(now, job, purpose);
        let started = !matches!(todo.as_slice(), [Do::Over(_)]);
        self.perform(key, todo);
        // Where nothing that waits could depart a part of a pass may go.
        started || self.syncs.get(turn).is_some_and(|s| s.parts.is_some())
    }

    /// A sync that was taken out of the configuration still has a job on the same target.
    fn still_written_to(&self, turn: usize) -> bool {
        let target = &self.syncs[turn].plan.target;
        self.syncs.iter().any(|s| s.retired && !s.jobs.is_empty() && s.plan.target == *target)
    }

    fn finish_if_idle(&mut self) {
        let Some(code) = self.fading.filter(|_| self.owners.is_empty() && !self.finished) else { return };
        if self.drain.is_some_and(|since| since.mono + DRAIN > self.now.mono && !self.drained(since)) {
            return;
        }
        for at in 0..self.syncs.len() {
            self.note_stop(at);
        }
        if self.records.idle() {
            self.finished = true;
            self.effects.push_back(Effect::Finished(code));
        }
    }

    /// `onepass`: the end is reached when every sync has made its pass, or cannot.
    fn finish_one_pass(&mut self) {
        if !self.settings.as_ref().is_some_and(|s| s.onepass) || self.syncs.is_empty() {
            return;
        }
        let failed = |s: &SyncState| s.standing.is_some() || s.consent.hold.is_some() || s.away.is_some();
        let under_way = !self.owners.is_empty() || self.syncs.iter().any(|s| !failed(s) && s.passing());
        let made = |s: &SyncState| s.watching && s.owed.is_none() && s.queue.is_empty();
        if !under_way && self.syncs.iter().all(|s| failed(s) || made(s)) {
            self.fading = Some(if self.syncs.iter().any(failed) { 255 } else { 0 });
            self.finish_if_idle();
        }
    }

    fn asked(&mut self, id: RequestId, request: &Request) {
        let name = match request {
            Request::Pause { sync, .. } | Request::Resume { sync } | Request::SyncNow { sync } => sync.clone(),
            Request::Anyway { sync } => sync.clone(),
            Request::Allow { sync } | Request::Rehearse { sync } => Some(sync.clone()),
        };
        let fits = |s: &SyncState| !s.retired && name.as_ref().is_none_or(|n| s.plan.id == *n || s.plan.name == *n);
        let (mut done, mut keys, mut ends) = (Vec::new(), Vec::new(), Vec::new());
        for sync in self.syncs.iter_mut().filter(|s| fits(s)) {
            match request {
                Request::Pause { until_wall_ms, .. } => {
                    sync.paused = Some(*until_wall_ms);
                    ends.extend(sync.pass_jobs());
                }
                Request::Resume { .. } => {
                    sync.paused = None;
                    sync.answered();
                }
                Request::Allow { .. } => sync.allow(),
                Request::Rehearse { .. } => sync.rehearse(self.now),
                Request::Anyway { .. } => sync.anyway(),
                Request::SyncNow { .. } => {
                    sync.ask_again();
                    sync.answered();
                    sync.hurry = true;
                    // One that goes in parts goes on; what changed since it began was seen.
                    if sync.parts.is_none() {
                        sync.owe(Duration::ZERO);
                    }
                }
            }
            done.push(sync.plan.id.clone());
            keys.push(sync.key);
        }
        // A batch is short and ends; what is done of a pass stays done.
        self.stop_jobs(ends);
        let reply = match name {
            Some(asked) if done.is_empty() => {
                Reply::NoSuchSync { asked, known: self.syncs.iter().map(|s| s.plan.name.clone()).collect() }
            }
            _ => Reply::Done(done),
        };
        let answer = Effect::Answer { id, reply };
        match (request, keys.first()) {
            // Who allowed something is told so when a restart knows it too.
            (Request::Allow { .. }, Some(key)) => {
                self.note(*key, true);
                self.effects.extend(self.records.after(*key, answer));
            }
            _ => self.effects.push_back(answer),
        }
        self.effects.push_back(Effect::StatusChanged);
    }

    /// How it goes, at the time of the last input.
    pub fn status(&self) -> Status {
        let syncs: Vec<SyncStatus> = self.syncs.iter().filter(|s| !s.retired).map(|s| s.status(self.now)).collect();
        Status {
            health: syncs.iter().map(|s| s.health).max().unwrap_or(Health::Synced),
            running: self.slots.running(),
            fading: self.fading.is_some(),
            around: self.around.clone(),
            syncs,
        }
    }

    /// What waits in a sync, in the order of paths.
    pub fn waiting(&self, sync: SyncKey, offset: usize, limit: usize) -> Vec<WaitingEntry> {
        let Some(sync) = self.syncs.iter().find(|s| s.key == sync) else { return Vec::new() };
        sync.page(offset, limit)
    }
}
