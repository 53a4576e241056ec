//! A session bus of a test's own, and a keyring on it. Ended by process id.
//!
//! A group takes it in with `#[path = "../common/bus.rs"] mod bus;`.
#![allow(dead_code, reason = "each group of tests uses a part of it")]

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Value};

use crate::common::{Tree, wait_for};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";

/// No activation: what is not started by the test is not there.
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=BUS_SOCKET</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>MORE</policy>
</busconfig>"#;

/// See the head of this file.
pub struct Bus {
    socket: String,
    daemon: Child,
    keyring: Option<Child>,
}

impl Bus {
    /// A bus with nothing on it, its socket in this home.
    pub fn start(home: &Tree) -> Bus {
        Bus::with_policy(home, "")
    }

    /// A bus whose policy has this as well.
    pub fn with_policy(home: &Tree, more: &str) -> Bus {
        let socket = home.at("bus").display().to_string();
        home.write("bus.conf", BUS.replace("BUS_SOCKET", &socket).replace("MORE", more));
        let daemon = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", home.at("bus.conf").display()))
            .arg("--nofork")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("dbus-daemon (Debian: dbus) is needed");
        let bus = Bus { socket, daemon, keyring: None };
        wait_for("the bus", 60, || std::os::unix::net::UnixStream::connect(&bus.socket).ok());
        bus
    }

    /// Starts an unlocked keyring on it, by this command's environment.
    pub fn start_keyring(&mut self, environment: impl FnOnce(&mut Command)) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        environment(&mut command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("gnome-keyring-daemon (Debian: gnome-keyring) is needed");
        child.stdin.take().unwrap().write_all(b"login password").unwrap();
        self.keyring = Some(child);
        wait_for("an unlocked keyring", 60, || (self.default_locked() == Some(false)).then_some(()));
    }

    /// Where the bus listens.
    pub fn address(&self) -> String {
        format!("unix:path={}", self.socket)
    }

    pub fn connect(&self) -> Connection {
        connection::Builder::address(self.address().as_str()).unwrap().build().unwrap()
    }

    /// Whether somebody has this name on it.
    pub fn has(&self, name: &str) -> bool {
        let bus = self.connect();
        let all = Proxy::new(&bus, "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus").unwrap();
        all.call("NameHasOwner", &(name,)).unwrap_or(false)
    }

    fn default_locked(&self) -> Option<bool> {
        let bus = self.connect();
        let service = Proxy::new(&bus, NAME, PATH, "org.freedesktop.Secret.Service").ok()?;
        let path: OwnedObjectPath = service.call("ReadAlias", &("default",)).ok()?;
        Proxy::new(&bus, NAME, path, "org.freedesktop.Secret.Collection").ok()?.get_property("Locked").ok()
    }

    /// Locks everything, as a screen lock or a log-out would.
    pub fn lock(&self) {
        let bus = self.connect();
        let service = Proxy::new(&bus, NAME, PATH, "org.freedesktop.Secret.Service").unwrap();
        let path: OwnedObjectPath = service.call("ReadAlias", &("default",)).unwrap();
        let _: (Vec<OwnedObjectPath>, OwnedObjectPath) = service.call("Lock", &(vec![path],)).unwrap();
        assert_eq!(self.default_locked(), Some(true));
    }

    /// What the keyring really holds under our service and this account, read without our code.
    pub fn stored(&self, account: &str) -> Vec<Vec<u8>> {
        let bus = self.connect();
        let service = Proxy::new(&bus, NAME, PATH, "org.freedesktop.Secret.Service").unwrap();
        let (_, session): (OwnedValue, OwnedObjectPath) =
            service.call("OpenSession", &("plain", Value::from(""))).unwrap();
        let wanted = std::collections::HashMap::from([("service", "driftless"), ("username", account)]);
        let (unlocked, _): (Vec<OwnedObjectPath>, Vec<OwnedObjectPath>) =
            service.call("SearchItems", &(wanted,)).unwrap();
        let read = |item: &OwnedObjectPath| {
            let item = Proxy::new(&bus, NAME, item.clone(), "org.freedesktop.Secret.Item").unwrap();
            let (secret,): ((OwnedObjectPath, Vec<u8>, Vec<u8>, String),) =
                item.call("GetSecret", &(session.clone(),)).unwrap();
            secret.2
        };
        unlocked.iter().map(read).collect()
    }

    /// It goes, as at a log-out.
    pub fn end_keyring(&mut self) {
        if let Some(mut keyring) = self.keyring.take() {
            keyring.kill().unwrap();
            keyring.wait().unwrap();
        }
    }

    /// The keyring no longer answers, as one that waits for a person.
    pub fn freeze_keyring(&self) {
        kill_process(Pid::from_child(self.keyring.as_ref().unwrap()), Signal::STOP).unwrap();
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        for child in self.keyring.iter_mut().chain([&mut self.daemon]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
