//! A full pass as a list of parts, so that it can be broken off and taken up again, and live changes go on beside it.
//!
//! Rules
//! - [`Cut::Levels`]: some directories, the root first, each one level deep: what lies in them that is no directory, the
//!   directories themselves, and strangers at the target with all below. It runs alone: what it takes for a stranger may be
//!   made anew meanwhile.
//! - [`Cut::Trees`]: some directories with all below them. Together with the levels above them they are the whole tree.
//! - What comes into being after the source was counted is no part: the watcher saw it. So the count decides only how a pass is
//!   cut, never what it covers; where it may have missed something (events were lost) the pass is cut anew.
//! - A small tree, or one that cannot be cut, goes as a whole. So does one where a part means something else than the whole:
//!   per-directory filter files, `-m`, `-x`, `-H`, options that follow links, `--delete-excluded`, a `--max-delete` of the
//!   person's own.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::behaviour::options::read_words;
use crate::config::Kind;
use crate::paths::RelPath;
use crate::plan::SyncPlan;

/// So many entries make a part. Each costs a connection; the more, the longer a change inside waits for it.
pub const PART: u64 = 20_000;
/// So many parts at most, as far as the tree lets itself be cut.
const PARTS: u64 = 256;

/// A source as it was counted, without what the filters leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// The directories in its root.
    pub tops: Vec<Branch>,
    /// What else lies in its root.
    pub loose: u64,
}

/// One directory of a [`Census`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Branch {
    /// Which.
    pub path: RelPath,
    /// Itself and all below, as far as it was counted.
    pub entries: u64,
    /// There may be any number more.
    pub more: bool,
    /// The directories in it, where it was listed to its end.
    pub inside: Option<Vec<Branch>>,
    /// What else lies in it.
    pub loose: u64,
}

impl Census {
    /// All that was counted.
    pub fn entries(&self) -> u64 {
        self.loose + self.tops.iter().map(|top| top.entries).sum::<u64>()
    }
}

/// How a part goes over its directories.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cut {
    /// One level deep.
    Levels,
    /// With all below.
    Trees,
}

/// One part of a pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// How it goes over them.
    pub cut: Cut,
    /// Which directories, sorted; none lies in another of the same trees.
    pub paths: Vec<RelPath>,
    /// So many entries, as far as they were counted.
    pub entries: u64,
}

/// The parts of a pass over this source, `size` entries in each; none: it goes as a whole.
pub fn parts_of(plan: &SyncPlan, census: &Census, size: u64) -> Vec<Part> {
    let total = census.entries();
    if total <= size && !census.tops.iter().any(|top| top.more) {
        return Vec::new();
    }
    let levels = Part { cut: Cut::Levels, paths: vec![RelPath::root()], entries: census.loose };
    let mut cutter = Cutter { plan, size: size.max(total / PARTS), levels, trees: Vec::new(), open: false };
    census.tops.iter().for_each(|top| cutter.take(top));
    // One tree and the level above it are not worth two runs.
    if cutter.trees.len() < 2 {
        return Vec::new();
    }
    cutter.levels.paths.sort();
    cutter.trees.iter_mut().for_each(|part| part.paths.sort());
    std::iter::once(cutter.levels).chain(cutter.trees).collect()
}

struct Cutter<'a> {
    plan: &'a SyncPlan,
    size: u64,
    levels: Part,
    trees: Vec<Part>,
    /// The last of the trees takes more.
    open: bool,
}

impl Cutter<'_> {
    fn take(&mut self, branch: &Branch) {
        if self.plan.excludes(&branch.path, true) {
            return;
        }
        let large = branch.more || branch.entries > self.size;
        if let Some(inside) = branch.inside.as_ref().filter(|inside| large && !inside.is_empty()) {
            self.levels.paths.push(branch.path.clone());
            self.levels.entries += branch.loose + 1;
            return inside.iter().for_each(|one| self.take(one));
        }
        match self.trees.last_mut() {
            Some(last) if self.open && !large && last.entries + branch.entries <= self.size => {
                last.paths.push(branch.path.clone());
                last.entries += branch.entries;
            }
            _ => {
                let paths = vec![branch.path.clone()];
                self.trees.push(Part { cut: Cut::Trees, paths, entries: branch.entries });
                self.open = !large;
            }
        }
    }
}

/// True if the parts of a pass are together just what the pass is.
pub fn divisible(plan: &SyncPlan) -> bool {
    const WHOLE: [&str; 7] = [
        "hard-links",
        "copy-links",
        "copy-unsafe-links",
        "copy-dirlinks",
        "keep-dirlinks",
        "one-file-system",
        "max-delete",
    ];
    let words = plan.rsync.words.iter().chain(&plan.rsync.pass_words).cloned().collect::<Vec<_>>();
    let named = |name: &str| {
        read_words(&words).iter().flat_map(|word| &word.options).any(|o| o.option.is_some_and(|o| o.name == name))
    };
    plan.kind != Kind::Direct
        && !plan.matcher.needs_dir_files()
        && plan.rsync.pass_words.is_empty()
        && !plan.rsync.one_file_system
        && !plan.rsync.delete_excluded
        && !WHOLE.into_iter().any(named)
}

