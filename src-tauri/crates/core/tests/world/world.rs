//! A source, a target and a person who changes files, around a real `Mirror`, with a clock that only moves when it is told.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use driftless_core::change::{Change, Kind as Event};
use driftless_core::config::{DeletePolicy, InotifyMode, Kind as SyncKind};
use driftless_core::diagnose::Exit;
use driftless_core::facts::{FileKind, Found, Look, RootFacts, RootLook, Seen};
use driftless_core::filter::{FilterInput, Matcher, Verdict};
use driftless_core::mirror::{Effect, End, Input, JobId, Mirror, SyncKey, Why};
use driftless_core::pass::{Branch, Census};
use driftless_core::paths::RelPath;
use driftless_core::plan::{OwnPlan, Password, Plan, PlanSettings, RsyncPlan, SyncPlan};
use driftless_core::record::{Note, Past, Recovered};
use driftless_core::ssh::SshCall;
use driftless_core::target::Target;
use driftless_core::time::Now;
use driftless_core::trash::{PATTERN, TRASH};
use driftless_core::work::{CommandSpec, Cwd, Stdin};

use crate::claims::Claim;
use crate::fake_rsync::Run;
use crate::tree::{Kind, Node, Tree};

/// A small, repeatable source of chance (xorshift64*).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Chance {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    pub fn below(&mut self, n: usize) -> usize {
        ((self.next() >> 33) as usize) % n.max(1)
    }

    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

enum Coming {
    Events(Vec<Change>),
    Lost(RelPath),
    /// The program has started and reads the source.
    Begin(JobId, Box<CommandSpec>),
    Step(JobId),
    Look(JobId, Vec<RelPath>),
    Count(JobId),
    Recorded(u64),
    Drained(i64),
}

/// A run under way: its step, what it does once it has begun, and where and how it will break off, if it will.
type Running = (u32, Option<Run>, Option<(usize, Exit)>);

pub struct World {
    pub seed: u64,
    pub chance: Chance,
    pub now: Now,
    pub mirror: Mirror,
    pub source: Tree,
    pub target: Tree,
    pub plan: SyncPlan,
    /// Nothing at the target may go: nobody has allowed it.
    pub keeps: bool,
    /// Runs end with 0 and do nothing.
    pub lying: bool,
    /// Runs fail, output is lost, events come late, queues overflow.
    pub faults: bool,
    /// Some runs take so long that others begin and end beside them.
    pub slow: bool,
    pub runs: usize,
    /// Runs that took a rename over, and what all runs sent.
    pub adopted: usize,
    /// Renames that the target made by itself.
    pub moved: usize,
    pub bytes: u64,
    pub most_at_once: usize,
    /// What is on the disk of the sync's past.
    pub past: Past,
    pub finished: bool,
    /// A part of a full pass was seen.
    pub parted: bool,
    /// A person makes changes that no time shows: writes that keep it, writes in the same second, and files put in another's
    /// place while a run reads.
    pub sly: bool,
    /// Every file that ever stood at the target, where a trash keeps them.
    pub stood: BTreeSet<(RelPath, Kind)>,
    /// Every content that a file of this name, size and time ever had at the source.
    versions: BTreeMap<(RelPath, u64, i128), BTreeSet<u64>>,
    unwritten: BTreeMap<u64, Vec<Note>>,
    key: SyncKey,
    coming: BTreeMap<(Duration, u64), Coming>,
    running: BTreeMap<JobId, Running>,
    claims: BTreeMap<JobId, Claim>,
    counted: Option<JobId>,
    watched: bool,
    count: u64,
    last_event: Duration,
    names: usize,
}

pub fn plan(delete: DeletePolicy, exclude: &[&str]) -> SyncPlan {
    let input = FilterInput { exclude: exclude.iter().map(|s| (*s).to_owned()).collect(), ..FilterInput::default() };
    let matcher = Matcher::build(&input, &mut |_| Err("no files here".into())).expect("good patterns");
    SyncPlan {
        id: "id1".into(),
        name: "Sync1".into(),
        kind: SyncKind::Rsync,
        source: "/source".into(),
        target: Target::parse("user@host::module").expect("a target"),
        delay: Duration::from_secs(5),
        max_delays: 50,
        max_processes: 1,
        init: true,
        delete,
        matcher,
        batch_size_limit: None,
        exit_codes: BTreeMap::new(),
        ssh_exit_codes: BTreeMap::new(),
        rsync: RsyncPlan {
            binary: "rsync".into(),
            words: vec!["-ltps".into()],
            pass_words: Vec::new(),
            delete_excluded: false,
            protect: Vec::new(),
            times: true,
            one_file_system: false,
            append: false,
            password: Password::None,
        },
        ssh: None,
        own: OwnPlan::default(),
    }
}

