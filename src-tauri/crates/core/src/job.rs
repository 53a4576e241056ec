//! One job of a sync: a look, and the runs that follow from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::behaviour::classify::{Class, Listing};
use crate::meter::Meter;
use crate::moves::Renames;
use crate::paths::RelPath;
use crate::queue::Dirt;

/// What a job is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The whole tree. `startup`: lsyncd's Init; else a recovery, or asked for.
    Pass {
        /// The first one.
        startup: bool,
        /// It compares times to the nanosecond.
        exact: bool,
        /// It removes what is not in the source.
        delete: bool,
    },
    /// What waited.
    Batch,
    /// A dry run of a full pass that somebody asked for.
    Rehearsal,
    /// What is old leaves the trash.
    Tidy,
}

/// A job under way.
#[derive(Debug)]
pub struct Job {
    /// What for.
    pub purpose: Purpose,
    /// The entries that it took, as they were.
    pub batch: Vec<(RelPath, Dirt)>,
    /// The runs to come; the first one is under way once the look has been answered.
    pub listings: VecDeque<Listing>,
    /// The runs that ended.
    pub made: Vec<Listing>,
    /// The number of the run under way.
    pub step: u32,
    /// A run is under way.
    pub running: bool,
    /// The run under way prepares or makes renames at the target: it brings nothing over by itself.
    pub moving: bool,
    /// The renames of its batch.
    pub renames: Renames,
    /// Entries that did not arrive, and when they may go again.
    pub failed: BTreeMap<RelPath, Duration>,
    /// Entries too large to go with others: they wait again, to go by themselves.
    pub singled: BTreeSet<RelPath>,
    /// Modification times of files as they were seen last.
    pub mtimes: BTreeMap<RelPath, i128>,
    /// Something failed on the way.
    pub trouble: bool,
    /// The run under way is a dry one, to count what would be deleted.
    pub counting: bool,
    /// Of a batch: what this class would delete has been counted.
    pub counted: Option<Class>,
    /// The same of a pass.
    pub pass_counted: bool,
    /// The next run leaves its deletions out: they wait for an answer.
    pub keeps: bool,
    /// Nothing else runs from its begin to its end.
    pub alone: bool,
    /// Where names came or went since its run began.
    pub levels: BTreeSet<RelPath>,
    /// Directories whose times another run brought meanwhile, or older ones.
    pub outdone: BTreeSet<RelPath>,
    /// What is missing is removed by filters: naming it failed.
    pub by_filters: bool,
    /// Of a pass in parts: which part.
    pub part: Option<usize>,
    /// The source was counted for this pass, and so many entries found, if it could be.
    pub census: Option<Option<u64>>,
    /// How far a pass is that goes as a whole.
    pub meter: Meter,
}

impl Job {
    /// A job that has just been decided.
    pub fn new(purpose: Purpose, batch: Vec<(RelPath, Dirt)>) -> Job {
        Job {
            purpose,
            batch,
            listings: VecDeque::new(),
            made: Vec::new(),
            step: 0,
            running: false,
            moving: false,
            renames: Renames::default(),
            failed: BTreeMap::new(),
            singled: BTreeSet::new(),
            mtimes: BTreeMap::new(),
            trouble: false,
            counting: false,
            counted: None,
            pass_counted: false,
            keeps: false,
            alone: false,
            levels: BTreeSet::new(),
            outdone: BTreeSet::new(),
            by_filters: false,
            part: None,
            census: None,
            meter: Meter::default(),
        }
    }

    /// The entries of the run under way that failed with `path`: itself and what holds it; `deep`: what lies in it too.
    pub fn entries_about(&self, path: &RelPath, deep: bool) -> Vec<RelPath> {
        let Some(listing) = self.listings.front() else { return Vec::new() };
        listing
            .entries
            .iter()
            .filter(|e| path.is_within(e) && (!e.is_root() || path.is_root()) || (deep && e.is_within(path)))
            .cloned()
            .collect()
    }

    /// The entry of this path, as it was taken.
    pub fn dirt(&self, path: &RelPath) -> Option<(RelPath, Dirt)> {
        let at = self.batch.binary_search_by(|(p, _)| p.cmp(path)).ok()?;
        self.batch.get(at).cloned()
    }

    /// Takes the runs to make from a look. A class is run once in a job: what belongs to one that was made already, and was
    /// not in it, has changed meanwhile, and is given back to wait for the next job.
    pub fn plan_runs(&mut self, listings: Vec<Listing>) -> Vec<RelPath> {
        let mut late = Vec::new();
        self.listings.clear();
        for listing in listings {
            match self.made.iter().find(|m| m.class == listing.class) {
                Some(made) => {
                    late.extend(listing.entries.into_iter().filter(|e| made.entries.binary_search(e).is_err()))
                }
                None => self.listings.push_back(listing),
            }
        }
        late
    }

    /// The run under way sends more than it lists.
    pub fn walks(&self) -> bool {
        let whole = |l: &Listing| matches!(l.class, Class::Subtree | Class::SubtreeChecked);
        matches!(self.purpose, Purpose::Pass { .. }) || self.listings.front().is_some_and(whole)
    }

    /// All entries of the run under way.
    pub fn entries_now(&self) -> Vec<RelPath> {
        self.listings.front().map(|l| l.entries.clone()).unwrap_or_default()
    }

    /// What the run under way lists, sorted.
    pub fn paths_now(&self) -> Vec<RelPath> {
        self.listings.front().map(|l| l.paths.clone()).unwrap_or_default()
    }

    /// What the run under way lists may have been sent: as a file with the time that was seen, or, if anything else or nothing
    /// was seen there, with one that nobody has seen.
    pub fn sent_now(&self) -> Vec<(RelPath, i128)> {
        let time = |path: &RelPath| self.mtimes.get(path).copied().unwrap_or(i128::MIN);
        self.paths_now().into_iter().map(|path| (path.clone(), time(&path))).collect()
    }

    /// The class of the run under way; none for a pass.
    pub fn class_now(&self) -> Option<Class> {
        self.listings.front().map(|l| l.class)
    }

    /// The entries of the run under way and of those that will not be made.
    pub fn entries_left(&self) -> BTreeSet<RelPath> {
        self.listings.iter().flat_map(|l| l.entries.iter().cloned()).collect()
    }
}
