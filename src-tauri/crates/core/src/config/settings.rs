//! `settings{}` and the application's own.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// lsyncd's `settings{}`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Settings {
    /// File to which log lines are appended. Without one a daemon logs to syslog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "log", "x-value" = "path"))]
    pub logfile: Option<String>,
    /// Name under which lines go to syslog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "log", "x-default" = "driftless"))]
    pub logident: Option<String>,
    /// Facility of syslog: a name such as `user`, `daemon`, `local0`, or its number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>", extend("x-group" = "log", "x-default" = "user", "x-value" = "facility"))]
    pub logfacility: Option<String>,
    /// File that holds the process id while running, locked, so that a second instance is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "process", "x-value" = "path"))]
    pub pidfile: Option<String>,
    /// Stay in the foreground and log to the console too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "process", "x-default" = false))]
    pub nodaemon: Option<bool>,
    /// File to which the state of all syncs is written, whole each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "status", "x-value" = "path"))]
    pub status_file: Option<String>,
    /// Shortest time between two writes of the status file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 86_400), extend("x-group" = "status", "x-default" = 10, "x-unit" = "s"))]
    pub status_interval: Option<f64>,
    /// Keep trying when the first pass fails. `false`: end instead, as lsyncd does unless told otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "process", "x-default" = true))]
    pub insist: Option<bool>,
    /// Which events count as a change of content: when a written file is closed, at every write, or both.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "watching", "x-default" = "CloseWrite"))]
    pub inotify_mode: Option<InotifyMode>,
    /// How many transfers may run at once over all syncs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1_000), extend("x-group" = "limits", "x-unit" = "processes"))]
    pub max_processes: Option<u32>,
    /// With so many changes waiting a sync starts without waiting for `delay`; for syncs that name no number of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 10_000_000), extend("x-group" = "limits", "x-default" = 1_000, "x-unit" = "changes"))]
    pub max_delays: Option<u32>,
    /// Do the first pass of every sync, then end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "process", "x-default" = false))]
    pub onepass: Option<bool>,
}

impl Settings {
    /// True if nothing is written.
    pub fn is_empty(&self) -> bool {
        *self == Settings::default()
    }
}

/// Which inotify events count as a change of content.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum InotifyMode {
    /// When a file that was open for writing is closed.
    #[default]
    CloseWrite,
    /// At every write.
    Modify,
    /// At both.
    #[serde(rename = "CloseWrite or Modify")]
    CloseWriteOrModify,
}

impl InotifyMode {
    /// As written in a file.
    pub fn word(self) -> &'static str {
        match self {
            InotifyMode::CloseWrite => "CloseWrite",
            InotifyMode::Modify => "Modify",
            InotifyMode::CloseWriteOrModify => "CloseWrite or Modify",
        }
    }
}

/// `[app]`: what lsyncd does not know.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct App {
    /// Version of the file's layout; 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = 1), extend("x-group" = "file", "x-default" = 1))]
    pub schema: Option<u32>,
    /// Language of the window and the notifications.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "window", "x-default" = "system"))]
    pub language: Option<AppLanguage>,
    /// Light or dark.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "window", "x-default" = "system"))]
    pub appearance: Option<Appearance>,
    /// Tell when nothing has reached a target for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "notifications", "x-default" = true))]
    pub notify_failing: Option<bool>,
    /// Tell when a sync is held to protect data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "notifications", "x-default" = true))]
    pub notify_held: Option<bool>,
    /// Tell when a password is missing, refused, or cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "notifications", "x-default" = true))]
    pub notify_password: Option<bool>,
    /// Tell when all is well again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("x-group" = "notifications", "x-default" = true))]
    pub notify_recovered: Option<bool>,
}

/// Language of the window.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub enum AppLanguage {
    /// The desktop's, where there is a catalogue for it.
    #[default]
    #[serde(rename = "system")]
    System,
    /// English.
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Appearance {
    /// As the desktop.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl App {
    /// True if nothing is written.
    pub fn is_empty(&self) -> bool {
        *self == App::default()
    }
}
