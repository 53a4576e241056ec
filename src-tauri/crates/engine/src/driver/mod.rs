//! The one loop: what happened goes into the heart, what is to be done comes out and is done, in order.
//!
//! - It runs on one thread that lives as long as the engine: children are spawned there (see `run::spawn`).
//! - Nothing in it blocks: looks and keyrings are asked on blocking threads, children are awaited.
//! - A task that ends without an answer (a defect) is answered for, so that no job waits for ever.

mod clock;
mod disks;
mod job;
mod keep;
mod message;
mod pace;
mod ran;
mod tell;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use driftless_core::mirror::{Effect, End, Input, JobId, Mirror, Reply, RequestId, SyncKey, Why};
use driftless_core::pass::Census;
use driftless_core::paths::{RelPath, show_bytes};
use driftless_core::plan::{Plan, SyncPlan};
use driftless_core::problem::Problem;
use driftless_core::say::{Category, Say};
use driftless_core::target::Target;
use driftless_core::view::Status;
use driftless_core::work::CommandSpec;
use rustix::io::Errno;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::{Instant, sleep, sleep_until, timeout};

use self::clock::Clock;
use self::disks::Followed;
use self::job::{Ends, Job, LookDone, Start, end_of, failed_look, look_for};
pub(crate) use self::message::Message;
use self::pace::Pace;
use self::ran::Begun;
pub use self::ran::{Kind, Ran};
use self::tell::Tell;
use crate::dir_files::with_dir_files;
use crate::direct::Pool;
use crate::handle::Event;
use crate::look::Tables;
use crate::look::census::census;
use crate::outside::Outside;
use crate::outside::disks::Disks;
#[cfg(target_os = "linux")]
use crate::outside::mounts;
use crate::probe::Probes;
use crate::record::{Keeper, ToWrite};
use crate::run::{Ground, Patience};
use crate::secrets::Secrets;
use crate::ssh::Masters;
use crate::watch::{Report, Watcher};

/// How long a change of the mount table may be thought about.
#[cfg(target_os = "linux")]
const MOUNTS_BOUND: Duration = Duration::from_secs(5);
/// A count that takes longer stands on a disk that does not answer: the pass goes as a whole.
const COUNT_BOUND: Duration = Duration::from_secs(30);
/// Shortest wait for a timer.
const BREATH: Duration = Duration::from_millis(1);
/// So much news of runs under way waits at most; more is left out, the next one says it all.
const MOVED: usize = 64;
/// Inputs taken in before effects are looked at again.
const AT_ONCE: usize = 256;

/// What the driver works with.
pub(crate) struct Parts {
    pub(crate) inbox: mpsc::UnboundedReceiver<Message>,
    pub(crate) watcher: Box<dyn Watcher>,
    pub(crate) secrets: Arc<dyn Secrets>,
    pub(crate) ground: Ground,
    pub(crate) patience: Patience,
    pub(crate) probes: Probes,
    /// Keeps the records; `None`: nothing is remembered.
    pub(crate) keeper: Option<Keeper>,
    pub(crate) status: watch::Sender<Arc<Status>>,
    pub(crate) on_event: Box<dyn FnMut(Event) + Send>,
    pub(crate) outside: Outside,
}

