//! What the tray's entries and the notifications' buttons do.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use driftless_core::alert::Action;
use driftless_core::mirror::Request;
use driftless_core::problem::Problem;
use driftless_core::target::Target;
use driftless_core::tray::{PauseFor, Verb};
use jiff::{ToSpan, Zoned};
use tauri::{AppHandle, Manager, Runtime};

use crate::outlet::Input;
use crate::shell::Shell;
use crate::window;

/// So long may runs under way still take when the person quits.
const PATIENCE: Duration = Duration::from_secs(5);

/// Does what an entry of the tray's menu says. Returns at once.
pub fn perform<R: Runtime>(app: &AppHandle<R>, verb: Verb) {
    let Some(shell) = app.try_state::<Arc<Shell>>().map(|shell| Arc::clone(&shell)) else { return };
    let ask = |request| {
        let shell = Arc::clone(&shell);
        tauri::async_runtime::spawn(async move {
            if let Err(problem) = shell.ask(request).await {
                tracing::warn!("{}", driftless_words::line(&problem));
            }
        });
    };
    match verb {
        Verb::SyncNow(sync) => ask(Request::SyncNow { sync }),
        Verb::Pause(sync, how) => ask(Request::Pause { sync, until_wall_ms: until(how, &Zoned::now()) }),
        Verb::Resume(sync) => ask(Request::Resume { sync }),
        Verb::OpenSource(sync) => open_or_show(app, &shell, &sync, false),
        Verb::OpenTarget(sync) => open_or_show(app, &shell, &sync, true),
        Verb::ShowSync(sync) => window::show(app, Some(("overview".to_owned(), Some(sync)))),
        Verb::ShowActivity => window::show(app, Some(("activity".to_owned(), None))),
        Verb::OpenWindow => window::show(app, None),
        Verb::Quit => quit(app, &shell),
    }
}

/// Does what the button of a notification says.
pub fn pressed<R: Runtime>(app: &AppHandle<R>, sync: &str, action: Action) {
    let sync = sync.to_owned();
    match action {
        Action::Details => perform(app, Verb::ShowSync(sync)),
        Action::EnterPassword => window::show(app, Some(("password".to_owned(), Some(sync)))),
        Action::TryNow => perform(app, Verb::SyncNow(Some(sync))),
        Action::Snooze => {
            if let Some(shell) = app.try_state::<Arc<Shell>>() {
                shell.tell(Input::Pressed(sync, action));
            }
        }
    }
}

/// When a pause ends: milliseconds since 1970; none if only a person ends it.
fn until(how: PauseFor, now: &Zoned) -> Option<i64> {
    let end = match how {
        PauseFor::Hour => now.checked_add(1.hour()).ok(),
        PauseFor::Tomorrow => {
            now.tomorrow().ok().and_then(|day| day.date().at(8, 0, 0, 0).to_zoned(day.time_zone().clone()).ok())
        }
        PauseFor::Resumed => None,
    };
    end.map(|end| end.timestamp().as_millisecond())
}

fn open_or_show<R: Runtime>(app: &AppHandle<R>, shell: &Shell, sync: &str, target: bool) {
    if let Err(problem) = open(shell, sync, target) {
        tracing::warn!("{}", driftless_words::line(&problem));
        window::show(app, Some(("overview".to_owned(), Some(sync.to_owned()))));
    }
}

/// Opens a folder of a sync in the desktop's own program for folders. The folder is one of the configuration, never one that
/// a page names.
///
/// # Errors
/// `no-such-sync`, `not-local` or `open-failed`.
pub fn open(shell: &Shell, sync: &str, target: bool) -> Result<(), Problem> {
    let sync = shell.sync(sync)?;
    let path = match (target, Target::parse(&sync.target)) {
        (false, _) => sync.source,
        (true, Ok(Target::Local { path })) => path,
        (true, _) => return Err(Problem::error("not-local").with("target", sync.target)),
    };
    let failed = |error: &dyn std::fmt::Display| {
        let shown = driftless_core::paths::show_bytes(path.as_bytes());
        Problem::error("open-failed").with("path", shown).with("error", error)
    };
    if !std::path::Path::new(&path).is_dir() {
        return Err(failed(&"it is not there"));
    }
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let mut command = Command::new(opener);
    let child = command.arg(&path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = child.map_err(|error| failed(&error))?;
    // Waited for, so that it does not stay as a zombie; it may live as long as the folder's window.
    std::thread::spawn(move || child.wait());
    Ok(())
}

/// Ends the program: runs under way may end, then all goes.
pub fn quit<R: Runtime>(app: &AppHandle<R>, shell: &Arc<Shell>) {
    let (app, shell) = (app.clone(), Arc::clone(shell));
    std::thread::spawn(move || {
        shell.engine.fade(0, false);
        let engine = shell.engine.clone();
        let (told, ended) = std::sync::mpsc::channel();
        std::thread::spawn(move || told.send(engine.wait()));
        if ended.recv_timeout(PATIENCE).is_err() {
            shell.engine.fade(0, true);
            let _ = ended.recv_timeout(PATIENCE * 2);
        }
        app.exit(0);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_ends_after_an_hour_or_tomorrow_at_eight() {
        let now: Zoned = "2026-03-28T14:40:00+01:00[Europe/Berlin]".parse().unwrap();
        let at = |how| until(how, &now).map(|ms| jiff::Timestamp::from_millisecond(ms).unwrap().to_string());
        assert_eq!(at(PauseFor::Hour).unwrap(), "2026-03-28T14:40:00Z");
        // The clocks change in that night: eight o'clock is eight o'clock.
        assert_eq!(at(PauseFor::Tomorrow).unwrap(), "2026-03-29T06:00:00Z");
        assert_eq!(at(PauseFor::Resumed), None);
    }
}
