//! Paths inside a source: bytes, separated by `/`, relative to the source's root.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A path below the root of a sync: bytes (file names need not be UTF-8), `/`-separated, without a leading or
/// trailing slash, without `.`, `..` or empty components and without NUL. The root itself is the empty path.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RelPath(Arc<[u8]>);

/// Why bytes are not a path below a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a clean relative path")]
pub struct NotRelative;

impl RelPath {
    /// The root itself.
    pub fn root() -> RelPath {
        RelPath(Arc::from(&b""[..]))
    }

    /// Takes bytes that are already clean; anything else (`/` at an end, `//`, `.`, `..`, NUL) is refused.
    pub fn new(bytes: &[u8]) -> Result<RelPath, NotRelative> {
        if bytes.is_empty() {
            return Ok(RelPath::root());
        }
        let clean = bytes.split(|b| *b == b'/').all(|c| !c.is_empty() && c != b"." && c != b".." && !c.contains(&0));
        if clean { Ok(RelPath(Arc::from(bytes))) } else { Err(NotRelative) }
    }

    /// The path's bytes, as in [`RelPath`].
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// True for the source's root.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The path of `name` in this directory; `name` is one component.
    pub fn join(&self, name: &[u8]) -> RelPath {
        debug_assert!(!name.is_empty() && !name.contains(&b'/'), "one component");
        if self.is_root() {
            return RelPath(Arc::from(name));
        }
        let mut bytes = Vec::with_capacity(self.0.len() + 1 + name.len());
        bytes.extend_from_slice(&self.0);
        bytes.push(b'/');
        bytes.extend_from_slice(name);
        RelPath(Arc::from(bytes))
    }

    /// `self/below`, where both are clean.
    pub fn join_path(&self, below: &RelPath) -> RelPath {
        if below.is_root() {
            self.clone()
        } else if self.is_root() {
            below.clone()
        } else {
            self.join_raw(&below.0)
        }
    }

    fn join_raw(&self, below: &[u8]) -> RelPath {
        let mut bytes = Vec::with_capacity(self.0.len() + 1 + below.len());
        bytes.extend_from_slice(&self.0);
        bytes.push(b'/');
        bytes.extend_from_slice(below);
        RelPath(Arc::from(bytes))
    }

    /// The directory this path stands in; `None` for the root.
    pub fn parent(&self) -> Option<RelPath> {
        if self.is_root() {
            return None;
        }
        match self.0.iter().rposition(|b| *b == b'/') {
            Some(at) => Some(RelPath(Arc::from(&self.0[..at]))),
            None => Some(RelPath::root()),
        }
    }

    /// The last component; empty for the root.
    pub fn name(&self) -> &[u8] {
        match self.0.iter().rposition(|b| *b == b'/') {
            Some(at) => &self.0[at + 1..],
            None => &self.0,
        }
    }

    /// The components from the top down; none for the root.
    pub fn components(&self) -> impl DoubleEndedIterator<Item = &[u8]> {
        self.0.split(|b| *b == b'/').filter(|c| !c.is_empty())
    }

    /// Every directory above this path from the top down, without the root and without the path itself.
    pub fn ancestors(&self) -> impl Iterator<Item = RelPath> + '_ {
        self.0.iter().enumerate().filter(|(_, b)| **b == b'/').map(|(at, _)| RelPath(Arc::from(&self.0[..at])))
    }

    /// True if this path is `other` or lies below it.
    pub fn is_within(&self, other: &RelPath) -> bool {
        other.is_root()
            || (self.0.starts_with(&other.0) && (self.0.len() == other.0.len() || self.0[other.0.len()] == b'/'))
    }

    /// What is left of this path below `top`; `None` if it does not lie within it.
    pub fn below(&self, top: &RelPath) -> Option<RelPath> {
        if !self.is_within(top) {
            return None;
        }
        if top.is_root() {
            return Some(self.clone());
        }
        let rest = &self.0[top.0.len()..];
        Some(RelPath(Arc::from(rest.strip_prefix(b"/").unwrap_or(rest))))
    }

    /// The path for a person or a log: UTF-8 as it is, control characters and bytes that are not UTF-8 as `\xNN`,
    /// a backslash doubled. One line, never an escape code.
    pub fn shown(&self) -> String {
        show_bytes(&self.0)
    }
}

