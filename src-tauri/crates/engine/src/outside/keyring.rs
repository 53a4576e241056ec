//! The Secret Service tells over the session bus when it comes, and when a collection is locked, opened or changed.
//!
//! Whatever it tells is taken for a reason to ask again: the question itself has no side effects (see `secrets::keyring`). Without
//! a bus, or when it goes, it is looked for again from time to time.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use zbus::MatchRule;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator, connection};
use zbus::message::Type;

use super::burst::Burst;

const NAME: &str = "org.freedesktop.secrets";
const PATH: &str = "/org/freedesktop/secrets";
/// What belongs together comes within this.
const QUIET: Duration = Duration::from_millis(500);
const MOST: Duration = Duration::from_secs(5);
/// Between two looks for a bus.
const AGAIN: Duration = Duration::from_secs(120);

#[derive(Default)]
struct State {
    stopped: bool,
    bus: Option<Connection>,
}

/// Calls back when the keyring may give what it did not, on its own thread, until dropped.
pub struct KeyringWatch {
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl KeyringWatch {
    /// On the bus at this address, or the session's own. The callback must not wait.
    pub fn start(address: Option<String>, changed: impl FnMut() + Send + 'static) -> io::Result<KeyringWatch> {
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let (heard, signals) = channel();
        let listening = Arc::clone(&shared);
        std::thread::Builder::new().name("keyring-bus".into()).spawn(move || listen(&listening, address, &heard))?;
        std::thread::Builder::new().name("keyring-tell".into()).spawn(move || tell(&signals, changed))?;
        Ok(KeyringWatch { shared })
    }
}

/// Its threads are not joined: a bus may hang.
impl Drop for KeyringWatch {
    fn drop(&mut self) {
        let mut state = self.shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.stopped = true;
        let bus = state.bus.take();
        drop(state);
        self.shared.1.notify_all();
        // Ends the wait for messages.
        drop(bus.map(Connection::close));
    }
}

fn listen(shared: &(Mutex<State>, Condvar), address: Option<String>, heard: &Sender<()>) {
    let mut lost = false;
    loop {
        let bus = connect(address.as_deref());
        let mut state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return;
        }
        match bus {
            Ok(bus) => {
                state.bus = Some(bus.clone());
                drop(state);
                // A bus that is there again may have a keyring on it.
                if lost && heard.send(()).is_err() {
                    return;
                }
                let messages = MessageIterator::from(bus);
                for _signal in messages.flatten().filter(|m| m.message_type() == Type::Signal) {
                    if heard.send(()).is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                tracing::debug!("no session bus: {error}");
                drop(state);
            }
        }
        lost = true;
        let state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = shared.1.wait_timeout_while(state, AGAIN, |state| !state.stopped);
        if waited.unwrap_or_else(PoisonError::into_inner).0.stopped {
            return;
        }
    }
}

fn connect(address: Option<&str>) -> zbus::Result<Connection> {
    let builder = match address {
        Some(address) => connection::Builder::address(address)?,
        None => connection::Builder::session()?,
    };
    let bus = builder.build()?;
    let daemon = DBusProxy::new(&bus)?;
    let owner = MatchRule::builder().msg_type(Type::Signal).sender("org.freedesktop.DBus")?;
    daemon.add_match_rule(owner.member("NameOwnerChanged")?.arg(0, NAME)?.build())?;
    let service = MatchRule::builder().msg_type(Type::Signal).sender(NAME)?;
    daemon.add_match_rule(service.path_namespace(PATH)?.build())?;
    Ok(bus)
}

fn tell(signals: &Receiver<()>, mut changed: impl FnMut()) {
    let mut burst = Burst::new(QUIET, MOST);
    loop {
        let heard = match burst.wait(Instant::now()) {
            None => signals.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(left) => signals.recv_timeout(left),
        };
        match heard {
            Ok(()) => burst.heard(Instant::now()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if burst.over(Instant::now()) {
            changed();
        }
    }
}
