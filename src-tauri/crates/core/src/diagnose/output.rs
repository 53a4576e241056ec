//! rsync's output as it comes, in bounded memory: what was sent and deleted, which paths failed, which causes were
//! named, and the last lines for a person.
//!
//! Rules: a line of stderr that is neither understood nor known to be harmless sets [`Report::unmapped`]; names and
//! texts are hostile and only shown through [`crate::paths::show_bytes`]; nothing grows beyond its bound, and where
//! a bound cuts something that mattered, `unmapped` says so.

use std::collections::{BTreeMap, VecDeque};

use super::codes::FailureCode;
use super::line::{Line, Side, shown};
use super::mapper::PathMapper;
use super::signs::{self, Args};
use super::stdout::{self, Heard, Item};
use super::stems::{self, Named, PathWhy};
use crate::meter::Moved;
use crate::paths::RelPath;
use crate::picture::Parts;

/// The `--out-format` of our runs: what happens, the size, the name. The parser knows this one alone.
pub const OUT_FORMAT: &str = "%i %l %n%L";

/// Longest line that is read; rsync's longest own is a path of 4,096 bytes, each escaped by five.
const LINE: usize = 64 * 1024;
/// Most failed, vanished or undeletable paths that are named; beyond, the whole list is dirty.
const PATHS: usize = 100_000;
/// Lines kept for a person, and their length in characters.
const TAIL: usize = 20;
const TAIL_LINE: usize = 500;
/// Names kept for the log and "recent changes".
const RECENT: usize = 100;

/// Which pipe bytes came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// One path that rsync could not bring over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedPath {
    /// Below the sync's root; the root itself where the whole failed.
    pub path: RelPath,
    /// PathWhy.
    pub why: PathWhy,
    /// At which end.
    pub side: Side,
    /// Everything below it was left out too: look at it again as a subtree.
    pub deep: bool,
    /// One of several readings of a temporary name. Take it only if it was listed or exists at the source.
    pub guess: bool,
}

/// What was counted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Files whose content was sent.
    pub sent: u64,
    /// Their sizes, in bytes (sizes, not what travelled).
    pub sent_bytes: u64,
    /// Entries made, linked, or changed in attributes only.
    pub changed: u64,
    /// Entries deleted.
    pub deleted: u64,
    /// `Total bytes sent` plus `received` of `--stats`: what travelled.
    pub travelled: Option<u64>,
    /// `Total file size` of `--stats`: how much is compared.
    pub total_size: Option<u64>,
    /// `Number of files` of `--stats`.
    pub total_files: Option<u64>,
}

/// What one run said.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Paths that stay dirty after exit 23, in order, each once.
    pub failed: Vec<FailedPath>,
    /// Paths that vanished while rsync worked; their deletion is a change of its own.
    pub vanished: Vec<RelPath>,
    /// Folders that stay at the target because they hold what is excluded.
    pub not_deleted: Vec<RelPath>,
    /// Devices, pipes, sockets, links that the options leave out.
    pub skipped_special: Vec<RelPath>,
    /// `IO error encountered -- skipping file deletion`: deletions of this run are still owed.
    pub deletions_skipped: bool,
    /// A line of stderr could not be understood, or named a path that is not ours: keep the whole list dirty.
    pub unmapped: bool,
    /// Recognised causes with what their lines told, the most telling first.
    pub causes: BTreeMap<FailureCode, Args>,
    /// The last lines of stderr, cleaned and shortened.
    pub tail: Vec<String>,
    /// What was counted.
    pub counts: Counts,
    /// The last names that were sent, changed or deleted.
    pub recent: Vec<Item>,
    /// What was made, changed and deleted, for a picture of it.
    pub parts: Parts,
}

/// Takes both pipes as they come.
#[derive(Debug)]
pub struct OutputParser {
    mapper: PathMapper,
    out: Partial,
    err: Partial,
    failed: BTreeMap<RelPath, FailedPath>,
    tail: VecDeque<String>,
    recent: VecDeque<Item>,
    moved: Option<Moved>,
    report: Report,
}

/// A line that has not ended yet.
#[derive(Debug, Default)]
struct Partial {
    bytes: Vec<u8>,
    cut: bool,
}

impl OutputParser {
    /// For one run between the two ends that `mapper` knows.
    pub fn new(mapper: PathMapper) -> OutputParser {
        OutputParser {
            mapper,
            out: Partial::default(),
            err: Partial::default(),
            failed: BTreeMap::new(),
            tail: VecDeque::new(),
            recent: VecDeque::new(),
            moved: None,
            report: Report::default(),
        }
    }

