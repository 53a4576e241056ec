//! Trying a target before anything is sent there, step by step, as a person would look for what is wrong.
//!
//! Rules: nothing that is at the target changes. What is written there is one file of a name of our own, and it is removed
//! again. The trial runs rsync with the words of the sync itself, so that what works here works later. Children are started
//! on the calling thread: it must live until the trial is over (see `run`).

use std::fs::{self, File};
use std::io;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use driftless_core::behaviour::rsync::{delete_by_filters, full_pass};
use driftless_core::config::DeletePolicy;
use driftless_core::diagnose::{self, Failure};
use driftless_core::filter::Matcher;
use driftless_core::mirror::End;
use driftless_core::paths::{RelPath, show_bytes};
use driftless_core::plan::SyncPlan;
use driftless_core::target::Target;
use driftless_core::work::{Arg, CommandSpec};
use tokio::sync::watch;

use crate::run::Ground;
use crate::run_once::{Once, context};
use crate::secrets::Secrets;

/// For a name, and for a connection.
const BOUND: Duration = Duration::from_secs(10);
/// rsyncd's own.
const PORT: u16 = 873;

/// What is tried, in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The source is a folder that can be read.
    Source,
    /// The machine's name means something.
    Resolve,
    /// Something answers there.
    Connect,
    /// It lets us in.
    Login,
    /// The folder is there.
    Folder,
    /// A file can be written and removed.
    Write,
    /// There is room.
    Space,
}

/// How a step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Just begun.
    Running,
    /// It works; of [`Step::Space`] the bytes that are free, where that is known.
    Ok(Option<u64>),
    /// It does not: a failure's code (without `failure-`) and arguments, and rsync's own words.
    Failed {
        /// For the catalogue.
        code: String,
        /// What its sentence fills in.
        args: std::collections::BTreeMap<String, String>,
        /// As rsync or ssh said it, cleaned; empty if neither spoke.
        output: String,
    },
    /// Not asked here.
    Skipped,
}

/// Everything that a trial works with.
pub struct Trial {
    /// The sync to be tried.
    pub plan: SyncPlan,
    /// Where its password comes from.
    pub secrets: Arc<dyn Secrets>,
    /// A directory of ours alone.
    pub ground: Ground,
    /// Ends it when it becomes true.
    pub stop: watch::Receiver<bool>,
}

impl Trial {
    /// Tries; true if all of it works. Every step is told twice: running, and how it ended.
    pub async fn run(mut self, mut tell: impl FnMut(Step, State)) -> bool {
        self.plan.matcher = Matcher::none();
        self.plan.delete = DeletePolicy::Never;
        if !at(Step::Source, source(&self.plan), &mut tell) {
            return false;
        }
        match self.plan.target.clone() {
            Target::Local { path } => self.local(Path::new(&path), &mut tell),
            Target::Daemon { host, port, .. } => {
                tell(Step::Resolve, State::Running);
                let port = port.unwrap_or(PORT);
                let asked = host.clone();
                let found = tokio::task::spawn_blocking(move || resolve(&asked, port));
                let found = bounded(found).await.unwrap_or_else(|| Err(self.failure("host-not-found")));
                let addresses = match found {
                    Ok(addresses) if !addresses.is_empty() => addresses,
                    _ => return at(Step::Resolve, Err(self.failure("host-not-found")), &mut tell),
                };
                at(Step::Resolve, Ok(None), &mut tell);
                tell(Step::Connect, State::Running);
                let reached = tokio::task::spawn_blocking(move || connect(&addresses)).await.unwrap_or(Ok(()));
                let reached = reached.map(|()| None).map_err(|error| self.failure(unreachable(&error)));
                at(Step::Connect, reached, &mut tell) && self.remote(&mut tell).await
            }
            Target::Shell { .. } => {
                // ssh has names and ways of its own.
                tell(Step::Resolve, State::Skipped);
                tell(Step::Connect, State::Skipped);
                self.remote(&mut tell).await
            }
        }
    }

