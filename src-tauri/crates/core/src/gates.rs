//! Machines that do not answer: one run tries, the runs of all other syncs to it wait for its result.
//!
//! A gate closes when a run finds that nobody answers at a machine. While it is closed one run at a time may try, after a
//! pause that grows with each failure, whatever number of syncs wait; the first one that gets through opens it for all.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnose::{FailureCode, RetryClass};
use crate::mirror::JobId;
use crate::retry::pause;
use crate::target::Target;

/// True if this failure says that the machine does not answer at all, whoever asks.
pub fn unreachable(code: FailureCode) -> bool {
    use FailureCode::{ConnectTimeout, ConnectionRefused, HostNotFound, NetworkDown, NoRoute, ResolverDown};
    matches!(code, ConnectionRefused | NoRoute | NetworkDown | HostNotFound | ResolverDown | ConnectTimeout)
}

/// What answers or does not: a daemon's port, a machine's ssh. A folder here needs nobody.
pub fn gate_of(target: &Target) -> Option<String> {
    match target {
        Target::Local { .. } => None,
        Target::Daemon { host, port, .. } => Some(format!("{host}:{}", port.unwrap_or(873))),
        Target::Shell { .. } => target.host().map(|host| format!("{host} by ssh")),
    }
}

/// One machine that does not answer.
#[derive(Debug, Default)]
struct Gate {
    failures: u32,
    until: Duration,
    probe: Option<JobId>,
}

/// All that do not answer.
#[derive(Debug, Default)]
pub struct Gates {
    closed: BTreeMap<String, Gate>,
}

impl Gates {
    /// True if a run to this machine may start: the gate is open, or nobody else tries just now.
    pub fn lets_pass(&self, gate: &str) -> bool {
        self.closed.get(gate).is_none_or(|g| g.probe.is_none())
    }

    /// A run starts; at a closed gate it is the one that tries.
    pub fn starts(&mut self, gate: &str, job: JobId) {
        if let Some(gate) = self.closed.get_mut(gate) {
            gate.probe = Some(job);
        }
    }

    /// A job is over, however.
    pub fn over(&mut self, job: JobId) {
        for gate in self.closed.values_mut() {
            gate.probe = gate.probe.filter(|probe| *probe != job);
        }
    }

    /// Nobody answered this run. How often in a row, and when the next one may try.
    pub fn failed(&mut self, name: &str, job: JobId, now: Duration) -> (u32, Duration) {
        let known = self.closed.contains_key(name);
        let gate = self.closed.entry(name.to_owned()).or_default();
        // Runs that were under way when the gate closed say nothing new.
        if !known || gate.probe == Some(job) {
            gate.failures += 1;
            let seed = name.bytes().fold(0, |seed, b| seed * 31_u64 % 1_000_003 + u64::from(b));
            gate.until = now + pause(RetryClass::Normal, gate.failures, seed).unwrap_or_default();
        }
        (gate.failures, gate.until)
    }

    /// Somebody answered. True if the gate was closed.
    pub fn answered(&mut self, name: &str) -> bool {
        self.closed.remove(name).is_some()
    }

    /// The cause may have gone: the next try need not wait. Still one tries for all.
    pub fn hasten(&mut self) {
        for gate in self.closed.values_mut() {
            (gate.failures, gate.until) = (0, Duration::ZERO);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_tries_for_all_and_its_failures_alone_count() {
        let mut gates = Gates::default();
        let at = Duration::from_secs(100);
        assert!(gates.lets_pass("h:873"));
        let (first, until) = gates.failed("h:873", JobId(1), at);
        // Another that was under way.
        assert_eq!(gates.failed("h:873", JobId(2), at), (first, until));
        assert!(gates.lets_pass("h:873") && gates.lets_pass("other:873"));
        gates.starts("h:873", JobId(3));
        assert!(!gates.lets_pass("h:873"));
        assert_eq!(gates.failed("h:873", JobId(3), at).0, first + 1);
        gates.over(JobId(3));
        assert!(gates.lets_pass("h:873"));
        assert!(gates.answered("h:873") && !gates.answered("h:873"));
    }

    #[test]
    fn a_port_is_a_gate_of_its_own() {
        let gate = |text: &str| gate_of(&Target::parse(text).unwrap());
        assert_eq!(gate("/a"), None);
        assert_eq!(gate("u@h::m"), gate("rsync://h:873/n"));
        assert_ne!(gate("h::m"), gate("rsync://h:874/m"));
        assert_ne!(gate("h::m"), gate("u@h:x"));
        assert_eq!(gate("v@h:y"), gate("u@h:x"));
    }
}
