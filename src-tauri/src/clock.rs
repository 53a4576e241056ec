//! The two clocks, and whether the machine slept between two looks at them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use driftless_core::time::Now;
use rustix::time::{ClockId, Timespec, clock_gettime};

/// Longer than a look takes, shorter than any sleep worth a grace.
const NAP: Duration = Duration::from_secs(5);

/// Reads the clocks.
#[derive(Debug)]
pub struct Clock {
    /// How far the clock that runs on in sleep was ahead of the one that does not.
    ahead: Duration,
}

impl Clock {
    /// From now on.
    pub fn new() -> Clock {
        Clock { ahead: ahead() }
    }

    /// This moment.
    pub fn now() -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { mono: boot(), wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX) }
    }

    /// True if the machine slept since the last question.
    pub fn slept(&mut self) -> bool {
        let ahead = ahead();
        let slept = ahead.saturating_sub(self.ahead) > NAP;
        self.ahead = ahead;
        slept
    }
}

#[cfg(target_os = "linux")]
fn boot() -> Duration {
    of(clock_gettime(ClockId::Boottime))
}

/// There it runs on in sleep by itself.
#[cfg(not(target_os = "linux"))]
fn boot() -> Duration {
    of(clock_gettime(ClockId::Monotonic))
}

fn ahead() -> Duration {
    boot().saturating_sub(of(clock_gettime(ClockId::Monotonic)))
}

fn of(time: Timespec) -> Duration {
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
