//! From the command line to a running application, and to its end.

use std::process::ExitCode;
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, OnceLock};

use driftless_core::alert::Rules;
use driftless_core::problem::Problem;
use driftless_core::tray::{MOST_RECENT, Recent, Verb, tray};
use driftless_engine::control::Listener;
use driftless_engine::places::Places;
use driftless_words::line;
use jiff::Zoned;
use jiff::tz::TimeZone;
use tauri::{AppHandle, Manager, RunEvent, Runtime};

use crate::args::Args;
use crate::autostart::Autostart;
use crate::clock::Clock;
use crate::log::Log;
use crate::outlet::{Input, Outlet, Ports};
use crate::shell::{Shell, internal};
use crate::tray::{Face, Heard};
use crate::{commands, complain, notify, verbs, window};

/// Runs; the exit code.
pub fn run(args: Args) -> ExitCode {
    if !has_display() {
        complain("there is no display to show a window or a tray on. Without one, driftlessd does the same work.");
        return ExitCode::FAILURE;
    }
    prepare();
    let background = args.background;
    let builder = tauri::Builder::default()
        // First, so that a second start does nothing else.
        .plugin(tauri_plugin_single_instance::init(|app, _words, _cwd| window::show(app, None)))
        .invoke_handler(commands::handler())
        .setup(move |app| {
            set_up(app.handle(), args).map_err(|problem| line(&problem))?;
            if !background {
                window::show(app.handle(), None);
            }
            Ok(())
        });
    let app = match builder.build(tauri::generate_context!()) {
        Ok(app) => app,
        Err(error) => {
            complain(&error.to_string());
            return ExitCode::FAILURE;
        }
    };
    ExitCode::from(
        u8::try_from(app.run_return(|_, event| {
            // The last window was closed: the tray and the engine go on.
            if let RunEvent::ExitRequested { code: None, api, .. } = event {
                api.prevent_exit();
            }
        }))
        .unwrap_or(1),
    )
}

/// The toolkit ends the process where there is none.
fn has_display() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// Before any thread is there.
fn prepare() {
    #[cfg(target_os = "linux")]
    if std::env::var_os("WEBKIT_DISABLE_DMABUF_RENDERER").is_none() {
        // Blank windows on some drivers; a settings window needs no fast path.
        // SAFETY: nothing else runs yet that could read the environment meanwhile.
        unsafe { std::env::set_var("WEBKIT_DISABLE_DMABUF_RENDERER", "1") };
    }
}

/// Starts everything around the engine.
fn set_up<R: Runtime>(app: &AppHandle<R>, args: Args) -> Result<(), Problem> {
    let places = Places::find().map_err(internal)?;
    let background = args.background;
    let (sender, inputs) = channel();
    let shell = Arc::new(Shell::start(places, args.config, Autostart::find(), sender)?);
    app.manage(Arc::clone(&shell));
    serve_control(app, &shell);
    let receiving = Arc::clone(&shell);
    // It takes a moment, and nothing waits for it.
    tauri::async_runtime::spawn_blocking(move || receiving.receiving.resume());
    #[cfg(target_os = "linux")]
    {
        let changed = Arc::clone(&shell);
        if let Err(error) = crate::watch_config::start(shell.document.path(), move || changed.reload()) {
            tracing::warn!("edits of the configuration are not seen: {error}");
        }
    }
    let heard = Arc::new(Hears { app: app.clone(), ended: OnceLock::new() });
    let words = shell.words();
    let first = Face::of(&tray(&shell.engine.status(), &[]), &words, &Zoned::now());
    let ports = ports(app, &shell, crate::tray::start(first, heard), background);
    let rules = Rules { off: shell.silenced(), ..Rules::default() };
    let outlet = Outlet::new(ports, Arc::new(words), TimeZone::system(), rules, shell.engine.status(), Clock::now());
    run_outlet(outlet, inputs)
}

