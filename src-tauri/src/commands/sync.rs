//! What a sync does.

use driftless_core::mirror::Request;
use driftless_core::problem::Problem;
use driftless_core::view::WaitingEntry;
use driftless_wire::{HostEvent, Snapshot};
use serde::Deserialize;
use tauri::{AppHandle, Runtime};

use super::{Inside, blocking};
use crate::{verbs, window};

/// At most so many waiting entries come in one answer.
const MOST: usize = 1_000;

/// Everything that a page needs to show itself. A page that was asked for by the tray is told where to go right after.
#[tauri::command]
pub async fn snapshot<R: Runtime>(app: AppHandle<R>, shell: Inside<'_>) -> Result<Snapshot, Problem> {
    if let Some((page, sync)) = shell.take_go() {
        window::tell(&app, HostEvent::Go { page, sync });
    }
    Ok(shell.snapshot())
}

/// A full pass now, and whatever waits.
#[tauri::command]
pub async fn sync_now(shell: Inside<'_>, sync: Option<String>) -> Result<(), Problem> {
    shell.ask(Request::SyncNow { sync }).await
}

/// No new runs, until then or until resumed.
#[tauri::command]
pub async fn pause(shell: Inside<'_>, sync: Option<String>, until_ms: Option<i64>) -> Result<(), Problem> {
    shell.ask(Request::Pause { sync, until_wall_ms: until_ms }).await
}

/// On again.
#[tauri::command]
pub async fn resume(shell: Inside<'_>, sync: Option<String>) -> Result<(), Problem> {
    shell.ask(Request::Resume { sync }).await
}

/// What is held may go on, or what was rehearsed may start.
#[tauri::command]
pub async fn allow(shell: Inside<'_>, sync: String) -> Result<(), Problem> {
    shell.ask(Request::Allow { sync }).await
}

/// Runs, whatever the rules of power, networks and hours say.
#[tauri::command]
pub async fn sync_anyway(shell: Inside<'_>, sync: String) -> Result<(), Problem> {
    shell.ask(Request::Anyway { sync: Some(sync) }).await
}

/// What a full pass would do now; the picture comes with the status.
#[tauri::command]
pub async fn rehearse(shell: Inside<'_>, sync: String) -> Result<(), Problem> {
    shell.ask(Request::Rehearse { sync }).await
}

/// A page of what waits.
#[tauri::command]
pub async fn waiting(
    shell: Inside<'_>,
    sync: String,
    offset: usize,
    limit: usize,
) -> Result<Vec<WaitingEntry>, Problem> {
    let key = shell.sync(&sync)?.key;
    let page = shell.engine.waiting(key, offset, limit.min(MOST)).await;
    page.map_err(|_| Problem::error("engine-ended"))
}

/// Which end of a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The watched folder.
    Source,
    /// The other.
    Target,
}

/// Opens a folder of a sync in the desktop's own program for folders.
#[tauri::command]
pub async fn open(shell: Inside<'_>, sync: String, side: Side) -> Result<(), Problem> {
    blocking(&shell, move |shell| verbs::open(shell, &sync, side == Side::Target)).await
}
