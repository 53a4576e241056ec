//! What a draft would do: what its filters leave out, and whether its target can be used. Nothing is changed by looking.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use driftless_core::config::{Config, Kind, Sync};
use driftless_core::filter::{RuleShown, Verdict};
use driftless_core::plan::SyncPlan;
use driftless_core::problem::Problem;
use driftless_engine::run::Ground;
use driftless_engine::survey::{self, Bound};
use driftless_engine::trial::{State, Step, Trial};
use driftless_wire::{
    Cause, ExcludePreview, RuleOrigin, RulePreview, Size, SizedName, SourceEntry, TrialName, TrialState, TrialStep,
};
use tauri::ipc::Channel;

use super::aside::aside;
use super::names_of::{id_of, path_of};
use super::{Inside, blocking};
use crate::shell::{Shell, internal};

/// So long a page waits for figures.
const PATIENCE: Duration = Duration::from_secs(5);
/// A draft may have no target yet; its filters do not hang on it.
const SOMEWHERE: &str = "driftless.invalid::draft";

/// What a page looks at now; the next look ends the one before.
#[derive(Debug, Default)]
pub struct Looks {
    walk: std::sync::Mutex<Arc<AtomicBool>>,
    trial: std::sync::Mutex<Option<tokio::sync::watch::Sender<bool>>>,
}

impl Looks {
    fn begin(&self) -> Arc<AtomicBool> {
        let fresh = Arc::new(AtomicBool::new(false));
        let mut walk = self.walk.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        std::mem::replace(&mut *walk, Arc::clone(&fresh)).store(true, Ordering::Relaxed);
        fresh
    }

    fn trial(&self, next: Option<tokio::sync::watch::Sender<bool>>) {
        let mut trial = self.trial.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(before) = std::mem::replace(&mut *trial, next) {
            before.send_replace(true);
        }
    }
}

fn plan_of(shell: &Shell, mut sync: Sync, target_matters: bool) -> Result<SyncPlan, Problem> {
    if !target_matters {
        sync = Sync {
            kind: Kind::Rsync,
            target: Some(SOMEWHERE.to_owned()),
            host: None,
            targetdir: None,
            ssh: Default::default(),
            rsync_exit_codes: Default::default(),
            ssh_exit_codes: Default::default(),
            ..sync
        };
    }
    let config = Config { sync: vec![sync], ..Config::default() };
    let wrong = |problems: Vec<Problem>| problems.into_iter().next().unwrap_or_else(|| internal("no problem is said"));
    let (plan, _) = shell.document.plan(&config, &Default::default()).map_err(wrong)?;
    plan.syncs.into_iter().next().ok_or_else(|| internal("a plan without its sync"))
}

/// What the rules of a draft leave out of its source, with sizes.
#[tauri::command]
pub async fn exclude_preview(shell: Inside<'_>, sync: Sync) -> Result<ExcludePreview, Problem> {
    let stop = shell.looks.begin();
    blocking(&shell, move |shell| {
        let plan = plan_of(shell, sync, false)?;
        let bound = Bound { until: Instant::now() + PATIENCE, stop: &stop };
        let found = survey::survey(Path::new(&plan.source), &plan.matcher, bound);
        let rules = found.shares.into_iter().map(|share| RulePreview {
            rule: share.rule.rule.clone(),
            origin: origin(&share.rule),
            size: size(share.size),
            largest: share.largest.into_iter().map(|(path, bytes)| SizedName { shown: path.shown(), bytes }).collect(),
        });
        Ok(ExcludePreview {
            sent: size(found.sent),
            excluded: size(found.excluded),
            rules: rules.collect(),
            complete: found.complete,
        })
    })
    .await
}

/// How much a folder holds without what these patterns leave out; "at least", if it takes long.
#[tauri::command]
pub async fn measure(shell: Inside<'_>, path: String, exclude: Vec<String>) -> Result<Size, Problem> {
    blocking(&shell, move |shell| {
        let plan = plan_of(shell, Sync { source: path, exclude, ..Sync::default() }, false)?;
        let stop = AtomicBool::new(false);
        let bound = Bound { until: Instant::now() + PATIENCE, stop: &stop };
        Ok(size(survey::survey(Path::new(&plan.source), &plan.matcher, bound).sent))
    })
    .await
}

