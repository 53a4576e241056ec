//! Keychain (macOS) and Credential Manager (Windows), through `keyring`, whose own choice of store serves there.

use keyring::{Entry, Error};

use super::{Fault, SERVICE, Vault};
use crate::secrets::SecretText;

/// No state: the platform's store is always there.
pub(super) struct Native;

impl Vault for Native {
    fn get(&mut self, account: &str) -> Result<SecretText, Fault> {
        entry(account)?.get_secret().map(SecretText::new).map_err(fault)
    }

    fn set(&mut self, account: &str, password: &SecretText) -> Result<(), Fault> {
        entry(account)?.set_secret(password.expose()).map_err(fault)
    }

    fn delete(&mut self, account: &str) -> Result<(), Fault> {
        entry(account)?.delete_credential().map_err(fault)
    }
}

/// The system asks by itself with the next question.
pub(super) fn unlock(_: std::time::Duration) -> Result<(), Fault> {
    Ok(())
}

fn entry(account: &str) -> Result<Entry, Fault> {
    Entry::new(SERVICE, account).map_err(fault)
}

fn fault(error: Error) -> Fault {
    let code = match error {
        Error::NoEntry => "password-not-stored",
        Error::NoStorageAccess(_) => "keyring-locked",
        Error::NoDefaultStore => "keyring-absent",
        Error::PlatformFailure(_) => "keyring-denied",
        _ => "keyring-unreadable",
    };
    Fault { code }
}
