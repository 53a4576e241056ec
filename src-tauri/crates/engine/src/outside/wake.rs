//! Linux: the moment after sleep. The kernel cancels a timer that asked for it when the machine wakes or its clock is set, so
//! nobody has to look again and again.

use std::io;
use std::os::fd::OwnedFd;
use std::time::Duration;

use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};

use super::burst::Burst;
use super::listener::Listener;

/// In the year 2200.
const NEVER: i64 = 7_258_118_400;

/// Calls back when the machine may have slept, on its own thread, until dropped.
#[derive(Debug)]
pub(crate) struct WakeWatch {
    _listener: Listener,
}

impl WakeWatch {
    /// The callback must not wait.
    pub(crate) fn start(woke: impl FnMut() + Send + 'static) -> io::Result<WakeWatch> {
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::CLOEXEC | TimerfdFlags::NONBLOCK)?;
        let at = Itimerspec {
            it_interval: Timespec { tv_sec: 0, tv_nsec: 0 },
            it_value: Timespec { tv_sec: NEVER, tv_nsec: 0 },
        };
        timerfd_settime(&timer, TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &at)?;
        let heard = |timer: &OwnedFd| {
            // Fails with ECANCELED: that is what was waited for. The timer waits on as it was.
            let _ = rustix::io::read(timer, &mut [0; 8]);
            true
        };
        let at_once = Burst::new(Duration::ZERO, Duration::ZERO);
        Ok(WakeWatch { _listener: Listener::start("wake", timer, at_once, heard, woke)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_without_being_woken_and_ends() {
        let (sender, woken) = std::sync::mpsc::channel();
        let watch = WakeWatch::start(move || sender.send(()).unwrap()).unwrap();
        drop(watch);
        assert!(woken.recv().is_err(), "its thread has ended, and nobody woke");
    }
}
