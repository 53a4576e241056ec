//! The files below a folder of the source, for a run that starts in that folder: see `Stdin::Files`.
//!
//! Walked by descriptor, no link followed, no other file system entered. What the filters leave out is not listed, and a folder
//! that they leave out is not entered.

use std::os::fd::OwnedFd;

use driftless_core::facts::Look;
use driftless_core::filter::{Matcher, Verdict};
use driftless_core::moves::WORTH;
use driftless_core::paths::RelPath;
use rustix::fs::{AtFlags, Dir, FileType, Mode, OFlags, fstat, openat, statat};
use rustix::io::Errno;

use super::device;
use super::dirs::Dirs;

/// Longer lists are not made: the run that follows finds it all by itself.
const MOST: usize = 2_000_000;

/// The folder, opened.
pub(crate) fn enter(root: &OwnedFd, folder: &RelPath) -> Result<OwnedFd, Errno> {
    let mut dirs = Dirs::new(root);
    let dir = dirs.open(folder).map_err(errno_of)?;
    dir.try_clone_to_owned().map_err(|error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
}

/// Its files as `./path` from there, each ended by NUL; `None` if they are too few bytes, or too many files.
pub(crate) fn files(root: &OwnedFd, folder: &RelPath, matcher: &Matcher) -> Result<Option<Vec<u8>>, Errno> {
    let mut dirs = Dirs::new(root);
    let own = device(&fstat(dirs.open(folder).map_err(errno_of)?)?);
    let (mut list, mut count, mut bytes) = (Vec::new(), 0_usize, 0_u64);
    let mut waiting = vec![folder.clone()];
    while let Some(at) = waiting.pop() {
        // What is gone or closed meanwhile is left to the run that follows.
        let Ok(fd) = dirs.open(&at) else { continue };
        if fstat(fd).map(|stat| device(&stat)) != Ok(own) {
            continue;
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let Ok(read) = openat(fd, c".", flags, Mode::empty()).and_then(Dir::new) else { continue };
        for entry in read.flatten() {
            let name = entry.file_name().to_bytes();
            if matches!(name, b"." | b"..") {
                continue;
            }
            let path = at.join(name);
            let Ok(stat) = statat(fd, name, AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT) else { continue };
            let kind = FileType::from_raw_mode(stat.st_mode);
            if !matches!(kind, FileType::Directory | FileType::RegularFile) {
                continue;
            }
            // Everything above it has been judged already.
            if matcher.entry(&path, kind == FileType::Directory) == Verdict::Excluded {
                continue;
            }
            if kind == FileType::Directory {
                waiting.push(path);
                continue;
            }
            count += 1;
            bytes = bytes.saturating_add(u64::try_from(stat.st_size).unwrap_or(0));
            if let Some(below) = path.below(folder) {
                list.extend_from_slice(b"./");
                list.extend_from_slice(below.bytes());
                list.push(0);
            }
        }
        if count > MOST {
            return Ok(None);
        }
    }
    Ok((bytes >= WORTH).then_some(list))
}

fn errno_of(look: Look) -> Errno {
    match look {
        Look::Missing { .. } => Errno::NOENT,
        Look::Error(errno) => Errno::from_raw_os_error(errno),
        Look::Blocked { .. } | Look::Found(_) => Errno::NOTDIR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use driftless_core::filter::FilterInput;
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::path::Path;

    fn listed(root: &Path, folder: &str, exclude: &[&str]) -> Result<Option<Vec<String>>, Errno> {
        let exclude = exclude.iter().map(|one| (*one).to_owned()).collect();
        let input = FilterInput { exclude, ..FilterInput::default() };
        let matcher = Matcher::build(&input, &mut |_| Err("no files here".into())).unwrap();
        let root = OwnedFd::from(fs::File::open(root).unwrap());
        let list = files(&root, &RelPath::new(folder.as_bytes()).unwrap(), &matcher)?;
        Ok(list.map(|list| {
            let items = list.split(|b| *b == 0).filter(|item| !item.is_empty());
            let mut all: Vec<String> = items.map(|item| String::from_utf8_lossy(item).into_owned()).collect();
            all.sort();
            all
        }))
    }

    #[test]
    fn what_is_left_out_or_no_file_is_not_listed() {
        let tree = tempfile::tempdir().unwrap();
        let new = tree.path().join("b/new");
        for dir in ["in/deep", "cache"] {
            fs::create_dir_all(new.join(dir)).unwrap();
        }
        for file in ["big", "in/deep/f\n", "in/x.keep", "cache/c", "secret"] {
            fs::write(new.join(file), vec![b'x'; 600_000]).unwrap();
        }
        symlink("/etc", new.join("link")).unwrap();
        let all = listed(tree.path(), "b/new", &["*.keep", "cache/", "/b/new/secret"]).unwrap().unwrap();
        assert_eq!(all, ["./big", "./in/deep/f\n"]);
        assert_eq!(listed(tree.path(), "b/new/cache", &[]).unwrap(), None, "too little to be worth it");
        assert_eq!(listed(tree.path(), "b/gone", &[]), Err(Errno::NOENT));
        assert_eq!(listed(tree.path(), "b/new/link/x", &[]), Err(Errno::NOTDIR));
    }
}
