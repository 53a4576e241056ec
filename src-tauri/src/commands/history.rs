//! What was sent, removed and failed.

use std::time::Duration;

use driftless_core::problem::Problem;
use driftless_engine::Kind;
use driftless_engine::history::{Entry, Filter, History};
use driftless_wire::{
    Cause, FailureGroup, HistoryEntry, HistoryFilter, HistoryName, HistoryPage, HistoryShow, Plot, PlotSpan, RunKind,
    RunOutcome, Touched,
};

use super::{Inside, blocking};
use crate::clock::Clock;
use crate::shell::Shell;

/// At most so many runs come in one answer.
const MOST: usize = 200;

fn opened(shell: &Shell) -> Result<&History, Problem> {
    shell.history.as_ref().ok_or_else(|| Problem::error("no-history"))
}

/// A page of runs, the newest first.
#[tauri::command]
pub async fn history(shell: Inside<'_>, filter: HistoryFilter) -> Result<HistoryPage, Problem> {
    blocking(&shell, move |shell| {
        let wanted = Filter {
            sync: filter.sync,
            failed: filter.show == HistoryShow::Failed,
            removed: filter.show == HistoryShow::Removed,
            before: filter.before,
            limit: filter.limit.min(MOST),
        };
        let page = opened(shell)?.page(&wanted);
        let (entries, more) = page.map_err(|error| Problem::error("history-unreadable").with("error", error))?;
        let status = shell.engine.status();
        let name = |id: &str| status.syncs.iter().find(|sync| sync.id == id).map_or(id, |sync| &sync.name).to_owned();
        Ok(HistoryPage { entries: entries.into_iter().map(|entry| told(name(&entry.sync), entry)).collect(), more })
    })
    .await
}

fn told(name: String, entry: Entry) -> HistoryEntry {
    let outcome = match (&entry.cause, entry.stopped) {
        (_, true) => RunOutcome::Stopped,
        (Some(_), _) if entry.sent + entry.removed > 0 => RunOutcome::Partial,
        (Some(_), _) => RunOutcome::Failed,
        (None, _) if !entry.failed.is_empty() => RunOutcome::Partial,
        (None, _) => RunOutcome::Done,
    };
    let args = entry.cause.as_ref().map(|(_, args)| args.clone()).unwrap_or_default();
    let failures = entry.failed.into_iter().map(|(code, (count, paths))| {
        let mut args = args.clone();
        args.insert("count".to_owned(), count.to_string());
        args.insert("path".to_owned(), paths.first().cloned().unwrap_or_default());
        FailureGroup { code, args, count, paths }
    });
    HistoryEntry {
        id: entry.id,
        sync: entry.sync,
        name,
        started_ms: entry.started_ms,
        took_ms: entry.took_ms,
        what: match entry.kind {
            Kind::Batch => RunKind::Batch,
            Kind::Pass => RunKind::Pass,
            Kind::Restore => RunKind::Restore,
        },
        outcome,
        sent: entry.sent,
        removed: entry.removed,
        bytes: entry.bytes,
        failures: failures.collect(),
        problem: entry.cause.map(|(code, args)| Cause { code, args }),
        names: entry
            .names
            .into_iter()
            .map(|(shown, removed)| HistoryName {
                shown,
                change: if removed { Touched::Removed } else { Touched::Sent },
            })
            .collect(),
    }
}

/// Data and changes over the last day (by half hours) or month (by days).
#[tauri::command]
pub async fn plot(shell: Inside<'_>, sync: Option<String>, span: PlotSpan) -> Result<Plot, Problem> {
    blocking(&shell, move |shell| {
        let (length, count) = match span {
            PlotSpan::Day => (Duration::from_secs(1800), 48),
            PlotSpan::Month => (Duration::from_secs(24 * 3600), 31),
        };
        let plot = opened(shell)?.plot(sync.as_deref(), Clock::now().wall_ms, length, count);
        let plot = plot.map_err(|error| Problem::error("history-unreadable").with("error", error))?;
        Ok(Plot { at: plot.at, bytes: plot.bytes, changes: plot.changes })
    })
    .await
}
