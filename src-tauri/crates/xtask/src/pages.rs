//! The window's pages in `ui/`: built by npm, and their own checks.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::exec::{find, root, run, say};
use crate::needs;

/// Says which packages `node_modules` holds; npm writes it.
const INSTALLED: &str = "ui/node_modules/.package-lock.json";

fn npm(words: &[&str]) -> Result<(), String> {
    let program = find("npm").unwrap_or_else(|| "npm".into());
    run(Command::new(program).args(words).current_dir(root().join("ui")))
}

/// Fetches what the pages are built with, exactly as `package-lock.json` says; not where that is there already.
fn fetch() -> Result<(), String> {
    needs::node()?;
    let changed = |file: &str| fs::metadata(root().join(file)).and_then(|meta| meta.modified()).ok();
    match (changed(INSTALLED), changed("ui/package-lock.json")) {
        (Some(installed), Some(locked)) if installed >= locked => Ok(()),
        _ => npm(&["ci", "--no-audit", "--no-fund"]),
    }
}

/// Builds them into `ui/dist`, from where they become part of the program.
pub fn build() -> Result<(), String> {
    say("Building the window's pages…");
    fetch()?;
    npm(&["run", "--silent", "build"])
}

/// Pictures of them, by this browser, into this directory; of those whose names contain `only`.
pub fn look(browser: &Path, out: &Path, only: &str, shapes: &str) -> Result<(), String> {
    fetch()?;
    let npm = find("npm").unwrap_or_else(|| "npm".into());
    let mut command = Command::new(npm);
    command.args(["run", "--silent", "look", "--", "--only", only, "--shapes", shapes, "--out"]).arg(out);
    run(command.env("CHROMIUM", browser).current_dir(root().join("ui")))
}

/// Types, rules of writing, and tests.
pub fn check() -> Result<(), String> {
    fetch()?;
    for script in ["check", "lint", "test"] {
        npm(&["run", "--silent", script])?;
    }
    Ok(())
}
