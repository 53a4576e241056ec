//! What was done: one row for each run that did something, in SQLite, bounded in age and number.
//!
//! Rules: a thread of its own writes, so that a slow disk never holds up the mirror; what cannot be written is said once and
//! the mirror goes on. What was brought back is a row too, but none of what was sent: plot and last names leave it out. Readers open the file for themselves. Names in it are already shown (`show_bytes`): text, never bytes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Row, params};
use serde::{Deserialize, Serialize};

use crate::driver::{Kind, Ran};

/// Its name in the directory of what must outlive a restart.
pub const FILE: &str = "history.sqlite";
/// Rows older than this are removed.
const OLDEST_MS: i64 = 180 * 24 * 3600 * 1000;
/// No more rows are kept; some hundred bytes each.
const MOST_ROWS: i64 = 200_000;
/// So many new rows between two clearings.
const CLEAR_EVERY: u32 = 500;
/// Of the layout below; another one is begun anew.
const LAYOUT: i64 = 1;

const TABLE: &str = "
    CREATE TABLE IF NOT EXISTS run (
        id INTEGER PRIMARY KEY,
        sync TEXT NOT NULL,
        started_ms INTEGER NOT NULL,
        took_ms INTEGER NOT NULL,
        pass INTEGER NOT NULL,
        sent INTEGER NOT NULL,
        removed INTEGER NOT NULL,
        bytes INTEGER NOT NULL,
        stopped INTEGER NOT NULL,
        code TEXT,
        told TEXT NOT NULL
    ) STRICT;
    CREATE INDEX IF NOT EXISTS by_sync ON run (sync, id);
    CREATE INDEX IF NOT EXISTS by_time ON run (started_ms);";

/// What is only shown, never asked for.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Told {
    args: BTreeMap<String, String>,
    failed: BTreeMap<String, (u64, Vec<String>)>,
    names: Vec<(String, bool)>,
}

/// One run, as it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Rises with time.
    pub id: i64,
    /// The sync's id.
    pub sync: String,
    /// Wall clock, milliseconds.
    pub started_ms: i64,
    /// Milliseconds.
    pub took_ms: i64,
    /// Of which kind.
    pub kind: Kind,
    /// Brought over, or changed in attributes.
    pub sent: u64,
    /// Removed at the target.
    pub removed: u64,
    /// Of the files sent.
    pub bytes: u64,
    /// Ended by ourselves.
    pub stopped: bool,
    /// Why it failed.
    pub cause: Option<(String, BTreeMap<String, String>)>,
    /// Paths that failed, by code: how many, and some of them.
    pub failed: BTreeMap<String, (u64, Vec<String>)>,
    /// Some names, shown; whether it was removed.
    pub names: Vec<(String, bool)>,
}

/// Which rows.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// Of this sync.
    pub sync: Option<String>,
    /// Only runs that failed, in whole or part.
    pub failed: bool,
    /// Only runs that removed.
    pub removed: bool,
    /// Older than this row.
    pub before: Option<i64>,
    /// At most so many.
    pub limit: usize,
}

/// Sums over spans of time, the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plot {
    /// Where each span begins: milliseconds.
    pub at: Vec<i64>,
    /// Bytes sent in it.
    pub bytes: Vec<u64>,
    /// Files sent and removed in it.
    pub changes: Vec<u64>,
}

/// Why the history gives nothing.
#[derive(Debug, thiserror::Error)]
pub enum HistoryError {
    /// The database said so.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    /// No thread, or no folder.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// Takes what was done.
#[derive(Debug, Clone)]
pub struct History {
    path: PathBuf,
    rows: Sender<Ran>,
}

impl History {
    /// Opens the file, or makes it; `written` is called after each row.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn open(path: &Path, written: impl Fn() + Send + 'static) -> Result<History, HistoryError> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let base = make(path)?;
        let (rows, inbox) = channel::<Ran>();
        std::thread::Builder::new().name("history".to_owned()).spawn(move || {
            let (mut count, mut broken) = (0_u32, false);
            while let Ok(ran) = inbox.recv() {
                let now_ms = ran.started_ms;
                let mut done = insert(&base, ran);
                if count.is_multiple_of(CLEAR_EVERY) {
                    done = done.and_then(|()| clear(&base, now_ms));
                }
                count = count.wrapping_add(1);
                match done {
                    Ok(()) => broken = false,
                    Err(_) if broken => {}
                    Err(error) => {
                        broken = true;
                        tracing::warn!("the history cannot be written: {error}");
                    }
                }
                written();
            }
        })?;
        Ok(History { path: path.to_owned(), rows })
    }

