//! Which trouble becomes a notice, when it is told again, and when it is withdrawn.
//!
//! Rules
//! - What counts is the age of the oldest change that is not yet safe, not each failed run. What a person must mend is told
//!   at once; what may mend itself only after [`Rules::patience`].
//! - After login and after sleep there is a grace: a network, a keyring or a disk that is late is no news.
//! - One notice for each sync, replaced in place. Told again only after an hour, six hours, then once a day; at once where it
//!   became worse or the cause is another.
//! - It is replaced by "backed up again" once all that was waiting then is safe, and withdrawn when the sync is paused or gone.
//! - Critical is only what has failed for long and what is held to protect data.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::paths::show_bytes;
use crate::said::Said;
use crate::time::Now;
use crate::view::{Health, Phase, ProblemStatus, Status, SyncStatus};

/// What a notice is about; each kind has a switch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "kebab-case")]
pub enum NoticeKind {
    /// Nothing reaches the target.
    Failing,
    /// Held to protect data.
    Held,
    /// Backed up again.
    Recovered,
    /// A password is missing, refused, or cannot be read.
    Password,
}

/// How loud it is; the desktop's own three.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Urgency {
    /// Good news.
    Low,
    /// Something does not work.
    Normal,
    /// Stays until it is seen.
    Critical,
}

/// What can be done about it, right there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Show the sync.
    Details,
    /// Show where its password is typed.
    EnterPassword,
    /// Try at once.
    TryNow,
    /// Not before tomorrow.
    Snooze,
}

/// Something to be shown, in place of what was shown of the same sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The sync's id.
    pub sync: String,
    /// What it is about.
    pub kind: NoticeKind,
    /// How loud.
    pub urgency: Urgency,
    /// At most about forty characters.
    pub title: Said,
    /// Cause and remedy.
    pub body: Vec<Said>,
    /// In this order, at most three.
    pub actions: Vec<Action>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// Show it.
    Show(Notice),
    /// Take away what is shown of this sync.
    Withdraw(String),
}

/// What a person chose, and how patient we are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// So old may a change get before trouble that may mend itself is told.
    pub patience: Duration,
    /// So long after login and sleep nothing is told that may mend itself.
    pub grace: Duration,
    /// The kinds that are switched off.
    pub off: Vec<NoticeKind>,
}

impl Default for Rules {
    fn default() -> Self {
        Rules { patience: Duration::from_secs(30 * 60), grace: Duration::from_secs(60), off: Vec::new() }
    }
}

/// Told again after these, and then always after the last.
const AGAIN: [Duration; 3] = [Duration::from_secs(3600), Duration::from_secs(6 * 3600), Duration::from_secs(24 * 3600)];
/// "Not before tomorrow."
const SNOOZE: Duration = Duration::from_secs(24 * 3600);
/// So long may a sync's name be in a title.
const NAME: usize = 18;

/// What was told of each sync.
#[derive(Debug)]
pub struct Alerts {
    rules: Rules,
    grace_until: Duration,
    told: BTreeMap<String, Told>,
}

#[derive(Debug)]
struct Told {
    code: String,
    urgency: Urgency,
    /// The oldest change that was not safe then.
    since_ms: i64,
    sent_before: u64,
    last: Duration,
    times: usize,
    /// Whether it is on the screen, or was silenced by its switch.
    shown: bool,
    snoozed_until: Duration,
}

/// What is wrong with a sync now.
struct Trouble<'a> {
    problem: &'a ProblemStatus,
    kind: NoticeKind,
    urgency: Urgency,
    since_ms: i64,
    may_mend: bool,
    patient: bool,
}

impl Alerts {
    /// At the start of the program, which is soon after login.
    pub fn new(rules: Rules, now: Now) -> Alerts {
        let grace_until = now.mono + rules.grace;
        Alerts { rules, grace_until, told: BTreeMap::new() }
    }

    /// The machine woke.
    pub fn resumed(&mut self, now: Now) {
        self.grace_until = now.mono + self.rules.grace;
    }

    /// The person chose anew which kinds are told.
    pub fn switch_off(&mut self, off: Vec<NoticeKind>) {
        self.rules.off = off;
    }

    /// The person does not want to hear of this sync before tomorrow.
    pub fn snooze(&mut self, now: Now, sync: &str) {
        if let Some(told) = self.told.get_mut(sync) {
            told.snoozed_until = now.mono + SNOOZE;
            told.shown = false;
        }
    }

    /// What the status means for what is shown.
    pub fn look(&mut self, now: Now, status: &Status) -> Vec<Act> {
        let mut acts = Vec::new();
        let gone: Vec<String> =
            self.told.keys().filter(|id| !status.syncs.iter().any(|sync| sync.id == **id)).cloned().collect();
        for id in gone {
            self.withdraw(&id, &mut acts);
        }
        for sync in &status.syncs {
            match trouble(sync) {
                _ if sync.phase == Phase::Paused => self.withdraw(&sync.id, &mut acts),
                Some(trouble) => self.tell(now, sync, &trouble, &mut acts),
                None => self.recover(now, sync, &mut acts),
            }
        }
        acts
    }

    /// When [`Alerts::look`] may have something to say though nothing happened.
    pub fn due(&self, now: Now, status: &Status) -> Option<Duration> {
        let times = status.syncs.iter().filter(|sync| sync.phase != Phase::Paused).filter_map(|sync| {
            let trouble = trouble(sync)?;
            let at = match self.told.get(&sync.id) {
                Some(told) if told.code == trouble.problem.code && told.urgency >= trouble.urgency => again_at(told),
                Some(told) => self.first_at(now, &trouble).max(told.snoozed_until),
                None => self.first_at(now, &trouble),
            };
            Some(at.max(now.mono))
        });
        times.min()
    }

