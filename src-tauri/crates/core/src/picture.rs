//! What a run would do, as a person sees it before it is done: how many, how large, ten names of each.

use serde::{Deserialize, Serialize};

/// So many names are shown of each part.
pub const NAMES: usize = 10;

/// One part of a [`Picture`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Portion {
    /// How many entries (files, links, directories).
    pub count: u64,
    /// How large they are together; `None` where that is not known (what is only at the target).
    pub bytes: Option<u64>,
    /// The first ten, shown: safe to print. A directory ends in `/`.
    pub names: Vec<String>,
}

/// What a run would do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Picture {
    /// When it was made: wall clock, milliseconds since 1970, UTC.
    pub made_ms: i64,
    /// Would be made at the target.
    pub sent: Portion,
    /// Are at the target and would be changed there: content or attributes.
    pub changed: Portion,
    /// Would be removed at the target.
    pub deleted: Portion,
    /// What the source holds, all told, where it was counted.
    pub source_entries: Option<u64>,
    /// What the target holds before the run, all told, where it was counted.
    pub target_entries: Option<u64>,
}
