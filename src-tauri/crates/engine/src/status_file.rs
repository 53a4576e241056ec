//! lsyncd's status file, with its grammar and without its faults:
//!
//! - written whole beside the old one and renamed over it (0644): a reader never sees half of it;
//! - written when something changed, at most every `statusInterval` seconds, and at the end with a line that says so;
//! - a name stands on one line, whatever characters it has; excludes are listed with the filter rules.
//!
//! ```text
//! Lsyncd status report at Sun Nov 22 15:06:38 2026
//!
//! Sync1 source=/data/src/
//! There are 2 delays
//! active Create /a
//! wait   Modify /sp ace
//! Filtering:
//! - *.o
//!
//!
//! Inotify watching 5 directories
//! ```
//! The directories themselves are not listed: there may be a million. A list of what waits ends after
//! [`MOST_ENTRIES`] lines; the number above it is always the whole number.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use driftless_core::view::{Status, SyncStatus, WaitingEntry};

/// So many waiting entries of a sync are listed.
pub const MOST_ENTRIES: usize = 10_000;

/// Writes the report. `waiting` gives the entries of a sync, by id, at most as many as asked; `end` is how the program
/// ended, in the last report.
pub fn render(
    status: &Status,
    at: &jiff::Zoned,
    mut waiting: impl FnMut(&str, usize) -> Vec<WaitingEntry>,
    end: Option<&str>,
) -> String {
    let mut out = format!("Lsyncd status report at {}\n\n", at.strftime("%a %b %e %H:%M:%S %Y"));
    if let Some(end) = end {
        let _ = writeln!(out, "{end}\n");
    }
    for sync in &status.syncs {
        let entries = if sync.waiting == 0 { Vec::new() } else { waiting(&sync.id, MOST_ENTRIES) };
        section(&mut out, sync, &entries);
    }
    let dirs: usize = status.syncs.iter().map(|s| s.dirs).sum();
    let _ = writeln!(out, "Inotify watching {dirs} directories");
    out
}

fn section(out: &mut String, sync: &SyncStatus, entries: &[WaitingEntry]) {
    let slash = if sync.source.ends_with('/') { "" } else { "/" };
    let _ = writeln!(out, "{} source={}{slash}", one_line(&sync.name), one_line(&sync.source));
    // "1 delays" too: whoever reads this by program expects lsyncd's own words.
    let _ = writeln!(out, "There are {} delays", sync.waiting);
    for entry in entries.iter().take(MOST_ENTRIES) {
        let _ = writeln!(out, "{:<7}{} {}", entry.state, entry.kind, one_line(&entry.path));
    }
    out.push_str("Filtering:\n");
    if sync.filters.is_empty() {
        out.push_str("  nothing.\n");
    }
    for rule in &sync.filters {
        let _ = writeln!(out, "{}", one_line(rule));
    }
    out.push_str("\n\n");
}

/// The entries come shown already; this keeps a stray control character out of what else is printed.
fn one_line(text: &str) -> String {
    if text.chars().any(char::is_control) {
        driftless_core::paths::show_bytes(text.as_bytes())
    } else {
        text.to_owned()
    }
}

/// The file, and when it is to be written.
#[derive(Debug)]
pub struct StatusFile {
    path: PathBuf,
    interval: Duration,
    written: Option<Instant>,
    changed: bool,
}

impl StatusFile {
    /// A status file that is due at once.
    pub fn new(path: impl Into<PathBuf>, interval: Duration) -> StatusFile {
        StatusFile { path: path.into(), interval, written: None, changed: true }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Something changed.
    pub fn changed(&mut self) {
        self.changed = true;
    }

    /// When it is to be written; `None` while nothing changed.
    pub fn due(&self, now: Instant) -> Option<Instant> {
        self.changed.then(|| self.written.map_or(now, |w| w + self.interval))
    }

    /// Puts `text` in the place of what is there.
    pub fn write(&mut self, now: Instant, text: &str) -> io::Result<()> {
        self.written = Some(now);
        self.changed = false;
        replace(&self.path, text.as_bytes())
    }
}

/// A link is followed, so that it stays one; what is no regular file (a device, a fifo) is never replaced.
fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let path = match std::fs::metadata(path) {
        Ok(meta) if meta.is_file() => std::fs::canonicalize(path)?,
        Ok(_) => return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a regular file")),
        Err(_) => path.to_owned(),
    };
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut temp = tempfile::Builder::new()
        .prefix(".driftless-status-")
        .permissions(std::fs::Permissions::from_mode(0o600))
        .tempfile_in(dir)?;
    temp.write_all(content)?;
    // Whatever the umask, a status is for all to read.
    temp.as_file().set_permissions(std::fs::Permissions::from_mode(0o644))?;
    temp.persist(&path)?;
    Ok(())
}

#[cfg(test)]
#[path = "status_file_tests.rs"]
mod tests;
