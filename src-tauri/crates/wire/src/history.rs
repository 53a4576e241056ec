//! What was sent, removed and failed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

use crate::Cause;

/// Which runs a page of the history shows.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub struct HistoryFilter {
    /// Of this sync (its id).
    pub sync: Option<String>,
    /// All, or some.
    pub show: HistoryShow,
    /// Older than this entry's id.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// All runs, or some.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum HistoryShow {
    /// All.
    All,
    /// That failed, in whole or part.
    Failed,
    /// That removed something.
    Removed,
}

/// A page of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct HistoryPage {
    /// The newest first.
    pub entries: Vec<HistoryEntry>,
    /// There are older ones.
    pub more: bool,
}

/// One run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// Rises with time.
    pub id: i64,
    /// The sync's id.
    pub sync: String,
    /// And its name now.
    pub name: String,
    /// When it began.
    pub started_ms: i64,
    /// How long it took.
    pub took_ms: i64,
    /// Batch or pass.
    pub what: RunKind,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Files and directories.
    pub sent: u64,
    /// At the target.
    pub removed: u64,
    /// Of the files sent.
    pub bytes: u64,
    /// Why it failed.
    pub problem: Option<Cause>,
    /// Per-file errors by cause.
    pub failures: Vec<FailureGroup>,
    /// Some names, at most ten.
    pub names: Vec<HistoryName>,
}

/// What a run was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// Changes.
    Batch,
    /// A full pass.
    Pass,
    /// Brought back.
    Restore,
    /// Only looked.
    Rehearsal,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum RunOutcome {
    /// All of it.
    Done,
    /// Some of it failed.
    Partial,
    /// Nothing was done.
    Failed,
    /// Ended by ourselves.
    Stopped,
}

/// Per-file errors of one cause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct FailureGroup {
    /// A failure's code, without `failure-`.
    pub code: String,
    /// What its sentence fills in.
    pub args: BTreeMap<String, String>,
    /// How many paths.
    pub count: u64,
    /// At most ten.
    pub paths: Vec<String>,
}

/// A name in the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct HistoryName {
    /// Fit to be shown.
    pub shown: String,
    /// What became of it.
    pub change: Touched,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum Touched {
    /// Brought over.
    Sent,
    /// Removed at the target.
    Removed,
}

/// Three columns of the same length, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Plot {
    /// Start of each span, ms.
    pub at: Vec<i64>,
    /// Sent in it.
    pub bytes: Vec<u64>,
    /// Files sent and removed in it.
    pub changes: Vec<u64>,
}

/// How far back a plot goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum PlotSpan {
    /// A day, by half hours.
    Day,
    /// A month, by days.
    Month,
}
