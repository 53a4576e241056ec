//! What stands outside of a sync and lets it run or not: its rules, and a machine that does not answer.

use std::time::Duration;

use super::SyncState;
use crate::conditions::Surroundings;
use crate::diagnose::FailureCode;
use crate::gates::unreachable;
use crate::time::Now;

impl SyncState {
    /// Looks whether a rule pauses now. True if that is another one than before.
    pub fn obey(&mut self, now: Now, around: &Surroundings) -> bool {
        self.heal.offset_s = around.utc_offset_s;
        let rules = &self.plan.own.rules;
        let pausing = rules.pausing(now, around);
        let ahead = |ms: i64| now.mono + Duration::from_millis(u64::try_from(ms - now.wall_ms).unwrap_or(0));
        self.rules_change = rules.next_change_ms(now, around).map(ahead);
        self.anyway &= pausing.is_some();
        let holds = pausing.filter(|_| !self.anyway);
        let changed = self.paused_by != holds;
        self.paused_by = holds;
        changed
    }

    /// Whatever the rules say, until none of them would pause any more.
    pub fn anyway(&mut self) {
        self.anyway = true;
        self.answered();
    }

    /// Nobody answers at its machine: so often in a row, and then somebody may try again. `None`: it answers again.
    pub fn gate_is(&mut self, closed: Option<(u32, Duration)>) {
        let dead = |code: &str| FailureCode::from_name(code).is_some_and(unreachable);
        let failed_for_it = self.standing.as_ref().is_some_and(|s| dead(&s.code));
        match closed {
            Some((failures, until)) => {
                self.gated = Some(until);
                if failed_for_it && self.paused_for_retry.is_some_and(|p| p.is_some()) {
                    self.failures = failures;
                    self.paused_for_retry = Some(Some(until));
                }
            }
            None => {
                self.gated = None;
                if failed_for_it {
                    self.hasten();
                }
            }
        }
    }
}
