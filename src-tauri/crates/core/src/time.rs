//! Time as a parameter.

use std::time::Duration;

/// A moment, as the engine read it from two clocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Now {
    /// Time since some fixed moment on a clock that never jumps and runs on in sleep (`CLOCK_BOOTTIME`). What delays are counted on.
    pub mono: Duration,
    /// Wall clock: milliseconds since 1970 in UTC. What people read; it may jump.
    pub wall_ms: i64,
}

impl Now {
    /// This moment, `by` later on both clocks.
    pub fn after(self, by: Duration) -> Now {
        Now { mono: self.mono + by, wall_ms: self.wall_ms + by.as_millis() as i64 }
    }
}
