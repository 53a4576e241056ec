//! What crosses when a person looks for something to bring back.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

/// A state of the target that can be looked into: as it is now, or what was put into the trash then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "camelCase")]
pub struct RestorePoint {
    /// What goes back, unchanged, to name it.
    pub id: String,
    /// When the trash took it; none: as it is now.
    pub at_ms: Option<i64>,
}

/// One folder of such a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct RestoreListing {
    /// Folders first, by name.
    pub entries: Vec<RestoreEntry>,
    /// There are more.
    pub more: bool,
}

/// One entry of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct RestoreEntry {
    /// What goes back, unchanged, to name it.
    pub id: String,
    /// For eyes.
    pub shown: String,
    /// A directory.
    pub dir: bool,
    /// Of a file.
    pub bytes: u64,
    /// Compared with the source as it is.
    pub here: Here,
}

/// How an entry of the target compares with the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum Here {
    /// Size and time are the same.
    Same,
    /// It is another.
    Other,
    /// There is none.
    Missing,
    /// A folder: what is in it was not compared.
    Unknown,
}

/// Where to bring something back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(TS))]
#[serde(rename_all = "kebab-case")]
pub enum RestoreTo {
    /// Into a new folder in the source.
    Beside,
    /// To where it was, over what stands there.
    Over,
}

/// What stands in the source and would be replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Replaced {
    /// How many files.
    pub count: usize,
    /// Some of their names, shown.
    pub names: Vec<String>,
}

/// What was brought back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(test, derive(TS))]
pub struct Restored {
    /// Files, and links and their like.
    pub files: u64,
    /// Of them.
    pub bytes: u64,
    /// The folder where it stands now.
    pub place: String,
}
