//! The Secret Service of a Linux or BSD desktop (GNOME Keyring, KWallet, KeePassXC), over D-Bus.
//!
//! Rules: before the store is asked, a look without side effects tells whether what we want is locked, since the store
//! would unlock it and so open a prompt that nobody may be there to answer. Connection and store are made anew for each
//! question: the service may come later than we do, go, or be another one after that, and a question is rare and
//! cheap beside the rsync run that it is for.

use std::collections::HashMap;
use std::time::Duration;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error};
use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::OwnedObjectPath;
use zbus_secret_service_keyring_store::Store;

use super::{Fault, SERVICE, Vault};
use crate::secrets::SecretText;

pub(super) const NAME: &str = "org.freedesktop.secrets";
pub(super) const PATH: &str = "/org/freedesktop/secrets";

/// See the head of this file.
pub(super) struct SecretService {
    bound: Duration,
}

/// What a look without side effects found.
enum Found {
    Nothing,
    Unlocked,
    Locked,
}

impl SecretService {
    /// No call of the look takes longer than `bound`.
    pub(super) fn new(bound: Duration) -> SecretService {
        SecretService { bound }
    }

    fn entry(&self, account: &str, for_new: bool) -> Result<Entry, Fault> {
        let bus = connect(self.bound)?;
        match look(&bus, account)? {
            Found::Locked => return Err(Fault { code: "keyring-locked" }),
            Found::Unlocked if !for_new => {}
            // A locked collection may hide what it holds, and a new item goes into the default one.
            Found::Nothing | Found::Unlocked => match default_locked(&bus)? {
                Some(true) => return Err(Fault { code: "keyring-locked" }),
                None if for_new => return Err(Fault { code: "keyring-absent" }),
                Some(false) | None => {}
            },
        }
        let label = format!("Driftless: {account}");
        let store = Store::new().map_err(fault)?;
        store.build(SERVICE, account, Some(&HashMap::from([("label", label.as_str())]))).map_err(fault)
    }
}

/// A connection on which no call takes longer.
pub(super) fn connect(bound: Duration) -> Result<Connection, Fault> {
    let absent = |_| Fault { code: "keyring-absent" };
    connection::Builder::session().map_err(absent)?.method_timeout(bound).build().map_err(absent)
}

impl Vault for SecretService {
    fn get(&mut self, account: &str) -> Result<SecretText, Fault> {
        self.entry(account, false)?.get_secret().map(SecretText::new).map_err(fault)
    }

    fn set(&mut self, account: &str, password: &SecretText) -> Result<(), Fault> {
        let entry = self.entry(account, true)?;
        match entry.set_secret(password.expose()) {
            // Two of one account, made by hand or by a synchronised wallet: one of them goes on, ours.
            Err(Error::Ambiguous(entries)) => {
                delete_all(&entries)?;
                entry.set_secret(password.expose()).map_err(fault)
            }
            other => other.map_err(fault),
        }
    }

    fn delete(&mut self, account: &str) -> Result<(), Fault> {
        match self.entry(account, false)?.delete_credential() {
            Err(Error::Ambiguous(entries)) => delete_all(&entries),
            other => other.map_err(fault),
        }
    }
}

fn delete_all(entries: &[Entry]) -> Result<(), Fault> {
    entries.iter().try_for_each(|entry| entry.delete_credential().map_err(fault))
}

fn look(bus: &Connection, account: &str) -> Result<Found, Fault> {
    let service = Proxy::new(bus, NAME, PATH, "org.freedesktop.Secret.Service").map_err(bus_fault)?;
    let wanted = HashMap::from([("service", SERVICE), ("username", account)]);
    let (unlocked, locked): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
        service.call("SearchItems", &(wanted,)).map_err(bus_fault)?;
    Ok(match (unlocked.is_empty(), locked.is_empty()) {
        (_, false) => Found::Locked,
        (false, true) => Found::Unlocked,
        (true, true) => Found::Nothing,
    })
}

/// Whether the default collection is locked; `None` if there is none.
pub(super) fn default_locked(bus: &Connection) -> Result<Option<bool>, Fault> {
    let service = Proxy::new(bus, NAME, PATH, "org.freedesktop.Secret.Service").map_err(bus_fault)?;
    let path: OwnedObjectPath = service.call("ReadAlias", &("default",)).map_err(bus_fault)?;
    if path.as_str() == "/" {
        return Ok(None);
    }
    let collection = Proxy::new(bus, NAME, path, "org.freedesktop.Secret.Collection").map_err(bus_fault)?;
    collection.get_property("Locked").map(Some).map_err(bus_fault)
}

pub(super) fn bus_fault(error: zbus::Error) -> Fault {
    let code = match &error {
        zbus::Error::MethodError(name, ..) => match name.as_str() {
            "org.freedesktop.DBus.Error.AccessDenied" | "org.freedesktop.DBus.Error.AuthFailed" => "keyring-denied",
            "org.freedesktop.DBus.Error.NoReply" | "org.freedesktop.DBus.Error.Timeout" => "keyring-slow",
            "org.freedesktop.Secret.Error.IsLocked" => "keyring-locked",
            // ServiceUnknown, NameHasNoOwner, and all the ways in which a service fails to be started.
            _ => "keyring-absent",
        },
        zbus::Error::InputOutput(error) if error.kind() == std::io::ErrorKind::TimedOut => "keyring-slow",
        _ => "keyring-absent",
    };
    Fault { code }
}

fn fault(error: Error) -> Fault {
    let code = match error {
        Error::NoEntry => "password-not-stored",
        // Locked since the look, or a prompt was dismissed.
        Error::NoStorageAccess(_) => "keyring-locked",
        Error::NoDefaultStore => "keyring-absent",
        Error::PlatformFailure(_) => "keyring-denied",
        // Two of one account (storing it again leaves one), or bytes that no keyring should hold.
        _ => "keyring-unreadable",
    };
    Fault { code }
}
