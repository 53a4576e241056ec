//! One job of a sync: a look, and the runs that follow from it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use crate::behaviour::classify::Listing;
use crate::paths::RelPath;
use crate::queue::Dirt;

/// What a job is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Purpose {
    /// The whole tree. `startup`: lsyncd's Init; else a recovery, or asked for.
    Pass {
        /// The first one.
        startup: bool,
        /// It removes what is not in the source.
        delete: bool,
    },
    /// What waited.
    Batch,
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
    /// The number of the run under way.
    pub step: u32,
    /// A run is under way.
    pub running: bool,
    /// Entries that did not arrive, and when they may go again.
    pub failed: BTreeMap<RelPath, Duration>,
    /// Modification times of listed files as they were seen.
    pub mtimes: Vec<(RelPath, i128)>,
    /// Something failed on the way.
    pub trouble: bool,
}

impl Job {
    /// A job that has just been decided.
    pub fn new(purpose: Purpose, batch: Vec<(RelPath, Dirt)>) -> Job {
        Job {
            purpose,
            batch,
            listings: VecDeque::new(),
            step: 0,
            running: false,
            failed: BTreeMap::new(),
            mtimes: Vec::new(),
            trouble: false,
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

    /// All entries of the run under way.
    pub fn entries_now(&self) -> Vec<RelPath> {
        self.listings.front().map(|l| l.entries.clone()).unwrap_or_default()
    }

    /// The entries of the run under way and of those that will not be made.
    pub fn entries_left(&self) -> BTreeSet<RelPath> {
        self.listings.iter().flat_map(|l| l.entries.iter().cloned()).collect()
    }
}
