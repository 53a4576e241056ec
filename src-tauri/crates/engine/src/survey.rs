//! What a folder holds and what the filters leave out of it: for a person who writes excludes, before anything is run.
//!
//! A walk ends at a time or when it is stopped, and says so: figures are then "at least". Links are not followed, other file
//! systems are walked into as rsync would. Folders that cannot be read count as empty.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use driftless_core::filter::{Explanation, Matcher, RuleShown, Verdict};
use driftless_core::paths::RelPath;

/// So many of the largest things that a rule leaves out are named.
const LARGEST: usize = 10;
/// So many entries of one folder are listed.
const MOST_ENTRIES: usize = 5_000;

/// How much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Size {
    /// Files, and links and their like.
    pub files: u64,
    /// Directories.
    pub dirs: u64,
    /// Of the files, as they read.
    pub bytes: u64,
}

impl Size {
    fn add(&mut self, other: Size) {
        self.files += other.files;
        self.dirs += other.dirs;
        self.bytes += other.bytes;
    }

    fn of(meta: &fs::Metadata) -> Size {
        match meta.is_dir() {
            true => Size { files: 0, dirs: 1, bytes: 0 },
            false => Size { files: 1, dirs: 0, bytes: if meta.is_file() { meta.size() } else { 0 } },
        }
    }
}

/// When a walk is to end, whether it is through or not.
#[derive(Debug, Clone, Copy)]
pub struct Bound<'a> {
    /// At this time.
    pub until: Instant,
    /// When this becomes true.
    pub stop: &'a AtomicBool,
}

impl Bound<'_> {
    fn over(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || Instant::now() >= self.until
    }
}

/// What one rule leaves out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// The rule, and where it stands.
    pub rule: RuleShown,
    /// All of it.
    pub size: Size,
    /// What is largest, at most ten.
    pub largest: Vec<(RelPath, u64)>,
}

/// What is sent of a folder, and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Survey {
    /// Part of the transfer.
    pub sent: Size,
    /// Left out.
    pub excluded: Size,
    /// By the rules that leave something out, in the order in which they were met.
    pub shares: Vec<Share>,
    /// The walk came to its end.
    pub complete: bool,
}

/// Walks a folder with its filters.
pub fn survey(source: &Path, matcher: &Matcher, bound: Bound<'_>) -> Survey {
    let mut survey = Survey { complete: true, ..Survey::default() };
    let mut by_rule: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut todo = vec![RelPath::root()];
    while let Some(dir) = todo.pop() {
        if bound.over() {
            survey.complete = false;
            break;
        }
        for (path, meta) in entries(source, &dir) {
            let why = matcher.explain(&path, meta.is_dir());
            if why.verdict == Verdict::Sent {
                survey.sent.add(Size::of(&meta));
                if meta.is_dir() {
                    todo.push(path);
                }
                continue;
            }
            let (size, complete) = if meta.is_dir() { whole(source, &path, bound) } else { (Size::of(&meta), true) };
            survey.complete &= complete;
            survey.excluded.add(size);
            let Some(rule) = why.rule else { continue };
            let at = *by_rule.entry((rule.source.clone(), rule.rule.clone())).or_insert(survey.shares.len());
            if at == survey.shares.len() {
                survey.shares.push(Share { rule, size: Size::default(), largest: Vec::new() });
            }
            if let Some(share) = survey.shares.get_mut(at) {
                share.size.add(size);
                keep_largest(&mut share.largest, path, size.bytes);
            }
        }
    }
    survey
}

/// How much a folder holds, itself included; false if the walk did not come to its end.
pub fn whole(source: &Path, dir: &RelPath, bound: Bound<'_>) -> (Size, bool) {
    let mut size = Size { files: 0, dirs: u64::from(!dir.is_root()), bytes: 0 };
    let mut todo = vec![dir.clone()];
    while let Some(dir) = todo.pop() {
        if bound.over() {
            return (size, false);
        }
        for (path, meta) in entries(source, &dir) {
            size.add(Size::of(&meta));
            if meta.is_dir() {
                todo.push(path);
            }
        }
    }
    (size, true)
}

/// One entry of a folder, and why it is sent or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Below the source.
    pub path: RelPath,
    /// A directory.
    pub dir: bool,
    /// Of a file.
    pub bytes: u64,
    /// Sent or not, and by which rule.
    pub why: Explanation,
}

