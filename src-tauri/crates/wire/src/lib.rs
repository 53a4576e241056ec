//! What crosses between the shell and the pages, beside what `core` already has. `bindings.rs` writes it as TypeScript.
//!
//! Names are camelCase, enums kebab-case texts, times milliseconds since 1970 (UTC), sizes bytes. Nothing here holds a secret.

#![warn(missing_docs)]

#[cfg(test)]
mod bindings;
mod machine;
mod restore;

use std::collections::BTreeMap;

use driftless_core::config::Config;
use driftless_core::problem::Problem;
use driftless_core::view::Status;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

pub use machine::{CheckState, DoctorCheck, DoctorReport, ModuleInfo, ReceiverState, Watches};
pub use restore::{Here, Replaced, RestoreEntry, RestoreListing, RestorePoint, RestoreTo, Restored};

/// Everything that a page needs to show itself, in one answer.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// As everywhere.
    pub status: Status,
    /// The application's own.
    pub app: AppFacts,
    /// Why the configuration in the file is not the one that runs, if so.
    pub config_problems: Vec<Problem>,
}

/// What does not change while the program runs, or only by `set_app_settings`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct AppFacts {
    /// Of the program.
    pub version: String,
    /// BCP 47, of the desktop.
    pub system_language: String,
    /// What the person chose.
    pub settings: AppSettings,
    /// What the shell can do; a page without it is not shown.
    pub abilities: Vec<Ability>,
    /// A tray host was seen.
    pub tray: bool,
    /// The configuration's file.
    pub config_file: String,
    /// The person's home.
    pub home: String,
}

/// Something that a page may offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum Ability {
    /// What was sent, removed, failed.
    Activity,
    /// Taking in a foreign configuration.
    Import,
    /// Writing the configuration elsewhere.
    Export,
    /// Starting with the session.
    Autostart,
    /// The desktop shows notifications.
    Notifications,
    /// This machine as the other end of another one's sync.
    Receiver,
    /// What the program needs of the machine.
    Doctor,
    /// Looking into a target, and bringing things back from there.
    Restore,
    /// Having the desktop ask for what unlocks the keyring.
    UnlockKeyring,
}

/// The application's own settings: `[app]` of the configuration, and whether it starts with the session.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct AppSettings {
    /// Starts with the session.
    pub autostart: bool,
    /// Of all texts.
    pub language: driftless_core::config::AppLanguage,
    /// Light or dark.
    pub appearance: driftless_core::config::Appearance,
    /// Which notices are shown.
    pub notify: Notify,
}

/// A switch for each kind of notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
pub struct Notify {
    /// Nothing reaches a target.
    pub failing: bool,
    /// A sync is held to protect data.
    pub held: bool,
    /// A password is missing, refused, or cannot be read.
    pub password: bool,
    /// All is well again.
    pub recovered: bool,
}

/// Told without being asked; at most four a second of each kind.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum HostEvent {
    /// How it goes is another.
    Status {
        /// As everywhere.
        status: Status,
    },
    /// The application's own is another.
    App {
        /// All of it.
        app: AppFacts,
    },
    /// The configuration is another one: saved here, or edited outside.
    Config {
        /// What is wrong with it, if it does not run.
        problems: Vec<Problem>,
    },
    /// Something was added to the history.
    History,
    /// The tray or a notification asks for a place in the window.
    Go {
        /// Its name.
        page: String,
        /// And the sync there.
        sync: Option<String>,
    },
}

/// The configuration as it stands in its file.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct ConfigSheet {
    /// What it says.
    #[cfg_attr(test, ts(type = "Config"))]
    pub config: Config,
    /// Where.
    pub file: String,
    /// Changes with every change of the file; `save` wants the one it was read with.
    pub revision: String,
    /// The file could not be read (then `config` is what runs), or warnings.
    pub problems: Vec<Problem>,
}

/// How a save ended. With errors among `problems` nothing was written.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Saved {
    /// It is in the file, and runs.
    pub saved: bool,
    /// Of the file as it is now.
    pub revision: String,
    /// What the check says.
    pub problems: Vec<Problem>,
}

/// One sync as others write it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Texts {
    /// The words of a full pass, as a shell would take them.
    pub command: String,
    /// Our own file.
    pub toml: String,
    /// lsyncd's.
    pub lsyncd: String,
}

