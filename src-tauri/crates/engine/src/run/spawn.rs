//! A [`CommandSpec`] becomes a running child.
//!
//! **Spawn from a thread that lives as long as the children may.** `PR_SET_PDEATHSIG` fires when the *thread* that
//! spawned ends, not the process; the driver's one thread does it. The signal is KILL: at TERM rsync may wait for ever
//! for a frozen server, and at KILL its receiver still removes its temporary files (tried, local and remote). The
//! kernel takes the setting back when a set-uid program is executed. Other systems have nothing like it.
//!
//! std gives children the default SIGPIPE and an empty signal mask; that is what rsync expects, so it stays.

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;

use driftless_core::mirror::Why;
use driftless_core::work::{Arg, CommandSpec, Cwd, Stdin};
use rustix::io::Errno;

use super::feed::{self, Feed, Way};
use super::ledger::{Ledger, MARK, Written};
use super::{env, program};
use crate::secrets::SecretText;

/// What every start needs besides the command.
#[derive(Debug, Clone)]
pub struct Ground {
    /// A directory of ours alone (0700), for what cannot go through a descriptor.
    pub runtime_dir: PathBuf,
    pub(crate) way: Way,
    /// Where children are written down, so that none outlives us for long.
    pub ledger: Option<Arc<Ledger>>,
}

impl Ground {
    /// The way this system has.
    pub fn new(runtime_dir: impl Into<PathBuf>) -> Ground {
        Ground { runtime_dir: runtime_dir.into(), way: Way::here(), ledger: None }
    }
}

/// Which pipe of a child.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// A child that runs, and the files that must stay while it does.
pub(crate) struct Spawned {
    pub(crate) child: tokio::process::Child,
    pub(crate) files: Vec<Feed>,
    pub(crate) written: Option<Written>,
}

/// Starts it. `secrets` are those of its secret words, in their order. `source` is the directory that was looked at.
pub(crate) fn spawn(
    command: &CommandSpec,
    secrets: &[SecretText],
    source: Option<Arc<OwnedFd>>,
    ground: &Ground,
) -> Result<Spawned, Why> {
    let of_program = |errno: Errno| Why::Program { program: command.program.clone(), errno: errno.raw_os_error() };
    let program = program::find_program(&command.program, std::env::var_os("PATH").as_deref()).map_err(of_program)?;
    let (words, feeds) = words(&command.args, secrets, ground).map_err(of_system)?;
    let mut std = std::process::Command::new(program);
    std.args(words).env_clear().envs(env::child_env(std::env::vars_os())).process_group(0);
    if let Some(ledger) = &ground.ledger {
        std.env(MARK, ledger.mark());
    }
    std.stdout(Stdio::piped()).stderr(Stdio::piped());
    std.stdin(match &command.stdin {
        Stdin::Null => Stdio::null(),
        Stdin::Bytes(bytes) => Stdio::from(feed::stdin(bytes).map_err(of_system)?),
        // Made a list, and the folder the source, before a command comes here.
        Stdin::Files => return Err(Why::System { errno: Errno::INVAL.raw_os_error() }),
    });
    let cwd = match command.cwd {
        Cwd::Below(_) => return Err(Why::System { errno: Errno::INVAL.raw_os_error() }),
        Cwd::Source => Some(source.ok_or(Why::System { errno: Errno::BADF.raw_os_error() })?),
        Cwd::Root => {
            std.current_dir("/");
            None
        }
    };
    let inherited: Vec<RawFd> = feeds.iter().filter_map(Feed::descriptor).map(|fd| fd.as_raw_fd()).collect();
    let parent = rustix::process::getpid();
    let low = command.low;
    let before = move || before_exec(cwd.as_ref().map(|fd| fd.as_fd()), &inherited, parent, low);
    // SAFETY: `before_exec` only makes system calls that are safe between fork and exec; it neither allocates nor
    // locks. The descriptors it names stay open until the child has started: `cwd` is owned by the closure, the
    // feeds by this function.
    #[allow(unsafe_code, reason = "the only way to change to a directory by descriptor in the child")]
    unsafe {
        std.pre_exec(before);
    }
    let mut tokio = tokio::process::Command::from(std);
    let child = tokio.kill_on_drop(true).spawn().map_err(|error| match errno_of(&error) {
        // The program was found executable above; this is its interpreter, or its format.
        errno if [Errno::NOENT, Errno::NOEXEC, Errno::TXTBSY].contains(&errno) => of_program(errno),
        errno => Why::System { errno: errno.raw_os_error() },
    })?;
    // The child has what it inherits; what is left here are files to be removed.
    let files = feeds.into_iter().filter(|feed| feed.descriptor().is_none()).collect();
    let pid = child.id().and_then(|id| rustix::process::Pid::from_raw(id.cast_signed()));
    let written = pid.and_then(|pid| ground.ledger.as_ref()?.write(pid));
    Ok(Spawned { child, files, written })
}