    fn first_at(&self, now: Now, trouble: &Trouble<'_>) -> Duration {
        let old_enough = if trouble.patient { self.rules.patience } else { Duration::ZERO };
        let age = Duration::from_millis(u64::try_from(now.wall_ms - trouble.since_ms).unwrap_or(0));
        let ripe = now.mono + old_enough.saturating_sub(age);
        if trouble.may_mend { ripe.max(self.grace_until) } else { ripe }
    }

    fn tell(&mut self, now: Now, sync: &SyncStatus, trouble: &Trouble<'_>, acts: &mut Vec<Act>) {
        let told = self.told.get(&sync.id);
        let worse = told.is_some_and(|told| told.urgency < trouble.urgency);
        let other = told.is_some_and(|told| told.code != trouble.problem.code);
        let at = match told {
            Some(told) if !worse && !other => again_at(told),
            Some(told) => self.first_at(now, trouble).max(told.snoozed_until),
            None => self.first_at(now, trouble),
        };
        if now.mono < at {
            return;
        }
        let again = told.filter(|_| !worse && !other).map_or(0, |told| told.times + 1);
        let shown = !self.rules.off.contains(&trouble.kind);
        let fresh = Told {
            code: trouble.problem.code.clone(),
            urgency: trouble.urgency,
            since_ms: told.map_or(trouble.since_ms, |told| told.since_ms.min(trouble.since_ms)),
            sent_before: told.map_or(sync.totals.sent, |told| told.sent_before),
            last: now.mono,
            times: again,
            shown,
            snoozed_until: Duration::ZERO,
        };
        let since_ms = fresh.since_ms;
        self.told.insert(sync.id.clone(), fresh);
        if shown {
            acts.push(Act::Show(notice(sync, trouble, since_ms)));
        }
    }

    fn recover(&mut self, now: Now, sync: &SyncStatus, acts: &mut Vec<Act>) {
        let Some(told) = self.told.get(&sync.id) else { return };
        let safe = sync.protected_up_to_ms.is_some_and(|up_to| up_to >= told.since_ms) || sync.phase == Phase::Idle;
        if !safe {
            return;
        }
        let Some(told) = self.told.remove(&sync.id) else { return };
        if !told.shown {
            return;
        }
        if self.rules.off.contains(&NoticeKind::Recovered) {
            acts.push(Act::Withdraw(sync.id.clone()));
            return;
        }
        let body = Said::new("notice-recovered-body")
            .with("span", crate::said::Value::Span((now.wall_ms - told.since_ms).max(0)))
            .count("count", sync.totals.sent.saturating_sub(told.sent_before));
        acts.push(Act::Show(Notice {
            sync: sync.id.clone(),
            kind: NoticeKind::Recovered,
            urgency: Urgency::Low,
            title: Said::new("notice-recovered").text("name", short(&sync.name)),
            body: vec![body],
            actions: Vec::new(),
        }));
    }

    fn withdraw(&mut self, sync: &str, acts: &mut Vec<Act>) {
        if self.told.remove(sync).is_some_and(|told| told.shown) {
            acts.push(Act::Withdraw(sync.to_owned()));
        }
    }
}

fn again_at(told: &Told) -> Duration {
    let pause = AGAIN[told.times.min(AGAIN.len() - 1)];
    (told.last + pause).max(told.snoozed_until)
}

fn trouble(sync: &SyncStatus) -> Option<Trouble<'_>> {
    let problem = sync.problem.as_ref()?;
    let held = sync.phase == Phase::Held;
    let keyring = problem.code.starts_with("keyring-");
    let kind = if held {
        NoticeKind::Held
    } else if keyring || problem.code.starts_with("password-") || problem.code == "auth-failed" {
        NoticeKind::Password
    } else {
        NoticeKind::Failing
    };
    let loud = held || sync.health == Health::Failing;
    Some(Trouble {
        problem,
        kind,
        urgency: if loud { Urgency::Critical } else { Urgency::Normal },
        since_ms: sync.oldest_ms.map_or(problem.since_ms, |oldest| oldest.min(problem.since_ms)),
        may_mend: !problem.needs_person || held || keyring,
        patient: !problem.needs_person && !held,
    })
}

fn notice(sync: &SyncStatus, trouble: &Trouble<'_>, since_ms: i64) -> Notice {
    let name = short(&sync.name);
    let title = match trouble.kind {
        NoticeKind::Held => Said::new("notice-held").text("name", name),
        _ => Said::new("notice-failing").text("name", name).at("time", since_ms),
    };
    let actions = match trouble.kind {
        NoticeKind::Held => vec![Action::Details, Action::Snooze],
        NoticeKind::Password => vec![Action::EnterPassword, Action::TryNow, Action::Snooze],
        _ => vec![Action::Details, Action::TryNow, Action::Snooze],
    };
    let body = vec![Said::failure(&trouble.problem.code, &trouble.problem.args)];
    Notice { sync: sync.id.clone(), kind: trouble.kind, urgency: trouble.urgency, title, body, actions }
}

/// A name that leaves room for the rest of a title.
fn short(name: &str) -> String {
    let shown = show_bytes(name.as_bytes());
    if shown.chars().count() <= NAME {
        return shown;
    }
    shown.chars().take(NAME - 1).chain(['…']).collect()
}

#[cfg(test)]
#[path = "alert_tests.rs"]
mod tests;
