//! Looking into the target of a sync and into its trash, and bringing things back from there.
//!
//! Rules: names come back as the ids that were given out, and lie below the source. What is asked anew ends the look before;
//! a restore goes on until it is done, fails, or is stopped. Without "over" nothing that is here is touched: what comes back
//! goes into a new folder, in the source itself, where it can be written and is backed up like everything else. It stands in the
//! history like a run of the mirror, also where it failed or was stopped.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use driftless_core::behaviour::pull::From;
use driftless_core::diagnose::Item;
use driftless_core::paths::{RelPath, show_bytes};
use driftless_core::problem::Problem;
use driftless_core::trash::Moment;
use driftless_engine::brought_back::Begun;
use driftless_engine::run::Ground;
use driftless_engine::target_reader::TargetReader;
use driftless_wire::{Here, Replaced, RestoreEntry, RestoreListing, RestorePoint, RestoreTo, Restored};
use jiff::Zoned;
use tokio::sync::watch;

use super::Inside;
use super::aside::aside;
use super::names_of::{id_of, path_of};
use crate::shell::Shell;

/// The target as it is.
const NOW: &str = "now";
/// So many moments of the trash are offered, the newest.
const MOMENTS: usize = 1_000;
/// So many entries come in one answer.
const PAGE: usize = 500;
/// So many names stand in a question.
const NAMES: usize = 10;

/// What ends looks and restores.
#[derive(Debug, Default)]
pub struct Restores {
    look: Mutex<Option<watch::Sender<bool>>>,
    bring: Mutex<watch::Sender<bool>>,
}

impl Restores {
    /// Ends the look before.
    fn begin_look(&self) -> watch::Receiver<bool> {
        let (stop, stopped) = watch::channel(false);
        let mut look = self.look.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = look.replace(stop) {
            before.send_replace(true);
        }
        stopped
    }

    fn begin_bring(&self) -> watch::Receiver<bool> {
        self.bring.lock().unwrap_or_else(PoisonError::into_inner).subscribe()
    }

    /// Ends every restore under way.
    fn stop(&self) {
        let mut bring = self.bring.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *bring).send_replace(true);
    }
}

/// The target as it is, and each moment at which something was removed or replaced there, the newest first.
#[tauri::command]
pub async fn restore_points(shell: Inside<'_>, sync: String) -> Result<Vec<RestorePoint>, Problem> {
    let reader = reader(&shell, &sync, shell.restores.begin_look())?;
    let moments = aside("restore", async move || reader.moments().await).await??;
    let now = RestorePoint { id: NOW.to_owned(), at_ms: None };
    let kept = moments.iter().take(MOMENTS).map(|m| RestorePoint { id: m.0.to_string(), at_ms: Some(m.0) });
    Ok([now].into_iter().chain(kept).collect())
}

/// What stands in a folder of such a state; `dir` is an entry's id, empty for the top.
#[tauri::command]
pub async fn restore_entries(
    shell: Inside<'_>,
    sync: String,
    point: String,
    dir: String,
    offset: usize,
) -> Result<RestoreListing, Problem> {
    let (from, dir) = (from_of(&point)?, named(&dir)?);
    let reader = reader(&shell, &sync, shell.restores.begin_look())?;
    let mut found = aside("restore", async move || reader.entries(from, &dir).await).await??;
    found.sort_by(|a, b| b.dir.cmp(&a.dir).then_with(|| a.path.cmp(&b.path)));
    let more = found.len() > offset.saturating_add(PAGE);
    Ok(RestoreListing { entries: found.iter().skip(offset).take(PAGE).map(entry).collect(), more })
}

fn entry(item: &Item) -> RestoreEntry {
    let flags = item.what.get(2..).unwrap_or_default();
    let here = match () {
        () if flags.starts_with('+') => Here::Missing,
        () if item.dir => Here::Unknown,
        () if item.sent || item.what.starts_with('c') => Here::Other,
        () => Here::Same,
    };
    let shown = show_bytes(item.path.name());
    RestoreEntry { id: id_of(&item.path), shown, dir: item.dir, bytes: item.size, here }
}

