//! The trash of a sync: what its runs put there, and when what is old leaves it.
//!
//! Old things leave once a day, when nothing waits. Where that fails it is said in the log and tried a day later: nothing of the
//! sync depends on it.

use std::time::Duration;

use super::{Do, SyncState};
use crate::behaviour::rsync;
use crate::mirror::JobId;
use crate::time::Now;
use crate::trash::Moment;
use crate::work::CommandSpec;

const DAY: Duration = Duration::from_secs(86_400);

/// What is known of it while the program runs.
#[derive(Debug, Default)]
pub(super) struct Trash {
    /// The last moment that a run was given.
    last: Option<Moment>,
    /// When old things left it.
    tidied: Option<Duration>,
}

impl SyncState {
    /// The same run; what it removes or replaces goes to the trash, where there is one.
    pub(super) fn keeping(&mut self, now: Now, command: CommandSpec) -> CommandSpec {
        if self.plan.own.keep_days.is_none() {
            return command;
        }
        // No two runs share a folder, also within a millisecond or after the clock was set back by a little.
        let moment = self.trash.last.map_or(Moment(now.wall_ms), |last| match last.0.saturating_sub(now.wall_ms) {
            0..=60_000 => Moment(last.0 + 1),
            _ => Moment(now.wall_ms),
        });
        self.trash.last = Some(moment);
        rsync::into_trash(command, moment)
    }

    /// When old things are to leave it.
    pub(super) fn next_tidy(&self) -> Option<Duration> {
        let wanted = self.plan.own.keep_days.is_some() && self.first_pass_over && self.watching;
        wanted.then(|| self.trash.tidied.map_or(Duration::ZERO, |at| at + DAY))
    }

    /// They are to leave it now.
    pub(super) fn tidies(&self, now: Now) -> bool {
        let idle = self.jobs.is_empty() && self.owed.is_none() && self.parts.is_none() && self.queue.is_empty();
        idle && self.next_tidy().is_some_and(|at| at <= now.mono)
    }

    pub(super) fn tidy_run(&mut self, now: Now, id: JobId) -> Vec<Do> {
        let (Some(job), Some(days)) = (self.jobs.get_mut(&id), self.plan.own.keep_days) else {
            return self.tidied(now, id);
        };
        job.running = true;
        let step = job.step;
        let command = rsync::age_trash(&self.plan, now.wall_ms, days);
        vec![self.exec(&command), Do::Start(id, step, command)]
    }

    /// It is over, however it went.
    pub(super) fn tidied(&mut self, now: Now, id: JobId) -> Vec<Do> {
        self.jobs.remove(&id);
        self.blocked = false;
        self.trash.tidied = Some(now.mono);
        vec![Do::Over(id)]
    }
}
