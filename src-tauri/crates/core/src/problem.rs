//! What is wrong, as a code and its arguments. The sentences stand in `driftless-words`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is refused.
    Warning,
    /// Refused.
    Error,
}

/// Where in a file: both count from 1; `column` counts characters, 0 if only the line is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Place {
    /// The file as it was named.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1; 0 if unknown.
    pub column: usize,
}

/// One problem. `code` is stable, kebab-case and the key of its sentences in the catalogue
/// (`CODE`, `CODE.remedy`, and `CODE.title` where there is one).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Problem {
    /// For example `check-source-relative`.
    pub code: String,
    /// Refused or only said.
    pub severity: Severity,
    /// The key in the model it is about, as `sync[2].rsync.bwlimit` or `settings.maxDelays`; empty for the whole.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "bindings", ts(optional, as = "Option<_>"))]
    pub path: String,
    /// What the sentence fills in. File names in here are already shown through `paths::show_bytes`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "bindings", ts(optional, as = "Option<_>"))]
    pub args: BTreeMap<String, String>,
    /// The place in a file, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "bindings", ts(optional))]
    pub place: Option<Place>,
}

impl Problem {
    /// An error without arguments.
    pub fn error(code: &str) -> Problem {
        Problem {
            code: code.to_owned(),
            severity: Severity::Error,
            path: String::new(),
            args: BTreeMap::new(),
            place: None,
        }
    }

    /// A warning without arguments.
    pub fn warning(code: &str) -> Problem {
        Problem { severity: Severity::Warning, ..Problem::error(code) }
    }

    /// The same, about this key of the model.
    pub fn at(mut self, path: impl Into<String>) -> Problem {
        self.path = path.into();
        self
    }

    /// The same with one more argument.
    pub fn with(mut self, name: &str, value: impl ToString) -> Problem {
        self.args.insert(name.to_owned(), value.to_string());
        self
    }

    /// The same at a place in a file.
    pub fn in_file(mut self, file: impl Into<String>, line: usize, column: usize) -> Problem {
        self.place = Some(Place { file: file.into(), line, column });
        self
    }
}
