//! A configuration as fresh TOML: values before the tables below them, in the order of the schema.

use driftless_core::config::Config;
use serde_json::{Map, Value as Json};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value};

/// Writes a configuration anew.
pub fn write(config: &Config) -> String {
    let mut document = DocumentMut::new();
    for (name, value) in object(config) {
        let item = match (name.as_str(), value) {
            ("sync", Json::Array(syncs)) => {
                let tables = syncs.into_iter().filter_map(|sync| as_object(sync).map(|sync| table_of(&sync)));
                Item::ArrayOfTables(tables.collect::<ArrayOfTables>())
            }
            (_, Json::Object(table)) => Item::Table(table_of(&table)),
            (_, other) => Item::Value(value_of(&other)),
        };
        document.insert(&name, item);
    }
    // Every header begins a paragraph, except the first of the file.
    document.to_string().trim_start_matches('\n').to_owned()
}

/// The model as JSON, in the order of its declaration.
pub(super) fn object(config: &Config) -> Map<String, Json> {
    serde_json::to_value(config).ok().and_then(as_object).unwrap_or_default()
}

fn as_object(value: Json) -> Option<Map<String, Json>> {
    match value {
        Json::Object(map) => Some(map),
        _ => None,
    }
}

/// Whether a key of a sync is a table with a header of its own; maps of free keys stay on their line.
pub(super) fn has_header(name: &str) -> bool {
    matches!(name, "rsync" | "ssh" | "driftless")
}

/// A table under its own header.
pub(super) fn table_of(object: &Map<String, Json>) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    for (name, value) in object {
        let item = match value {
            Json::Object(inner) if has_header(name) => Item::Table(table_of(inner)),
            other => Item::Value(value_of(other)),
        };
        table.insert(name, item);
    }
    table
}

/// A value on one line.
pub(super) fn value_of(json: &Json) -> Value {
    match json {
        Json::Null => Value::from(""),
        Json::Bool(b) => Value::from(*b),
        Json::String(text) => Value::from(text.as_str()),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(i), _, _) => Value::from(i),
            (None, Some(_), _) => Value::from(i64::MAX),
            // 15, not 15.0: as a person writes it.
            (_, _, Some(f)) if f.fract() == 0.0 && f.abs() < 9e15 => Value::from(f as i64),
            (_, _, f) => Value::from(f.unwrap_or_default()),
        },
        Json::Array(items) => Value::Array(items.iter().map(value_of).collect::<Array>()),
        Json::Object(map) => {
            Value::InlineTable(map.iter().map(|(k, v)| (k.as_str(), value_of(v))).collect::<InlineTable>())
        }
    }
}
