//! When the watcher is asked to vouch the next time: soon after anything happened, seldom while nothing does, so that a machine
//! at rest is left alone. Whoever wants to know now asks (`Handle::fresh_status`).

use std::time::Duration;

use tokio::time::Instant;

/// After something happened.
const SOON: Duration = Duration::from_secs(10);
/// At rest.
const SELDOM: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(super) struct Pace {
    next: Instant,
    gap: Duration,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Pace {
        Pace { next: now + SOON, gap: SOON }
    }

    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Something happened.
    pub(super) fn stir(&mut self, now: Instant) {
        self.gap = SOON;
        self.next = self.next.min(now + SOON);
    }

    /// Its time has come.
    pub(super) fn ticked(&mut self, now: Instant) {
        self.next = now + self.gap;
        self.gap = (self.gap * 2).min(SELDOM);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_slows_down_at_rest_and_not_while_something_happens() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        let gaps: Vec<u64> = (0..7)
            .map(|_| {
                let now = pace.next();
                pace.ticked(now);
                (pace.next() - now).as_secs()
            })
            .collect();
        assert_eq!(gaps, [10, 20, 40, 80, 160, 300, 300]);
        let now = pace.next() - Duration::from_secs(200);
        pace.stir(now);
        assert_eq!(pace.next() - now, SOON);
        pace.ticked(pace.next());
        pace.stir(pace.next());
        assert_eq!(pace.gap, SOON);
    }
}
