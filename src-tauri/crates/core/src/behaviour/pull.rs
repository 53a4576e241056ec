//! Command lines that read a target: what it and its trash hold, and bringing it back.
//!
//! Rules, each with its reason
//! - The connection's words are the sync's own; what decides about contents is not (`--append`, `--existing`, filters): everything
//!   that is there is to be seen, and to come back as it is.
//! - Paths go as a list on stdin, never as words: a daemon expands wildcards in words.
//! - What is not there is no failure: it is asked for in many places.
//! - A list begins at the module's root, and `/./` says where a path begins: rsync 3.5.0 finds nothing below a folder of a module
//!   that is named as a word.
//! - rsync writes in the directory where it is started, and below; it does not follow a link that stands in the way.

use std::collections::BTreeMap;

use super::options::read_words;
use super::rsync::Line;
use crate::paths::RelPath;
use crate::plan::SyncPlan;
use crate::target::Target;
use crate::trash::Moment;
use crate::work::{Arg, CommandSpec};

/// Options that say how the other side is reached.
const WAY: [&str; 18] = [
    "rsh",
    "rsync-path",
    "timeout",
    "contimeout",
    "bwlimit",
    "port",
    "address",
    "sockopts",
    "blocking-io",
    "iconv",
    "protocol",
    "ipv4",
    "ipv6",
    "compress",
    "compress-choice",
    "protect-args",
    "secluded-args",
    "remote-option",
];
/// Options that say what of a file is kept, where the sync keeps it.
const KEPT: [&str; 8] = ["perms", "group", "owner", "acls", "xattrs", "sparse", "executability", "hard-links"];

/// Where a list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum From {
    /// The target as it is.
    Target,
    /// What the trash took at this moment.
    Trash(Moment),
}

/// How far a listing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// These paths, and whatever is in them.
    Whole,
    /// What stands in these directories.
    OneLevel,
}

/// A dry run that names everything there is, unchanged or not, compared with the directory that it is started in.
pub fn listed(plan: &SyncPlan, from: From, paths: &[RelPath], depth: Depth) -> CommandSpec {
    let mut line = Line::new(plan);
    line.word("--dry-run").word("-ii").words(&words_of(plan, &WAY)).word("-lt");
    if depth == Depth::Whole {
        line.word("-r");
    }
    let end: &[u8] = if depth == Depth::Whole { b"" } else { b"/" };
    let (base, begin) = place(plan, from);
    line.word("--ignore-missing-args").reading(paths.iter().map(|path| listed_as(&begin, path, end)).collect(), &base)
}

/// Brings exactly these back, each directory without what is in it. `over`: what stands in their place is replaced.
pub fn brought(plan: &SyncPlan, from: From, paths: &[RelPath], over: bool) -> CommandSpec {
    let mut line = Line::new(plan);
    line.words(&words_of(plan, &WAY)).words(&words_of(plan, &KEPT)).word("-lt").word("--modify-window=-1");
    if !over {
        line.word("--ignore-existing");
    }
    let (base, begin) = place(plan, from);
    // The root stands in any case, and naming it would bring what is in it.
    let paths = paths.iter().filter(|path| !path.is_root());
    line.reading(paths.map(|path| listed_as(&begin, path, b"")).collect(), &base)
}

/// What a restore takes, by where it takes it from: see [`crate::trash::choose`].
pub fn by_place(chosen: &[crate::trash::Version]) -> BTreeMap<From, Vec<RelPath>> {
    let mut out: BTreeMap<From, Vec<RelPath>> = BTreeMap::new();
    for one in chosen {
        let from = one.moment.map_or(From::Target, From::Trash);
        out.entry(from).or_default().push(one.path.clone());
    }
    out
}

/// Where rsync reads, and what every path of the list begins with.
fn place(plan: &SyncPlan, from: From) -> (String, String) {
    let (base, folder) = match plan.target.clone() {
        Target::Daemon { user, host, port, module, path } => {
            (Target::Daemon { user, host, port, module, path: String::new() }, path)
        }
        other => (other, String::new()),
    };
    let trash = match from {
        From::Target => String::new(),
        From::Trash(moment) => moment.dir(),
    };
    let parts = [folder.trim_matches('/'), trash.as_str()].into_iter().filter(|part| !part.is_empty());
    (base.word(), parts.map(|part| format!("{part}/")).collect())
}

