//! What the driver keeps of one job, and what its tasks do: the look, then each run in what was looked at.

use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

use driftless_core::diagnose::{self, Exit, OutputParser, PathMapper};
use driftless_core::facts::{Look, RootLook, Seen};
use driftless_core::filter::Matcher;
use driftless_core::mirror::{End, Input, JobId, Why};
use driftless_core::paths::RelPath;
use driftless_core::target::Target;
use driftless_core::work::{Arg, CommandSpec, Cwd, Stdin};
use rustix::io::Errno;
use tokio::sync::watch;

use super::tell::Tell;
use crate::direct::{self, Pool};
use crate::look::files::{enter, files};
use crate::look::filter_files::unfit;
use crate::look::{Looked, Names, Tables, look_by};
use crate::run::{Ground, Patience, Stream, run};
use crate::secrets::Secrets;
use crate::ssh::{self, Masters, Way};

/// A look that takes longer stands on a disk or server that is gone.
const LOOK_BOUND: Duration = Duration::from_secs(600);

/// The two ends of a sync, as its jobs need them.
#[derive(Debug, Clone)]
pub(super) struct Ends {
    /// The sync's id.
    pub(super) id: String,
    pub(super) source: String,
    pub(super) target: Target,
    pub(super) matcher: Matcher,
    /// rsync goes into other file systems, too.
    pub(super) crosses: bool,
}

/// A job from its look until `Done`.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) ends: Arc<Ends>,
    /// The directory that was looked at, and what the two ends are really called.
    pub(super) dir: Option<Arc<OwnedFd>>,
    /// The same of a target on this machine.
    pub(super) target_dir: Option<Arc<OwnedFd>>,
    pub(super) names: Names,
    /// See [`Looked::disks`].
    pub(super) disks: Vec<OwnedFd>,
    pub(super) stop: watch::Sender<bool>,
}

impl Job {
    pub(super) fn new(ends: Arc<Ends>) -> Job {
        Job {
            ends,
            dir: None,
            target_dir: None,
            names: Names::default(),
            disks: Vec::new(),
            stop: watch::channel(false).0,
        }
    }
}

/// What a look gives.
pub(super) struct LookDone {
    pub(super) input: Input,
    pub(super) dir: Option<Arc<OwnedFd>>,
    pub(super) target_dir: Option<Arc<OwnedFd>>,
    pub(super) names: Names,
    pub(super) disks: Vec<OwnedFd>,
    pub(super) all_links: bool,
}

/// Looks on a blocking thread. The directory is handed over beside the input.
pub(super) async fn look_for(
    job: JobId,
    ends: Arc<Ends>,
    paths: Vec<RelPath>,
    tables: Arc<Tables>,
    mut stop: watch::Receiver<bool>,
) -> LookDone {
    let asked = paths.clone();
    let looking = tokio::task::spawn_blocking(move || {
        let target = match &ends.target {
            Target::Local { path } => Some(path.as_str()),
            _ => None,
        };
        let mut looked = look_by(&tables, &ends.source, target, paths, ends.crosses);
        if let Some(dir) = looked.dir.as_ref().filter(|_| ends.matcher.needs_dir_files()) {
            let paths: Vec<RelPath> = looked.paths.iter().map(|seen| seen.path.clone()).collect();
            if let Some(problem) = unfit(dir, &ends.matcher, &paths) {
                looked.source = RootLook::Rules(Box::new(problem));
            }
        }
        looked
    });
    let errno = tokio::select! {
        looked = looking => match looked {
            Ok(Looked { source, dir, target, target_dir, paths, names, disks, all_links }) => {
                let input = Input::LookedAt { job, source, target, paths };
                return LookDone { input, dir, target_dir, names, disks, all_links };
            }
            Err(_) => Errno::IO,
        },
        () = tokio::time::sleep(LOOK_BOUND) => Errno::TIMEDOUT,
        _ = stop.wait_for(|stop| *stop) => Errno::CANCELED,
    };
    let input = failed_look(job, errno, asked);
    LookDone { input, dir: None, target_dir: None, names: Names::default(), disks: Vec::new(), all_links: true }
}

/// Nothing is known; nothing counts as missing.
pub(super) fn failed_look(job: JobId, errno: Errno, paths: Vec<RelPath>) -> Input {
    let errno = errno.raw_os_error();
    let paths = paths.into_iter().map(|path| Seen { path, look: Look::Error(errno) }).collect();
    Input::LookedAt { job, source: RootLook::Error(errno), target: None, paths }
}

/// Everything that a run needs besides its command.
pub(super) struct Start {
    pub(super) ends: Arc<Ends>,
    pub(super) dir: Option<Arc<OwnedFd>>,
    pub(super) target_dir: Option<Arc<OwnedFd>>,
    pub(super) names: Names,
    pub(super) stop: watch::Receiver<bool>,
    pub(super) secrets: Arc<dyn Secrets>,
    pub(super) ground: Ground,
    pub(super) patience: Patience,
    pub(super) masters: Masters,
    pub(super) pool: Pool,
    /// How far it is is told, where it is a full pass.
    pub(super) tell: Option<Tell>,
}

