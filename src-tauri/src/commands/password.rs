//! Passwords: they go in and never come out.

use std::path::PathBuf;

use driftless_core::problem::Problem;
use driftless_core::target::Target;
use driftless_engine::locks::config_identity;
use driftless_engine::places::{private_dir, write_private};
use driftless_engine::secrets::{SecretProblem, SecretText, file};
use driftless_wire::{KeepPassword, KeyringState, PasswordState, Stored};

use super::{Inside, blocking};
use crate::shell::{Shell, internal};

/// What rsync reads of a password at most.
const MOST: usize = 511;

/// Where the password of a target is, never what it is.
#[tauri::command]
pub async fn password_state(shell: Inside<'_>, target: String) -> Result<PasswordState, Problem> {
    blocking(&shell, move |shell| {
        let account = account(&target).ok();
        let path = account.as_deref().map(|account| file_of(shell, account)).unwrap_or_default();
        let (stored, keyring) = match &account {
            Some(account) => look(shell, account, &path),
            None => (Stored::None, KeyringState::Ready),
        };
        Ok(PasswordState { account, stored, keyring, file: path.display().to_string() })
    })
    .await
}

fn look(shell: &Shell, account: &str, path: &std::path::Path) -> (Stored, KeyringState) {
    let (mut stored, keyring) = match shell.secrets.keyring.get(account) {
        Ok(_) => (Stored::Keyring, KeyringState::Ready),
        Err(problem) => match problem.code {
            "password-not-stored" => (Stored::None, KeyringState::Ready),
            "keyring-locked" => (Stored::Unknown, KeyringState::Locked),
            "keyring-denied" => (Stored::Unknown, KeyringState::Denied),
            "keyring-slow" => (Stored::Unknown, KeyringState::Slow),
            "keyring-absent" => (Stored::None, KeyringState::Absent),
            _ => (Stored::Unknown, KeyringState::Ready),
        },
    };
    if shell.secrets.this_run.get(account).is_some() {
        stored = Stored::Session;
    } else if file::read(path).is_ok() {
        stored = Stored::File;
    }
    (stored, keyring)
}

/// Keeps the password of a target. What waits for it is tried at once.
#[tauri::command]
pub async fn set_password(
    shell: Inside<'_>,
    target: String,
    password: String,
    keep: KeepPassword,
) -> Result<(), Problem> {
    let password = SecretText::new(password.into_bytes());
    blocking(&shell, move |shell| {
        let account = account(&target)?;
        match password.expose().len() {
            0 => return Err(Problem::error("password-empty")),
            1..=MOST => {}
            _ => return Err(Problem::error("password-long")),
        }
        match keep {
            KeepPassword::Keyring => {
                shell.secrets.keyring.set(&account, password).map_err(problem)?;
                shell.secrets.this_run.forget(&account);
            }
            KeepPassword::Session => shell.secrets.this_run.set(&account, password),
            KeepPassword::File => {
                let path = file_of(shell, &account);
                private_dir(path.parent().unwrap_or(&shell.places.state)).map_err(internal)?;
                let line = [password.expose(), b"\n"].concat();
                write_private(&path, SecretText::new(line).expose()).map_err(internal)?;
            }
        }
        shell.engine.keyring_ready();
        Ok(())
    })
    .await
}

/// Has the desktop ask the person for what unlocks the keyring. What waits for it is tried at once.
#[tauri::command]
pub async fn unlock_keyring(shell: Inside<'_>) -> Result<(), Problem> {
    blocking(&shell, |shell| {
        shell.secrets.keyring.unlock().map_err(|problem| match problem.code {
            "keyring-still-locked" => Problem::error("unlock-dismissed"),
            _ => Problem::error("unlock-impossible"),
        })?;
        shell.engine.keyring_ready();
        Ok(())
    })
    .await
}

/// Forgets it everywhere.
#[tauri::command]
pub async fn forget_password(shell: Inside<'_>, target: String) -> Result<(), Problem> {
    blocking(&shell, move |shell| {
        let account = account(&target)?;
        shell.secrets.this_run.forget(&account);
        match std::fs::remove_file(file_of(shell, &account)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(internal(error)),
            _ => {}
        }
        match shell.secrets.keyring.delete(&account) {
            Err(told) if !matches!(told.code, "password-not-stored" | "keyring-absent") => Err(problem(told)),
            _ => Ok(()),
        }
    })
    .await
}

fn account(target: &str) -> Result<String, Problem> {
    let shown = || driftless_core::paths::show_bytes(target.as_bytes());
    match Target::parse(target) {
        Ok(found) if found.is_daemon() => {
            found.account().ok_or_else(|| Problem::error("password-target-user").with("target", shown()))
        }
        _ => Err(Problem::error("password-target").with("target", shown())),
    }
}

/// The file that a person chose over the keyring; its name tells nothing.
fn file_of(shell: &Shell, account: &str) -> PathBuf {
    shell.places.state.join("passwords").join(config_identity(&[account]))
}

fn problem(problem: SecretProblem) -> Problem {
    Problem::error(problem.code).with("what", problem.what)
}