fn listed_as(begin: &str, path: &RelPath, end: &[u8]) -> Vec<u8> {
    let end = if path.is_root() { b"" } else { end };
    // Only where something stands in front of it.
    let mark = if begin.is_empty() { "" } else { "./" };
    [b"./", begin.as_bytes(), mark.as_bytes(), path.bytes(), end].concat()
}

/// Of the sync's words those that give one of these options; letters that are joined come one by one.
fn words_of(plan: &SyncPlan, names: &[&str]) -> Vec<String> {
    let mut out = Vec::new();
    for word in read_words(&plan.rsync.words) {
        let wanted = |given: &super::options::Given| given.option.is_some_and(|o| names.contains(&o.name));
        if word.options.iter().all(wanted) {
            out.extend(word.raw.iter().cloned());
            continue;
        }
        for given in word.options.iter().filter(|given| wanted(given)) {
            out.push(given.written.clone());
            out.extend(given.value.clone());
        }
    }
    out
}

/// True if this command only looks.
pub fn only_looks(command: &CommandSpec) -> bool {
    command.args.contains(&Arg::Word("--dry-run".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::plan::{PlanEnv, plan_of};
    use crate::work::Stdin;
    use serde_json::{Value, json};

    fn plan(target: &str, rsync: Value) -> SyncPlan {
        let sync = json!({ "kind": "rsync", "source": "/a", "target": target, "rsync": rsync });
        let config: Config = serde_json::from_value(json!({ "sync": [sync] })).unwrap();
        plan_of(&config, &PlanEnv::default(), &mut |_| Err(String::new())).unwrap().syncs.remove(0)
    }

    fn list(command: &CommandSpec) -> String {
        let Stdin::Bytes(bytes) = &command.stdin else { panic!("no list") };
        String::from_utf8(bytes.clone()).unwrap().replace('\0', " ")
    }

    fn words(command: &CommandSpec) -> Vec<String> {
        command.args.iter().filter_map(|a| if let Arg::Word(w) = a { Some(w.clone()) } else { None }).collect()
    }

    #[test]
    fn a_list_begins_at_the_modules_root_and_is_marked_where_its_paths_begin() {
        let paths = [RelPath::new(b"a/b").unwrap(), RelPath::root()];
        let at = From::Trash(Moment(1_700_000_000_123));
        let trash = ".driftless-trash/2023-11-14/22-13-20.123Z";
        for (target, from, base, expected) in [
            ("/t", From::Target, "/t/", "./a/b/ ./ ".to_owned()),
            ("/t", at, "/t/", format!("./{trash}/./a/b/ ./{trash}/./ ")),
            ("h::m/x/y", From::Target, "h::m/", "./x/y/./a/b/ ./x/y/./ ".to_owned()),
            ("h::m/x", at, "h::m/", format!("./x/{trash}/./a/b/ ./x/{trash}/./ ")),
            ("h::m", From::Target, "h::m/", "./a/b/ ./ ".to_owned()),
        ] {
            let command = listed(&plan(target, json!({})), from, &paths, Depth::OneLevel);
            assert_eq!(list(&command), expected, "{target}");
            let words = words(&command);
            let base = Target::parse(base).unwrap().word();
            assert_eq!(words[words.len() - 3..], ["--".to_owned(), base, "./".to_owned()]);
            assert!(only_looks(&command));
        }
        assert_eq!(list(&brought(&plan("/t", json!({})), From::Target, &paths, true)), "./a/b ");
    }

    #[test]
    fn the_way_is_the_syncs_own_and_what_it_does_to_contents_is_not() {
        let rsync = json!({ "archive": true, "append": true, "existing": true, "rsh": "ssh -p 1", "bwlimit": 5,
            "_extra": ["-z", "--sockopts", "x", "--chmod=u+w"] });
        let words = words(&brought(&plan("h:x", rsync), From::Target, &[], false));
        for wanted in ["--rsh=ssh -p 1", "--bwlimit=5", "-z", "--sockopts", "x", "-p", "-g", "-o", "-lt"] {
            assert!(words.iter().any(|w| w == wanted), "{wanted}: {words:?}");
        }
        assert!(words.iter().any(|w| w == "--ignore-existing"));
        assert!(!words.iter().any(|w| w.starts_with("--append") || w == "--existing" || w.starts_with("--chmod")));
    }
}
