//! When the watcher is asked to vouch the next time: soon after anything happened, seldom while nothing does, so that a machine
//! at rest is left alone. Whoever wants to know now asks (`Handle::fresh_status`).

use std::time::Duration;

use tokio::time::Instant;

/// After something happened.
const SOON: Duration = Duration::from_secs(4);
/// At rest.
const SELDOM: Duration = Duration::from_secs(300);

#[derive(Debug)]
pub(super) struct Pace {
    next: Instant,
}

impl Pace {
    pub(super) fn new(now: Instant) -> Pace {
        Pace { next: now + SOON }
    }

    pub(super) fn next(&self) -> Instant {
        self.next
    }

    /// Something happened.
    pub(super) fn stir(&mut self, now: Instant) {
        self.next = self.next.min(now + SOON);
    }

    /// Its time has come.
    pub(super) fn ticked(&mut self, now: Instant) {
        self.next = now + SELDOM;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_comes_once_after_something_happened_and_then_seldom() {
        let start = Instant::now();
        let mut pace = Pace::new(start);
        assert_eq!(pace.next(), start + SOON);
        pace.ticked(pace.next());
        assert_eq!(pace.next(), start + SOON + SELDOM);
        let later = start + SOON * 3;
        pace.stir(later);
        pace.stir(later + SOON / 2);
        assert_eq!(pace.next(), later + SOON, "while much happens, as often as that");
        pace.ticked(pace.next());
        pace.stir(pace.next());
        assert_eq!(pace.next(), later + SOON + SELDOM, "never later than at rest");
    }
}
