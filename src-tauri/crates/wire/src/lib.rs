//! What crosses between the shell and the pages, beside what `core` already has. `bindings.rs` writes it as TypeScript.
//!
//! Names are camelCase, enums kebab-case texts, times milliseconds since 1970 (UTC), sizes bytes. Nothing here holds a secret.

#![warn(missing_docs)]

#[cfg(test)]
mod bindings;
mod config;
mod history;
mod machine;
mod restore;
mod secrets;
mod trial;

use driftless_core::problem::Problem;
use driftless_core::view::Status;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

pub use config::{
    Cause, ConfigSheet, Disk, ExcludePreview, Imported, Notation, RuleOrigin, RulePreview, Saved, Size, SizedName,
    SourceEntry, Texts, UsualFolder,
};
pub use history::{
    FailureGroup, HistoryEntry, HistoryFilter, HistoryName, HistoryPage, HistoryShow, Plot, PlotSpan, RunKind,
    RunOutcome, Touched,
};
pub use machine::{CheckState, DoctorCheck, DoctorReport, ModuleInfo, ReceiverState, Watches};
pub use restore::{Here, Replaced, RestoreEntry, RestoreListing, RestorePoint, RestoreTo, Restored};
pub use secrets::{KeepPassword, KeyringState, PasswordState, Stored};
pub use trial::{TrialName, TrialState, TrialStep};

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
