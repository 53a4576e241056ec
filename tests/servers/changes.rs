//! Random changes of a tree: what people and programs do to files, made again from a seed.
//!
//! What cannot be done (a directory into itself, a file without permission) is left out. A file with several names is
//! changed only by [`Changes::through_a_link`], after everything else: who writes through one name and removes or excludes
//! that name before anybody has looked leaves no trace that leads to the other names. Named pipes are left out: an rsync
//! that opens what was a file a moment ago waits for a writer until the watchdog ends it, minutes later.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, RenameFlags, renameat_with};

use crate::chance::Chance;

/// The filters that go with these changes, as rsync's words.
pub const FILTERS: [&str; 3] = ["--exclude=*.keep", "--exclude=/b/tmp", "--exclude=cache/"];
/// The same in a configuration.
pub const EXCLUDE: &str = r#"exclude = ["*.keep", "/b/tmp", "cache/"]"#;

/// Few names, so that they meet.
const NAMES: [&[u8]; 14] = [
    b"a",
    b"b",
    b"c",
    b"tmp",
    b"cache",
    b"x.keep",
    b"d",
    b"two words",
    "\u{fc}".as_bytes(),
    b"#;-*",
    b"-n",
    b"new\nline",
    b"\xff",
    b"A",
];
/// What links point to.
const LINKS: [&str; 5] = ["a", "../b", "/etc/hostname", "nowhere", "b/c"];
const FILE_MODES: [u32; 4] = [0o644, 0o600, 0o755, 0o444];
const DIR_MODES: [u32; 3] = [0o755, 0o700, 0o750];
/// A tree is not let grow above this.
const MOST: usize = 120;

/// Changes one tree.
pub struct Changes {
    chance: Chance,
    root: PathBuf,
    outside: PathBuf,
    /// Names right below the root that are left alone.
    apart: &'static [&'static str],
    count: usize,
    /// What was done, to be shown when something is wrong.
    pub done: Vec<String>,
}

impl Changes {
    /// Changes what is below `root`; directories are moved in from `outside` and out to it, on the same file system.
    pub fn new(seed: u64, root: &Path, outside: &Path) -> Changes {
        let (root, outside) = (root.into(), outside.into());
        Changes { chance: Chance::new(seed, 1), root, outside, apart: &[], count: 0, done: Vec::new() }
    }

