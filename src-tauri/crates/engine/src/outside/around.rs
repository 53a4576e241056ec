//! Power and networks, as UPower and NetworkManager tell them over the system bus.
//!
//! A service that is not there is not started for it: its facts are unknown, and no rule pauses for what is unknown. What is
//! told is taken for a reason to ask again. Local time's distance from UTC is looked at once an hour as well.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use driftless_core::conditions::Surroundings;
use zbus::MatchRule;
use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, Proxy};
use zbus::message::Type;
use zbus::names::BusName;
use zbus::zvariant::{OwnedObjectPath, OwnedValue};

use super::burst::Burst;
use super::bus::{BusWatch, Heard, Now, Which, connect, hear_owner};

const POWER: (&str, &str) = ("org.freedesktop.UPower", "/org/freedesktop/UPower");
const NETWORK: (&str, &str) = ("org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager");
const ACTIVE: &str = "org.freedesktop.NetworkManager.Connection.Active";
/// What belongs together comes within this.
const QUIET: Duration = Duration::from_millis(300);
const MOST: Duration = Duration::from_secs(3);
/// Between two looks for a bus, and at the clock's zone.
const AGAIN: Duration = Duration::from_secs(3_600);

/// Tells what holds now, and whenever it changes, on its own thread, until dropped.
pub struct AroundWatch {
    _bus: BusWatch,
}

impl AroundWatch {
    /// On the bus at this address, or the system's. The callback must not wait.
    pub fn start(address: Option<String>, told: impl FnMut(Surroundings) + Send + 'static) -> io::Result<AroundWatch> {
        let (heard, signals) = channel();
        let bus = BusWatch::start("around-bus", which(address), subscribe, AGAIN, heard)?;
        let now = bus.now();
        std::thread::Builder::new().name("around-tell".into()).spawn(move || tell(&now, &signals, told))?;
        Ok(AroundWatch { _bus: bus })
    }
}

/// What holds now. Asks the bus at this address, or the system's; it may take as long as a service lets one wait.
pub fn look(address: Option<&str>) -> Surroundings {
    facts(connect(&which(address.map(str::to_owned))).ok().as_ref())
}

fn which(address: Option<String>) -> Which {
    address.map_or(Which::System, Which::At)
}

fn subscribe(bus: &Connection) -> zbus::Result<()> {
    let daemon = DBusProxy::new(bus)?;
    for (name, path) in [POWER, NETWORK] {
        hear_owner(&daemon, name)?;
        let changed = MatchRule::builder().msg_type(Type::Signal).sender(name)?.path(path)?;
        daemon.add_match_rule(changed.member("PropertiesChanged")?.build())?;
    }
    Ok(())
}

/// A bus that comes or goes changes what is known, too.
fn tell(now: &Now, signals: &Receiver<Heard>, mut told: impl FnMut(Surroundings)) {
    let mut burst = Burst::new(QUIET, MOST);
    let mut last = None;
    loop {
        match signals.recv_timeout(burst.wait(Instant::now()).unwrap_or(AGAIN)) {
            Ok(_) => burst.heard(Instant::now()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if burst.wait(Instant::now()).is_some() && !burst.over(Instant::now()) {
            continue;
        }
        let holds = facts(now.bus().as_ref());
        if last.as_ref() != Some(&holds) {
            told(holds.clone());
            last = Some(holds);
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
