//! `driftlessd receive DIR`: an rsync server for one folder, in the foreground, until it is told to end.
//!
//! The first line on stdout is the target that the sending side writes into its configuration; programs read that. All
//! the rest is for a person and goes to stderr. The password is never printed: the file it stands in is named.

use std::ffi::OsString;
use std::io::Write;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, ExitStatus};
use std::time::Duration;

use clap::Parser;
use driftless_core::problem::Problem;
use driftless_engine::places::Places;
use driftless_engine::receiver::{Options, Receiver};

use super::said::{complain, parse, say};

/// How often the daemon is looked at.
const LOOK: Duration = Duration::from_millis(500);

#[derive(Debug, Parser)]
#[command(
    name = "driftlessd receive",
    bin_name = "driftlessd receive",
    about = "Receives into a folder: an rsync server with one module."
)]
struct Line {
    /// Into this folder; made if it is missing.
    dir: PathBuf,
    /// The module's name.
    #[arg(long, value_name = "NAME", default_value = "driftless")]
    module: String,
    /// Who may write into it.
    #[arg(long, value_name = "NAME", default_value = "driftless")]
    user: String,
    /// The port; without it (or with 0) a free one.
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// The address to listen on; 0.0.0.0 is the whole network.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    listen: IpAddr,
    /// Who may connect: an address or network. May be given more than once; without it this computer, or with
    /// --listen the private networks.
    #[arg(long, value_name = "NET")]
    allow: Vec<String>,
    /// The rsync program.
    #[arg(long, value_name = "PROGRAM", default_value = "rsync")]
    rsync: PathBuf,
}

/// The verb with the words behind it.
pub fn run(args: Vec<OsString>) -> ExitCode {
    match parse::<Line>(args).map(receive) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(problem)) => {
            complain(&problem);
            ExitCode::FAILURE
        }
        Err(code) => code,
    }
}

fn receive(line: Line) -> Result<(), Problem> {
    let places = Places::find()
        .map_err(|error| Problem::error("receiver-state").with("what", "DRIFTLESS_HOME, HOME").with("error", error))?;
    let mut options = Options::new(line.dir, places.state);
    options.module = line.module;
    options.user = line.user;
    options.listen = line.listen;
    options.port = line.port.filter(|port| *port != 0);
    options.allow = line.allow;
    options.rsync = line.rsync;
    // Before the daemon starts, so that no signal finds us without a handler and with a child.
    let failed = |error: std::io::Error| Problem::error("receiver-wait").with("error", error);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
    runtime.block_on(async {
        let mut told = Told::listen().map_err(failed)?;
        let mut receiver = Receiver::start(&options)?;
        announce(&receiver, options.listen);
        tokio::select! {
            () = told.asked() => Ok(()),
            status = ended(&mut receiver) => Err(Problem::error("receiver-ended")
                .with("status", status.map_or_else(|| "?".to_owned(), |status| status.to_string()))
                .with("log", shown(&receiver.log))),
        }
    })
}

fn announce(receiver: &Receiver, listen: IpAddr) {
    let mut out = std::io::stdout().lock();
    // Whoever closed our output does not want to know; the daemon runs all the same.
    let _ = writeln!(out, "{}", receiver.target).and_then(|()| out.flush());
    let dir = shown(&receiver.dir);
    if receiver.made_dir {
        say("receiver-made-dir", &[("dir", &dir)]);
    }
    say("receiver-ready", &[("dir", &dir)]);
    say("receiver-password", &[("file", &shown(&receiver.password_file))]);
    say("receiver-store", &[("target", &receiver.target)]);
    if listen.is_unspecified() {
        let host = if listen.is_ipv6() { "[::1]" } else { "127.0.0.1" };
        say("receiver-elsewhere", &[("host", host)]);
    }
    if !listen.is_loopback() {
        say("receiver-plain", &[]);
    }
}

async fn ended(receiver: &mut Receiver) -> Option<ExitStatus> {
    loop {
        tokio::time::sleep(LOOK).await;
        match receiver.ended() {
            Ok(None) => {}
            Ok(status) => return status,
            Err(_) => return None,
        }
    }
}

fn shown(path: &Path) -> String {
    driftless_core::paths::show_bytes(path.as_os_str().as_encoded_bytes())
}

/// The signals that ask us to end.
#[cfg(unix)]
struct Told([tokio::signal::unix::Signal; 3]);

#[cfg(unix)]
impl Told {
    fn listen() -> std::io::Result<Told> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Told([signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?]))
    }

    async fn asked(&mut self) {
        let [interrupt, terminate, hangup] = &mut self.0;
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// Ctrl-C.
#[cfg(not(unix))]
struct Told;

#[cfg(not(unix))]
impl Told {
    fn listen() -> std::io::Result<Told> {
        Ok(Told)
    }

    async fn asked(&mut self) {
        // An error means that Ctrl-C cannot be heard: then only the daemon's own end ends us.
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