pub fn settings() -> PlanSettings {
    PlanSettings {
        logfile: None,
        logident: "driftless".into(),
        logfacility: "user".into(),
        pidfile: None,
        nodaemon: true,
        status_file: None,
        status_interval: Duration::from_secs(10),
        insist: true,
        inotify_mode: InotifyMode::CloseWrite,
        max_processes: None,
        onepass: false,
    }
}

/// The same with a target that makes renames by itself: a folder here, or a machine that is reached by ssh.
pub fn plan_that_moves(near: bool, exclude: &[&str]) -> SyncPlan {
    let plan = plan(DeletePolicy::Always, exclude);
    if near {
        return SyncPlan { kind: SyncKind::Direct, ..plan };
    }
    let call = SshCall { program: "ssh".into(), words: Vec::new(), host: "host".into() };
    let target = Target::parse("user@host:dir").expect("a target");
    SyncPlan { kind: SyncKind::Rsyncssh, target, ssh: Some(call), ..plan }
}

/// The same with a trash.
pub fn plan_with_trash(delete: DeletePolicy, exclude: &[&str]) -> SyncPlan {
    let all: Vec<&str> = [PATTERN].into_iter().chain(exclude.iter().copied()).collect();
    let mut plan = plan(delete, &all);
    plan.own.keep_days = Some(30);
    plan.rsync.protect.push(PATTERN.to_owned());
    plan
}

impl World {
    pub fn new(seed: u64, plan: SyncPlan) -> World {
        let now = Now { mono: Duration::from_secs(100), wall_ms: 1_700_000_000_000 };
        let start_ns = i128::from(now.wall_ms) * 1_000_000;
        World {
            seed,
            chance: Chance::new(seed),
            now,
            mirror: Mirror::new(),
            source: Tree::new(start_ns),
            target: Tree::new(start_ns - 5),
            plan,
            keeps: false,
            lying: false,
            faults: false,
            slow: false,
            runs: 0,
            adopted: 0,
            moved: 0,
            bytes: 0,
            most_at_once: 0,
            past: Past::default(),
            finished: false,
            parted: false,
            sly: true,
            stood: BTreeSet::new(),
            versions: BTreeMap::new(),
            unwritten: BTreeMap::new(),
            key: SyncKey(0),
            coming: BTreeMap::new(),
            running: BTreeMap::new(),
            claims: BTreeMap::new(),
            counted: None,
            watched: false,
            count: 0,
            last_event: Duration::ZERO,
            names: 5,
        }
    }

    pub fn ns(&mut self) -> i128 {
        self.count += 1;
        if !self.sly {
            // A start that follows no unclean stop compares to the second, as rsync does.
            self.now = self.now.after(Duration::from_secs(1));
        }
        i128::from(self.now.wall_ms) * 1_000_000 + i128::from(self.count % 1_000_000)
    }

    pub fn begin(&mut self) {
        if self.plan.max_processes > 1 && self.seed % 7 < 2 {
            self.plan.batch_size_limit = Some(2 << 20);
        }
        let plan = Plan { settings: settings(), syncs: vec![self.plan.clone()] };
        self.input(Input::Configured(Arc::new(plan)));
        let key = self.key;
        self.watched = true;
        self.input(Input::Watching { sync: key, dirs: 1, done: true });
    }

    pub fn input(&mut self, input: Input) {
        self.mirror.handle(self.now, input);
        self.effects();
    }

