//! Some files of a source, chosen by chance: what a verification looks at where all would be too many.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use driftless_core::filter::{Matcher, Verdict};
use driftless_core::paths::RelPath;

/// At most `most` of the files that are sent, each as likely as any other, sorted; and how many there are. Links are not followed;
/// what cannot be read is passed over.
pub fn sample(source: &Path, matcher: &Matcher, most: usize) -> io::Result<(Vec<RelPath>, u64)> {
    let mut chosen: Vec<RelPath> = Vec::new();
    let mut count: u64 = 0;
    let mut todo = vec![RelPath::root()];
    fs::read_dir(source)?;
    while let Some(dir) = todo.pop() {
        let entries = fs::read_dir(source.join(OsStr::from_bytes(dir.bytes()))).into_iter().flatten().flatten();
        for entry in entries {
            let path = dir.join(entry.file_name().as_bytes());
            let Ok(kind) = entry.file_type() else { continue };
            if matcher.entry(&path, kind.is_dir()) != Verdict::Sent {
                continue;
            }
            if kind.is_dir() {
                todo.push(path);
            } else if kind.is_file() {
                count += 1;
                if chosen.len() < most {
                    chosen.push(path);
                    continue;
                }
                // Its chance to be among the chosen is theirs.
                let at = usize::try_from(getrandom::u64().map_err(io::Error::other)? % count).unwrap_or(usize::MAX);
                if let Some(place) = chosen.get_mut(at) {
                    *place = path;
                }
            }
        }
    }
    chosen.sort();
    Ok((chosen, count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_sent_is_chosen_each_once_and_all_of_them_in_the_end() {
        let dir = tempfile::tempdir().unwrap();
        for n in 0..20 {
            fs::create_dir_all(dir.path().join(format!("d{}", n % 3))).unwrap();
            fs::write(dir.path().join(format!("d{}/f{n}", n % 3)), "x").unwrap();
        }
        std::os::unix::fs::symlink("d0", dir.path().join("link")).unwrap();
        let none = Matcher::none();
        let (all, count) = sample(dir.path(), &none, 100).unwrap();
        assert_eq!((all.len(), count), (20, 20));
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..500 {
            let (some, count) = sample(dir.path(), &none, 5).unwrap();
            assert!(some.len() == 5 && count == 20 && some.windows(2).all(|w| w[0] < w[1]));
            seen.extend(some);
        }
        assert_eq!(seen.len(), 20);
        assert!(sample(&dir.path().join("missing"), &none, 5).is_err());
    }
}
