//! What the schema itself says: ranges, numbers that are none, keys of another kind, empty and broken texts.

use serde_json::{Map, Value};

use crate::config::{Config, KeyInfo, Kind, Table, ValueType, keys};
use crate::paths::show_bytes;
use crate::problem::Problem;

/// Problems of every key that is written.
pub(super) fn check(config: &Config) -> Vec<Problem> {
    let tables = Tables(Table::ALL.map(|t| (t, keys(t))));
    let mut problems = Vec::new();
    // What is written, by name: `None` stands in no map, a number that is none becomes null.
    let Ok(Value::Object(written)) = serde_json::to_value(config) else { return problems };
    if let Some(Value::Object(settings)) = written.get("settings") {
        tables.walk(Table::Settings, settings, "settings", None, &mut problems);
    }
    if let Some(Value::Object(app)) = written.get("app") {
        tables.walk(Table::App, app, "app", None, &mut problems);
    }
    let syncs = written.get("sync").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    for (at, (sync, written)) in config.sync.iter().zip(syncs).enumerate() {
        if let Value::Object(written) = written {
            tables.walk(Table::Sync, written, &format!("sync[{at}]"), Some(sync.kind), &mut problems);
        }
    }
    problems
}

struct Tables([(Table, Vec<KeyInfo>); 6]);

impl Tables {
    fn key(&self, table: Table, name: &str) -> Option<&KeyInfo> {
        self.0.iter().find(|(t, _)| *t == table)?.1.iter().find(|k| k.name == name)
    }

    fn walk(
        &self,
        table: Table,
        written: &Map<String, Value>,
        above: &str,
        kind: Option<Kind>,
        problems: &mut Vec<Problem>,
    ) {
        for (name, value) in written {
            let path = format!("{above}.{name}");
            let Some(key) = self.key(table, name) else { continue };
            if let Some(kind) = kind.filter(|kind| !key.kinds.contains(kind)) {
                problems.push(not_of_kind(key, kind).at(path));
                continue;
            }
            if let (ValueType::Table(inner), Value::Object(map)) = (&key.value, value) {
                self.walk(*inner, map, &path, kind, problems);
                continue;
            }
            problems.extend(number(key, value).map(|p| p.at(path.clone())));
            problems.extend(texts(key, value).map(|p| p.at(path)));
        }
    }
}

fn not_of_kind(key: &KeyInfo, kind: Kind) -> Problem {
    let kinds: Vec<&str> = key.kinds.iter().map(|k| k.word()).collect();
    let code = match (key.name.as_str(), kind) {
        ("target", Kind::Rsyncssh) => "check-target-of-rsyncssh",
        ("host" | "targetdir", _) => "check-host-without-rsyncssh",
        _ => "check-key-of-other-kind",
    };
    Problem::error(code).with("key", &key.name).with("kind", kind.word()).with("kinds", kinds.join(", "))
}

fn number(key: &KeyInfo, value: &Value) -> Option<Problem> {
    let (ValueType::Integer { min, max } | ValueType::Number { min, max }) = key.value else { return None };
    let Some(number) = value.as_f64() else {
        return Some(Problem::error("check-not-a-number").with("key", &key.name));
    };
    let unit = key.unit.as_deref().unwrap_or_default();
    let bound = |bound: f64| format!("{bound} {unit}").trim_end().to_owned();
    let (code, name, limit) = match (min, max) {
        (Some(min), _) if number < min => ("check-too-small", "least", min),
        (_, Some(max)) if number > max => ("check-too-large", "most", max),
        _ => return None,
    };
    Some(Problem::error(code).with("value", value).with(name, bound(limit)))
}

/// Texts that no command line and no file can carry. Patterns and the words of `_extra` are looked at elsewhere.
fn texts(key: &KeyInfo, value: &Value) -> Option<Problem> {
    let Value::String(text) = value else {
        let mut inner: Box<dyn Iterator<Item = &Value>> = match value {
            Value::Array(list) => Box::new(list.iter()),
            Value::Object(map) => Box::new(map.values()),
            _ => return None,
        };
        return inner.find(|v| v.as_str().is_some_and(|t| t.contains(BROKEN))).map(|_| broken(key));
    };
    if text.contains(BROKEN) {
        Some(broken(key))
    } else if text.is_empty() && !matches!(key.name.as_str(), "source" | "target" | "host" | "targetdir" | "suffix") {
        Some(Problem::error("check-empty").with("key", &key.name))
    } else {
        None
    }
}

const BROKEN: [char; 3] = ['\0', '\n', '\r'];

fn broken(key: &KeyInfo) -> Problem {
    Problem::error("check-line-break").with("key", show_bytes(key.name.as_bytes()))
}
