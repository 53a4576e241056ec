//! What is shown of one sync.

use crate::job::Purpose;
use crate::sync_state::SyncState;
use crate::time::Now;
use crate::view::{Health, Phase, ProblemStatus, SyncStatus, WaitingEntry};

/// A failure that needs nobody is no matter for attention before this: milliseconds.
const PATIENCE_MS: i64 = 5 * 60 * 1000;
/// A change has waited so long for a disk that is away: somebody should plug it in.
const AWAY_MS: i64 = 7 * 24 * 3600 * 1000;
/// Nothing reached the target for so long: failing.
const LONG_MS: i64 = 24 * 3600 * 1000;

impl SyncState {
    /// How it goes.
    pub fn status(&self, now: Now) -> SyncStatus {
        let oldest_ms = self.oldest_ms();
        let next_try_ms = match self.paused_for_retry {
            Some(Some(at)) => Some(now.wall_ms + at.saturating_sub(now.mono).as_millis() as i64),
            Some(None) => None,
            None => self.next_time(now).map(|at| now.wall_ms + (at - now.mono).as_millis() as i64),
        };
        let problem = self.standing.as_ref().map(|s| ProblemStatus {
            code: s.code.clone(),
            args: s.args.clone(),
            since_ms: s.since_ms,
            next_try_ms,
            times: s.times,
            needs_person: s.act || s.protects,
            paths: s.paths.clone(),
        });
        // Its disk is away: that is all there is to be said.
        let problem = problem.or_else(|| self.asks()).filter(|_| self.away.is_none());
        SyncStatus {
            key: self.key,
            id: self.plan.id.clone(),
            name: self.plan.name.clone(),
            kind: self.plan.kind,
            source: self.plan.source.clone(),
            target: self.plan.target.to_string(),
            health: self.health(now),
            phase: self.phase(),
            waiting: self.queue.len(),
            oldest_ms,
            protected_up_to_ms: self.protected_up_to_ms(oldest_ms),
            last_pass_ms: self.last_pass_ms,
            pass: self.pass_progress(now),
            problem,
            paused_until_ms: self.paused,
            paused_by: self.paused_by.clone(),
            away: self.away.clone(),
            hold: self.consent.hold.clone(),
            rehearsal: self.consent.rehearsal.clone(),
            dirs: self.dirs,
            sight: self.sight.values().cloned().collect(),
            may_remain: self.may_remain,
            totals: self.totals,
            filters: self.plan.matcher.rules_text(),
        }
    }

    /// What waits for somebody's word is what is to be said, where nothing failed.
    fn asks(&self) -> Option<ProblemStatus> {
        let hold = self.consent.hold.as_ref()?;
        Some(ProblemStatus {
            code: hold.why.code().to_owned(),
            args: self.hold_args(),
            since_ms: hold.since_ms,
            next_try_ms: None,
            needs_person: true,
            times: 1,
            paths: hold.picture.as_ref().map(|p| p.deleted.names.clone()).unwrap_or_default(),
        })
    }

    fn protected_up_to_ms(&self, oldest_ms: Option<i64>) -> Option<i64> {
        if !self.first_pass_over || self.owed.is_some() || self.passing() {
            return None;
        }
        match (self.drained_ms, oldest_ms) {
            (Some(drained), Some(oldest)) => Some(drained.min(oldest)),
            (one, other) => one.or(other),
        }
    }

    fn phase(&self) -> Phase {
        if self.paused.is_some() || self.paused_by.is_some() {
            Phase::Paused
        } else if self.away.is_some() {
            Phase::Away
        } else if self.standing.as_ref().is_some_and(|s| s.protects) || self.consent.awaits() {
            Phase::Held
        } else if !self.watching {
            Phase::Starting
        } else if self.passing_now() || (self.parts.is_some() && !self.jobs.is_empty()) {
            Phase::FullPass
        } else if self.jobs.values().any(|job| job.purpose != Purpose::Tidy) {
            Phase::Sending
        } else if self.standing.is_some() {
            Phase::Retrying
        } else if self.owed.is_some() || self.parts.is_some() {
            Phase::FullPass
        } else if self.consent.hold.is_some() && self.queue.len() == self.queue.withheld() {
            Phase::Held
        } else if !self.queue.is_empty() {
            Phase::Waiting
        } else {
            Phase::Idle
        }
    }

    fn health(&self, now: Now) -> Health {
        let standing = match &self.standing {
            Some(s) if now.wall_ms - s.since_ms > LONG_MS => Some(Health::Failing),
            Some(s) if s.act || s.protects || now.wall_ms - s.since_ms > PATIENCE_MS => Some(Health::Attention),
            _ if self.consent.hold.is_some() => Some(Health::Attention),
            _ => None,
        };
        if self.paused.is_some() || self.paused_by.is_some() {
            return standing.unwrap_or(Health::Paused).max(Health::Paused);
        }
        if self.away.is_some() {
            return self.calm(now);
        }
        let blind = self.sight.contains_key("/source");
        match standing {
            Some(health) => health,
            None if blind => Health::Attention,
            None if self.phase() == Phase::Idle => Health::Synced,
            None => Health::Syncing,
        }
    }

    /// How it goes while a disk is away: nobody need do anything, until something has waited for long.
    fn calm(&self, now: Now) -> Health {
        match self.queue.oldest() {
            Some(oldest) if now.wall_ms - oldest.wall_ms > AWAY_MS => Health::Attention,
            Some(_) => Health::Syncing,
            None => Health::Synced,
        }
    }

    /// What waits, in the order of paths.
    pub fn page(&self, offset: usize, limit: usize) -> Vec<WaitingEntry> {
        let init = self.owed.is_some() || self.passing();
        let head = init.then(|| WaitingEntry {
            state: if self.passing_now() { "active" } else { "wait" }.to_owned(),
            kind: "Init".to_owned(),
            path: String::new(),
        });
        let shift = usize::from(init);
        let rest = self.queue.page(offset.saturating_sub(shift), limit).map(|(path, dirt, flying)| WaitingEntry {
            state: if flying { "active" } else { "wait" }.to_owned(),
            kind: dirt.want.word().to_owned(),
            path: format!("/{}{}", path.shown(), if dirt.dir && !path.is_root() { "/" } else { "" }),
        });
        head.into_iter().filter(|_| offset == 0).chain(rest).take(limit).collect()
    }
}
