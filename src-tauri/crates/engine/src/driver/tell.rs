//! How far a run under way is, told once a second at most.

use std::time::{Duration, Instant};

use driftless_core::diagnose::OutputParser;
use driftless_core::mirror::{Input, JobId};
use tokio::sync::mpsc;

/// Not more often than this.
const EVERY: Duration = Duration::from_secs(1);

/// Tells of one run.
pub(super) struct Tell {
    job: JobId,
    step: u32,
    to: mpsc::Sender<Input>,
    next: Instant,
}

impl Tell {
    pub(super) fn new(job: JobId, step: u32, to: mpsc::Sender<Input>) -> Tell {
        Tell { job, step, to, next: Instant::now() + EVERY }
    }

    /// It said something.
    pub(super) fn moved(&mut self, parser: &OutputParser) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        self.next = now + EVERY;
        let Tell { job, step, .. } = *self;
        // Where the loop is busy the next one says it all.
        let _ = self.to.try_send(Input::Moved { job, step, moved: parser.moved() });
    }
}