pub(crate) struct Driver {
    parts: Parts,
    mirror: Mirror,
    clock: Clock,
    plan: Arc<Plan>,
    ends: HashMap<SyncKey, Arc<Ends>>,
    jobs: HashMap<JobId, Job>,
    tasks: JoinSet<Outcome>,
    /// Which task is about what, for one that ends without an answer.
    about: HashMap<Id, (JobId, Option<u32>)>,
    asked: HashMap<RequestId, oneshot::Sender<Reply>>,
    next_request: u64,
    /// Given when the status shows what was asked for.
    answers: Vec<(oneshot::Sender<Reply>, Reply)>,
    pace: Pace,
    /// How far runs under way are.
    moved: mpsc::Receiver<Input>,
    tell_moved: mpsc::Sender<Input>,
    /// The mount table as it was looked at last.
    #[cfg(target_os = "linux")]
    mounts: Vec<crate::watch::mounts::Mount>,
    /// What is mounted, for looks.
    tables: Arc<Tables>,
    /// Notes that are being written, since when.
    unwritten: BTreeMap<u64, (SyncKey, Instant)>,
    /// Whose ends are on disks that come and go, and where those are.
    followed: HashMap<SyncKey, Followed>,
    disks: Disks,
    /// Connections over ssh that are kept.
    masters: Masters,
    /// Copies that are made without a child.
    pool: Pool,
    status_changed: bool,
}

/// What a task gives.
enum Outcome {
    Probed(SyncKey, Box<SyncPlan>, Vec<Problem>),
    Looked(JobId, Box<LookDone>),
    Counted(JobId, Option<Census>),
    Ended(JobId, u32, End, Option<Box<Ran>>),
    /// Whom a change of the mount table concerns.
    Mounts(Vec<SyncKey>),
}

impl Driver {
    /// With `plan` taken in: the status already shows its syncs. Must be called inside a runtime.
    pub(crate) fn new(mut parts: Parts, plan: Arc<Plan>) -> Driver {
        let plan = with_dir_files(plan);
        parts.outside.serve(&plan);
        let masters = Masters::new(parts.ground.clone(), parts.patience);
        let (tell_moved, moved) = mpsc::channel(MOVED);
        let mut driver = Driver {
            parts,
            mirror: Mirror::new(),
            clock: Clock::new(),
            plan: plan.clone(),
            ends: HashMap::new(),
            jobs: HashMap::new(),
            tasks: JoinSet::new(),
            about: HashMap::new(),
            asked: HashMap::new(),
            next_request: 0,
            answers: Vec::new(),
            pace: Pace::new(Instant::now()),
            moved,
            tell_moved,
            #[cfg(target_os = "linux")]
            mounts: crate::watch::mounts::now(),
            tables: Arc::default(),
            unwritten: BTreeMap::new(),
            followed: HashMap::new(),
            disks: Disks::new(),
            masters,
            pool: Pool::default(),
            status_changed: true,
        };
        driver.recover(&Plan { syncs: Vec::new(), ..(*driver.plan).clone() });
        driver.input(Input::Configured(plan));
        driver.publish();
        driver
    }

    /// Goes until the heart says that it is finished; its exit code.
    pub(crate) async fn drive(mut self) -> u8 {
        loop {
            while let Some(effect) = self.mirror.poll_effect() {
                if let Some(code) = self.perform(effect) {
                    self.masters.end().await;
                    self.publish();
                    (self.parts.on_event)(Event::Finished(code));
                    return code;
                }
            }
            if self.status_changed {
                // What was just begun gets going first: a change on its way need not wait for what is shown of it.
                tokio::task::yield_now().await;
            }
            self.publish();
            let wait = self.mirror.poll_timeout().map(|at| at.saturating_sub(self.clock.now().mono));
            let tick_at = self.tick_at();
            tokio::select! {
                Some(message) = self.parts.inbox.recv() => self.take_in(message),
                Some(outcome) = self.tasks.join_next_with_id(), if !self.tasks.is_empty() => self.outcome(outcome),
                Some(input) = self.moved.recv() => self.input(input),
                () = sleep(wait.unwrap_or(BREATH).max(BREATH)), if wait.is_some() => self.input(Input::Timer),
                () = sleep_until(tick_at) => self.ticked(),
            }
            if self.clock.slept() {
                self.happened(Input::Resumed);
            }
        }
    }

    fn input(&mut self, input: Input) {
        self.mirror.handle(self.clock.now(), input);
    }

