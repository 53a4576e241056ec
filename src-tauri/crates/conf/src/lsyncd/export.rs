//! A configuration as a lsyncd.conf that lsyncd itself reads too.

use std::fmt::Write;

use driftless_core::config::Config;
use serde_json::{Map, Value as Json};

/// Writes a configuration for lsyncd. Our own keys and `init = true`, of which lsyncd dies, stand in comments.
pub fn export(config: &Config) -> String {
    let whole = serde_json::to_value(config).unwrap_or_default();
    let mut out = String::new();
    for (key, value) in members(&whole["app"]) {
        let _ = writeln!(out, "-- driftless: app.{key} = {}", on_one_line(value));
    }
    let mut settings = members(&whole["settings"]).peekable();
    if settings.peek().is_some() {
        out.push_str("settings {\n");
        settings.for_each(|(key, value)| member(&mut out, key, value, 1));
        out.push_str("}\n");
    }
    for sync in whole["sync"].as_array().into_iter().flatten() {
        if !out.is_empty() {
            out.push('\n');
        }
        write_sync(&mut out, sync);
    }
    out
}

fn write_sync(out: &mut String, sync: &Json) {
    let kind = sync["kind"].as_str().unwrap_or("rsync");
    let _ = writeln!(out, "sync {{\n    default.{kind},");
    for (key, value) in members(sync) {
        match (key.as_str(), value) {
            ("kind", _) => {}
            ("init", Json::Bool(true)) => out.push_str("    -- driftless: init = true\n"),
            ("driftless", own) => {
                for (key, value) in members(own) {
                    let _ = writeln!(out, "    -- driftless: {key} = {}", on_one_line(value));
                }
            }
            _ => member(out, key, value, 1),
        }
    }
    out.push_str("}\n");
}

fn members(value: &Json) -> impl Iterator<Item = (&String, &Json)> {
    value.as_object().into_iter().flat_map(Map::iter)
}

/// `key = value,` on its own line; tables over several.
fn member(out: &mut String, key: &str, value: &Json, depth: usize) {
    let indent = "    ".repeat(depth);
    let name = match key.parse::<u8>() {
        Ok(code) if depth == 2 => format!("[{code}]"),
        // Known keys are plain names; those of a map may be anything, Lua's own words too.
        _ if depth < 3 && is_name(key) => key.to_owned(),
        _ => format!("[{}]", text(key)),
    };
    match value {
        Json::Object(table) => {
            let _ = writeln!(out, "{indent}{name} = {{");
            table.iter().for_each(|(key, value)| member(out, key, value, depth + 1));
            let _ = writeln!(out, "{indent}}},");
        }
        other => {
            let _ = writeln!(out, "{indent}{name} = {},", lua(other));
        }
    }
}

fn is_name(key: &str) -> bool {
    !key.starts_with(|c: char| c.is_ascii_digit())
        && !key.is_empty()
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn lua(value: &Json) -> String {
    match value {
        Json::Null => "nil".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::String(s) => text(s),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(i), _, _) => i.to_string(),
            (None, Some(_), _) => i64::MAX.to_string(),
            (_, _, Some(f)) if f.fract() == 0.0 && f.abs() < 9e15 => format!("{}", f as i64),
            (_, _, f) => format!("{:?}", f.unwrap_or_default()),
        },
        Json::Array(items) => {
            let items: Vec<String> = items.iter().map(lua).collect();
            if items.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", items.join(", ")) }
        }
        // Tables have lines of their own; here only inside a list, which the model has not.
        Json::Object(_) => "{}".to_owned(),
    }
}

/// A string of Lua on one line.
fn text(plain: &str) -> String {
    let mut out = String::with_capacity(plain.len() + 2);
    out.push('"');
    for c in plain.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            // Always three digits, so that a digit behind it stays one.
            c if u32::from(c) < 0x20 || c == '\u{7f}' => {
                let _ = write!(out, "\\{:03}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A value of TOML that fits into a comment: never with a newline.
fn on_one_line(value: &Json) -> String {
    match value {
        Json::Object(map) => {
            let members = map.iter().map(|(k, v)| format!("{} = {}", json_text(k), on_one_line(v)));
            format!("{{ {} }}", members.collect::<Vec<_>>().join(", "))
        }
        Json::Array(items) => format!("[{}]", items.iter().map(on_one_line).collect::<Vec<_>>().join(", ")),
        Json::String(s) => json_text(s),
        other => other.to_string(),
    }
}

/// JSON's strings are TOML's, except that TOML wants DEL escaped.
fn json_text(plain: &str) -> String {
    Json::from(plain).to_string().replace('\u{7f}', "\\u007F")
}
