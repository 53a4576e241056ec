//! rsync's wildcards, compiled once.
//!
//! - `?` is one byte, `*` a run of bytes, `[…]` one byte of a set: none of them takes a `/`.
//! - `**` (and any longer run of stars) is a run of bytes with slashes.
//! - `\x` is the byte `x`; a backslash at the end never matches.
//! - `[!…]` and `[^…]` are the other bytes; `[:alpha:]` and its eleven sisters count ASCII; `]` is literal right behind
//!   the opening; a set that is not closed, or names an unknown class, never matches.
//!
//! The match takes at most `len(text)² · len(pattern)` steps, whatever the pattern.

/// A set of bytes, one bit each.
type Set = [u64; 4];

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Byte(u8),
    /// `?`
    One,
    /// `*`
    Run,
    /// `**`
    Deep,
    Class(Box<Set>),
}

/// A compiled pattern; without pieces to try if it can never match.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Wild {
    /// `None`: malformed, matches nothing.
    pieces: Option<Vec<Piece>>,
}

/// Text in up to three parts, so that rsync's "directory, slash, name" needs no copy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    /// What stands before the path.
    pub(super) lead: &'a [u8],
    /// The path or name.
    pub(super) body: &'a [u8],
    /// True if one `/` stands behind it.
    pub(super) slash: bool,
}

impl<'a> Text<'a> {
    pub(super) fn plain(body: &'a [u8]) -> Text<'a> {
        Text { lead: b"", body, slash: false }
    }

    pub(super) fn len(&self) -> usize {
        self.lead.len() + self.body.len() + usize::from(self.slash)
    }

    pub(super) fn at(&self, index: usize) -> Option<u8> {
        let Some(below) = index.checked_sub(self.lead.len()) else { return self.lead.get(index).copied() };
        match self.body.get(below) {
            Some(byte) => Some(*byte),
            None => (self.slash && below == self.body.len()).then_some(b'/'),
        }
    }
}

impl Wild {
    pub(super) fn new(pattern: &[u8]) -> Wild {
        Wild { pieces: compile(pattern) }
    }

