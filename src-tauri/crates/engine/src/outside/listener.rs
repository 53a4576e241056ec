//! A thread that sleeps until a descriptor tells something, and calls back.

use std::io;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;

use super::burst::Burst;

/// See the module's head. Ends when it is dropped.
#[derive(Debug)]
pub(super) struct Listener {
    stop: Arc<OwnedFd>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// `heard` reads all there is, and says whether it is worth a call; calls that come together are one.
    pub(super) fn start(
        name: &str,
        fd: OwnedFd,
        mut burst: Burst,
        mut heard: impl FnMut(&OwnedFd) -> bool + Send + 'static,
        mut call: impl FnMut() + Send + 'static,
    ) -> io::Result<Listener> {
        let stop = Arc::new(eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?);
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new().name(name.to_owned()).spawn(move || {
            loop {
                let timeout = burst.wait(Instant::now()).and_then(|left| Timespec::try_from(left).ok());
                let mut fds = [PollFd::new(&fd, PollFlags::IN), PollFd::new(&*stopped, PollFlags::IN)];
                match poll(&mut fds, timeout.as_ref()) {
                    Ok(_) | Err(Errno::INTR) => {}
                    Err(_) => return,
                }
                if !fds[1].revents().is_empty() {
                    return;
                }
                if !fds[0].revents().is_empty() && heard(&fd) {
                    burst.heard(Instant::now());
                }
                if burst.over(Instant::now()) {
                    call();
                }
            }
        })?;
        Ok(Listener { stop, thread: Some(thread) })
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        // Cannot fail: the counter is far from full. If it did, joining would hang, so the thread is left alone then.
        if rustix::io::write(&*self.stop, &1u64.to_ne_bytes()).is_ok()
            && let Some(thread) = self.thread.take()
        {
            drop(thread.join());
        }
    }
}