    /// This message and those right behind it, up to a plan: effects name syncs by their place in the last one.
    fn take_in(&mut self, first: Message) {
        let mut next = Some(first);
        let mut taken = 0;
        while let Some(message) = next {
            taken += 1;
            let last = matches!(message, Message::Configure(_)) || taken >= AT_ONCE;
            self.message(message);
            next = if last { None } else { self.parts.inbox.try_recv().ok() };
        }
    }

    fn message(&mut self, message: Message) {
        match message {
            Message::Watch(report) => {
                if !matches!(report, Report::Drained { .. }) {
                    self.pace.stir(Instant::now());
                }
                self.input(message::input_of(report));
            }
            Message::Configure(plan) => {
                let plan = with_dir_files(plan);
                let old = std::mem::replace(&mut self.plan, plan.clone());
                self.parts.outside.serve(&plan);
                self.masters.keep_for(&plan);
                self.pace.stir(Instant::now());
                self.recover(&old);
                self.input(Input::Configured(plan));
                self.disks_configured();
            }
            Message::Ask(request, answer) => {
                self.next_request += 1;
                let id = RequestId(self.next_request);
                self.asked.insert(id, answer);
                self.input(Input::Asked { id, request });
            }
            Message::Waiting { sync, offset, limit, answer } => {
                // The one who asked may have gone.
                let _ = answer.send(self.mirror.waiting(sync, offset, limit));
            }
            Message::Happened(input) => self.happened(input),
            Message::Vouch => self.parts.watcher.vouch(),
            // The loop looks at its clocks each time it wakes.
            Message::Woke => {}
            Message::Written(written) => self.written(written),
            Message::Mounts => {
                self.disks_changed();
                self.parts.watcher.mounts_changed();
                self.mounts_changed();
            }
        }
    }

    /// Of something outside. Connections of before may lead nowhere now, and nobody would say so for a long time.
    fn happened(&mut self, input: Input) {
        let woke = matches!(input, Input::Resumed);
        if woke || matches!(input, Input::NetworkUp) {
            self.masters.retire();
        }
        self.input(input);
        if woke {
            self.parts.watcher.vouch();
        }
    }

    /// The one rare clock of the loop; what else it waits for tells by itself.
    fn tick_at(&self) -> Instant {
        self.slow_at().into_iter().fold(self.pace.next(), Instant::min)
    }

    fn ticked(&mut self) {
        let now = Instant::now();
        if now >= self.pace.next() {
            self.pace.ticked(now);
            self.parts.watcher.vouch();
        }
        self.do_without_record();
    }

    /// Which syncs a change of the mount table concerns is found out beside the loop: a disk that is gone may not answer, and
    /// then it concerns all.
    #[cfg(target_os = "linux")]
    fn mounts_changed(&mut self) {
        let now = crate::watch::mounts::now();
        let points = mounts::differences(&std::mem::replace(&mut self.mounts, now.clone()), &now);
        let ends: Vec<(SyncKey, Arc<Ends>)> = self.ends.iter().map(|(key, ends)| (*key, ends.clone())).collect();
        let all: Vec<SyncKey> = ends.iter().map(|(key, _)| *key).collect();
        let looking = tokio::task::spawn_blocking(move || {
            let concerned = |(key, ends): &(SyncKey, Arc<Ends>)| {
                let mut paths = vec![ends.source.as_str()];
                if let Target::Local { path } = &ends.target {
                    paths.push(path);
                }
                paths.into_iter().any(|path| mounts::concern(&points, Path::new(path))).then_some(*key)
            };
            ends.iter().filter_map(concerned).collect()
        });
        self.tasks.spawn(async move {
            match timeout(MOUNTS_BOUND, looking).await {
                Ok(Ok(syncs)) => Outcome::Mounts(syncs),
                _ => Outcome::Mounts(all),
            }
        });
    }

    #[cfg(not(target_os = "linux"))]
    fn mounts_changed(&mut self) {
        let syncs = self.ends.keys().copied().collect();
        self.input(Input::MountsChanged { syncs });
    }

