//! Several syncs around a real `Mirror`, with every look and every run in the hand of the test. Nothing moves by itself: the
//! test says what changed, lets time pass, and says how each run ends.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use driftless_core::change::{Change, Kind};
use driftless_core::diagnose::{Exit, FailedPath, FailureCode, PathWhy, Report, Side};
use driftless_core::facts::{FileKind, Found, Look, RootFacts, RootLook, Seen};
use driftless_core::mirror::{Effect, End, Input, JobId, Mirror, Reply, Request, RequestId, SyncKey};
use driftless_core::pass::Census;
use driftless_core::paths::RelPath;
use driftless_core::plan::{Plan, SyncPlan};
use driftless_core::record::{Past, Recovered};
use driftless_core::target::Target;
use driftless_core::time::Now;
use driftless_core::view::SyncStatus;
use driftless_core::work::{Arg, CommandSpec, Stdin};

use crate::world::settings;

/// One run that was started.
#[derive(Debug, Clone)]
pub struct Started {
    pub sync: String,
    pub job: JobId,
    pub step: u32,
    pub at: Duration,
    pub command: CommandSpec,
}

impl Started {
    pub fn has(&self, word: &str) -> bool {
        self.command.args.iter().any(|a| matches!(a, Arg::Word(w) if w == word))
    }

    /// The listed paths, blank-separated; `PASS` for a full pass.
    pub fn what(&self) -> String {
        match &self.command.stdin {
            Stdin::Null => "PASS".to_owned(),
            Stdin::Files => "FILES".to_owned(),
            Stdin::Bytes(list) => {
                let items = list.split(|b| *b == 0).filter(|i| !i.is_empty());
                items.map(|i| String::from_utf8_lossy(&i[2..]).into_owned()).collect::<Vec<_>>().join(" ")
            }
        }
    }
}

pub struct Stage {
    pub now: Now,
    pub mirror: Mirror,
    pub plan: Plan,
    pub running: BTreeMap<JobId, Started>,
    /// Every run ever started.
    pub begun: Vec<Started>,
    /// What stands at the sources' roots, by the name of the sync; a plain directory where nothing is said.
    pub roots: BTreeMap<String, RootLook>,
    pub targets: BTreeMap<String, RootLook>,
    /// What there is in the sources, by the name of the sync; nobody can count it where nothing is said.
    pub census: BTreeMap<String, Census>,
    /// What a look finds; a file just written where nothing is said.
    pub looks: BTreeMap<RelPath, Look>,
    pub stopped: Vec<JobId>,
    pub finished: Option<u8>,
    pub replies: Vec<Reply>,
    pub unwatched: Vec<SyncKey>,
    pub watched: Vec<(SyncKey, String)>,
    /// Looks stay unanswered while this is set.
    pub hold_looks: bool,
    /// How often something was handled.
    pub turns: usize,
    /// What is noted of each sync, by its id.
    pub disk: BTreeMap<String, Past>,
    /// Notes stay unanswered while this is set.
    pub hold_records: bool,
    pub unrecorded: Vec<u64>,
    /// The watcher hands nothing on.
    pub watcher_stuck: bool,
    /// The codes of the problems in the log.
    pub said: Vec<String>,
    held: Vec<Effect>,
}

/// A root directory with something in it.
pub fn root(ino: u64) -> RootFacts {
    RootFacts { dev: 1, ino, mount: Some(1), fs: Some(1), empty: false, mounts: Vec::new(), bare: false }
}

pub fn path(text: &str) -> RelPath {
    RelPath::new(text.as_bytes()).expect("a clean path")
}

/// A sync of its own on a machine of its own, without filters.
pub fn sync(name: &str) -> SyncPlan {
    let plain = crate::world::plan(driftless_core::config::DeletePolicy::Always, &[]);
    SyncPlan {
        id: format!("id-{name}"),
        name: name.to_owned(),
        source: format!("/source/{name}"),
        target: Target::parse(&format!("user@{name}::module")).expect("a target"),
        ..plain
    }
}

pub fn ended(exit: Exit, report: Report) -> End {
    End::Exited { exit, report: Box::new(report), stalled: false }
}

pub fn ok() -> End {
    code(0)
}

pub fn code(code: i32) -> End {
    ended(Exit::Code(code), Report::default())
}

/// Exit 10, and nothing listens there.
pub fn refused() -> End {
    because(10, FailureCode::ConnectionRefused)
}

pub fn because(exit: i32, cause: FailureCode) -> End {
    let causes = BTreeMap::from([(cause, BTreeMap::new())]);
    ended(Exit::Code(exit), Report { causes, ..Report::default() })
}