/// One folder of a draft's source; `dir` is an entry's id, empty for the top.
#[tauri::command]
pub async fn source_entries(shell: Inside<'_>, sync: Sync, dir: String) -> Result<Vec<SourceEntry>, Problem> {
    blocking(&shell, move |shell| {
        let plan = plan_of(shell, sync, false)?;
        // Below the source and nowhere else: a relative path cannot climb.
        let dir = path_of(&dir).ok_or_else(|| Problem::error("no-such-entry"))?;
        let listed = survey::list(Path::new(&plan.source), &dir, &plan.matcher);
        Ok(listed.into_iter().map(entry).collect())
    })
    .await
}

fn entry(entry: survey::Entry) -> SourceEntry {
    SourceEntry {
        id: id_of(&entry.path),
        shown: driftless_core::paths::show_bytes(entry.path.name()),
        dir: entry.dir,
        bytes: entry.bytes,
        excluded: entry.why.verdict == Verdict::Excluded,
        rule: entry.why.rule.as_ref().map(|rule| rule.rule.clone()),
        origin: entry.why.rule.as_ref().map(origin),
        at: (entry.why.at != entry.path).then(|| entry.why.at.shown()),
    }
}

/// `exclude[2]`, or `excludeFrom FILE line 3`, or `FILE line 3`; both count from 1.
fn origin(rule: &RuleShown) -> RuleOrigin {
    let from_one = |text: &str| text.parse::<usize>().ok().and_then(|n| n.checked_sub(1)).unwrap_or(0);
    if let Some((key, index)) = rule.source.strip_suffix(']').and_then(|source| source.split_once('[')) {
        return RuleOrigin { key: key.to_owned(), index: from_one(index), file: None };
    }
    let (front, line) = rule.source.rsplit_once(" line ").unwrap_or((&rule.source, "1"));
    let keys = ["excludeFrom", "filterFrom", "filter", "_extra"];
    let (key, file) = match front.split_once(' ') {
        Some((key, file)) if keys.contains(&key) => (key, file),
        _ => ("", front),
    };
    RuleOrigin { key: key.to_owned(), index: from_one(line), file: Some(file.to_owned()) }
}

fn size(size: survey::Size) -> Size {
    Size { files: size.files, dirs: size.dirs, bytes: size.bytes }
}

/// Tries the target of a draft, step by step; true if all of it works.
#[tauri::command]
pub async fn try_target(shell: Inside<'_>, sync: Sync, on_step: Channel<TrialStep>) -> Result<bool, Problem> {
    let plan = plan_of(&shell, sync, true)?;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    shell.looks.trial(Some(stop));
    let trial =
        Trial { plan, secrets: shell.secrets.clone(), ground: Ground::new(&shell.places.runtime), stop: stopped };
    aside("trial", async move || {
        // A page that went away hears nothing more.
        trial.run(|step, state| drop(on_step.send(step_of(step, state)))).await
    })
    .await
}

/// Ends a trial under way.
#[tauri::command]
pub async fn stop_trying(shell: Inside<'_>) -> Result<(), Problem> {
    shell.looks.trial(None);
    Ok(())
}

fn step_of(step: Step, state: State) -> TrialStep {
    let step = match step {
        Step::Source => TrialName::Source,
        Step::Resolve => TrialName::Resolve,
        Step::Connect => TrialName::Connect,
        Step::Login => TrialName::Login,
        Step::Folder => TrialName::Folder,
        Step::Write => TrialName::Write,
        Step::Space => TrialName::Space,
    };
    let plain = TrialStep { step, state: TrialState::Running, free_bytes: None, problem: None, output: None };
    match state {
        State::Running => plain,
        State::Ok(free_bytes) => TrialStep { state: TrialState::Ok, free_bytes, ..plain },
        State::Skipped => TrialStep { state: TrialState::Skipped, ..plain },
        State::Failed { code, args, output } => TrialStep {
            state: TrialState::Failed,
            problem: Some(Cause { code, args }),
            output: (!output.is_empty()).then_some(output),
            ..plain
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_found_where_it_stands() {
        let of =
            |source: &str| origin(&RuleShown { rule: "- x".to_owned(), source: source.to_owned(), include: false });
        assert_eq!(of("exclude[2]"), RuleOrigin { key: "exclude".into(), index: 1, file: None });
        let from = RuleOrigin { key: "excludeFrom".into(), index: 2, file: Some("/a b".into()) };
        assert_eq!(of("excludeFrom /a b line 3"), from);
        assert_eq!(
            of("sub/.rules line 1"),
            RuleOrigin { key: String::new(), index: 0, file: Some("sub/.rules".into()) }
        );
    }
}
