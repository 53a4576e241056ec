//! Holds what was read against the schema of the model.
//!
//! All that is wrong is found at once, each with its place and the key it is about. What fits becomes a
//! [`Config`] through serde, so that the serde types stay the only declaration of the file.

mod hints;
mod schema;
mod values;

use driftless_core::config::{Config, KeyInfo, Kind, Table, ValueType};
use driftless_core::problem::Problem;
use serde_json::{Map, Value as Json};

use crate::node::{Entry, Node, Spot, Value};
pub(crate) use hints::is_hook;
pub(crate) use schema::{Schema, table_name};

/// How forgiving a reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Our own file: a value has its type.
    Toml,
    /// lsyncd's: numbers and texts turn into each other for rsync's and ssh's options, as Lua turns them.
    Lua,
}

/// More problems than a person reads at once are not counted.
const MAX_PROBLEMS: usize = 200;

/// A checker of one file.
pub(crate) struct Shape<'a> {
    pub schema: &'a Schema,
    pub dialect: Dialect,
    pub problems: Vec<Problem>,
}

impl<'a> Shape<'a> {
    pub fn new(schema: &'a Schema, dialect: Dialect) -> Shape<'a> {
        Shape { schema, dialect, problems: Vec::new() }
    }

    /// The whole file; `start` is where it begins.
    pub fn config(mut self, root: Vec<Entry>, start: &Spot) -> Result<Config, Vec<Problem>> {
        let mut whole = Map::new();
        for entry in root {
            let read = match entry.name.as_str() {
                "settings" => self.whole_table(Table::Settings, entry.node, "settings"),
                "app" => self.whole_table(Table::App, entry.node, "app"),
                "sync" => self.syncs(entry.node),
                _ => {
                    self.unknown(None, &entry, &entry.name, &entry.name);
                    continue;
                }
            };
            whole.insert(entry.name, read);
        }
        if self.problems.is_empty() {
            // The schema let everything pass that serde refuses here: not known to happen, and never silent.
            match serde_json::from_value(Json::Object(whole)) {
                Ok(config) => return Ok(config),
                Err(error) => self.push(start.mark(Problem::error("conf-value").with("message", error))),
            }
        }
        // As a person reads a file: from the top.
        self.problems.sort_by_key(|problem| problem.place.as_ref().map(|place| (place.line, place.column)));
        Err(self.problems)
    }

    pub fn push(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    fn whole_table(&mut self, table: Table, node: Node, path: &str) -> Json {
        match node.value {
            Value::Table(entries) => self.table(table, entries, path, None, &node.spot),
            other => self.wrong_type(&node.spot, path, path, &other, "table"),
        }
    }

    fn syncs(&mut self, node: Node) -> Json {
        let syncs = match node.value {
            Value::List(syncs) => syncs,
            other => return self.wrong_type(&node.spot, "sync", "sync", &other, "tables"),
        };
        let read = syncs.into_iter().enumerate().map(|(index, sync)| {
            let path = format!("sync[{index}]");
            match sync.value {
                Value::Table(entries) => {
                    let kind = entries.iter().find(|e| e.name == "kind").and_then(|e| match &e.node.value {
                        Value::Text(word) => Kind::ALL.into_iter().find(|k| k.word() == word),
                        _ => None,
                    });
                    self.table(Table::Sync, entries, &path, kind, &sync.spot)
                }
                other => self.wrong_type(&sync.spot, &path, "sync", &other, "table"),
            }
        });
        Json::Array(read.collect())
    }

    fn table(&mut self, table: Table, entries: Vec<Entry>, path: &str, kind: Option<Kind>, spot: &Spot) -> Json {
        let schema = self.schema;
        let missing = schema
            .keys(table)
            .iter()
            .filter(|key| key.required && entries.iter().all(|e| e.name != key.name))
            .filter(|key| key.name == "kind" || kind.is_some_and(|kind| key.kinds.contains(&kind)));
        for key in missing {
            let problem = Problem::error("conf-key-missing").at(format!("{path}.{}", key.name));
            let kind = kind.map_or("", Kind::word);
            self.push(spot.mark(problem.with("key", &key.name).with("table", table_name(table)).with("kind", kind)));
        }
        let mut read = Map::new();
        for entry in entries {
            if self.full() {
                break;
            }
            let key_path = format!("{path}.{}", entry.name);
            let shown = match table {
                Table::Rsync => format!("rsync.{}", entry.name),
                Table::Ssh => format!("ssh.{}", entry.name),
                _ => entry.name.clone(),
            };
            let Some(key) = schema.key(table, &entry.name) else {
                self.unknown(Some(table), &entry, &key_path, &shown);
                continue;
            };
            if kind.is_some_and(|kind| !key.kinds.contains(&kind)) {
                self.not_of_this_kind(key, &entry, &key_path, kind.unwrap_or_default());
                continue;
            }
            let value = match (&key.value, entry.node.value) {
                (ValueType::Table(inner), Value::Table(entries)) => {
                    self.table(*inner, entries, &key_path, kind, &entry.node.spot)
                }
                (_, value) => self.value(key, Node { value, spot: entry.node.spot }, &key_path, &shown),
            };
            read.insert(entry.name, value);
        }
        Json::Object(read)
    }

    fn not_of_this_kind(&mut self, key: &KeyInfo, entry: &Entry, path: &str, kind: Kind) {
        let kinds: Vec<&str> = key.kinds.iter().map(|k| k.word()).collect();
        let problem = Problem::error("conf-key-kind").at(path).with("key", &key.name).with("kind", kind.word());
        self.push(entry.spot.mark(problem.with("kinds", kinds.join(", "))));
    }

    pub fn wrong_type(&mut self, spot: &Spot, path: &str, key: &str, found: &Value, wanted: &str) -> Json {
        let problem = match found {
            Value::Bytes(shown) => Problem::error("conf-text-not-utf8").with("value", shown),
            _ => Problem::error("conf-type").with("found", found.kind()).with("wanted", wanted),
        };
        self.push(spot.mark(problem.at(path).with("key", key)));
        Json::Null
    }
}
