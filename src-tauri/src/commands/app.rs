//! The application's own.

use std::fmt::Write;

use driftless_core::problem::Problem;
use driftless_core::target::Target;
use driftless_wire::AppSettings;

use super::{Inside, blocking};
use crate::shell::Shell;

/// The person chose anew.
#[tauri::command]
pub async fn set_app_settings(shell: Inside<'_>, settings: AppSettings) -> Result<(), Problem> {
    blocking(&shell, move |shell| shell.set_app(&settings)).await
}

/// How it goes, for whoever is asked for help: no names, no paths, no secrets.
#[tauri::command]
pub async fn diagnostics(shell: Inside<'_>) -> Result<String, Problem> {
    let shell = std::sync::Arc::clone(&shell);
    let rsync = match driftless_engine::run::find_program("rsync", std::env::var_os("PATH").as_deref()) {
        Ok(_) => "found",
        Err(_) => "missing",
    };
    Ok(diagnosis(&shell, rsync))
}

fn diagnosis(shell: &Shell, rsync: &str) -> String {
    let status = shell.engine.status();
    let mut out = String::new();
    let desktop = std::env::var("XDG_CURRENT_DESKTOP").unwrap_or_default();
    let desktop = driftless_core::paths::show_bytes(desktop.as_bytes());
    let _ =
        writeln!(out, "Driftless {} on {} {}", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    let _ = writeln!(out, "desktop: {desktop}; rsync: {rsync}; health: {}", status.health.word());
    for (at, sync) in status.syncs.iter().enumerate() {
        let target = match Target::parse(&sync.target) {
            Ok(Target::Local { .. }) => "folder",
            Ok(Target::Daemon { .. }) => "module",
            Ok(Target::Shell { .. }) => "shell",
            Err(_) => "unreadable",
        };
        let _ = writeln!(
            out,
            "sync {}: {} to a {target}; {}, {:?}; {} waiting, {} directories, {} filter rules",
            at + 1,
            sync.kind.word(),
            sync.health.word(),
            sync.phase,
            sync.waiting,
            sync.dirs,
            sync.filters.len()
        );
        let totals = sync.totals;
        let _ = writeln!(
            out,
            "  runs {}, sent {}, deleted {}, failed {}",
            totals.runs, totals.sent, totals.deleted, totals.failed
        );
        if let Some(problem) = &sync.problem {
            let _ = writeln!(out, "  problem: {}, {} times in a row", problem.code, problem.times);
        }
        for sight in &sync.sight {
            let _ = writeln!(out, "  sight: {}", sight.code);
        }
    }
    out
}
