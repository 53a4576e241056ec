//! Where the keys of a configuration stand in its file, so that what is found wrong with the whole (`check`) can be
//! told with its line.

use std::collections::BTreeMap;

use driftless_core::problem::{Place, Problem};

use crate::node::{Entry, Spot, Value};

/// Places by the key's path in the model (`sync[0].rsync.bwlimit`).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keys(BTreeMap<String, Place>);

impl Keys {
    pub(crate) fn of(root: &[Entry], start: &Spot) -> Keys {
        let mut keys = Keys::default();
        keys.0.insert(String::new(), place(start));
        keys.table("", root);
        keys
    }

    fn table(&mut self, above: &str, entries: &[Entry]) {
        for entry in entries {
            let dot = if above.is_empty() { "" } else { "." };
            let path = format!("{above}{dot}{}", entry.name);
            self.value(&path, &entry.node.value);
            self.0.insert(path, place(&entry.spot));
        }
    }

    fn value(&mut self, path: &str, value: &Value) {
        match value {
            Value::Table(entries) => self.table(path, entries),
            Value::List(nodes) => {
                for (at, node) in nodes.iter().enumerate() {
                    let path = format!("{path}[{at}]");
                    self.value(&path, &node.value);
                    self.0.insert(path, place(&node.spot));
                }
            }
            _ => {}
        }
    }

    /// The problem at the place of its key, or of the nearest thing above it that is written.
    pub fn point(&self, problem: Problem) -> Problem {
        if problem.place.is_some() {
            return problem;
        }
        let mut path = problem.path.as_str();
        loop {
            if let Some(place) = self.0.get(path) {
                return Problem { place: Some(place.clone()), ..problem };
            }
            let Some(cut) = path.rfind(['.', '[']) else {
                return Problem { place: self.0.get("").cloned(), ..problem };
            };
            path = &path[..cut];
        }
    }
}

fn place(spot: &Spot) -> Place {
    Place { file: spot.file.to_string(), line: spot.line, column: spot.column }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(keys: &Keys, path: &str) -> (usize, usize) {
        let place = keys.point(Problem::error("x").at(path)).place.unwrap();
        (place.line, place.column)
    }

    #[test]
    fn a_problem_stands_where_its_key_stands_or_above() {
        let text = "[settings]\ninsist = true\n\n[[sync]]\nsource = \"/a\"\n[sync.rsync]\n bwlimit = 3\n[[sync]]\ntarget = \"x\"\n";
        let keys = crate::toml::keys(text, "f");
        assert_eq!(at(&keys, "settings.insist"), (2, 1));
        assert_eq!(at(&keys, "sync[0].source"), (5, 1));
        assert_eq!(at(&keys, "sync[0].target"), (4, 1));
        assert_eq!(at(&keys, "sync[0].rsync.bwlimit"), (7, 2));
        assert_eq!(at(&keys, "sync[1].source"), (8, 1));
        assert_eq!(at(&keys, ""), (1, 1));
    }

    #[test]
    fn also_in_lua() {
        let text = b"settings { insist = true }\nsync {\n default.rsync,\n source = '/a',\n target = 'h::m',\n rsync = { bwlimit = 3 } }\n";
        let keys = crate::lsyncd::import(text, "f", &mut |_| Err(String::new()), &mut |_| None).unwrap().keys;
        assert_eq!(at(&keys, "sync[0].source").0, 4);
        assert_eq!(at(&keys, "sync[0].delete").0, 2);
        assert_eq!(at(&keys, "sync[0].rsync.bwlimit").0, 6);
    }
}
