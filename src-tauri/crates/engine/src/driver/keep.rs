//! The records, as the loop sees them: found before a plan comes in, written beside it, and done without where the disk hangs.

use std::time::Duration;

use driftless_core::mirror::{Input, SyncKey};
use driftless_core::plan::Plan;
use driftless_core::problem::Problem;
use driftless_core::record::{Marks, Recovered};
use tokio::time::Instant;

use super::Driver;
use crate::record::{ToWrite, Written};

/// Notes that take longer to be written stand on a disk that hangs.
const RECORD_BOUND: Duration = Duration::from_secs(20);

impl Driver {
    /// What is remembered of the syncs that the plan has and the `old` one had not. Small files on a local disk.
    pub(super) fn recover(&mut self, old: &Plan) {
        let Some(keeper) = &self.parts.keeper else { return };
        let plan = self.plan.clone();
        let fresh = plan.syncs.iter().filter(|sync| !old.syncs.iter().any(|known| known.id == sync.id));
        let found: Vec<_> = fresh.filter_map(|sync| Some((sync.id.clone(), keeper.find(&sync.id)?))).collect();
        for (id, found) in found {
            let sync = plan.syncs.iter().find(|sync| sync.id == id);
            if let (Recovered::Past(past), Some(sync)) = (&found, sync)
                && past.marks.as_ref().is_some_and(|marks| marks.ends == Marks::of(sync).ends)
            {
                self.disks.were(&id, &past.roots);
            }
            self.input(Input::Recovered { id, found });
        }
    }

    pub(super) fn record(&mut self, notes: ToWrite) {
        let (sync, seq) = (notes.sync, notes.seq);
        if self.parts.keeper.as_ref().is_some_and(|keeper| keeper.write(notes)) {
            self.unwritten.insert(seq, (sync, Instant::now()));
        } else {
            self.input(Input::Recorded(seq));
        }
    }

    pub(super) fn written(&mut self, Written { sync, seq, problem }: Written) {
        self.unwritten.remove(&seq);
        self.input(Input::Unrecorded { sync, problem });
        self.input(Input::Recorded(seq));
    }

    /// When a disk is slow that has not written yet.
    pub(super) fn slow_at(&self) -> Option<Instant> {
        self.unwritten.values().map(|(_, since)| *since + RECORD_BOUND).min()
    }

    /// A disk that hangs must not hold anything up.
    pub(super) fn do_without_record(&mut self) {
        let slow = |(_, (_, since)): &(&u64, &(SyncKey, Instant))| since.elapsed() >= RECORD_BOUND;
        let slow: Vec<_> = self.unwritten.iter().filter(slow).map(|(seq, (sync, _))| (*seq, *sync)).collect();
        for (seq, sync) in slow {
            self.written(Written { sync, seq, problem: Some(Problem::warning("record-slow")) });
        }
    }
}
