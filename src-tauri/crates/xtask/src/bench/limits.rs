//! The limit of inotify watches: raised for a run where we may, and put back.

use std::fs;

use crate::exec::say;

const FILE: &str = "/proc/sys/fs/inotify/max_user_watches";
const LSYNCD_ONE: usize = 4_096;

/// Puts the limit back when dropped.
pub struct Raised {
    before: Option<String>,
}

impl Raised {
    /// Makes room for so many directories (and a little more).
    pub fn to(directories: usize) -> Result<Raised, String> {
        let text = fs::read_to_string(FILE).map_err(|error| format!("{FILE}: {error}"))?;
        let now: usize = text.trim().parse().map_err(|_| format!("{FILE}: '{}' is not a number", text.trim()))?;
        let wanted = directories + LSYNCD_ONE;
        if now >= wanted {
            return Ok(Raised { before: None });
        }
        fs::write(FILE, wanted.to_string()).map_err(|error| {
            format!("{wanted} watches are needed, {now} are allowed, and {FILE} cannot be written: {error}")
        })?;
        say(&format!("Watches allowed: {now}, for this run {wanted}"));
        Ok(Raised { before: Some(text) })
    }
}

impl Drop for Raised {
    fn drop(&mut self) {
        if let Some(before) = &self.before
            && let Err(error) = fs::write(FILE, before)
        {
            say(&format!("{FILE} could not be put back to {}: {error}", before.trim()));
        }
    }
}