    fn local(&self, path: &Path, tell: &mut impl FnMut(Step, State)) -> bool {
        for step in [Step::Resolve, Step::Connect, Step::Login] {
            tell(step, State::Skipped);
        }
        // The last folder of the path is made by the first run.
        let there =
            if path.is_dir() { Some(path) } else { path.parent().filter(|above| above.is_dir() && !path.exists()) };
        let Some(there) = there else {
            let code = if path.exists() { "target-not-directory" } else { "target-parent-missing" };
            return at(Step::Folder, Err(self.failure(code)), tell);
        };
        at(Step::Folder, Ok(None), tell);
        let written = tempfile::Builder::new().prefix(".driftless-trial-").tempfile_in(there);
        let written = written.and_then(tempfile::NamedTempFile::close).map(|()| None);
        let written = written.map_err(|error| match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => self.failure("target-full"),
            io::ErrorKind::ReadOnlyFilesystem => self.failure("target-read-only"),
            _ => self.failure("target-not-accessible"),
        });
        let free = rustix::fs::statvfs(there).map(|space| space.f_bavail.saturating_mul(space.f_frsize)).ok();
        at(Step::Write, written, tell) && at(Step::Space, Ok(free), tell)
    }

    /// Through rsync itself.
    async fn remote(&self, tell: &mut impl FnMut(Step, State)) -> bool {
        tell(Step::Login, State::Running);
        let place = match Place::make() {
            Ok(place) => place,
            Err(error) => return at(Step::Login, Err(self.broken(&error)), tell),
        };
        let mut look = full_pass(&self.plan, false, false);
        before_paths(&mut look, &["--dry-run"]);
        let made = match self.ask(look, &place, false).await {
            Ok(made) => made,
            Err(failed) => {
                let step = if of_the_folder(&failed) { Step::Folder } else { Step::Login };
                if step == Step::Folder {
                    at(Step::Login, Ok(None), tell);
                }
                return at(step, Err(failed), tell);
            }
        };
        at(Step::Login, Ok(None), tell);
        at(Step::Folder, Ok(None), tell);
        tell(Step::Write, State::Running);
        let mut plan = self.plan.clone();
        if made {
            // The first run will make the folder; the trial leaves none, so it writes beside where that will be.
            plan.target = above(&plan.target);
        }
        let mut write = full_pass(&plan, false, false);
        let mut remove = delete_by_filters(&plan, std::slice::from_ref(&place.name));
        for command in [&mut write, &mut remove] {
            // The target's own folder is named in both: it keeps its mode, owner and times.
            before_paths(command, &["--no-perms", "--no-times", "--no-owner", "--no-group"]);
        }
        let written = match self.ask(write, &place, true).await {
            Ok(_) => self.ask(remove, &place, false).await,
            Err(failed) => Err(failed),
        };
        tell(Step::Space, State::Skipped);
        at(Step::Write, written.map(|_| None), tell)
    }

    /// One run, from a folder that is empty or holds the one file. True: the target's folder is not there yet.
    async fn ask(&self, command: CommandSpec, place: &Place, with_file: bool) -> Result<bool, State> {
        let dir = place.open(with_file).map_err(|error| self.broken(&error))?;
        let once = Once { plan: &self.plan, secrets: &self.secrets, ground: &self.ground, stop: &self.stop };
        let done = once.run(&command, dir, |_, _| {}).await;
        match done.failure {
            None if done.stopped => Err(self.failure("interrupted")),
            None => Ok(makes_the_folder(&done.end)),
            Some(Failure { code, args }) => {
                let output = args.get("output").cloned().unwrap_or_default();
                Err(State::Failed { code: code.as_str().to_owned(), args, output })
            }
        }
    }

    /// A failure that we found ourselves, with what every sentence may fill in.
    fn failure(&self, code: &str) -> State {
        let args = diagnose::known_args(&context(&self.plan));
        State::Failed { code: code.to_owned(), args, output: String::new() }
    }

    fn broken(&self, error: &io::Error) -> State {
        match self.failure("unknown") {
            State::Failed { code, args, .. } => State::Failed { code, args, output: error.to_string() },
            other => other,
        }
    }
}

