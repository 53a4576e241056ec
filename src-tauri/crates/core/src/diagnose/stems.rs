//! Lines that name a file which could not be brought over, and why. The path stands in quotes that rsync does not
//! escape, so it is cut from the line's two ends. A temporary name (`.f.Ab3dEf`) is traced back to its file; since
//! rsync adds no second dot, `.f.Ab3dEf` may stand for `f` or `.f`, and both are reported as guesses.

use super::line::{Line, Side, find, rfind, split_errno, unescape};

/// PathWhy one file failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathWhy {
    /// It may not be read or written.
    Permission,
    /// Disk or quota full.
    NoSpace,
    /// The file system is read-only.
    ReadOnly,
    /// It is not there.
    Gone,
    /// Something else stands in its place and holds what must stay.
    Conflict,
    /// It changed while it was read.
    Changed,
    /// It cannot be read: a failing disk, a lost network drive.
    ReadError,
    /// The name or the kind of file cannot be stored there.
    NameRefused,
    /// The daemon's own `exclude` keeps it out.
    Refused,
    /// Another reason, told in the output.
    Other,
}

/// A path as a message names it, before it is mapped.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub side: Side,
    /// All paths that may be meant; more than one is a guess.
    pub paths: Vec<Vec<u8>>,
    pub module: Option<Vec<u8>>,
    pub why: PathWhy,
    /// What lies below is not done either.
    pub deep: bool,
    /// The name is a temporary one, or looks so: it tells the file only if it stands beside it.
    pub temp: bool,
}

/// Reads a line that complains about a file; `None` if it is none of these.
pub(super) fn read(line: &Line<'_>) -> Option<Named> {
    plain(line).or_else(|| quoted(line)).or_else(|| parens(line))
}

/// Names without quotes, relative to the root.
fn plain(line: &Line<'_>) -> Option<Named> {
    let text = line.text;
    let named = |path: &[u8], why: PathWhy, deep: bool| {
        Some(Named { side: Side::Receiver, paths: vec![unescape(path)], module: None, why, deep, temp: false })
    };
    if let Some(rest) = text.strip_prefix(b"could not make way for ") {
        let colon = find(rest, b": ")?;
        return named(&rest[colon + 2..], PathWhy::Conflict, true);
    }
    if let Some(rest) = text.strip_prefix(b"daemon refused to receive ") {
        let path = rest[find(rest, b" \"")? + 2..].strip_suffix(b"\"")?;
        return named(path, PathWhy::Refused, rest.starts_with(b"directory"));
    }
    for end in ["discarded.", "retained.", "put into partial-dir."] {
        let tail = format!(" failed verification -- update {end}");
        if let Some(path) = text.strip_suffix(tail.as_bytes()) {
            return named(path, PathWhy::Changed, false);
        }
    }
    None
}

/// `VERB "PATH" (in MODULE) failed: ERRNO (N)` and its relatives.
fn quoted(line: &Line<'_>) -> Option<Named> {
    let (body, errno) = split_errno(line.text);
    let open = body.iter().position(|b| *b == b'"')?;
    let verb = &body[..open];
    let referent = verb == b"symlink has no referent: ";
    if !(line.marked && (errno.is_some() || body.ends_with(b" failed"))) && !referent {
        return None;
    }
    let rest = &body[open + 1..];
    let verb = std::str::from_utf8(verb).ok()?;
    let named = |path: &[u8], paths: Vec<Vec<u8>>, after: &[u8]| Named {
        side: if line.side == Side::Unknown { side(verb) } else { line.side },
        paths,
        module: module(after),
        why: if referent { PathWhy::Gone } else { why(verb, errno) },
        deep: is_deep(verb),
        temp: looks_temporary(path) && (verb == "mkstemp " || touches_temp(verb)),
    };
    if ["rename ", "copy ", "link ", "symlink "].contains(&verb) {
        return arrow(verb, rest).map(|(path, after)| named(b"", vec![unescape(path)], after));
    }
    // In `lsetxattr("PATH","user.x")` the path ends before the comma; a name with such a mark is not cut at all.
    let close = match only(rest, b"\",") {
        Some(at) if verb.ends_with('(') => at,
        None if verb.ends_with('(') && find(rest, b"\",").is_some() => return None,
        _ => rfind(rest, b"\"")?,
    };
    let (path, after) = (unescape(&rest[..close]), &rest[close + 1..]);
    let paths = match verb {
        "mkstemp " => without_temp(&path)?,
        // The file in its place may have such a name as well.
        _ if touches_temp(verb) && looks_temporary(&path) => {
            let mut all = without_temp(&path)?;
            all.insert(0, path.clone());
            all
        }
        _ => vec![path.clone()],
    };
    Some(named(&path, paths, after))
}

