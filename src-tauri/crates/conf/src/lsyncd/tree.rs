//! A table of Lua as lsyncd reads it.
//!
//! lsyncd's rule: the table's own keys come first; then each table at a position (1, 2, …) is inherited from, in that
//! order, and adds only what is not there yet. Tables under the same key are merged likewise, lists are appended to one
//! another. Tables of exit codes have numbers as keys instead. Nothing depends on the order in which Lua walks a table.

use std::collections::BTreeMap;

use driftless_core::config::Kind;
use driftless_core::paths::show_bytes;
use driftless_core::problem::Problem;
use mlua::{Table, Value as LuaValue};

use super::guard::Guard;
use crate::node::Value;

/// A merged table.
#[derive(Debug, Default)]
pub(super) struct Tree {
    pub named: BTreeMap<String, Item>,
    /// What stood at positions and is no table.
    pub list: Vec<Value>,
}

/// What a key holds.
#[derive(Debug)]
pub(super) enum Item {
    One(Value),
    Tree(Tree),
}

/// lsyncd's `default.rsync` and so on, known by where they are in memory.
pub(super) struct Defaults(pub Vec<(*const std::ffi::c_void, Kind)>);

/// Reads tables into trees.
pub(super) struct Reader<'a> {
    pub guard: &'a Guard,
    pub defaults: &'a Defaults,
    /// The first `default.*` that was inherited from.
    pub kind: Option<Kind>,
}

/// No model is as deep, and a table may hold itself.
const MAX_DEPTH: usize = 24;

/// Tables whose numbers are keys.
fn numbered(name: &str) -> bool {
    matches!(name, "exitcodes" | "rsyncExitCodes" | "sshExitCodes")
}

impl Reader<'_> {
    pub fn inherit(&mut self, into: &mut Tree, from: &Table, verbatim: bool, depth: usize) -> mlua::Result<()> {
        if depth > MAX_DEPTH {
            return Err(self.guard.stop_for_good(Problem::error("lua-too-deep")));
        }
        let length = if verbatim { 0 } else { sequence(from)? };
        for pair in from.pairs::<LuaValue, LuaValue>() {
            let (key, value) = pair?;
            let name = match &key {
                LuaValue::Integer(i) if *i >= 1 && *i as usize <= length => continue,
                LuaValue::Integer(i) if verbatim => i.to_string(),
                LuaValue::String(s) => s.to_str().map_or_else(|_| show_bytes(&s.as_bytes()), |s| s.to_owned()),
                LuaValue::Integer(i) => format!("[{i}]"),
                other => format!("[{}]", other.type_name()),
            };
            if name == "_merge" || name == "_verbatim" {
                continue;
            }
            self.guard.keep(name.as_bytes())?;
            match value {
                LuaValue::Table(inner) => {
                    let numbers = numbered(&name);
                    let held = into.named.entry(name).or_insert_with(|| Item::Tree(Tree::default()));
                    if let Item::Tree(held) = held {
                        self.inherit(held, &inner, numbers, depth + 1)?;
                    }
                }
                other => {
                    let value = self.value(&other)?;
                    into.named.entry(name).or_insert(Item::One(value));
                }
            }
        }
        for position in 1..=length {
            match from.raw_get::<LuaValue>(position)? {
                LuaValue::Table(inner) => {
                    let known = self.defaults.0.iter().find(|(at, _)| *at == inner.to_pointer());
                    self.kind = self.kind.or(known.map(|(_, kind)| *kind));
                    self.guard.keep(b"")?;
                    self.inherit(into, &inner, false, depth + 1)?;
                }
                other => {
                    let value = self.value(&other)?;
                    into.list.push(value);
                }
            }
        }
        Ok(())
    }

    /// A value that is no table.
    pub fn value(&self, value: &LuaValue) -> mlua::Result<Value> {
        self.guard.keep(b"")?;
        Ok(match value {
            LuaValue::Boolean(b) => Value::Bool(*b),
            LuaValue::Integer(i) => Value::Integer(*i),
            LuaValue::Number(f) => Value::Float(*f),
            LuaValue::String(text) => {
                let bytes = text.as_bytes();
                self.guard.keep(&bytes)?;
                std::str::from_utf8(&bytes)
                    .map_or_else(|_| Value::Bytes(show_bytes(&bytes)), |text| Value::Text(text.to_owned()))
            }
            _ => Value::Function,
        })
    }
}

/// How far the positions go without a gap.
fn sequence(table: &Table) -> mlua::Result<usize> {
    let mut length = 0;
    while !table.raw_get::<LuaValue>(length + 1)?.is_nil() {
        length += 1;
    }
    Ok(length)
}