/// The entries of one folder, directories first, by name; at most some thousands.
pub fn list(source: &Path, dir: &RelPath, matcher: &Matcher) -> Vec<Entry> {
    let mut all: Vec<Entry> = entries(source, dir)
        .take(MOST_ENTRIES)
        .map(|(path, meta)| {
            let why = matcher.explain(&path, meta.is_dir());
            Entry { dir: meta.is_dir(), bytes: Size::of(&meta).bytes, path, why }
        })
        .collect();
    all.sort_by(|a, b| b.dir.cmp(&a.dir).then_with(|| a.path.cmp(&b.path)));
    all
}

fn entries(source: &Path, dir: &RelPath) -> impl Iterator<Item = (RelPath, fs::Metadata)> {
    let folder: PathBuf = source.join(OsStr::from_bytes(dir.bytes()));
    let dir = dir.clone();
    fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(move |entry| Some((dir.join(entry.file_name().as_bytes()), entry.metadata().ok()?)))
}

fn keep_largest(largest: &mut Vec<(RelPath, u64)>, path: RelPath, bytes: u64) {
    let at = largest.partition_point(|(_, other)| *other >= bytes);
    if at < LARGEST {
        largest.insert(at, (path, bytes));
        largest.truncate(LARGEST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driftless_core::config::Config;
    use driftless_core::plan::{PlanEnv, plan_of};
    use std::time::Duration;

    fn matcher(source: &Path, excludes: &[&str]) -> Matcher {
        let sync = serde_json::json!({ "kind": "rsync", "source": source, "target": "h::m", "exclude": excludes });
        let config: Config = serde_json::from_value(serde_json::json!({ "sync": [sync] })).unwrap();
        let mut read = |_: &str| Err(String::new());
        plan_of(&config, &PlanEnv::default(), &mut read).unwrap().syncs[0].matcher.clone()
    }

    fn tree(root: &Path) {
        for (name, size) in
            [("a.txt", 10), ("b.o", 7), ("node_modules/x/y.js", 100), ("node_modules/z.o", 5), ("sub/c.o", 3)]
        {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, vec![b'x'; size]).unwrap();
        }
    }

    fn bound(stop: &AtomicBool) -> Bound<'_> {
        Bound { until: Instant::now() + Duration::from_secs(60), stop }
    }

    #[test]
    fn what_each_rule_leaves_out_is_counted_once() {
        let dir = tempfile::tempdir().unwrap();
        tree(dir.path());
        let stop = AtomicBool::new(false);
        let found = survey(dir.path(), &matcher(dir.path(), &["node_modules/", "*.o", "nothing"]), bound(&stop));
        assert_eq!(found.sent, Size { files: 1, dirs: 1, bytes: 10 });
        assert_eq!(found.excluded, Size { files: 4, dirs: 2, bytes: 115 });
        assert!(found.complete);
        let mut shares: Vec<(&str, u64, usize)> =
            found.shares.iter().map(|s| (s.rule.source.as_str(), s.size.bytes, s.largest.len())).collect();
        shares.sort_unstable();
        assert_eq!(shares, [("exclude[1]", 105, 1), ("exclude[2]", 10, 2)]);
    }

    #[test]
    fn a_stopped_walk_says_so() {
        let dir = tempfile::tempdir().unwrap();
        tree(dir.path());
        let stop = AtomicBool::new(true);
        assert!(!survey(dir.path(), &Matcher::none(), bound(&stop)).complete);
        assert!(!whole(dir.path(), &RelPath::root(), bound(&stop)).1);
        let stop = AtomicBool::new(false);
        assert_eq!(whole(dir.path(), &RelPath::root(), bound(&stop)), (Size { files: 5, dirs: 3, bytes: 125 }, true));
    }

    #[test]
    fn a_folder_is_listed_with_the_rule_of_each_entry() {
        let dir = tempfile::tempdir().unwrap();
        tree(dir.path());
        let all = list(dir.path(), &RelPath::root(), &matcher(dir.path(), &["*.o"]));
        let shown: Vec<(String, bool)> =
            all.iter().map(|entry| (entry.path.shown(), entry.why.verdict == Verdict::Sent)).collect();
        let wanted = [("node_modules", true), ("sub", true), ("a.txt", true), ("b.o", false)];
        assert_eq!(shown, wanted.map(|(name, sent)| (name.to_owned(), sent)));
    }
}