    /// Keeps this. Never blocks.
    pub fn keep(&self, ran: Ran) {
        // Without the thread there is nobody to write it; the mirror goes on.
        let _ = self.rows.send(ran);
    }

    /// Rows, the newest first; true if there are more.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn page(&self, filter: &Filter) -> Result<(Vec<Entry>, bool), HistoryError> {
        let base = self.reader()?;
        let mut ask = base.prepare(
            "SELECT id, sync, started_ms, took_ms, pass, sent, removed, bytes, stopped, code, told FROM run
             WHERE (?1 IS NULL OR sync = ?1) AND (?2 IS NULL OR id < ?2)
               AND (NOT ?3 OR code IS NOT NULL) AND (NOT ?4 OR removed > 0)
             ORDER BY id DESC LIMIT ?5",
        )?;
        let most = i64::try_from(filter.limit).unwrap_or(i64::MAX).saturating_add(1);
        let rows = ask.query_map(params![filter.sync, filter.before, filter.failed, filter.removed, most], entry)?;
        let mut all = rows.collect::<Result<Vec<Entry>, _>>()?;
        let more = all.len() > filter.limit;
        all.truncate(filter.limit);
        Ok((all, more))
    }

    /// The names that runs touched last, the newest first, with the time of their run (milliseconds).
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn recent(&self, most: usize) -> Result<Vec<(String, i64)>, HistoryError> {
        // A run that only failed has no names; so many in a row say enough.
        let (entries, _) = self.page(&Filter { limit: most * 4, ..Filter::default() })?;
        let sent = entries.into_iter().filter(|entry| entry.kind != Kind::Restore);
        let names = sent.flat_map(|entry| {
            let at = entry.started_ms;
            entry.names.into_iter().map(move |(name, _)| (name, at))
        });
        Ok(names.take(most).collect())
    }

    /// Sums over `spans` spans of this length, the last of which holds `now_ms`.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn plot(&self, sync: Option<&str>, now_ms: i64, span: Duration, spans: usize) -> Result<Plot, HistoryError> {
        let base = self.reader()?;
        let span = i64::try_from(span.as_millis()).unwrap_or(i64::MAX).max(1);
        let last = now_ms - now_ms.rem_euclid(span);
        let count = i64::try_from(spans).unwrap_or(1);
        let first = last - (count - 1) * span;
        let mut plot =
            Plot { at: (0..count).map(|n| first + n * span).collect(), bytes: vec![0; spans], changes: vec![0; spans] };
        let mut ask = base.prepare(
            "SELECT (started_ms - ?1) / ?2, SUM(bytes), SUM(sent + removed) FROM run
             WHERE started_ms >= ?1 AND pass < 2 AND (?3 IS NULL OR sync = ?3) GROUP BY 1",
        )?;
        let rows = ask.query_map(params![first, span, sync], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        })?;
        for row in rows {
            let (at, bytes, changes) = row?;
            if let Some(at) = usize::try_from(at).ok().filter(|at| *at < spans) {
                plot.bytes[at] = bytes.unsigned_abs();
                plot.changes[at] = changes.unsigned_abs();
            }
        }
        Ok(plot)
    }

    fn reader(&self) -> Result<Connection, HistoryError> {
        let base = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        base.busy_timeout(Duration::from_secs(5))?;
        Ok(base)
    }
}

/// A file that is no history, or another layout, is put aside and begun anew.
fn make(path: &Path) -> Result<Connection, HistoryError> {
    match try_make(path) {
        Ok(base) => Ok(base),
        Err(_) => {
            std::fs::rename(path, path.with_extension("unreadable"))?;
            Ok(try_make(path)?)
        }
    }
}

