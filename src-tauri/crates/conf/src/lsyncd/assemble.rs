//! From the calls of a file to a configuration: what is ours to declare goes before the checker, what is scripting
//! goes into the notes.

use std::collections::BTreeMap;
use std::rc::Rc;

use driftless_core::config::Kind;
use driftless_core::problem::Problem;

use super::Imported;
use super::comments;
use super::places::Comment;
use super::run::{Call, Ran};
use super::tree::{Item, Tree};
use crate::Keys;
use crate::node::{Entry, Node, Spot, Value};
use crate::shape::{Dialect, Schema, Shape, is_hook};

#[derive(Default)]
struct Assembly {
    settings: BTreeMap<String, Entry>,
    app: Vec<Entry>,
    syncs: Vec<Node>,
    notes: Vec<Problem>,
    problems: Vec<Problem>,
    has_functions: bool,
    seen: usize,
}

pub(super) fn assemble(ran: Ran) -> Result<Imported, Vec<Problem>> {
    let mut all = Assembly::default();
    for (file, comment) in &ran.comments {
        all.program_comment(comment, file);
    }
    for call in ran.calls {
        if call.is_sync { all.sync(call) } else { all.settings(call) }
    }
    if all.seen == 0 {
        all.problems.push(ran.start.mark(Problem::error("lsyncd-nothing-to-watch")));
    }
    let start = ran.start;
    let root = |name: &str, value: Value| {
        let node = Node { value, spot: start.clone() };
        Entry { name: name.to_owned(), spot: start.clone(), node }
    };
    let entries = vec![
        root("settings", Value::Table(all.settings.into_values().collect())),
        root("app", Value::Table(all.app)),
        root("sync", Value::List(all.syncs)),
    ];
    let schema = Schema::read();
    let mut shape = Shape::new(&schema, Dialect::Lua);
    shape.problems = all.problems;
    let keys = Keys::of(&entries, &start);
    let config = shape.config(entries, &start)?;
    Ok(Imported { config, notes: all.notes, has_functions: all.has_functions, keys })
}

impl Assembly {
    fn settings(&mut self, call: Call) {
        let mut tree = call.tree;
        // A bare word is a switch.
        for word in std::mem::take(&mut tree.list) {
            match word {
                Value::Text(name) => {
                    tree.named.insert(name, Item::One(Value::Bool(true)));
                }
                other => self.positional(&other, &call.spot, "settings"),
            }
        }
        for entry in entries(tree, "", &call.keys, &call.spot) {
            self.settings.insert(entry.name.clone(), entry);
        }
        for comment in &call.comments {
            self.program_comment(comment, &call.spot.file);
        }
    }

    fn sync(&mut self, mut call: Call) {
        self.seen += 1;
        let number = self.seen;
        let path = format!("sync[{}]", self.syncs.len());
        let scripted = self.take_hooks(&mut call, &path, number);
        let Some(kind) = call.kind else {
            let code = if scripted { "lsyncd-note-script" } else { "lsyncd-note-no-default" };
            self.has_functions |= scripted;
            self.notes.push(call.spot.mark(Problem::warning(code).with("number", number)));
            return;
        };
        for stray in std::mem::take(&mut call.tree.list) {
            self.positional(&stray, &call.spot, &path);
        }
        let parallel = matches!(call.tree.named.get("maxProcesses"), Some(Item::One(Value::Integer(n))) if *n != 1);
        if kind == Kind::Rsyncssh && parallel {
            let spot = place("maxProcesses", &call.keys, &call.spot);
            self.problems
                .push(spot.mark(Problem::error("lsyncd-parallel-rsyncssh").at(format!("{path}.maxProcesses"))));
        }
        let mut read = entries(call.tree, "", &call.keys, &call.spot);
        // These are ours, not lsyncd's: a file that sets them means something else.
        for entry in read.extract_if(.., |entry| matches!(entry.name.as_str(), "kind" | "driftless")) {
            let problem = Problem::error("conf-key-unknown").at(format!("{path}.{}", entry.name));
            self.problems.push(entry.spot.mark(problem.with("key", &entry.name).with("table", "sync")));
        }
        let mut own = Vec::new();
        for comment in &call.comments {
            match comments::read(comment, &call.spot.file) {
                // lsyncd dies of `init = true`, so that it stands in a comment.
                Ok(found) => found.into_iter().for_each(|e| if e.name == "init" { read.push(e) } else { own.push(e) }),
                Err(problem) => self.problems.push(problem),
            }
        }
        let at = |value: Value| Node { value, spot: call.spot.clone() };
        let entry =
            |name: &str, value: Value| Entry { name: name.to_owned(), spot: call.spot.clone(), node: at(value) };
        read.insert(0, entry("kind", Value::Text(kind.word().to_owned())));
        if !own.is_empty() {
            read.push(entry("driftless", Value::Table(own)));
        }
        self.syncs.push(at(Value::Table(read)));
    }

