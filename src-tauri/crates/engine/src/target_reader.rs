//! Reading a target: what it and its trash hold, bringing it back, and whether it is what the source is.
//!
//! Everything goes through rsync with the sync's own way to the target, so that a folder, a module and a machine behind ssh are
//! read alike, with the password through the same pipe. Children are started on the calling thread: it must live until they end.

use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::sync::Arc;

use driftless_core::behaviour::classify::Class;
use driftless_core::behaviour::pull::{self, Depth, From};
use driftless_core::behaviour::rsync;
use driftless_core::diagnose::{Item, item};
use driftless_core::mirror::End;
use driftless_core::paths::{RelPath, show_bytes};
use driftless_core::plan::SyncPlan;
use driftless_core::problem::Problem;
use driftless_core::trash::{Moment, TRASH, Version, choose};
use driftless_core::work::CommandSpec;
use tokio::sync::watch;

use crate::run::{Ground, Stream};
use crate::run_once::Once;
use crate::secrets::Secrets;

/// rsync's own longest line is a path of 4,096 bytes, each escaped by five.
const LINE: usize = 64 * 1024;

/// One sync's target, to be read.
pub struct TargetReader {
    /// The sync.
    pub plan: SyncPlan,
    /// Where its password comes from.
    pub secrets: Arc<dyn Secrets>,
    /// A directory of ours alone.
    pub ground: Ground,
    /// Ends it when it becomes true.
    pub stop: watch::Receiver<bool>,
}

/// What was brought back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Brought {
    /// Files, and links and their like.
    pub files: u64,
    /// Of them.
    pub bytes: u64,
}

/// How source and target compare by content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Compared {
    /// What differs, is missing or is too much, shown; the first hundred.
    pub names: Vec<String>,
    /// How many.
    pub different: u64,
}

impl TargetReader {
    /// The moments of the trash, the newest first.
    pub async fn moments(&self) -> Result<Vec<Moment>, Problem> {
        let place = self.nowhere()?;
        let trash = RelPath::root().join(TRASH.as_bytes());
        let days: Vec<RelPath> = self.names(&[trash], &place).await?;
        if days.is_empty() {
            return Ok(Vec::new());
        }
        let mut moments: Vec<Moment> = self.names(&days, &place).await?.iter().filter_map(moment_of).collect();
        moments.sort_unstable_by(|a, b| b.cmp(a));
        Ok(moments)
    }

    /// The directories in these, by their whole paths.
    async fn names(&self, dirs: &[RelPath], place: &Place) -> Result<Vec<RelPath>, Problem> {
        let command = pull::listed(&self.plan, From::Target, dirs, Depth::OneLevel);
        let found = self.items(&command, place.open()?).await?;
        Ok(found
            .into_iter()
            .filter(|i| i.dir && !dirs.contains(&i.path) && !i.path.is_root())
            .map(|i| i.path)
            .collect())
    }

    /// Every version of this path and of what is in it: at the target, and in the trash at these moments.
    pub async fn versions(&self, path: &RelPath, moments: &[Moment]) -> Result<Vec<Version>, Problem> {
        let mut paths = vec![path.clone()];
        if !path.is_root() {
            let kept = moments.iter().filter_map(|m| Some(RelPath::new(m.dir().as_bytes()).ok()?.join_path(path)));
            paths.extend(kept);
        }
        let command = pull::listed(&self.plan, From::Target, &paths, Depth::Whole);
        let found = self.items(&command, self.nowhere()?.open()?).await?;
        let versions = found.into_iter().filter_map(|i| Version::read(&i.path, i.dir, i.size));
        // The folders above what was listed come along.
        Ok(versions.filter(|v| v.path.is_within(path)).collect())
    }

    /// What stands in a directory, at the target or in the trash at one moment; compared with the source.
    pub async fn entries(&self, from: From, dir: &RelPath) -> Result<Vec<Item>, Problem> {
        let command = pull::listed(&self.plan, from, std::slice::from_ref(dir), Depth::OneLevel);
        let here = File::open(&self.plan.source).map(|f| Arc::new(f.into()));
        let place = self.nowhere()?;
        let here = here.or_else(|_| place.open())?;
        let mut found = self.items(&command, here).await?;
        found.retain(|i| i.path.parent().as_ref() == Some(dir) && i.path.bytes() != TRASH.as_bytes());
        Ok(found)
    }

    /// These paths and whatever is in them, at the target or in the trash at one moment.
    pub async fn below(&self, from: From, paths: &[RelPath]) -> Result<Vec<Version>, Problem> {
        let command = pull::listed(&self.plan, from, paths, Depth::Whole);
        let moment = match from {
            From::Target => None,
            From::Trash(moment) => Some(moment),
        };
        let found = self.items(&command, self.nowhere()?.open()?).await?;
        // The folders above what was listed come along.
        let within = |path: &RelPath| paths.iter().any(|above| path.is_within(above));
        let in_trash = |path: &RelPath| path.bytes().split(|b| *b == b'/').next() == Some(TRASH.as_bytes());
        let wanted = found.into_iter().filter(|i| within(&i.path) && !(moment.is_none() && in_trash(&i.path)));
        Ok(wanted.map(|i| Version { path: i.path, moment, dir: i.dir, bytes: i.size }).collect())
    }

