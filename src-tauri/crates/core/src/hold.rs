//! What waits for a person's word: deletions beyond the budget, a first pass that was rehearsed.

use serde::{Deserialize, Serialize};

use crate::picture::Picture;

/// Why it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum HoldWhy {
    /// More would be deleted than the budget allows: deletions wait, copies go on.
    DeleteBudget,
    /// A first pass that may delete has been rehearsed: nothing is done before it is confirmed.
    Rehearsal,
}

impl HoldWhy {
    /// All of them.
    pub const ALL: [HoldWhy; 2] = [HoldWhy::DeleteBudget, HoldWhy::Rehearsal];

    /// Its code: `failure-CODE` is the key of its sentences.
    pub fn code(self) -> &'static str {
        match self {
            HoldWhy::DeleteBudget => "delete-budget",
            HoldWhy::Rehearsal => "rehearsal",
        }
    }
}

/// What waits until it is allowed (`allow`), with what would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Hold {
    /// Why.
    pub why: HoldWhy,
    /// Since when: wall clock, milliseconds.
    pub since_ms: i64,
    /// What would be done. Without one it is just being counted.
    pub picture: Option<Picture>,
    /// So many deletions the budget allows, where it is one.
    pub limit: Option<u64>,
    /// So many removed paths came in later, and wait too.
    pub more: u64,
}

/// A rehearsal that somebody asked for; the last one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Rehearsal {
    /// When it was asked for.
    pub asked_ms: i64,
    /// What would be done now; `None` while it runs, or if it failed.
    pub picture: Option<Picture>,
    /// Why there is no picture: the code of a failure.
    pub failed: Option<String>,
}
