//! Keys that are not in the schema: what the person most likely meant.

use driftless_core::config::{Table, nearest};
use driftless_core::problem::Problem;

use super::{Dialect, Shape, table_name};
use crate::node::Entry;

/// lsyncd's scripting hooks: known by name, but no part of a declared configuration.
const HOOKS: [&str; 13] = [
    "action",
    "collect",
    "prepare",
    "full",
    "onStartup",
    "onFull",
    "onCreate",
    "onModify",
    "onAttrib",
    "onDelete",
    "onMove",
    "tunnel",
    "checkgauge",
];

/// Keys that lsyncd itself took away.
const REMOVED: [&str; 1] = ["xargs"];

/// Whether a key is one of lsyncd's scripting hooks.
pub(crate) fn is_hook(name: &str) -> bool {
    HOOKS.contains(&name)
}

impl Shape<'_> {
    /// Says of an unknown key where it belongs, what it was, or which known one it resembles. `table` is `None` at the
    /// top of a file.
    pub fn unknown(&mut self, table: Option<Table>, entry: &Entry, path: &str, shown: &str) {
        let name = entry.name.as_str();
        let here = table.map_or("", table_name);
        let problem = if is_hook(name) {
            Problem::error("conf-key-hook")
        } else if REMOVED.contains(&name) {
            Problem::error("conf-key-removed")
        } else if let Some(other) = self.elsewhere(table, name) {
            Problem::error("conf-key-elsewhere").with("other", table_name(other))
        } else if let Some(near) = self.near(table, name) {
            Problem::error("conf-key-unknown-near").with("near", near)
        } else {
            Problem::error("conf-key-unknown")
        };
        self.push(entry.spot.mark(problem.at(path).with("key", shown).with("table", here)));
    }

    fn elsewhere(&self, table: Option<Table>, name: &str) -> Option<Table> {
        // In lsyncd.conf our own keys stand in comments: to send a person to a table there would mislead.
        let ours = |t: &Table| matches!(t, Table::App | Table::Driftless);
        Table::ALL
            .into_iter()
            .filter(|t| Some(*t) != table && !(self.dialect == Dialect::Lua && ours(t)))
            .find(|t| self.schema.key(*t, name).is_some())
    }

    fn near(&self, table: Option<Table>, name: &str) -> Option<String> {
        // The distance costs its square: a key longer than any known one by far resembles none.
        if name.len() > 64 {
            return None;
        }
        match table {
            Some(table) => nearest(table, name),
            None => ["settings", "app", "sync"].into_iter().find(|known| known.starts_with(name)).map(str::to_owned),
        }
    }
}
