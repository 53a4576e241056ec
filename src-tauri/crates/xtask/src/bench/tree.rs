//! Trees of directories and files to be watched and changed.

use std::fs;
use std::path::{Path, PathBuf};

/// Directories in one of the first level, itself among them: 9 below it, each with 110 or so.
const BLOCK: usize = 1_000;
const MIDDLE: usize = 9;

/// Makes this many directories below `root`, in blocks of three levels.
pub fn directories(root: &Path, count: usize) -> Result<(), String> {
    paths(count).try_for_each(|path| make(&root.join(path)))
}

/// Their paths, parents before children.
pub fn paths(count: usize) -> impl Iterator<Item = PathBuf> {
    (0..count).map(|number| {
        let (block, rest) = (number / BLOCK, number % BLOCK);
        let top = PathBuf::from(format!("block{block}"));
        match rest {
            0 => top,
            1..=MIDDLE => top.join(format!("part{rest}")),
            _ => top.join(format!("part{}", 1 + rest % MIDDLE)).join(format!("dir{rest}")),
        }
    })
}

/// A file with so many bytes, which differ from file to file.
pub fn file(path: &Path, bytes: usize, seed: usize) -> Result<(), String> {
    let mut state = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
    let content: Vec<u8> = (0..bytes)
        .map(|_| {
            // xorshift: not to be compressed, not the same twice.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state as u8
        })
        .collect();
    fs::write(path, content).map_err(|error| format!("{}: {error}", path.display()))
}

/// A directory.
pub fn make(path: &Path) -> Result<(), String> {
    fs::create_dir(path).map_err(|error| format!("{}: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_directory_has_a_path_of_its_own_below_one_that_is_made() {
        let mut made = HashSet::new();
        for path in paths(2_500) {
            let parent = path.parent().unwrap().to_owned();
            assert!(parent.as_os_str().is_empty() || made.contains(&parent), "{}", path.display());
            assert!(made.insert(path));
        }
    }
}
