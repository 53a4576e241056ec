//! Power and networks over a bus of the test's own, told by services of the test's own.

use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use driftless_core::conditions::Surroundings;
use driftless_engine::outside::around::{AroundWatch, look};
use zbus::blocking::{Connection, connection};
use zbus::zvariant::{ObjectPath, OwnedObjectPath};

use crate::session::Session;

struct Power {
    on_battery: bool,
}

#[zbus::interface(name = "org.freedesktop.UPower")]
impl Power {
    #[zbus(property)]
    fn on_battery(&self) -> bool {
        self.on_battery
    }
}

struct Network {
    metered: u32,
    active: Vec<OwnedObjectPath>,
}

#[zbus::interface(name = "org.freedesktop.NetworkManager")]
impl Network {
    #[zbus(property)]
    fn metered(&self) -> u32 {
        self.metered
    }
    #[zbus(property)]
    fn active_connections(&self) -> Vec<OwnedObjectPath> {
        self.active.clone()
    }
}

struct Active;

#[zbus::interface(name = "org.freedesktop.NetworkManager.Connection.Active")]
impl Active {
    #[zbus(property)]
    fn id(&self) -> &str {
        "Home network"
    }
}

const POWER: &str = "/org/freedesktop/UPower";
const NETWORK: &str = "/org/freedesktop/NetworkManager";
const ACTIVE: &str = "/org/freedesktop/NetworkManager/ActiveConnection/1";

fn bus(session: &Session) -> connection::Builder<'static> {
    connection::Builder::address(session.address().as_str()).unwrap()
}

fn power(session: &Session) -> Connection {
    let power = bus(session).name("org.freedesktop.UPower").unwrap();
    power.serve_at(POWER, Power { on_battery: true }).unwrap().build().unwrap()
}

fn network(session: &Session) -> Connection {
    let active = vec![ObjectPath::try_from(ACTIVE).unwrap().into()];
    let network = bus(session).name("org.freedesktop.NetworkManager").unwrap();
    let network = network.serve_at(NETWORK, Network { metered: 3, active }).unwrap();
    network.serve_at(ACTIVE, Active).unwrap().build().unwrap()
}

fn until(told: &Receiver<Surroundings>, fits: impl Fn(&Surroundings) -> bool) -> Surroundings {
    loop {
        let now = told.recv_timeout(Duration::from_secs(60)).expect("another word");
        if fits(&now) {
            return now;
        }
    }
}

#[test]
fn power_and_networks_are_told_as_they_change_and_unknown_where_nobody_tells() {
    let session = Session::bare();
    let (sender, told) = channel();
    let tell = move |now| sender.send(now).unwrap_or(());
    let _watch = AroundWatch::start(Some(session.address()), tell).unwrap();
    let nothing = until(&told, |_| true);
    assert_eq!((nothing.on_mains, nothing.metered, nothing.networks), (None, None, None));
    let service = power(&session);
    assert_eq!(until(&told, |now| now.on_mains.is_some()).on_mains, Some(false));
    let networks = network(&session);
    let now = until(&told, |now| now.metered.is_some());
    assert_eq!((now.metered, now.networks), (Some(true), Some(vec!["Home network".to_owned()])));
    let plug = service.object_server().interface::<_, Power>(POWER).unwrap();
    plug.get_mut().on_battery = false;
    zbus::block_on(plug.get().on_battery_changed(plug.signal_emitter())).unwrap();
    assert_eq!(until(&told, |now| now.on_mains == Some(true)).metered, Some(true));
    assert_eq!(look(Some(&session.address())).on_mains, Some(true));
    // A service that goes takes its facts along.
    drop(networks.close());
    assert_eq!(until(&told, |now| now.networks.is_none()).on_mains, Some(true));
}
