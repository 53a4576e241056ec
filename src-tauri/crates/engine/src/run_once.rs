//! One run apart from the mirror, and what its end means: for a trial, and for reading a target.
//!
//! The same words, password and reasons as a run of the mirror has; no slot, no retry, no record.

use std::os::fd::OwnedFd;
use std::sync::Arc;

use driftless_core::diagnose::{self, Context, Failure, OutputParser, PathMapper, diagnose};
use driftless_core::mirror::End;
use driftless_core::plan::SyncPlan;
use driftless_core::work::CommandSpec;
use tokio::sync::watch;

use crate::run::{Ground, Patience, Stream, run};
use crate::secrets::Secrets;
use crate::ssh;

/// Whose run, and with what.
pub(crate) struct Once<'a> {
    /// The sync.
    pub plan: &'a SyncPlan,
    /// Where its password comes from.
    pub secrets: &'a Arc<dyn Secrets>,
    /// A directory of ours alone.
    pub ground: &'a Ground,
    /// Ends it when it becomes true.
    pub stop: &'a watch::Receiver<bool>,
}

/// How it ended.
pub(crate) struct Done {
    /// As it was.
    pub end: End,
    /// What is wrong, if something is.
    pub failure: Option<Failure>,
    /// It was told to stop.
    pub stopped: bool,
}

impl Once<'_> {
    /// Runs the command in this directory; `also` hears what it writes. Polled on a thread that lives on, see `run`.
    pub async fn run(&self, command: &CommandSpec, dir: Arc<OwnedFd>, mut also: impl FnMut(Stream, &[u8])) -> Done {
        let mut parser = OutputParser::new(PathMapper::new(b"/", &self.plan.target));
        let feed = |stream: Stream, bytes: &[u8]| {
            let from = match stream {
                Stream::Stdout => diagnose::Stream::Stdout,
                Stream::Stderr => diagnose::Stream::Stderr,
            };
            parser.feed(from, bytes);
            also(stream, bytes);
        };
        let patience = Patience::default();
        let ended = run(command, Some(dir), self.secrets.clone(), self.ground, patience, self.stop.clone(), feed).await;
        let mut end = match ended {
            Ok(ended) => End::Exited { exit: ended.exit, report: Box::new(parser.finish()), stalled: ended.stalled },
            Err(why) => End::NotStarted(why),
        };
        if let (End::Exited { report, .. }, Some(call)) = (&mut end, &self.plan.ssh) {
            ssh::explain(report, call, self.ground).await;
        }
        let stopped = *self.stop.borrow();
        let context = Context { stopped_by_us: stopped, ..context(self.plan) };
        let failure = diagnose(&end, &context).failure;
        Done { end, failure, stopped }
    }
}

/// What a failure of this sync's run is told with.
pub(crate) fn context(plan: &SyncPlan) -> Context<'_> {
    Context {
        target: &plan.target,
        source: &plan.source,
        binary: &plan.rsync.binary,
        stopped_by_us: false,
        ran_just_before: false,
    }
}