/// Exit 23: these failed.
pub fn without(paths: &[&str]) -> End {
    let one = |p: &&str| FailedPath {
        path: path(p),
        why: PathWhy::Permission,
        side: Side::Receiver,
        deep: false,
        guess: false,
    };
    let causes = BTreeMap::from([(FailureCode::TargetPermission, BTreeMap::new())]);
    ended(Exit::Code(23), Report { failed: paths.iter().map(one).collect(), causes, ..Report::default() })
}

impl Stage {
    /// Configured, and nothing watched yet.
    pub fn new(syncs: Vec<SyncPlan>) -> Stage {
        Stage {
            now: Now { mono: Duration::from_secs(1_000), wall_ms: 1_700_000_000_000 },
            mirror: Mirror::new(),
            plan: Plan { settings: settings(), syncs },
            running: BTreeMap::new(),
            begun: Vec::new(),
            roots: BTreeMap::new(),
            targets: BTreeMap::new(),
            census: BTreeMap::new(),
            looks: BTreeMap::new(),
            stopped: Vec::new(),
            finished: None,
            replies: Vec::new(),
            unwatched: Vec::new(),
            watched: Vec::new(),
            hold_looks: false,
            turns: 0,
            disk: BTreeMap::new(),
            hold_records: false,
            unrecorded: Vec::new(),
            watcher_stuck: false,
            said: Vec::new(),
            held: Vec::new(),
        }
    }

    /// All first passes made, nothing waits.
    pub fn at_rest(syncs: Vec<SyncPlan>) -> Stage {
        let mut stage = Stage::new(syncs);
        stage.configure();
        stage.watch_all();
        while !stage.running.is_empty() {
            stage.end(ok());
        }
        stage.pass(10.0);
        stage.begun.clear();
        stage
    }

    pub fn configure(&mut self) {
        self.input(Input::Configured(Arc::new(self.plan.clone())));
    }

    /// The program is killed and started again, the machine with it; the source may have changed meanwhile.
    pub fn restart(&mut self) {
        self.start_again();
        self.watch_all();
    }

    /// The same, and the watches are still being set up.
    pub fn start_again(&mut self) {
        self.mirror = Mirror::new();
        self.running.clear();
        self.watched.clear();
        self.held.clear();
        self.unrecorded.clear();
        self.finished = None;
        for (id, past) in self.disk.clone() {
            self.input(Input::Recovered { id, found: Recovered::Past(Box::new(past)) });
        }
        self.configure();
    }

    /// Answers the notes that were held.
    pub fn answer_records(&mut self) {
        self.hold_records = false;
        for seq in std::mem::take(&mut self.unrecorded) {
            self.input(Input::Recorded(seq));
        }
    }

    pub fn watch_all(&mut self) {
        for (sync, _) in self.watched.clone() {
            self.input(Input::Watching { sync, dirs: 1, done: true });
        }
    }

    pub fn key(&self, name: &str) -> SyncKey {
        self.watched.iter().rfind(|(_, n)| n == name).map(|(k, _)| *k).expect("a sync of that name")
    }

