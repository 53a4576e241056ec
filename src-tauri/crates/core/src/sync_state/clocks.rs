//! What sleep and a clock that was set mean for a sync.
//!
//! - Sleep alone loses nothing: the watcher goes on where it was, and says so. Where it does not say so in time, what changed
//!   meanwhile may be lost, and everything is compared.
//! - After the wall clock was set, times of files no longer say which change is newer, and the time up to which everything is at
//!   the target is not known: everything is compared, to the nanosecond.

use std::time::Duration;

use super::{Do, SyncState};
use crate::paths::RelPath;
use crate::say::Category;
use crate::time::Now;

/// So long the watcher may take to vouch after a sleep. What is polled takes a round.
const VOUCH: Duration = Duration::from_secs(120);
/// A clock that is further off than this, of a sudden, was set.
const SET_MS: u64 = 5_000;

/// True if the wall clock was set between these two moments.
pub(crate) fn was_set(before: Now, now: Now) -> bool {
    let passed = i64::try_from(now.mono.saturating_sub(before.mono).as_millis()).unwrap_or(i64::MAX);
    // Before the first moment there was none.
    before != Now::default() && now.wall_ms.saturating_sub(before.wall_ms).abs_diff(passed) > SET_MS
}

impl SyncState {
    /// The machine slept.
    pub fn slept(&mut self, now: Now) {
        if self.watching {
            self.unvouched.get_or_insert(now);
        }
    }

    /// The watcher has handed on all that happened until then.
    pub fn vouched(&mut self, at_wall_ms: i64) {
        self.drained_ms = self.drained_ms.max(Some(at_wall_ms));
        self.unvouched = self.unvouched.filter(|since| since.wall_ms > at_wall_ms);
    }

    /// When the watcher must have vouched.
    pub(super) fn vouch_by(&self) -> Option<Duration> {
        self.unvouched.map(|since| since.mono + VOUCH)
    }

    /// Whether it has by now.
    pub fn overslept(&mut self, now: Now) -> Vec<Do> {
        if self.vouch_by().is_none_or(|by| by > now.mono) {
            return Vec::new();
        }
        self.unvouched = None;
        self.lost(now, &RelPath::root());
        vec![
            self.say(Category::Warn, "what changed while the machine slept may be lost: everything is compared".into()),
        ]
    }

    /// The wall clock was set.
    pub fn clock_set(&mut self, now: Now) -> Vec<Do> {
        self.drained_ms = None;
        self.unvouched = self.unvouched.map(|_| now);
        if self.retired {
            return Vec::new();
        }
        self.owe(Duration::ZERO);
        vec![self.say(Category::Normal, "the clock was set: everything is compared".into())]
    }
}