    fn outcome(&mut self, outcome: Result<(Id, Outcome), JoinError>) {
        match outcome {
            Ok((id, outcome)) => {
                self.about.remove(&id);
                match outcome {
                    Outcome::Looked(job, done) => self.looked(job, *done),
                    Outcome::Counted(job, census) => self.input(Input::Counted { job, census }),
                    Outcome::Probed(sync, plan, problems) => self.probed(sync, &plan, problems),
                    Outcome::Ended(job, step, end, ran) => {
                        if let Some(ran) = ran {
                            (self.parts.on_event)(Event::Ran(ran));
                        }
                        self.pace.stir(Instant::now());
                        self.input(Input::Ended { job, step, end });
                    }
                    Outcome::Mounts(syncs) => self.input(Input::MountsChanged { syncs }),
                }
            }
            Err(broken) => {
                tracing::error!("a task of the engine broke: {broken}");
                match self.about.remove(&broken.id()) {
                    Some((job, Some(step))) => self.not_started(job, step, Errno::IO),
                    Some((job, None)) => self.input(failed_look(job, Errno::IO, Vec::new())),
                    None => {}
                }
            }
        }
    }

    /// Does one thing; the exit code if it was the last.
    fn perform(&mut self, effect: Effect) -> Option<u8> {
        match effect {
            Effect::Watch { sync, index } => self.watch(sync, index),
            Effect::Unwatch { sync } => {
                self.parts.watcher.unwatch(sync);
                self.ends.remove(&sync);
                self.followed.remove(&sync);
            }
            Effect::LookAt { job, sync, paths } => self.look_at(job, sync, paths),
            Effect::Count { job, .. } => self.count(job),
            Effect::Start { job, step, command, .. } => self.start(job, step, command),
            Effect::Stop { job } => {
                if let Some(job) = self.jobs.get(&job) {
                    job.stop.send_replace(true);
                }
            }
            Effect::Done { job } => drop(self.jobs.remove(&job)),
            Effect::Record { sync, id, seq, notes } => self.record(ToWrite { sync, id, seq, notes }),
            Effect::Vouch => self.parts.watcher.vouch(),
            Effect::Say(say) => (self.parts.on_event)(Event::Say(say)),
            Effect::StatusChanged => self.status_changed = true,
            Effect::Answer { id, reply } => {
                if let Some(answer) = self.asked.remove(&id) {
                    self.answers.push((answer, reply));
                }
            }
            Effect::Finished(code) => return Some(code),
        }
        None
    }

    /// What its rsync can do is asked first: no run starts before the watches are in place, so none that it cannot do.
    fn watch(&mut self, sync: SyncKey, index: usize) {
        let Some(plan) = self.plan.syncs.get(index) else { return };
        let (source, target, matcher) = (plan.source.clone(), plan.target.clone(), plan.matcher.clone());
        let crosses = !plan.rsync.one_file_system;
        self.ends.insert(sync, Arc::new(Ends { id: plan.id.clone(), source, target, matcher, crosses }));
        self.followed.insert(sync, Followed::of(plan));
        let (probes, plan) = (self.parts.probes.clone(), Box::new(plan.clone()));
        self.tasks.spawn(async move {
            let problems = probes.lacking(&plan).await;
            Outcome::Probed(sync, plan, problems)
        });
    }

    fn probed(&mut self, sync: SyncKey, plan: &SyncPlan, problems: Vec<Problem>) {
        if !self.ends.contains_key(&sync) {
            // Taken out of the configuration meanwhile.
            return;
        }
        let mode = self.plan.settings.inotify_mode;
        self.follow(sync, false);
        let away = self.followed.get(&sync).is_some_and(Followed::source_away);
        if let Some(ends) = self.ends.get(&sync).filter(|_| !away) {
            self.parts.watcher.watch(sync, Path::new(&ends.source), plan.matcher.clone(), mode);
        }
        self.input(Input::Lacking { sync, problems });
    }

