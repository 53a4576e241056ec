//! A watcher, the sources it watches, and what it said.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use driftless_core::change::{Change, Kind};
use driftless_core::config::InotifyMode;
use driftless_core::filter::{FilterInput, Matcher};
use driftless_core::mirror::{Sight, SyncKey};
use driftless_core::paths::RelPath;
use driftless_engine::watch::{Backend, Options, Report, Watcher, start};

/// Far more than anything takes; a test that fails waits so long.
const DEADLINE: Duration = Duration::from_secs(20);
pub const SYNC: SyncKey = SyncKey(1);

pub struct Bench {
    pub watcher: Option<Box<dyn Watcher>>,
    pub reports: Receiver<Report>,
    pub top: tempfile::TempDir,
}

pub fn p(path: &str) -> RelPath {
    RelPath::new(path.as_bytes()).unwrap()
}

pub fn quick(backend: Backend) -> Options {
    Options {
        backend,
        retry_source: Duration::from_millis(50),
        retry_unreadable: Duration::from_millis(100),
        poll_every: Duration::from_millis(200),
        ..Options::default()
    }
}

pub fn excluding(patterns: &[&str]) -> Matcher {
    let input = FilterInput { exclude: patterns.iter().map(|p| (*p).to_owned()).collect(), ..FilterInput::default() };
    Matcher::build(&input, &mut |_| Err("none".to_owned())).unwrap()
}

fn wall_ms() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

impl Bench {
    /// A watcher that watches nothing yet.
    pub fn idle(options: Options) -> Bench {
        Bench::hearing(options, |_, _| ())
    }

    /// The same, with an ear that is given the source and each report before anything else goes on.
    pub fn hearing(options: Options, ear: impl Fn(&Path, &Report) + Send + Sync + 'static) -> Bench {
        let (sender, reports) = channel();
        let top = tempfile::tempdir().unwrap();
        let src = top.path().join("src");
        fs::create_dir(&src).unwrap();
        let watcher = start(
            move |report| {
                ear(&src, &report);
                let _ = sender.send(report);
            },
            options,
        )
        .unwrap();
        Bench { watcher: Some(watcher), reports, top }
    }

    /// A watcher of `src`, ready. `prepare` fills it first.
    pub fn with(options: Options, matcher: Matcher, mode: InotifyMode, prepare: impl FnOnce(&Path)) -> Bench {
        let mut bench = Bench::idle(options);
        prepare(&bench.src());
        let src = bench.src();
        bench.watcher().watch(SYNC, &src, matcher, mode);
        bench.ready(SYNC);
        bench
    }

    pub fn new(backend: Backend, prepare: impl FnOnce(&Path)) -> Bench {
        Bench::with(quick(backend), Matcher::none(), InotifyMode::default(), prepare)
    }

    pub fn watcher(&mut self) -> &mut Box<dyn Watcher> {
        self.watcher.as_mut().unwrap()
    }

    pub fn src(&self) -> PathBuf {
        self.top.path().join("src")
    }

    pub fn outside(&self) -> PathBuf {
        let outside = self.top.path().join("outside");
        fs::create_dir_all(&outside).unwrap();
        outside
    }

    /// Waits for the first report that fits; gives all up to it.
    pub fn until(&mut self, what: &str, mut fits: impl FnMut(&Report) -> bool) -> Said {
        let end = Instant::now() + DEADLINE;
        let mut said = Vec::new();
        loop {
            match self.reports.recv_timeout(end.saturating_duration_since(Instant::now())) {
                Ok(report) => {
                    let done = fits(&report);
                    said.push(report);
                    if done {
                        return Said(said);
                    }
                }
                Err(error) => panic!("waiting for {what}: {error}; said: {said:#?}"),
            }
        }
    }

    pub fn ready(&mut self, key: SyncKey) -> Said {
        self.until("Watching", |r| matches!(r, Report::Watching { sync, done: true, .. } if *sync == key))
    }

    /// Everything said until the watcher vouches for now.
    pub fn said(&mut self) -> Said {
        self.said_of(SYNC)
    }

    pub fn said_of(&mut self, key: SyncKey) -> Said {
        let now = wall_ms();
        // Vouching is for what happened before a millisecond: it must be a later one than that of the last change.
        while wall_ms() <= now {
            std::thread::yield_now();
        }
        self.watcher().vouch();
        let later = |r: &Report| matches!(r, Report::Drained { sync, at_wall_ms } if *sync == key && *at_wall_ms > now);
        self.until("Drained", later)
    }

    /// Changes files in the source; everything said of it.
    pub fn after(&mut self, change: impl FnOnce(&Path)) -> Said {
        change(&self.src());
        self.said()
    }
}

#[derive(Debug)]
pub struct Said(pub Vec<Report>);

impl Said {
    pub fn changes(&self) -> Vec<Change> {
        self.changes_of(SYNC)
    }

    pub fn changes_of(&self, key: SyncKey) -> Vec<Change> {
        let batches = self.0.iter().filter_map(|r| match r {
            Report::Changed { sync, batch } if *sync == key => {
                assert!(!batch.is_empty() && batch.len() <= 4096, "a batch of {}", batch.len());
                Some(batch.clone())
            }
            _ => None,
        });
        batches.flatten().collect()
    }

    /// The kinds said of one path, in order.
    pub fn kinds(&self, path: &str) -> Vec<Kind> {
        self.changes().into_iter().filter(|c| c.path == p(path)).map(|c| c.kind).collect()
    }

    pub fn sights(&self) -> Vec<Sight> {
        self.0
            .iter()
            .filter_map(|r| match r {
                Report::Sight { sight, .. } => Some(sight.clone()),
                _ => None,
            })
            .collect()
    }

    pub fn lost(&self) -> Vec<RelPath> {
        self.0
            .iter()
            .filter_map(|r| match r {
                Report::Lost { under, .. } => Some(under.clone()),
                _ => None,
            })
            .collect()
    }

    /// True if somebody who acts on every report would look at this path.
    pub fn covers(&self, path: &RelPath) -> bool {
        self.lost().iter().any(|under| path.is_within(under))
            || self.changes().iter().any(|c| match &c.kind {
                Kind::Move(to) => path.is_within(to) || path.is_within(&c.path),
                Kind::Delete => path.is_within(&c.path),
                _ => c.path == *path,
            })
    }

    #[track_caller]
    pub fn assert_covers(&self, path: &str) {
        assert!(self.covers(&p(path)), "{path} was not reported: {self:#?}");
    }

    /// Nothing at or below this path.
    #[track_caller]
    pub fn assert_silent(&self, path: &str) {
        let heard: Vec<Change> = self.changes().into_iter().filter(|c| c.path.is_within(&p(path))).collect();
        assert!(heard.is_empty(), "{heard:#?}");
    }
}

pub fn write(path: impl AsRef<Path>, content: &str) {
    fs::write(path, content).unwrap();
}

pub fn mkdirs(path: impl AsRef<Path>) {
    fs::create_dir_all(path).unwrap();
}

pub fn odd_name() -> &'static std::ffi::OsStr {
    std::ffi::OsStr::from_bytes(b"\xff\xfe\n\x1b[31m")
}
