//! The log of the window program: a file in the log directory, changed for a new one when it is large. The one before stays.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use driftless_core::paths::show_bytes;
use driftless_core::say::{Category, Say};
use jiff::Zoned;

/// A log is no larger.
const MOST: u64 = 5 * 1024 * 1024;

/// Where lines go.
#[derive(Debug)]
pub struct Log {
    path: PathBuf,
    file: Option<File>,
    size: u64,
}

impl Log {
    /// In this directory, which is made when the first line comes.
    pub fn new(dir: &Path) -> Log {
        Log { path: dir.join("driftless.log"), file: None, size: 0 }
    }

    /// One line, unless it is only for those who look for a defect. A log that cannot be written stops nothing.
    pub fn say(&mut self, say: &Say) {
        if !matches!(say.category, Category::Normal | Category::Warn | Category::Error) {
            return;
        }
        let reason = say.problem.as_ref().map(|problem| format!(" {}", driftless_words::line(problem)));
        let text = show_bytes(format!("{}{}", say.text, reason.unwrap_or_default()).as_bytes());
        let sync = say.sync.as_deref().map(|sync| format!("{}: ", show_bytes(sync.as_bytes()))).unwrap_or_default();
        let time = Zoned::now().strftime("%Y-%m-%d %H:%M:%S").to_string();
        let _ = self.write(&format!("{time} {}: {sync}{text}\n", say.category.word()));
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        if self.size + line.len() as u64 > MOST {
            self.file = None;
            fs::rename(&self.path, self.path.with_extension("log.1"))?;
        }
        if self.file.is_none() {
            if let Some(dir) = self.path.parent() {
                fs::create_dir_all(dir)?;
            }
            let file = OpenOptions::new().append(true).create(true).open(&self.path)?;
            self.size = file.metadata()?.len();
            self.file = Some(file);
        }
        if let Some(file) = &mut self.file {
            file.write_all(line.as_bytes())?;
            self.size += line.len() as u64;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_its_place_and_a_full_log_gives_way() {
        let dir = tempfile::tempdir().unwrap();
        let mut log = Log::new(&dir.path().join("log"));
        log.say(&Say::new(Category::Normal, "evil\u{1b}[2J").of("Docs"));
        log.say(&Say::new(Category::Debug, "not this"));
        let text = fs::read_to_string(&log.path).unwrap();
        assert!(
            text.contains(" Normal: Docs: evil") && !text.contains('\u{1b}') && text.lines().count() == 1,
            "{text}"
        );
        log.size = MOST;
        log.say(&Say::new(Category::Error, "new"));
        assert_eq!(fs::read_to_string(&log.path).unwrap().lines().count(), 1);
        assert!(log.path.with_extension("log.1").exists());
    }
}
