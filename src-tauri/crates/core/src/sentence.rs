//! How it goes, in sentences: the same ones in tray, window, notifications and on the command line.
//!
//! The first sentence is the answer to "is my work safe, and up to when?"; one about what waits may follow.

use crate::disk::End;
use crate::paths::show_bytes;
use crate::said::Said;
use crate::target::Target;
use crate::view::{Health, Phase, ProblemStatus, Status, SyncStatus};

/// The worst of all, in one sentence: for the tray's first line.
pub fn headline(status: &Status) -> Vec<Said> {
    let Some(worst) = worst(status) else { return vec![Said::new("state-none")] };
    if worst.health > Health::Synced {
        return of(worst);
    }
    let all: Option<Vec<i64>> = status.syncs.iter().map(|sync| sync.protected_up_to_ms).collect();
    match all.and_then(|times| times.into_iter().min()) {
        Some(at) => vec![Said::new("state-all-safe").at("time", at)],
        None => of(worst),
    }
}

/// The sync that a person should hear of first.
pub fn worst(status: &Status) -> Option<&SyncStatus> {
    // Of equals the one that stands first.
    status.syncs.iter().rev().max_by_key(|sync| (sync.health, sync.phase == Phase::Held))
}

/// How one sync goes.
pub fn of(sync: &SyncStatus) -> Vec<Said> {
    let target = place(&sync.target);
    if sync.phase == Phase::Paused {
        return with_waiting(paused(sync), sync, None);
    }
    if let Some(away) = &sync.away {
        let disk = match away.end {
            End::Source => Said::new("state-away-source").text("place", show_bytes(sync.source.as_bytes())),
            End::Target => Said::new("state-away-target").text("place", target),
        };
        return with_waiting(disk, sync, None);
    }
    if let Some(hold) = &sync.hold {
        let deleted = hold.picture.as_ref().map_or(0, |picture| picture.deleted.count);
        let said = Said::new(format!("state-held-{}", hold.why.code())).text("target", target);
        return vec![said.count("count", deleted)];
    }
    if let Some(problem) = &sync.problem {
        let cause = Said::failure(&problem.code, &problem.args);
        if sync.health == Health::Failing {
            let since = sync.oldest_ms.map_or(problem.since_ms, |oldest| oldest.min(problem.since_ms));
            return vec![Said::new("state-failing").text("target", target).at("since", since), cause];
        }
        return with_waiting(cause, sync, Some(problem));
    }
    vec![match (sync.phase, sync.protected_up_to_ms) {
        (Phase::Starting, _) => Said::new("state-starting").text("source", show_bytes(sync.source.as_bytes())),
        (Phase::FullPass, _) => match &sync.pass {
            Some(pass) if pass.files_done > 0 => comparing(target, pass.files_done, pass.files_total),
            _ => Said::new("state-comparing").text("target", target),
        },
        (Phase::Sending, _) => Said::new("state-sending").text("target", target).count("count", sync.waiting as u64),
        (Phase::Waiting | Phase::Retrying, _) => {
            Said::new("state-waiting").text("target", target).count("count", sync.waiting as u64)
        }
        (_, Some(at)) => Said::new("state-safe").text("target", target).at("time", at),
        (_, None) => Said::new("state-watching").text("source", show_bytes(sync.source.as_bytes())),
    }]
}

fn paused(sync: &SyncStatus) -> Said {
    if let Some(by) = &sync.paused_by {
        return Said::new(by.rule.code()).text("wants", show_bytes(by.wants.as_bytes()));
    }
    match sync.paused_until_ms.flatten() {
        Some(until) => Said::new("state-paused-until").at("time", until),
        None => Said::new("state-paused"),
    }
}

fn comparing(target: String, done: u64, total: Option<u64>) -> Said {
    let said = Said::new(if total.is_some() { "state-comparing-of" } else { "state-comparing-so-far" });
    let said = said.text("target", target).count("done", done);
    total.into_iter().fold(said, |said, total| said.count("total", total))
}

fn with_waiting(first: Said, sync: &SyncStatus, problem: Option<&ProblemStatus>) -> Vec<Said> {
    let mut all = vec![first];
    if sync.waiting > 0 {
        let waits = Said::new(if sync.oldest_ms.is_some() { "state-wait-since" } else { "state-wait" });
        let waits = waits.count("count", sync.waiting as u64);
        all.push(sync.oldest_ms.into_iter().fold(waits, |said, at| said.at("time", at)));
    }
    if let Some(next) = problem.and_then(|problem| problem.next_try_ms) {
        all.push(Said::new("state-next-try").at("time", next));
    }
    all
}

/// What a person calls the other side: a machine by its name, a folder by its path.
pub fn place(target: &str) -> String {
    let host = Target::parse(target).ok().and_then(|target| target.host().map(str::to_owned));
    show_bytes(host.as_deref().unwrap_or(target).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditions::Surroundings;
    use crate::view::tests::sync;

    fn keys(said: &[Said]) -> Vec<&str> {
        said.iter().map(|said| said.key.as_str()).collect()
    }

    #[test]
    fn a_machine_has_a_name_and_a_folder_a_path() {
        assert_eq!(place("me@nas::home/documents"), "nas");
        assert_eq!(place("rsync://me@nas:8730/home"), "nas");
        assert_eq!(place("me@nas:backup"), "nas");
        assert_eq!(place("/media/disk"), "/media/disk");
    }

    #[test]
    fn every_state_has_its_sentence() {
        let mut one = sync("a", Health::Synced, Phase::Idle);
        one.protected_up_to_ms = Some(5);
        assert_eq!(keys(&of(&one)), ["state-safe"]);
        one.protected_up_to_ms = None;
        assert_eq!(keys(&of(&one)), ["state-watching"]);
        one.phase = Phase::Sending;
        assert_eq!(keys(&of(&one)), ["state-sending"]);
        one.phase = Phase::Paused;
        one.paused_until_ms = Some(Some(9));
        one.waiting = 3;
        one.oldest_ms = Some(4);
        assert_eq!(keys(&of(&one)), ["state-paused-until", "state-wait-since"]);
        one.phase = Phase::Retrying;
        one.health = Health::Attention;
        one.problem = Some(ProblemStatus {
            code: "auth-failed".to_owned(),
            args: [("host".to_owned(), "nas".to_owned())].into(),
            since_ms: 7,
            next_try_ms: Some(40),
            times: 1,
            needs_person: true,
            paths: Vec::new(),
        });
        assert_eq!(keys(&of(&one)), ["failure-auth-failed", "state-wait-since", "state-next-try"]);
        one.health = Health::Failing;
        let failing = of(&one);
        assert_eq!(keys(&failing), ["state-failing", "failure-auth-failed"]);
        assert_eq!(failing[0].args["since"], crate::said::Value::At(4));
    }

    #[test]
    fn the_worst_is_said_and_all_safe_is_the_earliest_time() {
        let mut status = Status {
            health: Health::Synced,
            syncs: Vec::new(),
            running: 0,
            fading: false,
            around: Surroundings::default(),
        };
        assert_eq!(keys(&headline(&status)), ["state-none"]);
        for (name, at) in [("a", 30), ("b", 20)] {
            let mut one = sync(name, Health::Synced, Phase::Idle);
            one.protected_up_to_ms = Some(at);
            status.syncs.push(one);
        }
        assert_eq!(headline(&status)[0].args["time"], crate::said::Value::At(20));
        status.syncs[1].health = Health::Syncing;
        status.syncs[1].phase = Phase::Sending;
        assert_eq!(keys(&headline(&status)), ["state-sending"]);
    }
}
