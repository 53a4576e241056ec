//! The daemon, from its command line to its exit code.
//!
//! In this order: the configuration is read and checked; the process goes into the background; pid file, locks and log
//! are taken; the engine starts. Only when all of it went well is the caller told so. Every failure on the way is said on
//! stderr and ends with 255.

mod lean;
mod service;
mod signals;
mod status;

use std::path::{Path, PathBuf};
use std::time::Duration;

use driftless_core::plan::PlanSettings;
use driftless_core::say::{Category, Say};
use driftless_engine::places::{Places, private_dir};
use driftless_instance::{Held, Loaded, Refusal};

use crate::FAILED;
use crate::daemon::{Side, Waiting, detach};
use crate::grammar::Arguments;
use crate::load::Origin;
use crate::log::{Filter, Log, LogFile, Tag, facility};
use crate::report;
use service::Service;
use signals::Signals;

/// Runs until the end; the exit code.
pub fn run(arguments: Arguments) -> u8 {
    let log = Log::early(Filter::of(&arguments.log));
    let name = arguments.config.clone().unwrap_or_default();
    let places = match Places::find() {
        Ok(places) => places,
        Err(e) => return refuse(&format!("There is no place for locks and state: {e}.")),
    };
    let loaded = Origin::new(arguments, own(&places)).and_then(|origin| Ok((origin.load()?, origin)));
    let (loaded, origin) = match loaded {
        Ok(both) => both,
        Err(why) => {
            report::not_loaded(&why, &name);
            return FAILED;
        }
    };
    let waiting = if loaded.plan.settings.nodaemon {
        None
    } else {
        match detach() {
            Ok(Side::Caller(code)) => return code,
            Ok(Side::Background(waiting)) => Some(waiting),
            Err(e) => return refuse(&format!("Cannot go into the background: {e}.")),
        }
    };
    on_panic(&log);
    match up(loaded, origin, &places, &log, waiting) {
        Ok(code) => code,
        Err(text) => refuse(&text),
    }
}

fn refuse(text: &str) -> u8 {
    report::error(text);
    FAILED
}

/// The program's own directories: never part of a sync.
pub fn own(places: &Places) -> Vec<PathBuf> {
    [&places.config, &places.state, &places.runtime, &places.cache, &places.log].into_iter().cloned().collect()
}

/// Takes everything, starts, serves, ends.
fn up(loaded: Loaded, origin: Origin, places: &Places, log: &Log, waiting: Option<Waiting>) -> Result<u8, Refusal> {
    let settings = &loaded.plan.settings;
    let file = settings.logfile.as_deref().map(open_log).transpose()?;
    let tag = tag(settings)?;
    private_dir(&places.runtime).map_err(|e| format!("Cannot use '{}': {e}.", places.runtime.display()))?;
    let held = Held::take(&loaded, &places.runtime)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("driftless")
        .enable_all()
        .build()
        .map_err(|e| format!("Cannot start threads: {e}."))?;
    let background = waiting.is_some();
    if background {
        log.to_background(file, tag);
        log.normal("--- Startup, daemonizing ---");
    } else {
        log.to_console(file);
        log.normal("--- Startup ---");
    }
    let code = runtime.block_on(async {
        let signals = Signals::new().map_err(|e| format!("Cannot take signals: {e}."))?;
        let service = Service::start(loaded, origin, places, log, held, signals).await?;
        // From here on nothing can fail that the caller should hear of.
        if let Some(waiting) = waiting {
            waiting.up().map_err(|e| format!("Cannot leave the terminal: {e}."))?;
        }
        Ok(service.serve().await)
    });
    // What does not end by itself must not keep the process.
    runtime.shutdown_timeout(Duration::from_secs(2));
    code.inspect_err(|text: &Refusal| {
        // The caller hears it from stderr; who reads the log later is to find it too.
        if background {
            log.error(text.clone());
        }
    })
}

fn open_log(path: &str) -> Result<LogFile, Refusal> {
    LogFile::open(Path::new(path)).map_err(|e| {
        format!("Cannot open logfile '{path}': {e}. Name another with -logfile, or make its directory writable.")
    })
}

/// How lines are tagged in syslog.
fn tag(settings: &PlanSettings) -> Result<Tag, Refusal> {
    let facility = facility(&settings.logfacility)
        .ok_or_else(|| format!("Logging facility '{}' unknown.", settings.logfacility))?;
    Ok(Tag { ident: settings.logident.clone(), facility })
}

/// A bug in a thread must not leave half a daemon behind: it is said in the log, and the process ends.
fn on_panic(log: &Log) {
    let log = log.clone();
    std::panic::set_hook(Box::new(move |info| {
        let place = info.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        let payload = info.payload();
        let text = payload.downcast_ref::<String>().map(String::as_str);
        let what = text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("unknown");
        log.say(&Say::new(Category::Error, format!("internal error{place}: {what}. Please report it.")));
        std::process::exit(1);
    }));
}
