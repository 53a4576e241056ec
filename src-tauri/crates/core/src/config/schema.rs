//! The model read from its own schema: which keys there are, of which type, for which kinds.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Config, Kind};

/// A table of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Table {
    /// `[settings]`
    Settings,
    /// `[app]`
    App,
    /// `[[sync]]`
    Sync,
    /// `[sync.rsync]`
    Rsync,
    /// `[sync.ssh]`
    Ssh,
    /// `[sync.driftless]`
    Driftless,
}

impl Table {
    /// All tables.
    pub const ALL: [Table; 6] = [Table::Settings, Table::App, Table::Sync, Table::Rsync, Table::Ssh, Table::Driftless];

    fn definition(self) -> &'static str {
        match self {
            Table::Settings => "Settings",
            Table::App => "App",
            Table::Sync => "Sync",
            Table::Rsync => "RsyncOptions",
            Table::Ssh => "SshOptions",
            Table::Driftless => "DriftlessKeys",
        }
    }
}

/// What a key takes.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueType {
    /// `true` or `false`.
    Bool,
    /// A whole number in this range.
    Integer {
        /// Smallest, if bounded.
        min: Option<f64>,
        /// Largest, if bounded.
        max: Option<f64>,
    },
    /// A number in this range.
    Number {
        /// Smallest, if bounded.
        min: Option<f64>,
        /// Largest, if bounded.
        max: Option<f64>,
    },
    /// Text.
    Text,
    /// One of these values.
    OneOf(Vec<Value>),
    /// A list of texts (a bare text is taken as a list of one, except for `_extra`).
    Texts,
    /// A table of its own with arbitrary keys (exit codes, ssh options).
    Map,
    /// One of the tables above.
    Table(Table),
}

/// One key of the model.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyInfo {
    /// The table it stands in.
    pub table: Table,
    /// Its name, lsyncd's own.
    pub name: String,
    /// Its help text: the doc comment of its declaration.
    pub help: String,
    /// What it takes.
    pub value: ValueType,
    /// The kinds that take it.
    pub kinds: Vec<Kind>,
    /// Whether those kinds cannot do without it.
    pub required: bool,
    /// What holds if it is not written, where that is one value (or one for each kind: then a map by kind).
    pub default: Option<Value>,
    /// Unit of a number.
    pub unit: Option<String>,
    /// Where a form shows it.
    pub group: Option<String>,
    /// What rsync gets for it.
    pub flag: Option<String>,
}

/// The schema of [`Config`] as JSON Schema.
pub fn schema_json() -> Value {
    schemars::schema_for!(Config).to_value()
}

/// All keys of a table, in the order of their declaration.
pub fn keys(table: Table) -> Vec<KeyInfo> {
    let schema = schema_json();
    let definition = &schema["$defs"][table.definition()];
    let Some(properties) = definition["properties"].as_object() else { return Vec::new() };
    properties.iter().map(|(name, property)| key_info(table, name, property, &schema)).collect()
}

/// One key.
pub fn key(table: Table, name: &str) -> Option<KeyInfo> {
    keys(table).into_iter().find(|k| k.name == name)
}

/// The known name of this table that is most like `name`, if any is like it at all.
pub fn nearest(table: Table, name: &str) -> Option<String> {
    let wanted = name.to_lowercase().replace(['_', '-'], "");
    let mut best: BTreeMap<usize, String> = BTreeMap::new();
    for known in keys(table) {
        let plain = known.name.to_lowercase().replace(['_', '-'], "");
        best.entry(strsim::damerau_levenshtein(&wanted, &plain)).or_insert(known.name);
    }
    let (distance, found) = best.into_iter().next()?;
    (distance <= 1 + name.len() / 3).then_some(found)
}

fn key_info(table: Table, name: &str, property: &Value, schema: &Value) -> KeyInfo {
    let text = |k: &str| property.get(k).and_then(Value::as_str).map(str::to_owned);
    let kinds = match property.get("x-kinds").and_then(Value::as_array) {
        Some(list) => Kind::ALL.into_iter().filter(|k| list.iter().any(|v| v.as_str() == Some(k.word()))).collect(),
        None => Kind::ALL.to_vec(),
    };
    KeyInfo {
        table,
        name: name.to_owned(),
        help: text("description").unwrap_or_default().replace('\n', " "),
        value: value_type(property, schema),
        kinds,
        required: property.get("x-required").and_then(Value::as_bool).unwrap_or(false),
        default: property.get("x-default").cloned(),
        unit: text("x-unit"),
        group: text("x-group"),
        flag: text("x-flag"),
    }
}

