//! What the rsync that a plan names can do: its `--version` is asked once for each program file, and again only when that
//! file is another one (an upgrade while we run).

use std::collections::HashMap;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use driftless_core::behaviour::capabilities::{Capabilities, lacking, parse_version};
use driftless_core::mirror::Why;
use driftless_core::paths::show_bytes;
use driftless_core::plan::SyncPlan;
use driftless_core::problem::Problem;

use crate::question::ask;
use crate::run::{Ground, find_program};

/// A program that takes longer to say its version is no rsync.
const BOUND: Duration = Duration::from_secs(10);

/// The answers so far. Copies share them.
#[derive(Debug, Clone, Default)]
pub struct Probes {
    known: Arc<Mutex<HashMap<PathBuf, (Stamp, Capabilities)>>>,
}

/// Tells one file from another in the same place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    dev: u64,
    ino: u64,
    size: u64,
    mtime: (i64, i64),
}

impl Probes {
    /// What this program can do. The problem is `rsync-missing`, `rsync-unusable` (it does not start, or not end) or
    /// `rsync-unknown` (it is something else), each with `program`. Polled on a thread that lives on, see `run`.
    pub async fn ask(&self, program: &str) -> Result<Capabilities, Problem> {
        let problem = |code: &str| Problem::error(code).with("program", show_bytes(program.as_bytes()));
        let file = find_program(program, std::env::var_os("PATH").as_deref()).map_err(|_| problem("rsync-missing"))?;
        let stamp = stamp_of(&file).ok_or_else(|| problem("rsync-missing"))?;
        if let Some((known, capabilities)) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&file)
            && *known == stamp
        {
            return Ok(capabilities.clone());
        }
        let (_, text) =
            ask(program, vec!["--version".to_owned()], &Ground::new("/"), BOUND).await.map_err(|why| match why {
                Why::Program { .. } => problem("rsync-missing"),
                _ => problem("rsync-unusable"),
            })?;
        let capabilities = parse_version(&String::from_utf8_lossy(&text)).ok_or_else(|| problem("rsync-unknown"))?;
        self.known.lock().unwrap_or_else(PoisonError::into_inner).insert(file, (stamp, capabilities.clone()));
        Ok(capabilities)
    }

    /// Which options of this sync the rsync that it names does not have; empty if it has all. An rsync that is missing or does
    /// not start is no matter of options: the run itself tells, and goes when that is mended.
    pub async fn lacking(&self, sync: &SyncPlan) -> Vec<Problem> {
        match self.ask(&sync.rsync.binary).await {
            Ok(capabilities) => lacking(&sync.rsync.words, &capabilities),
            Err(_) => Vec::new(),
        }
    }
}

fn stamp_of(file: &std::path::Path) -> Option<Stamp> {
    let meta = std::fs::metadata(file).ok()?;
    Some(Stamp { dev: meta.dev(), ino: meta.ino(), size: meta.size(), mtime: (meta.mtime(), meta.mtime_nsec()) })
}
