//! `cargo xtask run`: Driftless at work, on a machine that has nothing yet.
//!
//! A sample folder, an rsync server of its own on loopback (`driftlessd receive`), and `driftlessd` in the foreground
//! between them. What arrives at the other side is told as it arrives. With `--for` it makes changes by itself, and only
//! an equal other side is a success.

mod changes;
mod equal;
mod options;
mod seen;
mod stage;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

pub use options::Options;

use crate::exec::{Ended, say};
use crate::{binaries, needs};
use seen::Seen;
use stage::Stage;

/// How often the other side is looked at.
const LOOK: Duration = Duration::from_millis(200);
/// A slow machine may need longer than `--for` says until the last change has arrived.
const GRACE: Duration = Duration::from_secs(30);

/// Does it.
pub fn run(options: Options) -> Result<(), String> {
    let stopped = stop_flag()?;
    needs::install(&[needs::RSYNC])?;
    say("Building driftlessd…");
    let built = binaries::build(&["build", "--package", "driftlessd", "--bin", "driftlessd"])?;
    let driftlessd = built.into_iter().find(|binary| binary.name == "driftlessd");
    let driftlessd = driftlessd.ok_or("cargo built no driftlessd")?.file;

    let stage = Stage::set(options.source.as_deref(), options.keep)?;
    let (receiver, target, password) = stage.receive(&driftlessd)?;
    say(&format!("An rsync server of its own receives:  {target}"));
    stage.configure(&target, &password)?;
    say(&format!("The configuration:                    {}", stage.config().display()));
    let mut daemon = stage.mirror(&driftlessd)?;
    say(&format!("driftlessd mirrors this folder live:  {}", stage.source().display()));
    say(&format!("Look at the other side here:          {}", stage.received().display()));

    let end = options.time.map(|time| Instant::now() + time);
    let result = watch(&stage, &mut daemon, &target, &password, end, &stopped);
    drop(daemon);
    drop(receiver);
    result
}

fn watch(
    stage: &Stage,
    daemon: &mut Ended,
    target: &str,
    password: &std::path::Path,
    end: Option<Instant>,
    stopped: &AtomicBool,
) -> Result<(), String> {
    let mut seen = Seen::default();
    let mut changes = (end.is_some() && stage.is_sample()).then(changes::all);
    let mut first_pass = false;
    let started = Instant::now();
    let mut left = 0;
    loop {
        std::thread::sleep(LOOK);
        if stopped.load(Ordering::Relaxed) {
            say("Stopped.");
            return if end.is_some() { Err("stopped before its time".to_owned()) } else { Ok(()) };
        }
        if let Ok(Some(status)) = daemon.0.try_wait() {
            return Err(format!("driftlessd ended by itself: {status}"));
        }
        seen.look(stage.received(), if first_pass { say_arrival } else { |_: &str| {} });
        if !first_pass {
            if equal::differences(stage.source(), target, password)?.is_empty() {
                first_pass = true;
                say(&format!(
                    "The other side is equal after {:.1} s: {} entries.",
                    started.elapsed().as_secs_f32(),
                    seen.len()
                ));
                match end {
                    None => say("Now change something in that folder, and see it arrive. Ctrl-C ends it."),
                    Some(_) if changes.is_some() => say("Now it makes changes of its own:"),
                    Some(_) => say("Your own folder is watched, and left alone."),
                }
            } else if end.is_some_and(|end| Instant::now() > end + GRACE) {
                return Err(differing(stage, target, password)?);
            }
            continue;
        }
        if let Some(all) = &mut changes
            && let Some(change) = all.next()
        {
            say(&format!("  you would {}", change.what));
            (change.make)(stage.source()).map_err(|error| format!("{}: {error}", change.what))?;
            continue;
        }
        let Some(end) = end else { continue };
        if Instant::now() < end {
            continue;
        }
        // Every change was made; rsync itself, comparing content, must find nothing to do.
        let found = equal::differences(stage.source(), target, password)?;
        if found.is_empty() {
            seen.look(stage.received(), say_arrival);
            say(&format!("Equal: rsync compared the content of all {} entries and finds nothing to do.", seen.len()));
            return Ok(());
        }
        if left != found.len() {
            left = found.len();
            say(&format!("  {left} entries differ still; waiting"));
        }
        if Instant::now() > end + GRACE {
            return Err(differing(stage, target, password)?);
        }
    }
}

fn say_arrival(text: &str) {
    say(&format!("      → {text}"));
}

fn differing(stage: &Stage, target: &str, password: &std::path::Path) -> Result<String, String> {
    let found = equal::differences(stage.source(), target, password)?;
    Ok(format!("the other side is not equal:\n{}\ndriftlessd said:\n{}", found.join("\n"), stage.log_tail()))
}

/// True once somebody pressed Ctrl-C or asked us to end.
fn stop_flag() -> Result<Arc<AtomicBool>, String> {
    let flag = Arc::new(AtomicBool::new(false));
    for signal in [signal_hook::consts::SIGINT, signal_hook::consts::SIGTERM] {
        signal_hook::flag::register(signal, Arc::clone(&flag)).map_err(|error| format!("signals: {error}"))?;
    }
    Ok(flag)
}
