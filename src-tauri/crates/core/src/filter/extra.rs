//! The words of `rsync._extra` that are filters, told apart from the others.
//!
//! rsync takes `--exclude=X` and `--exclude X`, `-f X`, `-fX` and `-f=X`, and letters in one word (`-aCf X`). So that the
//! value of another option is never taken for a filter, the options with a value are known here.

use crate::problem::Problem;

/// One option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    Filter(String),
    Exclude(String),
    Include(String),
    ExcludeFrom(String),
    IncludeFrom(String),
    CvsExclude,
    /// Not a filter: one word as it was.
    Other(String),
}

/// Single letters of rsync that take a value.
const LETTERS_WITH_VALUE: &[u8] = b"eBTM@";

/// Long options of rsync 3.1 to 3.5 whose value may be the next word, filters apart.
#[rustfmt::skip]
const LONG_WITH_VALUE: &[&str] = &[
    "address", "backup-dir", "block-size", "bwlimit", "cc", "checksum-choice", "checksum-seed", "chmod", "chown",
    "compare-dest", "compress-choice", "compress-level", "compress-threads", "confine-root", "contimeout", "copy-as",
    "copy-dest", "debug", "early-input", "files-from", "groupmap", "iconv", "info", "link-dest", "log-file",
    "log-file-format", "log-format", "max-alloc", "max-delete", "max-size", "min-size", "modify-window",
    "only-write-batch", "out-format", "outbuf", "partial-dir", "password-file", "port", "protocol", "read-batch",
    "remote-option", "rsh", "rsync-path", "skip-compress", "sockopts", "stderr", "stop-after", "stop-at", "suffix",
    "temp-dir", "time-limit", "timeout", "usermap", "write-batch", "zc", "zl",
];

/// Takes the filters out of `rsync._extra`. First the filters in their order, each as one word in its long form
/// (`--filter=…`, `--exclude=…`, `--include=…`, `--exclude-from=…`, `--include-from=…`, `--cvs-exclude`), as
/// [`super::FilterInput::extra`] takes them; then all other words as they were, in their order.
///
/// `-F` is refused: it looks for its files up to the root of the disk, and differs between batches and full passes.
pub fn take_filter_words(extra: &[String]) -> Result<(Vec<String>, Vec<String>), Problem> {
    let (mut filters, mut others) = (Vec::new(), Vec::new());
    for word in options(extra)? {
        match word {
            Word::Filter(value) => filters.push(format!("--filter={value}")),
            Word::Exclude(value) => filters.push(format!("--exclude={value}")),
            Word::Include(value) => filters.push(format!("--include={value}")),
            Word::ExcludeFrom(value) => filters.push(format!("--exclude-from={value}")),
            Word::IncludeFrom(value) => filters.push(format!("--include-from={value}")),
            Word::CvsExclude => filters.push("--cvs-exclude".to_owned()),
            Word::Other(word) => others.push(word),
        }
    }
    Ok((filters, others))
}

pub(super) fn options(extra: &[String]) -> Result<Vec<Word>, Problem> {
    let mut found = Vec::new();
    let mut words = extra.iter();
    while let Some(word) = words.next() {
        let missing = || Problem::error("filter-option-without-value").at("rsync._extra").with("word", word);
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (long, None),
            };
            let make = match name {
                "filter" => Word::Filter,
                "exclude" => Word::Exclude,
                "include" => Word::Include,
                "exclude-from" => Word::ExcludeFrom,
                "include-from" => Word::IncludeFrom,
                "cvs-exclude" if value.is_none() => {
                    found.push(Word::CvsExclude);
                    continue;
                }
                _ => {
                    found.push(Word::Other(word.clone()));
                    if value.is_none() && LONG_WITH_VALUE.contains(&name) {
                        found.extend(words.next().cloned().map(Word::Other));
                    }
                    continue;
                }
            };
            let value = value.or_else(|| words.next().cloned()).ok_or_else(missing)?;
            found.push(make(value));
        } else if let Some(letters) = word.strip_prefix('-') {
            let mut others = String::from("-");
            let mut taken = Vec::new();
            let mut behind = None;
            for (at, letter) in letters.char_indices() {
                let rest = &letters[at + letter.len_utf8()..];
                match letter {
                    'C' => taken.push(Word::CvsExclude),
                    'F' => return Err(Problem::error("filter-option-f").at("rsync._extra").with("word", word)),
                    'f' => {
                        let inside = (!rest.is_empty()).then(|| rest.strip_prefix('=').unwrap_or(rest).to_owned());
                        let value = inside.or_else(|| words.next().cloned()).ok_or_else(missing)?;
                        taken.push(Word::Filter(value));
                        break;
                    }
                    _ => {
                        others.push(letter);
                        if u8::try_from(letter).is_ok_and(|b| LETTERS_WITH_VALUE.contains(&b)) {
                            others.push_str(rest);
                            behind = rest.is_empty().then(|| words.next().cloned()).flatten();
                            break;
                        }
                    }
                }
            }
            if others.len() > 1 || letters.is_empty() {
                found.push(Word::Other(others));
            }
            found.extend(behind.map(Word::Other));
            found.append(&mut taken);
        } else {
            found.push(Word::Other(word.clone()));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take(words: &[&str]) -> Result<(String, String), String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        take_filter_words(&words).map(|(a, b)| (a.join("|"), b.join("|"))).map_err(|problem| problem.code)
    }

    #[test]
    fn filters_are_told_from_the_rest() {
        for (words, filters, rest) in [
            (&["--exclude=a", "--exclude", "b c"][..], "--exclude=a|--exclude=b c", ""),
            (&["-f", "- x", "-f- y", "-f=- z"], "--filter=- x|--filter=- y|--filter=- z", ""),
            (&["-aCf", "P x", "-z"], "--cvs-exclude|--filter=P x", "-a|-z"),
            (&["--rsh", "-f", "-e", "-C", "-eC"], "", "--rsh|-f|-e|-C|-eC"),
            (&["--rsh=ssh -F", "--include-from", "f"], "--include-from=f", "--rsh=ssh -F"),
            (&["--suffix", "--exclude=a", "-", "x"], "", "--suffix|--exclude=a|-|x"),
            (&["-ze", "ssh -C"], "", "-ze|ssh -C"),
        ] {
            assert_eq!(take(words), Ok((filters.to_owned(), rest.to_owned())), "{words:?}");
        }
    }

    #[test]
    fn what_cannot_be_judged_is_refused() {
        assert_eq!(take(&["-aF"]), Err("filter-option-f".to_owned()));
        assert_eq!(take(&["--exclude"]), Err("filter-option-without-value".to_owned()));
        assert_eq!(take(&["-zf"]), Err("filter-option-without-value".to_owned()));
    }
}
