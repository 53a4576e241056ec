//! A sentence as data: the key of its entry in the catalogue, and what it fills in. The leaf that shows it chooses the
//! language, and how a time is written there.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a sentence fills in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
#[serde(tag = "is", content = "value", rename_all = "kebab-case")]
pub enum Value {
    /// Fit to be shown: through `paths::show_bytes` where it came from outside.
    Text(String),
    /// A number; chooses plural forms.
    Count(u64),
    /// A moment: milliseconds since 1970, UTC.
    At(i64),
    /// A length of time: milliseconds.
    Span(i64),
}

/// One sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS))]
pub struct Said {
    /// The key of the entry.
    pub key: String,
    /// Its arguments.
    pub args: BTreeMap<String, Value>,
}

impl Said {
    /// A sentence without arguments.
    pub fn new(key: impl Into<String>) -> Said {
        Said { key: key.into(), args: BTreeMap::new() }
    }

    /// The same with one more argument.
    pub fn with(mut self, name: &str, value: Value) -> Said {
        self.args.insert(name.to_owned(), value);
        self
    }

    /// The same with a text that is fit to be shown.
    pub fn text(self, name: &str, value: impl Into<String>) -> Said {
        self.with(name, Value::Text(value.into()))
    }

    /// The same with a number.
    pub fn count(self, name: &str, value: u64) -> Said {
        self.with(name, Value::Count(value))
    }

    /// The same with a moment.
    pub fn at(self, name: &str, ms: i64) -> Said {
        self.with(name, Value::At(ms))
    }

    /// What stands in a sync's way: its entry is `failure-CODE` for a failure, and the code itself for a problem.
    pub fn failure(code: &str, args: &BTreeMap<String, String>) -> Said {
        let texts = args.iter().map(|(name, value)| (name.clone(), Value::Text(value.clone())));
        Said { key: format!("failure-{code}"), args: texts.collect() }
    }
}
