//! What one run of rsync did, told for the history: how many, how long, ten names, and why what failed failed.
//!
//! Runs that only look (rehearsals, counts) or only age the trash are not told, nor those that found nothing to do.

use std::collections::BTreeMap;
use std::time::Duration;

use driftless_core::diagnose::{Context, FailureCode, PathWhy, diagnose};
use driftless_core::mirror::End;
use driftless_core::work::{Arg, CommandSpec};

use super::job::Ends;

/// So many names are told of a run, and of each cause.
const NAMES: usize = 10;

/// Which kind of work it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Changes.
    Batch,
    /// A full pass, or a part of one.
    Pass,
    /// Brought back from the target: what is "sent" came here.
    Restore,
}

/// See the head of this file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ran {
    /// The sync's id.
    pub sync: String,
    /// When it began: wall clock, milliseconds.
    pub started_ms: i64,
    /// How long it took.
    pub took: Duration,
    /// Of which kind.
    pub kind: Kind,
    /// Files and directories brought over, or changed in attributes.
    pub sent: u64,
    /// Removed at the target.
    pub removed: u64,
    /// Of the files sent.
    pub bytes: u64,
    /// Why it failed: a failure's code, and what its sentence fills in.
    pub cause: Option<(String, BTreeMap<String, String>)>,
    /// Ended by ourselves.
    pub stopped: bool,
    /// Paths that failed, by why: how many, and ten of them.
    pub failed: BTreeMap<&'static str, (u64, Vec<String>)>,
    /// The last names, shown; whether it was removed.
    pub names: Vec<(String, bool)>,
}

/// What is to be remembered of a run before it starts.
#[derive(Debug, Clone, Copy)]
pub(super) struct Begun {
    pub(super) wall_ms: i64,
    pub(super) at: std::time::Instant,
    pass: bool,
    looks_only: bool,
}

impl Begun {
    pub(super) fn now(command: &CommandSpec, wall_ms: i64) -> Begun {
        let has = |word: &str| command.args.iter().any(|arg| matches!(arg, Arg::Word(one) if one == word));
        // A rename at the far side is told by the runs that follow.
        let moves = command.args.iter().any(|arg| matches!(arg, Arg::SshItself { .. }));
        Begun {
            wall_ms,
            at: std::time::Instant::now(),
            pass: command.low,
            looks_only: has("--dry-run") || has("-n") || has("--filter=H *") || moves,
        }
    }

    /// What there is to tell.
    pub(super) fn ran(&self, ends: &Ends, end: &End, stopped: bool) -> Option<Ran> {
        if self.looks_only {
            return None;
        }
        let context = Context {
            target: &ends.target,
            source: &ends.source,
            binary: "rsync",
            stopped_by_us: stopped,
            ran_just_before: false,
        };
        let cause = diagnose(end, &context).failure.map(|failure| (failure.code.as_str().to_owned(), failure.args));
        let mut ran = Ran {
            sync: ends.id.clone(),
            started_ms: self.wall_ms,
            took: self.at.elapsed(),
            kind: if self.pass { Kind::Pass } else { Kind::Batch },
            sent: 0,
            removed: 0,
            bytes: 0,
            cause,
            stopped,
            failed: BTreeMap::new(),
            names: Vec::new(),
        };
        if let End::Exited { report, .. } = end {
            ran.sent = report.counts.sent + report.counts.changed;
            ran.removed = report.counts.deleted;
            ran.bytes = report.counts.sent_bytes;
            for failed in &report.failed {
                let (count, paths) = ran.failed.entry(code_of(failed.why).as_str()).or_default();
                *count += 1;
                if paths.len() < NAMES {
                    paths.push(failed.path.shown());
                }
            }
            let last = report.recent.iter().rev().filter(|item| item.sent || item.deleted).take(NAMES);
            ran.names = last.map(|item| (item.path.shown(), item.deleted)).collect();
        }
        let something = ran.sent + ran.removed > 0 || ran.cause.is_some() || !ran.failed.is_empty();
        something.then_some(ran)
    }
}

/// The failure under which the catalogue tells it.
fn code_of(why: PathWhy) -> FailureCode {
    match why {
        PathWhy::Permission => FailureCode::TargetPermission,
        PathWhy::NoSpace => FailureCode::TargetFull,
        PathWhy::ReadOnly => FailureCode::TargetReadOnly,
        PathWhy::Conflict => FailureCode::Conflict,
        PathWhy::Changed | PathWhy::Gone => FailureCode::ChangedWhileRead,
        PathWhy::ReadError => FailureCode::SourceReadError,
        PathWhy::NameRefused => FailureCode::NameRefused,
        PathWhy::Refused => FailureCode::TargetExcludes,
        PathWhy::Other => FailureCode::FileError,
    }
}
