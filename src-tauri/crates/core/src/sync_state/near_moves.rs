//! Renames of the kind direct: rename(2) at the target, all of a batch in one run, before the others.
//!
//! What holds of the far side's `mv` holds here (see `far_moves`). What was not moved so, because something stands under the new
//! name or the file system refuses, is taken over by rsync as on any other target (see `renames`), or sent.

use std::collections::BTreeSet;

use super::far_moves::moving;
use super::renames::Seen;
use super::{Do, SyncState};
use crate::behaviour::renames::prepare;
use crate::config::Kind;
use crate::diagnose::Report;
use crate::facts::RootFacts;
use crate::mirror::JobId;
use crate::moves::Rename;
use crate::native::{Keep, Native, Task};
use crate::paths::RelPath;
use crate::work::CommandSpec;

impl SyncState {
    /// The run for the renames of this batch, which has just been looked at; `None` if none is to be made so.
    pub(super) fn near_moves(&mut self, id: JobId, root: &RootFacts, seen: &Seen<'_>, folds: bool) -> Option<Vec<Do>> {
        if self.plan.kind != Kind::Direct || self.jobs.get(&id)?.renames.by_name {
            return None;
        }
        let these = self.movable(id, root, seen, folds);
        let job = self.jobs.get_mut(&id)?;
        job.renames.by_name = true;
        if these.is_empty() {
            return None;
        }
        // Where we cannot work ourselves rsync is given nothing to do, and what follows makes up for it.
        let native = Native { task: Task::Move, moves: these.clone(), paths: Vec::new(), keep: Keep::default() };
        let command = CommandSpec { native: Some(Box::new(native)), ..prepare(&self.plan, &[]) };
        let says: Vec<String> = these.iter().map(moving).collect();
        if let Some(left) = job.renames.left.as_mut() {
            left.retain(|one| !these.contains(one));
        }
        job.renames.made = these;
        Some(self.start_rename(id, command, says))
    }

    /// Such a run ended, and names what it did not move: that is left to rsync. False if it was another run.
    pub(super) fn not_all_moved(&mut self, id: JobId, report: &Report) -> bool {
        let Some(job) = self.jobs.get_mut(&id) else { return false };
        let only_this_yet = job.renames.by_name && !job.renames.prepared && job.step == 1;
        if !only_this_yet || report.failed.is_empty() {
            return false;
        }
        let not_moved: BTreeSet<&RelPath> = report.failed.iter().map(|one| &one.path).collect();
        let (others, moved): (Vec<Rename>, Vec<Rename>) =
            std::mem::take(&mut job.renames.made).into_iter().partition(|one| not_moved.contains(&one.to));
        job.renames.made = moved;
        job.renames.left.get_or_insert_default().extend(others);
        true
    }
}
