//! How many runs at once: over all syncs, and passes per machine.
//!
//! Rules: never more than `maxProcesses`; syncs take turns; one full pass at a time per target's machine; where there is
//! more than one slot a pass leaves one free, so that it never delays another sync's batches.

use std::collections::BTreeMap;

use crate::mirror::JobId;

/// Who runs.
#[derive(Debug, Default)]
pub struct Slots {
    max: Option<usize>,
    running: BTreeMap<JobId, Option<String>>,
}

impl Slots {
    /// The cap over all syncs.
    pub fn limit(&mut self, max: Option<usize>) {
        self.max = max;
    }

    /// Runs under way.
    pub fn running(&self) -> usize {
        self.running.len()
    }

    /// True if a batch may start.
    pub fn free(&self) -> bool {
        self.max.is_none_or(|max| self.running.len() < max)
    }

    /// True if a pass to this machine may start (the empty name is this machine).
    pub fn free_for_pass(&self, machine: &str) -> bool {
        let passes = self.running.values().flatten().count();
        self.free()
            && self.max.is_none_or(|max| max == 1 || passes < max - 1)
            && !self.running.values().flatten().any(|m| m == machine)
    }

    /// A job takes a slot; `pass`: the machine of its target, for a full pass.
    pub fn take(&mut self, job: JobId, pass: Option<String>) {
        self.running.insert(job, pass);
    }

    /// A job is over.
    pub fn give(&mut self, job: JobId) {
        self.running.remove(&job);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pass_leaves_a_slot_and_its_machine_alone() {
        let mut slots = Slots::default();
        slots.limit(Some(3));
        slots.take(JobId(1), Some("nas".into()));
        assert!(!slots.free_for_pass("nas") && slots.free_for_pass("disk"));
        slots.take(JobId(2), Some("disk".into()));
        assert!(!slots.free_for_pass("third") && slots.free());
        slots.take(JobId(3), None);
        assert!(!slots.free());
        slots.give(JobId(3));
        assert!(slots.free());
    }

    #[test]
    fn with_one_slot_a_pass_still_runs() {
        let mut slots = Slots::default();
        slots.limit(Some(1));
        assert!(slots.free_for_pass(""));
        slots.take(JobId(1), Some(String::new()));
        assert!(!slots.free());
    }
}
