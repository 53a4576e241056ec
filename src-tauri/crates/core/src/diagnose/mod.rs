//! What went wrong, and what follows: exit status and output of an rsync run → [`Diagnosis`].
//!
//! The exit code decides what may be counted as done; the recognised lines decide what to tell and how soon to try
//! again. Where both disagree the more careful one wins: nothing is done unless rsync said 0 or 24.

mod codes;
mod line;
mod mapper;
mod native;
mod output;
mod sentence;
mod signs;
mod ssh_signs;
mod stdout;
mod stems;

pub use codes::{FailureCode, Outcome, RetryClass};
pub use line::Side;
pub use mapper::PathMapper;
pub use output::{Counts, FailedPath, OUT_FORMAT, OutputParser, Report, Stream};
pub use signs::Args;
pub use stdout::{Item, item};
pub use stems::PathWhy;

use crate::config::ExitVerdict;
use crate::mirror::{End, Why};
use crate::paths::show_bytes;
use crate::target::Target;

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// With this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

/// What was run, for the sentences and the few decisions that need it.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Where to.
    pub target: &'a Target,
    /// The source as a person knows it.
    pub source: &'a str,
    /// rsync, as configured.
    pub binary: &'a str,
    /// We asked it to end.
    pub stopped_by_us: bool,
    /// A run of our own on the same module ended less than a second before this one began.
    pub ran_just_before: bool,
}

/// Why it failed, for the catalogue: `failure-CODE` and what its sentences fill in. Always there: `source`,
/// `target`, `host`, `user`, `module`, `output` (rsync's own words, cleaned; empty if it said nothing).
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Failure {
    /// Which one.
    pub code: FailureCode,
    /// What its sentences fill in; already safe to show.
    pub args: Args,
}

/// What follows from a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// What becomes of the listed paths.
    pub outcome: Outcome,
    /// What to tell; `None` if all went well or we stopped it ourselves.
    pub failure: Option<Failure>,
    /// How soon to try again.
    pub retry: RetryClass,
    /// With [`Outcome::Partial`]: not every failed path is known, so all that was listed stays dirty.
    pub all_dirty: bool,
    /// A server that only seemed dead may still finish this run and bring back old content: list the same paths
    /// again after its timeout (or ten minutes), even when a retry has succeeded.
    pub resend_later: bool,
    /// The receiver cannot take missing arguments: remember it for this target and delete by filters.
    pub fallback_f: bool,
    /// The target is full: run the deletions before the updates.
    pub delete_first: bool,
}

impl Diagnosis {
    fn done() -> Diagnosis {
        Diagnosis {
            outcome: Outcome::Done,
            failure: None,
            retry: RetryClass::Nothing,
            all_dirty: false,
            resend_later: false,
            fallback_f: false,
            delete_first: false,
        }
    }

    fn stopped() -> Diagnosis {
        Diagnosis { outcome: Outcome::Again, retry: RetryClass::Normal, ..Diagnosis::done() }
    }

    /// The same with the meaning that the configuration gives this exit `code`.
    pub fn with_override(
        mut self,
        verdict: ExitVerdict,
        code: i32,
        report: &Report,
        context: &Context<'_>,
    ) -> Diagnosis {
        if verdict != ExitVerdict::Ok && !context.stopped_by_us && self.failure.is_none() {
            // A code that is none to rsync is one to this person.
            let mut args = sentence::args(None, report, context);
            args.insert("exit".to_owned(), code.to_string());
            self.failure = Some(Failure { code: FailureCode::Unknown, args });
        }
        match verdict {
            ExitVerdict::Ok => Diagnosis::done(),
            ExitVerdict::Again => {
                self.outcome = Outcome::Again;
                self.retry = RetryClass::Normal;
                self
            }
            ExitVerdict::Die => {
                self.outcome = Outcome::Held;
                self.retry = RetryClass::AfterAnswer;
                self
            }
        }
    }
}

/// What every sentence of a failure may fill in, as far as it is known before anything ran.
pub fn known_args(context: &Context<'_>) -> Args {
    sentence::args(None, &Report::default(), context)
}

/// What follows from how a child ended, or why it never began.
pub fn diagnose(end: &End, context: &Context<'_>) -> Diagnosis {
    match end {
        End::Exited { exit, report, stalled } => exited(*exit, report, *stalled, context),
        End::NotStarted(why) => not_started(why, context),
    }
}

fn exited(exit: Exit, report: &Report, stalled: bool, context: &Context<'_>) -> Diagnosis {
    let code = match exit {
        // On daemons the net of --max-delete ends with 0: the text counts as 25.
        Exit::Code(0 | 24) if !report.causes.contains_key(&FailureCode::TooManyDeletions) => return Diagnosis::done(),
        _ if context.stopped_by_us => return Diagnosis { resend_later: true, ..Diagnosis::stopped() },
        _ if stalled => FailureCode::Stalled,
        Exit::Signal(_) => FailureCode::Killed,
        Exit::Code(code) => cause(code, report),
    };
    let (outcome, retry) = code.verdict();
    let whole = matches!(code, FailureCode::SourceGone | FailureCode::TooManyDeletions);
    let partial = exit == Exit::Code(23) && !stalled && !whole;
    let mut args = sentence::args(report.causes.get(&code), report, context);
    let (Exit::Code(number) | Exit::Signal(number)) = exit;
    args.insert("exit".to_owned(), number.to_string());
    Diagnosis {
        outcome: if partial { Outcome::Partial } else { outcome },
        failure: Some(Failure { code, args }),
        retry: if code == FailureCode::MaxConnections && context.ran_just_before { RetryClass::Quick } else { retry },
        all_dirty: partial && (report.unmapped || report.failed.is_empty()),
        resend_later: stalled || may_still_run(exit, code),
        fallback_f: code == FailureCode::MissingArgsRefused,
        delete_first: code == FailureCode::TargetFull,
    }
}

