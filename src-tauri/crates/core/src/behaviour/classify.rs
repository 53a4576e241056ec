//! What is done about each dirty path, from how it looks now. What happened to it only says how carefully to look.
//!
//! | what is seen | class |
//! |---|---|
//! | nothing, from some component down | delete that topmost component (if the policy allows) |
//! | something above the last component is no directory | update that component |
//! | any error but "not there" | stays dirty, is reported, never a deletion |
//! | a directory that was made, moved in or put in place of another | its subtree (by checksum where it replaced one) |
//! | a file whose times say nothing about its content | suspect: by checksum |
//! | excluded | not sent; the nearest kept parent is updated, since its time has changed |
//! | anything else | update |

use std::collections::{BTreeMap, BTreeSet};

use crate::combine::Want;
use crate::facts::{FileKind, Found, Look, RootFacts};
use crate::paths::RelPath;
use crate::plan::SyncPlan;
use crate::queue::Dirt;

/// What a run does with the paths it lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// The root directory's own attributes.
    Root,
    /// Send if size or time (to the nanosecond) differ.
    Update,
    /// Send if the checksum differs.
    Suspect,
    /// Send all below.
    Subtree,
    /// Send all below whose checksum differs.
    SubtreeChecked,
    /// Remove at the target.
    Delete,
    /// Changed its type, and with it from kept to excluded: remove by filters, since it is not missing.
    Flip,
}

/// One run to make: its class, its paths, and the dirty entries that depend on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// What is done.
    pub class: Class,
    /// With what, sorted. Never ends in a slash.
    pub paths: Vec<RelPath>,
    /// Which entries are done by it.
    pub entries: Vec<RelPath>,
}

/// Everything a batch needs.
#[derive(Debug, Default)]
pub struct Classed {
    /// The runs, none empty, in the order in which they are made.
    pub listings: Vec<Listing>,
    /// Entries that could not be looked at, with the errno.
    pub errors: Vec<(RelPath, i32)>,
    /// Modification times of the regular files that are listed, as seen.
    pub mtimes: Vec<(RelPath, i128)>,
    /// Removed and written names that are one name to a file system that ignores case: deletions go first.
    pub delete_first: bool,
}

/// What is known of the modification times that were sent before.
pub trait LastSent {
    /// The latest modification time, in nanoseconds, with which this path may have been sent.
    fn mtime_ns(&self, path: &RelPath) -> i128;
}

/// Classes a batch. `looks` are the answers for the batch's paths, in its order.
pub fn classify(
    plan: &SyncPlan,
    root: &RootFacts,
    batch: &[(RelPath, Dirt)],
    looks: &[Look],
    last: &dyn LastSent,
) -> Classed {
    let mut sorter = Sorter { plan, root, last, lists: BTreeMap::new(), out: Classed::default() };
    for ((path, dirt), look) in batch.iter().zip(looks) {
        sorter.one(path, dirt, look);
    }
    sorter.finish()
}

struct Sorter<'a> {
    plan: &'a SyncPlan,
    root: &'a RootFacts,
    last: &'a dyn LastSent,
    /// Class → listed path → the entries it stands for.
    lists: BTreeMap<Class, BTreeMap<RelPath, BTreeSet<RelPath>>>,
    out: Classed,
}