/// How far a pass in parts came, for the next start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoFar {
    /// It is the first one.
    pub startup: bool,
    /// It compares times to the nanosecond.
    pub exact: bool,
    /// Done one level deep.
    pub levels: BTreeSet<RelPath>,
    /// Done with all below.
    pub trees: BTreeSet<RelPath>,
}

impl SoFar {
    /// These are done.
    pub fn add(&mut self, cut: Cut, paths: impl IntoIterator<Item = RelPath>) {
        match cut {
            Cut::Levels => self.levels.extend(paths),
            Cut::Trees => self.trees.extend(paths),
        }
    }

    /// True if all of this part is done, however the pass was cut then.
    pub fn covers(&self, part: &Part) -> bool {
        let by_tree = |p: &RelPath| self.trees.contains(p) || p.ancestors().any(|above| self.trees.contains(&above));
        part.paths.iter().all(|p| by_tree(p) || (part.cut == Cut::Levels && self.levels.contains(p)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{PlanEnv, plan_of};
    use serde_json::{Value, json};

    fn plan(rsync: Value, more: Value) -> SyncPlan {
        let mut sync = json!({ "kind": "rsync", "source": "/a", "target": "/b", "rsync": rsync });
        sync.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let config = serde_json::from_value(json!({ "sync": [sync] })).unwrap();
        let env = PlanEnv { own_paths: Vec::new(), cwd: "/".into() };
        plan_of(&config, &env, &mut |_| Err("no files".into())).unwrap().syncs.remove(0)
    }

    fn path(text: &str) -> RelPath {
        RelPath::new(text.as_bytes()).unwrap()
    }

    fn branch(name: &str, entries: u64) -> Branch {
        Branch { path: path(name), entries, more: false, inside: Some(Vec::new()), loose: entries - 1 }
    }

    fn cut(census: &Census, size: u64) -> Vec<String> {
        let shown = |part: &Part| {
            let paths: Vec<String> = part.paths.iter().map(RelPath::shown).collect();
            format!("{:?} {} {}", part.cut, paths.join(" "), part.entries)
        };
        parts_of(&plan(json!({}), json!({ "exclude": ["/out"] })), census, size).iter().map(shown).collect()
    }

    #[test]
    fn a_small_tree_goes_as_a_whole_and_small_directories_go_together() {
        let tops = vec![branch("a", 4), branch("b", 5), branch("c", 9), branch("out", 50), branch("z", 2)];
        let census = Census { tops, loose: 3 };
        assert_eq!(cut(&census, 100), [""; 0]);
        assert_eq!(cut(&census, 10), ["Levels  3", "Trees a b 9", "Trees c 9", "Trees z 2"]);
    }

    #[test]
    fn a_large_directory_goes_by_what_is_in_it_and_its_own_level() {
        let inside = vec![branch("d/x", 6), branch("d/y", 7)];
        let large = Branch { path: path("d"), entries: 20, more: false, inside: Some(inside), loose: 6 };
        let census = Census { tops: vec![branch("a", 3), large], loose: 1 };
        assert_eq!(cut(&census, 10), ["Levels  d 8", "Trees a d/x 9", "Trees d/y 7"]);
    }

    #[test]
    fn what_was_not_counted_to_its_end_stands_alone_and_one_tree_is_the_whole() {
        let unknown = Branch { more: true, inside: None, ..branch("big", 2) };
        let census = Census { tops: vec![branch("a", 2), unknown.clone(), branch("z", 2)], loose: 0 };
        assert_eq!(cut(&census, 10), ["Levels  0", "Trees a 2", "Trees big 2", "Trees z 2"]);
        assert_eq!(cut(&Census { tops: vec![unknown], loose: 9 }, 1), [""; 0]);
    }

    #[test]
    fn options_that_need_the_whole_tree_keep_it_whole() {
        assert!(divisible(&plan(json!({ "archive": true }), json!({}))));
        for rsync in [
            json!({ "hard_links": true }),
            json!({ "copy_links": true }),
            json!({ "prune_empty_dirs": true }),
            json!({ "one_file_system": true }),
            json!({ "copy_dirlinks": true }),
            json!({ "_extra": ["-K"] }),
            json!({ "_extra": ["--copy-unsafe-links"] }),
        ] {
            assert!(!divisible(&plan(rsync.clone(), json!({}))), "{rsync}");
        }
        assert!(!divisible(&plan(json!({}), json!({ "filter": [": .rules"] }))));
    }

    #[test]
    fn what_was_done_is_known_again_however_it_is_cut_then() {
        let mut so_far = SoFar::default();
        so_far.add(Cut::Levels, [RelPath::root()]);
        so_far.add(Cut::Trees, [path("a"), path("d/x")]);
        let part = |cut, paths: &[&str]| Part { cut, paths: paths.iter().map(|p| path(p)).collect(), entries: 0 };
        assert!(so_far.covers(&part(Cut::Trees, &["a/b", "d/x"])));
        assert!(!so_far.covers(&part(Cut::Trees, &["a", "d"])));
        assert!(so_far.covers(&part(Cut::Levels, &["", "a"])));
        assert!(!so_far.covers(&part(Cut::Levels, &["", "d"])));
    }
}
