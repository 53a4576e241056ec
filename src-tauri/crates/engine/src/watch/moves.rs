//! The kernel's events in the order read, with the two halves of a move brought together.
//!
//! Half a move waits `patience` for its partner, and everything behind it waits too: order is kept. Reading goes on
//! meanwhile, so that many moves to the outside share one wait.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

/// One event as the kernel gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Raw {
    pub wd: i32,
    /// `IN_*` bits.
    pub mask: u32,
    pub cookie: u32,
    pub name: Box<[u8]>,
    /// When it was read.
    pub at: Instant,
}

/// What comes out of the queue.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Any event that is not half of a complete move.
    One(Raw),
    /// Moved: from, to.
    Moved(Raw, Raw),
    /// Everything read before this wall-clock time has come out.
    Mark(i64),
    /// Nothing before this time, unless more is read.
    Wait(Instant),
    /// Nothing left.
    Empty,
}

enum Slot {
    Event(Raw),
    Mark(i64),
    Taken,
}

pub(super) const MOVED_FROM: u32 = 0x40;
pub(super) const MOVED_TO: u32 = 0x80;

/// See the module's head.
pub(super) struct Queue {
    slots: VecDeque<Slot>,
    /// How many slots have left at the front.
    left: u64,
    /// Where the second halves stand, counted from the first slot ever.
    arrivals: HashMap<u32, u64>,
    patience: Duration,
}

impl Queue {
    pub fn new(patience: Duration) -> Queue {
        Queue { slots: VecDeque::new(), left: 0, arrivals: HashMap::new(), patience }
    }

    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    pub fn push(&mut self, raw: Raw) {
        if raw.mask & MOVED_TO != 0 {
            self.arrivals.insert(raw.cookie, self.left + self.slots.len() as u64);
        }
        self.slots.push_back(Slot::Event(raw));
    }

    pub fn mark(&mut self, at_wall_ms: i64) {
        self.slots.push_back(Slot::Mark(at_wall_ms));
    }

    /// When [`Queue::next`] has something to give.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        match self.slots.front()? {
            Slot::Event(raw) if raw.mask & MOVED_FROM != 0 && !self.arrivals.contains_key(&raw.cookie) => {
                Some(raw.at + self.patience)
            }
            _ => Some(now),
        }
    }

    pub fn next(&mut self, now: Instant) -> Next {
        loop {
            if let Some(Slot::Event(raw)) = self.slots.front()
                && raw.mask & MOVED_FROM != 0
                && !self.arrivals.contains_key(&raw.cookie)
                && now < raw.at + self.patience
            {
                return Next::Wait(raw.at + self.patience);
            }
            let Some(slot) = self.slots.pop_front() else { return Next::Empty };
            self.left += 1;
            match slot {
                Slot::Taken => {}
                Slot::Mark(at) => return Next::Mark(at),
                Slot::Event(raw) if raw.mask & MOVED_FROM != 0 => {
                    let partner = self.arrivals.remove(&raw.cookie).and_then(|at| {
                        let slot = self.slots.get_mut(usize::try_from(at - self.left).ok()?)?;
                        match std::mem::replace(slot, Slot::Taken) {
                            Slot::Event(to) => Some(to),
                            other => {
                                *slot = other;
                                None
                            }
                        }
                    });
                    return match partner {
                        Some(to) => Next::Moved(raw, to),
                        None => Next::One(raw),
                    };
                }
                Slot::Event(raw) => {
                    if raw.mask & MOVED_TO != 0 {
                        self.arrivals.remove(&raw.cookie);
                    }
                    return Next::One(raw);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(50);

    fn raw(mask: u32, cookie: u32, at: Instant) -> Raw {
        Raw { wd: 1, mask, cookie, name: Box::from(&b"n"[..]), at }
    }

    #[test]
    fn halves_are_joined_across_reads_and_events_in_between() {
        let t = Instant::now();
        let mut queue = Queue::new(PATIENCE);
        queue.push(raw(MOVED_FROM, 5, t));
        assert_eq!(queue.next(t), Next::Wait(t + PATIENCE));
        queue.push(raw(2, 0, t));
        queue.push(raw(MOVED_TO, 5, t));
        queue.mark(9);
        assert_eq!(queue.next(t), Next::Moved(raw(MOVED_FROM, 5, t), raw(MOVED_TO, 5, t)));
        assert_eq!(queue.next(t), Next::One(raw(2, 0, t)));
        assert_eq!(queue.next(t), Next::Mark(9));
        assert_eq!(queue.next(t), Next::Empty);
    }

    #[test]
    fn many_moves_to_the_outside_share_one_wait() {
        let t = Instant::now();
        let mut queue = Queue::new(PATIENCE);
        for cookie in 0..100 {
            queue.push(raw(MOVED_FROM, cookie, t));
        }
        let later = t + PATIENCE;
        assert_eq!(queue.next(t), Next::Wait(later));
        for cookie in 0..100 {
            assert_eq!(queue.next(later), Next::One(raw(MOVED_FROM, cookie, t)));
        }
        assert_eq!(queue.next(later), Next::Empty);
    }

    #[test]
    fn an_arrival_alone_does_not_wait() {
        let t = Instant::now();
        let mut queue = Queue::new(PATIENCE);
        queue.push(raw(MOVED_TO, 5, t));
        assert_eq!(queue.next(t), Next::One(raw(MOVED_TO, 5, t)));
        assert!(queue.arrivals.is_empty() && queue.is_empty());
    }
}