/// A failure as a code and what its sentence fills in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Cause {
    /// A failure's code, without `failure-`.
    pub code: String,
    /// What its sentence fills in.
    pub args: BTreeMap<String, String>,
}

/// A folder that people usually want safe.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct UsualFolder {
    /// Absolute.
    pub path: String,
    /// `documents`, `pictures`, `music`, `videos`, `desktop`, `downloads`, `projects`, or `home`.
    pub role: String,
    /// To be ticked from the start.
    pub ticked: bool,
}

/// A mounted file system that could be a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Disk {
    /// Where it is mounted.
    pub path: String,
    /// What a person calls it.
    pub label: String,
    /// Bytes.
    pub free: u64,
    /// Bytes.
    pub total: u64,
    /// It can be unplugged.
    pub removable: bool,
}

/// Where a password is, never what it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct PasswordState {
    /// `rsync://USER@HOST:PORT/MODULE`; none if the target takes none.
    pub account: Option<String>,
    /// Where it is.
    pub stored: Stored,
    /// Whether the keyring can be used.
    pub keyring: KeyringState,
    /// Where `file` would be, or is.
    pub file: String,
}

/// Where a password is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum Stored {
    /// In the keyring.
    Keyring,
    /// In memory, until the program ends.
    Session,
    /// In a file that only this person can read.
    File,
    /// Nowhere.
    None,
    /// The keyring does not tell.
    Unknown,
}

/// Whether the keyring can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum KeyringState {
    /// It answers.
    Ready,
    /// A person must unlock it.
    Locked,
    /// There is none in this session.
    Absent,
    /// It refuses us.
    Denied,
    /// It does not answer in time.
    Slow,
}

/// Where to keep a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum KeepPassword {
    /// In the keyring.
    Keyring,
    /// In memory, until the program ends.
    Session,
    /// In a file (0600).
    File,
}

/// A foreign configuration, read and not yet taken in.
#[derive(Debug, Clone, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// All that can be carried over.
    #[cfg_attr(test, ts(type = "Config"))]
    pub config: Config,
    /// Where it was read.
    pub file: String,
    /// Its notation.
    pub format: Notation,
    /// What could not be carried over, and what the check says.
    pub problems: Vec<Problem>,
}

/// The two notations of a configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum Notation {
    /// Our own.
    Toml,
    /// lsyncd.conf.
    Lsyncd,
}

/// How much.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Size {
    /// Files, and links and their like.
    pub files: u64,
    /// Directories.
    pub dirs: u64,
    /// Of the files.
    pub bytes: u64,
}

/// What the rules of a draft leave out of its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct ExcludePreview {
    /// Part of the transfer.
    pub sent: Size,
    /// Left out.
    pub excluded: Size,
    /// Rules that leave something out, in the order in which they were met.
    pub rules: Vec<RulePreview>,
    /// False if counting was stopped for time; the figures are "at least".
    pub complete: bool,
}

/// What one rule leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct RulePreview {
    /// As it is read.
    pub rule: String,
    /// Where it stands.
    pub origin: RuleOrigin,
    /// All of it.
    pub size: Size,
    /// At most ten, the largest first.
    pub largest: Vec<SizedName>,
}

/// Where a rule stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct RuleOrigin {
    /// The key of the sync, or empty for a file inside the source.
    pub key: String,
    /// Index in the list, or line of the file; counts from 0.
    pub index: usize,
    /// The file, where it is one.
    pub file: Option<String>,
}

/// A name and how large it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct SizedName {
    /// Fit to be shown.
    pub shown: String,
    /// Bytes.
    pub bytes: u64,
}

/// One entry of the source, and whether it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct SourceEntry {
    /// What goes back, unchanged, to name it.
    pub id: String,
    /// For eyes.
    pub shown: String,
    /// A directory.
    pub dir: bool,
    /// Of a file.
    pub bytes: u64,
    /// Left out.
    pub excluded: bool,
    /// The rule that decides, if one does.
    pub rule: Option<String>,
    /// Where that stands.
    pub origin: Option<RuleOrigin>,
    /// Decided at this folder above (shown), not at the entry itself.
    pub at: Option<String>,
}

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
