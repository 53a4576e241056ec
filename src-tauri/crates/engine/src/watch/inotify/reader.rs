//! The thread: waits, reads the kernel's queue empty, and gives everybody their turn.

use std::collections::{BTreeMap, VecDeque};
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use driftless_core::mirror::SyncKey;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::inotify as sys;
use rustix::io::Errno;

use super::foot::Foot;
use super::source::Source;
use super::walk::{Job, Walk};
use super::{Command, Line};
use crate::watch::arena::Arena;
use crate::watch::mounts::{self, Mount};
use crate::watch::moves::{Next, Queue, Raw};
use crate::watch::notify::NotifyWatcher;
use crate::watch::throttle::Throttle;
use crate::watch::{Options, Sink};

/// Events applied, watches removed, time walked before the kernel is read again.
const EVENTS_A_TURN: usize = 4096;
const REMOVALS_A_TURN: usize = 500;
const WALK_A_TURN: Duration = Duration::from_millis(2);
/// Events read before they are applied, so that reading cannot go on for ever.
const READS_A_TURN: usize = 65_536;

/// See the module's head. Its methods stand in `events`, `walk` and `hand_on` too.
pub(super) struct Reader {
    pub inotify: OwnedFd,
    inbox: Receiver<Command>,
    pub line: Line,
    pub sink: Sink,
    pub options: Options,
    pub watched: Arc<AtomicUsize>,
    pub arena: Arena,
    pub sources: BTreeMap<u32, Source>,
    pub queue: Queue,
    pub throttle: Throttle,
    /// Directories to be walked, first come first served.
    pub jobs: VecDeque<Job>,
    /// Those whose place could not be found: tried again then.
    pub later: Vec<(Instant, Job)>,
    pub walk: Option<Walk>,
    /// The name that is being entered.
    pub name: Vec<u8>,
    /// Where this thread stands.
    pub foot: Foot,
    /// The number given to the last job.
    pub seq: u64,
    /// Watches without a place, removed a few at a time: each removal makes an event. One that has found a place again stays.
    pub doomed: Vec<i32>,
    /// After an overflow: the watches known before. Those not met again go when all walks have ended.
    pub unmet: Vec<i32>,
    pub poller: Option<NotifyWatcher>,
    pub mounts: Vec<Mount>,
    /// Somebody wants a Drained.
    pub vouch: bool,
    /// Wall-clock time before the last read that found the kernel's queue empty.
    pub empty_at: i64,
    /// Times up to which everything is applied, as soon as the jobs up to this number are done.
    pub vouched: VecDeque<(i64, u64)>,
    pub buffer: Vec<MaybeUninit<u8>>,
    events: Vec<MaybeUninit<u8>>,
}

pub(super) fn wall_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| i64::try_from(d.as_millis()).unwrap_or(i64::MAX))
}

impl Reader {
    pub fn new(
        inotify: OwnedFd,
        inbox: Receiver<Command>,
        line: Line,
        sink: Sink,
        options: Options,
        watched: Arc<AtomicUsize>,
    ) -> Reader {
        Reader {
            inotify,
            inbox,
            line,
            sink,
            watched,
            arena: Arena::new(),
            sources: BTreeMap::new(),
            queue: Queue::new(options.move_patience),
            throttle: Throttle::new(options.writing_every),
            options,
            jobs: VecDeque::new(),
            later: Vec::new(),
            walk: None,
            name: Vec::new(),
            foot: Foot::default(),
            seq: 0,
            doomed: Vec::new(),
            unmet: Vec::new(),
            poller: None,
            mounts: mounts::now(),
            vouch: false,
            empty_at: 0,
            vouched: VecDeque::new(),
            buffer: vec![MaybeUninit::uninit(); 32 * 1024],
            events: vec![MaybeUninit::uninit(); 256 * 1024],
        }
    }

    pub fn run(mut self) {
        while self.wait() && self.obey() {
            self.read();
            self.apply_some();
            self.retry(Instant::now());
            self.unanswered(Instant::now());
            self.unreached(Instant::now());
            self.work(Instant::now() + WALK_A_TURN);
            if self.walk.is_none() {
                self.foot.home();
            }
            self.remove_some();
            // Whoever hears that all is said finds the number of that time.
            self.watched.store(self.arena.watches(), Ordering::Relaxed);
            self.hand_on(Instant::now());
        }
    }

