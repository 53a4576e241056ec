//! What a restore did, as a row of the history: it is no job of the driver, so whoever asked for it tells it.

use std::collections::BTreeMap;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use driftless_core::plan::SyncPlan;
use driftless_core::problem::Problem;
use driftless_core::trash::Version;

use crate::driver::{Kind, Ran};
use crate::target_reader::Brought;

/// So many names are told of it.
const NAMES: usize = 10;
/// What stands before the code of a failure where it is a problem's.
const FAILURE: &str = "failure-";
/// The failure's code of what somebody ended.
const INTERRUPTED: &str = "interrupted";

/// A restore that began now.
#[derive(Debug, Clone, Copy)]
pub struct Begun {
    wall_ms: i64,
    at: Instant,
}

impl Begun {
    /// Now.
    pub fn now() -> Begun {
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Begun { wall_ms: i64::try_from(wall.as_millis()).unwrap_or(i64::MAX), at: Instant::now() }
    }

    /// What there is to tell, now that it has ended so.
    pub fn ran(self, plan: &SyncPlan, chosen: &[Version], done: &Result<Brought, Problem>) -> Ran {
        let told = |problem: &Problem| {
            let code = problem.code.strip_prefix(FAILURE).unwrap_or(&problem.code);
            (code.to_owned(), problem.args.clone())
        };
        let cause = done.as_ref().err().map(told);
        let stopped = cause.as_ref().is_some_and(|(code, _)| code == INTERRUPTED);
        let brought = done.as_ref().cloned().unwrap_or_default();
        // Of what broke off nobody knows which names came.
        let names = if done.is_ok() { chosen } else { &[] };
        Ran {
            sync: plan.id.clone(),
            started_ms: self.wall_ms,
            took: self.at.elapsed(),
            kind: Kind::Restore,
            sent: brought.files,
            removed: 0,
            bytes: brought.bytes,
            cause: cause.filter(|_| !stopped),
            stopped,
            failed: BTreeMap::new(),
            names: names.iter().take(NAMES).map(|one| (one.path.shown(), false)).collect(),
        }
    }
}
