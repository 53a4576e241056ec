//! Which fault comes when: all from the seed.

use std::collections::VecDeque;
use std::time::Duration;

use super::fault::Fault;
use crate::chance::Chance;

/// Faults that still come, and those under way.
pub struct Plan {
    chance: Chance,
    waiting: VecDeque<Fault>,
    under_way: Vec<(Fault, Duration)>,
    next: Duration,
    last: Fault,
}

impl Plan {
    /// Each of `all`, and at the end one of `told`.
    pub fn new(seed: u64, all: Vec<Fault>, told: &[Fault]) -> Plan {
        let mut chance = Chance::new(seed, 2);
        let mut waiting = all;
        for at in (1..waiting.len()).rev() {
            waiting.swap(at, chance.below(at + 1));
        }
        let last = told[chance.below(told.len())];
        let (waiting, next) = (waiting.into(), Duration::from_millis(500));
        Plan { chance, waiting, under_way: Vec::new(), next, last }
    }

    /// What begins and what ends (`true`) now; `None` when all is over.
    pub fn next(&mut self, now: Duration) -> Option<Vec<(Fault, bool)>> {
        if self.waiting.is_empty() && self.under_way.is_empty() {
            return None;
        }
        let over = |(_, until): &(Fault, Duration)| *until <= now;
        let mut due: Vec<(Fault, bool)> = self.under_way.iter().filter(|f| over(f)).map(|f| (f.0, true)).collect();
        self.under_way.retain(|f| !over(f));
        if now >= self.next && self.under_way.len() < 2 {
            let free = |fault: &Fault| self.under_way.iter().all(|(other, _)| other.part() != fault.part());
            if let Some(at) = self.waiting.iter().position(free) {
                due.extend(self.waiting.remove(at).map(|fault| (fault, false)));
                let lasts = Duration::from_millis(300 + self.chance.below(3_000) as u64);
                self.under_way.extend(due.last().map(|(fault, _)| (*fault, now + lasts)));
                self.next = now + Duration::from_millis(800 + self.chance.below(2_500) as u64);
            }
        }
        Some(due)
    }

    /// The one that stays until it is told.
    pub fn last(&self) -> Fault {
        self.last
    }
}