/// Two folders: an empty one, and one with a file of a name of our own.
struct Place {
    dir: tempfile::TempDir,
    name: RelPath,
}

impl Place {
    fn make() -> io::Result<Place> {
        let dir = tempfile::Builder::new().prefix(".driftless-trial-").tempdir()?;
        let name = dir.path().file_name().unwrap_or_default().as_encoded_bytes().to_vec();
        let name = RelPath::new(&name).map_err(io::Error::other)?;
        fs::create_dir(dir.path().join("empty"))?;
        fs::create_dir(dir.path().join("full"))?;
        fs::write(dir.path().join("full").join(name.shown()), "Driftless tried whether it can write here.\n")?;
        Ok(Place { dir, name })
    }

    fn open(&self, with_file: bool) -> io::Result<Arc<OwnedFd>> {
        Ok(Arc::new(File::open(self.dir.path().join(if with_file { "full" } else { "empty" }))?.into()))
    }
}

/// Tells how a step ended; true if it works.
fn at(step: Step, ended: Result<Option<u64>, State>, tell: &mut impl FnMut(Step, State)) -> bool {
    let ok = ended.is_ok();
    tell(step, ended.map_or_else(|failed| failed, State::Ok));
    ok
}

fn source(plan: &SyncPlan) -> Result<Option<u64>, State> {
    let Err(error) = fs::read_dir(&plan.source) else { return Ok(None) };
    let code = match error.kind() {
        io::ErrorKind::NotFound => "source-gone",
        io::ErrorKind::NotADirectory => "source-not-directory",
        _ => "source-unreadable",
    };
    let text = |value: &str| show_bytes(value.as_bytes());
    let args = [
        ("source", text(&plan.source)),
        ("target", plan.target.to_string()),
        ("path", text(&plan.source)),
        ("sync", text(&plan.name)),
        ("output", error.to_string()),
    ];
    let args = args.map(|(name, value)| (name.to_owned(), value)).into();
    Err(State::Failed { code: code.to_owned(), args, output: error.to_string() })
}

/// Whether a failure is about the folder rather than about being let in.
fn of_the_folder(failed: &State) -> bool {
    let State::Failed { code, .. } = failed else { return false };
    code.starts_with("target-") || matches!(code.as_str(), "module-chdir-failed" | "module-read-only")
}

fn makes_the_folder(end: &End) -> bool {
    let End::Exited { report, .. } = end else { return false };
    report.recent.iter().any(|item| item.path.is_root() && item.what.starts_with("cd+"))
}

/// The folder that holds it.
fn above(target: &Target) -> Target {
    let parent = |path: &str| match path.rsplit_once('/') {
        Some(("", _)) => "/".to_owned(),
        Some((parent, _)) => parent.to_owned(),
        None => String::new(),
    };
    match target.clone() {
        Target::Daemon { user, host, port, module, path } => {
            Target::Daemon { user, host, port, module, path: parent(&path) }
        }
        Target::Shell { host, path } => Target::Shell { host, path: parent(&path) },
        local => local,
    }
}

fn resolve(host: &str, port: u16) -> Result<Vec<SocketAddr>, State> {
    Ok((host, port).to_socket_addrs().map(Iterator::collect).unwrap_or_default())
}

async fn bounded<T>(task: tokio::task::JoinHandle<T>) -> Option<T> {
    tokio::time::timeout(BOUND, task).await.ok()?.ok()
}

/// The first address that answers is enough.
fn connect(addresses: &[SocketAddr]) -> io::Result<()> {
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect_timeout(address, BOUND) {
            Ok(_) => return Ok(()),
            Err(error) => last = error,
        }
    }
    Err(last)
}

fn unreachable(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => "connection-refused",
        io::ErrorKind::TimedOut => "connect-timeout",
        _ => "no-route",
    }
}

/// Options stand in front of `--`.
fn before_paths(command: &mut CommandSpec, words: &[&str]) {
    let at = command.args.iter().position(|arg| *arg == Arg::Word("--".to_owned())).unwrap_or(0);
    let words = words.iter().map(|word| Arg::Word((*word).to_owned()));
    command.args.splice(at..at, words);
}
