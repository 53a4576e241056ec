//! The way in for other programs of the same person: a socket in the runtime directory, one for each running
//! configuration, and JSON lines over it.
//!
//! A line asks, a line answers: `{"v":1,"ask":{"do":"pause","sync":"Photos"}}` → `{"v":1,"answer":{"done":["…"]}}`.
//! The sockets are the register of what runs: a name without a listener behind it is a leftover and is passed over.
//! The directory is 0700 and the socket 0600; besides, the system is asked who is at the other end.

mod client;
mod server;

pub use client::{Instance, NoAnswer, find, instances};
pub use server::{Answers, Listener};

use std::path::{Path, PathBuf};

use driftless_core::view::{Status, WaitingEntry};
use serde::{Deserialize, Serialize};

/// The version of these lines.
pub const VERSION: u32 = 1;
/// A longer question ends the connection.
const LONGEST_ASK: usize = 16 * 1024;
/// A longer answer is not read.
const LONGEST_ANSWER: u64 = 64 * 1024 * 1024;
/// At most so many waiting entries come in one answer.
pub const MOST_ENTRIES: usize = 1_000;

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Ask {
    /// How it goes.
    Status,
    /// What waits.
    Waiting {
        /// Id or name.
        sync: String,
        /// Passing over so many.
        #[serde(default)]
        from: usize,
        /// At most so many, and never more than [`MOST_ENTRIES`].
        count: usize,
    },
    /// No new runs.
    Pause {
        /// Id or name; all without.
        #[serde(default)]
        sync: Option<String>,
        /// Ends by itself then: milliseconds since 1970, UTC.
        #[serde(default)]
        until_wall_ms: Option<i64>,
    },
    /// On again.
    Resume {
        /// Id or name; all without.
        #[serde(default)]
        sync: Option<String>,
    },
    /// A full pass now.
    Sync {
        /// Id or name; all without.
        #[serde(default)]
        sync: Option<String>,
    },
    /// What was held may go on.
    Allow {
        /// Id or name.
        sync: String,
    },
    /// A dry run of a full pass; its picture comes with the status.
    Rehearse {
        /// Id or name.
        sync: String,
    },
    /// Run, whatever the rules of power, networks and hours say.
    Anyway {
        /// Id or name; all without.
        #[serde(default)]
        sync: Option<String>,
    },
    /// End, as after the signal TERM.
    Stop,
}

/// What is answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// To [`Ask::Status`].
    Status(Box<Report>),
    /// To [`Ask::Waiting`].
    Waiting(Vec<WaitingEntry>),
    /// Done for the syncs of these ids.
    Done(Vec<String>),
    /// There is no such sync.
    NoSuchSync {
        /// What was asked for.
        asked: String,
        /// What there is.
        known: Vec<String>,
    },
    /// It cannot be answered: why, in a code (`busy`, `ending`, `bad-request`, `version`).
    Refused(String),
}

/// A running instance and its state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Its process.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// Its configuration file, or its syncs if they stood on the command line.
    pub config: String,
    /// The state.
    pub status: Status,
}

#[derive(Debug, Serialize, Deserialize)]
struct Question {
    v: u32,
    ask: Ask,
}

#[derive(Debug, Serialize, Deserialize)]
struct Reply {
    v: u32,
    answer: Answer,
}

const ENDING: &str = "sock";

/// Where the socket of a configuration is; `identity` as for the locks.
pub fn socket_path(runtime_dir: &Path, identity: &str) -> PathBuf {
    runtime_dir.join(format!("{identity}.{ENDING}"))
}

#[cfg(test)]
mod tests;
