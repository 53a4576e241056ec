//! Renames as they were seen, until the batch starts that holds both of their names.
//!
//! A rename is worth remembering only if what had the old name was at the target as it was at the source: nothing about it or below
//! it waited, was on its way, or had failed. Whatever else happens to one of its names, above or below the old one, or at the
//! new one, forgets it: the content is sent then. That costs time and loses nothing.

use std::collections::BTreeMap;

use crate::paths::RelPath;

/// So many are remembered at most.
const MOST: usize = 1_000;

/// See the head of this file.
#[derive(Debug, Default)]
pub struct Moves {
    /// New name → old name.
    pairs: BTreeMap<RelPath, RelPath>,
}

/// True if one of them holds the other, or both are one.
fn related(a: &RelPath, b: &RelPath) -> bool {
    a.is_within(b) || b.is_within(a)
}

impl Moves {
    /// `from` is called `to` now; `clean`: the target has all of it, under its old name.
    pub fn moved(&mut self, from: &RelPath, to: &RelPath, clean: bool) {
        self.pairs.retain(|t, f| ![t, f].into_iter().any(|p| related(p, from) || related(p, to)));
        if clean && !related(from, to) && self.pairs.len() < MOST {
            self.pairs.insert(to.clone(), from.clone());
        }
    }

    /// Something came or went under this name.
    pub fn came_or_went(&mut self, path: &RelPath) {
        self.pairs.retain(|to, from| !to.is_within(path) && !related(from, path));
    }

    /// Nothing is known any more.
    pub fn forget(&mut self) {
        self.pairs.clear();
    }

    /// Something else was called so before.
    pub fn brings(&self, to: &RelPath) -> bool {
        self.pairs.contains_key(to)
    }

    /// The renames of which both names are in a batch (`has`), old name first; none of which only one is stays remembered.
    pub fn depart(&mut self, has: impl Fn(&RelPath) -> bool) -> Vec<(RelPath, RelPath)> {
        let (mut gone, mut left) = (Vec::new(), BTreeMap::new());
        for (to, from) in std::mem::take(&mut self.pairs) {
            match (has(&from), has(&to)) {
                (true, true) => gone.push((from, to)),
                (false, false) => drop(left.insert(to, from)),
                _ => {}
            }
        }
        self.pairs = left;
        gone
    }
}

/// Less than so many bytes are sent sooner than their rename would be asked for.
pub const WORTH: u64 = 1 << 20;

/// One rename of a batch under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The old name.
    pub from: RelPath,
    /// The new name.
    pub to: RelPath,
}

/// The renames of a batch: what is still to be made, and what was.
#[derive(Debug, Default)]
pub struct Renames {
    /// Those of which both names are in the batch; `None`: not yet asked for.
    pub left: Option<Vec<Rename>>,
    /// The target's own rename was asked for.
    pub by_name: bool,
    /// The folders that they go to stand at the target.
    pub prepared: bool,
    /// Those that were made, or tried. Their old name goes only when all has arrived under the new one.
    pub made: Vec<Rename>,
}

impl Renames {
    /// A run was made for them.
    pub fn begun(&self) -> bool {
        self.by_name || self.prepared || !self.made.is_empty()
    }
}

