//! What is said of it: the problem that stands, and the lines of the log.

use std::collections::BTreeMap;

use super::{Do, Standing, SyncState};
use crate::diagnose::{Diagnosis, Exit, Failure, Outcome, Report, RetryClass};
use crate::mirror::End;
use crate::paths::RelPath;
use crate::problem::Problem;
use crate::say::{Category, Say};
use crate::time::Now;
use crate::work::CommandSpec;

impl SyncState {
    /// What the rsync that is named lacks, of what the options ask for. Nothing is started until it can.
    pub fn lacks(&mut self, now: Now, problems: Vec<Problem>) -> Vec<Do> {
        let was = std::mem::replace(&mut self.lacking, !problems.is_empty());
        match problems.first() {
            Some(first) => self.stand(&first.code, first.args.clone(), now, true, false, &[]),
            None if was => self.standing = None,
            None => {}
        }
        let tell = |problem: Problem| self.say(Category::Error, "cannot run".to_owned()).because(problem);
        problems.into_iter().map(tell).collect()
    }

    pub(super) fn stand_for(&mut self, failure: &Failure, now: Now, outcome: Outcome, paths: &[RelPath]) {
        let act = outcome == Outcome::Held || failure.code.verdict().0 == Outcome::Held;
        let protects = failure.code.verdict().1 == RetryClass::AfterAnswer;
        let args = failure.args.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        self.stand(failure.code.as_str(), args, now, act, protects, paths);
    }

    pub(super) fn stand(
        &mut self,
        code: &str,
        args: BTreeMap<String, String>,
        now: Now,
        act: bool,
        protects: bool,
        paths: &[RelPath],
    ) {
        let fresh = (self.keep.held_since(code).unwrap_or(now.wall_ms), 0);
        let (since_ms, times) = self.standing.as_ref().map_or(fresh, |s| (s.since_ms, s.times));
        let paths = paths.iter().take(10).map(RelPath::shown).collect();
        self.standing =
            Some(Standing { code: code.to_owned(), args, since_ms, times: times + 1, act, protects, paths });
    }

    pub(super) fn say(&self, category: Category, text: String) -> Do {
        Do::Say(Say::new(category, text).of(&self.plan.name))
    }

    pub(super) fn exec(&self, command: &CommandSpec) -> Do {
        let native = command
            .native
            .as_ref()
            .map(|native| format!("{} paths without a child, else ", native.paths.len() + native.moves.len()));
        self.say(Category::Exec, native.unwrap_or_default() + &command.shown())
    }

    /// A dry run says nothing but why it failed.
    pub(super) fn tell_count(&self, end: &End, report: &Report, diagnosis: &Diagnosis) -> Vec<Do> {
        let failed = matches!(diagnosis.outcome, Outcome::Again | Outcome::Held);
        if failed { self.tell(end, report, diagnosis, true) } else { Vec::new() }
    }

    /// lsyncd's lines about the end of a run, and what failed. The reason stands behind the first of the runs that fail
    /// for it, not behind each of them; call it before that reason [stands](Self::stand_for).
    pub(super) fn tell(&self, end: &End, report: &Report, diagnosis: &Diagnosis, pass: bool) -> Vec<Do> {
        let code = match end {
            End::Exited { exit: Exit::Code(code), .. } => code.to_string(),
            End::Exited { exit: Exit::Signal(signal), .. } => format!("signal {signal}"),
            End::NotStarted(_) => "none (not started)".to_owned(),
        };
        let mut out = Vec::new();
        let text = match (diagnosis.outcome, pass) {
            (Outcome::Done, true) => None,
            (Outcome::Done, false) => Some((Category::Normal, format!("Finished a list after exitcode: {code}"))),
            (Outcome::Partial, _) => Some((Category::Warn, format!("Partly finished after exitcode: {code}"))),
            (_, true) => Some((Category::Warn, format!("Retrying the full pass after exitcode = {code}"))),
            (_, false) => Some((Category::Warn, format!("Retrying a list after exitcode = {code}"))),
        };
        if let Some((category, text)) = text {
            let say = self.say(category, text);
            let known = self.standing.as_ref().map(|s| s.code.as_str());
            out.push(match &diagnosis.failure {
                Some(failure) if known != Some(failure.code.as_str()) => say.because(Problem {
                    args: failure.args.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
                    ..Problem::error(&format!("failure-{}", failure.code.as_str()))
                }),
                _ => say,
            });
        }
        for path in &report.not_deleted {
            out.push(
                self.say(Category::Warn, format!("/{} stays at the target: it holds what is excluded", path.shown())),
            );
        }
        // The root alone says nothing that the reason does not.
        for path in report.failed.iter().filter(|f| !f.path.is_root()).take(100) {
            out.push(self.say(Category::Warn, format!("not brought over: /{}", path.path.shown())));
        }
        out
    }
}

impl Do {
    pub(super) fn because(self, problem: Problem) -> Do {
        match self {
            Do::Say(say) => Do::Say(say.because(problem)),
            other => other,
        }
    }
}