    fn effects(&mut self) {
        while let Some(effect) = self.mirror.poll_effect() {
            match effect {
                Effect::Watch { sync, .. } => self.key = sync,
                Effect::LookAt { job, paths, .. } => {
                    let again = self.counted == Some(job);
                    let late = if again { 0 } else { self.chance.below(5) as u64 };
                    let late = Duration::from_millis(late);
                    self.at(late, Coming::Look(job, paths));
                }
                Effect::Count { job, .. } if self.plan.own.part_size.is_none() => {
                    // Nobody waits for a source that is small anyway.
                    self.counted = Some(job);
                    let census = Some(self.census());
                    self.input(Input::Counted { job, census });
                }
                Effect::Count { job, .. } => {
                    let late = Duration::from_millis(self.chance.below(300) as u64);
                    self.at(late, Coming::Count(job));
                }
                Effect::Start { job, step, command, .. } => {
                    assert!(self.watched, "a run before the watches are in place");
                    self.runs += 1;
                    self.adopted += usize::from(matches!(command.cwd, Cwd::Below(_)));
                    Run::check(&command, &self.source);
                    self.claims.retain(|other, _| self.running.contains_key(other));
                    let claim = Claim::of(&command);
                    self.parted |= command.low && matches!(command.stdin, Stdin::Bytes(_));
                    let met = self.claims.values().find(|other| claim.meets(other));
                    assert!(met.is_none(), "seed {}: {claim:?} beside {met:?}", self.seed);
                    self.claims.insert(job, claim);
                    self.running.insert(job, (step, None, None));
                    self.most_at_once = self.most_at_once.max(self.running.len());
                    assert!(self.running.len() <= self.plan.max_processes, "more runs than maxProcesses");
                    // Whatever changes until then, nobody has looked at.
                    let late = Duration::from_millis(self.chance.below(10) as u64);
                    self.at(late, Coming::Begin(job, command.into()));
                }
                Effect::Record { seq, notes, .. } => {
                    let late = Duration::from_millis(self.chance.below(40) as u64);
                    self.unwritten.insert(seq, notes);
                    self.at(late, Coming::Recorded(seq));
                }
                Effect::Vouch => {
                    self.last_event = self.last_event.max(self.now.mono);
                    self.at(self.last_event - self.now.mono, Coming::Drained(self.now.wall_ms));
                }
                Effect::Stop { job } => {
                    if let Some((_, _, cut)) = self.running.get_mut(&job) {
                        *cut = Some((0, Exit::Code(20)));
                    }
                }
                Effect::Finished(_) => self.finished = true,
                _ => {}
            }
        }
    }

    /// What comes to the disk comes in its order.
    fn write_record(&mut self, upto: u64) {
        let later = self.unwritten.split_off(&(upto + 1));
        for note in std::mem::replace(&mut self.unwritten, later).into_values().flatten() {
            self.past.take(&note);
        }
    }

    /// The program is killed: runs break off where they are, what was not yet on the disk may or may not get there.
    pub fn kill(&mut self) {
        let some = self.chance.below(self.unwritten.len() + 1);
        if let Some(upto) = some.checked_sub(1).and_then(|at| self.unwritten.keys().copied().nth(at)) {
            self.write_record(upto);
        }
        self.end();
    }

    /// The program is asked to end, and does; runs that take long are stopped.
    pub fn stop(&mut self) {
        self.input(Input::Fade { code: 0, at_once: false });
        while self.chance.below(20) > 0 && !self.finished {
            self.tick(Duration::from_millis(200));
        }
        self.stop_runs();
        while !self.finished {
            assert!(self.tick(Duration::from_secs(60)), "seed {}: it does not end", self.seed);
        }
        assert!(self.past.clean, "seed {}: a clean stop", self.seed);
        self.end();
    }

    fn stop_runs(&mut self) {
        for job in self.running.keys().copied().collect::<Vec<_>>() {
            let Some((step, run, _)) = self.running.remove(&job) else { continue };
            // One that had not begun to look is over before it did anything.
            let end = run.map_or(End::NotStarted(Why::Stopped), |run| run.end(Some(Exit::Code(20))));
            self.input(Input::Ended { job, step, end });
        }
    }

    fn end(&mut self) {
        self.mirror = Mirror::new();
        self.running.clear();
        self.coming.clear();
        self.unwritten.clear();
        self.finished = false;
        self.watched = false;
        // Another second: what the same one hides is looked for elsewhere.
        self.go(self.now.mono + Duration::from_secs(2));
        self.last_event = self.now.mono;
    }

