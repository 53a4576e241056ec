//! The two clocks of [`Now`], and whether the machine slept.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use driftless_core::time::Now;

/// Longer than any error between the two clocks, shorter than any sleep that matters.
const SLEPT: Duration = Duration::from_secs(2);

/// Reads the clocks, and remembers how far they are apart.
#[derive(Debug)]
pub(super) struct Clock {
    /// Stands still in sleep (`CLOCK_MONOTONIC` on Linux).
    awake_since: Instant,
    began: Duration,
    asleep: Duration,
}

impl Clock {
    pub(super) fn new() -> Clock {
        Clock { awake_since: Instant::now(), began: boot_time(), asleep: Duration::ZERO }
    }

    pub(super) fn now(&self) -> Now {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Now { mono: boot_time(), wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX) }
    }

    /// True once after each sleep.
    pub(super) fn slept(&mut self) -> bool {
        self.slept_at(boot_time(), self.awake_since.elapsed())
    }

    fn slept_at(&mut self, boot: Duration, awake: Duration) -> bool {
        let asleep = boot.saturating_sub(self.began).saturating_sub(awake);
        let slept = asleep > self.asleep + SLEPT;
        if slept {
            self.asleep = asleep;
        }
        slept
    }
}

/// A clock that runs on in sleep and never jumps.
fn boot_time() -> Duration {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    let id = rustix::time::ClockId::Boottime;
    // On macOS this one runs on in sleep, where `Instant` does not.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    let id = rustix::time::ClockId::Monotonic;
    let time = rustix::time::clock_gettime(id);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sleep_is_noticed_once() {
        let mut clock = Clock::new();
        let began = clock.began;
        let s = Duration::from_secs;
        assert!(!clock.slept_at(began + s(100), s(100)));
        assert!(!clock.slept_at(began + s(201), s(200)));
        assert!(clock.slept_at(began + s(400), s(210)));
        assert!(!clock.slept_at(began + s(500), s(310)));
        assert!(clock.slept_at(began + s(600), s(311)));
        assert!(!clock.slept());
    }

    #[test]
    fn both_clocks_go() {
        let clock = Clock::new();
        let now = clock.now();
        assert!(now.mono >= clock.began && now.wall_ms > 1_600_000_000_000);
    }
}
