//! Directories that could not be opened or watched, to be tried again. There may be many, in one place or everywhere: nothing here
//! looks through all of them but [`BlindDirs::due`], when the time of one has come.

use std::collections::HashMap;
use std::time::Instant;

use crate::watch::arena::NodeId;

struct Try {
    again: Instant,
    /// One is under way.
    under_way: bool,
}

/// See the module's head.
#[derive(Default)]
pub(super) struct BlindDirs {
    all: HashMap<NodeId, HashMap<Box<[u8]>, Try>>,
    /// Not later than the next try.
    next: Option<Instant>,
}

impl BlindDirs {
    /// To be tried again then. True if it was not blind before.
    pub fn add(&mut self, parent: NodeId, name: &[u8], again: Instant) -> bool {
        self.sooner(again);
        let one = Try { again, under_way: false };
        self.all.entry(parent).or_default().insert(Box::from(name), one).is_none()
    }

    /// It is to be had, or gone. True if it was blind.
    pub fn remove(&mut self, parent: NodeId, name: &[u8]) -> bool {
        if self.all.is_empty() {
            return false;
        }
        let Some(siblings) = self.all.get_mut(&parent) else { return false };
        let was = siblings.remove(name).is_some();
        if siblings.is_empty() {
            self.all.remove(&parent);
        }
        was
    }

    /// Something changed there: it is tried at once.
    pub fn hurry(&mut self, parent: NodeId, name: &[u8], now: Instant) {
        if let Some(one) = self.all.get_mut(&parent).and_then(|siblings| siblings.get_mut(name)) {
            one.again = now;
            self.sooner(now);
        }
    }

    /// Those to be tried now; no more of them until they are added again. `lives` tells which parents are still there.
    pub fn due(&mut self, now: Instant, lives: impl Fn(NodeId) -> bool) -> Vec<(NodeId, Box<[u8]>)> {
        let mut due = Vec::new();
        if self.next.is_none_or(|next| next > now) {
            return due;
        }
        self.next = None;
        self.all.retain(|parent, _| lives(*parent));
        for (parent, siblings) in &mut self.all {
            for (name, one) in siblings.iter_mut().filter(|(_, one)| !one.under_way) {
                if one.again <= now {
                    one.under_way = true;
                    due.push((*parent, name.clone()));
                } else {
                    self.next = Some(self.next.map_or(one.again, |next| next.min(one.again)));
                }
            }
        }
        due
    }

    /// When to ask what is due.
    pub fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        *self = BlindDirs::default();
    }

    fn sooner(&mut self, at: Instant) {
        self.next = Some(self.next.map_or(at, |next| next.min(at)));
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::watch::arena::Arena;

    #[test]
    fn each_is_tried_when_its_time_has_come_and_once() {
        let mut arena = Arena::new();
        let (root, gone) = (arena.add_root(0, 1), arena.add_root(1, 2));
        arena.remove(gone, &mut Vec::new());
        let lives = |node| arena.is_live(node);
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let mut blind = BlindDirs::default();
        assert!(blind.add(root, b"a", at(10)) && blind.add(root, b"b", at(5)) && blind.add(gone, b"c", at(5)));
        assert!(!blind.add(root, b"a", at(10)), "known");
        assert_eq!(blind.next(), Some(at(5)));
        assert_eq!(blind.due(at(4), lives), []);
        assert_eq!(blind.due(at(5), lives), [(root, Box::from(&b"b"[..]))], "and not what is gone");
        assert_eq!((blind.due(at(6), lives), blind.next()), (vec![], Some(at(10))));
        blind.hurry(root, b"a", at(7));
        assert_eq!(blind.due(at(7), lives).len(), 1);
        assert_eq!(blind.next(), None);
        assert!(!blind.add(root, b"b", at(9)), "it failed again");
        assert_eq!(blind.next(), Some(at(9)));
        assert!(blind.remove(root, b"b") && !blind.remove(root, b"b") && blind.remove(root, b"a"));
        assert_eq!((blind.due(at(20), lives), blind.next()), (vec![], None));
    }
}