/// In the child, between fork and exec.
fn before_exec(
    cwd: Option<BorrowedFd<'_>>,
    inherited: &[RawFd],
    parent: rustix::process::Pid,
    low: bool,
) -> io::Result<()> {
    die_with(parent)?;
    if low {
        step_back();
    }
    if let Some(dir) = cwd {
        rustix::process::fchdir(dir)?;
    }
    for fd in inherited {
        // SAFETY: see `spawn`: open in the parent until the child has started.
        #[allow(unsafe_code, reason = "numbers of descriptors owned by the caller")]
        let fd = unsafe { BorrowedFd::borrow_raw(*fd) };
        rustix::io::fcntl_setfd(fd, rustix::io::FdFlags::empty())?;
    }
    Ok(())
}

/// What runs long lets others go first, on the processor and on the disk. Where that is refused it runs as it is.
fn step_back() {
    let _ = rustix::process::setpriority_process(None, 10);
    #[cfg(target_os = "linux")]
    {
        const WHO_PROCESS: libc::c_int = 1;
        // Best effort, the last of its eight levels: "idle" could wait for ever on a busy disk.
        const LAST: libc::c_int = (2 << 13) | 7;
        // SAFETY: a system call with three numbers.
        #[allow(unsafe_code, reason = "neither libc nor rustix has a function for it")]
        let _ = unsafe { libc::syscall(libc::SYS_ioprio_set, WHO_PROCESS, 0 as libc::c_int, LAST) };
    }
}

#[cfg(target_os = "linux")]
fn die_with(parent: rustix::process::Pid) -> io::Result<()> {
    use rustix::process::{Signal, getppid, set_parent_process_death_signal};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    // It may have died before the line above.
    if getppid() == Some(parent) { Ok(()) } else { Err(Errno::SRCH.into()) }
}

#[cfg(not(target_os = "linux"))]
fn die_with(_parent: rustix::process::Pid) -> io::Result<()> {
    Ok(())
}

fn words(args: &[Arg], secrets: &[SecretText], ground: &Ground) -> io::Result<(Vec<String>, Vec<Feed>)> {
    let mut secrets = secrets.iter();
    let mut words = Vec::new();
    let mut feeds = Vec::new();
    for arg in args {
        match arg {
            Arg::Word(word) => words.push(word.clone()),
            Arg::Secret { prefix, .. } => {
                let secret = secrets.next().ok_or(Errno::INVAL)?;
                let feed = feed::whole(secret.expose(), ground.way, &ground.runtime_dir)?;
                words.push(format!("{prefix}{}", feed.path()));
                feeds.push(feed);
            }
            Arg::Inline { prefix, content } => {
                for feed in feed::rules(content, ground.way, &ground.runtime_dir)? {
                    words.push(format!("{prefix}{}", feed.path()));
                    feeds.push(feed);
                }
            }
            Arg::SshItself { call, socket } => words.extend(call.towards(socket.as_deref())),
            // Found here: rsync would look for it in the working directory too, where PATH has relative entries. One that is
            // not there is rsync's to tell.
            Arg::Ssh { call, socket } => {
                let found = program::find_program(&call.program, std::env::var_os("PATH").as_deref()).ok();
                let found = found.as_deref().and_then(|file| file.to_str()).unwrap_or(&call.program);
                words.push(format!("--rsh={}", call.rsh(found, socket.as_deref())));
            }
        }
    }
    Ok((words, feeds))
}

fn of_system(error: io::Error) -> Why {
    Why::System { errno: errno_of(&error).raw_os_error() }
}

fn errno_of(error: &io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}
