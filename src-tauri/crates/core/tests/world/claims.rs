//! What a run may touch at the target, by its command line: no two of which one is a part of a full pass, or removes by
//! filters, meet.

use driftless_core::paths::RelPath;
use driftless_core::work::{Arg, CommandSpec, Cwd, Stdin};

#[derive(Debug)]
pub struct Claim {
    /// It changes nothing.
    dry: bool,
    /// It belongs to a full pass, or removes by filters: nothing goes where it goes.
    alone: bool,
    /// Everything, whatever it lists.
    all: bool,
    /// These with all below.
    paths: Vec<RelPath>,
}

impl Claim {
    pub fn of(command: &CommandSpec) -> Claim {
        let has = |word: &str| command.args.iter().any(|a| matches!(a, Arg::Word(w) if w == word));
        if has("--dry-run") {
            return Claim { dry: true, alone: false, all: false, paths: Vec::new() };
        }
        if let Cwd::Below(to) = &command.cwd {
            return Claim::of_rename(command, to);
        }
        let Stdin::Bytes(list) = &command.stdin else {
            return Claim { dry: false, alone: true, all: true, paths: Vec::new() };
        };
        let items = list.split(|b| *b == 0).filter_map(|item| item.strip_prefix(b"./")).map(<[u8]>::to_vec);
        let items: Vec<Vec<u8>> = items.collect();
        let level = |item: &Vec<u8>| item.is_empty() || item.ends_with(b"/");
        let path = |item: &Vec<u8>| RelPath::new(item.strip_suffix(b"/").unwrap_or(item)).expect("a clean path");
        let moves = command.native.iter().flat_map(|native| &native.moves);
        let moves = moves.flat_map(|one| [one.from.clone(), one.to.clone()]);
        let paths: Vec<RelPath> = items.iter().map(path).chain(moves).collect();
        // Only one that removes by filters goes over a level in a batch: it sends what is there, and may take what is not for
        // a stranger. One that lists the root alone brings the root's attributes.
        let by_filters = !command.low && has("--delete") && items.iter().any(level);
        let whole_level = command.low && items.iter().any(level) && !has("-r");
        let all = whole_level || (by_filters && paths.iter().any(RelPath::is_root));
        let paths = paths.into_iter().filter(|p| !p.is_root()).collect();
        Claim { dry: false, alone: command.low || by_filters, all, paths }
    }

    /// It reads the old places at the target, if it names any, and writes to the new ones.
    fn of_rename(command: &CommandSpec, to: &RelPath) -> Claim {
        let from = command.args.iter().find_map(|a| match a {
            Arg::Word(w) => w.strip_prefix("--link-dest=/").or_else(|| w.strip_prefix("--copy-dest=/")),
            _ => None,
        });
        let from = from.map_or_else(|| to.clone(), |from| RelPath::new(from.as_bytes()).expect("a clean path"));
        let paths = match &command.stdin {
            Stdin::Bytes(list) => {
                let names = list.split(|b| *b == 0).filter_map(|item| item.strip_prefix(b"./"));
                names.flat_map(|name| [from.join(name), to.join(name)]).collect()
            }
            _ => vec![from, to.clone()],
        };
        Claim { dry: false, alone: false, all: false, paths }
    }

    pub fn meets(&self, other: &Claim) -> bool {
        let related = |a: &RelPath| other.paths.iter().any(|b| a.is_within(b) || b.is_within(a));
        // A dry run meets nothing, nor does an ordinary run of a batch meet that of another batch.
        let may_meet = (self.alone || other.alone) && !self.dry && !other.dry;
        may_meet && (self.all || other.all || self.paths.iter().any(related))
    }
}