    /// Takes the hooks out of a sync and notes each; true if there were any.
    fn take_hooks(&mut self, call: &mut Call, path: &str, number: usize) -> bool {
        let hook =
            |name: &str, item: &Item| is_hook(name) || (name == "init" && matches!(item, Item::One(Value::Function)));
        let names: Vec<String> =
            call.tree.named.iter().filter(|(name, item)| hook(name, item)).map(|(name, _)| name.clone()).collect();
        for name in &names {
            call.tree.named.remove(name);
            if call.kind.is_none() {
                continue;
            }
            let code = if name == "tunnel" { "lsyncd-note-tunnel" } else { "lsyncd-note-hook" };
            let problem = Problem::warning(code).at(format!("{path}.{name}")).with("key", name);
            self.notes.push(call.spot.mark(problem.with("number", number)));
            self.has_functions = true;
        }
        !names.is_empty()
    }

    fn positional(&mut self, value: &Value, spot: &Spot, path: &str) {
        let problem = Problem::error("lsyncd-positional").at(path).with("value", value.shown());
        self.problems.push(spot.mark(problem));
    }

    fn program_comment(&mut self, comment: &Comment, file: &Rc<str>) {
        let spot = Spot::new(file, comment.line, comment.column);
        match comments::read(comment, file) {
            Err(problem) => self.problems.push(problem),
            Ok(found) => {
                for entry in found {
                    match entry.node.value {
                        Value::Table(inner) if entry.name == "app" => self.app.extend(inner),
                        _ => {
                            let problem = Problem::error("lsyncd-comment-place").with("key", entry.name);
                            self.problems.push(spot.mark(problem));
                        }
                    }
                }
            }
        }
    }
}

fn place(path: &str, keys: &BTreeMap<String, (usize, usize)>, call: &Spot) -> Spot {
    keys.get(path).map_or_else(|| call.clone(), |(line, column)| Spot::new(&call.file, *line, *column))
}

/// A merged table as entries, each at its key's place where that is known.
fn entries(tree: Tree, path: &str, keys: &BTreeMap<String, (usize, usize)>, call: &Spot) -> Vec<Entry> {
    let mut all = Vec::new();
    for (name, item) in tree.named {
        let inner = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let spot = place(&inner, keys, call);
        let value = match item {
            Item::One(value) => value,
            Item::Tree(tree) if tree.named.is_empty() && !tree.list.is_empty() => {
                Value::List(tree.list.into_iter().map(|value| Node { value, spot: spot.clone() }).collect())
            }
            Item::Tree(tree) => Value::Table(entries(tree, &inner, keys, &spot)),
        };
        all.push(Entry { name, spot: spot.clone(), node: Node { value, spot } });
    }
    for (index, value) in tree.list.into_iter().enumerate() {
        // A value at a position beside named keys: nothing of ours takes both.
        if !path.is_empty() {
            let node = Node { value, spot: call.clone() };
            all.push(Entry { name: format!("[{}]", index + 1), spot: call.clone(), node });
        }
    }
    all
}
