//! Writes the table of keys into `REFERENCE.md`. Fails where what stands there differs, after it was written: the change is then in
//! the working tree, to be looked at and kept.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use driftless_core::config::Kind;
use driftless_core::config::{KeyInfo, Table, ValueType, keys};
use serde_json::Value;

const BEGIN: &str = "<!-- keys: made from the model by the test `reference` -->\n";
const END: &str = "<!-- end of the keys -->\n";

#[test]
fn the_reference_says_what_the_model_says() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../REFERENCE.md");
    let stands = fs::read_to_string(&file).unwrap();
    let (head, rest) = stands.split_once(BEGIN).expect("the mark where the keys begin");
    let (_, tail) = rest.split_once(END).expect("the mark where they end");
    let should = format!("{head}{BEGIN}{}{END}{tail}", all());
    if stands != should {
        fs::write(&file, &should).unwrap();
        panic!("REFERENCE.md was not what the model says; it is now");
    }
}

fn all() -> String {
    let mut out = String::new();
    for table in Table::ALL {
        let (title, says) = head(table);
        writeln!(out, "\n### {title}\n\n{says}\n").unwrap();
        out += "| key | takes | without it | what it does |\n|---|---|---|---|\n";
        for key in keys(table).iter().filter(|key| !matches!(key.value, ValueType::Table(_))) {
            writeln!(out, "| `{}` | {} | {} | {} |", key.name, takes(key), without(key), does(key)).unwrap();
        }
    }
    out + "\n"
}

fn head(table: Table) -> (&'static str, &'static str) {
    match table {
        Table::Settings => {
            ("`[settings]`, in Lua `settings { … }`", "For the whole program, and what holds for every sync.")
        }
        Table::App => ("`[app]`", "The tray and the window; `driftlessd` reads it over."),
        Table::Sync => ("`[[sync]]`, in Lua `sync { default.KIND, … }`", "One folder and its copy."),
        Table::Rsync => ("`[sync.rsync]`, in Lua `rsync = { … }`", "How rsync is called."),
        Table::Ssh => ("`[sync.ssh]`, in Lua `ssh = { … }`", "How ssh is called, for the kind `rsyncssh`."),
        Table::Driftless => ("`[sync.driftless]`", "What lsyncd has not. Not in an lsyncd.conf."),
    }
}

fn takes(key: &KeyInfo) -> String {
    let ranged = |what: &str, min: &Option<f64>, max: &Option<f64>| match (min, max) {
        (Some(min), Some(max)) => (what.to_owned(), format!(", {min}–{max}")),
        (Some(min), None) => (what.to_owned(), format!(", from {min}")),
        (None, Some(max)) => (what.to_owned(), format!(", at most {max}")),
        (None, None) => (what.to_owned(), String::new()),
    };
    let (what, range) = match &key.value {
        ValueType::Integer { min, max } => ranged("whole number", min, max),
        ValueType::Number { min, max } => ranged("number", min, max),
        ValueType::Bool => ("yes or no".to_owned(), String::new()),
        ValueType::Text => ("text".to_owned(), String::new()),
        ValueType::Texts => ("list of texts".to_owned(), String::new()),
        ValueType::Map | ValueType::Table(_) => ("table".to_owned(), String::new()),
        ValueType::OneOf(values) => (values.iter().map(shown).collect::<Vec<_>>().join(", "), String::new()),
    };
    let unit = key.unit.as_ref().map_or_else(String::new, |unit| format!(", {unit}"));
    format!("{what}{unit}{range}")
}

fn without(key: &KeyInfo) -> String {
    match &key.default {
        _ if key.required => "must be there".to_owned(),
        None => String::new(),
        // One for each kind.
        Some(Value::Object(kinds)) => {
            kinds.iter().map(|(kind, value)| format!("{} ({kind})", shown(value))).collect::<Vec<_>>().join(", ")
        }
        Some(value) => shown(value),
    }
}

fn does(key: &KeyInfo) -> String {
    let mut out = key.help.replace('|', "\\|");
    if let Some(flag) = &key.flag {
        let program = if key.table == Table::Ssh { "ssh" } else { "rsync" };
        write!(out, " {program}: `{flag}`.").unwrap();
    }
    if key.kinds.len() < Kind::ALL.len() {
        let kinds: Vec<&str> = key.kinds.iter().map(|kind| kind.word()).collect();
        write!(out, " Only {}.", kinds.join(", ")).unwrap();
    }
    out
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => format!("`\"{text}\"`"),
        other => format!("`{other}`"),
    }
}
