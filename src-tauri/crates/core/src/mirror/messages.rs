//! What goes into the heart and what comes out of it.

use std::sync::Arc;

use crate::change::Change;
use crate::conditions::Surroundings;
use crate::diagnose::{Exit, Report};
use crate::facts::{RootLook, Seen};
use crate::meter::Moved;
use crate::pass::Census;
use crate::paths::RelPath;
use crate::plan::Plan;
use crate::problem::Problem;
use crate::record::{Note, Recovered};
use crate::say::Say;
use crate::work::CommandSpec;

/// A sync while the program runs. Never used again, also not after a reload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SyncKey(pub u32);

/// One look at a source, and the run that starts in what was looked at. Never used again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(pub u64);

/// A request from the control socket or the window, to be answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(pub u64);

/// What happened.
#[derive(Debug, Clone)]
pub enum Input {
    /// This is to be run from now on: at the start, after a reload, after an edit.
    Configured(Arc<Plan>),
    /// What the record says of a sync that the next plan brings in; comes before that plan. Nothing for one that never ran.
    Recovered {
        /// The sync's id.
        id: String,
        /// What was found.
        found: Recovered,
    },
    /// The notes of an [`Effect::Record`] are on the disk, or never will be.
    Recorded(u64),
    /// The record of a sync cannot be written (none: it can again). Everything goes on.
    Unrecorded {
        /// Whose.
        sync: SyncKey,
        /// Why, for the person.
        problem: Option<Problem>,
    },
    /// The watcher has put its watches in place so far (or all: `done`).
    Watching {
        /// Whose source.
        sync: SyncKey,
        /// Directories watched.
        dirs: usize,
        /// Everything that can be watched is; the first pass may start.
        done: bool,
    },
    /// The watcher cannot see (part of) a source, or sees it again.
    Sight {
        /// Whose source.
        sync: SyncKey,
        /// What it can't see, and what it does about it.
        sight: Sight,
    },
    /// Paths changed. At most 4,096 changes.
    Changed {
        /// Whose source.
        sync: SyncKey,
        /// In the order in which they were seen.
        batch: Vec<Change>,
    },
    /// The watcher lost events below this path: everything there may have changed or gone.
    Lost {
        /// Whose source.
        sync: SyncKey,
        /// Below here.
        under: RelPath,
    },
    /// The watcher had read and handed on everything that the kernel held for this source at `at_wall_ms`.
    Drained {
        /// Whose source.
        sync: SyncKey,
        /// Wall clock, milliseconds.
        at_wall_ms: i64,
    },
    /// The answer to [`Effect::LookAt`].
    LookedAt {
        /// Which look.
        job: JobId,
        /// The source's root.
        source: RootLook,
        /// The target's root, where it is a folder on this machine.
        target: Option<RootLook>,
        /// The paths asked for, in the order asked.
        paths: Vec<Seen>,
    },
    /// The answer to [`Effect::Count`]; nothing if it could not be counted.
    Counted {
        /// Which job asked.
        job: JobId,
        /// What there is.
        census: Option<Census>,
    },
    /// A run under way is so far. At most once a second.
    Moved {
        /// Which job.
        job: JobId,
        /// Which of its steps.
        step: u32,
        /// What it told.
        moved: Moved,
    },
    /// A child ended, or never started.
    Ended {
        /// Which job.
        job: JobId,
        /// Which of its steps, from 0.
        step: u32,
        /// How.
        end: End,
    },
    /// Somebody asks for something.
    Asked {
        /// To be answered under this number.
        id: RequestId,
        /// What.
        request: Request,
    },
    /// The program is to end: no new runs, running ones end (or are stopped when `at_once`), then [`Effect::Finished`] with this code.
    Fade {
        /// Exit code of the process.
        code: u8,
        /// Stop running children rather than wait for them.
        at_once: bool,
    },
    /// The rsync that a sync names cannot do what the sync asks of it (none: it can).
    Lacking {
        /// Which.
        sync: SyncKey,
        /// Why, for the person.
        problems: Vec<Problem>,
    },
    /// The disk that an end of a sync is on (`sourceDisk`, `targetDisk`) is there or not. Told before the source is watched.
    Disk {
        /// Whose.
        sync: SyncKey,
        /// Which end.
        end: crate::disk::End,
        /// Whether, and where.
        is: DiskIs,
    },
    /// Power, networks and local time are such now.
    Surroundings(Box<Surroundings>),
    /// The machine woke from sleep.
    Resumed,
    /// The network came (back).
    NetworkUp,
    /// A file system was mounted or unmounted above or below the source or the local target of these.
    MountsChanged {
        /// Whose.
        syncs: Vec<SyncKey>,
    },
    /// The keyring came, opened, or holds something else now.
    KeyringReady,
    /// `poll_timeout` has come.
    Timer,
}

/// Whether a disk that comes and goes is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiskIs {
    /// It is not.
    Away {
        /// Its UUID, where it is known.
        uuid: Option<String>,
    },
    /// It is, and the folder on it is called so now.
    At(String),
}

