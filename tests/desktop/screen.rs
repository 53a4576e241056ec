//! What a window manager does: there is none on the tests' screen.

use x11rb::connection::Connection as _;
use x11rb::protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, MapState, Window};
use x11rb::rust_connection::RustConnection;

use crate::common::wait_for;
use crate::desktop::{Desktop, LONG};

/// Asks the window with this title to close, as its button in the title bar does.
pub fn close_window(desktop: &Desktop, title: &str) {
    let (x, screen) = x11rb::connect(Some(desktop.display())).unwrap();
    let root = x.setup().roots[screen].root;
    let window = wait_for("the window", LONG, || shown(&x, root, title));
    let atom = |name: &[u8]| x.intern_atom(false, name).unwrap().reply().unwrap().atom;
    let data = [atom(b"WM_DELETE_WINDOW"), x11rb::CURRENT_TIME, 0, 0, 0];
    let event = ClientMessageEvent::new(32, window, atom(b"WM_PROTOCOLS"), data);
    // Once it is answered it is on its way: what a connection that ends leaves unread is lost.
    x.send_event(false, window, EventMask::NO_EVENT, event).unwrap().check().unwrap();
}

fn shown(x: &RustConnection, root: Window, title: &str) -> Option<Window> {
    let windows = x.query_tree(root).unwrap().reply().unwrap().children;
    windows.into_iter().find(|window| {
        // There are others of this name which are never shown.
        let seen = x.get_window_attributes(*window).ok().and_then(|cookie| cookie.reply().ok());
        if seen.is_none_or(|seen| seen.map_state != MapState::VIEWABLE) {
            return false;
        }
        let name = x.get_property(false, *window, AtomEnum::WM_NAME, AtomEnum::ANY, 0, 256);
        name.ok().and_then(|cookie| cookie.reply().ok()).is_some_and(|name| name.value == title.as_bytes())
    })
}
