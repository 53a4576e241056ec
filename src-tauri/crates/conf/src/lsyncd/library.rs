//! The part of Lua's library that a configuration may use.
//!
//! `string`, `table` and `math` with what can run for ever in one call measured beforehand, `os.getenv` and
//! `os.date`. Other names of Lua's library are refused by name rather than read as nil.

use std::rc::Rc;

use driftless_core::problem::Problem;
use mlua::{Function, Lua, MultiValue, StdLib, Table, Value};

use super::guard::Guard;

/// Globals that are taken away.
const REFUSED: [&str; 12] = [
    "io",
    "package",
    "require",
    "load",
    "loadstring",
    "loadfile",
    "debug",
    "coroutine",
    "collectgarbage",
    "xpcall",
    "module",
    "newproxy",
];

/// Steps that one pattern may take at worst.
const MAX_PATTERN_STEPS: f64 = 1e9;
/// Elements that one call may go through.
const MAX_RANGE: i64 = 1_000_000;

/// A Lua with nothing in it that reaches outside.
pub(super) fn lua() -> mlua::Result<Lua> {
    Lua::new_with(StdLib::STRING | StdLib::TABLE | StdLib::MATH | StdLib::OS, mlua::LuaOptions::new())
}

/// Takes away and measures.
pub(super) fn restrict(lua: &Lua, guard: &Rc<Guard>) -> mlua::Result<()> {
    let globals = lua.globals();
    for name in REFUSED.iter().chain(&["dofile"]) {
        globals.raw_set(*name, Value::Nil)?;
    }
    strings(lua, &globals.raw_get("string")?, guard)?;
    tables(lua, &globals, guard)?;
    set_pcall(lua, &globals, guard)?;
    set_setmetatable(lua, &globals, guard)?;

    let os: Table = globals.raw_get("os")?;
    let date: Function = os.raw_get("date")?;
    let os = lua.create_table()?;
    os.raw_set("date", date)?;
    refuse_others(lua, &os, "os.", None, guard)?;
    globals.raw_set("os", os)?;
    refuse_others(lua, &globals, "", Some(&REFUSED), guard)
}

/// Reading a missing name is an error that says it is not available: any name, or those of a list.
fn refuse_others(
    lua: &Lua,
    table: &Table,
    prefix: &'static str,
    only: Option<&'static [&'static str]>,
    guard: &Rc<Guard>,
) -> mlua::Result<()> {
    let guard = Rc::clone(guard);
    let meta = lua.create_table()?;
    let index = lua.create_function(move |_, (_, name): (Value, Value)| {
        let Value::String(name) = name else { return Ok(Value::Nil) };
        let name = name.to_string_lossy();
        match only {
            Some(list) if !list.contains(&name.as_str()) => Ok(Value::Nil),
            _ => Err(guard.stop(Problem::error("lua-refused").with("name", format!("{prefix}{name}")))),
        }
    })?;
    meta.raw_set("__index", index)?;
    meta.raw_set("__metatable", false)?;
    table.set_metatable(Some(meta))
}

/// Puts a measured version in the place of a function.
fn measure(lua: &Lua, table: &Table, name: &str, guard: &Rc<Guard>, fits: fn(&MultiValue) -> bool) -> mlua::Result<()> {
    let plain: Function = table.raw_get(name)?;
    let guard = Rc::clone(guard);
    let measured = lua.create_function(move |_, args: MultiValue| {
        if !fits(&args) {
            return Err(guard.stop_for_good(Problem::error("lua-endless")));
        }
        guard.nested(|| plain.call::<MultiValue>(args))
    })?;
    table.raw_set(name, measured)
}

fn strings(lua: &Lua, string: &Table, guard: &Rc<Guard>) -> mlua::Result<()> {
    string.raw_set("dump", Value::Nil)?;
    for name in ["find", "match", "gmatch", "gsub"] {
        measure(lua, string, name, guard, pattern_fits)?;
    }
    measure(lua, string, "rep", guard, |args| {
        let empty = |value: Option<&Value>| !matches!(value, Some(Value::String(s)) if !s.as_bytes().is_empty());
        // Nothing, repeated without end, is still nothing but takes its time.
        !(matches!(args.front(), Some(Value::String(s)) if s.as_bytes().is_empty()) && empty(args.get(2)))
            || args.get(1).and_then(Value::as_i64).is_some_and(|times| times <= MAX_RANGE)
    })
}

