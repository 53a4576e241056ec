//! What a run may touch at the target, by its command line: no two of which one is a part of a full pass meet.

use driftless_core::paths::RelPath;
use driftless_core::work::{Arg, CommandSpec, Stdin};

#[derive(Debug)]
pub struct Claim {
    /// It belongs to a full pass.
    pass: bool,
    /// Everything, whatever it lists.
    all: bool,
    /// These with all below.
    paths: Vec<RelPath>,
}

impl Claim {
    pub fn of(command: &CommandSpec) -> Claim {
        let has = |word: &str| command.args.iter().any(|a| matches!(a, Arg::Word(w) if w == word));
        if has("--dry-run") {
            return Claim { pass: false, all: false, paths: Vec::new() };
        }
        let Stdin::Bytes(list) = &command.stdin else {
            return Claim { pass: true, all: true, paths: Vec::new() };
        };
        let items = list.split(|b| *b == 0).filter_map(|item| item.strip_prefix(b"./")).map(<[u8]>::to_vec);
        let items: Vec<Vec<u8>> = items.collect();
        let level = |item: &Vec<u8>| item.is_empty() || item.ends_with(b"/");
        // A batch that lists the root alone brings its attributes.
        let all = command.low && items.iter().any(level) && !has("-r");
        let path = |item: &Vec<u8>| RelPath::new(item.strip_suffix(b"/").unwrap_or(item)).expect("a clean path");
        Claim { pass: command.low, all, paths: items.iter().map(path).filter(|p| !p.is_root()).collect() }
    }

    pub fn meets(&self, other: &Claim) -> bool {
        let related = |a: &RelPath| other.paths.iter().any(|b| a.is_within(b) || b.is_within(a));
        // A dry run, and one beside another batch, meets nothing.
        (self.pass || other.pass) && (self.all || other.all || self.paths.iter().any(related))
    }
}
