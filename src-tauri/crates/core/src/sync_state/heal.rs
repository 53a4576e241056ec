//! The passes that a sync makes by itself, see [`crate::schedule`]: when one is owed, and when it was the last time.

use std::time::Duration;

use super::{Owed, SyncState};
use crate::behaviour::rsync;
use crate::schedule::{Due, QUIET};
use crate::time::Now;
use crate::work::CommandSpec;

/// What is known of it.
#[derive(Debug, Default)]
pub(super) struct Heal {
    /// When the last one ended well, or counting began: wall clock, ms. Outlives a restart.
    pub(super) verified_ms: Option<i64>,
    /// One is owed, or under way.
    owed: bool,
    /// Local time is so far ahead of UTC.
    pub(super) offset_s: i32,
}

impl SyncState {
    /// Owes a pass where one is due and nothing else is to be done.
    pub(super) fn heal(&mut self, now: Now) {
        let schedule = &self.plan.own.schedule;
        if schedule.is_empty() || self.heal.owed || self.owed.is_some() || self.passing() || !self.first_pass_over {
            return;
        }
        // Counted from now on; also where the clock was set back behind it.
        let verified_ms = self.heal.verified_ms.filter(|at| *at <= now.wall_ms).unwrap_or(now.wall_ms);
        self.heal.verified_ms = Some(verified_ms);
        let idle = self.jobs.is_empty() && self.queue.is_empty();
        if idle && self.heal_at(now).is_some_and(|at| at <= now.mono) {
            self.heal.owed = true;
            self.owed = Some(Owed { startup: false, exact: true, not_before: Duration::ZERO });
        }
    }

    /// When the next one may begin, if it stays quiet.
    pub(super) fn heal_at(&self, now: Now) -> Option<Duration> {
        if self.heal.owed || self.owed.is_some() || self.passing() || !self.first_pass_over || !self.watching {
            return None;
        }
        let passed_ms = self.last_pass_ms.filter(|at| *at <= now.wall_ms);
        let Due { at_ms, latest_ms } =
            self.plan.own.schedule.due(self.heal.verified_ms?, passed_ms, self.heal.offset_s)?;
        let mono = |ms: i64| now.mono + Duration::from_millis(u64::try_from(ms - now.wall_ms).unwrap_or(0));
        let quiet = self.last_end.map_or(Duration::ZERO, |at| at + QUIET);
        Some(mono(at_ms).max(quiet).min(mono(latest_ms)))
    }

    /// The pass under way compares contents, where that is asked for.
    pub(super) fn checking(&self, command: CommandSpec) -> CommandSpec {
        let checks = self.heal.owed && self.plan.own.schedule.contents;
        if checks { rsync::by_contents(command) } else { command }
    }

    /// A pass ended well.
    pub(super) fn healed(&mut self, now: Now) {
        if std::mem::take(&mut self.heal.owed) {
            self.heal.verified_ms = Some(now.wall_ms);
        }
    }
}