    pub fn a_second_later(&mut self) -> i128 {
        self.go(self.now.mono + Duration::from_secs(1));
        self.ns()
    }

    /// It is started again, with what is on the disk.
    pub fn again(&mut self) {
        self.go(self.now.mono + Duration::from_secs(2));
        if self.past.marks.is_some() {
            let id = self.plan.id.clone();
            self.input(Input::Recovered { id, found: Recovered::Past(Box::new(self.past.clone())) });
        } else {
            // Killed before it did anything: it is a first start again.
            self.plan.init = true;
        }
        self.begin();
        while !self.plan.init && !self.unwritten.is_empty() {
            // Killed before the start is on the disk, it never started.
            self.tick(Duration::from_millis(5));
        }
    }

    fn bad_end(&mut self, units: usize) -> (usize, Exit) {
        let exits = [Exit::Code(12), Exit::Code(30), Exit::Signal(9), Exit::Code(11), Exit::Code(5), Exit::Code(99)];
        let exit = exits[self.chance.below(exits.len())];
        let at = if exit == Exit::Code(5) { 0 } else { self.chance.below(units + 1) };
        (at, exit)
    }

    fn at(&mut self, after: Duration, what: Coming) {
        self.count += 1;
        self.coming.insert((self.now.mono + after, self.count), what);
    }

    /// Lets time pass until the next thing happens, at most so long. False if nothing will ever happen by itself.
    pub fn tick(&mut self, most: Duration) -> bool {
        let end = self.now.mono + most;
        let next = self.coming.keys().next().map(|(at, _)| *at);
        let timer = self.mirror.poll_timeout();
        let Some(at) = [next, timer].into_iter().flatten().min() else {
            self.go(end);
            return false;
        };
        self.go(at.min(end));
        if at > end {
            return true;
        }
        if next == Some(at) {
            let Some((_, what)) = self.coming.pop_first() else { return true };
            self.happen(what);
        } else {
            self.input(Input::Timer);
        }
        true
    }

    fn go(&mut self, to: Duration) {
        let by = to.saturating_sub(self.now.mono);
        self.now = self.now.after(by.max(Duration::from_millis(u64::from(by > Duration::ZERO))));
    }

    fn happen(&mut self, what: Coming) {
        let sync = self.key;
        match what {
            Coming::Events(batch) => self.input(Input::Changed { sync, batch }),
            Coming::Lost(under) => self.input(Input::Lost { sync, under }),
            Coming::Look(job, paths) => self.look(job, &paths),
            Coming::Count(job) => {
                let census = Some(self.census());
                self.input(Input::Counted { job, census });
            }
            Coming::Begin(job, command) => self.begin_run(job, &command),
            Coming::Step(job) => self.step(job),
            Coming::Drained(at_wall_ms) => self.input(Input::Drained { sync, at_wall_ms }),
            Coming::Recorded(seq) => {
                self.write_record(seq);
                self.input(Input::Recorded(seq));
            }
        }
    }

    fn look(&mut self, job: JobId, paths: &[RelPath]) {
        let facts = RootFacts {
            dev: 1,
            ino: 1,
            mount: Some(1),
            fs: Some(1),
            empty: self.source.nodes.len() == 1,
            mounts: Vec::new(),
            bare: false,
        };
        let seen = paths.iter().map(|p| Seen { path: p.clone(), look: self.look_at(p) }).collect();
        self.input(Input::LookedAt { job, source: RootLook::Dir(facts), target: None, paths: seen });
    }

    fn look_at(&self, path: &RelPath) -> Look {
        for above in path.ancestors() {
            match self.source.get(&above) {
                None => return Look::Missing { top: above },
                Some(node) if !node.is_dir() => return Look::Blocked { at: above },
                Some(_) => {}
            }
        }
        match self.source.get(path) {
            None => Look::Missing { top: path.clone() },
            Some(node) => {
                let (kind, size) = match node.kind {
                    // Large enough for a rename to be worth its while.
                    Kind::File { size, .. } => (FileKind::File, size << 21),
                    Kind::Dir => (FileKind::Dir, 0),
                    Kind::Link(_) => (FileKind::Symlink, 0),
                };
                Look::Found(Found { kind, dev: 1, ino: node.ino, mtime_ns: node.mtime_ns, size, links: Vec::new() })
            }
        }
    }

