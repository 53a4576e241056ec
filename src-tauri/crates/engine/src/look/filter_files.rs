//! Per-directory filter files where a run will go: whether the matcher reads each of them as rsync will.
//!
//! A run of a sync with such files walks whole directories (see `core::behaviour::classify`), and rsync reads the files in
//! them, with merges inside them, which the matcher does not follow. So every file that such a run will meet is looked at:
//! those above what is asked for, and those in all directories below it that are not excluded.

use std::collections::BTreeSet;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};

use driftless_core::filter::{Matcher, Verdict};
use driftless_core::paths::RelPath;
use driftless_core::problem::Problem;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, openat, statat};

use super::dirs::Dirs;

/// More than any filter file holds.
pub(crate) const MOST: u64 = 1024 * 1024;

/// The first filter file that cannot be followed, of those that a run over `paths` (none: everything) will meet. What cannot be
/// opened has none for rsync either.
pub(crate) fn unfit(root: &OwnedFd, matcher: &Matcher, paths: &[RelPath]) -> Option<Problem> {
    // A file goes with the directory that holds it; a directory is one of those.
    let all = [RelPath::root()];
    let parents = paths.iter().map(|path| path.parent().unwrap_or_else(RelPath::root));
    let tops: BTreeSet<RelPath> = if paths.is_empty() { all.into_iter().collect() } else { parents.collect() };
    let mut dirs = Dirs::new(root);
    let above: BTreeSet<RelPath> = tops.iter().flat_map(RelPath::ancestors).collect();
    if let Some(problem) = above.iter().find_map(|dir| in_dir(&mut dirs, matcher, dir)) {
        return Some(problem);
    }
    let mut last: Option<&RelPath> = None;
    for top in &tops {
        if last.is_some_and(|last| top.is_within(last)) {
            continue;
        }
        last = Some(top);
        if let Some(problem) = below(&mut dirs, matcher, top) {
            return Some(problem);
        }
    }
    None
}

/// The first in this directory and all below it, none of them reached through a link.
fn below(dirs: &mut Dirs<'_>, matcher: &Matcher, top: &RelPath) -> Option<Problem> {
    let mut left = vec![top.clone()];
    while let Some(dir) = left.pop() {
        if let Some(problem) = in_dir(dirs, matcher, &dir) {
            return Some(problem);
        }
        for name in folders(dirs, &dir) {
            let path = dir.join(&name);
            if matcher.entry(&path, true) == Verdict::Sent {
                left.push(path);
            }
        }
    }
    None
}

/// The names of the directories in this one; none if it cannot be read.
fn folders(dirs: &mut Dirs<'_>, dir: &RelPath) -> Vec<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let Ok(fd) = dirs.open(dir) else { return Vec::new() };
    let Ok(entries) = openat(fd, c".", flags, Mode::empty()).and_then(Dir::new) else { return Vec::new() };
    let is_dir = |name: &[u8], kind: FileType| match kind {
        FileType::Unknown => statat(fd, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT)
            .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Directory),
        kind => kind == FileType::Directory,
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| (entry.file_name().to_bytes().to_vec(), entry.file_type()))
        .filter(|(name, kind)| !matches!(name.as_slice(), b"." | b"..") && is_dir(name, *kind))
        .map(|(name, _)| name)
        .collect()
}

/// What is wrong with the files of this directory alone.
fn in_dir(dirs: &mut Dirs<'_>, matcher: &Matcher, dir: &RelPath) -> Option<Problem> {
    let fd = dirs.open(dir).ok()?;
    matcher.dir_file_names().iter().find_map(|name| {
        // Never waits for somebody to open the other end of a fifo. Links are followed, as rsync does.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let file = std::fs::File::from(openat(fd.as_fd(), name.as_slice(), flags, Mode::empty()).ok()?);
        let kind = file.metadata().ok()?.file_type();
        if kind.is_dir() {
            return None;
        }
        if !kind.is_file() {
            return Some(Matcher::unread_dir_file(dir, name, true));
        }
        let mut content = Vec::new();
        file.take(MOST + 1).read_to_end(&mut content).ok()?;
        if content.len() as u64 > MOST {
            return Some(Matcher::unread_dir_file(dir, name, false));
        }
        matcher.check_dir_file(dir, name, &content).into_iter().next()
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use driftless_core::filter::FilterInput;

    use super::*;

    fn found(rules: &[&str], files: &[(&str, &str)], paths: &[&str]) -> Option<(String, String)> {
        let home = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = home.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let filter = rules.iter().map(|rule| (*rule).to_owned()).collect();
        let input = FilterInput { filter, ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err("none".into())).unwrap();
        let root = OwnedFd::from(fs::File::open(home.path()).unwrap());
        let paths: Vec<RelPath> = paths.iter().map(|path| RelPath::new(path.as_bytes()).unwrap()).collect();
        unfit(&root, &matcher, &paths).map(|problem| (problem.code, problem.args["source"].clone()))
    }

    #[test]
    fn a_merge_in_a_filter_file_is_found_wherever_the_run_will_go() {
        let files = [("a/.rules", "- *.o\n"), ("a/b/.rules", "- x\n. other\n"), ("c/f", "1")];
        let bad = Some(("filter-dir-file-merge".to_owned(), "filter[1] a/b/.rules line 2".to_owned()));
        assert_eq!(found(&[": .rules"], &files, &[]), bad, "a pass goes everywhere");
        assert_eq!(found(&[": .rules"], &files, &["a/f"]), bad, "the whole folder of a file goes");
        assert_eq!(found(&[": .rules"], &files, &["a/b/c/deep/f"]), bad, "what stands above holds below");
        assert_eq!(found(&[": .rules"], &files, &["c/f", "c/g/h"]), None);
        assert_eq!(found(&["- b/", ": .rules"], &files, &[]), None, "rsync does not go there");
    }

    #[test]
    fn rules_that_nobody_can_read_are_found_too() {
        let found = |text: &str| found(&[": .rules"], &[(".rules", text)], &[]).map(|(code, _)| code);
        assert_eq!(found("nonsense\n").as_deref(), Some("filter-unknown-rule"));
        assert_eq!(found("-x user\n").as_deref(), Some("filter-xattr"));
        assert_eq!(found(&"- abc\n".repeat(200_000)).as_deref(), Some("filter-dir-file-large"));
        assert_eq!(found("# words\n!\n- a\n"), None);
    }

    #[test]
    fn a_fifo_in_its_place_is_found_and_not_waited_for() {
        let home = tempfile::tempdir().unwrap();
        rustix::fs::mkfifoat(rustix::fs::CWD, home.path().join(".rules"), Mode::from_raw_mode(0o600)).unwrap();
        let input = FilterInput { filter: vec![": .rules".into()], ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err("none".into())).unwrap();
        let root = OwnedFd::from(fs::File::open(home.path()).unwrap());
        assert_eq!(unfit(&root, &matcher, &[]).unwrap().code, "filter-dir-file-special");
    }
}
