//! One child from its secrets to its end.
//!
//! Ends in steps: TERM to the child, after a grace KILL to the child (its receiver then still removes its temporary
//! files), a moment for that, KILL to the group. After the child has been waited for its pipes are read for a moment
//! only: an ssh left behind holds them open for as long as it likes. Then the group goes.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::sync::Arc;
use std::time::Duration;

use driftless_core::diagnose::Exit;
use driftless_core::mirror::Why;
use driftless_core::work::{Arg, CommandSpec};
use rustix::process::{Pid, Signal, kill_process, kill_process_group, test_kill_process_group};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{ChildStderr, ChildStdout};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval, sleep_until, timeout};

use super::progress::{Counters, counters};
use super::spawn::{Ground, Spawned, Stream, spawn};
use crate::secrets::{SecretText, Secrets};

/// How long we wait for what.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// For a secret: a keyring may be asking the person.
    pub secret: Duration,
    /// From TERM to KILL.
    pub grace: Duration,
    /// For the rest of the output after the end of the child.
    pub drain: Duration,
    /// For the rest of the group to clean up after a child was killed.
    pub cleanup: Duration,
    /// For a killed child to be gone; one that waits for a dead disk is left to the kernel then.
    pub gone: Duration,
}

impl Default for Patience {
    fn default() -> Patience {
        Patience {
            secret: Duration::from_secs(60),
            grace: Duration::from_secs(5),
            drain: Duration::from_millis(300),
            cleanup: Duration::from_secs(1),
            gone: Duration::from_secs(10),
        }
    }
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ended {
    /// Its code or signal, as the system says.
    pub exit: Exit,
    /// We ended it because nothing moved.
    pub stalled: bool,
}

/// Runs `command` to its end, or until `stop` becomes true (or its sender is gone). `source` is the directory that was
/// looked at. Must be polled on the thread that lives as long as the children (see `spawn`).
pub async fn run(
    command: &CommandSpec,
    source: Option<Arc<OwnedFd>>,
    secrets: Arc<dyn Secrets>,
    ground: &Ground,
    patience: Patience,
    mut stop: watch::Receiver<bool>,
    mut output: impl FnMut(Stream, &[u8]),
) -> Result<Ended, Why> {
    let secrets = tokio::select! {
        biased;
        () = stopped(&mut stop) => return Err(Why::Stopped),
        secrets = resolve(command, secrets, patience.secret) => secrets?,
    };
    let Spawned { mut child, files, written } = spawn(command, &secrets, source, ground)?;
    drop(secrets);
    let Some(pid) = child.id().and_then(|id| Pid::from_raw(id.cast_signed())) else {
        return Err(Why::System { errno: rustix::io::Errno::SRCH.raw_os_error() });
    };
    let mut pipes =
        Pipes { out: child.stdout.take(), err: child.stderr.take(), from_out: Vec::new(), from_err: Vec::new() };
    let mut watchdog = Watchdog::new(pid, command.stall);
    let mut ending = Ending::No;
    let exit = loop {
        let deadline = ending.deadline();
        tokio::select! {
            status = child.wait() => break exit_of(status),
            Some((stream, bytes)) = pipes.read(), if pipes.open() => {
                watchdog.moved();
                output(stream, bytes);
            }
            () = stopped(&mut stop), if matches!(ending, Ending::No) => ending = ending.next(pid, &patience),
            () = watchdog.stalled(), if matches!(ending, Ending::No) => ending = ending.next(pid, &patience),
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => {
                if matches!(ending, Ending::GroupKilled(_)) {
                    // It hangs in the kernel; it will do nothing more, and is reaped when it comes back.
                    break Exit::Signal(Signal::KILL.as_raw());
                }
                ending = ending.next(pid, &patience);
            }
        }
    };
    settle(pid, exit, &mut pipes, &patience, &mut output).await;
    drop((files, written));
    Ok(Ended { exit, stalled: watchdog.fired })
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error is the sender gone: nobody could stop it any more, nobody waits for it.
    let _ = stop.wait_for(|stop| *stop).await;
}

async fn resolve(command: &CommandSpec, secrets: Arc<dyn Secrets>, bound: Duration) -> Result<Vec<SecretText>, Why> {
    let mut resolved = Vec::new();
    for arg in &command.args {
        let Arg::Secret { from, .. } = arg else { continue };
        let (ring, wanted) = (secrets.clone(), from.clone());
        let answer = timeout(bound, tokio::task::spawn_blocking(move || ring.resolve(&wanted))).await;
        match answer {
            Ok(Ok(Ok(secret))) => resolved.push(secret),
            Ok(Ok(Err(problem))) => return Err(Why::Secret { code: problem.code, what: problem.what }),
            Ok(Err(_)) | Err(_) => return Err(Why::Secret { code: "keyring-slow", what: named(from) }),
        }
    }
    Ok(resolved)
}

fn named(from: &driftless_core::plan::Password) -> String {
    use driftless_core::plan::Password;
    match from {
        Password::None => String::new(),
        Password::File(what) | Password::Keyring(what) => driftless_core::paths::show_bytes(what.as_bytes()),
    }
}

/// How far we are in ending it, and until when we wait there.
#[derive(Debug, Clone, Copy)]
enum Ending {
    No,
    Termed(Instant),
    Killed(Instant),
    GroupKilled(Instant),
}

impl Ending {
    fn deadline(self) -> Option<Instant> {
        match self {
            Ending::No => None,
            Ending::Termed(at) | Ending::Killed(at) | Ending::GroupKilled(at) => Some(at),
        }
    }

