//! What a rule's pattern matches. rsync's meaning:
//!
//! - Without a slash (one at the end apart) and without `**` it is about the last component alone.
//! - With a leading slash it is about the whole path; in a per-directory file, about the path from that directory on.
//! - With an inner slash it must take the last components of the path, as many as it has itself.
//! - With `**` behind its first byte it may start behind any slash; with `**` in front it takes the whole path, and the
//!   path then counts as if a slash stood before it.
//! - `/***` at the end also takes the directory itself.
//! - Without any of `*?[` it is literal, backslashes included.

use super::wild::{Text, Wild};

/// A rule's pattern, compiled.
#[derive(Debug, Clone)]
pub(super) enum Pattern {
    /// The last component, byte for byte.
    Name(Box<[u8]>),
    /// The whole path, byte for byte.
    Path(Box<[u8]>),
    /// The path's last components, byte for byte.
    Tail(Box<[u8]>),
    /// `*` and these bytes, in the last component.
    Ending(Box<[u8]>),
    /// Anything else.
    Wild { wild: Wild, how: How, lead: Box<[u8]>, dir_slash: bool },
}

/// Where in the path a wildcard pattern may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// In front of the last component, which is all it is about.
    Name,
    /// At the start.
    Start,
    /// In front of the last so many components.
    Last(usize),
    /// At the start and behind every slash.
    Anywhere,
}

/// Where anchored patterns of a per-directory file start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Base<'a> {
    /// The root's absolute path as rsync knows it: it stands in the pattern too, wildcards and all.
    pub(super) root: &'a [u8],
    /// The directory of the file, below the root.
    pub(super) dir: &'a [u8],
}

impl Pattern {
    /// `pattern` is without the slash that stands for "directories only".
    pub(super) fn new(pattern: &[u8], base: Option<Base<'_>>) -> Pattern {
        let anchored = pattern.first() == Some(&b'/');
        let mut whole = Vec::new();
        let mut lead = Vec::new();
        if let (true, Some(base)) = (anchored, base) {
            lead.extend_from_slice(base.root.strip_prefix(b"/").unwrap_or(base.root));
            if !lead.is_empty() {
                lead.push(b'/');
            }
            whole.push(b'/');
            whole.extend_from_slice(&lead);
            whole.extend_from_slice(base.dir);
            if base.dir.is_empty() {
                whole.extend_from_slice(&pattern[1..]);
            } else {
                whole.extend_from_slice(pattern);
            }
        } else {
            whole.extend_from_slice(pattern);
        }
        let slashes = whole.iter().filter(|b| **b == b'/').count();
        let bare = whole.strip_prefix(b"/").unwrap_or(&whole);
        if !whole.iter().any(|b| matches!(b, b'*' | b'?' | b'[')) {
            return match (slashes, anchored) {
                (0, _) => Pattern::Name(bare.into()),
                (_, true) => Pattern::Path(bare.strip_prefix(&lead[..]).unwrap_or(bare).into()),
                (_, false) => Pattern::Tail(bare.into()),
            };
        }
        let deep = whole.windows(2).any(|w| w == b"**");
        if let (0, false, [b'*', ending @ ..]) = (slashes, deep, &whole[..])
            && !ending.iter().any(|b| matches!(b, b'*' | b'?' | b'[' | b'\\'))
        {
            return Pattern::Ending(ending.into());
        }
        let deep_start = whole.starts_with(b"**");
        if deep_start {
            lead = vec![b'/'];
        }
        let how = match (slashes, deep) {
            (0, false) => How::Name,
            (_, false) if !anchored => How::Last(slashes + 1),
            (_, true) if !anchored && !deep_start => How::Anywhere,
            _ => How::Start,
        };
        Pattern::Wild { wild: Wild::new(bare), how, lead: lead.into(), dir_slash: whole.ends_with(b"***") }
    }

    /// True if the pattern takes this path (not the root). `name` is the path's last component.
    pub(super) fn takes(&self, path: &[u8], name: &[u8], dir: bool) -> bool {
        match self {
            Pattern::Name(want) => **want == *name,
            Pattern::Path(want) => **want == *path,
            Pattern::Tail(want) => {
                path.strip_suffix(&**want).is_some_and(|before| before.is_empty() || before.ends_with(b"/"))
            }
            Pattern::Ending(want) => name.ends_with(want),
            Pattern::Wild { wild, how, lead, dir_slash } => {
                let body = if *how == How::Name { name } else { path };
                let text = Text { lead, body, slash: dir && *dir_slash };
                match how {
                    How::Name | How::Start => wild.matches(text, 0),
                    How::Last(count) => last(path, *count).is_some_and(|tail| wild.matches(Text::plain(tail), 0)),
                    How::Anywhere => {
                        let behind = |at: &usize| *at == 0 || text.at(at - 1) == Some(b'/');
                        (0..=text.len()).filter(behind).any(|at| wild.matches(text, at))
                    }
                }
            }
        }
    }
}

/// The last `count` components of a path that has so many.
fn last(path: &[u8], count: usize) -> Option<&[u8]> {
    let mut left = count;
    for (at, byte) in path.iter().enumerate().rev() {
        if *byte == b'/' {
            left -= 1;
            if left == 0 {
                return Some(&path[at + 1..]);
            }
        }
    }
    (left == 1).then_some(path)
}
