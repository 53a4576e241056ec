//! Passwords that live only as long as this process: typed in for this run, or made up by a test.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use driftless_core::plan::Password;

use super::{SecretProblem, SecretText, Secrets};

/// Accounts and their passwords.
#[derive(Debug, Default)]
pub struct Memory(Mutex<HashMap<String, SecretText>>);

impl Memory {
    /// None yet.
    pub fn new() -> Memory {
        Memory::default()
    }

    /// This account has this password from now on.
    pub fn set(&self, account: &str, password: SecretText) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned(), password);
    }

    /// The account's password, if it was set.
    pub fn get(&self, account: &str) -> Option<SecretText> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(account).cloned()
    }

    /// No longer.
    pub fn forget(&self, account: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(account);
    }
}

impl Secrets for Memory {
    fn resolve(&self, from: &Password) -> Result<SecretText, SecretProblem> {
        match from {
            Password::File(path) => super::file::read(path.as_ref()),
            Password::Keyring(account) => {
                self.get(account).ok_or_else(|| SecretProblem::new("password-not-stored", account))
            }
            Password::None => Err(SecretProblem::new("password-not-stored", "")),
        }
    }
}