/// `"TEMPORARY" (in MODULE) -> "PATH"` tells the path behind the arrow, links and symlinks the one before it. A name
/// with an arrow of its own is not cut at all.
fn arrow<'a>(verb: &str, rest: &'a [u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = only(rest, b" -> \"").or_else(|| only(rest, b" => "))?;
    if verb == "rename " || verb == "copy " {
        return rest[at..].strip_prefix(b" -> \"")?.strip_suffix(b"\"").map(|path| (path, &b""[..]));
    }
    let close = rfind(&rest[..at], b"\"")?;
    Some((&rest[..close], &rest[close + 1..at]))
}

/// Where `word` stands, if it stands there once.
fn only(text: &[u8], word: &[u8]) -> Option<usize> {
    find(text, word).filter(|at| rfind(text, word) == Some(*at))
}

/// `delete_file: unlink(PATH) failed: ERRNO (N)`: no quotes, relative to the root.
fn parens(line: &Line<'_>) -> Option<Named> {
    let (body, errno) = split_errno(line.text);
    errno?;
    let open = body.iter().position(|b| *b == b'(').filter(|_| line.marked)?;
    let verb = std::str::from_utf8(&body[..open]).ok().filter(|verb| !verb.contains('"'))?;
    let inner = body[open + 1..].strip_suffix(b") failed").or_else(|| body[open + 1..].strip_suffix(b")"))?;
    let inner = match verb.contains("acl") {
        true => &inner[..rfind(inner, b", ACL_").unwrap_or(inner.len())],
        false => inner,
    };
    Some(Named {
        side: if line.side == Side::Unknown { side(verb) } else { line.side },
        paths: vec![unescape(inner)],
        module: None,
        why: why(verb, errno),
        deep: false,
        temp: false,
    })
}

fn module(after: &[u8]) -> Option<Vec<u8>> {
    let rest = after.strip_prefix(b" (in ")?;
    Some(rest[..find(rest, b")")?].to_vec())
}

/// Verbs that a receiver says about a temporary file as well as about one in its place.
fn touches_temp(verb: &str) -> bool {
    verb.starts_with("failed to set ")
        || verb.starts_with("chown ")
        || verb.starts_with("chgrp ")
        || verb.contains("xattr")
}

/// What lies below such a folder was not looked at.
fn is_deep(verb: &str) -> bool {
    ["opendir ", "readdir(", "change_dir", "mkdir ", "recv_generator: mkdir ", "recv_generator: failed to stat "]
        .iter()
        .any(|v| verb.starts_with(v))
}

/// Versions before 3.2 do not say who speaks.
fn side(verb: &str) -> Side {
    let sender = ["send_files", "opendir", "readdir", "link_stat", "readlink_stat", "read errors", "symlink has"];
    if sender.iter().any(|v| verb.starts_with(v)) { Side::Sender } else { Side::Receiver }
}

fn why(verb: &str, errno: Option<&str>) -> PathWhy {
    match errno {
        Some("Permission denied" | "Operation not permitted") => PathWhy::Permission,
        Some("No space left on device" | "Disk quota exceeded") => PathWhy::NoSpace,
        Some("Read-only file system") => PathWhy::ReadOnly,
        Some("No data available") if verb.starts_with("read errors") => PathWhy::Changed,
        Some("No such file or directory") => PathWhy::Gone,
        Some("Is a directory" | "Not a directory" | "Directory not empty" | "File exists") => PathWhy::Conflict,
        Some("File name too long" | "Invalid argument" | "File too large" | "Operation not supported") => {
            PathWhy::NameRefused
        }
        Some("Invalid or incomplete multibyte or wide character" | "Illegal byte sequence") => PathWhy::NameRefused,
        Some("Input/output error" | "Stale file handle" | "Transport endpoint is not connected") => PathWhy::ReadError,
        _ => PathWhy::Other,
    }
}

