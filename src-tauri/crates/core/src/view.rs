//! What can be seen from outside: one status for tray, window, command line and status file.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::conditions::{RulePause, Surroundings};
use crate::config::Kind;
use crate::disk::Away;
use crate::hold::{Hold, Rehearsal};
use crate::mirror::SyncKey;

/// How it goes, the worst last. One enum everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// The target has everything.
    Synced,
    /// Something is being brought over, or waits for its time.
    Syncing,
    /// A person stopped it.
    Paused,
    /// A person should look: something failed, or is held to protect data.
    Attention,
    /// Nothing has reached the target for long.
    Failing,
}

impl Health {
    /// `synced`, `syncing`, `paused`, `attention`, `failing`.
    pub fn word(self) -> &'static str {
        match self {
            Health::Synced => "synced",
            Health::Syncing => "syncing",
            Health::Paused => "paused",
            Health::Attention => "attention",
            Health::Failing => "failing",
        }
    }
}

/// What a sync is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Its watches are being put in place.
    Starting,
    /// A full pass is due or runs.
    FullPass,
    /// A batch runs.
    Sending,
    /// Changes wait for their time.
    Waiting,
    /// A run failed; it is tried again later.
    Retrying,
    /// Stopped by itself to protect data, until somebody answers.
    Held,
    /// Stopped by a person, or by a rule of its own.
    Paused,
    /// Its disk is not plugged in: it goes on when it is.
    Away,
    /// Nothing to do.
    Idle,
}

/// The state of everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Status {
    /// The worst of all syncs.
    pub health: Health,
    /// In the order of the configuration.
    pub syncs: Vec<SyncStatus>,
    /// Runs under way.
    pub running: usize,
    /// The program is about to end.
    pub fading: bool,
    /// What is known of power, networks and local time.
    #[serde(default)]
    pub around: Surroundings,
}

/// The state of one sync. Times are wall clock in milliseconds since 1970, UTC.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct SyncStatus {
    /// While the program runs.
    #[serde(skip, default = "no_key")]
    #[cfg_attr(feature = "bindings", ts(skip))]
    pub key: SyncKey,
    /// For ever.
    pub id: String,
    /// What a person calls it.
    pub name: String,
    /// How changes are brought over.
    pub kind: Kind,
    /// The watched folder.
    pub source: String,
    /// Where to, as a person writes it.
    pub target: String,
    /// How it goes.
    pub health: Health,
    /// What it does.
    pub phase: Phase,
    /// Changes that wait or are on their way.
    pub waiting: usize,
    /// When the oldest of them came in.
    pub oldest_ms: Option<i64>,
    /// Everything that changed before is at the target; `None` before the first full pass has ended.
    pub protected_up_to_ms: Option<i64>,
    /// When the last full pass ended well.
    pub last_pass_ms: Option<i64>,
    /// How far the full pass under way is.
    #[serde(default)]
    pub pass: Option<PassProgress>,
    /// What is wrong.
    pub problem: Option<ProblemStatus>,
    /// Paused until then; `Some(None)` until resumed. Left out while it is not paused: JSON's `null` is the latter.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub paused_until_ms: Option<Option<i64>>,
    /// Which rule of its own pauses it.
    #[serde(default)]
    pub paused_by: Option<RulePause>,
    /// Its disk is not plugged in.
    #[serde(default)]
    pub away: Option<Away>,
    /// What waits for somebody's word.
    #[serde(default)]
    pub hold: Option<Hold>,
    /// The last rehearsal that was asked for.
    #[serde(default)]
    pub rehearsal: Option<Rehearsal>,
    /// Directories watched.
    pub dirs: usize,
    /// What the watcher cannot see or polls, as problems.
    pub sight: Vec<crate::problem::Problem>,
    /// Files may remain at the target that were removed while nobody watched (policy `running` after a loss).
    pub may_remain: bool,
    /// Counted since the start.
    pub totals: Totals,
    /// The filter rules in force, as text.
    pub filters: Vec<String>,
}

/// What is there is `Some`, also `null`.
fn there<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(from).map(Some)
}

fn no_key() -> SyncKey {
    SyncKey(0)
}

/// How far a full pass is, over all its parts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct PassProgress {
    /// Files and directories compared, and sent where they differ.
    pub files_done: u64,
    /// So many there are, as far as is known; grows while rsync still lists them. `None`: not known yet.
    pub files_total: Option<u64>,
    /// Bytes of the files sent so far.
    pub bytes: u64,
    /// Bytes sent in a second, lately.
    pub bytes_per_second: u64,
    /// Seconds until it ends, estimated. `None`: too early to say.
    pub seconds_left: Option<u64>,
    /// Parts that ended.
    pub parts_done: u32,
    /// Parts in all: a large tree goes in several.
    pub parts_total: u32,
}

/// A failure that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct ProblemStatus {
    /// The failure's code, see `diagnose`.
    pub code: String,
    /// What its sentence fills in.
    pub args: BTreeMap<String, String>,
    /// The first of the runs in a row that failed.
    pub since_ms: i64,
    /// When it is tried again; `None` if it waits for an answer.
    pub next_try_ms: Option<i64>,
    /// So many runs in a row.
    pub times: u32,
    /// Somebody must act: it does not mend itself.
    #[serde(default)]
    pub needs_person: bool,
    /// Paths that failed, shown, at most ten.
    pub paths: Vec<String>,
}

/// Counts since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Totals {
    /// Runs of rsync.
    pub runs: u64,
    /// Files and directories brought over.
    pub sent: u64,
    /// Removed at the target.
    pub deleted: u64,
    /// Paths that failed.
    pub failed: u64,
}

/// A path that waits, for the status file and lists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct WaitingEntry {
    /// `active` (on its way), `wait`, or `block` (waits for another run).
    pub state: String,
    /// `Create`, `Modify`, `Attrib`, `Delete`, `Init`.
    pub kind: String,
    /// `/`-anchored, a directory ends in `/`, shown.
    pub path: String,
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A sync of this name and id that does nothing.
    pub(crate) fn sync(name: &str, health: Health, phase: Phase) -> SyncStatus {
        SyncStatus {
            key: SyncKey(0),
            id: name.to_owned(),
            name: name.to_owned(),
            kind: Kind::Rsync,
            source: format!("/home/me/{name}"),
            target: "me@nas::home".to_owned(),
            health,
            phase,
            waiting: 0,
            oldest_ms: None,
            protected_up_to_ms: None,
            last_pass_ms: None,
            pass: None,
            problem: None,
            paused_until_ms: None,
            paused_by: None,
            away: None,
            hold: None,
            rehearsal: None,
            dirs: 1,
            sight: Vec::new(),
            may_remain: false,
            totals: Totals::default(),
            filters: Vec::new(),
        }
    }
}
