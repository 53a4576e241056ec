//! What a running instance holds so that no second one does the same work: pid file, the lock of its configuration, and
//! one lock for each pair of source and target.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use driftless_core::plan::Plan;
use driftless_engine::locks::{Lock, NotLocked, lock_config, lock_pair};

use crate::load::Loaded;

/// Why something cannot be had; a sentence.
pub type Refusal = String;
use crate::pidfile::PidFile;

/// Everything that is freed when this is dropped.
#[derive(Debug)]
pub struct Held {
    runtime: PathBuf,
    /// First, so that it goes first: who waits for it to vanish finds all else freed soon.
    pidfile: Option<PidFile>,
    _config: Lock,
    pairs: BTreeMap<(String, String), Lock>,
}

impl Held {
    /// Takes all of it, or says who has it.
    pub fn take(loaded: &Loaded, runtime: &Path) -> Result<Held, Refusal> {
        let config = lock_config(runtime, &loaded.identity).map_err(|e| match e {
            NotLocked::Held { .. } => format!(
                "{} is running already ({e}). Look with 'driftlessd status', or end that process first.",
                loaded.shown
            ),
            NotLocked::Io { .. } => format!("Cannot take the lock of {}: {e}.", loaded.shown),
        })?;
        let pidfile = loaded.plan.settings.pidfile.as_deref().map(|p| PidFile::hold(Path::new(p)));
        let pidfile = pidfile.transpose().map_err(|e| e.to_string())?;
        let mut held = Held { runtime: runtime.to_owned(), pidfile, _config: config, pairs: BTreeMap::new() };
        held.prepare(&loaded.plan)?;
        Ok(held)
    }

    /// Another plan: takes the locks of the pairs that are new; those that are gone are freed by [`Held::settle`].
    pub fn prepare(&mut self, plan: &Plan) -> Result<(), Refusal> {
        for (source, target) in wanted(plan) {
            if !self.pairs.contains_key(&(source.clone(), target.clone())) {
                let lock = take_pair(&self.runtime, &source, &target)?;
                self.pairs.insert((source, target), lock);
            }
        }
        Ok(())
    }

    /// Another pid file, or none: the new one is held before the old one goes. If it cannot be had, the old one stays.
    pub fn change_pidfile(&mut self, path: Option<&Path>) -> Result<(), Refusal> {
        let same = match (&self.pidfile, path) {
            (Some(held), Some(path)) => held.is_at(path),
            (held, path) => held.is_none() && path.is_none(),
        };
        if !same {
            self.pidfile = path.map(PidFile::hold).transpose().map_err(|e| e.to_string())?;
        }
        Ok(())
    }

    /// Frees the pairs that the plan does not have.
    pub fn settle(&mut self, plan: &Plan) {
        let wanted: Vec<(String, String)> = wanted(plan).collect();
        self.pairs.retain(|pair, _| wanted.contains(pair));
    }
}

fn wanted(plan: &Plan) -> impl Iterator<Item = (String, String)> + '_ {
    plan.syncs.iter().map(|s| (s.source.clone(), s.target.word()))
}

fn take_pair(runtime: &Path, source: &str, target: &str) -> Result<Lock, Refusal> {
    lock_pair(runtime, source, target).map_err(|e| match e {
        NotLocked::Held { .. } => format!(
            "{source} is being brought to {target} already ({e}). Two at once would undo each other's work: end that one, \
             or take this pair out."
        ),
        NotLocked::Io { .. } => format!("Cannot take the lock of {source}: {e}."),
    })
}
