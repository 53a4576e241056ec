//! `pause`, `resume`, `sync`, `allow`: asked of the instance that has the sync, or of all.

use driftless_engine::control::{Answer, Ask, Instance, find, instances};
use driftless_engine::places::Places;
use jiff::Zoned;

use super::{FAILED, OK, USAGE, when};
use crate::report;
use driftless_instance::identity_of_file;

/// `pause`
pub fn pause(
    sync: Option<String>,
    duration: Option<&str>,
    until: Option<&str>,
    config: Option<&str>,
    places: &Places,
) -> u8 {
    let now = Zoned::now();
    let then = match (duration, until) {
        (None, None) => None,
        (Some(text), _) | (_, Some(text)) => {
            let then = if duration.is_some() { when::after(text, &now) } else { when::until(text, &now) };
            let Some(then) = then else {
                report::error(&format!(
                    "'{text}' is not a time that can be read, or it is past. Write --for 90m, or --until 16:00."
                ));
                return USAGE;
            };
            Some(then)
        }
    };
    let said = match &then {
        Some(then) => format!("paused until {}", then.strftime("%Y-%m-%d %H:%M")),
        None => "paused until resumed".to_owned(),
    };
    let until_wall_ms = then.map(|z| z.timestamp().as_millisecond());
    ask(&Ask::Pause { sync, until_wall_ms }, &said, config, places)
}

/// `resume`
pub fn resume(sync: Option<String>, config: Option<&str>, places: &Places) -> u8 {
    ask(&Ask::Resume { sync }, "resumed", config, places)
}

/// `sync`
pub fn sync(sync: Option<String>, anyway: bool, config: Option<&str>, places: &Places) -> u8 {
    let overruled = if anyway {
        ask(&Ask::Anyway { sync: sync.clone() }, "run whatever their rules say", config, places)
    } else {
        OK
    };
    if overruled != OK {
        return overruled;
    }
    ask(&Ask::Sync { sync }, "asked to sync now", config, places)
}

/// `allow`
pub fn allow(sync: String, config: Option<&str>, places: &Places) -> u8 {
    ask(&Ask::Allow { sync }, "allowed to go on", config, places)
}

/// The instances that were meant, or a line that says that there is none.
pub fn chosen(config: Option<&str>, places: &Places) -> Vec<Instance> {
    let found = match config {
        Some(config) => find(&places.runtime, &identity_of_file(std::path::Path::new(config))).into_iter().collect(),
        None => instances(&places.runtime),
    };
    if found.is_empty() {
        let what = config.map_or_else(|| "No Driftless".to_owned(), |config| format!("No Driftless with '{config}'"));
        report::stderr(&format!("{what} is running. Start it with 'driftlessd CONFIG'.\n"));
    }
    found
}

fn ask(ask: &Ask, said: &str, config: Option<&str>, places: &Places) -> u8 {
    let (mut done, mut failed) = (0, false);
    let mut unknown: Option<(String, Vec<String>)> = None;
    for instance in chosen(config, places) {
        match instance.ask(ask) {
            Ok(Answer::Done(ids)) => done += ids.len(),
            Ok(Answer::NoSuchSync { asked, known }) => unknown.get_or_insert((asked, Vec::new())).1.extend(known),
            Ok(Answer::Refused(code)) => {
                failed = true;
                report::error(&format!("it refused: {code}."));
            }
            Ok(_) => {
                failed = true;
                report::error("it answered something else than was asked.");
            }
            Err(e) => {
                failed = true;
                report::error(&format!("{e}."));
            }
        }
    }
    match (done, unknown) {
        (0, Some((asked, known))) => {
            report::error(&format!("there is no sync '{asked}'. There are: {}.", known.join(", ")));
            FAILED
        }
        (0, None) => FAILED,
        (count, _) => {
            report::stdout(&format!("{count} sync{} {said}.\n", if count == 1 { "" } else { "s" }));
            if failed { FAILED } else { OK }
        }
    }
}
