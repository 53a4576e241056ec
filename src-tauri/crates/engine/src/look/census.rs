//! What lies in a source, roughly: how many entries in each directory of its root, and in each of those inside.
//!
//! Only names are read, no file is looked at. Directories that the filters leave out are not entered, nor what is mounted
//! inside. It ends after so much time or so many entries; what was not counted by then is said to be of any size.

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use driftless_core::filter::{Matcher, Verdict};
use driftless_core::pass::{Branch, Census};
use driftless_core::paths::RelPath;
use rustix::fs::{Dir, FileType, Mode, OFlags, fstat, openat};

use super::device;
use super::dirs::Dirs;

/// So long it may take; a pass waits for it.
const TIME: Duration = Duration::from_secs(10);
/// Entries read at most.
const ENTRIES: u64 = 2_000_000;

/// Counts below `root`; nothing if not even its own directories are known.
pub(crate) fn census(root: &OwnedFd, matcher: &Matcher) -> Option<Census> {
    census_in(root, matcher, ENTRIES, Instant::now() + TIME)
}

fn census_in(root: &OwnedFd, matcher: &Matcher, most: u64, until: Instant) -> Option<Census> {
    let dev = fstat(root).map(|stat| device(&stat)).ok()?;
    let mut counter = Counter { dirs: Dirs::new(root), matcher, dev, left: most, until };
    let (tops, loose) = counter.list(&RelPath::root())?;
    // First all that says where it can be cut, then how much is in it.
    let listed: Vec<_> = tops.into_iter().map(|top| (counter.list(&top), top)).collect();
    let tops = listed.into_iter().map(|(inside, path)| counter.top(path, inside)).collect();
    Some(Census { tops, loose })
}

struct Counter<'a> {
    dirs: Dirs<'a>,
    matcher: &'a Matcher,
    dev: u64,
    left: u64,
    until: Instant,
}

impl Counter<'_> {
    fn top(&mut self, path: RelPath, listed: Option<(Vec<RelPath>, u64)>) -> Branch {
        let Some((dirs, loose)) = listed else {
            return Branch { path, entries: 1, more: true, inside: None, loose: 0 };
        };
        let inside: Vec<Branch> = dirs.into_iter().map(|dir| self.branch(dir)).collect();
        let entries = 1 + loose + inside.iter().map(|branch| branch.entries).sum::<u64>();
        let more = inside.iter().any(|branch| branch.more);
        Branch { path, entries, more, inside: Some(inside), loose }
    }

    /// A directory with all below it.
    fn branch(&mut self, path: RelPath) -> Branch {
        let (mut entries, mut more) = (1, false);
        let mut waiting = vec![path.clone()];
        while let Some(dir) = waiting.pop() {
            match self.list(&dir) {
                Some((dirs, others)) => {
                    entries += others + dirs.len() as u64;
                    waiting.extend(dirs);
                }
                None => more = true,
            }
            if more && self.spent() {
                break;
            }
        }
        Branch { path, entries, more, inside: None, loose: 0 }
    }

    fn spent(&self) -> bool {
        self.left == 0 || Instant::now() >= self.until
    }

    /// The directories in this one, and how much else lies there. Nothing if that is not known.
    fn list(&mut self, dir: &RelPath) -> Option<(Vec<RelPath>, u64)> {
        if self.spent() {
            return None;
        }
        let fd = self.dirs.open(dir).ok()?;
        if fstat(fd).map(|stat| device(&stat)).ok()? != self.dev {
            return None;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let read = openat(fd.as_fd(), c".", flags, Mode::empty()).and_then(Dir::new).ok()?;
        let (mut dirs, mut others) = (Vec::new(), 0);
        for entry in read {
            let Ok(entry) = entry else { return None };
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            self.left = self.left.checked_sub(1)?;
            let path = dir.join(name);
            let is_dir = match entry.file_type() {
                FileType::Directory => true,
                // Some file systems do not tell.
                FileType::Unknown => self.is_dir(&path),
                _ => false,
            };
            if is_dir && self.matcher.entry(&path, true) == Verdict::Sent {
                dirs.push(path);
            } else if !is_dir {
                others += 1;
            }
        }
        dirs.sort();
        Some((dirs, others))
    }

    fn is_dir(&mut self, path: &RelPath) -> bool {
        self.dirs.open(path).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driftless_core::filter::FilterInput;
    use rustix::fs::open;

    fn counted(most: u64, until: Duration) -> (Census, Vec<String>) {
        let dir = tempfile::tempdir().unwrap();
        for name in ["a/x/deep", "a/y", "b", "out/z", "c"] {
            std::fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        for name in ["f", "a/f", "a/x/f", "a/x/deep/f", "a/x/deep/g", "b/f", "out/z/f"] {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        std::os::unix::fs::symlink("a", dir.path().join("link")).unwrap();
        let input = FilterInput { exclude: vec!["/out/".into()], ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err(String::new())).unwrap();
        let fd = open(dir.path(), OFlags::RDONLY | OFlags::DIRECTORY, Mode::empty()).unwrap();
        let census = census_in(&fd, &matcher, most, Instant::now() + until).unwrap();
        let shown = |b: &Branch| format!("{} {}{}", b.path.shown(), b.entries, if b.more { "+" } else { "" });
        let mut lines: Vec<String> = census.tops.iter().map(shown).collect();
        lines.extend(census.tops.iter().flat_map(|top| top.inside.iter().flatten()).map(shown));
        (census, lines)
    }

    #[test]
    fn directories_are_counted_two_deep_without_what_is_left_out() {
        let (census, lines) = counted(1_000, Duration::from_secs(60));
        assert_eq!(lines, ["a 8", "b 2", "c 1", "a/x 5", "a/y 1"]);
        assert_eq!((census.loose, census.tops[0].loose, census.entries()), (2, 1, 13));
    }

    #[test]
    fn what_was_not_counted_may_be_any_size() {
        let (census, _) = counted(10, Duration::from_secs(60));
        assert_eq!(census.tops.len(), 3, "all that lies in the root");
        assert!(census.tops[0].more && census.tops[0].inside.is_some());
    }
}
