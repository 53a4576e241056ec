//! What the verbs that read a target share: the sync that is meant, and the way to its target.

use std::future::Future;
use std::sync::Arc;

use driftless_core::plan::SyncPlan;
use driftless_core::problem::Problem;
use driftless_engine::places::Places;
use driftless_engine::run::Ground;
use driftless_engine::secrets::system::System;
use driftless_engine::target_reader::TargetReader;
use tokio::sync::watch;

use super::{config_or_default, origin};
use crate::report;

/// The sync of this name or id; without one it is said which there are.
pub fn named(name: &str, config: Option<String>, places: &Places) -> Option<SyncPlan> {
    let config = match config_or_default(config, places) {
        Ok(config) => config,
        Err(why) => {
            report::not_loaded(&why, "");
            return None;
        }
    };
    let loaded = match origin(&config, places).and_then(|o| o.load()) {
        Ok(loaded) => loaded,
        Err(why) => {
            report::not_loaded(&why, &config);
            return None;
        }
    };
    let known: Vec<String> = loaded.plan.syncs.iter().map(|s| s.name.clone()).collect();
    let found = loaded.plan.syncs.into_iter().find(|s| s.id == name || s.name == name);
    if found.is_none() {
        report::error(&format!("there is no sync '{name}' in {config}. There are: {}.", known.join(", ")));
    }
    found
}

/// Reads its target until what is returned beside it goes.
pub fn reader(plan: SyncPlan, places: &Places) -> (watch::Sender<bool>, TargetReader) {
    let (stop, stopped) = watch::channel(false);
    let ground = Ground::new(&places.runtime);
    (stop, TargetReader { plan, secrets: Arc::new(System::new()), ground, stop: stopped })
}

/// On this thread, which outlives what it starts.
pub fn block_on<T>(act: impl Future<Output = Result<T, Problem>>) -> Result<T, Problem> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|e| Problem::error("verb-no-runtime").with("why", e))?.block_on(act)
}