    /// Sleeps until there is something to do. False if that can never be again.
    fn wait(&mut self) -> bool {
        let timeout = self.next_due().map(|at| {
            let left = at.saturating_duration_since(Instant::now());
            // A millisecond more, so that the time has come when it wakes.
            let left = if left.is_zero() { left } else { left + Duration::from_millis(1) };
            Timespec {
                tv_sec: i64::try_from(left.as_secs()).unwrap_or(i64::MAX),
                tv_nsec: i64::from(left.subsec_nanos()),
            }
        });
        let mut fds = [PollFd::new(&self.inotify, PollFlags::IN), PollFd::new(&*self.line.wake, PollFlags::IN)];
        match poll(&mut fds, timeout.as_ref()) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => {
                tracing::error!(%error, "the watcher cannot wait for events");
                return false;
            }
        }
        if !fds[1].revents().is_empty() {
            let mut count = [0u8; 8];
            let _ = rustix::io::read(&*self.line.wake, &mut count);
        }
        true
    }

    fn next_due(&mut self) -> Option<Instant> {
        let now = Instant::now();
        if self.walk.is_some() || !self.jobs.is_empty() || !self.doomed.is_empty() || self.vouch {
            return Some(now);
        }
        let mut due: Option<Instant> = None;
        let mut at = |time: Option<Instant>| {
            if let Some(time) = time {
                due = Some(due.map_or(time, |d| d.min(time)));
            }
        };
        at(self.queue.due(now));
        at(self.throttle.next());
        at(self.later.iter().map(|(t, _)| *t).min());
        for source in self.sources.values() {
            at(source.retry);
            at(source.opening.as_ref().and_then(|o| o.until));
            at(source.reaching.iter().filter_map(|r| r.until).min());
            at(self.batch_due(source));
            at(source.blind.next());
        }
        due
    }

    /// Takes the commands. False at the end.
    fn obey(&mut self) -> bool {
        loop {
            match self.inbox.try_recv() {
                Ok(Command::Watch { sync, source, matcher, mode }) => {
                    self.unwatch(sync);
                    self.sources.insert(sync.0, Source::new(sync, source, *matcher, mode));
                    self.knock(sync);
                }
                Ok(Command::Unwatch(sync)) => self.unwatch(sync),
                Ok(Command::Vouch) => {
                    self.look_at_roots();
                    self.ask_to_vouch();
                }
                Ok(Command::Mounts) => self.mounts_changed(),
                Ok(Command::Opened { sync, number, root }) => self.opened(sync, number, root),
                Ok(Command::Reached { sync, number, refused }) => self.reached(sync, number, refused),
                Ok(Command::Polled(report)) => self.polled(report),
                Ok(Command::Stop) | Err(std::sync::mpsc::TryRecvError::Disconnected) => return false,
                Err(std::sync::mpsc::TryRecvError::Empty) => return true,
            }
        }
    }

    fn unwatch(&mut self, sync: SyncKey) {
        if let Some(source) = self.sources.remove(&sync.0) {
            if let Some(root) = source.root {
                self.arena.remove(root, &mut self.doomed);
            }
            if let Some(poller) = self.poller.as_mut() {
                poller.unwatch_at(sync, None);
            }
        }
    }

    /// Reads until the kernel has nothing more.
    fn read(&mut self) {
        if let Some(hook) = &self.options.before_read {
            hook();
        }
        let wall = wall_ms();
        let at = Instant::now();
        let mut events = sys::Reader::new(&self.inotify, &mut self.events);
        for _ in 0..READS_A_TURN {
            match events.next() {
                Ok(event) => self.queue.push(Raw {
                    wd: event.wd(),
                    mask: event.events().bits(),
                    cookie: event.cookie(),
                    name: event.file_name().map_or_else(Box::default, |n| Box::from(n.to_bytes())),
                    at,
                }),
                Err(Errno::INTR) => {}
                Err(Errno::AGAIN) => {
                    self.empty_at = wall;
                    if self.vouch {
                        self.vouch = false;
                        self.queue.mark(wall);
                    }
                    return;
                }
                Err(error) => {
                    tracing::error!(%error, "the kernel's events cannot be read");
                    return;
                }
            }
        }
        // What is left in the buffer would be lost with it.
        while !events.is_buffer_empty() {
            let Ok(event) = events.next() else { return };
            self.queue.push(Raw {
                wd: event.wd(),
                mask: event.events().bits(),
                cookie: event.cookie(),
                name: event.file_name().map_or_else(Box::default, |n| Box::from(n.to_bytes())),
                at,
            });
        }
    }

    fn apply_some(&mut self) {
        let now = Instant::now();
        for _ in 0..EVENTS_A_TURN {
            match self.queue.next(now) {
                Next::One(raw) => self.apply(&raw, now),
                Next::Moved(from, to) => self.apply_move(&from, &to, now),
                Next::Mark(at) => {
                    self.say_unsaid(now, true);
                    self.vouched.push_back((at, self.seq));
                }
                Next::Wait(_) | Next::Empty => break,
            }
        }
        self.say_unsaid(now, false);
    }

    fn remove_some(&mut self) {
        for _ in 0..REMOVALS_A_TURN {
            let Some(wd) = self.doomed.pop() else { return };
            if !self.arena.has_wd(wd) {
                // It may have gone by itself (EINVAL).
                let _ = sys::remove_watch(&self.inotify, wd);
            }
        }
    }
}
