//! The signals of a daemon.
//!
//! TERM and INT end it, HUP makes it read its configuration again, USR1 puts the status into the log. USR2 is taken and
//! nothing follows; PIPE the standard library ignores already. (lsyncd dies of the last three.)

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// End, with this exit code; the name is for the log.
    End {
        /// 128 and the signal's number.
        code: u8,
        /// `TERM` or `INT`.
        name: &'static str,
    },
    /// Read the configuration again.
    Reload,
    /// Say how it goes.
    Tell,
}

/// The handlers, in place from the moment this is made.
#[derive(Debug)]
pub struct Signals {
    term: Signal,
    int: Signal,
    hup: Signal,
    usr1: Signal,
    usr2: Signal,
}

impl Signals {
    /// To be called inside a tokio runtime.
    pub fn new() -> io::Result<Signals> {
        Ok(Signals {
            term: signal(SignalKind::terminate())?,
            int: signal(SignalKind::interrupt())?,
            hup: signal(SignalKind::hangup())?,
            usr1: signal(SignalKind::user_defined1())?,
            usr2: signal(SignalKind::user_defined2())?,
        })
    }

    /// The next one that asks for something.
    pub async fn next(&mut self) -> Asked {
        loop {
            tokio::select! {
                Some(()) = self.term.recv() => return Asked::End { code: 143, name: "TERM" },
                Some(()) = self.int.recv() => return Asked::End { code: 130, name: "INT" },
                Some(()) = self.hup.recv() => return Asked::Reload,
                Some(()) = self.usr1.recv() => return Asked::Tell,
                Some(()) = self.usr2.recv() => {}
                else => std::future::pending::<()>().await,
            }
        }
    }
}
