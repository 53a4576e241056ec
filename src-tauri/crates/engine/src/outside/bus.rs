//! Listening on a D-Bus: its signals, and that it came or went, on a thread of its own, until dropped.

use std::io;
use std::sync::mpsc::Sender;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use zbus::MatchRule;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator, connection};
use zbus::message::Type;

/// What came from there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// The bus is there; `again` if it was not, before.
    Connected { again: bool },
    /// A signal that was asked for.
    Signal,
    /// The bus went, or there is none.
    Lost,
}

/// Which bus.
#[derive(Debug, Clone)]
pub(super) enum Which {
    System,
    Session,
    At(String),
}

#[derive(Default)]
struct State {
    stopped: bool,
    bus: Option<Connection>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    stop: Condvar,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The connection that a watch has now.
#[derive(Clone)]
pub(super) struct Now(Arc<Shared>);

impl Now {
    pub fn bus(&self) -> Option<Connection> {
        self.0.state().bus.clone()
    }
}

/// See the head of this file.
pub(super) struct BusWatch(Arc<Shared>);

impl BusWatch {
    /// `subscribe` asks for the signals; a bus that is not there is looked for again after `again`.
    pub fn start(
        thread: &str,
        which: Which,
        subscribe: fn(&Connection) -> zbus::Result<()>,
        again: Duration,
        heard: Sender<Heard>,
    ) -> io::Result<BusWatch> {
        let shared = Arc::new(Shared::default());
        let listening = Arc::clone(&shared);
        std::thread::Builder::new()
            .name(thread.to_owned())
            .spawn(move || listen(&listening, &which, subscribe, again, &heard))?;
        Ok(BusWatch(shared))
    }

    pub fn now(&self) -> Now {
        Now(Arc::clone(&self.0))
    }
}

/// Its thread is not joined: a bus may hang.
impl Drop for BusWatch {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.stopped = true;
        let bus = state.bus.take();
        drop(state);
        self.0.stop.notify_all();
        // Ends the wait for messages.
        drop(bus.map(Connection::close));
    }
}

/// Until nobody listens any more.
fn listen(
    shared: &Shared,
    which: &Which,
    subscribe: fn(&Connection) -> zbus::Result<()>,
    again: Duration,
    heard: &Sender<Heard>,
) {
    let mut before = true;
    loop {
        let bus = connect(which).and_then(|bus| subscribe(&bus).map(|()| bus));
        let mut state = shared.state();
        if state.stopped {
            return;
        }
        match bus {
            Ok(bus) => {
                state.bus = Some(bus.clone());
                drop(state);
                if heard.send(Heard::Connected { again: !before }).is_err() {
                    return;
                }
                for _signal in MessageIterator::from(bus).flatten().filter(|m| m.message_type() == Type::Signal) {
                    if heard.send(Heard::Signal).is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                tracing::debug!(?which, "no bus: {error}");
                drop(state);
            }
        }
        before = false;
        let mut state = shared.state();
        state.bus = None;
        if heard.send(Heard::Lost).is_err() {
            return;
        }
        let waited = shared.stop.wait_timeout_while(state, again, |state| !state.stopped);
        if waited.unwrap_or_else(PoisonError::into_inner).0.stopped {
            return;
        }
    }
}

/// A connection of our own.
pub(super) fn connect(which: &Which) -> zbus::Result<Connection> {
    match which {
        Which::System => connection::Builder::system()?.build(),
        Which::Session => connection::Builder::session()?.build(),
        Which::At(address) => connection::Builder::address(address.as_str())?.build(),
    }
}

/// Asks to be told when this name gets another owner.
pub(super) fn hear_owner(daemon: &DBusProxy<'_>, name: &str) -> zbus::Result<()> {
    let owner = MatchRule::builder().msg_type(Type::Signal).sender("org.freedesktop.DBus")?;
    Ok(daemon.add_match_rule(owner.member("NameOwnerChanged")?.arg(0, name)?.build())?)
}
