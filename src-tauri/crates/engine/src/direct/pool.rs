//! The threads that copy: so many at once, each watched for progress and stopped on demand.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use driftless_core::diagnose::{Exit, Report};
use driftless_core::filter::Matcher;
use driftless_core::mirror::{End, Why};
use driftless_core::native::Native;
use tokio::sync::{Semaphore, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};

use super::job::Job;

/// Runs at once, over all syncs: more only make the disks seek.
const AT_ONCE: usize = 4;

/// The right to copy.
#[derive(Debug, Clone)]
pub struct Pool(Arc<Semaphore>);

impl Default for Pool {
    fn default() -> Pool {
        Pool(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

/// Where a run works.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The source's root, as it was looked at.
    pub source: Arc<OwnedFd>,
    /// The target's.
    pub target: Arc<OwnedFd>,
    /// Says what is not removed.
    pub matcher: Matcher,
}

/// What a run and its watcher share.
#[derive(Debug, Default)]
pub(super) struct Beat {
    stop: AtomicBool,
    moved: AtomicU64,
}

impl Beat {
    /// Something was done. False: it is to end now.
    pub(super) fn go_on(&self) -> bool {
        self.moved.fetch_add(1, Ordering::Relaxed);
        !self.stop.load(Ordering::Relaxed)
    }

    /// It ends at its next step.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

/// Makes the run; `None`: it is rsync's. `stall`: ended when nothing moves for so long; `gone`: so long a stop may take before
/// the thread is left to its dead disk.
pub async fn run(
    native: &Native,
    ground: Ground,
    pool: &Pool,
    (stall, gone): (Duration, Duration),
    mut stop: watch::Receiver<bool>,
) -> Option<End> {
    let permit = tokio::select! {
        biased;
        () = stopped(&mut stop) => return Some(End::NotStarted(Why::Stopped)),
        permit = pool.0.clone().acquire_owned() => permit.ok()?,
    };
    let beat = Arc::new(Beat::default());
    let (native, shared) = (native.clone(), beat.clone());
    let mut task = tokio::task::spawn_blocking(move || {
        let end = Job::new(&native, &ground, &shared).run();
        drop(permit);
        end
    });
    let mut tick = interval((stall / 4).clamp(Duration::from_millis(20), Duration::from_secs(30)));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut last = (0, Instant::now());
    let (mut until, mut stalled) = (None, false);
    loop {
        tokio::select! {
            // A thread that broke says nothing: rsync makes the run.
            end = &mut task => return end.ok().flatten(),
            () = stopped(&mut stop), if until.is_none() => {
                beat.stop();
                until = Some(Instant::now() + gone);
            }
            _ = tick.tick(), if until.is_none() => {
                let moved = beat.moved.load(Ordering::Relaxed);
                if moved != last.0 {
                    last = (moved, Instant::now());
                } else if last.1.elapsed() >= stall {
                    beat.stop();
                    (until, stalled) = (Some(Instant::now() + gone), true);
                }
            }
            () = sleep_until(until.unwrap_or_else(Instant::now)), if until.is_some() => {
                // It hangs in the kernel, and stops at its next step if it ever comes back.
                return Some(End::Exited { exit: Exit::Signal(9), report: Box::new(Report::default()), stalled });
            }
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error is the sender gone: nobody could stop it any more, nobody waits for it.
    let _ = stop.wait_for(|stop| *stop).await;
}
