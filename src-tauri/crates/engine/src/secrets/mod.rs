//! Where passwords come from: the OS keyring, a file, or memory for this run only.
//!
//! Rules: a secret lives in [`SecretText`] alone, which is wiped when dropped and prints as nothing. What could not be
//! had is a code and a name, never the secret or a part of it. Everything here blocks (files, D-Bus) for a bounded time;
//! async code calls it through `spawn_blocking`.

pub mod file;
pub mod keyring;
pub mod memory;
pub mod system;

use std::fmt;

use driftless_core::plan::Password;
use secrecy::{ExposeSecret, SecretSlice};

/// A password: bytes, as rsync has it. Wiped when dropped; `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SecretText(SecretSlice<u8>);

impl SecretText {
    /// Takes the bytes over.
    pub fn new(bytes: Vec<u8>) -> SecretText {
        SecretText(SecretSlice::from(bytes))
    }

    /// The bytes, for the one place that hands them to rsync or the keyring.
    pub fn expose(&self) -> &[u8] {
        self.0.expose_secret()
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(…)")
    }
}

/// Why a password could not be had.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {what}")]
pub struct SecretProblem {
    /// One of `keyring-locked`, `keyring-absent`, `keyring-denied`, `keyring-slow`, `keyring-unreadable`,
    /// `password-not-stored`, `password-file-missing`, `password-file-open`, `password-file-owner`,
    /// `password-file-empty`, `password-file-unreadable`; the key of its sentence in the catalogue.
    pub code: &'static str,
    /// The account or the file, fit to be shown.
    pub what: String,
}

impl SecretProblem {
    /// A problem about `what`, which is made fit to be shown.
    pub fn new(code: &'static str, what: &str) -> SecretProblem {
        SecretProblem { code, what: driftless_core::paths::show_bytes(what.as_bytes()) }
    }
}

/// Gives the password of a module. Blocks for a bounded time.
pub trait Secrets: Send + Sync {
    /// The password that `from` names. [`Password::None`] names none: `password-not-stored`.
    fn resolve(&self, from: &Password) -> Result<SecretText, SecretProblem>;
}