    /// The next step. The child has not been waited for, so its number is still its own.
    fn next(self, pid: Pid, patience: &Patience) -> Ending {
        let now = Instant::now();
        // "No such process" says what we want.
        match self {
            Ending::No => {
                let _ = kill_process(pid, Signal::TERM);
                Ending::Termed(now + patience.grace)
            }
            Ending::Termed(_) => {
                let _ = kill_process(pid, Signal::KILL);
                Ending::Killed(now + patience.cleanup)
            }
            Ending::Killed(_) | Ending::GroupKilled(_) => {
                let _ = kill_process_group(pid, Signal::KILL);
                Ending::GroupKilled(now + patience.gone)
            }
        }
    }
}

/// After the end of the child: the rest of its output, and the end of what it left behind.
async fn settle(pid: Pid, exit: Exit, pipes: &mut Pipes, patience: &Patience, output: &mut impl FnMut(Stream, &[u8])) {
    let wait = if matches!(exit, Exit::Signal(_)) { patience.cleanup } else { patience.drain };
    let end = Instant::now() + wait;
    let _ = timeout(wait, pipes.drain(output)).await;
    while test_kill_process_group(pid).is_ok() && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let _ = kill_process_group(pid, Signal::KILL);
    // What the killed ones had written. Somebody outside the group may still hold the pipes.
    let _ = timeout(patience.drain, pipes.drain(output)).await;
}

/// Both pipes, each until its end.
struct Pipes {
    out: Option<ChildStdout>,
    err: Option<ChildStderr>,
    from_out: Vec<u8>,
    from_err: Vec<u8>,
}

impl Pipes {
    fn open(&self) -> bool {
        self.out.is_some() || self.err.is_some()
    }

    /// The next bytes of either; `None` if both have ended. Nothing is lost if it is dropped while it waits.
    async fn read(&mut self) -> Option<(Stream, &[u8])> {
        while self.open() {
            tokio::select! {
                more = read_some(&mut self.out, &mut self.from_out) => if more {
                    return Some((Stream::Stdout, &self.from_out));
                },
                more = read_some(&mut self.err, &mut self.from_err) => if more {
                    return Some((Stream::Stderr, &self.from_err));
                },
            }
        }
        None
    }

    async fn drain(&mut self, output: &mut impl FnMut(Stream, &[u8])) {
        while let Some((stream, bytes)) = self.read().await {
            output(stream, bytes);
        }
    }
}

/// One read into `buffer`; false (and the pipe is let go) at its end.
async fn read_some<R: AsyncRead + Unpin>(pipe: &mut Option<R>, buffer: &mut Vec<u8>) -> bool {
    let Some(open) = pipe else { return std::future::pending().await };
    buffer.resize(32 * 1024, 0);
    match open.read(buffer).await {
        Ok(more) if more > 0 => {
            buffer.truncate(more);
            true
        }
        _ => {
            *pipe = None;
            false
        }
    }
}

/// Notices that nothing moves any more.
struct Watchdog {
    group: Pid,
    stall: Duration,
    tick: Interval,
    last_moved: Instant,
    counted: Option<Counters>,
    fired: bool,
}

impl Watchdog {
    fn new(group: Pid, stall: Duration) -> Watchdog {
        let mut tick = interval((stall / 4).clamp(Duration::from_millis(20), Duration::from_secs(30)));
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Watchdog { group, stall, tick, last_moved: Instant::now(), counted: None, fired: false }
    }

    fn moved(&mut self) {
        self.last_moved = Instant::now();
    }

    /// Comes back when nothing has moved for too long.
    async fn stalled(&mut self) {
        if self.stall == Duration::MAX {
            return std::future::pending().await;
        }
        loop {
            self.tick.tick().await;
            let Some(now) = counters(self.group) else { continue };
            if self.counted.is_none_or(|before| now.moved_since(&before)) {
                self.counted = Some(now);
                self.moved();
            } else if self.last_moved.elapsed() >= self.stall {
                self.fired = true;
                return;
            }
        }
    }
}

fn exit_of(status: io::Result<ExitStatus>) -> Exit {
    match status {
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => Exit::Code(code),
            (None, signal) => Exit::Signal(signal.unwrap_or(0)),
        },
        // It cannot be waited for: nothing is known, so nothing counts as done.
        Err(_) => Exit::Signal(0),
    }
}
