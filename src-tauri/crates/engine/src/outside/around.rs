//! Power and networks, as UPower and NetworkManager tell them over the system bus.
//!
//! A service that is not there is not started for it: its facts are unknown, and no rule pauses for what is unknown. What is
//! told is taken for a reason to ask again. Local time's distance from UTC is looked at once an hour as well.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use driftless_core::conditions::Surroundings;
use zbus::MatchRule;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, MessageIterator, Proxy, connection};
use zbus::message::Type;
use zbus::names::BusName;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::burst::Burst;

const POWER: (&str, &str) = ("org.freedesktop.UPower", "/org/freedesktop/UPower");
const NETWORK: (&str, &str) = ("org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager");
const ACTIVE: &str = "org.freedesktop.NetworkManager.Connection.Active";
/// What belongs together comes within this.
const QUIET: Duration = Duration::from_millis(300);
const MOST: Duration = Duration::from_secs(3);
/// Between two looks for a bus, and at the clock's zone.
const AGAIN: Duration = Duration::from_secs(3_600);

#[derive(Default)]
struct State {
    stopped: bool,
    bus: Option<Connection>,
}

/// Tells what holds now, and whenever it changes, on its own thread, until dropped.
pub struct AroundWatch {
    shared: Arc<(Mutex<State>, Condvar)>,
}

impl AroundWatch {
    /// On the bus at this address, or the system's. The callback must not wait.
    pub fn start(address: Option<String>, told: impl FnMut(Surroundings) + Send + 'static) -> io::Result<AroundWatch> {
        let shared = Arc::new((Mutex::new(State::default()), Condvar::new()));
        let (heard, signals) = channel();
        let listening = Arc::clone(&shared);
        std::thread::Builder::new().name("around-bus".into()).spawn(move || listen(&listening, address, &heard))?;
        let asking = Arc::clone(&shared);
        std::thread::Builder::new().name("around-tell".into()).spawn(move || tell(&asking, &signals, told))?;
        Ok(AroundWatch { shared })
    }
}

/// Its threads are not joined: a bus may hang.
impl Drop for AroundWatch {
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

/// What holds now. Asks the bus at this address, or the system's; it may take as long as a service lets one wait.
pub fn look(address: Option<&str>) -> Surroundings {
    facts(connect(address).ok().as_ref())
}

fn listen(shared: &(Mutex<State>, Condvar), address: Option<String>, heard: &Sender<()>) {
    loop {
        let bus = connect(address.as_deref()).and_then(|bus| subscribe(&bus).map(|()| bus));
        let mut state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        if state.stopped {
            return;
        }
        match bus {
            Ok(bus) => {
                state.bus = Some(bus.clone());
                drop(state);
                let messages = MessageIterator::from(bus);
                if heard.send(()).is_err() {
                    return;
                }
                for _signal in messages.flatten().filter(|m| m.message_type() == Type::Signal) {
                    if heard.send(()).is_err() {
                        return;
                    }
                }
            }
            Err(error) => {
                tracing::debug!("no system bus: {error}");
                drop(state);
            }
        }
        let mut state = shared.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.bus = None;
        if heard.send(()).is_err() {
            return;
        }
        let waited = shared.1.wait_timeout_while(state, AGAIN, |state| !state.stopped);
        if waited.unwrap_or_else(PoisonError::into_inner).0.stopped {
            return;
        }
    }
}

fn connect(address: Option<&str>) -> zbus::Result<Connection> {
    match address {
        Some(address) => connection::Builder::address(address)?.build(),
        None => connection::Builder::system()?.build(),
    }
}

fn subscribe(bus: &Connection) -> zbus::Result<()> {
    let daemon = DBusProxy::new(bus)?;
    for (name, path) in [POWER, NETWORK] {
        let owner = MatchRule::builder().msg_type(Type::Signal).sender("org.freedesktop.DBus")?;
        daemon.add_match_rule(owner.member("NameOwnerChanged")?.arg(0, name)?.build())?;
        let changed = MatchRule::builder().msg_type(Type::Signal).sender(name)?.path(path)?;
        daemon.add_match_rule(changed.member("PropertiesChanged")?.build())?;
    }
    Ok(())
}

fn tell(shared: &(Mutex<State>, Condvar), signals: &Receiver<()>, mut told: impl FnMut(Surroundings)) {
    let mut burst = Burst::new(QUIET, MOST);
    let mut last = None;
    loop {
        match signals.recv_timeout(burst.wait(Instant::now()).unwrap_or(AGAIN)) {
            Ok(()) => burst.heard(Instant::now()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if burst.wait(Instant::now()).is_some() && !burst.over(Instant::now()) {
            continue;
        }
        let bus = shared.0.lock().unwrap_or_else(PoisonError::into_inner).bus.clone();
        let now = facts(bus.as_ref());
        if last.as_ref() != Some(&now) {
            told(now.clone());
            last = Some(now);
        }
    }
}

fn facts(bus: Option<&Connection>) -> Surroundings {
    let power = |name| bus.and_then(|bus| property(bus, POWER, POWER.0, name));
    let network = |name| bus.and_then(|bus| property(bus, NETWORK, NETWORK.0, name));
    Surroundings {
        on_mains: power("OnBattery").and_then(|value| bool::try_from(value).ok()).map(|battery| !battery),
        metered: network("Metered").and_then(|value| u32::try_from(value).ok()).and_then(|code| match code {
            // Said so, or guessed.
            1 | 3 => Some(true),
            2 | 4 => Some(false),
            _ => None,
        }),
        networks: network("ActiveConnections").and_then(|value| Vec::<OwnedObjectPath>::try_from(value).ok()).map(
            |paths| {
                let name = |path: &OwnedObjectPath| {
                    let id = property(bus?, (NETWORK.0, path.as_str()), ACTIVE, "Id")?;
                    String::try_from(id).ok()
                };
                paths.iter().filter_map(name).collect()
            },
        ),
        utc_offset_s: jiff::Zoned::now().offset().seconds(),
    }
}

/// `None` where there is no such service, or it does not say.
fn property(bus: &Connection, (name, path): (&str, &str), interface: &str, property: &str) -> Option<OwnedValue> {
    let there = DBusProxy::new(bus).ok()?.name_has_owner(BusName::try_from(name).ok()?).ok()?;
    // Not started for our sake.
    let proxy = Proxy::new(bus, name, path, "org.freedesktop.DBus.Properties").ok().filter(|_| there)?;
    proxy.call("Get", &(interface, property)).ok()
}
