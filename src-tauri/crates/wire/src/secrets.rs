//! Passwords: where they are kept, and what can be done about it. Never a password itself.

use serde::{Deserialize, Serialize};
#[cfg(test)]
use ts_rs::TS;

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
