//! One value against what its key takes.

use driftless_core::config::{KeyInfo, Table, ValueType};
use driftless_core::problem::Problem;
use serde_json::{Map, Number, Value as Json};

use super::{Dialect, Shape};
use crate::node::{Node, Spot, Value};

/// The range of a number.
struct Range {
    min: Option<f64>,
    max: Option<f64>,
}

impl Shape<'_> {
    /// The value as JSON, or a problem and `null`.
    pub(super) fn value(&mut self, key: &KeyInfo, node: Node, path: &str, shown: &str) -> Json {
        let lenient = self.dialect == Dialect::Lua && matches!(key.table, Table::Rsync | Table::Ssh);
        let Node { value, spot } = node;
        match &key.value {
            ValueType::Bool => match value {
                Value::Bool(b) => Json::Bool(b),
                other => self.wrong_type(&spot, path, shown, &other, "bool"),
            },
            ValueType::Integer { min, max } => {
                let range = Range { min: *min, max: *max };
                match value {
                    Value::Integer(i) => self.number(key, i as f64, Number::from(i), &range, &spot, path, shown),
                    Value::Float(f) if self.dialect == Dialect::Lua && f.fract() == 0.0 && f.abs() < 9e15 => {
                        self.number(key, f, Number::from(f as i64), &range, &spot, path, shown)
                    }
                    Value::Text(text) if lenient && text.parse::<i64>().is_ok() => {
                        let i = text.parse::<i64>().unwrap_or_default();
                        self.number(key, i as f64, Number::from(i), &range, &spot, path, shown)
                    }
                    other => self.wrong_type(&spot, path, shown, &other, "integer"),
                }
            }
            ValueType::Number { min, max } => {
                let range = Range { min: *min, max: *max };
                match value {
                    Value::Integer(i) => self.number(key, i as f64, Number::from(i), &range, &spot, path, shown),
                    Value::Float(f) => {
                        let exact = Number::from_f64(f).unwrap_or_else(|| Number::from(0));
                        self.number(key, f, exact, &range, &spot, path, shown)
                    }
                    other => self.wrong_type(&spot, path, shown, &other, "number"),
                }
            }
            // lsyncd takes the facility's number too.
            ValueType::Text => self.text(value, lenient || key.name == "logfacility", &spot, path, shown),
            ValueType::OneOf(choices) => self.choice(value, choices, &spot, path, shown),
            ValueType::Texts => self.texts(key, value, &spot, path, shown),
            ValueType::Map => match value {
                Value::Table(entries) if key.table == Table::Ssh => {
                    let mut map = Map::new();
                    for entry in entries {
                        let (inner, name) = (format!("{path}.{}", entry.name), format!("{shown}.{}", entry.name));
                        let text = self.text(entry.node.value, lenient, &entry.spot, &inner, &name);
                        map.insert(entry.name, text);
                    }
                    Json::Object(map)
                }
                Value::Table(entries) => self.exit_codes(entries, path, shown),
                other => self.wrong_type(&spot, path, shown, &other, "table"),
            },
            ValueType::Table(_) => self.wrong_type(&spot, path, shown, &value, "table"),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a number needs its range and its place to be refused well")]
    fn number(
        &mut self,
        key: &KeyInfo,
        value: f64,
        exact: Number,
        range: &Range,
        spot: &Spot,
        path: &str,
        shown: &str,
    ) -> Json {
        let fits = value.is_finite() && range.min.is_none_or(|m| value >= m) && range.max.is_none_or(|m| value <= m);
        if fits {
            return Json::Number(exact);
        }
        let code = match (range.min, range.max) {
            (_, None) => "conf-range-min",
            (None, Some(_)) => "conf-range-max",
            (Some(_), Some(_)) => "conf-range",
        };
        let mut problem = Problem::error(code).at(path).with("key", shown).with("value", value);
        problem = problem.with("unit", key.unit.as_deref().unwrap_or("none"));
        if let Some(min) = range.min {
            problem = problem.with("min", min);
        }
        if let Some(max) = range.max {
            problem = problem.with("max", max);
        }
        self.push(spot.mark(problem));
        Json::Null
    }

    fn text(&mut self, value: Value, numbers: bool, spot: &Spot, path: &str, shown: &str) -> Json {
        match value {
            Value::Text(text) => Json::String(text),
            Value::Integer(i) if numbers => Json::String(i.to_string()),
            Value::Float(f) if numbers && f.is_finite() => Json::String(f.to_string()),
            other => self.wrong_type(spot, path, shown, &other, "text"),
        }
    }

    fn texts(&mut self, key: &KeyInfo, value: Value, spot: &Spot, path: &str, shown: &str) -> Json {
        let extra = key.name == "_extra";
        match value {
            Value::List(items) => {
                let lenient = self.dialect == Dialect::Lua;
                let texts = items.into_iter().enumerate().map(|(index, item)| {
                    self.text(item.value, lenient, &item.spot, &format!("{path}[{index}]"), shown)
                });
                Json::Array(texts.collect())
            }
            // Lua cannot tell an empty list from an empty table.
            Value::Table(entries) if entries.is_empty() && self.dialect == Dialect::Lua => Json::Array(Vec::new()),
            Value::Text(text) if !extra => Json::Array(vec![Json::String(text)]),
            other => self.wrong_type(spot, path, shown, &other, if extra { "list" } else { "texts" }),
        }
    }

    fn choice(&mut self, value: Value, choices: &[Json], spot: &Spot, path: &str, shown: &str) -> Json {
        let json = match &value {
            Value::Bool(b) => Json::Bool(*b),
            Value::Text(text) => Json::String(text.clone()),
            Value::Bytes(_) => return self.wrong_type(spot, path, shown, &value, "text"),
            _ => Json::Null,
        };
        if choices.contains(&json) {
            return json;
        }
        let words: Vec<String> = choices.iter().map(Json::to_string).collect();
        let problem = Problem::error("conf-choice").at(path).with("key", shown).with("value", value.shown());
        self.push(spot.mark(problem.with("choices", words.join(", "))));
        Json::Null
    }

    fn exit_codes(&mut self, entries: Vec<crate::node::Entry>, path: &str, shown: &str) -> Json {
        let verdicts = [Json::from("ok"), Json::from("again"), Json::from("die")];
        let mut map = Map::new();
        for entry in entries {
            let path = format!("{path}.{}", entry.name);
            match entry.name.parse::<u8>() {
                Ok(code) => {
                    let verdict = self.choice(entry.node.value, &verdicts, &entry.node.spot, &path, shown);
                    map.insert(code.to_string(), verdict);
                }
                Err(_) => {
                    let problem = Problem::error("conf-exit-code").at(path).with("key", shown);
                    self.push(entry.spot.mark(problem.with("value", &entry.name)));
                }
            }
        }
        Json::Object(map)
    }
}
