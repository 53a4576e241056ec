//! Runs a file and takes down its calls.

use std::cell::RefCell;
use std::rc::Rc;

use driftless_core::config::Kind;
use driftless_core::paths::show_bytes;
use driftless_core::problem::Problem;
use mlua::chunk::ChunkMode;
use mlua::{Error, Lua, LuaString, MultiValue, Table, Value};

use super::guard::{Guard, Source, place_of};
use super::places::{Comment, Places};
use super::tree::{Defaults, Reader, Tree};
use super::{Environment, Files, library};
use crate::MAX_BYTES;
use crate::node::Spot;

/// A call of `settings` or `sync`, as it was made.
pub(super) struct Call {
    pub is_sync: bool,
    pub tree: Tree,
    /// The `default.*` it inherits from.
    pub kind: Option<Kind>,
    pub spot: Spot,
    pub keys: std::collections::BTreeMap<String, (usize, usize)>,
    pub comments: Vec<Comment>,
}

/// All that a run left.
pub(super) struct Ran {
    pub start: Spot,
    pub calls: Vec<Call>,
    /// Our own comments outside of all calls, with their file.
    pub comments: Vec<(Rc<str>, Comment)>,
}

pub(super) fn run(text: &[u8], file: &str, files: &mut Files<'_>, env: &mut Environment<'_>) -> Result<Ran, Problem> {
    let start = Spot { file: Rc::from(file), line: 1, column: 1 };
    let guard = Rc::new(Guard::new());
    let calls = RefCell::new(Vec::new());
    let ran = library::lua().and_then(|lua| {
        let ran = program(&lua, &guard, &calls, (text, file), files, env);
        lua.remove_hook();
        ran.map_err(|error| if is_memory(&error) { guard.out_of_memory() } else { error })
    });
    match (guard.take_stop(), ran) {
        (Some(problem), _) => return Err(problem),
        (None, Err(error)) => return Err(problem_of(&error, &guard)),
        (None, Ok(())) => {}
    }
    let sources = guard.sources.borrow();
    let outside = |source: &Source| {
        let name = Rc::clone(&source.name);
        source.places.comments.iter().map(move |c| (Rc::clone(&name), c.clone())).collect::<Vec<_>>()
    };
    Ok(Ran { start, calls: calls.take(), comments: sources.iter().flat_map(outside).collect() })
}

fn program(
    lua: &Lua,
    guard: &Rc<Guard>,
    calls: &RefCell<Vec<Call>>,
    (text, file): (&[u8], &str),
    files: &mut Files<'_>,
    env: &mut Environment<'_>,
) -> mlua::Result<()> {
    library::restrict(lua, guard)?;
    let globals = lua.globals();
    let default = lua.create_table()?;
    let mut known = Vec::new();
    for kind in Kind::ALL {
        let table = lua.create_table()?;
        known.push((table.to_pointer(), kind));
        default.raw_set(kind.word(), table)?;
    }
    globals.raw_set("default", default)?;
    let quiet = lua.create_function(|_, _: MultiValue| Ok(()))?;
    globals.raw_set("print", &quiet)?;
    globals.raw_set("log", quiet)?;
    globals.raw_set("tunnel", lua.create_function(|_, table: Value| Ok(table))?)?;

    let defaults = Defaults(known);
    let (files, env) = (RefCell::new(files), RefCell::new(env));
    let store = lua.create_table()?;
    lua.scope(|scope| {
        let os: Table = globals.raw_get("os")?;
        os.raw_set(
            "getenv",
            scope.create_function(|_, name: LuaString| {
                let value = (*env.borrow_mut())(&name.to_string_lossy());
                Ok(value)
            })?,
        )?;
        let sync = scope.create_function(|lua, table: Value| take(lua, guard, &defaults, calls, true, &table))?;
        globals.raw_set("sync", sync)?;
        let settings = scope.create_function(|lua, asked: Value| match &asked {
            Value::String(name) => store.raw_get::<Value>(name),
            Value::Table(given) => {
                for pair in given.pairs::<Value, Value>() {
                    let (key, value) = pair?;
                    store.raw_set(key, value)?;
                }
                take(lua, guard, &defaults, calls, false, &asked).map(|()| Value::Nil)
            }
            _ => take(lua, guard, &defaults, calls, false, &asked).map(|()| Value::Nil),
        })?;
        set_settings(lua, &globals, &settings)?;
        let dofile = scope.create_function(|lua, name: LuaString| {
            let name = name.to_string_lossy();
            let read = (*files.borrow_mut())(&name);
            match read {
                Ok(text) => guard.nested(|| execute(lua, guard, &text, &name)),
                Err(reason) => {
                    let problem = Problem::error("lua-file").with("name", show_bytes(name.as_bytes()));
                    Err(guard.stop(problem.with("reason", show_bytes(reason.as_bytes()))))
                }
            }
        })?;
        globals.raw_set("dofile", dofile)?;
        guard.watch(lua)?;
        execute(lua, guard, text, file).map(drop)
    })
}