fn not_started(why: &Why, context: &Context<'_>) -> Diagnosis {
    let (code, told) = match why {
        Why::Stopped => return Diagnosis::stopped(),
        Why::Program { program, errno: ENOENT } => (FailureCode::RsyncMissing, ("binary", program.clone())),
        Why::Program { program, .. } => (FailureCode::RsyncNotExecutable, ("binary", program.clone())),
        Why::System { errno } => (FailureCode::RsyncNotStarted, ("reason", errno.to_string())),
        Why::Secret { code, what } => (
            FailureCode::from_name(code).unwrap_or(FailureCode::PasswordMissing),
            ("path", show_bytes(what.as_bytes())),
        ),
    };
    let known = Args::from([(told.0.to_owned(), told.1)]);
    let (outcome, retry) = code.verdict();
    let args = sentence::args(Some(&known), &Report::default(), context);
    Diagnosis { outcome, failure: Some(Failure { code, args }), retry, ..Diagnosis::done() }
}

/// No such file or directory, the same number on every system we run on.
const ENOENT: i32 = 2;

/// The cause that a failed path points to; `root` if it is the root of the tree itself.
pub(crate) fn of_path(side: Side, why: PathWhy, root: bool) -> FailureCode {
    match (side, why) {
        (Side::Sender, PathWhy::Gone) if root => FailureCode::SourceGone,
        (Side::Sender, PathWhy::Permission) => FailureCode::SourceUnreadable,
        // What was a directory a moment ago is none now: the source went on while rsync walked it.
        (Side::Sender, PathWhy::Conflict) if !root => FailureCode::ChangedWhileRead,
        (Side::Sender, PathWhy::ReadError) => FailureCode::SourceReadError,
        (_, PathWhy::NoSpace) => FailureCode::TargetFull,
        (_, PathWhy::ReadOnly) => FailureCode::TargetReadOnly,
        (_, PathWhy::Permission) => FailureCode::TargetPermission,
        (_, PathWhy::Conflict) => FailureCode::Conflict,
        (_, PathWhy::Changed) => FailureCode::ChangedWhileRead,
        (_, PathWhy::Refused) => FailureCode::TargetExcludes,
        (_, PathWhy::NameRefused) => FailureCode::NameRefused,
        (_, PathWhy::Gone | PathWhy::ReadError | PathWhy::Other) => FailureCode::PartialTransfer,
    }
}

/// The most telling recognised line, else what the exit code alone says.
fn cause(exit: i32, report: &Report) -> FailureCode {
    let best = report.causes.keys().next().copied();
    match (exit, best) {
        (0 | 24 | 25, _) => FailureCode::TooManyDeletions,
        // Which deletions were left out is not said: nothing of such a run is done.
        (23, _) if report.causes.contains_key(&FailureCode::TooManyDeletions) => FailureCode::TooManyDeletions,
        // A missing folder above the target ends the run; in exit 23 it would be one path among others.
        (11, Some(FailureCode::PartialTransfer)) => FailureCode::TargetParentMissing,
        (3, Some(FailureCode::PartialTransfer | FailureCode::Conflict)) => FailureCode::TargetNotAccessible,
        (_, Some(code)) if code < FailureCode::ConnectionLost => code,
        (1, _) => FailureCode::BadOption,
        (2, _) => FailureCode::ProtocolMismatch,
        (3, _) => FailureCode::TargetNotAccessible,
        (4, _) => FailureCode::RefusedOption,
        (5, _) => FailureCode::DaemonRefused,
        (10 | 12, _) => FailureCode::ConnectionLost,
        (11, _) => FailureCode::FileError,
        (14, _) => FailureCode::SshMissing,
        (19 | 20, _) => FailureCode::Interrupted,
        (22, _) => FailureCode::OutOfMemory,
        (23, _) => FailureCode::PartialTransfer,
        (30, _) => FailureCode::IoTimeout,
        (35, _) => FailureCode::ConnectTimeout,
        (125, _) => FailureCode::Killed,
        (126, _) => FailureCode::RemoteRsyncNotExecutable,
        (127, _) => FailureCode::RemoteRsyncMissing,
        (6 | 13 | 21 | 255, _) => FailureCode::ConnectionLost,
        _ => FailureCode::Unknown,
    }
}

/// True if a receiver may have begun and not have ended.
fn may_still_run(exit: Exit, code: FailureCode) -> bool {
    match exit {
        Exit::Signal(_) | Exit::Code(20 | 30) => true,
        Exit::Code(10 | 12 | 255) => matches!(code, FailureCode::ConnectionLost | FailureCode::IoTimeout),
        _ => false,
    }
}