/// What the watcher says of its sight of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// This directory cannot be read; its content is looked over again from time to time.
    Unreadable {
        /// Which.
        path: RelPath,
        /// Why.
        errno: i32,
    },
    /// It can be read again.
    ReadableAgain {
        /// Which.
        path: RelPath,
    },
    /// The system's limit of watches is reached: what is below here is polled.
    LimitReached {
        /// Below here.
        path: RelPath,
        /// The limit in force (`fs.inotify.max_user_watches`).
        limit: u64,
        /// What it should be raised to.
        wanted: u64,
    },
    /// The source, or a folder in it, is on a file system that reports no changes made elsewhere: it is polled.
    Polling {
        /// From here on.
        path: RelPath,
        /// Its type, as `nfs4`, `cifs`, `fuse.sshfs`.
        filesystem: String,
    },
    /// The source could not be watched at all: missing or not a directory.
    NoSource {
        /// Why.
        errno: i32,
    },
}

/// How a run ended.
#[derive(Debug, Clone)]
pub enum End {
    /// The child ended; what it said.
    Exited {
        /// Its exit code or signal.
        exit: Exit,
        /// Its output, understood.
        report: Box<Report>,
        /// The engine's watchdog ended it: nothing moved for too long.
        stalled: bool,
    },
    /// It never started.
    NotStarted(Why),
}

/// Why a child was not started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The program is not there or cannot be executed: its name and errno.
    Program {
        /// As configured.
        program: String,
        /// ENOENT, EACCES…
        errno: i32,
    },
    /// The password could not be had: one of `keyring-locked`, `keyring-absent`, `keyring-denied`, `keyring-slow`,
    /// `password-not-stored`, `password-file-missing`, `password-file-open`, `password-file-owner`, `password-file-empty`.
    Secret {
        /// Which of these.
        code: &'static str,
        /// The account or file.
        what: String,
    },
    /// The system refused: out of processes, descriptors or memory.
    System {
        /// The errno.
        errno: i32,
    },
    /// It was stopped before it started.
    Stopped,
}

/// What a person or program asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// No new runs, of one sync (id or name) or all, until then (wall clock, ms) or until resumed.
    Pause {
        /// Id or name; all if `None`.
        sync: Option<String>,
        /// Ends by itself then.
        until_wall_ms: Option<i64>,
    },
    /// On again.
    Resume {
        /// Id or name; all if `None`.
        sync: Option<String>,
    },
    /// What was held may go on: whatever stands at source and target now is taken for right.
    Allow {
        /// Id or name.
        sync: String,
    },
    /// A dry run of a full pass: what it would send, change and delete now. Answered at once; the picture is in the
    /// status ([`crate::view::SyncStatus::rehearsal`]) when it is made.
    Rehearse {
        /// Id or name.
        sync: String,
    },
    /// Whatever its rules (mains, metered, networks, hours) say: until none of them would pause any more.
    Anyway {
        /// Id or name; all if `None`.
        sync: Option<String>,
    },
    /// A full pass now (with the deletions that a recovery pass may do), and whatever waits, without delay or back-off.
    SyncNow {
        /// Id or name; all if `None`.
        sync: Option<String>,
    },
}

/// The answer to a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// Done; the ids of the syncs concerned.
    Done(Vec<String>),
    /// No sync of that id or name.
    NoSuchSync {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
    },
}

/// What is to be done, in order.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Watch the source of this sync of the plan (its index in `plan.syncs`), under this key.
    Watch {
        /// From now on called so.
        sync: SyncKey,
        /// Index into the syncs of the plan given last.
        index: usize,
    },
    /// No longer.
    Unwatch {
        /// Which.
        sync: SyncKey,
    },
    /// Look at the source's root, at the target's root where it is local, and at these paths. The root stays open for the
    /// job's runs until [`Effect::Done`].
    LookAt {
        /// Names the look and the job that follows it.
        job: JobId,
        /// Whose source.
        sync: SyncKey,
        /// Which paths below it.
        paths: Vec<RelPath>,
    },
    /// Count, roughly and in bounded time, what lies in the source: the directories of its root and those in them, each
    /// with all below, without what the filters leave out. Follows a look of the same job.
    Count {
        /// Which job.
        job: JobId,
        /// Whose source.
        sync: SyncKey,
    },
    /// Start this child.
    Start {
        /// Which job.
        job: JobId,
        /// Which of its steps.
        step: u32,
        /// Whose.
        sync: SyncKey,
        /// What.
        command: CommandSpec,
    },
    /// End the running child of this job: TERM, grace, KILL.
    Stop {
        /// Which job.
        job: JobId,
    },
    /// The job is over: nothing of it need be kept.
    Done {
        /// Which job.
        job: JobId,
    },
    /// Note this, whole or not at all, and on the disk before it is answered by [`Input::Recorded`]. The first notes of a key
    /// begin with [`Note::Began`]: what was written of that id before counts no more. The last ones end with
    /// [`Note::Stopped`].
    Record {
        /// Of which sync.
        sync: SyncKey,
        /// Its id, under which it is kept.
        id: String,
        /// To be answered; never used again.
        seq: u64,
        /// What.
        notes: Vec<Note>,
    },
    /// Ask the watcher for [`Input::Drained`] of every source.
    Vouch,
    /// Something for the log.
    Say(Say),
    /// The status differs from what it was.
    StatusChanged,
    /// Answer a request.
    Answer {
        /// Which.
        id: RequestId,
        /// With this.
        reply: Reply,
    },
    /// End the program with this exit code.
    Finished(u8),
}
