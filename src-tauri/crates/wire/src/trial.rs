//! Whether a target can be reached, step by step.

use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

use crate::Cause;

/// One step of trying a target. `running` comes first, then how it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct TrialStep {
    /// Which.
    pub step: TrialName,
    /// How it stands.
    pub state: TrialState,
    /// For `space`: what is free there, if known.
    pub free_bytes: Option<u64>,
    /// What is wrong.
    pub problem: Option<Cause>,
    /// rsync's or ssh's own words, if any.
    pub output: Option<String>,
}

/// The steps, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum TrialName {
    /// The source can be read.
    Source,
    /// The machine's name means something.
    Resolve,
    /// Something answers there.
    Connect,
    /// It lets us in.
    Login,
    /// The folder is there.
    Folder,
    /// A file can be written and removed.
    Write,
    /// There is room.
    Space,
}

/// How a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum TrialState {
    /// Just begun.
    Running,
    /// It works.
    Ok,
    /// It does not.
    Failed,
    /// Not asked here.
    Skipped,
}
