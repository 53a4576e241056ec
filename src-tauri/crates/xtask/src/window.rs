//! `cargo xtask run` on a desktop: builds the application and opens it, as the person who asks.

use std::process::Command;

use crate::exec::{run as perform, say};
use crate::{binaries, needs, pages};

/// Whether there is a desktop to open a window on.
pub fn has_display() -> bool {
    let named = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(target_os = "linux") || named("DISPLAY") || named("WAYLAND_DISPLAY")
}

/// Installs what is missing, builds, opens.
pub fn run() -> Result<(), String> {
    needs::install(&[needs::RSYNC])?;
    if cfg!(target_os = "linux") {
        needs::install(&needs::FOR_WINDOW)?;
    }
    pages::build()?;
    say("Building Driftless; the first time takes some minutes…");
    let built = binaries::build(&["build", "--package", "driftless", "--bin", "driftless"])?;
    let program = built.into_iter().find(|binary| binary.name == "driftless").ok_or("cargo built no driftless")?;
    say("Driftless is open. Closing its window leaves it in the tray; quit it there, or with Ctrl-C here.");
    perform(&mut Command::new(program.file))
}
