//! The state of a sync in one sentence, in the words that the window uses.

use driftless_core::disk::End;
use driftless_core::paths::show_bytes;
use driftless_core::problem::Problem;
use driftless_core::view::{Health, Phase, SyncStatus};
use jiff::{Timestamp, Zoned};

/// What a person wants to know first: is it safe, up to when, and if not, why.
pub fn sentence(sync: &SyncStatus, now: &Zoned) -> String {
    let target = &sync.target;
    let waiting = waiting(sync, now);
    if let Some(by) = &sync.paused_by {
        let said = Problem::warning(by.rule.code()).with("wants", show_bytes(by.wants.as_bytes()));
        let name = show_bytes(sync.name.as_bytes());
        let remedy = format!("To sync all the same: driftlessd sync --anyway '{name}'");
        return joined(&[driftless_words::render(&said).sentence, waiting, remedy]);
    }
    if let Some(away) = &sync.away {
        let (code, place) = match away.end {
            End::Source => ("state-away-source", &sync.source),
            End::Target => ("state-away-target", target),
        };
        let said = Problem::warning(code).with("place", show_bytes(place.as_bytes()));
        return joined(&[driftless_words::render(&said).sentence, waiting]);
    }
    if sync.phase == Phase::Paused {
        let until = match sync.paused_until_ms.flatten() {
            Some(ms) => format!("Paused until {}.", clock(ms, now)),
            None => "Paused until resumed.".to_owned(),
        };
        return joined(&[until, waiting]);
    }
    if let Some(problem) = &sync.problem {
        let failure = driftless_words::render_failure(&problem.code, &problem.args);
        let again = problem.next_try_ms.map(|ms| format!("Trying again {}.", ahead(ms, now))).unwrap_or_default();
        // While it may pass by itself nobody need do anything.
        let remedy = failure.remedy.filter(|_| sync.health >= Health::Attention).unwrap_or_default();
        return joined(&[failure.sentence, waiting, again, remedy]);
    }
    if sync.phase == Phase::Starting
        && let Some(blind) = sync.sight.iter().find(|p| p.code == "sight-no-source")
    {
        return joined(&[driftless_words::line(blind), waiting]);
    }
    let state = match sync.phase {
        Phase::Starting => format!("Looking through {}…", sync.source),
        Phase::FullPass => comparing(sync),
        Phase::Sending => format!("Sending {} to {target}…", changes(sync.waiting)),
        Phase::Waiting | Phase::Retrying => String::new(),
        Phase::Held => "Held to protect your files; nothing is deleted.".to_owned(),
        Phase::Paused | Phase::Away | Phase::Idle => return joined(&[safe(sync, now), remain(sync), sight(sync)]),
    };
    let waiting = if sync.phase == Phase::Sending { String::new() } else { waiting };
    joined(&[state, waiting, safe(sync, now), remain(sync), sight(sync)])
}

/// A full pass, and how far it is.
fn comparing(sync: &SyncStatus) -> String {
    let target = &sync.target;
    let Some(pass) = sync.pass else { return format!("Comparing with {target}…") };
    let mut facts = vec![match pass.files_total {
        Some(total) => format!("{} of about {total} files", pass.files_done),
        None => format!("{} files so far", pass.files_done),
    }];
    if pass.parts_total > 1 {
        facts.push(format!("{} of {} parts", pass.parts_done, pass.parts_total));
    }
    facts.push(format!("{} sent", bytes(pass.bytes)));
    if pass.bytes_per_second > 0 {
        facts.push(format!("{}/s", bytes(pass.bytes_per_second)));
    }
    facts.extend(pass.seconds_left.map(|left| match left {
        0..60 => format!("{left} s left"),
        60..7_200 => format!("{} min left", left.div_ceil(60)),
        _ => format!("{} h left", left.div_ceil(3_600)),
    }));
    format!("Comparing with {target}: {}…", facts.join(", "))
}

fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut size = count as f64;
    let mut unit = "bytes";
    for larger in UNITS {
        if size < 1_000.0 {
            break;
        }
        (size, unit) = (size / 1_000.0, larger);
    }
    if unit == "bytes" { format!("{count} bytes") } else { format!("{size:.1} {unit}") }
}

/// What the watcher cannot see: a promise of safety would not be true without it.
fn sight(sync: &SyncStatus) -> String {
    let shown: Vec<String> = sync.sight.iter().take(3).map(driftless_words::line).collect();
    shown.join(" ")
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

/// How long until then, or when, if it is an hour and more.
fn ahead(ms: i64, now: &Zoned) -> String {
    let left = u64::try_from(ms - now.timestamp().as_millisecond()).unwrap_or(0);
    match left.div_ceil(1000) {
        0 => "now".to_owned(),
        seconds @ 1..60 => format!("in {seconds} s"),
        seconds @ 60..3600 => format!("in {} min", seconds.div_ceil(60)),
        _ => format!("at {}", clock(ms, now)),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_near_is_told_as_a_span() {
        let now: Zoned = "2026-11-02T14:00:00[UTC]".parse().unwrap();
        let then = |seconds: i64| ahead(now.timestamp().as_millisecond() + seconds * 1000, &now);
        let told = [-5, 0, 40, 61, 3599, 3600, 86_400].map(then);
        assert_eq!(told, ["now", "now", "in 40 s", "in 2 min", "in 60 min", "at 15:00", "at 2026-11-03 14:00"]);
    }
}
