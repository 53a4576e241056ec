//! The changes of one sync until they are handed on. A change that says what the last one of its path said is left out.
//!
//! A single change goes at once; where more come, they are gathered: one batch each [`Options::batch_age`]. A name that was
//! just made is usually written next, so it waits a moment for that.
//!
//! [`Options::batch_age`]: super::Options::batch_age

use std::collections::HashMap;
use std::time::{Duration, Instant};

use driftless_core::change::{Change, Kind};
use driftless_core::paths::RelPath;

/// The most changes in one batch.
pub(super) const MOST: usize = 4096;
/// So long a new name waits for what is written to it. A link, of which nothing more is heard, is no later than that.
const WRITTEN_SOON: Duration = Duration::from_millis(10);

/// See the module's head.
#[derive(Default)]
pub(super) struct Batch {
    changes: Vec<Change>,
    /// Where the last change of a path stands, as long as no directory moved since.
    last: HashMap<RelPath, usize>,
    since: Option<Instant>,
    /// When the last batch was handed on.
    taken: Option<Instant>,
}

impl Batch {
    /// When the oldest change in it came.
    pub fn since(&self) -> Option<Instant> {
        self.since
    }

    /// When it is to be handed on, if nothing more is known to come; `age`: the time between two batches, and the longest wait.
    pub fn due(&self, age: Duration) -> Option<Instant> {
        let since = self.since?;
        let pause = match self.changes.last().map(|change| (&change.kind, change.dir)) {
            Some((Kind::Create, false)) => WRITTEN_SOON.min(age),
            Some((Kind::Writing, _)) => age,
            _ => Duration::ZERO,
        };
        Some((since + pause).max(self.taken.map_or(since, |taken| taken + age)))
    }

    pub fn is_full(&self) -> bool {
        self.changes.len() >= MOST
    }

    pub fn push(&mut self, change: Change, now: Instant) {
        if let Some(&at) = self.last.get(&change.path)
            && let Some(before) = self.changes.get_mut(at)
        {
            if *before == change {
                return;
            }
            // Written, closed, written again: only how it stands now matters.
            let content = |kind: &Kind| matches!(kind, Kind::Writing | Kind::Modify);
            if content(&before.kind) && content(&change.kind) && before.dir == change.dir {
                before.kind = change.kind;
                return;
            }
        }
        // Paths below a directory that came or went mean other files than before.
        if change.dir && matches!(change.kind, Kind::Create | Kind::Delete | Kind::Move(_)) {
            self.last.clear();
        }
        if let Kind::Move(to) = &change.kind {
            self.last.remove(to);
        }
        self.last.insert(change.path.clone(), self.changes.len());
        self.changes.push(change);
        self.since.get_or_insert(now);
    }

    pub fn take(&mut self, now: Instant) -> Vec<Change> {
        self.since = None;
        self.taken = Some(now);
        self.last = HashMap::new();
        std::mem::take(&mut self.changes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(path: &str, kind: Kind, dir: bool) -> Change {
        Change { path: RelPath::new(path.as_bytes()).unwrap(), kind, dir }
    }

    fn pushed(changes: Vec<Change>) -> Vec<Change> {
        let mut batch = Batch::default();
        let now = Instant::now();
        changes.into_iter().for_each(|c| batch.push(c, now));
        batch.take(now)
    }

    #[test]
    fn writes_to_two_files_in_turn_become_two_changes() {
        let mut all = Vec::new();
        for _ in 0..1000 {
            all.push(change("a", Kind::Modify, false));
            all.push(change("b", Kind::Modify, false));
        }
        assert_eq!(pushed(all).len(), 2);
    }

    #[test]
    fn what_is_closed_is_no_longer_being_written() {
        let got = pushed(vec![change("a", Kind::Writing, false), change("a", Kind::Modify, false)]);
        assert_eq!(got, vec![change("a", Kind::Modify, false)]);
    }

    #[test]
    fn the_order_of_delete_and_create_stays() {
        let all = vec![
            change("a", Kind::Create, false),
            change("a", Kind::Delete, false),
            change("a", Kind::Create, false),
            change("a", Kind::Delete, false),
        ];
        assert_eq!(pushed(all.clone()), all);
    }

    #[test]
    fn nothing_is_merged_across_a_move() {
        let to = |p: &str| Kind::Move(RelPath::new(p.as_bytes()).unwrap());
        let all = vec![
            change("d/f", Kind::Modify, false),
            change("d", to("e"), true),
            change("d", Kind::Create, true),
            change("d/f", Kind::Modify, false),
            change("x", Kind::Modify, false),
            change("y", to("x"), false),
            change("x", Kind::Modify, false),
        ];
        assert_eq!(pushed(all.clone()), all);
    }

    #[test]
    fn the_first_goes_at_once_and_those_behind_it_together() {
        let age = Duration::from_millis(50);
        let start = Instant::now();
        let at = |ms: u64| start + Duration::from_millis(ms);
        let mut batch = Batch::default();
        assert_eq!(batch.due(age), None);
        batch.push(change("a", Kind::Modify, false), at(0));
        assert_eq!(batch.due(age), Some(at(0)));
        batch.take(at(0));
        batch.push(change("b", Kind::Modify, false), at(20));
        batch.push(change("c", Kind::Modify, false), at(30));
        assert_eq!(batch.due(age), Some(at(50)), "not before the time between two batches");
        batch.take(at(50));
        batch.push(change("d", Kind::Modify, false), at(100));
        assert_eq!(batch.due(age), Some(at(100)), "it was quiet meanwhile");
    }

    #[test]
    fn what_is_about_to_be_written_waits_for_that() {
        let age = Duration::from_millis(50);
        let start = Instant::now();
        let mut batch = Batch::default();
        batch.push(change("a", Kind::Create, false), start);
        assert_eq!(batch.due(age), Some(start + WRITTEN_SOON));
        batch.push(change("a", Kind::Writing, false), start);
        assert_eq!(batch.due(age), Some(start + age));
        batch.push(change("a", Kind::Modify, false), start);
        assert_eq!(batch.due(age), Some(start), "closed");
        assert_eq!(batch.due(Duration::ZERO), Some(start));
    }
}
