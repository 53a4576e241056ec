//! The times of directories, where several runs are under way at once.
//!
//! A run brings the attributes of every directory above what it lists, as they were when it began, and it does so towards its end.
//! Where a name came or went meanwhile, and another run beside it brought that, the directory may have its old time at the
//! target again, whichever of them ends first. So it is listed once more when both are over.

use super::SyncState;
use crate::change::{Change, Kind};
use crate::job::Job;
use crate::mirror::JobId;
use crate::paths::RelPath;
use crate::time::Now;

impl SyncState {
    /// A name came or went: its directory has another time than the runs under way have seen.
    pub(super) fn note_level(&mut self, change: &Change) {
        if self.plan.max_processes < 2 {
            return;
        }
        let to = match &change.kind {
            Kind::Create | Kind::Delete => None,
            Kind::Move(to) => Some(to),
            Kind::Attrib | Kind::Writing | Kind::Modify => return,
        };
        for job in self.jobs.values_mut().filter(|job| job.running) {
            job.levels.extend(to.into_iter().chain([&change.path]).filter_map(RelPath::parent));
        }
    }

    /// A run that brings something ended.
    pub(super) fn run_over(&mut self, now: Now, id: JobId) {
        let Some(paths) = self.jobs.get(&id).map(|job| self.listed_by(job)) else { return };
        let Some(job) = self.jobs.get_mut(&id) else { return };
        let (levels, outdone) = (std::mem::take(&mut job.levels), std::mem::take(&mut job.outdone));
        let others = self.jobs.iter().filter(|(other, job)| **other != id && job.running);
        let beside: Vec<(JobId, Vec<RelPath>)> = others.map(|(other, job)| (*other, self.listed_by(job))).collect();
        for (other, listed) in beside {
            let Some(other) = self.jobs.get_mut(&other) else { continue };
            let both: Vec<RelPath> = levels
                .union(&other.levels)
                .filter(|dir| touches(&paths, dir) && touches(&listed, dir))
                .cloned()
                .collect();
            other.outdone.extend(both);
        }
        for dir in outdone {
            self.one(now, &dir, Kind::Attrib, true);
        }
    }

    fn listed_by(&self, job: &Job) -> Vec<RelPath> {
        let piece = job.part.and_then(|n| self.parts.as_ref()?.paths_of(n));
        piece.map_or_else(|| job.paths_now(), <[RelPath]>::to_vec)
    }
}

/// One of these, sorted, is this directory or lies below it.
fn touches(paths: &[RelPath], dir: &RelPath) -> bool {
    let at = paths.partition_point(|path| path < dir);
    paths.get(at).is_some_and(|path| path.is_within(dir))
}
