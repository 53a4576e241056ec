//! The other names of a file that has several.
//!
//! A write through one name is reported under that name only, while the target's copies of the others go stale: all of
//! them have to be sent. They are found by one walk per look that compares the inode numbers in the directory entries;
//! no stat is needed. The walk keeps to the file systems of the files asked for, and ends when all names are found or
//! after so many entries (names outside of the source are never found).

use std::collections::{HashMap, HashSet};
use std::os::fd::OwnedFd;

use driftless_core::facts::{Found, Look, Seen};
use driftless_core::paths::RelPath;
use rustix::fs::{Dir, FileType, Mode, OFlags, fstat, openat};

use super::device;
use super::dirs::Dirs;

/// Entries read at most; about two seconds of a warm walk.
const MOST_ENTRIES: usize = 2_000_000;

/// Fills in `links` of the answers at `tied`. False if not everything was searched for them.
pub(super) fn find(root: &OwnedFd, seen: &mut [Seen], tied: &[usize]) -> bool {
    find_in(root, seen, tied, MOST_ENTRIES)
}

fn find_in(root: &OwnedFd, seen: &mut [Seen], tied: &[usize], most: usize) -> bool {
    let mut names: HashMap<(u64, u64), Vec<RelPath>> = HashMap::new();
    for at in tied {
        if let Look::Found(Found { dev, ino, .. }) = &seen[*at].look {
            names.entry((*dev, *ino)).or_default();
        }
    }
    if names.is_empty() {
        return true;
    }
    let whole = walk(root, &mut names, most);
    for at in tied {
        let Seen { path, look } = &mut seen[*at];
        if let Look::Found(found) = look
            && let Some(all) = names.get(&(found.dev, found.ino))
        {
            found.links = all.iter().filter(|name| *name != path).cloned().collect();
            found.links.sort();
        }
    }
    whole
}

/// False if it ended before everything was read.
fn walk(root: &OwnedFd, names: &mut HashMap<(u64, u64), Vec<RelPath>>, most: usize) -> bool {
    let devices: HashSet<u64> = names.keys().map(|(dev, _)| *dev).collect();
    let mut dirs = Dirs::new(root);
    let mut waiting = vec![RelPath::root()];
    let mut entries = 0;
    while let Some(dir) = waiting.pop() {
        // A directory that cannot be opened or read has no names for us; the watcher speaks of it.
        let Ok(fd) = dirs.open(&dir) else { continue };
        let Ok(dev) = fstat(fd).map(|stat| device(&stat)) else { continue };
        if !devices.contains(&dev) {
            continue;
        }
        // Not `Dir::read_from`: it would open the same way again, and this one was opened for searching only.
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Ok(read) = openat(fd, c".", flags, Mode::empty()).and_then(Dir::new) else { continue };
        for entry in read.flatten() {
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            entries += 1;
            if entries > most {
                return false;
            }
            // Some file systems do not tell the type: then it is tried as a directory too.
            if matches!(entry.file_type(), FileType::Directory | FileType::Unknown) {
                waiting.push(dir.join(name));
            }
            if let Some(found) = names.get_mut(&(dev, entry.ino())) {
                found.push(dir.join(name));
            }
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::look_at;

    #[test]
    fn a_search_that_ends_early_says_so() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("a"), "x").unwrap();
        std::fs::hard_link(dir.path().join("a"), dir.path().join("b")).unwrap();
        let root = OwnedFd::from(std::fs::File::open(dir.path()).unwrap());
        let (mut seen, whole) = look_at(&root, vec![RelPath::new(b"a").unwrap()]);
        assert!(whole);
        assert!(!find_in(&root, &mut seen, &[0], 1) && find_in(&root, &mut seen, &[0], 2));
    }
}
