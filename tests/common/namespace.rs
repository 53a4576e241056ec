//! Tests that mount: each in a user and mount namespace of its own, so that an ordinary user may and the machine keeps its mounts.

use std::path::Path;
use std::process::Command;

use crate::common::NAMESPACE;

/// Runs the test of this name again in new namespaces; true inside them.
pub fn inside(module: &str, name: &str) -> bool {
    if std::env::var_os(NAMESPACE).is_some() {
        return true;
    }
    let status = Command::new("unshare")
        .args(["-Urm", "--"])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::{name}"), "--nocapture"])
        .env(NAMESPACE, "1")
        .status()
        .unwrap();
    assert!(status.success());
    false
}

/// `mount` with these words, at this place.
pub fn mount(words: &[&str], at: &Path) {
    let done = Command::new("mount").args(words).arg(at).status().unwrap();
    assert!(done.success(), "cannot be mounted: {words:?}");
}

/// Lazily, as a disk that is pulled out: it may be looked at just now.
pub fn unmount(at: &Path) {
    assert!(Command::new("umount").arg("--lazy").arg(at).status().unwrap().success());
}