/// Runs one command and understands what it said; one that goes over ssh, through the connection that is kept.
pub(super) async fn end_of(command: CommandSpec, mut start: Start) -> End {
    if let Some(end) = copied(&command, &start).await {
        return end;
    }
    let Some(call) = ssh::call_of(&command).cloned() else { return run_of(command, start).await };
    let ground = start.ground.clone();
    let mut end = match start.masters.way(&call, &mut start.stop).await {
        Way::Own => run_of(command, start).await,
        Way::Shared(lane, socket) => {
            let end = run_of(ssh::through(command, &socket), start).await;
            drop(lane);
            end
        }
        Way::Refused(refused) => refused.end(OutputParser::new(mapper(&command, &start.ends, &start.names))),
    };
    if let End::Exited { report, .. } = &mut end {
        ssh::explain(report, &call, &ground).await;
    }
    end
}

/// What we do ourselves; `None`: the child does it.
async fn copied(command: &CommandSpec, start: &Start) -> Option<End> {
    let native = command.native.as_deref()?;
    let (source, target) = (start.dir.clone()?, start.target_dir.clone()?);
    let ground = direct::Ground { source, target, matcher: start.ends.matcher.clone() };
    direct::run(native, ground, &start.pool, (command.stall, start.patience.gone), start.stop.clone()).await
}

async fn run_of(command: CommandSpec, start: Start) -> End {
    let mut parser = OutputParser::new(mapper(&command, &start.ends, &start.names));
    let (command, dir) = match settled(command, start.dir, start.ends.matcher.clone()).await {
        Ok(Some(settled)) => settled,
        Ok(None) => return End::Exited { exit: Exit::Code(0), report: Box::new(parser.finish()), stalled: false },
        Err(errno) => return End::NotStarted(Why::System { errno: errno.raw_os_error() }),
    };
    let Start { stop, secrets, ground, patience, mut tell, .. } = start;
    let ended = run(&command, dir, secrets, &ground, patience, stop, |stream, bytes| {
        let stream = match stream {
            Stream::Stdout => diagnose::Stream::Stdout,
            Stream::Stderr => diagnose::Stream::Stderr,
        };
        parser.feed(stream, bytes);
        if let Some(tell) = &mut tell {
            tell.moved(&parser);
        }
    })
    .await;
    match ended {
        Ok(ended) => End::Exited { exit: ended.exit, report: Box::new(parser.finish()), stalled: ended.stalled },
        Err(why) => End::NotStarted(why),
    }
}

/// The command with its working directory opened and its list made, where it leaves both to us; `None`: it is not worth a run.
async fn settled(
    mut command: CommandSpec,
    dir: Option<Arc<OwnedFd>>,
    matcher: Matcher,
) -> Result<Option<(CommandSpec, Option<Arc<OwnedFd>>)>, Errno> {
    let Cwd::Below(folder) = command.cwd.clone() else { return Ok(Some((command, dir))) };
    let root = dir.ok_or(Errno::BADF)?;
    let listed = command.stdin == Stdin::Files;
    let looking = tokio::task::spawn_blocking(move || {
        let list = if listed { files(&root, &folder, &matcher)? } else { None };
        Ok((enter(&root, &folder)?, list))
    });
    let (below, list) = looking.await.unwrap_or(Err(Errno::IO))?;
    command.cwd = Cwd::Source;
    if listed {
        let Some(list) = list else { return Ok(None) };
        command.stdin = Stdin::Bytes(list);
    }
    Ok(Some((command, Some(Arc::new(below)))))
}

/// rsync speaks of paths by its working directory and by the target as it is called; both spellings are known.
fn mapper(command: &CommandSpec, ends: &Ends, names: &Names) -> PathMapper {
    let folder = if let Cwd::Below(folder) = &command.cwd { folder.clone() } else { RelPath::root() };
    let in_folder = |path: &[u8]| if folder.is_root() { path.to_vec() } else { [path, b"/", folder.bytes()].concat() };
    let configured = in_folder(ends.source.as_bytes());
    let source = names.source.as_deref().map_or_else(|| configured.clone(), in_folder);
    let mut mapper =
        PathMapper::new(&source, &ends.target.joined(&folder)).or_source(&configured).below(folder.clone());
    if let Some(target) = &names.target {
        mapper = mapper.or_target(&in_folder(target));
    }
    let with_temp_dir = |arg: &Arg| matches!(arg, Arg::Word(word) if word.starts_with("--temp-dir"));
    if command.args.iter().any(with_temp_dir) { mapper.with_temp_dir() } else { mapper }
}
