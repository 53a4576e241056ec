//! What reaches the driver from other threads.

use std::sync::Arc;

use driftless_core::mirror::{Input, Reply, Request, SyncKey};
use driftless_core::plan::Plan;
use driftless_core::view::WaitingEntry;
use tokio::sync::oneshot;

use crate::record::Written;
use crate::watch::Report;

/// One thing for the loop.
#[derive(Debug)]
pub(crate) enum Message {
    /// From the watcher's thread.
    Watch(Report),
    /// Another plan.
    Configure(Arc<Plan>),
    /// A request, and where its answer goes.
    Ask(Request, oneshot::Sender<Reply>),
    /// A page of what waits.
    Waiting { sync: SyncKey, offset: usize, limit: usize, answer: oneshot::Sender<Vec<WaitingEntry>> },
    /// Something that happened outside: the network came, the keyring opened.
    Happened(Input),
    /// Notes were written, or not.
    Written(Written),
    /// The mount table changed.
    Mounts,
    /// The machine may have slept.
    Woke,
    /// Somebody wants to know up to when all is told.
    Vouch,
}

/// A report as the heart takes it.
pub(super) fn input_of(report: Report) -> Input {
    match report {
        Report::Watching { sync, dirs, done } => Input::Watching { sync, dirs, done },
        Report::Changed { sync, batch } => Input::Changed { sync, batch },
        Report::Lost { sync, under } => Input::Lost { sync, under },
        Report::Drained { sync, at_wall_ms } => Input::Drained { sync, at_wall_ms },
        Report::Sight { sync, sight } => Input::Sight { sync, sight },
    }
}
