//! Many notifications of one event as one: an address, its routes and its neighbours come within a moment.

use std::time::{Duration, Instant};

/// When there has been nothing more for so long, or so long after the first, it is one event.
#[derive(Debug, Clone, Copy)]
pub(super) struct Burst {
    quiet: Duration,
    most: Duration,
    first: Option<Instant>,
    last: Option<Instant>,
}

impl Burst {
    pub(super) fn new(quiet: Duration, most: Duration) -> Burst {
        Burst { quiet, most, first: None, last: None }
    }

    /// One notification.
    pub(super) fn heard(&mut self, now: Instant) {
        self.first.get_or_insert(now);
        self.last = Some(now);
    }

    /// How long to wait for more; `None` while there was nothing.
    pub(super) fn wait(&self, now: Instant) -> Option<Duration> {
        let due = (self.last? + self.quiet).min(self.first? + self.most);
        Some(due.saturating_duration_since(now))
    }

    /// True once for each event, when its time has come.
    pub(super) fn over(&mut self, now: Instant) -> bool {
        let over = self.wait(now).is_some_and(|left| left.is_zero());
        if over {
            (self.first, self.last) = (None, None);
        }
        over
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_are_one_and_those_that_never_end_are_one_after_a_while() {
        let start = Instant::now();
        let at = |ms| start + Duration::from_millis(ms);
        let mut burst = Burst::new(Duration::from_secs(1), Duration::from_secs(5));
        assert_eq!(burst.wait(start), None);
        burst.heard(at(0));
        burst.heard(at(600));
        assert!(!burst.over(at(1_500)) && burst.over(at(1_600)) && !burst.over(at(1_700)));
        let mut said = 0;
        for ms in (10_000..20_000).step_by(500) {
            burst.heard(at(ms));
            said += usize::from(burst.over(at(ms)));
        }
        assert_eq!(said, 1, "ten seconds of it, each half a second: at 15 s");
    }
}
