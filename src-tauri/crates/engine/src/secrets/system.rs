//! The passwords of a running program: what was given for this run, else the OS keyring; files as files.

use std::sync::Arc;

use driftless_core::plan::Password;

use super::keyring::Keyring;
use super::memory::Memory;
use super::{SecretProblem, SecretText, Secrets};

/// All places together.
#[derive(Debug)]
pub struct System {
    /// What was given for this run only. It wins over the keyring.
    pub this_run: Arc<Memory>,
    /// The OS keyring.
    pub keyring: Keyring,
}

impl System {
    /// With the platform's keyring, which is not touched before the first question.
    pub fn new() -> System {
        System { this_run: Arc::new(Memory::new()), keyring: Keyring::system() }
    }
}

impl Default for System {
    fn default() -> Self {
        System::new()
    }
}

impl Secrets for System {
    fn resolve(&self, from: &Password) -> Result<SecretText, SecretProblem> {
        match from {
            Password::Keyring(account) => match self.this_run.get(account) {
                Some(password) => Ok(password),
                None => self.keyring.get(account),
            },
            other => self.this_run.resolve(other),
        }
    }
}
