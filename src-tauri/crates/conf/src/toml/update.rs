//! Edits an existing file so that it then means exactly a given configuration.
//!
//! What did not change keeps its bytes: comments, order, quoting. A sync of the file is the same as one of the
//! configuration by its id, else by kind, source and target, else by its position.

use driftless_core::config::{Config, Sync};
use driftless_core::problem::Problem;
use serde_json::{Map, Value as Json};
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, TableLike};

use super::read::parse;
use super::write::{has_header, object, table_of, value_of, write};

/// The text, edited to mean `config`. Unchanged if it means that already.
///
/// # Errors
/// The text is no configuration itself; it is never overwritten blindly.
pub fn update(text: &str, config: &Config) -> Result<String, Vec<Problem>> {
    let old = parse(text, "")?;
    if old == *config {
        return Ok(text.to_owned());
    }
    let plain = text.strip_prefix('\u{feff}').unwrap_or(text);
    let Ok(mut document) = plain.parse::<DocumentMut>() else { return Ok(write(config)) };
    edit(document.as_table_mut(), &old, config);
    let mut edited = document.to_string();
    // The editor writes bare newlines; a file that had none keeps its own.
    if plain.contains("\r\n") && plain.matches('\n').count() == plain.matches("\r\n").count() {
        edited = edited.replace("\r\n", "\n").replace('\n', "\r\n");
    }
    // Meaning goes before looks: a way of writing that the edit does not master is written anew.
    if parse(&edited, "").is_ok_and(|read| read == *config) { Ok(edited) } else { Ok(write(config)) }
}

fn edit(root: &mut Table, old: &Config, new: &Config) {
    let (old_object, new_object) = (object(old), object(new));
    let none = Map::new();
    let inner = |all: &Map<String, Json>, name: &str| all.get(name).and_then(Json::as_object).cloned();
    for name in ["settings", "app"] {
        let before = inner(&old_object, name).unwrap_or_else(|| none.clone());
        match inner(&new_object, name) {
            Some(after) if before != after => set_table(root, name, &before, &after),
            None if root.contains_key(name) && !before.is_empty() => drop(root.remove(name)),
            _ => {}
        }
    }
    if old.sync != new.sync {
        edit_syncs(root, old, new);
    }
}

/// Changes what differs between two readings of the table `name`.
fn set_table(parent: &mut dyn TableLike, name: &str, before: &Map<String, Json>, after: &Map<String, Json>) {
    match parent.get_mut(name).and_then(Item::as_table_like_mut) {
        Some(table) => set_keys(table, before, after),
        None => drop(parent.insert(name, Item::Table(table_of(after)))),
    }
}

fn set_keys(table: &mut dyn TableLike, before: &Map<String, Json>, after: &Map<String, Json>) {
    let gone: Vec<&String> = before.keys().filter(|name| !after.contains_key(*name)).collect();
    for name in gone {
        table.remove(name);
    }
    for (name, value) in after {
        let was = before.get(name);
        if was == Some(value) {
            continue;
        }
        match value {
            Json::Object(inner) if has_header(name) => {
                let nothing = Map::new();
                set_table(table, name, was.and_then(Json::as_object).unwrap_or(&nothing), inner);
            }
            _ => set_value(table, name, value),
        }
    }
}

/// Puts a value in the place of another, between the same blanks and comments.
fn set_value(table: &mut dyn TableLike, name: &str, value: &Json) {
    let mut fresh = value_of(value);
    match table.get_mut(name) {
        Some(Item::Value(held)) => {
            *fresh.decor_mut() = held.decor().clone();
            *held = fresh;
        }
        Some(held) => *held = Item::Value(fresh),
        None => drop(table.insert(name, Item::Value(fresh))),
    }
}

fn edit_syncs(root: &mut Table, old: &Config, new: &Config) {
    let mut held: Vec<Option<Table>> = match root.remove_entry("sync") {
        Some((_, item)) => match item.into_array_of_tables() {
            Ok(tables) => tables.into_iter().map(Some).collect(),
            Err(_) => Vec::new(),
        },
        None => Vec::new(),
    };
    let first = held.iter().flatten().filter_map(Table::position).min();
    let pairs = pair(&old.sync, &new.sync);
    let stays = pairs.iter().flatten().collect::<Vec<_>>().is_sorted();
    let (before, after) = (object(old), object(new));
    let sync = |all: &Map<String, Json>, index: usize| {
        all.get("sync").and_then(|syncs| syncs.get(index)).and_then(Json::as_object).cloned().unwrap_or_default()
    };
    let mut tables = ArrayOfTables::new();
    for (index, partner) in pairs.into_iter().enumerate() {
        let wanted = sync(&after, index);
        let taken = partner.and_then(|at| held.get_mut(at).and_then(Option::take).map(|table| (at, table)));
        let mut table = match taken {
            Some((at, mut table)) => {
                set_keys(&mut table, &sync(&before, at), &wanted);
                table
            }
            None => table_of(&wanted),
        };
        if !stays {
            unplace(&mut table);
            if index == 0 {
                table.set_position(first);
            }
        }
        tables.push(table);
    }
    if !tables.is_empty() {
        root.insert("sync", Item::ArrayOfTables(tables));
    }
}

/// Forgets where tables stood, so that they follow one another in their new order.
fn unplace(table: &mut Table) {
    table.set_position(None);
    for (_, item) in table.iter_mut() {
        if let Item::Table(inner) = item {
            unplace(inner);
        }
    }
}

/// For each new sync the old one that it continues.
fn pair(old: &[Sync], new: &[Sync]) -> Vec<Option<usize>> {
    let mut free: Vec<bool> = vec![true; old.len()];
    let mut pairs = vec![None; new.len()];
    let same_id = |a: &Sync, b: &Sync| a.driftless.id.is_some() && a.driftless.id == b.driftless.id;
    let same_ends = |a: &Sync, b: &Sync| {
        let ids_agree = a.driftless.id.is_none() || b.driftless.id.is_none() || a.driftless.id == b.driftless.id;
        ids_agree
            && (a.kind, &a.source, &a.target, &a.host, &a.targetdir)
                == (b.kind, &b.source, &b.target, &b.host, &b.targetdir)
    };
    let rules: [&dyn Fn(usize, usize) -> bool; 3] = [
        &|o, n| same_id(&old[o], &new[n]),
        &|o, n| same_ends(&old[o], &new[n]),
        // By position only where neither has an identity that says otherwise.
        &|o, n| o == n && (old[o].driftless.id.is_none() || new[n].driftless.id.is_none()),
    ];
    for same in rules {
        for (n, partner) in pairs.iter_mut().enumerate() {
            if partner.is_none() {
                *partner = (0..old.len()).find(|o| free[*o] && same(*o, n));
                if let Some(o) = *partner {
                    free[o] = false;
                }
            }
        }
    }
    pairs
}
