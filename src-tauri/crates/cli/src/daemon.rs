//! Going into the background.
//!
//! The first process waits until the second is up and only then exits 0; if the second ends before, the first exits
//! with its code, 255 at least. What the second has to say until then it says on the stderr it still has. (lsyncd's
//! first process exits 0 whatever becomes of the second.)

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;

use nix::unistd::{ForkResult, fork};
use rustix::pipe::{PipeFlags, pipe_with};

/// Which process this is now.
#[derive(Debug)]
pub enum Side {
    /// The one that was called: to exit with this code.
    Caller(u8),
    /// The one in the background.
    Background(Waiting),
}

/// Somebody waits for this process to be up.
#[derive(Debug)]
pub struct Waiting {
    pipe: File,
}

/// Splits the process. To be called before any thread is started.
pub fn detach() -> io::Result<Side> {
    let (read, write) = pipe_with(PipeFlags::CLOEXEC)?;
    // SAFETY: after the fork of a process with several threads only async-signal-safe functions may be called in the
    // child. This process has only one: the engine, the log and the signal handlers start their threads later.
    match unsafe { fork() }? {
        ForkResult::Parent { .. } => {
            drop(write);
            Ok(Side::Caller(verdict(read)))
        }
        ForkResult::Child => {
            drop(read);
            rustix::process::setsid()?;
            // No file system is kept from being unmounted. Every path was made absolute before.
            rustix::process::chdir("/")?;
            Ok(Side::Background(Waiting { pipe: File::from(write) }))
        }
    }
}

/// One byte comes when the other is up, and none when it ended before.
fn verdict(pipe: OwnedFd) -> u8 {
    let mut byte = [0];
    match File::from(pipe).read_exact(&mut byte) {
        Ok(()) => byte[0],
        Err(_) => 255,
    }
}

impl Waiting {
    /// Lets the caller go with exit code 0 and leaves the terminal.
    pub fn up(mut self) -> io::Result<()> {
        let null = File::options().read(true).write(true).open("/dev/null")?;
        rustix::stdio::dup2_stdin(&null)?;
        rustix::stdio::dup2_stdout(&null)?;
        rustix::stdio::dup2_stderr(&null)?;
        self.pipe.write_all(&[0])
    }
}
