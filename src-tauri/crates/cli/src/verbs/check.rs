//! `check`: everything that is wrong, and what is worth knowing.

use std::path::Path;

use driftless_core::plan::Plan;
use driftless_core::problem::Severity;
use driftless_engine::places::Places;

use super::{FAILED, OK, config_or_default, origin};
use crate::report;
use driftless_instance::NotLoaded;

/// Checks a configuration.
pub fn check(config: Option<String>, places: &Places) -> u8 {
    let config = match config_or_default(config, places) {
        Ok(config) => config,
        Err(why) => {
            report::not_loaded(&why, "");
            return FAILED;
        }
    };
    match origin(&config, places).and_then(|o| o.load()) {
        Ok(loaded) => {
            report::problems(&loaded.warnings, &config);
            missing_sources(&loaded.plan, &config);
            let (count, s) = (loaded.plan.syncs.len(), if loaded.plan.syncs.len() == 1 { "" } else { "s" });
            report::stdout(&format!("{config}: no problems, {count} sync{s}\n"));
            OK
        }
        Err(why) => {
            report::not_loaded(&why, &config);
            if let NotLoaded::Problems(problems) = &why {
                let count = problems.iter().filter(|p| p.severity == Severity::Error).count();
                report::stderr(&format!("{config}: {count} problem{}\n", if count == 1 { "" } else { "s" }));
            }
            FAILED
        }
    }
}

/// No error: a disk that is not plugged in is waited for.
fn missing_sources(plan: &Plan, config: &str) {
    for sync in &plan.syncs {
        if !Path::new(&sync.source).is_dir() {
            report::stderr(&format!(
                "Warning: {config}: the source {} of {} is not there now. It is waited for; nothing is removed meanwhile.\n",
                sync.source, sync.name
            ));
        }
    }
}
