//! What the other side holds, and what differs from the last look.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The last look.
#[derive(Default)]
pub struct Seen(BTreeMap<PathBuf, (u64, Option<SystemTime>)>);

/// More than this at one look is told as a number.
const MOST: usize = 12;

impl Seen {
    /// Looks again, and tells what is new, changed or gone.
    pub fn look(&mut self, dir: PathBuf, tell: impl Fn(&str)) {
        let mut now = BTreeMap::new();
        walk(&dir, &dir, &mut now);
        let mut told: Vec<String> = Vec::new();
        for (path, entry) in &now {
            match self.0.get(path) {
                None => told.push(format!("arrived  {}", path.display().to_string().escape_debug())),
                Some(before) if before != entry && entry.1.is_some() => {
                    told.push(format!("updated  {}", path.display().to_string().escape_debug()));
                }
                Some(_) => {}
            }
        }
        let gone = self.0.keys().filter(|path| !now.contains_key(*path));
        told.extend(gone.map(|path| format!("removed  {}", path.display().to_string().escape_debug())));
        for line in told.iter().take(MOST) {
            tell(line);
        }
        if told.len() > MOST {
            tell(&format!("and {} more", told.len() - MOST));
        }
        self.0 = now;
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Directories carry no time here: theirs changes with every entry.
fn walk(top: &Path, dir: &Path, found: &mut BTreeMap<PathBuf, (u64, Option<SystemTime>)>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let path = entry.path();
        let Ok(meta) = fs::symlink_metadata(&path) else { continue };
        if is_unfinished(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let Ok(below) = path.strip_prefix(top) else { continue };
        if meta.is_dir() {
            found.insert(below.to_owned(), (0, None));
            walk(top, &path, found);
        } else {
            found.insert(below.to_owned(), (meta.len(), meta.modified().ok()));
        }
    }
}

/// rsync writes `.NAME.XXXXXX` and renames it when it is whole.
fn is_unfinished(name: &str) -> bool {
    let tail = name.strip_prefix('.').and_then(|name| name.rsplit_once('.')).map(|(_, tail)| tail);
    tail.is_some_and(|tail| tail.len() == 6 && tail.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rsyncs_own_unfinished_files_are_passed_over() {
        assert!(is_unfinished(".letter.txt.Ab3dE9"));
        for name in [".bashrc", "letter.Ab3dE9", ".letter.txt", "x"] {
            assert!(!is_unfinished(name), "{name}");
        }
    }
}
