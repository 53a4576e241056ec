//! The window: made when it is asked for, and gone with its web page when it is closed. All state is elsewhere.

use driftless_wire::HostEvent;
use tauri::{AppHandle, Emitter, EventTarget, Manager, Runtime, WebviewUrl, WebviewWindowBuilder};

use crate::shell::Shell;

/// Its label; the capability file names it.
pub const MAIN: &str = "main";
/// Under this name the page hears.
pub const EVENT: &str = "told";

/// Shows the window, on the page that is asked for.
pub fn show<R: Runtime>(app: &AppHandle<R>, go: Option<(String, Option<String>)>) {
    let on_main = app.clone();
    let shown = app.run_on_main_thread(move || {
        if let Err(error) = show_here(&on_main, go) {
            tracing::error!("the window does not open: {error}");
        }
    });
    if let Err(error) = shown {
        tracing::error!("the window does not open: {error}");
    }
}

fn show_here<R: Runtime>(app: &AppHandle<R>, go: Option<(String, Option<String>)>) -> tauri::Result<()> {
    if let Some(window) = app.get_webview_window(MAIN) {
        window.unminimize()?;
        window.show()?;
        window.set_focus()?;
        if let Some((page, sync)) = go {
            tell(app, HostEvent::Go { page, sync });
        }
        return Ok(());
    }
    if let Some(shell) = app.try_state::<std::sync::Arc<Shell>>() {
        shell.set_go(go);
    }
    WebviewWindowBuilder::new(app, MAIN, WebviewUrl::App("index.html".into()))
        .title("Driftless")
        .inner_size(960.0, 640.0)
        .min_inner_size(480.0, 400.0)
        .build()?;
    Ok(())
}

/// Tells the page, if there is one.
pub fn tell<R: Runtime>(app: &AppHandle<R>, event: HostEvent) {
    if app.get_webview_window(MAIN).is_some()
        && let Err(error) = app.emit_to(EventTarget::webview_window(MAIN), EVENT, event)
    {
        tracing::warn!("the window was not told: {error}");
    }
}