/// `settings{…}` is a call; the older `settings = {…}` is taken for one.
fn set_settings(lua: &Lua, globals: &Table, settings: &mlua::Function) -> mlua::Result<()> {
    let Some(meta) = globals.metatable() else { return Ok(()) };
    let (read, write) = (settings.clone(), settings.clone());
    let refused: mlua::Function = meta.raw_get("__index")?;
    meta.raw_set(
        "__index",
        lua.create_function(move |_, (table, name): (Value, Value)| match &name {
            Value::String(s) if *s == "settings" => Ok(Value::Function(read.clone())),
            _ => refused.call((table, name)),
        })?,
    )?;
    meta.raw_set(
        "__newindex",
        lua.create_function(move |_, (table, name, value): (Table, Value, Value)| match (&name, &value) {
            (Value::String(s), Value::Table(_)) if *s == "settings" => write.call(value),
            _ => table.raw_set(name, value),
        })?,
    )
}

/// Loads a text and runs it.
fn execute(lua: &Lua, guard: &Guard, text: &[u8], name: &str) -> mlua::Result<MultiValue> {
    let chunk = guard.sources.borrow().len();
    guard.sources.borrow_mut().push(Source {
        name: Rc::from(name),
        places: Places::default(),
        made: Default::default(),
    });
    let refuse = |code: &str| {
        let problem = Problem::error(code).with("limit", MAX_BYTES).in_file(name, 1, 1);
        guard.stop_at(problem)
    };
    if text.len() > MAX_BYTES {
        return Err(refuse("conf-too-large"));
    }
    // Compiled Lua could do anything, and no text has these bytes.
    if text.contains(&0) || text.starts_with(b"\x1b") {
        return Err(refuse("lua-binary"));
    }
    guard.read(text)?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    // A first line for the shell, as Lua's own program skips it; its newline stays for the count of lines.
    let code = if text.starts_with(b"#") {
        &text[text.iter().position(|b| *b == b'\n').unwrap_or(text.len())..]
    } else {
        text
    };
    if let Some(source) = guard.sources.borrow_mut().get_mut(chunk) {
        source.places = Places::of(text);
    }
    lua.load(code).set_name(format!("=c{chunk}")).set_mode(ChunkMode::Text).call(())
}

fn take(
    lua: &Lua,
    guard: &Guard,
    defaults: &Defaults,
    calls: &RefCell<Vec<Call>>,
    is_sync: bool,
    given: &Value,
) -> mlua::Result<()> {
    let name = if is_sync { "sync" } else { "settings" };
    let Value::Table(table) = given else {
        return Err(guard.stop(Problem::error("lsyncd-no-table").with("name", name)));
    };
    let called_from = lua.inspect_stack(1, place_of).flatten();
    let mut spot = called_from.map_or_else(|| guard.spot(), |(chunk, line)| guard.spot_at(chunk, line));
    let (mut keys, mut comments) = Default::default();
    if let Some((chunk, line)) = called_from
        && let Some(source) = guard.sources.borrow_mut().get_mut(chunk)
    {
        let made = source.made.entry((name.to_owned(), line)).or_default();
        let sites: Vec<_> = source.places.sites.iter().filter(|s| s.line == line && s.name == name).collect();
        if let Some(site) = sites.get(*made % sites.len().max(1)) {
            spot.column = site.column;
            (keys, comments) = (site.keys.clone(), site.comments.clone());
        }
        *made += 1;
    }
    keys.keys().try_for_each(|key: &String| guard.keep(key.as_bytes()))?;
    let mut reader = Reader { guard, defaults, kind: None };
    let mut tree = Tree::default();
    reader.inherit(&mut tree, table, false, 0)?;
    calls.borrow_mut().push(Call { is_sync, tree, kind: reader.kind, spot, keys, comments });
    Ok(())
}

fn is_memory(error: &Error) -> bool {
    match error {
        Error::MemoryError(_) => true,
        // How Lua's string library says it.
        Error::RuntimeError(text) => text.contains("not enough memory for buffer allocation"),
        Error::CallbackError { cause, .. } | Error::WithContext { cause, .. } => is_memory(cause),
        _ => false,
    }
}

/// An error of Lua as a problem.
fn problem_of(error: &Error, guard: &Guard) -> Problem {
    let (place, text) = message(error);
    let code = if is_syntax(error) { "lua-syntax" } else { "lua-error" };
    let spot = place.map_or_else(|| guard.spot(), |(chunk, line)| guard.spot_at(chunk, line));
    spot.mark(Problem::error(code).with("message", text))
}

fn is_syntax(error: &Error) -> bool {
    match error {
        Error::SyntaxError { .. } => true,
        Error::CallbackError { cause, .. } | Error::WithContext { cause, .. } => is_syntax(cause),
        _ => false,
    }
}

/// What Lua says, without its own place and trace; the place as chunk and line.
pub(super) fn message(error: &Error) -> (Option<(usize, usize)>, String) {
    let text = match error {
        Error::CallbackError { cause, .. } | Error::WithContext { cause, .. } => return message(cause),
        Error::SyntaxError { message, .. } | Error::RuntimeError(message) => message.clone(),
        other => other.to_string(),
    };
    let text = text.split("\nstack traceback:").next().unwrap_or_default();
    let mut parts = text.splitn(3, ':');
    let place = parts
        .next()
        .zip(parts.next())
        .and_then(|(chunk, line)| Some((chunk.trim().strip_prefix('c')?.parse().ok()?, line.parse().ok()?)));
    let said = if place.is_some() { parts.next().unwrap_or_default() } else { text };
    let said: String = said.trim().chars().take(500).collect();
    (place, show_bytes(said.as_bytes()))
}
