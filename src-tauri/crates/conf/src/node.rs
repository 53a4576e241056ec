//! A value as it stood in a file, with the place where it stood. What both readers produce.

use std::rc::Rc;

use driftless_core::problem::Problem;

/// A place in a file; lines and columns from 1, column 0 if unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spot {
    pub file: Rc<str>,
    pub line: usize,
    pub column: usize,
}

impl Spot {
    pub fn new(file: &Rc<str>, line: usize, column: usize) -> Spot {
        Spot { file: Rc::clone(file), line, column }
    }

    /// The problem, at this place.
    pub fn mark(&self, problem: Problem) -> Problem {
        problem.in_file(self.file.as_ref(), self.line, self.column)
    }
}

/// What stood there.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    /// Text that is not UTF-8, as a person may be shown it.
    Bytes(String),
    List(Vec<Node>),
    Table(Vec<Entry>),
    /// A date of TOML.
    Date,
    /// A function of Lua.
    Function,
}

impl Value {
    /// Its kind as an argument of a sentence.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Bool(_) => "bool",
            Value::Integer(_) => "integer",
            Value::Float(_) => "number",
            Value::Text(_) => "text",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Table(_) => "table",
            Value::Date => "date",
            Value::Function => "function",
        }
    }

    /// A short showing of it.
    pub fn shown(&self) -> String {
        match self {
            Value::Bool(b) => b.to_string(),
            Value::Integer(i) => i.to_string(),
            Value::Float(f) => f.to_string(),
            Value::Text(text) | Value::Bytes(text) => text.chars().take(200).collect(),
            Value::List(_) | Value::Table(_) | Value::Date | Value::Function => self.kind().to_owned(),
        }
    }
}

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub value: Value,
    pub spot: Spot,
}

/// A key with its value; `spot` is the key's.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub name: String,
    pub spot: Spot,
    pub node: Node,
}

/// The place of byte `offset` of a text.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    text: &'a [u8],
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    pub fn of(text: &'a [u8]) -> Lines<'a> {
        let after = text.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1);
        Lines { text, starts: std::iter::once(0).chain(after).collect() }
    }

    /// Line and column, both from 1; the column counts characters.
    pub fn at(&self, offset: usize) -> (usize, usize) {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or_default();
        // Bytes that go on with a character are not counted; in Latin-1 comments that is as good as it gets.
        (line, 1 + before.iter().filter(|b| **b & 0xC0 != 0x80).count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_not_bytes() {
        let lines = Lines::of("ab\nüx=1\n".as_bytes());
        assert_eq!(lines.at(0), (1, 1));
        assert_eq!(lines.at(3), (2, 1));
        assert_eq!(lines.at(5), (2, 2));
        assert_eq!(lines.at(999), (3, 1));
    }
}
