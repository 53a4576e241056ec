//! Notifications over D-Bus, as the Desktop Notifications Specification has them.
//!
//! - A thread of its own asks the server, since a server may be started by the question and take its time. The connection
//!   stays open: GNOME takes a notification away when the one who sent it is gone.
//! - A second thread hears which button was pressed, and what was closed.
//! - Buttons and markup only where the server says that it has them. Bodies are text: `&`, `<` and `>` are escaped there.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use driftless_core::alert::{Action, Urgency};
use zbus::blocking::{Connection, MessageIterator, Proxy, connection};
use zbus::zvariant::Value;
use zbus::{MatchRule, message};

use super::{NoticePort, OnPress, Shown};

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
/// A server that takes longer is not there.
const BOUND: Duration = Duration::from_secs(10);
/// As the desktop file is called, without its ending: the icon, and a person's settings for it, hang on it.
const DESKTOP_ENTRY: &str = "org.driftless.Driftless";

/// Which notification is of which sync.
type Ids = Arc<Mutex<HashMap<String, u32>>>;

enum Ask {
    Show(String, Shown),
    Withdraw(String),
}

/// A port that hands on to the thread which asks the server.
pub fn start(on_press: OnPress) -> Box<dyn NoticePort> {
    let (sender, asks) = channel();
    let started = std::thread::Builder::new().name("notices".to_owned()).spawn(move || serve(&asks, &on_press));
    if let Err(error) = started {
        tracing::warn!("no notifications: {error}");
    }
    Box::new(Port(sender))
}

struct Port(Sender<Ask>);

impl NoticePort for Port {
    fn show(&mut self, sync: &str, notice: Shown) {
        // Without the thread there is nobody to show it; that was said when it did not start.
        let _ = self.0.send(Ask::Show(sync.to_owned(), notice));
    }

    fn withdraw(&mut self, sync: &str) {
        let _ = self.0.send(Ask::Withdraw(sync.to_owned()));
    }
}

fn serve(asks: &Receiver<Ask>, on_press: &OnPress) {
    let ids: Ids = Ids::default();
    let mut bus: Option<Connection> = None;
    while let Ok(ask) = asks.recv() {
        if bus.is_none() {
            bus = connect(&ids, on_press);
        }
        let Some(open) = &bus else { continue };
        if let Err(error) = perform(open, &ids, ask) {
            tracing::warn!("a notification was not shown: {error}");
            if matches!(error, zbus::Error::InputOutput(_)) {
                // The bus is gone; the next question finds another, or none.
                bus = None;
            }
        }
    }
}

fn connect(ids: &Ids, on_press: &OnPress) -> Option<Connection> {
    let bus = connection::Builder::session().and_then(|bus| bus.method_timeout(BOUND).build());
    let bus = bus.inspect_err(|error| tracing::warn!("no session bus, so no notifications: {error}")).ok()?;
    let rule = MatchRule::builder().msg_type(message::Type::Signal).interface(NAME).ok()?.build();
    let signals = MessageIterator::for_match_rule(rule, &bus, Some(16)).ok()?;
    let (ids, on_press) = (Arc::clone(ids), Arc::clone(on_press));
    let hearing = std::thread::Builder::new().name("notices-heard".to_owned()).spawn(move || {
        for signal in signals.flatten() {
            hear(&signal, &ids, &on_press);
        }
    });
    hearing.ok().map(|_| bus)
}

fn hear(signal: &message::Message, ids: &Ids, on_press: &OnPress) {
    let header = signal.header();
    match header.member().map(|member| member.as_str()) {
        Some("ActionInvoked") => {
            let Ok((id, key)) = signal.body().deserialize::<(u32, String)>() else { return };
            if let (Some(sync), Some(action)) = (sync_of(ids, id), action_of(&key)) {
                on_press(&sync, action);
            }
        }
        Some("NotificationClosed") => {
            let Ok((id, _why)) = signal.body().deserialize::<(u32, u32)>() else { return };
            ids.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, known| *known != id);
        }
        _ => {}
    }
}

fn sync_of(ids: &Ids, id: u32) -> Option<String> {
    let ids = ids.lock().unwrap_or_else(PoisonError::into_inner);
    ids.iter().find(|(_, known)| **known == id).map(|(sync, _)| sync.clone())
}

fn perform(bus: &Connection, ids: &Ids, ask: Ask) -> zbus::Result<()> {
    let server = Proxy::new(bus, NAME, PATH, NAME)?;
    match ask {
        Ask::Withdraw(sync) => {
            let id = ids.lock().unwrap_or_else(PoisonError::into_inner).remove(&sync);
            id.map_or(Ok(()), |id| server.call("CloseNotification", &(id,)))
        }
        Ask::Show(sync, notice) => {
            let can: Vec<String> = server.call("GetCapabilities", &())?;
            let can = |what: &str| can.iter().any(|one| one == what);
            let mut buttons = Vec::new();
            if can("actions") {
                buttons.push("default".to_owned());
                buttons.push(String::new());
                for (action, label) in &notice.actions {
                    buttons.extend([key_of(*action).to_owned(), label.clone()]);
                }
            }
            let body = if can("body-markup") { escaped(&notice.body) } else { notice.body.clone() };
            let old = ids.lock().unwrap_or_else(PoisonError::into_inner).get(&sync).copied().unwrap_or(0);
            let id: u32 = server.call(
                "Notify",
                &(
                    "Driftless",
                    old,
                    DESKTOP_ENTRY,
                    notice.title.as_str(),
                    body,
                    buttons,
                    hints(&notice),
                    expires(&notice),
                ),
            )?;
            ids.lock().unwrap_or_else(PoisonError::into_inner).insert(sync, id);
            Ok(())
        }
    }
}

fn hints(notice: &Shown) -> HashMap<&'static str, Value<'static>> {
    let urgency: u8 = match notice.urgency {
        Urgency::Low => 0,
        Urgency::Normal => 1,
        Urgency::Critical => 2,
    };
    let category = if notice.good { "transfer.complete" } else { "transfer.error" };
    HashMap::from([
        ("urgency", Value::from(urgency)),
        ("category", Value::from(category)),
        ("desktop-entry", Value::from(DESKTOP_ENTRY)),
    ])
}

/// Good news goes by itself; trouble stays until it is seen.
fn expires(notice: &Shown) -> i32 {
    if notice.good { 5000 } else { 0 }
}

fn key_of(action: Action) -> &'static str {
    match action {
        Action::Details => "details",
        Action::EnterPassword => "password",
        Action::TryNow => "try",
        Action::Snooze => "snooze",
    }
}

/// A click beside the buttons shows the details.
fn action_of(key: &str) -> Option<Action> {
    match key {
        "default" | "details" => Some(Action::Details),
        "password" => Some(Action::EnterPassword),
        "try" => Some(Action::TryNow),
        "snooze" => Some(Action::Snooze),
        _ => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_button_is_understood_when_it_comes_back() {
        for action in [Action::Details, Action::EnterPassword, Action::TryNow, Action::Snooze] {
            assert_eq!(action_of(key_of(action)), Some(action));
        }
        assert_eq!(action_of("default"), Some(Action::Details));
        assert_eq!(action_of("rm -rf"), None);
    }

    #[test]
    fn a_body_is_text() {
        assert_eq!(escaped("<a href='x'>&"), "&lt;a href='x'&gt;&amp;");
    }
}
