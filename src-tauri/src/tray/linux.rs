//! The icon by the StatusNotifierItem protocol, spoken directly.
//!
//! Tauri's own tray goes through libraries that have no click, no tooltip and no attention state, and fails where no host is
//! there yet. Here a host may come late, go, and come again; the icon appears when it does. Without a session bus there is no
//! icon, and that is told like a missing host.

use std::sync::Arc;

use driftless_core::tray::{Icon, Verb};
use ksni::blocking::{Handle, TrayMethods};
use ksni::menu::{MenuItem, StandardItem, SubMenu};
use ksni::{Category, OfflineReason, Status, ToolTip};

use super::pictures::{Panel, pixmaps};
use super::{Entry, Face, Heard, TrayPort};

/// Registers the icon; it shows `face` until told otherwise.
pub fn start(face: Face, heard: Arc<dyn Heard>) -> Box<dyn TrayPort> {
    let item = Item { face, panel: Panel::of_desktop(), heard: Arc::clone(&heard) };
    let sandboxed = std::path::Path::new("/.flatpak-info").exists();
    match item.assume_sni_available(true).disable_dbus_name(sandboxed).spawn() {
        Ok(handle) => Box::new(Tray(Some(handle))),
        Err(error) => {
            tracing::warn!("no tray icon: {error}");
            heard.host(false);
            Box::new(Tray(None))
        }
    }
}

struct Tray(Option<Handle<Item>>);

impl TrayPort for Tray {
    fn show(&mut self, face: &Face) {
        if let Some(handle) = &self.0 {
            // None: the service has ended, and there is nothing to show it on.
            let _ = handle.update(|item| item.face.clone_from(face));
        }
    }
}

struct Item {
    face: Face,
    panel: Panel,
    heard: Arc<dyn Heard>,
}

impl ksni::Tray for Item {
    fn id(&self) -> String {
        "org.driftless.Driftless".to_owned()
    }

    fn title(&self) -> String {
        "Driftless".to_owned()
    }

    fn category(&self) -> Category {
        Category::SystemServices
    }

    fn status(&self) -> Status {
        match self.face.icon {
            Icon::Attention | Icon::Held | Icon::Failing => Status::NeedsAttention,
            // Never Passive: a host that hides and shows the icon with each change makes it jump.
            Icon::Empty | Icon::Synced | Icon::Syncing | Icon::Paused => Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<ksni::Icon> {
        pixmaps(self.face.icon, self.panel)
    }

    fn attention_icon_pixmap(&self) -> Vec<ksni::Icon> {
        pixmaps(self.face.icon, self.panel)
    }

    fn tool_tip(&self) -> ToolTip {
        ToolTip {
            title: "Driftless".to_owned(),
            description: markup_free(&self.face.tip),
            icon_name: String::new(),
            icon_pixmap: Vec::new(),
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        self.heard.chosen(Verb::OpenWindow);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        self.face.menu.iter().map(entry).collect()
    }

    fn watcher_online(&self) {
        self.heard.host(true);
    }

    fn watcher_offline(&self, _reason: OfflineReason) -> bool {
        self.heard.host(false);
        // It may come again.
        true
    }
}

fn entry(entry: &Entry) -> MenuItem<Item> {
    match entry {
        Entry::Separator => MenuItem::Separator,
        Entry::Line(text) => StandardItem { label: literal(text), enabled: false, ..StandardItem::default() }.into(),
        Entry::Button(text, verb) => {
            let verb = verb.clone();
            let activate = Box::new(move |item: &mut Item| item.heard.chosen(verb.clone()));
            StandardItem { label: literal(text), activate, ..StandardItem::default() }.into()
        }
        Entry::Menu(text, entries) => {
            let submenu = entries.iter().map(self::entry).collect();
            SubMenu { label: literal(text), submenu, ..SubMenu::default() }.into()
        }
    }
}

/// In a menu's label one underscore marks a key.
fn literal(text: &str) -> String {
    text.replace('_', "__")
}

/// Hosts read some of HTML in a tooltip.
fn markup_free(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_text() {
        assert_eq!(literal("my_file"), "my__file");
        assert_eq!(markup_free("<b>&x"), "&lt;b&gt;&amp;x");
    }
}
