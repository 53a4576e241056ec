//! What is being written to the disk, and what waits until it is there.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Effect, SyncKey};

/// Notes on their way to the disk.
#[derive(Debug, Default)]
pub(super) struct Records {
    last: u64,
    open: BTreeMap<u64, SyncKey>,
    /// Those that nothing waits for.
    aside: BTreeSet<u64>,
    /// What may be done only when all notes of its sync up to this one are on the disk.
    held: VecDeque<(u64, SyncKey, Effect)>,
}

impl Records {
    /// The number of the next notes, of this sync.
    pub(super) fn next(&mut self, sync: SyncKey) -> u64 {
        self.last += 1;
        self.open.insert(self.last, sync);
        self.last
    }

    /// The number of notes that nothing waits for: since when something is not at the target, which is told to a person and
    /// decides nothing. A single change would wait for the disk with every run.
    pub(super) fn next_aside(&mut self) -> u64 {
        self.last += 1;
        self.aside.insert(self.last);
        self.last
    }

    /// Gives the effect back if nothing of this sync is on its way; else it waits for that.
    pub(super) fn after(&mut self, sync: SyncKey, effect: Effect) -> Option<Effect> {
        if !self.open.values().any(|s| *s == sync) {
            return Some(effect);
        }
        self.held.push_back((self.last, sync, effect));
        None
    }

    /// These notes are written; what waited for them, in its order.
    pub(super) fn written(&mut self, seq: u64) -> Vec<Effect> {
        self.open.remove(&seq);
        if self.aside.remove(&seq) {
            return Vec::new();
        }
        let mut free = Vec::new();
        let waiting = std::mem::take(&mut self.held);
        for (upto, sync, effect) in waiting {
            if self.open.range(..=upto).any(|(_, s)| *s == sync) {
                self.held.push_back((upto, sync, effect));
            } else {
                free.push(effect);
            }
        }
        free
    }

    /// Nothing is on its way.
    pub(super) fn idle(&self) -> bool {
        self.open.is_empty() && self.aside.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finished(effects: &[Effect]) -> Vec<u8> {
        effects.iter().filter_map(|e| if let Effect::Finished(code) = e { Some(*code) } else { None }).collect()
    }

    #[test]
    fn an_effect_waits_for_all_notes_of_its_sync_that_came_before_it_and_for_no_others() {
        let (a, b) = (SyncKey(1), SyncKey(2));
        let mut records = Records::default();
        assert!(records.after(a, Effect::Finished(0)).is_some());
        let (first, other, second) = (records.next(a), records.next(b), records.next(a));
        assert!(records.after(a, Effect::Finished(1)).is_none());
        assert!(records.after(b, Effect::Finished(2)).is_none());
        let later = records.next(a);
        assert!(records.written(second).is_empty());
        assert_eq!(finished(&records.written(other)), [2]);
        assert_eq!(finished(&records.written(first)), [1]);
        assert!(!records.idle());
        records.written(later);
        assert!(records.idle());
    }

    #[test]
    fn nothing_waits_for_a_mere_time_but_the_end() {
        let sync = SyncKey(1);
        let mut records = Records::default();
        let aside = records.next_aside();
        assert!(records.after(sync, Effect::Finished(0)).is_some() && !records.idle());
        let noted = records.next(sync);
        assert!(records.after(sync, Effect::Finished(1)).is_none());
        assert!(records.written(aside).is_empty());
        assert_eq!(finished(&records.written(noted)), [1]);
        assert!(records.idle());
    }
}
