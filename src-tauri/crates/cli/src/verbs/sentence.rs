//! The state of a sync in one sentence, in the words that the window uses.

use driftless_core::view::{Phase, SyncStatus};
use jiff::{Timestamp, Zoned};

/// What a person wants to know first: is it safe, up to when, and if not, why.
pub fn sentence(sync: &SyncStatus, now: &Zoned) -> String {
    let target = &sync.target;
    let waiting = waiting(sync, now);
    if sync.phase == Phase::Paused {
        let until = match sync.paused_until_ms.flatten() {
            Some(ms) => format!("Paused until {}.", clock(ms, now)),
            None => "Paused until resumed.".to_owned(),
        };
        return joined(&[until, waiting]);
    }
    if let Some(problem) = &sync.problem {
        let failure = driftless_words::render_failure(&problem.code, &problem.args).sentence;
        let again = problem.next_try_ms.map(|ms| format!("Trying again at {}.", clock(ms, now))).unwrap_or_default();
        return joined(&[failure, waiting, again]);
    }
    let state = match sync.phase {
        Phase::Starting => format!("Looking through {}…", sync.source),
        Phase::FullPass => format!("Comparing with {target}…"),
        Phase::Sending => format!("Sending {} to {target}…", changes(sync.waiting)),
        Phase::Waiting | Phase::Retrying => String::new(),
        Phase::Held => "Held to protect your files; nothing is deleted.".to_owned(),
        Phase::Paused | Phase::Idle => return joined(&[safe(sync, now), remain(sync)]),
    };
    let waiting = if sync.phase == Phase::Sending { String::new() } else { waiting };
    joined(&[state, waiting, safe(sync, now), remain(sync)])
}

fn safe(sync: &SyncStatus, now: &Zoned) -> String {
    match sync.protected_up_to_ms {
        Some(ms) => format!("Everything changed before {} is on {}.", clock(ms, now), sync.target),
        None => "The first full pass has not ended yet.".to_owned(),
    }
}

fn waiting(sync: &SyncStatus, now: &Zoned) -> String {
    match (sync.waiting, sync.oldest_ms) {
        (0, _) => String::new(),
        (count, None) => format!("{} {}.", changes(count), if count == 1 { "waits" } else { "wait" }),
        (count, Some(ms)) => {
            format!("{} {} since {}.", changes(count), if count == 1 { "waits" } else { "wait" }, clock(ms, now))
        }
    }
}

fn remain(sync: &SyncStatus) -> String {
    if sync.may_remain {
        "Files that were removed here while nobody watched may remain there.".to_owned()
    } else {
        String::new()
    }
}

fn changes(count: usize) -> String {
    if count == 1 { "1 change".to_owned() } else { format!("{count} changes") }
}

/// The time of day, with the date if it is another day.
fn clock(ms: i64, now: &Zoned) -> String {
    let Ok(time) = Timestamp::from_millisecond(ms) else { return "?".to_owned() };
    let time = time.to_zoned(now.time_zone().clone());
    let format = if time.date() == now.date() { "%H:%M" } else { "%Y-%m-%d %H:%M" };
    time.strftime(format).to_string()
}

fn joined(parts: &[String]) -> String {
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
    parts.join(" ")
}
