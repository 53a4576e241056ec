//! `-- driftless: key = value`: our own keys in a file of lsyncd.

use std::rc::Rc;

use driftless_core::problem::Problem;
use toml_edit::Document;

use super::places::Comment;
use crate::node::{Entry, Lines, Node, Spot, Value};
use crate::toml::{entries_of, syntax};

/// The keys of one comment, all at its place.
pub(super) fn read(comment: &Comment, file: &Rc<str>) -> Result<Vec<Entry>, Problem> {
    let spot = Spot::new(file, comment.line, comment.column);
    let lines = Lines::of(comment.text.as_bytes());
    match Document::parse(comment.text.as_str()) {
        Ok(document) => {
            let mut entries = entries_of(document.as_table(), &lines, file);
            entries.iter_mut().for_each(|entry| place_entry(entry, &spot));
            Ok(entries)
        }
        Err(error) => {
            let told = syntax(&error, &lines, file);
            let message = told.args.get("message").cloned().unwrap_or_default();
            Err(spot.mark(Problem::error("lsyncd-comment").with("message", message)))
        }
    }
}

fn place_entry(entry: &mut Entry, spot: &Spot) {
    entry.spot = spot.clone();
    place_node(&mut entry.node, spot);
}

fn place_node(node: &mut Node, spot: &Spot) {
    node.spot = spot.clone();
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| place_node(item, spot)),
        Value::Table(entries) => entries.iter_mut().for_each(|entry| place_entry(entry, spot)),
        _ => {}
    }
}
