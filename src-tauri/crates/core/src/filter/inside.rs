//! Rules that stand in the source itself: the files a per-directory merge (`: .rsync-filter`) names.
//!
//! The rules of a directory's file come before those of the directory above, up to the root; `!` in a file forgets all above
//! it, in the file and in the directories above; with modifier `n` (and `C`) only the directory's own file counts.

use std::sync::Arc;

use super::lines;
use super::parse::{self, Bad, Style};
use super::pattern::Base;
use super::rules::{Entry, Origin, Rule, Rules, Side};
use crate::paths::{RelPath, show_bytes};

/// Where the content of per-directory filter files comes from.
pub trait DirFiles {
    /// The content of the file `name` in the directory `dir` of the source; `None` if there is none or it cannot be read,
    /// which rsync treats alike.
    fn read(&self, dir: &RelPath, name: &[u8]) -> Option<Arc<[u8]>>;

    /// The absolute path of the source's root as its own directory is called (`getcwd`). rsync puts it before anchored
    /// patterns, so a `*`, `?` or `[` in it counts as a wildcard.
    fn root(&self) -> Vec<u8>;
}

/// A line of a per-directory file that cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BadLine {
    /// rsync would refuse it, and with it every run.
    Rule(Bad),
    /// A merge in a merge: rsync would read it.
    Merge,
}

/// Reads a file's rules, and whether nothing above the file counts. Lines that cannot be judged are handed to `bad` and left out.
pub(super) fn read(content: &[u8], merge: &Rule, mut bad: impl FnMut(usize, &[u8], BadLine)) -> (Vec<Rule>, bool) {
    let (mut rules, mut cleared) = (Vec::new(), false);
    for (number, line) in lines::of_file(content, merge.flags.words) {
        // C's strings end at a NUL.
        let line = line.split(|b| *b == 0).next().unwrap_or_default();
        let parsed = match parse::rule(line, merge.flags, Style::Rule) {
            Ok(Some(parsed)) => parsed,
            Ok(None) => continue,
            Err(why) => {
                bad(number, line, BadLine::Rule(why));
                continue;
            }
        };
        if parsed.clear {
            rules.clear();
            cleared = true;
        } else if parsed.flags.merge || parsed.flags.cvs {
            bad(number, line, BadLine::Merge);
        } else {
            let file = show_bytes(&merge.pattern);
            let origin = Origin { source: merge.origin.source.clone(), line: Some((file, number)) };
            rules.push(Rule::new(parsed.flags, parsed.pattern, Arc::new(origin)));
        }
    }
    (rules, cleared)
}

/// The rule that decides in the files of the directories above an entry, and the directory of its file.
pub(super) fn decide<R>(
    files: &dyn DirFiles,
    merge: &Rule,
    delete_excluded: bool,
    entry: Entry<'_>,
    found: &mut dyn FnMut(&Rule, &RelPath) -> R,
) -> Option<R> {
    let receiver = matches!(entry.side, Side::Receiver { .. });
    let mut above = Some(RelPath::new(entry.path).ok()?);
    while let Some(dir) = above.as_ref().and_then(RelPath::parent) {
        if let Some(content) = files.read(&dir, &merge.pattern) {
            let root = files.root();
            let (list, cleared) = read(&content, merge, |_, _, _| {});
            let base = Base { root: &root, dir: dir.bytes() };
            let rules = Rules::new(&list, receiver, delete_excluded, Some(base));
            if let Some(answer) = rules.decide(entry, &mut |rule| found(rule, &dir), &mut |_| None) {
                return Some(answer);
            }
            if cleared {
                return None;
            }
        }
        if merge.flags.here_only {
            return None;
        }
        above = Some(dir);
    }
    None
}