/// See [`RelPath::shown`].
pub fn show_bytes(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            let bidi = matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}');
            if c == '\\' {
                out.push_str("\\\\");
            } else if c.is_control() || bidi || matches!(c, '\u{2028}' | '\u{2029}') {
                let mut buffer = [0; 4];
                for b in c.encode_utf8(&mut buffer).bytes() {
                    out.push_str(&format!("\\x{b:02x}"));
                }
            } else {
                out.push(c);
            }
        }
        for b in chunk.invalid() {
            out.push_str(&format!("\\x{b:02x}"));
        }
    }
    out
}

/// Undoes [`show_bytes`]; `None` for what it never gives.
fn unshow(shown: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(shown.len());
    let mut rest = shown.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'\\' {
            out.push(*first);
            continue;
        }
        match after {
            [b'\\', ..] => {
                out.push(b'\\');
                rest = &after[1..];
            }
            [b'x', high, low, ..] => {
                let digit = |d: &u8| char::from(*d).to_digit(16).and_then(|n| u8::try_from(n).ok());
                out.push(digit(high)? * 16 + digit(low)?);
                rest = &after[3..];
            }
            _ => return None,
        }
    }
    (show_bytes(&out) == shown).then_some(out)
}

/// Written as it is [shown](RelPath::shown), which loses nothing.
impl Serialize for RelPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

impl<'de> Deserialize<'de> for RelPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<RelPath, D::Error> {
        let shown = String::deserialize(deserializer)?;
        unshow(&shown).and_then(|bytes| RelPath::new(&bytes).ok()).ok_or_else(|| de::Error::custom(NotRelative))
    }
}

impl fmt::Debug for RelPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "«{}»", self.shown())
    }
}

/// Component by component, so that a directory stands right before everything below it.
impl Ord for RelPath {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        // '/' sorts before every other byte: `a/b` stands before `a-b`, right behind `a`.
        let key = |b: &u8| if *b == b'/' { 0u8 } else { *b };
        self.0.iter().map(key).cmp(other.0.iter().map(key))
    }
}

impl PartialOrd for RelPath {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn p(s: &str) -> RelPath {
        RelPath::new(s.as_bytes()).unwrap()
    }

    #[test]
    fn unclean_paths_are_refused() {
        for bad in ["/a", "a/", "a//b", ".", "a/./b", "..", "a/..", "a\0b"] {
            assert!(RelPath::new(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_directory_stands_right_before_its_content() {
        let mut paths = vec![p("a-b"), p("a/z"), p("a"), p("a/b/c"), p("a.c")];
        paths.sort();
        assert_eq!(paths, vec![p("a"), p("a/b/c"), p("a/z"), p("a-b"), p("a.c")]);
    }

    #[test]
    fn within_and_below() {
        assert!(p("a/b").is_within(&p("a")) && !p("ab").is_within(&p("a")) && p("a").is_within(&RelPath::root()));
        assert_eq!(p("a/b/c").below(&p("a")), Some(p("b/c")));
        assert_eq!(p("a").below(&p("a")), Some(RelPath::root()));
        assert_eq!(p("ab").below(&p("a")), None);
        assert_eq!(p("a/b/c").ancestors().collect::<Vec<_>>(), vec![p("a"), p("a/b")]);
    }

    #[test]
    fn what_is_written_is_read_as_it_was_and_nothing_else_is_read() {
        for bytes in [&b""[..], b"a/b", b"a\n\x1b[31m\xff\\x41\\", "\u{202e}\u{e4}".as_bytes(), b"\xc3", b"\\"] {
            let path = RelPath::new(bytes).unwrap();
            let text = serde_json::to_string(&path).unwrap();
            assert_eq!(serde_json::from_str::<RelPath>(&text).unwrap(), path, "{text}");
        }
        for bad in ["\"/a\"", "\"a/../b\"", r#""\\x41""#, r#""\\q""#, r#""\\x0""#, r#""a\\""#, "3"] {
            assert!(serde_json::from_str::<RelPath>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_shown_is_one_harmless_line() {
        let path = RelPath::new(b"a\n\x1b[31m\xff\\").unwrap();
        assert_eq!(path.shown(), "a\\x0a\\x1b[31m\\xff\\\\");
    }
}