fn run_outlet(outlet: Outlet, inputs: Receiver<Input>) -> Result<(), Problem> {
    let started = std::thread::Builder::new().name("outlet".to_owned()).spawn(move || outlet.run(&inputs));
    started.map(|_| ()).map_err(internal)
}

fn ports<R: Runtime>(
    app: &AppHandle<R>,
    shell: &Arc<Shell>,
    tray: Box<dyn crate::tray::TrayPort>,
    background: bool,
) -> Ports {
    let (page, press, none, end) = (app.clone(), app.clone(), app.clone(), app.clone());
    let mut log = Log::new(&shell.places.log);
    let told = shell.places.state.join("no-tray-told");
    let history = shell.history.clone();
    Ports {
        tray,
        notices: notify::start(Arc::new(move |sync, action| verbs::pressed(&press, sync, action))),
        recent: Box::new(move || {
            // It is said where it is asked for in earnest.
            let names = history.as_ref().and_then(|history| history.recent(MOST_RECENT).ok()).unwrap_or_default();
            names.into_iter().map(|(shown, at_ms)| Recent { shown, at_ms }).collect()
        }),
        page: Box::new(move |event| window::tell(&page, event)),
        log: Box::new(move |say| log.say(say)),
        no_host: Box::new(move || {
            // Told once for ever; a window that pops up at each log-in would be told too often.
            if background && !told.exists() {
                let made =
                    told.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&told, ""));
                if let Err(error) = made {
                    tracing::warn!("{}: {error}", told.display());
                }
                window::show(&none, Some(("no-tray".to_owned(), None)));
            }
        }),
        ended: Box::new(move |code| end.exit(i32::from(code))),
    }
}

/// Other programs of the same person ask here, as they ask `driftlessd`.
fn serve_control<R: Runtime>(app: &AppHandle<R>, shell: &Arc<Shell>) {
    let (stop, mut stops) = tokio::sync::mpsc::unbounded_channel();
    let desk = Arc::new(shell.desk(stop));
    let (identity, runtime) = (shell.document.identity(), shell.places.runtime.clone());
    tauri::async_runtime::spawn(async move {
        match Listener::bind(&runtime, &identity) {
            Ok(listener) => listener.serve(desk).await,
            Err(error) => tracing::warn!("no control socket: {error}"),
        }
    });
    let (app, shell) = (app.clone(), Arc::clone(shell));
    tauri::async_runtime::spawn(async move {
        let mut signals = match driftless_signals() {
            Ok(signals) => signals,
            Err(error) => return tracing::warn!("signals are not taken: {error}"),
        };
        tokio::select! {
            _ = stops.recv() => {}
            () = signals.end() => {}
        }
        verbs::quit(&app, &shell);
    });
}

/// TERM, INT and HUP: the session ends.
struct Signals(Vec<tokio::signal::unix::Signal>);

fn driftless_signals() -> std::io::Result<Signals> {
    use tokio::signal::unix::{SignalKind, signal};
    let kinds = [SignalKind::terminate(), SignalKind::interrupt(), SignalKind::hangup()];
    Ok(Signals(kinds.into_iter().map(signal).collect::<Result<_, _>>()?))
}

impl Signals {
    async fn end(&mut self) {
        let [term, int, hup] = self.0.as_mut_slice() else { return std::future::pending().await };
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
            _ = hup.recv() => {}
        }
    }
}

/// The tray's ear.
struct Hears<R: Runtime> {
    app: AppHandle<R>,
    ended: OnceLock<()>,
}

impl<R: Runtime> Heard for Hears<R> {
    fn chosen(&self, verb: Verb) {
        // A second click on Quit while the first is being done.
        if verb == Verb::Quit && self.ended.set(()).is_err() {
            return;
        }
        verbs::perform(&self.app, verb);
    }

    fn host(&self, there: bool) {
        if let Some(shell) = self.app.try_state::<Arc<Shell>>() {
            shell.host(there);
        }
    }
}
