//! The daemon once it is up: one loop over signals, the engine's events, and the times at which something is due.
//!
//! The end: after TERM, INT or a request to stop no new run begins and those under way may end; a second signal, or
//! [`GRACE`], stops them. (lsyncd waits without limit.) A reload that fails changes nothing. (lsyncd ends.)

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use driftless_engine::control::Listener;
use driftless_engine::places::Places;
use driftless_engine::secrets::system::System;
use driftless_engine::{EngineOptions, Event, Handle};
use driftless_instance::{Desk, Held, Loaded, NotLoaded, Refusal};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep_until};

use super::lean::Lean;
use super::signals::{Asked, Signals};
use super::status::StatusWriter;
use super::tag;
use crate::load::Origin;
use crate::log::Log;
use crate::report;

/// So long runs may go on after the first signal.
const GRACE: Duration = Duration::from_secs(30);

/// Everything of a daemon that is up.
pub struct Service {
    engine: Handle,
    events: UnboundedReceiver<Event>,
    stops: UnboundedReceiver<()>,
    signals: Signals,
    origin: Origin,
    held: Held,
    log: Log,
    status: StatusWriter,
    lean: Lean,
    logfile: Option<String>,
    nodaemon: bool,
    control: Option<JoinHandle<()>>,
    fading: Option<Fading>,
}

struct Fading {
    code: u8,
    /// When what still runs is stopped; `None` once it was.
    stop_at: Option<Instant>,
}

impl Service {
    /// Starts the engine and opens the control socket.
    pub async fn start(
        loaded: Loaded,
        origin: Origin,
        places: &Places,
        log: &Log,
        held: Held,
        signals: Signals,
    ) -> Result<Service, Refusal> {
        for warning in &loaded.warnings {
            log.warn(report::text(warning, &loaded.shown));
        }
        let status = StatusWriter::new(&loaded.plan.settings, log);
        let (logfile, nodaemon) = (loaded.plan.settings.logfile.clone(), loaded.plan.settings.nodaemon);
        let (sender, events) = unbounded_channel();
        let lean = Lean::new();
        let (to_log, file, start) = (log.clone(), status.wanted(), lean.wanted());
        let mut options = EngineOptions::new(Arc::new(System::new()), &places.runtime, move |event| match event {
            Event::Say(say) => to_log.say(&say),
            Event::Ran(_) => {}
            // After the start, and without a status file, nobody is woken for it.
            Event::Status(_) if !file.load(Ordering::Relaxed) && !start.load(Ordering::Relaxed) => {}
            // The loop is gone only when the process ends.
            other => drop(sender.send(other)),
        });
        options.state_dir = Some(places.state.clone());
        let engine = driftless_engine::start(Arc::new(loaded.plan), options).map_err(|e| format!("{e}."))?;
        let (stop, stops) = unbounded_channel();
        let desk = Desk { engine: engine.clone(), config: loaded.shown, stop };
        let control = match Listener::bind(&places.runtime, &loaded.identity) {
            Ok(listener) => Some(tokio::spawn(listener.serve(Arc::new(desk)))),
            Err(e) => {
                log.warn(format!(
                    "Cannot open the control socket: {e}. 'driftlessd status' and its like will not work."
                ));
                None
            }
        };
        let log = log.clone();
        Ok(Service {
            engine,
            events,
            stops,
            signals,
            origin,
            held,
            log,
            status,
            lean,
            logfile,
            nodaemon,
            control,
            fading: None,
        })
    }

    /// Serves until the end; the exit code.
    pub async fn serve(mut self) -> u8 {
        let code = loop {
            let status_at = self.status.due().map(Instant::from_std);
            let lean_at = self.lean.due();
            let stop_at = self.fading.as_ref().and_then(|f| f.stop_at);
            tokio::select! {
                event = self.events.recv() => match event {
                    Some(Event::Finished(code)) => break code,
                    Some(event) => {
                        self.status.changed();
                        if let Event::Status(status) = event {
                            self.lean.changed(&status, Instant::now());
                        }
                    }
                    None => break crate::FAILED,
                },
                asked = self.signals.next() => match asked {
                    Asked::End { code, name } => self.end(code, name),
                    Asked::Reload => self.reload(),
                    Asked::Tell => self.tell(),
                },
                Some(()) = self.stops.recv() => self.end(143, "stop"),
                () = at(status_at) => self.status.write(&self.engine, None).await,
                () = at(stop_at) => self.stop_what_runs(),
                () = at(lean_at) => self.lean.give_back(),
            }
        };
        self.status.write(&self.engine, Some("Stopped.")).await;
        if let Some(control) = self.control.take() {
            control.abort();
            // Its socket is gone when it is.
            let _ = control.await;
        }
        drop(self.held);
        code
    }

    fn end(&mut self, code: u8, name: &str) {
        if self.fading.is_some() {
            self.log.normal(format!("--- {name} signal, stopping what runs ---"));
            self.stop_what_runs();
            return;
        }
        self.log.normal(format!("--- {name} signal, fading ---"));
        let running = self.engine.status().running;
        if running > 0 {
            self.log.normal(format!("waiting for {running} more child processes."));
        }
        self.fading = Some(Fading { code, stop_at: Some(Instant::now() + GRACE) });
        self.engine.fade(code, false);
    }

    fn stop_what_runs(&mut self) {
        if let Some(fading) = &mut self.fading {
            fading.stop_at = None;
            self.engine.fade(fading.code, true);
        }
    }

    fn reload(&mut self) {
        self.log.normal("--- HUP signal, resetting ---");
        if self.fading.is_some() {
            return;
        }
        let loaded = match self.origin.load() {
            Ok(loaded) => loaded,
            Err(why) => {
                let lines = match why {
                    NotLoaded::Plain(lines) => lines,
                    NotLoaded::Problems(problems) => problems.iter().map(|p| report::text(p, "")).collect(),
                };
                return self.keep(&lines);
            }
        };
        if let Err(why) = self.held.prepare(&loaded.plan) {
            return self.keep(&[why]);
        }
        let settings = &loaded.plan.settings;
        if settings.logfile != self.logfile {
            match self.log.change_file(settings.logfile.as_deref().map(Path::new)) {
                Ok(()) => self.logfile.clone_from(&settings.logfile),
                Err(e) => self.log.error(format!("The new logfile cannot be opened: {e}. The old one stays in use.")),
            }
        }
        match tag(settings) {
            Ok(tag) => self.log.change_tag(tag),
            Err(why) => self.log.error(format!("{why} The old one stays in use.")),
        }
        if let Err(why) = self.held.change_pidfile(settings.pidfile.as_deref().map(Path::new)) {
            self.log.error(format!("{why} The old pid file stays in use."));
        }
        if settings.nodaemon != self.nodaemon {
            self.log.warn("nodaemon is read at the start only: end the daemon and start it again to change it.");
        }
        for warning in &loaded.warnings {
            self.log.warn(report::text(warning, &loaded.shown));
        }
        self.held.settle(&loaded.plan);
        self.status.change(settings);
        self.engine.configure(Arc::new(loaded.plan));
        self.log.normal("The configuration was read again.");
    }

    fn keep(&mut self, lines: &[String]) {
        for line in lines {
            self.log.error(line.clone());
        }
        self.log
            .error("The configuration was not read again: the one in force stays. Correct it and send HUP once more.");
    }

    fn tell(&self) {
        for sync in &self.engine.status().syncs {
            self.log.normal(format!("{} is {}, {} wait.", sync.name, sync.health.word(), sync.waiting));
        }
    }
}

/// Until then; for ever without a time.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
