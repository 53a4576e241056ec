//! Where the keys of `sync{}` and `settings{}` stand in a Lua text, and the comments around them.
//!
//! Lua tells the line of a call, not of a key: this reads the text once more, only for its words, brackets, strings
//! and comments. It never decides what a file means, only where to point.

use std::collections::BTreeMap;

use crate::node::Lines;

/// A call as it is written.
#[derive(Debug, Default)]
pub(super) struct Site {
    pub name: String,
    pub line: usize,
    pub column: usize,
    /// Keys by their dotted path.
    pub keys: BTreeMap<String, (usize, usize)>,
    /// Our own comments inside its brackets.
    pub comments: Vec<Comment>,
}

/// A `-- driftless:` comment.
#[derive(Debug, Clone)]
pub(super) struct Comment {
    pub text: String,
    pub line: usize,
    pub column: usize,
}

/// What was found in one file.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub sites: Vec<Site>,
    /// Our own comments outside of all calls.
    pub comments: Vec<Comment>,
}

const MARK: &[u8] = b"driftless:";

#[derive(Debug, PartialEq)]
enum Token<'a> {
    Word(&'a [u8]),
    Text(&'a [u8]),
    Comment(&'a [u8]),
    Sign(u8),
}

impl Places {
    pub fn of(text: &[u8]) -> Places {
        let lines = Lines::of(text);
        let tokens = tokens(text);
        let mut places = Places::default();
        let mut at = 0;
        while at < tokens.len() {
            let (offset, token) = &tokens[at];
            match token {
                Token::Comment(comment) => places.comments.extend(ours(comment, *offset, &lines)),
                Token::Word(word) if is_call(&tokens, at) => {
                    let (line, column) = lines.at(*offset);
                    let name = String::from_utf8_lossy(word).into_owned();
                    let mut site = Site { name, line, column, ..Site::default() };
                    at = site.read(&tokens, at + 1, &lines);
                    places.sites.push(site);
                    continue;
                }
                _ => {}
            }
            at += 1;
        }
        places
    }
}

fn is_call(tokens: &[(usize, Token<'_>)], at: usize) -> bool {
    let named = matches!(tokens[at].1, Token::Word(b"sync" | b"settings"));
    let member = at > 0 && matches!(tokens[at - 1].1, Token::Sign(b'.' | b':'));
    let next = |n: usize| tokens.get(at + n).map(|(_, token)| token);
    let opens = match next(1) {
        Some(Token::Sign(b'{' | b'(')) => true,
        Some(Token::Sign(b'=')) => next(2) == Some(&Token::Sign(b'{')),
        _ => false,
    };
    named && !member && opens
}

impl Site {
    /// Reads up to the bracket that closes the call; gives the token after it.
    fn read(&mut self, tokens: &[(usize, Token<'_>)], from: usize, lines: &Lines<'_>) -> usize {
        let mut open: Vec<Option<String>> = Vec::new();
        let mut last_key: Option<String> = None;
        let mut at = from;
        while let Some((offset, token)) = tokens.get(at) {
            let next_is_equals = matches!(tokens.get(at + 1), Some((_, Token::Sign(b'='))))
                && !matches!(tokens.get(at + 2), Some((_, Token::Sign(b'='))));
            match token {
                Token::Comment(comment) => self.comments.extend(ours(comment, *offset, lines)),
                Token::Word(word) if next_is_equals && !open.is_empty() => {
                    last_key = Some(self.key(&open, word, lines.at(*offset)));
                }
                // ["key"] = value
                Token::Text(word)
                    if matches!(tokens.get(at + 1), Some((_, Token::Sign(b']'))))
                        && matches!(tokens.get(at + 2), Some((_, Token::Sign(b'=')))) =>
                {
                    last_key = Some(self.key(&open, word, lines.at(*offset)));
                }
                Token::Sign(b'{') => open.push(last_key.take().filter(|_| after_equals(tokens, at))),
                Token::Sign(b'(') => open.push(None),
                Token::Sign(b'}' | b')') => {
                    open.pop();
                    if open.is_empty() {
                        return at + 1;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        at
    }

    fn key(&mut self, open: &[Option<String>], word: &[u8], place: (usize, usize)) -> String {
        let name = String::from_utf8_lossy(word);
        // Only the innermost names: a path is never longer than the model is deep.
        let path = match open.iter().flatten().next_back() {
            Some(outer) if outer.len() < 200 => format!("{outer}.{name}"),
            _ => name.into_owned(),
        };
        self.keys.entry(path.clone()).or_insert(place);
        path
    }
}

fn after_equals(tokens: &[(usize, Token<'_>)], at: usize) -> bool {
    at > 0 && tokens[at - 1].1 == Token::Sign(b'=')
}

fn ours(comment: &[u8], offset: usize, lines: &Lines<'_>) -> Option<Comment> {
    let text = comment.trim_ascii().strip_prefix(MARK)?;
    let (line, column) = lines.at(offset);
    Some(Comment { text: String::from_utf8_lossy(text).trim().to_owned(), line, column })
}

fn tokens(text: &[u8]) -> Vec<(usize, Token<'_>)> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        let start = at;
        let rest = &text[at..];
        if rest.starts_with(b"--") {
            let end = long_bracket(&rest[2..]).map(|(_, whole)| 2 + whole);
            let end = end.unwrap_or_else(|| rest.iter().position(|b| *b == b'\n').unwrap_or(rest.len()));
            tokens.push((start, Token::Comment(&rest[2..end.max(2)])));
            at += end;
        } else if let Some((inside, whole)) = long_bracket(rest) {
            tokens.push((start, Token::Text(inside)));
            at += whole;
        } else if byte == b'"' || byte == b'\'' {
            let end = quoted(rest, byte);
            tokens.push((start, Token::Text(&rest[1..end.max(1)])));
            at += end + 1;
        } else if byte.is_ascii_alphanumeric() || byte == b'_' {
            let end = rest.iter().position(|b| !(b.is_ascii_alphanumeric() || *b == b'_')).unwrap_or(rest.len());
            tokens.push((start, Token::Word(&rest[..end])));
            at += end;
        } else {
            if !byte.is_ascii_whitespace() {
                tokens.push((start, Token::Sign(byte)));
            }
            at += 1;
        }
    }
    tokens
}

/// `[[…]]` or `[=[…]=]` at the start: its inside and the length of the whole.
fn long_bracket(text: &[u8]) -> Option<(&[u8], usize)> {
    let level = text.strip_prefix(b"[")?.iter().take_while(|b| **b == b'=').count();
    if text.get(level + 1) != Some(&b'[') {
        return None;
    }
    let open = level + 2;
    let mut close = vec![b']'];
    close.extend(std::iter::repeat_n(b'=', level));
    close.push(b']');
    let inside = &text[open..];
    match inside.windows(close.len()).position(|window| window == close) {
        Some(end) => Some((&inside[..end], open + end + close.len())),
        None => Some((inside, text.len())),
    }
}

/// Where a quoted string ends: the index of its closing quote, or of the end of its line.
fn quoted(text: &[u8], quote: u8) -> usize {
    let mut at = 1;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 1,
            b'\n' => return at,
            _ if byte == quote => return at,
            _ => {}
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_found_with_their_path_and_place() {
        let text = b"-- sync { no = 1 }\nlocal x = 'sync{'\nsync {\n  default.rsync, -- driftless: id = \"a\"\n  \
            source = [[/a}]],\n  rsync = { archive = true,\n    [\"bwlimit\"] = 3 },\n}\n-- driftless: app.schema = 1\n";
        let places = Places::of(text);
        assert_eq!(places.sites.len(), 1);
        let site = &places.sites[0];
        assert_eq!((site.line, site.column), (3, 1));
        assert_eq!(site.keys["source"], (5, 3));
        assert_eq!(site.keys["rsync.archive"], (6, 13));
        assert_eq!(site.keys["rsync.bwlimit"], (7, 6));
        assert_eq!(site.comments[0].text, "id = \"a\"");
        assert_eq!(places.comments[0].text, "app.schema = 1");
    }

    #[test]
    fn unfinished_texts_end_with_the_file() {
        for text in ["sync{ a = [[", "sync{ 'x\\", "--[==[", "sync{{{{", "\"", "--", "sync=", "[=", "[==x"] {
            let _ = Places::of(text.as_bytes());
        }
        assert_eq!(Places::of(b"sync{ a = [[").sites.len(), 1);
    }
}
