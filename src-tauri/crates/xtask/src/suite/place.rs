//! A clone below a directory that only root may enter (`/root/…`) cannot be tested by an ordinary user: then the suite
//! runs from a copy of what git knows, in a place that everybody can read.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Options, user};
use crate::exec::{is_root, root, run, say};

/// Runs the suite from a copy, if it must be; true if it did.
pub fn moved(options: &Options) -> Result<bool, String> {
    if !is_root() || !cfg!(target_os = "linux") || user::ordinary()?.can_enter(&root()) {
        return Ok(false);
    }
    let copy = Path::new("/var/tmp").join(user::NAME);
    say(&format!("{} is closed to ordinary users: testing a copy in {}", root().display(), copy.display()));
    empty(&copy)?;
    for file in known()? {
        put(&root().join(&file), &copy.join(&file))?;
    }
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(&copy).args(["xtask", "test"]).env_remove("CARGO_TARGET_DIR");
    if options.long {
        command.arg("--long");
    }
    run(command.args(&options.groups)).map(|()| true)
}

/// What git knows, and what it does not know yet but would.
fn known() -> Result<Vec<PathBuf>, String> {
    let mut list = Command::new("git");
    list.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]).current_dir(root());
    let list = list.output().map_err(|error| format!("git: {error}"))?;
    let names = list.stdout.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    Ok(names.map(|name| String::from_utf8_lossy(name).into_owned().into()).collect())
}

/// The directory, ours, with nothing of last time but what was built.
fn empty(copy: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", copy.display());
    match fs::create_dir(copy) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
        other => return other.map_err(failed),
    }
    #[cfg(unix)]
    if std::os::unix::fs::MetadataExt::uid(&fs::symlink_metadata(copy).map_err(failed)?) != 0 {
        return Err(format!("{} belongs to somebody else", copy.display()));
    }
    for entry in fs::read_dir(copy).map_err(failed)?.flatten() {
        let path = entry.path();
        if entry.file_name() != "target" {
            let removed = if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            removed.map_err(failed)?;
        }
    }
    Ok(())
}

fn put(from: &Path, to: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", to.display());
    if !from.exists() {
        // Removed, and not committed yet.
        return Ok(());
    }
    if let Some(above) = to.parent() {
        fs::create_dir_all(above).map_err(failed)?;
    }
    fs::copy(from, to).map(|_| ()).map_err(failed)
}