    pub fn input(&mut self, input: Input) {
        self.turns += 1;
        self.mirror.handle(self.now, input);
        while let Some(effect) = self.mirror.poll_effect() {
            self.perform(effect);
        }
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Watch { sync, index } => self.watched.push((sync, self.plan.syncs[index].name.clone())),
            Effect::Unwatch { sync } => self.unwatched.push(sync),
            Effect::LookAt { .. } if self.hold_looks => self.held.push(effect),
            Effect::LookAt { job, sync, paths } => {
                let name = self.name(sync);
                let source = self.roots.get(&name).cloned().unwrap_or(RootLook::Dir(root(1)));
                let target = self.targets.get(&name).cloned();
                let paths = paths.into_iter().map(|p| Seen { look: self.look(&p), path: p }).collect();
                self.input(Input::LookedAt { job, source, target, paths });
            }
            Effect::Count { job, sync } => {
                let census = self.census.get(&self.name(sync)).cloned();
                self.input(Input::Counted { job, census });
            }
            Effect::Start { job, step, sync, command } => {
                let run = Started { sync: self.name(sync), job, step, at: self.now.mono, command };
                self.begun.push(run.clone());
                assert!(self.running.insert(job, run).is_none(), "two runs of one job at once");
            }
            Effect::Stop { job } => self.stopped.push(job),
            Effect::Answer { reply, .. } => self.replies.push(reply),
            Effect::Finished(code) => {
                assert!(self.finished.replace(code).is_none(), "ended twice");
            }
            Effect::Record { id, seq, notes, .. } => {
                let past = self.disk.entry(id).or_default();
                notes.iter().for_each(|note| past.take(note));
                if !self.hold_records {
                    self.input(Input::Recorded(seq));
                } else {
                    self.unrecorded.push(seq);
                }
            }
            Effect::Say(say) => self.said.extend(say.problem.map(|p| p.code)),
            Effect::Vouch if self.watcher_stuck => {}
            Effect::Vouch => {
                for (sync, _) in self.watched.clone() {
                    self.input(Input::Drained { sync, at_wall_ms: self.now.wall_ms });
                }
            }
            Effect::Done { .. } | Effect::StatusChanged => {}
        }
    }

    /// Answers the looks that were held.
    pub fn answer_looks(&mut self) {
        self.hold_looks = false;
        for look in std::mem::take(&mut self.held) {
            self.perform(look);
        }
    }

    fn name(&self, sync: SyncKey) -> String {
        self.watched.iter().find(|(k, _)| *k == sync).map(|(_, n)| n.clone()).expect("a watched sync")
    }

    fn look(&self, path: &RelPath) -> Look {
        self.looks.get(path).cloned().unwrap_or_else(|| self.found(FileKind::File))
    }

    pub fn found(&self, kind: FileKind) -> Look {
        let mtime_ns = i128::from(self.now.wall_ms) * 1_000_000;
        Look::Found(Found { kind, dev: 1, ino: 5, mtime_ns, size: 1, links: Vec::new() })
    }

    pub fn gone(&mut self, text: &str) {
        self.looks.insert(path(text), Look::Missing { top: path(text) });
    }

    pub fn is_dir(&mut self, text: &str) {
        let look = self.found(FileKind::Dir);
        self.looks.insert(path(text), look);
    }

    /// A change; a directory's name ends in `/`.
    pub fn change(&mut self, sync: &str, name: &str, kind: Kind) {
        let change = Change { path: path(name.trim_end_matches('/')), kind, dir: name.ends_with('/') };
        let sync = self.key(sync);
        self.input(Input::Changed { sync, batch: vec![change] });
    }

    pub fn write(&mut self, sync: &str, name: &str) {
        self.change(sync, name, Kind::Modify);
    }

    pub fn ask(&mut self, request: Request) {
        self.input(Input::Asked { id: RequestId(1), request });
    }

    /// Lets time pass; runs under way stay under way.
    pub fn pass(&mut self, seconds: f64) {
        let end = self.now.mono + Duration::from_secs_f64(seconds);
        self.until(end, &mut |_| None);
    }

    /// Lets time pass; each run takes 50 ms and ends as `answer` says.
    pub fn serve(&mut self, seconds: f64, mut answer: impl FnMut(&Started) -> End) {
        let end = self.now.mono + Duration::from_secs_f64(seconds);
        self.until(end, &mut |run| Some(answer(run)));
    }

    fn until(&mut self, end: Duration, answer: &mut dyn FnMut(&Started) -> Option<End>) {
        for _ in 0..50_000 {
            let over = self.running.values().min_by_key(|r| r.at).cloned();
            let over = over.and_then(|r| answer(&r).map(|e| (r.at + Duration::from_millis(50), r, e)));
            let timer = self.mirror.poll_timeout();
            let at = [over.as_ref().map(|o| o.0), timer].into_iter().flatten().min().unwrap_or(end);
            assert!(timer.is_none_or(|t| t > self.now.mono), "a timer in the past: the loop would spin");
            self.now = self.now.after(at.min(end).saturating_sub(self.now.mono));
            if at > end || (over.is_none() && timer.is_none()) {
                return;
            }
            match over {
                Some((when, run, how)) if when == at => self.end_run(&run, how),
                _ => self.input(Input::Timer),
            }
        }
        panic!("time does not pass");
    }

    pub fn end_run(&mut self, run: &Started, end: End) {
        self.running.remove(&run.job);
        self.input(Input::Ended { job: run.job, step: run.step, end });
    }

    /// Ends the run that was started first.
    pub fn end(&mut self, end: End) {
        let run = self.running.values().min_by_key(|r| (r.at, r.job)).cloned().expect("a run under way");
        self.end_run(&run, end);
    }

    /// Ends the run of this sync.
    pub fn end_of(&mut self, sync: &str, end: End) {
        let run = self.running.values().find(|r| r.sync == sync).cloned().expect("a run of that sync");
        self.end_run(&run, end);
    }

    /// What runs: `sync: paths`, in the order in which they were started.
    pub fn runs(&self) -> Vec<String> {
        let mut runs: Vec<&Started> = self.running.values().collect();
        runs.sort_by_key(|r| (r.at, r.job));
        runs.iter().map(|r| format!("{}: {}", r.sync, r.what())).collect()
    }

    /// What was ever started, in order, and forgets it.
    pub fn begun(&mut self) -> Vec<String> {
        std::mem::take(&mut self.begun).iter().map(|r| format!("{}: {}", r.sync, r.what())).collect()
    }

    pub fn status(&self, sync: &str) -> SyncStatus {
        self.mirror.status().syncs.into_iter().find(|s| s.name == sync).expect("a sync of that name")
    }

    pub fn problem(&self, sync: &str) -> Option<String> {
        self.status(sync).problem.map(|p| p.code)
    }
}
