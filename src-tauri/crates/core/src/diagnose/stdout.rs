//! rsync's standard output with [`super::OUT_FORMAT`]: itemised lines, a few remarks about single paths, and the
//! lines of `--stats`.

use super::line::{find, rfind, unescape};
use super::output::Counts;
use crate::meter::Moved;
use crate::paths::RelPath;

/// One entry that rsync worked on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Below the run's root.
    pub path: RelPath,
    /// It was deleted.
    pub deleted: bool,
    /// Its content was sent.
    pub sent: bool,
    /// It is a folder.
    pub dir: bool,
    /// Its size in bytes; 0 for deletions.
    pub size: u64,
    /// rsync's eleven characters, as `<f.st......`.
    pub what: String,
}

/// What a line of standard output says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard {
    Item(Item),
    NotDeleted(RelPath),
    Skipped(RelPath),
    DeletionsSkipped,
    Moved(Moved),
    Noise,
}

/// Reads one line; `None` if it is nothing that rsync says with our options.
pub(super) fn read(line: &[u8], counts: &mut Counts) -> Option<Heard> {
    if let Some(item) = item(line) {
        match &item {
            Item { deleted: true, .. } => counts.deleted += 1,
            Item { sent: true, dir: false, size, .. } => {
                counts.sent += 1;
                counts.sent_bytes = counts.sent_bytes.saturating_add(*size);
            }
            _ => counts.changed += 1,
        }
        return Some(Heard::Item(item));
    }
    if let Some(moved) = moved(line) {
        return Some(Heard::Moved(moved));
    }
    if line == b"IO error encountered -- skipping file deletion" {
        return Some(Heard::DeletionsSkipped);
    }
    if let Some(rest) = line.strip_prefix(b"cannot delete non-empty directory: ") {
        return path(&unescape(rest)).map(Heard::NotDeleted);
    }
    for stem in [&b"skipping non-regular file \""[..], b"ignoring unsafe symlink \""] {
        if let Some(rest) = line.strip_prefix(stem) {
            let end = find(rest, b"\" -> ").or_else(|| rfind(rest, b"\""))?;
            return path(&unescape(&rest[..end])).map(Heard::Skipped);
        }
    }
    if let Some(rest) = line.strip_prefix(b"skipping directory ") {
        return path(&unescape(rest)).map(Heard::Skipped);
    }
    stats(std::str::from_utf8(line).ok()?, counts).then_some(Heard::Noise)
}

/// A line that tells of one entry: `>f+++++++++ 12 name`, with ` -> target` behind links and ` => first` behind hard links.
pub fn item(line: &[u8]) -> Option<Item> {
    let (what, rest) = line.split_at_checked(11)?;
    let deleted = what == b"*deleting  ";
    let plausible = matches!(what[0], b'<' | b'>' | b'c' | b'h' | b'.')
        && matches!(what[1], b'f' | b'd' | b'L' | b'D' | b'S')
        && what[2..].iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'.' | b'+' | b'?' | b' '));
    if !deleted && !plausible {
        return None;
    }
    let rest = rest.strip_prefix(b" ")?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    let size = std::str::from_utf8(&rest[..digits]).ok()?.parse().ok()?;
    let mut name = rest[digits..].strip_prefix(b" ")?;
    if !deleted && what[1] == b'L' {
        name = &name[..find(name, b" -> ").unwrap_or(name.len())];
    } else if what[0] == b'h' {
        name = &name[..rfind(name, b" => ").unwrap_or(name.len())];
    }
    let name = unescape(name);
    let dir = name.ends_with(b"/") || (!deleted && what[1] == b'd');
    let sent = matches!(what[0], b'<' | b'>');
    let what = String::from_utf8_lossy(what).trim_end().to_owned();
    Some(Item { path: path(&name)?, deleted, sent, dir, size: if deleted { 0 } else { size }, what })
}

/// `     1,234  45%  10.00MB/s  0:00:12 (xfr#12, to-chk=100/2,000)` of `--info=progress2`; the brackets only behind a file.
fn moved(line: &[u8]) -> Option<Moved> {
    let line = std::str::from_utf8(line).ok().filter(|line| line.starts_with(' '))?;
    let number = |text: &str| text.replace(',', "").parse::<u64>().ok();
    let mut words = line.split_ascii_whitespace();
    let bytes = number(words.next()?)?;
    words.next()?.strip_suffix('%').and_then(number)?;
    words.next().filter(|rate| rate.ends_with("B/s"))?;
    let rest: String = words.skip(1).collect();
    let Some((stem, counts)) = rest.split_once("-chk=") else {
        return Some(Moved { bytes, ..Moved::default() });
    };
    let (left, all) = counts.strip_suffix(')')?.split_once('/')?;
    let (left, all) = (number(left)?, number(all)?);
    // `ir`: rsync has not listed all of it.
    Some(Moved { bytes, files: Some((all.saturating_sub(left), all)), listing: stem.ends_with("ir") })
}