impl Sorter<'_> {
    fn one(&mut self, entry: &RelPath, dirt: &Dirt, look: &Look) {
        match look {
            Look::Error(errno) => self.out.errors.push((entry.clone(), *errno)),
            Look::Blocked { at } if self.plan.excludes(at, false) => self.touch_parent(at, entry),
            Look::Blocked { at } => self.list(Class::Update, at, entry),
            Look::Missing { top } => self.missing(top, entry, dirt),
            Look::Found(found) => self.found(entry, dirt, found),
        }
    }

    fn missing(&mut self, top: &RelPath, entry: &RelPath, dirt: &Dirt) {
        // A pattern such as `x/` excludes a directory only, and rsync takes a missing name for no directory: what it once was counts.
        let (was_dir, was_file) = if top == entry { (dirt.was_dir, dirt.was_file) } else { (true, false) };
        let (dir_out, file_out) = (self.plan.excludes(top, true), self.plan.excludes(top, false));
        let excluded = (was_dir && dir_out) || (was_file && file_out);
        // It may have been either, of which one is left out: the far side sees which it is.
        let unsure = was_dir && was_file && dir_out != file_out;
        // What was only guessed may name a stranger.
        let seen = top != entry || dirt.was_dir || dirt.was_file;
        if seen && (!excluded || unsure) && self.plan.delete.while_running() && !top.is_root() {
            self.list(if unsure { Class::Flip } else { Class::Delete }, top, entry);
        } else {
            self.touch_parent(top, entry);
        }
    }

    fn found(&mut self, entry: &RelPath, dirt: &Dirt, found: &Found) {
        let dir = found.kind == FileKind::Dir;
        if self.plan.rsync.one_file_system && found.dev != self.root.dev {
            return;
        }
        if entry.is_root() {
            let class = match (dirt.subtree, dirt.replaced) {
                (true, true) => Class::SubtreeChecked,
                (true, false) => Class::Subtree,
                (false, _) => Class::Root,
            };
            return self.list(class, entry, entry);
        }
        if self.plan.excludes(entry, dir) {
            let other = if dir {
                dirt.was_file && !self.plan.excludes(entry, false)
            } else {
                dirt.was_dir && !self.plan.excludes(entry, true)
            };
            if other && self.plan.delete.while_running() {
                self.list(Class::Flip, entry, entry);
            }
            return self.touch_parent(entry, entry);
        }
        if dir {
            // Removed, and yet there: put in its place by an exchange.
            let replaced = dirt.replaced || dirt.want == Want::Delete;
            let class = match (dirt.subtree || dirt.want == Want::Delete, replaced) {
                (true, true) => Class::SubtreeChecked,
                (true, false) => Class::Subtree,
                (false, _) => Class::Update,
            };
            return self.list(class, entry, entry);
        }
        if found.kind == FileKind::File {
            self.out.mtimes.push((entry.clone(), found.mtime_ns));
        }
        let class = if self.suspect(entry, dirt, found) { Class::Suspect } else { Class::Update };
        self.list(class, entry, entry);
        for link in &found.links {
            if !self.plan.excludes(link, false) {
                self.out.mtimes.push((link.clone(), found.mtime_ns));
                self.list(class, link, entry);
            }
        }
    }

    fn suspect(&self, entry: &RelPath, dirt: &Dirt, found: &Found) -> bool {
        if found.kind != FileKind::File {
            return false;
        }
        let old_time = dirt.content_at_ms.is_some_and(|at| found.mtime_ns < (i128::from(at) - 2_000) * 1_000_000);
        let not_newer = dirt.content_at_ms.is_some() && found.mtime_ns <= self.last.mtime_ns(entry);
        dirt.replaced || dirt.want == Want::Delete || old_time || not_newer
    }

    /// The nearest directory above that is kept: its time has changed.
    fn touch_parent(&mut self, path: &RelPath, entry: &RelPath) {
        let parent = self.plan.kept_parent(path);
        let class = if parent.is_root() { Class::Root } else { Class::Update };
        self.list(class, &parent, entry);
    }

    fn list(&mut self, class: Class, path: &RelPath, entry: &RelPath) {
        // What per-directory filter files decide is judged alike only by a walk: the whole directory goes.
        let by_walk = self.plan.matcher.needs_dir_files() && matches!(class, Class::Update | Class::Suspect);
        let (class, path) = if by_walk {
            let checked = if class == Class::Suspect { Class::SubtreeChecked } else { Class::Subtree };
            (checked, path.parent().unwrap_or_else(RelPath::root))
        } else {
            (class, path.clone())
        };
        let (class, path) = self.fit(class, path);
        self.lists.entry(class).or_default().entry(path).or_default().insert(entry.clone());
    }

    /// Beside per-directory filter files a list is read line by line, and a name with an end of line in it would be read as
    /// others: the directory above that has none goes whole instead. Under 'running' that removes nothing.
    fn fit(&self, class: Class, path: RelPath) -> (Class, RelPath) {
        if !self.plan.matcher.needs_dir_files() || !breaks_lines(&path) || class == Class::Flip {
            return (class, path);
        }
        let strangers_stay = self.plan.delete == crate::config::DeletePolicy::Running;
        let wider = if class == Class::SubtreeChecked && !strangers_stay { class } else { Class::Subtree };
        let mut above = path;
        while breaks_lines(&above) {
            above = above.parent().unwrap_or_else(RelPath::root);
        }
        (wider, above)
    }

    fn finish(mut self) -> Classed {
        self.cover();
        self.topmost(Class::Delete);
        self.out.delete_first = self.folds();
        let mut order =
            vec![Class::Update, Class::Suspect, Class::Subtree, Class::SubtreeChecked, Class::Root, Class::Flip];
        order.insert(if self.out.delete_first { 0 } else { order.len() }, Class::Delete);
        for class in order {
            let Some(list) = self.lists.remove(&class).filter(|l| !l.is_empty()) else { continue };
            let entries: BTreeSet<RelPath> = list.values().flatten().cloned().collect();
            let paths = list.into_keys().collect();
            self.out.listings.push(Listing { class, paths, entries: entries.into_iter().collect() });
        }
        self.out
    }

    /// What a subtree run brings along need not be listed beside it.
    fn cover(&mut self) {
        self.topmost(Class::Subtree);
        self.topmost(Class::SubtreeChecked);
        let under = |class: Class, covered: &[Class], sorter: &mut Sorter<'_>| {
            let tops: Vec<RelPath> = sorter.lists.get(&class).map(|l| l.keys().cloned().collect()).unwrap_or_default();
            for small in covered {
                for top in &tops {
                    sorter.fold_into(*small, class, top);
                }
            }
        };
        let mut by_checked = vec![Class::Update, Class::Suspect, Class::Subtree];
        if subtree_deletes(self.plan, Class::SubtreeChecked) {
            by_checked.push(Class::Delete);
        }
        under(Class::SubtreeChecked, &by_checked, self);
        let mut by_subtree = vec![Class::Update];
        if subtree_deletes(self.plan, Class::Subtree) {
            by_subtree.push(Class::Delete);
        }
        under(Class::Subtree, &by_subtree, self);
        if [Class::Update, Class::Suspect, Class::Subtree, Class::SubtreeChecked, Class::Delete]
            .iter()
            .any(|c| self.lists.get(c).is_some_and(|l| !l.is_empty()))
        {
            // Any listed path carries the root's attributes: it is an implied entry.
            self.root_rides_along();
        }
    }

    fn root_rides_along(&mut self) {
        let Some(root) = self.lists.remove(&Class::Root) else { return };
        for class in [Class::Update, Class::Suspect, Class::Subtree, Class::SubtreeChecked, Class::Delete] {
            if let Some(carrier) = self.lists.get_mut(&class).and_then(|l| l.values_mut().next()) {
                carrier.extend(root.into_values().flatten());
                return;
            }
        }
    }

    fn fold_into(&mut self, small: Class, class: Class, top: &RelPath) {
        let Some(list) = self.lists.get_mut(&small) else { return };
        let within: Vec<RelPath> =
            list.range(top.clone()..).map(|(p, _)| p).take_while(|p| p.is_within(top)).cloned().collect();
        let mut moved = BTreeSet::new();
        for path in within {
            moved.extend(list.remove(&path).unwrap_or_default());
        }
        if let Some(entries) = self.lists.get_mut(&class).and_then(|l| l.get_mut(top)) {
            entries.extend(moved);
        }
    }

    /// Leaves only the topmost paths of a class: one inside another adds nothing, and for missing ones does harm.
    fn topmost(&mut self, class: Class) {
        let Some(list) = self.lists.remove(&class) else { return };
        let mut kept: BTreeMap<RelPath, BTreeSet<RelPath>> = BTreeMap::new();
        let mut last: Option<RelPath> = None;
        for (path, entries) in list {
            match &last {
                Some(top) if path.is_within(top) => kept.entry(top.clone()).or_default().extend(entries),
                _ => {
                    last = Some(path.clone());
                    kept.insert(path, entries);
                }
            }
        }
        self.lists.insert(class, kept);
    }

    fn folds(&self) -> bool {
        let fold = |p: &RelPath| String::from_utf8_lossy(p.bytes()).to_lowercase();
        let Some(deleted) = self.lists.get(&Class::Delete) else { return false };
        let gone: BTreeSet<String> = deleted.keys().map(fold).collect();
        let written = [Class::Update, Class::Suspect, Class::Subtree, Class::SubtreeChecked];
        written.iter().filter_map(|c| self.lists.get(c)).flat_map(BTreeMap::keys).any(|p| gone.contains(&fold(p)))
    }
}

/// rsync ends a line at either.
pub fn breaks_lines(path: &RelPath) -> bool {
    path.bytes().iter().any(|b| matches!(b, b'\n' | b'\r'))
}

/// Whether a subtree run removes at the target what is not in the source. Under 'running' only a directory that took the
/// place of one already mirrored: in any other a stranger of the same name would lose its content.
pub fn subtree_deletes(plan: &SyncPlan, class: Class) -> bool {
    use crate::config::DeletePolicy::{Always, Running};
    plan.delete == Always || (plan.delete == Running && class == Class::SubtreeChecked)
}