    fn census(&self) -> Census {
        let (tops, loose) = self.branches(&RelPath::root(), 2);
        Census { tops, loose }
    }

    /// The directories in this one, so deep, and how much else lies in it.
    fn branches(&self, dir: &RelPath, deep: usize) -> (Vec<Branch>, u64) {
        let (dirs, others): (Vec<RelPath>, Vec<RelPath>) =
            self.source.children(dir).into_iter().partition(|p| self.source.is_dir(p));
        let kept = dirs.into_iter().filter(|p| !self.plan.excludes(p, true));
        let branch = |path: RelPath| {
            let (inside, loose) = self.branches(&path, deep - 1);
            let entries = self.source.below(&path).len() as u64 + 1;
            Branch { entries, more: false, inside: (deep > 1).then_some(inside), loose, path }
        };
        (if deep > 0 { kept.map(branch).collect() } else { Vec::new() }, others.len() as u64)
    }

    fn begin_run(&mut self, job: JobId, command: &CommandSpec) {
        let mut run = Run::start(command, &self.source, &self.target, &self.plan.matcher);
        if self.lying {
            run.does_nothing();
        }
        let cut = (self.faults && self.chance.one_in(6)).then(|| self.bad_end(run.len()));
        if let Some(running) = self.running.get_mut(&job) {
            (running.1, running.2) = (Some(run), running.2.or(cut));
        }
        self.at(Duration::from_millis(20), Coming::Step(job));
    }

    fn step(&mut self, job: JobId) {
        let Some((step, Some(mut run), cut)) = self.running.remove(&job) else { return };
        if let Some((left, exit)) = cut
            && run.len() - run.left() >= left
        {
            let late = Duration::from_millis(self.chance.below(300) as u64);
            self.go(self.now.mono + late);
            return self.input(Input::Ended { job, step, end: run.end(Some(exit)) });
        }
        if run.left() == 0 {
            self.bytes += run.sent_bytes();
            self.moved += run.moved;
            return self.input(Input::Ended { job, step, end: run.end(None) });
        }
        // The receiver can't take the root away: only what is below it fails.
        let fails = self.faults && self.chance.one_in(40) && run.next_path().is_some_and(|p| !p.is_root());
        let fail = fails.then(|| self.chance.one_in(2));
        let before: Vec<RelPath> = self.target.nodes.keys().filter(|_| self.keeps).cloned().collect();
        run.step(&self.source, &mut self.target, &self.plan.matcher, fail);
        self.remember();
        let gone = before.iter().find(|p| self.target.get(p).is_none());
        assert!(gone.is_none(), "seed {}: deleted without being asked for: {gone:?}", self.seed);
        self.running.insert(job, (step, Some(run), cut));
        let slow = self.slow && self.chance.one_in(15);
        let pace = Duration::from_millis(self.chance.below(if slow { 9_000 } else { 30 }) as u64);
        self.at(pace, Coming::Step(job));
    }

    /// What stands at the target, where a trash is to keep it.
    pub fn remember(&mut self) {
        if self.plan.own.keep_days.is_some() {
            let trash = RelPath::new(TRASH.as_bytes()).expect("a clean path");
            let files = self.target.nodes.iter().filter(|(p, n)| !n.is_dir() && !p.is_within(&trash));
            self.stood.extend(files.map(|(p, n)| (p.clone(), n.kind.clone())));
        }
    }

    /// What stood at the target once, and is neither there nor in the trash.
    pub fn lost_for_ever(&self) -> Vec<&(RelPath, Kind)> {
        let trash = RelPath::new(TRASH.as_bytes()).expect("a clean path");
        let mut held: BTreeSet<(RelPath, Kind)> = BTreeSet::new();
        for (path, node) in self.target.nodes.iter().filter(|(_, n)| !n.is_dir()) {
            let below =
                path.below(&trash).map(|p| p.bytes().splitn(3, |b| *b == b'/').skip(2).flatten().copied().collect());
            let path = below.map_or_else(|| path.clone(), |b: Vec<u8>| RelPath::new(&b).expect("a clean path"));
            held.insert((path, node.kind.clone()));
        }
        self.stood.iter().filter(|one| !held.contains(one)).collect()
    }