/// Ends like a name of `mkstemp`.
fn looks_temporary(path: &[u8]) -> bool {
    path.len().checked_sub(7).is_some_and(|at| path[at] == b'.' && path[at + 1..].iter().all(u8::is_ascii_alphanumeric))
}

/// The files a temporary name may stand for; `None` if it is no such name or was shortened to fit.
fn without_temp(path: &[u8]) -> Option<Vec<Vec<u8>>> {
    let cut = path.iter().rposition(|b| *b == b'/').map_or(0, |at| at + 1);
    let (folder, name) = path.split_at(cut);
    let stem = name.len().checked_sub(7).filter(|_| name.len() < 240).map(|at| name.split_at(at))?;
    let (dotted, ending) = stem;
    let bare = dotted.strip_prefix(b".").filter(|b| !b.is_empty())?;
    if ending[0] != b'.' || !ending[1..].iter().all(u8::is_ascii_alphanumeric) {
        return None;
    }
    Some([bare, dotted].iter().map(|n| [folder, n].concat()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(text: &str) -> Option<(Side, String, Option<String>, PathWhy)> {
        let named = read(&Line::read(text.as_bytes()))?;
        let paths: Vec<_> = named.paths.iter().map(|p| String::from_utf8_lossy(p).into_owned()).collect();
        let module = named.module.map(|m| String::from_utf8_lossy(&m).into_owned());
        Some((named.side, paths.join("|"), module, named.why))
    }

    #[test]
    fn quotes_inside_names_do_not_end_them() {
        let text = "rsync: [sender] send_files failed to open \"/s/a\" failed: x (1)\": Permission denied (13)";
        assert_eq!(paths(text), Some((Side::Sender, "/s/a\" failed: x (1)".into(), None, PathWhy::Permission)));
    }

    #[test]
    fn a_temporary_name_stands_for_two_files_at_most() {
        let text = "rsync: [receiver] mkstemp \"d/.f.zdaB6b\" (in M) failed: Permission denied (13)";
        assert_eq!(paths(text), Some((Side::Receiver, "d/f|d/.f".into(), Some("M".into()), PathWhy::Permission)));
        assert_eq!(without_temp(b"d/f.zdaB6b"), None);
        assert_eq!(without_temp(b"..zdaB6b"), None);
    }

    #[test]
    fn behind_an_arrow_stands_the_file_itself() {
        // Recorded with --temp-dir, and from a module.
        let text = "rsync: [receiver] rename \"/tmp/b.94cpLe\" -> \"d/b\": Permission denied (13)";
        assert_eq!(paths(text), Some((Side::Receiver, "d/b".into(), None, PathWhy::Permission)));
        let text = "rsync: [receiver] rename \"/d/.b.94cpLe\" (in m) -> \"d/b\": Permission denied (13)";
        assert_eq!(paths(text), Some((Side::Receiver, "d/b".into(), None, PathWhy::Permission)));
        let text = "rsync: [generator] symlink \"/d/l\" (in m) -> \"x\" failed: Permission denied (13)";
        assert_eq!(paths(text), Some((Side::Receiver, "/d/l".into(), Some("m".into()), PathWhy::Permission)));
        let text = "rsync: [generator] symlink \"/t/l\" -> \"z\" -> \"x\" failed: Permission denied (13)";
        assert_eq!(paths(text), None);
    }

    #[test]
    fn what_may_be_a_temporary_name_is_read_both_ways() {
        let text = "rsync: [receiver] failed to set times on \"/t/.f.zdaB6b\": Operation not permitted (1)";
        assert_eq!(paths(text), Some((Side::Receiver, "/t/.f.zdaB6b|/t/f|/t/.f".into(), None, PathWhy::Permission)));
    }

    #[test]
    fn a_folder_of_the_target_that_cannot_be_listed_was_not_cleared_of_strangers() {
        // Recorded: its owner is another one, it may be entered and not read.
        let text = "rsync: [generator] opendir \"/t/a\" failed: Permission denied (13)";
        let named = read(&Line::read(text.as_bytes()));
        assert!(named.is_some_and(|named| named.side == Side::Receiver && named.deep));
    }

    #[test]
    fn other_lines_are_left_to_others() {
        for text in ["hello", "rsync: connection unexpectedly closed (0 bytes received so far) [sender]", "\"a\"", ""] {
            assert_eq!(paths(text), None, "{text}");
        }
    }
}
