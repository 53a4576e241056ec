//! cargo-deny: licences, sources and bans of every dependency on every platform we build for. Advisories need a network
//! and are checked by the workflow.

use std::path::PathBuf;
use std::process::Command;

use crate::exec::{cargo, find, root, run, say, target_dir};

/// The version whose rules `deny.toml` is written for.
const VERSION: &str = "0.20.2";

/// Checks; builds the tool first where the machine has none.
pub fn check() -> Result<(), String> {
    let tool = match find("cargo-deny") {
        Some(tool) => tool,
        None => build()?,
    };
    run(Command::new(tool)
        .args(["--locked", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"])
        .current_dir(root()))
}

/// Built once, below the target directory. Without optimisation: it takes a third of the time and runs for seconds.
fn build() -> Result<PathBuf, String> {
    let home = target_dir().join("tools");
    let tool = home.join("bin").join(if cfg!(windows) { "cargo-deny.exe" } else { "cargo-deny" });
    if !tool.is_file() {
        say("Building cargo-deny, once for this clone; it takes some minutes.");
        let mut command = cargo(&["install", "--locked", "--debug", "--no-default-features", "--version", VERSION]);
        command.arg("--root").arg(&home).arg("cargo-deny").env("CARGO_PROFILE_DEV_DEBUG", "0");
        run(command.env("CARGO_TARGET_DIR", target_dir().join("tools/build")))?;
    }
    Ok(tool)
}
