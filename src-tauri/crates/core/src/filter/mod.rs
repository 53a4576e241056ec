//! What is left out, in rsync's own meaning: one matcher for `filter`, `filterFrom`, `exclude`, `excludeFrom`, the filters in
//! `rsync._extra` and `cvs_exclude`, and one list of words for every run of rsync.
//!
//! The meaning is that of `rsync(1)`, FILTER RULES: the first rule that matches decides, no rule means "sent", and what
//! lies below an excluded directory is excluded, since rsync never gets there. `tests/laws/filter.rs` holds the matcher
//! against the real program.
//!
//! - Rules come in rsync's order: `filter`, `filterFrom`, `exclude`, `excludeFrom`, `_extra`; `cvs_exclude` last, as in rsync.
//! - [`Matcher::words`] has each rule as one word. Files are read once, here, through the caller's `read`.
//! - `C` means rsync's built-in list and [`FilterInput::cvs_ignore`]. Neither `$HOME/.cvsignore` nor `$CVSIGNORE` of the
//!   moment counts, since both would differ between a session, a service and the far side.
//! - Refused, because it could not be judged exactly or would differ between runs: `x` (extended attributes), `/`
//!   (absolute paths), `-F`, per-directory files named with a slash, rules from standard input, patterns that are not UTF-8 or
//!   longer than rsync reads.
//! - Names in a path are bytes; `?` and `[…]` take one byte, not one letter, as in rsync. Classes count ASCII.
//! - Per-directory merges (`: .rsync-filter`, `cvs_exclude`): the files are read through [`DirFiles`] at every question. In
//!   runs with `--files-from` rsync treats them differently from a full pass, and with `--from0` it reads them divided
//!   by NUL (`C` apart): give such a sync runs over whole directories, without `--from0`.

mod cvs;
mod extra;
mod gather;
mod inside;
mod lines;
mod matcher;
mod parse;
mod pattern;
mod rules;
mod suspicious;
#[cfg(test)]
mod tests;
mod wild;
mod written;

pub use extra::take_filter_words;
pub use inside::DirFiles;
pub use matcher::Matcher;

use crate::paths::{RelPath, show_bytes};

/// Everything of a sync that filters, as it was written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FilterInput {
    /// `filter`: rules, one a string.
    pub filter: Vec<String>,
    /// `filterFrom`: a file of rules.
    pub filter_from: Option<String>,
    /// `exclude`: patterns, read as `--exclude=…` reads them, so `+ ` or `- ` before one and `!` alone are rules.
    pub exclude: Vec<String>,
    /// `excludeFrom`: a file of patterns.
    pub exclude_from: Option<String>,
    /// The first of what [`take_filter_words`] gives.
    pub extra: Vec<String>,
    /// `rsync.cvs_exclude`.
    pub cvs_exclude: bool,
    /// More patterns for `C`, divided by white space as in a `.cvsignore`; usually empty.
    pub cvs_ignore: Vec<u8>,
    /// `rsync.delete_excluded`: excludes that name no side hide, but do not protect.
    pub delete_excluded: bool,
}

/// What becomes of a path of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// It is part of the transfer.
    Sent,
    /// rsync never sees it.
    Excluded,
}

/// Why a path is sent or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// Its fate.
    pub verdict: Verdict,
    /// The path itself, or the directory above it that is excluded.
    pub at: RelPath,
    /// The rule that decided there; `None`: no rule matches.
    pub rule: Option<RuleShown>,
}

/// A rule as a person is shown it; every string is one harmless line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleShown {
    /// `- *.o`
    pub rule: String,
    /// `exclude[2]`, or `excludeFrom FILE line 3`; counted from 1. A per-directory file is named with its directory.
    pub source: String,
    /// True if the rule takes what it matches.
    pub include: bool,
}

impl RuleShown {
    fn new(rule: &rules::Rule, inside: Option<&RelPath>) -> RuleShown {
        let source = match (inside, &rule.origin.line) {
            (Some(dir), Some((file, line))) if !dir.is_root() => format!("{}/{file} line {line}", dir.shown()),
            (Some(_), Some((file, line))) => format!("{file} line {line}"),
            _ => rule.origin.place(),
        };
        RuleShown { rule: show_bytes(&written::text(rule)), source, include: rule.flags.include }
    }
}
