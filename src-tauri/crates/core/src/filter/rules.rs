//! Rules in their order, of the whole sync or of one directory's file, and the question which one decides.
//!
//! A list may hold ten thousand names (`excludeFrom`): what is literal is found by a look-up, only the rest is tried one
//! after the other, and only up to the literal that was found.

use std::collections::HashMap;
use std::sync::Arc;

use super::parse::Flags;
use super::pattern::{Base, Pattern};

/// Where a rule was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Origin {
    /// `exclude[2]`, `excludeFrom`, `filter[1]`, `rsync._extra`, `cvs_exclude`, or the name of a per-directory file.
    pub(super) source: String,
    /// The file and the line in it, if it came from one.
    pub(super) line: Option<(String, usize)>,
}

/// One rule.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    pub(super) flags: Flags,
    /// Without the slash at the end that `dir_only` stands for. For a per-directory merge the file's name.
    pub(super) pattern: Vec<u8>,
    pub(super) dir_only: bool,
    pub(super) origin: Arc<Origin>,
}

/// Which side asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// Which files are sent?
    Sender,
    /// Which files of the target are kept?
    Receiver {
        /// In a directory that is being removed: perishable rules don't count.
        removing: bool,
    },
}

impl Rule {
    /// Takes a pattern as it is written.
    pub(super) fn new(flags: Flags, pattern: &[u8], origin: Arc<Origin>) -> Rule {
        let (pattern, dir_only) = match pattern {
            [before @ .., b'/'] if !before.is_empty() => (before, true),
            whole => (whole, false),
        };
        Rule { flags, pattern: pattern.to_vec(), dir_only, origin }
    }

    /// True if this side knows the rule at all. With `--delete-excluded` what names no side is the sender's alone.
    fn concerns(&self, receiver: bool, delete_excluded: bool) -> bool {
        match (self.flags.sided(), receiver) {
            (true, true) => self.flags.receiver,
            (true, false) => self.flags.sender,
            (false, true) => !delete_excluded || self.flags.per_dir,
            (false, false) => true,
        }
    }
}

#[derive(Debug)]
struct Compiled {
    rule: Rule,
    takes: Pattern,
}

impl Compiled {
    fn matches(&self, path: &[u8], name: &[u8], dir: bool) -> bool {
        let hit = (dir || !self.rule.dir_only) && self.takes.takes(path, name, dir);
        hit != self.rule.flags.negate
    }

    /// A literal that a look-up finds.
    fn literal(&self) -> bool {
        !self.rule.flags.per_dir && !self.rule.flags.negate && matches!(self.takes, Pattern::Name(_) | Pattern::Path(_))
    }
}

/// The rules one side knows.
#[derive(Debug, Default)]
pub(super) struct Rules {
    all: Vec<Compiled>,
    /// Positions of what must be tried, rising.
    tried: Vec<usize>,
    names: HashMap<Box<[u8]>, Vec<usize>>,
    paths: HashMap<Box<[u8]>, Vec<usize>>,
}

/// What is asked about: one entry, its ancestors taken for granted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    pub(super) path: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) dir: bool,
    pub(super) side: Side,
}

impl Rules {
    /// The rules of one side.
    pub(super) fn new(rules: &[Rule], receiver: bool, delete_excluded: bool, base: Option<Base<'_>>) -> Rules {
        let mut made = Rules::default();
        for rule in rules.iter().filter(|rule| rule.concerns(receiver, delete_excluded)) {
            let compiled = Compiled { takes: Pattern::new(&rule.pattern, base), rule: rule.clone() };
            let at = made.all.len();
            match &compiled.takes {
                Pattern::Name(name) if compiled.literal() => made.names.entry(name.clone()).or_default().push(at),
                Pattern::Path(path) if compiled.literal() => made.paths.entry(path.clone()).or_default().push(at),
                _ => made.tried.push(at),
            }
            made.all.push(compiled);
        }
        made
    }

    /// The first rule that matches. `inside` answers for a per-directory merge in its place in the order.
    pub(super) fn decide<R>(
        &self,
        entry: Entry<'_>,
        found: &mut dyn FnMut(&Rule) -> R,
        inside: &mut dyn FnMut(&Rule) -> Option<R>,
    ) -> Option<R> {
        let counts = |rule: &Rule| !(rule.flags.perishable && matches!(entry.side, Side::Receiver { removing: true }));
        let literal = [self.names.get(entry.name), self.paths.get(entry.path)]
            .into_iter()
            .flatten()
            .filter_map(|places| {
                places.iter().copied().find(|at| {
                    let rule = &self.all[*at].rule;
                    counts(rule) && (entry.dir || !rule.dir_only)
                })
            })
            .min();
        for at in self.tried.iter().copied().take_while(|at| literal.is_none_or(|literal| *at < literal)) {
            let compiled = &self.all[at];
            if !counts(&compiled.rule) {
                continue;
            }
            if compiled.rule.flags.per_dir {
                if let Some(answer) = inside(&compiled.rule) {
                    return Some(answer);
                }
            } else if compiled.matches(entry.path, entry.name, entry.dir) {
                return Some(found(&compiled.rule));
            }
        }
        literal.map(|at| found(&self.all[at].rule))
    }
}
