//! The other end, built in: a real `rsync --daemon` with one writable module, for a person who has no server yet.
//!
//! Rules: what the daemon reads is made by us alone (`conf`), in a directory of our own outside the module (`keep`), and
//! nothing a person writes reaches it unchecked. It listens on loopback unless asked otherwise. The daemon ends with its
//! [`Receiver`]: by process group when that is dropped, and by the kernel (Linux) when the whole process is killed.

mod conf;
mod keep;

use std::fs;
use std::io::{self, BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use driftless_core::paths::show_bytes;
use driftless_core::problem::Problem;

pub use conf::NETWORKS_NEAR;

/// What to receive, and how.
#[derive(Debug, Clone)]
pub struct Options {
    /// Into this directory; made if it is missing.
    pub dir: PathBuf,
    /// The module's name.
    pub module: String,
    /// Who may write.
    pub user: String,
    /// The address to listen on.
    pub listen: IpAddr,
    /// The port; any free one if `None`.
    pub port: Option<u16>,
    /// Who may connect, in rsyncd.conf's notation; by default what fits `listen`.
    pub allow: Vec<String>,
    /// rsync's program.
    pub rsync: PathBuf,
    /// Our own directories stand below this one ([`crate::places::Places::state`]).
    pub state: PathBuf,
}

impl Options {
    /// The usual ones: module and user `driftless`, loopback, any free port, rsync from PATH.
    pub fn new(dir: impl Into<PathBuf>, state: impl Into<PathBuf>) -> Options {
        Options {
            dir: dir.into(),
            module: "driftless".to_owned(),
            user: "driftless".to_owned(),
            listen: IpAddr::V4(Ipv4Addr::LOCALHOST),
            port: None,
            allow: Vec::new(),
            rsync: PathBuf::from("rsync"),
            state: state.into(),
        }
    }
}

/// A daemon that answers. Dropped, it ends.
#[derive(Debug)]
pub struct Receiver {
    /// What a sync writes as its target: `rsync://USER@HOST:PORT/MODULE`.
    pub target: String,
    /// The directory, resolved.
    pub dir: PathBuf,
    /// The directory was missing and was made.
    pub made_dir: bool,
    /// The file (0600) whose only line is the password.
    pub password_file: PathBuf,
    /// The daemon's log.
    pub log: PathBuf,
    child: Child,
    _kept: keep::Kept,
}

/// How long the daemon may take until it answers.
const START: Duration = Duration::from_secs(10);
/// How long it may take to end before it is killed.
const GRACE: Duration = Duration::from_secs(3);
const PAUSE: Duration = Duration::from_millis(20);

impl Receiver {
    /// Starts it and waits until it answers. Blocks for 10 seconds at most. The process that calls must outlive it; on
    /// Linux also the thread (the kernel ends the daemon with the thread that started it).
    pub fn start(options: &Options) -> Result<Receiver, Problem> {
        conf::check(options)?;
        let (dir, made_dir) = prepare(&options.dir)?;
        // Again, behind all links.
        conf::check(&Options { dir: dir.clone(), ..options.clone() })?;
        let kept = keep::Kept::open(&options.state, &dir).map_err(|problem| problem.with("dir", shown(&dir)))?;
        kept.write_secrets(&options.user)?;
        // A free port may be taken by somebody else between our look and the daemon's bind.
        let tries = if options.port.is_some() { 1 } else { 5 };
        let mut last = Problem::error("receiver-no-start");
        for _ in 0..tries {
            let address = free(options.listen, options.port)?;
            kept.write_conf(&conf::text(options, &dir, address, &kept))?;
            match launch(options, &kept, address) {
                Ok(child) => {
                    let host = reachable_at(address.ip());
                    let host = if host.is_ipv6() { format!("[{host}]") } else { host.to_string() };
                    return Ok(Receiver {
                        target: format!("rsync://{}@{host}:{}/{}", options.user, address.port(), options.module),
                        dir,
                        made_dir,
                        password_file: kept.password(),
                        log: kept.log(),
                        child,
                        _kept: kept,
                    });
                }
                Err(problem) => last = problem,
            }
        }
        Err(last)
    }

    /// How the daemon ended, if it did.
    pub fn ended(&mut self) -> io::Result<Option<ExitStatus>> {
        self.child.try_wait()
    }

    /// The daemon's process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// The directory, real and writable; made if it is missing.
fn prepare(dir: &Path) -> Result<(PathBuf, bool), Problem> {
    let problem = |code, error: io::Error| Problem::error(code).with("dir", shown(dir)).with("error", error);
    let missing = fs::symlink_metadata(dir).is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    if missing {
        fs::create_dir_all(dir).map_err(|error| problem("receiver-dir-not-made", error))?;
    }
    let real = fs::canonicalize(dir).map_err(|error| problem("receiver-dir-unusable", error))?;
    if real.parent().is_none() {
        return Err(Problem::error("receiver-dir-root"));
    }
    if !real.is_dir() {
        return Err(problem("receiver-dir-unusable", io::ErrorKind::NotADirectory.into()));
    }
    writable(&real).map_err(|error| problem("receiver-dir-not-writable", error))?;
    Ok((real, missing))
}

/// Asks by trying: permission bits say nothing about ACLs and read-only file systems.
fn writable(dir: &Path) -> io::Result<()> {
    let probe = dir.join(format!(".driftless-receive-{}", std::process::id()));
    fs::OpenOptions::new().write(true).create_new(true).open(&probe)?;
    fs::remove_file(&probe)
}

/// The address to bind, seen free just now.
fn free(listen: IpAddr, port: Option<u16>) -> Result<SocketAddr, Problem> {
    let wanted = SocketAddr::new(listen, port.unwrap_or(0));
    TcpListener::bind(wanted).and_then(|socket| socket.local_addr()).map_err(|error| {
        let code = match error.kind() {
            io::ErrorKind::AddrInUse => "receiver-port-taken",
            io::ErrorKind::PermissionDenied => "receiver-port-denied",
            _ => "receiver-address",
        };
        Problem::error(code).with("address", wanted).with("error", error)
    })
}

/// Where a client on this machine or beside it finds a daemon that listens there.
fn reachable_at(listen: IpAddr) -> IpAddr {
    match listen {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        other => other,
    }
}

fn launch(options: &Options, kept: &keep::Kept, address: SocketAddr) -> Result<Child, Problem> {
    let mut config = std::ffi::OsString::from("--config=");
    config.push(kept.conf());
    let mut command = Command::new(&options.rsync);
    command
        .args(["--daemon", "--no-detach"])
        .arg(config)
        // rsyncd.conf expands variables; PATH is for finding rsync itself.
        .env_clear()
        .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    ends_with_us(&mut command);
    let mut child = command.spawn().map_err(|error| {
        Problem::error("receiver-no-rsync").with("program", shown(&options.rsync)).with("error", error)
    })?;
    let until = Instant::now() + START;
    loop {
        if let Ok(Some(status)) = child.try_wait() {
            return Err(Problem::error("receiver-no-start").with("status", status).with("log", shown(&kept.log())));
        }
        if greets(SocketAddr::new(reachable_at(address.ip()), address.port())) {
            return Ok(child);
        }
        if Instant::now() > until {
            end(&mut child);
            return Err(Problem::error("receiver-silent").with("address", address).with("log", shown(&kept.log())));
        }
        std::thread::sleep(PAUSE);
    }
}

/// An rsync daemon speaks first.
fn greets(address: SocketAddr) -> bool {
    let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(500)) else { return false };
    let mut line = Vec::new();
    stream.set_read_timeout(Some(Duration::from_secs(2))).is_ok()
        && BufReader::new(io::Read::take(stream, 256)).read_until(b'\n', &mut line).is_ok()
        && line.starts_with(b"@RSYNCD:")
}

/// A process group of its own (Ctrl-C reaches us alone, and we end it in order), and on Linux a signal from the kernel
/// when we are gone without having ended it.
fn ends_with_us(command: &mut Command) {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{Signal, getppid, set_parent_process_death_signal};
        let us = rustix::process::getpid();
        // SAFETY: between fork and exec only two system calls are made, nothing is allocated.
        unsafe {
            std::os::unix::process::CommandExt::pre_exec(command, move || {
                set_parent_process_death_signal(Some(Signal::TERM))?;
                // We may have gone before the line above.
                if getppid() == Some(us) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
            });
        }
    }
}

/// Ends the daemon and its connections: TERM, a grace, KILL.
fn end(child: &mut Child) {
    signal(child, false);
    let until = Instant::now() + GRACE;
    while Instant::now() < until {
        match child.try_wait() {
            Ok(None) => std::thread::sleep(PAUSE),
            Ok(Some(_)) | Err(_) => return,
        }
    }
    signal(child, true);
    let _ = child.wait();
}

#[cfg(unix)]
fn signal(child: &mut Child, kill: bool) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let signal = if kill { Signal::KILL } else { Signal::TERM };
    // Not yet waited for: the number is still this child's.
    if let (Ok(None), Some(group)) = (child.try_wait(), Pid::from_raw(child.id() as i32)) {
        let _ = kill_process_group(group, signal);
    }
}

#[cfg(not(unix))]
fn signal(child: &mut Child, _kill: bool) {
    let _ = child.kill();
}

fn shown(path: &Path) -> String {
    show_bytes(path.as_os_str().as_encoded_bytes())
}
