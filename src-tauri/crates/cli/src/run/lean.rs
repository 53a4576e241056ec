//! When a daemon gives back what only its start needed: once, when everything is watched and nothing runs.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use driftless_core::view::{Phase, Status};
use tokio::time::Instant;

/// What is said and noted at that moment comes first.
const SETTLED: Duration = Duration::from_millis(10);

/// See the module's head.
#[derive(Debug)]
pub struct Lean {
    at: Option<Instant>,
    wanted: Arc<AtomicBool>,
}

impl Lean {
    /// Before the start.
    pub fn new() -> Lean {
        Lean { at: None, wanted: Arc::new(AtomicBool::new(true)) }
    }

    /// Whether it is still to hear of the status.
    pub fn wanted(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.wanted)
    }

    /// The status is another one.
    pub fn changed(&mut self, status: &Status, now: Instant) {
        let busy = |phase: Phase| matches!(phase, Phase::Starting | Phase::FullPass | Phase::Sending);
        let at_rest = status.running == 0 && !status.syncs.iter().any(|sync| busy(sync.phase));
        self.at = (at_rest && self.wanted.load(Ordering::Relaxed)).then(|| now + SETTLED);
    }

    /// When to call [`Lean::give_back`].
    pub fn due(&self) -> Option<Instant> {
        self.at
    }

    /// Does it; never again.
    pub fn give_back(&mut self) {
        self.at = None;
        self.wanted.store(false, Ordering::Relaxed);
        driftless_engine::spare::give_back();
    }
}

#[cfg(test)]
mod tests {
    use driftless_core::conditions::Surroundings;
    use driftless_core::view::Health;

    use super::*;

    #[test]
    fn it_waits_for_what_runs_and_comes_once() {
        let status = |running| Status {
            health: Health::Syncing,
            syncs: Vec::new(),
            running,
            fading: false,
            around: Surroundings::default(),
        };
        let mut lean = Lean::new();
        let now = Instant::now();
        lean.changed(&status(1), now);
        assert_eq!(lean.due(), None);
        lean.changed(&status(0), now);
        assert_eq!(lean.due(), Some(now + SETTLED));
        lean.changed(&status(1), now);
        assert_eq!(lean.due(), None, "it began to run");
        lean.changed(&status(0), now);
        lean.give_back();
        lean.changed(&status(0), now);
        assert_eq!(lean.due(), None);
        assert!(!lean.wanted().load(Ordering::Relaxed), "nobody is woken for it any more");
    }
}