/// True if no filter rule (`words`: rsync's words for them) can tell what lies below the one name from what lies below the other. Else
/// what a rule protects at the target under the old name would be removed under the new one.
///
/// A rule about one name alone, wherever it stands, says the same of both.
pub fn judged_alike(words: &[String], from: &RelPath, to: &RelPath) -> bool {
    words.iter().all(|word| {
        let rule = word.strip_prefix("--filter=").and_then(|rule| rule.split_once(' '));
        let Some((kind, pattern)) = rule else { return false };
        // A file with more rules (`:` and `.`), a list that is cleared (an exclamation mark).
        if !kind.starts_with(['-', '+', 'H', 'S', 'P', 'R']) || pattern.contains("**") {
            return false;
        }
        let inner = pattern.trim_matches('/');
        let anchored = pattern.starts_with('/');
        if !anchored && !inner.contains('/') {
            return true;
        }
        let parts: Vec<&[u8]> = inner.split('/').map(str::as_bytes).collect();
        let may_be = |part: &[u8], name: &[u8]| part.iter().any(|b| matches!(b, b'*' | b'?' | b'[')) || part == name;
        let reaches = |path: &RelPath| {
            if anchored {
                // It is about what lies in this directory, or about a directory above it.
                path.components().zip(&parts).all(|(name, part)| may_be(part, name))
            } else {
                let above = parts.len().saturating_sub(1);
                parts.iter().take(above).any(|part| may_be(part, path.name()))
            }
        };
        !reaches(from) && !reaches(to)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> RelPath {
        RelPath::new(text.as_bytes()).unwrap()
    }

    fn all(moves: &mut Moves) -> Vec<(String, String)> {
        moves.depart(|_| true).into_iter().map(|(f, t)| (f.shown(), t.shown())).collect()
    }

    fn pair(from: &str, to: &str) -> (String, String) {
        (from.to_owned(), to.to_owned())
    }

    #[test]
    fn a_rename_is_remembered_until_something_else_happens_to_its_names() {
        let about: [(&str, bool); 8] = [
            ("new/inside", true),
            ("other", true),
            ("older", true),
            ("new", false),
            ("old", false),
            ("old/inside", false),
            ("d", false),
            ("d/new", false),
        ];
        for (other, stays) in about {
            let mut moves = Moves::default();
            let (from, to) = if other.starts_with('d') { ("d/old", "d/new") } else { ("old", "new") };
            moves.moved(&path(from), &path(to), true);
            moves.came_or_went(&path(other));
            assert_eq!(all(&mut moves) == [pair(from, to)], stays, "{other}");
        }
    }

    #[test]
    fn swaps_chains_and_what_was_not_clean_are_sent() {
        let after = |steps: &[(&str, &str, bool)]| {
            let mut moves = Moves::default();
            for (from, to, clean) in steps {
                moves.moved(&path(from), &path(to), *clean);
            }
            all(&mut moves)
        };
        assert_eq!(after(&[("a", "b", false)]), []);
        assert_eq!(after(&[("a", "a/b", true)]), []);
        assert_eq!(after(&[("a", "t", true), ("b", "a", true), ("t", "b", false)]), []);
        assert_eq!(after(&[("a", "b", true), ("b", "c", false)]), []);
        assert_eq!(after(&[("a/x", "b", true), ("a", "c", true)]), [pair("a", "c")]);
        assert_eq!(after(&[("a", "b", true), ("c", "d", true)]), [pair("a", "b"), pair("c", "d")]);
    }

    #[test]
    fn a_rename_leaves_with_both_of_its_names_or_is_forgotten() {
        let mut moves = Moves::default();
        for (from, to) in [("a", "b"), ("c", "d"), ("e", "f")] {
            moves.moved(&path(from), &path(to), true);
        }
        let batch = [path("a"), path("b"), path("c")];
        assert_eq!(moves.depart(|p| batch.contains(p)), [(path("a"), path("b"))]);
        assert_eq!(all(&mut moves), [pair("e", "f")]);
    }

    #[test]
    fn rules_that_tell_the_two_names_apart_forbid_it() {
        let cases = [
            ("- *.keep", true),
            ("- cache/", true),
            ("+ x", true),
            ("- /other/secret", true),
            ("- /b/secret", true),
            ("- /b/old/secret", false),
            ("- /b", false),
            ("P /*/old/x", false),
            ("- y/z", true),
            ("- new/z", false),
            ("- */z", false),
            ("- a**z", false),
            (": .rules", false),
            ("-p old/x", false),
        ];
        for (rule, alike) in cases {
            let words = [format!("--filter={rule}")];
            assert_eq!(judged_alike(&words, &path("b/old"), &path("c/new")), alike, "{rule}");
        }
        assert!(!judged_alike(&["-C".to_owned()], &path("a"), &path("b")));
        assert!(judged_alike(&[], &path("a"), &path("b")));
    }
}
