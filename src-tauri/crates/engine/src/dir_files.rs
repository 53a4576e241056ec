//! Per-directory filter files (`: .rsync-filter`), read from the source for the matcher, as rsync reads them itself.
//!
//! The matcher asks for a file at every question. What was read is kept as long as the file is the same by device, inode, both
//! times and size, which costs one look; a file changed so lately that its times might not show the next change is read again.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{File, Metadata, OpenOptions};
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use driftless_core::filter::DirFiles;
use driftless_core::paths::RelPath;
use driftless_core::plan::Plan;

use crate::look::filter_files::MOST;

/// Files kept at once. With more of them all are forgotten: they are only read again.
const KEPT: usize = 4_096;
/// Times may be as coarse as this, in seconds.
const COARSE: i64 = 2;

/// What says that a file is the same: device, inode, modification and change time, size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp(u64, u64, (i64, i64), (i64, i64), u64);

impl Stamp {
    fn of(meta: &Metadata) -> Stamp {
        let (modified, changed) = ((meta.mtime(), meta.mtime_nsec()), (meta.ctime(), meta.ctime_nsec()));
        Stamp(meta.dev(), meta.ino(), modified, changed, meta.size())
    }

    /// A further change will show in the times.
    fn is_settled(self, now: i64) -> bool {
        self.2.0.max(self.3.0) + COARSE < now
    }
}

/// What was read, by path, and of which file.
type Kept = HashMap<PathBuf, (Stamp, Arc<[u8]>)>;

/// The filter files of one source.
#[derive(Debug, Default)]
struct SourceFiles {
    root: PathBuf,
    kept: Mutex<Kept>,
}

impl DirFiles for SourceFiles {
    fn read(&self, dir: &RelPath, name: &[u8]) -> Option<Arc<[u8]>> {
        let path = self.root.join(OsStr::from_bytes(dir.bytes())).join(OsStr::from_bytes(name));
        let stamp = std::fs::metadata(&path).ok().filter(Metadata::is_file).as_ref().map(Stamp::of)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, content)) = kept.get(&path).filter(|(known, _)| *known == stamp) {
            return Some(content.clone());
        }
        let (stamp, content) = read(&path)?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |now| now.as_secs().cast_signed());
        if stamp.is_settled(now) {
            if kept.len() >= KEPT {
                kept.clear();
            }
            kept.insert(path, (stamp, content.clone()));
        }
        Some(content)
    }

    fn root(&self) -> Vec<u8> {
        self.root.clone().into_os_string().into_vec()
    }
}

/// The file's content, and what it was before that was read.
fn read(path: &Path) -> Option<(Stamp, Arc<[u8]>)> {
    // Something else may stand there by now, and a fifo would be waited for.
    let nonblock = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblock).open(path).ok()?;
    let meta = file.metadata().ok().filter(Metadata::is_file)?;
    let mut content = Vec::new();
    File::take(file, MOST).read_to_end(&mut content).ok()?;
    Some((Stamp::of(&meta), content.into()))
}

/// The plan with eyes for filter files, where a sync's rules ask for them.
pub(crate) fn with_dir_files(plan: Arc<Plan>) -> Arc<Plan> {
    if !plan.syncs.iter().any(|s| s.matcher.needs_dir_files()) {
        return plan;
    }
    let mut plan = Plan::clone(&plan);
    for sync in plan.syncs.iter_mut().filter(|s| s.matcher.needs_dir_files()) {
        let named = PathBuf::from(&sync.source);
        // rsync knows its directory as getcwd says.
        let root = named.canonicalize().unwrap_or(named);
        sync.matcher = sync.matcher.clone().with_dir_files(Arc::new(SourceFiles { root, ..SourceFiles::default() }));
    }
    Arc::new(plan)
}

#[cfg(test)]
mod tests {
    use driftless_core::filter::{FilterInput, Matcher, Verdict};

    use super::*;

    fn files(dir: &tempfile::TempDir) -> SourceFiles {
        SourceFiles { root: dir.path().to_owned(), ..SourceFiles::default() }
    }

    /// As if it had been written long ago: content only counts as known by then.
    fn age(path: &Path, seconds: u64) {
        let then = SystemTime::now() - std::time::Duration::from_secs(seconds);
        File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
    }

    #[test]
    fn a_rule_in_a_directory_holds_below_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("a")).unwrap();
        std::fs::write(dir.path().join("a/.rules"), "- *.o\n").unwrap();
        let input = FilterInput { filter: vec![": .rules".into()], ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err("none".into())).unwrap();
        assert!(matcher.needs_dir_files());
        let matcher = matcher.with_dir_files(Arc::new(files(&dir)));
        let verdict = |path: &str| matcher.verdict(&RelPath::new(path.as_bytes()).unwrap(), false);
        assert_eq!((verdict("a/x.o"), verdict("x.o")), (Verdict::Excluded, Verdict::Sent));
        std::fs::write(dir.path().join("a/.rules"), "- *.c\n").unwrap();
        assert_eq!((verdict("a/x.o"), verdict("a/x.c")), (Verdict::Sent, Verdict::Excluded));
    }

    #[test]
    fn what_is_kept_is_given_only_while_the_file_is_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let (files, path) = (files(&dir), dir.path().join(".rules"));
        std::fs::write(&path, "- one\n").unwrap();
        age(&path, 60);
        let meta = std::fs::metadata(&path).unwrap();
        let keep = |stamp: Stamp| files.kept.lock().unwrap().insert(path.clone(), (stamp, Arc::from(&b"kept"[..])));
        let read = || files.read(&RelPath::root(), b".rules").map(|content| content.to_vec());
        keep(Stamp::of(&meta));
        assert_eq!(read().as_deref(), Some(&b"kept"[..]), "not read again");
        age(&path, 50);
        assert_eq!(read().as_deref(), Some(&b"- one\n"[..]), "another time");
        keep(Stamp(0, 0, (0, 0), (0, 0), 6));
        assert_eq!(read().as_deref(), Some(&b"- one\n"[..]), "another file");
        std::fs::remove_file(&path).unwrap();
        assert_eq!(read(), None, "gone");
    }

    #[test]
    fn what_was_changed_just_now_is_not_kept() {
        let stamp = Stamp(1, 1, (100, 0), (103, 0), 6);
        assert!(!stamp.is_settled(104) && !stamp.is_settled(105) && stamp.is_settled(106));
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(".rules"), "- one\n").unwrap();
        let files = files(&dir);
        assert!(files.read(&RelPath::root(), b".rules").is_some());
        assert!(files.kept.lock().unwrap().is_empty());
    }
}
