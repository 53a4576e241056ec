//! The Secret Service tells over the session bus when it comes, and when a collection is locked, opened or changed.
//!
//! Whatever it tells is taken for a reason to ask again: the question itself has no side effects (see `secrets::keyring`). Without
//! a bus, or when it goes, it is looked for again from time to time.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use zbus::MatchRule;
use zbus::blocking::Connection;
use zbus::blocking::fdo::DBusProxy;
use zbus::message::Type;

use super::burst::Burst;
use super::bus::{BusWatch, Heard, Which, hear_owner};

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
/// What belongs together comes within this.
const QUIET: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(5);
/// Between two looks for a bus.
const AGAIN: Duration = Duration::from_secs(120);

/// Calls back when the keyring may give what it did not, on its own thread, until dropped.
pub struct KeyringWatch {
    _bus: BusWatch,
}

impl KeyringWatch {
    /// On the bus at this address, or the session's own. The callback must not wait.
    pub fn start(address: Option<String>, changed: impl FnMut() + Send + 'static) -> io::Result<KeyringWatch> {
        let (heard, signals) = channel();
        let which = address.map_or(Which::Session, Which::At);
        let bus = BusWatch::start("keyring-bus", which, subscribe, AGAIN, heard)?;
        std::thread::Builder::new().name("keyring-tell".into()).spawn(move || tell(&signals, changed))?;
        Ok(KeyringWatch { _bus: bus })
    }
}

fn subscribe(bus: &Connection) -> zbus::Result<()> {
    let daemon = DBusProxy::new(bus)?;
    hear_owner(&daemon, NAME)?;
    let service = MatchRule::builder().msg_type(Type::Signal).sender(NAME)?;
    Ok(daemon.add_match_rule(service.path_namespace(PATH)?.build())?)
}

fn tell(signals: &Receiver<Heard>, mut changed: impl FnMut()) {
    let mut burst = Burst::new(QUIET, MOST);
    loop {
        let heard = match burst.wait(Instant::now()) {
            None => signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(left) => signals.recv_timeout(left),
        };
        match heard {
            // A bus that is there again may have a keyring on it.
            Ok(Heard::Signal | Heard::Connected { again: true }) => burst.heard(Instant::now()),
            Ok(Heard::Connected { again: false } | Heard::Lost) => {}
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if burst.over(Instant::now()) {
            changed();
        }
    }
}
