//! This machine: what is needed of it, what it offers, and what others offer to it.

use std::collections::BTreeMap;

use driftless_core::problem::Problem;
use serde::Serialize;
#[cfg(test)]
use ts_rs::TS;

/// A module that an rsync server lists. Foreign text, fit to be shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct ModuleInfo {
    /// Its name.
    pub name: String,
    /// What the server says of it.
    pub comment: String,
}

/// What the program needs, and what of it is there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct DoctorReport {
    /// One after the other.
    pub checks: Vec<DoctorCheck>,
    /// Of directories.
    pub watches: Watches,
}

/// Directories watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Watches {
    /// By this program.
    pub used: u64,
    /// For this person, by all programs; none where the system has no such limit.
    pub limit: Option<u64>,
}

/// One thing that is needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct DoctorCheck {
    /// Key of its sentences: `doctor-ID`.
    pub id: String,
    /// How it stands.
    pub state: CheckState,
    /// What its sentences fill in.
    pub args: BTreeMap<String, String>,
}

/// How something needed stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    /// All right.
    Ok,
    /// It goes on, and something is worth a look.
    Warning,
    /// It is missing.
    Failed,
}

/// This machine as the other end. Its password is not among it.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct ReceiverState {
    /// It answers.
    pub running: bool,
    /// What is received goes there; empty if nobody ever chose.
    pub dir: String,
    /// What the sending machine writes as its target, while it runs.
    pub target: Option<String>,
    /// Everyone in the local network may try; else this machine alone.
    pub network: bool,
    /// Why it does not run although it should.
    pub problem: Option<Problem>,
}
