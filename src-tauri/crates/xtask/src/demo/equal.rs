//! "Equal": an rsync that compares content, with the sync's own flags, read through the module, finds nothing to do.

use std::path::Path;
use std::process::Command;

/// What it would do, a line for each entry.
pub fn differences(source: &Path, target: &str, password: &Path) -> Result<Vec<String>, String> {
    let mut from = source.as_os_str().to_owned();
    from.push("/");
    let mut secret = std::ffi::OsString::from("--password-file=");
    secret.push(password);
    let output = Command::new("rsync")
        .args(["-n", "-c", "--itemize-changes", "--delete", "-a"])
        .arg(secret)
        .arg(from)
        .arg(format!("{target}/"))
        .env("LC_ALL", "C")
        .env_remove("RSYNC_PASSWORD")
        .output()
        .map_err(|error| format!("rsync: {error}"))?;
    match output.status.code() {
        Some(0) => Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect()),
        // Something vanished while it compared: not equal yet.
        Some(24) => Ok(vec!["(changed while comparing)".to_owned()]),
        _ => Err(format!("rsync cannot compare: {}", String::from_utf8_lossy(&output.stderr).trim_end())),
    }
}