/// The steps of Lua's matcher at worst: each repetition multiplies them by the length of the text.
fn pattern_fits(args: &MultiValue) -> bool {
    let length = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.as_bytes().len() as f64,
        _ => 32.0,
    };
    let Some(Value::String(pattern)) = args.get(1) else { return true };
    let pattern = pattern.as_bytes();
    let text = length(args.front()).max(2.0);
    let repeats = pattern.iter().filter(|b| matches!(b, b'*' | b'+' | b'-')).count();
    let doubtful = pattern.iter().filter(|b| **b == b'?').count();
    let starts = usize::from(!pattern.starts_with(b"^"));
    let steps = text.powf((repeats + starts) as f64) * 2f64.powf(doubtful as f64);
    steps.max(text * pattern.len() as f64) <= MAX_PATTERN_STEPS
}

fn tables(lua: &Lua, globals: &Table, guard: &Rc<Guard>) -> mlua::Result<()> {
    let table: Table = globals.raw_get("table")?;
    // Called with a table that claims a length, they would go through all of it.
    fn honest(args: &MultiValue) -> bool {
        let claims = |t: &Table| t.metatable().is_some_and(|m| !m.raw_get::<Value>("__len").is_ok_and(|v| v.is_nil()));
        !matches!(args.front(), Some(Value::Table(t)) if claims(t))
    }
    fn range(args: &MultiValue, from: usize) -> bool {
        let number = |at: usize, otherwise: f64| match args.get(at) {
            None | Some(Value::Nil) => Some(otherwise),
            Some(Value::Integer(i)) => Some(*i as f64),
            Some(Value::Number(f)) => Some(*f),
            // Lua would turn a text into a number; nobody needs that here.
            Some(_) => None,
        };
        let widest = MAX_RANGE as f64;
        number(from, 1.0)
            .zip(number(from + 1, 0.0))
            .is_some_and(|(first, last)| first > -widest && last - first <= widest)
    }
    for name in ["insert", "remove", "sort"] {
        measure(lua, &table, name, guard, honest)?;
    }
    measure(lua, &table, "move", guard, |args| range(args, 1))?;
    measure(lua, &table, "concat", guard, |args| honest(args) && range(args, 2))?;
    measure(lua, &table, "unpack", guard, |args| honest(args) && range(args, 1))?;
    // lsyncd also runs on Lua 5.1, where it has this name.
    globals.raw_set("unpack", table.raw_get::<Value>("unpack")?)
}

/// `pcall` that does not catch the end of the budget.
fn set_pcall(lua: &Lua, globals: &Table, guard: &Rc<Guard>) -> mlua::Result<()> {
    let guard = Rc::clone(guard);
    let pcall = lua.create_function(move |lua, (call, args): (Function, MultiValue)| {
        match guard.nested(|| call.call::<MultiValue>(args)) {
            Ok(mut values) => {
                values.push_front(Value::Boolean(true));
                Ok(values)
            }
            Err(mlua::Error::MemoryError(_)) => Err(guard.out_of_memory()),
            Err(error) if !guard.caught() => Err(error),
            Err(error) => {
                let message = lua.create_string(super::run::message(&error).1)?;
                Ok(MultiValue::from_vec(vec![Value::Boolean(false), Value::String(message)]))
            }
        }
    })?;
    globals.raw_set("pcall", pcall)
}

/// `setmetatable` without finalisers: those run where no hook counts.
fn set_setmetatable(lua: &Lua, globals: &Table, guard: &Rc<Guard>) -> mlua::Result<()> {
    let plain: Function = globals.raw_get("setmetatable")?;
    let guard = Rc::clone(guard);
    let checked = lua.create_function(move |_, args: MultiValue| {
        if let Some(Value::Table(meta)) = args.get(1)
            && !meta.raw_get::<Value>("__gc")?.is_nil()
        {
            return Err(guard.stop(Problem::error("lua-refused").with("name", "__gc")));
        }
        plain.call::<MultiValue>(args)
    })?;
    globals.raw_set("setmetatable", checked)
}