/// What would be replaced if these came back to where they were.
#[tauri::command]
pub async fn restore_replaces(
    shell: Inside<'_>,
    sync: String,
    point: String,
    ids: Vec<String>,
) -> Result<Replaced, Problem> {
    let (from, paths) = (from_of(&point)?, all(&ids)?);
    let reader = reader(&shell, &sync, shell.restores.begin_look())?;
    let replaced = aside("restore", async move || {
        let chosen = reader.below(from, &paths).await?;
        reader.replaced(&chosen, Path::new(&reader.plan.source)).await
    });
    let replaced = replaced.await??;
    Ok(Replaced { count: replaced.len(), names: replaced.iter().take(NAMES).map(RelPath::shown).collect() })
}

/// Brings these back, each with what is in it.
#[tauri::command]
pub async fn restore(
    shell: Inside<'_>,
    sync: String,
    point: String,
    ids: Vec<String>,
    r#where: RestoreTo,
) -> Result<Restored, Problem> {
    let (from, paths) = (from_of(&point)?, all(&ids)?);
    let reader = reader(&shell, &sync, shell.restores.begin_bring())?;
    let folder = format!(
        "{} {}",
        shell.words().text("restore-folder", &Default::default()).sentence,
        Zoned::now().strftime("%Y-%m-%d %H.%M.%S")
    );
    let history = shell.history.clone();
    aside("restore", async move || {
        let begun = Begun::now();
        let chosen = reader.below(from, &paths).await?;
        if chosen.is_empty() {
            return Err(Problem::error("restore-nothing"));
        }
        let source = Path::new(&reader.plan.source);
        let (to, over) = match r#where {
            RestoreTo::Over => (source.to_owned(), true),
            RestoreTo::Beside => (fresh(source, &folder)?, false),
        };
        let brought = reader.bring(&chosen, &to, over).await;
        if let Some(history) = history {
            history.keep(begun.ran(&reader.plan, &chosen, &brought));
        }
        if brought.is_err() && !over {
            // Only if nothing is in it.
            let _ = std::fs::remove_dir(&to);
        }
        let brought = brought?;
        Ok(Restored { files: brought.files, bytes: brought.bytes, place: shown(&to) })
    })
    .await?
}

/// Ends what is being brought back; what is here already stays.
#[tauri::command]
pub async fn stop_restoring(shell: Inside<'_>) -> Result<(), Problem> {
    shell.restores.stop();
    Ok(())
}

fn reader(shell: &Shell, sync: &str, stop: watch::Receiver<bool>) -> Result<TargetReader, Problem> {
    let plan = shell.plan_of(sync)?;
    Ok(TargetReader { plan, secrets: shell.secrets.clone(), ground: Ground::new(&shell.places.runtime), stop })
}

fn from_of(point: &str) -> Result<From, Problem> {
    match point {
        NOW => Ok(From::Target),
        moment => match moment.parse() {
            Ok(ms) => Ok(From::Trash(Moment(ms))),
            Err(_) => Err(Problem::error("restore-nothing")),
        },
    }
}

/// A relative path cannot climb.
fn named(id: &str) -> Result<RelPath, Problem> {
    path_of(id).ok_or_else(|| Problem::error("restore-nothing"))
}

fn all(ids: &[String]) -> Result<Vec<RelPath>, Problem> {
    ids.iter().map(|id| named(id)).collect()
}

/// A new folder of this name.
fn fresh(source: &Path, name: &str) -> Result<PathBuf, Problem> {
    let to = source.join(name);
    match std::fs::create_dir(&to) {
        Ok(()) => Ok(to),
        Err(why) => Err(Problem::error("restore-no-folder").with("dir", shown(&to)).with("why", why)),
    }
}

fn shown(path: &Path) -> String {
    show_bytes(path.as_os_str().as_encoded_bytes())
}