    /// One of these files had another content once, with the same size and time: what changed so can be found only by its event,
    /// since that is all that a quick check of rsync goes by.
    fn looks_like_before(&mut self, events: &[(RelPath, Event, bool)]) -> bool {
        for (path, node) in &self.source.nodes {
            if let Kind::File { data, size } = node.kind {
                self.versions.entry((path.clone(), size, node.mtime_ns)).or_default().insert(data);
            }
        }
        let to = |kind: &Event| if let Event::Move(to) = kind { Some(to.clone()) } else { None };
        let ends = events.iter().flat_map(|(path, kind, _)| [Some(path.clone()), to(kind)]).flatten();
        let ends: Vec<RelPath> = ends.collect();
        let concerned = |path: &RelPath| ends.iter().any(|end| path.is_within(end));
        let several = self.versions.iter().filter(|(_, contents)| contents.len() > 1);
        several.map(|((path, size, mtime_ns), _)| (path, size, mtime_ns)).any(|(path, size, mtime_ns)| {
            let now = self.source.get(path);
            let same = |n: &Node| matches!(n.kind, Kind::File { size: s, .. } if s == *size) && n.mtime_ns == *mtime_ns;
            concerned(path) && now.is_some_and(same)
        })
    }

    /// Events reach the mirror in their order, some of them late; in bad times they are lost, and that is said.
    pub fn tell(&mut self, events: Vec<(RelPath, Event, bool)>) {
        if !self.watched {
            return;
        }
        let sly = self.looks_like_before(&events);
        if self.faults && !sly && self.chance.one_in(25) {
            self.last_event = self.last_event.max(self.now.mono);
            let after = self.last_event - self.now.mono;
            return self.at(after, Coming::Lost(RelPath::root()));
        }
        let mut batch: Vec<Change> = events.into_iter().map(|(path, kind, dir)| Change { path, kind, dir }).collect();
        if self.chance.one_in(4) {
            let again = batch[self.chance.below(batch.len())].clone();
            if !matches!(again.kind, Event::Move(_) | Event::Delete) {
                batch.push(again);
            }
        }
        let late = if self.chance.one_in(3) { self.chance.below(2_000) as u64 } else { self.chance.below(5) as u64 };
        self.last_event = (self.now.mono + Duration::from_millis(late)).max(self.last_event);
        let after = self.last_event - self.now.mono;
        self.at(after, Coming::Events(batch));
    }

    /// A random change of the source by a person.
    pub fn act(&mut self) {
        let now_ns = self.ns();
        let dirs: Vec<RelPath> = self.source.nodes.iter().filter(|(_, n)| n.is_dir()).map(|(p, _)| p.clone()).collect();
        let others: Vec<RelPath> =
            self.source.nodes.keys().filter(|p| !p.is_root() && p.bytes() != b"always").cloned().collect();
        let dir = dirs[self.chance.below(dirs.len())].clone();
        let name = [&b"a"[..], b"b", b"c", b"x.keep", b"cache", b"d"][self.chance.below(self.names + 1)];
        let fresh = dir.join(name);
        let pick = |w: &mut World| (!others.is_empty()).then(|| others[w.chance.below(others.len())].clone());
        // Read from one file and called by the time of another, content can be found again by its event only.
        let unseen = !self.sly && !self.running.is_empty();
        match self.chance.below(12) {
            6..=8 if unseen => {}
            0..=3 => self.write(&fresh, now_ns),
            4 => self.make_dir(&fresh, now_ns),
            5 => {
                if let Some(path) = pick(self) {
                    self.remove(&path, now_ns);
                }
            }
            6 | 7 => {
                if let Some(path) = pick(self).filter(|p| !fresh.is_within(p) && !p.is_within(&fresh)) {
                    self.rename(&path, &fresh, now_ns);
                }
            }
            8 => {
                if let (Some(a), Some(b)) = (pick(self), pick(self))
                    && !a.is_within(&b)
                    && !b.is_within(&a)
                {
                    self.exchange(&a, &b, now_ns);
                }
            }
            9 => {
                if let Some(path) = pick(self) {
                    self.chmod(&path);
                }
            }
            10 if self.sly => {
                let path = pick(self);
                self.sly_write(path);
            }
            _ => self.link(&fresh, now_ns),
        }
    }

