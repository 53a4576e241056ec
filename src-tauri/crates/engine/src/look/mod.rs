//! Looks at a source before a run: its root, what is mounted below it, and each path of a batch.
//!
//! - The configured path is followed once; from then on the directory that was opened counts, not its name. The run
//!   starts in that very directory, so what is swapped in under the name meanwhile is not touched.
//! - Each path is looked at one component at a time, no symbolic link followed: `openat` with `O_NOFOLLOW` for every
//!   directory, which is what `openat2(RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS)` does, but the directories can be kept for the
//!   next path. Only ENOENT means missing.
//! - Blocks; runs on a blocking thread. 50,000 sorted paths take one `fstatat` each and one `openat` a directory.

pub(crate) mod census;
pub(crate) mod dirs;
pub(crate) mod files;
pub(crate) mod filter_files;
mod links;
mod mounts;
mod root;

use std::os::fd::OwnedFd;
use std::sync::Arc;

use driftless_core::facts::{FileKind, Found, Look, RootLook, Seen};
use driftless_core::paths::RelPath;
use rustix::fs::{AtFlags, FileType, Stat, fstat, statat};
use rustix::io::Errno;

use dirs::Dirs;
use mounts::Table;
pub(crate) use mounts::Tables;
#[cfg(target_os = "linux")]
pub(crate) use mounts::unescaped;
use root::Opened;

/// What the two ends are really called, symbolic links resolved: what rsync calls them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The source's root.
    pub source: Option<Vec<u8>>,
    /// The target's root, where it is a folder here.
    pub target: Option<Vec<u8>>,
}

/// What one look found.
#[derive(Debug)]
pub struct Looked {
    /// The source's root.
    pub source: RootLook,
    /// It, opened: where the runs of this look start.
    pub dir: Option<Arc<OwnedFd>>,
    /// The target's root, where it is a folder here.
    pub target: Option<RootLook>,
    /// It, opened: where we write ourselves.
    pub target_dir: Option<Arc<OwnedFd>>,
    /// The paths, in the order asked.
    pub paths: Vec<Seen>,
    /// What the two roots are really called.
    pub names: Names,
    /// Disks inside the source, held while its runs go on: unmounted before rsync comes to one, it would look like an empty folder.
    pub disks: Vec<OwnedFd>,
    /// All other names of the files with several were looked for; there is a limit to that.
    pub all_links: bool,
}

/// Looks at everything that a run depends on.
pub fn look(source: &str, target: Option<&str>, paths: Vec<RelPath>) -> Looked {
    look_by(&Tables::default(), source, target, paths, true)
}

/// The same, with the tables of mounts that are kept from one look to the next. `hold`: rsync goes into the disks inside the source.
pub(crate) fn look_by(tables: &Tables, source: &str, target: Option<&str>, paths: Vec<RelPath>, hold: bool) -> Looked {
    let opened = (root::open_root(source), target.map(|path| (path, root::open_root(path))));
    let table = tables.now();
    let (mut source, root) = seen(source, opened.0, &table);
    let (target, target_root) = opened.1.map_or((None, None), |(path, opened)| {
        let (look, root) = seen(path, opened, &table);
        (Some(look), root)
    });
    let mut all_links = true;
    let paths = match (&root, &source) {
        (Some(root), _) => {
            let (seen, whole) = look_at(&root.fd, paths);
            all_links = whole;
            seen
        }
        (None, RootLook::Error(errno)) => all(paths, Look::Error(*errno)),
        // Without a root nothing is known of what stands below it.
        (None, RootLook::NotADirectory) => all(paths, Look::Error(Errno::NOTDIR.raw_os_error())),
        (None, _) => all(paths, Look::Error(Errno::NOENT.raw_os_error())),
    };
    let mut disks = Vec::new();
    if let (RootLook::Dir(facts), Some(root)) = (&mut source, &root)
        && !facts.mounts.is_empty()
    {
        if hold {
            disks = root.hold(&table);
        }
        // What was unmounted while we looked, and before it was held, reads as missing: it must not count as mounted.
        let still = root.mounts(&tables.now());
        facts.mounts.retain(|point| still.contains(point));
    }
    let (dir, source_name) = apart(root);
    let (target_dir, target_name) = apart(target_root);
    Looked {
        source,
        dir,
        target,
        target_dir,
        paths,
        names: Names { source: source_name, target: target_name },
        disks,
        all_links,
    }
}