    /// Leaves these alone, which lie right below the root.
    pub fn without(self, apart: &'static [&'static str]) -> Changes {
        Changes { apart, ..self }
    }

    /// One of `below`, for the caller's own decisions.
    pub fn below(&mut self, below: usize) -> usize {
        self.chance.below(below)
    }

    /// Makes one change, if it can be made.
    pub fn one(&mut self) {
        self.count += 1;
        let kind = self.chance.below(100);
        if let Ok(what) = self.try_one(kind) {
            self.done.push(what);
        }
    }

    /// Changes a file with several names through one of them, if there is one.
    pub fn through_a_link(&mut self) {
        let all = self.all();
        let linked = |path: &&PathBuf| {
            // The last word is made anew.
            let last = path.file_name() == Some(OsStr::new("last word"));
            !last
                && !excluded(&self.root, path)
                && fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.nlink() > 1)
        };
        let linked: Vec<PathBuf> = all.iter().filter(linked).cloned().collect();
        let Some(path) = self.pick(&linked) else { return };
        if self.same_size(&path, false).is_ok() {
            self.done.push(format!("write through {}", self.shown(&path)));
        }
    }

    fn try_one(&mut self, kind: usize) -> io::Result<String> {
        let all = self.all();
        let kind = if all.len() > MOST { 68 + kind % 12 } else { kind };
        let new = self.somewhere();
        let one = self.pick(&all).unwrap_or_else(|| self.root.join("a"));
        let other = self.pick(&all).unwrap_or_else(|| self.root.join("b"));
        let file = self.pick_file(&all);
        let what = match kind {
            0..14 => {
                parents(&new)?;
                self.overwrite(&new)?;
                format!("write {}", self.shown(&new))
            }
            14..20 => {
                OpenOptions::new().append(true).open(&file)?.write_all(b"more")?;
                format!("append {}", self.shown(&file))
            }
            20..23 => {
                let size = fs::metadata(&file)?.len();
                OpenOptions::new().write(true).open(&file)?.set_len(size / 2)?;
                format!("truncate {}", self.shown(&file))
            }
            23..29 => {
                self.same_size(&file, false)?;
                format!("same size {}", self.shown(&file))
            }
            29..33 => {
                self.same_size(&file, true)?;
                format!("same size and time {}", self.shown(&file))
            }
            33..41 => {
                fs::create_dir_all(&new)?;
                format!("mkdir {}", self.shown(&new))
            }
            41..51 => {
                parents(&new)?;
                fs::rename(&one, &new)?;
                format!("rename {} to {}", self.shown(&one), self.shown(&new))
            }
            51..57 => {
                fs::rename(&one, &other)?;
                format!("rename {} over {}", self.shown(&one), self.shown(&other))
            }
            57..61 => {
                renameat_with(CWD, &one, CWD, &other, RenameFlags::EXCHANGE)?;
                format!("exchange {} and {}", self.shown(&one), self.shown(&other))
            }
            61..64 => {
                let beside = self.root.join("d").with_extension("part");
                self.overwrite(&beside)?;
                fs::rename(&beside, &file)?;
                format!("save {}", self.shown(&file))
            }
            64..68 => {
                if !fs::symlink_metadata(&one)?.is_dir() {
                    return Err(io::ErrorKind::NotADirectory.into());
                }
                fs::remove_dir_all(&one)?;
                fs::create_dir(&one)?;
                self.overwrite(&one.join("new"))?;
                format!("remove and make again {}", self.shown(&one))
            }
            68..80 => {
                remove(&one)?;
                format!("remove {}", self.shown(&one))
            }
            80..88 => {
                remove(&one)?;
                let now = self.another_type(&one)?;
                format!("{} is {now} now", self.shown(&one))
            }
            88..91 => {
                parents(&new)?;
                symlink(self.chance.pick(&LINKS), &new)?;
                format!("link {}", self.shown(&new))
            }
            91..95 => {
                let mode = self.mode(&one)?;
                fs::set_permissions(&one, fs::Permissions::from_mode(mode))?;
                format!("chmod {mode:o} {}", self.shown(&one))
            }
            95..97 => {
                parents(&new)?;
                if excluded(&self.root, &file) || excluded(&self.root, &new) {
                    return Err(io::ErrorKind::Unsupported.into());
                }
                fs::hard_link(&file, &new)?;
                format!("hard link {} to {}", self.shown(&file), self.shown(&new))
            }
            97..99 => {
                let out = self.outside.join(self.count.to_string());
                fs::rename(&one, out)?;
                format!("move {} out", self.shown(&one))
            }
            _ => {
                let from = self.outside.join(format!("in{}", self.count));
                fs::create_dir_all(from.join("a/cache"))?;
                self.overwrite(&from.join("a/b"))?;
                self.overwrite(&from.join("a/cache/c"))?;
                parents(&new)?;
                fs::rename(&from, &new)?;
                format!("move {} in", self.shown(&new))
            }
        };
        Ok(what)
    }

    /// Every file and directory below the root.
    fn all(&self) -> Vec<PathBuf> {
        let mut found = Vec::new();
        let mut dirs = vec![self.root.clone()];
        while let Some(dir) = dirs.pop() {
            let Ok(entries) = fs::read_dir(&dir) else { continue };
            for entry in entries.flatten() {
                if dir == self.root && self.apart.iter().any(|name| entry.file_name() == *name) {
                    continue;
                }
                if entry.file_type().is_ok_and(|t| t.is_dir()) {
                    dirs.push(entry.path());
                }
                found.push(entry.path());
            }
        }
        // The order of a directory is not that of the seed.
        found.sort();
        found
    }

    fn pick(&mut self, all: &[PathBuf]) -> Option<PathBuf> {
        (!all.is_empty()).then(|| all[self.chance.below(all.len())].clone())
    }

    fn pick_file(&mut self, all: &[PathBuf]) -> PathBuf {
        let is_file = |path: &&PathBuf| fs::symlink_metadata(path).is_ok_and(|m| m.is_file() && m.nlink() == 1);
        let files: Vec<PathBuf> = all.iter().filter(is_file).cloned().collect();
        self.pick(&files).unwrap_or_else(|| self.root.join("none"))
    }

    fn somewhere(&mut self) -> PathBuf {
        let depth = 1 + self.chance.below(3);
        let mut path = self.root.clone();
        for _ in 0..depth {
            path.push(OsStr::from_bytes(self.chance.pick(&NAMES)));
        }
        path
    }

    fn overwrite(&mut self, path: &Path) -> io::Result<()> {
        // Not through a link, and not into a named pipe, which would wait for a reader.
        if fs::symlink_metadata(path).is_ok_and(|m| !m.is_file() || m.nlink() > 1) {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let size = 1 + self.chance.below(40);
        let content: Vec<u8> = (0..size).map(|_| b'a' + self.chance.below(26) as u8).collect();
        fs::write(path, content)
    }

    fn same_size(&mut self, path: &Path, same_time: bool) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        let meta = file.metadata()?;
        if meta.len() == 0 {
            return Err(io::ErrorKind::Unsupported.into());
        }
        file.write_all_at(&[b'A' + self.chance.below(26) as u8], 0)?;
        if same_time {
            file.set_modified(meta.modified()?)?;
        }
        Ok(())
    }

    fn another_type(&mut self, path: &Path) -> io::Result<&'static str> {
        match self.chance.below(4) {
            0 => self.overwrite(path).map(|()| "a file"),
            1 => symlink(self.chance.pick(&LINKS), path).map(|()| "a link"),
            2 => fs::create_dir(path).map(|()| "an empty directory"),
            _ => {
                fs::create_dir(path)?;
                self.overwrite(&path.join("inside")).map(|()| "a directory")
            }
        }
    }

    fn mode(&mut self, path: &Path) -> io::Result<u32> {
        let meta = fs::symlink_metadata(path)?;
        if meta.is_dir() {
            Ok(DIR_MODES[self.chance.below(DIR_MODES.len())])
        } else if meta.is_file() && meta.nlink() == 1 {
            Ok(FILE_MODES[self.chance.below(FILE_MODES.len())])
        } else {
            Err(io::ErrorKind::Unsupported.into())
        }
    }

    fn shown(&self, path: &Path) -> String {
        format!("{:?}", path.strip_prefix(&self.root).unwrap_or(path))
    }
}

/// Whether the path is, or lies in, something excluded (a file called `cache` counts too).
fn excluded(root: &Path, path: &Path) -> bool {
    let rel = path.strip_prefix(root).unwrap_or(path);
    let names: Vec<Vec<u8>> = rel.iter().map(|n| n.to_owned().into_vec()).collect();
    rel.starts_with("b/tmp") || names.iter().any(|n| n == b"cache" || n.ends_with(b".keep"))
}

fn parents(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)
}

fn remove(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// Writes a file whose arrival shows that everything before it was seen, and says when that was: wall clock, ms.
pub fn last_word(root: &Path, word: &str) -> io::Result<i64> {
    let path = root.join("last word");
    // Whatever the changes made of it.
    drop(remove(&path));
    let mut file = File::create(path)?;
    file.write_all(word.as_bytes())?;
    drop(file);
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_err(io::Error::other)?;
    Ok(now.as_millis() as i64)
}
