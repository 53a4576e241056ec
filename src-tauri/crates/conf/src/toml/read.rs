//! TOML text to a configuration.

use std::rc::Rc;

use driftless_core::config::Config;
use driftless_core::problem::Problem;
use toml_edit::{Document, Item, TableLike, TomlError};

use crate::node::{Entry, Lines, Node, Spot, Value};
use crate::shape::{Dialect, Schema, Shape};
use crate::{Keys, MAX_BYTES};

/// Reads a configuration. `file` is only the name under which problems are told.
///
/// # Errors
/// Everything that is wrong with it, each with its place; a syntax error stands alone, since nothing after it can be
/// trusted.
pub fn parse(text: &str, file: &str) -> Result<Config, Vec<Problem>> {
    let file: Rc<str> = Rc::from(file);
    let start = Spot::new(&file, 1, 1);
    if text.len() > MAX_BYTES {
        return Err(vec![start.mark(Problem::error("conf-too-large").with("limit", MAX_BYTES))]);
    }
    let lines = Lines::of(text.as_bytes());
    let document = Document::parse(text).map_err(|error| vec![syntax(&error, &lines, &file)])?;
    let root = entries_of(document.as_table(), &lines, &file);
    Shape::new(&Schema::read(), Dialect::Toml).config(root, &start)
}

/// Where the keys of a text stand; none if it is no TOML.
pub fn keys(text: &str, file: &str) -> Keys {
    let file: Rc<str> = Rc::from(file);
    let lines = Lines::of(text.as_bytes());
    match Document::parse(text) {
        Ok(document) => Keys::of(&entries_of(document.as_table(), &lines, &file), &Spot::new(&file, 1, 1)),
        Err(_) => Keys::default(),
    }
}

/// The same from bytes as they came from a disk.
///
/// # Errors
/// As [`parse`], and where the bytes stop being UTF-8.
pub fn parse_bytes(bytes: &[u8], file: &str) -> Result<Config, Vec<Problem>> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse(text, file),
        Err(error) => {
            let (line, column) = Lines::of(bytes).at(error.valid_up_to());
            Err(vec![Problem::error("conf-not-utf8").in_file(file, line, column)])
        }
    }
}

/// A syntax error as a problem.
pub(crate) fn syntax(error: &TomlError, lines: &Lines<'_>, file: &Rc<str>) -> Problem {
    let (line, column) = lines.at(error.span().map_or(0, |span| span.start));
    let message: Vec<&str> = error.message().lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    Spot::new(file, line, column).mark(Problem::error("conf-syntax").with("message", message.join(", ")))
}

/// All keys of a table.
pub(crate) fn entries_of(table: &dyn TableLike, lines: &Lines<'_>, file: &Rc<str>) -> Vec<Entry> {
    let spot = |span: Option<std::ops::Range<usize>>| {
        let (line, column) = lines.at(span.map_or(0, |span| span.start));
        Spot::new(file, line, column)
    };
    let mut entries = Vec::new();
    for (name, item) in table.iter() {
        let key = spot(table.key(name).and_then(toml_edit::Key::span));
        // A table made by dotted keys has no place of its own.
        let place = if item.span().is_some() { spot(item.span()) } else { key.clone() };
        let Some(value) = value_of_item(item, lines, file, &place) else { continue };
        entries.push(Entry { name: name.to_owned(), spot: key, node: Node { value, spot: place } });
    }
    entries
}

fn value_of_item(item: &Item, lines: &Lines<'_>, file: &Rc<str>, place: &Spot) -> Option<Value> {
    match item {
        Item::None => None,
        Item::Value(value) => Some(value_of(value, lines, file, place)),
        Item::Table(table) => Some(Value::Table(entries_of(table, lines, file))),
        Item::ArrayOfTables(tables) => {
            let nodes = tables.iter().map(|table| {
                let (line, column) = table.span().map_or((place.line, place.column), |span| lines.at(span.start));
                let spot = Spot::new(file, line, column);
                Node { value: Value::Table(entries_of(table, lines, file)), spot }
            });
            Some(Value::List(nodes.collect()))
        }
    }
}

fn value_of(value: &toml_edit::Value, lines: &Lines<'_>, file: &Rc<str>, place: &Spot) -> Value {
    match value {
        toml_edit::Value::Boolean(b) => Value::Bool(*b.value()),
        toml_edit::Value::Integer(i) => Value::Integer(*i.value()),
        toml_edit::Value::Float(f) => Value::Float(*f.value()),
        toml_edit::Value::String(s) => Value::Text(s.value().clone()),
        toml_edit::Value::Datetime(_) => Value::Date,
        toml_edit::Value::InlineTable(table) => Value::Table(entries_of(table, lines, file)),
        toml_edit::Value::Array(array) => {
            let nodes = array.iter().map(|item| {
                let (line, column) = item.span().map_or((place.line, place.column), |span| lines.at(span.start));
                let spot = Spot::new(file, line, column);
                Node { value: value_of(item, lines, file, &spot), spot }
            });
            Value::List(nodes.collect())
        }
    }
}