    fn look_at(&mut self, job: JobId, sync: SyncKey, paths: Vec<RelPath>) {
        let Some(ends) = self.ends.get(&sync).cloned() else {
            return self.input(failed_look(job, Errno::NOENT, paths));
        };
        let kept = Job::new(ends.clone());
        let (stop, tables) = (kept.stop.subscribe(), self.tables.clone());
        self.jobs.insert(job, kept);
        let task = self
            .tasks
            .spawn(async move { Outcome::Looked(job, Box::new(look_for(job, ends, paths, tables, stop).await)) });
        self.about.insert(task.id(), (job, None));
    }

    fn looked(&mut self, job: JobId, done: LookDone) {
        if let Some(kept) = self.jobs.get_mut(&job) {
            kept.dir = done.dir;
            kept.target_dir = done.target_dir;
            kept.names = done.names;
            kept.disks = done.disks;
            if !done.all_links {
                let problem =
                    Problem::warning("look-links-cut").with("source", show_bytes(kept.ends.source.as_bytes()));
                let say = Say::new(Category::Warn, "not all names of a file are known").because(problem);
                (self.parts.on_event)(Event::Say(say));
            }
        }
        self.input(done.input);
    }

    /// Counts what lies in the directory that this job looked at.
    fn count(&mut self, job: JobId) {
        let Some((dir, ends)) = self.jobs.get(&job).and_then(|kept| Some((kept.dir.clone()?, kept.ends.clone())))
        else {
            return self.input(Input::Counted { job, census: None });
        };
        let counting = tokio::task::spawn_blocking(move || census(&dir, &ends.matcher));
        let task = self.tasks.spawn(async move {
            let counted = timeout(COUNT_BOUND, counting).await;
            Outcome::Counted(job, counted.ok().and_then(Result::ok).flatten())
        });
        self.about.insert(task.id(), (job, None));
    }

    fn start(&mut self, job: JobId, step: u32, command: CommandSpec) {
        let Some(kept) = self.jobs.get(&job) else { return self.not_started(job, step, Errno::BADF) };
        let start = Start {
            ends: kept.ends.clone(),
            dir: kept.dir.clone(),
            target_dir: kept.target_dir.clone(),
            names: kept.names.clone(),
            stop: kept.stop.subscribe(),
            secrets: self.parts.secrets.clone(),
            ground: self.parts.ground.clone(),
            patience: self.parts.patience,
            masters: self.masters.clone(),
            pool: self.pool.clone(),
            tell: command.low.then(|| Tell::new(job, step, self.tell_moved.clone())),
        };
        let begun = Begun::now(&command, self.clock.now().wall_ms);
        let task = self.tasks.spawn(async move {
            let (ends, stop) = (start.ends.clone(), start.stop.clone());
            let end = end_of(command, start).await;
            let ran = begun.ran(&ends, &end, *stop.borrow()).map(Box::new);
            Outcome::Ended(job, step, end, ran)
        });
        self.about.insert(task.id(), (job, Some(step)));
    }

    fn not_started(&mut self, job: JobId, step: u32, errno: Errno) {
        let why = Why::System { errno: errno.raw_os_error() };
        self.input(Input::Ended { job, step, end: End::NotStarted(why) });
    }

    /// The status, where it is another one; then the answers.
    fn publish(&mut self) {
        if std::mem::take(&mut self.status_changed) {
            self.publish_status();
        }
        for (answer, reply) in self.answers.drain(..) {
            // The one who asked may have gone.
            let _ = answer.send(reply);
        }
    }

    fn publish_status(&mut self) {
        let status = Arc::new(self.mirror.status());
        if **self.parts.status.borrow() != *status {
            self.parts.status.send_replace(status.clone());
            (self.parts.on_event)(Event::Status(status));
        }
    }
}