fn try_make(path: &Path) -> Result<Connection, rusqlite::Error> {
    let base = Connection::open(path)?;
    base.busy_timeout(Duration::from_secs(5))?;
    base.pragma_update(None, "journal_mode", "WAL")?;
    base.pragma_update(None, "synchronous", "NORMAL")?;
    let layout: i64 = base.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if layout != 0 && layout != LAYOUT {
        return Err(rusqlite::Error::InvalidQuery);
    }
    base.execute_batch(TABLE)?;
    base.pragma_update(None, "user_version", LAYOUT)?;
    Ok(base)
}

fn insert(base: &Connection, ran: Ran) -> Result<(), rusqlite::Error> {
    let (code, args) = ran.cause.map_or((None, BTreeMap::new()), |(code, args)| (Some(code), args));
    let failed = ran.failed.into_iter().map(|(code, told)| (code.to_owned(), told)).collect();
    let told = Told { args, failed, names: ran.names };
    let told = serde_json::to_string(&told).unwrap_or_default();
    let took = i64::try_from(ran.took.as_millis()).unwrap_or(i64::MAX);
    let number = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
    base.prepare(
        "INSERT INTO run (sync, started_ms, took_ms, pass, sent, removed, bytes, stopped, code, told)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?
    .execute(params![
        ran.sync,
        ran.started_ms,
        took,
        number_of(ran.kind),
        number(ran.sent),
        number(ran.removed),
        number(ran.bytes),
        ran.stopped,
        code,
        told
    ])?;
    Ok(())
}

/// Of the column `pass`, which once held only the first two.
fn number_of(kind: Kind) -> i64 {
    match kind {
        Kind::Batch => 0,
        Kind::Pass => 1,
        Kind::Restore => 2,
    }
}

fn kind_of(number: i64) -> Kind {
    match number {
        0 => Kind::Batch,
        1 => Kind::Pass,
        _ => Kind::Restore,
    }
}

/// Adds this row at once, to a history that is there already: for programs that end at once. True if there was one.
///
/// # Errors
/// It cannot be written.
pub fn add(path: &Path, ran: Ran) -> Result<bool, HistoryError> {
    if !path.exists() {
        return Ok(false);
    }
    insert(&try_make(path)?, ran)?;
    Ok(true)
}

fn clear(base: &Connection, now_ms: i64) -> Result<(), rusqlite::Error> {
    base.execute("DELETE FROM run WHERE started_ms < ?1", params![now_ms - OLDEST_MS])?;
    base.execute("DELETE FROM run WHERE id <= (SELECT MAX(id) FROM run) - ?1", params![MOST_ROWS])?;
    Ok(())
}

fn entry(row: &Row<'_>) -> Result<Entry, rusqlite::Error> {
    let number = |at: usize| row.get::<_, i64>(at).map(|value| u64::try_from(value).unwrap_or(0));
    let told: String = row.get(10)?;
    let told: Told = serde_json::from_str(&told).unwrap_or_default();
    Ok(Entry {
        id: row.get(0)?,
        sync: row.get(1)?,
        started_ms: row.get(2)?,
        took_ms: row.get(3)?,
        kind: kind_of(row.get(4)?),
        sent: number(5)?,
        removed: number(6)?,
        bytes: number(7)?,
        stopped: row.get(8)?,
        cause: row.get::<_, Option<String>>(9)?.map(|code| (code, told.args)),
        failed: told.failed,
        names: told.names,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ran(sync: &str, started_ms: i64, sent: u64) -> Ran {
        Ran {
            sync: sync.to_owned(),
            started_ms,
            took: Duration::from_millis(12),
            kind: Kind::Batch,
            sent,
            removed: 0,
            bytes: sent * 10,
            cause: None,
            stopped: false,
            failed: BTreeMap::new(),
            names: vec![("a\\x1b".to_owned(), false)],
        }
    }

    /// Opened, with these rows written.
    fn history(path: &Path, rows: Vec<Ran>) -> History {
        let (told, written) = channel();
        let history = History::open(path, move || told.send(()).unwrap_or_default()).unwrap();
        let count = rows.len();
        rows.into_iter().for_each(|ran| history.keep(ran));
        for _ in 0..count {
            written.recv_timeout(Duration::from_secs(60)).unwrap();
        }
        history
    }

    #[test]
    fn rows_come_back_the_newest_first_by_page_and_filter() {
        let dir = tempfile::tempdir().unwrap();
        let mut bad = ran("b", 3, 0);
        bad.cause = Some(("target-full".to_owned(), [("target".to_owned(), "nas".to_owned())].into()));
        bad.failed = [("target-full", (2, vec!["x".to_owned()]))].into();
        bad.removed = 4;
        let history = history(&dir.path().join("state/history.sqlite"), vec![ran("a", 1, 1), ran("a", 2, 2), bad]);
        let page = |filter: Filter| history.page(&filter).unwrap();
        let (all, more) = page(Filter { limit: 2, ..Filter::default() });
        assert_eq!((all.iter().map(|e| e.started_ms).collect::<Vec<_>>(), more), (vec![3, 2], true));
        assert_eq!(all[0].cause.as_ref().unwrap().1["target"], "nas");
        assert_eq!(all[0].failed["target-full"], (2, vec!["x".to_owned()]));
        let (rest, more) = page(Filter { before: Some(all[1].id), limit: 2, ..Filter::default() });
        assert_eq!((rest.len(), rest[0].started_ms, more), (1, 1, false));
        assert_eq!(page(Filter { sync: Some("a".to_owned()), limit: 9, ..Filter::default() }).0.len(), 2);
        assert_eq!(page(Filter { failed: true, limit: 9, ..Filter::default() }).0.len(), 1);
        assert_eq!(page(Filter { removed: true, limit: 9, ..Filter::default() }).0[0].removed, 4);
    }

    #[test]
    fn the_plot_has_a_value_for_each_span() {
        let dir = tempfile::tempdir().unwrap();
        let rows = vec![ran("a", 950, 1), ran("a", 1050, 2), ran("b", 1099, 3), ran("a", 10, 50)];
        let history = history(&dir.path().join("h.sqlite"), rows);
        let plot = history.plot(None, 1150, Duration::from_millis(100), 3).unwrap();
        assert_eq!(plot, Plot { at: vec![900, 1000, 1100], bytes: vec![10, 50, 0], changes: vec![1, 5, 0] });
        let plot = history.plot(Some("b"), 1150, Duration::from_millis(100), 3).unwrap();
        assert_eq!(plot.changes, [0, 3, 0]);
    }

    #[test]
    fn what_was_brought_back_is_a_row_and_nothing_that_was_sent() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("h.sqlite");
        let back = |at| Ran { kind: Kind::Restore, names: vec![("back".to_owned(), false)], ..ran("a", at, 7) };
        assert!(!add(&path, back(100)).unwrap(), "nobody keeps a history here");
        assert!(!path.exists());
        let history = history(&path, vec![ran("a", 100, 1), back(110)]);
        assert!(add(&path, back(120)).unwrap());
        let (all, _) = history.page(&Filter { limit: 9, ..Filter::default() }).unwrap();
        let kinds: Vec<Kind> = all.iter().map(|entry| entry.kind).collect();
        assert_eq!(kinds, [Kind::Restore, Kind::Restore, Kind::Batch]);
        assert_eq!(all[0].sent, 7);
        assert_eq!(history.recent(9).unwrap(), [("a\\x1b".to_owned(), 100)]);
        assert_eq!(history.plot(None, 150, Duration::from_millis(100), 1).unwrap().changes, [1]);
    }

    #[test]
    fn what_is_too_old_goes_and_a_file_that_is_no_history_is_put_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("h.sqlite");
        std::fs::write(&path, "this is no database at all, but long enough to be looked at as one").unwrap();
        let history = history(&path, vec![ran("a", 0, 1)]);
        assert!(path.with_extension("unreadable").exists());
        let base = Connection::open(&path).unwrap();
        clear(&base, OLDEST_MS + 1).unwrap();
        assert_eq!(history.page(&Filter { limit: 9, ..Filter::default() }).unwrap().0, []);
    }
}
