//! `[sync.driftless]`: our own keys, apart from lsyncd's. None of them is on unless it is written, but for `verify`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::sync::one_or_many;

/// `[sync.driftless]`: our own keys, apart from lsyncd's.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct DriftlessKeys {
    /// What this sync is known by for ever: history, consent and notices hang on it. Made once, never by position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "identity"))]
    pub id: Option<String>,
    /// What a person calls it. Without one it is `Sync1`, `Sync2`… as in lsyncd.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "identity"))]
    pub name: Option<String>,
    /// Deletions of more than this share of the target's files wait until they are allowed; copies go on. Up to ten files are never
    /// too large a share.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 100), extend("x-group" = "deletions", "x-unit" = "%"))]
    pub delete_share: Option<u32>,
    /// Deletions of more than so many files within ten minutes wait until they are allowed; copies go on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 1_000_000_000), extend("x-group" = "deletions", "x-unit" = "files"))]
    pub delete_count: Option<u32>,
    /// Before a first full pass that may delete: show what it would send, change and delete, and wait until that is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "deletions", "x-default" = false))]
    pub rehearse: Option<bool>,
    /// What is removed or replaced at the target is kept there for so many days, in a folder `.driftless-trash`, to be brought back.
    /// Taken out again, the folder goes with the next full pass that removes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 3_650), extend("x-group" = "deletions", "x-kinds" = ["rsync"], "x-unit" = "days"))]
    pub keep: Option<u32>,
    /// The source is on a disk that comes and goes; while it is away the sync waits calmly. `auto` for the disk it was first seen on,
    /// `UUID=…` for a file system, `UUID=…/folder` for a folder on it, wherever it is mounted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "what", "x-value" = "disk"))]
    pub source_disk: Option<String>,
    /// The same for a target on this machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "where", "x-value" = "disk"))]
    pub target_disk: Option<String>,
    /// After so many days without a full pass everything is compared again, when nothing else is to be done: what was lost or changed at
    /// the target comes back. 0 for never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 3_650), extend("x-group" = "when", "x-default" = 7, "x-unit" = "days"))]
    pub verify: Option<u32>,
    /// These passes compare contents too, which reads all of both sides; else sizes and times.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "when", "x-default" = false))]
    pub verify_contents: Option<bool>,
    /// Only while the machine runs on mains power.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "conditions", "x-default" = false, "x-fact" = "on_mains"))]
    pub only_on_mains: Option<bool>,
    /// Not on networks that are paid for by volume.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "conditions", "x-default" = false, "x-fact" = "metered"))]
    pub not_on_metered: Option<bool>,
    /// Only on networks of these names, as the system shows them.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    #[schemars(extend("x-group" = "conditions", "x-value" = "network", "x-fact" = "networks"))]
    pub only_networks: Vec<String>,
    /// Only in these hours of local time, as `22:00-06:00`, `sat-sun` or `mon-fri 18:00-23:30`.
    #[serde(default, skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    #[schemars(extend("x-group" = "conditions", "x-value" = "hours"))]
    pub only_hours: Vec<String>,
}

impl DriftlessKeys {
    /// True if nothing is written.
    pub fn is_empty(&self) -> bool {
        *self == DriftlessKeys::default()
    }

    /// The guards that ask, as they are for a sync made in the window.
    pub fn asking() -> DriftlessKeys {
        DriftlessKeys {
            delete_share: Some(25),
            delete_count: Some(1_000),
            rehearse: Some(true),
            ..DriftlessKeys::default()
        }
    }
}
