//! Renames over ssh: the far side's own `mv`, one call for all of a batch.
//!
//! As with every rename (see `renames`) the runs that follow list both names as ever: what was not moved is sent, what was moved
//! wrongly is corrected. Since the old name goes with the rename itself, none is made where removing is forbidden or a deletion waits
//! for an answer.

use super::renames::Seen;
use super::{Do, SyncState};
use crate::behaviour::ssh_moves::{far_moves, options_allow};
use crate::diagnose::{Diagnosis, Report};
use crate::facts::{FileKind, RootFacts};
use crate::mirror::{End, JobId};
use crate::moves::{Rename, WORTH, judged_alike};
use crate::time::Now;

impl SyncState {
    /// The call for the renames of this batch, which has just been looked at; `None` if none is to be made.
    pub(super) fn far_moves(&mut self, id: JobId, root: &RootFacts, seen: &Seen<'_>, folds: bool) -> Option<Vec<Do>> {
        self.renames_of(id, seen);
        let these = self.movable(id, root, seen, folds);
        let command = far_moves(&self.plan, &these).filter(|_| !these.is_empty());
        let renames = &mut self.jobs.get_mut(&id)?.renames;
        renames.left = Some(Vec::new());
        let command = command?;
        let says: Vec<String> = these.iter().map(moving).collect();
        renames.made = these;
        Some(self.start_rename(id, command, says))
    }

    /// The call ended with a code that the person gave a meaning to (`sshExitCodes`), and that is not well. Then nothing is sent
    /// in its place: the whole batch waits for another try, or for an answer.
    pub(super) fn far_moves_failed(
        &mut self,
        now: Now,
        id: JobId,
        end: &End,
        report: &Report,
        diagnosis: &Diagnosis,
    ) -> Vec<Do> {
        self.give_renames_up(now, id, diagnosis);
        let mut out = self.tell(end, report, diagnosis, false);
        out.extend(self.batch_failed(now, id, diagnosis));
        out
    }

    /// The renames of the batch that the target may make by itself.
    pub(super) fn movable(&self, id: JobId, root: &RootFacts, seen: &Seen<'_>, folds: bool) -> Vec<Rename> {
        // While a pass goes in parts nobody knows what stands under the old name.
        let unasked = self.consent.hold.is_none() && self.queue.withheld() == 0 && self.parts.is_none();
        let orderly = unasked && !folds && !self.delete_first;
        let Some(job) = self.jobs.get(&id) else { return Vec::new() };
        let first = job.made.is_empty() && job.counted.is_none();
        if !(first && orderly && self.plan.delete.while_running() && options_allow(&self.plan)) {
            return Vec::new();
        }
        let worthy = |one: &Rename| {
            seen.found(&one.to).is_some_and(|(dirt, found)| {
                found.dev == root.dev
                    && match found.kind {
                        FileKind::Dir => dirt.dir && dirt.subtree,
                        FileKind::File => found.size >= WORTH && found.links.is_empty(),
                        FileKind::Symlink | FileKind::Special => false,
                    }
            })
        };
        let words = self.plan.matcher.words();
        let alike = |one: &Rename| judged_alike(words, &one.from, &one.to);
        let left = job.renames.left.iter().flatten();
        left.filter(|one| seen.gone(&one.from) && worthy(one) && alike(one)).cloned().collect()
    }
}

/// What the log says of one.
pub(super) fn moving(one: &Rename) -> String {
    format!("Moving /{} -> /{}", one.from.shown(), one.to.shown())
}
