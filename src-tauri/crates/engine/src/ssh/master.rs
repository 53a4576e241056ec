//! One connection that is kept: `ssh -M -N`, a child like any other, and the sessions that go through it.
//!
//! It ends when nobody holds it any more: neither [`super::Masters`] nor a session.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use driftless_core::diagnose::Exit;
use driftless_core::mirror::Why;
use driftless_core::ssh::SshCall;
use driftless_core::work::{Arg, CommandSpec, Cwd, Stdin};
use tokio::sync::watch;
use tokio::time::{Instant, interval};

use crate::question::NoSecrets;
use crate::run::{Ended, Ground, Patience, run};

/// A server takes ten sessions in one connection unless it is told otherwise; more go their own ways.
const SESSIONS: usize = 8;
/// So often it is looked whether it is ready.
const TICK: Duration = Duration::from_millis(10);
/// For its connection: ssh's own bound for each address, and the log-in.
const CONNECTING: Duration = Duration::from_secs(60);
/// As much of its words as is kept.
const WORDS: usize = 16 * 1024;

/// How far it is.
#[derive(Debug, Clone)]
pub(super) enum State {
    /// It connects and logs in.
    Connecting,
    /// Sessions can go through it.
    Ready,
    /// It has ended, or never began.
    Gone(Gone),
}

/// How it ended, and what it said.
#[derive(Debug, Clone)]
pub(super) struct Gone {
    pub(super) ended: Result<Exit, Why>,
    pub(super) said: Vec<u8>,
    /// It was ready once.
    pub(super) was_ready: bool,
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Master {
    pub(super) socket: String,
    pub(super) state: watch::Receiver<State>,
    sessions: AtomicUsize,
    /// Dropped with the last one who holds this: that ends it.
    _stop: watch::Sender<bool>,
}

/// One session through it; it stays at least as long as this.
#[derive(Debug)]
pub struct Lane(Arc<Master>);

impl Master {
    /// Starts it. Inside a runtime on the thread that lives as long as the children (see `run`).
    pub(super) fn start(call: &SshCall, socket: String, ground: Ground, patience: Patience) -> Arc<Master> {
        let (stop, stopped) = watch::channel(false);
        let (tell, state) = watch::channel(State::Connecting);
        let command = CommandSpec {
            program: call.program.clone(),
            args: call.keeping(&socket).into_iter().map(Arg::Word).collect(),
            stdin: Stdin::Null,
            cwd: Cwd::Root,
            stall: Duration::MAX,
            low: false,
            native: None,
        };
        tokio::spawn(keep(command, socket.clone(), ground, patience, stopped, tell));
        Arc::new(Master { socket, state, sessions: AtomicUsize::new(0), _stop: stop })
    }

    /// A session, if there is room for one.
    pub(super) fn lane(self: &Arc<Master>) -> Option<Lane> {
        let room = |taken: usize| (taken < SESSIONS).then_some(taken + 1);
        self.sessions.fetch_update(Ordering::Relaxed, Ordering::Relaxed, room).ok()?;
        Some(Lane(self.clone()))
    }

    /// True until it has ended.
    pub(super) fn lives(&self) -> bool {
        !matches!(*self.state.borrow(), State::Gone(_))
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        self.0.sessions.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn keep(
    command: CommandSpec,
    socket: String,
    ground: Ground,
    patience: Patience,
    stop: watch::Receiver<bool>,
    tell: watch::Sender<State>,
) {
    let mut said = Vec::new();
    let mut was_ready = false;
    let ended = {
        let hear = |_, bytes: &[u8]| said.extend_from_slice(&bytes[..bytes.len().min(WORDS - said.len().min(WORDS))]);
        let running = run(&command, None, Arc::new(NoSecrets), &ground, patience, stop, hear);
        tokio::pin!(running);
        let mut tick = interval(TICK);
        let begun = Instant::now();
        loop {
            tokio::select! {
                ended = &mut running => break ended,
                _ = tick.tick(), if !was_ready => {
                    if Path::new(&socket).exists() {
                        was_ready = true;
                        tell.send_replace(State::Ready);
                    } else if begun.elapsed() > CONNECTING {
                        break Err(Why::Stopped);
                    }
                }
            }
        }
    };
    // Killed it could not remove it itself.
    let _ = std::fs::remove_file(&socket);
    let ended = ended.map(|Ended { exit, .. }| exit);
    tell.send_replace(State::Gone(Gone { ended, said, was_ready }));
}
