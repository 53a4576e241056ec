//! Every command that a page may call: unpack, one call into the shell, and a [`Problem`] where it failed.
//!
//! What may block (files, the keyring) runs on threads for that. No command returns a password, takes a path that it then
//! writes to, or starts a program that a page names.

mod app;
mod aside;
mod config;
mod draft;
#[cfg(test)]
mod every_key_tests;
mod history;
mod machine;
mod names;
mod names_of;
mod password;
mod places;
mod restore;
#[cfg(test)]
mod restore_tests;
mod sync;
#[cfg(test)]
mod tests;

pub use draft::Looks;
pub use names::NAMES;
pub use restore::Restores;

use std::sync::Arc;

use driftless_core::problem::Problem;
use tauri::ipc::Invoke;
use tauri::{Runtime, State};

use crate::shell::{Shell, internal};

/// What the engine and its files are to a command.
type Inside<'a> = State<'a, Arc<Shell>>;

/// Takes every command of [`NAMES`].
pub fn handler<R: Runtime>() -> impl Fn(Invoke<R>) -> bool + Send + Sync + 'static {
    debug_assert!(!NAMES.is_empty());
    tauri::generate_handler![
        sync::snapshot,
        sync::sync_now,
        sync::pause,
        sync::resume,
        sync::allow,
        sync::sync_anyway,
        sync::rehearse,
        sync::waiting,
        sync::open,
        config::config,
        config::check,
        config::save,
        config::texts,
        config::import_config,
        config::export_config,
        places::pick_folder,
        places::pick_file,
        places::usual_folders,
        places::disks,
        draft::exclude_preview,
        draft::source_entries,
        draft::measure,
        draft::try_target,
        draft::stop_trying,
        password::password_state,
        password::set_password,
        password::forget_password,
        password::unlock_keyring,
        app::set_app_settings,
        app::diagnostics,
        history::history,
        history::plot,
        restore::restore_points,
        restore::restore_entries,
        restore::restore_replaces,
        restore::restore,
        restore::stop_restoring,
        machine::modules,
        machine::doctor,
        machine::receiver,
        machine::start_receiver,
        machine::stop_receiver,
        machine::copy_receiver_password,
    ]
}

/// On a thread that may block.
async fn blocking<T: Send + 'static>(
    shell: &Inside<'_>,
    act: impl FnOnce(&Shell) -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    let shell = Arc::clone(shell);
    tauri::async_runtime::spawn_blocking(move || act(&shell)).await.map_err(internal)?
}
