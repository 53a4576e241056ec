//! Runs that remove by filters go alone.
//!
//! Such a run goes over the whole level of what it removes: it sends what it finds there, and takes for a stranger what was not
//! there when it began. Beside another run, of a batch or of a part of a pass, it could undo what that one brings. So it waits
//! until nothing else runs: its entries go back and
//! leave with the next batch, which begins when nothing else runs, and nothing begins beside it.

use std::time::Duration;

use super::{Do, SyncState};
use crate::behaviour::classify::Class;
use crate::job::{Job, Purpose};
use crate::mirror::JobId;
use crate::time::Now;

impl SyncState {
    /// Nothing may begin beside what runs, or before what waits for its end.
    pub(super) fn only_one(&self) -> bool {
        let by_filters = |job: &Job| job.class_now() == Some(Class::Flip);
        self.next_alone || self.jobs.values().any(|job| job.alone || by_filters(job))
    }

    /// A batch begins; true if nothing may begin beside it.
    pub(super) fn begins_alone(&mut self, purpose: &Purpose) -> bool {
        *purpose == Purpose::Batch && std::mem::take(&mut self.next_alone)
    }

    /// This run removes by filters, and others are under way.
    pub(super) fn waits_for_others(&self, id: JobId) -> bool {
        let others = self.jobs.iter().any(|(other, job)| *other != id && job.purpose != Purpose::Rehearsal);
        others && self.jobs.get(&id).is_some_and(|job| job.class_now() == Some(Class::Flip))
    }

    /// The entries of this run go in the next batch, which begins when nothing else runs.
    pub(super) fn wait_for_others(&mut self, now: Now, id: JobId) -> Vec<Do> {
        self.next_alone = true;
        let Some(job) = self.jobs.get_mut(&id) else { return Vec::new() };
        let entries = job.entries_now();
        job.listings.pop_front();
        for entry in entries {
            self.entry_failed_at(id, &entry, Duration::ZERO);
        }
        self.look_at_left(now, id)
    }
}
