//! A session of our own, with or without a keyring in it, below a home of its own.

use std::io::{BufRead, BufReader, Write};
use std::ops::{Deref, DerefMut};
use std::process::{Child, Command, Output, Stdio};

use crate::bus::Bus;
use crate::common::Tree;

pub struct Session {
    pub home: Tree,
    bus: Bus,
}

impl Session {
    /// A bus with nothing on it.
    pub fn bare() -> Session {
        Session::with_policy("")
    }

    /// A bus whose policy has this as well.
    pub fn with_policy(more: &str) -> Session {
        let home = Tree::new();
        let bus = Bus::with_policy(&home, more);
        Session { home, bus }
    }

    /// The same with an unlocked keyring.
    pub fn with_keyring() -> Session {
        let mut session = Session::bare();
        session.start_keyring();
        session
    }

    pub fn start_keyring(&mut self) {
        let (home, address) = (&self.home, self.bus.address());
        self.bus.start_keyring(|command| environment(home, &address, command));
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
        environment(&self.home, &self.bus.address(), command);
    }
}

impl Deref for Session {
    type Target = Bus;

    fn deref(&self) -> &Bus {
        &self.bus
    }
}

impl DerefMut for Session {
    fn deref_mut(&mut self) -> &mut Bus {
        &mut self.bus
    }
}

fn environment(home: &Tree, address: &str, command: &mut Command) {
    command.env("HOME", home.path()).env("DBUS_SESSION_BUS_ADDRESS", address);
    command.env("XDG_RUNTIME_DIR", home.path());
    for name in ["XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "DRIFTLESS_HOME", "DISPLAY"] {
        command.env_remove(name);
    }
}

/// The first line that a child writes to stdout.
pub fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    line.trim_end().to_owned()
}
