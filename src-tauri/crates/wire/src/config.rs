//! The configuration as the form sees it: sheets, texts, folders, disks, what is left out.

use std::collections::BTreeMap;

use driftless_core::config::Config;
use driftless_core::problem::Problem;
use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

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
