//! This machine: what is needed of it, what it offers, and what others offer to it.

use std::collections::BTreeMap;

use driftless_core::problem::Problem;
use driftless_engine::probe::Probes;
use driftless_wire::{CheckState, DoctorCheck, DoctorReport, ModuleInfo, ReceiverState, Watches};

use super::{Inside, blocking};
use crate::shell::{Shell, internal};

/// The modules that an rsync server lists.
#[tauri::command]
pub async fn modules(shell: Inside<'_>, host: String, port: Option<u16>) -> Result<Vec<ModuleInfo>, Problem> {
    blocking(&shell, move |_| {
        let all = driftless_engine::modules::list(&host, port)?;
        Ok(all.into_iter().map(|module| ModuleInfo { name: module.name, comment: module.comment }).collect())
    })
    .await
}

/// What the program needs, and what of it is there.
#[tauri::command]
pub async fn doctor(shell: Inside<'_>) -> Result<DoctorReport, Problem> {
    blocking(&shell, |shell| {
        let watches = watches(shell);
        Ok(DoctorReport { checks: vec![rsync(), of_watches(watches), keyring(shell), tray(shell)], watches })
    })
    .await
}

fn check<const N: usize>(id: &str, state: CheckState, args: [(&str, String); N]) -> DoctorCheck {
    let args: BTreeMap<String, String> = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    DoctorCheck { id: id.to_owned(), state, args }
}

fn rsync() -> DoctorCheck {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let found = runtime.ok().and_then(|runtime| runtime.block_on(Probes::default().ask("rsync")).ok());
    let path = driftless_engine::run::find_program("rsync", std::env::var_os("PATH").as_deref());
    match (found, path) {
        (Some(found), Ok(path)) => {
            let (major, minor, patch) = found.version;
            let args = [("version", format!("{major}.{minor}.{patch}")), ("path", path.display().to_string())];
            let old = found.version < driftless_core::behaviour::capabilities::OLDEST;
            check("rsync", if old { CheckState::Warning } else { CheckState::Ok }, args)
        }
        _ => check("rsync-missing", CheckState::Failed, []),
    }
}

/// The directories of all syncs, and what the kernel allows for one person.
fn watches(shell: &Shell) -> Watches {
    let used = shell.engine.status().syncs.iter().map(|sync| sync.dirs as u64).sum();
    let limit = std::fs::read_to_string("/proc/sys/fs/inotify/max_user_watches");
    Watches { used, limit: limit.ok().and_then(|text| text.trim().parse().ok()) }
}

fn of_watches(watches: Watches) -> DoctorCheck {
    let limit = watches.limit.unwrap_or(u64::MAX);
    // Others watch, too.
    let tight = watches.used > limit / 10 * 8;
    let wanted = limit.saturating_mul(2).max(524_288).checked_next_power_of_two().unwrap_or(limit);
    let args = [("used", watches.used.to_string()), ("limit", limit.to_string()), ("wanted", wanted.to_string())];
    check("watches", if tight { CheckState::Warning } else { CheckState::Ok }, args)
}

/// Asked for an account that nobody has: that it is not stored is an answer.
fn keyring(shell: &Shell) -> DoctorCheck {
    match shell.secrets.keyring.get("driftless doctor") {
        Ok(_) => check("keyring", CheckState::Ok, []),
        Err(problem) if problem.code == "password-not-stored" => check("keyring", CheckState::Ok, []),
        Err(problem) if problem.code == "keyring-locked" => check("keyring-locked", CheckState::Warning, []),
        Err(_) => check("keyring-absent", CheckState::Warning, []),
    }
}

fn tray(shell: &Shell) -> DoctorCheck {
    match shell.has_tray() {
        true => check("tray", CheckState::Ok, []),
        false => check("tray-absent", CheckState::Warning, []),
    }
}

/// This machine as the other end.
#[tauri::command]
pub async fn receiver(shell: Inside<'_>) -> Result<ReceiverState, Problem> {
    blocking(&shell, |shell| Ok(shell.receiving.state())).await
}

/// Receives into a folder from now on.
#[tauri::command]
pub async fn start_receiver(shell: Inside<'_>, dir: String, network: bool) -> Result<ReceiverState, Problem> {
    blocking(&shell, move |shell| shell.receiving.start(&dir, network)).await
}

/// No longer.
#[tauri::command]
pub async fn stop_receiver(shell: Inside<'_>) -> Result<ReceiverState, Problem> {
    blocking(&shell, |shell| shell.receiving.stop()).await
}

/// Puts the receiver's password on the clipboard: it never comes to the page.
#[tauri::command]
pub async fn copy_receiver_password(shell: Inside<'_>) -> Result<(), Problem> {
    blocking(&shell, |shell| {
        let password = shell.receiving.password()?;
        let text = String::from_utf8(password.expose().to_vec()).map_err(internal)?;
        shell.clipboard.put(text)
    })
    .await
}