    fn free_for_file(&self, path: &RelPath) -> bool {
        !path.is_root() && path.bytes() != b"always" && !self.source.is_dir(path)
    }

    pub fn write(&mut self, path: &RelPath, now_ns: i128) {
        if !self.free_for_file(path) {
            return;
        }
        let (data, size) = (self.chance.next(), self.chance.below(3) as u64);
        let new = self.source.get(path).is_none();
        let old = self.source.get(path).cloned();
        let ino = old.as_ref().map_or(self.count + 10, |n| n.ino);
        let mode = old.as_ref().map_or(0o644, |n| n.mode);
        self.source.put(path, Node { kind: Kind::File { data, size }, mtime_ns: now_ns, mode, ino }, now_ns);
        let mut events = vec![(path.clone(), Event::Modify, false)];
        if new || old.is_some_and(|n| matches!(n.kind, Kind::Link(_))) {
            events.insert(0, (path.clone(), Event::Create, false));
        }
        self.tell(events);
    }

    /// Other content, same size, same time: what a quick check cannot see.
    fn sly_write(&mut self, path: Option<RelPath>) {
        let data = self.chance.next();
        let Some(path) = path else { return };
        let Some(node) = self.source.nodes.get_mut(&path) else { return };
        if let Kind::File { data: old, .. } = &mut node.kind {
            *old = data;
            self.tell(vec![(path.clone(), Event::Modify, false), (path, Event::Attrib, false)]);
        }
    }

    pub fn make_dir(&mut self, path: &RelPath, now_ns: i128) {
        if self.source.get(path).is_none() {
            let ino = self.count + 10;
            self.source.put(path, Node { kind: Kind::Dir, mtime_ns: now_ns, mode: 0o755, ino }, now_ns);
            self.tell(vec![(path.clone(), Event::Create, true)]);
        }
    }

    fn link(&mut self, path: &RelPath, now_ns: i128) {
        if self.source.get(path).is_none() {
            let node = Node { kind: Kind::Link(self.count), mtime_ns: now_ns, mode: 0o777, ino: self.count + 10 };
            self.source.put(path, node, now_ns);
            self.tell(vec![(path.clone(), Event::Create, false)]);
        }
    }

    pub fn remove(&mut self, path: &RelPath, now_ns: i128) {
        let Some(node) = self.source.get(path) else { return };
        let mut events = vec![(path.clone(), Event::Delete, node.is_dir())];
        for below in self.source.below(path) {
            let dir = self.source.is_dir(&below);
            events.insert(0, (below, Event::Delete, dir));
        }
        self.source.remove(path, now_ns);
        self.tell(events);
    }

    pub fn rename(&mut self, from: &RelPath, to: &RelPath, now_ns: i128) {
        let Some(node) = self.source.get(from) else { return };
        let dir = node.is_dir();
        let in_the_way = |n: &Node| n.is_dir() != dir || !self.source.below(to).is_empty() || to.bytes() == b"always";
        if self.source.get(to).is_some_and(in_the_way) {
            return;
        }
        self.source.rename(from, to, now_ns);
        let hidden = |w: &World, p: &RelPath| w.plan.matcher.verdict(p, dir) == Verdict::Excluded;
        let events = match (hidden(self, from), hidden(self, to)) {
            (_, false) | (false, true) => vec![(from.clone(), Event::Move(to.clone()), dir)],
            (true, true) => vec![(from.clone(), Event::Delete, dir), (to.clone(), Event::Create, dir)],
        };
        self.tell(events);
    }

    fn exchange(&mut self, a: &RelPath, b: &RelPath, now_ns: i128) {
        let (was_dir_a, was_dir_b) = (self.source.is_dir(a), self.source.is_dir(b));
        let (first, second) = (self.source.take(a), self.source.take(b));
        self.source.graft(b, first);
        self.source.graft(a, second);
        self.source.touch_parent(a, now_ns);
        self.source.touch_parent(b, now_ns);
        self.tell(vec![(a.clone(), Event::Move(b.clone()), was_dir_a), (b.clone(), Event::Move(a.clone()), was_dir_b)]);
    }

