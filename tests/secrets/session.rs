//! A session bus of our own, with or without a keyring on it, below a home of its own. Ended by process id.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Output, Stdio};

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

pub struct Session {
    pub home: Tree,
    bus: Child,
    keyring: Option<Child>,
}

impl Session {
    /// A bus with nothing on it.
    pub fn bare() -> Session {
        Session::with_policy("")
    }

    /// A bus whose policy has this as well.
    pub fn with_policy(more: &str) -> Session {
        let home = Tree::new();
        let socket = home.at("bus").display().to_string();
        home.write("bus.conf", BUS.replace("BUS_SOCKET", &socket).replace("MORE", more));
        let bus = Command::new("dbus-daemon")
            .arg(format!("--config-file={}", home.at("bus.conf").display()))
            .arg("--nofork")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("dbus-daemon (Debian: dbus) is needed");
        let session = Session { home, bus, keyring: None };
        wait_for("the bus", 20, || std::os::unix::net::UnixStream::connect(session.home.at("bus")).ok());
        session
    }

    /// The same with an unlocked keyring.
    pub fn with_keyring() -> Session {
        let mut session = Session::bare();
        session.start_keyring();
        session
    }

    pub fn start_keyring(&mut self) {
        let mut command = Command::new("gnome-keyring-daemon");
        command.args(["--foreground", "--unlock", "--components=secrets"]);
        self.environment(&mut command);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("gnome-keyring-daemon (Debian: gnome-keyring) is needed");
        child.stdin.take().unwrap().write_all(b"login password").unwrap();
        self.keyring = Some(child);
        wait_for("an unlocked keyring", 20, || (self.default_locked() == Some(false)).then_some(()));
    }

    /// `driftlessd` with these words in this session, with this on its standard input.
    pub fn driftlessd(&self, words: &[&str], input: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_driftlessd"));
        command.args(words);
        self.environment(&mut command);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // It may end without reading.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        child.wait_with_output().unwrap()
    }

    /// A home and a bus of the session's own.
    pub fn environment(&self, command: &mut Command) {
        command.env("HOME", self.home.path()).env("DBUS_SESSION_BUS_ADDRESS", self.address());
        command.env("XDG_RUNTIME_DIR", self.home.path());
        for name in
            ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "DRIFTLESS_HOME", "DISPLAY"]
        {
            command.env_remove(name);
        }
    }

    /// Where the bus listens.
    pub fn address(&self) -> String {
        format!("unix:path={}", self.home.at("bus").display())
    }

    fn connect(&self) -> Connection {
        connection::Builder::address(self.address().as_str()).unwrap().build().unwrap()
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

impl Drop for Session {
    fn drop(&mut self) {
        for child in self.keyring.iter_mut().chain([&mut self.bus]) {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The first line that a child writes to stdout.
pub fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}
