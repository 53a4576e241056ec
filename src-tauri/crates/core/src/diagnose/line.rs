//! One line of rsync's output, taken apart: who says it, what it says, which errno it ends with. Everything is
//! anchored at the line's beginning or end, because the middle may be a file name chosen by anybody.

use crate::paths::show_bytes;

/// Which process of rsync speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// It reads the source.
    Sender,
    /// It writes the target (`Receiver`, `receiver` or `generator`).
    Receiver,
    /// It does not say (older versions, daemons, shells).
    Unknown,
}

/// A line without its prefixes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    pub side: Side,
    /// The line began with `rsync: `, `ERROR: `, `@ERROR: ` or a role.
    pub marked: bool,
    /// The line began with `@ERROR: `: the daemon's refusal.
    pub refusal: bool,
    /// What is left, bytes as rsync wrote them (`\#ooo` not yet resolved).
    pub text: &'a [u8],
}

impl<'a> Line<'a> {
    pub fn read(line: &'a [u8]) -> Line<'a> {
        let mut out = Line { side: Side::Unknown, marked: false, refusal: false, text: line };
        if let Some(rest) = out.text.strip_prefix(b"rsync: ") {
            out.marked = true;
            out.text = rest;
        }
        if let Some((role, rest)) = role(out.text) {
            out.marked = true;
            out.side = role;
            out.text = rest;
        }
        for mark in [&b"@ERROR: "[..], b"ERROR: "] {
            if let Some(rest) = out.text.strip_prefix(mark) {
                out.marked = true;
                out.refusal = mark[0] == b'@';
                out.text = rest;
                break;
            }
        }
        out
    }
}

/// `[sender] …`; the role of a daemon may be `[Receiver]` as well.
fn role(text: &[u8]) -> Option<(Side, &[u8])> {
    let roles: [(&[u8], Side); 6] = [
        (b"[sender] ", Side::Sender),
        (b"[Sender] ", Side::Sender),
        (b"[receiver] ", Side::Receiver),
        (b"[Receiver] ", Side::Receiver),
        (b"[generator] ", Side::Receiver),
        (b"[client] ", Side::Unknown),
    ];
    roles.iter().find_map(|(word, side)| text.strip_prefix(*word).map(|rest| (*side, rest)))
}

/// `TEXT: No such file or directory (2)` → (`TEXT`, the words of the errno). The number differs between systems,
/// the words do not: rsync never sets the locale of its messages.
pub(super) fn split_errno(text: &[u8]) -> (&[u8], Option<&str>) {
    let Some(open) = text.strip_suffix(b")").and_then(|t| rfind(t, b" (")) else { return (text, None) };
    if !text[open + 2..text.len() - 1].iter().all(u8::is_ascii_digit) || open + 3 > text.len() - 1 {
        return (text, None);
    }
    let Some(colon) = rfind(&text[..open], b": ") else { return (text, None) };
    match std::str::from_utf8(&text[colon + 2..open]) {
        Ok(words) => (&text[..colon], Some(words)),
        Err(_) => (text, None),
    }
}

/// Resolves rsync's `\#ooo` (three octal digits). rsync escapes control characters, without `-8` every byte above
/// 127, and a backslash that would look like an escape.
pub(super) fn unescape(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        match text[at..] {
            [b'\\', b'#', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', ..] => {
                out.push((a - b'0') * 64 + (b - b'0') * 8 + (c - b'0'));
                at += 5;
            }
            _ => {
                out.push(text[at]);
                at += 1;
            }
        }
    }
    out
}

/// A line as it may be shown: names readable, nothing that steers a terminal, at most `limit` characters.
pub(super) fn shown(line: &[u8], limit: usize) -> String {
    let whole = show_bytes(&unescape(line));
    match whole.char_indices().nth(limit) {
        None => whole,
        Some((cut, _)) => format!("{}…", &whole[..cut]),
    }
}

pub(super) fn find(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).position(|w| w == word)
}

pub(super) fn rfind(text: &[u8], word: &[u8]) -> Option<usize> {
    text.windows(word.len()).rposition(|w| w == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_errno_are_taken_off() {
        let line = Line::read(b"rsync: [sender] send_files failed to open \"/s/a: b (1)\": Permission denied (13)");
        assert_eq!(line.side, Side::Sender);
        let (rest, errno) = split_errno(line.text);
        assert_eq!(rest, b"send_files failed to open \"/s/a: b (1)\"");
        assert_eq!(errno, Some("Permission denied"));
        assert_eq!(split_errno(b"x ()"), (&b"x ()"[..], None));
        assert_eq!(split_errno(b"x (3)"), (&b"x (3)"[..], None));
    }

    #[test]
    fn escapes_are_resolved_once() {
        assert_eq!(unescape(b"a\\#012b"), b"a\nb");
        assert_eq!(unescape(b"\\#134#012"), b"\\#012");
        assert_eq!(unescape(b"\\#9\\#40"), b"\\#9\\#40");
        assert_eq!(unescape(b"\\#777"), b"\\#777");
        assert_eq!(shown(b"a\\#033[1m\x1b", 40), "a\\x1b[1m\\x1b");
        assert_eq!(shown("äöü".as_bytes(), 2), "äö…");
    }
}