fn value_type(property: &Value, schema: &Value) -> ValueType {
    if let Some(reference) = reference(property) {
        let name = reference.rsplit('/').next().unwrap_or_default();
        if let Some(table) = Table::ALL.into_iter().find(|t| t.definition() == name) {
            return ValueType::Table(table);
        }
        return value_type(&schema["$defs"][name], schema);
    }
    if let Some(values) = property.get("enum").and_then(Value::as_array) {
        return ValueType::OneOf(values.iter().filter(|v| !v.is_null()).cloned().collect());
    }
    if let Some(choices) = property.get("oneOf").and_then(Value::as_array) {
        return ValueType::OneOf(choices.iter().filter_map(|c| c.get("const").cloned()).collect());
    }
    // A 32-bit number that declares no range still ends where its type ends.
    let widest = (property.get("format").and_then(Value::as_str) == Some("uint32")).then_some(f64::from(u32::MAX));
    let (min, max) =
        (property.get("minimum").and_then(Value::as_f64), property.get("maximum").and_then(Value::as_f64).or(widest));
    let types: Vec<&str> = match property.get("type") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    match types.iter().find(|t| **t != "null") {
        Some(&"boolean") => ValueType::Bool,
        Some(&"integer") => ValueType::Integer { min, max },
        Some(&"number") => ValueType::Number { min, max },
        Some(&"array") => ValueType::Texts,
        Some(&"object") => ValueType::Map,
        _ => ValueType::Text,
    }
}

fn reference(property: &Value) -> Option<&str> {
    property.get("$ref").and_then(Value::as_str).or_else(|| {
        let choices = property.get("anyOf")?.as_array()?;
        choices.iter().find_map(|c| c.get("$ref").and_then(Value::as_str))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_has_help_and_a_group_and_a_type() {
        for table in Table::ALL {
            let all = keys(table);
            assert!(!all.is_empty(), "{table:?}");
            for key in all {
                assert!(!key.help.is_empty(), "{table:?}.{} has no help", key.name);
                assert!(
                    key.group.is_some() || matches!(key.value, ValueType::Table(_)),
                    "{table:?}.{} has no group",
                    key.name
                );
            }
        }
    }

    #[test]
    fn the_types_are_those_of_the_declarations() {
        assert_eq!(
            key(Table::Settings, "maxDelays").unwrap().value,
            ValueType::Integer { min: Some(1.0), max: Some(1e7) }
        );
        assert_eq!(key(Table::Sync, "exclude").unwrap().value, ValueType::Texts);
        assert_eq!(key(Table::Sync, "rsync").unwrap().value, ValueType::Table(Table::Rsync));
        assert_eq!(key(Table::Sync, "exitcodes").unwrap().value, ValueType::Map);
        assert_eq!(key(Table::Rsync, "archive").unwrap().value, ValueType::Bool);
        let ValueType::OneOf(modes) = key(Table::Settings, "inotifyMode").unwrap().value else {
            panic!("not a choice")
        };
        assert_eq!(modes.len(), 3);
        let ValueType::OneOf(policies) = key(Table::Sync, "delete").unwrap().value else { panic!("not a choice") };
        assert_eq!(policies.len(), 4);
        assert_eq!(key(Table::Sync, "host").unwrap().kinds, vec![Kind::Rsyncssh]);
        assert_eq!(
            key(Table::Rsync, "timeout").unwrap().value,
            ValueType::Integer { min: Some(0.0), max: Some(4_294_967_295.0) }
        );
        let required: Vec<String> = keys(Table::Sync).into_iter().filter(|k| k.required).map(|k| k.name).collect();
        assert_eq!(required, ["kind", "source", "target", "host", "targetdir"]);
    }

    #[test]
    fn the_nearest_name_is_offered_only_when_it_is_near() {
        assert_eq!(nearest(Table::Settings, "statusIntervall").as_deref(), Some("statusInterval"));
        assert_eq!(nearest(Table::Rsync, "bw_limit").as_deref(), Some("bwlimit"));
        assert_eq!(nearest(Table::Settings, "zzzzzzzzzzzz"), None);
    }
}
