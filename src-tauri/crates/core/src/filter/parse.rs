//! One rule as a person writes it, read as rsync reads it.

use super::lines::is_space;

/// What a rule is and does. A merge rule hands its flags on to the rules of its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Flags {
    /// `+`: what matches is taken.
    pub(super) include: bool,
    /// Modifier `!`: matches what the pattern does not.
    pub(super) negate: bool,
    /// Only for the sending side, if not also `receiver`.
    pub(super) sender: bool,
    /// Only for the receiving side, if not also `sender`.
    pub(super) receiver: bool,
    /// Modifier `p`: does not count in a directory that is being removed.
    pub(super) perishable: bool,
    /// `.` or `:`.
    pub(super) merge: bool,
    /// `:`.
    pub(super) per_dir: bool,
    /// Merge, `-` or `+` or `C`: the file holds bare patterns.
    pub(super) bare: bool,
    /// Merge, `w` or `C`: the file's rules are divided by white space.
    pub(super) words: bool,
    /// Merge, `n` or `C`: not for the directories below.
    pub(super) here_only: bool,
    /// `C`.
    pub(super) cvs: bool,
    /// Merge, `e`: the file itself is excluded.
    pub(super) exclude_self: bool,
}

impl Flags {
    /// True if the rule names its side or sides.
    pub(super) fn sided(self) -> bool {
        self.sender || self.receiver
    }

    fn for_content(self) -> Flags {
        Flags { include: self.include, negate: self.negate, perishable: self.perishable, ..Flags::default() }
    }
}

/// How the text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// `--filter` and merge files.
    Rule,
    /// `--exclude`, `--include` and their files: a pattern, `+ ` or `- ` before it if wanted, or `!` alone.
    Pattern,
}

/// One rule that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parsed<'a> {
    pub(super) flags: Flags,
    /// `!`: forget all rules before this one.
    pub(super) clear: bool,
    /// A trailing slash is still on it.
    pub(super) pattern: &'a [u8],
    /// What stands behind the rule; empty unless the rules are divided by white space.
    pub(super) rest: &'a [u8],
}

/// Why a rule is refused. The first five are rsync's own refusals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    Unknown,
    Modifier(u8),
    Empty,
    ClearTrailing,
    SidesTwice,
    /// Modifier `x`: about names of extended attributes, which a file's changes do not show.
    Xattr,
    /// Modifier `/`: about absolute paths, which differ between source and target.
    Absolute,
    /// `C` with a word behind it, which rsync would drop without a word.
    CvsArgument,
}

const NAMES: [(&[u8], u8); 9] = [
    (b"clear", b'!'),
    (b"dir-merge", b':'),
    (b"exclude", b'-'),
    (b"hide", b'H'),
    (b"include", b'+'),
    (b"merge", b'.'),
    (b"protect", b'P'),
    (b"risk", b'R'),
    (b"show", b'S'),
];

/// Reads the first rule of `text`; `None` if there is none. `template` are the flags of the merge rule it comes from.
pub(super) fn rule<'a>(mut text: &'a [u8], template: Flags, style: Style) -> Result<Option<Parsed<'a>>, Bad> {
    if template.words {
        text = &text[text.iter().take_while(|b| is_space(b)).count()..];
    }
    if text.is_empty() {
        return Ok(None);
    }
    let mut flags = template.for_content();
    let mut clear = false;
    if template.bare {
        clear = template.cvs && text[0] == b'!';
    } else if style == Style::Pattern {
        match text {
            [b'-', b' ', ..] => (flags.include, text) = (false, &text[2..]),
            [b'+', b' ', ..] => (flags.include, text) = (true, &text[2..]),
            [b'!', ..] => clear = true,
            _ => {}
        }
    } else {
        let (kind, modifiers) = prefix(text)?;
        let side_given = set_kind(&mut flags, kind)?;
        clear = kind == b'!';
        text = if clear { modifiers } else { modify(&mut flags, modifiers, side_given, template.words)? };
    }
    if template.sided() {
        if flags.sided() {
            return Err(Bad::SidesTwice);
        }
        (flags.sender, flags.receiver) = (template.sender, template.receiver);
    }
    let len = if template.words { text.iter().take_while(|b| !is_space(b)).count() } else { text.len() };
    let (pattern, rest) = text.split_at(len);
    if clear {
        if !template.bare && style == Style::Rule && len > 0 {
            return Err(Bad::ClearTrailing);
        }
        clear = len <= 1;
    } else if len == 0 && !flags.cvs {
        return Err(Bad::Empty);
    } else if len > 0 && flags.cvs && !flags.merge {
        return Err(Bad::CvsArgument);
    }
    Ok(Some(Parsed { flags, clear, pattern, rest }))
}

/// The kind of a rule as its short name, and what stands behind the name and its comma.
fn prefix(text: &[u8]) -> Result<(u8, &[u8]), Bad> {
    if text[0].is_ascii_lowercase() {
        for (name, kind) in NAMES {
            if let Some(behind) = text.strip_prefix(name) {
                match behind.first() {
                    Some(b',') => return Ok((kind, &behind[1..])),
                    None | Some(b'_') => return Ok((kind, behind)),
                    Some(b) if is_space(b) => return Ok((kind, behind)),
                    Some(_) => {}
                }
            }
        }
        return Err(Bad::Unknown);
    }
    let behind = &text[1..];
    Ok((text[0], behind.strip_prefix(b",").unwrap_or(behind)))
}

/// Sets what the kind says; true if the kind names a side.
fn set_kind(flags: &mut Flags, kind: u8) -> Result<bool, Bad> {
    match kind {
        b':' => (flags.per_dir, flags.merge) = (true, true),
        b'.' => flags.merge = true,
        b'+' => flags.include = true,
        b'-' | b'!' => {}
        b'S' => (flags.include, flags.sender) = (true, true),
        b'H' => flags.sender = true,
        b'R' => (flags.include, flags.receiver) = (true, true),
        b'P' => flags.receiver = true,
        _ => return Err(Bad::Unknown),
    }
    Ok(matches!(kind, b'S' | b'H' | b'R' | b'P'))
}

/// Reads the modifiers up to the blank or underscore; gives what stands behind that.
fn modify<'a>(flags: &mut Flags, text: &'a [u8], side_given: bool, words: bool) -> Result<&'a [u8], Bad> {
    for (at, byte) in text.iter().enumerate() {
        let allowed = match byte {
            b' ' | b'_' => return Ok(&text[at + 1..]),
            // Between words only a blank divides; the pattern before any other white space is empty.
            _ if words && is_space(byte) => return Ok(&text[at..]),
            b'-' | b'+' | b'C' => !flags.bare && if *byte == b'C' { !side_given } else { flags.merge },
            b'e' | b'n' | b'w' => flags.merge,
            b'!' => !flags.merge,
            b'r' | b's' => !side_given,
            b'/' | b'p' | b'x' => true,
            _ => false,
        };
        if !allowed {
            return Err(Bad::Modifier(*byte));
        }
        match byte {
            b'-' => flags.bare = true,
            b'+' => (flags.bare, flags.include) = (true, true),
            b'C' => (flags.bare, flags.words, flags.here_only, flags.cvs) = (true, true, true, true),
            b'e' => flags.exclude_self = true,
            b'n' => flags.here_only = true,
            b'w' => flags.words = true,
            b'!' => flags.negate = true,
            b'r' => flags.receiver = true,
            b's' => flags.sender = true,
            b'p' => flags.perishable = true,
            b'x' => return Err(Bad::Xattr),
            _ => return Err(Bad::Absolute),
        }
    }
    Ok(b"")
}
