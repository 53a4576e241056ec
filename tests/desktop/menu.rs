//! A tray for the program, and its menu as a desktop reads it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zbus::blocking::{Connection, Proxy, connection};
use zbus::zvariant::{OwnedObjectPath, OwnedValue, Structure, Value};

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};

/// Number, properties and entries of a menu, as they cross the bus.
type Node = (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>);

/// `org.kde.StatusNotifierWatcher`, as far as the program needs it.
struct Watcher {
    items: Arc<Mutex<Vec<String>>>,
}

#[zbus::interface(name = "org.kde.StatusNotifierWatcher")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        self.items.lock().unwrap().push(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

/// The desktop's tray.
pub struct Tray {
    bus: Connection,
    items: Arc<Mutex<Vec<String>>>,
}

/// One entry of a menu.
#[derive(Debug, Clone)]
pub struct Entry {
    pub id: i32,
    pub label: String,
    pub enabled: bool,
    pub entries: Vec<Entry>,
}

impl Tray {
    /// From now on there is one.
    pub fn start(desktop: &Desktop) -> Tray {
        let items = Arc::new(Mutex::new(Vec::new()));
        let watcher = Watcher { items: Arc::clone(&items) };
        let bus = connection::Builder::address(desktop.bus.address().as_str())
            .unwrap()
            .serve_at("/StatusNotifierWatcher", watcher)
            .unwrap()
            .name("org.kde.StatusNotifierWatcher")
            .unwrap()
            .build()
            .unwrap();
        Tray { bus, items }
    }

    /// The bus name of the program's item, once it is registered.
    pub fn item(&self) -> String {
        wait_for("an item in the tray", LONG, || self.items.lock().unwrap().last().cloned())
    }

    fn proxy(&self, interface: &'static str, path: String) -> Proxy<'static> {
        Proxy::new(&self.bus, self.item(), path, interface).unwrap()
    }

    /// A property of the item.
    pub fn property<T: TryFrom<OwnedValue>>(&self, name: &str) -> T
    where
        T::Error: Into<zbus::Error>,
    {
        self.proxy("org.kde.StatusNotifierItem", "/StatusNotifierItem".to_owned()).get_property(name).unwrap()
    }

    /// The sentence beside the icon.
    pub fn tip(&self) -> String {
        let tip: OwnedValue = self.property("ToolTip");
        let tip = Structure::try_from(tip).unwrap();
        match &tip.fields()[3] {
            Value::Str(text) => text.to_string(),
            other => panic!("{other:?}"),
        }
    }

    fn menu_proxy(&self) -> Proxy<'static> {
        let path: OwnedObjectPath = self.property("Menu");
        self.proxy("com.canonical.dbusmenu", path.to_string())
    }

    /// Waits until the icon asks for so much attention; it changes at most once a second.
    pub fn asks(&self, status: &str) {
        wait_for(&format!("the icon to be {status}"), LONG, || {
            (self.property::<String>("Status") == status).then_some(())
        });
    }

    /// The menu as it is now.
    pub fn menu(&self) -> Vec<Entry> {
        let none: Vec<String> = Vec::new();
        let reply = self.menu_proxy().call_method("GetLayout", &(0_i32, -1_i32, none)).unwrap();
        let (_revision, (_, _, children)): (u32, Node) = reply.body().deserialize().unwrap();
        children.iter().map(|child| entry(child)).collect()
    }

    /// The entry of this way through the menu, once it is there.
    pub fn find(&self, way: &[&str]) -> Entry {
        wait_for(&format!("{way:?} in the menu"), LONG, || walk(&self.menu(), way))
    }

    /// Chooses it. No answer is waited for: who is told to quit may be gone before it answers.
    pub fn click(&self, way: &[&str]) {
        let entry = self.find(way);
        assert!(entry.enabled, "{way:?} cannot be chosen");
        let nothing = Value::from(0_i32);
        self.menu_proxy().call_noreply("Event", &(entry.id, "clicked", nothing, 0_u32)).unwrap();
    }
}

fn walk(entries: &[Entry], way: &[&str]) -> Option<Entry> {
    let (first, rest) = way.split_first()?;
    let found = entries.iter().find(|entry| entry.label.starts_with(first))?;
    if rest.is_empty() { Some(found.clone()) } else { walk(&found.entries, rest) }
}

/// `(id, properties, children)`, each child in a variant.
fn entry(value: &Value<'_>) -> Entry {
    let Value::Structure(layout) = value else { panic!("no entry: {value:?}") };
    let [Value::I32(id), Value::Dict(properties), Value::Array(children)] = layout.fields() else {
        panic!("no entry: {layout:?}")
    };
    let text: Option<String> = properties.get(&"label").ok().flatten();
    let enabled: Option<bool> = properties.get(&"enabled").ok().flatten();
    let child = |child: &Value<'_>| match child {
        Value::Value(inner) => entry(inner),
        other => entry(other),
    };
    Entry {
        id: *id,
        label: text.unwrap_or_default().replace("__", "_"),
        enabled: enabled.unwrap_or(true),
        entries: children.iter().map(child).collect(),
    }
}
