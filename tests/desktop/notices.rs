//! A notification server for the program, and what it was asked to show.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use zbus::blocking::{Connection, connection};
use zbus::zvariant::{OwnedValue, Value};

use crate::common::{Rsyncd, RsyncdOptions, wait_for};
use crate::desktop::{Desktop, LONG};
use crate::menu::Tray;

/// One call of `Notify`.
#[derive(Debug, Clone)]
pub struct Shown {
    pub id: u32,
    pub replaces: u32,
    pub title: String,
    pub body: String,
    /// Keys and labels in turn.
    pub actions: Vec<String>,
    pub urgency: u8,
    pub desktop_entry: String,
}

#[derive(Default)]
struct State {
    shown: Vec<Shown>,
    closed: Vec<u32>,
}

struct Server {
    state: Arc<Mutex<State>>,
}

#[zbus::interface(name = "org.freedesktop.Notifications")]
impl Server {
    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body", "body-markup", "persistence"].map(str::to_owned).into()
    }

    #[allow(clippy::too_many_arguments, reason = "the specification has eight")]
    fn notify(
        &self,
        _app: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        let mut state = self.state.lock().unwrap();
        let id = if replaces > 0 { replaces } else { u32::try_from(state.shown.len()).unwrap() + 1 };
        let urgency = match hints.get("urgency").map(|value| &**value) {
            Some(Value::U8(urgency)) => *urgency,
            _ => 99,
        };
        let desktop_entry = match hints.get("desktop-entry").map(|value| &**value) {
            Some(Value::Str(text)) => text.to_string(),
            _ => String::new(),
        };
        state.shown.push(Shown { id, replaces, title, body, actions, urgency, desktop_entry });
        id
    }

    fn close_notification(&self, id: u32) {
        self.state.lock().unwrap().closed.push(id);
    }
}

/// The desktop's notifications.
pub struct Notices {
    bus: Connection,
    state: Arc<Mutex<State>>,
}

impl Notices {
    pub fn start(desktop: &Desktop) -> Notices {
        let state = Arc::new(Mutex::new(State::default()));
        let bus = connection::Builder::address(desktop.bus.address().as_str())
            .unwrap()
            .serve_at("/org/freedesktop/Notifications", Server { state: Arc::clone(&state) })
            .unwrap()
            .name("org.freedesktop.Notifications")
            .unwrap()
            .build()
            .unwrap();
        Notices { bus, state }
    }

    pub fn all(&self) -> Vec<Shown> {
        self.state.lock().unwrap().shown.clone()
    }

    /// The first of which this is true, once it is there.
    pub fn find(&self, what: &str, is: impl Fn(&Shown) -> bool) -> Shown {
        wait_for(what, LONG, || self.all().into_iter().find(|shown| is(shown)))
    }

    /// A person presses this button.
    pub fn press(&self, shown: &Shown, key: &str) {
        let path = "/org/freedesktop/Notifications";
        let name = "org.freedesktop.Notifications";
        self.bus.emit_signal(None::<&str>, path, name, "ActionInvoked", &(shown.id, key)).unwrap();
    }
}

#[test]
fn a_wrong_password_is_told_with_its_buttons_and_recovery_replaces_it() {
    let daemon = Rsyncd::start(&RsyncdOptions { user: Some(("me", "right")), ..RsyncdOptions::default() });
    let mut desktop = Desktop::new();
    let notices = Notices::start(&desktop);
    let tray = Tray::start(&desktop);
    let password = desktop.home.at("password").display().to_string();
    desktop.home.write("password", "wrong\n");
    desktop.home.chmod("password", 0o600);
    desktop.configure(&daemon.url(), &format!("rsync = {{ password_file = {password:?} }}"));
    desktop.home.write("source/a.txt", "content");
    let pid = desktop.start(&["--background"]);

    let shown = notices.find("a notification", |_| true);
    assert!(shown.title.starts_with("Documents not safe since "), "{shown:?}");
    assert!(shown.body.contains("refused") && !shown.body.contains("wrong"), "{shown:?}");
    assert_eq!((shown.urgency, shown.desktop_entry.as_str()), (1, "org.driftless.Driftless"));
    let keys: Vec<&str> = shown.actions.iter().step_by(2).map(String::as_str).collect();
    assert_eq!(keys, ["default", "password", "try", "snooze"]);
    wait_for("the reason beside the icon", LONG, || tray.tip().contains("refused").then_some(()));
    tray.asks("NeedsAttention");

    desktop.home.write("password", "right\n");
    desktop.home.chmod("password", 0o600);
    notices.press(&shown, "try");
    let good = notices.find("the good news", |shown| shown.title == "Documents is backed up again");
    assert_eq!((good.replaces, good.urgency), (shown.id, 0));
    assert_eq!(std::fs::read(daemon.module().join("a.txt")).unwrap(), b"content");
    assert!(desktop.runs(pid));
}
