//! The status file of a daemon: when it is written, and what is said if it cannot be.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use driftless_core::plan::PlanSettings;
use driftless_core::view::WaitingEntry;
use driftless_engine::Handle;
use driftless_engine::status_file::{MOST_ENTRIES, StatusFile, render};

use crate::log::Log;

/// The status file, if there is to be one.
#[derive(Debug)]
pub struct StatusWriter {
    file: Option<StatusFile>,
    wanted: Arc<AtomicBool>,
    log: Log,
    failed: bool,
}

impl StatusWriter {
    /// As the settings want it.
    pub fn new(settings: &PlanSettings, log: &Log) -> StatusWriter {
        let mut writer =
            StatusWriter { file: None, wanted: Arc::new(AtomicBool::new(false)), log: log.clone(), failed: false };
        writer.change(settings);
        writer
    }

    /// Other settings: the file is due at once.
    pub fn change(&mut self, settings: &PlanSettings) {
        self.file = settings.status_file.as_deref().map(|path| StatusFile::new(path, settings.status_interval));
        self.wanted.store(self.file.is_some(), Ordering::Relaxed);
        self.failed = false;
    }

    /// Whether there is such a file, also after [`StatusWriter::change`].
    pub fn wanted(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.wanted)
    }

    /// Something changed.
    pub fn changed(&mut self) {
        if let Some(file) = &mut self.file {
            file.changed();
        }
    }

    /// When to call [`StatusWriter::write`].
    pub fn due(&self) -> Option<Instant> {
        self.file.as_ref()?.due(Instant::now())
    }

    /// Writes it; `end` only in the last one.
    pub async fn write(&mut self, engine: &Handle, end: Option<&str>) {
        let Some(file) = &mut self.file else { return };
        let status = engine.status();
        let mut waiting: BTreeMap<String, Vec<WaitingEntry>> = BTreeMap::new();
        for sync in status.syncs.iter().filter(|s| s.waiting > 0) {
            let entries = engine.waiting(sync.key, 0, MOST_ENTRIES).await;
            waiting.insert(sync.id.clone(), entries.unwrap_or_default());
        }
        let text = render(&status, &jiff::Zoned::now(), |id, _| waiting.remove(id).unwrap_or_default(), end);
        match file.write(Instant::now(), &text) {
            Ok(()) => self.failed = false,
            // Said once, not every ten seconds; the mirror goes on.
            Err(_) if self.failed => {}
            Err(e) => {
                self.failed = true;
                self.log.error(format!("Cannot write the status file '{}': {e}.", file.path().display()));
            }
        }
    }
}
