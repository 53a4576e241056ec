//! What the engine runs: the configuration with every default filled in and every path absolute.
//!
//! [`crate::config::Config`] is what a person wrote; a [`Plan`] is what holds. It is made by `plan_of` from a
//! configuration that the check found no error in.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::config::{DeletePolicy, ExitVerdict, InotifyMode, Kind};
use crate::target::Target;

/// Everything to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What holds for the whole program.
    pub settings: PlanSettings,
    /// The syncs in the order of the configuration.
    pub syncs: Vec<SyncPlan>,
}

/// `settings{}`, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanSettings {
    /// Log file, if any.
    pub logfile: Option<String>,
    /// Tag for syslog.
    pub logident: String,
    /// Facility for syslog: a name or a number.
    pub logfacility: String,
    /// Pid file, if any.
    pub pidfile: Option<String>,
    /// Stay in the foreground.
    pub nodaemon: bool,
    /// Status file, if any.
    pub status_file: Option<String>,
    /// Shortest time between two writes of it.
    pub status_interval: Duration,
    /// Keep trying when the first pass fails.
    pub insist: bool,
    /// Which events count as a change of content.
    pub inotify_mode: InotifyMode,
    /// Cap over all syncs.
    pub max_processes: Option<usize>,
    /// End after the first pass of every sync.
    pub onepass: bool,
}

/// One sync, resolved.
#[derive(Debug, Clone)]
pub struct SyncPlan {
    /// What it is known by for ever (see `decisions`: the written id, else a hash of kind, source and target).
    pub id: String,
    /// What a person calls it: the written name, else `Sync1`, `Sync2`… by position.
    pub name: String,
    /// How changes are brought over.
    pub kind: Kind,
    /// The watched folder: absolute, without a slash at the end (except `/`).
    pub source: String,
    /// Where to.
    pub target: Target,
    /// Longest wait of a change.
    pub delay: Duration,
    /// So many waiting entries start a batch at once.
    pub max_delays: usize,
    /// Cap of this sync.
    pub max_processes: usize,
    /// Full pass at the start.
    pub init: bool,
    /// What is removed at the target.
    pub delete: DeletePolicy,
    /// What is left out; the words for rsync stand in it too.
    pub matcher: crate::filter::Matcher,
    /// The person's meaning of exit codes, over the built-in one.
    pub exit_codes: BTreeMap<u8, ExitVerdict>,
    /// How rsync is called.
    pub rsync: RsyncPlan,
}

/// How rsync is called for one sync.
#[derive(Debug, Clone, PartialEq)]
pub struct RsyncPlan {
    /// The program: a path, or a name to be found in PATH.
    pub binary: String,
    /// The words of every run, without `-r`, filters, delete words and password: short flags joined in one word in a fixed
    /// order, then `_extra` (without its filter words), then long flags in lsyncd's order.
    pub words: Vec<String>,
    /// Words that only full passes and subtree runs get (`-m`, which would lose changes in a batch).
    pub pass_words: Vec<String>,
    /// `--delete-excluded` is asked for.
    pub delete_excluded: bool,
    /// Patterns, anchored at the target's root, of helper directories of our own making that a pass must not
    /// remove (`/tmp/` for `--temp-dir=/tmp/`, `/.bk/` for a relative backup_dir).
    pub protect: Vec<String>,
    /// Modification times are kept: the quick check can be trusted, and `--modify-window` means something.
    pub times: bool,
    /// `append` or `append_verify` is set: runs that compare by checksum leave it out.
    pub append: bool,
    /// Where the module's password comes from.
    pub password: Password,
}

/// Where the password of a daemon's module comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Password {
    /// None is needed: not a daemon, or no user is named.
    None,
    /// The first line of this file.
    File(String),
    /// The OS keyring, under this account (`rsync://USER@HOST:PORT/MODULE`).
    Keyring(String),
}