/// What a root is, and it, if it is a directory that answers.
fn seen(path: &str, opened: Result<Opened, RootLook>, table: &Table) -> (RootLook, Option<Opened>) {
    match opened {
        Ok(root) => {
            let look = root.look(table);
            let answers = matches!(look, RootLook::Dir(_));
            (look, answers.then_some(root))
        }
        Err(look) => (root::instead(path, look, table), None),
    }
}

fn apart(root: Option<Opened>) -> (Option<Arc<OwnedFd>>, Option<Vec<u8>>) {
    root.map_or((None, None), |root| (Some(Arc::new(root.fd)), root.name))
}

fn all(paths: Vec<RelPath>, look: Look) -> Vec<Seen> {
    paths.into_iter().map(|path| Seen { path, look: look.clone() }).collect()
}

/// Looks at these paths below `root`; the answers stand in the order asked. False if not all names of files with several
/// were looked for.
pub fn look_at(root: &OwnedFd, paths: Vec<RelPath>) -> (Vec<Seen>, bool) {
    let mut order: Vec<usize> = (0..paths.len()).collect();
    order.sort_by(|a, b| paths[*a].cmp(&paths[*b]));
    let mut looks: Vec<Option<Look>> = vec![None; paths.len()];
    let mut dirs = Dirs::new(root);
    let mut tied = Vec::new();
    for at in order {
        let (look, links) = look_at_one(&mut dirs, &paths[at]);
        if links > 1 {
            tied.push(at);
        }
        looks[at] = Some(look);
    }
    let lost = Look::Error(Errno::IO.raw_os_error());
    let mut seen: Vec<Seen> = paths
        .into_iter()
        .zip(looks)
        .map(|(path, look)| Seen { path, look: look.unwrap_or_else(|| lost.clone()) })
        .collect();
    let whole = links::find(root, &mut seen, &tied);
    (seen, whole)
}

/// One path, and how many names the file has there (1 for a directory).
fn look_at_one(dirs: &mut Dirs<'_>, path: &RelPath) -> (Look, u64) {
    let stat = match path.parent() {
        None => fstat(dirs.root()).map_err(|errno| Look::Error(errno.raw_os_error())),
        Some(parent) => dirs.open(&parent).and_then(|dir| {
            statat(dir, path.name(), AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT).map_err(|errno| match errno {
                Errno::NOENT => Look::Missing { top: path.clone() },
                other => Look::Error(other.raw_os_error()),
            })
        }),
    };
    match stat {
        Err(look) => (look, 1),
        Ok(stat) => {
            let found = found(&stat);
            let links = if found.kind == FileKind::Dir { 1 } else { names(&stat) };
            (Look::Found(found), links)
        }
    }
}

#[allow(clippy::unnecessary_cast, reason = "its type differs between systems")]
fn device(stat: &Stat) -> u64 {
    stat.st_dev as u64
}

#[allow(clippy::unnecessary_cast, reason = "its type differs between systems")]
fn names(stat: &Stat) -> u64 {
    stat.st_nlink as u64
}

fn found(stat: &Stat) -> Found {
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => FileKind::File,
        FileType::Directory => FileKind::Dir,
        FileType::Symlink => FileKind::Symlink,
        _ => FileKind::Special,
    };
    Found {
        kind,
        dev: device(stat),
        ino: stat.st_ino,
        mtime_ns: i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
        size: u64::try_from(stat.st_size).unwrap_or(0),
        links: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