    /// True if the pattern takes the whole text from `start` on.
    pub(super) fn matches(&self, text: Text<'_>, start: usize) -> bool {
        let Some(pieces) = &self.pieces else { return false };
        let (mut p, mut t) = (0, start);
        // Where to go on when a byte does not fit: behind the last `*` and behind the last `**`. A `*` in front of the
        // last one need never be tried again: the later one takes all it could.
        let mut run: Option<(usize, usize)> = None;
        let mut deep: Option<(usize, usize)> = None;
        loop {
            let here = text.at(t);
            let fits = match (pieces.get(p), here) {
                (None, None) => return true,
                (Some(Piece::Run), _) => {
                    p += 1;
                    run = Some((p, t));
                    continue;
                }
                (Some(Piece::Deep), _) => {
                    p += 1;
                    if p == pieces.len() {
                        return true;
                    }
                    (deep, run) = (Some((p, t)), None);
                    continue;
                }
                (Some(Piece::Byte(want)), Some(byte)) => *want == byte,
                (Some(Piece::One), Some(byte)) => byte != b'/',
                (Some(Piece::Class(set)), Some(byte)) => holds(set, byte),
                _ => false,
            };
            if fits {
                p += 1;
                t += 1;
            } else if let Some((next, taken)) = run.filter(|(_, taken)| text.at(*taken).is_some_and(|b| b != b'/')) {
                (p, t, run) = (next, taken + 1, Some((next, taken + 1)));
            } else if let Some((next, taken)) = deep.filter(|(_, taken)| *taken < text.len()) {
                (p, t, run, deep) = (next, taken + 1, None, Some((next, taken + 1)));
            } else {
                return false;
            }
        }
    }
}

fn holds(set: &Set, byte: u8) -> bool {
    set[usize::from(byte >> 6)] >> (byte & 63) & 1 == 1
}

fn put(set: &mut Set, byte: u8) {
    set[usize::from(byte >> 6)] |= 1 << (byte & 63);
}

fn compile(pattern: &[u8]) -> Option<Vec<Piece>> {
    let mut pieces = Vec::with_capacity(pattern.len());
    let mut at = 0;
    while let Some(byte) = pattern.get(at) {
        at += 1;
        pieces.push(match byte {
            b'\\' => {
                at += 1;
                Piece::Byte(*pattern.get(at - 1)?)
            }
            b'?' => Piece::One,
            b'*' => {
                let more = pattern[at..].iter().take_while(|b| **b == b'*').count();
                at += more;
                if more > 0 { Piece::Deep } else { Piece::Run }
            }
            b'[' => {
                let (set, next) = class(pattern, at)?;
                at = next;
                Piece::Class(Box::new(set))
            }
            other => Piece::Byte(*other),
        });
    }
    Some(pieces)
}

/// The set whose text starts at `at`, behind the bracket, and where the pattern goes on.
fn class(pattern: &[u8], mut at: usize) -> Option<(Set, usize)> {
    let mut set = Set::default();
    let others = matches!(pattern.get(at), Some(b'!' | b'^'));
    at += usize::from(others);
    // What a `-` would start from; nothing behind a range or a named class.
    let mut from: Option<u8> = None;
    let mut first = true;
    loop {
        let byte = *pattern.get(at)?;
        if byte == b']' && !first {
            break;
        }
        first = false;
        at += 1;
        match (byte, from, pattern.get(at)) {
            (b'\\', _, next) => {
                let literal = *next?;
                put(&mut set, literal);
                from = Some(literal);
                at += 1;
            }
            (b'-', Some(low), Some(next)) if *next != b']' => {
                let mut high = *next;
                at += 1;
                if high == b'\\' {
                    high = *pattern.get(at)?;
                    at += 1;
                }
                (low..=high).for_each(|b| put(&mut set, b));
                from = None;
            }
            (b'[', _, Some(b':')) => {
                let name = &pattern[at + 1..];
                let end = name.iter().position(|b| *b == b']')?;
                match name[..end].strip_suffix(b":") {
                    None => {
                        put(&mut set, b'[');
                        from = Some(b'[');
                    }
                    Some(name) => {
                        let member = named(name)?;
                        (0..=255u8).filter(member).for_each(|b| put(&mut set, b));
                        from = None;
                        at += end + 2;
                    }
                }
            }
            (literal, _, _) => {
                put(&mut set, literal);
                from = Some(literal);
            }
        }
    }
    if others {
        set.iter_mut().for_each(|word| *word = !*word);
    }
    set[usize::from(b'/' >> 6)] &= !(1 << (b'/' & 63));
    Some((set, at + 1))
}

fn named(name: &[u8]) -> Option<fn(&u8) -> bool> {
    Some(match name {
        b"alnum" => u8::is_ascii_alphanumeric,
        b"alpha" => u8::is_ascii_alphabetic,
        b"blank" => |b| matches!(b, b' ' | b'\t'),
        b"cntrl" => u8::is_ascii_control,
        b"digit" => u8::is_ascii_digit,
        b"graph" => u8::is_ascii_graphic,
        b"lower" => u8::is_ascii_lowercase,
        b"print" => |b| matches!(b, b' '..=b'~'),
        b"punct" => u8::is_ascii_punctuation,
        b"space" => super::lines::is_space,
        b"upper" => u8::is_ascii_uppercase,
        b"xdigit" => u8::is_ascii_hexdigit,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn m(pattern: &str, text: &str) -> bool {
        Wild::new(pattern.as_bytes()).matches(Text::plain(text.as_bytes()), 0)
    }

    #[test]
    fn stars_and_slashes() {
        for (pattern, text, want) in [
            ("*", "", true),
            ("*", "a/b", false),
            ("**", "a/b", true),
            ("a*b", "a/b", false),
            ("a**b", "a/x/b", true),
            ("a**b", "ab", true),
            ("*a*/b", "xax/b", true),
            ("a*/*c", "ab/bc/c", false),
            ("**/a*c", "x/ab/abc", true),
            ("a?b", "a/b", false),
            ("**x*z", "x/xy/yz", false),
            ("***", "a/b", true),
        ] {
            assert_eq!(m(pattern, text), want, "{pattern} on {text}");
        }
    }

    #[test]
    fn sets() {
        for (pattern, text, want) in [
            ("[ab]", "b", true),
            ("[!ab]", "b", false),
            ("[^ab]", "c", true),
            ("[!a]", "/", false),
            ("[]a]", "]", true),
            ("[a-c]", "b", true),
            ("[a-]", "-", true),
            ("[a\\]]", "]", true),
            ("[a-\\c]", "b", true),
            ("[[:digit:]x]", "7", true),
            ("[[:digit:]-z]", "-", true),
            ("[[:digit:]-z]", "y", false),
            ("[[:]", ":", true),
            ("[[:nope:]]", "n", false),
            ("[a", "a", false),
            ("a[", "a[", false),
            ("\\[a*", "[ab", true),
            ("*\\", "a\\", false),
        ] {
            assert_eq!(m(pattern, text), want, "{pattern} on {text}");
        }
    }

    #[test]
    fn many_stars_end() {
        assert!(!m(&"*a".repeat(200), &"a".repeat(199)));
        assert!(!m(&"**a".repeat(60), &format!("{}b", "a".repeat(400))));
    }
}
