//! The faults: how each is made for real and set right again.

use driftless_core::view::{Phase, SyncStatus};
use rustix::process::Signal;

use super::stage::Stage;
use crate::common::wait_for;

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Every rsync that runs is killed, again and again.
    RsyncKilled,
    /// Every rsync that runs is stopped, and goes on later.
    RsyncStopped,
    /// Lines of rsync's output are lost.
    LinesLost,
    /// The rsync server is ended and started again.
    ServerStopped,
    /// The rsync server says nothing for a while.
    ServerFrozen,
    /// The connection that is kept is killed.
    MasterKilled,
    /// Something else stands where the kept connection's socket was.
    SocketStale,
    /// What is connected is cut.
    ConnectionCut,
    /// The file system of both targets is read-only.
    TargetReadOnly,
    /// It is not mounted.
    TargetUnplugged,
    /// Nothing more fits on the file system of both targets.
    TargetFull,
    /// Folders and files of the source cannot be read.
    Unreadable,
    /// The source is not mounted; changes go on where it really is.
    SourceUnmounted,
    /// A file system inside the source is not mounted.
    InnerUnmounted,
    /// driftlessd is stopped, and goes on later.
    DaemonStopped,
    /// driftlessd is killed, and started again later.
    DaemonKilled,
    /// driftlessd is stopped while more happens than the kernel notes for it.
    Overflow,
}

/// What two faults at once must not share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Child,
    Way,
    Target,
    Source,
    Daemon,
}

impl Fault {
    pub const ALL: [Fault; 12] = [
        Fault::RsyncKilled,
        Fault::RsyncStopped,
        Fault::LinesLost,
        Fault::ServerStopped,
        Fault::ServerFrozen,
        Fault::TargetFull,
        Fault::Unreadable,
        Fault::SourceUnmounted,
        Fault::InnerUnmounted,
        Fault::DaemonStopped,
        Fault::DaemonKilled,
        Fault::Overflow,
    ];

    /// Those of the kinds beside rsync alone.
    pub const OF_KINDS: [Fault; 5] =
        [Fault::MasterKilled, Fault::SocketStale, Fault::ConnectionCut, Fault::TargetReadOnly, Fault::TargetUnplugged];

    /// Those that a person has to be told of while they last.
    pub const TOLD: [Fault; 5] =
        [Fault::ServerStopped, Fault::TargetFull, Fault::Unreadable, Fault::SourceUnmounted, Fault::InnerUnmounted];

    pub fn part(self) -> Part {
        match self {
            Fault::RsyncKilled | Fault::RsyncStopped | Fault::LinesLost => Part::Child,
            Fault::MasterKilled | Fault::SocketStale => Part::Way,
            Fault::ServerStopped | Fault::ServerFrozen | Fault::ConnectionCut => Part::Target,
            Fault::TargetFull | Fault::TargetReadOnly | Fault::TargetUnplugged => Part::Target,
            Fault::Unreadable | Fault::SourceUnmounted | Fault::InnerUnmounted => Part::Source,
            Fault::DaemonStopped | Fault::DaemonKilled | Fault::Overflow => Part::Daemon,
        }
    }

    pub fn begin(self, stage: &mut Stage<'_>) {
        match self {
            Fault::RsyncKilled => stage.each_turn = Some(Signal::KILL),
            Fault::RsyncStopped => stage.each_turn = Some(Signal::STOP),
            Fault::LinesLost => stage.lose_lines(true),
            Fault::ServerStopped => stage.server.stop(),
            Fault::ServerFrozen => stage.server.freeze(),
            Fault::MasterKilled => stage.kill_master(),
            Fault::SocketStale => stage.spoil_sockets(),
            Fault::ConnectionCut => stage.server.cut(),
            Fault::TargetReadOnly => stage.read_only(true),
            Fault::TargetUnplugged => stage.unplug(),
            Fault::TargetFull => stage.fill_up(true),
            Fault::Unreadable => stage.forbid(),
            Fault::SourceUnmounted => stage.unmount_source(),
            Fault::InnerUnmounted => stage.unmount_inner(),
            Fault::DaemonStopped => stage.live().signal(Signal::STOP),
            Fault::DaemonKilled => stage.kill(),
            Fault::Overflow => {
                stage.live().signal(Signal::STOP);
                stage.flood();
            }
        }
    }

    pub fn end(self, stage: &mut Stage<'_>) {
        match self {
            Fault::RsyncKilled => stage.each_turn = None,
            Fault::RsyncStopped => {
                stage.each_turn = None;
                let _ = stage.children(Signal::CONT);
            }
            Fault::LinesLost => stage.lose_lines(false),
            Fault::ServerStopped => stage.server.again(),
            Fault::ServerFrozen => stage.server.thaw(),
            // Once more; nothing has to be set right.
            Fault::MasterKilled => stage.kill_master(),
            Fault::SocketStale => stage.spoil_sockets(),
            Fault::ConnectionCut => stage.server.cut(),
            Fault::TargetReadOnly => stage.read_only(false),
            Fault::TargetUnplugged => stage.plug(),
            Fault::TargetFull => stage.fill_up(false),
            Fault::Unreadable => stage.allow(),
            Fault::SourceUnmounted => stage.mount_source(),
            Fault::InnerUnmounted => stage.mount_inner(),
            Fault::DaemonStopped | Fault::Overflow => stage.live().signal(Signal::CONT),
            Fault::DaemonKilled => stage.start(),
        }
    }

    /// Waits until it is told, by the syncs that it concerns.
    pub fn told(self, stage: &mut Stage<'_>) {
        stage.large_change();
        if self == Fault::InnerUnmounted {
            // So that it is not only by chance that somebody looks.
            stage.home.says(&["sync"], 0);
        }
        let code = |sync: &SyncStatus| sync.problem.as_ref().map_or(String::new(), |problem| problem.code.clone());
        let tells = |sync: &SyncStatus| match self {
            Fault::ServerStopped => !["module", "ssh"].contains(&&*sync.name) || code(sync) == "connection-refused",
            Fault::TargetReadOnly => code(sync) == "target-read-only",
            // What is not mounted there cannot be known here; its folder is not there.
            Fault::TargetUnplugged if sync.name == "ssh" => code(sync) == "target-parent-missing",
            Fault::TargetFull => code(sync) == "target-full",
            Fault::Unreadable => code(sync) == "source-unreadable",
            Fault::InnerUnmounted => code(sync) == "source-mount-gone",
            _ => sync.phase == Phase::Held,
        };
        let mut seen = String::new();
        let told = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            wait_for("the problem to be told", super::PATIENCE, || {
                let syncs = stage.live().status().syncs;
                seen = format!("{:#?}", syncs.iter().map(|s| (&s.name, &s.phase, &s.problem)).collect::<Vec<_>>());
                syncs.iter().all(tells).then_some(())
            });
        }));
        if told.is_err() {
            stage.wrong(&format!("{self:?} is not told: {seen}"));
        }
    }
}