    fn chmod(&mut self, path: &RelPath) {
        let mode = [0o600, 0o640, 0o755][self.chance.below(3)];
        if let Some(node) = self.source.nodes.get_mut(path).filter(|n| !matches!(n.kind, Kind::Link(_))) {
            node.mode = mode;
            let dir = node.is_dir();
            self.tell(vec![(path.clone(), Event::Attrib, dir)]);
        }
    }

    /// The watcher lost events, somewhere.
    pub fn lose(&mut self) {
        self.last_event = self.last_event.max(self.now.mono);
        self.at(self.last_event - self.now.mono, Coming::Lost(RelPath::root()));
    }

    /// Lets time pass until nothing happens any more for an hour, held or not.
    pub fn settle(&mut self) {
        for _ in 0..20_000 {
            let busy = !self.coming.is_empty() || !self.running.is_empty();
            let due = self.mirror.poll_timeout().is_some_and(|at| at < self.now.mono + Duration::from_secs(3_600));
            if !busy && !due {
                return;
            }
            self.tick(Duration::from_secs(100));
        }
        panic!("seed {}: never settles: {:#?}", self.seed, self.mirror.status());
    }

    /// Lets so much time pass.
    pub fn tick_until(&mut self, span: Duration) {
        let end = self.now.mono + span;
        while self.now.mono < end {
            self.tick(end - self.now.mono);
        }
    }

    /// Lets everything come to rest.
    pub fn rest(&mut self) {
        self.faults = false;
        for _ in 0..200_000 {
            let status = self.mirror.status();
            let sync = &status.syncs[0];
            let quiet = self.coming.is_empty() && self.running.is_empty() && sync.waiting == 0;
            // Without deletions a file cannot take a directory's place: that conflict is for a person, and stays.
            let settled = self.coming.is_empty() && self.running.is_empty();
            let keeps = matches!(self.plan.delete, DeletePolicy::Never | DeletePolicy::Startup);
            if settled && keeps && sync.problem.as_ref().is_some_and(|p| p.times > 30) {
                return;
            }
            if quiet && sync.phase == driftless_core::view::Phase::Idle {
                return;
            }
            self.tick(Duration::from_secs(3600));
        }
        panic!("seed {}: never at rest: {:#?}", self.seed, self.mirror.status());
    }

    /// After a stranger was taken away by hand.
    pub fn same_root_times(&mut self) {
        let time = self.source.get(&RelPath::root()).map_or(0, |n| n.mtime_ns);
        self.target.touch_parent(&RelPath::root().join(b"x"), time);
    }

    pub fn kept(&self, path: &RelPath, node: &Node) -> bool {
        self.plan.matcher.verdict(path, node.is_dir()) == Verdict::Sent || path.is_root()
    }

    /// A directory at the target that holds what is excluded.
    pub fn holds_excluded(&self, path: &RelPath) -> bool {
        self.target.below(path).iter().any(|p| !self.kept(p, &self.target.nodes[p]))
    }

    /// What differs between source and target. `strangers`: names that may be at the target alone.
    pub fn differences(&self, strangers: bool) -> Vec<String> {
        let mut out = Vec::new();
        let kept = |p: &RelPath, n: &Node| self.kept(p, n);
        for (path, node) in self.source.nodes.iter().filter(|(p, n)| kept(p, n)) {
            match self.target.get(path) {
                None => out.push(format!("missing at the target: {path:?} {node:?}")),
                Some(there) if !same(node, there) => out.push(format!("differs: {path:?}\n  {node:?}\n  {there:?}")),
                Some(_) => {}
            }
        }
        for (path, node) in self.target.nodes.iter().filter(|(p, n)| kept(p, n)) {
            let holds_excluded = node.is_dir() && self.holds_excluded(path);
            if self.source.get(path).is_none() && !strangers && !holds_excluded {
                out.push(format!("only at the target: {path:?}"));
            }
        }
        out
    }
}

fn same(a: &Node, b: &Node) -> bool {
    let times = a.mtime_ns == b.mtime_ns || matches!(a.kind, Kind::Link(_));
    let modes = a.mode == b.mode || matches!(a.kind, Kind::Link(_));
    a.kind == b.kind && times && modes
}