fn path(name: &[u8]) -> Option<RelPath> {
    let name = name.strip_prefix(b"./").unwrap_or(name);
    let name = name.strip_suffix(b"/").unwrap_or(name);
    if name == b"." { Some(RelPath::root()) } else { RelPath::new(name).ok() }
}

/// Lines of `--stats` and `-v`; true if it is one of them.
fn stats(line: &str, counts: &mut Counts) -> bool {
    let number = |rest: &str| {
        let first = rest.split_whitespace().next()?;
        first.replace(',', "").parse::<u64>().ok()
    };
    if let Some(rest) = line.strip_prefix("Total bytes sent: ").or_else(|| line.strip_prefix("Total bytes received: "))
    {
        if let Some(n) = number(rest) {
            counts.travelled = Some(counts.travelled.unwrap_or(0).saturating_add(n));
        }
    } else if let Some(rest) = line.strip_prefix("Total file size: ") {
        counts.total_size = number(rest);
    } else if let Some(rest) = line.strip_prefix("Number of files: ") {
        counts.total_files = number(rest);
    } else {
        let known = ["Number of ", "Total ", "Literal data: ", "Matched data: ", "File list ", "sending incremental "];
        return known.iter().any(|stem| line.starts_with(stem))
            || (line.starts_with("sent ") && line.ends_with("/sec"))
            || (line.starts_with("total size is ") && line.contains("speedup"));
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn itemised_lines_as_rsync_3_5_prints_them() {
        let cases: [(&str, &str, bool, bool, u64); 8] = [
            ("*deleting   0 gone/x", "gone/x", true, false, 0),
            ("*deleting   0 gone/", "gone", true, false, 0),
            ("cL+++++++++ 3 l -> d/f", "l", false, false, 3),
            (">f+++++++++ 1 we\"ird\\#012n\\#134#041", "we\"ird\\x0an\\\\#041", false, true, 1),
            ("<f.st...... 0 \\#303\\#244", "ä", false, true, 0),
            ("cd+++++++++ 4096 d/", "d", false, false, 4096),
            ("hf+++++++++ 3 h => d/f", "h", false, false, 3),
            (".d..t...... 4096 ./", "", false, false, 4096),
        ];
        for (line, shown, deleted, sent, size) in cases {
            let mut counts = Counts::default();
            let Some(Heard::Item(item)) = read(line.as_bytes(), &mut counts) else { panic!("{line}") };
            let got = (item.path.shown(), item.deleted, item.sent, item.size);
            assert_eq!(got, (shown.to_owned(), deleted, sent, size), "{line}");
            assert_eq!((counts.sent, counts.deleted), (u64::from(sent), u64::from(deleted)), "{line}");
        }
    }

    #[test]
    fn how_far_it_is_as_rsync_3_5_prints_it() {
        let mut counts = Counts::default();
        let told = |line: &str, counts: &mut Counts| match read(line.as_bytes(), counts) {
            Some(Heard::Moved(moved)) => Some((moved.bytes, moved.files, moved.listing)),
            _ => None,
        };
        let lines = [
            ("              2  15%    0.00kB/s    0:00:00  ", Some((2, None, false))),
            ("              2  15%    0.00kB/s    0:00:00 (xfr#1, to-chk=11/14)", Some((2, Some((3, 14)), false))),
            (
                "     12,345,678 100%    9.77MB/s    0:00:00 (xfr#6, to-chk=0/11) ",
                Some((12_345_678, Some((11, 11)), false)),
            ),
            (
                "    104,857,600  36%   85.31MB/s   10:00:02 (xfr#4, ir-chk=1012/1017)",
                Some((104_857_600, Some((5, 1_017)), true)),
            ),
            (">f+++++++++ 2 1 1% 2B/s x", None),
            ("  2 files were moved", None),
        ];
        for (line, moved) in lines {
            assert_eq!(told(line, &mut counts), moved, "{line}");
        }
    }

    #[test]
    fn remarks_and_totals() {
        let mut counts = Counts::default();
        let p = |s: &[u8]| RelPath::new(s).unwrap();
        let not_deleted = read(b"cannot delete non-empty directory: a/b", &mut counts);
        assert_eq!(not_deleted, Some(Heard::NotDeleted(p(b"a/b"))));
        assert_eq!(read(b"skipping non-regular file \"p\"", &mut counts), Some(Heard::Skipped(p(b"p"))));
        assert_eq!(read(b"Total bytes sent: 1,342", &mut counts), Some(Heard::Noise));
        assert_eq!(read(b"Total bytes received: 151", &mut counts), Some(Heard::Noise));
        assert_eq!(counts.travelled, Some(1493));
        assert_eq!(read(b"Welcome to this server", &mut counts), None);
        assert_eq!(read(b">f+++++++++ 1 ../etc/passwd", &mut counts), None);
    }
}
