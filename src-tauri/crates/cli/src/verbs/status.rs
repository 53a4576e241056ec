//! `status`: one line for each sync, the worst state as the exit code.

use driftless_core::view::{Health, Phase};
use driftless_engine::control::{Answer, Ask, Report};
use driftless_engine::places::Places;
use jiff::Zoned;

use super::ask::chosen;
use super::{FAILED, OK, sentence};
use crate::report;

const ATTENTION: u8 = 3;
const FAILING: u8 = 4;
const NOT_RUNNING: u8 = 5;

/// Says how it goes.
pub fn status(config: Option<&str>, json: bool, places: &Places) -> u8 {
    let mut reports = Vec::new();
    let mut failed = false;
    for instance in chosen(config, places) {
        match instance.ask(&Ask::Status) {
            Ok(Answer::Status(one)) => reports.push(*one),
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
    if json {
        let worst = reports.iter().map(|r| r.status.health).max();
        let value = serde_json::json!({ "v": 1, "health": worst, "instances": reports });
        report::stdout(&format!("{value}\n"));
    } else {
        let now = Zoned::now();
        reports.iter().for_each(|one| report::stdout(&lines(one, reports.len() > 1, &now)));
    }
    match reports.iter().map(|r| r.status.health).max() {
        None if failed => FAILED,
        None => NOT_RUNNING,
        Some(Health::Attention) => ATTENTION,
        Some(Health::Failing) => FAILING,
        Some(Health::Synced | Health::Syncing | Health::Paused) => OK,
    }
}

fn lines(one: &Report, several: bool, now: &Zoned) -> String {
    let mut out = if several { format!("{} (process {}):\n", one.config, one.pid) } else { String::new() };
    for sync in &one.status.syncs {
        let name = driftless_core::paths::show_bytes(sync.name.as_bytes());
        // Held is a kind of attention with a question behind it; the exit code is the same.
        let word = if sync.phase == Phase::Held { "held" } else { sync.health.word() };
        out.push_str(&format!("{name}: {word}: {}\n", sentence::sentence(sync, now)));
    }
    out
}
