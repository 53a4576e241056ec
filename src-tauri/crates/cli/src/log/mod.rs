//! The log of the process: where lines go, and which.
//!
//! Errors go to stderr, the rest to stdout; with a log file, there too. A daemon has no console: file, or else syslog.
//! Under systemd (`JOURNAL_STREAM` names our stdout or stderr) the console lines carry the journal's prefix instead of
//! the time.

mod file;
mod filter;
mod format;
mod syslog;

use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use driftless_core::say::{Category, Say};
use jiff::Zoned;

pub use file::LogFile;
pub use filter::Filter;
pub use format::clean;
pub use syslog::facility;

/// The log; clones write to the same.
#[derive(Debug, Clone)]
pub struct Log {
    shared: Arc<Mutex<Outputs>>,
}

#[derive(Debug)]
struct Outputs {
    filter: Filter,
    console: Console,
    file: Option<LogFile>,
    syslog: Option<(syslog::Syslog, Tag)>,
    file_failed: bool,
}

/// What the console gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Console {
    /// `Category: text`, all on stderr: the log is not open yet.
    Early,
    /// `HH:MM:SS Category: text`
    Timed,
    /// `<N>Category: text`
    Journal,
    /// Nothing: there is none.
    None,
}

/// How lines are tagged in syslog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tag {
    /// `settings.logident`
    pub ident: String,
    /// The number of `settings.logfacility`.
    pub facility: u8,
}

impl Log {
    /// The log before it is known where it goes: stderr.
    pub fn early(filter: Filter) -> Log {
        let outputs = Outputs { filter, console: Console::Early, file: None, syslog: None, file_failed: false };
        Log { shared: Arc::new(Mutex::new(outputs)) }
    }

    /// From now on to the console, and to the file if there is one.
    pub fn to_console(&self, file: Option<LogFile>) {
        let mut outputs = self.lock();
        outputs.console = if under_journal() { Console::Journal } else { Console::Timed };
        outputs.file = file;
    }

    /// From now on to the file, or else to syslog; there is no console.
    pub fn to_background(&self, file: Option<LogFile>, tag: Tag) {
        let mut outputs = self.lock();
        outputs.console = Console::None;
        outputs.syslog = if file.is_none() { Some((syslog::Syslog::default(), tag)) } else { None };
        outputs.file = file;
    }

    /// Another log file, or none, after a reload.
    pub fn change_file(&self, path: Option<&Path>) -> io::Result<()> {
        let file = path.map(LogFile::open).transpose()?;
        self.lock().file = file;
        Ok(())
    }

    /// Another tag for syslog, after a reload. In the background what has no file goes there.
    pub fn change_tag(&self, tag: Tag) {
        let mut outputs = self.lock();
        outputs.syslog = match outputs.syslog.take() {
            _ if outputs.console != Console::None || outputs.file.is_some() => None,
            Some((socket, _)) => Some((socket, tag)),
            None => Some((syslog::Syslog::default(), tag)),
        };
    }

    /// Writes it, if its category is taken. A log that cannot be written never stops the mirror.
    pub fn say(&self, say: &Say) {
        let mut outputs = self.lock();
        if outputs.filter.takes(say.category) {
            outputs.write(say, &Zoned::now());
        }
    }

    /// A line of this category.
    pub fn line(&self, category: Category, text: impl Into<String>) {
        self.say(&Say::new(category, text));
    }

    /// A line of `Normal`.
    pub fn normal(&self, text: impl Into<String>) {
        self.line(Category::Normal, text);
    }

    /// A line of `Warn`.
    pub fn warn(&self, text: impl Into<String>) {
        self.line(Category::Warn, text);
    }

    /// A line of `Error`.
    pub fn error(&self, text: impl Into<String>) {
        self.line(Category::Error, text);
    }

    fn lock(&self) -> MutexGuard<'_, Outputs> {
        // A thread that panicked while it wrote a line leaves nothing half done that matters here.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outputs {
    fn write(&mut self, say: &Say, now: &Zoned) {
        match self.console {
            Console::Early => to_stderr(&format::early(say)),
            Console::Timed if say.category == Category::Error => to_stderr(&format::console(say, now)),
            Console::Timed => to_stdout(&format::console(say, now)),
            Console::Journal if say.category == Category::Error => to_stderr(&format::journal(say)),
            Console::Journal => to_stdout(&format::journal(say)),
            Console::None => {}
        }
        if let Some(file) = &mut self.file {
            let failed = file.write(&format::file(say, now)).is_err();
            if failed && !self.file_failed && self.console != Console::None {
                to_stderr("Error: the log file cannot be written.\n");
            }
            self.file_failed = failed;
        }
        if let Some((syslog, tag)) = &mut self.syslog {
            for datagram in format::syslog(say, now, &tag.ident, tag.facility, std::process::id()) {
                // Without a system log the lines are lost, as with libc's syslog(3).
                let _ = syslog.send(&datagram);
            }
        }
    }
}

// A closed console (a pager that was left, a terminal that is gone) is no reason to end.
fn to_stderr(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

fn to_stdout(text: &str) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// True if stdout or stderr is the stream that `JOURNAL_STREAM` names (`DEVICE:INODE`); the variable alone may be inherited.
fn under_journal() -> bool {
    let Some(wanted) = std::env::var("JOURNAL_STREAM").ok().and_then(|v| {
        let (dev, ino) = v.split_once(':')?;
        Some((dev.parse::<u64>().ok()?, ino.parse::<u64>().ok()?))
    }) else {
        return false;
    };
    let is = |stat: rustix::io::Result<rustix::fs::Stat>| stat.is_ok_and(|s| (s.st_dev, s.st_ino) == wanted);
    is(rustix::fs::fstat(io::stdout())) || is(rustix::fs::fstat(io::stderr()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reload_moves_the_log_of_a_daemon_between_file_and_syslog_under_its_new_tag() {
        let dir = tempfile::tempdir().unwrap();
        let tag = |ident: &str| Tag { ident: ident.to_owned(), facility: 3 };
        let tagged = |log: &Log| log.lock().syslog.as_ref().map(|(_, tag)| tag.clone());
        let log = Log::early(Filter::of(&[]));
        log.to_background(None, tag("old"));
        log.change_tag(tag("new"));
        assert_eq!(tagged(&log), Some(tag("new")));
        log.change_file(Some(&dir.path().join("log"))).unwrap();
        log.change_tag(tag("new"));
        log.normal("to the file");
        assert_eq!(tagged(&log), None);
        assert!(std::fs::read_to_string(dir.path().join("log")).unwrap().contains("to the file"));
        log.change_file(None).unwrap();
        log.change_tag(tag("third"));
        assert_eq!(tagged(&log), Some(tag("third")));
        let console = Log::early(Filter::of(&[]));
        console.to_console(None);
        console.change_tag(tag("new"));
        assert_eq!(tagged(&console), None, "the foreground has its console");
    }
}