    /// Which of these to bring back for a path, see [`choose`].
    pub async fn chosen(&self, path: &RelPath, at_ms: Option<i64>) -> Result<Vec<Version>, Problem> {
        let moments = self.moments().await?;
        Ok(choose(self.versions(path, &moments).await?, path, at_ms))
    }

    /// What stands in `to` and would be replaced by these.
    pub async fn replaced(&self, chosen: &[Version], to: &Path) -> Result<Vec<RelPath>, Problem> {
        let mut out = Vec::new();
        for (from, paths) in pull::by_place(chosen) {
            let command = rsync::dry_run(pull::brought(&self.plan, from, &paths, true));
            let found = self.items(&command, open(to)?).await?;
            let replaces = |i: &Item| !i.dir && i.what.get(2..).is_some_and(|rest| !rest.starts_with('+'));
            out.extend(
                found.into_iter().filter(|i| i.sent || i.what.starts_with('c')).filter(replaces).map(|i| i.path),
            );
        }
        out.sort();
        Ok(out)
    }

    /// Brings them back into `to`, under the paths that they have below the source. Where `over` is false, what is there stays.
    pub async fn bring(&self, chosen: &[Version], to: &Path, over: bool) -> Result<Brought, Problem> {
        let mut brought = Brought::default();
        for (from, paths) in pull::by_place(chosen) {
            let command = pull::brought(&self.plan, from, &paths, over);
            for one in self.items(&command, open(to)?).await?.iter().filter(|i| !i.dir) {
                if one.sent || one.what.starts_with('c') || one.what.starts_with('h') {
                    brought.files += 1;
                    brought.bytes += if one.sent { one.size } else { 0 };
                }
            }
        }
        Ok(brought)
    }

    /// Compares contents, and changes nothing: of these files, or of everything that a full pass would look at.
    pub async fn compare(&self, sample: Option<&[RelPath]>) -> Result<Compared, Problem> {
        let command = match sample {
            Some(paths) => rsync::listing_that_keeps(&self.plan, Class::Suspect, paths),
            None => rsync::by_contents(rsync::full_pass(&self.plan, self.plan.delete.at_recovery(), false)),
        };
        let source = open(Path::new(&self.plan.source))?;
        let mut compared = Compared::default();
        for one in self.items(&rsync::dry_run(command), source).await? {
            let missing = one.what.get(2..).is_some_and(|rest| rest.starts_with('+'));
            if one.deleted || one.sent || missing {
                compared.different += 1;
                if compared.names.len() < 100 {
                    compared.names.push(one.path.shown());
                }
            }
        }
        Ok(compared)
    }

    /// One run; what it told of single entries.
    async fn items(&self, command: &CommandSpec, dir: Arc<OwnedFd>) -> Result<Vec<Item>, Problem> {
        let (mut items, mut line) = (Vec::new(), Vec::new());
        let once = Once { plan: &self.plan, secrets: &self.secrets, ground: &self.ground, stop: &self.stop };
        let done = once.run(command, dir, |stream, bytes| {
            for byte in bytes.iter().filter(|_| stream == Stream::Stdout) {
                if *byte == b'\n' {
                    items.extend(item(&line));
                    line.clear();
                } else if line.len() < LINE {
                    line.push(*byte);
                }
            }
        });
        let done = done.await;
        match done.failure {
            None if done.stopped => Err(Problem::error("failure-interrupted")),
            None => match &done.end {
                // Nothing else tells that something is missing.
                End::Exited { report, .. } if !report.vanished.is_empty() && !pull::only_looks(command) => {
                    let first = report.vanished.first().map(RelPath::shown).unwrap_or_default();
                    Err(Problem::error("restore-incomplete").with("count", report.vanished.len()).with("path", first))
                }
                _ => Ok(items),
            },
            Some(failure) => {
                let problem = Problem::error(&format!("failure-{}", failure.code.as_str()));
                Err(Problem { args: failure.args.into_iter().collect(), ..problem })
            }
        }
    }

    /// An empty directory: nothing in it is like what is listed.
    fn nowhere(&self) -> Result<Place, Problem> {
        tempfile::Builder::new().prefix(".driftless-look-").tempdir().map(Place).map_err(|e| cannot_open("", &e))
    }
}

struct Place(tempfile::TempDir);

impl Place {
    fn open(&self) -> Result<Arc<OwnedFd>, Problem> {
        open(self.0.path())
    }
}

fn open(dir: &Path) -> Result<Arc<OwnedFd>, Problem> {
    let shown = show_bytes(dir.as_os_str().as_encoded_bytes());
    let file = File::open(dir).map_err(|e| cannot_open(&shown, &e))?;
    if !fs::metadata(dir).is_ok_and(|meta| meta.is_dir()) {
        return Err(cannot_open(&shown, &std::io::Error::from(std::io::ErrorKind::NotADirectory)));
    }
    Ok(Arc::new(file.into()))
}

fn cannot_open(dir: &str, error: &std::io::Error) -> Problem {
    Problem::error("restore-no-folder").with("dir", dir).with("why", error)
}

/// Of `.driftless-trash/DAY/TIME`.
fn moment_of(path: &RelPath) -> Option<Moment> {
    let mut parts = std::str::from_utf8(path.bytes()).ok()?.split('/').skip(1);
    Moment::parse(parts.next()?, parts.next()?)
}