    /// The next bytes of one pipe, cut anywhere.
    pub fn feed(&mut self, stream: Stream, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|b| matches!(b, b'\n' | b'\r')) {
            self.partial(stream).push(&bytes[..end]);
            self.end_of_line(stream);
            bytes = &bytes[end + 1..];
        }
        self.partial(stream).push(bytes);
    }

    /// What was counted so far.
    pub fn counts(&self) -> &Counts {
        &self.report.counts
    }

    /// How far it is, as far as it has told.
    pub fn moved(&self) -> Moved {
        let bytes = self.report.counts.sent_bytes;
        self.moved.map_or(Moved { bytes, ..Moved::default() }, |moved| Moved { bytes: moved.bytes.max(bytes), ..moved })
    }

    /// The last entry rsync named, for a display of progress.
    pub fn last_item(&self) -> Option<&Item> {
        self.recent.back()
    }

    /// Both pipes have ended, or nothing more is waited for.
    pub fn finish(mut self) -> Report {
        self.end_of_line(Stream::Stdout);
        self.end_of_line(Stream::Stderr);
        self.report.failed = self.failed.into_values().collect();
        self.report.tail = self.tail.into();
        self.report.recent = self.recent.into();
        self.report
    }

    fn partial(&mut self, stream: Stream) -> &mut Partial {
        match stream {
            Stream::Stdout => &mut self.out,
            Stream::Stderr => &mut self.err,
        }
    }

    fn end_of_line(&mut self, stream: Stream) {
        let line = std::mem::take(self.partial(stream));
        if line.bytes.is_empty() {
            return;
        }
        match stream {
            Stream::Stdout => self.stdout(&line.bytes),
            Stream::Stderr if line.cut => {
                self.remember(&line.bytes);
                self.report.unmapped = true;
            }
            Stream::Stderr => self.stderr(&line.bytes),
        }
    }

    fn stdout(&mut self, line: &[u8]) {
        match stdout::read(line, &mut self.report.counts) {
            Some(Heard::Item(item)) => {
                self.report.parts.take(&item);
                if self.recent.len() == RECENT {
                    self.recent.pop_front();
                }
                self.recent.push_back(item);
            }
            Some(Heard::NotDeleted(path)) => push(&mut self.report.not_deleted, path),
            Some(Heard::Skipped(path)) => push(&mut self.report.skipped_special, path),
            Some(Heard::DeletionsSkipped) => self.report.deletions_skipped = true,
            Some(Heard::Moved(moved)) => self.moved = Some(moved),
            Some(Heard::Noise) => {}
            // A daemon's greeting, a chatty shell: worth showing if the run fails, never a sign of failure itself.
            None => self.remember(line),
        }
    }

    fn stderr(&mut self, raw: &[u8]) {
        self.remember(raw);
        let line = Line::read(raw);
        if self.harmless(&line, raw) {
            return;
        }
        if let Some((code, args)) = signs::read(&line) {
            self.report.causes.entry(code).or_insert(args);
            return;
        }
        match stems::read(&line) {
            Some(named) => self.failed_path(named),
            None => self.report.unmapped = true,
        }
    }

    /// Lines that say nothing about a path, or nothing that matters; the summary line stands for the exit code.
    fn harmless(&mut self, line: &Line<'_>, raw: &[u8]) -> bool {
        for stem in [&b"file has vanished: \""[..], b"directory has vanished: \""] {
            if let Some(rest) = line.text.strip_prefix(stem) {
                self.vanished(line.side, rest);
                return true;
            }
        }
        let harmless: [&[u8]; 7] = [
            b"rsync error: ",
            b"rsync warning: ",
            b"*** Skipping any contents from this failed directory ***",
            b"WARNING: parent dir is absent in the file list: ",
            b"--link-dest arg does not exist: ",
            b"--copy-dest arg does not exist: ",
            b"Warning: Permanently added ",
        ];
        harmless.iter().any(|stem| raw.starts_with(stem))
            || super::ssh_signs::is_noise(raw)
            || (raw.starts_with(b"WARNING: ") && raw.ends_with(b"(will try again)."))
    }

    fn vanished(&mut self, side: Side, rest: &[u8]) {
        // `"P"` or, from a module, `"P" (in M)`.
        let Some(close) = super::line::rfind(rest, b"\"") else {
            self.report.unmapped = true;
            return;
        };
        let module = rest[close + 1..].strip_prefix(b" (in ").and_then(|m| m.strip_suffix(b")"));
        let side = if side == Side::Unknown { Side::Sender } else { side };
        match self.mapper.map(side, &super::line::unescape(&rest[..close]), module) {
            Some(path) if self.report.vanished.len() < PATHS => self.report.vanished.push(path),
            _ => self.report.unmapped = true,
        }
    }

    fn failed_path(&mut self, named: Named) {
        let guess = named.paths.len() > 1;
        let Named { side, module, why, deep, .. } = named;
        let mut shown_path = String::new();
        let mut found = false;
        if !named.temp || self.mapper.temp_names_tell() {
            for path in &named.paths {
                let Some(path) = self.mapper.map(side, path, module.as_deref()) else { continue };
                if shown_path.is_empty() {
                    shown_path = path.shown();
                }
                if self.failed.len() < PATHS {
                    found = true;
                    self.failed.entry(path.clone()).or_insert(FailedPath { path, why, side, deep, guess });
                }
            }
        }
        if !found {
            self.report.unmapped = true;
            shown_path = named.paths.first().map(|p| shown(p, TAIL_LINE)).unwrap_or_default();
        }
        let code = super::of_path(side, why, deep && shown_path.is_empty());
        self.report.causes.entry(code).or_insert_with(|| Args::from([("path".to_owned(), shown_path)]));
    }

    fn remember(&mut self, line: &[u8]) {
        if self.tail.len() == TAIL {
            self.tail.pop_front();
        }
        self.tail.push_back(shown(line, TAIL_LINE));
    }
}

fn push(paths: &mut Vec<RelPath>, path: RelPath) {
    if paths.len() < PATHS {
        paths.push(path);
    }
}

impl Partial {
    fn push(&mut self, bytes: &[u8]) {
        let room = LINE - self.bytes.len();
        self.cut |= bytes.len() > room;
        self.bytes.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}
